import { readFileSync } from 'node:fs';
import { readMidi } from '@etude/midi-reader';
import { createRandom, notesOf, type Piece, piecesOf } from '@etude/music';
import { describe, expect, it } from 'vitest';
import { humanized } from './humanize.js';

const read = (name: string) =>
  piecesOf(readMidi(readFileSync(new URL(`../../../data/${name}.mid`, import.meta.url))))[0]!;
const canon = read('canon-in-d');
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

/** Notes before and after, in the order of the tracks; all of one key begin in the same order. */
function played(song: Piece, settings: { timing: number; velocity: number }, seed = 1) {
  const random = createRandom(seed);
  const after = humanized(song, settings, () => random.next());
  const sorted = (piece: Piece) =>
    [...notesOf(piece)].sort((a, b) => a.track - b.track || a.key - b.key || a.start - b.start);
  const then = sorted(after);
  return sorted(song).map((note, i) => ({ note, played: then[i]! }));
}

describe('a song that is played by somebody', () => {
  it('deviates by about as much as is wanted', () => {
    const notes = played(canon, { timing: 10, velocity: 8 });
    const louder = deviation(notes.map(({ note, played }) => played.velocity - note.velocity));
    expect(louder).toBeGreaterThan(6);
    expect(louder).toBeLessThan(10);
    const quarter = canon.tempos[0]!.microseconds / 1000;
    const later = deviation(notes.map(({ note, played }) => ((played.start - note.start) * quarter) / canon.division));
    expect(later).toBeGreaterThan(7);
    expect(later).toBeLessThan(12);
  });

  it('is louder inside a phrase than at its ends, on bar lines than behind them, and where it is high', () => {
    const bar = 4 * canon.division;
    const notes = played(canon, { timing: 0, velocity: 10 }).map(({ note, played }) => ({
      ...note,
      louder: played.velocity - note.velocity,
    }));
    const among = (chosen: (note: (typeof notes)[number]) => boolean) =>
      mean(notes.filter(chosen).map(({ louder }) => louder));
    const inPhrase = ({ start }: { start: number }) => (start / bar) % 4;
    expect(among((note) => inPhrase(note) >= 1.5 && inPhrase(note) < 3)).toBeGreaterThan(
      among((note) => inPhrase(note) < 0.5) + 5,
    );
    expect(among((note) => inPhrase(note) >= 1.5 && inPhrase(note) < 3)).toBeGreaterThan(
      among((note) => inPhrase(note) >= 3.75) + 5,
    );
    const second = (note: { start: number }) => inPhrase(note) >= 2 && inPhrase(note) < 2.2;
    expect(among((note) => second(note) && note.start % bar === 0)).toBeGreaterThan(
      among((note) => second(note) && note.start % bar !== 0),
    );
    const [violin] = notes.filter(({ track }) => track === notes.at(-1)!.track);
    const own = notes.filter(({ track }) => track === violin!.track);
    const middle = mean(own.map(({ key }) => key));
    expect(mean(own.filter(({ key }) => key > middle + 4).map(({ louder }) => louder))).toBeGreaterThan(
      mean(own.filter(({ key }) => key < middle - 4).map(({ louder }) => louder)),
    );
  });

  it('strays for a while to one side', () => {
    const line = {
      ...canon,
      tracks: canon.tracks
        .filter((_, track) => notesOf(canon).filter((note) => note.track === track).length > 100)
        .slice(0, 1),
    };
    const random = createRandom(3);
    const after = notesOf(humanized(line, { timing: 5, velocity: 0 }, () => random.next()));
    const late = [...notesOf(line)].map(({ start }, i) => after[i]!.start - start);
    const next = late.slice(1).map((value, i) => value * late[i]!);
    expect(mean(next) / mean(late.map((value) => value ** 2))).toBeGreaterThan(0.4);
  });
});
