export {
  type LoadedTensorFlow,
  loadTensorFlow,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type TensorFlow,
} from './load.js';
export { matMulSpeed } from './speed.js';
