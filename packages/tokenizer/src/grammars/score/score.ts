import { type Grammar, ticksOfStep } from '../grammar.js';
import { scoreConditions } from './conditions.js';
import { decode } from './decode.js';
import { encode } from './encode.js';
import { scoreVoice } from './given-voice.js';
import { KnownTokens } from './known-tokens.js';
import { linesIn } from './line-plan.js';
import { ScoreReader } from './reader.js';
import { scoreMeaning, scoreTokens } from './tokens.js';

/**
 * The score grammar (docs/grammars/score.md): voices as lines of notes, chords and rests without a gap. The next event is always of the
 * voice that ended first, so that neither places nor bar lines have to be written: two tokens a note. All pieces are written in the
 * signature of C behind a token of their own.
 */
export function scoreGrammar(steps: number, dynamics?: number): Grammar {
  const grid = { stepsPerBeat: steps, dynamics };
  const unit = ticksOfStep(steps);
  const tokens = scoreTokens();
  return {
    division: unit * steps,
    encode(piece, texts) {
      const known = texts && new KnownTokens(texts.flatMap((text) => tokens.read(text) ?? []));
      return encode(piece, grid, known).map(tokens.write);
    },
    decode: (texts) => decode(texts, tokens, { stepsPerBeat: steps, unit }),
    reader: (plan) => new ScoreReader(tokens, { stepsPerBeat: steps, unit, plan }),
    planTokens: ({ metre, bars }) => [
      ...(metre ? [tokens.write({ kind: 'metre', ...metre })] : []),
      ...(bars === undefined ? [] : [tokens.write({ kind: 'bars', count: bars })]),
    ],
    linesOf: (piece) =>
      linesIn(encode(piece, grid), steps).map(({ start, ...line }) => ({ ...line, start: start * unit })),
    meaningOf(text) {
      const token = tokens.read(text);
      return token && scoreMeaning(token);
    },
    // A voice of a song may be silent where those of the music never are.
    neededTokens: [tokens.write({ kind: 'rest' })],
    hasTurns: true,
    conditions: scoreConditions(tokens, steps),
    startsLine: (text) => ['metre', 'part', 'voice'].includes(tokens.read(text)?.kind ?? ''),
    maySongStart: (text) => tokens.read(text)?.kind === 'metre',
    around: (voice, known) => scoreVoice(voice, known, { tokens, stepsPerBeat: steps, unit }),
  };
}
