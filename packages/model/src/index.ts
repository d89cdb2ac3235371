export type { State, Weights } from './body.js';
export type { Condition, ModelConditions } from './conditions.js';
export { type ChosenKernels, chooseKernels } from './kernels/choose.js';
export {
  type AdamState,
  type Computing,
  KERNEL_NAMES,
  type KernelName,
  type Kernels,
  type Precision,
} from './kernels/kernels.js';
export {
  initialWeights,
  type LanguageModelShape,
  loss,
  lossAndGradients,
  type Model,
  type Regularization,
  type Window,
  weightShapes,
  zeroState,
} from './language-model.js';
export { carryOn, meanLoss, replaceState, windowTensors } from './mean-loss.js';
export {
  fromArrays,
  loadModel,
  ModelError,
  modelFormat,
  modelToBytes,
  relatedWeights,
  type StoredModel,
  toArrays,
} from './model-file.js';
export { modelToOnnx } from './onnx.js';
export { type Encoded, joined, proto } from './protobuf.js';
export { fromSafetensors, toSafetensors } from './safetensors.js';
export { type Stepper, stepper } from './stepper.js';
export {
  countWindows,
  inStretches,
  onlyHeard,
  type Sequence,
  stretchOf,
  type TokenWindow,
  windowsOver,
} from './windows.js';
