import { DRUM_CHANNEL } from '@etude/music';
import type { NoteReader } from '../grammar.js';
import type { TokenTable } from '../token-table.js';
import { type Place, placeAfter, startPlace } from './place.js';
import type { FactoredToken, Instrument } from './tokens.js';

export interface Grid {
  readonly tokens: TokenTable<FactoredToken>;
  readonly stepsPerBeat: number;
  /** ticks of a step in what is decoded */
  readonly unit: number;
}

/** Instruments are tracks of their own, those of a number after those of the one before. */
export function placeOfInstrument({ program, number }: Instrument): { track: number; channel: number } {
  return { track: program + 128 * number, channel: program < 0 ? DRUM_CHANNEL : 0 };
}

/** Follows the tokens of a piece. Steps count from the beginning of the piece. */
export class FactoredReader implements NoteReader {
  readonly #grid: Grid;
  place: Place;
  instrument: Instrument = { program: 0, number: 1 };
  /** step at which the bar began */
  barStart = 0;
  /** instruments and keys of the notes that begin at the present step */
  #here = new Set<string>();

  constructor(grid: Grid) {
    this.#grid = grid;
    this.place = startPlace(grid.stepsPerBeat);
  }

  /** the present step */
  get step(): number {
    return this.barStart + Math.max(0, this.place.position);
  }

  /** the step of the next bar line */
  get barEnd(): number {
    return this.place.last === 'nothing' ? this.barStart : this.barStart + this.place.length;
  }

  allows(text: string): boolean {
    const token = this.#grid.tokens.read(text);
    return token?.kind !== 'pitch' || !this.#here.has(this.#noteId(token));
  }

  noteOf(text: string) {
    const token = this.#grid.tokens.read(text);
    if (token?.kind !== 'pitch') return undefined;
    const { program } = this.instrument;
    return {
      ...{ start: this.step * this.#grid.unit, key: token.key, ...placeOfInstrument(this.instrument) },
      ...(program >= 0 && { program }),
    };
  }

  onsetAfter(text: string): number | undefined {
    const token = this.#grid.tokens.read(text);
    return token?.kind === 'position' ? (this.barStart + token.step) * this.#grid.unit : undefined;
  }

  timeAfter(text: string): number {
    const token = this.#grid.tokens.read(text);
    if (token?.kind === 'bar') return this.barEnd * this.#grid.unit;
    return (token?.kind === 'position' ? this.barStart + token.step : this.step) * this.#grid.unit;
  }

  add(text: string): void {
    const token = this.#grid.tokens.read(text);
    if (token !== undefined) this.addToken(token);
  }

  addToken(token: FactoredToken): void {
    if (token.kind === 'bar' || token.kind === 'position') this.#here = new Set();
    if (token.kind === 'bar') this.barStart = this.barEnd;
    if (token.kind === 'pitch') this.#here.add(this.#noteId(token));
    if (token.kind === 'instrument') this.instrument = token.instrument;
    this.place = placeAfter(this.place, token, this.#grid.stepsPerBeat);
  }

  #noteId({ key, isDrum }: Extract<FactoredToken, { kind: 'pitch' }>): string {
    return `${this.instrument.program}.${this.instrument.number} ${isDrum} ${key}`;
  }
}
