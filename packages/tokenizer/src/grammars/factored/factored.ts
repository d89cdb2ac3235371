import { type Grammar, ticksOfStep } from '../grammar.js';
import { decode } from './decode.js';
import { encode, type FactoredSettings } from './encode.js';
import { factoredVoice } from './given-voice.js';
import { factoredOrder } from './place.js';
import { FactoredReader, type Grid } from './reader.js';
import { factoredMeaning, factoredTokens, transposedToken } from './tokens.js';

/**
 * The factored grammar (docs/grammars/factored.md): bar, position, instrument, pitch, velocity and duration of a note are tokens of their
 * own, in the manner of REMI (Huang and Yang 2020) with MidiTok's names.
 */
export function factoredGrammar(settings: FactoredSettings): Grammar {
  const unit = ticksOfStep(settings.steps);
  const tokens = factoredTokens();
  const grid: Grid = { tokens, stepsPerBeat: settings.steps, unit };
  return {
    division: unit * settings.steps,
    encode: (piece) => encode(piece, settings).map(tokens.write),
    decode: (texts) => decode(texts, grid),
    reader: () => new FactoredReader(grid),
    meaningOf(text) {
      const token = tokens.read(text);
      return token && factoredMeaning(token);
    },
    transposed: (text, semitones) => tokens.changed(text, (token) => transposedToken(token, semitones)),
    startsLine: (text) => text === 'Bar_None',
    maySongStart: (text) => text === 'Bar_None',
    order: factoredOrder(tokens, settings.steps),
    around: (voice, known) => factoredVoice(voice, known, grid),
  };
}
