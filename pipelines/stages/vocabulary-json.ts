import type { Vocabulary } from '@etude/tokenizer';

/** The content of `vocab.json`, with a line for each token; its id is its place in the list. */
export function vocabularyToJson({ unseen, entries }: Vocabulary): string {
  const head = JSON.stringify({ unseen, size: entries.length }, undefined, 2).slice(0, -2);
  return `${head},\n  "entries": [\n${entries.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')}\n  ]\n}\n`;
}

export function vocabularyFromJson(text: string): Vocabulary {
  return JSON.parse(text) as Vocabulary;
}
