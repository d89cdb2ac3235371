"""
Whether songs can be told from real pieces: a classifier two-sample test (Lopez-Paz and Oquab 2017, arXiv 1610.06545).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict

FOLDS, TREES = 5, 100
TIMES = 5
"""Forests on folds of their own: the area of a single one is off by up to .02 by chance."""
FEWEST = 10
"""With fewer pieces on a side there is nothing to learn from."""

Features = dict[str, float]


@dataclass(frozen=True)
class Told:
    """The area under the curve, its 95 % interval over pieces, and by which features songs are told, best first."""

    auc: float
    low: float
    high: float
    by: list[str]


def told_apart(songs: Sequence[Features], real: Sequence[Features], seed: int = 1) -> Told | None:
    """
    The area under the ROC curve of a random forest that tells songs from real pieces it has not seen, 5-fold: 1 if
    every song is told, .5 if it guesses; the mean of 5 such tests. None with fewer than 10 of either.
    """
    if min(len(songs), len(real)) < FEWEST:
        return None
    names = sorted(songs[0])
    table = np.array([[piece[name] for name in names] for piece in [*songs, *real]])
    is_song = np.array([True] * len(songs) + [False] * len(real))
    guesses = []
    for time in range(TIMES):
        own = TIMES * seed + time
        forest = RandomForestClassifier(TREES, min_samples_leaf=2, class_weight="balanced", random_state=own)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=own)
        guesses.append(cross_val_predict(forest, table, is_song, cv=folds, method="predict_proba")[:, 1])
    generator = np.random.default_rng(seed)
    areas = []
    for _ in range(500):
        drawn = np.concatenate((resampled(generator, is_song), resampled(generator, ~is_song)))
        areas.append(mean_area(is_song[drawn], [each[drawn] for each in guesses]))
    weights = forest.fit(table, is_song).feature_importances_
    low, high = np.quantile(areas, (0.025, 0.975))
    best = [names[i] for i in np.argsort(-weights)[:5]]
    return Told(mean_area(is_song, guesses), float(low), float(high), best)


def mean_area(is_song: np.ndarray, tests: Sequence[np.ndarray]) -> float:
    """Of several tests."""
    return float(np.mean([area(is_song, guesses) for guesses in tests]))


def area(is_song: np.ndarray, guesses: np.ndarray) -> float:
    """How often a song gets a higher guess than a real piece, ties as half: the area under the ROC curve."""
    songs, real = is_song.sum(), (~is_song).sum()
    return float((rankdata(guesses)[is_song].sum() - songs * (songs + 1) / 2) / (songs * real))


def resampled(generator: np.random.Generator, which: np.ndarray) -> np.ndarray:
    """As many places as are true, drawn from these with replacement."""
    places = np.flatnonzero(which)
    return generator.choice(places, len(places))
