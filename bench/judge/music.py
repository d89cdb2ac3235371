"""What a MIDI file is to the judge: parts of notes on one grid of time, bars, and the key that the file names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

QUARTER = 24
"""Units of time in a quarter note: fine enough for sixteenths, triplets and thirty-seconds."""


@dataclass(frozen=True, order=True)
class Note:
    """A note: `start` and `end` in 24ths of a quarter note, MIDI `pitch`."""

    start: int
    end: int
    pitch: int


@dataclass(frozen=True)
class Part:
    """
    One instrument: its notes by start, then pitch, and its General MIDI program. The pitches of drums are kinds of
    drum.
    """

    name: str
    notes: tuple[Note, ...]
    drums: bool = False
    program: int = 0

    @cached_property
    def by_onset(self) -> dict[int, tuple[Note, ...]]:
        """The notes that begin together, lowest first, by when they begin."""
        together: dict[int, list[Note]] = {}
        for note in self.notes:
            together.setdefault(note.start, []).append(note)
        return {start: tuple(notes) for start, notes in together.items()}


@dataclass(frozen=True)
class Signature:
    """A time signature and where it begins."""

    start: int
    numerator: int
    denominator: int

    @property
    def bar(self) -> int:
        """The length of a bar, in 24ths of a quarter note."""
        return max(1, self.numerator * 4 * QUARTER // self.denominator)


@dataclass(frozen=True)
class Bar:
    """A bar: where it begins and ends, and how long its signature says it is."""

    start: int
    end: int
    full: int


@dataclass(frozen=True, eq=False)
class Piece:
    """
    A piece or song. `signatures` has at least one, the first at 0; `end` is where the file ends; `tonic` is the pitch
    class that its key signature names, or None.
    """

    name: str
    parts: tuple[Part, ...]
    signatures: tuple[Signature, ...]
    end: int
    tonic: int | None = None

    @cached_property
    def melodic(self) -> tuple[Part, ...]:
        """The parts without drums."""
        return tuple(part for part in self.parts if not part.drums)

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """All notes without drums, by start."""
        return tuple(sorted(note for part in self.melodic for note in part.notes))

    @cached_property
    def bars(self) -> tuple[Bar, ...]:
        """The bars from the first to the last in which something sounds, the upbeat's included."""
        sounding = [note for part in self.parts for note in part.notes]
        if not sounding:
            return ()
        first, last = min(note.start for note in sounding), max(note.end for note in sounding)
        ends = [signature.start for signature in self.signatures[1:]] + [max(last, self.end)]
        bars = []
        for signature, stop in zip(self.signatures, ends):
            for start in range(signature.start, stop, signature.bar):
                bars.append(Bar(start, min(start + signature.bar, stop), signature.bar))
        # The last bar is as long as its signature says; how much of it is filled, `metre` finds out.
        bars[-1] = Bar(bars[-1].start, bars[-1].start + bars[-1].full, bars[-1].full)
        return tuple(bar for bar in bars if bar.end > first and bar.start < last)

    @cached_property
    def upbeat(self) -> int:
        """The length of an upbeat, 0 where there is none: a first bar that is cut short or begins with silence."""
        if len(self.bars) < 2:
            return 0
        first = min(note.start for part in self.parts for note in part.notes)
        begins, bar = max(first, self.bars[0].start), self.bars[0]
        return bar.end - begins if bar.end - begins < bar.full else 0


def piece_of(
    name: str, parts: Iterable[Part], signatures: Iterable[Signature] = (), end: int = 0, tonic: int | None = None
) -> Piece:
    """A piece in order: parts without notes left out, 4/4 where nothing is said, one signature at a place."""
    kept = tuple(replace(part, notes=tuple(sorted(set(part.notes)))) for part in parts if part.notes)
    at = {signature.start: signature for signature in signatures}
    if 0 not in at:
        at[0] = Signature(0, 4, 4)
    return Piece(name, kept, tuple(at[start] for start in sorted(at)), end, tonic)
