import unittest

from judge.lines import drum_lines, melodic_lines
from judge.making import melody, piece


class Lines(unittest.TestCase):
    def test_are_parts_highest_notes_and_all_notes(self) -> None:
        lines = melodic_lines(piece(melody([60, 62]), melody([67, 50, 40])))
        self.assertEqual(
            [line.pitches for line in lines],
            [((60,), (62,)), ((67,), (50,), (40,)), ((67,), (62,), (40,)), ((60, 67), (50, 62), (40,))],
        )

    def test_that_are_the_same_come_once(self) -> None:
        self.assertEqual(len(melodic_lines(piece(melody([60, 62, 64])))), 1)

    def test_keep_drums_apart(self) -> None:
        found = piece(melody([60]), melody([36, 38]), drums=[1])
        self.assertEqual([line.pitches for line in drum_lines(found)], [((36,), (38,))])
        self.assertEqual(len(melodic_lines(found)), 1)
