import { parseJson } from '@etude/music';
import * as z from 'zod';
import type { Vocabulary } from './vocabulary.js';

const vocabulary = z.object({
  unseen: z.enum(['error', 'drop']),
  size: z.int(),
  entries: z.array(z.object({ token: z.string().min(1), count: z.int().min(0) })).min(1),
});

/** A vocabulary as JSON, with a line for each token; its id is its place in the list. */
export const vocabularyFormat = {
  parse(bytes: Uint8Array): Vocabulary {
    const { unseen, size, entries } = vocabulary.parse(parseJson(bytes));
    if (size !== entries.length) throw new Error(`expected ${size} tokens, found ${entries.length}`);
    if (new Set(entries.map(({ token }) => token)).size !== size) throw new Error('a token has two ids');
    return { unseen, entries };
  },
  serialize({ unseen, entries }: Vocabulary): string {
    const head = JSON.stringify({ unseen, size: entries.length }, undefined, 2).slice(0, -2);
    return `${head},\n  "entries": [\n${entries.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')}\n  ]\n}\n`;
  },
};
