import type { Element } from './document.js';

const STEPS: Readonly<Record<string, number>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
/** Quarter notes that a beat unit lasts. */
const UNITS: Readonly<Record<string, number>> = {
  ...{ breve: 8, whole: 4, half: 2, quarter: 1, eighth: 0.5, '16th': 0.25, '32nd': 0.125 },
};

/** The MIDI key of a `pitch`, quarter tones rounded; undefined where it says none. */
export function soundingKey(pitch: Element, transposition: number): number | undefined {
  const step = STEPS[pitch.text('step') ?? ''];
  const octave = pitch.number('octave');
  if (step === undefined || octave === undefined) return undefined;
  return 12 * (octave + 1) + step + (pitch.number('alter') ?? 0) + transposition;
}

/** Semitones from what is written to what sounds, of a `transpose`. */
export function transpositionOf(transpose: Element): number {
  const semitones = (transpose.number('chromatic') ?? 0) + 12 * (transpose.number('octave-change') ?? 0);
  return Number.isFinite(semitones) ? Math.round(semitones) : 0;
}

/** The key signature that a `key` stands for, as it sounds; undefined where it is not one of up to seven sharps or flats. */
export function keyOf(key: Element, transposition: number): { sharps: number; minor: boolean } | undefined {
  const written = key.number('fifths');
  if (written === undefined || !Number.isInteger(written)) return undefined;
  // A semitone up is seven fifths up, or five down.
  const moved = (((transposition * 7) % 12) + 12) % 12;
  const sharps = [written + moved, written + moved - 12].sort((a, b) => Math.abs(a) - Math.abs(b))[0]!;
  const sounding = moved === 0 ? written : sharps;
  return Math.abs(sounding) <= 7 ? { sharps: sounding, minor: key.text('mode') === 'minor' } : undefined;
}

/** The metre that a `time` stands for, sums added up; undefined where it is none that MIDI has. */
export function metreOf(time: Element): { numerator: number; denominator: number } | undefined {
  const sums = time.all('beats').map((beats) =>
    beats
      .text()!
      .split('+')
      .reduce((sum, part) => sum + Number(part), 0),
  );
  const types = time.all('beat-type').map((type) => type.number()!);
  if (sums.length === 0 || sums.length !== types.length) return undefined;
  const denominator = types.reduce((most, type) => Math.max(most, type));
  const numerator = sums.reduce((sum, beats, index) => sum + (beats * denominator) / types[index]!, 0);
  const isMetre = Number.isInteger(numerator) && numerator >= 1 && numerator <= 255;
  return isMetre && [1, 2, 4, 8, 16, 32, 64, 128].includes(denominator) ? { numerator, denominator } : undefined;
}

/** Microseconds a quarter note of a `metronome`; undefined where it says something else. */
export function microsecondsOf(metronome: Element): number | undefined {
  const unit = UNITS[metronome.text('beat-unit') ?? ''];
  const [, perMinute] = /(\d+(?:\.\d+)?)/.exec(metronome.text('per-minute') ?? '') ?? [];
  if (unit === undefined || perMinute === undefined) return undefined;
  const quarterNotes = unit * (2 - 0.5 ** metronome.all('beat-unit-dot').length);
  return Math.round(60e6 / (Number(perMinute) * quarterNotes));
}
