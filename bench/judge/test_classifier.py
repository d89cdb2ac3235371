import unittest
from random import Random

import numpy as np

from judge.classifier import area, told_apart
from judge.features import features_of
from judge.making import melody, piece


def walk(seed: int, leap: int) -> dict[str, float]:
    random = Random(seed)
    pitches = [60]
    for _ in range(40):
        up = pitches[-1] < 40 or pitches[-1] < 80 and random.random() < 0.5
        pitches.append(pitches[-1] + (leap if up else -leap))
    return features_of(piece(melody(pitches)))


class Classifier(unittest.TestCase):
    def test_tells_leaps_from_steps(self) -> None:
        told = told_apart([walk(i, 5) for i in range(20)], [walk(100 + i, 1) for i in range(20)])
        self.assertGreater(told.auc, 0.99)

    def test_cannot_tell_like_from_like(self) -> None:
        told = told_apart([walk(i, 2) for i in range(60)], [walk(100 + i, 2) for i in range(60)])
        self.assertTrue(0.3 < told.auc < 0.7, told.auc)
        self.assertTrue(told.low < told.auc < told.high)

    def test_says_nothing_of_too_few(self) -> None:
        self.assertIsNone(told_apart([walk(1, 1)] * 9, [walk(2, 1)] * 20))

    def test_the_area_counts_pairs(self) -> None:
        is_song = np.array([True, True, False, False])
        self.assertEqual(area(is_song, np.array([0.9, 0.5, 0.5, 0.1])), 0.875)

    def test_features_are_about_forty_and_not_the_key_signature(self) -> None:
        tune = melody([60, 62, 64, 65] * 8)
        features = features_of(piece(tune, key="C"))
        self.assertEqual(features, features_of(piece(tune, key="D")))
        self.assertTrue(35 <= len(features) <= 50, len(features))
