"""Bars: whether they add up, how many there are, and how steady their rhythm is."""

from __future__ import annotations

from bisect import bisect_right

from judge.melody import Figures
from judge.music import QUARTER, Piece

HELD_OVER = QUARTER // 8
"""A note that ends this much behind a bar line, a thirty-second, is held over it; less is how somebody plays."""

SIXTEENTH = QUARTER // 4


def metre_figures(piece: Piece) -> Figures:
    """
    `complete`: the share of bars that are as long as their signature says and over whose end no note is held, in any
    part; an upbeat and the bar that it completes count as one. `cut` and `heldOver`: the shares of bars that fail for
    one or the other reason. `groove`: how alike the onsets of successive bars are. `bars`, `notes`; `fours`,
    `eights`: whether the number of bars is a multiple of 4, of 8.
    """
    bars = piece.bars
    notes = [note for part in piece.parts for note in part.notes]
    if not bars:
        return {}
    starts = [bar.start for bar in bars]
    held: set[int] = set()
    for note in notes:
        index = bisect_right(starts, note.start) - 1
        while index < len(bars) and note.end >= bars[index].end + HELD_OVER:
            held.add(index)
            index += 1
    cut = {i for i, bar in enumerate(bars[:-1]) if bar.end - bar.start < bar.full}
    if piece.upbeat:
        cut.discard(0)
    if not ends_whole(piece):
        cut.add(len(bars) - 1)
    counted = range(1 if piece.upbeat else 0, len(bars))
    size = len(counted)
    return {
        "complete": 1 - len((cut | held) & set(counted)) / size,
        "cut": len(cut & set(counted)) / size,
        "heldOver": len(held & set(counted)) / size,
        "groove": groove(piece),
        "bars": size,
        "notes": len(notes),
        "fours": float(size % 4 == 0),
        "eights": float(size % 8 == 0),
    }


def ends_whole(piece: Piece) -> bool:
    """Whether the last bar is whole, its rests included, or short by just the upbeat."""
    last = piece.bars[-1]
    end = max(note.end for part in piece.parts for note in part.notes)
    missing = last.end - min(max(end, piece.end), last.end)
    return missing < HELD_OVER or abs(last.end - end - piece.upbeat) < HELD_OVER


def groove(piece: Piece) -> float | None:
    """
    1 minus the share of sixteenths that have an onset in one of two successive bars but not in the other, over all
    sixteenths (Wu and Yang 2020, arXiv 2008.01307).
    """
    bars = piece.bars
    onsets: list[set[int]] = [set() for _ in bars]
    starts = [bar.start for bar in bars]
    for note in (note for part in piece.parts for note in part.notes):
        index = bisect_right(starts, note.start) - 1
        onsets[index].add((note.start - starts[index]) // SIXTEENTH)
    pairs = [
        1 - len(onsets[i - 1] ^ onsets[i]) / max(1, bars[i].full // SIXTEENTH)
        for i in range(2 if piece.upbeat else 1, len(bars))
        if bars[i].full == bars[i - 1].full
    ]
    return sum(pairs) / len(pairs) if pairs else None
