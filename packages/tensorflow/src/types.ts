/** The operations of TensorFlow.js, whichever backend computes them. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core');
export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
