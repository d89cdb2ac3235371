import { dropoutKey, dropoutMask } from '../kernels/dropout.js';
import { DIRECT_PLACE, type LanguageModelShape, OUTPUT_PLACE, type Regularization } from '../language-model.js';

// The models in double precision, written from the equations with no thought of speed: the oracle of the kernels.

export type Numbers = Record<string, Float64Array>;
export interface PlainState {
  readonly hidden: Float64Array; // (B, H)
  readonly cell: Float64Array; // (B, H)
}
type Vector = Float64Array;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** One LSTM for one row: hidden vectors from two sides, its own memory, masks of this row. */
function lstm(
  weights: Numbers,
  name: string,
  below: Vector,
  before: Vector,
  memory: Vector,
  mask: Vector,
  kept: Vector,
) {
  const H = memory.length;
  const sums = Array.from({ length: 4 * H }, (_, j) => {
    let input = weights[`${name}.input.bias`]![j]!;
    let recurrent = weights[`${name}.recurrent.bias`]![j]!;
    for (let i = 0; i < H; i++) {
      input += below[i]! * weights[`${name}.input.weight`]![i * 4 * H + j]!;
      recurrent += before[i]! * weights[`${name}.recurrent.weight`]![i * 4 * H + j]!;
    }
    return input * mask[j]! + recurrent;
  });
  const cell = memory.map(
    (c, j) => sigmoid(sums[H + j]!) * c + sigmoid(sums[j]!) * kept[j]! * Math.tanh(sums[3 * H + j]!),
  );
  return { hidden: cell.map((c, j) => sigmoid(sums[2 * H + j]!) * Math.tanh(c)), cell };
}

/** What training minimizes: the mean cross entropy of the targets that are not -1, and that are smoothed where labelSmoothing says so. */
export function plainObjective(
  shape: LanguageModelShape,
  weights: Numbers,
  state: readonly PlainState[],
  inputs: readonly number[],
  targets: readonly number[],
  {
    dropout,
    recurrentDropout,
    outputDropout = 0,
    lockedDropout,
    labelSmoothing,
    seed,
    step,
    rows = [],
  }: Regularization & {
    /** of the conditions, those of each input behind those of the one before */
    readonly rows?: readonly number[];
  },
): number {
  const { vocabulary: V, units: H, layers } = shape;
  const B = state[0]!.hidden.length / H;
  const period = lockedDropout ? B : 0;
  const maskAt = (rate: number, place: number, width: number) =>
    rate === 0
      ? new Float32Array(inputs.length * width).fill(1)
      : dropoutMask({ rate, key: dropoutKey(seed, step, place), period }, inputs.length, width);
  const places = shape.model === 'grid-lstm' ? 2 * layers : layers;
  const masks = Array.from({ length: places }, (_, place) => ({
    input: maskAt(dropout, 2 * place, 4 * H),
    recurrent: maskAt(recurrentDropout, 2 * place + 1, H),
  }));
  const run = (name: string, place: number, n: number, below: Vector, before: Vector, memory: Vector) =>
    lstm(
      ...([weights, name, below, before, memory] as const),
      Float64Array.from(masks[place]!.input.subarray(n * 4 * H, (n + 1) * 4 * H)),
      Float64Array.from(masks[place]!.recurrent.subarray(n * H, (n + 1) * H)),
    );
  const rowsOf = (values: Float64Array) => Array.from({ length: B }, (_, b) => values.slice(b * H, (b + 1) * H));
  const carried = state.map(({ hidden, cell }) => ({ hidden: rowsOf(hidden), cell: rowsOf(cell) }));
  const K = rows.length / inputs.length;
  /** the rows of a table that are told with an input, added up */
  const told = (table: string, width: number, n: number) =>
    Array.from({ length: width }, (_, i) =>
      rows.slice(n * K, (n + 1) * K).reduce((sum, row) => sum + (weights[table]?.[row * width + i] ?? 0), 0),
    );
  const D = weights['direct.bias']?.length ?? 0;
  const directMask = maskAt(dropout, 2 * DIRECT_PLACE, D);
  const outputMask = maskAt(outputDropout, 2 * OUTPUT_PLACE, H);
  let total = 0;
  let counted = 0;
  for (let n = 0; n < inputs.length; n++) {
    const b = n % B;
    const ofConditions = told('conditions.embedding', H, n);
    let x = weights.embedding!.slice(inputs[n]! * H, (inputs[n]! + 1) * H).map((value, i) => value + ofConditions[i]!);
    const units = told('direct.embedding', D, n).map(
      (sum, d) => Math.max(0, sum + weights['direct.bias']![d]!) * directMask[n * D + d]!,
    );
    let depthCell: Vector = new Float64Array(H);
    for (let layer = 0; layer < layers; layer++) {
      const { hidden, cell } = carried[layer]!;
      if (shape.model === 'stacked-lstm') {
        const after = run(`lstm.${layer}`, layer, n, x, hidden[b]!, cell[b]!);
        [hidden[b], cell[b]] = [after.hidden, after.cell];
        x = after.hidden;
      } else {
        const prefix = shape.tied ? 'grid' : `grid.${layer}`;
        const time = run(`${prefix}.time`, 2 * layer, n, x, hidden[b]!, cell[b]!);
        const read = shape.depthPriority ? time.hidden : hidden[b]!;
        const depth = run(`${prefix}.depth`, 2 * layer + 1, n, x, read, depthCell);
        [hidden[b], cell[b]] = [time.hidden, time.cell];
        [x, depthCell] = [depth.hidden, depth.cell];
      }
    }
    x = x.map((value, i) => value * outputMask[n * H + i]!);
    const logits = Array.from({ length: V }, (_, v) => {
      let sum = weights['output.bias']![v]!;
      for (let i = 0; i < H; i++) {
        sum += x[i]! * (shape.tiedEmbeddings ? weights.embedding![v * H + i]! : weights['output.weight']![i * V + v]!);
      }
      units.forEach((unit, d) => {
        sum += unit * weights['direct.weight']![d * V + v]!;
      });
      return sum;
    });
    const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    const mean = logits.reduce((sum, logit) => sum + logit, 0) / V;
    if (targets[n]! < 0) continue;
    counted += 1;
    total += logSum - (1 - labelSmoothing) * logits[targets[n]!]! - labelSmoothing * mean;
  }
  return total / counted;
}
