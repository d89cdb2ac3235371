export { Adam } from './adam.js';
export { BaseModelError, baseModel } from './base-model.js';
export { type LearningCurve, learningCurveFormat } from './learning-curve.js';
export { trainingMemory } from './memory.js';
export type { TrainingOptions } from './options.js';
export { shapeOf, type TrainingParams, trainingParams } from './params.js';
export { tensorBoardEvents } from './tensorboard.js';
export {
  type CheckpointStore,
  type Corpus,
  TrainingError,
  type TrainingHooks,
  type TrainingProgress,
  type TrainingResult,
  train,
} from './train.js';
export type { CurvePoint } from './training-state.js';
