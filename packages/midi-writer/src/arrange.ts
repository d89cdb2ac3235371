import { type ChannelEvent, ChannelEvents } from '@etude/midi-reader';
import { barsBefore, DRUM_CHANNEL, lastTick, type Piece, type PieceTrack } from '@etude/music';
import { type Humanize, humanized } from './humanize.js';

/** How a song is played: what is left out stays as it is. */
export interface Arrangement {
  /** quarter notes a minute, in place of all tempos of the song */
  readonly tempo?: number | undefined;
  /** semitones up, or down where below 0; percussion stays */
  readonly transpose?: number | undefined;
  /** where in a quarter note its second eighth begins: 0.5 straight, 0.67 triplets */
  readonly swing?: number | undefined;
  /** frequency of the A above middle C in hertz */
  readonly tuning?: number | undefined;
  readonly humanize?: Humanize | undefined;
  /** for some tracks or channels; where several fit, a later one goes over an earlier one */
  readonly parts?: readonly ArrangedPart[] | undefined;
}

/** What a part of a song is played with. Without track and channel it is all of the song. */
export interface ArrangedPart {
  /** of the song, counted from 0 */
  readonly track?: number | undefined;
  /** counted from 1 */
  readonly channel?: number | undefined;
  /** program of General MIDI, 0 to 127 */
  readonly instrument?: number | undefined;
  /** 0 to 16383 (control changes 0 and 32) */
  readonly bank?: number | undefined;
  /** 0 to 127, as all that follow */
  readonly volume?: number | undefined;
  /** -64 left to 63 right */
  readonly pan?: number | undefined;
  readonly expression?: number | undefined;
  readonly reverb?: number | undefined;
  readonly chorus?: number | undefined;
  /** the pedal is down from each bar line to the next, or never */
  readonly sustain?: 'bar' | 'off' | undefined;
  /** semitones, on top of those of all */
  readonly transpose?: number | undefined;
}

/** Control changes (MIDI 1.0 specification, table 3). */
const CONTROL = { volume: 7, pan: 10, expression: 11, sustain: 64, reverb: 91, chorus: 93 } as const;
const BANK = [0, 32] as const;
const CONCERT_PITCH = 440;

/**
 * A song as an arrangement has it played.
 * @param random numbers from 0 to below 1, for what varies
 * @param unused told of the number of each part that fits nothing in the song
 * @example
 * arrange(song, { transpose: 2, parts: [{ instrument: 73 }] }, Math.random); // a whole tone higher, all of it on flutes
 */
export function arrange(
  song: Piece,
  arrangement: Arrangement,
  random: () => number,
  unused: (part: number) => void = () => {},
): Piece {
  const { tempo, swing, tuning, humanize, parts = [] } = arrangement;
  const tempos = tempo === undefined ? song.tempos : [{ tick: 0, microseconds: Math.round(6e7 / tempo) }];
  const used = new Set<number>();
  const end = lastTick(song);
  const tracks = song.tracks.map((track, index): PieceTrack => {
    let events = [...track.events];
    const channels = [...new Set(events.map(({ status }) => status & 15))].sort((a, b) => a - b);
    for (const channel of channels) {
      const fitting = parts.filter(({ track: wanted, channel: on }, number) => {
        const fits = (wanted === undefined || wanted === index) && (on === undefined || on - 1 === channel);
        if (fits) used.add(number);
        return fits;
      });
      events = playPart(events, channel, merged(fitting, arrangement.transpose ?? 0), { ...song, end });
      if (tuning !== undefined) events = [...tuningEvents(channel, tuning), ...events];
    }
    return { ...track, events: ChannelEvents.of(events) };
  });
  for (const number of parts.keys()) if (!used.has(number)) unused(number);
  let result: Piece = { ...song, tempos, tracks };
  if (swing !== undefined) result = swung(result, swing);
  return humanize === undefined ? result : humanized(result, humanize, random);
}

