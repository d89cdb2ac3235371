"""The key of a piece by its pitches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from judge.music import Note

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


def estimated_tonic(notes: Sequence[Note]) -> int:
    """
    The pitch class of the tonic whose key profile correlates best with how long each pitch class sounds (Krumhansl and
    Kessler 1982, doi 10.1037/0033-295X.89.4.334).
    """
    sounding = np.zeros(12)
    for note in notes:
        sounding[note.pitch % 12] += note.end - note.start
    if sounding.std() == 0:
        return 0
    profiles = np.array([np.roll(profile, tonic) for profile in (MAJOR, MINOR) for tonic in range(12)])
    fits = [np.corrcoef(profile, sounding)[0, 1] for profile in profiles]
    return int(np.argmax(fits)) % 12
