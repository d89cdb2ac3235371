/** Bytes that are not what the Standard MIDI Files 1.0 specification asks for. */
export class MidiError extends Error {
  /** byte offset in the file where the trouble begins */
  readonly offset: number;

  constructor(offset: number, problem: string) {
    super(`byte ${offset}: ${problem}`);
    this.name = 'MidiError';
    this.offset = offset;
  }
}

/**
 * Two lower-case hexadecimal digits.
 * @example
 * hex(255); // 'ff'
 */
export function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
