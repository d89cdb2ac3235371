import type { Grammar } from '@etude/tokenizer';
import type { TraceRow } from './trace.js';

/** Of what nobody drew. */
const SET: Omit<TraceRow, 'token'> = {
  ...{ probability: undefined, isGiven: false, refused: 0, relaxed: [], disturbance: '' },
};

/** How tokens came into a song, by the tick at which each stands: pieces that are cut and joined find their rows again. */
export class TraceRows {
  readonly #rows = new Map<string, TraceRow[]>();
  readonly #grammar: Grammar;

  constructor(grammar: Grammar) {
    this.#grammar = grammar;
  }

  /** Remembers what stands from one tick on and before another. */
  add(rows: readonly TraceRow[], from = 0, until = Number.POSITIVE_INFINITY): void {
    this.#place(
      rows,
      ({ token }) => token,
      (row, tick, place) => {
        if (tick >= from && tick < until) this.#rows.set(place, [...(this.#rows.get(place) ?? []), row]);
      },
    );
  }

  /** The rows of tokens, each of which is known where it has stood at its tick. */
  of(tokens: readonly string[]): TraceRow[] {
    const rows: TraceRow[] = [];
    this.#place(
      tokens,
      (token) => token,
      (token, _, place) => {
        rows.push(this.#rows.get(place)?.shift() ?? { token, ...SET });
      },
    );
    return rows;
  }

  #place<T>(
    list: readonly T[],
    tokenOf: (each: T) => string,
    found: (each: T, tick: number, place: string) => void,
  ): void {
    const reader = this.#grammar.reader();
    for (const each of list) {
      const token = tokenOf(each);
      const tick = reader.timeAfter(token);
      found(each, tick, `${tick} ${token}`);
      reader.add(token);
    }
  }
}
