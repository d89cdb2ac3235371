import { ChannelEvents, META, type MidiFile, readMidi } from '@etude/midi-reader';
import { writeMidi } from '@etude/midi-writer';
import { pieceFromJson, piecesOf, pieceToJson } from '@etude/music';
import type { GrammarSettings } from '@etude/tokenizer';
import { grammarFormat } from '@etude/tokenizer';
import { describe, expect, it } from 'vitest';
import { inputFile, runStage } from '../testing/run-stage.js';
import { render } from './render.js';

const piece = (programs: { tick: number; status: number; data1: number; data2: number }[]) =>
  `${pieceToJson({
    ...{ division: 480, keySignatures: [] },
    tempos: [
      { tick: 0, microseconds: 400_000 },
      { tick: 960, microseconds: 900_000 },
    ],
    timeSignatures: [{ tick: 0, numerator: 6, denominator: 8 }],
    tracks: [{ name: 'Fiddle', events: ChannelEvents.of(programs) }],
  })}\n`;
const eventText: GrammarSettings = { grammar: 'event-text', division: 480, steps: 0, velocities: 32 };
const rendered = async (text: string, params = {}, settings = eventText) => {
  const { outputs, said } = await runStage(render, {
    params,
    inputs: {
      songs: [inputFile(text, 'sample/song-1.txt')],
      pieces: inputFile(piece([{ tick: 0, status: 0xc0, data1: 40, data2: 0 }])),
      grammar: inputFile(grammarFormat.serialize(settings)),
    },
  });
  return { ...readMidi(outputs.songs![0]!.bytes), said };
};
const events = (file: MidiFile, index = 0) =>
  [...file.tracks[index]!.events].map(({ tick, status, data1 }) => [tick, status, data1]);

