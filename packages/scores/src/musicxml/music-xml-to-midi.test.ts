// More than 300 lines: scores stand beside the music that they are.
import { notesOf, piecesOf } from '@etude/music';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { musicXmlToMidi, ScoreError } from '../index.js';
import { heard } from '../testing/heard.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const score = (...parts: string[]) => {
  const list = parts.map((_, i) => `<score-part id="P${i}"><part-name>Part ${i}</part-name></score-part>`).join('');
  const music = parts.map((part, i) => `<part id="P${i}">${part}</part>`).join('');
  return `<?xml version="1.0"?><score-partwise version="4.0"><part-list>${list}</part-list>${music}</score-partwise>`;
};
const measure = (content: string) => `<measure>${content}</measure>`;
const HEAD = '<attributes><divisions>2</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>';
const PITCHES = ['C', 'C#', 'D', 'D#', 'E', 'F', 'F#', 'G', 'G#', 'A', 'A#', 'B'];
/** A note of a MIDI key; `more` is what stands behind its duration. */
function note(key: number | 'rest', duration: number, more = '', before = ''): string {
  const [step, sharp] = key === 'rest' ? [] : [...PITCHES[key % 12]!];
  const octave = key === 'rest' ? 0 : Math.floor(key / 12) - 1;
  const alter = sharp === undefined ? '' : '<alter>1</alter>';
  const pitch = key === 'rest' ? '<rest/>' : `<pitch><step>${step}</step>${alter}<octave>${octave}</octave></pitch>`;
  return `<note>${before}${pitch}<duration>${duration}</duration>${more}</note>`;
}
const back = (duration: number) => `<backup><duration>${duration}</duration></backup>`;
const tie = (...types: string[]) => types.map((type) => `<tie type="${type}"/>`).join('');

const { read, notes, refusal } = heard(musicXmlToMidi);

