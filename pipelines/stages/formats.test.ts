import { inputValues } from '@etude/engine';
import { initialWeights, modelFormat, modelToBytes, toSafetensors } from '@etude/model';
import { createRandom, piecesFormat } from '@etude/music';
import { loadTensorFlow } from '@etude/tensorflow';
import { grammarFormat, splitFormat, vocabularyFormat } from '@etude/tokenizer';
import { describe, expect, it } from 'vitest';
import { inputFile } from '../testing/run-stage.js';

const { tf } = await loadTensorFlow();
const vocabulary = { unseen: 'error' as const, entries: ['a', 'b', 'c'].map((token) => ({ token, count: 1 })) };
const settings = { grammar: 'event-text', division: 480, steps: 0, velocities: 32 } as const;
const shape = { model: 'stacked-lstm', vocabulary: 3, units: 2, layers: 1, tiedEmbeddings: false } as const;
const model = await modelToBytes({ shape, weights: initialWeights(tf, shape, createRandom(1)) });
const header = (text: string, data = 0) => {
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(new TextEncoder().encode(text), 8);
  return bytes;
};

const stage = {
  'vocab.json': vocabularyFormat,
  'grammar.json': grammarFormat,
  'split.json': splitFormat,
  'model.safetensors': modelFormat,
  'pieces.jsonl': piecesFormat,
};
/** Reads an artifact as a stage does. */
function read(name: string, content: string | Uint8Array): unknown {
  const { bytes } = inputFile(content);
  const values: Record<string, unknown> = inputValues(stage, { [name]: [{ path: name, bytes }] });
  return name === 'pieces.jsonl' ? [...(values[name] as Iterable<unknown>)] : values[name];
}

const whole: Record<string, string | Uint8Array> = {
  'vocab.json': vocabularyFormat.serialize(vocabulary),
  'grammar.json': grammarFormat.serialize(settings),
  'split.json': splitFormat.serialize([{ tokens: 2, training: 2 }]),
  'model.safetensors': model,
  'pieces.jsonl': `${JSON.stringify({ division: 480, tempos: [], timeSignatures: [], keySignatures: [], tracks: [] })}\n`,
};

describe.each(Object.entries(whole))('%s', (name, content) => {
  it('is read', () => {
    expect(() => read(name, content)).not.toThrow();
  });

  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  it.each(
    Array.from({ length: 12 }, (_, i) => Math.floor((i * (bytes.length - 2)) / 12)),
  )('cut to %i bytes is one error that names it', (length) => {
    expect(() => read(name, bytes.slice(0, length))).toThrow(
      new RegExp(`^${name} is not what a stage of Etude writes: .+; run its stage again with --stage$`),
    );
  });
});

describe('a forged artifact', () => {
  it.each<[string, keyof typeof whole, string | Uint8Array, string]>([
    ['no entries', 'vocab.json', '{"unseen":"error","size":0,"entries":[]}', 'entries'],
    [
      'two ids for a token',
      'vocab.json',
      vocabularyFormat.serialize({ ...vocabulary, entries: [vocabulary.entries[0]!, vocabulary.entries[0]!] }),
      'a token has two ids',
    ],
    [
      'another size',
      'vocab.json',
      vocabularyFormat.serialize(vocabulary).replace('"size": 3', '"size": 4'),
      'expected 4 tokens, found 3',
    ],
    ['an unknown grammar', 'grammar.json', grammarFormat.serialize({ ...settings, grammar: 'x' as never }), 'grammar'],
    ['no division', 'grammar.json', '{"grammar":"session","steps":4,"velocities":32}', 'division'],
    ['no pieces', 'split.json', '[]', 'expected array to have >=1 items'],
    ['a list', 'grammar.json', '[]', 'expected object'],
    ['a header of no map', 'model.safetensors', header('5'), 'its header is no map'],
    ['no shape', 'model.safetensors', header('{"a":{"dtype":"F32"}}'), '"a" has type F32'],
    [
      'bytes before the file',
      'model.safetensors',
      header('{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}'),
      'bytes -4 to 0',
    ],
    [
      'bytes behind the file',
      'model.safetensors',
      header('{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}', 4),
      'bytes 0 to 36',
    ],
    [
      'a shape of no numbers',
      'model.safetensors',
      header('{"a":{"dtype":"F32","shape":["9"],"data_offsets":[0,36]}}', 36),
      'bytes 0 to 36',
    ],
    ['no model', 'model.safetensors', toSafetensors({ arrays: {}, metadata: {} }), 'expected a model of kind'],
    [
      'a model of another vocabulary',
      'model.safetensors',
      Buffer.from(Buffer.from(model).toString('latin1').replace('"vocabulary":"3"', '"vocabulary":"4"'), 'latin1'),
      'the file lacks',
    ],
    ['no pieces', 'pieces.jsonl', '', 'expected a piece a line, found none'],
    ['a piece of nothing', 'pieces.jsonl', '{}\n', ''],
  ])('with %s in %s is one error', (_, name, content, message) => {
    expect(() => read(String(name), content)).toThrow(
      expect.objectContaining({ name: 'StageError', message: expect.stringContaining(message) }),
    );
  });
});
