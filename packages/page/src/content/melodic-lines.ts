import { isDrum, type Note } from '@etude/music';

/** The line that each part sings: of notes that begin together the highest. Percussion is left out. */
export function melodicLines(notes: readonly Note[]): Note[][] {
  const lines = new Map<number, Note[]>();
  for (const note of notes) {
    if (isDrum(note)) continue;
    const part = note.track * 16 + note.channel;
    const line = lines.get(part) ?? [];
    lines.set(part, line);
    // Notes of a part that begin together come from low to high.
    if (line.at(-1)?.start === note.start) line.pop();
    line.push(note);
  }
  return [...lines.values()];
}
