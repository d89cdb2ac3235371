import type { Tensor, TensorFlow } from '@etude/tensorflow';
import type { Weights } from './body.js';
import { type LanguageModelShape, weightShapes } from './language-model.js';
import { fromSafetensors, type NamedArray, toSafetensors } from './safetensors.js';

export interface Model {
  readonly shape: LanguageModelShape;
  readonly weights: Weights;
}

/** A model as a safetensors file; its shape is in the metadata. */
export async function modelToBytes({ shape, weights }: Model): Promise<Uint8Array> {
  const { model, ...rest } = shape;
  const numbers = Object.entries(rest)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, `${value}`]);
  return toSafetensors({ arrays: await toArrays(weights), metadata: { kind: model, ...Object.fromEntries(numbers) } });
}

/** @throws {Error} where the file does not hold a model */
export function modelFromBytes(tf: TensorFlow, bytes: Uint8Array): Model {
  const { arrays, metadata } = fromSafetensors(bytes);
  const { kind, vocabulary, units, layers } = metadata;
  const common = {
    vocabulary: Number(vocabulary),
    units: Number(units),
    layers: Number(layers),
    tiedEmbeddings: metadata.tiedEmbeddings === 'true',
  };
  let shape: LanguageModelShape;
  if (kind === 'stacked-lstm') shape = { model: kind, ...common };
  else if (kind === 'grid-lstm') {
    shape = {
      model: kind,
      ...common,
      tied: metadata.tied === 'true',
      depthPriority: metadata.depthPriority === 'true',
    };
  } else throw new Error(`expected a model of kind stacked-lstm or grid-lstm, found ${kind}`);
  return { shape, weights: fromArrays(tf, arrays, weightShapes(shape)) };
}

/** Tensors as plain arrays, in the same order. */
export async function toArrays(tensors: Readonly<Record<string, Tensor>>): Promise<Record<string, NamedArray>> {
  const arrays: Record<string, NamedArray> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    arrays[name] = { shape: tensor.shape, data: (await tensor.data()) as Float32Array };
  }
  return arrays;
}

/** @throws {Error} where an array is missing or has another shape */
export function fromArrays(
  tf: TensorFlow,
  arrays: Readonly<Record<string, NamedArray>>,
  shapes: Readonly<Record<string, number[]>>,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, dimensions]) => {
      const array = arrays[name];
      if (array?.shape.join() !== dimensions.join()) {
        throw new Error(`the file lacks ${name} of shape ${dimensions.join('×')}`);
      }
      return [name, tf.tensor(array.data, dimensions)];
    }),
  );
}
