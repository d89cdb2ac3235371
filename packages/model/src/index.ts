export { type Model, modelFromBytes, modelToBytes } from './model-file.js';
export { createRandom, type Random } from './random.js';
export {
  initialWeights,
  loss,
  lossAndGradients,
  nextLogits,
  type StackedLstmShape,
  type State,
  type Weights,
  type Window,
  weightShapes,
  zeroState,
} from './stacked-lstm.js';
