/** One kind of token: how it is spelled. */
interface Spelling<Token> {
  /** what the whole text has to match */
  readonly pattern: RegExp;
  /** the token of a match and its groups; undefined where a number is out of range */
  read(...groups: string[]): Omit<Token, 'kind'> | undefined;
  write(token: Token): string;
}

/** The tokens of a grammar: text on one side, typed meaning on the other. */
export interface TokenTable<Token> {
  /** What a text means; undefined where it is no token of the grammar. */
  read(text: string): Token | undefined;
  write(token: Token): string;
  /** The text of what a token is changed to; undefined where it is no token, or becomes none. */
  changed(text: string, change: (token: Token) => Token | undefined): string | undefined;
}

/**
 * A table of tokens by their kinds.
 * @example
 * const table = tokenTable<{ kind: 'rest'; steps: number }>({
 *   rest: { pattern: /^Rest_(\d+)$/, read: (steps) => ({ steps: Number(steps) }), write: ({ steps }) => `Rest_${steps}` },
 * });
 * table.read('Rest_4'); // { kind: 'rest', steps: 4 }
 */
export function tokenTable<Token extends { readonly kind: string }>(
  rows: {
    readonly [Kind in Token['kind']]: Spelling<Extract<Token, { readonly kind: Kind }>>;
  },
): TokenTable<Token> {
  const spellings = Object.entries(rows) as [Token['kind'], Spelling<Token>][];
  // While a song is written each token is asked about again and again.
  const known = new Map<string, Token | undefined>();
  const parse = (text: string): Token | undefined => {
    for (const [kind, { pattern, read }] of spellings) {
      const groups = pattern.exec(text)?.slice(1);
      const meaning = groups && read(...groups);
      if (meaning !== undefined) return { kind, ...meaning } as Token;
    }
    return undefined;
  };
  const read = (text: string) => {
    if (!known.has(text)) known.set(text, parse(text));
    return known.get(text);
  };
  const write = (token: Token) => rows[token.kind as Token['kind']].write(token as never);
  return {
    read,
    write,
    changed(text, change) {
      const token = read(text);
      const other = token && change(token);
      return other && write(other);
    },
  };
}

/** A token whose name is followed by one number, written without leading zeros. */
export function numbered<Field extends string>(name: string, field: Field, least: number, most: number) {
  return {
    pattern: new RegExp(`^${name}_(0|[1-9]\\d*)$`),
    read(text?: string) {
      const number = Number(text);
      return number >= least && number <= most ? ({ [field]: number } as Record<Field, number>) : undefined;
    },
    write: (token: Record<Field, number>) => `${name}_${token[field]}`,
  };
}
