import { chordFrameGrammar } from './chord-frame/chord-frame.js';
import { eventTextGrammar } from './event-text/event-text.js';
import { factoredGrammar } from './factored/factored.js';
import type { Grammar } from './grammar.js';
import { sessionGrammar } from './session/session.js';

export const GRAMMARS = ['event-text', 'session', 'factored', 'chord-frame'] as const;

/** Which grammar, and what it needs to know: with the tokens alone it makes music of them. */
export interface GrammarSettings {
  readonly grammar: (typeof GRAMMARS)[number];
  /** ticks a quarter note of the pieces, for grammars that count ticks */
  readonly division: number;
  /** steps a quarter note; 0: ticks, where the grammar can count them */
  readonly steps: number;
  /** how many velocities the factored grammar tells apart, 1 to 127 */
  readonly velocities: number;
}

export function createGrammar({ grammar, division, steps, velocities }: GrammarSettings): Grammar {
  switch (grammar) {
    case 'event-text':
      return eventTextGrammar(division);
    case 'session':
      return sessionGrammar({ division, steps: steps === 0 ? undefined : steps });
    case 'factored':
      return factoredGrammar({ steps, velocities });
    case 'chord-frame':
      return chordFrameGrammar(steps);
  }
}
