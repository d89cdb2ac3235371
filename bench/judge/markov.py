"""A baseline that knows nothing but what followed the last few words, and may not copy either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from random import Random

import numpy as np

from judge.copies import scaled
from judge.lines import Line, line_of, melodic_lines
from judge.music import Note, Piece
from judge.words import END, Word, decode, piece_from, words_of

TRIES = 4
"""So many draws of each order before it is lowered."""


class KnownRuns:
    """
    All runs of `limit + 1` onsets of some pieces, in any key and at any tempo: in a part, in the highest notes, in
    all notes.
    """

    def __init__(self, pieces: Sequence[Piece], limit: int = 8) -> None:
        self.limit = limit
        self.hashes = {hash(run) for piece in pieces for line in melodic_lines(piece) for run in runs(line, limit + 1)}

    def ends(self, line: Line) -> bool:
        """Whether a line ends with such a run."""
        return any(hash(run) in self.hashes for run in runs(line, self.limit + 1)[-1:])


class MarkovChain:
    """
    Draws each word from those that followed the last `order` words in the source, or fewer where these never came.

    `known`: what may not be copied.
    """

    def __init__(self, pieces: Sequence[Piece], order: int, known: KnownRuns) -> None:
        self.order, self.known = order, known
        self.like = max(pieces, key=lambda piece: len(piece.melodic))
        texts = [words_of(piece) for piece in pieces]
        self.starts = [text[0] for text in texts]
        self.words = sorted({word for text in texts for word in text}, key=repr)
        self.codes = {word: code for code, word in enumerate(self.words)}
        self.text = np.array([self.codes[word] for text in texts for word in text])
        # Where each pair of words is followed by something; longer contexts are looked up among these.
        pairs: dict[tuple[int, ...], list[int]] = defaultdict(list)
        codes = self.text.tolist()
        for i in range(1, len(codes)):
            pairs[codes[i - 1],].append(i)
            pairs[tuple(codes[max(0, i - 2) : i])].append(i)
        self.places = {pair: np.array(places) for pair, places in pairs.items()}

    def write(self, random: Random, name: str, most_notes: int) -> Piece:
        """
        A song that ends where the chain ends it, or at `most_notes`. What would copy is drawn again, from shorter
        contexts.
        """
        start = random.choice(self.starts)
        words, moment, line = [start], start[3], start[5]
        notes: list[tuple[int, Note]] = []
        heard = Heard(self.known)
        while words[-1] != END and len(notes) < most_notes:
            drawn = self.next_onset(words, moment, heard, random)
            new, moment = decode(drawn, moment, line)
            heard.add(new)
            words += drawn
            notes += new
        return piece_from(start, notes, self.like, name)

    def next_onset(self, words: list[Word], moment: int, heard: Heard, random: Random) -> list[Word]:
        """The words up to the next that begins, or the end; where all that is drawn copies, the last draw."""
        drawn: list[Word] = []
        for order in range(self.order, 0, -1):
            for _ in range(TRIES):
                drawn = self.draw(words, order, random)
                new, _ = decode(drawn, moment, words[0][5])
                if not heard.copies_with(new):
                    return drawn
        return drawn

    def draw(self, words: list[Word], order: int, random: Random) -> list[Word]:
        """Words until something has begun: a pitch in a line, or the `wait` behind all that begin together."""
        last = "pitch" if words[0][5] else "wait"
        recent = [self.codes[word] for word in words[-order:]]
        drawn: list[Word] = []
        while not drawn or drawn[-1] != END and drawn[-1][0] != last:
            code = int(self.text[random.choice(self.followers(recent[-order:]))])
            recent.append(code)
            drawn.append(self.words[code])
        return drawn

    def followers(self, context: list[int]) -> np.ndarray:
        """The places of what followed the longest end of a context that ever came."""
        places = self.places.get(tuple(context[-2:]))
        if places is None:
            return self.places[context[-1],]
        for back in range(3, len(context) + 1):
            longer = places[(places >= back) & (self.text[places - back] == context[-back])]
            if len(longer) == 0:
                break
            places = longer
        return places


class Heard:
    """The ends of all lines of a song so far."""

    def __init__(self, known: KnownRuns) -> None:
        self.known = known
        self.ends: dict[int | str, list[Note]] = defaultdict(list)

    def lines(self, new: list[tuple[int, Note]]) -> dict[int | str, list[Note]]:
        """By line, what notes that begin together add to it."""
        added: dict[int | str, list[Note]] = defaultdict(list)
        for part, note in new:
            added[part].append(note)
            added["all"].append(note)
        if new:
            added["highest"] = [max((note for _, note in new), key=lambda note: note.pitch)]
        return added

    def copies_with(self, new: list[tuple[int, Note]]) -> bool:
        """Whether some line would end like a piece with these notes."""
        return any(self.known.ends(line_of("", self.ends[name] + notes)) for name, notes in self.lines(new).items())

    def add(self, new: list[tuple[int, Note]]) -> None:
        """Keeps the last onsets of each line."""
        for name, notes in self.lines(new).items():
            line = line_of("", self.ends[name] + notes)
            self.ends[name] = [note for chord in line.chords[-self.known.limit :] for note in chord]


def runs(line: Line, size: int) -> list[tuple]:
    """Every run of a line of some onsets, such that those that are alike in any key and at any tempo are equal."""
    heads, tails, span = scaled(line)
    return [(heads[i], *tails[i + span : i + size]) for i in range(len(tails) - size + 1)]
