import * as z from 'zod';
import { noiseKind } from '../noise-kind.js';

/** The song goes on with the beginning of given music. */
export const theme = noiseKind({
  schema: z.strictObject({
    kind: z.literal('theme'),
    of: z.string().describe('the name of a file in given'),
    tokens: z.int().min(1).default(32).describe('how much of its beginning, in tokens'),
  }),
  prepare({ of, tokens }, { themeOf }) {
    const given = themeOf(of).slice(0, tokens);
    return (song) => {
      let left = given;
      return {
        isOver: () => left.length === 0,
        inPlaceOf() {
          // What cannot stand here is left out: a key that is down already is not struck.
          const next = left.findIndex((id) => song.isPossible(id) && song.allowsGiven(id));
          const id = left[next];
          left = id === undefined ? [] : left.slice(next + 1);
          return id === undefined ? undefined : { id, label: 'theme', isGiven: true };
        },
      };
    };
  },
});
