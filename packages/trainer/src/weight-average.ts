import type { Weights } from '@etude/model';
import { disposeOf, type TensorFlow } from '@etude/tensorflow';

/**
 * A running mean of weights over the updates of training, which it owns: it lies nearer to the middle of what training wanders about in than the weights of
 * any one step, and generalizes better (Polyak and Juditsky 1992; Izmailov et al. 2018). At first it forgets faster, so that it is not held back by
 * the weights that training began with.
 */
export class WeightAverage {
  readonly #tf: TensorFlow;
  readonly #decay: number;
  #weights: Weights;

  /** @param decay share of the mean that stays at an update, 0 to below 1 */
  constructor(tf: TensorFlow, decay: number, weights: Weights) {
    this.#tf = tf;
    this.#decay = decay;
    this.#weights = weights;
  }

  get weights(): Weights {
    return this.#weights;
  }

  /** @param updates that were made, this one included */
  add(weights: Weights, updates: number): void {
    const kept = Math.min(this.#decay, updates / (updates + 9));
    const before = this.#weights;
    this.#weights = Object.fromEntries(
      Object.entries(before).map(([name, mean]) => [
        name,
        this.#tf.tidy(() => this.#tf.add(this.#tf.mul(mean, kept), this.#tf.mul(weights[name]!, 1 - kept))),
      ]),
    );
    disposeOf(this.#tf, before);
  }

  dispose(): void {
    disposeOf(this.#tf, this.#weights);
  }
}
