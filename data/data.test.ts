import { readdirSync, readFileSync } from 'node:fs';
import { isNoteOn, readMidi, type Track } from '@etude/midi-reader';
import abcjs from 'abcjs';
import { describe, expect, it } from 'vitest';
import { midiFilesOf } from './midi-files.js';

const read = (name: string) => readFileSync(new URL(name, import.meta.url));
const pieces = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.abc'));
const keys = (track: Track) => [...track.events].filter(isNoteOn).map(({ data1 }) => data1);
const sounding = (track: Track, tick: number) => {
  const down = new Set<number>();
  for (const event of track.events) {
    if (event.tick > tick) break;
    if (isNoteOn(event)) down.add(event.data1);
    else down.delete(event.data1);
  }
  return [...down].sort((a, b) => a - b);
};

/** Length of every bar in whole notes, with whether a repeat, a double bar, the beginning or the end is beside it. */
function barsOf(tune: abcjs.TuneObject): { length: number; atBorder: boolean }[] {
  const voices = new Map<number, { length: number; atBorder: boolean }[]>();
  for (const line of tune.lines) {
    line.staff?.forEach((staff, index) => {
      for (const voice of staff.voices ?? []) {
        const bars = voices.get(index) ?? [{ length: 0, atBorder: true }];
        voices.set(index, bars);
        for (const element of voice as { el_type: string; duration?: number; type?: string }[]) {
          if (element.el_type === 'note') bars.at(-1)!.length += element.duration!;
          if (element.el_type !== 'bar') continue;
          const border = element.type !== 'bar_thin';
          bars.at(-1)!.atBorder ||= border;
          bars.push({ length: 0, atBorder: border });
        }
      }
    });
  }
  return [...voices.values()].flat().filter(({ length }) => length > 0);
}

describe.each(pieces)('%s', (name) => {
  const abc = read(name).toString();

  it('is what the MIDI files beside it were built from', () => {
    for (const [path, bytes] of midiFilesOf(name, abc)) expect(read(path).equals(bytes), path).toBe(true);
  });

  it('has bars as long as its metre says', () => {
    for (const tune of abcjs.parseOnly(abc)) {
      const { num, den } = tune.getMeterFraction();
      const full = Number(num) / Number(den);
      const wrong = barsOf(tune).filter(({ length, atBorder }) =>
        atBorder ? length > full + 1e-6 : Math.abs(length - full) > 1e-6,
      );
      expect(wrong, tune.metaText.title).toEqual([]);
    }
  });

  it('names its origin: a composer, or the country of a tradition', () => {
    for (const tune of abcjs.parseOnly(abc)) {
      expect(tune.metaText.composer ?? tune.metaText.origin, tune.metaText.title).toBeTruthy();
    }
  });
});

describe('the Prelude in C major, BWV 846', () => {
  const { division, tracks } = readMidi(read('prelude-bwv-846.mid'));
  const piano = tracks[1]!;

  it('has its 35 bars, 549 notes, and a range from C2 to A5', () => {
    expect(tracks).toHaveLength(2);
    expect(piano.length).toBe(35 * 4 * division);
    expect(piano.notes).toBe(549);
    expect([Math.min(...keys(piano)), Math.max(...keys(piano))]).toEqual([36, 81]);
  });

  it('breaks C E G C E first, rests on the dominant pedal from bar 24 on and closes on C', () => {
    expect(keys(piano).slice(0, 8)).toEqual([60, 64, 67, 72, 76, 67, 72, 76]);
    for (let bar = 23; bar < 31; bar++) expect(sounding(piano, bar * 4 * division)).toContain(43);
    expect(sounding(piano, 34 * 4 * division)).toEqual([36, 48, 64, 67, 72]);
  });
});

describe('the tune book', () => {
  const tunes = abcjs.parseOnly(read('tune-book.abc').toString());

  it('has at least 24 tunes, each under its own title, in alphabetical order', () => {
    const titles = tunes.map(({ metaText }) => metaText.title!.replace(/^The /, ''));
    expect(new Set(titles).size).toBeGreaterThanOrEqual(24);
    expect(titles).toEqual([...titles].sort((a, b) => a.localeCompare(b, 'en')));
  });

  it('has a MIDI file of each tune as well, and together they have the notes of the book', () => {
    const count = (path: string) => readMidi(read(path)).tracks.reduce((sum, { notes }) => sum + notes, 0);
    const files = readdirSync(new URL('tune-book/', import.meta.url));
    expect(files).toHaveLength(tunes.length);
    expect(files.reduce((sum, file) => sum + count(`tune-book/${file}`), 0)).toBe(count('tune-book.mid'));
  });

  it('is one melody: no two notes sound at once', () => {
    const { tracks } = readMidi(read('tune-book.mid'));
    expect(tracks.map(({ notes }) => notes > 0)).toEqual([false, true]);
    const most = [...tracks[1]!.events].reduce(
      ({ down, most }, event) => {
        const now = down + (isNoteOn(event) ? 1 : event.status >> 4 === 8 ? -1 : 0);
        return { down: now, most: Math.max(most, now) };
      },
      { down: 0, most: 0 },
    );
    expect(most).toEqual({ down: 0, most: 1 });
  });
});

describe('the Canon in D', () => {
  const { division, tracks } = readMidi(read('canon-in-d.mid'));
  const [, first, second, third, cello, harpsichord] = tracks as [Track, Track, Track, Track, Track, Track];

  it('has five voices on tracks and channels of their own, three of them violins', () => {
    const programs = tracks.slice(1).map(({ events: [first] }) => [first!.status, first!.data1]);
    expect(programs).toEqual([
      [0xc0, 40],
      [0xc1, 40],
      [0xc2, 40],
      [0xc3, 42],
      [0xc4, 6],
    ]);
    expect(tracks.map(({ name }) => name).slice(1)).toEqual([
      'Violin I',
      'Violin II',
      'Violin III',
      'Violoncello',
      'Harpsichord',
    ]);
  });

  it('is a canon at the distance of two bars over a ground of eight notes', () => {
    const onsets = (track: Track, from: number, to: number) =>
      [...track.events]
        .filter((e) => isNoteOn(e) && e.tick >= from && e.tick < to)
        .map((e) => [e.tick - from, e.data1]);
    const bars = (count: number) => count * 4 * division;
    const canon = onsets(first, bars(2), bars(16));
    expect(canon.length).toBeGreaterThan(150);
    expect(onsets(second, bars(4), bars(18))).toEqual(canon);
    expect(onsets(third, bars(6), bars(20))).toEqual(canon);
    for (let bar = 0; bar < 20; bar += 2) {
      expect(onsets(cello, bars(bar), bars(bar + 2)).map(([, key]) => key)).toEqual([50, 45, 47, 42, 43, 38, 43, 45]);
    }
  });

  it('closes on a chord of D', () => {
    const pitches = [first, second, third, cello, harpsichord].flatMap((track) => sounding(track, 20 * 4 * division));
    expect(new Set(pitches.map((key) => key % 12))).toEqual(new Set([2, 6, 9]));
  });
});
