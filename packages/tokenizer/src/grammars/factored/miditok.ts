import type { GrammarSettings } from '../create-grammar.js';
import { GrammarError, TokenError } from '../grammar.js';
import { compareInstruments } from './instruments.js';
import { COMMON_TIME, type Metre } from './place.js';
import { FASTEST, factoredTokens, type Instrument } from './tokens.js';

/** Beats of the longest note. */
const LONGEST_BEATS = 64;
/** MidiTok's steps are those of the metre's beat: of half notes they would be coarser than Etude's. */
const DENOMINATORS = [4, 8, 16, 32, 64];
const NUMERATORS = Array.from({ length: 32 }, (_, i) => i + 1);

/**
 * The factored grammar as a tokenizer of MidiTok, to be loaded by `miditok.REMI(params=path)`. The settings are explained in
 * https://miditok.readthedocs.io/en/v3.1.0/configuration.html, what their tokens have otherwise than Etude's in docs/grammars/factored.md.
 * @returns JSON
 * @throws {GrammarError} for another grammar
 * @example
 * grammarToMiditok({ grammar: 'factored', division: 480, steps: 4, velocities: 32 }); // '{\n  "tokenization": "REMI", …'
 */
export function grammarToMiditok({ grammar, steps }: GrammarSettings): string {
  if (grammar !== 'factored')
    throw new GrammarError(`MidiTok has no such grammar: expected factored, found ${grammar}`);
  const config = {
    pitch_range: [0, 127],
    drums_pitch_range: [0, 127],
    beat_res: { [`0_${LONGEST_BEATS}`]: steps },
    use_velocities: true,
    // Of fewer, MidiTok's would be others than Etude's.
    num_velocities: 127,
    use_tempos: true,
    num_tempos: FASTEST,
    tempo_range: [1, FASTEST],
    log_tempos: false,
    use_time_signatures: true,
    time_signature_range: Object.fromEntries(DENOMINATORS.map((denominator) => [denominator, NUMERATORS])),
    use_programs: true,
    one_token_stream_for_programs: true,
    program_changes: true,
    use_pitchdrum_tokens: true,
    // This sorts chords by key; MidiTok has them by length otherwise.
    remove_duplicated_notes: true,
    use_chords: false,
    use_rests: false,
    use_key_signatures: false,
    use_sustain_pedals: false,
    use_pitch_bends: false,
    use_control_changes: false,
    use_pitch_intervals: false,
    special_tokens: ['PAD', 'BOS', 'EOS', 'MASK'],
    additional_params: { max_bar_embedding: null, use_bar_end_tokens: false, add_trailing_bars: false },
  };
  return `${JSON.stringify({ tokenization: 'REMI', miditok_version: '3.1.0', config }, undefined, 2)}\n`;
}

interface WrittenNote {
  readonly instrument: Instrument;
  readonly key: number;
  readonly velocity: number;
  /** in MidiTok's steps */
  readonly length: number;
}

/**
 * Tokens of the factored grammar as MidiTok spells them. Tracks of one program become one, in which notes that begin together with one key
 * are one, the shortest.
 * @param texts of a piece, without its end
 * @param steps a quarter note
 * @throws {TokenError} at the first token that is none of the grammar
 * @throws {GrammarError} where MidiTok lacks a metre, or the bars of one are no whole steps
 * @example
 * miditokTokens(['Bar_None', 'Position_0', 'Program_40.2', 'Pitch_67', 'Velocity_98', 'Duration_6'], 4);
 * // ['Bar_None', 'TimeSig_4/4', 'Position_0', 'Program_40', 'Pitch_67', 'Velocity_98', 'Duration_1.2.4']
 */
export function miditokTokens(texts: readonly string[], steps: number): string[] {
  const table = factoredTokens();
  const tokens = texts.map((text, index) => {
    const token = table.read(text);
    if (token === undefined) throw new TokenError(index, `expected one of the factored grammar, found "${text}"`);
    return token;
  });
  const result: string[] = [];
  let metre: Metre = COMMON_TIME;
  let instrument: Instrument = { program: 0, number: 1 };
  let playing: number | undefined;
  let [key, velocity] = [0, 0];
  let notes: WrittenNote[] = [];
  /** MidiTok's steps of as many of Etude's */
  const finer = (count: number) => (count * metre.denominator) / 4;
  const writeNotes = () => {
    notes.sort(
      (a, b) =>
        compareInstruments(a.instrument, b.instrument) ||
        a.key - b.key ||
        a.length - b.length ||
        a.velocity - b.velocity,
    );
    notes.forEach(({ instrument: { program }, key, velocity, length }, i) => {
      const before = notes[i - 1];
      if (before?.key === key && before.instrument.program === program) return;
      if (program !== playing) result.push(`Program_${program}`);
      playing = program;
      result.push(`Pitch${program < 0 ? 'Drum' : ''}_${key}`, `Velocity_${velocity}`);
      result.push(`Duration_${Math.floor(length / steps)}.${length % steps}.${steps}`);
    });
    notes = [];
  };
  tokens.forEach((token, i) => {
    switch (token.kind) {
      case 'bar': {
        writeNotes();
        const next = tokens[i + 1];
        if (next?.kind === 'metre') metre = miditokMetre(next, steps);
        result.push('Bar_None', `TimeSig_${metre.numerator}/${metre.denominator}`);
        break;
      }
      case 'position':
        writeNotes();
        result.push(`Position_${finer(token.step)}`);
        break;
      case 'tempo':
        result.push(`Tempo_${token.speed}.0`);
        break;
      case 'instrument':
        instrument = { ...token.instrument, number: 1 };
        break;
      case 'pitch':
        key = token.key;
        break;
      case 'velocity':
        velocity = token.velocity;
        break;
      case 'duration':
        notes.push({ instrument, key, velocity, length: Math.min(LONGEST_BEATS * steps, finer(token.steps)) });
        break;
    }
  });
  writeNotes();
  return result;
}

/** The metre, in quarter notes where its beats are longer. */
function miditokMetre({ numerator, denominator }: Metre, steps: number): Metre {
  const shorter = Math.max(1, 4 / denominator);
  const metre = { numerator: numerator * shorter, denominator: denominator * shorter };
  if (!NUMERATORS.includes(metre.numerator) || !DENOMINATORS.includes(metre.denominator)) {
    throw new GrammarError(`MidiTok has no metre of ${numerator}/${denominator}`);
  }
  if (Number.isInteger((steps * 4 * numerator) / denominator)) return metre;
  throw new GrammarError(`bars of ${numerator}/${denominator} are no whole steps, as those of MidiTok are`);
}
