import { barsBefore, type Note, type Piece } from '@etude/music';
import { gapPart } from './grid.js';

/** How much a song loops. */
export interface Monotony {
  /** share of the bars with notes that start the same notes at the same places as an earlier one, 0 to 1 */
  readonly repeatedBars: number;
  /** the longest stretch that is played twice or more without anything between */
  readonly longestLoop: Loop | undefined;
}

export interface Loop {
  /** how long one turn is, in bars */
  readonly bars: number;
  /** how often it comes, one after the other, at least 2 */
  readonly times: number;
  /** bar of its beginning, counted from 0 */
  readonly from: number;
}

/**
 * Bars of a loop, all turns together; 0 where there is none.
 * @example
 * barsOfLoop({ bars: 2, times: 3, from: 0 }); // 6
 */
export function barsOfLoop(loop: Loop | undefined): number {
  return loop === undefined ? 0 : loop.bars * loop.times;
}

/** Notes in their bars, to 24ths of a quarter note: what repeats when a bar repeats. */
function barContents(notes: readonly Note[], piece: Piece): string[] {
  const bars: string[][] = [];
  const last = notes.at(-1)?.start ?? -1;
  let next = 0;
  for (const { start, length } of barsBefore(last + 1, piece)) {
    const content: string[] = [];
    for (; next < notes.length && notes[next]!.start < start + length; next++) {
      const note = notes[next]!;
      const [place, length] = [note.start - start, note.end - note.start].map((ticks) =>
        gapPart(ticks, piece.division),
      );
      content.push(`${note.channel}:${place}:${note.key}:${length}`);
    }
    bars.push(content);
  }
  return bars.map((content) => content.sort().join(' '));
}

/**
 * How much of a song is repeated, and its longest loop.
 * @example
 * measureMonotony(notesOf(canon), canon); // { repeatedBars: 0, longestLoop: undefined }
 */
export function measureMonotony(notes: readonly Note[], piece: Piece): Monotony {
  const bars = barContents(notes, piece);
  const filled = bars.filter((content) => content !== '');
  return {
    repeatedBars: filled.length === 0 ? 0 : 1 - new Set(filled).size / filled.length,
    longestLoop: longestLoop(bars),
  };
}

/** The stretch of bars that is played again at once, longest in all; empty bars are no loop. */
function longestLoop(bars: readonly string[]): Loop | undefined {
  let best: Loop | undefined;
  for (let period = 1; 2 * period <= bars.length; period++) {
    let equal = 0;
    for (let i = 0; i + period < bars.length; i++) {
      equal = bars[i] === bars[i + period] && bars[i] !== '' ? equal + 1 : 0;
      const times = Math.floor(equal / period) + 1;
      if (times >= 2 && times * period > barsOfLoop(best)) best = { bars: period, times, from: i + 1 - equal };
    }
  }
  return best;
}

/**
 * How alike any two bars are: the share of their notes (place and key) that both have, 1 on the diagonal.
 * @returns rows of the matrix, bars by bars
 * @example
 * selfSimilarity(notesOf(canon), canon)[0].slice(0, 3); // Float32Array [1, 0.103, 0.8]: the third bar is much like the first
 */
export function selfSimilarity(notes: readonly Note[], piece: Piece): Float32Array[] {
  const bars = barContents(notes, piece).map((content) => new Set(content === '' ? [] : content.split(' ')));
  return bars.map((a) =>
    Float32Array.from(bars, (b) => {
      if (a === b) return 1;
      let both = 0;
      for (const note of a) if (b.has(note)) both += 1;
      const either = a.size + b.size - both;
      return either === 0 ? 1 : both / either;
    }),
  );
}
