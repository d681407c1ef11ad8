"""The tests of a comparison: whether the promised one fits the outcome and the number of groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from caseseries.evidence.page import Path, Slip
from caseseries.protocol.clauses.analysis import Compare, RankTest, SeveralRanksTest, TableTest
from caseseries.protocol.clauses.variable import MEASURED
from caseseries.protocol.names import Names

ANY_TABLE = frozenset({*get_args(TableTest), "chi-square, uncorrected"})
"""The tests of a table of any size; all others of counts are for two groups and yes or no."""
RANKED = frozenset({*get_args(RankTest), *get_args(SeveralRanksTest)})
"""The tests of a measured outcome."""


def comparison_slips(names: Names, path: Path, analysis: Compare) -> Iterator[Slip]:
    """What is not right with the outcome, the groups, or the test that is promised between them."""
    test, outcome, by = analysis.test, analysis.outcome, analysis.by
    kinds, need = ["yes/no"], f'the test "{test}" sets yes and no against two groups'
    if test in RANKED:
        kinds, need = sorted(MEASURED), f"{test} ranks a measured outcome"
    elif test in ANY_TABLE:
        kinds, need = ["yes/no", "category"], f'the test "{test}" counts a yes/no or a category'
    slips = [
        *_column(names, (*path, "outcome"), outcome, kinds, need, by),
        *_column(
            names, (*path, "by"), by, ["yes/no", "category"], "groups are made by yes/no or category", outcome
        ),
    ]
    if outcome == by:
        mend = "Write another variable as the outcome, or another to group by."
        slips.append(Slip((*path, "by"), f'"{by}" is compared with itself', mend))
    yield from slips
    if not slips and all(names.protocol.column(one) is not None for one in (outcome, by)):
        yield from _test(names, (*path, "test"), analysis)


def _column(names: Names, path: Path, name: str, kinds: list[str], need: str, besides: str) -> Iterator[Slip]:
    """As of any column; of one whose levels overlap, also how to make them exclude each other."""
    column = names.protocol.column(name)
    if column is not None and column.kind == "categories" and "category" in kinds:
        recipe = f'take = {{ first_of = [...], in = "{name}" }}'
        mend = f'Derive a category from it by {recipe}, or write does = "entries".'
        yield Slip(path, f'a patient may have several levels of "{name}", and would be counted twice', mend)
    elif column is not None and column.kind == "category" and kinds == ["yes/no"]:
        yield Slip(path, f'{need}, and "{name}" is a category', _for_tables())
    else:
        yield from names.column(path, name, kinds, need, besides)


def _test(names: Names, path: Path, analysis: Compare) -> Iterator[Slip]:
    """That a test is for two groups and there are more, or the other way about."""
    test, groups = analysis.test, how_many_groups(names, analysis.by)
    said = f'and "{analysis.by}" makes {groups}'
    is_two_by_two = groups == 2 and getattr(names.protocol.column(analysis.outcome), "kind", "") == "yes/no"
    if test in get_args(RankTest) and groups > 2:
        instead = test.replace("Mann-Whitney", "Kruskal-Wallis")
        yield Slip(path, f'"{test}" compares two groups, {said}', f'Write test = "{instead}".')
    elif test in get_args(SeveralRanksTest) and groups == 2:
        instead = test.replace("Kruskal-Wallis", "Mann-Whitney")
        yield Slip(path, f'"{test}" compares three groups or more, {said}', f'Write test = "{instead}".')
    elif test in get_args(TableTest) and is_two_by_two:
        found = f'"{test}" is for more than two groups or two levels, and here are yes and no in two groups'
        yield Slip(path, found, 'That is Fisher\'s test: write test = "Fisher".')
    elif test not in RANKED | ANY_TABLE and groups > 2:
        yield Slip(path, f'"{test}" compares two groups, {said}', _for_tables())


def how_many_groups(names: Names, by: str) -> int:
    """How many groups a yes/no or a category makes."""
    column = names.protocol.column(by)
    return len(column.levels) if column is not None and column.kind == "category" else 2


def _for_tables() -> str:
    return 'Write test = "Freeman-Halton", which is exact, or test = "chi-square, uncorrected".'
