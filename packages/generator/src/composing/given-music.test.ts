import { readFileSync } from 'node:fs';
import { readMidi } from '@etude/midi-reader';
import { writeMidi } from '@etude/midi-writer';
import { notesOf, piecesOf } from '@etude/music';
import { createGrammar } from '@etude/tokenizer';
import { expect, it } from 'vitest';
import { type GivenFile, givenMusic } from './given-music.js';

const prelude = piecesOf(readMidi(readFileSync(new URL('../../../../data/prelude-bwv-846.mid', import.meta.url))))[0]!;
const file = (bytes: Uint8Array, path: string): GivenFile => ({ path, bytes: () => bytes });

it('takes sections of its own from MIDI and ABC files by their names', async () => {
  const settings = { grammar: 'event-text', division: 480, steps: 0, velocities: 32 } as const;
  const abc = 'X:1\nT:mine\nM:4/4\nL:1/4\nQ:1/4=90\nK:C\nCEGc|\n';
  const midi = readFileSync(new URL('../../../../data/prelude-bwv-846.mid', import.meta.url));
  const files = [file(Buffer.from(abc), 'mine.abc'), file(midi, 'prelude.mid')];
  const given = await givenMusic(files, settings, createGrammar(settings));
  expect(notesOf(given.get('mine')!).map(({ key }) => key)).toEqual([60, 64, 67, 72]);
  expect(notesOf(given.get('prelude')!)).toHaveLength(notesOf(prelude).length);
  const broken = givenMusic([file(Buffer.from('MThd'), 'A.mid')], settings, createGrammar(settings));
  await expect(broken).rejects.toThrow('A.mid');
  const setUp = writeMidi({
    format: 0,
    division: 480,
    tracks: [{ events: [{ tick: 0, status: 0xc0, data1: 40, data2: 0 }] }],
  });
  const silent = givenMusic([file(setUp, 'my/A.mid')], settings, createGrammar(settings));
  await expect(silent).rejects.toThrow('my/A.mid: there are no notes in it; the tracks are 0 (0 notes)');
});

it('says where in an ABC file what is not understood, and refuses one that cannot be played', async () => {
  const settings = { grammar: 'event-text', division: 480, steps: 0, velocities: 32 } as const;
  const read = async (music: string) => {
    const said: string[] = [];
    const abc = file(Buffer.from(`X:1\nM:4/4\nL:1/4\nK:C\n${music}\n`), 'my/A.abc');
    await givenMusic([abc], settings, createGrammar(settings), (line) => said.push(line));
    return said;
  };
  expect(await read('CD!sf!EF|')).toEqual(['my/A.abc:5:3: Unknown decoration: sf']);
  expect((await read('kC'.repeat(20))).at(-1)).toBe('my/A.abc: and 10 more of that');
  await expect(read('CDEF|d999999999|')).rejects.toThrow(/^my\/A\.abc:5:6: expected a note or rest of at most 256/);
  await expect(read('CDEF|\nM:3/0\nCDE|')).rejects.toThrow(/^my\/A\.abc:6:1: expected a metre/);
});
