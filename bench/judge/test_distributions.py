import unittest
from random import Random

from judge.distributions import compare_sets, excerpts
from judge.making import melody, piece


def walks(count: int, leap: int, seed: int) -> list:
    random = Random(seed)
    pieces = []
    for _ in range(count):
        pitches = [60]
        for _ in range(31):
            up = pitches[-1] < 40 or pitches[-1] < 80 and random.random() < 0.5
            pitches.append(pitches[-1] + (leap if up else -leap))
        pieces.append(piece(melody(pitches, random.choice((0.5, 1)))))
    return pieces


class Distributions(unittest.TestCase):
    def test_overlap_of_like_with_like_and_not_of_others(self) -> None:
        source = walks(60, 1, 1)
        same, other = compare_sets(walks(60, 1, 2), source), compare_sets(walks(60, 4, 3), source)
        self.assertGreater(same["meanInterval"].overlap.value, 0.95)
        self.assertLess(other["meanInterval"].overlap.value, 0.2)
        self.assertGreater(same["pitchRange"].overlap.value, 0.8)
        self.assertLess(other["pitchRange"].overlap.value, 0.5)
        self.assertGreater(other["pitchRange"].divergence.value, same["pitchRange"].divergence.value)
        self.assertGreater(same["meanGap"].overlap.value, 0.9)

    def test_few_pieces_are_compared_by_excerpts_of_eight_bars(self) -> None:
        long = piece(melody([60, 62, 64, 65] * 30))
        found = excerpts([long])
        self.assertEqual([len(each.bars) for each in found], [8, 8, 8])
        self.assertEqual(found[1].notes[0].start, 0)
        self.assertEqual(compare_sets([long], [piece(melody([60] * 30))]), {})