/** Several parts as one: later ones go over earlier ones, transpositions add up. */
function merged(parts: readonly ArrangedPart[], semitones: number): ArrangedPart {
  const set = parts.flatMap((part) => Object.entries(part).filter(([, value]) => value !== undefined));
  const transpose = parts.reduce((sum, part) => sum + (part.transpose ?? 0), semitones);
  return { ...(Object.fromEntries(set) as ArrangedPart), transpose };
}

function playPart(
  events: readonly ChannelEvent[],
  channel: number,
  part: ArrangedPart,
  song: Piece & { end: number },
): ChannelEvent[] {
  const controls: [number, number][] = [];
  const { bank, instrument, pan, sustain, transpose = 0 } = part;
  if (bank !== undefined) controls.push([BANK[0], bank >> 7], [BANK[1], bank & 127]);
  if (pan !== undefined) controls.push([CONTROL.pan, pan + 64]);
  for (const name of ['volume', 'expression', 'reverb', 'chorus'] as const) {
    const value = part[name];
    if (value !== undefined) controls.push([CONTROL[name], value]);
  }
  const replaced = new Set(controls.map(([control]) => control));
  if (sustain !== undefined) replaced.add(CONTROL.sustain);
  const kept = events.flatMap((event): ChannelEvent[] => {
    if ((event.status & 15) !== channel) return [event];
    const kind = event.status >> 4;
    if (kind === 12 && instrument !== undefined) return [];
    if (kind === 11 && replaced.has(event.data1)) return [];
    const isKey = kind <= 10 && channel !== DRUM_CHANNEL;
    return [isKey ? { ...event, data1: intoRange(event.data1 + transpose) } : event];
  });
  const at = (tick: number, status: number, data1: number, data2 = 0) => ({
    tick,
    status: status | channel,
    data1,
    data2,
  });
  const head = controls.map(([control, value]) => at(0, 0xb0, control, value));
  if (instrument !== undefined) head.push(at(0, 0xc0, instrument));
  const pedals: ChannelEvent[] = [];
  if (sustain === 'bar') {
    for (const { start } of barsBefore(song.end, song)) {
      if (start > 0) pedals.push(at(start, 0xb0, CONTROL.sustain, 0));
      pedals.push(at(start, 0xb0, CONTROL.sustain, 127));
    }
    pedals.push(at(song.end, 0xb0, CONTROL.sustain, 0));
  }
  // Sorting is stable: at one tick the pedal is changed before notes begin.
  return [...head, ...pedals, ...kept].sort((a, b) => a.tick - b.tick);
}

/** A key that is off the range of MIDI comes back by octaves. */
function intoRange(key: number): number {
  let result = key;
  while (result < 0) result += 12;
  while (result > 127) result -= 12;
  return result;
}

/** Master tuning of a channel by registered parameters 1, fine, and 2, coarse (MIDI 1.0 specification, table 3a). */
function tuningEvents(channel: number, frequency: number): ChannelEvent[] {
  const cents = 1200 * Math.log2(frequency / CONCERT_PITCH);
  const coarse = Math.round(cents / 100);
  const fine = Math.min(0x3fff, Math.round(0x2000 + ((cents - 100 * coarse) / 100) * 0x2000));
  const control = (data1: number, data2: number) => ({ tick: 0, status: 0xb0 | channel, data1, data2 });
  const parameter = (number: number, most: number, least: number) => [
    ...[control(101, 0), control(100, number), control(6, most), control(38, least)],
  ];
  // The last two say that no parameter is meant any more.
  return [
    ...parameter(1, fine >> 7, fine & 127),
    ...parameter(2, 64 + coarse, 0),
    control(101, 127),
    control(100, 127),
  ];
}

/** The first eighth of every quarter note made longer, the second shorter. */
function swung(song: Piece, ratio: number): Piece {
  const { division } = song;
  const move = (tick: number) => {
    const place = (tick % division) / division;
    const moved = place < 0.5 ? place * 2 * ratio : ratio + (place - 0.5) * 2 * (1 - ratio);
    return Math.round((Math.floor(tick / division) + moved) * division);
  };
  const tracks = song.tracks.map((track) => ({
    ...track,
    events: new ChannelEvents(track.events.ticks.map(move), track.events.messages),
  }));
  return { ...song, tracks };
}
