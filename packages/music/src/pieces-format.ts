import { ChannelEvents } from '@etude/midi-reader';
import { type Piece, type PieceTrack, toPieceTrack } from './piece.js';
import { joinLines, textLines } from './text-lines.js';

/** Pieces as JSON, a line each; lines are written as {@link pieceToJson} made them. */
export const piecesFormat = {
  *parseEach(bytes: Uint8Array): Generator<Piece> {
    let count = 0;
    for (const line of textLines(bytes)) {
      count += 1;
      yield pieceFromJson(line);
    }
    if (count === 0) throw new Error('expected a piece a line, found none');
  },
  serialize: (lines: Iterable<string>): Uint8Array => joinLines(lines),
};

/**
 * JSON on one line; the events of a track are one list of numbers, four an event: tick, status, data1, data2.
 * @example
 * pieceFromJson(pieceToJson(piece)); // the same piece
 */
export function pieceToJson({ tracks, division, tempos, timeSignatures, keySignatures, ...rest }: Piece): string {
  const flat = tracks.map((track) => {
    const numbers: number[] = [];
    for (const { tick, status, data1, data2 } of track.events) numbers.push(tick, status, data1, data2);
    return { ...toPieceTrack(track), events: numbers };
  });
  const { end, splitPart } = rest;
  return JSON.stringify({ division, tempos, timeSignatures, keySignatures, end, splitPart, tracks: flat });
}

/**
 * The inverse of {@link pieceToJson}.
 * @throws {SyntaxError} where it is not JSON
 * @example
 * pieceFromJson(pieceToJson(canon)).tracks.length; // 6, as canon has
 */
export function pieceFromJson(json: string): Piece {
  const { tracks, ...rest } = JSON.parse(json) as Omit<Piece, 'tracks'> & {
    tracks: (Omit<PieceTrack, 'events'> & { events: number[] })[];
  };
  return {
    ...rest,
    tracks: tracks.map(({ events: numbers, ...named }) => {
      const count = numbers.length / 4;
      const events = new ChannelEvents(new Float64Array(count), new Int32Array(count));
      for (let i = 0, at = 0; i < count; i++) {
        events.ticks[i] = numbers[at++]!;
        events.messages[i] = (numbers[at++]! << 16) | (numbers[at++]! << 8) | numbers[at++]!;
      }
      return { ...named, events };
    }),
  };
}
