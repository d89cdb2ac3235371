"""Everything that is said of one group of pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from judge.bootstrap import Estimate, estimate
from judge.classifier import told_apart
from judge.copies import Copies, Run
from judge.distributions import compare_sets
from judge.features import features_of
from judge.figures import figures_of
from judge.melody import Ranges, histogram_distance
from judge.music import Piece

MEDIANS = {"bars", "notes", "range"}
"""Figures of which a group's median is told, others' means."""


@dataclass(frozen=True)
class Group:
    """Pieces under one name. `real`: the source (its name) or held-out pieces, not songs or baselines."""

    name: str
    pieces: Sequence[Piece]
    real: bool = False


@dataclass(frozen=True)
class Verdict:
    """
    A group's figures by name, its features by which it is told from real pieces, and the longest run of each piece.
    """

    name: str
    pieces: int
    figures: dict[str, Estimate | None]
    told_by: list[str]
    runs: list[tuple[str, Run | None]]


def judge_group(group: Group, copies: Sequence[Copies], source: Sequence[Piece], reference: Group) -> Verdict:
    """
    `source` is what songs were learned from, `reference` the real pieces that they should not be told from. A group
    that is its own reference is told from itself: one half from the other.
    """
    each = [figures_of(piece) for piece in group.pieces]
    names = list(dict.fromkeys(name for figures in each for name in figures))
    figures: dict[str, Estimate | None] = {
        name: estimate([f.get(name) for f in each], "median" if name in MEDIANS else "mean") for name in names
    }
    figures |= copy_figures(copies)
    if group.name != "source":
        ranges = Ranges(source)
        figures["outsideRange"] = estimate([ranges.outside(piece) for piece in group.pieces])
        for kind in ("intervals", "durations", "rhythm"):
            figures[f"{kind}Distance"] = histogram_distance(group.pieces, source, kind)
        near = compare_sets(with_melody(group.pieces), with_melody(source))
        for name, value in near.items():
            figures[f"{name}Overlap"], figures[f"{name}Divergence"] = value.overlap, value.divergence
        figures["overlap"] = average([value.overlap for value in near.values()])
        figures["divergence"] = average([value.divergence for value in near.values()])
    features = [features_of(piece, known) for piece, known in zip(group.pieces, each) if piece.notes]
    if group is reference:
        mixed = Random(1).sample(features, len(features))
        told = told_apart(mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :])
    else:
        real = sample(with_melody(reference.pieces), max(50, 2 * len(group.pieces)))
        told = told_apart(features, [features_of(piece) for piece in real])
    figures["auc"] = Estimate(told.auc, told.low, told.high) if told else None
    longest = [(piece.name, found.runs["scaled"]) for piece, found in zip(group.pieces, copies)]
    return Verdict(group.name, len(group.pieces), figures, told.by if told else [], longest)


def copy_figures(copies: Sequence[Copies]) -> dict[str, Estimate | None]:
    """The median of the longest run of each sense, and the mean share of copied notes."""

    def median(run_of: Callable[[Copies], Run | None], size: Callable[[Run], int]) -> Estimate | None:
        def length(each: Copies) -> int | None:
            run = run_of(each)
            return size(run) if run else nothing(each)

        return estimate([length(each) for each in copies], "longest")

    def nothing(each: Copies) -> int | None:
        return None if each.share is None else 0

    return {
        "exact": median(lambda each: each.runs["exact"], lambda run: run.onsets),
        "transposed": median(lambda each: each.runs["transposed"], lambda run: run.onsets),
        "scaled": median(lambda each: each.runs["scaled"], lambda run: run.onsets),
        "scaledNotes": median(lambda each: each.runs["scaled"], lambda run: run.notes),
        "pitches": median(lambda each: each.runs["pitches"], lambda run: run.onsets),
        "drums": estimate([each.drums.onsets for each in copies if each.drums], "longest"),
        "copied": estimate([each.share for each in copies]),
    }


def with_melody(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces that have more than drums."""
    return [piece for piece in pieces if piece.notes]


def average(values: Sequence[Estimate]) -> Estimate | None:
    """The mean of several figures and of the ends of their intervals, which is wider than the interval of the mean."""
    if not values:
        return None
    lows, highs = [v.low for v in values if v.low is not None], [v.high for v in values if v.high is not None]
    count = len(values)
    return Estimate(
        sum(v.value for v in values) / count,
        sum(lows) / count if len(lows) == count else None,
        sum(highs) / count if len(highs) == count else None,
    )


def sample(pieces: Sequence[Piece], most: int, seed: int = 1) -> list[Piece]:
    """At most so many pieces, drawn without replacement."""
    return Random(seed).sample(list(pieces), most) if len(pieces) > most else list(pieces)