describe('notes', () => {
  it('stand behind each other, in chords, and in voices side by side', () => {
    const voices = note(60, 2) + note(64, 2, '', '<chord/>') + note('rest', 2) + note(67, 4) + back(8) + note(48, 8);
    expect(notes(score(measure(HEAD + voices), measure(HEAD + note(50, 8))))).toEqual([
      [0, 0, 4, 48],
      [0, 0, 1, 60],
      [0, 0, 1, 64],
      [1, 0, 4, 50],
      [0, 2, 4, 67],
    ]);
    const skipped = measure(`${HEAD}${note(60, 2)}<forward><duration>4</duration></forward>${note(62, 2)}`);
    expect(notes(score(skipped)).map(([, start]) => start)).toEqual([0, 3]);
  });

  it('that are tied are one, across bar lines and in chords; a tie that leads nowhere is none', () => {
    const first = measure(HEAD + note(60, 8, tie('start')) + note(64, 8, tie('start'), '<chord/>'));
    const second = measure(note(60, 4, tie('stop', 'start')) + note(60, 2, tie('stop')) + note(62, 2, tie('start')));
    expect(notes(score(first + second + measure(note(60, 8))))).toEqual([
      [0, 0, 7, 60],
      [0, 0, 4, 64],
      [0, 7, 8, 62],
      [0, 8, 12, 60],
    ]);
  });

  it('that are not printed are left out beside others, where they are the notes of an ornament', () => {
    const hidden = (key: number, duration: number) => note(key, duration).replace('<note', '<note print-object="no"');
    const trill = HEAD + note(60, 4) + back(4) + hidden(60, 1) + hidden(62, 3) + note(64, 2) + hidden(65, 2);
    expect(notes(score(measure(trill)))).toEqual([
      [0, 0, 2, 60],
      [0, 2, 3, 64],
      [0, 3, 4, 65],
    ]);
  });

  it('are tied also where a program does not say where a tie stops', () => {
    expect(notes(score(measure(HEAD + note(60, 4, tie('start')) + note(60, 2) + note(60, 2))))).toEqual([
      [0, 0, 3, 60],
      [0, 3, 4, 60],
    ]);
  });

  it('of one pitch in two voices of a part end where the next begins', () => {
    const voices = measure(HEAD + note(60, 8) + back(8) + note('rest', 4) + note(60, 2) + back(6) + note(60, 2));
    expect(notes(score(voices))).toEqual([
      [0, 0, 2, 60],
      [0, 2, 3, 60],
    ]);
  });

  it('sound as instruments transpose them, and so does the key', () => {
    const clarinet = `<attributes><divisions>2</divisions><key><fifths>2</fifths><mode>major</mode></key>
      <transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose></attributes>`;
    const bass =
      '<attributes><divisions>2</divisions><transpose><octave-change>-1</octave-change></transpose></attributes>';
    const text = score(measure(clarinet + note(62, 8)), measure(bass + note(48, 8)));
    expect(notes(text).map(([, , , key]) => key)).toEqual([60, 36]);
    expect(read(text).keySignatures).toEqual([{ tick: 0, sharps: 0, minor: false }]);
  });

  it('without a time of their own, or without a pitch, are left out; percussion has its sounds', () => {
    const others = note(72, 0, '', '<grace/>') + note(60, 2) + note(74, 2, '', '<cue/>');
    expect(notes(score(measure(HEAD + others))).map(([, start, , key]) => [start, key])).toEqual([[0, 60]]);
    const drum = `<note><unpitched/><duration>2</duration><instrument id="I1"/></note>`;
    const drums = score(measure(HEAD + drum + drum.replace('I1', 'I2'))).replace(
      '</score-part>',
      '<midi-instrument id="I1"><midi-channel>10</midi-channel><midi-unpitched>37</midi-unpitched></midi-instrument></score-part>',
    );
    const file = read(drums);
    expect(notesOf(piecesOf(file)[0]!).map(({ channel, key }) => [channel, key])).toEqual([[9, 36]]);
    expect(musicXmlToMidi(bytes(drums)).warnings.map(({ message }) => message)).toEqual([
      'a note without a pitch or a sound of percussion is left out',
    ]);
  });

  /** Voices of notes behind each other, each of a length in 12ths of a quarter note and its place in a pool of pitches. */
  const voice = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 20 })), {
    minLength: 1,
    maxLength: 12,
  });

  it('are the same however bars and ties cut them, and whatever the divisions', () => {
    fc.assert(
      fc.property(fc.array(voice, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 5 }), (voices, factor) => {
        const expected: number[][] = [];
        const bars: string[][] = [];
        const bar = 4 * 12;
        voices.forEach((line, index) => {
          let at = 0;
          for (const [length, place] of line) {
            // Voices have pitches of their own: a part has a key only once at a time.
            const key = 40 + 21 * index + place;
            expected.push([0, at / 12, (at + length) / 12, key]);
            for (let from = at; from < at + length; ) {
              const to = Math.min(at + length, (Math.floor(from / bar) + 1) * bar);
              const ties = [...(from > at ? ['stop'] : []), ...(to < at + length ? ['start'] : [])];
              const number = Math.floor(from / bar);
              bars[number] ??= voices.map(() => '');
              const voicesOfBar = bars[number];
              voicesOfBar[index] += note(key, (to - from) * factor, tie(...ties));
              from = to;
            }
            at += length;
          }
        });
        const total = voices.map((line) => line.reduce((sum, [length]) => sum + length, 0));
        const text = bars.map((ofBar, number) => {
          const lengths = total.map((length) => Math.max(0, Math.min(bar, length - number * bar)) * factor);
          const attributes = number === 0 ? HEAD.replace('>2<', `>${12 * factor}<`) : '';
          const fill = `<forward><duration>${bar * factor}</duration></forward>${back(bar * factor)}`;
          return measure(attributes + fill + ofBar.map((music, index) => music + back(lengths[index]!)).join(''));
        });
        const order = (a: number[], b: number[]) => a[1]! - b[1]! || a[3]! - b[3]!;
        expect(notes(score(text.join('')))).toEqual(expected.sort(order));
      }),
      { numRuns: 100 },
    );
  });
});

