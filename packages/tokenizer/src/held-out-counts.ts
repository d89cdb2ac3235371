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

  /**
   * @param tokens of one piece
   * @param from the first of them that is held out: what it means may depend on those before
   */
  add(tokens: readonly string[], from: number): void {
    this.#tokens += tokens.length - from;
    if (from >= tokens.length) return;
    const reader = this.#grammar.reader();
    tokens.forEach((token, at) => {
      // What ends a piece is told as all else is, but no grammar reads it.
      if (token === END_OF_PIECE) return;
      const note = at < from ? undefined : reader.noteOf(token);
      if (note && !isDrum(note)) this.#notes += 1;
      reader.add(token);
    });
  }

  get counts(): TokenizationReport['heldOut'] {
    return { tokens: this.#tokens, notes: this.#notes };
  }
}
