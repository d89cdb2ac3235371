import { checkKeys } from '../given-voice.js';
import { type GivenVoice, GrammarError, type VoiceRule } from '../grammar.js';
import type { TokenTable } from '../token-table.js';
import type { ChordFrameToken } from './tokens.js';

/**
 * A melody that has nothing above it, or a bass that has nothing below it, in each frame in which it sounds.
 * @throws {GrammarError} for any other part, or where the music never has one of the pitches
 */
export function voiceInFrames(
  { notes, as }: GivenVoice,
  known: readonly string[],
  { tokens, unit }: { tokens: TokenTable<ChordFrameToken>; unit: number },
): () => VoiceRule {
  if (as !== 'melody' && as !== 'bass') {
    throw new GrammarError(`chord-frame tells no parts apart: expected melody or bass, found ${as}`);
  }
  const keyOf = (text: string) => {
    const token = tokens.read(text);
    return token?.kind === 'pitch' ? token.key : undefined;
  };
  const endsFrame = (text: string) => tokens.read(text)?.kind === 'frame';
  checkKeys(notes, new Set(known.flatMap((text) => keyOf(text) ?? [])), 'the music learnt from');
  const keys: (number | undefined)[] = [];
  for (const { start, end, key } of notes) {
    for (let frame = start / unit; frame < end / unit; frame++) {
      const other = keys[frame] ?? key;
      keys[frame] = as === 'melody' ? Math.max(key, other) : Math.min(key, other);
    }
  }
  const begins = keys.flatMap((key, frame) =>
    key === undefined || key === keys[frame - 1] ? [] : [{ start: frame * unit, key, track: 0, channel: 0 }],
  );
  return () => {
    let [frame, isHere] = [0, false];
    return {
      notes: begins,
      verdictOn(token) {
        const wanted = keys[frame];
        const key = keyOf(token);
        if (wanted === undefined || (key === undefined && !endsFrame(token))) return true;
        if (as === 'melody' && key !== undefined)
          return key <= wanted || (isHere ? false : [tokens.write({ kind: 'pitch', key: wanted })]);
        return isHere || key === wanted || [tokens.write({ kind: 'pitch', key: wanted })];
      },
      isOfVoice: (token) => keyOf(token) === keys[frame] && keys[frame] !== undefined,
      add(token) {
        if (endsFrame(token)) [frame, isHere] = [frame + 1, false];
        else if (keyOf(token) === keys[frame]) isHere = true;
      },
    };
  };
}
