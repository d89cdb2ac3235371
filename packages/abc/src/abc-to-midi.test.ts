import { isNoteOn, readMidi, type Track } from '@etude/midi-reader';
import { describe, expect, it } from 'vitest';
import { AbcError, abcToMidi } from './index.js';

const HEAD = 'X:1\nT:a\nM:4/4\nL:1/4\nK:C\n';
const read = (abc: string) => readMidi(abcToMidi(abc).bytes, { strict: true });
const starts = (track: Track | undefined) => [...track!.events].filter(isNoteOn).map(({ tick }) => tick);

/** Where and why a text is refused. */
function refusal(abc: string): string {
  try {
    abcToMidi(abc);
  } catch (error) {
    expect(error).toBeInstanceOf(AbcError);
    const { line, column, message } = error as AbcError;
    expect(message).not.toMatch(/NaN|undefined|TypeError|&gt;|&lt;/);
    return `${line}:${column}: ${message}`;
  }
  throw new Error('expected an error');
}

describe('tempo and metre', () => {
  it('changes the tempo and leaves the notes as long as they are written', () => {
    const { tempos, tracks } = read(`${HEAD.replace('K:', 'Q:1/4=120\nK:')}CDEF|[Q:1/4=60]CDEF|\nQ:3/8=40\nG4|`);
    expect(starts(tracks[1])).toEqual([0, 480, 960, 1440, 1920, 2400, 2880, 3360, 3840]);
    expect(tempos).toEqual([
      { tick: 0, microseconds: 500_000 },
      { tick: 1920, microseconds: 1_000_000 },
      // In the same place 40 dotted quarter notes a minute are 60 quarter notes.
    ]);
  });

  it('goes back to the first tempo and metre where a repeat does', () => {
    const { tempos, timeSignatures } = read(`${HEAD}|:CDEF|[Q:1/4=60][M:3/4]CDE:|\n`);
    const ticks = [0, 1920, 3360, 5280];
    expect(tempos.map(({ tick, microseconds }) => [tick, microseconds])).toEqual(
      ticks.map((tick, i) => [tick, i % 2 === 0 ? 500_000 : 1_000_000]),
    );
    expect(timeSignatures.map(({ tick, numerator }) => [tick, numerator])).toEqual(
      ticks.map((tick, i) => [tick, i % 2 === 0 ? 4 : 3]),
    );
  });

  it.each([
    'CDEF|[M:3/4]CDE|CDE|',
    'CDEF|\nM:3/4\nCDE|CDE|',
    'CDEF|[M:3/4]zDE|CDE|',
  ])('changes the metre in %j', (music) => {
    expect(read(HEAD + music).timeSignatures).toEqual([
      { tick: 0, numerator: 4, denominator: 4 },
      { tick: 1920, numerator: 3, denominator: 4 },
    ]);
  });

  it('takes a tempo that is a word as a word', () => {
    expect(read(`${HEAD}CDEF|[Q:"rit."]CDEF|`).tempos).toEqual([{ tick: 0, microseconds: 500_000 }]);
  });

  it('gives each tune of a book its tempo, and the first one where there is none', () => {
    const tune = (tempo: string) => `X:1\nM:4/4\nL:1/4\n${tempo}K:C\nCDEF|\n\n`;
    const { tempos } = read(tune('Q:1/4=100\n') + tune('Q:1/4=50\n') + tune(''));
    expect(tempos.map(({ tick, microseconds }) => [tick, microseconds])).toEqual([
      [0, 600_000],
      [3840, 1_200_000],
      [7680, 600_000],
    ]);
  });

  it('leaves out a tempo that MIDI cannot hold, and says so', () => {
    const { bytes, warnings } = abcToMidi(`${HEAD}CD[Q:1/4=0]EF|[Q:1/4=999999999]G4|`);
    expect(readMidi(bytes).tempos).toEqual([{ tick: 0, microseconds: 500_000 }]);
    expect(warnings.map(({ line, column }) => [line, column])).toEqual([
      [6, 3],
      [6, 15],
    ]);
    expect(warnings[0]!.message).toMatch(/tempo/);
  });
});

