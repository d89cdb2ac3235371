"""Range, intervals, durations and rhythm, part by part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from judge.bootstrap import Estimate, estimate_of_set
from judge.lines import line_of, skyline
from judge.music import QUARTER, Part, Piece

Figures = dict[str, float | None]
Key = tuple[int, int]

STEP, LEAP = 2, 8


def melody_figures(piece: Piece) -> Figures:
    """
    `range` in semitones (mean over the parts); `steps` (1 or 2 semitones), `repeats` (0) and `leaps` (more than 8):
    shares of the intervals between the highest notes of successive onsets of a part; `noteLength` in quarter notes.
    """
    intervals = Counter[int]()
    for part in piece.melodic:
        intervals.update(map(abs, intervals_of(part)))
    count = intervals.total()
    notes = [note for part in piece.melodic for note in part.notes]

    def share(low: int, high: int) -> float | None:
        return sum(n for size, n in intervals.items() if low <= size <= high) / count if count else None

    spans = [max(n.pitch for n in part.notes) - min(n.pitch for n in part.notes) for part in piece.melodic]
    return {
        "range": sum(spans) / len(spans) if spans else None,
        "steps": share(0, STEP),
        "repeats": share(0, 0),
        "leaps": share(LEAP + 1, 127),
        "noteLength": sum(note.end - note.start for note in notes) / QUARTER / len(notes) if notes else None,
    }


def intervals_of(part: Part) -> list[int]:
    """Semitones between the highest notes of successive onsets."""
    tops = [chord[0].pitch for chord in skyline(line_of(part.name, part.notes)).chords]
    return [b - a for a, b in zip(tops, tops[1:])]


class Ranges:
    """
    The lowest and highest note of each part of a source. Which part is the same, its program tells, and which of the
    parts of that program it is; where songs are played on other instruments, its place does.
    """

    def __init__(self, sources: Sequence[Piece]) -> None:
        self.by_instrument: dict[Key, tuple[int, int]] = {}
        self.by_place: dict[Key, tuple[int, int]] = {}
        for source in sources:
            for ranges, keys in ((self.by_instrument, instruments(source)), (self.by_place, places(source))):
                for key, part in zip(keys, source.melodic):
                    low, high = ranges.get(key, (127, 0))
                    pitches = [note.pitch for note in part.notes]
                    ranges[key] = (min(low, *pitches), max(high, *pitches))

    def outside(self, piece: Piece) -> float | None:
        """The share of notes that are lower or higher than the same part ever is in the source."""
        keys, ranges = instruments(piece), self.by_instrument
        if not set(keys) <= set(ranges):
            keys, ranges = places(piece), self.by_place
        outside = total = 0
        for key, part in zip(keys, piece.melodic):
            if key in ranges:
                low, high = ranges[key]
                outside += sum(not low <= note.pitch <= high for note in part.notes)
                total += len(part.notes)
        return outside / total if total else None


def instruments(piece: Piece) -> list[Key]:
    """Each part's program, and which of the parts of that program it is."""
    programs = [part.program for part in piece.melodic]
    return [(program, programs[:i].count(program)) for i, program in enumerate(programs)]


def places(piece: Piece) -> list[Key]:
    """Each part's place among the parts."""
    return [(0, i) for i in range(len(piece.melodic))]


def histogram_distance(pieces: Sequence[Piece], sources: Sequence[Piece], kind: str) -> Estimate | None:
    """
    The share of notes that would have to change for songs to have the source's mixture of `intervals`, `durations` or
    `rhythm` (times between onsets), part by part: total variation distance, 0 for the same, 1 for nothing in common.
    """
    ours = [mixture(piece, kind) for piece in pieces]
    theirs = Counter[int]()
    for source in sources:
        theirs.update(mixture(source, kind))
    values = sorted(theirs | sum(ours, Counter[int]()))
    real = np.array([theirs[value] for value in values], float)
    table = np.array([[counts[value] for value in values] for counts in ours], float)
    if table.sum() == 0 or real.sum() == 0:
        return None

    def distance(weights: np.ndarray) -> float:
        total = weights @ table
        return float(np.abs(total / max(1.0, total.sum()) - real / real.sum()).sum() / 2)

    return estimate_of_set(len(pieces), distance)


def mixture(piece: Piece, kind: str) -> Counter[int]:
    """How often each value comes in all parts."""
    counts = Counter[int]()
    for part in piece.melodic:
        if kind == "intervals":
            counts.update(intervals_of(part))
        elif kind == "durations":
            counts.update(note.end - note.start for note in part.notes)
        else:
            onsets = line_of(part.name, part.notes).onsets
            counts.update(b - a for a, b in zip(onsets, onsets[1:]))
    return counts
