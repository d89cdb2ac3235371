import { type ChannelEvent, channelMessage, META, readMidi } from '@etude/midi-reader';
import fc from 'fast-check';
import { parseMidi } from 'midi-file';
import { describe, expect, it } from 'vitest';
import { keySignature, marker, setTempo, timeSignature, trackName } from './meta-events.js';
import { type TrackToWrite, writeMidi } from './write-midi.js';

const gap = fc.oneof(fc.nat(2000), fc.nat(0x0fff_ffff));
const message = fc
  .record({ gap, status: fc.integer({ min: 0x80, max: 0xef }), data1: fc.nat(127), data2: fc.nat(127) })
  .map((each) => ({ ...each, data2: channelMessage(each.status)!.dataBytes === 2 ? each.data2 : 0 }));

const metaEvent = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }).map((text) => marker({ tick: 0, text })),
  fc.integer({ min: 1, max: 0xff_ffff }).map((microseconds) => setTempo({ tick: 0, microseconds })),
  fc
    .tuple(fc.integer({ min: 1, max: 255 }), fc.nat(7))
    .map(([numerator, power]) => timeSignature({ tick: 0, numerator, denominator: 2 ** power })),
  fc
    .tuple(fc.integer({ min: -7, max: 7 }), fc.boolean())
    .map(([sharps, minor]) => keySignature({ tick: 0, sharps, minor })),
  fc
    .uint8Array({ maxLength: 200 })
    .map((data) => ({ tick: 0, type: META.sequencerSpecific, data: Uint8Array.from(data) })),
);

/** Gaps to ticks since the beginning. */
function placed<T extends { gap: number }>(list: readonly T[]): (Omit<T, 'gap'> & { tick: number })[] {
  let tick = 0;
  return list.map(({ gap, ...rest }) => {
    tick += gap;
    return { ...rest, tick };
  });
}

const track = fc
  .record({
    messages: fc.array(message, { maxLength: 60 }),
    metas: fc.array(fc.record({ gap, event: metaEvent }), { maxLength: 10 }),
    more: fc.nat(1000),
  })
  .map(({ messages, metas, more }) => {
    const events: ChannelEvent[] = placed(messages);
    const meta = placed(metas).map(({ tick, event }) => ({ ...event, tick }));
    return { events, meta, length: Math.max(0, events.at(-1)?.tick ?? 0, meta.at(-1)?.tick ?? 0) + more };
  });

const contentOf = ({ events, meta, length }: TrackToWrite) => ({ events: [...events], meta, length });

describe('writeMidi', () => {
  it('is read back as it was written, with running status and without', () => {
    fc.assert(
      fc.property(
        fc.array(track, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 0x7fff }),
        fc.boolean(),
        (tracks, division, runningStatus) => {
          const format = tracks.length === 1 ? 0 : 1;
          const read = readMidi(writeMidi({ format, division, tracks }, { runningStatus }), { strict: true });
          expect(read).toMatchObject({ format, division, problems: [] });
          expect(read.tracks.map(contentOf)).toEqual(tracks);
        },
      ),
    );
  });

  it('leaves out status bytes where it may', () => {
    const events = [60, 62, 64].map((data1, tick) => ({ tick, status: 0x90, data1, data2: 9 }));
    const meta = [marker({ tick: 2, text: 'A' })];
    const size = (runningStatus: boolean, more = {}) =>
      writeMidi({ format: 0, division: 96, tracks: [{ events, ...more }] }, { runningStatus }).length;
    expect(size(false) - size(true)).toBe(2);
    // A meta event ends running status.
    expect(size(false, { meta }) - size(true, { meta })).toBe(1);
  });

  it('writes name, tempo and metre where another reader finds them', () => {
    const bytes = writeMidi({
      format: 0,
      division: 480,
      tracks: [
        {
          meta: [
            trackName('Prélude'),
            setTempo({ tick: 0, microseconds: 500_000 }),
            timeSignature({ tick: 0, numerator: 6, denominator: 8 }),
            keySignature({ tick: 0, sharps: -3, minor: true }),
            setTempo({ tick: 960, microseconds: 600_001 }),
          ],
          events: [{ tick: 480, status: 0x90, data1: 60, data2: 100 }],
        },
      ],
    });
    const [events] = parseMidi(bytes).tracks;
    expect(events!.map((e) => [e.deltaTime, e.type])).toEqual([
      [0, 'trackName'],
      [0, 'setTempo'],
      [0, 'timeSignature'],
      [0, 'keySignature'],
      [480, 'noteOn'],
      [480, 'setTempo'],
      [0, 'endOfTrack'],
    ]);
    expect(events![3]).toMatchObject({ key: -3, scale: 1 });
    expect(events![5]).toMatchObject({ microsecondsPerBeat: 600_001 });
    expect(events![2]).toMatchObject({ numerator: 6, denominator: 8 });
  });

  it.each([
    [
      { tick: 0, status: 0x90, data1: 128, data2: 1 },
      'track 0, event 1, first data byte: expected from 0 to 127, found 128',
    ],
    [
      { tick: 0, status: 0x90, data1: 1, data2: 300 },
      'track 0, event 1, second data byte of note on: expected from 0 to 127, found 300',
    ],
    [
      { tick: 0, status: 0xc0, data1: 1, data2: 1 },
      'track 0, event 1, second data byte of program change: expected 0, found 1',
    ],
    [{ tick: 0, status: 0xf0, data1: 1, data2: 1 }, 'track 0, event 1: expected a status from 0x80 to 0xef, found 240'],
    [{ tick: -1, status: 0x90, data1: 1, data2: 1 }, 'track 0, event 1: expected a tick from 0 to 268435455, found -1'],
  ])('refuses %o', (wrong, message) => {
    const events = [{ tick: 0, status: 0x90, data1: 60, data2: 1 }, wrong];
    expect(() => writeMidi({ format: 0, division: 480, tracks: [{ events }] })).toThrow(message);
  });

  it('refuses two tracks in format 0, a wrong tempo and a wrong metre', () => {
    const track = { events: [] };
    expect(() => writeMidi({ format: 0, division: 480, tracks: [track, track] })).toThrow('exactly one track');
    expect(() => setTempo({ tick: 5, microseconds: 0 })).toThrow('tempo at tick 5: expected from 1 to 16777215');
    expect(() => timeSignature({ tick: 0, numerator: 4, denominator: 3 })).toThrow('power of two');
    expect(() => keySignature({ tick: 0, sharps: 8, minor: false })).toThrow('-7 to 7 sharps');
    const meta = [{ tick: 0, type: META.setTempo, data: Uint8Array.of(1) }];
    expect(() => writeMidi({ format: 0, division: 480, tracks: [{ events: [], meta }] })).toThrow(
      'meta event 0: expected 3',
    );
  });

  it('takes time linear in the number of events', () => {
    const filesOf = (events: number, files: number) => {
      const list = Array.from({ length: events }, (_, tick) => ({ tick, status: 0x90, data1: 60, data2: 1 }));
      // Of the processor, not of the clock: the machine may be busy. Some systems count in steps of 10 ms.
      const before = process.cpuUsage();
      for (let file = 0; file < files; file++) writeMidi({ format: 0, division: 480, tracks: [{ events: list }] });
      return process.cpuUsage(before).user;
    };
    filesOf(20_000, 1);
    const least = (events: number, files: number) =>
      Math.min(...Array.from({ length: 3 }, () => filesOf(events, files)));
    expect(least(320_000, 1)).toBeLessThan(6 * least(20_000, 16));
  });
});
