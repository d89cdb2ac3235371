import { isDrum } from '@etude/music';
import { END_OF_PIECE, type Grammar } from './grammars/grammar.js';
import type { TokenizationReport } from './tokenization-formats.js';

/** Counts what of a corpus is held out: tokens, and pitched notes that begin in them. */
export class HeldOut {
  readonly #grammar: Grammar;
  #tokens = 0;
  #notes = 0;

  constructor(grammar: Grammar) {
    this.#grammar = grammar;
  }

  /** @param tokens of one piece that are held out */
  add(tokens: readonly string[]): void {
    this.#tokens += tokens.length;
    const reader = this.#grammar.reader();
    for (const token of tokens) {
      // What ends a piece is told as all else is, but no grammar reads it.
      if (token === END_OF_PIECE) continue;
      const note = reader.noteOf(token);
      if (note && !isDrum(note)) this.#notes += 1;
      reader.add(token);
    }
  }

  get counts(): TokenizationReport['heldOut'] {
    return { tokens: this.#tokens, notes: this.#notes };
  }
}
