import { basename, extname } from 'node:path';
import {
  barsOf,
  excerpt,
  isDrum,
  joined,
  keyOf,
  notesOf,
  type Piece,
  pieceFromJson,
  readPieces,
  rescale,
} from '@etude/corpus';
import { ChannelEvents } from '@etude/midi-reader';
import { createRandom } from '@etude/model';
import { StageError, type WorkspaceFile } from '@etude/pipeline';
import type { Grammar, GrammarSettings } from '@etude/tokenizer';
import * as z from 'zod';
import type { NoteRule } from './song-rules.js';

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
  ending: z
    .enum(['cadence', 'rest'])
    .default('cadence')
    .describe('cadence: the dominant, then the tonic for a bar; rest: all notes end with the last bar'),
});
export type Form = z.output<typeof form>;

/** Writes stretches of a song, and judges them. Pieces are in ticks of its `division`. */
export interface BarWriter {
  readonly division: number;
  /** notes in a row that may be copied; 0: any number */
  readonly copyLimit: number;
  /**
   * Takes of what follows `before`: what begins from the tick `from` on and before `until`.
   * @param given ticks of `before` that were given, and so are nobody's copy
   * @param rules about its notes, besides those of all songs
   */
  write(wanted: {
    before: Piece;
    given: number;
    from: number;
    until: number;
    rules?: readonly NoteRule[];
  }): Promise<Piece[]>;
  /** Nats a token that the model needs for what comes from a tick on, having heard what comes before. */
  surprise(piece: Piece, from: number): number;
  /** Notes of the longest copied run. */
  longestCopy(piece: Piece): number;
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
  wanted: Form,
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
    const last = Math.max(1, ...notesOf(piece).map(({ end }) => end));
    known.set(name, { piece, ticks: Math.ceil(last / barTicks) * barTicks });
  }
  let givenTicks = 0;

  /** Writes `bars` behind some parts. */
  const write = async (
    before: readonly Part[],
    ticks: number,
    after: Part | undefined,
    rules?: readonly NoteRule[],
  ) => {
    const piece = joined(before);
    const from = lengthOf(before);
    const takes = await writer.write({
      ...{ before: piece, given: givenTicks, from, until: from + ticks },
      ...(rules && { rules }),
    });
    const cost = takes.map((take) => {
      const song = [...before, { piece: take, ticks }];
      return after === undefined
        ? writer.bitsOutside(joined(song))
        : writer.surprise(joined([...song, after]), from + ticks);
    });
    return takes[cost.indexOf(Math.min(...cost))]!;
  };

  const varied = async (before: readonly Part[], { piece, ticks }: Part): Promise<Part> => {
    const bars = Math.ceil(ticks / barTicks);
    const chosen = shuffledNumbers(bars, random)
      .slice(0, Math.round(wanted.vary * bars))
      .sort((a, b) => a - b);
    let result: Part = { piece, ticks };
    let copied = writer.longestCopy(joined([...before, result]));
    for (const number of chosen) {
      const [from, until] = [number * barTicks, (number + 1) * barTicks];
      const head = { piece: excerpt(result.piece, 0, from), ticks: from };
      const tail = { piece: excerpt(result.piece, until, ticks), ticks: Math.max(0, ticks - until) };
      const fresh = await write([...before, head], barTicks, tail.ticks > 0 ? tail : undefined);
      const next = { piece: joined([head, { piece: fresh, ticks: barTicks }, tail]), ticks };
      // What the new bar and the kept ones make together must not be a copy either: then the old bar stays.
      const nextCopied = writer.longestCopy(joined([...before, next]));
      if (writer.copyLimit === 0 || nextCopied <= Math.max(writer.copyLimit, copied)) {
        [result, copied] = [next, nextCopied];
      }
    }
    return result;
  };

  const plan = planOf(wanted.sections, given);
  for (const [place, { name, how }] of plan.entries()) {
    const next = plan[place + 1];
    if (how === 'write') {
      const ticks = wanted.bars * barTicks;
      const part = { piece: await write(parts, ticks, next?.how === 'give' ? known.get(next.name) : undefined), ticks };
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
  if (wanted.ending === 'cadence') await endWithCadence(parts, source, barTicks, write);
  return joined(parts);
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { ticks }) => sum + ticks, 0);
}

