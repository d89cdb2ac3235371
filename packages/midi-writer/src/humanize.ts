import { ChannelEvents, isNoteOff, isNoteOn, keyId } from '@etude/midi-reader';
import { type Bar, barsBefore, isDrum, lastTick, notesOf, type Piece } from '@etude/music';

export interface Humanize {
  /** standard deviation of the beginning of a note in milliseconds */
  readonly timing: number;
  /** standard deviation of its velocity */
  readonly velocity: number;
}

/** Bars of a phrase. */
const PHRASE = 4;
/** What velocities are made of, in standard deviations of all together. */
const ARCH = 2;
const ACCENT = 0.45;
const OCTAVE_HIGHER = 0.8;
const CHANCE = 0.5;
/** How much of the deviation of an onset is left at the next one, and the share of it that notes of a chord do not have in common. */
const STEADINESS = 0.9;
const APART = 0.5;

/**
 * A song as somebody plays it. Phrases of four bars grow and fade (Todd 1992), beginnings of bars and high notes are louder (the KTH rules: Friberg, Bresin and
 * Sundberg 2006), and there is chance. Onsets stray for a while to one side, as those of players do, instead of each by itself (Hennig et al. 2011); no note begins
 * before the one of its key has ended.
 * @param random numbers from 0 to below 1
 */
export function humanized(song: Piece, { timing, velocity }: Humanize, random: () => number): Piece {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const quarter = song.tempos[0]?.microseconds ?? 500_000;
  const ticks = (timing * 1000 * song.division) / quarter;
  const louder = dynamicsOf(song);
  const middles = middleKeys(song);
  const tracks = song.tracks.map((track, index) => {
    const list = [...track.events];
    /** tick at which a key was last let go, by channel and key */
    const free = new Map<number, number>();
    const down = new Map<number, number>();
    const moved = list.map((event) => ({ ...event }));
    let [drift, onset] = [normal(), -1];
    list.forEach((event, at) => {
      const key = keyId(event);
      if (isNoteOn(event)) {
        if (event.tick > onset) drift = STEADINESS * drift + Math.sqrt(1 - STEADINESS ** 2) * normal();
        onset = event.tick;
        const note = moved[at]!;
        const higher = (event.data1 - (middles.get(index) ?? event.data1)) / 12;
        const loud = louder(event.tick) + OCTAVE_HIGHER * Math.max(-1.5, Math.min(1.5, higher)) + CHANCE * normal();
        note.data2 = Math.min(127, Math.max(1, Math.round(event.data2 + loud * velocity)));
        const late = Math.sqrt(1 - APART ** 2) * drift + APART * normal();
        note.tick = Math.max(free.get(key) ?? 0, Math.round(event.tick + late * ticks));
        down.set(key, at);
      } else if (isNoteOff(event)) {
        free.set(key, event.tick);
        const note = moved[down.get(key) ?? -1];
        // A note keeps at least half of its length.
        if (note) note.tick = Math.min(note.tick, Math.floor((list[down.get(key)!]!.tick + event.tick) / 2));
        down.delete(key);
      }
    });
    moved.sort((a, b) => a.tick - b.tick || Number(isNoteOff(b)) - Number(isNoteOff(a)));
    return { ...track, events: ChannelEvents.of(moved) };
  });
  return { ...song, tracks };
}

/** How much louder it is at a tick, by its place in the phrase and in the bar. */
function dynamicsOf(song: Piece): (tick: number) => number {
  const bars = [...barsBefore(lastTick(song) + 1, song)];
  const upbeat = bars[1] !== undefined && bars[0]!.length < bars[1].length ? 1 : 0;
  return (tick) => {
    const index = barAt(bars, tick);
    const bar = bars[index]!;
    const inBar = Math.min(1, (tick - bar.start) / bar.length);
    const place = index < upbeat ? 0 : (((index - upbeat) % PHRASE) + inBar) / PHRASE;
    const accent = tick === bar.start && index >= upbeat ? ACCENT : -ACCENT / 3;
    // Loudest behind the middle of the phrase; 2 / π is about the mean.
    return ARCH * (Math.sin(Math.PI * place ** 1.3) - 2 / Math.PI) + accent;
  };
}

/** The number of the last bar that begins at or before a tick. */
function barAt(bars: readonly Bar[], tick: number): number {
  let [low, high] = [0, bars.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (bars[middle]!.start <= tick) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The mean key of each track; none of percussion. */
function middleKeys(song: Piece): ReadonlyMap<number, number> {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const note of notesOf(song)) {
    if (isDrum(note)) continue;
    const { sum, count } = sums.get(note.track) ?? { sum: 0, count: 0 };
    sums.set(note.track, { sum: sum + note.key, count: count + 1 });
  }
  return new Map([...sums].map(([track, { sum, count }]) => [track, sum / count]));
}
