import { isNoteOn, readMidi } from '@etude/midi-reader';
import abcjs from 'abcjs';
import { describe, expect, it } from 'vitest';
import { AbcError, type AbcOptions, abcToMidi, tunesOf } from './index.js';

const HEAD = 'X:1\nT:a\nM:4/4\nL:1/4\nK:C\n';
/** Start and pitch of every note of the first voice, in quarter notes. */
function notes(music: string, options?: AbcOptions): [number, number][] {
  const { tracks, division } = readMidi(abcToMidi(HEAD + music, options).bytes, { strict: true });
  return [...tracks[1]!.events].filter(isNoteOn).map(({ tick, data1 }) => [tick / division, data1]);
}

describe('a book', () => {
  const book =
    '%%MIDI program 40\nX:1\nT:One\nL:1/4\nK:C\nCDEF|\n\nX:7\nT:Two\nT:Deux\nK:C\nC!c d!|\n\nX:3\nL:1/4\nK:C\nGGGG|\n';

  it('is read tune by tune, and one that cannot be read costs none of the others', () => {
    const tunes = [...tunesOf(book)];
    expect(tunes.map(({ title, place }) => [title, place.line])).toEqual([
      ['One', 2],
      ['Two', 8],
      ['', 14],
    ]);
    const [first, second, third] = tunes.map(({ music }) => music);
    expect(second).toBeInstanceOf(AbcError);
    expect([(second as AbcError).line, (second as AbcError).message]).toEqual([12, expect.stringContaining('notes')]);
    for (const music of [first, third]) {
      const { tracks } = readMidi((music as { bytes: Uint8Array }).bytes, { strict: true });
      expect(tracks[1]!.notes).toBe(4);
      // What stands at the head of the file counts for each.
      expect([...tracks[1]!.events][0]).toMatchObject({ status: 0xc0, data1: 40 });
    }
  });
});

describe('a score', () => {
  const music = '|:CD{e}EF|1 GGGG:|2 !trill!AAAA|]';

  it('is played with its repeats, endings and ornaments', () => {
    const keys = notes(music).map(([, key]) => key);
    expect(keys.filter((key) => key === 60)).toHaveLength(2);
    expect(keys.filter((key) => key === 67)).toHaveLength(4);
    expect(keys).toContain(76);
    expect(keys.length).toBeGreaterThan(20);
  });

  it('is read as it is written: every bar once, every note as long as it says', () => {
    const keys = [60, 62, 64, 65, 67, 67, 67, 67, 69, 69, 69, 69];
    expect(notes(music, { scores: 'written' })).toEqual(keys.map((key, beat) => [beat, key]));
  });

  it('takes a tie that leads to no note of its pitch for a slur', () => {
    expect(notes('C-D E C|C-|C D-E D|D4-|')).toEqual(
      [60, 62, 64, 60, 60, 62, 64, 62, 62].map((key, index) => [[0, 1, 2, 3, 4, 6, 7, 8, 9][index], key]),
    );
  });
});

describe('key signatures', () => {
  const signatures = (fields: string) =>
    readMidi(abcToMidi(`X:1\nM:4/4\nL:1/4\nK:${fields}`, { keySignatures: true }).bytes, { strict: true })
      .keySignatures;

  it('are left out unless they are asked for', () => {
    expect(readMidi(abcToMidi(`${HEAD.replace('K:C', 'K:G')}GGGG|`).bytes).keySignatures).toEqual([]);
  });

  it('have as many sharps or flats as are drawn', () => {
    for (const tonic of ['C', 'D', 'E', 'F', 'G', 'A', 'B', 'F#', 'C#', 'Bb', 'Eb', 'Ab', 'Db']) {
      for (const mode of ['', 'm', 'minor', 'dor', 'Mix', 'phr', 'Lydian', 'loc', 'aeo', 'ion']) {
        const [tune] = abcjs.parseOnly(`X:1\nK:${tonic}${mode}\nC|`);
        const { accidentals = [] } = tune!.getKeySignature() as { accidentals?: { acc: string }[] };
        // Keys of more than seven have no signature, and abcjs draws something else for some.
        if (accidentals.length === 0) continue;
        const drawn = accidentals.length * (accidentals[0]!.acc === 'sharp' ? 1 : -1);
        const minor = ['m', 'minor', 'aeo'].includes(mode);
        const found = signatures(`${tonic}${mode}\nCDEF|`);
        if (found.length > 0)
          expect([tonic + mode, found]).toEqual([tonic + mode, [{ tick: 0, sharps: drawn, minor }]]);
      }
    }
  });

  it('change where the tune changes its key, and begin with a bar that an upbeat does not fill', () => {
    expect(signatures('Am\nC|CDEF|[K:D]DEFG|\nK:Ador\nAAAA|')).toEqual([
      { tick: 0, sharps: 0, minor: true },
      { tick: 2 * 1920, sharps: 2, minor: false },
      { tick: 3 * 1920, sharps: 1, minor: false },
    ]);
    expect(signatures('none\nCDEF|')).toEqual([]);
    expect(signatures('Hp\nAAAA|')).toEqual([{ tick: 0, sharps: 2, minor: false }]);
  });
});
