import unittest
from random import Random

from judge.copies import Copies, find_copies
from judge.making import Notes, melody, piece

TUNE = [60, 62, 64, 60, 67, 65, 64, 62, 71, 60, 59, 57]
RHYTHM = [1, 0.5, 0.5, 1, 2, 1, 1.5, 0.5, 1, 1, 2, 1]


def played(pitches: list[int], lengths: list[float], start: float = 0) -> list[tuple[float, float, int]]:
    notes = []
    for pitch, length in zip(pitches, lengths):
        notes.append((start, length, pitch))
        start += length
    return notes


def copies(song: Notes, *source: Notes) -> Copies:
    return find_copies([piece(song)], [piece(*source, name="source")])[0]


def lengths(found: Copies) -> list[int]:
    return [run.onsets if run else 0 for run in found.runs.values()]


class TellsApart(unittest.TestCase):
    """Runs as exact, transposed, scaled, pitches only."""

    def test_the_same(self) -> None:
        self.assertEqual(lengths(copies(played(TUNE, RHYTHM), played(TUNE, RHYTHM))), [12, 12, 12, 12])

    def test_another_key(self) -> None:
        higher = [pitch + 5 for pitch in TUNE]
        self.assertEqual(lengths(copies(played(higher, RHYTHM), played(TUNE, RHYTHM)))[1:], [12, 12, 12])

    def test_another_key_and_tempo(self) -> None:
        slower = played([pitch - 3 for pitch in TUNE], [2 * length for length in RHYTHM])
        self.assertEqual(lengths(copies(slower, played(TUNE, RHYTHM)))[2:], [12, 12])

    def test_another_rhythm(self) -> None:
        found = lengths(copies(melody(TUNE, 0.75), played(TUNE, RHYTHM)))
        self.assertEqual(found[3], 12)
        self.assertLess(found[2], 5)

    def test_a_run_behind_another_gap(self) -> None:
        # The gap and the interval before a run say nothing about the run.
        song = [(0, 1, 90), *played(TUNE, RHYTHM, start=3.25), (40, 1, 30)]
        source = [(0, 1, 40), *played(TUNE, RHYTHM, start=1), (14.5, 1, 100)]
        found = copies(song, source)
        self.assertEqual(lengths(found), [12, 12, 12, 12])
        self.assertEqual((found.runs["scaled"].bar, found.runs["scaled"].other_bar), (1, 1))


class Hears(unittest.TestCase):
    def test_chords_as_sets(self) -> None:
        chords = [(60, 64, 67), (59, 62, 67), (57, 60, 64), (55, 60, 64), (53, 57, 60)]
        one = [(i, 1, pitch) for i, chord in enumerate(chords) for pitch in chord]
        parts = [[(i + 2, 1, chord[voice]) for i, chord in enumerate(chords)] for voice in (2, 0, 1)]
        found = copies(one, *parts)
        self.assertEqual((found.runs["exact"].onsets, found.runs["exact"].notes), (5, 15))

    def test_a_source_part_in_the_highest_notes(self) -> None:
        song = [*played(TUNE, RHYTHM), (0, 14, 30)]
        found = copies(song, played(TUNE, RHYTHM), melody([90, 91, 95], 5))
        self.assertEqual(found.runs["scaled"].onsets, 12)
        self.assertEqual(found.runs["scaled"].line, "highest notes")

    def test_drums_of_their_own(self) -> None:
        beat = [(i / 2, 0.25, [36, 42, 38, 42][i % 4]) for i in range(16)]
        higher = [(start, length, pitch + 1) for start, length, pitch in beat]
        songs = [piece(beat, drums=[0]), piece(higher, drums=[0])]
        same, other = find_copies(songs, [piece(beat, drums=[0])])
        self.assertEqual(same.drums.onsets, 16)
        self.assertEqual(other.drums.onsets if other.drums else 0, 0)


class Counts(unittest.TestCase):
    def test_the_share_of_notes_in_runs_of_eight(self) -> None:
        song = played(TUNE[:8], RHYTHM) + melody([100, 20, 101, 23, 110, 30, 99, 2], 0.25, 20)
        self.assertEqual(copies(song, played(TUNE, RHYTHM)).share, 0.5)

    def test_no_piece_as_a_copy_of_itself(self) -> None:
        pieces = [piece(played(TUNE, RHYTHM)), piece(played(TUNE[3:], RHYTHM[3:]), name="other")]
        first, second = find_copies(pieces, pieces)
        self.assertEqual((first.runs["exact"].onsets, first.runs["exact"].other), (9, "other"))
        self.assertIsNone(find_copies(pieces[:1], pieces[:1])[0].share)

    def test_as_brute_force_does(self) -> None:
        for seed in range(20):
            random = Random(seed)
            song, source = (
                played([random.choice((60, 62, 64)) for _ in range(30)], random.choices((0.5, 1), k=30))
                for _ in range(2)
            )
            run = find_copies([piece(song)], [piece(source)])[0].runs["scaled"]
            self.assertEqual(run.onsets if run else 0, longest_scaled(song, source), seed)


def longest_scaled(a: Notes, b: Notes) -> int:
    """The longest common run by its definition, every pair of places tried."""
    best = 1
    for i in range(len(a)):
        for j in range(len(b)):
            size = 2
            while i + size <= len(a) and j + size <= len(b):
                x, y = a[i : i + size], b[j : j + size]
                scale = (x[1][0] - x[0][0]) / (y[1][0] - y[0][0])
                if not all(
                    x[k + 1][2] - x[k][2] == y[k + 1][2] - y[k][2]
                    and x[k + 1][0] - x[k][0] == scale * (y[k + 1][0] - y[k][0])
                    for k in range(size - 1)
                ):
                    break
                best = max(best, size)
                size += 1
    return best
