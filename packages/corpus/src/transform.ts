import { type ChannelEvent, ChannelEvents, DRUM_CHANNEL, isNoteOff, isNoteOn, keyId } from '@etude/midi-reader';
import { eventsInTime, SUSTAIN_PEDAL } from './channels.js';
import { isDrum, notesOf } from './notes.js';
import { type Piece, withEvents } from './piece.js';

/** What a grid moved. */
export interface GridReport {
  readonly events: number;
  /** of those, how many did not stand on the grid */
  readonly moved: number;
  /** in quarter notes */
  readonly mostBeats: number;
  /** in quarter notes, over all events */
  readonly meanBeats: number;
}

/**
 * Moves every event to the nearest of `steps` steps a quarter note, halves up. A note keeps at least one step, so that its
 * end may be moved by more than half a step.
 */
export function quantize(piece: Piece, steps: number): { piece: Piece; report: GridReport } {
  const step = piece.division / steps;
  const near = (tick: number) => Math.round(Math.round(tick / step) * step);
  let [count, moved, most, sum] = [0, 0, 0, 0];
  const change = (from: number, to: number) => {
    const distance = Math.abs(to - from);
    count += 1;
    if (distance > 0) moved += 1;
    most = Math.max(most, distance);
    sum += distance;
    return to;
  };
  const result = withEvents(piece, ({ events }) => {
    /** the step at which a key went down, by channel and key */
    const down = new Map<number, number>();
    const placed = [...events].map((event): ChannelEvent => {
      const key = keyId(event);
      let tick = near(event.tick);
      if (isNoteOn(event)) down.set(key, Math.round(event.tick / step));
      else if (isNoteOff(event)) {
        const started = down.get(key);
        if (started !== undefined) tick = Math.max(tick, Math.round((started + 1) * step));
        down.delete(key);
      }
      return { ...event, tick: change(event.tick, tick) };
    });
    return inTimeOrder(placed);
  });
  const meta = <T extends { tick: number }>(list: readonly T[]) =>
    list.map((each) => ({ ...each, tick: change(each.tick, near(each.tick)) }));
  const report = () => ({
    ...{ events: count, moved, mostBeats: most / piece.division },
    meanBeats: count === 0 ? 0 : sum / count / piece.division,
  });
  const moves = { tempos: meta(piece.tempos), timeSignatures: meta(piece.timeSignatures) };
  return { piece: { ...result, ...moves, keySignatures: meta(piece.keySignatures) }, report: report() };
}

/** Ways to transpose into each of the twelve keys, as near as may be; the first changes nothing. */
export const ALL_KEYS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5];

/**
 * The piece `semitones` higher, percussion apart; undefined where a key would leave the range of MIDI.
 */
export function transpose(piece: Piece, semitones: number): Piece | undefined {
  let fits = true;
  const result = withEvents(piece, ({ events }) => {
    const messages = events.messages.map((message) => {
      const kind = message >> 20;
      if (kind > 10 || ((message >> 16) & 15) === DRUM_CHANNEL) return message;
      const key = ((message >> 8) & 127) + semitones;
      if (key < 0 || key > 127) fits = false;
      return (message & ~0x7f00) | ((key & 127) << 8);
    });
    return new ChannelEvents(events.ticks, messages);
  });
  const keySignatures = piece.keySignatures.map((key) => ({ ...key, sharps: sharpsAfter(key.sharps, semitones) }));
  return fits ? { ...result, keySignatures } : undefined;
}

/** Seven semitones up are one sharp more; of keys that sound alike the one with fewer signs, and flats where both have six. */
function sharpsAfter(sharps: number, semitones: number): number {
  const turned = (((sharps + semitones * 7) % 12) + 12) % 12;
  return turned > 5 ? turned - 12 : turned;
}

/** How far a piece has to go, -6 to 5 semitones, to be in C major or A minor; its key is estimated where it does not say. */
export function semitonesToC(piece: Piece): number {
  const { tonic, minor } = keyOf(piece);
  const major = minor ? (tonic + 3) % 12 : tonic;
  return major === 0 ? 0 : major > 6 ? 12 - major : -major;
}

/** Key profiles of major and minor from listening tests (Krumhansl and Kessler 1982), tonic first. */
const MAJOR = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const MINOR = [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];

/** A key: its tonic as a pitch class, 0 for C, and its mode. */
export interface Key {
  readonly tonic: number;
  readonly minor: boolean;
}

