import type { Instrument } from './tokens.js';

/**
 * Gives channels of 0 to 15 to instruments: 9 to percussion (General MIDI 1), the others in order. Where there are more than 15, channels
 * are shared from the first on.
 */
export function channelFor(index: number, isDrum: boolean): number {
  if (isDrum) return 9;
  const channel = index % 15;
  return channel < 9 ? channel : channel + 1;
}

/** The order of instruments: percussion comes last. */
export function compareInstruments(a: Instrument, b: Instrument): number {
  return Number(a.program < 0) - Number(b.program < 0) || a.program - b.program || a.number - b.number;
}
