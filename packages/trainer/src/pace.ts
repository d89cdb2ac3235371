/** Tokens per second over the last few dozen steps. */
export class Pace {
  readonly #marks: { at: number; tokens: number }[] = [{ at: performance.now(), tokens: 0 }];

  add(tokens: number): void {
    this.#marks.push({ at: performance.now(), tokens: this.#marks.at(-1)!.tokens + tokens });
    if (this.#marks.length > 50) this.#marks.shift();
  }

  perSecond(): number {
    const [first, last] = [this.#marks[0]!, this.#marks.at(-1)!];
    return ((last.tokens - first.tokens) / Math.max(1, last.at - first.at)) * 1000;
  }
}
