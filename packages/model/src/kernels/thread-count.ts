/** Units of work are timed together until they have taken so long (ms): less says little beside another program's slice of a few. */
const WINDOW_MS = 20;
/** Windows of which the median is compared. */
const COMPARED = 3;
/** Another number of threads is kept where a unit takes less than this share of the time. */
const WORTH_IT = 0.95;
/** A trial ends with its first window where that takes more than this share of the time. */
const HOPELESS = 1.1;
/** Milliseconds of work from one trial to the next, at first and at most: each trial that fails doubles them. */
const [SOON, LATE] = [200, 1600];
/** Involuntary context switches a millisecond above which other programs want the processors; idle machines have about 0.05. */
const CONTENDED = 0.3;
/** Milliseconds of processors that a millisecond has at least on an idle machine: one thread or another can always go on. */
const STARVED = 0.9;

/**
 * How many threads to compute with, by what is measured. Beside other programs, threads that have to wait for each other
 * can be slower together than fewer of them: then fewer are tried, and later more again. On a machine that is otherwise
 * idle nothing is tried.
 */
export class ThreadCount {
  /** from the most to one */
  readonly #counts: readonly number[];
  #at = 0;
  #trial: { readonly from: number; readonly msBefore: number } | undefined;
  #trials = 0;
  /** the last few of the present count */
  #windows: { readonly msPerUnit: number; readonly contended: boolean }[] = [];
  #interval = SOON;
  #msUntilTrial = SOON;

  /** @param most threads, at least 1 */
  constructor(most: number) {
    const counts = [most, most - 1];
    for (let count = most >> 1; count >= 1; count >>= 1) counts.push(count);
    this.#counts = [...new Set(counts)].filter((count) => count >= 1);
  }

  get threads(): number {
    return this.#counts[this.#at]!;
  }

  /**
   * Takes note of a window of units of like work.
   * @param ms that they took together
   * @param contended whether other programs took a processor from this one meanwhile
   */
  measured(units: number, ms: number, contended: boolean): void {
    const msPerUnit = ms / units;
    this.#windows = [...this.#windows, { msPerUnit, contended }].slice(-COMPARED);
    this.#msUntilTrial -= ms;
    if (this.#trial !== undefined && msPerUnit > HOPELESS * this.#trial.msBefore) this.#judge(this.#trial, msPerUnit);
    if (this.#windows.length < COMPARED) return;
    const median = this.#windows.map((window) => window.msPerUnit).sort((a, b) => a - b)[COMPARED >> 1]!;
    if (this.#trial !== undefined) this.#judge(this.#trial, median);
    else if (this.#msUntilTrial <= 0) this.#startTrial(median);
  }

  #startTrial(msBefore: number): void {
    const contended = this.#windows.every((window) => window.contended);
    // More threads are tried again in any case, fewer only where something is in the way.
    const others = (contended ? [1, -1, 2, -2] : [-1, -2]).map((by) => this.#at + by);
    const possible = others.filter((at) => at >= 0 && at < this.#counts.length);
    if (possible.length === 0) return;
    this.#trial = { from: this.#at, msBefore };
    this.#at = possible[this.#trials++ % possible.length]!;
    this.#windows = [];
  }

  #judge({ from, msBefore }: { from: number; msBefore: number }, ms: number): void {
    const won = ms < WORTH_IT * msBefore;
    if (!won) this.#at = from;
    this.#interval = won ? SOON : Math.min(LATE, 2 * this.#interval);
    this.#msUntilTrial = this.#interval;
    this.#trial = undefined;
    this.#windows = [];
  }
}

/** How threads compute. */
export interface ThreadUse {
  /** at most so many */
  readonly threads: number;
  /** Other programs want the processors: threads that wait are to go to sleep soon. */
  readonly besideOthers: boolean;
}

/**
 * Units of like work, one after the other, each on as many threads as {@link ThreadCount} has found best recently.
 * @param use has kernels compute in this way from now on
 */
export function onMeasuredThreads(most: number, use: (use: ThreadUse) => void): <T>(work: () => T) => T {
  const count = new ThreadCount(most);
  let [units, ms, before] = [0, 0, process.resourceUsage()];
  let windowsSinceStarved = COMPARED;
  return (work) => {
    use({ threads: count.threads, besideOthers: windowsSinceStarved < COMPARED });
    const startedAt = performance.now();
    const result = work();
    ms += performance.now() - startedAt;
    units += 1;
    if (ms >= WINDOW_MS) {
      const now = process.resourceUsage();
      // 0 where the system does not tell.
      const switches = now.involuntaryContextSwitches - before.involuntaryContextSwitches;
      // With what was used between units, which only adds to it.
      const usedMs = (now.userCPUTime - before.userCPUTime + now.systemCPUTime - before.systemCPUTime) / 1000;
      const isStarved = usedMs < STARVED * ms;
      windowsSinceStarved = isStarved ? 0 : windowsSinceStarved + 1;
      count.measured(units, ms, isStarved || switches > CONTENDED * ms);
      [units, ms, before] = [0, 0, now];
    }
    return result;
  };
}
