import type { Onset } from '@etude/measures';
import { createRandom, excerpt, joined, notesOf, type Piece } from '@etude/music';

import * as z from 'zod';
import { cadenceOf, dominantFrom, type Ending, type EndingJudge, withTonic } from '../endings/cadence.js';
import type { NoteRule } from '../rules/note-rule.js';

/** A section's name; with an apostrophe it is varied even where it comes first. */
const section = z
  .string()
  .regex(
    /^[\p{L}\d_-]+'?$/u,
    "expected the name of a section, with an apostrophe where it is to be varied, such as A or A'",
  );

export const form = z.strictObject({
  sections: z
    .array(section)
    .min(1)
    .describe(
      "the song's sections in order, such as [A, A, B, A]: a section that was there before is varied, as one with an apostrophe is",
    ),
  bars: z.int().min(1).max(256).default(8).describe('how many bars a section has that is not given'),
  vary: z.number().min(0).max(1).default(0.25).describe('share of the bars of a varied section that are written anew'),
});
export type Form = z.output<typeof form>;

/** Writes stretches of a song, and judges them. Pieces are in ticks of its `division`. */
export interface BarWriter extends EndingJudge {
  readonly division: number;
  /** ticks of a bar */
  readonly bar: number;
  /**
   * What begins in a song from the tick `from` on and before `until`: of several takes the likeliest by `surprise`, or the one of middling likelihood.
   * @param song all that stands before and behind the stretch
   * @param given ticks of its beginning that were given, and count for nothing in the rules
   * @param rules about its notes, besides those of all songs
   */
  write(wanted: {
    song: Piece;
    isGiven: (note: Onset) => boolean;
    given: number;
    from: number;
    until: number;
    surprise?: ((take: Piece) => number) | undefined;
    rules?: readonly NoteRule[];
  }): Promise<Piece>;
  /** Nats a token that the model needs for what comes from a tick on, having heard what comes before. */
  surprise(piece: Piece, from: number): number;
  /** Hears that the song was cut, since it would have copied more than it may. */
  cut(): void;
}

/** The music that a song in a form is made of, besides what is written. */
interface FormMusic {
  /** sections by their names */
  readonly given: ReadonlyMap<string, Piece>;
  /** whose key the cadence has where the song has none */
  readonly source: Piece;
}

/** Some bars of a song, or all that there are. */
interface Part {
  readonly piece: Piece;
  /** for each bar whether it is the user's own */
  readonly own: readonly boolean[];
}

/** How often a bar is written anew because the bars round it copy too much together, at most in a song. */
const MOST_REPAIRS = 16;

/**
 * A song in sections. All is written bar by bar between what is there, by the model that hears it from the beginning: what is new, the bars
 * of a varied repeat, the last bar's cadence. Of several takes the one is kept after which what follows is likeliest; where nothing
 * follows yet, the one of middling likelihood. Where bars that were there before copy too much together, one of them is written
 * anew; where that does not help either, the song ends.
 */
