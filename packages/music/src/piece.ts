import type { ChannelEvents, KeySignature, MidiFile, Tempo, TimeSignature } from '@etude/midi-reader';
import { withoutModeMessages, withProgramsOfChannels } from './channels.js';

/** A piece of music: tracks that are played together, and what holds for all of them. */
export interface Piece {
  /** ticks per quarter note, at least 1 */
  readonly division: number;
  /** in time order; 120 quarter notes a minute where there is none */
  readonly tempos: readonly Tempo[];
  /** in time order; 4/4 where there is none */
  readonly timeSignatures: readonly TimeSignature[];
  /** in time order */
  readonly keySignatures: readonly PieceKey[];
  readonly tracks: readonly PieceTrack[];
  /** tick at which it ends, where its source says so: after its last event there is silence */
  readonly end?: number;
  /** what it is for, where its source says so */
  readonly splitPart?: SplitPart;
}

/** A key signature, and the mode where it is neither major nor minor, which MIDI cannot say. */
export interface PieceKey extends KeySignature {
  /** semitones of the tonic above that of the major key of the signature, 0 to 11: 2 for Dorian, 7 for Mixolydian */
  readonly tonic?: number;
}

/** The parts of a split: what a model learns from, what is held out to choose the model by, and what the chosen one is tested on. */
export type SplitPart = 'training' | 'validation' | 'test';

export interface PieceTrack {
  readonly name: string;
  /** the bytes of the name, one character each (Latin-1), where they are not UTF-8 */
  readonly nameBytes?: string;
  /** in time order */
  readonly events: ChannelEvents;
}

const SMPTE = 0x8000;
/** Quarter notes a second where a file counts in frames, which have no beat: 120 a minute. */
const BEATS_A_SECOND = 2;

/**
 * The pieces of a MIDI file: one, or in format 2 one for each track, with a tempo, metre and key of its own (SMF 1.0, "MIDI File Formats").
 * Of a file that counts time in SMPTE frames, a quarter note is taken as half a second. What a channel does to the notes of several tracks
 * is written into each of them: see `channels.ts`.
 * @example
 * const [piece] = piecesOf(readMidi(readFileSync('data/canon-in-d.mid')));
 */
export function piecesOf(file: MidiFile): Piece[] {
  const smpte = file.division >= SMPTE;
  const ticksASecond = (256 - (file.division >> 8)) * (file.division & 255);
  const division = smpte ? Math.max(1, Math.round(ticksASecond / BEATS_A_SECOND)) : file.division;
  const pieceOf = (tracks: MidiFile['tracks'], of: Pick<MidiFile, 'tempos' | 'timeSignatures' | 'keySignatures'>) => ({
    ...{ division, tempos: smpte ? [] : of.tempos },
    ...{ timeSignatures: of.timeSignatures, keySignatures: of.keySignatures },
    tracks: withoutModeMessages(withProgramsOfChannels(tracks.map(toPieceTrack))),
  });
  return file.format === 2 ? file.tracks.map((track) => pieceOf([track], track)) : [pieceOf(file.tracks, file)];
}

export function toPieceTrack({ name, nameBytes, events }: PieceTrack): PieceTrack {
  return { name, ...(nameBytes !== undefined && { nameBytes }), events };
}

/**
 * The music of a piece alone: without what its tracks are called, and what it is for.
 * @example
 * musicOf(canon).tracks.map(({ name }) => name); // ['', '', '', '', '', '']
 */
export function musicOf({ splitPart: _, ...piece }: Piece): Piece {
  return { ...piece, tracks: piece.tracks.map(({ events }) => ({ name: '', events })) };
}

/**
 * The tick of the last event of all tracks; 0 where there is none.
 * @example
 * lastTick(piece) / piece.division; // quarter notes
 */
export function lastTick({ tracks }: Pick<Piece, 'tracks'>): number {
  return tracks.reduce((latest, { events }) => Math.max(latest, events.ticks.at(-1) ?? 0), 0);
}

/** The same piece with other events. */
export function withEvents(piece: Piece, change: (track: PieceTrack) => ChannelEvents): Piece {
  return { ...piece, tracks: piece.tracks.map((track) => ({ ...track, events: change(track) })) };
}
