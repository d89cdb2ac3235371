import { ChannelEvents } from '@etude/midi-reader';
import type { Piece } from '@etude/music';
import { expect, it } from 'vitest';
import { LearnedMusic } from './learned-music.js';

const piece = (numerator: number, sharps: number): Piece => ({
  ...{ division: 480, tempos: [], tracks: [] },
  timeSignatures: [{ tick: 0, numerator, denominator: 4 }],
  keySignatures: [{ tick: 0, sharps, minor: false }],
});

it('finds the first piece with the most frequent metre and, of those, the most frequent key', () => {
  const [inFour, inC, inG, again] = [piece(4, 1), piece(3, 0), piece(3, 1), piece(3, 1)];
  expect(new LearnedMusic([inFour, inC, inG, again]).typical).toBe(inG);
  expect(new LearnedMusic([inFour, inC]).typical).toBe(inFour);
});

it('knows how long nearly all pieces of a corpus last, and of one piece nothing', () => {
  const lasting = (quarters: number): Piece => ({
    ...piece(4, 0),
    tracks: [
      {
        name: '',
        events: ChannelEvents.of([
          { tick: 0, status: 0x90, data1: 60, data2: 80 },
          { tick: quarters * 480, status: 0x80, data1: 60, data2: 0 },
        ]),
      },
    ],
  });
  const twenty = [2, ...Array.from({ length: 19 }, (_, i) => 30 + i)].map(lasting);
  expect(new LearnedMusic(twenty).shortest).toBe(30);
  expect(new LearnedMusic(twenty.slice(0, 2)).shortest).toBe(2);
  expect(new LearnedMusic(twenty.slice(1, 2)).shortest).toBe(0);
  expect(new LearnedMusic(twenty).longestNote).toBe(48);
});
