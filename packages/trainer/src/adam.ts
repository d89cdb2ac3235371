import type { Weights } from '@etude/model';
import type { Scalar, Tensor, TensorFlow } from '@etude/tensorflow';

export interface AdamOptions {
  readonly learningRate: number;
  /** gradients are scaled down together so that their common norm is at most this (Pascanu et al. 2013) */
  readonly clip: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Adam (Kingma and Ba 2015, algorithm 1) on a set of named weights, which it owns and replaces at each update. */
export class Adam {
  readonly #tf: TensorFlow;
  readonly #options: AdamOptions;
  #weights: Weights;
  #means: Weights;
  #squares: Weights;
  #updates = 0;

  constructor(tf: TensorFlow, weights: Weights, options: AdamOptions) {
    this.#tf = tf;
    this.#options = options;
    this.#weights = weights;
    this.#means = mapValues(weights, (weight) => tf.zerosLike(weight));
    this.#squares = mapValues(weights, (weight) => tf.zerosLike(weight));
  }

  get weights(): Weights {
    return this.#weights;
  }

  /** One update; the gradients stay the caller's. */
  update(gradients: Weights): void {
    const tf = this.#tf;
    this.#updates += 1;
    const rate = (this.#options.learningRate * Math.sqrt(1 - BETA2 ** this.#updates)) / (1 - BETA1 ** this.#updates);
    const before = [this.#weights, this.#means, this.#squares];
    const after = tf.tidy((() => {
      const scale = this.#scale(gradients);
      const weights: Record<string, Tensor> = {};
      const means: Record<string, Tensor> = {};
      const squares: Record<string, Tensor> = {};
      for (const [name, weight] of Object.entries(this.#weights)) {
        const gradient = tf.mul(gradients[name]!, scale);
        const mean = tf.add(tf.mul(this.#means[name]!, BETA1), tf.mul(gradient, 1 - BETA1));
        const square = tf.add(tf.mul(this.#squares[name]!, BETA2), tf.mul(tf.square(gradient), 1 - BETA2));
        const change = tf.div(tf.mul(mean, rate), tf.add(tf.sqrt(square), EPSILON));
        weights[name] = tf.sub(weight, change);
        means[name] = mean;
        squares[name] = square;
      }
      return { weights, means, squares };
    }) as () => never) as { weights: Weights; means: Weights; squares: Weights };
    tf.dispose(before as never);
    this.#weights = after.weights;
    this.#means = after.means;
    this.#squares = after.squares;
  }

  /** Disposes of everything but the weights. */
  dispose(): void {
    this.#tf.dispose([this.#means, this.#squares] as never);
  }

  /** min(1, clip / ‖gradients‖) */
  #scale(gradients: Weights): Scalar {
    const tf = this.#tf;
    const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
    const norm = tf.sqrt(tf.sum(tf.stack(squares)));
    return tf.minimum(1, tf.div(this.#options.clip, tf.add(norm, EPSILON))) as Scalar;
  }
}

function mapValues(weights: Weights, change: (weight: Tensor) => Tensor): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, change(weight)]));
}
