import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path
from random import Random
from unittest import mock

from judge.__main__ import main
from judge.making import melody, midi


class Judge(unittest.TestCase):
    def test_judges_a_folder_beside_source_held_out_pieces_and_others(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for kind, count, leap in (("source", 24, 1), ("held", 12, 1), ("songs", 12, 6), ("other", 3, 2)):
                (folder / kind).mkdir()
                for i in range(count):
                    random = Random(f"{kind}{i}")
                    pitches = [60 + random.randint(-4, 4) * leap for _ in range(32)]
                    midi(melody(pitches)).save(folder / kind / f"{i}.mid")
            given = ["--songs", "songs", "--source", "source", "--held-out", "held", "--out", "out"]
            given = [str(folder / each) if not each.startswith("-") else each for each in given]
            printed = io.StringIO()
            with mock.patch.object(
                sys, "argv", ["judge", *given, "--no-baselines", "--compare", f"LSTM={folder / 'other'}"]
            ):
                with contextlib.redirect_stdout(printed):
                    main()
            verdicts = {each["name"]: each for each in json.loads((folder / "out" / "judge.json").read_text())}
            text = (folder / "out" / "judge.md").read_text()
        self.assertEqual(list(verdicts), ["source", "held out", "songs", "LSTM"])
        figures = verdicts["songs"]["figures"]
        self.assertEqual((figures["complete"]["value"], figures["bars"]["value"]), (1, 8))
        self.assertGreater(figures["auc"]["value"], 0.99)
        self.assertGreater(figures["outsideRange"]["value"], 0.3)
        self.assertEqual(verdicts["held out"]["figures"]["outsideRange"]["value"], 0)
        self.assertIn("### Phrases", text)
        self.assertIn("Metre and length", printed.getvalue())

    def test_judges_drums_and_single_notes(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            midi(melody([36, 38] * 8), drums=[0]).save(folder / "drums.mid")
            midi([(0, 1, 60)]).save(folder / "one.mid")
            printed = io.StringIO()
            given = ["--songs", name, "--source", name]
            with mock.patch.object(sys, "argv", ["judge", *given]), contextlib.redirect_stdout(printed):
                main()
        for row in ("Markov chain, order 4 (20)", "Markov chain, order 8 (20)", "source, bars shuffled (20)"):
            self.assertIn(row, printed.getvalue())
        self.assertRegex(printed.getvalue(), r"songs \(2\) .* 16 ")

    def test_says_what_is_missing(self) -> None:
        for given in (["--songs", "x"], ["--source", "x"], ["--songs", "gone", "--source", "gone"]):
            errors = io.StringIO()
            with mock.patch.object(sys, "argv", ["judge", *given]), contextlib.redirect_stderr(errors):
                with self.assertRaises(SystemExit) as stopped:
                    main()
            self.assertEqual(stopped.exception.code, 2)
            self.assertRegex(errors.getvalue(), "expected")
