import tempfile
import unittest
from pathlib import Path

from judge.making import melody, midi, piece
from judge.music import Note
from judge.reader import Unreadable, read_piece, read_pieces, tonic_of


class Reader(unittest.TestCase):
    def test_rounds_times_to_24ths_of_a_quarter(self) -> None:
        # Three ticks late and four short, as somebody plays it.
        file = midi([(0.006, 0.99, 60), (1 / 3, 1 / 6, 64)])
        with tempfile.TemporaryDirectory() as folder:
            file.save(Path(folder) / "a.mid")
            found = read_piece(Path(folder) / "a.mid")
        self.assertEqual(found.parts[0].notes, (Note(0, 24, 60), Note(8, 12, 64)))

    def test_reads_signature_key_programs_and_drums(self) -> None:
        found = piece(melody([60, 62]), melody([36]), metre=(6, 8), key="F#m", programs=(40, 0), drums=[1])
        self.assertEqual([part.drums for part in found.parts], [False, True])
        self.assertEqual((found.parts[0].program, found.signatures[0].bar, found.tonic), (40, 72, 6))

    def test_ends_notes_that_nothing_ends(self) -> None:
        file = midi(melody([60]))
        del file.tracks[1][-1]
        file.tracks[1].append(midi([]).tracks[0][-1].copy(time=960))
        with tempfile.TemporaryDirectory() as folder:
            file.save(Path(folder) / "a.mid")
            self.assertEqual(read_piece(Path(folder) / "a.mid").notes[0].end, 48)

    def test_knows_the_tonic_of_a_key(self) -> None:
        self.assertEqual(
            [tonic_of(key) for key in ("C", "Bb", "Bbm", "F#", "Cb", "Am", "B")], [0, 10, 10, 6, 11, 9, 11]
        )

    def test_reads_a_folder_and_refuses_what_is_no_midi(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            midi(melody([60])).save(Path(folder) / "b.mid")
            midi(melody([61])).save(Path(folder) / "a.MID")
            self.assertEqual([each.name for each in read_pieces(Path(folder))], ["a", "b"])
            (Path(folder) / "c.mid").write_text("nothing")
            with self.assertRaisesRegex(Unreadable, "c.mid"):
                read_pieces(Path(folder))
        with self.assertRaises(Unreadable):
            read_pieces(Path(folder) / "gone")
