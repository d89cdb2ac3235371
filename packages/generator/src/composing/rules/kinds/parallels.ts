import * as z from 'zod';
import { CompositionError } from '../../composition-error.js';
import { ruleKind } from '../note-rule.js';

/** Semitones of a unison and a fifth, octaves aside. */
const PERFECT = [0, 7];

/** No two voices move in the same direction and are a fifth apart, or octaves, before and after. */
export const parallels = ruleKind({
  fields: {
    parallels: z
      .boolean()
      .default(true)
      .describe(
        'whether two voices may move in parallel fifths and octaves; false is for grammars score and chord-frame',
      ),
  },
  prepare({ parallels: wanted }, { hasPlaces }) {
    if (wanted) return undefined;
    if (!hasPlaces) {
      throw new CompositionError(
        'sample.rules.parallels needs a grammar that knows how voices move: score or chord-frame',
      );
    }
    return () => ({
      name: 'parallels',
      allows({ key }, place) {
        const { before, moves } = place!();
        if (before === undefined || before === key) return true;
        return !moves.some(({ from, to }) => {
          const apart = Math.abs(before - from) % 12;
          const isSameWay = key > before === to > from;
          return isSameWay && PERFECT.includes(apart) && Math.abs(key - to) % 12 === apart;
        });
      },
    });
  },
});
