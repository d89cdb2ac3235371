"""The lines that a listener may recognize: each part, the highest notes, and all notes together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from judge.music import Note, Piece


@dataclass(frozen=True)
class Line:
    """
    What begins one after another: `onsets` in 24ths of a quarter note, all different, and at each the notes that begin
    there, lowest first. A chord is one element.
    """

    label: str
    onsets: tuple[int, ...]
    chords: tuple[tuple[Note, ...], ...]

    @property
    def pitches(self) -> tuple[tuple[int, ...], ...]:
        """The chords as ascending pitches."""
        return tuple(tuple(note.pitch for note in chord) for chord in self.chords)


def line_of(label: str, notes: Iterable[Note]) -> Line:
    """The line of some notes; of two notes of the same pitch that begin together, one."""
    at: dict[int, dict[int, Note]] = {}
    for note in notes:
        at.setdefault(note.start, {})[note.pitch] = note
    onsets = sorted(at)
    return Line(label, tuple(onsets), tuple(tuple(at[onset][p] for p in sorted(at[onset])) for onset in onsets))


def skyline(line: Line) -> Line:
    """The highest note at each onset."""
    return Line("highest notes", line.onsets, tuple(chord[-1:] for chord in line.chords))


def melodic_lines(piece: Piece) -> list[Line]:
    """Every part, the skyline and the merged line; those that are the same once."""
    parts = [line_of(part.name or f"part {i + 1}", part.notes) for i, part in enumerate(piece.melodic)]
    merged = line_of("all notes", piece.notes)
    lines: dict[tuple, Line] = {}
    for line in [*parts, skyline(merged), merged]:
        lines.setdefault((line.onsets, line.pitches), line)
    return [line for line in lines.values() if line.onsets]


def drum_lines(piece: Piece) -> list[Line]:
    """All drums together, as chords of kinds of drum."""
    notes = [note for part in piece.parts if part.drums for note in part.notes]
    return [line_of("drums", notes)] if notes else []
