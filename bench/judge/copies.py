"""What a piece has in common with others: runs of notes, in four senses, on every line that can be heard."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import gcd

from judge.lines import Line, drum_lines, melodic_lines
from judge.matching import Coded, Match, longest_matches
from judge.music import Note, Piece

LONG = 8
"""Runs of this many notes count as copied in `share`."""


@dataclass(frozen=True)
class Run:
    """
    The longest run that a piece shares with another: its length in `onsets` (a chord counts as one) and in `notes`,
    the line and bar where it begins in the piece, and the same of the other.
    """

    onsets: int
    notes: int
    line: str
    bar: int
    other: str
    other_line: str
    other_bar: int


@dataclass(frozen=True)
class Copies:
    """
    The longest run of each sense (None: nothing in common), of drums, and the share of notes in runs of 8 or more
    (None: there is no other piece).
    """

    runs: dict[str, Run | None]
    drums: Run | None
    share: float | None


def exact(line: Line) -> tuple[list, list, int]:
    """The same pitches in the same rhythm."""
    gaps = steps(line.onsets)
    return list(line.pitches), list(zip(line.pitches, gaps)), 1


def transposed(line: Line) -> tuple[list, list, int]:
    """The same intervals in the same rhythm."""
    shapes, moves = shapes_of(line)
    return list(shapes), list(zip(shapes, moves, steps(line.onsets))), 1


def scaled(line: Line) -> tuple[list, list, int]:
    """The same intervals, and the same ratios between the times from one onset to the next, within the run."""
    shapes, moves = shapes_of(line)
    gaps = steps(line.onsets)
    ratios: list[tuple[int, int] | None] = [None] * min(2, len(gaps))
    for before, gap in zip(gaps[1:], gaps[2:]):
        common = gcd(before, gap)
        ratios.append((before // common, gap // common))
    pairs = [(shapes[i], moves[i + 1], shapes[i + 1]) for i in range(len(shapes) - 1)]
    return [*pairs, None], list(zip(shapes, moves, ratios)), 2


def pitches_only(line: Line) -> tuple[list, list, int]:
    """The same intervals in whatever rhythm."""
    shapes, moves = shapes_of(line)
    return list(shapes), list(zip(shapes, moves)), 1


def drum_pattern(line: Line) -> tuple[list, list, int]:
    """The same drums, and the same ratios between the times from one stroke to the next."""
    _, tails, span = scaled(line)
    pairs = [*zip(line.pitches, line.pitches[1:]), None]
    return list(pairs), [(chord, ratio) for chord, (_, _, ratio) in zip(line.pitches, tails)], span


SENSES: dict[str, Callable[[Line], tuple[list, list, int]]] = {
    "exact": exact,
    "transposed": transposed,
    "scaled": scaled,
    "pitches": pitches_only,
}


def steps(values: Sequence[int]) -> list[int]:
    """From each value's predecessor to it; 0 for the first."""
    return [0, *(b - a for a, b in zip(values, values[1:]))]


def shapes_of(line: Line) -> tuple[list[tuple[int, ...]], list[int]]:
    """Each chord from its lowest note on, and how far that moved from the chord before."""
    lows = [chord[0] for chord in line.pitches]
    return [tuple(p - chord[0] for p in chord) for chord in line.pitches], steps(lows)


def find_copies(queries: Sequence[Piece], targets: Sequence[Piece]) -> list[Copies]:
    """What each query has in common with any target but itself."""
    pool = list(dict.fromkeys([*targets, *queries]))
    is_target = set(targets)
    lines = [(i, line) for i, piece in enumerate(pool) for line in melodic_lines(piece)]
    drums = [(i, line) for i, piece in enumerate(pool) for line in drum_lines(piece)]
    wanted = set(queries)

    def search(coder: Callable[[Line], tuple[list, list, int]], some: list[tuple[int, Line]]) -> list[Match]:
        return longest_matches([Coded(*coder(line), i, pool[i] in is_target) for i, line in some])

    runs: dict[Piece, dict[str, Run | None]] = {piece: dict.fromkeys(SENSES) for piece in wanted}
    copied: dict[Piece, set[Note]] = {piece: set() for piece in wanted}
    for sense, coder in SENSES.items():
        matches = search(coder, lines)
        for (i, line), match in zip(lines, matches):
            if pool[i] not in wanted:
                continue
            run = longest_run(pool, lines, line, match, i)
            runs[pool[i]][sense] = longer(runs[pool[i]].get(sense), run)
            if sense == "scaled":
                copied[pool[i]] |= notes_in_long_runs(line, match)
    beats: dict[Piece, Run | None] = {}
    for (i, line), match in zip(drums, search(drum_pattern, drums)):
        beats[pool[i]] = longest_run(pool, drums, line, match, i)

    def share(piece: Piece) -> float | None:
        alone = is_target <= {piece}
        return None if alone else len(copied[piece]) / max(1, len(set(piece.notes)))

    return [Copies(runs[piece], beats.get(piece), share(piece)) for piece in queries]


def longest_run(pool: list[Piece], lines: list[tuple[int, Line]], line: Line, match: Match, owner: int) -> Run | None:
    """The longest run of a line, in words."""
    place = int(match.lengths.argmax())
    length = int(match.lengths[place])
    if length == 0:
        return None
    other, other_line = lines[int(match.sequences[place])]
    onset, other_onset = line.onsets[place], other_line.onsets[int(match.places[place])]
    return Run(
        length,
        sum(map(len, line.chords[place : place + length])),
        line.label,
        bar_number(pool[owner], onset),
        pool[other].name,
        other_line.label,
        bar_number(pool[other], other_onset),
    )


def longer(a: Run | None, b: Run | None) -> Run | None:
    """The run of more onsets; of as many, the one of more notes."""
    return max((run for run in (a, b) if run), key=lambda run: (run.onsets, run.notes), default=None)


def bar_number(piece: Piece, onset: int) -> int:
    """The number of a bar as a score counts: the first whole bar is 1, an upbeat 0."""
    before = sum(bar.start <= onset for bar in piece.bars)
    return before - (piece.upbeat > 0)


def notes_in_long_runs(line: Line, match: Match) -> set[Note]:
    """The notes of a line that are in a run of `LONG` onsets or more."""
    covered: set[Note] = set()
    until = 0
    for place, length in enumerate(match.lengths.tolist()):
        if length >= LONG:
            until = max(until, place + length)
        if place < until:
            covered.update(line.chords[place])
    return covered
