import { readFileSync } from 'node:fs';
import { readMidi } from '@etude/midi-reader';
import { describe, expect, it } from 'vitest';
import { piecesOf } from './piece.js';
import { pieceFromJson, pieceToJson } from './pieces-format.js';
import { canon } from './testing/pieces.js';

describe('a piece', () => {
  it('survives being written as JSON', () => {
    expect(pieceFromJson(pieceToJson(canon))).toEqual(canon);
  });

  it('counts quarter notes at 120 a minute where its file counts frames', () => {
    const file = readMidi(readFileSync(new URL('../../../data/prelude-bwv-846.mid', import.meta.url)));
    // 25 frames a second of 40 ticks
    expect(piecesOf({ ...file, division: 0xe728 })[0]!).toMatchObject({ division: 500, tempos: [] });
    expect(piecesOf({ ...file, format: 2 })).toHaveLength(file.tracks.length);
  });
});
