import { isDrum, notesOf, type Piece } from '@etude/music';
import { type Grammar, GrammarError, type Vocabulary, type VoiceRule } from '@etude/tokenizer';
import * as z from 'zod';
import { CompositionError } from '../composition-error.js';

export const voice = z.strictObject({
  of: z.string().describe('the name of a file in given, of which all notes are the voice'),
  as: z
    .union([z.enum(['melody', 'bass']), z.int().min(1)])
    .describe(
      'which of the parts of the music learned from, counted from 1; in chord-frame melody, with nothing above it, or bass, with nothing below it',
    ),
  lines: z
    .int()
    .min(2)
    .max(64)
    .optional()
    .describe(
      'lines of notes that a song has at most, the voice included, in score; left out: as many as the model has come in',
    ),
});
export type VoiceSettings = z.output<typeof voice>;

/**
 * What holds songs to a voice, and the tick at which they end with it: that of its last bar.
 * @throws {CompositionError} where there is no such voice, or the music learned from has no part that could play it
 * @param bar ticks of a bar
 */
export function givenVoice(
  { of, as, lines }: VoiceSettings,
  given: ReadonlyMap<string, Piece>,
  { grammar, vocabulary }: { readonly grammar: Grammar; readonly vocabulary: Vocabulary },
  bar: number,
): { rule: () => VoiceRule; until: number } {
  const piece = given.get(of);
  if (piece === undefined) throw new CompositionError(`sample.given has no file of the name ${of}, the given voice`);
  if (grammar.around === undefined) {
    throw new CompositionError(
      'sample.voice needs a grammar that tells voices apart: score, session, factored or chord-frame',
    );
  }
  const notes = notesOf(piece).filter((note) => !isDrum(note));
  const last = notes.reduce((end, note) => Math.max(end, note.end), 1);
  try {
    const known = vocabulary.entries.map(({ token }) => token);
    const rule = grammar.around({ piece, notes, as, bar, lines }, known);
    return { rule, until: rule().until ?? Math.ceil(last / bar) * bar };
  } catch (error) {
    if (error instanceof GrammarError) throw new CompositionError(`sample.voice: ${error.message}`);
    throw error;
  }
}
