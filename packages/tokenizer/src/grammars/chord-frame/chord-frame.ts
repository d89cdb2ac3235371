import { type Grammar, type NoteReader, ticksOfStep } from '../grammar.js';
import type { TokenTable } from '../token-table.js';
import { frameConditions } from './conditions.js';
import { decode } from './decode.js';
import { encode, type FrameSettings } from './encode.js';
import { voiceInFrames } from './given-voice.js';
import { frameOrder } from './order.js';
import { type ChordFrameToken, chordFrameMeaning, chordFrameTokens, transposedToken } from './tokens.js';

/**
 * The chord-frame grammar (docs/grammars/chord-frame.md): for each step of the grid the pitches that sound, low to high, and an end of
 * frame. What holds the same pitch in two frames is one note. It is how likelihoods of chorales are published (Boulanger-Lewandowski
 * et al. 2012): per frame, as the sum over its tokens.
 */
export function chordFrameGrammar({ steps, keyToken = false }: FrameSettings): Grammar {
  const unit = ticksOfStep(steps);
  const tokens = chordFrameTokens();
  const division = unit * steps;
  return {
    division,
    encode: (piece) => encode(piece, { steps, keyToken }).map(tokens.write),
    decode: (texts) => decode(texts, tokens, { unit, division }),
    reader: () => frameReader(tokens, unit),
    meaningOf(text) {
      const token = tokens.read(text);
      return token && chordFrameMeaning(token);
    },
    transposed: (text, semitones) => tokens.changed(text, (token) => transposedToken(token, semitones)),
    conditions: frameConditions(tokens),
    startsLine: (text) => tokens.read(text)?.kind === 'frame',
    maySongStart: (text) => tokens.read(text)?.kind === 'pitch',
    order: frameOrder(tokens),
    around: (voice, known) => voiceInFrames(voice, known, { tokens, unit }),
  };
}

function frameReader(tokens: TokenTable<ChordFrameToken>, unit: number): NoteReader {
  let [start, sounding, frame] = [0, new Set<number>(), new Set<number>()];
  return {
    notePlace() {
      // Of as many voices the lowest is the lowest again.
      const [before, here] = [[...sounding], [...frame]];
      const moves = here.map((to, voice) => ({ from: before[voice] ?? to, to })).filter(({ from, to }) => from !== to);
      return { inBar: start, sounding: here, before: before[here.length], moves };
    },
    noteOf(text) {
      const token = tokens.read(text);
      if (token?.kind !== 'pitch' || sounding.has(token.key)) return undefined;
      return { start, key: token.key, track: 0, channel: 0 };
    },
    allows(text) {
      const token = tokens.read(text);
      // Other keys are learned from; songs are in that of the music.
      return token?.kind !== 'transposed' || token.semitones === 0;
    },
    timeAfter: (text) => (tokens.read(text)?.kind === 'frame' ? start + unit : start),
    add(text) {
      const token = tokens.read(text);
      if (token?.kind === 'pitch') frame.add(token.key);
      else if (token?.kind === 'frame') [start, sounding, frame] = [start + unit, frame, new Set()];
    },
  };
}
