const LETTERS: Readonly<Record<string, number>> = { c: 0, d: 2, e: 4, f: 5, g: 7, a: 9, b: 11 };
const MODES: Readonly<Record<string, boolean>> = { aeo: true };

/** A note or rest of a data token (`**kern`, "Pitch", "Duration"). */
export interface KernNote {
  /** whole notes; undefined where it is that of the note before it in a chord */
  readonly length: number | undefined;
  /** how many of it make a whole note, its dots counted: what units have to be divisible by */
  readonly parts: number;
  /** MIDI key; undefined for a rest */
  readonly key: number | undefined;
  readonly isGrace: boolean;
  /** to the next note of its pitch */
  readonly isTied: boolean;
}

/** The notes of a data token, of which a chord has several; undefined in place of what is neither note nor rest. */
export function notesOfToken(text: string): (KernNote | undefined)[] {
  return text.split(' ').filter(Boolean).map(noteOf);
}

function noteOf(text: string): KernNote | undefined {
  const [, reciprocal, over = '1', dots = ''] = /(\d+)(?:%(\d+))?(\.*)/.exec(text) ?? [];
  const [, letters, accidentals = ''] = /([a-g]+|[A-G]+)([#n-]*)/.exec(text) ?? [];
  const isRest = text.includes('r');
  if (!isRest && (letters === undefined || new Set(letters).size > 1)) return undefined;
  return {
    ...lengthOf(reciprocal, Number(over), dots.length),
    key: isRest ? undefined : keyOf(letters!, accidentals),
    isGrace: /[qQ]/.test(text),
    isTied: /[[_]/.test(text),
  };
}

/** `4` is a quarter note, `0` a breve, `00` a long, `3%2` two thirds of a whole note. */
function lengthOf(reciprocal: string | undefined, over: number, dots: number): Pick<KernNote, 'length' | 'parts'> {
  if (reciprocal === undefined) return { length: undefined, parts: 1 };
  const dotted = 2 - 0.5 ** dots;
  if (/^0+$/.test(reciprocal)) return { length: 2 ** reciprocal.length * dotted, parts: 2 ** dots };
  const count = Number(reciprocal);
  return { length: (over / count) * dotted, parts: count * 2 ** dots };
}

/** `c` is middle C, `cc` the C above, `C` the one below and `CC` the next. */
function keyOf(letters: string, accidentals: string): number {
  const letter = letters[0]!.toLowerCase();
  const octave = letters[0] === letter ? 3 + letters.length : 4 - letters.length;
  const alter = [...accidentals].reduce((sum, each) => sum + (each === '#' ? 1 : each === '-' ? -1 : 0), 0);
  return 12 * (octave + 1) + LETTERS[letter]! + alter;
}

/** What a tandem interpretation says that counts here. */
export type Tandem =
  | { readonly kind: 'metre'; readonly numerator: number; readonly denominator: number }
  | { readonly kind: 'signature'; readonly sharps: number }
  | { readonly kind: 'mode'; readonly minor: boolean }
  | { readonly kind: 'tempo'; readonly microseconds: number }
  | { readonly kind: 'name'; readonly name: string };

export function tandemOf(text: string): Tandem | undefined {
  const [, beats, type] = /^\*M(\d+)\/(\d+)$/.exec(text) ?? [];
  if (beats !== undefined) {
    const [numerator, denominator] = [Number(beats), Number(type)];
    const isMetre = numerator >= 1 && numerator <= 255 && [1, 2, 4, 8, 16, 32, 64, 128].includes(denominator);
    return isMetre ? { kind: 'metre', numerator, denominator } : undefined;
  }
  const [, accidentals] = /^\*k\[([a-g#-]*)\]/.exec(text) ?? [];
  if (accidentals !== undefined) {
    const sharps = accidentals.split('#').length - accidentals.split('-').length;
    return Math.abs(sharps) <= 7 ? { kind: 'signature', sharps } : undefined;
  }
  const [, tonic, mode] = /^\*([a-gA-G])[#-]?:(\w*)$/.exec(text) ?? [];
  if (tonic !== undefined)
    return { kind: 'mode', minor: mode ? (MODES[mode] ?? false) : tonic === tonic.toLowerCase() };
  const [, perMinute] = /^\*MM(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (perMinute !== undefined) {
    const microseconds = Math.round(60e6 / Number(perMinute));
    return microseconds >= 1 && microseconds <= 0xff_ffff ? { kind: 'tempo', microseconds } : undefined;
  }
  const [, quoted, code] = /^\*I(?:"(.+)|([a-z]\w*))$/.exec(text) ?? [];
  const name = quoted ?? code;
  return name === undefined ? undefined : { kind: 'name', name };
}
