import type { Measure, ScoreNote } from '../score.js';
import { ScoreError, type ScoreWarning } from '../score-error.js';
import type { Document, Element } from './document.js';
import { keyOf, metreOf, microsecondsOf, soundingKey, transpositionOf } from './notation.js';

/** What no music has. */
const LIMITS = { quarterNotes: 100_000, endings: 32 };

type Changing = { -readonly [K in keyof Measure]: Measure[K] extends readonly (infer T)[] ? T[] : Measure[K] };

/** Reads the measures of a part one after the other; what one says of divisions, metre and transposition holds for those behind it. */
export class PartReader {
  readonly #document: Document;
  readonly #division: number;
  readonly #drums: ReadonlyMap<string | undefined, number>;
  readonly #warn: (warning: ScoreWarning) => void;
  /** units of the score for one of the part */
  #scale: number;
  /** semitones from what is written to what sounds */
  #transposition = 0;
  #bar: number | undefined;
  /** of the ending that is open */
  #endings: number[] = [];
  /** where the next note begins, and the last one began, in the measure that is read */
  #cursor = 0;
  #onset = 0;
  #measure: Changing | undefined;
  /** notes of the measure that are not printed */
  #hidden: ScoreNote[] = [];

  constructor(
    document: Document,
    division: number,
    drums: ReadonlyMap<string | undefined, number>,
    warn: (warning: ScoreWarning) => void,
  ) {
    this.#document = document;
    this.#division = division;
    this.#scale = division;
    this.#drums = drums;
    this.#warn = warn;
  }

