export { disposeOf } from './dispose.js';
export { type LoadedTensorFlow, loadTensorFlow } from './load.js';
export { type Attributes, type Handle, NativeOperations } from './native-operations.js';
export { matMulSpeed } from './speed.js';
export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D, TensorFlow } from './types.js';
