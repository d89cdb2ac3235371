import { type ChannelEvent, ChannelEvents, isNoteOff, isNoteOn } from '@etude/midi-reader';

export const SUSTAIN_PEDAL = 64;

/** Channel mode messages (MIDI 1.0 specification, table 3): what they do to notes and pedals is written out by {@link withoutModeMessages}. */
const ALL_SOUND_OFF = 120;
const RESET_ALL_CONTROLLERS = 121;
const LOCAL_CONTROL = 122;

/** A track of any kind. */
interface HasEvents {
  /** in time order */
  readonly events: ChannelEvents;
}

interface PlacedEvent extends ChannelEvent {
  /** which of the tracks, counted from 0 */
  readonly track: number;
}

/**
 * The events of all tracks in time order, at one tick in the order of the tracks.
 * @example
 * eventsInTime(canon.tracks).next().value; // { tick: 0, status: 0xc0, data1: 40, data2: 0, track: 1 }
 */
export function* eventsInTime(tracks: readonly HasEvents[]): Generator<PlacedEvent> {
  const count = tracks.reduce((sum, { events }) => sum + events.length, 0);
  const [ticks, messages, places] = [new Float64Array(count), new Int32Array(count), new Uint32Array(count)];
  let at = 0;
  tracks.forEach(({ events }, track) => {
    ticks.set(events.ticks, at);
    messages.set(events.messages, at);
    places.fill(track, at, at + events.length);
    at += events.length;
  });
  const order = Uint32Array.from(ticks, (_, index) => index);
  if (tracks.length > 1) order.sort((a, b) => ticks[a]! - ticks[b]! || a - b);
  for (const index of order) {
    const message = messages[index]!;
    const [data1, data2] = [(message >> 8) & 127, message & 127];
    yield { tick: ticks[index]!, status: message >> 16, data1, data2, track: places[index]! };
  }
}

interface ProgramChange {
  readonly tick: number;
  readonly track: number;
  readonly program: number;
  /** the last one before that another track makes */
  readonly other: ProgramChange | undefined;
}

/**
 * The tracks with the programs that their notes are played with: a channel has one program, whichever track sets it. Where two tracks
 * set it at one tick, each keeps its own.
 */
export function withProgramsOfChannels<Track extends HasEvents>(tracks: readonly Track[]): readonly Track[] {
  const channels = programChanges(tracks);
  return tracks.map((track, number) => {
    const isShared = channels.map((changes) => changes.some((change) => change.track !== number));
    if (!isShared.some(Boolean)) return track;
    const { ticks, messages } = track.events;
    const program = new Uint8Array(16);
    const since = new Float64Array(16).fill(-1);
    const added: ChannelEvent[] = [];
    for (let i = 0; i < ticks.length; i++) {
      const message = messages[i]!;
      const channel = (message >> 16) & 15;
      if (!isShared[channel]) continue;
      if (message >> 20 === 12) [program[channel], since[channel]] = [(message >> 8) & 127, ticks[i]!];
      if (message >> 20 !== 9 || (message & 127) === 0) continue;
      const latest = lastUntil(channels[channel]!, ticks[i]!);
      const change = latest?.track === number ? latest.other : latest;
      if (change === undefined || change.tick <= since[channel]!) continue;
      since[channel] = change.tick;
      if (change.program === program[channel]) continue;
      program[channel] = change.program;
      added.push({ tick: change.tick, status: 0xc0 | channel, data1: change.program, data2: 0 });
    }
    return added.length === 0 ? track : { ...track, events: inOrder(added, track.events) };
  });
}

/** All program changes of each channel, in time order. */
function programChanges(tracks: readonly HasEvents[]): ProgramChange[][] {
  const channels = Array.from({ length: 16 }, () => [] as Omit<ProgramChange, 'other'>[]);
  tracks.forEach(({ events: { ticks, messages } }, track) => {
    for (let i = 0; i < ticks.length; i++) {
      const message = messages[i]!;
      if (message >> 20 !== 12) continue;
      channels[(message >> 16) & 15]!.push({ tick: ticks[i]!, track, program: (message >> 8) & 127 });
    }
  });
  return channels.map((list) => {
    let before: ProgramChange | undefined;
    return list
      .sort((a, b) => a.tick - b.tick)
      .map((change) => {
        before = { ...change, other: before?.track === change.track ? before.other : before };
        return before;
      });
  });
}

/** The last of some changes that comes not later than a tick. */
function lastUntil(changes: readonly ProgramChange[], tick: number): ProgramChange | undefined {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (changes[middle]!.tick <= tick) low = middle + 1;
    else high = middle;
  }
  return changes[low - 1];
}

/**
 * The tracks with the ends of notes that channel mode messages bring written as what they are, so that nothing that follows has to know these
 * messages: 120 and 123 to 127 let go every key of their channel that is down, 120 also what the pedal holds, and 121 lets the pedal go.
 */
export function withoutModeMessages<Track extends HasEvents>(tracks: readonly Track[]): readonly Track[] {
  if (!tracks.some(({ events: { messages } }) => messages.some(endsSomething))) return tracks;
  const result: ChannelEvent[][] = tracks.map(() => []);
  /** the keys that are down, by channel, then by track and key */
  const down = Array.from({ length: 16 }, () => new Map<number, { track: number; key: number }>());
  /** the pedals that are down, by channel, with the tracks that they stand in */
  const pedals: ({ track: number; value: number } | undefined)[] = [];
  for (const event of eventsInTime(tracks)) {
    const { track, tick, status, data1, data2 } = event;
    const channel = status & 15;
    const keys = down[channel]!;
    const id = (track << 7) | data1;
    if (isNoteOn(event)) keys.set(id, { track, key: data1 });
    else if (isNoteOff(event)) keys.delete(id);
    else if (status >> 4 === 11) {
      const pedal = pedals[channel];
      const setPedal = (value: number) =>
        pedal && result[pedal.track]!.push({ tick, status, data1: SUSTAIN_PEDAL, data2: value });
      if (data1 === SUSTAIN_PEDAL) pedals[channel] = data2 < 64 ? undefined : { track, value: data2 };
      else if (data1 === RESET_ALL_CONTROLLERS) {
        setPedal(0);
        pedals[channel] = undefined;
      } else if (data1 >= ALL_SOUND_OFF && data1 !== LOCAL_CONTROL) {
        for (const at of keys.values()) {
          result[at.track]!.push({ tick, status: 0x80 | channel, data1: at.key, data2: 0 });
        }
        keys.clear();
        // Let go and pressed again, the pedal holds nothing more of what sounded.
        if (data1 === ALL_SOUND_OFF && pedal) {
          setPedal(0);
          setPedal(pedal.value);
        }
        continue;
      }
    }
    result[track]!.push(event);
  }
  return tracks.map((track, index) => ({ ...track, events: ChannelEvents.of(result[index]!) }));
}

function endsSomething(message: number): boolean {
  const control = (message >> 8) & 127;
  return message >> 20 === 11 && control >= ALL_SOUND_OFF && control !== LOCAL_CONTROL;
}

/**
 * Events among those of a track, which is in time order; at one tick they come first.
 * @example
 * const toFlute = { tick: 0, status: 0xc0, data1: 73, data2: 0 };
 * inOrder([toFlute], track.events); // the events of the track, the program change before those of tick 0
 */
export function inOrder(added: readonly ChannelEvent[], events: Iterable<ChannelEvent>): ChannelEvents {
  return ChannelEvents.of([...added, ...events].sort((a, b) => a.tick - b.tick));
}
