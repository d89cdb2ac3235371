export { Adam } from './adam.js';
export { onlyHeard } from './batches.js';
export { curveToCsv } from './learning-curve.js';
export type { TrainingOptions } from './options.js';
export {
  type CheckpointStore,
  type Corpus,
  meanLoss,
  TrainingError,
  type TrainingHooks,
  type TrainingProgress,
  type TrainingResult,
  train,
} from './train.js';
export type { CurvePoint } from './training-state.js';
