// A layer's time loop in single operations, as the reference kernel and the raw operations have it: they differ in who
// carries out an operation on what kind of tensor X, not in the arithmetic. Shapes as in kernels.ts.

/** Operations on tensors of some kind. */
export interface Operations<X> {
  matMul(a: X, b: X, transposeA?: boolean, transposeB?: boolean): X;
  add(a: X, b: X): X;
  mul(a: X, b: X): X;
  /** 1 - x */
  complement(x: X): X;
  sigmoid(x: X): X;
  tanh(x: X): X;
  transpose(x: X): X;
  /** (n, m) → (m) */
  sumRows(x: X): X;
  zeros(rows: number, columns: number): X;
  /** parts of these sizes along an axis */
  split(x: X, sizes: readonly number[], axis: 0 | 1): X[];
  concat(parts: readonly X[], axis: 0 | 1): X;
}

export interface LoopWeights<X> {
  readonly inputWeight: X; // (D, 4H)
  readonly inputBias: X; // (4H)
  readonly recurrentWeight: X; // (H, 4H)
  readonly recurrentBias: X; // (4H)
}

export interface LoopInput<X> {
  readonly rows: X; // (T·B, D)
  readonly hidden: X; // (B, H) that comes in
  readonly cell: X; // (B, H) that comes in
  readonly mask: X | undefined; // (T·B, 4H) for what the input map puts out
  readonly candidateMask: X | undefined; // (T·B, H)
}

export interface LoopSize {
  readonly T: number;
  readonly B: number;
  readonly H: number;
}

/** What the forward pass leaves for the backward pass. */
export interface LoopTape<X> {
  readonly hiddens: X; // (T·B, H)
  readonly cells: X; // (T·B, H)
  readonly gates: X; // (T·B, 3H): input, forget, output gate
  readonly candidates: X; // (T·B, H)
  readonly squashed: X; // (T·B, H): tanh of the cell state
}

/** The input map of all time steps is one product; only the recurrent map stays in the loop. */
export function forward<X>(
  ops: Operations<X>,
  { T, B, H }: LoopSize,
  weights: LoopWeights<X>,
  { rows, hidden, cell, mask, candidateMask }: LoopInput<X>,
): { tape: LoopTape<X>; last: { hidden: X; cell: X } } {
  const steps = Array<number>(T).fill(B);
  const projected = ops.add(ops.matMul(rows, weights.inputWeight), weights.inputBias); // (T·B, 4H)
  const masked = mask === undefined ? projected : ops.mul(projected, mask); // (T·B, 4H)
  const fromBelow = ops.split(ops.add(masked, weights.recurrentBias), steps, 0); // T × (B, 4H)
  const candidateMasks = candidateMask && ops.split(candidateMask, steps, 0); // T × (B, H)
  const gates: X[] = []; // T × (B, 3H)
  const candidates: X[] = []; // T × (B, H)
  const squashed: X[] = []; // T × (B, H)
  const cells = [cell]; // (T + 1) × (B, H), the state that came in first
  const hiddens = [hidden]; // (T + 1) × (B, H), the state that came in first
  for (let t = 0; t < T; t++) {
    const sum = ops.add(fromBelow[t]!, ops.matMul(hiddens[t]!, weights.recurrentWeight)); // (B, 4H)
    const next = cellStep(ops, H, sum, cells[t]!, candidateMasks?.[t]);
    gates.push(next.gates);
    candidates.push(next.candidate);
    cells.push(next.cell);
    squashed.push(next.squashed);
    hiddens.push(next.hidden);
  }
  return {
    tape: {
      hiddens: ops.concat(hiddens.slice(1), 0),
      cells: ops.concat(cells.slice(1), 0),
      gates: ops.concat(gates, 0),
      candidates: ops.concat(candidates, 0),
      squashed: ops.concat(squashed, 0),
    },
    last: { hidden: hiddens[T]!, cell: cells[T]! },
  };
}