  /** @throws {ScoreError} */
  read(measure: Element): Measure {
    this.#cursor = 0;
    this.#onset = 0;
    const repeats = { forward: false, backward: 0, endings: this.#endings };
    const read: Changing = { length: 0, bar: this.#bar, notes: [], metres: [], keys: [], tempos: [], repeats };
    this.#measure = read;
    this.#hidden = [];
    for (const element of measure.children) {
      if (element.name === 'note') this.#note(element);
      else if (element.name === 'backup') this.#move(-this.#duration(element));
      else if (element.name === 'forward') this.#move(this.#duration(element));
      else if (element.name === 'attributes') this.#attributes(element);
      else if (element.name === 'direction') this.#direction(element);
      else if (element.name === 'sound') this.#sound(element);
      else if (element.name === 'barline') this.#barline(element);
    }
    // Notes that are not printed are music where nothing else is, and else how an ornament may be played.
    const free = this.#hidden.filter(({ at, length }) =>
      read.notes.every((printed) => printed.at >= at + length || printed.at + printed.length <= at),
    );
    return { ...read, bar: this.#bar, notes: [...read.notes, ...free] };
  }

  #note(note: Element): void {
    // Grace notes take no time of their own, and cues are what another part plays.
    if (note.has('grace')) return;
    const length = this.#duration(note);
    const inChord = note.has('chord');
    if (!inChord) this.#onset = this.#cursor;
    if (!note.has('rest') && !note.has('cue') && length > 0) this.#sounding(note, length);
    if (!inChord) this.#move(length);
  }

  #sounding(note: Element, length: number): void {
    const pitch = note.child('pitch');
    const isDrum = pitch === undefined;
    const key = isDrum
      ? this.#drums.get(note.child('instrument')?.attribute('id'))
      : soundingKey(pitch, this.#transposition);
    if (isDrum && key === undefined) {
      this.#say(note, 'a note without a pitch or a sound of percussion is left out');
      return;
    }
    if (key === undefined || !(key >= 0 && key <= 127)) {
      throw new ScoreError(this.#document.placeOf(note), 'expected a pitch that MIDI has, from C-1 to G9');
    }
    // Some programs write where a tie starts and not where it stops.
    const tied = note.all('tie').some((tie) => tie.attribute('type') === 'start');
    const added: ScoreNote = { at: this.#onset, length, key: Math.round(key), isDrum, tied };
    if (note.attribute('print-object') === 'no') this.#hidden.push(added);
    else this.#measure!.notes.push(added);
  }

  /** @returns its duration in units of the score */
  #duration(element: Element): number {
    const duration = element.number('duration') ?? 0;
    const units = Math.round(duration * this.#scale);
    if (units >= 0 && units <= LIMITS.quarterNotes * this.#division) return units;
    const expected = `expected a duration of at most ${LIMITS.quarterNotes} quarter notes`;
    throw new ScoreError(this.#document.placeOf(element), `${expected}, found "${element.text('duration')}"`);
  }

  #move(by: number): void {
    this.#cursor = Math.max(0, this.#cursor + by);
    this.#measure!.length = Math.max(this.#measure!.length, this.#cursor);
  }

  #attributes(attributes: Element): void {
    const at = this.#cursor;
    const divisions = attributes.number('divisions');
    if (divisions !== undefined) this.#scale = this.#division / divisions;
    const transpose = attributes.child('transpose');
    if (transpose !== undefined) this.#transposition = transpositionOf(transpose);
    for (const element of attributes.all('key').slice(0, 1)) {
      const key = keyOf(element, this.#transposition);
      if (key !== undefined) this.#measure!.keys.push({ at, ...key });
    }
    for (const element of attributes.all('time').slice(0, 1)) {
      const metre = metreOf(element);
      if (metre === undefined) {
        if (!element.has('senza-misura')) this.#say(element, 'this time signature is left out');
        continue;
      }
      this.#measure!.metres.push({ at, ...metre });
      this.#bar = (metre.numerator * 4 * this.#division) / metre.denominator;
    }
  }

  #direction(direction: Element): void {
    const sound = direction.child('sound');
    if (sound !== undefined && this.#sound(sound)) return;
    for (const type of direction.all('direction-type')) {
      const metronome = type.child('metronome');
      if (metronome !== undefined) this.#tempo(metronome, microsecondsOf(metronome));
    }
  }

  /** @returns whether it says a tempo */
  #sound(sound: Element): boolean {
    for (const jump of ['dacapo', 'dalsegno', 'tocoda']) {
      if (sound.attribute(jump) !== undefined) this.#say(sound, `${jump} is not followed`);
    }
    const tempo = sound.attribute('tempo');
    if (tempo === undefined) return false;
    this.#tempo(sound, Math.round(60e6 / Number(tempo)));
    return true;
  }

  #tempo(element: Element, microseconds: number | undefined): void {
    if (microseconds === undefined) return;
    if (microseconds >= 1 && microseconds <= 0xff_ffff) this.#measure!.tempos.push({ at: this.#cursor, microseconds });
    else this.#say(element, 'expected a tempo from 4 to 60,000,000 quarter notes a minute; this one is left out');
  }

  #barline(barline: Element): void {
    const repeat = barline.child('repeat');
    const ending = barline.child('ending');
    let { forward, backward, endings } = this.#measure!.repeats;
    if (repeat?.attribute('direction') === 'forward') forward = true;
    if (repeat?.attribute('direction') === 'backward') backward = timesOf(repeat.attribute('times'));
    if (ending?.attribute('type') === 'start') {
      this.#endings = numbersOf(ending.attribute('number') ?? '');
      endings = this.#endings;
    } else if (ending !== undefined) this.#endings = [];
    this.#measure!.repeats = { forward, backward, endings };
  }

  #say(element: Element, message: string): void {
    this.#warn({ ...this.#document.placeOf(element), message });
  }
}

function timesOf(text = '2'): number {
  const times = Number(text);
  return times >= 1 && times <= LIMITS.endings ? Math.floor(times) : 2;
}

/** "1, 2" → 1 and 2 */
function numbersOf(text: string): number[] {
  return [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits)).filter((number) => number <= LIMITS.endings);
}
