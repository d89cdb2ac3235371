"""How far songs are from a source as a set (Yang and Lerch 2018, doi 10.1007/s00521-018-3849-7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from judge.bootstrap import Estimate, estimate_of_set
from judge.lines import line_of, skyline
from judge.music import QUARTER, Note, Part, Piece, Signature, piece_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST = 100
"""So many pieces of a set are compared, spread evenly over it."""

EXCERPT = 8
"""Bars of an excerpt. Sets of less than 10 pieces are compared by excerpts."""

TINY = 1e-12

LENGTHS = np.array([0.125, 0.25, 1 / 3, 0.5, 2 / 3, 0.75, 1, 1.5, 2, 3, 4, 6])
"""Note lengths in quarter notes, by whose nearest notes are sorted."""


@dataclass(frozen=True)
class Nearness:
    """
    The overlap area of the distances within the source and from songs to it (1: the same), and the KL divergence of
    the second from the first in nats (0: the same).
    """

    overlap: Estimate
    divergence: Estimate


def compare_sets(songs: Sequence[Piece], source: Sequence[Piece]) -> dict[str, Nearness]:
    """
    For each feature: the distances between any two source pieces, and between each song and each source piece, as
    densities, compared. Empty where the source has too little for three excerpts.
    """
    if len(source) < 10 or len(songs) < 10:
        songs, source = excerpts(songs), excerpts(source)
    if len(source) < 3 or not songs:
        return {}
    ours, theirs = spread_evenly(songs), spread_evenly(source)
    return {name: nearness(*distances(feature, ours, theirs)) for name, feature in FEATURES.items()}


def spread_evenly(pieces: Sequence[Piece]) -> list[Piece]:
    """At most `MOST` pieces."""
    return [pieces[i * len(pieces) // MOST] for i in range(MOST)] if len(pieces) > MOST else list(pieces)


def excerpts(pieces: Sequence[Piece]) -> list[Piece]:
    """Each piece in stretches of 8 bars; what is left of fewer bars at the end is left out."""
    found = []
    for piece in pieces:
        for i in range(0, len(piece.bars) - EXCERPT + 1, EXCERPT):
            start, end = piece.bars[i].start, piece.bars[i + EXCERPT - 1].end
            parts = [
                Part(
                    p.name,
                    tuple(Note(n.start - start, n.end - start, n.pitch) for n in p.notes if start <= n.start < end),
                )
                for p in piece.melodic
            ]
            signature = [each for each in piece.signatures if each.start <= start][-1]
            signatures = [Signature(0, signature.numerator, signature.denominator)]
            excerpt = piece_of(piece.name, parts, signatures, end - start)
            if len(excerpt.notes) > 1:
                found.append(excerpt)
    return found


def distances(feature: Callable[[Piece], Floats], ours: list[Piece], theirs: list[Piece]) -> tuple[Floats, Floats]:
    """Euclidean distances within the source, and from each song (a row) to each source piece."""
    a, b = np.array([feature(piece) for piece in ours]), np.array([feature(piece) for piece in theirs])
    upper = np.triu_indices(len(b), 1)
    return apart(b, b)[upper], apart(a, b)


def apart(a: Floats, b: Floats) -> Floats:
    """The distance of each row of `a` to each of `b`."""
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None, :] - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0))


def nearness(within: Floats, between: Floats) -> Nearness:
    """Overlap area and divergence of two sets of distances, as densities on one grid; `between` has a row a song."""
    widest = max(within.max(), between.max(), 1e-9)
    width = max(bandwidth(within), bandwidth(between), widest / 1000)
    grid = np.linspace(-3 * width, widest + 3 * width, 500)
    step = grid[1] - grid[0]
    p = density(within, np.ones(len(within)), grid)

    def songs_density(weights: np.ndarray) -> Floats:
        return density(between.ravel(), np.repeat(weights, between.shape[1]), grid)

    def overlap(weights: np.ndarray) -> float:
        return float(np.minimum(p, songs_density(weights)).sum() * step)

    def divergence(weights: np.ndarray) -> float:
        return float((p * np.log((p + TINY) / (songs_density(weights) + TINY))).sum() * step)

    return Nearness(estimate_of_set(len(between), overlap), estimate_of_set(len(between), divergence))


def bandwidth(values: Floats) -> float:
    """Scott's rule."""
    return float(values.std()) * len(values) ** -0.2


def density(values: Floats, weights: Floats, grid: Floats) -> Floats:
    """A Gaussian kernel density estimate: values are counted into the grid's cells, and these are smoothed."""
    step = grid[1] - grid[0]
    width = max(bandwidth(values), step)
    counts = np.histogram(values, len(grid), (grid[0] - step / 2, grid[-1] + step / 2), weights=weights)[0]
    kernel = np.exp(-((np.arange(-len(grid) + 1, len(grid)) * step / width) ** 2) / 2)
    smooth = np.convolve(counts, kernel)[len(grid) - 1 : 2 * len(grid) - 1]
    return smooth / (smooth.sum() * step)


def tops(piece: Piece) -> tuple[Ints, Floats, Floats]:
    """Pitches, onsets and lengths in quarter notes of the highest notes."""
    line = skyline(line_of("", piece.notes))
    lengths = np.array([chord[0].end - chord[0].start for chord in line.chords])
    return np.array([chord[0].pitch for chord in line.chords]), np.array(line.onsets) / QUARTER, lengths / QUARTER


def transitions(classes: Ints) -> Floats:
    """How often one of 12 classes follows another, as shares."""
    table = np.zeros((12, 12))
    np.add.at(table, (classes[:-1], classes[1:]), 1)
    return (table / max(1, len(classes) - 1)).ravel()


def length_classes(piece: Piece) -> Ints:
    """For each of the highest notes the nearest of the 12 lengths."""
    return np.abs(tops(piece)[2][:, None] - LENGTHS[None, :]).argmin(1)


def one(value: float) -> Floats:
    """A feature of one number."""
    return np.array([float(value)])


FEATURES: dict[str, Callable[[Piece], Floats]] = {
    "pitchCount": lambda piece: one(len(set(tops(piece)[0]))),
    "pitchClasses": lambda piece: np.bincount(tops(piece)[0] % 12, minlength=12) / len(tops(piece)[0]),
    "pitchClassTransitions": lambda piece: transitions(tops(piece)[0] % 12),
    "pitchRange": lambda piece: one(float(np.ptp(tops(piece)[0]))),
    "meanInterval": lambda piece: one(np.abs(np.diff(tops(piece)[0])).mean() if len(tops(piece)[0]) > 1 else 0),
    "noteCount": lambda piece: one(len(piece.notes)),
    "meanGap": lambda piece: one(np.diff(tops(piece)[1]).mean() if len(tops(piece)[1]) > 1 else 0),
    "noteLengths": lambda piece: np.bincount(length_classes(piece), minlength=12) / len(tops(piece)[0]),
    "noteLengthTransitions": lambda piece: transitions(length_classes(piece)),
}
