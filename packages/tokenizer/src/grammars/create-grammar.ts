import { chordFrameGrammar } from './chord-frame/chord-frame.js';
import { eventTextGrammar } from './event-text/event-text.js';
import { factoredGrammar } from './factored/factored.js';
import type { Grammar } from './grammar.js';
import { sessionGrammar } from './session/session.js';

/** What a grammar needs to know to make music of tokens. */
interface Resolution {
  /** ticks a quarter note of the pieces, for grammars that count ticks */
  readonly division: number;
  /** steps a quarter note; 0: ticks, where the grammar can count them */
  readonly steps: number;
  /** how many velocities the factored grammar tells apart, 1 to 127 */
  readonly velocities: number;
}

interface GrammarKind {
  /** whether it counts ticks and never steps of a grid, ticks unless a grid is set, or always steps */
  readonly time: 'ticks' | 'ticks or steps' | 'steps';
  create(resolution: Resolution): Grammar;
}

const KINDS = {
  'event-text': { time: 'ticks', create: ({ division }) => eventTextGrammar(division) },
  session: {
    time: 'ticks or steps',
    create: ({ division, steps }) => sessionGrammar({ division, steps: steps === 0 ? undefined : steps }),
  },
  factored: { time: 'steps', create: factoredGrammar },
  'chord-frame': { time: 'steps', create: ({ steps }) => chordFrameGrammar(steps) },
} satisfies Record<string, GrammarKind>;

export type GrammarName = keyof typeof KINDS;
export const GRAMMARS = Object.keys(KINDS) as GrammarName[];

/** Which grammar, and at which resolution: with the tokens alone it makes music of them. */
export interface GrammarSettings extends Resolution {
  readonly grammar: GrammarName;
}

export function createGrammar({ grammar, ...resolution }: GrammarSettings): Grammar {
  return KINDS[grammar].create(resolution);
}

/** How a grammar counts time. */
export function timeOf(grammar: GrammarName): GrammarKind['time'] {
  return KINDS[grammar].time;
}
