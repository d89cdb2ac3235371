import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { isFamily, type Stage, type WorkspaceFile } from '@etude/engine';
import { readMidi } from '@etude/midi-reader';
import { setTempo, timeSignature, trackName, writeMidi } from '@etude/midi-writer';
import { piecesOf, pieceToJson } from '@etude/music';
import { loadTensorFlow } from '@etude/tensorflow';
import { createGrammar, GRAMMARS, piecesFor, timeOf } from '@etude/tokenizer';
import { describe, expect, it } from 'vitest';
import { type InputFile, runStage, workspaceFile } from '../testing/run-stage.js';
import { stages } from './index.js';

// For each stage, what it writes for a fixed small input at its present version. A stage whose output changes has to
// change its version too: else old artifacts would be taken from the cache for new ones. With a new version, record the
// new output by running the tests with UPDATE_GOLDEN=1.

const GOLDEN = new URL('./golden.json', import.meta.url);
interface Golden {
  /** by the name of a chain, then of a stage */
  chains: Record<
    string,
    Record<string, { version: number; outputs: Record<string, { digest: string; numbers?: number[] }> }>
  >;
  /** digests by grammar */
  grammars: Record<string, string>;
}
const golden: Golden = JSON.parse(readFileSync(GOLDEN, 'utf8'));
const record = () => writeFileSync(GOLDEN, `${JSON.stringify(golden)}\n`);

const notes = [60, 64, 67, 72, 67, 64, 60, 55].flatMap((key, i) => [
  { tick: i * 120, status: 0x90, data1: key, data2: 100 },
  { tick: i * 120 + 120, status: 0x80, data1: key, data2: 0 },
]);
const source = writeMidi({
  format: 1,
  division: 480,
  tracks: [
    {
      meta: [setTempo({ tick: 0, microseconds: 600_000 }), timeSignature({ tick: 0, numerator: 3, denominator: 4 })],
      events: [],
    },
    {
      meta: [trackName('Fixture')],
      events: [
        { tick: 0, status: 0xc0, data1: 40, data2: 0 },
        ...notes.sort((a, b) => a.tick - b.tick || a.status - b.status),
      ],
    },
  ],
});

/** Piano rolls with what is odd in them: rests at both ends, a piece that fits few keys, pitches that do not rise, one piece twice. */
const rolls = {
  train: [
    [[64, 60], [62], [62, 65]],
    [[], [120, 70], [], [], [71]],
    [[60], [64], [], []],
    [[60], [64], [], []],
  ],
  valid: [[[60], [], [67, 60]]],
  test: [
    [[64], [], [60, 67]],
    [[], [62], []],
  ],
};

/** Stages one after the other, each with what those before it have made. */
interface Chain {
  readonly stages: readonly Stage[];
  readonly params: Record<string, Record<string, unknown>>;
  /** what the first stage reads */
  readonly source: WorkspaceFile;
  /** where what comes in at a name is not what went out at the one of the same name */
  readonly inputs: Record<string, Record<string, string>>;
}
const named = (...names: string[]) => names.map((name) => stages.find((stage) => stage.name === name)!);
const CHAINS: Record<string, Chain> = {
  song: {
    stages,
    params: {
      'extract-track': { source: 'fixture.mid' },
      train: { layers: 2, units: 4, steps: 3, batch: 2, window: 4, evaluateEvery: 1, precision: 'float32' },
      sample: { songs: 2, length: 12, prime: 2 },
    },
    source: workspaceFile(source, 'fixture.mid'),
    inputs: {
      evaluate: { test: 'tokens' },
      measure: { songs: 'sample.songs' },
      report: { songs: 'sample.songs', rendered: 'render.songs' },
    },
  },
  chorales: {
    stages: named('extract-track', 'tokenize', 'study', 'build-vocab', 'train', 'evaluate'),
    params: {
      'extract-track': { source: 'rolls.json' },
      tokenize: { grammar: { kind: 'chord-frame', stepsPerBeat: 1, keyToken: true }, transposeToAllKeys: true },
      train: {
        layers: 1,
        units: 2,
        conditions: false,
        steps: 12,
        batch: 4,
        window: 8,
        evaluateEvery: 4,
        precision: 'float32',
      },
    },
    source: workspaceFile(Buffer.from(JSON.stringify(rolls)), 'rolls.json'),
    inputs: {},
  },
};

