import { readMidi } from '@etude/midi-reader';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernToMidi, ScoreError, type ScoreOptions } from '../index.js';
import { heard } from '../testing/heard.js';

/** Lines with blanks in place of tabs; a chord has commas. */
const kern = (...lines: string[]) => lines.map((line) => line.replaceAll(' ', '\t').replaceAll(',', ' ')).join('\n');
const bytes = (text: string) => new TextEncoder().encode(text);
const { read, notes, refusal } = heard(kernToMidi);
const keys = (text: string, options?: ScoreOptions) => notes(text, options).map(([, , , key]) => key);

describe('a **kern spine', () => {
  it('is a part, the last one the first', () => {
    const text = kern(
      ...['**kern **text **kern', '*Ibass * *I"Flute', '*k[b-] * *k[b-]', '*d: * *d:', '*M3/4 * *M3/4', '*MM90 * *'],
      ...[
        '=1 =1 =1',
        '2.D Ky- 4d',
        '. . 4.ee-',
        '. . 8r',
        '=2 =2 =2',
        '4FF# - [2a',
        '2r . .',
        '. . 4a]',
        '== == ==',
        '*- *- *-',
      ],
    );
    const { tracks, tempos, timeSignatures, keySignatures } = read(text);
    expect(tracks.map(({ name }) => name)).toEqual(['', 'Flute', 'bass']);
    expect(tempos).toEqual([{ tick: 0, microseconds: 666_667 }]);
    expect(timeSignatures).toEqual([{ tick: 0, numerator: 3, denominator: 4 }]);
    expect(keySignatures).toEqual([{ tick: 0, sharps: -1, minor: true }]);
    expect(notes(text)).toEqual([
      [0, 0, 1, 62],
      [1, 0, 3, 50],
      [0, 1, 2.5, 75],
      [0, 3, 6, 69],
      [1, 3, 4, 42],
    ]);
  });

  it('has chords, ties, grace notes, and lengths from a long to tuplets', () => {
    expect(notes(kern('**kern', '4c,4e,g', '8q-dd', '=', '0CC', '00DD', '3%2EE', '*-'))).toEqual([
      ...[60, 64, 67].map((key) => [0, 0, 1, key]),
      [0, 1, 9, 36],
      [0, 9, 25, 38],
      [0, 25, 25 + 8 / 3, 40].map((beat) => expect.closeTo(beat, 2)),
    ]);
    expect(notes(kern('**kern', '[4c,4e', '=', '4_c,[4e', '=', '4c],4e]', '4c', '*-'))).toEqual([
      [0, 0, 3, 60],
      [0, 0, 1, 64],
      [0, 1, 3, 64],
      [0, 3, 4, 60],
    ]);
  });

  it('splits into voices, which join again, and changes places', () => {
    const text = kern(
      ...[
        '**kern **kern',
        '4C 4c',
        '* *^',
        '4D 2g 4e',
        '4E . 8d',
        '. . 8f',
        '=2 =2 =2',
        '* *v *v',
        '4F 4c',
        '*x *x',
        '4a 4G',
        '*- *-',
      ],
    );
    const of = (part: number) => notes(text).filter(([track]) => track === part);
    expect(of(0).map(([, start, end, key]) => [start, end, key])).toEqual([
      [0, 1, 60],
      [1, 2, 64],
      [1, 3, 67],
      [2, 2.5, 62],
      [2.5, 3, 65],
      [3, 4, 60],
      [4, 5, 69],
    ]);
    expect(of(1).map(([, , , key]) => key)).toEqual([48, 50, 52, 53, 55]);
  });

  it('is repeated between repeat signs, or read once', () => {
    const text = kern('**kern', '=1', '1c', '=2!|:', '1d', '=3', '1e', '=4:|!', '1f', '==', '*-');
    expect(keys(text)).toEqual([60, 62, 64, 62, 64, 65]);
    expect(keys(text, { scores: 'written' })).toEqual([60, 62, 64, 65]);
  });

  it('that begins with an upbeat has its bars where they are', () => {
    expect(notes(kern('**kern', '*M3/4', '4c', '=1', '2.d', '*-')).map(([, start]) => start)).toEqual([2, 3]);
  });

  const voice = fc.array(fc.tuple(fc.constantFrom('4', '8', '2.', '16', '1', '0'), fc.integer({ min: 36, max: 84 })), {
    minLength: 1,
    maxLength: 15,
  });
  const LENGTHS: Record<string, number> = { 4: 1, 8: 0.5, '2.': 3, 16: 0.25, 1: 4, 0: 8 };
  const NAMES = ['c', 'c#', 'd', 'e-', 'e', 'f', 'f#', 'g', 'g#', 'a', 'b-', 'b'];

  it('gives the notes that were written down, whatever happens beside them', () => {
    fc.assert(
      fc.property(fc.array(voice, { minLength: 1, maxLength: 4 }), (voices) => {
        const expected: number[][] = [];
        const events = new Map<number, Map<number, string>>();
        voices.forEach((line, spine) => {
          let at = 0;
          for (const [length, key] of line) {
            const name = NAMES[key % 12]!;
            const octave = Math.floor(key / 12) - 1;
            const letter = octave >= 4 ? name[0]!.repeat(octave - 3) : name[0]!.toUpperCase().repeat(4 - octave);
            const row = events.get(at) ?? new Map<number, string>();
            events.set(at, row.set(spine, `${length}${letter}${name.slice(1)}`));
            expected.push([voices.length - 1 - spine, at, at + LENGTHS[length]!, key]);
            at += LENGTHS[length]!;
          }
        });
        const rows = [...events]
          .sort(([a], [b]) => a - b)
          .map(([, row]) => voices.map((_, spine) => row.get(spine) ?? '.'));
        const all = [voices.map(() => '**kern'), ...rows, voices.map(() => '*-')];
        const order = (a: number[], b: number[]) => a[1]! - b[1]! || a[0]! - b[0]!;
        expect(notes(all.map((row) => row.join('\t')).join('\r\n'))).toEqual(expected.sort(order));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a file', () => {
  it.each([
    ['', '1:1: there are no notes'],
    ['MThd', '1:1: expected a line of spines such as **kern, found "MThd"'],
    [kern('**text', 'la', '*-'), '1:1: there are no notes'],
    [kern('**kern **kern', '4c', '*- *-'), '2:1: expected 2 tokens with tabs between, found 1'],
    [kern('**kern', 'c', '*-'), '2:1: expected a note with a duration, found "c"'],
    [kern('**kern **kern', '4r 4cccccccc', '*- *-'), '2:4: expected a pitch that MIDI has'],
    [kern('**kern', '000000000c', '*-'), '2:1: expected a note of at most 256 whole notes'],
    [kern('**kern', '4%9999c', '*-'), '2:1: expected a note of at most 256 whole notes'],
    [kern('**kern **kern', '*x *', '*- *-'), '2:1: expected two spines'],
  ])('%j is refused with its place', (text, message) => {
    expect(refusal(text)).toContain(message);
  });

  it('has what is no note listed with its place, and is read around it', () => {
    const { warnings, bytes: midi } = kernToMidi(bytes(kern('**kern', '4c', 'xyz', '4e', '*-')));
    expect(warnings).toEqual([{ line: 3, column: 1, message: '"xyz" is no note' }]);
    expect(readMidi(midi).tracks[1]!.notes).toBe(2);
  });

  it('is read or refused wherever it is cut or changed', () => {
    const text = bytes(
      kern(
        '**kern **kern',
        '*M4/4 *k[f#]',
        '=1 =1',
        '* *^',
        '[4c 2.e 8g',
        '4c] . 8f#',
        '* *v *v',
        '=2:|! =2:|!',
        '*- *-',
      ),
    );
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.nat(127), fc.boolean(), (at, byte, cut) => {
        try {
          kernToMidi(cut ? text.slice(0, at) : text.with(at, byte));
        } catch (error) {
          if (!(error instanceof ScoreError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
