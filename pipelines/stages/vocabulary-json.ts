import type { InputFile } from '@etude/engine';
import type { Vocabulary } from '@etude/tokenizer';
import * as z from 'zod';
import { readArtifact } from './read-artifact.js';

const vocabulary = z.object({
  unseen: z.enum(['error', 'drop']),
  size: z.int(),
  entries: z.array(z.object({ token: z.string().min(1), count: z.int().min(1) })).min(1),
});

/** The content of `vocab.json`, with a line for each token; its id is its place in the list. */
export function vocabularyToJson({ unseen, entries }: Vocabulary): string {
  const head = JSON.stringify({ unseen, size: entries.length }, undefined, 2).slice(0, -2);
  return `${head},\n  "entries": [\n${entries.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')}\n  ]\n}\n`;
}

/** @throws {StageError} where the artifact is not a vocabulary */
export function vocabularyFromJson(file: InputFile): Vocabulary {
  return readArtifact(file, () => {
    const { unseen, size, entries } = vocabulary.parse(JSON.parse(file.text()));
    if (size !== entries.length) throw new Error(`expected ${size} tokens, found ${entries.length}`);
    if (new Set(entries.map(({ token }) => token)).size !== size) throw new Error('a token has two ids');
    return { unseen, entries };
  });
}
