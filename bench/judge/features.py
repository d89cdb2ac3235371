"""What the classifier knows of a piece: about 40 numbers, none of which depends on how a file was made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from judge.figures import figures_of
from judge.harmony import beats_of
from judge.key import estimated_tonic
from judge.lines import line_of, skyline
from judge.melody import Figures
from judge.music import QUARTER, Piece

MISSING = -1.0
"""For what a piece does not have, such as harmony in a tune."""

NOT_HEARD = {"tonic"}
"""Read from the key signature, which songs may lack and real pieces have."""


def features_of(piece: Piece, figures: Figures | None = None) -> dict[str, float]:
    """The features of a piece by name; `figures` are those of `figures_of`, where they are known already."""
    known = figures_of(piece) if figures is None else figures
    features = {name: value for name, value in known.items() if name not in NOT_HEARD}
    features |= melodic_features(piece)
    return {name: MISSING if value is None else float(value) for name, value in features.items()}


def melodic_features(piece: Piece) -> Figures:
    """Features of the line of the highest notes."""
    line = skyline(line_of("", piece.notes))
    pitches = np.array([chord[0].pitch for chord in line.chords])
    gaps = np.diff(line.onsets) / QUARTER
    moves = np.diff(pitches)
    durations = [note.end - note.start for note in piece.notes]
    per_bar = list(Counter(bar_index(piece, onset) for onset in line.onsets).values())
    beats = set(beats_of(piece))
    tonic = estimated_tonic(piece.notes)
    classes = Counter(int(pitch - tonic) % 12 for pitch in pitches)
    turns = np.sign(moves[moves != 0])
    return {
        "pitchMean": float(pitches.mean()),
        "pitchDeviation": float(pitches.std()),
        "pitchEntropy": entropy(pitches),
        "classEntropy": entropy(pitches % 12),
        "inScale": sum(count for _, count in classes.most_common(7)) / len(pitches),
        "onTonic": classes[0] / len(pitches),
        "onFifth": classes[7] / len(pitches),
        "firstAboveTonic": float((pitches[0] - tonic) % 12),
        "lastBelowMean": float(pitches.mean() - pitches[-1]),
        "moveMean": float(np.abs(moves).mean()) if len(moves) else None,
        "moveEntropy": entropy(moves),
        "upwards": float((moves > 0).mean()) if len(moves) else None,
        "turns": float((turns[1:] != turns[:-1]).mean()) if len(turns) > 1 else None,
        "gapMean": float(gaps.mean()) if len(gaps) else None,
        "gapEntropy": entropy(gaps),
        "sameGap": float((gaps[1:] == gaps[:-1]).mean()) if len(gaps) > 1 else None,
        "commonDuration": Counter(durations).most_common(1)[0][1] / len(durations),
        "notesInBar": float(np.mean(per_bar)),
        "notesInBarDeviation": float(np.std(per_bar)),
        "onBeat": sum(onset in beats for onset in line.onsets) / len(line.onsets),
    }


def bar_index(piece: Piece, onset: int) -> int:
    """The bar in which something begins; for counting notes."""
    return int(np.searchsorted([bar.start for bar in piece.bars], onset, side="right"))


def entropy(values: Iterable) -> float:
    """How mixed some values are, in bits."""
    counts = np.array(list(Counter(np.asarray(values).tolist()).values()), float)
    if len(counts) == 0:
        return 0.0
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum())
