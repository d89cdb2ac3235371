// More than 300 lines: one table of mistakes and what is said of each.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CliWorkspace, TINY } from './testing/cli-workspace.js';

/** Runs an experiment that is wrong: it has to be refused with code 2 before anything has run. */
async function refused(files: Record<string, string>, ...args: string[]): Promise<string[]> {
  const workspace = new CliWorkspace();
  for (const [path, text] of Object.entries(files)) workspace.write(path, text);
  const { code, stdout, stderr } = await workspace.etude('run', '--config', 'experiments/tiny.yaml', ...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(existsSync(workspace.path('artifacts'))).toBe(false);
  return stderr.trimEnd().split('\n');
}

const experiment = (text: string) => ({ 'experiments/tiny.yaml': text });
const pipeline = (stages: string) => ({ 'pipelines/song.yaml': `stages:\n${stages}` });
const HEAD = `pipeline: song
extract-track:
  source: data/prelude-bwv-846.mid
`;
const TOKENS =
  'outputs: { tokens: tokens.txt, augmented: augmented.txt, grammar: grammar.json, split: split.json, tokenization: report.json }';
const EXTRACT = '  extract-track:\n    outputs: { pieces: pieces.jsonl, summary: tracks.json }\n';

describe('a wrong experiment is refused', () => {
  it.each<[string, Record<string, string>, string[]]>([
    [
      'for a value of the wrong type',
      experiment(`${HEAD}train:\n  layers: many\n`),
      ['experiments/tiny.yaml:5:11: train.layers: expected number, found "many"'],
    ],
    [
      'for a part of a layer',
      experiment(`${HEAD}train: { layers: 1.5 }\n`),
      ['experiments/tiny.yaml:4:18: train.layers: expected an integer, found 1.5'],
    ],
    [
      'for a value out of range',
      experiment(`${HEAD}train: { dropout: 1.5 }\n`),
      ['experiments/tiny.yaml:4:19: train.dropout: expected number <1, found 1.5'],
    ],
    [
      'for a value that is none of the valid ones, with the nearest',
      experiment(`${HEAD}build-vocab:\n  unseen: eror\n`),
      [
        'experiments/tiny.yaml:5:11: build-vocab.unseen: expected one of "error" or "drop", found "eror"; did you mean "error"?',
      ],
    ],
    [
      'for an unknown key, with the nearest',
      experiment(`${HEAD}sample:\n  songs: 1\n  temprature: 1.2\n`),
      ['experiments/tiny.yaml:6:3: sample: unknown key "temprature"; did you mean "temperature"?'],
    ],
    [
      'for an unknown key inside of a map, with the nearest',
      experiment(`${HEAD}render:\n  arrangement:\n    parts:\n      - { trck: 1, volume: 300 }\n`),
      [
        'experiments/tiny.yaml:7:28: render.arrangement.parts.0.volume: expected number <=127, found 300',
        'experiments/tiny.yaml:7:11: render.arrangement.parts.0: unknown key "trck"; did you mean "track"?',
      ],
    ],
    [
      'for an unknown instrument, with the nearest',
      experiment(`${HEAD}render: { arrangement: { parts: [{ instrument: celo }] } }\n`),
      [
        'experiments/tiny.yaml:4:48: render.arrangement.parts.0.instrument: unknown instrument "celo"; did you mean "cello"?',
      ],
    ],
    [
      'for a word that noise is not, with the nearest',
      experiment(`${HEAD}sample: { noise: drifft }\n`),
      [
        'experiments/tiny.yaml:4:18: sample.noise: expected one of "none" or "calm" or "restless" or "wild" or "drift" or a map of every, from, disturbances, found "drifft"; did you mean "drift"?',
      ],
    ],
    [
      'for what noise cannot be, with what it can',
      experiment(`${HEAD}sample: { noise: 5 }\n`),
      [
        'experiments/tiny.yaml:4:18: sample.noise: expected one of "none" or "calm" or "restless" or "wild" or "drift" or a map of every, from, disturbances, found 5',
      ],
    ],
    [
      'for a wrong map of noise, as for any other map',
      experiment(
        `${HEAD}sample:\n  noise:\n    evry: 3\n    disturbances:\n      - { kind: rests, beats: 2 }\n      - { kind: rest }\n      - { kind: theme, of: A, tokns: 3 }\n`,
      ),
      [
        expect.stringMatching(
          /^experiments\/tiny.yaml:8:17: sample.noise.disturbances.0.kind: expected one of "temperature" or .+, found "rests"; did you mean "rest"\?$/,
        ),
        'experiments/tiny.yaml:9:9: sample.noise.disturbances.1.beats: a value is missing: expected number',
        'experiments/tiny.yaml:10:31: sample.noise.disturbances.2: unknown key "tokns"; did you mean "tokens"?',
        'experiments/tiny.yaml:6:5: sample.noise: unknown key "evry"; did you mean "every"?',
      ],
    ],
    [
      'for options of another kind, and for what has moved',
      experiment(
        `${HEAD}tokenize: { stepsPerBeat: 4, grammar: { kind: factord } }\ntrain: { model: { kind: stacked-lstm, tiedLayers: true } }\nsample: { topK: 3, filter: { topk: 3 }, masks: {} }\n`,
      ),
      [
        expect.stringMatching(
          /^experiments\/tiny.yaml:4:47: tokenize.grammar.kind: expected one of "event-text" or .+, found "factord"; did you mean "factored"\?$/,
        ),
        'experiments/tiny.yaml:4:13: tokenize: "stepsPerBeat" is tokenize.grammar.stepsPerBeat now',
        'experiments/tiny.yaml:5:39: train.model: unknown key "tiedLayers"; expected one of kind',
        'experiments/tiny.yaml:6:30: sample.filter: unknown key "topk"; did you mean "topK"?',
        'experiments/tiny.yaml:6:11: sample: "topK" is sample.filter.topK now',
        'experiments/tiny.yaml:6:41: sample: "masks" is sample.rules now',
      ],
    ],
    [
      'for a stage of an earlier version, with what does its work',
      experiment(`${HEAD}read-frames:\n  source: a.json\n  keyToken: true\n`),
      [
        'experiments/tiny.yaml:4:1: stage read-frames is extract-track now',
        'experiments/tiny.yaml:5:3: read-frames: "source" is extract-track.source now',
        'experiments/tiny.yaml:6:3: read-frames: "keyToken" is tokenize.grammar.keyToken now',
      ],
    ],
    [
      'for a map of noise without what it has to have',
      experiment(`${HEAD}sample: { noise: { every: 4 } }\n`),
      ['experiments/tiny.yaml:4:11: sample.noise.disturbances: a value is missing: expected array'],
    ],
    [
      'for noise that counts bars by its earlier name',
      experiment(`${HEAD}sample: { noise: { everyBars: 4, disturbances: [{ kind: swap }] } }\n`),
      ['experiments/tiny.yaml:4:20: sample.noise: "everyBars" is sample.noise.every now'],
    ],
    [
      'for seeds of more than 32 bits, or below 0',
      experiment(
        `${HEAD}tokenize: { seed: 4294967296 }\ntrain: { seed: -1 }\nsample: { seed: 1.5 }\nrender: { arrangement: { humanize: { seed: 4294967296 } } }\n`,
      ),
      [
        'experiments/tiny.yaml:4:19: tokenize.seed: expected number <=4294967295, found 4294967296',
        'experiments/tiny.yaml:5:16: train.seed: expected number >=0, found -1',
        'experiments/tiny.yaml:6:17: sample.seed: expected an integer, found 1.5',
        'experiments/tiny.yaml:7:44: render.arrangement.humanize.seed: expected number <=4294967295, found 4294967296',
      ],
    ],
    [
      'for aliases that stand for too much',
      experiment(
        Array.from({ length: 9 }, (_, i) => `a${i}: &a${i} [${Array(9).fill(i ? `*a${i - 1}` : 'x')}]\n`).join(''),
      ),
      [
        'experiments/tiny.yaml:6:10: expected at most 100,000 values, those of an alias counted each time that it is used, found more',
      ],
    ],
    [
      'for an unknown stage, with the nearest',
      experiment(`${HEAD}smaple:\n  songs: 1\n`),
      ['experiments/tiny.yaml:4:1: unknown stage "smaple"; did you mean "sample"?'],
    ],
    [
      'for a missing file',
      experiment('pipeline: song\nextract-track:\n  source: data/nothing.mid\n'),
      ['experiments/tiny.yaml:3:11: extract-track.source: there is no file data/nothing.mid'],
    ],
    [
      'for a path outside the workspace',
      experiment('pipeline: song\nextract-track:\n  source: ../../etc/passwd\n'),
      [
        'experiments/tiny.yaml:3:11: extract-track.source: expected a path inside the workspace, found "../../etc/passwd"; music from elsewhere is named by its absolute path, or by one that begins with ~/',
      ],
    ],
    [
      'for a device',
      experiment('pipeline: song\nextract-track:\n  source: /dev/zero\n'),
      ['experiments/tiny.yaml:3:11: extract-track.source: expected a file or a folder, found a device: /dev/zero'],
    ],
    [
      'for a missing value',
      experiment('pipeline: song\ntrain:\n  layers: 1\n'),
      ['experiments/tiny.yaml:1:1: extract-track.source: a value is missing: expected string or array'],
    ],
    [
      'for a section that is no map',
      experiment(`${HEAD}train: 4\n`),
      ['experiments/tiny.yaml:4:8: train: expected object, found 4'],
    ],
    [
      'for a pipeline that is not there, with the nearest',
      experiment('pipeline: sonng\n'),
      ['experiments/tiny.yaml:1:11: there is no pipeline pipelines/sonng.yaml; did you mean "song"?'],
    ],
    [
      'for no pipeline',
      experiment('train:\n  layers: 1\n'),
      ['experiments/tiny.yaml:1:1: expected the name of a pipeline (chorales, song), found none'],
    ],
    [
      'for what is not YAML',
      experiment('pipeline: song\ntrain: { layers: 1\n'),
      ['experiments/tiny.yaml:3:1: Flow map in block collection must be sufficiently indented and end with a }'],
    ],
    [
      'for a key that stands twice',
      experiment(`${HEAD}train: { layers: 1 }\ntrain: { layers: 2 }\n`),
      ['experiments/tiny.yaml:5:1: the key "train" stands twice in this map'],
    ],
    [
      'for extending what is not there, with the nearest',
      experiment('extends: tiny2.yaml\n'),
      ['experiments/tiny.yaml:1:10: there is no file experiments/tiny2.yaml; did you mean "tiny.yaml"?'],
    ],
    [
      'for extending itself',
      { ...experiment('extends: other.yaml\n'), 'experiments/other.yaml': 'extends: tiny.yaml\n' },
      ['experiments/other.yaml:1:10: experiments/other.yaml extends itself, through tiny.yaml, other.yaml'],
    ],
    [
      'with all that is wrong at once, each where it stands',
      {
        'experiments/base.yaml': `${HEAD}train:\n  layers: 0\n`,
        ...experiment('extends: base.yaml\ntrain:\n  units: -1\n  unit: 2\nsample: { temperature: hot }\nrendr: {}\n'),
      },
      [
        'experiments/tiny.yaml:6:1: unknown stage "rendr"; did you mean "render"?',
        'experiments/base.yaml:5:11: train.layers: expected number >=1, found 0',
        'experiments/tiny.yaml:3:10: train.units: expected number >=1, found -1',
        'experiments/tiny.yaml:4:3: train: unknown key "unit"; did you mean "units"?',
        'experiments/tiny.yaml:5:24: sample.temperature: expected number, found "hot"',
      ],
    ],
  ])('%s', async (_, files, problems) => {
    expect(await refused(files)).toEqual(problems);
  });
});

describe('a wrong pipeline is refused', () => {
  it.each<[string, string, string[]]>([
    [
      'for an unknown stage, with the nearest',
      `${EXTRACT}  tokenise:\n    inputs: { pieces: pieces.jsonl }\n    ${TOKENS}\n`,
      ['pipelines/song.yaml:4:3: unknown stage "tokenise"; did you mean "tokenize"?'],
    ],
    [
      'for a stage of an earlier version, with what does its work',
      '  read-frames:\n    outputs: { pieces: pieces.jsonl }\n',
      ['pipelines/song.yaml:2:3: stage read-frames is extract-track now'],
    ],
    [
      'for a stage that writes nothing',
      '  extract-track: {}\n',
      ['pipelines/song.yaml:2:3: stage extract-track lacks an artifact for its outputs "pieces", "summary"'],
    ],
    [
      'for an unknown key',
      `${EXTRACT}  tokenize:\n    input: { track: track.json }\n`,
      ['pipelines/song.yaml:5:5: unknown key "input"; did you mean "inputs"?'],
    ],
    [
      'for an input that the stage does not have',
      `${EXTRACT}  tokenize:\n    inputs: { picees: pieces.jsonl }\n    ${TOKENS}\n`,
      [
        'pipelines/song.yaml:5:15: stage tokenize has no input "picees"; did you mean "pieces"?',
        'pipelines/song.yaml:4:3: stage tokenize lacks an artifact for its inputs "pieces"',
      ],
    ],
    [
      'for two producers of one output',
      `${EXTRACT}  tokenize:\n    inputs: { pieces: pieces.jsonl }\n    ${TOKENS.replace('tokens.txt', 'pieces.jsonl')}\n`,
      ['pipelines/song.yaml:6:24: two producers of "pieces.jsonl": extract-track and tokenize'],
    ],
    [
      'for an artifact that nobody writes',
      `${EXTRACT}  tokenize:\n    inputs: { pieces: peces.jsonl }\n    ${TOKENS}\n`,
      ['pipelines/song.yaml:5:23: no stage of this pipeline writes "peces.jsonl"; did you mean "pieces.jsonl"?'],
    ],
    [
      'for a circle',
      `  tokenize:\n    inputs: { pieces: vocab.json }\n    ${TOKENS}\n` +
        '  build-vocab:\n    inputs: { tokens: tokens.txt, augmented: augmented.txt, split: split.json, grammar: grammar.json }\n    outputs: { vocabulary: vocab.json }\n',
      ['pipelines/song.yaml:5:3: the stages go round in a circle: build-vocab → tokenize → build-vocab'],
    ],
    [
      'for an output outside its folder',
      `  extract-track:\n    outputs: { pieces: ../pieces.jsonl, summary: tracks.json }\n`,
      [
        'pipelines/song.yaml:3:24: an artifact is a file name inside its stage\'s folder, found "../pieces.jsonl", a path outside it',
      ],
    ],
    [
      'for a stage whose folder would be elsewhere',
      '  ../elsewhere:\n    stage: extract-track\n    outputs: { pieces: pieces.jsonl, summary: tracks.json }\n',
      ['pipelines/song.yaml:2:3: a stage\'s name is its folder\'s: letters, digits, - _ and ., found "../elsewhere"'],
    ],
    [
      'for a family without a number, and a number without a family',
      '  render:\n    inputs: { songs: a.txt, pieces: pieces-*.jsonl, grammar: b-1.mid }\n    outputs: { songs: b-*.mid }\n',
      [
        'pipelines/song.yaml:3:22: expected a name with one * for the number (song-*.mid), found "a.txt"',
        'pipelines/song.yaml:3:37: expected the name of one file, found "pieces-*.jsonl"',
        'pipelines/song.yaml:3:22: no stage of this pipeline writes "a.txt"; expected one of b-*.mid',
        'pipelines/song.yaml:3:37: no stage of this pipeline writes "pieces-*.jsonl"; expected one of b-*.mid',
        'pipelines/song.yaml:3:62: no stage of this pipeline writes "b-1.mid"; did you mean "b-*.mid"?',
      ],
    ],
  ])('%s', async (_, stages, problems) => {
    expect(await refused({ ...experiment(HEAD), ...pipeline(stages) })).toEqual(problems);
  });
});

describe('wrong options are refused', () => {
  it.each<[string[], string]>([
    [
      ['--set', 'sample.temprature=1'],
      '--set sample.temprature=1: sample: unknown key "temprature"; did you mean "temperature"?',
    ],
    [['--set', 'train.layers=x'], '--set train.layers=x: train.layers: expected number, found "x"'],
    [['--set', 'temperature=1'], '--set temperature=1: expected stage.parameter=value, such as sample.temperature=1.2'],
    [['--set', 'train.layers={'], '--set train.layers={: Flow map must end with a }'],
    [
      ['--set', 'extends=4layer.yaml'],
      "--set extends=4layer.yaml: extends belongs into an experiment's file; --set changes parameters of stages, such as sample.temperature=1.2",
    ],
    [['--set', 'trian.steps=4'], '--set trian.steps=4: unknown stage "trian"; did you mean "train"?'],
    [
      ['--set', 'build-vocab.__proto__.x=4'],
      '--set build-vocab.__proto__.x=4: build-vocab: unknown key "__proto__"; expected one of unseen',
    ],
    [['--set', 'train.layers.0=2'], '--set train.layers.0=2: train.layers: expected number, found {"0":2}'],
    [['--set', 'extract-track.source=*'], '--set extract-track.source=*: Alias cannot be an empty string'],
    [
      ['--set', 'train.steps=1e308'],
      '--set train.steps=1e308: train.steps: expected an integer below 2^53, found 1e+308',
    ],
    [
      ['--set', 'extract-track.channels=[]'],
      '--set extract-track.channels=[]: extract-track.channels: expected a list of at least 1, found []',
    ],
    [['--set', 'train.units=.nan'], '--set train.units=.nan: train.units: expected number, found .nan'],
    [['--stage', 'smaple'], '--stage smaple: pipeline song has no stage "smaple"; did you mean "sample"?'],
  ])('%j', async (args, problem) => {
    expect(await refused(experiment(TINY), ...args)).toEqual([problem]);
  });

  it('with the nearest file for a wrong --config, and the usage for an unknown option', async () => {
    const workspace = new CliWorkspace();
    const wrong = await workspace.etude('run', '--config', 'experiments/tinny.yaml');
    expect(wrong).toMatchObject({
      code: 2,
      stderr: '--config: there is no file experiments/tinny.yaml; did you mean "tiny.yaml"?\n',
    });
    const folder = await workspace.etude('run', '--config', 'experiments');
    expect(folder).toMatchObject({ code: 2, stderr: '--config: expected a file, found a folder: experiments\n' });
    const unknown = await workspace.etude('run', '--config', 'experiments/tiny.yaml', '--dryrun');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("unknown option '--dryrun'");
    expect(unknown.stderr).toContain('Did you mean --dry-run?');
  });
});
