import { createRandom, excerpt, joined, notesOf, type Piece, ticksOfBar } from '@etude/music';

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
  /**
   * Of several takes of what follows `before` the one of the least cost: what begins from the tick `from` on and before `until`. None
   * where all cost `Infinity`.
   * @param given ticks of `before` that were given, and so are nobody's copy
   * @param rules about its notes, besides those of all songs
   */
  write(wanted: {
    before: Piece;
    given: number;
    from: number;
    until: number;
    cost: (take: Piece) => number;
    rules?: readonly NoteRule[];
  }): Promise<Piece | undefined>;
  /** Nats a token that the model needs for what comes from a tick on, having heard what comes before. */
  surprise(piece: Piece, from: number): number;
  /** How far from the source in its entropies, in bits. */
  bitsOutside(piece: Piece): number;
}

interface Part {
  readonly piece: Piece;
  readonly ticks: number;
}

/**
 * A song in sections. All is written bar by bar behind what is there, by the model that hears it from the beginning: what is new, the bars
 * of a varied repeat, the last bar's cadence. Of several takes the one is kept after which what follows is likeliest; where nothing
 * follows yet, the one that is most like the source.
 */
export async function writeForm(
  wanted: Form & { readonly ending: Ending },
  given: ReadonlyMap<string, Piece>,
  source: Piece,
  seed: number,
  writer: BarWriter,
): Promise<Piece> {
  const barTicks = ticksOfBar(source, writer.division);
  const random = createRandom(seed);
  const parts: Part[] = [];
  const known = new Map<string, Part>();
  for (const [name, piece] of given) {
    const last = notesOf(piece).reduce((latest, { end }) => Math.max(latest, end), 1);
    known.set(name, { piece, ticks: Math.ceil(last / barTicks) * barTicks });
  }
  let givenTicks = 0;

  /** Writes so many ticks behind some parts, to be followed by another; none where each take would copy more than `copied` notes. */
  const write = (
    before: readonly Part[],
    ticks: number,
    {
      after,
      rules = [],
      copied = Number.POSITIVE_INFINITY,
    }: { after?: Part | undefined; rules?: readonly NoteRule[]; copied?: number },
  ): Promise<Piece | undefined> => {
    const from = lengthOf(before);
    const cost = (take: Piece) => {
      const song = joined([...before, { piece: take, ticks }, ...(after ? [after] : [])]);
      if (copied !== Number.POSITIVE_INFINITY && writer.longestCopy(song) > copied) return Number.POSITIVE_INFINITY;
      return after === undefined ? writer.bitsOutside(song) : writer.surprise(song, from + ticks);
    };
    return writer.write({ before: joined(before), given: givenTicks, from, until: from + ticks, cost, rules });
  };

  const varied = async (before: readonly Part[], { piece, ticks }: Part): Promise<Part> => {
    const bars = Math.ceil(ticks / barTicks);
    const chosen = shuffledNumbers(bars, random)
      .slice(0, Math.round(wanted.vary * bars))
      .sort((a, b) => a - b);
    let result: Part = { piece, ticks };
    for (const number of chosen) {
      const [from, until] = [number * barTicks, (number + 1) * barTicks];
      const head = { piece: excerpt(result.piece, 0, from), ticks: from };
      const tail = { piece: excerpt(result.piece, until, ticks), ticks: Math.max(0, ticks - until) };
      // What the new bar and the kept ones make together must not be a copy either: then the old bar stays.
      const copied =
        writer.copyLimit === 0
          ? Number.POSITIVE_INFINITY
          : Math.max(writer.copyLimit, writer.longestCopy(joined([...before, result])));
      const fresh = await write([...before, head], barTicks, { after: tail.ticks > 0 ? tail : undefined, copied });
      if (fresh) result = { piece: joined([head, { piece: fresh, ticks: barTicks }, tail]), ticks };
    }
    return result;
  };

  const plan = planOf(wanted.sections, given);
  for (const [place, { name, how }] of plan.entries()) {
    const next = plan[place + 1];
    if (how === 'write') {
      const ticks = wanted.bars * barTicks;
      const after = next?.how === 'give' ? known.get(next.name) : undefined;
      const part = { piece: (await write(parts, ticks, { after }))!, ticks };
      known.set(name, part);
      parts.push(part);
    } else if (how === 'vary') parts.push(await varied(parts, known.get(name)!));
    else {
      const part = known.get(name)!;
      // Only what stands at the beginning counts as given: what comes later is followed as anything else is.
      if (givenTicks === lengthOf(parts)) givenTicks += part.ticks;
      parts.push(part);
    }
  }
  if (wanted.ending !== 'cadence') return joined(parts);
  const cadence = cadenceOf(source);
  const last = parts.pop()!;
  parts.push({ piece: excerpt(last.piece, 0, last.ticks - barTicks), ticks: last.ticks - barTicks });
  const middle = lengthOf(parts) + barTicks / 2;
  parts.push({
    piece: (await write(parts, barTicks, { rules: [dominantFrom(() => middle, cadence)] }))!,
    ticks: barTicks,
  });
  return withTonic(joined(parts), { song: lengthOf(parts), bar: barTicks }, cadence, writer);
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { ticks }) => sum + ticks, 0);
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
