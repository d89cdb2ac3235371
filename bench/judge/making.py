"""Hand-made MIDI for the tests."""

from __future__ import annotations

from collections.abc import Sequence

import mido

from judge.music import Piece
from judge.reader import piece_from

Notes = Sequence[tuple[float, float, int]]
"""Start and length in quarter notes, and pitch."""


def midi(
    *parts: Notes,
    metre: tuple[int, int] = (4, 4),
    key: str | None = None,
    programs: Sequence[int] = (),
    drums: Sequence[int] = (),
    end: float = 0,
    division: int = 480,
) -> mido.MidiFile:
    """
    A MIDI file of a track a part; `drums` are the numbers of the parts that are drums, `end` is where the file ends.
    """
    file = mido.MidiFile(ticks_per_beat=division)
    head = mido.MidiTrack([mido.MetaMessage("time_signature", numerator=metre[0], denominator=metre[1])])
    if key is not None:
        head.append(mido.MetaMessage("key_signature", key=key))
    head.append(mido.MetaMessage("end_of_track", time=round(end * division)))
    file.tracks.append(head)
    for number, part in enumerate(parts):
        channel = 9 if number in drums else number
        events = [mido.Message("program_change", channel=channel, program=programs[number])] if programs else []
        timed = [(0.0, 0, event) for event in events]
        for start, length, pitch in part:
            timed.append((start, 2, mido.Message("note_on", channel=channel, note=pitch)))
            timed.append((start + length, 1, mido.Message("note_off", channel=channel, note=pitch)))
        track, now = mido.MidiTrack(), 0
        for moment, _, event in sorted(timed, key=lambda each: each[:2]):
            tick = round(moment * division)
            track.append(event.copy(time=tick - now))
            now = tick
        file.tracks.append(track)
    return file


def piece(*parts: Notes, name: str = "piece", **more) -> Piece:
    """What the judge reads in such a file."""
    return piece_from(midi(*parts, **more), name)


def melody(pitches: Sequence[int], length: float = 1, start: float = 0) -> list[tuple[float, float, int]]:
    """Notes of one length, one after another."""
    return [(start + i * length, length, pitch) for i, pitch in enumerate(pitches)]
