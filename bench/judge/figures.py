"""All figures of one piece that need nothing but the piece."""

from __future__ import annotations

from judge.endings import ending_figures
from judge.harmony import harmony_figures
from judge.melody import Figures, melody_figures
from judge.metre import metre_figures
from judge.music import Piece
from judge.phrases import phrase_figures


def figures_of(piece: Piece) -> Figures:
    """The figures of melody, harmony, metre, phrases and ending; None where a piece has no such thing."""
    return {
        **melody_figures(piece),
        **harmony_figures(piece),
        **metre_figures(piece),
        **phrase_figures(piece),
        **ending_figures(piece),
    }