describe('measures', () => {
  it('are as long as the longest part with notes, and full where none has any', () => {
    const upper = measure(HEAD + note(60, 4)) + measure('') + measure(note('rest', 16));
    const lower = measure(HEAD + note(48, 8)) + measure('') + measure(note(50, 8));
    const last = measure(note(60, 8));
    expect(
      notes(score(upper + last, lower + measure(note('rest', 8)))).map(([track, start]) => [track, start]),
    ).toEqual([
      [0, 0],
      [1, 0],
      [1, 8],
      [0, 12],
    ]);
  });

  it('that begin a piece with an upbeat end at a bar line', () => {
    const file = read(score(measure(HEAD + note(60, 2)) + measure(note(62, 8))));
    expect(file.timeSignatures).toEqual([{ tick: 0, numerator: 4, denominator: 4 }]);
    expect(notesOf(piecesOf(file)[0]!).map(({ start }) => start / file.division)).toEqual([3, 4]);
  });

  it('that do not fill their bar, or more than fill it, are bars of a metre of their own; two that share a bar are not', () => {
    const bars = [8, 8, 6, 8, 6, 2, 8, 10, 8, 3, 5, 8].map((length) => note(60, length));
    const part = bars.map((music, index) => measure((index === 0 ? HEAD : '') + music)).join('');
    const { timeSignatures, division } = read(score(part));
    expect(
      timeSignatures.map(({ tick, numerator, denominator }) => [tick / division, `${numerator}/${denominator}`]),
    ).toEqual([
      [0, '4/4'],
      [8, '3/4'],
      [11, '4/4'],
      // The bar of five is one of four and one of one.
      [27, '1/4'],
      [28, '4/4'],
    ]);
    const waltz = '<attributes><time><beats>3</beats><beat-type>4</beat-type></time></attributes>';
    const cut = read(score(measure(HEAD + note(60, 8)) + measure(note(60, 3)) + measure(waltz + note(60, 6))));
    expect(
      cut.timeSignatures.map(({ tick, numerator, denominator }) => [
        tick / cut.division,
        `${numerator}/${denominator}`,
      ]),
    ).toEqual([
      [0, '4/4'],
      [4, '3/8'],
      [5.5, '3/4'],
    ]);
  });

  const repeat = (direction: string) => `<barline><repeat direction="${direction}"/></barline>`;
  const ending = (type: string, number = '1') => `<barline><ending type="${type}" number="${number}"/></barline>`;
  const bar = (key: number, more = '') => measure(HEAD + note(key, 8) + more);
  const B = repeat('backward');
  const F = repeat('forward');
  it.each([
    ['from the beginning', bar(60) + bar(62, B) + bar(64), [60, 62, 60, 62, 64]],
    ['from a bar on', bar(60) + bar(62, F) + bar(64, B) + bar(65), [60, 62, 64, 62, 64, 65]],
    ['twice', bar(60, B) + bar(62) + bar(64, B), [60, 60, 62, 64, 62, 64]],
    [
      'with endings',
      bar(60) +
        bar(62, ending('start', '1, 3') + ending('stop') + B) +
        bar(64, ending('start', '2') + ending('discontinue') + B) +
        bar(65),
      [60, 62, 60, 64, 60, 62, 65],
    ],
    [
      'with endings of several bars',
      bar(60) +
        bar(61, ending('start')) +
        bar(62, ending('stop') + B) +
        bar(64, ending('start', '2')) +
        bar(65, ending('stop', '2')) +
        bar(67, B),
      [60, 61, 62, 60, 64, 65, 67, 67],
    ],
    ['three times', bar(60, B.replace('/>', ' times="3"/>')) + bar(62), [60, 60, 60, 62]],
  ])('are repeated %s, or read once', (_, part, played) => {
    expect(notes(score(part)).map(([, , , key]) => key)).toEqual(played);
    const written = [...part.matchAll(/<measure>/g)].length;
    expect(notes(score(part), { scores: 'written' })).toHaveLength(written);
  });

  it('may have more endings and sums of metres than a function takes arguments', () => {
    const many = ending('start', '1,'.repeat(150_000)) + ending('stop') + B;
    expect(notes(score(bar(60) + bar(62, many) + bar(64))).map(([, , , key]) => key)).toEqual([60, 62, 60, 64]);
    const sum = '<beats>4</beats><beat-type>4</beat-type>'.repeat(150_000);
    const part = measure(`${HEAD.replace(/<time>.*<\/time>/, `<time>${sum}</time>`)}${note(60, 8)}`);
    expect(read(score(part)).timeSignatures).toEqual([]);
  });

  it('have tempos and metres, each once', () => {
    const metronome = (unit: string, perMinute: string) =>
      `<direction><direction-type><metronome>${unit}<per-minute>${perMinute}</per-minute></metronome></direction-type></direction>`;
    const first = `${HEAD}${metronome('<beat-unit>quarter</beat-unit><beat-unit-dot/>', 'ca. 40')}${note(60, 8)}`;
    const time = '<attributes><time><beats>3+2</beats><beat-type>8</beat-type></time></attributes>';
    const part = measure(first) + measure(`${time}<direction><sound tempo="120"/></direction>${note(60, 5)}`);
    const { tempos, timeSignatures, division } = read(score(part, part));
    expect(tempos).toEqual([
      { tick: 0, microseconds: 1_000_000 },
      { tick: 4 * division, microseconds: 500_000 },
    ]);
    expect(timeSignatures).toEqual([
      { tick: 0, numerator: 4, denominator: 4 },
      { tick: 4 * division, numerator: 5, denominator: 8 },
    ]);
  });
});

