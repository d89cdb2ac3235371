import { joinLines, textLines } from '@etude/music';
import type { FileReading } from './read-file.js';

/** Readings by digest of their file as text, so that a file that has not changed need not be read again. */
export function readingsToBytes(readings: ReadonlyMap<string, FileReading>): Uint8Array {
  return joinLines(lines(readings));
}

function* lines(readings: ReadonlyMap<string, FileReading>): Generator<string> {
  for (const [digest, { pieces, ...rest }] of readings) {
    yield JSON.stringify({ digest, pieces: pieces.length, ...rest });
    yield* pieces;
  }
}

/**
 * The inverse of {@link readingsToBytes}.
 * @throws {Error} where the bytes are something else
 */
export function readingsFromBytes(bytes: Uint8Array): Map<string, FileReading> {
  const readings = new Map<string, FileReading>();
  const lines = textLines(bytes);
  for (const line of lines) {
    const { digest, pieces, ...rest } = JSON.parse(line) as { digest: string; pieces: number } & Omit<
      FileReading,
      'pieces'
    >;
    const isReading = Array.isArray(rest.notesDigests) && Array.isArray(rest.summary?.problems) && pieces >= 0;
    if (!isReading) throw new Error(`expected a reading, found ${line.slice(0, 80)}`);
    readings.set(digest, { pieces: Array.from({ length: pieces }, () => lines.next().value!), ...rest });
  }
  return readings;
}