/** Ticks of a bar of the first metre of a piece, where a quarter note has `division`. */
export function ticksOfBar(source: Piece, division: number): number {
  const [bar] = barsOf(source.timeSignatures.slice(0, 1), source.division);
  return Math.max(1, Math.round((bar!.length * division) / source.division));
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

/** The last bar leads to the dominant, and a bar of the tonic follows it: each voice goes to the nearest of its pitches, the lowest to the tonic itself. */
async function endWithCadence(
  parts: Part[],
  source: Piece,
  barTicks: number,
  write: (before: readonly Part[], ticks: number, after: undefined, rules: readonly NoteRule[]) => Promise<Piece>,
): Promise<void> {
  const { tonic, minor } = keyOf(source);
  const last = parts.pop()!;
  const head = { piece: excerpt(last.piece, 0, last.ticks - barTicks), ticks: last.ticks - barTicks };
  const before = [...parts, head];
  const from = lengthOf(before);
  const dominant = new Set([7, 11, 2, 5].map((interval) => (tonic + interval) % 12));
  const cadence: NoteRule = {
    name: 'cadence',
    allows: ({ start, key }) => start < from + barTicks / 2 || dominant.has(key % 12),
  };
  const bar = await write(before, barTicks, undefined, [cadence]);
  parts.push(head, { piece: bar, ticks: barTicks });
  parts.push({
    piece: finalBar(joined(parts), barTicks, [tonic, (tonic + (minor ? 3 : 4)) % 12, (tonic + 7) % 12]),
    ticks: barTicks,
  });
}

/** What last sounded in each voice, resolved into a triad and held for a bar. */
function finalBar(piece: Piece, ticks: number, triad: readonly number[]): Piece {
  const notes = notesOf(piece);
  const lastStart = notes.at(-1)?.start ?? 0;
  const latest = new Map<string, (typeof notes)[number]>();
  for (const note of notes) if (!isDrum(note)) latest.set(`${note.track} ${note.channel}`, note);
  const voices = [...latest.values()].filter(({ start }) => lastStart - start < ticks);
  const lowest = Math.min(...voices.map(({ key }) => key));
  const nearest = (key: number, classes: readonly number[]) => {
    for (let distance = 0; distance < 12; distance++) {
      for (const other of [key - distance, key + distance])
        if (classes.includes(((other % 12) + 12) % 12)) return other;
    }
    return key;
  };
  const tracks = piece.tracks.map(({ name }, track) => ({
    name,
    events: ChannelEvents.of(
      voices
        .filter((voice) => voice.track === track)
        .flatMap(({ key, channel, velocity }) => {
          const data1 = Math.max(0, Math.min(127, nearest(key, key === lowest ? triad.slice(0, 1) : triad)));
          return [
            { tick: 0, status: 0x90 | channel, data1, data2: velocity },
            { tick: ticks, status: 0x80 | channel, data1, data2: 0 },
          ];
        })
        .sort((a, b) => a.tick - b.tick),
    ),
  }));
  return { division: piece.division, tempos: [], timeSignatures: [], keySignatures: [], tracks };
}

function shuffledNumbers(count: number, random: { next(): number }): number[] {
  return Array.from({ length: count }, (_, number) => ({ number, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ number }) => number);
}

/** Pieces of one's own, by the name of their file: MIDI or ABC, in the grammar's ticks. */
export async function givenSections(
  files: readonly WorkspaceFile[],
  settings: GrammarSettings,
  grammar: Grammar,
): Promise<Map<string, Piece>> {
  const given = new Map<string, Piece>();
  for (const file of files) {
    const { pieces, summary } = readPieces(await midiOf(file), {
      selection: { tracks: 'all', drums: 'keep', merge: settings.grammar === 'event-text' },
      ...{ strict: false, pedalToDurations: false, quantize: settings.steps, transposeToC: false },
    });
    if (pieces[0] === undefined) throw new StageError(`${file.path}: ${summary.error ?? 'there is no music in it'}`);
    // As the grammar writes it down: parts of a song have the same tracks whether they are given or written.
    const piece = grammar.decode(grammar.encode(rescale(pieceFromJson(pieces[0]), settings.division)));
    given.set(basename(file.name, extname(file.name)), piece);
  }
  return given;
}

async function midiOf(file: WorkspaceFile): Promise<Uint8Array> {
  if (extname(file.name).toLowerCase() !== '.abc') return file.bytes();
  // Loaded here, since it is large and few songs have a beginning in ABC.
  const { abcToMidi } = await import('@etude/abc');
  try {
    return abcToMidi(Buffer.from(file.bytes()).toString('utf8'));
  } catch (error) {
    throw new StageError(`${file.path}: ${(error as Error).message}`);
  }
}
