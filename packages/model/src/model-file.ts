import type { Tensor, TensorFlow } from '@etude/tensorflow';
import * as z from 'zod';
import type { Weights } from './body.js';
import type { ModelConditions } from './conditions.js';
import { type LanguageModelShape, type Model, weightShapes } from './language-model.js';
import { risingFromBytes, risingToBytes } from './rising-numbers.js';
import { fromSafetensors, type NamedArray, type StoredType, toSafetensors } from './safetensors.js';

const LEARNED_RUNS = 'learned.runs';

/** What else a model file has. */
export interface ModelNotes {
  /** texts in the metadata */
  readonly about?: Readonly<Record<string, string>>;
  /** hashes of runs of notes of the music that the model, or one that it was gone on from, has learned from, rising */
  readonly learnedRuns?: Uint32Array | undefined;
  readonly storedAs?: StoredType;
}

/**
 * A model as a safetensors file; its shape is in the metadata.
 * @example
 * const bytes = await modelToBytes({ shape, weights }, { storedAs: 'bfloat16' });
 * modelFormat.parse(bytes).shape; // the same shape
 */
export async function modelToBytes(
  { shape, weights }: Model,
  { about = {}, learnedRuns, storedAs }: ModelNotes = {},
): Promise<Uint8Array> {
  const { model, conditions, ...rest } = shape;
  const numbers = Object.entries(rest)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, `${value}`]);
  const told = conditions && { conditions: JSON.stringify(conditions) };
  const metadata = { kind: model, ...Object.fromEntries(numbers), ...told, ...about };
  const bytes = learnedRuns ? { [LEARNED_RUNS]: risingToBytes(learnedRuns) } : {};
  return toSafetensors({ arrays: await toArrays(weights), bytes, metadata }, storedAs);
}

/** A model as it is stored, its weights not yet where they are computed with. */
export interface StoredModel {
  readonly shape: LanguageModelShape;
  readonly arrays: Readonly<Record<string, NamedArray>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** see `ModelNotes` */
  readonly learnedRuns?: Uint32Array | undefined;
}

/** A model as a safetensors file, written as {@link modelToBytes} made it. */
export const modelFormat = {
  parse(bytes: Uint8Array): StoredModel {
    const { arrays, bytes: { [LEARNED_RUNS]: runs } = {}, metadata } = fromSafetensors(bytes);
    const shape = shapeFrom(metadata);
    for (const [name, dimensions] of Object.entries(weightShapes(shape))) arrayOf(arrays, name, dimensions);
    return { shape, arrays, metadata, learnedRuns: runs && risingFromBytes(runs) };
  },
  serialize: (bytes: Uint8Array): Uint8Array => bytes,
};

/** A model and its vocabulary do not belong together. */
export class ModelError extends Error {
  override name = 'ModelError';
}

/**
 * A stored model, to compute with.
 * @throws {ModelError} where it is one of another number of tokens
 * @example
 * const model = loadModel(tf, modelFormat.parse(readFileSync('model.safetensors')), vocabulary.entries.length);
 */
export function loadModel(tf: TensorFlow, { shape, arrays }: StoredModel, vocabulary: number): Model {
  if (shape.vocabulary !== vocabulary) {
    throw new ModelError(`expected a model of ${vocabulary} tokens, found one of ${shape.vocabulary}`);
  }
  return { shape, weights: fromArrays(tf, arrays, weightShapes(shape)) };
}

const conditionsSchema = z.strictObject({
  fields: z.array(z.strictObject({ name: z.string(), values: z.array(z.int().min(0)).min(1) })).min(1),
  directUnits: z.int().min(0).max(4096),
});

function conditionsFrom(json: string): ModelConditions {
  try {
    return conditionsSchema.parse(JSON.parse(json));
  } catch {
    throw new Error('expected conditions with their values in the metadata, found something else');
  }
}

