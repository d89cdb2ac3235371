/**
 * The suffix array of a text: the starts of its suffixes in their lexical order, by induced sorting in linear time (Nong,
 * Zhang and Chan 2009, "Linear Suffix Array Construction by Almost Pure Induced-Sorting").
 *
 * @param text numbers from 0 to below `alphabet`
 */
export function suffixArray(text: Int32Array, alphabet: number): Int32Array {
  const n = text.length;
  if (n === 0) return new Int32Array(0);
  if (n === 1) return new Int32Array(1);
  const array = new Int32Array(n).fill(-1);
  // 1 where a suffix is smaller than the one behind it (type S); the last one is larger than nothing (type L).
  const isS = new Uint8Array(n);
  for (let i = n - 2; i >= 0; i--) {
    isS[i] = text[i]! < text[i + 1]! || (text[i] === text[i + 1] && isS[i + 1] === 1) ? 1 : 0;
  }
  const isLms = (i: number) => i > 0 && isS[i] === 1 && isS[i - 1] === 0;
  const counts = new Int32Array(alphabet);
  for (let i = 0; i < n; i++) counts[text[i]!]! += 1;
  const bucketStarts = () => {
    const starts = new Int32Array(alphabet);
    for (let c = 0, sum = 0; c < alphabet; c++) {
      starts[c] = sum;
      sum += counts[c]!;
    }
    return starts;
  };
  const bucketEnds = () => {
    const ends = new Int32Array(alphabet);
    for (let c = 0, sum = 0; c < alphabet; c++) {
      sum += counts[c]!;
      ends[c] = sum;
    }
    return ends;
  };
  /** Puts suffixes of type L, then of type S, behind or before the ones that they follow from. */
  const induce = () => {
    const starts = bucketStarts();
    // The last suffix is of type L, and what it follows from is the end of the text.
    array[starts[text[n - 1]!]!++] = n - 1;
    for (let i = 0; i < n; i++) {
      const before = array[i]! - 1;
      if (before >= 0 && isS[before] === 0) array[starts[text[before]!]!++] = before;
    }
    const ends = bucketEnds();
    for (let i = n - 1; i >= 0; i--) {
      const before = array[i]! - 1;
      if (before >= 0 && isS[before] === 1) array[--ends[text[before]!]!] = before;
    }
  };

  const ends = bucketEnds();
  for (let i = n - 1; i > 0; i--) if (isLms(i)) array[--ends[text[i]!]!] = i;
  induce();

  // Names for the substrings between leftmost S suffixes, in their order; equal substrings have equal names.
  const sorted: Int32Array = array.filter((i) => isLms(i));
  const names = new Int32Array(n).fill(-1);
  let name = -1;
  let last = -1;
  for (const start of sorted) {
    if (last < 0 || !sameSubstring(text, isLms, last, start)) name += 1;
    names[start] = name;
    last = start;
  }
  const reduced = names.filter((value) => value >= 0);
  const places = new Int32Array(reduced.length);
  for (let i = 1, count = 0; i < n; i++) if (isLms(i)) places[count++] = i;
  const order = name + 1 === reduced.length ? inverse(reduced) : suffixArray(reduced, name + 1);

  array.fill(-1);
  const tails = bucketEnds();
  for (let i = order.length - 1; i >= 0; i--) {
    const start = places[order[i]!]!;
    array[--tails[text[start]!]!] = start;
  }
  induce();
  return array;
}

function sameSubstring(text: Int32Array, isLms: (i: number) => boolean, a: number, b: number): boolean {
  for (let k = 0; ; k++) {
    if (a + k >= text.length || b + k >= text.length || text[a + k] !== text[b + k]) return false;
    if (k > 0 && (isLms(a + k) || isLms(b + k))) return isLms(a + k) && isLms(b + k);
  }
}

function inverse(permutation: Int32Array): Int32Array {
  const result = new Int32Array(permutation.length);
  permutation.forEach((value, index) => {
    result[value] = index;
  });
  return result;
}
