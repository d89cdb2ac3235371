import { readMidi } from '@etude/midi-reader';
import { barsBefore, isDrum, type Note, notesOf, type Piece, PROGRAMS, piecesOf, tempoMap } from '@etude/music';
import type { PagePiece } from '../content/content.js';
import { bytesOf } from './payload.js';
import type { Playable } from './player/messages.js';

/** A part of a piece: what one channel plays. */
interface Part {
  readonly channel: number;
  readonly name: string;
  readonly isPercussion: boolean;
}

/** A piece to be seen and played. Notes are in order of their starts; times are in quarter notes. */
export interface Music {
  readonly name: string;
  readonly midi: Uint8Array;
  readonly parts: readonly Part[];
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** of each note, the latest end of all notes up to it */
  readonly latestEnds: Float64Array;
  readonly keys: Uint8Array;
  readonly velocities: Uint8Array;
  /** of each note, which of the parts */
  readonly partOf: Uint8Array;
  /** where bars begin, the end of the last one as well */
  readonly bars: readonly number[];
  /** of each bar, how long a beat is that its metre counts */
  readonly beats: readonly number[];
  /** where it ends, with the last bar that has notes */
  readonly end: number;
  readonly seconds: number;
  /** keys of pitched parts */
  readonly lowest: number;
  readonly highest: number;
  /** keys of percussion, from low to high */
  readonly percussion: readonly number[];
  secondsAt(quarter: number): number;
  quarterAt(seconds: number): number;
}

/** A MIDI file of the page, read. */
export function musicOf({ name, midi }: PagePiece): Music {
  const bytes = bytesOf(midi);
  const [piece] = piecesOf(readMidi(bytes));
  return { name, midi: bytes, ...timed(piece!), ...noted(piece!) };
}

/** What a player needs of it. */
export function playableOf({ midi, parts, seconds }: Music): Playable {
  return { midi, channels: parts.map(({ channel }) => channel), seconds };
}

function noted(piece: Piece) {
  const notes = notesOf(piece);
  const { division } = piece;
  const pitched = notes.filter((note) => !isDrum(note)).map(({ key }) => key);
  const struck = notes.filter(isDrum).map(({ key }) => key);
  const channels = [...new Set(notes.map(({ channel }) => channel))].sort((a, b) => a - b);
  const latestEnds = new Float64Array(notes.length);
  let latest = 0;
  for (const [i, { end }] of notes.entries()) {
    latest = Math.max(latest, end / division);
    latestEnds[i] = latest;
  }
  return {
    parts: numbered(
      channels.map((channel) => {
        const own = notes.find((note) => note.channel === channel)!;
        return { channel, name: nameOf(own, piece), isPercussion: isDrum(own) };
      }),
    ),
    starts: Float64Array.from(notes, ({ start }) => start / division),
    ends: Float64Array.from(notes, ({ end }) => end / division),
    latestEnds,
    keys: Uint8Array.from(notes, ({ key }) => key),
    velocities: Uint8Array.from(notes, ({ velocity }) => velocity),
    partOf: Uint8Array.from(notes, ({ channel }) => channels.indexOf(channel)),
    lowest: pitched.reduce((least, key) => Math.min(least, key), pitched[0] ?? 60),
    highest: pitched.reduce((most, key) => Math.max(most, key), pitched[0] ?? 60),
    percussion: [...new Set(struck)].sort((a, b) => a - b),
  };
}

/** Parts of which no two have one name. */
function numbered(parts: readonly Part[]): Part[] {
  return parts.map((part, index) => {
    const before = parts.slice(0, index).filter(({ name }) => name === part.name).length;
    return before === 0 ? part : { ...part, name: `${part.name} ${before + 1}` };
  });
}

/** What a part is called: its instrument, and its track's name where that says something else. */
function nameOf(own: Note, { tracks }: Piece): string {
  const sound = isDrum(own) ? 'percussion' : PROGRAMS[own.program]!;
  const track = tracks[own.track]!.name.trim();
  if (track === '') return sound;
  return track.toLowerCase().startsWith(sound.toLowerCase()) ? track : `${track} (${sound})`;
}

function timed(piece: Piece) {
  const { division } = piece;
  const secondsOfTick = tempoMap(piece);
  const last = notesOf(piece).reduce((latest, { end }) => Math.max(latest, end), 0);
  const inPiece = [...barsBefore(Math.max(1, last), piece)];
  const final = inPiece.at(-1)!;
  const end = (final.start + final.length) / division;
  // Between two changes of tempo, time goes by evenly.
  const marks = [0, ...piece.tempos.map(({ tick }) => tick)].map((tick) => ({
    quarter: tick / division,
    seconds: secondsOfTick(tick),
  }));
  const secondsAt = (quarter: number) => secondsOfTick(quarter * division);
  return {
    bars: [...inPiece.map(({ start }) => start / division), end],
    beats: inPiece.map(({ denominator }) => 4 / denominator),
    end,
    seconds: secondsAt(last / division),
    secondsAt,
    quarterAt(seconds: number) {
      const mark = marks.findLast((each) => each.seconds <= seconds) ?? marks[0]!;
      const perQuarter = secondsAt(mark.quarter + 1e-3) - mark.seconds;
      return mark.quarter + (1e-3 * (seconds - mark.seconds)) / perQuarter;
    },
  };
}

/** The bar that a place is in, counted from 1. */
export function barAt({ bars }: Pick<Music, 'bars'>, quarter: number): number {
  let bar = 0;
  while (bar + 2 < bars.length && bars[bar + 1]! <= quarter + 1e-6) bar += 1;
  return bar + 1;
}

/** A stretch moved to where bars begin, or where it is shorter than that to quarter notes: so that it can be repeated in time. */
export function snapped({ bars, end }: Pick<Music, 'bars' | 'end'>, from: number, until: number): [number, number] {
  const nearest = (quarter: number) =>
    bars.reduce((best, bar) => (Math.abs(bar - quarter) < Math.abs(best - quarter) ? bar : best), 0);
  const [first, last] = [nearest(from), nearest(until)];
  if (first < last) return [first, last];
  const quarter = Math.max(0, Math.min(Math.round(from), Math.ceil(end) - 1));
  return [quarter, Math.max(quarter + 1, Math.round(until))];
}
