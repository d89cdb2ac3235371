import { hex, MidiError } from './midi-error.js';

export interface Chunk {
  /** byte offset of the chunk's first data byte in the file */
  readonly offset: number;
  readonly data: Uint8Array;
  /** set where the file ends before the chunk's declared length */
  readonly truncated?: MidiError;
}

export interface Container {
  /** 0: one track; 1: tracks played together; 2: tracks that are pieces of their own */
  readonly format: number;
  /** the header's division word: ticks per quarter note, or SMPTE frames where bit 15 is set */
  readonly division: number;
  readonly tracks: readonly Chunk[];
}

/**
 * Splits a Standard MIDI File into its track chunks (SMF 1.0, "Chunks"). A RIFF wrapper (RMID) is taken off and chunks
 * of other kinds are skipped, as the specification asks. The chunks that are there count, not the header's number.
 *
 * @throws {MidiError} where there is no valid header
 */
export function readContainer(bytes: Uint8Array): Container {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = tag(bytes, 0) === 'RIFF' ? findRiffData(bytes, view) : 0;
  if (tag(bytes, start) !== 'MThd') {
    throw new MidiError(start, `expected a MIDI header ("MThd"), found ${describe(bytes, start)}`);
  }
  if (bytes.length < start + 14) {
    throw new MidiError(bytes.length, 'the file ends inside its header: expected 14 bytes');
  }
  const headerLength = view.getUint32(start + 4);
  if (headerLength < 6) throw new MidiError(start + 4, `expected a header of at least 6 bytes, found ${headerLength}`);
  const format = view.getUint16(start + 8);
  if (format > 2) throw new MidiError(start + 8, `expected format 0, 1 or 2, found ${format}`);
  const division = view.getUint16(start + 12);
  if (division === 0) throw new MidiError(start + 12, 'expected a division of at least 1 tick, found 0');

  const tracks: Chunk[] = [];
  for (let at = start + 8 + headerLength; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4);
    const offset = at + 8;
    const data = bytes.subarray(offset, offset + length);
    if (tag(bytes, at) === 'MTrk') {
      const missing = length - data.length;
      tracks.push(
        missing > 0
          ? {
              offset,
              data,
              truncated: new MidiError(bytes.length, `the file ends ${missing} bytes before its track does`),
            }
          : { offset, data },
      );
    }
    at = offset + length;
  }
  return { format, division, tracks };
}

/** Where the MIDI file begins inside a RIFF file of kind RMID: in its "data" chunk. */
function findRiffData(bytes: Uint8Array, view: DataView): number {
  for (let at = 12; at + 8 <= bytes.length; ) {
    if (tag(bytes, at) === 'data') return at + 8;
    const length = view.getUint32(at + 4, true);
    at += 8 + length + (length % 2);
  }
  throw new MidiError(12, 'expected a "data" chunk in the RIFF file, found none');
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function describe(bytes: Uint8Array, at: number): string {
  const found = [...bytes.subarray(at, at + 4)].map(hex).join(' ');
  return found === '' ? 'the end of the file' : `the bytes ${found}`;
}