describe('a file', () => {
  const text = score(measure(HEAD + note(60, 8)));
  const container = (path: string) =>
    strToU8(`<container><rootfiles><rootfile full-path="${path}"/></rootfiles></container>`);

  it('is text in UTF-8 or UTF-16, or compressed', () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
    const big = Buffer.from(utf16).swap16();
    const files = { 'META-INF/container.xml': container('a/b.xml'), 'other.xml': strToU8('<x/>'), 'a/b.xml': utf16 };
    for (const file of [bytes(text), utf16, big, zipSync({ ...files, 'a/b.xml': new Uint8Array(utf16) })]) {
      expect(notes(new Uint8Array(file))).toEqual([[0, 0, 4, 60]]);
    }
    const latin = text.replace('version="1.0"', 'version="1.0" encoding="ISO-8859-1"').replace('Part 0', 'Flöte');
    expect(read(new Uint8Array(Buffer.from(latin, 'latin1'))).tracks[1]!.name).toBe('Flöte');
  });

  it.each<[string, string | Uint8Array, string]>([
    ['of another kind', '<html/>', '1:1: expected a score-partwise, found a html'],
    ['ordered by time', '\n <score-timewise/>', '2:2: expected a score-partwise, found a score-timewise'],
    ['that is cut', text.slice(0, -30), 'Missing end tag for element'],
    ['without notes', score(measure(HEAD)), '1:22: there are no notes in this score'],
    ['of no pitch', score(measure(HEAD + note(60, 8).replace('C<', 'H<'))), 'expected a pitch that MIDI has'],
    ['of a pitch too high', score(measure(HEAD + note(140, 8))), 'expected a pitch that MIDI has'],
    [
      'of an endless note',
      score(measure(HEAD + note(60, 1e9))),
      'expected a duration of at most 100000 quarter notes, found "1000000000"',
    ],
    ['of a note without a number', score(measure(HEAD + note(60, Number.NaN))), 'found "NaN"'],
    ['of no division', text.replace('>2<', '>0<'), 'expected divisions from 1 to 999,999, found "0"'],
    ['that is no archive', strToU8('PK and more'), '1:1: expected a zip archive, found one that is damaged'],
    [
      'without a document',
      zipSync({ 'META-INF/container.xml': container('b.xml') }),
      '1:1: expected a document in the archive',
    ],
    ['of elements inside of each other', '<a>'.repeat(100_000), '1:'],
    ['of nothing', '', '1:1: '],
  ])('%s is refused with its place', (_, file, message) => {
    expect(refusal(file)).toContain(message);
  });

  it('is read or refused wherever it is cut or changed', () => {
    const other = bytes(
      score(measure(HEAD + note(60, 4, tie('start')) + note(60, 4, tie('stop')) + back(4) + note(64, 2))),
    );
    fc.assert(
      fc.property(fc.nat(other.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        try {
          musicXmlToMidi(cut ? other.slice(0, at) : other.with(at, byte));
        } catch (error) {
          if (!(error instanceof ScoreError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
