import { type ConditionReader, type Conditions, END_OF_PIECE, type Grammar } from './grammars/grammar.js';
import { piecesInOtherKeys, type TokenizedMusic } from './other-keys.js';

/** Rows that fit 16 bits: a corpus has a row for each of its tokens and conditions. */
const MOST_ROWS = 2 ** 16;

/** A condition of a grammar as a model knows it: the values that it was trained with, rising. */
export interface KnownCondition {
  readonly name: string;
  readonly values: readonly number[];
}

/**
 * The rows that are told to a model of these conditions; undefined where it has none.
 * @throws {Error} where the grammar has no such condition
 * @example
 * conditionRows(grammar, [{ name: 'slot', values: [0, 1, 2] }])?.of(['Pitch_60', 'Frame_None']); // Uint16Array [1, 0]
 * conditionRows(grammar, undefined); // undefined
 */
export function conditionRows(
  { conditions }: Pick<Grammar, 'conditions'>,
  known: readonly KnownCondition[] | undefined,
): ConditionRows | undefined {
  if (known === undefined) return undefined;
  return new ConditionRows(conditions ?? { fields: [], reader: () => ({ read() {}, add() {} }) }, known);
}

/**
 * The conditions of a grammar that are not the same all over a corpus, with the values that they have there in all keys in which it is learned;
 * undefined where the grammar has no conditions.
 * @example
 * const corpus = { tokens: [['Pitch_60', 'Pitch_64', 'Frame_None']], augmented: [], split: [{ tokens: 3, training: 3 }] };
 * conditionsIn(createGrammar(chordFrame), corpus)?.[0]; // { name: 'slot', values: [0, 1, 2] }: notes of a frame so far
 */
export function conditionsIn(grammar: Grammar, corpus: TokenizedMusic): KnownCondition[] | undefined {
  const { conditions } = grammar;
  if (conditions === undefined) return undefined;
  return valuesIn(conditions, [corpus.tokens, corpus.augmented, piecesInOtherKeys(corpus, grammar)]);
}

function valuesIn({ fields, reader }: Conditions, parts: readonly Iterable<readonly string[]>[]): KnownCondition[] {
  const seen = fields.map(({ size }) => new Uint8Array(size));
  const values = new Int32Array(fields.length);
  const look = (tokens: readonly string[]) => {
    const follower = reader();
    const note = () => {
      follower.read(values, 0);
      for (let field = 0; field < values.length; field++) seen[field]![values[field]!] = 1;
    };
    note();
    for (const token of tokens) {
      if (token === END_OF_PIECE) continue;
      follower.add(token);
      note();
    }
  };
  for (const pieces of parts) for (const tokens of pieces) look(tokens);
  return fields
    .map(({ name }, field) => ({ name, values: [...seen[field]!.keys()].filter((value) => seen[field]![value]) }))
    .filter((condition) => condition.values.length > 1);
}

/**
 * Tells the rows that the conditions of a place have in a model's table, in which the values of one condition stand behind those of the one
 * before. A value that the model does not know is told as the nearest that it does.
 * @example
 * const known = [{ name: 'slot', values: [0, 1, 2] }, { name: 'frame-in-4', values: [0, 1] }];
 * new ConditionRows(grammar.conditions, known).of(['Pitch_60', 'Pitch_64', 'Frame_None']); // Uint16Array [1, 3, 2, 3, 0, 4]
 */
export class ConditionRows {
  /** of each token */
  readonly count: number;
  readonly #conditions: Conditions;
  /** for each condition of the model: which field of the grammar it is, and the row of each of its values */
  readonly #tables: readonly { field: number; rowOf: Int32Array }[];

  /** @throws {Error} where the grammar has no such condition */
  constructor(conditions: Conditions, known: readonly KnownCondition[]) {
    this.count = known.length;
    this.#conditions = conditions;
    let first = 0;
    this.#tables = known.map(({ name, values }) => {
      const field = conditions.fields.findIndex((each) => each.name === name);
      if (field < 0) throw new Error(`the model is told of ${name}, of which the grammar says nothing`);
      const { size } = conditions.fields[field]!;
      const rowOf = Int32Array.from({ length: size }, (_, value) => first + nearest(values, value));
      first += values.length;
      return { field, rowOf };
    });
    if (first > MOST_ROWS) throw new Error(`expected at most ${MOST_ROWS} values of conditions, found ${first}`);
  }

  /** Follows a piece from its beginning. */
  follow(): ConditionFollower {
    return new ConditionFollower(this.#conditions.reader(), this.#conditions.fields.length, this.#tables);
  }

  /** The rows that are told with each token of a piece (length·K), whose first may be the end of the piece before. */
  of(tokens: readonly string[]): Uint16Array {
    const rows = new Uint16Array(tokens.length * this.count);
    const follower = this.follow();
    tokens.forEach((token, at) => {
      follower.add(token);
      follower.write(rows, at * this.count);
    });
    return rows;
  }
}

/** Where one stands in a piece, as rows of a model's table. */
class ConditionFollower {
  readonly #reader: ConditionReader;
  readonly #values: Int32Array;
  readonly #tables: readonly { field: number; rowOf: Int32Array }[];

  constructor(reader: ConditionReader, fields: number, tables: readonly { field: number; rowOf: Int32Array }[]) {
    this.#reader = reader;
    this.#values = new Int32Array(fields);
    this.#tables = tables;
  }

  add(token: string): void {
    if (token !== END_OF_PIECE) this.#reader.add(token);
  }

  /** Writes the rows (K) of the present place from an index on. */
  write(rows: Int32Array | Uint16Array, at: number): void {
    this.#reader.read(this.#values, 0);
    for (let i = 0; i < this.#tables.length; i++) {
      const { field, rowOf } = this.#tables[i]!;
      rows[at + i] = rowOf[this.#values[field]!]!;
    }
  }
}

/** The index of the nearest of rising values, of two the lower. */
function nearest(values: readonly number[], wanted: number): number {
  const above = values.findIndex((value) => value >= wanted);
  if (above < 0) return values.length - 1;
  if (above === 0 || values[above] === wanted) return above;
  return wanted - values[above - 1]! <= values[above]! - wanted ? above - 1 : above;
}
