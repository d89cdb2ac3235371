"""How a piece ends."""

from __future__ import annotations

from judge.key import estimated_tonic
from judge.melody import Figures
from judge.metre import HELD_OVER
from judge.music import QUARTER, Note, Piece


def ending_figures(piece: Piece) -> Figures:
    """
    `tonic`: whether the lowest of the notes that end last is the tonic of the key signature, where the file has one,
    or else of the key by its pitches; `estimatedTonic`: the same, always of the key by its pitches. `lastLength` in
    quarter notes.
    """
    if not piece.notes:
        return {}
    last = final_note(piece)
    estimated = estimated_tonic(piece.notes)
    named = estimated if piece.tonic is None else piece.tonic
    return {
        "tonic": float(last.pitch % 12 == named),
        "estimatedTonic": float(last.pitch % 12 == estimated),
        "lastLength": (last.end - last.start) / QUARTER,
    }


def final_note(piece: Piece) -> Note:
    """The lowest of the notes that end last."""
    end = max(note.end for note in piece.notes)
    return min((note for note in piece.notes if note.end > end - HELD_OVER), key=lambda note: note.pitch)
