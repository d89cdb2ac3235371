"""`python -m judge`: judges songs beside their source, held-out pieces and baselines. See docs/judge.md."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from random import Random

from judge.copies import find_copies
from judge.markov import KnownRuns, MarkovChain
from judge.music import Piece
from judge.reader import Unreadable, read_pieces
from judge.shuffled import with_bars_shuffled
from judge.table import as_markdown, as_text, tables_of
from judge.tunes import read_corpus
from judge.verdict import Group, Verdict, judge_group, sample, with_melody

ORDERS = (4, 8)
FEWEST_OF_BASELINE, MOST_OF_BASELINE = 20, 100
MOST_OF_SOURCE = 500
"""Of a larger source so many pieces stand for it in its row; copies are looked for in all."""


def arguments() -> argparse.Namespace:
    """What is judged."""
    parser = argparse.ArgumentParser(prog="npm run judge --", description="Judges songs from outside: MIDI files only.")
    parser.add_argument("--songs", type=Path, help="a MIDI file or a folder of them")
    parser.add_argument("--source", type=Path, help="what they were learned from")
    parser.add_argument("--held-out", type=Path, help="real pieces of the same kind that were not learned from")
    parser.add_argument(
        "--tunes", type=Path, help="JSON of tunes or of frames: `train` is the source, `valid` is held out"
    )
    parser.add_argument("--compare", metavar="NAME=DIR", action="append", default=[], help="one more row, any MIDI")
    parser.add_argument("--index", type=Path, action="append", default=[], help="more pieces to look for copies in")
    parser.add_argument("--no-baselines", action="store_true", help="without Markov chains and shuffled bars")
    parser.add_argument("--out", type=Path, help="where judge.json and judge.md are written")
    found = parser.parse_args()
    if (found.source is None) == (found.tunes is None):
        parser.error("expected either --source or --tunes")
    if found.songs is None and found.tunes is None:
        parser.error("expected --songs")
    if any("=" not in each for each in found.compare):
        parser.error("--compare: expected NAME=DIR")
    return found


def main() -> None:
    """Reads, judges, prints and writes."""
    given = arguments()
    try:
        groups, source, index = gather(given)
    except Unreadable as error:
        print(f"judge: {error}", file=sys.stderr)
        sys.exit(2)
    verdicts = judge(groups, source, index)
    tables = tables_of(verdicts, "songs")
    print(as_text(tables), end="")
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / "judge.json").write_text(json.dumps([asdict(each) for each in verdicts], indent=2) + "\n")
        (given.out / "judge.md").write_text(as_markdown(tables))


def gather(given: argparse.Namespace) -> tuple[list[Group], list[Piece], list[Piece]]:
    """The rows of the table in order, the source, and what else copies are looked for in."""
    source = read_corpus(given.tunes, "train") if given.tunes else read_pieces(given.source)
    held_out = read_pieces(given.held_out) if given.held_out else []
    if given.tunes and not held_out:
        held_out = read_corpus(given.tunes, "valid")
    songs = read_pieces(given.songs) if given.songs else []
    groups = [Group("source", sample(source, MOST_OF_SOURCE), real=True)]
    groups += [Group("held out", held_out, real=True)] if held_out else []
    groups += [Group("songs", songs)] if songs else []
    for each in given.compare:
        name, _, folder = each.partition("=")
        groups.append(Group(name, read_pieces(Path(folder))))
    if not given.no_baselines:
        groups += baselines(source, songs or held_out)
    return groups, source, [piece for path in given.index for piece in read_pieces(path)]


def baselines(source: list[Piece], songs: list[Piece]) -> list[Group]:
    """
    As many pieces as there are songs, but 20 to 100, by chains and by shuffling; none longer than the longest song.
    """
    source = with_melody(source)
    if not source:
        return []
    count = min(MOST_OF_BASELINE, max(FEWEST_OF_BASELINE, len(songs)))
    most_notes = max(len(song.notes) for song in songs)
    groups = []
    known = KnownRuns(source)
    for order in ORDERS:
        chain = MarkovChain(source, order, known)
        written = [chain.write(Random(i), f"{order}-{i + 1}", most_notes) for i in range(count)]
        groups.append(Group(f"Markov chain, order {order}", [piece for piece in written if piece.notes]))
    some = sample(source, count)
    shuffled = [with_bars_shuffled(some[i % len(some)], Random(i)) for i in range(count)]
    return [*groups, Group("source, bars shuffled", shuffled)]


def judge(groups: list[Group], source: list[Piece], index: list[Piece]) -> list[Verdict]:
    """A verdict a group, in order."""
    copies = iter(find_copies([piece for group in groups for piece in group.pieces], [*source, *index]))
    reference = [group for group in groups if group.real][-1]
    return [judge_group(group, [next(copies) for _ in group.pieces], source, reference) for group in groups]


if __name__ == "__main__":
    main()