function shapeFrom(metadata: Readonly<Record<string, string>>): LanguageModelShape {
  const { kind, vocabulary, units, layers } = metadata;
  const common = {
    vocabulary: Number(vocabulary),
    units: Number(units),
    layers: Number(layers),
    tiedEmbeddings: metadata.tiedEmbeddings === 'true',
    ...(metadata.conditions !== undefined && { conditions: conditionsFrom(metadata.conditions) }),
  };
  if (kind === 'stacked-lstm') return { model: kind, ...common };
  if (kind === 'grid-lstm') {
    return { model: kind, ...common, tied: metadata.tied === 'true', depthPriority: metadata.depthPriority === 'true' };
  }
  throw new Error(`expected a model of kind stacked-lstm or grid-lstm, found ${kind}`);
}

/**
 * Tensors as plain arrays, in the same order.
 * @example
 * (await toArrays({ bias: tf.tensor1d([1, 2]) })).bias; // { shape: [2], data: Float32Array [1, 2] }
 */
export async function toArrays(tensors: Readonly<Record<string, Tensor>>): Promise<Record<string, NamedArray>> {
  const arrays: Record<string, NamedArray> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    arrays[name] = { shape: tensor.shape, data: (await tensor.data()) as Float32Array };
  }
  return arrays;
}

/**
 * The arrays of these names as tensors of these shapes: the inverse of {@link toArrays}. The caller disposes of them.
 * @throws {Error} where an array is missing or has another shape
 * @example
 * fromArrays(tf, { bias: { shape: [2], data: Float32Array.of(1, 2) } }, { bias: [2] }).bias.dataSync(); // Float32Array [1, 2]
 */
export function fromArrays(
  tf: TensorFlow,
  arrays: Readonly<Record<string, NamedArray>>,
  shapes: Readonly<Record<string, number[]>>,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, dimensions]) => {
      return [name, tf.tensor(arrayOf(arrays, name, dimensions).data, dimensions)];
    }),
  );
}

function arrayOf(
  arrays: Readonly<Record<string, NamedArray>>,
  name: string,
  dimensions: readonly number[],
): NamedArray {
  const array = arrays[name];
  if (array?.shape.join() === dimensions.join()) return array;
  throw new Error(`the file lacks ${name} of shape ${dimensions.join('×')}`);
}

/** Weights of which the tokens have rows or columns of their own, and along which axis. */
const TOKEN_AXIS: Readonly<Record<string, 0 | 1>> = {
  embedding: 0,
  'output.weight': 1,
  'output.bias': 0,
  'direct.weight': 1,
};

/**
 * The weights of a model for other tokens, to go on training from.
 * @param related for each new token the id of the one whose weights it begins with; below 0 for weights of its own
 * @param fresh weights for a model of so many new tokens, of which those without a relative keep theirs
 * @example
 * relatedWeights(tf, stored, [4, 2, -1], initialWeights(tf, { ...stored.shape, vocabulary: 3 }, random));
 */
export function relatedWeights(
  tf: TensorFlow,
  { shape, arrays }: StoredModel,
  related: readonly number[],
  fresh: Weights,
): Weights {
  return Object.fromEntries(
    Object.entries(weightShapes({ ...shape, vocabulary: related.length })).map(([name, dimensions]) => {
      const before = arrays[name]!;
      const axis = TOKEN_AXIS[name];
      if (axis === undefined) return [name, tf.tensor(before.data, dimensions)];
      const values = Float32Array.from(fresh[name]!.dataSync() as Float32Array);
      // Rows of one token each, or columns of rows as long as the vocabulary.
      const width = axis === 0 ? (dimensions[1] ?? 1) : 1;
      const lines = axis === 0 ? 1 : dimensions[0]!;
      for (let line = 0; line < lines; line++) {
        related.forEach((id, token) => {
          if (id < 0) return;
          const from = (line * shape.vocabulary + id) * width;
          values.set(before.data.subarray(from, from + width), (line * related.length + token) * width);
        });
      }
      return [name, tf.tensor(values, dimensions)];
    }),
  );
}
