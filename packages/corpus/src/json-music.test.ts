import { barsOf, keyOf, notesOf } from '@etude/music';
import { describe, expect, it } from 'vitest';
import { isJson, piecesOfJson } from './json-music.js';

const rolls = { train: [[[64, 60], [60, 62], [60]]], valid: [[[], [60], []]], test: [[]] };
const read = (value: unknown, framesPerBeat = 1) => piecesOfJson(JSON.stringify(value), framesPerBeat);

describe('piano rolls', () => {
  it('are pieces of notes that last as long as a key sounds, each with the part that it belongs to', () => {
    const pieces = read(rolls);
    expect(pieces.map(({ splitPart, end }) => [splitPart, end])).toEqual([
      ['training', undefined],
      ['validation', 3 * 480],
      ['test', undefined],
    ]);
    expect(notesOf(pieces[0]!).map(({ key, start, end }) => [key, start, end])).toEqual([
      [60, 0, 1440],
      [64, 0, 480],
      [62, 480, 960],
    ]);
    expect(notesOf(pieces[1]!).map(({ key, start, end }) => [key, start, end])).toEqual([[60, 480, 960]]);
  });

  it.each([1, 2, 7, 96])('have frames of equal length, %i a quarter note', (framesPerBeat) => {
    const [piece] = read(rolls, framesPerBeat);
    const unit = piece!.division / framesPerBeat;
    expect(Number.isInteger(unit) && piece!.division >= 480).toBe(true);
    expect(notesOf(piece!).map(({ start, end }) => [start / unit, end / unit])).toEqual([
      [0, 3],
      [0, 1],
      [1, 2],
    ]);
  });

  it('are told from MIDI by their content', () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(['{}', ' \n[1]', '\uFEFF{}', 'MThd', 'RIFF', '', '  ', '5'].map((text) => isJson(bytes(text)))).toEqual([
      ...[true, true, true, false, false, false, false, false],
    ]);
  });

  it('may be tunes: start, length and key of each note in 24ths of a quarter note, an upbeat and a mode', () => {
    const tune = {
      title: 'A',
      metre: [3, 4],
      tonic: 2,
      upbeat: 12,
      notes: [
        [0, 12, 60],
        [12, 36, 62],
      ],
    };
    const [piece, other] = read({ train: [tune], valid: [{ ...tune, tonic: 9, upbeat: 0 }] });
    expect(notesOf(piece!).map(({ key, start, end }) => [key, start, end])).toEqual([
      [60, 0, 240],
      [62, 240, 960],
    ]);
    const bars = barsOf(piece!.timeSignatures, piece!.division);
    expect([bars.next().value.length, bars.next().value.length]).toEqual([240, 3 * 480]);
    expect([keyOf(piece!), keyOf(other!)]).toEqual([
      { tonic: 2, minor: false },
      { tonic: 9, minor: true },
    ]);
    expect([piece!.splitPart, other!.splitPart]).toEqual(['training', 'validation']);
    expect(other!.timeSignatures).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['{', 'JSON'],
    ['5', 'expected object'],
    [JSON.stringify({ train: [{ metre: [3, 5], tonic: 0, upbeat: 0, notes: [] }] }), 'train.0.metre.1: '],
    [JSON.stringify({ train: [{ metre: [3, 4], tonic: 0, upbeat: 0, notes: [[0, 0, 60]] }] }), 'train.0.notes.0.1: '],
    [JSON.stringify({ ...rolls, valid: [[[60], [128]]] }), 'valid.0.1.0: Too big: expected number to be <=127'],
    [JSON.stringify({ ...rolls, test: [[60]] }), 'test.0.0: Invalid input: expected array'],
  ])('that are none are an error that says where: %s', (json, message) => {
    expect(() => piecesOfJson(json, 1)).toThrow(message);
  });
});
