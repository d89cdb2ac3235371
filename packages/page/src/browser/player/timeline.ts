/** A stretch of sound: when it is heard by the clock of the audio, and where it is in the piece; all in seconds. */
interface Heard {
  readonly from: number;
  readonly until: number;
  readonly at: number;
  /** how fast the piece goes by in it */
  readonly factor: number;
}

/** Stretches that are remembered: some more than are made before they are heard. */
const MOST = 50;

/** Tells which place of a piece is heard when, through changes of tempo and loops. */
export class Timeline {
  #heard: Heard[] = [];

  clear(): void {
    this.#heard = [];
  }

  /** @param stretch that is heard behind those before */
  add(stretch: Heard): void {
    this.#heard.push(stretch);
    if (this.#heard.length > MOST) this.#heard.shift();
  }

  /** The place in the piece that is heard at a time; undefined before the first. */
  placeAt(now: number): number | undefined {
    const heard = this.#heard.findLast(({ from }) => from <= now);
    return heard && heard.at + (Math.min(now, heard.until) - heard.from) * heard.factor;
  }
}
