import type { AbcPlace } from './abc-error.js';

/** One tune of an ABC text, as abcjs reads it. */
export class TuneText {
  /** the directives at the head of the file, then the tune itself */
  readonly text: string;
  /** for each line of `text` its number in the file, counted from 1 */
  readonly #lines: readonly number[];

  constructor(lines: readonly { readonly number: number; readonly text: string }[]) {
    this.text = lines.map(({ text }) => text).join('\n');
    this.#lines = lines.map(({ number }) => number);
  }

  /** Where in the file a character of `text` stands. */
  placeOf(index: number): AbcPlace {
    const before = this.text.slice(0, Math.max(0, index));
    const start = before.lastIndexOf('\n') + 1;
    return this.placeIn(before.split('\n').length, before.length - start + 1);
  }

  /** Where in the file a line of `text` stands, counted from 1. */
  placeIn(line: number, column: number): AbcPlace {
    const number = this.#lines[line - 1] ?? this.#lines.at(-1) ?? 1;
    return { line: number, column: Number.isInteger(column) && column > 0 ? column : 1 };
  }

  /** The field that names the tune, or its first line. */
  get start(): AbcPlace {
    return this.placeOf(Math.max(0, this.text.search(/^X:/m)));
  }

  /** The first of its titles; nothing where it has none. */
  get title(): string {
    return /^T:(.*)$/m.exec(this.text)?.[1]?.trim() ?? '';
  }

  /** Fields of one letter with their values, as lines of their own or inside of music. */
  *fields(letter: string): Generator<AbcPlace & { readonly value: string }> {
    for (const match of this.text.matchAll(new RegExp(`(?:^|\\[)${letter}:([^\\]\\n%]*)`, 'gm'))) {
      yield { ...this.placeOf(match.index + match[0].indexOf(letter)), value: match[1]!.trim() };
    }
  }
}

/**
 * The tunes of an ABC text (ABC 2.1, "File structure"). A tune begins with `X:`; of what stands before the first one the directives count
 * for all. A text without `X:` is one tune.
 */
export function tuneTextsOf(abc: string): TuneText[] {
  const lines = abc
    .replace(/^\uFEFF/, '')
    .split(/\r\n?|\n/)
    // abcjs joins such a line, a command of an old typesetter, to the one before, which would move all others.
    .map((text, index) => ({ number: index + 1, text: text.startsWith('\\') ? '%' : text }));
  const starts = lines.flatMap(({ text }, index) => (text.startsWith('X:') ? [index] : []));
  if (starts.length === 0) {
    const first = lines.findIndex(({ text }) => text.trim() !== '');
    return [new TuneText(first < 0 ? [] : lines.slice(first))];
  }
  const directives = lines.slice(0, starts[0]).filter(({ text }) => text.startsWith('%%'));
  return starts.map((start, index) => new TuneText([...directives, ...lines.slice(start, starts[index + 1])]));
}
