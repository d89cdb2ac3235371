"""MIDI files as pieces."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import mido

from judge.music import QUARTER, Note, Part, Piece, Signature, piece_of

DRUM_CHANNEL = 9
SUFFIXES = {".mid", ".midi", ".smf"}
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


class Unreadable(Exception):
    """What cannot be judged, in words."""


def read_pieces(path: Path) -> list[Piece]:
    """The pieces of a MIDI file or of a folder of them, by name. Files without notes are left out."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES)
    elif path.is_file():
        files = [path]
    else:
        raise Unreadable(f"{path}: expected a MIDI file or a folder of MIDI files, found nothing")
    pieces = [piece for piece in map(read_piece, files) if piece.parts]
    if not pieces:
        raise Unreadable(f"{path}: no MIDI file with notes")
    return pieces


def read_piece(path: Path) -> Piece:
    """A MIDI file: a part for each channel of each track, times rounded to 24ths of a quarter note."""
    try:
        file = mido.MidiFile(path, clip=True)
    except Exception as error:  # mido raises whatever its parsing meets
        raise Unreadable(f"{path}: not a MIDI file that can be read: {error}") from error
    if file.ticks_per_beat <= 0 or file.ticks_per_beat >= 0x8000:
        raise Unreadable(f"{path}: expected ticks per quarter note, found SMPTE time")
    return piece_from(file, path.stem)


def piece_from(file: mido.MidiFile, name: str) -> Piece:
    """The piece in a MIDI file that has been parsed."""
    parts: list[Part] = []
    signatures: list[Signature] = []
    tonic, end = None, 0

    def rounded(ticks: int) -> int:
        return (ticks * QUARTER * 2 + file.ticks_per_beat) // (file.ticks_per_beat * 2)

    for track in file.tracks:
        tick, title = 0, ""
        open_notes: dict[tuple[int, int], list[int]] = defaultdict(list)
        notes: dict[int, list[Note]] = defaultdict(list)
        programs: dict[int, int] = {}
        for message in track:
            tick += message.time
            if message.type == "track_name":
                title = message.name
            elif message.type == "time_signature":
                signatures.append(Signature(rounded(tick), message.numerator, message.denominator))
            elif message.type == "key_signature" and tonic is None:
                tonic = tonic_of(message.key)
            elif message.type == "program_change":
                programs.setdefault(message.channel, message.program)
            elif message.type == "note_on" and message.velocity > 0:
                open_notes[message.channel, message.note].append(tick)
            elif message.type in ("note_on", "note_off") and open_notes[message.channel, message.note]:
                start = rounded(open_notes[message.channel, message.note].pop(0))
                notes[message.channel].append(Note(start, max(start + 1, rounded(tick)), message.note))
        # A note that is never ended sounds until its track ends.
        for (channel, pitch), starts in open_notes.items():
            for start in map(rounded, starts):
                notes[channel].append(Note(start, max(start + 1, rounded(tick)), pitch))
        end = max(end, rounded(tick))
        for channel in sorted(notes):
            parts.append(Part(title, tuple(notes[channel]), channel == DRUM_CHANNEL, programs.get(channel, 0)))
    return piece_of(name, parts, signatures, end, tonic)


def tonic_of(key: str) -> int:
    """The pitch class of the tonic of a key signature as mido spells it: `Bb`, `F#m`."""
    accidentals = key.count("#") - key[1:].count("b")
    return (LETTERS[key[0]] + accidentals) % 12
