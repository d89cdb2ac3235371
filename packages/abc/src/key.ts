import type { Key } from './parsed-tune.js';

/** Sharps of the major key on a letter; flats are negative. */
const SHARPS: Readonly<Record<string, number>> = { F: -1, C: 0, G: 1, D: 2, A: 3, E: 4, B: 5 };
/** How many more sharps than the major key on its tonic a mode has, by its first letters (ABC 2.1, "K: key"). */
const MODES: Readonly<Record<string, number>> = { '': 0, lyd: 1, mix: -1, dor: -2, m: -3, phr: -4, loc: -5 };

/**
 * The key signature that a field `K:` stands for. MIDI knows major and minor only: another mode is written as the major key of its signature.
 * @returns undefined where it names no key, or one of more than seven sharps or flats
 */
export function signatureOf({ root = 'none', acc, mode = '' }: Key): { sharps: number; minor: boolean } | undefined {
  // Both scales of the great Highland bagpipe.
  if (/^hp$/i.test(root)) return { sharps: 2, minor: false };
  const [tonic, ofMode] = [SHARPS[root], MODES[mode.toLowerCase()]];
  if (tonic === undefined || ofMode === undefined) return undefined;
  const sharps = tonic + ofMode + (acc === '#' ? 7 : acc === 'b' ? -7 : 0);
  return Math.abs(sharps) > 7 ? undefined : { sharps, minor: mode === 'm' };
}
