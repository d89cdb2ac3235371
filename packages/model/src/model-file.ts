import type { TensorFlow } from '@etude/tensorflow';
import { fromSafetensors, type NamedArray, toSafetensors } from './safetensors.js';
import { type StackedLstmShape, type Weights, weightShapes } from './stacked-lstm.js';

export interface Model {
  readonly shape: StackedLstmShape;
  readonly weights: Weights;
}

/** A model as a safetensors file; its shape is in the metadata. */
export async function modelToBytes({ shape, weights }: Model): Promise<Uint8Array> {
  const arrays: Record<string, NamedArray> = {};
  for (const name of Object.keys(weightShapes(shape))) {
    const tensor = weights[name]!;
    arrays[name] = { shape: tensor.shape, data: (await tensor.data()) as Float32Array };
  }
  const { vocabulary, units, layers } = shape;
  const metadata = { kind: 'stacked-lstm', vocabulary: `${vocabulary}`, units: `${units}`, layers: `${layers}` };
  return toSafetensors({ arrays, metadata });
}

/** @throws {Error} where the file does not hold a stacked LSTM */
export function modelFromBytes(tf: TensorFlow, bytes: Uint8Array): Model {
  const { arrays, metadata } = fromSafetensors(bytes);
  if (metadata.kind !== 'stacked-lstm')
    throw new Error(`expected a model of kind stacked-lstm, found ${metadata.kind}`);
  const shape = {
    vocabulary: Number(metadata.vocabulary),
    units: Number(metadata.units),
    layers: Number(metadata.layers),
  };
  const weights = Object.fromEntries(
    Object.entries(weightShapes(shape)).map(([name, dimensions]) => {
      const array = arrays[name];
      if (array?.shape.join() !== dimensions.join())
        throw new Error(`the model lacks ${name} of shape ${dimensions.join('×')}`);
      return [name, tf.tensor(array.data, dimensions)];
    }),
  );
  return { shape, weights };
}
