import { MidiError } from './midi-error.js';

/** Something in a file that breaks the specification, and what the reader made of it. */
export interface MidiProblem {
  /** which track, counted from 0; undefined for the file as a whole */
  readonly track: number | undefined;
  /** byte offset in the file */
  readonly offset: number;
  /** what was expected and what was found */
  readonly problem: string;
  /** what was done about it: "left out", "taken as 127" */
  readonly done: string;
}

/** Problems listed for one track; a file of noise has millions. */
const LONGEST_LIST = 20;
/** Problems listed for one file; it may have as many tracks. */
const LONGEST_IN_ALL = 1_000;

/** Collects what is wrong with a file; in strict mode the first problem is an error. */
export class Problems {
  readonly #strict: boolean;
  readonly #list: MidiProblem[] = [];
  #track: number | undefined;
  #ofTrack = 0;
  /** problems that are counted and not listed, since the list is full */
  #more = 0;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  /** What is reported from now on is of this track, counted from 0; undefined for the file as a whole. */
  enter(track: number | undefined): void {
    const more = this.#ofTrack - LONGEST_LIST;
    if (more > 0 && this.#list.length < LONGEST_IN_ALL) {
      const { offset } = this.#list.at(-1)!;
      this.#list.push({ track: this.#track, offset, problem: `${more} more problems`, done: 'dealt with alike' });
    }
    this.#track = track;
    this.#ofTrack = 0;
  }

  /** @throws {MidiError} in strict mode */
  report(offset: number, problem: string, done: string): void {
    if (this.#strict) throw new MidiError(offset, problem);
    this.#ofTrack += 1;
    if (this.#ofTrack > LONGEST_LIST) return;
    if (this.#list.length < LONGEST_IN_ALL) this.#list.push({ track: this.#track, offset, problem, done });
    else this.#more += 1;
  }

  /** Whether something was reported since the track was entered. */
  get any(): boolean {
    return this.#ofTrack > 0;
  }

  /** All problems in the order of their finding. */
  list(): readonly MidiProblem[] {
    this.enter(undefined);
    if (this.#more > 0) {
      const { offset } = this.#list.at(-1)!;
      this.#list.push({
        track: undefined,
        offset,
        problem: `${this.#more} more problems in other tracks`,
        done: 'dealt with alike',
      });
      this.#more = 0;
    }
    return this.#list;
  }
}
