"""Kruskal and Wallis's test by the plainest means: every deal of the ranks made, in exact fractions.

Nothing of the project or of NumPy is used. Run in this folder: python kruskal_wallis_deals.py
"""

import json
import platform
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from pathlib import Path

SAMPLES = {
    "three groups, no ties": [[1, 5, 3], [8, 2], [6, 7]],
    "three groups, many ties": [[0, 0, 1, 1], [1, 2, 2], [2, 2, 3]],
    "two against five": [[3, 9], [1, 2, 4, 4, 5]],
    "four groups of unequal size": [[1, 2, 2], [3, 3], [5, 2], [9, 8, 4]],
    "one each": [[4], [2], [9], [2]],
    "all alike but one": [[1, 1, 1], [1, 1], [1, 2]],
    "groups of equal rank sums": [[1, 6], [2, 5], [3, 4]],
    "five groups, ten patients": [[32, 56], [65, 70], [25, 27], [82, 39], [62, 42]],
}


def dealt(places: frozenset[int], sizes: list[int]) -> Iterator[list[tuple[int, ...]]]:
    """Every way to part the places into groups of these sizes."""
    if not sizes:
        yield []
        return
    for chosen in combinations(sorted(places), sizes[0]):
        for rest in dealt(places - set(chosen), sizes[1:]):
            yield [chosen, *rest]


def deal(samples: list[list[int]]) -> dict[str, object]:
    values = [value for sample in samples for value in sample]
    ranks = [
        sum(other < value for other in values) + Fraction(1 + sum(other == value for other in values), 2)
        for value in values
    ]
    n = len(values)
    tied = sum(values.count(value) ** 3 - values.count(value) for value in set(values))

    def statistic(groups: list[tuple[int, ...]]) -> Fraction:
        squares = sum(Fraction(sum(ranks[place] for place in group)) ** 2 / len(group) for group in groups)
        plain = Fraction(12, n * (n + 1)) * squares - 3 * (n + 1)
        return plain / (1 - Fraction(tied, n**3 - n))

    places = iter(range(n))
    seen = statistic([tuple(next(places) for _ in sample) for sample in samples])
    deals = [statistic(groups) for groups in dealt(frozenset(range(n)), [len(one) for one in samples])]
    return {
        "samples": samples,
        "h": float(seen),
        "deals": len(deals),
        "as_great": sum(one >= seen for one in deals),
    }


if __name__ == "__main__":
    answers = {
        "made": {"script": "kruskal_wallis_deals.py", "Python": platform.python_version()},
        "cases": {name: deal(samples) for name, samples in SAMPLES.items()},
    }
    Path("kruskal_wallis_deals.json").write_text(json.dumps(answers) + "\n", encoding="utf-8")
