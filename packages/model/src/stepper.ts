import { disposeOf, type Tensor1D, type Tensor2D, type Tensor4D } from '@etude/tensorflow';
import { lstmWeights, type State } from './body.js';
import { conditionWeights, directLogits } from './conditions.js';
import type { Computing, ModelStep } from './kernels/kernels.js';
import { bodyOf, kept, type Model, outputMap, outputWeight } from './language-model.js';

/** A model in use, one token at a time for B songs side by side. It holds their state. */
export interface Stepper {
  /**
   * @param ids the last token of each song (B)
   * @param rows of the conditions that are told with it (B·K); none where the model has none
   * @returns logits (B·V), whose softmax is the probability of each token
   */
  step(ids: Int32Array, rows?: Int32Array): Float32Array;
  /** Has the state of each layer changed in place: its hidden, then its cell state (B·H). */
  changeState(change: (values: Float32Array, layer: number) => void): void;
  dispose(): void;
}

/**
 * Prepares a model for use step by step: its weights are laid out once for all steps.
 * @param state to begin from, which becomes the stepper's
 * @example
 * const songs = stepper({ tf, kernels }, model, zeroState(tf, model.shape, 2));
 * songs.step(Int32Array.of(0, 3)).length; // 12: the logits of six tokens for each of two songs
 */
export function stepper(computing: Computing, { shape, weights }: Model, state: State): Stepper {
  const { tf, kernels } = computing;
  if (shape.model === 'stacked-lstm' && kernels.modelStep) {
    const layers = Array.from({ length: shape.layers }, (_, layer) => lstmWeights(weights, `lstm.${layer}`));
    const model = kernels.modelStep({
      embedding: weights.embedding as Tensor2D,
      outputWeight: outputWeight(shape, weights),
      outputBias: weights['output.bias'] as Tensor1D,
      conditions: conditionWeights(weights),
      layers,
    });
    const states = tf.tidy(() => tf.stack(state.map(({ hidden, cell }) => tf.stack([hidden, cell])))); // (layers, 2, B, H)
    disposeOf(tf, state);
    return wholeStepper(computing, model, states as Tensor4D);
  }
  return layeredStepper(computing, { shape, weights }, state);
}

const NO_ROWS = new Int32Array(0);

/** Of kernels that take a step of the whole model at once. */
function wholeStepper({ tf, kernels }: Computing, model: ModelStep, before: Tensor4D): Stepper {
  const unit = kernels.unitsOfWork();
  const B = before.shape[2];
  const nothing = tf.tensor2d([], [B, 0], 'int32');
  let states = before;
  const replace = (next: Tensor4D) => {
    states.dispose();
    states = next;
  };
  return {
    step: (ids, rows = NO_ROWS) =>
      unit(() => {
        const tokens = tf.tensor1d(ids, 'int32');
        const told = rows.length === 0 ? nothing : tf.tensor2d(rows, [B, rows.length / B], 'int32');
        const next = model.step(tokens, told, states);
        const logits = next.logits.dataSync() as Float32Array;
        tf.dispose([tokens, next.logits]);
        if (told !== nothing) told.dispose();
        replace(next.states);
        return logits;
      }),
    changeState(change) {
      const values = Float32Array.from(states.dataSync());
      const size = states.shape[2] * states.shape[3];
      for (let place = 0; place * size < values.length; place++) {
        change(values.subarray(place * size, (place + 1) * size), place >> 1);
      }
      replace(tf.tensor4d(values, states.shape));
    },
    dispose() {
      states.dispose();
      nothing.dispose();
      model.dispose();
    },
  };
}

/** Of kernels and bodies that go layer by layer. */
function layeredStepper(computing: Computing, model: Model, before: State): Stepper {
  const { tf, kernels } = computing;
  const { shape, weights } = model;
  const body = bodyOf(shape).stepper(computing, model);
  const unit = kernels.unitsOfWork();
  let state = before;
  const replace = (next: State) => {
    disposeOf(tf, state);
    state = next;
  };
  const conditions = conditionWeights(weights);
  const step = (ids: Int32Array, values: Int32Array) =>
    kept(tf, () => {
      const rows = tf.tensor2d(values, [ids.length, values.length / ids.length], 'int32'); // (B, K)
      const ofTokens = tf.gather(weights.embedding as Tensor2D, tf.tensor1d(ids, 'int32')); // (B, H)
      const x = conditions ? tf.add(ofTokens, kernels.sumRows(conditions.embedding, rows)) : ofTokens; // (B, H)
      const next = body.step(x as Tensor2D, state);
      const ofState = outputMap(kernels, shape, weights, next.output); // (B, V)
      const direct = conditions?.direct && directLogits(computing, conditions.direct, rows).logits; // (B, V)
      const logits = direct ? tf.add(ofState, direct) : ofState; // (B, V)
      return { logits: tf.add(logits, weights['output.bias']!) as Tensor2D, state: next.state };
    });
  return {
    step: (ids, rows = NO_ROWS) =>
      unit(() => {
        const next = step(ids, rows);
        const logits = next.logits.dataSync() as Float32Array;
        next.logits.dispose();
        replace(next.state);
        return logits;
      }),
    changeState(change) {
      const changed = (tensor: Tensor2D, layer: number) => {
        const values = Float32Array.from(tensor.dataSync());
        change(values, layer);
        return tf.tensor2d(values, tensor.shape);
      };
      replace(state.map(({ hidden, cell }, i) => ({ hidden: changed(hidden, i), cell: changed(cell, i) })));
    },
    dispose() {
      disposeOf(tf, state);
      body.dispose();
    },
  };
}
