"""What stands beside a printed percentage: the other patients, other totals and other lines that give it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from caseseries.analysis.ids import EVERYBODY, joined
from caseseries.analysis.results import Number, Results
from caseseries.literature.explain_percent import prints
from caseseries.literature.search import Wanted


@dataclass(frozen=True, slots=True)
class _Beside:
    """A count of a total that stands beside ours, and what to say where it gives the print."""

    count: int
    total: int
    said: str


def explain_beside(
    print_: Wanted, count: int, n: int, everybody: int, results: Results, id_: str = ""
) -> str:
    """What of the same table gives the print, where `count` of `n` does not; "" where nothing does.

    The other patients of the n; the same patients of everybody, or of all who have what the line says
    (`id_` is the share's own); the same line of another group, and the other lines of the same group.
    """
    beside: dict[tuple[int, int], _Beside] = {}
    printed = f"{float(print_.number):.{print_.digits}f}%"
    for one in (
        *_of_the_same(printed, count, n, everybody),
        *_of_the_table(printed, results, id_, count),
    ):
        if one.total and one.count * n != count * one.total:
            beside.setdefault((one.count, one.total), one)
    found = [one.said for one in beside.values() if prints(print_, one.count, one.total) == print_.number]
    if not found:
        return ""
    tried = "one other share was" if len(beside) == 1 else f"{len(beside):,} other shares were"
    return f"{'; or '.join(found)} ({tried} tried)"


def _of_the_same(printed: str, count: int, n: int, everybody: int) -> Iterator[_Beside]:
    """Of nobody nothing is said: they are 0% of any total, and of some claims no count is known."""
    if count:
        yield _Beside(count, everybody, f"the same {_are(count)} {printed} of all {everybody:,}")
    if count and count < n:
        yield _Beside(n - count, n, f"the other {_are(n - count)} {printed} of the same {n:,}")


def _of_the_table(printed: str, results: Results, id_: str, count: int) -> Iterator[_Beside]:
    if id_ not in results.numbers:
        return
    *stem, group, last = id_.split(".")
    whole = results.numbers.get(joined(*stem, EVERYBODY, last))
    if whole is not None and count:
        on_line = _count(whole)
        yield _Beside(count, on_line, f"the same {_are(count)} {printed} of all {on_line:,} on this line")
    for number in results.result(stem[0]).numbers:
        *its_stem, its_group, its_last = number.id.split(".")
        is_line = its_stem == stem and its_group != group
        is_column = its_group == group and its_stem[:-1] == stem[:-1] and its_stem != stem
        if its_last == last and (is_line or is_column) and number.estimate.value is not None:
            its_count, its_n = _count(number), number.estimate.n
            yield _Beside(
                its_count, its_n, f"{its_count:,} of {its_n:,} is {printed}, which is {number.label}"
            )


def _count(number: Number) -> int:
    return round((number.estimate.value or 0.0) * number.estimate.n)


def _are(count: int) -> str:
    return "patient is" if count == 1 else f"{count:,} patients are"
