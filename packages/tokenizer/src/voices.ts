/** `Program_40`, `Program_40.2`: an instrument of General MIDI, and which of several tracks that have the same one. */
export interface Voice {
  /** 0 to 127; -1 for percussion, as MidiTok writes it */
  readonly program: number;
  /** counted from 1 */
  readonly number: number;
}

export function voiceToken({ program, number }: Voice): string {
  return `Program_${program}${number === 1 ? '' : `.${number}`}`;
}

export function voiceOf(token: string): Voice | undefined {
  const match = /^Program_(-1|\d+)(?:\.(\d+))?$/.exec(token);
  if (match === null) return undefined;
  return { program: Number(match[1]), number: Number(match[2] ?? 1) };
}

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
export function compareVoices(a: Voice, b: Voice): number {
  return Number(a.program < 0) - Number(b.program < 0) || a.program - b.program || a.number - b.number;
}
