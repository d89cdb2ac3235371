import unittest

from judge.making import melody, piece
from judge.music import Note, Part, Signature, piece_of
from judge.tunes import chorale_of, tune_of


class Bars(unittest.TestCase):
    def test_follow_the_signatures(self) -> None:
        found = piece_of("", [Part("", (Note(0, 240, 60),))], [Signature(0, 3, 4), Signature(144, 2, 4)])
        self.assertEqual([(bar.start, bar.end) for bar in found.bars], [(0, 72), (72, 144), (144, 192), (192, 240)])

    def test_leave_out_silence_before_and_behind(self) -> None:
        found = piece(melody([60] * 4, start=4), end=20)
        self.assertEqual([(bar.start, bar.end) for bar in found.bars], [(96, 192)])

    def test_begin_with_an_upbeat_where_the_first_is_not_full(self) -> None:
        self.assertEqual(piece(melody([60] * 5, start=3)).upbeat, 24)
        self.assertEqual(piece(melody([60] * 8)).upbeat, 0)
        short = piece_of(
            "", [Part("", (Note(0, 24, 60), Note(24, 120, 62)))], [Signature(0, 1, 4), Signature(24, 4, 4)]
        )
        self.assertEqual((short.upbeat, len(short.bars)), (0, 2))
        cut = piece_of("", [Part("", (Note(0, 24, 60), Note(24, 120, 62)))], [Signature(0, 4, 4), Signature(24, 4, 4)])
        self.assertEqual((cut.upbeat, len(cut.bars)), (24, 2))


class Corpora(unittest.TestCase):
    def test_put_an_upbeat_at_the_end_of_its_bar(self) -> None:
        tune = {
            "title": "A",
            "metre": [3, 4],
            "tonic": 7,
            "upbeat": 12,
            "length": 84,
            "notes": [[0, 12, 62], [12, 72, 67]],
        }
        found = tune_of(tune)
        self.assertEqual(found.notes, (Note(60, 72, 62), Note(72, 144, 67)))
        self.assertEqual((found.upbeat, found.tonic, len(found.bars)), (12, 7, 2))

    def test_hold_a_pitch_that_stands_in_successive_frames(self) -> None:
        found = chorale_of([[48, 60], [48, 62], [60]], "")
        self.assertEqual(found.notes, (Note(0, 24, 60), Note(0, 48, 48), Note(24, 48, 62), Note(48, 72, 60)))
