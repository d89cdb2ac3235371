"""How far a figure would move with other pieces of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS = 500


@dataclass(frozen=True)
class Estimate:
    """A figure of a group, and its 95 % interval; low and high are None for a single piece."""

    value: float
    low: float | None = None
    high: float | None = None
    most: float | None = None
    """The greatest of all pieces, where that was asked for."""


def estimate(values: Sequence[float | None], statistic: str = "mean", seed: int = 1) -> Estimate | None:
    """
    The mean or median of what the pieces have (`longest`: the median, and the most), with a percentile bootstrap over
    pieces (Efron and Tibshirani 1993). Pieces without the figure do not count; None where no piece has it.
    """
    known = np.array([value for value in values if value is not None], float)
    if len(known) == 0:
        return None
    of = np.mean if statistic == "mean" else np.median
    most = float(known.max()) if statistic == "longest" else None
    if len(known) == 1:
        return Estimate(float(known[0]), most=most)
    drawn = np.random.default_rng(seed).choice(known, (ROUNDS, len(known)))
    low, high = np.quantile(of(drawn, axis=1), (0.025, 0.975))
    return Estimate(float(of(known)), float(low), float(high), most)


def estimate_of_set(size: int, figure: Callable[[np.ndarray], float], rounds: int = 100, seed: int = 1) -> Estimate:
    """A figure of a whole set, given how often each of its pieces counts; with the interval over pieces."""
    value = figure(np.ones(size, int))
    if size == 1:
        return Estimate(value)
    generator = np.random.default_rng(seed)
    drawn = [figure(np.bincount(generator.integers(0, size, size), minlength=size)) for _ in range(rounds)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Estimate(value, float(low), float(high))
