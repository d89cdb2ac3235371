import type { Tensor1D, Tensor2D, TensorFlow } from '@etude/tensorflow';

// The reference kernel: plain TensorFlow.js operations that every backend has.
// Shapes: T time steps, B rows of a batch, H units. Gate order on axes of 4H: input, forget, output, candidate.

export interface LayerWeights {
  readonly inputWeight: Tensor2D; // (H, 4H)
  readonly inputBias: Tensor1D; // (4H)
  readonly recurrentWeight: Tensor2D; // (H, 4H)
  readonly recurrentBias: Tensor1D; // (4H)
}

export interface LayerState {
  readonly hidden: Tensor2D; // (B, H)
  readonly cell: Tensor2D; // (B, H)
}

/** What the forward pass leaves for the backward pass; lists have an entry a time step. */
export interface LayerTape {
  readonly weights: LayerWeights;
  readonly input: Tensor2D; // (T·B, H)
  readonly mask: Tensor2D | undefined; // (T·B, 4H)
  readonly gates: readonly Tensor2D[]; // (B, 3H): input, forget, output gate
  readonly candidates: readonly Tensor2D[]; // (B, H)
  readonly cells: readonly Tensor2D[]; // (B, H), the state that came in first
  readonly hiddens: readonly Tensor2D[]; // (B, H), the state that came in first
  readonly squashed: readonly Tensor2D[]; // (B, H): tanh of the cell state
}

export interface LayerGradients {
  readonly dInput: Tensor2D; // (T·B, H)
  readonly dWeights: LayerWeights;
}

/**
 * A layer over T time steps (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). The input map of
 * all time steps is one product; the mask is applied to what it puts out, the recurrent map is never dropped.
 */
export function forward(
  tf: TensorFlow,
  weights: LayerWeights,
  input: Tensor2D, // (T·B, H)
  state: LayerState,
  T: number,
  mask: Tensor2D | undefined, // (T·B, 4H)
) {
  const projected = tf.add(tf.matMul(input, weights.inputWeight), weights.inputBias); // (T·B, 4H)
  const masked = mask === undefined ? projected : tf.mul(projected, mask);
  const fromBelow = perStep(tf, tf.add(masked, weights.recurrentBias) as Tensor2D, T); // T × (B, 4H)
  const gates: Tensor2D[] = [];
  const candidates: Tensor2D[] = [];
  const squashed: Tensor2D[] = [];
  const cells = [state.cell];
  const hiddens = [state.hidden];
  for (let t = 0; t < T; t++) {
    const sum = tf.add(fromBelow[t]!, tf.matMul(hiddens[t]!, weights.recurrentWeight)) as Tensor2D; // (B, 4H)
    const cell = cellStep(tf, sum, cells[t]!);
    gates.push(cell.gates);
    candidates.push(cell.candidate);
    cells.push(cell.cell);
    squashed.push(cell.squashed);
    hiddens.push(cell.hidden);
  }
  const tape: LayerTape = { weights, input, mask, gates, candidates, cells, hiddens, squashed };
  return { output: tf.concat(hiddens.slice(1), 0), state: { hidden: hiddens[T]!, cell: cells[T]! }, tape };
}

/** One time step without training. */
export function step(tf: TensorFlow, weights: LayerWeights, input: Tensor2D, state: LayerState): LayerState {
  const fromBelow = tf.add(tf.matMul(input, weights.inputWeight), weights.inputBias); // (B, 4H)
  const recurrent = tf.add(tf.matMul(state.hidden, weights.recurrentWeight), weights.recurrentBias); // (B, 4H)
  const { cell, hidden } = cellStep(tf, tf.add(fromBelow, recurrent) as Tensor2D, state.cell);
  return { cell, hidden };
}

function cellStep(tf: TensorFlow, sum: Tensor2D, previous: Tensor2D) {
  const [B, H] = previous.shape;
  const gates = tf.sigmoid(tf.slice(sum, [0, 0], [B, 3 * H])); // (B, 3H)
  const candidate = tf.tanh(tf.slice(sum, [0, 3 * H], [B, H])); // (B, H)
  const [input, forget, output] = tf.split(gates, 3, 1) as [Tensor2D, Tensor2D, Tensor2D]; // (B, H) each
  const cell = tf.add(tf.mul(forget, previous), tf.mul(input, candidate)) as Tensor2D; // (B, H)
  const squashed = tf.tanh(cell); // (B, H)
  return { gates, candidate, cell, squashed, hidden: tf.mul(output, squashed) as Tensor2D };
}

