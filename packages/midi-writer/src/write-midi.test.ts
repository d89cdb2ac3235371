import { channelMessage, readMidi } from '@etude/midi-reader';
import fc from 'fast-check';
import { parseMidi } from 'midi-file';
import { describe, expect, it } from 'vitest';
import { type EventToWrite, writeMidi } from './write-midi.js';

const message = fc
  .record({
    gap: fc.oneof(fc.nat(2000), fc.nat(0x0fff_ffff)),
    status: fc.integer({ min: 0x80, max: 0xef }),
    data1: fc.nat(127),
    data2: fc.nat(127),
  })
  .map(({ gap, status, data1, data2 }) =>
    channelMessage(status)!.dataBytes === 2 ? { gap, status, data1, data2 } : { gap, status, data1 },
  );

const track = fc.array(message, { maxLength: 60 }).map((messages) => {
  let tick = 0;
  return messages.map(({ gap, ...rest }): EventToWrite => {
    tick += gap;
    return { tick, ...rest };
  });
});

describe('writeMidi', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(
        fc.array(track, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 0x7fff }),
        (tracks, division) => {
          const bytes = writeMidi({ format: 1, division, tracks: tracks.map((events) => ({ events })) });
          const read = readMidi(bytes);
          expect(read.division).toBe(division);
          expect(read.tracks.map((t) => t.events.map(({ delta: _, ...event }) => event))).toEqual(tracks);
        },
      ),
    );
  });

  it('writes name, tempo and metre where another reader finds them', () => {
    const bytes = writeMidi({
      format: 0,
      division: 480,
      tracks: [
        {
          name: 'Prélude',
          tempos: [
            { tick: 0, microseconds: 500_000 },
            { tick: 960, microseconds: 600_001 },
          ],
          timeSignatures: [{ tick: 0, numerator: 6, denominator: 8 }],
          events: [{ tick: 480, status: 0x90, data1: 60, data2: 100 }],
        },
      ],
    });
    const [events] = parseMidi(bytes).tracks;
    expect(events!.map((e) => [e.deltaTime, e.type])).toEqual([
      [0, 'trackName'],
      [0, 'setTempo'],
      [0, 'timeSignature'],
      [480, 'noteOn'],
      [480, 'setTempo'],
      [0, 'endOfTrack'],
    ]);
    expect(events![4]).toMatchObject({ microsecondsPerBeat: 600_001 });
    expect(events![2]).toMatchObject({ numerator: 6, denominator: 8 });
  });

  it.each([
    [
      { tick: 0, status: 0x90, data1: 128, data2: 1 },
      'track 0, event 1, first data byte: expected from 0 to 127, found 128',
    ],
    [
      { tick: 0, status: 0x90, data1: 1, data2: 300 },
      'track 0, event 1, second data byte: expected from 0 to 127, found 300',
    ],
    [{ tick: 0, status: 0x90, data1: 1 }, 'track 0, event 1: expected two data bytes for note on, found one'],
    [
      { tick: 0, status: 0xc0, data1: 1, data2: 1 },
      'track 0, event 1: expected one data byte for program change, found two',
    ],
    [{ tick: 0, status: 0xf0, data1: 1, data2: 1 }, 'track 0, event 1: expected a status from 0x80 to 0xef, found 240'],
    [{ tick: -1, status: 0x90, data1: 1, data2: 1 }, 'track 0, event 1: expected a tick from 0 on, found -1'],
  ])('refuses %o', (wrong, message) => {
    const events = [{ tick: 0, status: 0x90, data1: 60, data2: 1 }, wrong];
    expect(() => writeMidi({ format: 0, division: 480, tracks: [{ events }] })).toThrow(message);
  });

  it('refuses two tracks in format 0, a wrong tempo and a wrong metre', () => {
    const track = { events: [] };
    expect(() => writeMidi({ format: 0, division: 480, tracks: [track, track] })).toThrow('exactly one track');
    const tempos = [{ tick: 0, microseconds: 0 }];
    expect(() => writeMidi({ format: 0, division: 480, tracks: [{ ...track, tempos }] })).toThrow('microseconds');
    const timeSignatures = [{ tick: 0, numerator: 4, denominator: 3 }];
    expect(() => writeMidi({ format: 0, division: 480, tracks: [{ ...track, timeSignatures }] })).toThrow(
      'power of two',
    );
  });

  it('takes time linear in the number of events', () => {
    const write = (count: number) => {
      const events = Array.from({ length: count }, (_, tick) => ({ tick, status: 0x90, data1: 60, data2: 1 }));
      const startedAt = performance.now();
      writeMidi({ format: 0, division: 480, tracks: [{ events }] });
      return performance.now() - startedAt;
    };
    write(20_000);
    const small = Math.min(...Array.from({ length: 5 }, () => write(20_000)));
    const large = Math.min(...Array.from({ length: 3 }, () => write(320_000)));
    expect(large / small).toBeLessThan(16 * 6);
  });
});
