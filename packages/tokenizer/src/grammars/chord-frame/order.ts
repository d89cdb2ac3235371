import { END_OF_PIECE, type GrammarState, type TokenOrder } from '../grammar.js';
import type { TokenTable } from '../token-table.js';
import type { ChordFrameToken } from './tokens.js';

/** Where one stands: at the beginning of a piece, between two frames, or in a frame behind a pitch. */
export interface Frame extends GrammarState {
  /** the last pitch of the frame */
  readonly pitch?: number;
}

export const START: Frame = { key: 'start' };
const BETWEEN: Frame = { key: 'between' };

/** Where a token leads; undefined where it may not come: the pitches of a frame rise. */
export function frameAfter(frame: Frame, token: ChordFrameToken): Frame | undefined {
  switch (token.kind) {
    case 'frame':
      return BETWEEN;
    case 'transposed':
      // A piece may begin with how far it is transposed.
      return frame === START ? BETWEEN : undefined;
    case 'pitch':
      return token.key > (frame.pitch ?? -1) ? { key: `${token.key}`, pitch: token.key } : undefined;
  }
}

export function frameOrder(tokens: TokenTable<ChordFrameToken>): TokenOrder {
  return {
    start: START,
    follow(state, text) {
      if (text === END_OF_PIECE) return state === START || state === BETWEEN ? START : undefined;
      const token = tokens.read(text);
      return token && frameAfter(state as Frame, token);
    },
  };
}
