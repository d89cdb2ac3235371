import { type GivenVoice, GrammarError } from './grammar.js';

/** Notes in order of start of which no two of a key sound at once: the next one ends the one before. */
export function oneAtATime(notes: GivenVoice['notes']): GivenVoice['notes'] {
  const next = new Map<number, number>();
  const sorted = [...notes].sort((a, b) => b.start - a.start || a.end - b.end);
  return sorted
    .flatMap(({ start, end, key }) => {
      const before = next.get(key) ?? Number.POSITIVE_INFINITY;
      next.set(key, start);
      return before === start ? [] : [{ start, key, end: Math.min(end, before) }];
    })
    .reverse();
}

/**
 * The part of a number.
 * @throws {GrammarError} where there is none
 */
export function partOf<Part>(parts: readonly Part[], as: GivenVoice['as']): Part {
  const part = typeof as === 'number' ? parts[as - 1] : undefined;
  if (part !== undefined && parts.length > 1) return part;
  if (parts.length < 2) throw new GrammarError('the music has one part, and nothing could be written round it');
  throw new GrammarError(`expected a part from 1 to ${parts.length}, found ${as}`);
}

/** @throws {GrammarError} at a pitch that the music does not have, in this part of it */
export function checkKeys(notes: GivenVoice['notes'], known: ReadonlySet<number>, where: string): void {
  const missing = [...new Set(notes.map(({ key }) => key))].filter((key) => !known.has(key)).sort((a, b) => a - b);
  if (missing.length === 0) return;
  const has = [...known].sort((a, b) => a - b).join(', ');
  throw new GrammarError(
    `${where} never has the key${missing.length > 1 ? 's' : ''} ${missing.join(', ')}, but ${has}`,
  );
}
