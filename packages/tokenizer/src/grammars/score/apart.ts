/** Notes of which no two of a key sound at once: the next one ends the one before, of two that begin together the longer stays. */
export function apart<N extends { key: number; start: number; end: number }>(notes: readonly N[]): N[] {
  const latest = new Map<number, N>();
  const result: N[] = [];
  for (const note of [...notes].sort((a, b) => b.start - a.start || b.end - a.end)) {
    const next = latest.get(note.key);
    if (next?.start === note.start) continue;
    latest.set(note.key, note);
    result.push({ ...note, end: Math.min(note.end, next?.start ?? Number.POSITIVE_INFINITY) });
  }
  return result.reverse();
}
