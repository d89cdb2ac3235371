"""Benchmark corpora from JSON, the one exception to MIDI only: tunes, or four voices in frames (docs/judge.md)."""

from __future__ import annotations

import json
from pathlib import Path

from judge.music import QUARTER, Note, Part, Piece, Signature, piece_of


def read_corpus(path: Path, part: str) -> list[Piece]:
    """The pieces of a part, such as `train`."""
    pieces = json.loads(path.read_text())[part]
    return [
        tune_of(piece) if isinstance(piece, dict) else chorale_of(piece, f"{part} {i + 1}")
        for i, piece in enumerate(pieces)
    ]


def tune_of(tune: dict) -> Piece:
    """
    A tune as a piece of one part that begins with as much silence as its upbeat lacks to a bar; its times are in 24ths of a
    quarter note already.
    """
    signature = Signature(0, *tune["metre"])
    shift = -tune["upbeat"] % signature.bar
    notes = tuple(Note(start + shift, start + shift + length, pitch) for start, length, pitch in tune["notes"])
    return piece_of(tune["title"], [Part("", notes)], [signature], tune["length"] + shift, tune["tonic"])


def chorale_of(frames: list[list[int]], name: str) -> Piece:
    """Frames of a quarter note each, in C; a pitch in successive frames is one note, as frames cannot tell."""
    notes: list[Note] = []
    sounding: dict[int, int] = {}
    for i, frame in enumerate([*frames, []]):
        ended = [pitch for pitch in sounding if pitch not in frame]
        notes += [Note(sounding.pop(pitch), i * QUARTER, pitch) for pitch in ended]
        for pitch in frame:
            sounding.setdefault(pitch, i * QUARTER)
    return piece_of(name, [Part("", tuple(notes))], [], len(frames) * QUARTER, 0)
