"""What comes back, and after how many bars."""

from __future__ import annotations

from bisect import bisect_right

from judge.melody import Figures
from judge.music import Note, Part, Piece

LAGS = (2, 4, 8)


def phrase_figures(piece: Piece) -> Figures:
    """
    For lags of 2, 4 and 8 bars, over all notes of all parts that have so many bars before them: `similar`, the share
    that began with the same pitch at the same place of the bar that many bars earlier; `rhythm`, the share at whose
    place any note of the part began. None for a piece that is too short. `repeatedBars`: the share of bars of which
    every part played exactly the same before; `knownRhythms`: the share of a part's bars whose rhythm the part had
    before. Bars of silence do not count.
    """
    figures: Figures = {}
    for lag in LAGS:
        similar = rhythm = count = 0
        for part in piece.melodic:
            same_pitch, same_place, notes = agreement(piece, part, lag)
            similar, rhythm, count = similar + same_pitch, rhythm + same_place, count + notes
        figures[f"similar{lag}"] = similar / count if count else None
        figures[f"rhythm{lag}"] = rhythm / count if count else None
    parts = [in_bars(piece, part) for part in piece.melodic]
    figures["repeatedBars"] = share(seen_before(list(zip(*parts))))
    figures["knownRhythms"] = share([flag for bars in parts for flag in seen_before(list(map(rhythm_of, bars)))])
    return figures


def agreement(piece: Piece, part: Part, lag: int) -> tuple[int, int, int]:
    """
    How many notes have the same pitch at the same place `lag` bars before, how many any note, and how many there are.
    """
    bars = piece.bars
    starts = [bar.start for bar in bars]
    begins = min(note.start for each in piece.parts for note in each.notes)
    similar = rhythm = count = 0
    for note in part.notes:
        index = bisect_right(starts, note.start) - 1
        if index < lag or bars[index].full != bars[index - lag].full:
            continue
        place = starts[index - lag] + note.start - starts[index]
        if place < begins:
            continue
        before = part.by_onset.get(place, ())
        count += 1
        rhythm += bool(before)
        similar += any(other.pitch == note.pitch for other in before)
    return similar, rhythm, count


def in_bars(piece: Piece, part: Part) -> list[tuple[Note, ...]]:
    """The notes that begin in each bar, times counted from its beginning."""
    bars = piece.bars
    starts = [bar.start for bar in bars]
    found: list[list[Note]] = [[] for _ in bars]
    for note in part.notes:
        index = bisect_right(starts, note.start) - 1
        found[index].append(Note(note.start - starts[index], note.end - starts[index], note.pitch))
    return [tuple(notes) for notes in found]


def rhythm_of(bar: tuple[Note, ...]) -> tuple[tuple[int, int], ...]:
    """Where a bar's notes begin, and how long they are."""
    return tuple(sorted({(note.start, note.end - note.start) for note in bar}))


def seen_before(bars: list[tuple]) -> list[bool]:
    """Of each bar in which anything begins, whether the same came before."""
    seen: set[tuple] = set()
    flags = []
    for bar in bars:
        if any(bar):
            flags.append(bar in seen)
            seen.add(bar)
    return flags


def share(flags: list[bool]) -> float | None:
    """How many are true."""
    return sum(flags) / len(flags) if flags else None
