import type { ChannelEvents } from './channel-events.js';
import { readTrack } from './checked-track.js';
import { type Chunk, readChunk, readHeader, tagAt } from './container.js';
import type { MetaEvent } from './message-table.js';
import { type KeySignature, type Marker, type MetaContent, readMeta, type Tempo, type TimeSignature } from './meta.js';
import { type MidiProblem, Problems } from './problem-list.js';

/** One track of a file: everything in it that is sound. */
export interface Track extends MetaContent {
  readonly events: ChannelEvents;
  /** every meta event but the end of track, as bytes */
  readonly meta: readonly MetaEvent[];
  /** how many notes are started */
  readonly notes: number;
  /** ticks from the track's beginning to its end */
  readonly length: number;
}

export interface MidiFile {
  readonly format: number;
  /** the header's division word: ticks per quarter note, or SMPTE frames where bit 15 is set */
  readonly division: number;
  readonly tracks: readonly Track[];
  /** of all tracks in time order, which in format 2 belong to different pieces; a file without tempo plays at 120 quarter notes a minute (SMF 1.0, "Set Tempo") */
  readonly tempos: readonly Tempo[];
  /** in time order */
  readonly timeSignatures: readonly TimeSignature[];
  /** in time order */
  readonly keySignatures: readonly KeySignature[];
  /** in time order */
  readonly markers: readonly Marker[];
  /** what in the file breaks the specification, and what was made of it */
  readonly problems: readonly MidiProblem[];
}

export interface ReadingOptions {
  /** the first problem is an error */
  readonly strict?: boolean;
}

/**
 * Reads a Standard MIDI File of format 0, 1 or 2 (SMF 1.0), in time and memory linear in its bytes. All that is sound is
 * kept, and every problem listed; a bad track never costs another one.
 *
 * @throws {MidiError} with the byte offset: where there is no MIDI file in the bytes, and in strict mode at the first problem
 * @example
 * const { format, division, tracks, problems } = readMidi(readFileSync('data/canon-in-d.mid'));
 * tracks.length; // 6
 * problems; // []
 */
export function readMidi(bytes: Uint8Array, { strict = false }: ReadingOptions = {}): MidiFile {
  const problems = new Problems(strict);
  const header = readHeader(bytes, problems);
  const file = bytes.subarray(0, header.limit);
  const tracks: Track[] = [];
  let chunk: Chunk | undefined;
  for (let at = header.end; ; ) {
    problems.enter(undefined);
    chunk = readChunk(file, at, problems);
    if (chunk === undefined) break;
    at = chunk.offset + chunk.data.length;
    if (chunk.tag !== 'MTrk') continue;
    problems.enter(tracks.length);
    const { events, notes, meta, length, used } = readTrack(chunk, problems);
    const end = chunk.offset + used;
    if (end < at) {
      // A length that swallows the next track is a common fault of writers.
      if (tagAt(file, end) === 'MTrk') {
        problems.report(end, 'another track begins inside a track', 'the track ended there');
        at = end;
      } else problems.report(end, `${at - end} bytes behind the end of the track`, 'left out');
    }
    const { offset } = chunk;
    const content = readMeta(meta, (what) => problems.report(offset, `${what} in this track`, 'left out'));
    tracks.push({ ...content, events, meta, length, notes });
  }
  if (tracks.length !== header.declaredTracks) {
    const what = `expected ${header.declaredTracks} tracks as the header says, found ${tracks.length}`;
    problems.report(header.end, what, 'the header was not believed');
  }
  if (header.format === 0 && tracks.length > 1) {
    problems.report(header.end, `format 0 has one track, there are ${tracks.length}`, 'all of them read');
  }
  return {
    format: header.format,
    division: header.division,
    tracks,
    tempos: inTimeOrder(tracks.flatMap(({ tempos }) => tempos)),
    timeSignatures: inTimeOrder(tracks.flatMap(({ timeSignatures }) => timeSignatures)),
    keySignatures: inTimeOrder(tracks.flatMap(({ keySignatures }) => keySignatures)),
    markers: inTimeOrder(tracks.flatMap(({ markers }) => markers)),
    problems: problems.list(),
  };
}

function inTimeOrder<T extends { tick: number }>(values: T[]): T[] {
  return values.sort((a, b) => a.tick - b.tick);
}
