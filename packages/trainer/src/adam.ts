import type { AdamState, Computing, Kernels, Weights } from '@etude/model';
import { disposeOf, type Tensor, type TensorFlow } from '@etude/tensorflow';

export interface AdamOptions {
  /** gradients are scaled down together so that their common norm is at most this (Pascanu et al. 2013) */
  readonly clip: number;
  /** share of a weight that decays at each update, times the learning rate (Loshchilov and Hutter 2019); not of biases */
  readonly weightDecay: number;
}

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/**
 * Adam (Kingma and Ba 2015, algorithm 1) on a set of named weights, which it owns and replaces at each update.
 * @example
 * const adam = new Adam({ tf, kernels }, { bias: tf.tensor1d([0, 1]) }, { clip: 10, weightDecay: 0 });
 * adam.update({ bias: tf.tensor1d([3, -4]) }, 0.1); // 5: the norm of the gradients
 * adam.weights.bias.dataSync(); // about [-0.1, 1.1]
 */
export class Adam {
  readonly #tf: TensorFlow;
  readonly #kernels: Kernels;
  readonly #options: AdamOptions;
  #weights: Weights;
  #means: Weights;
  #squares: Weights;
  #updates: number;

  constructor(
    { tf, kernels }: Computing,
    weights: Weights,
    options: AdamOptions,
    from?: { readonly means: Weights; readonly squares: Weights; readonly updates: number },
  ) {
    const zeros = () =>
      Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, tf.zerosLike(weight)]));
    this.#tf = tf;
    this.#kernels = kernels;
    this.#options = options;
    this.#weights = weights;
    this.#means = from?.means ?? zeros();
    this.#squares = from?.squares ?? zeros();
    this.#updates = from?.updates ?? 0;
  }

  get weights(): Weights {
    return this.#weights;
  }

  /** running means of the gradients */
  get means(): Weights {
    return this.#means;
  }

  /** running means of the squares of the gradients */
  get squares(): Weights {
    return this.#squares;
  }

  /**
   * One update; the gradients stay the caller's.
   * @returns norm of all gradients together before clipping; where it is not finite, nothing was changed
   */
  update(gradients: Weights, learningRate: number): number {
    const tf = this.#tf;
    const norm = Math.sqrt(this.#kernels.sumOfSquares(Object.values(gradients)));
    if (!Number.isFinite(norm)) return norm;
    this.#updates += 1;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** this.#updates)) / (1 - beta1 ** this.#updates);
    const numbers = { rate, gradientScale: Math.min(1, this.#options.clip / (norm + epsilon)), beta1, beta2, epsilon };
    const decayed = 1 - learningRate * this.#options.weightDecay;
    const before = [this.#weights, this.#means, this.#squares];
    const after = tf.tidy((() => {
      const weights: Record<string, Tensor> = {};
      const means: Record<string, Tensor> = {};
      const squares: Record<string, Tensor> = {};
      for (const [name, weight] of Object.entries(this.#weights)) {
        const keep = weight.rank === 1 ? 1 : decayed;
        const old: AdamState = [weight, this.#means[name]!, this.#squares[name]!];
        [weights[name], means[name], squares[name]] = this.#kernels.adam(old, gradients[name]!, { ...numbers, keep });
      }
      return { weights, means, squares };
    }) as () => never) as { weights: Weights; means: Weights; squares: Weights };
    disposeOf(tf, before);
    this.#weights = after.weights;
    this.#means = after.means;
    this.#squares = after.squares;
    return norm;
  }

  dispose(): void {
    disposeOf(this.#tf, [this.#weights, this.#means, this.#squares]);
  }
}
