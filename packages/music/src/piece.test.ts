import { readFileSync } from 'node:fs';
import { readMidi } from '@etude/midi-reader';
import { describe, expect, it } from 'vitest';
import { excerpt } from './excerpt.js';
import { piecesOf } from './piece.js';
import { pieceFromJson, pieceToJson } from './pieces-format.js';
import { canon } from './testing/pieces.js';
import { rescale } from './transform/stretch.js';

describe('a piece', () => {
  it('survives being written as JSON', () => {
    expect(pieceFromJson(pieceToJson(canon))).toEqual(canon);
    const roll = { ...canon, end: 99_999, splitPart: 'test' as const };
    expect(pieceFromJson(pieceToJson(roll))).toEqual(roll);
  });

  it('keeps its end where it is stretched, and has another one where a part is taken out', () => {
    const roll = { ...canon, end: 99_999 };
    expect(rescale(roll, 2 * canon.division).end).toBe(199_998);
    expect(excerpt(roll, 0, 1_000)).not.toHaveProperty('end');
  });

  it('counts quarter notes at 120 a minute where its file counts frames', () => {
    const file = readMidi(readFileSync(new URL('../../../data/prelude-bwv-846.mid', import.meta.url)));
    // 25 frames a second of 40 ticks
    expect(piecesOf({ ...file, division: 0xe728 })[0]!).toMatchObject({ division: 500, tempos: [] });
    expect(piecesOf({ ...file, format: 2 })).toHaveLength(file.tracks.length);
  });
});
