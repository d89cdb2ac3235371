/** A note, a chord or a rest of a voice, times in steps. */
interface VoiceEvent {
  readonly start: number;
  readonly steps: number;
  /** rising; none for a rest */
  readonly keys: readonly number[];
}

/** What stood in a voice some bars ago. Pitches are told as 0 for nothing, 1 for a rest, 2 and up for keys. */
export interface LookedBack {
  /** what sounds there, of a chord the highest */
  readonly pitch: number;
  /** keys of what sounds there, rising */
  readonly keys: readonly number[];
  /** steps of what begins at this very place; 0 where nothing does */
  readonly duration: number;
  /** the pitch that came after it */
  readonly next: number;
  /** for how many events the voice has been the same as then */
  readonly matches: number;
}

export const NOTHING_BACK: LookedBack = { pitch: 0, keys: [], duration: 0, next: 0, matches: 0 };

/** The events of one voice, by their number and by the step at which they sound. */
export class VoiceHistory {
  readonly #lookback: readonly number[];
  readonly #events: VoiceEvent[] = [];
  /** for each step the number of the event that sounds, counted from 1; 0 for none */
  #atStep = new Int32Array(1024);
  readonly #matches: number[];

  /** @param lookback how many bars ago each time */
  constructor(lookback: readonly number[]) {
    this.#lookback = lookback;
    this.#matches = lookback.map(() => 0);
  }

  add(event: VoiceEvent, barLength: number): void {
    const { start, steps } = event;
    this.#lookback.forEach((bars, lag) => {
      const then = this.at(start - bars * barLength);
      const isSame = then?.start === start - bars * barLength && keyOf(then) === keyOf(event) && then.steps === steps;
      this.#matches[lag] = isSame ? this.#matches[lag]! + 1 : 0;
    });
    this.#events.push(event);
    // A broken file may have a note of any length: what sounds for long is known for so many steps.
    const end = start + Math.min(steps, 4096);
    if (end > this.#atStep.length) {
      const longer = new Int32Array(2 * end);
      longer.set(this.#atStep);
      this.#atStep = longer;
    }
    this.#atStep.fill(this.#events.length, start, end);
  }

  /** The pitch of the `count`th event before what comes next. */
  pitchBefore(count: number): number {
    return told(this.#events.at(-count));
  }

  /** Steps of the last event; 0 where there is none. */
  durationBefore(): number {
    return this.#events.at(-1)?.steps ?? 0;
  }

  /** What sounds at a step. */
  at(step: number): VoiceEvent | undefined {
    return this.#events[this.#numberAt(step) - 1];
  }

  /** Semitones by which the last event moved; undefined where it is the first, a rest, or comes behind one. */
  get motion(): number | undefined {
    const [before, last] = this.#events.slice(-2).map(keyOf);
    return before === undefined || last === undefined || before < 0 || last < 0 ? undefined : last - before;
  }

  /** @param lag which of the times that are looked back */
  lookBack(lag: number, now: number, barLength: number): LookedBack {
    const place = now - this.#lookback[lag]! * barLength;
    const number = this.#numberAt(place);
    const event = this.#events[number - 1];
    return {
      pitch: told(event),
      keys: event?.keys ?? [],
      duration: event?.start === place ? event.steps : 0,
      next: event === undefined ? 0 : told(this.#events[number]),
      matches: this.#matches[lag]!,
    };
  }

  #numberAt(step: number): number {
    return step < 0 ? 0 : (this.#atStep[step] ?? 0);
  }
}

/** The highest key; -1 for a rest. */
function keyOf({ keys }: VoiceEvent): number {
  return keys.at(-1) ?? -1;
}

function told(event: VoiceEvent | undefined): number {
  return event === undefined ? 0 : keyOf(event) + 2;
}
