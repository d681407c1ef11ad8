"""The released results: the numbers that may leave a hospital, and what is said in place of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from caseseries.analysis.ids import is_of_one_patient, of_step
from caseseries.analysis.multiplicity import is_adjusted
from caseseries.analysis.released_cautions import general
from caseseries.analysis.released_counts import Counted
from caseseries.analysis.released_hiding import Hiding
from caseseries.analysis.released_rule import BANDED, OLD, SMALLEST, WITHHELD, rule
from caseseries.analysis.results import Competing, Group, Number, Result, Results
from caseseries.cases.screening import Screening
from caseseries.evidence.counting import so_many
from caseseries.protocol.clauses.analysis import Relabel, Trajectory
from caseseries.stats.estimate import Estimate

RECKONED = ("mean", "sd", "hodges-lehmann")
"""Numbers of a group that each of its values is part of, by the last part of their ids."""


@dataclass(frozen=True)
class Said(Estimate):
    """An estimate as it leaves the hospital; with `instead` only that is said of its value.

    Of how many is said where `is_n_said`; else `n` is 0 here, and null wherever it is written.
    """

    instead: str = ""
    is_n_said: bool = True

    @property
    def shown(self) -> str:
        """The value as it is printed, or what is said in its place."""
        return self.instead or super().shown

    @property
    def shown_n(self) -> str:
        """Of how many, as it is printed."""
        return super().shown_n if self.is_n_said else WITHHELD

    def content(self) -> dict[str, Any]:
        """Its fields by name, and as `shown` what is printed."""
        mine = {one.name: getattr(self, one.name) for one in fields(Estimate)}
        return mine | {"n": self.n if self.is_n_said else None, "shown": self.shown}


@dataclass(frozen=True)
class Released:
    """The results that may leave; `smallest_group` is how many the least group has that a number rests on.

    `size` says in words how many patients there are.
    """

    results: Results
    rule: tuple[str, ...]
    smallest: int
    smallest_group: int
    size: str


def released(
    results: Results,
    screening: Screening | None,
    *,
    smallest: int = SMALLEST,
    names: Mapping[str, str] | None = None,
    dropped: Sequence[str] = (),
    ages: Mapping[str, float] | None = None,
) -> Released:
    """The same results without what would tell of few patients.

    `names` gives each patient of the case series the name of a line that leaves too; then what is said of
    these patients alone stays. Without it no patient is named. Numbers whose id begins with one of `dropped`
    are left out. `ages` are those of the patients in years, as far as they are known: what is reckoned from
    one above 89 and from others is withheld, since it would tell that one. ValueError: `smallest` is below 3.
    """
    # Published cohorts stand beside counts of the patients here, and are in print already.
    kept = tuple(_without(result, dropped) for result in (*results.results, *results.screened))
    hiding = Hiding(Counted(kept, results.patients, screening), frozenset(names or ()), smallest)
    copy = _Copy(hiding, names or {}, ages or {})
    made = tuple(copy.result(result) for result in kept)
    promised = len(results.results)
    groups = [size for result in kept for number in result.numbers if (size := hiding.group(number))]
    return Released(
        replace(
            results,
            sources=(),
            patients=tuple((names or {}).values()),
            results=made[:promised],
            screened=made[promised:],
            published=(),
        ),
        rule(smallest, bool(names)),
        smallest,
        min(groups, default=0),
        f"<{smallest} patients"
        if not names and 0 < len(results.patients) < smallest
        else so_many(len(results.patients), "patient"),
    )


def _without(result: Result, dropped: Sequence[str]) -> Result:
    """What a reviewer is asked, and what a review would cost, is the hospital's own business.

    So is a relabelling: it names the patients whose label it drops, and tells what each of them changes. So
    are the numbers of one patient's course, whose ids name the patient. And a p that is adjusted for all that
    were promised tells of those that are hidden.
    """
    if isinstance(result.clause, Relabel):
        return Result(
            result.clause, why_not=result.why_not or "It tells of single patients, and stays where they are."
        )
    asked = (of_step("reach", ""), of_step("questions", ""))
    return replace(
        result,
        numbers=tuple(
            one
            for one in result.numbers
            if one.estimate.unit != "questions"
            and not is_adjusted(one.id)
            and not (isinstance(result.clause, Trajectory) and is_of_one_patient(one.id))
            and not any(_begins(one.id, stem) for stem in (*asked, *dropped))
        ),
    )


def _begins(id_: str, stem: str) -> bool:
    return id_ == stem or id_.startswith(f"{stem}.")


@dataclass(frozen=True)
class _Copy:
    """What makes of a number the one that leaves: what is hidden, and the names of the lines that leave."""

    hiding: Hiding
    names: Mapping[str, str]
    ages: Mapping[str, float]

    def result(self, result: Result) -> Result:
        """The analysis as it may leave."""
        return replace(
            result,
            numbers=tuple(self._number(number, result) for number in result.numbers),
            groups=tuple(Group(one.key, one.title, self._named(one.patients)) for one in result.groups),
            cautions=tuple(dict.fromkeys(map(general, result.cautions))),
            notes=tuple(note for note in result.notes if _is_plain(note)),
            curves=result.curves if self.names else {},
            competing=result.competing if self.names else Competing(result.competing.kinds),
            why_not=result.why_not
            if _is_plain(result.why_not)
            else "It could not be done on these patients.",
        )

    def _number(self, number: Number, result: Result) -> Number:
        estimate, instead = number.estimate, self.hiding.instead(number, result)
        if not instead and self._tells_an_old_age(number):
            instead = WITHHELD
        mine = {one.name: getattr(estimate, one.name) for one in fields(Estimate)}
        said_n = self.hiding.is_n_said(number)
        mine |= {"n": estimate.n if said_n else 0}
        mine |= {} if _is_plain(estimate.reason) else {"reason": ""}
        if instead or _is_old(estimate):
            nothing = {"value": None, "low": None, "high": None, "level": None, "p": None, "beyond": ""}
            is_banded = not instead and estimate.value is not None and estimate.value > OLD
            kept = {"value": estimate.value} if not instead and not is_banded else {}
            why = "" if kept else "not shown, by the rule of this copy" if instead else "banded"
            mine |= nothing | kept | {"method": "" if instead else estimate.method, "reason": why}
            instead = instead or (BANDED if is_banded else "")
        return replace(
            number,
            estimate=Said(**mine, instead=instead, is_n_said=said_n),
            patients=self._named(number.patients),
            cautions=tuple(dict.fromkeys(map(general, number.cautions))),
        )

    def _tells_an_old_age(self, number: Number) -> bool:
        """Whether a number in years can be solved for an age above OLD, with the ages that are shown."""
        value, own = number.estimate.value, number.id.rpartition(".")[2]
        mine = [self.ages[one] for one in number.patients if one in self.ages]
        old = [age for age in mine if age > OLD]
        if number.estimate.unit != "years" or value is None or not old:
            return False
        if own in RECKONED:
            return bool(self.names)
        return max((age for age in mine if age <= OLD), default=OLD) < value < min(old)

    def _named(self, patients: tuple[str, ...]) -> tuple[str, ...]:
        if not all(one in self.names for one in patients):
            return ()
        return tuple(sorted(self.names[one] for one in patients))


def _is_plain(sentence: str) -> bool:
    """Whether a sentence says nothing with a number in it."""
    return not any(letter.isdigit() for letter in sentence)


def _is_old(estimate: Estimate) -> bool:
    ends = (estimate.value, estimate.low, estimate.high)
    return estimate.unit == "years" and any(one is not None and one > OLD for one in ends)