export async function writeForm(
  wanted: Form & { readonly ending: Ending; readonly seed: number },
  { given, source }: FormMusic,
  writer: BarWriter,
): Promise<Piece> {
  const { bar: barTicks } = writer;
  const random = createRandom(wanted.seed);
  const known = new Map<string, Part>();
  for (const [name, piece] of given) known.set(name, { piece, own: Array(barsOf(piece, barTicks)).fill(true) });
  let song: Part = together([]);
  let givenBars = 0;

  /** A part of a song between others, written anew. */
  async function written(before: Part, bars: number, after: Part, rules: readonly NoteRule[] = []): Promise<Part> {
    const own: boolean[] = Array(bars).fill(false);
    const around = together([before, { piece: silence(writer.division), own }, after]);
    const [from, until] = [before.own.length * barTicks, (before.own.length + bars) * barTicks];
    const surpriseBehind = (take: Piece) =>
      writer.surprise(together([before, { piece: take, own }, after]).piece, until);
    const isGiven = isOwn(around);
    const piece = await writer.write({
      song: around.piece,
      isGiven,
      given: givenBars * barTicks,
      from,
      until,
      surprise: after.own.length === 0 ? undefined : surpriseBehind,
      rules,
    });
    return { piece, own };
  }
  /** A part of which a share of the bars is written anew, between others. */
  async function varied(before: Part, part: Part, after: Part): Promise<Part> {
    const chosen = shuffledNumbers(part.own.length, random)
      .slice(0, Math.round(wanted.vary * part.own.length))
      .sort((a, b) => a - b);
    let result = part;
    for (const bar of chosen) {
      const [head, tail] = [bars(result, 0, bar), bars(result, bar + 1)];
      const fresh = await written(together([before, head]), 1, together([tail, after]));
      result = together([head, fresh, tail]);
    }
    return result;
  }
  /** A song in which no bars copy too much together. */
  async function repaired(whole: Part): Promise<Part> {
    let result = whole;
    for (let repair = 0; repair < MOST_REPAIRS; repair++) {
      const excess = writer.excessOf(result.piece, isOwn(result));
      if (excess === undefined) break;
      const bar = Math.floor(excess.written.start / barTicks);
      const [head, tail] = [bars(result, 0, bar), bars(result, bar + 1)];
      result = together([head, await written(head, 1, tail), tail]);
    }
    return result;
  }
  const isOwn =
    ({ own }: Part) =>
    ({ start }: Onset) =>
      own[Math.floor(start / barTicks)] === true;
  const bars = ({ piece, own }: Part, from: number, until = own.length): Part => ({
    piece: excerpt(piece, from * barTicks, until * barTicks),
    own: own.slice(from, until),
  });
  function together(parts: readonly Part[]): Part {
    const placed = parts.map(({ piece, own }) => ({ piece, ticks: own.length * barTicks }));
    return {
      piece: placed.length === 0 ? silence(writer.division) : joined(placed),
      own: parts.flatMap(({ own }) => own),
    };
  }

  const plan = planOf(wanted.sections, given);
  for (const [place, { name, how }] of plan.entries()) {
    const next = plan.slice(place + 1).findIndex((section) => section.how !== 'give');
    const behind = plan.slice(place + 1, next < 0 ? plan.length : place + 1 + next);
    const after = together(behind.map((section) => known.get(section.name)!));
    let part = known.get(name);
    if (part === undefined) {
      part = await written(song, wanted.bars, after);
      known.set(name, part);
    } else if (how === 'vary') part = await varied(song, part, after);
    // Only what stands at the beginning counts as given in the rules: what comes later is followed as anything else is.
    else if (givenBars === song.own.length) givenBars += part.own.length;
    song = together([song, part]);
  }
  song = await repaired(song);
  const ends = async () => {
    if (wanted.ending !== 'cadence') return song.piece;
    const cadence = cadenceOf(song.piece.keySignatures.length > 0 ? song.piece : source);
    const head = bars(song, 0, song.own.length - 1);
    const middle = head.own.length * barTicks + barTicks / 2;
    const last = await written(head, 1, together([]), [dominantFrom(() => middle, cadence)]);
    song = together([head, last]);
    return withTonic(song.piece, { song: song.own.length * barTicks, bar: barTicks }, cadence, writer);
  };
  const ended = await ends();
  const excess = writer.excessOf(ended, isOwn(song));
  if (excess === undefined) return ended;
  writer.cut();
  return excerpt(ended, 0, excess.at);
}

/** A section of a song: `A`, or `A'` where it is a varied repeat. */
export interface Section {
  readonly name: string;
  /** from the beginning of the song */
  readonly tick: number;
}

/** Where the sections of a song in a form begin, and how many bars it has in all. */
export function sectionPlaces(
  { sections, bars }: Form,
  given: ReadonlyMap<string, Piece>,
  barTicks: number,
): { readonly sections: readonly Section[]; readonly bars: number } {
  let before = 0;
  const places = planOf(sections, given).map(({ name, how }) => {
    const tick = before * barTicks;
    const own = given.get(name);
    before += own === undefined ? bars : barsOf(own, barTicks);
    return { name: how === 'vary' ? `${name}'` : name, tick };
  });
  return { sections: places, bars: before };
}

/** Bars until all notes have ended. */
function barsOf(piece: Piece, barTicks: number): number {
  return Math.ceil(notesOf(piece).reduce((latest, { end }) => Math.max(latest, end), 1) / barTicks);
}

function silence(division: number): Piece {
  return { division, tempos: [], timeSignatures: [], keySignatures: [], tracks: [] };
}

/** The names of the sections of a form. */
export function sectionsOf(wanted: Form | undefined): string[] {
  return wanted?.sections.map(nameOf) ?? [];
}

/** A section's name without the apostrophe that says that it is to be varied. */
function nameOf(label: string): string {
  return label.replace("'", '');
}

/** What is to be done for each section. */
function planOf(
  sections: readonly string[],
  given: ReadonlyMap<string, Piece>,
): { name: string; how: 'write' | 'give' | 'vary' }[] {
  const seen = new Set<string>();
  return sections.map((label) => {
    const name = nameOf(label);
    const isVaried = seen.has(name) || (given.has(name) && label !== name);
    seen.add(name);
    return { name, how: isVaried ? 'vary' : given.has(name) ? 'give' : 'write' };
  });
}

function shuffledNumbers(count: number, random: { next(): number }): number[] {
  return Array.from({ length: count }, (_, number) => ({ number, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ number }) => number);
}
