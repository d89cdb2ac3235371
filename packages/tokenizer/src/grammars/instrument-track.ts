import { type ChannelEvent, ChannelEvents } from '@etude/midi-reader';
import { DRUM_CHANNEL, type PieceTrack } from '@etude/music';

/**
 * Gives channels of 0 to 15 to instruments: 9 to percussion (General MIDI 1), the others in order. Where there are more than 15, channels
 * are shared from the first on.
 */
export function channelFor(index: number, isDrum: boolean): number {
  if (isDrum) return DRUM_CHANNEL;
  const channel = index % 15;
  return channel < DRUM_CHANNEL ? channel : channel + 1;
}

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

/**
 * The track of an instrument, which plays notes {@link apart}.
 * @param program of General MIDI; below 0 for percussion
 * @param notes in ticks
 */
export function instrumentTrack(
  { name, program, channel }: { readonly name: string; readonly program: number; readonly channel: number },
  notes: readonly { readonly key: number; readonly velocity: number; readonly start: number; readonly end: number }[],
): PieceTrack {
  const events: ChannelEvent[] = apart(notes).flatMap(({ key, velocity, start, end }) => [
    { tick: start, status: 0x90 | channel, data1: key, data2: velocity },
    { tick: end, status: 0x80 | channel, data1: key, data2: 0 },
  ]);
  events.sort((a, b) => a.tick - b.tick || a.status - b.status || a.data1 - b.data1);
  const head = program < 0 ? [] : [{ tick: 0, status: 0xc0 | channel, data1: program, data2: 0 }];
  return { name, events: ChannelEvents.of([...head, ...events]) };
}
