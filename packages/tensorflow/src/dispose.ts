import type { TensorFlow } from './types.js';

/**
 * Disposes of all tensors in a value, however nested. TensorFlow.js does so as well, but its types want none of it to be readonly.
 * @example
 * disposeOf(tf, { weights, states: [state] });
 */
export function disposeOf(tf: TensorFlow, tensors: object): void {
  tf.dispose(tensors as never);
}
