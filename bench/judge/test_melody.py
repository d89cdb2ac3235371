import unittest

from judge.making import melody, piece
from judge.melody import Ranges, histogram_distance, melody_figures


class Melody(unittest.TestCase):
    def test_intervals(self) -> None:
        figures = melody_figures(piece(melody([60, 62, 62, 72, 71])))
        self.assertEqual(
            (figures["steps"], figures["repeats"], figures["leaps"], figures["range"]), (0.75, 0.25, 0.25, 12)
        )

    def test_notes_outside_the_range_of_the_same_instrument(self) -> None:
        ranges = Ranges([piece(melody([60, 72]), melody([40, 50]), programs=(40, 42))])
        self.assertEqual(ranges.outside(piece(melody([40, 51]), melody([60, 72]), programs=(42, 40))), 0.25)
        # On other instruments parts are known by their places.
        self.assertEqual(ranges.outside(piece(melody([40, 60]), melody([45, 46]), programs=(1, 2))), 0.25)

    def test_distance_of_mixtures(self) -> None:
        up, down = piece(melody([60, 62, 64])), piece(melody([64, 62, 60]))
        self.assertEqual(histogram_distance([up], [up], "intervals").value, 0)
        self.assertEqual(histogram_distance([up], [down], "intervals").value, 1)
        self.assertEqual(histogram_distance([up], [down], "durations").value, 0)
        half = piece([(0, 1, 60), (1, 2, 60)])
        self.assertEqual(histogram_distance([half], [up], "durations").value, 0.5)
