import { type ChannelEvent, channelMessage, isNoteOff, isNoteOn, keyId } from '@etude/midi-reader';

const SUSTAIN_PEDAL = 64;

export interface SoundOptions {
  /** the longest that a note may sound, in ticks */
  readonly longestNote: number;
  /** how long a note sounds that is started with the last event, in ticks */
  readonly lastNote: number;
}

/**
 * The events with every note ended exactly once: a key struck again is released first, a release of a key that is not
 * down is left out, a note that sounds for too long or to the end is ended, and so is a sustain pedal held at the end.
 *
 * @param events in time order; the result is in time order too
 * @example
 * const struck = { tick: 0, status: 0x90, data1: 60, data2: 80 };
 * soundEvents([struck], { longestNote: 1920, lastNote: 480 }); // with it { tick: 480, status: 0x80, data1: 60, data2: 0 }
 */
export function soundEvents(events: readonly ChannelEvent[], { longestNote, lastNote }: SoundOptions): ChannelEvent[] {
  const result: ChannelEvent[] = [];
  /** tick of the note on, by channel and key */
  const down = new Map<number, number>();
  const pedals = new Set<number>();
  const release = (key: number, tick: number) => {
    result.push({
      tick: Math.min(tick, down.get(key)! + longestNote),
      status: 0x80 | (key >> 7),
      data1: key & 127,
      data2: 0,
    });
    down.delete(key);
  };
  for (const event of events) {
    const key = keyId(event);
    const started = down.get(key);
    if (isNoteOn(event)) {
      if (started !== undefined) release(key, event.tick);
      down.set(key, event.tick);
      result.push(event);
    } else if (isNoteOff(event)) {
      if (started === undefined) continue;
      if (event.tick - started > longestNote) release(key, event.tick);
      else {
        down.delete(key);
        result.push(event);
      }
    } else {
      if (channelMessage(event.status)?.name === 'control change' && event.data1 === SUSTAIN_PEDAL) {
        if (event.data2! >= 64) pedals.add(event.status);
        else pedals.delete(event.status);
      }
      result.push(event);
    }
  }
  const end = events.at(-1)?.tick ?? 0;
  for (const [key, started] of [...down]) release(key, Math.max(end, started + lastNote));
  // Sorting is stable: at one tick, a release stays before the note that made it necessary.
  result.sort((a, b) => a.tick - b.tick);
  const last = result.at(-1)?.tick ?? 0;
  for (const status of pedals) result.push({ tick: last, status, data1: SUSTAIN_PEDAL, data2: 0 });
  return result;
}
