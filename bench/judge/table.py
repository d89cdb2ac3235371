"""Verdicts as tables: for a terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from judge.bootstrap import Estimate
from judge.verdict import Verdict

Column = tuple[str, str, int]
"""The name of a figure, what stands above it, and how many decimals it has."""

BLOCKS: dict[str, list[Column]] = {
    "Copies: longest run, in onsets": [
        ("exact", "exact", 0),
        ("transposed", "any key", 0),
        ("scaled", "any key and tempo", 0),
        ("scaledNotes", "the same, in notes", 0),
        ("pitches", "pitches only", 0),
        ("drums", "drums", 0),
        ("copied", "notes in runs of 8", 2),
    ],
    "Melody": [
        ("outsideRange", "outside its range", 3),
        ("range", "range", 0),
        ("steps", "steps", 2),
        ("leaps", "leaps > 8", 3),
        ("noteLength", "note length", 2),
        ("intervalsDistance", "intervals off", 2),
        ("durationsDistance", "durations off", 2),
        ("rhythmDistance", "rhythm off", 2),
    ],
    "Harmony": [
        ("dissonance", "dissonant on beats", 3),
        ("dissonanceAnywhere", "dissonant anywhere", 3),
        ("chords", "triads and sevenths", 2),
        ("parallels", "parallels", 3),
        ("voices", "voices", 2),
        ("fourVoices", "four voices", 2),
        ("repeatedBeats", "repeated beats", 2),
    ],
    "Metre and length": [
        ("complete", "complete bars", 2),
        ("cut", "cut short", 3),
        ("heldOver", "held over", 3),
        ("groove", "groove", 2),
        ("bars", "bars", 0),
        ("notes", "notes", 0),
        ("fours", "multiple of 4", 2),
        ("eights", "of 8", 2),
    ],
    "Phrases": [
        ("similar2", "similar, 2 bars", 2),
        ("similar4", "4 bars", 2),
        ("similar8", "8 bars", 2),
        ("rhythm4", "rhythm, 4 bars", 2),
        ("rhythm8", "8 bars", 2),
        ("repeatedBars", "repeated bars", 3),
        ("knownRhythms", "bar rhythms known", 2),
    ],
    "Ending, and the whole": [
        ("tonic", "ends on tonic", 2),
        ("estimatedTonic", "by its pitches", 2),
        ("lastLength", "last note", 2),
        ("overlap", "overlap area", 2),
        ("divergence", "KL", 2),
        ("auc", "told from real", 3),
    ],
}
MOST_RUNS = 10


@dataclass(frozen=True)
class Table:
    """Rows of cells below a head and a title."""

    title: str
    head: list[str]
    rows: list[list[str]]


def tables_of(verdicts: Sequence[Verdict], songs: str) -> list[Table]:
    """A table a block, without figures that no group has; and the longest copies of the group named `songs`."""
    tables = []
    for title, columns in BLOCKS.items():
        shown = [column for column in columns if any(verdict.figures.get(column[0]) for verdict in verdicts)]
        rows = [
            [
                f"{verdict.name} ({verdict.pieces})",
                *(cell(verdict.figures.get(name), places) for name, _, places in shown),
            ]
            for verdict in verdicts
        ]
        if shown:
            tables.append(Table(title, ["", *(label for _, label, _ in shown)], rows))
    runs = [(name, run) for verdict in verdicts if verdict.name == songs for name, run in verdict.runs if run]
    runs.sort(key=lambda pair: (-pair[1].onsets, -pair[1].notes))
    rows = [
        [
            name,
            f"{run.onsets} ({run.notes} notes)",
            f"bar {run.bar}, {run.line}",
            f"{run.other}, bar {run.other_bar}, {run.other_line}",
        ]
        for name, run in runs[:MOST_RUNS]
    ]
    if rows:
        tables.append(
            Table("Longest copies, in any key and at any tempo", ["song", "onsets", "begins", "also in"], rows)
        )
    return tables


def cell(figure: Estimate | None, places: int) -> str:
    """A figure, the ends of its interval, and the most of all pieces where that is known."""
    if figure is None:
        return "–"
    text = number(figure.value, places)
    if figure.low is not None and figure.high is not None:
        text += f" ({number(figure.low, places)} to {number(figure.high, places)})"
    return text if figure.most is None else f"{text}, most {number(figure.most, places)}"


def number(value: float, places: int) -> str:
    """A number without the zero of a fraction."""
    text = f"{value:.{places}f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def as_markdown(tables: Sequence[Table]) -> str:
    """Headings and tables."""
    parts = []
    for table in tables:
        lines = [table.head, ["---"] * len(table.head), *table.rows]
        parts.append(
            f"### {table.title}\n\n" + "\n".join("| " + " | ".join(map(escaped, line)) + " |" for line in lines)
        )
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """A cell's text."""
    return text.replace("|", "\\|").replace("\n", " ")


def as_text(tables: Sequence[Table]) -> str:
    """Aligned columns."""
    parts = []
    for table in tables:
        lines = [table.head, *table.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(table.head))]
        aligned = ["  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in lines]
        parts.append("\n".join([table.title, *aligned]))
    return "\n\n".join(parts) + "\n"
