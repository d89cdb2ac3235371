import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseMidi } from 'midi-file';
import { describe, expect, it } from 'vitest';
import { channelMessage, MidiError, type MidiFile, readMidi } from './index.js';

const data = new URL('../../../data/', import.meta.url).pathname;
const pieces = filesIn(data).map((path) => Uint8Array.from(readFileSync(path)));
/** A folder of MIDI files, good and bad ones, that this project does not hold. */
const samples = process.env.ETUDE_MIDI_SAMPLES ?? '';

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(mid|midi|rmi|kar)$/i.test(name))
    .map((name) => join(folder, name));
}

/** Reads or refuses; what is read holds only what MIDI can hold. */
function readSoundly(bytes: Uint8Array): MidiFile | undefined {
  let file: MidiFile;
  try {
    file = readMidi(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(MidiError);
    return undefined;
  }
  for (const { events, length } of file.tracks) {
    let last = 0;
    for (const { tick, status, data1, data2 } of events) {
      const two = channelMessage(status)!.dataBytes === 2;
      if (!(tick >= last && tick <= length && (data1 | data2) < 128 && (two || data2 === 0))) {
        expect({ tick, status, data1, data2 }).toBe('an event in its place');
      }
      last = tick;
    }
  }
  return file;
}

/** What midi-file finds in a track, in the words of this package. */
function byMidiFile(bytes: Uint8Array): number[][] {
  return parseMidi(bytes).tracks.map((track) => {
    let tick = 0;
    const events: number[] = [];
    for (const event of track) {
      tick += event.deltaTime;
      switch (event.type) {
        case 'noteOff':
          events.push(tick, (event.byte9 ? 0x90 : 0x80) | event.channel, event.noteNumber, event.velocity);
          break;
        case 'noteOn':
          events.push(tick, 0x90 | event.channel, event.noteNumber, event.velocity);
          break;
        case 'noteAftertouch':
          events.push(tick, 0xa0 | event.channel, event.noteNumber, event.amount);
          break;
        case 'controller':
          events.push(tick, 0xb0 | event.channel, event.controllerType, event.value);
          break;
        case 'programChange':
          events.push(tick, 0xc0 | event.channel, event.programNumber, 0);
          break;
        case 'channelAftertouch':
          events.push(tick, 0xd0 | event.channel, event.amount, 0);
          break;
        case 'pitchBend':
          events.push(tick, 0xe0 | event.channel, (event.value + 0x2000) & 127, (event.value + 0x2000) >> 7);
          break;
      }
    }
    return events;
  });
}

const flat = ({ tracks }: MidiFile) =>
  tracks.map(({ events }) => [...events].flatMap(({ tick, status, data1, data2 }) => [tick, status, data1, data2]));

describe('readMidi', () => {
  it.each(filesIn(data))('reads %s as midi-file does, without a problem', (path) => {
    const bytes = Uint8Array.from(readFileSync(path));
    const file = readMidi(bytes, { strict: true });
    expect(flat(file)).toEqual(byMidiFile(bytes));
  });

  const piece = fc.constantFrom(...pieces.map((bytes) => bytes.subarray(0, 4000)));
  const damaged = fc.oneof(
    // flipped bits
    fc
      .tuple(piece, fc.array(fc.tuple(fc.nat(3999), fc.nat(7)), { minLength: 1, maxLength: 12 }))
      .map(([bytes, flips]) => {
        const copy = bytes.slice();
        for (const [at, bit] of flips) copy[at % copy.length]! ^= 1 << bit;
        return copy;
      }),
    // cut, anywhere but more often in the header
    fc.tuple(piece, fc.oneof(fc.nat(40), fc.nat(4000))).map(([bytes, length]) => bytes.slice(0, length)),
    // a stretch left out, put in twice, or taken from another piece
    fc
      .tuple(piece, piece, fc.nat(3999), fc.nat(3999), fc.nat(300))
      .map(([a, b, from, at, length]) =>
        Uint8Array.from([...a.slice(0, at), ...b.slice(from, from + length), ...a.slice(at + (from % 50))]),
      ),
    // noise behind a header
    fc
      .tuple(piece, fc.uint8Array({ maxLength: 200 }))
      .map(([bytes, noise]) => Uint8Array.from([...bytes.slice(0, 22), ...noise])),
    // large numbers in the place of lengths
    fc.tuple(piece, fc.nat(3999), fc.constantFrom(0xff, 0x7f, 0x80, 0)).map(([bytes, at, byte]) => {
      const copy = bytes.slice();
      copy.fill(byte, at, at + 4);
      return copy;
    }),
  );

  it('reads or refuses 10,000 damaged files, soundly', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        readSoundly(bytes);
      }),
      { numRuns: 10_000, seed: 20_260_701 },
    );
  });

  it('takes a long file of noise in its stride', () => {
    for (const filler of [0x80, 0x00, 0xff, 0xf7, 0x4d, 0x90]) {
      const bytes = new Uint8Array(2_000_000).fill(filler);
      bytes.set(pieces[0]!.subarray(0, 22));
      readSoundly(bytes);
    }
    const tracks = Buffer.concat([
      pieces[0]!.subarray(0, 14),
      Buffer.from('MTrk\x00\x00\x00\x05'.repeat(100_000), 'latin1'),
    ]);
    expect(readSoundly(tracks)!.problems.length).toBeGreaterThan(0);
  });

  it.skipIf(samples === '').each(samples === '' ? [] : filesIn(samples))('reads or refuses %s', (path) => {
    const bytes = Uint8Array.from(readFileSync(path));
    const startedAt = performance.now();
    const file = readSoundly(bytes);
    expect(performance.now() - startedAt).toBeLessThan(1000);
    let expected: number[][];
    try {
      expected = byMidiFile(bytes);
    } catch {
      return;
    }
    if (file?.problems.length === 0) expect(flat(file)).toEqual(expected);
  });
});
