import { readMidi } from '@etude/midi-reader';
import { notesOf, piecesOf } from '@etude/music';
import { expect } from 'vitest';
import { ScoreError, type ScoreMusic, type ScoreOptions } from '../index.js';

type ToMidi = (bytes: Uint8Array, options?: ScoreOptions) => ScoreMusic;

/** Tests look at what is heard of a score. */
export function heard(toMidi: ToMidi) {
  const read = (score: string | Uint8Array, options?: ScoreOptions) => {
    const bytes = typeof score === 'string' ? new TextEncoder().encode(score) : score;
    return readMidi(toMidi(bytes, options).bytes, { strict: true });
  };
  return {
    read,
    /** Track, start, end in quarter notes, and key of every note. */
    notes(score: string | Uint8Array, options?: ScoreOptions): number[][] {
      const file = read(score, options);
      const inBeats = (ticks: number) => ticks / file.division;
      return notesOf(piecesOf(file)[0]!).map((n) => [n.track - 1, inBeats(n.start), inBeats(n.end), n.key]);
    },
    /** Why a score is refused, and where. */
    refusal(score: string | Uint8Array): string {
      try {
        read(score);
      } catch (error) {
        expect(error).toBeInstanceOf(ScoreError);
        const { line, column, message } = error as ScoreError;
        return `${line}:${column}: ${message}`;
      }
      throw new Error('expected an error');
    },
  };
}
