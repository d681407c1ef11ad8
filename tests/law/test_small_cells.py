"""Nobody can work out a count that is hidden: every table that would be printed the same is tried."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseseries.stats.small_cells import DEAR, Count, How, Sum, to_hide

SMALLEST = 3
Counts = dict[str, Count]
Sums = list[Sum[str]]


def hidden(counts: dict[str, int], sums: Sums, smallest: int = 5, dear: str = "") -> dict[str, How]:
    every = {key: Count(size, DEAR if key == dear else 1) for key, size in counts.items()}
    return to_hide(every, sums, smallest)


# ---- By hand ----


def test_what_is_not_small_stays() -> None:
    assert hidden({"all": 20, "dead": 9, "alive": 11}, [Sum("all", ("dead", "alive"))]) == {}


def test_nobody_is_no_small_count() -> None:
    assert hidden({"all": 20, "dead": 0, "alive": 20}, [Sum("all", ("dead", "alive"))]) == {}


def test_one_small_count_takes_the_other_part_of_a_total_with_it() -> None:
    found = hidden({"all": 20, "dead": 3, "alive": 17}, [Sum("all", ("dead", "alive"))], dear="all")
    assert found == {"dead": "small", "alive": "large"}


def test_of_several_parts_the_least_goes_with_it() -> None:
    counts = {"all": 30, "a": 3, "b": 12, "c": 7, "d": 8}
    assert hidden(counts, [Sum("all", ("a", "b", "c", "d"))]) == {"a": "small", "c": "large"}


def test_two_small_counts_hide_each_other_unless_their_sum_tells_both() -> None:
    of_all = [Sum("all", ("a", "b", "c"))]
    assert hidden({"all": 25, "a": 2, "b": 3, "c": 20}, of_all) == {"a": "small", "b": "small"}
    # One and one are the only two small counts that make two.
    told = hidden({"all": 22, "a": 1, "b": 1, "c": 20}, of_all, dear="all")
    assert told == {"a": "small", "b": "small", "c": "large"}


def test_what_is_hidden_in_one_sum_is_not_told_by_others() -> None:
    counts = {"all": 40, "f": 20, "m": 20, "dead": 15, "alive": 25}
    counts |= {"f-dead": 3, "f-alive": 17, "m-dead": 12, "m-alive": 8}
    sums = [
        Sum("all", ("f", "m")),
        Sum("all", ("dead", "alive")),
        Sum("f", ("f-dead", "f-alive")),
        Sum("m", ("m-dead", "m-alive")),
        Sum("dead", ("f-dead", "m-dead")),
        Sum("alive", ("f-alive", "m-alive")),
    ]
    costs = {key: Count(size, 9 if "-" not in key else 1) for key, size in counts.items()}
    found = to_hide(costs, sums, 5)
    assert found == {"f-dead": "small", "f-alive": "large", "m-dead": "large", "m-alive": "large"}


def test_the_few_who_stand_nowhere_are_hidden_too() -> None:
    counts = {"all": Count(12, DEAR), "known": Count(10), "unknown": Count(2, is_printed=False)}
    assert to_hide(counts, [Sum("all", ("known", "unknown"))], 5) == {"known": "large"}


def test_where_even_that_would_tell_nothing_is_said_of_the_counts() -> None:
    # "Below three" is one or two: of one, one and two it would say all.
    found = hidden({"all": 2, "a": 1, "b": 1}, [Sum("all", ("a", "b"))], smallest=3)
    assert set(found) == {"all", "a", "b"}
    assert "any" in found.values()


def test_below_three_small_would_say_how_many() -> None:
    with pytest.raises(ValueError, match="3 or more is wanted"):
        hidden({"a": 1}, [], smallest=2)


def test_a_sum_that_does_not_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="do not add up to all"):
        hidden({"all": 3, "a": 1}, [Sum("all", ("a",))])


# ---- Every table ----


@st.composite
def tables(draw: st.DrawFn) -> tuple[Counts, Sums]:
    """Rows by columns with their margins, some margins and some cells not printed, all counts below ten."""
    wide, high = draw(st.integers(2, 3)), draw(st.integers(1, 2))
    cells = {(row, column): draw(st.integers(0, 5)) for row, column in product(range(high), range(wide))}
    sizes = {f"{row}{column}": size for (row, column), size in cells.items()}
    sums: Sums = []
    for row in range(high):
        parts = tuple(f"{row}{column}" for column in range(wide))
        sizes[f"row {row}"] = sum(sizes[one] for one in parts)
        sums.append(Sum(f"row {row}", parts))
    for column in range(wide if high > 1 else 0):
        parts = tuple(f"{row}{column}" for row in range(high))
        sizes[f"column {column}"] = sum(sizes[one] for one in parts)
        sums.append(Sum(f"column {column}", parts))
    counts = {
        key: Count(size, draw(st.integers(1, 3)), is_printed=draw(st.integers(0, 4)) > 0)
        for key, size in sizes.items()
    }
    return counts, sums


def printed_the_same(counts: Counts, sums: Sums, found: dict[str, How]) -> Iterator[dict[str, int]]:
    """Every table with cells below 13 that would be printed as this one is."""
    cells = [key for key in counts if not any(one.total == key for one in sums)]

    def fits(key: str, size: int) -> bool:
        how = found.get(key)
        if how is None:
            return not counts[key].is_printed or size == counts[key].size
        return {"small": 0 < size < SMALLEST, "large": size >= SMALLEST, "any": True}[how]

    able = [[size for size in range(13) if fits(key, size)] for key in cells]
    for sizes in product(*able):
        table = dict(zip(cells, sizes, strict=True))
        table |= {one.total: sum(table[part] for part in one.parts) for one in sums}
        if all(fits(one.total, table[one.total]) for one in sums):
            yield table


@settings(max_examples=60)
@given(tables())
def test_every_small_count_could_be_another(drawn: tuple[Counts, Sums]) -> None:
    counts, sums = drawn
    found = to_hide(counts, sums, SMALLEST)
    asked = {key for key, count in counts.items() if 0 < count.size < SMALLEST}
    assert {key for key, count in counts.items() if count.is_printed and 0 < count.size < SMALLEST} <= set(
        found
    )
    for table in printed_the_same(counts, sums, found):
        asked -= {key for key in asked if table[key] != counts[key].size}
        if not asked:
            break
    assert not asked


@settings(max_examples=30)
@given(tables())
def test_the_same_counts_are_hidden_again(drawn: tuple[Counts, Sums]) -> None:
    counts, sums = drawn
    assert to_hide(counts, sums, 5) == to_hide(counts, sums, 5)
