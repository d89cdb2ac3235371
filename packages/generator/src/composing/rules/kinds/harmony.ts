import { barsBefore, isDrum, type Note, type Piece } from '@etude/music';
import * as z from 'zod';
import { CompositionError } from '../../composition-error.js';
import type { LearnedMusic } from '../../learned-music.js';
import { ruleKind } from '../note-rule.js';

/** Sets of pitch classes: bit 0 is C. */
const SETS = 1 << 12;

/** What sounds together on a beat sounds together on beats of the music learnt from as well, in any key, or is a part of that. */
export const harmony = ruleKind({
  fields: {
    harmony: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe(
        'a note that begins on a beat must be in a chord with all that sounds: a chord, in any key, of those that are heard on so large a share of the beats of the music learnt from, the commonest first (0.95 leaves out what is rare); 0: any chord; for grammars score and chord-frame',
      ),
  },
  prepare({ harmony: share }, { learned, division, hasPlaces }) {
    if (share === 0) return undefined;
    if (!hasPlaces) {
      throw new CompositionError(
        'sample.rules.harmony needs a grammar that knows what sounds where a note begins: score or chord-frame',
      );
    }
    const isChord = partsOf(commonest(learned, share));
    return () => ({
      name: 'harmony',
      allows({ key }, place) {
        const { inBar, sounding } = place!();
        return inBar % division !== 0 || isChord[setOf([key, ...sounding])] === 1;
      },
    });
  },
});

function setOf(keys: readonly number[]): number {
  return keys.reduce((set, key) => set | (1 << (key % 12)), 0);
}

/** A set moved to all twelve keys. */
function inAllKeys(set: number): number[] {
  return Array.from({ length: 12 }, (_, up) => ((set << up) | (set >> (12 - up))) & (SETS - 1));
}

/** The sets that sound on so large a share of all beats with two pitch classes and more, in one of their keys. */
function commonest({ pieces, notes }: LearnedMusic, share: number): number[] {
  const counts = new Map<number, number>();
  let all = 0;
  for (const set of pieces.flatMap((piece, i) => setsOnBeats(piece, notes[i]!))) {
    // One pitch class goes with all chords.
    if ((set & (set - 1)) === 0) continue;
    const inOneKey = Math.min(...inAllKeys(set));
    counts.set(inOneKey, (counts.get(inOneKey) ?? 0) + 1);
    all += 1;
  }
  const kept: number[] = [];
  let heard = 0;
  for (const [set, count] of [...counts].sort(([, a], [, b]) => b - a)) {
    if (heard >= share * all) break;
    kept.push(set);
    heard += count;
  }
  return kept;
}

/** What sounds on each quarter note of each bar. */
function setsOnBeats(piece: Piece, all: readonly Note[]): number[] {
  const notes = all.filter((note) => !isDrum(note));
  const end = notes.reduce((latest, note) => Math.max(latest, note.end), 0);
  const sets: number[] = [];
  let next = 0;
  let sounding: typeof notes = [];
  for (const bar of barsBefore(end, piece)) {
    for (let beat = bar.start; beat < bar.start + bar.length; beat += piece.division) {
      while (next < notes.length && notes[next]!.start <= beat) sounding.push(notes[next++]!);
      sounding = sounding.filter((note) => note.end > beat);
      sets.push(setOf(sounding.map(({ key }) => key)));
    }
  }
  return sets;
}

/** For each set whether all of it is in one of some sets, moved to any key: 1 or 0. */
function partsOf(sets: readonly number[]): Uint8Array {
  const isPart = new Uint8Array(SETS);
  for (const set of sets.flatMap(inAllKeys)) {
    // All subsets of a set, from itself down to none.
    for (let part = set; part > 0; part = (part - 1) & set) isPart[part] = 1;
  }
  for (let pitchClass = 0; pitchClass < 12; pitchClass++) isPart[1 << pitchClass] = 1;
  return isPart;
}
