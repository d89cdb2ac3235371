import * as z from 'zod';
import { chordFrameGrammar } from './chord-frame/chord-frame.js';
import { eventTextGrammar } from './event-text/event-text.js';
import { factoredGrammar } from './factored/factored.js';
import type { Grammar } from './grammar.js';
import { scoreGrammar } from './score/score.js';
import { sessionGrammar } from './session/session.js';

/** What a grammar needs to know to make music of tokens. */
interface Resolution {
  /** ticks a quarter note of the pieces, for grammars that count ticks */
  readonly division: number;
  /** steps a quarter note; 0: ticks, where the grammar can count them */
  readonly steps: number;
  /** how many velocities the factored grammar tells apart, 1 to 127 */
  readonly velocities: number;
  /** how many velocities the score grammar tells apart, 1 to 127; absent where it writes none */
  readonly dynamics?: number | undefined;
  /** whether a piece begins with a token that tells how far it is transposed */
  readonly keyToken?: boolean | undefined;
}

interface GrammarKind {
  /** what can be chosen in YAML */
  readonly options: z.ZodObject;
  /** whether it counts ticks and never steps of a grid, ticks unless a grid is set, or always steps */
  readonly time: 'ticks' | 'ticks or steps' | 'steps';
  create(resolution: Resolution): Grammar;
}

const stepsPerBeat = z.int().min(1).max(96).describe('steps a quarter note of the grid');
const kind = <const Name extends string>(name: Name) => z.literal(name).describe(`see docs/grammars/${name}.md`);

const KINDS = {
  'event-text': {
    options: z.strictObject({ kind: kind('event-text') }),
    time: 'ticks',
    create: ({ division }) => eventTextGrammar(division),
  },
  session: {
    options: z.strictObject({
      kind: kind('session'),
      stepsPerBeat: stepsPerBeat
        .optional()
        .describe('steps a quarter note of the grid; left out: none, time is in ticks'),
    }),
    time: 'ticks or steps',
    create: ({ division, steps }) => sessionGrammar({ division, steps: steps === 0 ? undefined : steps }),
  },
  factored: {
    options: z.strictObject({
      kind: kind('factored'),
      stepsPerBeat: stepsPerBeat.default(4),
      velocities: z.int().min(1).max(127).default(32).describe('how many velocities are told apart'),
    }),
    time: 'steps',
    create: factoredGrammar,
  },
  'chord-frame': {
    options: z.strictObject({
      kind: kind('chord-frame'),
      stepsPerBeat: stepsPerBeat.default(4),
      keyToken: z
        .boolean()
        .default(false)
        .describe(
          'begin every piece with a token that tells how far it is transposed; 0 but in what is learned in other keys',
        ),
    }),
    time: 'steps',
    create: chordFrameGrammar,
  },
  score: {
    options: z.strictObject({
      kind: kind('score'),
      stepsPerBeat: stepsPerBeat.default(12),
      dynamics: z
        .int()
        .min(2)
        .max(127)
        .optional()
        .describe('how many velocities are told apart; left out: none is written, and all songs are equally loud'),
    }),
    time: 'steps',
    create: ({ steps, dynamics }) => scoreGrammar(steps, dynamics),
  },
} satisfies Record<string, GrammarKind>;

export type GrammarName = keyof typeof KINDS;
export const GRAMMARS = Object.keys(KINDS) as GrammarName[];

type Options = (typeof KINDS)[GrammarName]['options'];
const options: Options[] = Object.values(KINDS).map((each) => each.options);
const withOptions = z.discriminatedUnion('kind', options as [Options, ...Options[]]);

/** A grammar as YAML names it: alone, or with options. */
export const grammarChoice = z.union([z.enum(GRAMMARS), withOptions]);
export type GrammarChoice = z.output<typeof grammarChoice>;

/** Which grammar is chosen, at which resolution; `division` is that of the pieces. */
export function settingsOf(choice: GrammarChoice, division: number): GrammarSettings {
  const { kind, ...rest } = typeof choice === 'string' ? withOptions.parse({ kind: choice }) : choice;
  const {
    stepsPerBeat = 0,
    velocities = 32,
    dynamics,
    keyToken,
  } = rest as {
    stepsPerBeat?: number;
    velocities?: number;
    dynamics?: number;
    keyToken?: boolean;
  };
  return {
    grammar: kind,
    division,
    steps: stepsPerBeat,
    velocities,
    ...(dynamics && { dynamics }),
    ...(keyToken && { keyToken }),
  };
}

/** Which grammar, and at which resolution: with the tokens alone it makes music of them. */
export interface GrammarSettings extends Resolution {
  readonly grammar: GrammarName;
}

/**
 * The grammar of that name, for pieces of a division.
 * @example
 * const grammar = createGrammar({ grammar: 'factored', division: 480, steps: 4, velocities: 32 });
 * grammar.encode(piece); // ['Bar_None', 'TimeSig_4/4', 'Position_0', …]
 * grammar.decode(grammar.encode(piece)); // the piece, on a grid of sixteenth notes
 */
export function createGrammar({ grammar, ...resolution }: GrammarSettings): Grammar {
  return KINDS[grammar].create(resolution);
}

/**
 * How a grammar counts time.
 * @example
 * timeOf('score'); // 'steps'
 */
export function timeOf(grammar: GrammarName): GrammarKind['time'] {
  return KINDS[grammar].time;
}
