import type { Tensor, Tensor1D, Tensor2D } from '@etude/tensorflow';
import type { Weights } from './body.js';
import type { Dropout } from './kernels/dropout.js';
import type { Computing, ConditionWeights } from './kernels/kernels.js';

// Shapes: N tokens, K conditions of each, S values of all conditions together, H units, D direct units, V tokens of the vocabulary.

/** A number that the model is told with each token, and the values of it that it knows, rising. */
export interface Condition {
  readonly name: string;
  readonly values: readonly number[];
}

/** What a model is told beside tokens. */
export interface ModelConditions {
  readonly fields: readonly Condition[];
  /** D: rectified units between the conditions and the logits; 0 for none */
  readonly directUnits: number;
}

/** S: values of all conditions together, each of which has a row of its own. */
function countValues({ fields }: ModelConditions): number {
  return fields.reduce((sum, { values }) => sum + values.length, 0);
}

/** Shapes of the weights by name. */
export function conditionShapes(conditions: ModelConditions, H: number, V: number): Record<string, number[]> {
  const S = countValues(conditions);
  const { directUnits: D } = conditions;
  if (D === 0) return { 'conditions.embedding': [S, H] };
  return {
    'conditions.embedding': [S, H],
    'direct.embedding': [S, D],
    'direct.bias': [D],
    'direct.weight': [D, V],
  };
}

export function conditionWeights(weights: Weights): ConditionWeights | undefined {
  const embedding = weights['conditions.embedding'] as Tensor2D | undefined;
  if (embedding === undefined) return undefined;
  const units = weights['direct.embedding'] as Tensor2D | undefined;
  const direct = units && {
    embedding: units,
    bias: weights['direct.bias'] as Tensor1D,
    weight: weights['direct.weight'] as Tensor2D,
  };
  return { embedding, direct };
}

/**
 * What goes straight from the conditions to the logits (N, V): the way of Magenta's Lookback RNN, through rectified units.
 * @param rows of the conditions (N, K)
 * @param dropout which units are dropped
 */
export function directLogits(
  { tf, kernels }: Computing,
  direct: NonNullable<ConditionWeights['direct']>,
  rows: Tensor2D,
  dropout?: Dropout,
) {
  const sums = tf.add(kernels.sumRows(direct.embedding, rows), direct.bias) as Tensor2D; // (N, D)
  const dropped = (units: Tensor2D) => (dropout ? kernels.dropped(units, dropout) : units);
  const units = dropped(tf.relu(sums) as Tensor2D); // (N, D)
  return {
    logits: kernels.matMul(units, direct.weight), // (N, V)
    /** @param dLogits (N, V) */
    gradients(dLogits: Tensor2D): Record<string, Tensor> {
      const dUnits = kernels.matMul(dLogits, direct.weight, false, true); // (N, D)
      const dSums = dropped(tf.mul(dUnits, tf.step(units)) as Tensor2D); // (N, D)
      return {
        'direct.embedding': kernels.sumRowsGradient(direct.embedding, rows, dSums),
        'direct.bias': tf.sum(dSums, 0),
        'direct.weight': kernels.matMul(units, dLogits, true),
      };
    },
  };
}