/** The key in which a piece begins, by its signature; where it has none, the one that correlates best with how long each pitch class sounds. */
export function keyOf(piece: Piece): Key {
  const [first] = piece.keySignatures;
  if (first !== undefined) {
    const major = (((first.sharps * 7) % 12) + 12) % 12;
    return { tonic: first.minor ? (major + 9) % 12 : major, minor: first.minor };
  }
  const weights = new Array<number>(12).fill(0);
  for (const note of notesOf(piece)) if (!isDrum(note)) weights[note.key % 12]! += note.end - note.start;
  let best = Number.NEGATIVE_INFINITY;
  let key: Key = { tonic: 0, minor: false };
  for (const minor of [false, true]) {
    const profile = minor ? MINOR : MAJOR;
    for (let tonic = 0; tonic < 12; tonic++) {
      const fit = correlation(
        weights,
        profile.map((_, i) => profile[(i - tonic + 12) % 12]!),
      );
      if (fit > best) [best, key] = [fit, { tonic, minor }];
    }
  }
  return key;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

/** The piece `factor` times as long: its tempo marks stay, its notes are stretched. */
export function stretch(piece: Piece, factor: number): Piece {
  const scaled = <T extends { tick: number }>(list: readonly T[]) =>
    list.map((each) => ({ ...each, tick: Math.round(each.tick * factor) }));
  const meta = { tempos: scaled(piece.tempos), timeSignatures: scaled(piece.timeSignatures) };
  return {
    ...withEvents(
      piece,
      ({ events }) =>
        new ChannelEvents(
          events.ticks.map((tick) => Math.round(tick * factor)),
          events.messages,
        ),
    ),
    ...{ ...meta, keySignatures: scaled(piece.keySignatures) },
  };
}

/** The piece with another number of ticks a quarter note; exact where that is a multiple of the present one. */
export function rescale(piece: Piece, division: number): Piece {
  return division === piece.division ? piece : { ...stretch(piece, division / piece.division), division };
}

/**
 * The piece with the velocity of every note changed by up to `most` either way.
 * @param random numbers from 0 to below 1
 */
export function jitterVelocity(piece: Piece, most: number, random: () => number): Piece {
  return withEvents(piece, ({ events }) => {
    const messages = events.messages.map((message) => {
      const velocity = message & 127;
      if (message >> 20 !== 9 || velocity === 0) return message;
      const change = Math.floor(random() * (2 * most + 1)) - most;
      return (message & ~127) | Math.min(127, Math.max(1, velocity + change));
    });
    return new ChannelEvents(events.ticks, messages);
  });
}

/**
 * The piece without its sustain pedals: a note that the pedal of its channel holds lasts until the pedal is let go, or its key is struck
 * again (MIDI 1.0 specification, control change 64; down from 64 on). The pedal may stand in another track than the notes.
 */
export function pedalToDurations(piece: Piece): Piece {
  const result: ChannelEvent[][] = piece.tracks.map(() => []);
  const pedal = new Array<boolean>(16).fill(false);
  /** releases that a pedal delays, by track and key, of each channel */
  const held = pedal.map(() => new Map<string, { track: number; release: ChannelEvent }>());
  const letGo = (channel: number, tickIn: (track: number) => number) => {
    for (const { track, release } of held[channel]!.values()) result[track]!.push({ ...release, tick: tickIn(track) });
    held[channel]!.clear();
  };
  for (const event of eventsInTime(piece.tracks)) {
    const { track } = event;
    const channel = event.status & 15;
    const key = `${track} ${event.data1}`;
    if (event.status >> 4 === 11 && event.data1 === SUSTAIN_PEDAL) {
      pedal[channel] = event.data2 >= 64;
      if (!pedal[channel]) letGo(channel, () => event.tick);
    } else if (isNoteOff(event) && pedal[channel]) held[channel]!.set(key, { track, release: event });
    else {
      const before = held[channel]!.get(key);
      if (isNoteOn(event) && before !== undefined) {
        result[track]!.push({ ...before.release, tick: event.tick });
        held[channel]!.delete(key);
      }
      result[track]!.push(event);
    }
  }
  for (const channel of pedal.keys()) letGo(channel, (track) => piece.tracks[track]!.events.ticks.at(-1)!);
  return {
    ...piece,
    tracks: piece.tracks.map((track, index) => ({ ...track, events: ChannelEvents.of(result[index]!) })),
  };
}

/** Sorting is stable: events of one tick stay in their order, but that notes end before others begin. */
function inTimeOrder(events: ChannelEvent[]): ChannelEvents {
  return ChannelEvents.of(events.sort((a, b) => a.tick - b.tick || Number(isNoteOff(b)) - Number(isNoteOff(a))));
}
