"""Released hiding: which number is not shown, and what is said in its place.

This is the one place where it is decided which number is suppressed; `released_rule` says how.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from caseseries.analysis.ids import BY, HIGHEST, LOWEST, is_if_unknown
from caseseries.analysis.released_counts import COUNTED, Counted, Key
from caseseries.analysis.released_curves import curves_behind, falls_by_many, rises_by_many
from caseseries.analysis.released_rule import WITHHELD
from caseseries.analysis.released_sums import counts_and_sums
from caseseries.analysis.results import Number, Result
from caseseries.protocol.clauses.analysis import Compare, Regress
from caseseries.stats.small_cells import How, to_hide


@dataclass(frozen=True)
class Hiding:
    """What is hidden of these counts where those below `smallest` are, and of what rests on them.

    The patients in `known` are those whose lines leave too.
    """

    counted: Counted
    known: frozenset[str]
    smallest: int

    def group(self, number: Number) -> int:
        """How many patients a number rests on; 0 where it is not shown, or says that there are none."""
        if self.instead(number, self.counted.of[number.id]):
            return 0
        found = number.estimate.value if number.estimate.unit in COUNTED else len(number.patients)
        return int(found or 0)

    def instead(self, number: Number, result: Result) -> str:
        """What is said in the place of a number; nothing where it is shown."""
        hidden = self._hidden
        if number.estimate.unit in COUNTED:
            how = hidden.get(self.counted.key(number))
            return "" if how is None else f"<{self.smallest}" if how == "small" else WITHHELD
        if self._is_known(number.patients):
            return ""
        own = number.id.rpartition(".")[2]
        if self.counted.group_key(number.patients) in hidden or own in (LOWEST, HIGHEST):
            return WITHHELD
        beside = f"{number.id.removesuffix('.share')}.count"
        if (
            own == "share"
            and beside in self.counted.numbers
            and self.counted.key(self.counted.numbers[beside]) in hidden
        ):
            return WITHHELD
        if _is_between(number, result) and self._hides(result):
            return WITHHELD
        for stem in curves_behind(number, result):
            if self._tells_of_few(stem, result) or not falls_by_many(stem, result, self.smallest):
                return WITHHELD
        stem, by, _ = number.id.partition(f".{BY}.")
        if by and (
            self._tells_of_few(f"{stem}.", result) or not rises_by_many(f"{stem}.", result, self.smallest)
        ):
            return WITHHELD
        return ""

    def _hides(self, result: Result) -> bool:
        """Whether any count of an analysis is hidden: a test gives the counts away that it was made of."""
        keys = [self.counted.key(number) for number in result.numbers if number.estimate.unit in COUNTED]
        keys += [self.counted.group_key(one.patients) for one in result.numbers]
        keys += [self.counted.group_key(one.patients) for one in result.groups]
        return any(key in self._hidden for key in keys)

    def _tells_of_few(self, stem: str, result: Result) -> bool:
        """Whether a count beside a curve is hidden; `stem` begins the ids of its numbers."""
        counts = (one for one in result.numbers if one.id.startswith(stem) and one.estimate.unit in COUNTED)
        return any(self.counted.key(one) in self._hidden for one in counts)

    def is_n_said(self, number: Number) -> bool:
        """Whether it may be said of how many a number is."""
        hidden = self._hidden
        if number.estimate.unit not in COUNTED:
            return self.counted.group_key(number.patients) not in hidden
        among = self.counted.among[number.id]
        size = len(among) if isinstance(among, frozenset) else self.counted.numbers[str(among)].estimate.value
        return among not in hidden and size == number.estimate.n

    def _is_known(self, patients: tuple[str, ...]) -> bool:
        """Whether the lines of these patients leave too, so that anybody can count them."""
        return bool(patients) and self.known.issuperset(patients)

    @cached_property
    def _hidden(self) -> dict[Key, How]:
        return to_hide(*counts_and_sums(self.counted, self.known, self.smallest), self.smallest)


def _is_between(number: Number, result: Result) -> bool:
    """Whether a number sets groups against each other, or what is known against what is not.

    That is a test, how far apart groups are, and what unknown outcomes leave open.
    """
    if number.estimate.p is not None or is_if_unknown(number.id):
        return True
    pieces = number.id.split(".")
    return isinstance(result.clause, Compare | Regress) and not any(
        one.key in pieces for one in result.groups
    )
