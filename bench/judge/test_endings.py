import unittest

from judge.endings import ending_figures
from judge.key import estimated_tonic
from judge.making import melody, piece

G_MAJOR = [67, 69, 71, 72, 74, 76, 78, 79, 74, 71, 67]


class Endings(unittest.TestCase):
    def test_the_key_by_its_pitches(self) -> None:
        self.assertEqual(estimated_tonic(piece(melody(G_MAJOR)).notes), 7)
        self.assertEqual(estimated_tonic(piece(melody([57, 59, 60, 62, 64, 65, 68, 69, 64, 60, 57])).notes), 9)

    def test_the_key_signature_counts_before_the_pitches(self) -> None:
        figures = ending_figures(piece(melody(G_MAJOR), key="D"))
        self.assertEqual((figures["tonic"], figures["estimatedTonic"]), (0, 1))
        self.assertEqual(ending_figures(piece(melody(G_MAJOR)))["tonic"], 1)

    def test_the_lowest_of_the_last(self) -> None:
        chord = [(11, 4, 67), (11, 4, 79), (11, 4, 74)]
        self.assertEqual(ending_figures(piece(melody(G_MAJOR) + chord))["tonic"], 1)
        self.assertEqual(ending_figures(piece(melody(G_MAJOR) + chord, [(11, 4, 62)]))["tonic"], 0)

    def test_the_length_of_the_last_note(self) -> None:
        self.assertEqual(ending_figures(piece([(0, 1, 60), (1, 3, 62)]))["lastLength"], 3)
