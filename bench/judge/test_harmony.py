import unittest

from judge.harmony import beats_of, harmony_figures
from judge.making import melody, piece


def chords(*pitches: tuple[int, ...]) -> list[tuple[float, float, int]]:
    return [(i, 1, pitch) for i, chord in enumerate(pitches) for pitch in chord]


class Harmony(unittest.TestCase):
    def test_dissonant_pairs(self) -> None:
        # A triad with a second added: D–C and D–E of six pairs; then a triad.
        figures = harmony_figures(piece(chords((60, 62, 64, 67), (60, 64, 67))))
        self.assertAlmostEqual(figures["dissonance"], 2 / 9)
        self.assertEqual(figures["chords"], 0.5)

    def test_passing_notes_count_only_between_beats(self) -> None:
        figures = harmony_figures(piece([(0, 2, 48)], [(0, 0.5, 60), (0.5, 0.5, 62), (1, 1, 64)]))
        self.assertEqual((figures["dissonance"], figures["dissonanceAnywhere"]), (0, 0.25))

    def test_fourths_are_consonant_and_tritones_are_not(self) -> None:
        self.assertEqual(harmony_figures(piece(chords((60, 65), (60, 66))))["dissonance"], 0.5)

    def test_sevenths_are_chords_and_clusters_are_not(self) -> None:
        self.assertEqual(harmony_figures(piece(chords((55, 59, 62, 65), (60, 61, 62))))["chords"], 0.5)

    def test_parallels(self) -> None:
        fifths = piece(melody([60, 62, 64]), melody([67, 69, 71]))
        self.assertEqual(harmony_figures(fifths)["parallels"], 1)
        thirds = piece(melody([60, 62, 64]), melody([64, 65, 67]))
        self.assertEqual(harmony_figures(thirds)["parallels"], 0)
        contrary = piece(melody([60, 62]), melody([67, 57]))
        self.assertEqual(harmony_figures(contrary)["parallels"], 0)
        octaves = piece(chords((48, 60), (50, 62), (50, 62), (48, 64)))
        self.assertEqual(harmony_figures(octaves)["parallels"], 0.5)

    def test_repeated_beats(self) -> None:
        self.assertEqual(harmony_figures(piece(chords((60, 64), (60, 64), (60, 65))))["repeatedBeats"], 0.5)

    def test_voices(self) -> None:
        figures = harmony_figures(piece(chords((60, 64, 67, 72), (60, 64))))
        self.assertEqual((figures["voices"], figures["fourVoices"]), (3, 0.5))

    def test_a_line_has_none(self) -> None:
        self.assertEqual(set(harmony_figures(piece(melody([60, 62]))).values()), {None})

    def test_beats(self) -> None:
        self.assertEqual(beats_of(piece(melody([60] * 3), metre=(6, 8))), [0, 36])
        self.assertEqual(beats_of(piece(melody([60] * 3), metre=(3, 4))), [0, 24, 48])
