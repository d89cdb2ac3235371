import { setTempo, trackName, writeMidi } from '@etude/midi-writer';
import { describe, expect, it } from 'vitest';
import { inputFile, runStage } from '../testing/run-stage.js';
import { extractTrack } from './extract-track.js';

const note = (key: number) => [
  { tick: 0, status: 0x90, data1: key, data2: 90 },
  { tick: 480, status: 0x80, data1: key, data2: 0 },
];
const conductor = { meta: [setTempo({ tick: 0, microseconds: 400_000 })], events: [] };
const ensemble = writeMidi({
  format: 1,
  division: 480,
  tracks: [
    conductor,
    { meta: [trackName('Violin')], events: note(70) },
    { meta: [trackName('Cello')], events: note(40) },
  ],
});
const solo = writeMidi({ format: 0, division: 96, tracks: [{ ...conductor, events: note(60) }] });
const extract = (bytes: Uint8Array, params = {}) =>
  runStage(extractTrack, { params: { source: 'x.mid', ...params }, files: { source: inputFile(bytes, 'data/x.mid') } });

describe('extract-track', () => {
  it('takes track 1 of a file with several, and says so', async () => {
    const { outputs, said } = await extract(ensemble);
    expect(said).toEqual(['track 1 (auto) "Violin": 1 notes, 2 events']);
    expect(JSON.parse(outputs.track![0]!.text())).toEqual({
      ...{ division: 480, name: 'Violin', tempos: [{ tick: 0, microseconds: 400_000 }], timeSignatures: [] },
      events: [
        { tick: 0, status: 0x90, data1: 70, data2: 90 },
        { tick: 480, status: 0x80, data1: 70, data2: 0 },
      ],
    });
  });

  it('takes track 0 of a file that has only that, and says so', async () => {
    expect((await extract(solo)).said).toEqual(['track 0 (auto: there is no track 1): 1 notes, 2 events']);
  });

  it('takes the track that is asked for, and lists the others by name and count of notes', async () => {
    const { outputs, said } = await extract(ensemble, { track: 2 });
    expect(said).toEqual(['track 2 "Cello": 1 notes, 2 events']);
    const { chosen, tracks } = JSON.parse(outputs.summary![0]!.text());
    expect([chosen, tracks]).toEqual([
      2,
      [
        { index: 0, name: '', notes: 0, events: 0 },
        { index: 1, name: 'Violin', notes: 1, events: 2 },
        { index: 2, name: 'Cello', notes: 1, events: 2 },
      ],
    ]);
  });

  it('reads format 2', async () => {
    const { outputs } = await extract(ensemble.with(9, 2), { track: 2 });
    expect(JSON.parse(outputs.summary![0]!.text()).format).toBe(2);
  });

  it('says what is wrong, with the tracks to choose from', async () => {
    const tracks = '0 (0 notes), 1 "Violin" (1 notes), 2 "Cello" (1 notes)';
    await expect(extract(ensemble, { track: 7 })).rejects.toThrow(
      `data/x.mid: there is no track 7; the tracks are ${tracks}`,
    );
    await expect(extract(ensemble, { track: 0 })).rejects.toThrow(
      `data/x.mid: track 0 holds no channel events; the tracks are ${tracks}`,
    );
    await expect(extract(Uint8Array.of(1, 2, 3, 4))).rejects.toThrow(
      'data/x.mid: byte 0: expected a MIDI header ("MThd"), found the bytes 01 02 03 04',
    );
  });
});
