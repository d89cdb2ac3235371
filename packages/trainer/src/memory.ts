import { type LanguageModelShape, weightShapes } from '@etude/model';

/** Node, TensorFlow and the music, in bytes. */
const BASE = 400e6;
/**
 * Copies of all weights at the time of most need, when a checkpoint is written: weights, gradients, both moments and the best
 * weights so far, and all but the gradients twice more, as arrays and as the bytes of the file. Measured: 17.
 */
const COPIES = 17;
/** A running mean of the weights, its array and its bytes. */
const COPIES_OF_AVERAGE = 3;

/**
 * About how much memory training takes, in bytes; measured within a third from 4 to 34 million weights.
 * @param shape of the model
 * @param tokens of a step: rows times time steps
 * @param hasAverage whether a running mean of the weights is kept
 */
export function trainingMemory(shape: LanguageModelShape, tokens: number, hasAverage: boolean): number {
  const { units, layers, vocabulary } = shape;
  let weights = 0;
  for (const dimensions of Object.values(weightShapes(shape))) weights += dimensions.reduce((a, b) => a * b, 1);
  // A layer keeps its states and gates for the way back; of one layer and of the loss there are gradients besides.
  const perToken = 6 * layers * units * (shape.model === 'grid-lstm' ? 2 : 1) + 12 * units + 4 * vocabulary;
  const copies = COPIES + (hasAverage ? COPIES_OF_AVERAGE : 0);
  return BASE + 4 * (copies * weights + perToken * tokens);
}
