/** How the model's distribution is bent before a token is drawn. */
export interface Bending {
  /** above 1: more surprising, below 1: safer; 0: always the most likely token */
  readonly temperature: number;
  /** how many of the most likely tokens stay (Fan, Lewis and Dauphin 2018); 0: all */
  readonly topK: number;
  /** the most likely tokens stay that have this share together (Holtzman et al. 2020); 1: all */
  readonly topP: number;
  /** tokens stay that are at least this share as likely as the most likely one (Nguyen et al. 2024); 0: all */
  readonly minP: number;
  /** the tokens stay that have this share together and are nearest to the entropy in surprise (Meister et al. 2023); 1: all */
  readonly typical: number;
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
  ...{ temperature: 1, topK: 0, topP: 1, minP: 0, typical: 1 },
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
  const bent = Float64Array.from(logits, (logit, id) => (may(id) ? logit : Number.NEGATIVE_INFINITY));
  if (repetitionPenalty !== 1) {
    for (const id of new Set(before.slice(-repetitionWindow))) {
      bent[id]! *= bent[id]! > 0 ? 1 / repetitionPenalty : repetitionPenalty;
    }
  }
  if (dry > 0) {
    for (const [id, length] of continuations(before)) {
      if (length > DRY_ALLOWED) bent[id]! -= dry * DRY_BASE ** Math.min(40, length - DRY_ALLOWED);
    }
  }
  const highest = bent.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (temperature === 0 || highest === Number.NEGATIVE_INFINITY) {
    const top = bent.indexOf(highest);
    return bent.map((_, id) => (id === top && highest > Number.NEGATIVE_INFINITY ? 1 : 0));
  }
  const weights = bent.map((logit) => Math.exp((logit - highest) / temperature));
  return filtered(weights, bending);
}

/** The weights with those of left-out tokens set to 0. What is left in has what it had. */
function filtered(weights: Float64Array, { topK, topP, minP, typical }: Bending): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const ids = [...weights.keys()].filter((id) => weights[id]! > 0);
  const keep = (order: readonly number[], share: number) => {
    let left = share * total;
    const kept: number[] = [];
    for (const id of order) {
      if (left <= 0 && kept.length > 0) break;
      kept.push(id);
      left -= weights[id]!;
    }
    return kept;
  };
  const byWeight = (list: readonly number[]) => [...list].sort((a, b) => weights[b]! - weights[a]! || a - b);
  let kept: readonly number[] = ids;
  if (topK > 0) kept = byWeight(kept).slice(0, topK);
  if (topP < 1) kept = keep(byWeight(kept), topP);
  if (minP > 0) {
    const most = kept.reduce((greatest, id) => Math.max(greatest, weights[id]!), 0);
    kept = kept.filter((id) => weights[id]! >= minP * most);
  }
  if (typical < 1) {
    const surprise = (id: number) => -Math.log(weights[id]! / total);
    const entropy = ids.reduce((sum, id) => sum + (weights[id]! / total) * surprise(id), 0);
    const distance = (id: number) => Math.abs(surprise(id) - entropy);
    kept = keep(
      [...kept].sort((a, b) => distance(a) - distance(b) || a - b),
      typical,
    );
  }
  if (kept.length === ids.length) return weights;
  const stays = new Set(kept);
  return weights.map((weight, id) => (stays.has(id) ? weight : 0));
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
