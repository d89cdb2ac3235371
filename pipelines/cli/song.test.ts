import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readMidi } from '@etude/midi-reader';
import { writeMidi } from '@etude/midi-writer';
import { piecesOf } from '@etude/music';
import { describe, expect, it } from 'vitest';
import { ETUDE, withoutColours } from '../testing/cli-workspace.js';
import { chooseSettings, type MusicFound, musicFound } from './song-settings.js';

const data = fileURLToPath(new URL('../../data/', import.meta.url));

/** A folder that knows nothing of Etude. */
const elsewhere = () => mkdtempSync(join(tmpdir(), 'etude-elsewhere-'));

function etude(folder: string, ...args: string[]) {
  const options = { cwd: folder, encoding: 'utf8', env: withoutColours() } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [ETUDE, ...args], options);
  return { status, stdout, stderr };
}

const piecesIn = (file: string) => piecesOf(readMidi(readFileSync(join(data, file))));

describe('what is chosen for music', () => {
  it.each([
    ['tune-book.mid', 'melodies'],
    ['canon-in-d.mid', 'parts'],
  ])('%s: %s', (file, kind) => {
    expect(chooseSettings(musicFound(piecesIn(file)), { songs: 3 }).kind).toBe(kind);
  });

  const melody: MusicFound = {
    ...{ pieces: 1, notes: 300, parts: 1, instruments: 1, hasDrums: false, together: 0, onGrid: 1, velocities: 0 },
  };
  const choose = (found: Partial<MusicFound>, bars?: number) =>
    chooseSettings({ ...melody, ...found }, { songs: 3, bars });

  it('is a model that knows such music, or none where music was played freely', () => {
    expect(choose({}).settings.train).toMatchObject({ from: 'models/tunes.safetensors', steps: 60 });
    expect(choose({ hasDrums: true, parts: 2 }).settings.train).toMatchObject({ from: 'models/ensemble.safetensors' });
    expect(choose({ together: 0.5 }).settings.train).toMatchObject({ from: 'models/ensemble.safetensors' });
    expect(choose({ onGrid: 0.5 }).settings.train).not.toHaveProperty('from');
    expect(choose({ parts: 128 }).settings.train).not.toHaveProperty('from');
  });

  it('is more training for more music', () => {
    expect(choose({ notes: 100_000 }).settings.train).toMatchObject({ steps: 1470 });
    expect(choose({ notes: 100_000_000 }).settings.train).toMatchObject({ steps: 3000 });
  });

  it('is sections for a piece of several parts, unless its songs are given a length', () => {
    expect(choose({ together: 0.5 }).settings.sample).toMatchObject({ form: { sections: ['A', 'A', 'B', 'A'] } });
    expect(choose({ together: 0.5 }, 12).settings.sample).not.toHaveProperty('form');
    expect(choose({ together: 0.5 }, 12).settings.sample).toMatchObject({ bars: 12 });
    expect(choose({ together: 0.5, pieces: 7 }).settings.sample).not.toHaveProperty('form');
  });

  it('learns how loud notes are where one instrument plays chords, louder and softer', () => {
    expect(choose({ together: 0.5, velocities: 12 }).settings.tokenize).toMatchObject({ grammar: { dynamics: 8 } });
    expect(choose({ together: 0.5, velocities: 2 }).settings.tokenize).not.toMatchObject({ grammar: { dynamics: 8 } });
  });
});

