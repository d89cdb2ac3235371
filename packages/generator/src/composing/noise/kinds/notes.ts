import * as z from 'zod';
import type { HeardNote } from '../../../sampling/effect.js';
import { noiseKind } from '../noise-kind.js';

/** Notes that nothing leads to. */
export const notes = noiseKind({
  schema: z.strictObject({
    kind: z.literal('notes'),
    count: z.int().min(1).describe('notes that nothing leads to'),
    pick: z
      .enum(['any', 'leap', 'pitch', 'entry'])
      .default('any')
      .describe('leap: of a fifth or more; pitch: not heard of late; entry: of an instrument that has been silent'),
  }),
  prepare:
    ({ count, pick }) =>
    (song) => {
      let left = count;
      return {
        isOver: () => left === 0,
        inPlaceOf(drawn) {
          if (drawn === undefined || song.noteOf(drawn) === undefined) return undefined;
          const isStrange = strangeness(pick, song.recentNotes);
          const id = song.drawWhere((id) => {
            const note = song.isPossible(id) ? song.noteOf(id) : undefined;
            return note !== undefined && song.obeysRules(id) && isStrange(note);
          });
          if (id === undefined) return undefined;
          left -= 1;
          return { id, label: 'note', isGiven: false };
        },
      };
    },
});

/** A leap that surprises, in semitones. */
const LEAP = 7;

/** Whether a note is one that the recent ones do not lead to. */
function strangeness(pick: 'any' | 'leap' | 'pitch' | 'entry', recent: readonly HeardNote[]) {
  const classes = new Set(recent.map(({ key }) => key % 12));
  const voices = new Set(recent.map(({ voice }) => voice));
  const last = recent.at(-1);
  const leaps = ({ key }: HeardNote) => last !== undefined && Math.abs(key - last.key) >= LEAP;
  const isNew = ({ key }: HeardNote) => !classes.has(key % 12);
  const tests = {
    leap: leaps,
    pitch: isNew,
    entry: ({ voice }: HeardNote) => !voices.has(voice),
    any: (note: HeardNote) => leaps(note) || isNew(note),
  };
  return tests[pick];
}