/**
 * Back-propagation through a layer's T time steps.
 *
 * Everything that does not depend on the gradient flowing back is computed for all time steps at once: `local` holds the
 * derivative of the cell or hidden state with respect to each pre-activation, `leak` that of the hidden with respect
 * to the cell state. The loop is left with one product and a few products element by element.
 *
 * @param dOutput gradient with respect to the layer's output (T·B, H)
 */
export function backward(tf: TensorFlow, tape: LayerTape, dOutput: Tensor2D): LayerGradients {
  const { weights, candidates, cells, hiddens, squashed } = tape;
  const T = candidates.length;
  const [B, H] = cells[0]!.shape;
  const all = (list: readonly Tensor2D[]) => tf.concat(list as Tensor2D[], 0); // T × (B, n) → (T·B, n)
  const gates = all(tape.gates); // (T·B, 3H)
  const [input, forget, output] = tf.split(gates, 3, 1) as [Tensor2D, Tensor2D, Tensor2D]; // (T·B, H) each
  const candidate = all(candidates);
  const tanhCell = all(squashed);
  const slope = tf.mul(gates, tf.sub(1, gates)); // (T·B, 3H): derivative of the sigmoid
  const viaGates = tf.mul(slope, tf.concat([candidate, all(cells.slice(0, T)), tanhCell], 1)); // (T·B, 3H)
  const viaCandidate = tf.mul(input, tf.sub(1, tf.square(candidate))); // (T·B, H)
  const local = perStep(tf, tf.concat([viaGates, viaCandidate], 1) as Tensor2D, T); // T × (B, 4H)
  const leak = perStep(tf, tf.mul(output, tf.sub(1, tf.square(tanhCell))) as Tensor2D, T); // T × (B, H)
  const forgets = perStep(tf, forget, T); // T × (B, H)
  const dOutputs = perStep(tf, dOutput, T); // T × (B, H)
  const recurrentTransposed = tf.transpose(weights.recurrentWeight); // (4H, H), copied once: faster than in every product

  const dSums: Tensor2D[] = new Array(T);
  let dHidden: Tensor2D = tf.zeros([B, H]);
  let dCell: Tensor2D = tf.zeros([B, H]);
  for (let t = T - 1; t >= 0; t--) {
    const dh = tf.add(dOutputs[t]!, dHidden) as Tensor2D; // (B, H)
    const dc = tf.add(dCell, tf.mul(dh, leak[t]!)) as Tensor2D; // (B, H)
    const dSum = tf.mul(tf.concat([dc, dc, dh, dc], 1), local[t]!) as Tensor2D; // (B, 4H)
    dSums[t] = dSum;
    dHidden = tf.matMul(dSum, recurrentTransposed); // (B, H)
    dCell = tf.mul(dc, forgets[t]!) as Tensor2D; // (B, H)
  }

  const dSum = all(dSums); // (T·B, 4H)
  const dProjected = tape.mask === undefined ? dSum : (tf.mul(dSum, tape.mask) as Tensor2D); // (T·B, 4H)
  return {
    dInput: tf.matMul(dProjected, weights.inputWeight, false, true), // (T·B, H)
    dWeights: {
      inputWeight: tf.matMul(tape.input, dProjected, true, false), // (H, 4H)
      inputBias: tf.sum(dProjected, 0), // (4H)
      recurrentWeight: tf.matMul(all(hiddens.slice(0, T)), dSum, true, false), // (H, 4H)
      recurrentBias: tf.sum(dSum, 0), // (4H)
    },
  };
}

/** (T·B, n) → T × (B, n) */
function perStep(tf: TensorFlow, tensor: Tensor2D, T: number): Tensor2D[] {
  return T === 1 ? [tensor] : (tf.split(tensor, T, 0) as Tensor2D[]);
}
