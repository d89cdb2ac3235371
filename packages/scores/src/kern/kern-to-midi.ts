import { hasNotes, type Measure, type Score } from '../score.js';
import { ScoreError, type ScorePlace, type ScoreWarning } from '../score-error.js';
import { type ScoreMusic, type ScoreOptions, scoreToMidi } from '../score-to-midi.js';
import { commonUnits } from '../units.js';
import { type Row, rowsOf, type Token } from './spines.js';
import { type KernNote, notesOfToken, tandemOf } from './tokens.js';

/** What no music has: whole notes that a note lasts, and parts of a whole note that one can be. */
const LIMITS = { length: 256, parts: 100_000 };

type Changing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/**
 * The music of a score in Kern, the `**kern` spines of a Humdrum file. The last spine is the highest part and comes first behind the track of tempo and metre. Notes are as long as they are
 * written, ties joined; grace notes are left out. A measure that is not full at the beginning is an upbeat: it ends at a bar line.
 * @throws {ScoreError} with line and column, where the file is something else or has no notes
 * @example
 * const { bytes, warnings } = kernToMidi(readFileSync('Agnus.krn'));
 */
export function kernToMidi(file: Uint8Array, options: ScoreOptions = {}): ScoreMusic {
  const text = new TextDecoder().decode(file);
  const reader = new KernReader(divisionOf(rowsOf(text)));
  // Row by row: where a path is when it splits is known when what is before it has been read.
  for (const row of rowsOf(text)) reader.read(row);
  const score = reader.score();
  if (!hasNotes(score)) throw new ScoreError({ line: 1, column: 1 }, 'there are no notes in this score');
  return { bytes: scoreToMidi(score, options), warnings: reader.warnings };
}

/** Units a quarter note with which every note is whole. */
function divisionOf(rows: Iterable<Row>): number {
  const parts = new Set<number>();
  for (const { kind, tokens } of rows) {
    if (kind !== 'data') continue;
    for (const token of tokens)
      for (const note of notesOfToken(token.text)) if (note) parts.add(checkedParts(note, token));
  }
  return commonUnits(parts);
}

function checkedParts({ length = 0, parts }: KernNote, place: ScorePlace): number {
  if (parts >= 1 && parts <= LIMITS.parts && length <= LIMITS.length) return parts;
  throw new ScoreError(
    place,
    `expected a note of at most ${LIMITS.length} whole notes, and at least 1/${LIMITS.parts}`,
  );
}

class KernReader {
  readonly warnings: ScoreWarning[] = [];
  readonly #division: number;
  /** by spine, from the left */
  readonly #parts: { name: string | undefined; minor: boolean; sharps: number; measures: Changing<Measure>[] }[] = [];
  /** in units, where the measure begins */
  #from = 0;
  /** in units, where the last of what has been read ends */
  #end = 0;
  #bar: number | undefined;
  #forward = false;

  constructor(division: number) {
    this.#division = division;
  }

  read({ kind, tokens }: Row): void {
    if (kind === 'bar') this.#barLine(tokens[0]!.text);
    else if (kind === 'tandem') for (const token of tokens) this.#tandem(token);
    else this.#data(tokens);
  }

  score(): Score {
    const parts = this.#parts.map(({ name, measures }, index) => ({
      ...{ name: name ?? `Part ${this.#parts.length - index}`, program: 0 },
      measures: measures.filter((measure, at) => measure.length > 0 || at < measures.length - 1),
    }));
    return { division: this.#division, parts: parts.reverse() };
  }

  /** All tokens of a row begin at one time: where the last of their paths ends. A path that says nothing before a token of its own may be behind. */
  #data(tokens: readonly Token[]): void {
    const onset = tokens.reduce((latest, { path }) => Math.max(latest, path.end), this.#from);
    for (const { text, spine, path, ...place } of tokens) {
      const measure = this.#measure(spine);
      let length: number | undefined;
      for (const note of notesOfToken(text)) {
        if (note === undefined) this.warnings.push({ ...place, message: `"${text.slice(0, 40)}" is no note` });
        if (note === undefined || note.isGrace) continue;
        if (note.length !== undefined) length = Math.round(note.length * 4 * this.#division);
        if (length === undefined)
          throw new ScoreError(place, `expected a note with a duration, found "${text.slice(0, 40)}"`);
        path.end = onset + length;
        this.#end = Math.max(this.#end, path.end);
        measure.length = Math.max(measure.length, path.end - this.#from);
        const { key, isTied: tied } = note;
        if (key === undefined || length === 0) continue;
        if (key < 0 || key > 127) throw new ScoreError(place, 'expected a pitch that MIDI has, from C-1 to G9');
        measure.notes.push({ at: onset - this.#from, length, key, isDrum: false, tied });
      }
    }
  }

  #barLine(text: string): void {
    const passed = this.#end > this.#from;
    if (/:[|!]/.test(text) && passed) {
      for (const part of this.#parts) {
        const last = part.measures.at(-1);
        if (last) last.repeats = { ...last.repeats, backward: 2 };
      }
    }
    this.#forward = /[|!]:/.test(text);
    if (passed) {
      this.#from = this.#end;
      for (let spine = 0; spine < this.#parts.length; spine++) this.#begin(spine);
    } else if (this.#forward) {
      for (const { measures } of this.#parts) {
        const last = measures.at(-1);
        if (last) last.repeats = { ...last.repeats, forward: true };
      }
    }
  }

  #tandem({ text, spine }: Token): void {
    const said = tandemOf(text);
    if (said === undefined) return;
    const measure = this.#measure(spine);
    const part = this.#parts[spine]!;
    const at = this.#end - this.#from;
    if (said.kind === 'name') part.name ??= said.name;
    else if (said.kind === 'tempo') measure.tempos.push({ at, microseconds: said.microseconds });
    else if (said.kind === 'metre') {
      const { numerator, denominator } = said;
      measure.metres.push({ at, numerator, denominator });
      this.#bar = (numerator * 4 * this.#division) / denominator;
      measure.bar = this.#bar;
    } else {
      if (said.kind === 'signature') part.sharps = said.sharps;
      else part.minor = said.minor;
      if (measure.keys.at(-1)?.at === at) measure.keys.pop();
      measure.keys.push({ at, sharps: part.sharps, minor: part.minor });
    }
  }

  /** The measure of a spine that is being read. */
  #measure(spine: number): Changing<Measure> {
    while (this.#parts.length <= spine) {
      this.#parts.push({ name: undefined, minor: false, sharps: 0, measures: [] });
      this.#begin(this.#parts.length - 1);
    }
    return this.#parts[spine]!.measures.at(-1)!;
  }

  #begin(spine: number): void {
    const { measures } = this.#parts[spine]!;
    // A spine that begins late has as many measures as the others.
    const others = spine === 0 ? 0 : this.#parts[0]!.measures.length;
    do {
      const repeats = { forward: this.#forward, backward: 0, endings: [] };
      measures.push({ length: 0, bar: this.#bar, notes: [], metres: [], keys: [], tempos: [], repeats });
    } while (measures.length < others);
  }
}
