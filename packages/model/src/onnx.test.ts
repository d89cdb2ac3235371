import { createRandom } from '@etude/music';
import { loadTensorFlow } from '@etude/tensorflow';
import { describe, expect, it } from 'vitest';
import { initialWeights, type LanguageModelShape } from './language-model.js';
import { modelFormat, modelToBytes } from './model-file.js';
import { modelToOnnx } from './onnx.js';
import { joined, proto } from './protobuf.js';

const { tf } = await loadTensorFlow();
const stored = async (shape: LanguageModelShape) =>
  modelFormat.parse(await modelToBytes({ shape, weights: initialWeights(tf, shape, createRandom(1)) }));
const size = { vocabulary: 6, units: 4, layers: 2, tiedEmbeddings: false };

it('encodes fields as Protocol Buffers does', () => {
  // The examples of protobuf.dev/programming-guides/encoding: 150, "testing", and a message of 150.
  expect(Buffer.from(joined(proto.int(1, 150))).toString('hex')).toBe('089601');
  expect(Buffer.from(joined(proto.text(2, 'testing'))).toString('hex')).toBe('120774657374696e67');
  expect(Buffer.from(joined(proto.message(3, proto.int(1, 150)))).toString('hex')).toBe('1a03089601');
});

// That other programs come to the same logits is for `npm run test:exports`.
describe('a model as ONNX', () => {
  it('has an LSTM for each layer, and what the file says of itself', async () => {
    const bytes = Buffer.from(modelToOnnx(await stored({ model: 'stacked-lstm', ...size }))).toString('latin1');
    expect(bytes.match(/LSTM/g)).toHaveLength(2);
    expect(bytes).toContain('stacked-lstm');
    expect(bytes).not.toContain('conditions');
  });

  it('is refused for a Grid LSTM, which ONNX has no operation for', async () => {
    const grid = await stored({ model: 'grid-lstm', ...size, tied: false, depthPriority: false });
    expect(() => modelToOnnx(grid)).toThrow('expected a model of kind stacked-lstm, found grid-lstm');
  });
});
