import { describe, expect, it } from 'vitest';
import { readMidi } from './index.js';
import { decodeText } from './text.js';

const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));

describe('a text of a file', () => {
  it.each<[string, Uint8Array, string]>([
    ['ASCII', latin1('  Violin \0'), 'Violin'],
    ['UTF-8', Uint8Array.from(Buffer.from('Flöte 笛')), 'Flöte 笛'],
  ])('is %s as it is, without its bytes', (_, bytes, text) => {
    expect(decodeText(bytes)).toEqual({ text });
  });

  it.each<[string, number[], string]>([
    ['katakana', [0x83, 0x73, 0x83, 0x41, 0x83, 0x6d], 'ピアノ'],
    ['katakana of half width', [0xcb, 0xdf, 0xb1, 0xc9], 'ﾋﾟｱﾉ'],
    ['kanji between letters', [0x31, 0x20, 0x8e, 0x4f, 0x96, 0xa1, 0x90, 0xfc, 0x20, 0x52], '1 三味線 R'],
    ['one kanji', [0x93, 0x4a], '笛'],
  ])('is Shift-JIS: %s', (_, bytes, text) => {
    expect(decodeText(Uint8Array.from(bytes))).toEqual({ text, bytes: Buffer.from(bytes).toString('latin1') });
  });

  it.each([
    'Klavier für Anfänger',
    'Bläser',
    'Größe',
    'Clé de sol créée',
    'Guitare électrique',
    'Contrabaß',
    'Señor Ñandú',
  ])('is Latin-1: %s', (text) => {
    expect(decodeText(latin1(text))).toEqual({ text, bytes: text });
  });

  it('names a track, with its bytes where they are not UTF-8', () => {
    const name = [...latin1('Flöte')];
    const track = [0, 0xff, 3, name.length, ...name, 0, 0xff, 0x2f, 0];
    const file = [...latin1('MThd'), 0, 0, 0, 6, 0, 0, 0, 1, 0, 96, ...latin1('MTrk'), 0, 0, 0, track.length, ...track];
    expect(readMidi(Uint8Array.from(file)).tracks[0]).toMatchObject({ name: 'Flöte', nameBytes: 'Flöte' });
  });
});
