import {
  type KeySignature,
  type Marker,
  META,
  type MetaEvent,
  type Tempo,
  type TimeSignature,
} from '@etude/midi-reader';
import { check, isWhole } from './check.js';

/**
 * A track's name, at its beginning.
 * @param bytes of the name, one character each (Latin-1), where they are not to be UTF-8
 * @example
 * trackName('Cello').data; // the bytes 67, 101, 108, 108, 111
 */
export function trackName(name: string, bytes?: string): MetaEvent {
  const data = bytes === undefined ? new TextEncoder().encode(name) : Uint8Array.from(Buffer.from(bytes, 'latin1'));
  return { tick: 0, type: META.trackName, data };
}

/**
 * A marker, such as the name of a section. Its text is written in UTF-8.
 * @example
 * marker({ tick: 480, text: 'Trio' }).data; // the bytes 84, 114, 105, 111
 */
export function marker({ tick, text }: Marker): MetaEvent {
  return { tick, type: META.marker, data: new TextEncoder().encode(text) };
}

/**
 * @throws {RangeError} where the tempo is not one that 3 bytes hold
 * @example
 * setTempo({ tick: 0, microseconds: 500_000 }).data; // the bytes 7, 161, 32
 */
export function setTempo({ tick, microseconds }: Tempo): MetaEvent {
  check(isWhole(microseconds, 1, 0xff_ffff), `tempo at tick ${tick}`, 'from 1 to 16777215 microseconds', microseconds);
  const data = Uint8Array.of(microseconds >> 16, (microseconds >> 8) & 255, microseconds & 255);
  return { tick, type: META.setTempo, data };
}

/**
 * A time signature: a numerator from 1 to 255 over a power of two from 1 to 128.
 * @throws {RangeError} where a metre cannot be written
 * @example
 * timeSignature({ tick: 0, numerator: 6, denominator: 8 }).data; // the bytes 6, 3, 24, 8
 */
export function timeSignature({ tick, numerator, denominator }: TimeSignature): MetaEvent {
  const power = Math.log2(denominator);
  const where = `time signature at tick ${tick}`;
  check(isWhole(numerator, 1, 255), where, 'a numerator from 1 to 255', numerator);
  check(isWhole(power, 0, 7), where, 'a power of two up to 128 as denominator', denominator);
  // Metronome every quarter note (24 MIDI clocks), 8 thirty-second notes a quarter note (SMF 1.0, "Time Signature").
  return { tick, type: META.timeSignature, data: Uint8Array.of(numerator, power, 24, 8) };
}

/**
 * A key signature: the number of sharps, flats below 0, and the mode.
 * @throws {RangeError} where a key has more than 7 sharps or flats
 * @example
 * keySignature({ tick: 0, sharps: -1, minor: true }).data; // the bytes 255, 1: D minor
 */
export function keySignature({ tick, sharps, minor }: KeySignature): MetaEvent {
  check(isWhole(sharps, -7, 7), `key signature at tick ${tick}`, '-7 to 7 sharps', sharps);
  return { tick, type: META.keySignature, data: Uint8Array.of(sharps & 255, minor ? 1 : 0) };
}