describe('etude song', () => {
  it('learns from a file and writes songs and a page in any folder', () => {
    const folder = elsewhere();
    const first = etude(folder, 'song', join(data, 'prelude-bwv-846.mid'), '--songs', '1', '--bars', '4');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(/^549 notes in one piece, a melody: a model that knows 3,337 tunes/);
    expect(first.stdout).toMatch(
      /see artifacts\/prelude-bwv-846\/report\.html\nsettings: experiments\/prelude-bwv-846\.yaml\n$/,
    );
    expect(existsSync(join(folder, 'artifacts/prelude-bwv-846/render/song-1.mid'))).toBe(true);
    expect(readFileSync(join(folder, 'artifacts/prelude-bwv-846/report.html'), 'utf8')).toContain('prelude-bwv-846');
    const [, schema] = /\$schema=(\S+)/.exec(readFileSync(join(folder, 'experiments/prelude-bwv-846.yaml'), 'utf8'))!;
    expect(JSON.parse(readFileSync(join(folder, 'experiments', schema!), 'utf8'))).toHaveProperty('properties');
    // What was chosen is an experiment as any other, also from a folder below.
    mkdirSync(join(folder, 'deep'));
    expect(etude(join(folder, 'deep'), 'run', '../experiments/prelude-bwv-846.yaml')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('0 of 9 stages ran'),
    });
  });

  it('does as another experiment does, one that is shipped or one of the folder', () => {
    const folder = elsewhere();
    mkdirSync(join(folder, 'experiments'));
    writeFileSync(
      join(folder, 'experiments', 'quick.yaml'),
      'extends: 4layer.yaml\ntrain: { layers: 1, units: 8, steps: 4, evaluateEvery: 2 }\nsample: { length: 60 }\n',
    );
    const args = ['song', join(data, 'prelude-bwv-846.mid'), '--like', 'experiments/quick.yaml', '--songs', '2'];
    expect(etude(folder, ...args, '--save', 'mine.yaml')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('settings: experiments/mine.yaml'),
    });
    expect(existsSync(join(folder, 'artifacts/mine/render/song-2.mid'))).toBe(true);
  });

  it('trains for fewer steps where all of them would take too long', () => {
    const folder = elsewhere();
    mkdirSync(join(folder, 'experiments'));
    writeFileSync(
      join(folder, 'experiments', 'long.yaml'),
      'extends: 4layer.yaml\ntrain: { layers: 1, units: 8, steps: 1000000, evaluateEvery: 1000000 }\nsample: { length: 60 }\n',
    );
    const args = ['--like', 'experiments/long.yaml', '--songs', '1', '--minutes', '0.1'];
    const { status, stderr } = etude(folder, 'song', join(data, 'prelude-bwv-846.mid'), ...args);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/^training would take longer than 0\.1 minutes: \d+ steps in place of more\n$/),
    });
  });

  it.each([
    [['nothing.mid'], 2, 'nothing.mid: there is no such file or folder\n'],
    [['few.mid'], 2, 'few.mid: expected at least 16 notes to learn from, found 2 notes in one piece\n'],
    [['broken.mid'], 2, expect.stringMatching(/^broken\.mid: byte 0: expected a MIDI header.*\n$/)],
    [['few.mid', '--like', '4layr'], 2, '--like: there is no experiment 4layr; did you mean "4layer"?\n'],
    [['few.mid', '--like', 'own', '--save', 'own'], 2, expect.stringContaining('of other music')],
    // Written for the files few.mid and own.mid.
    [['few.mid,own.mid', '--save', 'two'], 2, expect.stringContaining('of other music')],
    [['few.mid', '--save', '../x'], 2, '--save: expected a name without folders, such as mine.yaml, found "../x"\n'],
    [[''], 2, 'song: expected music, found an empty name\n'],
    [['few.mid', '--minutes', 'soon'], 2, expect.stringContaining('expected a number above 0')],
    [['few.mid', '--songs', '0'], 2, expect.stringContaining('expected a whole number from 1 to 1000')],
    [
      ['own.mid'],
      2,
      'own.mid: experiments/own.yaml is an experiment already, of other music; --save another.yaml names another\n',
    ],
  ])('says what is wrong with %j', (args, status, stderr) => {
    const folder = elsewhere();
    const note = (tick: number) => [
      { tick, status: 0x90, data1: 60, data2: 80 },
      { tick: tick + 240, status: 0x80, data1: 60, data2: 0 },
    ];
    const events = [...note(0), ...note(480)];
    for (const name of ['few.mid', 'own.mid', 'few.mid,own.mid']) {
      writeFileSync(join(folder, name), writeMidi({ format: 0, division: 480, tracks: [{ events }] }));
    }
    writeFileSync(join(folder, 'broken.mid'), 'no MIDI file');
    mkdirSync(join(folder, 'experiments'));
    writeFileSync(join(folder, 'experiments', 'own.yaml'), 'pipeline: song\n');
    const mark = '# Written by etude song; what you change here is lost when it is called again for the same music.\n';
    writeFileSync(join(folder, 'experiments', 'two.yaml'), `${mark}extract-track: { source: [few.mid, own.mid] }\n`);
    expect(etude(folder, 'song', ...args)).toMatchObject({ status, stderr });
    expect(readdirSync(join(folder, 'experiments'))).toEqual(['own.yaml', 'two.yaml']);
  });
});

describe('etude init', () => {
  it('makes a folder to work in, once', () => {
    const folder = elsewhere();
    expect(etude(folder, 'init', 'songs')).toMatchObject({
      status: 0,
      stdout: 'Put MIDI or ABC files into songs/music, then: cd songs && etude run experiments/first.yaml\n',
    });
    const workspace = join(folder, 'songs');
    expect(etude(workspace, 'run', 'experiments/first.yaml')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('in the folder music'),
    });
    writeFileSync(join(workspace, 'music', 'canon.mid'), readFileSync(join(data, 'canon-in-d.mid')));
    expect(etude(workspace, 'run', 'experiments/first.yaml', '--dry-run')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('9 of 9 stages would run'),
    });
    expect(etude(folder, 'init', 'songs')).toMatchObject({
      status: 2,
      stderr:
        'songs/experiments/first.yaml: there is one already; nothing was written\nsongs/.gitignore: there is one already; nothing was written\n',
    });
  });
});
