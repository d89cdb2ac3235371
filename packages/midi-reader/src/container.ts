import { hex, MidiError } from './midi-error.js';
import type { Problems } from './problem-list.js';

export interface Header {
  /** 0: one track; 1: tracks played together; 2: tracks that are pieces of their own */
  readonly format: number;
  /** the division word: ticks per quarter note, or SMPTE frames where bit 15 is set */
  readonly division: number;
  /** how many tracks the header says there are; the chunks count */
  readonly declaredTracks: number;
  /** byte offset of the first chunk behind the header */
  readonly end: number;
  /** byte offset at which the file ends, or the RIFF chunk that holds it */
  readonly limit: number;
}

export interface Chunk {
  readonly tag: string;
  /** byte offset of the chunk's first data byte in the file */
  readonly offset: number;
  /** a view of the file's bytes: nothing is allocated by what a length field says */
  readonly data: Uint8Array;
}

/** How names of MIDI files end, without the dot: RIFF files (rmi) and karaoke (kar) are MIDI files, too. */
export const MIDI_EXTENSIONS = ['mid', 'midi', 'smf', 'kar', 'rmi'] as const;

const HEADER_BYTES = 14;
/** Of a file without a usable division; the most common one. */
const USUAL_DIVISION = 480;

/**
 * Reads the header chunk (SMF 1.0, "Header Chunks"), out of a RIFF wrapper (RMID) or behind bytes that do not belong to
 * the file.
 *
 * @throws {MidiError} where there is no header
 */
export function readHeader(bytes: Uint8Array, problems: Problems): Header {
  const start = tagAt(bytes, 0) === 'MThd' ? 0 : findTag(bytes, 'MThd', 0);
  if (start < 0) {
    throw new MidiError(0, `expected a MIDI header ("MThd"), found ${otherKind(bytes) ?? describe(bytes)}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const riff = tagAt(bytes, 0) === 'RIFF' && start >= 20 && tagAt(bytes, start - 8) === 'data';
  const limit = riff ? Math.min(bytes.length, start + view.getUint32(start - 4, true)) : bytes.length;
  if (start > 0 && !riff) {
    problems.report(0, `expected a MIDI header ("MThd"), found ${describe(bytes)}`, `${start} bytes left out`);
  }
  if (bytes.length < start + HEADER_BYTES) {
    throw new MidiError(bytes.length, `the file ends inside its header: expected ${HEADER_BYTES} bytes`);
  }
  const length = view.getUint32(start + 4);
  let end = start + 8 + length;
  if (length < 6 || end > limit) {
    problems.report(start + 4, `expected a header of 6 bytes, found ${length}`, 'taken as 6');
    end = start + HEADER_BYTES;
  }
  let format = view.getUint16(start + 8);
  if (format > 2) {
    problems.report(start + 8, `expected format 0, 1 or 2, found ${format}`, 'taken as 1');
    format = 1;
  }
  let division = view.getUint16(start + 12);
  if (division === 0 || (division >= 0x8000 && !isSmpte(division))) {
    const found = division === 0 ? '0' : hex(division >> 8) + hex(division & 255);
    problems.report(
      start + 12,
      `expected a division in ticks or in SMPTE frames, found ${found}`,
      `taken as ${USUAL_DIVISION}`,
    );
    division = USUAL_DIVISION;
  }
  return { format, division, declaredTracks: view.getUint16(start + 10), end, limit };
}

/** Minus 24, 25, 29 or 30 frames a second in the high byte, ticks a frame in the low one (SMF 1.0, "Header Chunks"). */
function isSmpte(division: number): boolean {
  return [24, 25, 29, 30].includes(256 - (division >> 8)) && (division & 255) > 0;
}

/**
 * The chunk at a byte offset (SMF 1.0, "Chunks"); undefined at the end of the file. A length that leads past the file is cut,
 * and one that leads to where no chunk begins is not believed: the chunk then lasts to the next track.
 */
export function readChunk(bytes: Uint8Array, at: number, problems: Problems): Chunk | undefined {
  if (at >= bytes.length) return undefined;
  const tag = tagAt(bytes, at);
  if (at + 8 > bytes.length || !isTag(tag)) {
    const next = findTag(bytes, 'MTrk', at + 1);
    const left = (next < 0 ? bytes.length : next) - at;
    problems.report(at, `expected a chunk, found ${describe(bytes.subarray(at))}`, `${left} bytes left out`);
    return next < 0 ? undefined : readChunk(bytes, next, problems);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset + at + 4).getUint32(0);
  const offset = at + 8;
  let end = offset + length;
  if (end > bytes.length) {
    const missing = end - bytes.length;
    end = bytes.length;
    problems.report(
      at + 4,
      `the file ends ${missing} bytes before its ${name(tag)} does`,
      `cut to ${end - offset} bytes`,
    );
  } else if (tag === 'MTrk' && end < bytes.length && !isTag(tagAt(bytes, end))) {
    const next = findTag(bytes, 'MTrk', offset);
    end = next < 0 ? bytes.length : next;
    problems.report(at + 4, `no chunk begins behind a track of ${length} bytes`, `taken as ${end - offset} bytes`);
  }
  return { tag, offset, data: bytes.subarray(offset, end) };
}

function name(tag: string): string {
  return tag === 'MTrk' ? 'track' : `chunk "${tag}"`;
}

/** Whether four characters may be the type of a chunk: printable ASCII. */
function isTag(tag: string): boolean {
  return /^[\x20-\x7e]{4}$/.test(tag);
}

export function tagAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function findTag(bytes: Uint8Array, tag: string, from: number): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(tag, from, 'latin1');
}

/** What people have taken for MIDI files, by how it begins. */
const OTHER_KINDS = {
  'X:': 'ABC notation',
  '%abc': 'ABC notation',
  '<?xml': 'XML, perhaps MusicXML',
  'PK\x03\x04': 'a ZIP archive, perhaps compressed MusicXML',
  '%PDF': 'a PDF document',
  ID3: 'an MP3 file',
  OggS: 'an Ogg file',
  fLaC: 'a FLAC file',
  RIFF: 'a RIFF file without MIDI, perhaps a WAV file',
  'version https://git-lfs': 'a pointer of Git LFS in place of the file',
};

function otherKind(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.subarray(0, 32)).toString('latin1');
  return Object.entries(OTHER_KINDS).find(([beginning]) => text.startsWith(beginning))?.[1];
}

function describe(bytes: Uint8Array): string {
  const found = [...bytes.subarray(0, 4)].map(hex).join(' ');
  return found === '' ? 'the end of the file' : `the bytes ${found}`;
}
