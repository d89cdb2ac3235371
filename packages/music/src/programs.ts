import { type ChannelEvent, isNoteOn } from '@etude/midi-reader';

/**
 * The program that each channel is set to at its first note; channels that are set to none before are not there.
 * @example
 * programsOf(track.events).get(0); // 40 where channel 1 begins as a violin
 */
export function programsOf(events: Iterable<ChannelEvent>): Map<number, number> {
  const programs = new Map<number, number>();
  const playing = new Set<number>();
  for (const event of events) {
    const channel = event.status & 15;
    if (isNoteOn(event)) playing.add(channel);
    if (event.status >> 4 === 12 && !playing.has(channel)) programs.set(channel, event.data1);
  }
  return programs;
}