/** From the pre-activations (B, 4H) and the cell state before (B, H) to the next state. */
export function cellStep<X>(ops: Operations<X>, H: number, sum: X, previous: X, candidateMask: X | undefined) {
  const [forGates, forCandidate] = ops.split(sum, [3 * H, H], 1) as [X, X]; // (B, 3H), (B, H)
  const gates = ops.sigmoid(forGates); // (B, 3H)
  const candidate = ops.tanh(forCandidate); // (B, H)
  const written = candidateMask === undefined ? candidate : ops.mul(candidate, candidateMask); // (B, H)
  const [input, forget, output] = ops.split(gates, [H, H, H], 1) as [X, X, X]; // (B, H) each
  const cell = ops.add(ops.mul(forget, previous), ops.mul(input, written)); // (B, H)
  const squashed = ops.tanh(cell); // (B, H)
  return { gates, candidate, cell, squashed, hidden: ops.mul(output, squashed) };
}

/**
 * Back-propagation through time. Everything that does not depend on the gradient flowing back is computed for all time
 * steps at once: `local` holds the derivative of the cell or hidden state with respect to each pre-activation, `leak` that
 * of the hidden with respect to the cell state. The loop is left with one product and a few products element by element.
 *
 * @param dHiddens (T·B, H)
 * @param dLastCell (B, H), or undefined for zero
 */
export function backward<X>(
  ops: Operations<X>,
  { T, B, H }: LoopSize,
  weights: LoopWeights<X>,
  { rows, hidden, cell, mask, candidateMask }: LoopInput<X>,
  { hiddens, cells, gates, candidates, squashed }: LoopTape<X>,
  dHiddens: X,
  dLastCell: X | undefined,
) {
  const steps = Array<number>(T).fill(B);
  /** what came in at each time step, from the state at the beginning and what each step put out */
  const before = (
    first: X,
    all: X, // (T·B, H)
  ) => (T === 1 ? first : ops.concat([first, ops.split(all, [(T - 1) * B, B], 0)[0]!], 0));
  const dropped = (x: X) => (candidateMask === undefined ? x : ops.mul(x, candidateMask)); // (T·B, H)
  const [input, forget, output] = ops.split(gates, [H, H, H], 1) as [X, X, X]; // (T·B, H) each
  const slope = ops.mul(gates, ops.complement(gates)); // (T·B, 3H): derivative of the sigmoid
  const viaGates = ops.mul(slope, ops.concat([dropped(candidates), before(cell, cells), squashed], 1)); // (T·B, 3H)
  const viaCandidate = dropped(ops.mul(input, ops.complement(ops.mul(candidates, candidates)))); // (T·B, H)
  const local = ops.split(ops.concat([viaGates, viaCandidate], 1), steps, 0); // T × (B, 4H)
  const leak = ops.split(ops.mul(output, ops.complement(ops.mul(squashed, squashed))), steps, 0); // T × (B, H)
  const forgets = ops.split(forget, steps, 0); // T × (B, H)
  const dOutputs = ops.split(dHiddens, steps, 0); // T × (B, H)
  const recurrentTransposed = ops.transpose(weights.recurrentWeight); // (4H, H), once: faster than in every product

  const dSums: X[] = new Array(T); // T × (B, 4H)
  let dHidden = ops.zeros(B, H);
  let dCell = dLastCell ?? ops.zeros(B, H);
  for (let t = T - 1; t >= 0; t--) {
    const dh = ops.add(dOutputs[t]!, dHidden); // (B, H)
    const dc = ops.add(dCell, ops.mul(dh, leak[t]!)); // (B, H)
    const dSum = ops.mul(ops.concat([dc, dc, dh, dc], 1), local[t]!); // (B, 4H)
    dSums[t] = dSum;
    dHidden = ops.matMul(dSum, recurrentTransposed); // (B, H)
    dCell = ops.mul(dc, forgets[t]!); // (B, H)
  }

  const dSum = ops.concat(dSums, 0); // (T·B, 4H)
  const dProjected = mask === undefined ? dSum : ops.mul(dSum, mask); // (T·B, 4H)
  return {
    dRows: ops.matMul(dProjected, ops.transpose(weights.inputWeight)), // (T·B, D)
    dWeights: {
      inputWeight: ops.matMul(rows, dProjected, true), // (D, 4H)
      inputBias: ops.sumRows(dProjected), // (4H)
      recurrentWeight: ops.matMul(before(hidden, hiddens), dSum, true), // (H, 4H)
      recurrentBias: ops.sumRows(dSum), // (4H)
    },
    dState: { hidden: dHidden, cell: dCell }, // (B, H) each
  };
}