describe('an upbeat', () => {
  const tune = 'X:1\nM:3/4\nL:1/4\nK:C\nG|CDE|FGA|';

  it('stands at the end of a bar, so that the bars begin where the tune has them', () => {
    expect(starts(read(tune).tracks[1])).toEqual([960, 1440, 1920, 2400, 2880, 3360, 3840]);
  });

  it('counts a triplet as long as it sounds', () => {
    expect(starts(read('X:1\nM:3/4\nL:1/8\nK:C\n(3GAB|C6|').tracks[1])).toEqual([960, 1120, 1280, 1440]);
  });

  it('begins at once where that is asked for', () => {
    expect(starts(readMidi(abcToMidi(tune, { upbeats: 'at-once' }).bytes).tracks[1])[0]).toBe(0);
  });

  it.each([
    'X:1\nM:3/4\nL:1/4\nK:C\n|:CDE|FGA:|',
    'X:1\nL:1/4\nK:C\nCD',
    'X:1\nM:2/4\nL:1/4\nK:C\nCDE|CD|',
  ])('is not in %j', (abc) => {
    expect(starts(read(abc).tracks[1])[0]).toBe(0);
  });
});

describe('voices', () => {
  it('share 15 channels where there are more of them, without that of percussion', () => {
    const voices = Array.from({ length: 17 }, (_, i) => `V:${i + 1} name="v${i + 1}"\nCDEF|\n`).join('');
    const { tracks } = read(HEAD + voices);
    const channels = tracks.slice(1).map(({ events: [first] }) => [first!.status >> 4, first!.status & 15]);
    expect(channels.every(([kind]) => kind === 12)).toBe(true);
    expect(channels.map(([, channel]) => channel)).toEqual([
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15],
      ...[0, 1],
    ]);
  });

  it('of percussion play on its channel', () => {
    const [, drums] = read(`${HEAD.replace('K:C', 'K:C clef=perc')}CDEF|`).tracks;
    expect([...drums!.events].map(({ status }) => status & 15)).toEqual(new Array(8).fill(9));
  });

  it('end every note that they begin, however short it is', () => {
    const [, track] = read(`${HEAD}C/9999DEFG|`).tracks;
    expect([...track!.events].filter((event) => event.data1 === 60).map(({ tick, status }) => [tick, status])).toEqual([
      [0, 0x90],
      [1, 0x80],
    ]);
  });
});

describe('what is not understood', () => {
  it.each([
    ['a directive', '%%nonsense 1\nCDEF|', 6, 'Unknown directive: nonsense'],
    ['a decoration', 'C!sf!DEF|', 6, 'Unknown decoration: sf'],
    ['a sign', 'CDk EF|', 6, 'Unknown character ignored'],
    ['a field inside', 'CDEF|[M:foo]', 6, 'Expected top number of meter'],
    ['a length that has no sign', 'C5/8DEF|', 6, 'Duration not representable: C5/8'],
    ['a metre that breaks off', 'CD|\nM:4/\nEF|', 7, 'this is not understood'],
  ])('is a warning where no note is lost: %s', (_, music, line, message) => {
    const { bytes, warnings } = abcToMidi(HEAD + music);
    expect(readMidi(bytes).tracks[1]!.notes).toBe(4);
    expect(warnings).toEqual([{ line, column: expect.any(Number), message }]);
  });

  it('has its place in the file, behind other tunes, directives, a byte order mark and any line ends', () => {
    const abc = `\uFEFF% a book\n%%MIDI program 73\n\n${HEAD}CDEF|\n\\startsong\n\n${HEAD.replace('M:', '%%one 1\nM:')}CD\nkEF|`;
    for (const text of [abc, abc.replaceAll('\n', '\r\n')]) {
      expect(abcToMidi(text).warnings.map(({ line, column }) => [line, column])).toEqual([
        [14, 3],
        [19, 1],
      ]);
    }
  });

  it.each([
    ['C!D2 E F!G|', '6:2: Unknown decoration: D2 E F; notes would be lost'],
    ['C"Am DEFG|', '6:2: Missing the closing quote while parsing the chord symbol; notes would be lost'],
    ['C[EG DEFG|', "6:10: Expected ']' to end the chords; notes would be lost"],
  ])('is an error where notes would be lost: %s', (music, message) => {
    expect(refusal(HEAD + music)).toBe(message);
  });

  it.each(['', '\n\n', HEAD, `${HEAD}z4|`, '%%MIDI program 3\n'])('is a text without notes: %j', (abc) => {
    expect(refusal(abc)).toBe('1:1: there are no notes in this text');
  });
});

