import { FILTERS_OFF, type FilterSettings, filtered } from './filters/index.js';

/** How the model's distribution is bent before a token is drawn. */
export interface Bending extends FilterSettings {
  /** above 1: more surprising, below 1: safer; 0: always the most likely token */
  readonly temperature: number;
  /** what the logit of each token of the last `repetitionWindow` is divided by, or multiplied where negative (Keskar et al. 2019) */
  readonly repetitionPenalty: number;
  readonly repetitionWindow: number;
  /**
   * "Don't repeat yourself": a token that would go on with a stretch that was there before loses `dry` · 1.75^(length - 2) of its logit,
   * where the stretch is longer than 2 tokens; 0: nothing
   */
  readonly dry: number;
}

export const UNBENT: Bending = {
  ...{ temperature: 1, ...FILTERS_OFF },
  ...{ repetitionPenalty: 1, repetitionWindow: 64, dry: 0 },
};

const DRY_BASE = 1.75;
const DRY_ALLOWED = 2;
/** Tokens that are looked back on for repeated stretches. */
const DRY_WINDOW = 512;

/**
 * Weights of all tokens for drawing one, in proportion to their probability.
 * @param logits of the model (V)
 * @param may whether a token may come at all
 * @param before the tokens of the song so far
 */
export function weightsOf(
  logits: ArrayLike<number>,
  bending: Bending,
  may: (id: number) => boolean,
  before: readonly number[],
): Float64Array {
  const { temperature, repetitionPenalty, repetitionWindow, dry } = bending;
  const weights = new Float64Array(logits.length); // until their exponentials are taken, logits
  for (let id = 0; id < weights.length; id++) weights[id] = may(id) ? logits[id]! : Number.NEGATIVE_INFINITY;
  if (repetitionPenalty !== 1) {
    for (const id of new Set(before.slice(-repetitionWindow))) {
      weights[id]! *= weights[id]! > 0 ? 1 / repetitionPenalty : repetitionPenalty;
    }
  }
  if (dry > 0) {
    for (const [id, length] of continuations(before)) {
      if (length > DRY_ALLOWED) weights[id]! -= dry * DRY_BASE ** Math.min(40, length - DRY_ALLOWED);
    }
  }
  let highest = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < weights.length; id++) if (weights[id]! > highest) highest = weights[id]!;
  if (temperature === 0 || highest === Number.NEGATIVE_INFINITY) {
    const top = weights.indexOf(highest);
    weights.fill(0);
    if (highest > Number.NEGATIVE_INFINITY) weights[top] = 1;
    return weights;
  }
  for (let id = 0; id < weights.length; id++) weights[id] = Math.exp((weights[id]! - highest) / temperature);
  return filtered(weights, bending);
}

/** For each token that came after an earlier stretch equal to the song's end: the length of the longest such stretch. */
function continuations(before: readonly number[]): Map<number, number> {
  const found = new Map<number, number>();
  const end = before.length;
  const first = Math.max(0, end - DRY_WINDOW);
  for (let at = end - 1; at > first; at--) {
    let length = 0;
    while (at - 1 - length >= first && before[at - 1 - length] === before[end - 1 - length]) length += 1;
    if (length > 0) found.set(before[at]!, Math.max(length, found.get(before[at]!) ?? 0));
  }
  return found;
}
