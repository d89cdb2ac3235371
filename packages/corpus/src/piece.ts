import { ChannelEvents, type KeySignature, type MidiFile, type Tempo, type TimeSignature } from '@etude/midi-reader';

/** A piece of music: tracks that are played together, and what holds for all of them. */
export interface Piece {
  /** ticks per quarter note, at least 1 */
  readonly division: number;
  /** in time order; 120 quarter notes a minute where there is none */
  readonly tempos: readonly Tempo[];
  /** in time order; 4/4 where there is none */
  readonly timeSignatures: readonly TimeSignature[];
  /** in time order */
  readonly keySignatures: readonly KeySignature[];
  readonly tracks: readonly PieceTrack[];
}

export interface PieceTrack {
  readonly name: string;
  /** in time order */
  readonly events: ChannelEvents;
}

const SMPTE = 0x8000;
/** Quarter notes a second where a file counts in frames, which have no beat: 120 a minute. */
const BEATS_A_SECOND = 2;

/**
 * The pieces of a MIDI file: one, or in format 2 one for each track (SMF 1.0, "MIDI File Formats"). Of a file that counts time
 * in SMPTE frames, a quarter note is taken as half a second.
 */
export function piecesOf(file: MidiFile): Piece[] {
  const smpte = file.division >= SMPTE;
  const ticksASecond = (256 - (file.division >> 8)) * (file.division & 255);
  const common = {
    division: smpte ? Math.max(1, Math.round(ticksASecond / BEATS_A_SECOND)) : file.division,
    tempos: smpte ? [] : file.tempos,
    timeSignatures: file.timeSignatures,
    keySignatures: file.keySignatures,
  };
  const tracks = file.tracks.map(({ name, events }) => ({ name, events }));
  return file.format === 2 ? tracks.map((track) => ({ ...common, tracks: [track] })) : [{ ...common, tracks }];
}

/** JSON on one line; the events of a track are one list of numbers, four an event: tick, status, data1, data2. */
export function pieceToJson({ tracks, division, tempos, timeSignatures, keySignatures }: Piece): string {
  const flat = tracks.map(({ name, events }) => {
    const numbers: number[] = [];
    for (const { tick, status, data1, data2 } of events) numbers.push(tick, status, data1, data2);
    return { name, events: numbers };
  });
  return JSON.stringify({ division, tempos, timeSignatures, keySignatures, tracks: flat });
}

/** The inverse of {@link pieceToJson}. */
export function pieceFromJson(json: string): Piece {
  const { tracks, ...rest } = JSON.parse(json) as Omit<Piece, 'tracks'> & {
    tracks: { name: string; events: number[] }[];
  };
  return {
    ...rest,
    tracks: tracks.map(({ name, events: numbers }) => {
      const count = numbers.length / 4;
      const events = new ChannelEvents(new Float64Array(count), new Int32Array(count));
      for (let i = 0, at = 0; i < count; i++) {
        events.ticks[i] = numbers[at++]!;
        events.messages[i] = (numbers[at++]! << 16) | (numbers[at++]! << 8) | numbers[at++]!;
      }
      return { name, events };
    }),
  };
}

/** The same piece with other events. */
export function withEvents(piece: Piece, change: (track: PieceTrack) => ChannelEvents): Piece {
  return { ...piece, tracks: piece.tracks.map((track) => ({ name: track.name, events: change(track) })) };
}
