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
 */
export function trackName(name: string, bytes?: string): MetaEvent {
  const data = bytes === undefined ? new TextEncoder().encode(name) : Uint8Array.from(Buffer.from(bytes, 'latin1'));
  return { tick: 0, type: META.trackName, data };
}

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

/** @throws {RangeError} where a metre cannot be written */
export function timeSignature({ tick, numerator, denominator }: TimeSignature): MetaEvent {
  const power = Math.log2(denominator);
  const where = `time signature at tick ${tick}`;
  check(isWhole(numerator, 1, 255), where, 'a numerator from 1 to 255', numerator);
  check(isWhole(power, 0, 7), where, 'a power of two up to 128 as denominator', denominator);
  // Metronome every quarter note (24 MIDI clocks), 8 thirty-second notes a quarter note (SMF 1.0, "Time Signature").
  return { tick, type: META.timeSignature, data: Uint8Array.of(numerator, power, 24, 8) };
}

/** @throws {RangeError} where a key has more than 7 sharps or flats */
export function keySignature({ tick, sharps, minor }: KeySignature): MetaEvent {
  check(isWhole(sharps, -7, 7), `key signature at tick ${tick}`, '-7 to 7 sharps', sharps);
  return { tick, type: META.keySignature, data: Uint8Array.of(sharps & 255, minor ? 1 : 0) };
}
