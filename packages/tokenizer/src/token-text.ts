import { textLines } from '@etude/music';
import { END_OF_PIECE, type Grammar } from './grammars/grammar.js';

/**
 * Tokens as text for people: what sounds together, or a bar, stands on one line.
 * @example
 * formatTokens(['Pitch_60', 'Pitch_64', 'Frame_None', 'Pitch_62', 'Frame_None'], grammar);
 * // 'Pitch_60 Pitch_64\nFrame_None Pitch_62\nFrame_None\n'
 */
export function formatTokens(tokens: readonly string[], { startsLine }: Pick<Grammar, 'startsLine'>): string {
  const parts: string[] = [];
  tokens.forEach((token, index) => {
    if (index > 0) parts.push(token === END_OF_PIECE || startsLine(token) ? '\n' : ' ');
    parts.push(token);
  });
  parts.push('\n');
  return parts.join('');
}

/** The tokens of a text, which any white space keeps apart. */
export function parseTokens(text: string): string[] {
  return text.split(/\s+/).filter((token) => token !== '');
}

/** The pieces of a text in UTF-8, one after the other, each with the token that ends it; one piece where none does. */
function* tokensOfPieces(bytes: Uint8Array): Generator<string[]> {
  let piece: string[] = [];
  for (const line of textLines(bytes)) {
    for (const token of parseTokens(line)) {
      piece.push(token);
      if (token !== END_OF_PIECE) continue;
      yield piece;
      piece = [];
    }
  }
  if (piece.length > 0) yield piece;
}

/** Tokens of pieces, one piece after the other. What is written is text in UTF-8, which may be longer than a string can be. */
export const tokensFormat = {
  parseEach: tokensOfPieces,
  serialize: (text: string | Uint8Array): string | Uint8Array => text,
};

/** Tokens of one song, written as {@link formatTokens} made them. */
export const songTokensFormat = {
  parse: (bytes: Uint8Array): string[] => parseTokens(new TextDecoder().decode(bytes)),
  serialize: (text: string): string => text,
};

/** A text that grows piece by piece; all of it may be longer than a string can be. */
export class TokenText {
  count = 0;
  readonly #grammar: Grammar;
  readonly #parts: Buffer[] = [];

  constructor(grammar: Grammar) {
    this.#grammar = grammar;
  }

  add(tokens: readonly string[]): void {
    this.count += tokens.length;
    this.#parts.push(Buffer.from(formatTokens(tokens, this.#grammar)));
  }

  toBytes(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}
