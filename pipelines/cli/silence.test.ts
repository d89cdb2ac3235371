import { readFileSync } from 'node:fs';
import { readMidi } from '@etude/midi-reader';
import { trackName, writeMidi } from '@etude/midi-writer';
import { describe, expect, it } from 'vitest';
import { CliWorkspace, TINY } from '../testing/cli-workspace.js';

const notes = Array.from({ length: 64 }, (_, i) => [
  { tick: i * 240, status: 0x90, data1: 60 + ((i * 5) % 12), data2: 90 },
  { tick: (i + 1) * 240, status: 0x80, data1: 60 + ((i * 5) % 12), data2: 0 },
]).flat();
const setUp = [
  { tick: 0, status: 0xc0, data1: 40, data2: 0 },
  { tick: 0, status: 0xb0, data1: 7, data2: 100 },
];
const file = (...tracks: (typeof notes)[]) =>
  writeMidi({
    format: 1,
    division: 480,
    tracks: [{ events: [] }, ...tracks.map((events, i) => ({ meta: [trackName(`Track ${i + 1}`)], events }))],
  });

describe('etude run', () => {
  const workspace = new CliWorkspace();
  workspace.write('data/setup-first.mid', file(setUp, notes));
  workspace.write('data/silent.mid', file(setUp));
  const experiment = TINY.replace('data/prelude-bwv-846.mid', 'data/setup-first.mid');
  workspace.write('experiments/setup-first.yaml', experiment);
  const run = (...set: string[]) =>
    workspace.etude('run', '--config', 'experiments/setup-first.yaml', ...set.flatMap((value) => ['--set', value]));

  it.each(['event-text', 'factored'])('writes songs with notes where track 1 has none: %s', async (grammar) => {
    const { code, stdout } = await run(`tokenize.grammar=${grammar}`);
    expect(code).toBe(0);
    expect(stdout).toContain('only 64 notes to learn from');
    for (const song of [1, 2]) {
      const { tracks } = readMidi(readFileSync(workspace.path(`artifacts/setup-first/render/song-${song}.mid`)));
      expect(tracks.reduce((sum, track) => sum + track.notes, 0)).toBeGreaterThan(0);
    }
  });

  it.each([
    [
      'extract-track.source=data/silent.mid',
      'data/silent.mid: there are no notes in it; the tracks are 0 (0 notes), 1',
    ],
    [
      'extract-track.track=1',
      'track 1 holds no notes; the tracks are 0 (0 notes), 1 "Track 1" (0 notes), 2 "Track 2" (64',
    ],
    ['sample.length=1', 'song 1 has no notes (tokens: 1): raise sample.length'],
  ])('fails with one error where nothing would be heard: %s', async (set, message) => {
    const { code, stdout, stderr } = await run('tokenize.grammar=factored', 'sample.ending=cut', set);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain(message);
    expect(stdout + stderr).not.toMatch(/unexpected error|\n +at /);
  });
});
