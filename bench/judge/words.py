"""Pieces as words for a Markov chain: bar, rest or wait, part, duration, pitch; and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from judge.music import Note, Part, Piece, Signature, piece_of

Word = tuple
"""
`("bar",)`, `("rest", n)`, `("wait", n)`, `("part", i)`, `("length", n)`, `("pitch", p)`, `("end",)`, or the first
word.
"""

END: Word = ("end",)


def is_line(piece: Piece) -> bool:
    """
    Whether a piece is one part of which no two notes sound at once: its notes then follow each other without words
    for it.
    """
    return len(piece.melodic) == 1 and all(a.end <= b.start for a, b in zip(piece.notes, piece.notes[1:]))


def words_of(piece: Piece) -> list[Word]:
    """
    The first word holds all that a piece states once: signature, upbeat, tonic, whether it is a line. A `bar` comes
    before the first note of each bar. In a line a `rest` comes before a note that does not follow at once. Otherwise
    the notes that begin together each have part, length and pitch, and a `wait` leads to the next that begin.
    """
    bars, signature, line = list(piece.bars), piece.signatures[0], is_line(piece)
    first = piece.notes[0].start
    words: list[Word] = [("start", signature.numerator, signature.denominator, first, piece.tonic, line)]
    moment = first
    for start, notes in onsets_of(piece):
        if start > moment:
            words.append(("rest" if line else "wait", start - moment))
        while bars and bars[0].start <= start:
            bars.pop(0)
            words.append(("bar",))
        for part, note in notes:
            words += [] if line else [("part", part)]
            words += [("length", note.end - note.start), ("pitch", note.pitch)]
        moment = notes[-1][1].end if line else start
    return [*words, END]


def onsets_of(piece: Piece) -> list[tuple[int, list[tuple[int, Note]]]]:
    """What begins together, in time: parts by number, and notes."""
    at: dict[int, list[tuple[int, Note]]] = {}
    for i, part in enumerate(piece.melodic):
        for note in part.notes:
            at.setdefault(note.start, []).append((i, note))
    return sorted(at.items())


def decode(words: Iterable[Word], moment: int, line: bool) -> tuple[list[tuple[int, Note]], int]:
    """The notes of some words that begin at a moment, each with the number of its part, and the moment behind them."""
    notes: list[tuple[int, Note]] = []
    part, length = 0, 1
    for word in words:
        match word:
            case ("rest" | "wait", time):
                moment += time
            case ("part", number):
                part = number
            case ("length", time):
                length = time
            case ("pitch", pitch):
                notes.append((part, Note(moment, moment + length, pitch)))
                moment += length if line else 0
    return notes, moment


def piece_from(start: Word, notes: Iterable[tuple[int, Note]], like: Piece, name: str) -> Piece:
    """The piece that a first word and notes make, on the instruments of another."""
    _, numerator, denominator, _, tonic, _ = start
    by_part: dict[int, list[Note]] = {}
    for number, note in notes:
        by_part.setdefault(number, []).append(note)
    instruments = dict(enumerate(like.melodic))
    parts = [replace(instruments.get(number, Part("", ())), notes=tuple(by_part[number])) for number in sorted(by_part)]
    end = max((note.end for some in by_part.values() for note in some), default=0)
    return piece_of(name, parts, [Signature(0, numerator, denominator)], end, tonic)
