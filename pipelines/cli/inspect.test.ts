import { setTempo, timeSignature, writeMidi } from '@etude/midi-writer';
import { describe, expect, it } from 'vitest';
import { CliWorkspace } from '../testing/cli-workspace.js';

const note = (key: number, channel = 0) => [
  { tick: 0, status: 0x90 | channel, data1: key, data2: 90 },
  { tick: 480, status: 0x80 | channel, data1: key, data2: 0 },
];
const workspace = new CliWorkspace();
const inspected = async (path: string, bytes: Uint8Array) => {
  workspace.write(path, bytes);
  const { stdout } = await workspace.etude('inspect', path);
  const json = JSON.parse((await workspace.etude('inspect', path, '--json')).stdout);
  return { lines: stdout.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | ')), json };
};

describe('etude inspect', () => {
  it('shows the instruments that play the notes of a track, whichever track sets them', async () => {
    const programs = [40, 42].map((data1, channel) => ({ tick: 0, status: 0xc0 | channel, data1, data2: 0 }));
    const tracks = [{ events: programs }, { events: note(60) }, { events: [...note(48, 1), ...note(36, 9)] }];
    for (const track of tracks) track.events.sort((a, b) => a.tick - b.tick);
    const { lines, json } = await inspected('a.mid', writeMidi({ format: 1, division: 480, tracks }));
    expect(lines.slice(-4, -1)).toEqual([
      '0 | - | 1 2 | - | 0 | 2 | - | 0',
      '1 | - | 1 | violin | 1 | 2 | C4 to C4 | 480',
      '2 | - | 2 10 | cello, percussion | 2 | 4 | C3 to C3 | 480',
    ]);
    expect(json.tracks.map(({ programs }: { programs: number[] }) => programs)).toEqual([[], [40], [42]]);
  });

  it('shows tempo, metre and length of each piece of format 2', async () => {
    const track = (microseconds: number, numerator: number) => ({
      meta: [setTempo({ tick: 0, microseconds }), timeSignature({ tick: 0, numerator, denominator: 4 })],
      events: note(60),
    });
    const file = writeMidi({ format: 2, division: 480, tracks: [track(250_000, 3), track(1_000_000, 4)] });
    const { lines, json } = await inspected('b.smf', file);
    expect(lines).toContain('length | 1.3 s, 2 notes, 2 pieces');
    expect(lines).toContain(
      '0 | - | 1 | acoustic grand piano | 1 | 2 | C4 to C4 | 480 | 0.3 | 240.0 a minute | 3/4 | none',
    );
    expect(lines).toContain(
      '1 | - | 1 | acoustic grand piano | 1 | 2 | C4 to C4 | 480 | 1.0 | 60.0 a minute | 4/4 | none',
    );
    expect(json.tracks[1].piece.tempos).toEqual([{ tick: 0, microseconds: 1_000_000 }]);
  });

  it('finds music of every extension in a folder', async () => {
    const file = writeMidi({ format: 0, division: 480, tracks: [{ events: note(60) }] });
    for (const extension of ['mid', 'midi', 'smf', 'kar', 'RMI']) workspace.write(`music/a.${extension}`, file);
    const { stdout } = await workspace.etude('inspect', 'music', '--json');
    expect(JSON.parse(stdout)).toHaveLength(5);
  });
});
