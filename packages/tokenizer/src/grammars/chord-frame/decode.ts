import { type ChannelEvent, ChannelEvents } from '@etude/midi-reader';
import type { Piece } from '@etude/music';
import { TokenError } from '../grammar.js';
import { PLAIN_VELOCITY } from '../near-velocity.js';
import type { TokenTable } from '../token-table.js';
import { type Frame, frameAfter, START } from './order.js';
import type { ChordFrameToken } from './tokens.js';

/** @throws {TokenError} at the first token that may not stand where it does */
export function decode(
  texts: readonly string[],
  tokens: TokenTable<ChordFrameToken>,
  { unit, division }: { unit: number; division: number },
): Piece {
  const events: ChannelEvent[] = [];
  let sounding = new Set<number>();
  let frame = new Set<number>();
  let tick = 0;
  let state: Frame = START;
  const endFrame = () => {
    for (const key of sounding) if (!frame.has(key)) events.push({ tick, status: 0x80, data1: key, data2: 0 });
    for (const key of frame)
      if (!sounding.has(key)) events.push({ tick, status: 0x90, data1: key, data2: PLAIN_VELOCITY });
    [sounding, frame] = [frame, new Set()];
    tick += unit;
  };
  texts.forEach((text, index) => {
    const token = tokens.read(text);
    const next = token && frameAfter(state, token);
    if (next === undefined) {
      throw new TokenError(index, `expected a higher pitch or Frame_None of the chord-frame grammar, found "${text}"`);
    }
    state = next;
    if (token?.kind === 'frame') endFrame();
    else if (token?.kind === 'pitch') frame.add(token.key);
  });
  // The last frame ends without a token where a song was cut, and a frame of silence ends all that sounds.
  if (frame.size > 0) endFrame();
  const end = sounding.size === 0 && tick > 0 ? { end: tick } : {};
  endFrame();
  const tracks = [{ name: '', events: ChannelEvents.of(events) }];
  return { division, tempos: [], timeSignatures: [], keySignatures: [], tracks, ...end };
}
