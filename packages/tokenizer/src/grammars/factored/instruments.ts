import type { Instrument } from './tokens.js';

/** The order of instruments: percussion comes last. */
export function compareInstruments(a: Instrument, b: Instrument): number {
  return Number(a.program < 0) - Number(b.program < 0) || a.program - b.program || a.number - b.number;
}
