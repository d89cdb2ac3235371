import type { Conditions } from '../grammars/grammar.js';

/** What is told of the place behind some tokens, by the names of the conditions. */
export function toldConditions({ fields, reader }: Conditions, tokens: Iterable<string>): (name: string) => number {
  const follower = reader();
  for (const token of tokens) follower.add(token);
  const values = new Int32Array(fields.length);
  follower.read(values, 0);
  return (name) => {
    const at = fields.findIndex((field) => field.name === name);
    if (at < 0) throw new Error(`there is no condition ${name}`);
    return values[at]!;
  };
}
