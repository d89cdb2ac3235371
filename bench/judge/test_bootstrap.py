import unittest

import numpy as np

from judge.bootstrap import estimate, estimate_of_set


class Bootstrap(unittest.TestCase):
    def test_the_interval_of_a_mean_is_about_two_standard_errors(self) -> None:
        values = np.random.default_rng(5).normal(10, 2, 400)
        found = estimate(list(values))
        self.assertAlmostEqual(found.high - found.low, 4 * values.std() / 20, delta=0.06)
        self.assertTrue(found.low < values.mean() < found.high)

    def test_leaves_out_pieces_without_the_figure(self) -> None:
        self.assertEqual(estimate([1, None, 3]).value, 2)
        self.assertIsNone(estimate([None, None]))

    def test_a_single_piece_has_no_interval(self) -> None:
        self.assertEqual((estimate([4]).value, estimate([4]).low), (4, None))

    def test_medians_know_the_most(self) -> None:
        found = estimate([1, 2, 9], "longest")
        self.assertEqual((found.value, found.most), (2, 9))

    def test_sets_are_weighed(self) -> None:
        values = np.array([1.0, 3.0])
        found = estimate_of_set(2, lambda weights: float(weights @ values / weights.sum()))
        self.assertEqual((found.value, found.low, found.high), (2, 1, 3))
