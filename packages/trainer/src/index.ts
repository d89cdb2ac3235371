export { curveToCsv } from './learning-curve.js';
export { type CurvePoint, train, TrainingError, type TrainingOptions, type TrainingProgress, type TrainingResult } from './train.js';
