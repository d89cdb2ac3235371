import unittest

from judge.bootstrap import Estimate
from judge.copies import Run
from judge.table import as_markdown, as_text, cell, tables_of
from judge.verdict import Verdict


class Tables(unittest.TestCase):
    def test_cells(self) -> None:
        self.assertEqual(cell(None, 2), "–")
        self.assertEqual(cell(Estimate(0.404, 0.37, 1), 2), ".40 (.37 to 1.00)")
        self.assertEqual(cell(Estimate(8, most=9), 0), "8, most 9")

    def test_show_what_some_group_has_and_the_longest_copies(self) -> None:
        run = Run(9, 12, "violin", 24, "a|b", "cello", 16)
        songs = Verdict("songs", 2, {"steps": Estimate(0.5), "dissonance": None}, [], [("x", run), ("y", None)])
        tables = tables_of([songs], "songs")
        self.assertEqual([table.title for table in tables], ["Melody", "Longest copies, in any key and at any tempo"])
        self.assertIn("| songs (2) | .50 |", as_markdown(tables))
        self.assertIn("a\\|b, bar 16, cello", as_markdown(tables))
        self.assertIn("songs (2)  .50", as_text(tables))
