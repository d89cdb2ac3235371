export { curveToCsv } from './learning-curve.js';
export {
  type CurvePoint,
  TrainingError,
  type TrainingOptions,
  type TrainingProgress,
  type TrainingResult,
  train,
} from './train.js';
