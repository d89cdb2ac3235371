import { extname } from 'node:path';
import { MIDI_EXTENSIONS } from '@etude/midi-reader';

/** Notations that are told apart by how a file ends, in lower case; MIDI and JSON by what it begins with. */
const NOTATIONS = new Map<string, 'abc' | 'kern' | 'musicxml'>([
  ['abc', 'abc'],
  ['krn', 'kern'],
  ['mxl', 'musicxml'],
  ['musicxml', 'musicxml'],
  ['xml', 'musicxml'],
]);

/** Endings of the files that music is read from, in lower case. */
export const MUSIC_EXTENSIONS: readonly string[] = [...MIDI_EXTENSIONS, ...NOTATIONS.keys()];

/**
 * The notation of a file; undefined where its name does not tell.
 * @example
 * notationOf('tunes/Book.ABC'); // 'abc'
 * notationOf('canon.mid'); // undefined
 */
export function notationOf(path: string): 'abc' | 'kern' | 'musicxml' | undefined {
  return NOTATIONS.get(extname(path).slice(1).toLowerCase());
}
