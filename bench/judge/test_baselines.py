import unittest
from random import Random

from judge.copies import find_copies
from judge.making import melody, piece
from judge.markov import KnownRuns, MarkovChain
from judge.music import Piece
from judge.shuffled import with_bars_shuffled
from judge.words import decode, piece_from, words_of


def tunes(count: int) -> list[Piece]:
    found = []
    for seed in range(count):
        random = Random(seed)
        pitches = [60]
        for _ in range(47):
            pitches.append(min(72, max(55, pitches[-1] + random.choice((-2, -1, 1, 2)))))
        found.append(piece(melody(pitches, random.choice((0.5, 1)), start=3), name=f"tune {seed}"))
    return found


def duet(seed: int) -> Piece:
    random = Random(seed)
    upper = [(i / 2, 0.5, random.choice((72, 74, 76))) for i in range(64)]
    lower = [(i, 1, random.choice((48, 52, 55)) + add) for i in range(32) for add in (0, 7)]
    return piece(upper, lower)


class Words(unittest.TestCase):
    def test_say_all_of_a_piece(self) -> None:
        for original in [
            *tunes(5),
            duet(1),
            piece([(0, 1, 60), (2, 1, 62), (2.5, 3, 50)]),
            piece([(0, 1, 60), (2, 1, 62)]),
        ]:
            words = words_of(original)
            notes, _ = decode(words, words[0][3], words[0][5])
            self.assertEqual(piece_from(words[0], notes, original, "").notes, original.notes)

    def test_of_a_line_are_length_and_pitch_with_bars(self) -> None:
        words = words_of(piece(melody([60, 62, 64, 65, 67])))
        note = [("length", 24), ("pitch", 60)]
        self.assertEqual(words[1:4], [("bar",), *note])
        self.assertEqual((words.count(("bar",)), len(words)), (2, 1 + 2 + 10 + 1))


class Markov(unittest.TestCase):
    def test_copies_no_more_than_its_limit_by_the_search_for_copies(self) -> None:
        for source, limit in ((tunes(30), 8), ([duet(seed) for seed in range(8)], 8)):
            known = KnownRuns(source, limit)
            songs = [MarkovChain(source, 4, known).write(Random(i), str(i), 200) for i in range(10)]
            for found in find_copies(songs, source):
                self.assertLessEqual(found.runs["scaled"].onsets, limit)

    def test_copies_without_one(self) -> None:
        source = tunes(3)
        chain = MarkovChain(source, 8, KnownRuns(source, 1000))
        longest = [found.runs["exact"].onsets for found in find_copies([chain.write(Random(1), "", 200)], source)]
        self.assertGreater(longest[0], 20)

    def test_writes_only_what_followed_before(self) -> None:
        source = tunes(10)
        song = MarkovChain(source, 4, KnownRuns(source)).write(Random(3), "", 200)
        steps = {(a.pitch, b.pitch) for each in source for a, b in zip(each.notes, each.notes[1:])}
        self.assertLessEqual({note.pitch for note in song.notes}, {pitch for pair in steps for pitch in pair})


class Shuffled(unittest.TestCase):
    def test_keeps_every_bar_and_moves_some(self) -> None:
        original = piece(melody(range(40, 72)))
        found = with_bars_shuffled(original, Random(1))

        def bars(each: Piece) -> list[tuple]:
            return [
                tuple((n.start - bar.start, n.pitch) for n in each.notes if bar.start <= n.start < bar.end)
                for bar in each.bars
            ]

        self.assertEqual(sorted(bars(original)), sorted(bars(found)))
        self.assertNotEqual(bars(original), bars(found))
        self.assertEqual(bars(original)[-1], bars(found)[-1])

    def test_strikes_a_held_note_again_behind_a_bar_line(self) -> None:
        original = piece([(0, 10, 60), (10, 2, 62), (12, 4, 64)])
        found = with_bars_shuffled(original, Random(2))
        self.assertEqual(sorted(note.end - note.start for note in found.notes), [48, 48, 96, 96, 96])
        self.assertEqual((found.notes[0].start, found.notes[-1].end), (0, 384))
