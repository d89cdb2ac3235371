/** Lengths that there are, in steps, and what they can fill one after the other. */
export class KnownLengths {
  /** rising */
  readonly all: readonly number[];
  /** whether they can fill as many steps */
  readonly #fills: boolean[] = [true];

  constructor(lengths: readonly number[]) {
    this.all = [...lengths].sort((a, b) => a - b);
  }

  /** The most steps, of so many, that they can fill. */
  filled(steps: number): number {
    for (let most = steps; most > 0; most--) if (this.canFill(most)) return most;
    return 0;
  }

  /** Whether some of them, one after the other, last for so many steps. */
  canFill(steps: number): boolean {
    for (let sum = this.#fills.length; sum <= steps; sum++) {
      this.#fills.push(this.all.some((length) => this.#fills[sum - length] === true));
    }
    return this.#fills[steps] === true;
  }
}
