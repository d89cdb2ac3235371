import { END_OF_PIECE, type Grammar } from './grammar.js';

/** Tokens as text for people: what sounds together, or a bar, stands on one line. */
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

/** The pieces in a sequence of tokens, each with the token that ends it; one piece where none does. */
export function splitPieces(tokens: readonly string[]): string[][] {
  const pieces: string[][] = [];
  let from = 0;
  for (let at = tokens.indexOf(END_OF_PIECE); at >= 0; at = tokens.indexOf(END_OF_PIECE, from)) {
    pieces.push(tokens.slice(from, at + 1));
    from = at + 1;
  }
  if (from < tokens.length) pieces.push(tokens.slice(from));
  return pieces;
}