describe('render', () => {
  it('gives a song the division, first tempo, first metre and instrument of its source', async () => {
    const file = await rendered('0_90_3c_64 240_80_3c_00');
    expect(file).toMatchObject({
      ...{ format: 0, division: 480, tempos: [{ tick: 0, microseconds: 400_000 }] },
      timeSignatures: [{ tick: 0, numerator: 6, denominator: 8 }],
    });
    expect(events(file)).toEqual([
      [0, 0xc0, 40],
      [0, 0x90, 60],
      [240, 0x80, 60],
    ]);
  });

  it('leaves the instrument to a song that chooses one before its first note', async () => {
    expect(events(await rendered('0_c0_49 0_90_3c_64 240_80_3c_00'))[0]).toEqual([0, 0xc0, 0x49]);
    expect(events(await rendered('0_90_3c_64 240_80_3c_00 0_c0_49'))).toContainEqual([0, 0xc0, 40]);
  });

  const factored: GrammarSettings = { grammar: 'factored', division: 480, steps: 4, velocities: 32 };

  it('gives every instrument of a song a track of its own, with a name', async () => {
    const text =
      'Bar_None Position_0 Program_40 Pitch_60 Velocity_98 Duration_4 Program_-1 PitchDrum_36 Velocity_98 Duration_1 ' +
      'Program_6 Pitch_64 Velocity_98 Duration_4';
    const file = await rendered(text, {}, factored);
    expect(file.format).toBe(1);
    expect(file.tracks.map(({ name, notes }) => [name, notes])).toEqual([
      ['', 0],
      ['harpsichord', 1],
      ['violin', 1],
      ['percussion', 1],
    ]);
    expect(events(file, 3)).toEqual([
      [0, 0x99, 36],
      [120, 0x89, 36],
    ]);
    expect(file.tempos).toEqual([{ tick: 0, microseconds: 400_000 }]);
  });

  it('plays a song as the arrangement says, and says what fits nothing', async () => {
    const arrangement = { tempo: 60, parts: [{ instrument: 'Cello' }, { track: 3, volume: 1 }] };
    const file = await rendered('0_90_3c_64 240_80_3c_00', { arrangement });
    expect(events(file)[0]).toEqual([0, 0xc0, 42]);
    expect(file.tempos).toEqual([{ tick: 0, microseconds: 1_000_000 }]);
    expect(file.said).toEqual(['arrangement.parts[1] fits nothing in at least one song']);
  });

  it('varies songs as its seed says', async () => {
    const played = async (seed: number) =>
      events(
        await rendered('0_90_3c_64 240_80_3c_00 0_90_40_64 240_80_40_00', {
          arrangement: { humanize: { timing: 50, seed } },
        }),
      );
    expect(await played(1)).toEqual(await played(1));
    expect(await played(1)).not.toEqual(await played(2));
  });

  it('keeps program change and channel pressure', async () => {
    expect(events(await rendered('0_c3_05 10_d3_40 0_93_3c_64 5_83_3c_00')).slice(0, 2)).toEqual([
      [0, 0xc3, 5],
      [10, 0xd3, 0x40],
    ]);
  });

  it('ends a note that the song does not end', async () => {
    const song = await rendered('0_90_3c_64 0_90_40_64 9600_80_40_00', { longestNote: 2 });
    expect(events(song).slice(-2)).toEqual([
      [960, 0x80, 64],
      [960, 0x80, 60],
    ]);
  });

  it('writes format 1 with a conductor track', async () => {
    const file = await rendered('0_90_3c_64 240_80_3c_00', { format: 1 });
    expect(file.tracks.map(({ name, notes }) => [name, notes])).toEqual([
      ['', 0],
      ['Fiddle', 1],
    ]);
    expect(file.tempos).toHaveLength(1);
  });

  it('fails at a song without notes, and says which and what to do', async () => {
    await expect(rendered('0_c0_05 10_d0_40')).rejects.toThrow('song 1 has no notes: raise sample.length');
    await expect(rendered('Bar_None Bar_None', {}, factored)).rejects.toThrow('has no notes');
  });

  it('writes the names of the source with the bytes that they had', async () => {
    const bytes = [...Buffer.from([0x83, 0x73, 0x83, 0x41, 0x83, 0x6d])];
    const named = writeMidi({
      format: 0,
      division: 480,
      tracks: [
        {
          meta: [{ tick: 0, type: META.trackName, data: Uint8Array.from(bytes) }],
          events: [{ tick: 0, status: 0x90, data1: 60, data2: 90 }],
        },
      ],
    });
    const [source] = piecesOf(readMidi(named));
    expect(source!.tracks[0]!.name).toBe('ピアノ');
    expect(pieceFromJson(pieceToJson(source!))).toEqual(source);
    for (const [format, track] of [
      [0, 0],
      [1, 1],
    ] as const) {
      const { outputs } = await runStage(render, {
        params: { format },
        inputs: {
          songs: [inputFile('0_90_3c_64 240_80_3c_00', 'sample/song-1.txt')],
          pieces: inputFile(`${pieceToJson(source!)}\n`),
          grammar: inputFile(grammarFormat.serialize(eventText)),
        },
      });
      const { meta } = readMidi(outputs.songs![0]!.bytes).tracks[track]!;
      expect([...meta.find(({ type }) => type === META.trackName)!.data]).toEqual(bytes);
    }
  });

  it('names the song and the token that is not one', async () => {
    await expect(rendered('0_90_3c_64 x')).rejects.toThrow('song 1: token 2: expected delta_status_data1');
  });

  it('writes songs as sound where that is wanted, the same each time', async () => {
    const request = (audio: readonly string[]) => ({
      params: { audio },
      inputs: {
        songs: [inputFile('0_90_3c_64 240_80_3c_00', 'sample/song-1.txt')],
        pieces: inputFile(piece([])),
        grammar: inputFile(grammarFormat.serialize(eventText)),
      },
    });
    const { outputs } = await runStage(render, request(['mp3', 'wav']));
    expect(Object.entries(outputs).map(([port, files]) => [port, files!.length])).toEqual([
      ['songs', 1],
      ['wav', 1],
      ['mp3', 1],
      ['ogg', 0],
    ]);
    expect(Buffer.from(outputs.wav![0]!.bytes.slice(0, 4)).toString()).toBe('RIFF');
    expect((await runStage(render, request(['mp3']))).outputs.mp3![0]!.bytes).toEqual(outputs.mp3![0]!.bytes);
  });
});
