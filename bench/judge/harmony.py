"""What sounds together: dissonance, chords, parallels."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

from judge.melody import Figures
from judge.music import Piece

DISSONANT = {1, 2, 6, 10, 11}
"""Seconds, sevenths and the tritone, in semitones within an octave. The fourth is consonant."""

PERFECT = {0, 7}

TRIADS = [(0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8)]
SEVENTHS = [(0, 4, 7, 10), (0, 4, 7, 11), (0, 3, 7, 10), (0, 3, 7, 11), (0, 3, 6, 10), (0, 3, 6, 9), (0, 4, 8, 11)]
CHORDS = {frozenset((root + p) % 12 for p in shape) for shape in TRIADS + SEVENTHS for root in range(12)}

NAMES = ("dissonance", "dissonanceAnywhere", "chords", "parallels", "voices", "fourVoices", "repeatedBeats")

Voices = dict[tuple[int, int, int], int]
"""The pitch of each voice: a part, how many notes it sounds, and which of them from below."""


def harmony_figures(piece: Piece) -> Figures:
    """
    `dissonance`: of all pairs of notes that sound at once on a beat, the share that are seconds, sevenths or tritones
    apart; `dissonanceAnywhere`: the same at all times, weighted by how long, passing notes included. `chords`: of the
    beats on which three or more notes sound, the share on which all belong to one triad or seventh chord.
    `parallels`: of the changes from one sonority to the next, the share in which two voices move in the same
    direction from a fifth to a fifth or from an octave to an octave. `voices`: how many notes sound on a beat at the
    mean, and `fourVoices`, on how many beats there are four; beats of silence do not count. `repeatedBeats`: the
    share of beats on which the same sounds as a beat before. None where nothing sounds together.
    """
    if not has_harmony(piece):
        return dict.fromkeys(NAMES)
    on_beats = [sorted(voices.values()) for voices in sounding_at(piece, beats_of(piece))]
    moments = sorted({moment for note in piece.notes for moment in (note.start, note.end)})
    lengths = [b - a for a, b in zip(moments, moments[1:])]
    always = [sorted(voices.values()) for voices in sounding_at(piece, moments)]
    sounding = [pitches for pitches in on_beats if pitches]
    full = [pitches for pitches in on_beats if len(pitches) >= 3]
    pairs = [(a, b) for a, b in zip(on_beats, on_beats[1:]) if a and b]
    return {
        "dissonance": dissonance(on_beats, [1] * len(on_beats)),
        "dissonanceAnywhere": dissonance(always, lengths),
        "chords": sum(map(is_chord, full)) / len(full) if full else None,
        "parallels": parallels(piece),
        "voices": sum(map(len, sounding)) / len(sounding) if sounding else None,
        "fourVoices": sum(len(pitches) == 4 for pitches in sounding) / len(sounding) if sounding else None,
        "repeatedBeats": sum(a == b for a, b in pairs) / len(pairs) if pairs else None,
    }


def has_harmony(piece: Piece) -> bool:
    """Whether a note begins while another sounds."""
    return any(before.end > after.start for before, after in zip(piece.notes, piece.notes[1:]))


def beats_of(piece: Piece) -> list[int]:
    """When beats fall: what the signature counts, or three of it in 6/8, 9/8 and 12/8."""
    beats: list[int] = []
    for bar in piece.bars:
        signature = [each for each in piece.signatures if each.start <= bar.start][-1]
        compound = signature.numerator > 3 and signature.numerator % 3 == 0 and signature.denominator >= 8
        count = signature.numerator // 3 if compound else signature.numerator
        beats.extend(range(bar.start, bar.end, max(1, bar.full // count)))
    return beats


def dissonance(frames: list[list[int]], weights: list[int]) -> float | None:
    """The share of pairs of notes that are dissonant, over ascending pitches that sound together."""
    pairs = dissonant = 0
    for pitches, weight in zip(frames, weights):
        for low, high in combinations(pitches, 2):
            pairs += weight
            dissonant += weight * ((high - low) % 12 in DISSONANT)
    return dissonant / pairs if pairs else None


def is_chord(pitches: list[int]) -> bool:
    """Whether all pitches belong to one triad or seventh chord."""
    classes = {pitch % 12 for pitch in pitches}
    return any(classes <= chord for chord in CHORDS)


def sounding_at(piece: Piece, moments: list[int]) -> list[Voices]:
    """What sounds at each of some moments, in ascending order."""
    result: list[Voices] = [{} for _ in moments]
    for index, part in enumerate(piece.melodic):
        waiting = sorted(part.notes, reverse=True)
        sounding: dict[int, int] = {}
        for moment, voices in zip(moments, result):
            while waiting and waiting[-1].start <= moment:
                note = waiting.pop()
                sounding[note.pitch] = max(note.end, sounding.get(note.pitch, 0))
            sounding = {pitch: end for pitch, end in sounding.items() if end > moment}
            for voice, pitch in enumerate(sorted(sounding)):
                voices[index, len(sounding), voice] = pitch
    return result


def parallels(piece: Piece) -> float | None:
    """The share of changes with parallel fifths or octaves."""
    onsets = sorted({note.start for note in piece.notes})
    frames = sounding_at(piece, onsets)
    changes = [(a, b) for a, b in zip(frames, frames[1:]) if Counter(a.values()) != Counter(b.values())]
    return sum(moves_in_parallel(a, b) for a, b in changes) / len(changes) if changes else None


def moves_in_parallel(before: Voices, after: Voices) -> bool:
    """Whether two voices move in the same direction and are a fifth, or octaves, apart before and after."""
    for a, b in combinations([voice for voice in before if voice in after], 2):
        apart = abs(before[a] - before[b]) % 12
        same_way = (after[a] - before[a]) * (after[b] - before[b]) > 0
        if same_way and apart in PERFECT and abs(after[a] - after[b]) % 12 == apart:
            return True
    return False
