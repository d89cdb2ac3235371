"""A baseline: the source's own bars in another order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from judge.music import Note, Piece, piece_of


def with_bars_shuffled(piece: Piece, random: Random) -> Piece:
    """
    The piece with whole bars in random places; an upbeat, the last bar and bars of other lengths stay where they are.
    """
    bars = piece.bars
    starts = [bar.start for bar in bars]
    places: dict[int, list[int]] = {}
    for i in range(1 if piece.upbeat else 0, len(bars) - 1):
        places.setdefault(bars[i].end - bars[i].start, []).append(i)
    goes_to = list(range(len(bars)))
    for indices in places.values():
        for source, target in zip(indices, random.sample(indices, len(indices))):
            goes_to[source] = target

    def moved(note: Note) -> Iterator[Note]:
        # A note that is held over a bar line is struck again behind it.
        for bar in range(bisect_right(starts, note.start) - 1, len(bars)):
            if bars[bar].start >= note.end:
                break
            shift = starts[goes_to[bar]] - starts[bar]
            yield Note(max(note.start, bars[bar].start) + shift, min(note.end, bars[bar].end) + shift, note.pitch)

    parts = [replace(part, notes=tuple(new for note in part.notes for new in moved(note))) for part in piece.parts]
    return piece_of(piece.name, parts, piece.signatures, piece.end, piece.tonic)
