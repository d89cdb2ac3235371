import unittest
from random import Random

from judge.matching import Coded, longest_matches


def by_hand(sequences: list[Coded], query: Coded, place: int) -> int:
    """The longest match, by trying everything."""
    best = 0
    for other in sequences:
        if not other.target or other.owner == query.owner:
            continue
        for at, head in enumerate(other.heads):
            if head is None or head != query.heads[place]:
                continue
            length = query.span
            while (
                place + length < len(query.tails)
                and at + length < len(other.tails)
                and query.tails[place + length] == other.tails[at + length]
            ):
                length += 1
            best = max(best, length)
    return best


class Matching(unittest.TestCase):
    def test_finds_what_trying_everything_finds(self) -> None:
        for seed in range(60):
            random = Random(seed)
            span = random.choice((1, 2))
            sequences = []
            for _ in range(random.randint(1, 8)):
                size = random.randint(span, 25)
                tails = [random.randint(0, 1) for _ in range(size)]
                heads = [random.randint(0, 1) if i + span <= size else None for i in range(size)]
                sequences.append(Coded(heads, tails, span, random.randint(0, 3), random.random() < 0.6))
            for query, match in zip(sequences, longest_matches(sequences)):
                for place in range(len(query.tails)):
                    expected = by_hand(sequences, query, place) if query.heads[place] is not None else 0
                    self.assertEqual(match.lengths[place], expected, (seed, place))
                    if expected:
                        other = sequences[match.sequences[place]]
                        at = int(match.places[place])
                        self.assertTrue(other.target and other.owner != query.owner)
                        self.assertEqual(
                            list(query.tails[place + span : place + expected]),
                            list(other.tails[at + span : at + expected]),
                        )

    def test_needs_nothing(self) -> None:
        self.assertEqual(longest_matches([]), [])