/**
 * What an output is made of: a text that has to be the same to the letter, and the numbers in it that come out of
 * training, whose last bits differ from one processor to the next.
 */
function partsOf(name: string, content: Uint8Array): { text: string; numbers: number[] } {
  const text = new TextDecoder().decode(content);
  if (name === 'model') {
    const header = Number(new DataView(content.buffer, content.byteOffset).getBigUint64(0, true));
    return { text: text.slice(8, 8 + header), numbers: [...new Float32Array(content.slice(8 + header).buffer)] };
  }
  if (!['curve', 'picture', 'likelihood', 'measures', 'content'].includes(name)) return { text, numbers: [] };
  return { text: text.replace(/\d+\.\d+/g, '#'), numbers: (text.match(/\d+\.\d+/g) ?? []).map(Number) };
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + Math.abs(number), 0) / numbers.length;
}

/** What a piece becomes in a grammar, and what that stands for. */
it.each(GRAMMARS)('golden tokens of %s', (name) => {
  const steps = timeOf(name) === 'steps' ? 4 : 0;
  const grammar = createGrammar({ grammar: name, division: 480, steps, velocities: 32 });
  const [piece] = piecesFor(grammar, piecesOf(readMidi(source)));
  const tokens = grammar.encode(piece!);
  const text = `${tokens.join(' ')}\n${pieceToJson(grammar.decode(tokens))}\n`;
  const digest = createHash('sha256').update(text).digest('hex');
  if (process.env.UPDATE_GOLDEN) {
    golden.grammars[name] = digest;
    record();
  }
  expect(digest, `${name} changed: the versions of tokenize, sample, render and measure have to grow`).toBe(
    golden.grammars[name],
  );
});

describe.each(Object.entries(CHAINS))('golden outputs of %s', async (chain, {
  params,
  source,
  inputs: from,
  ...chained
}) => {
  // The weights of the other backend agree to fewer digits; the golden ones are the native backend's.
  const { backend } = await loadTensorFlow();
  const made: Record<string, InputFile[]> = {};
  golden.chains[chain] ??= {};
  for (const stage of chained.stages) {
    it.skipIf(
      backend !== 'tensorflow' && ['train', 'sample', 'render', 'measure', 'report', 'evaluate'].includes(stage.name),
    )(stage.name, async () => {
      const inputs = Object.fromEntries(
        Object.entries(stage.inputs).map(([name, port]) => {
          const files = made[from[stage.name]?.[name] ?? name]!;
          return [name, isFamily(port) ? files : files[0]!];
        }),
      );
      const files: Record<string, WorkspaceFile[]> = stage === chained.stages[0] ? { source: [source] } : {};
      const { outputs } = await runStage(stage, { params: params[stage.name] ?? {}, inputs, files });
      Object.assign(made, outputs);
      for (const [name, files] of Object.entries(outputs)) made[`${stage.name}.${name}`] = files;
      const found = Object.fromEntries(
        Object.entries(outputs).map(([name, files]) => {
          const parts = files.map(({ bytes }) => partsOf(name, bytes));
          const digest = createHash('sha256')
            .update(parts.map(({ text }) => text).join('\0'))
            .digest('hex');
          const numbers = parts.flatMap((part) => part.numbers).map((number) => Number(number.toFixed(4)));
          return [name, { digest, ...(numbers.length > 0 && { numbers }) }];
        }),
      );
      if (process.env.UPDATE_GOLDEN) {
        golden.chains[chain]![stage.name] = { version: stage.version, outputs: found };
        record();
      }
      const expected = golden.chains[chain]![stage.name];
      expect(expected?.version, 'record the outputs of the new version: UPDATE_GOLDEN=1').toBe(stage.version);
      for (const [name, { digest, numbers = [] }] of Object.entries(found)) {
        const message = `"${name}" of ${stage.name} changed: the version has to grow`;
        const before = expected!.outputs[name];
        expect(digest, message).toBe(before?.digest);
        expect(numbers.length, message).toBe(before?.numbers?.length ?? 0);
        if (numbers.length === 0) continue;
        const difference = meanOf(numbers.map((number, i) => number - before!.numbers![i]!));
        expect(difference, message).toBeLessThan(1e-3 * meanOf(before!.numbers!));
      }
    });
  }
});
