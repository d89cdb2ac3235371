import { isDrum, notesOf, type Piece } from '@etude/music';
import { checkLength, GrammarError } from '../grammar.js';
import type { ChordFrameToken } from './tokens.js';

/** Pitches of all frames of a piece: four at a time for nearly 9 hours at 120. */
const MOST_PITCHES = 1_000_000;

export interface FrameSettings {
  /** frames a quarter note */
  readonly steps: number;
  /** whether a piece begins with a token that tells how far it is transposed */
  readonly keyToken?: boolean | undefined;
}

/**
 * A piece is written in its own key; what is transposed after that has the token that says so.
 * @throws {GrammarError} where the piece is too long, or has too much in it
 */
export function encode(piece: Piece, { steps, keyToken }: FrameSettings): ChordFrameToken[] {
  const stepOf = (tick: number) => Math.round((tick * steps) / piece.division);
  const notes = notesOf(piece)
    .filter((note) => !isDrum(note))
    .map(({ key, start, end }) => ({ key, start: stepOf(start), end: Math.max(stepOf(start) + 1, stepOf(end)) }));
  let [last, sounding] = [0, 0];
  for (const { start, end } of notes) {
    last = Math.max(last, end);
    sounding += end - start;
  }
  if (notes.length > 0 && piece.end !== undefined) last = Math.max(last, stepOf(piece.end));
  checkLength(last);
  if (sounding > MOST_PITCHES) {
    throw new GrammarError(
      `the frames of the piece have more than ${MOST_PITCHES.toLocaleString('en')} pitches: are there notes that are never ended?`,
    );
  }
  /** keys of each frame, in which one may stand twice */
  const frames = Array.from({ length: last }, (): number[] => []);
  for (const { key, start, end } of notes) for (let frame = start; frame < end; frame++) frames[frame]!.push(key);
  const tokens: ChordFrameToken[] = keyToken && last > 0 ? [{ kind: 'transposed', semitones: 0 }] : [];
  for (const keys of frames) {
    for (const key of new Set(keys.sort((a, b) => a - b))) tokens.push({ kind: 'pitch', key });
    tokens.push({ kind: 'frame' });
  }
  return tokens;
}
