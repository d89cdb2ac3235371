import unittest

from judge.making import melody, piece
from judge.metre import metre_figures
from judge.music import Note, Part, Signature, piece_of


class Metre(unittest.TestCase):
    def test_whole_bars(self) -> None:
        figures = metre_figures(piece(melody([60] * 16)))
        self.assertEqual((figures["complete"], figures["bars"], figures["fours"], figures["eights"]), (1, 4, 1, 0))

    def test_a_note_held_over_a_bar_line(self) -> None:
        figures = metre_figures(piece([(0, 3, 60), (3, 2, 62), (5, 3, 60)]))
        self.assertEqual((figures["complete"], figures["heldOver"], figures["cut"]), (0.5, 0.5, 0))

    def test_a_note_that_is_played_a_little_long_is_not_held_over(self) -> None:
        self.assertEqual(metre_figures(piece([(0, 4.05, 60), (4, 4, 62)]))["complete"], 1)

    def test_an_upbeat_and_the_bar_that_it_completes(self) -> None:
        figures = metre_figures(piece(melody([60] * 16, start=3)))
        self.assertEqual((figures["complete"], figures["bars"]), (1, 4))
        whole = metre_figures(piece(melody([60] * 17, start=3)))
        self.assertEqual((whole["complete"], whole["bars"]), (1, 4))
        neither = metre_figures(piece(melody([60] * 15, start=3)))
        self.assertEqual((neither["complete"], neither["bars"]), (0.75, 4))

    def test_rests_fill_the_last_bar_if_the_file_says_so(self) -> None:
        self.assertEqual(metre_figures(piece(melody([60] * 6)))["complete"], 0.5)
        self.assertEqual(metre_figures(piece(melody([60] * 6), end=8))["complete"], 1)

    def test_a_bar_that_a_signature_cuts_short(self) -> None:
        notes = (Note(0, 96, 60), Note(96, 144, 60), Note(144, 240, 60))
        cut = piece_of("", [Part("", notes)], [Signature(0, 4, 4), Signature(144, 4, 4)], 240)
        self.assertAlmostEqual(metre_figures(cut)["complete"], 2 / 3)

    def test_groove(self) -> None:
        self.assertEqual(metre_figures(piece(melody([60] * 8)))["groove"], 1)
        # Four onsets of one bar, one of the next: three sixteenths of sixteen differ.
        self.assertEqual(metre_figures(piece([*melody([60] * 4), (4, 4, 60)]))["groove"], 1 - 3 / 16)
