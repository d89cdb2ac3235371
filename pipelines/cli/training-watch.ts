import type { RunObserver } from '@etude/engine';

/** Seconds of training, and steps, after which is told how long it takes. */
const SECONDS = 4;
const STEPS = 3;

/** Watches training, and stops it where it would take longer than it may. */
export class TrainingWatch {
  readonly #controller = new AbortController();
  readonly #minutes: number;
  readonly #observer: RunObserver;
  #first: { readonly done: number; readonly at: number } | undefined;
  /** steps that can be done in time, once training was stopped since those that were wanted cannot */
  fitting: number | undefined;

  /** @param observer is told of all but what was stopped */
  constructor(minutes: number, observer: RunObserver) {
    this.#minutes = minutes;
    this.#observer = observer;
  }

  /** Aborted where training takes too long. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get observer(): RunObserver {
    const observer = this.#observer;
    return {
      ...observer,
      stageProgress: (name, progress) => {
        if (name === 'train') this.#look(progress);
        if (this.fitting === undefined) observer.stageProgress?.(name, progress);
      },
      stageDone: (record) => {
        if (this.fitting === undefined) observer.stageDone?.(record);
      },
    };
  }

  #look({ done, total }: { done: number; total: number }): void {
    const now = Date.now();
    this.#first ??= { done, at: now };
    const seconds = (now - this.#first.at) / 1000;
    const steps = done - this.#first.done;
    if (this.fitting !== undefined || seconds < SECONDS || steps < STEPS) return;
    const fitting = Math.floor((60 * this.#minutes * steps) / seconds);
    if (this.#first.done + fitting >= total) return;
    this.fitting = Math.max(10, 10 * Math.floor(fitting / 10));
    this.#controller.abort(new Error('training would take too long'));
  }
}