describe('limits', () => {
  it.each([
    ['CDEF|G999999999', /^6:6: expected a note or rest of at most 256 whole notes, found one of 249999999\.75$/],
    ['z999999999', /^6:1: expected a note or rest/],
    ['Z999999999', /^6:1: expected a note or rest/],
    [`${'Z200|'.repeat(40)}`, /^6:\d+: expected a voice of at most 6000 whole notes/],
    [`C${'9'.repeat(400)}`, /^6:1: expected a note or rest of at most 256 whole notes, found one without an end/],
    ['[M:4/0]C', /^6:2: expected a metre whose lower number is .* found M:4\/0/],
    ['\nM:3/0\nC', /^7:1: expected a metre/],
    ['[M:0/4]C', /^6:2: expected a metre of 1 to 255 beats in a bar, found M:0\/4/],
    ['[M:3/5]C', /^6:2: expected a metre whose lower number is/],
    ['[L:1/0]C', /^6:2: expected a length of notes such as 1\/8, found L:1\/0/],
    ['[L:0/4]C', /^6:2: expected a length of notes/],
    ['|:C|[1-999999999 D:|', /^6:4: expected an ending from 1 to 32, found 999999999/],
    ['|:C|[1,99999999 D:|', /^6:4: expected an ending/],
    [`[M:${'1+'.repeat(100_000)}1/4]C|`, /^6:\d+: expected a metre of 1 to 255 beats in a bar, found M:.{40}…$/],
    [`C${' '.repeat(200_000)}D|`, /^6:2: expected at most 1000 spaces in a row, found 200000/],
    [`C${'&'.repeat(90)}|`, /^6:2: expected at most 8 parts in a bar/],
    ['C,,,,,,,,', /^6:1: expected a note that MIDI has/],
    ['%%MIDI transpose 200\nC', /^7:1: expected a note that MIDI has/],
    ['(3:9:9AB|CDE FGAB|', /^6:17: it cannot be told how long this note lasts/],
    [Array.from({ length: 200 }, (_, i) => `V:${i}\nC\n`).join(''), /^1:1: expected at most 128 voices, found 200/],
  ])('%j', (music, message) => {
    expect(refusal(HEAD + music)).toMatch(message);
  });

  it('are none of a song of three hours, a bar of rest for each of 255 beats, or a chord of a thousand notes', () => {
    expect(read(`${HEAD}${'CDEF|CDEF|CDEF|CDEF|\n'.repeat(1_500)}`).tracks[1]!.notes).toBe(24_000);
    expect(read(`${HEAD}[M:255/1]Z|C`).timeSignatures.at(-1)).toMatchObject({ numerator: 255, denominator: 1 });
    expect(read(`${HEAD}[${'CEG'.repeat(333)}]|`).tracks[1]!.notes).toBe(999);
    expect(read(`${HEAD}{${'ga'.repeat(1_000)}}C|`).tracks[1]!.notes).toBeGreaterThan(0);
  });

  it('are none of an ending of more numbers than a function takes arguments', () => {
    expect(read(`${HEAD}|:C|[${'1,'.repeat(150_000)}1 D:|`).tracks[1]!.notes).toBeGreaterThan(1);
  });
});
