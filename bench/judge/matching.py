"""
For each place of many sequences, the longest stretch from there on that a sequence of another owner has as well.

A suffix array by prefix doubling (Manber and Myers 1993, doi 10.1137/0222058), in numpy: time and memory grow as n
log n, however often something repeats.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Coded:
    """
    A sequence whose run that begins at place i reads `heads[i]`, then `tails[i + span]`, `tails[i + span + 1]` and so
    on: what a run begins with is compared without what stands before it. `heads[i]` covers `span` places; None
    matches nothing.
    """

    heads: Sequence[Hashable]
    tails: Sequence[Hashable]
    span: int
    owner: int
    target: bool


@dataclass(frozen=True)
class Match:
    """The longest match from each place of one sequence: `lengths` in places, and where in which sequence (or -1)."""

    lengths: Ints
    sequences: Ints
    places: Ints


def longest_matches(sequences: Sequence[Coded]) -> list[Match]:
    """For each place of each sequence, its longest match with a target of another owner."""
    if not sequences:
        return []
    sizes = np.array([len(sequence.tails) for sequence in sequences])
    begins = np.concatenate(([0], np.cumsum(sizes + 1)))[:-1]
    codes: dict[Hashable, int] = {}
    text = np.empty(int((sizes + 1).sum()), np.int64)
    heads = np.full(len(text), -1, np.int64)
    for i, (sequence, begin, size) in enumerate(zip(sequences, begins, sizes)):
        text[begin : begin + size] = [codes.setdefault(tail, len(codes)) for tail in sequence.tails]
        text[begin + size] = -1 - i  # an end is like no other
        heads[begin : begin + size] = [
            -1 if head is None else codes.setdefault(("head", head), len(codes)) for head in sequence.heads
        ]
    of_place = np.repeat(np.arange(len(sequences)), sizes + 1)
    owners = np.array([sequence.owner for sequence in sequences])[of_place]
    targets = np.array([sequence.target for sequence in sequences])[of_place]
    span = sequences[0].span

    levels = doubled_ranks(text, int(sizes.max()) + 1)
    starts = np.flatnonzero(heads >= 0)
    rests = np.minimum(starts + span, len(text) - 1)
    starts = starts[np.lexsort((levels[-1][rests], heads[starts]))]
    lengths, found = np.zeros(len(text), np.int64), np.full(len(text), -1, np.int64)
    for neighbour in nearest_targets(owners[starts], targets[starts]):
        here, there = starts[neighbour >= 0], starts[neighbour[neighbour >= 0]]
        same = heads[here] == heads[there]
        here, there = here[same], there[same]
        length = span + common_prefix(levels, here + span, there + span)
        better = length > lengths[here]
        lengths[here[better]], found[here[better]] = length[better], there[better]

    matches = []
    for begin, size in zip(begins, sizes):
        place = found[begin : begin + size]
        its = np.where(place >= 0, of_place[place], -1)
        matches.append(Match(lengths[begin : begin + size], its, np.where(place >= 0, place - begins[its], -1)))
    return matches


def doubled_ranks(text: Ints, longest: int) -> list[Ints]:
    """Level k ranks each place by the 2^k codes from there on; until all differ or nothing is longer."""
    levels = [np.unique(text, return_inverse=True)[1].astype(np.int64)]
    width = 1
    while width < longest and levels[-1].max() + 1 < len(text):
        rank = levels[-1]
        after = np.concatenate((rank[width:] + 1, np.zeros(min(width, len(rank)), np.int64)))[: len(rank)]
        levels.append(np.unique(rank * (len(rank) + 2) + after, return_inverse=True)[1].astype(np.int64))
        width *= 2
    return levels


def common_prefix(levels: list[Ints], a: Ints, b: Ints) -> Ints:
    """How many codes are the same from `a` and from `b` on, for many pairs of places at once."""
    a, b = a.copy(), b.copy()
    length, size = np.zeros(len(a), np.int64), len(levels[0])
    # What two places share is shorter than what the highest level compares, so that each level fits at most once.
    for k in reversed(range(len(levels))):
        inside = (a < size) & (b < size)
        same = np.zeros(len(a), bool)
        same[inside] = levels[k][a[inside]] == levels[k][b[inside]]
        step = np.where(same, 1 << k, 0)
        a, b, length = a + step, b + step, length + step
    return length


def nearest_targets(owners: Ints, targets: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """For each place of a sorted list the nearest target of another owner before and behind it, -1 where none is."""
    return one_way(owners, targets), len(owners) - 1 - flipped(one_way(owners[::-1], targets[::-1]), len(owners))


def flipped(found: Ints, size: int) -> Ints:
    """Places of a list that was searched from its end; none (-1) becomes a place that turns into -1 again."""
    return np.where(found >= 0, found, size)[::-1]


def one_way(owners: Ints, targets: NDArray[np.bool_]) -> Ints:
    """For each place the last target before it whose owner is another."""
    size = len(owners)
    at = np.flatnonzero(targets)
    if len(at) == 0:
        return np.full(size, -1, np.int64)
    its = owners[at]
    changes = np.concatenate(([True], its[1:] != its[:-1]))
    run_begins = np.maximum.accumulate(np.where(changes, np.arange(len(at)), 0))
    last = np.searchsorted(at, np.arange(size)) - 1  # index among targets, strictly before
    own = (last >= 0) & (its[np.maximum(last, 0)] == owners)
    last = np.where(own, run_begins[np.maximum(last, 0)] - 1, last)
    return np.where(last >= 0, at[np.maximum(last, 0)], -1)
