import { isDrum } from '@etude/music';

/** Where a note begins. */
export interface Onset {
  /** ticks from the beginning of the piece */
  readonly start: number;
  /** 0 to 127 */
  readonly key: number;
  readonly track: number;
  readonly channel: number;
}

/** Notes that follow each other, by start, then key, none twice; it says nothing of how long they are. */
export class Line<Note extends Onset = Onset> {
  /** `all`, `skyline`, `drums`, or a part by its track and channel as the session grammar counts them: `part 0.3` */
  readonly name: string;
  readonly notes: Note[] = [];
  readonly #isSkyline: boolean;

  constructor(name: string) {
    this.name = name;
    this.#isSkyline = name === 'skyline';
  }

  /** Where a note would stand, and how many it would replace; undefined where it would change nothing. */
  placeOf({ start, key }: Onset): { readonly at: number; readonly replaced: 0 | 1 } | undefined {
    let at = this.notes.length;
    while (at > 0 && this.#isBefore(start, key, this.notes[at - 1]!)) at -= 1;
    const next = this.notes[at];
    if (next?.start !== start) return { at, replaced: 0 };
    if (this.#isSkyline) return next.key < key ? { at, replaced: 1 } : undefined;
    return next.key === key ? undefined : { at, replaced: 0 };
  }

  add(note: Note): void {
    const place = this.placeOf(note);
    if (place?.at === this.notes.length) this.notes.push(note);
    else if (place) this.notes.splice(place.at, place.replaced, note);
  }

  /** Whether a note that begins at `start` does not come behind another one. */
  #isBefore(start: number, key: number, other: Onset): boolean {
    return start < other.start || (start === other.start && (this.#isSkyline || key <= other.key));
  }
}

const [ALL, SKYLINE, DRUMS] = [-1, -2, -3];
const NAMES = new Map([
  [ALL, 'all'],
  [SKYLINE, 'skyline'],
  [DRUMS, 'drums'],
]);

/**
 * The lines in which a listener may recognize other music: all pitched notes; their skyline, the highest of those that begin together;
 * all percussion; each track and channel by itself. Notes may be added in any order, and the order of tracks changes nothing.
 */
export class Lines<Note extends Onset = Onset> {
  readonly #lines = new Map<number, Line<Note>>();

  /** The lines that a note is part of, without those that are the same as another. */
  with(note: Note): Line<Note>[] {
    const isPercussion = isDrum(note);
    const all = this.#lineOf(isPercussion ? DRUMS : ALL);
    const rest = [this.#lineOf(note.track * 16 + note.channel), ...(isPercussion ? [] : [this.#lineOf(SKYLINE)])];
    return [all, ...rest.filter((line) => line.notes.length < all.notes.length || line.placeOf(note)?.replaced === 1)];
  }

  add(note: Note): void {
    this.#lineOf(note.track * 16 + note.channel).add(note);
    if (!isDrum(note)) this.#lineOf(SKYLINE).add(note);
    this.#lineOf(isDrum(note) ? DRUMS : ALL).add(note);
  }

  /** All lines, without those that are the same as another. */
  all(): Line<Note>[] {
    const whole = (line: Line<Note>) => this.#lines.get(isDrum(line.notes[0]!) ? DRUMS : ALL)!;
    return [...this.#lines.values()].filter((line) => {
      if (line.notes.length === 0) return false;
      return line === whole(line) || line.notes.length < whole(line).notes.length;
    });
  }

  #lineOf(id: number): Line<Note> {
    let line = this.#lines.get(id);
    if (line === undefined) {
      line = new Line<Note>(NAMES.get(id) ?? `part ${Math.floor(id / 16)}.${id % 16}`);
      this.#lines.set(id, line);
    }
    return line;
  }
}

/** What is heard where a note begins, as a number: a pitch or a sound of percussion, whoever plays it. */
export function soundOf(note: Onset): number {
  return 256 * note.start + (isDrum(note) ? 128 : 0) + note.key;
}

/** The lines of some notes. */
export function linesOf<Note extends Onset>(notes: readonly Note[]): Line<Note>[] {
  const lines = new Lines<Note>();
  for (const note of notes) lines.add(note);
  return lines.all();
}
