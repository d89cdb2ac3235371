import {
  fromArrays,
  fromSafetensors,
  type Kernels,
  toArrays,
  toSafetensors,
  type Weights,
  weightShapes,
} from '@etude/model';
import type { Tensor2D, TensorFlow } from '@etude/tensorflow';
import { Adam } from './adam.js';
import type { TrainingOptions } from './options.js';
import type { CurvePoint, TrainingState } from './training-state.js';
import { WeightAverage } from './weight-average.js';

const KIND = 'checkpoint 2';

/** What of a training state is no tensor, as JSON in the file's metadata. */
interface Numbers {
  readonly step: number;
  readonly epoch: number;
  readonly bestStep: number | undefined;
  readonly curve: readonly CurvePoint[];
  readonly lossSum: number;
  readonly lossCount: number;
  readonly rows: number;
}

/** A training state as a safetensors file, with what computed it: others round differently, and do not go on from it. */
export async function toCheckpoint(state: TrainingState, { computedBy }: Kernels): Promise<Uint8Array> {
  const { step, epoch, adam, average, carried, best, curve, lossSum, lossCount } = state;
  const layers = carried.flatMap(({ hidden, cell }, layer) => [
    [`${layer}.hidden`, hidden],
    [`${layer}.cell`, cell],
  ]);
  const groups: Record<string, Weights> = {
    weights: adam.weights,
    means: adam.means,
    squares: adam.squares,
    ...(average && { average: average.weights }),
    carried: Object.fromEntries(layers),
    ...(best && { best: best.weights }),
  };
  const tensors = Object.entries(groups).flatMap(([group, members]) =>
    Object.entries(members).map(([name, tensor]) => [`${group}.${name}`, tensor] as const),
  );
  const numbers: Numbers = {
    ...{ step, epoch, bestStep: best?.point.step, curve, lossSum, lossCount },
    rows: carried[0]!.hidden.shape[0],
  };
  const metadata = { kind: KIND, computedBy, numbers: JSON.stringify(numbers) };
  return toSafetensors({ arrays: await toArrays(Object.fromEntries(tensors)), metadata });
}

/**
 * The state that a checkpoint holds.
 * @returns a text where training cannot go on from it: why, or empty where there is nothing to tell anybody
 */
export function fromCheckpoint(
  tf: TensorFlow,
  kernels: Kernels,
  bytes: Uint8Array,
  options: TrainingOptions,
): TrainingState | string {
  const { arrays, metadata } = fromSafetensors(bytes);
  if (metadata.kind !== KIND) return 'it is of another version of Etude';
  if (metadata.computedBy !== kernels.computedBy) {
    return `it was computed by ${metadata.computedBy}, and this is ${kernels.computedBy}`;
  }
  const { step, epoch, bestStep, curve, lossSum, lossCount, rows } = JSON.parse(metadata.numbers!) as Numbers;
  if (step > options.steps) return '';
  const { shape } = options;
  const group = (name: string, shapes: Record<string, number[]>) => {
    const prefixed = Object.entries(shapes).map(([key, dimensions]) => [`${name}.${key}`, dimensions]);
    const tensors = fromArrays(tf, arrays, Object.fromEntries(prefixed));
    return Object.fromEntries(Object.keys(shapes).map((key) => [key, tensors[`${name}.${key}`]!]));
  };
  const shapes = weightShapes(shape);
  const names = Array.from({ length: shape.layers }, (_, layer) => [`${layer}.hidden`, `${layer}.cell`]).flat();
  const carried = group('carried', Object.fromEntries(names.map((name) => [name, [rows, shape.units]])));
  const from = { means: group('means', shapes), squares: group('squares', shapes), updates: step };
  const point = curve.find((at) => at.step === bestStep);
  return {
    ...{ step, epoch },
    adam: new Adam({ tf, kernels }, group('weights', shapes), options, from),
    average: options.averaging > 0 ? new WeightAverage(tf, options.averaging, group('average', shapes)) : undefined,
    carried: Array.from({ length: shape.layers }, (_, layer) => ({
      hidden: carried[`${layer}.hidden`] as Tensor2D,
      cell: carried[`${layer}.cell`] as Tensor2D,
    })),
    best: point && { point, weights: group('best', shapes) },
    curve: [...curve],
    lossSum,
    lossCount,
  };
}
