import unittest

from judge.making import melody, piece
from judge.phrases import phrase_figures

A, B, C, D = [60, 62, 64, 65], [67, 65, 64, 62], [72, 71, 69, 67], [60, 60, 67, 67]


class Phrases(unittest.TestCase):
    def test_a_period_that_comes_back(self) -> None:
        figures = phrase_figures(piece(melody(A + B + C + D + A + B + C + D)))
        self.assertEqual((figures["similar4"], figures["rhythm4"], figures["repeatedBars"]), (1, 1, 0.5))
        self.assertIsNone(figures["similar8"])

    def test_half_of_a_period(self) -> None:
        figures = phrase_figures(piece(melody(A + B + C + D + A + B + [80] * 8)))
        self.assertEqual((figures["similar4"], figures["rhythm4"]), (0.5, 1))

    def test_another_rhythm(self) -> None:
        figures = phrase_figures(piece([*melody(A + B), (8, 2, 60), (10, 1, 64), (11, 1, 99), (12, 4, 67)]))
        self.assertEqual((figures["similar2"], figures["rhythm2"]), (0.75, 1))
        self.assertEqual(figures["knownRhythms"], 0.25)

    def test_counts_from_an_upbeat(self) -> None:
        notes = melody([55, *A, *B, *A, *B][:-1], start=3)
        figures = phrase_figures(piece(notes))
        self.assertEqual(figures["similar2"], 7 / 8)

    def test_every_part_has_to_repeat_a_bar(self) -> None:
        figures = phrase_figures(piece(melody(A + A), melody([50, 50, 50, 50, 50, 50, 50, 52])))
        self.assertEqual((figures["repeatedBars"], figures["knownRhythms"]), (0, 0.5))
