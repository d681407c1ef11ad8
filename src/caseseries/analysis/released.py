"""The released results: the numbers that may leave a hospital, and what is said in place of the others.

This is the one place where it is decided which number is suppressed; `rule` says how.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

from caseseries.analysis.ids import (
    ANY,
    BY,
    EVERYBODY,
    HIGHEST,
    LOWEST,
    SEVERAL,
    is_if_unknown,
    is_of_one_patient,
    of_step,
    of_steps,
)
from caseseries.analysis.multiplicity import is_adjusted
from caseseries.analysis.released_cautions import general
from caseseries.analysis.released_curves import curves_behind, falls_by_many, rises_by_many
from caseseries.analysis.results import Competing, Group, Number, Result, Results
from caseseries.analysis.verdicts import RECALLED, UNFLAGGED
from caseseries.cases.screening import Screening
from caseseries.evidence.counting import so_many
from caseseries.protocol.clauses.analysis import ATTRITION, CRITERIA, Compare, Regress, Relabel, Trajectory
from caseseries.stats.estimate import Estimate
from caseseries.stats.small_cells import DEAR, Count, How, Sum, to_hide

SMALLEST = 5
"""Counts of patients below this are not shown. A convention of this house; a hospital may ask for more."""
OLD = 89
"""Ages above this are banded, as the safe harbour of 45 CFR 164.514(b)(2)(i)(C) has it (recalled)."""
WITHHELD = "withheld"
BANDED = f"{OLD + 1} and older"
COUNTED = {"patients", "deaths", "episodes"}
Key = Hashable


def rule(smallest: int, with_patients: bool) -> tuple[str, ...]:
    """The rule in sentences, as the released copy says it."""
    said = (
        f"A count of patients from 1 to {smallest - 1} is shown as <{smallest}. Where that could be "
        f"worked out from other counts, further counts are {WITHHELD}.",
        f"What rests on a hidden count is {WITHHELD}: shares, tests, differences and ratios, and what was "
        f"measured in a group of fewer than {smallest}; so are the lowest and the highest value of any "
        "group, which are one patient's, and survival and incidence at fixed times, with the mean time up "
        f"to the last of them, where fewer than {smallest} died between two of them.",
    )
    lines = (
        (
            "The patients of the case series stand here line by line, under names that mean nothing outside "
            "of this copy. Whoever reads the lines can count them: what is said of these patients alone is "
            "shown as it is, and the rule protects everybody else.",
        )
        if with_patients
        else ("There is no line and no figure of single patients, and no curve.",)
    )
    return (
        *said,
        *lines,
        f"Ages above {OLD} read {BANDED}. There are no dates: days are counted from a moment of each "
        "patient, and dates of the study itself are cut to the year. There are no numbers of patients, "
        "visits or rows, no notes, and no words that anybody typed into a record or an answer.",
    )


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
) -> Released:
    """The same results without what would tell of few patients.

    `names` gives each patient of the case series the name of a line that leaves too; then what is said of
    these patients alone stays. Without it no patient is named. Numbers whose id begins with one of `dropped`
    are left out. ValueError: `smallest` is below 3.
    """
    # Published cohorts stand beside counts of the patients here, and are in print already.
    kept = tuple(_without(result, dropped) for result in (*results.results, *results.screened))
    room = _Room(kept, results.patients, screening, smallest, names or {})
    made = tuple(room.result(result) for result in kept)
    promised = len(results.results)
    groups = [size for result in kept for number in result.numbers if (size := room.group(number))]
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
class _Room:
    """All that is needed to decide on a number: every count there is, and how they add up."""

    results: tuple[Result, ...]
    everybody: tuple[str, ...]
    screening: Screening | None
    smallest: int
    names: Mapping[str, str]

    # ---- One number, one analysis ----

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

    def group(self, number: Number) -> int:
        """How many patients a number rests on; 0 where it is not shown, or says that there are none."""
        if self._instead(number, self._of[number.id]):
            return 0
        found = number.estimate.value if number.estimate.unit in COUNTED else len(number.patients)
        return int(found or 0)

    def _number(self, number: Number, result: Result) -> Number:
        estimate, instead = number.estimate, self._instead(number, result)
        mine = {one.name: getattr(estimate, one.name) for one in fields(Estimate)}
        said_n = self._is_n_said(number)
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

    def _named(self, patients: tuple[str, ...]) -> tuple[str, ...]:
        if not all(one in self.names for one in patients):
            return ()
        return tuple(sorted(self.names[one] for one in patients))

    # ---- What is shown ----

    def _instead(self, number: Number, result: Result) -> str:
        """What is said in the place of a number; nothing where it is shown."""
        hidden = self._hidden
        if number.estimate.unit in COUNTED:
            how = hidden.get(self._key(number))
            return "" if how is None else f"<{self.smallest}" if how == "small" else WITHHELD
        if self._is_known(number.patients):
            return ""
        own = number.id.rpartition(".")[2]
        if self._group_key(number.patients) in hidden or own in (LOWEST, HIGHEST):
            return WITHHELD
        beside = f"{number.id.removesuffix('.share')}.count"
        if own == "share" and beside in self._numbers and self._key(self._numbers[beside]) in hidden:
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
        keys = [self._key(number) for number in result.numbers if number.estimate.unit in COUNTED]
        keys += [self._group_key(one.patients) for one in result.numbers]
        keys += [self._group_key(one.patients) for one in result.groups]
        return any(key in self._hidden for key in keys)

    def _tells_of_few(self, stem: str, result: Result) -> bool:
        """Whether a count beside a curve is hidden; `stem` begins the ids of its numbers."""
        counts = (one for one in result.numbers if one.id.startswith(stem) and one.estimate.unit in COUNTED)
        return any(self._key(one) in self._hidden for one in counts)

    def _is_n_said(self, number: Number) -> bool:
        """Whether it may be said of how many a number is."""
        hidden = self._hidden
        if number.estimate.unit not in COUNTED:
            return self._group_key(number.patients) not in hidden
        among = self._among[number.id]
        size = len(among) if isinstance(among, frozenset) else self._numbers[str(among)].estimate.value
        return among not in hidden and size == number.estimate.n

    def _is_known(self, patients: tuple[str, ...]) -> bool:
        """Whether the lines of these patients leave too, so that anybody can count them."""
        return bool(self.names) and bool(patients) and all(one in self.names for one in patients)

    # ---- What is counted ----

    @cached_property
    def _numbers(self) -> dict[str, Number]:
        return {number.id: number for result in self.results for number in result.numbers}

    @cached_property
    def _of(self) -> dict[str, Result]:
        return {number.id: result for result in self.results for number in result.numbers}

    def _group_key(self, patients: tuple[str, ...]) -> Key:
        """A group is known by who is in it: whatever counts the same patients is one count."""
        return frozenset(patients)

    def _key(self, number: Number) -> Key:
        named = len(number.patients) == number.estimate.value
        return self._group_key(number.patients) if named else number.id

    @cached_property
    def _among(self) -> dict[str, Key]:
        """Of whom each count is: who came to a step, or the group that it is a part of."""
        found = {one.id: self._group_key(self._whole(one)) for one in self._numbers.values()}
        if self.screening is None:
            return found
        steps = self.screening.attrition.steps
        came = of_step("in-setting", "")
        for place, piece in enumerate(of_steps(step.name for step in steps)):
            found |= {of_step(piece, fate): self._key(self._numbers[came]) for fate in _FATES}
            came = of_step(piece, "in")
            if place == self.screening.taken - 1:
                beside = (of_step("exposed-before-known", ""), of_step("further-episodes", ""))
                found |= {one: self._key(self._numbers[came]) for one in beside}
        whole, setting = (self._key(self._numbers[of_step(one, "")]) for one in ("patients", "in-setting"))
        found |= {of_step(one, ""): whole for one in ("patients", "in-setting", "outside")}
        return found | {of_step("open", ""): setting}

    def _whole(self, number: Number) -> tuple[str, ...]:
        """The patients of whom a number tells: of the share beside it, of its group, or of its analysis."""
        stem, _, own = number.id.rpartition(".")
        first = stem.partition(".")[0]
        group = stem.rpartition(".")[2]
        places: tuple[str, ...] = (
            f"{stem}.share",
            f"{stem.removesuffix('.alive')}.n",
            f"{first}.{group}.n",
            f"{first}.all.n",
            f"{first}.n",
        )
        if own == "n":
            places = (f"{first}.all.n", f"{first}.n")
        for place in places:
            if place in self._numbers and place != number.id:
                return self._numbers[place].patients
        return number.patients if own == "n" and first in _OWN else self.everybody

    @cached_property
    def _groups(self) -> dict[frozenset[str], int]:
        """Every group that a number rests on or counts, and on how many numbers hiding it would tell."""
        found: dict[frozenset[str], int] = {}
        for number in self._numbers.values():
            if number.patients:
                group = frozenset(number.patients)
                found[group] = found.get(group, 0) + 1
        return found

    @cached_property
    def _hidden(self) -> dict[Key, How]:
        counts: dict[Key, Count] = {
            group: Count(len(group), cost, is_known=bool(self.names) and group <= self.names.keys())
            for group, cost in self._groups.items()
        }
        for number in self._numbers.values():
            if number.estimate.unit in COUNTED and self._key(number) not in counts:
                counts[self._key(number)] = Count(int(number.estimate.value or 0))
        for whole in self._wholes:
            counts[whole] = replace(counts[whole], cost=DEAR)
        sums = [*self._families(counts), *self._flow(counts)]
        return to_hide(counts, sums, self.smallest)

    @cached_property
    def _wholes(self) -> list[Key]:
        """What a reader needs first: how many are in the database, and how many in the case series."""
        whole = of_step("patients", "")
        found = [self._key(self._numbers[whole])] if whole in self._numbers else []
        return [*found, *([self._group_key(self.everybody)] if self.everybody else [])]

    def _families(self, counts: dict[Key, Count]) -> Iterator[Sum[Key]]:
        """What adds up: a count and who else is in the whole; levels of a category; groups side by side.

        Also what the groups of a comparison have alike, where it is told of them all together elsewhere.
        """
        told = [one for one in self._numbers.values() if one.patients and self._key(one) in self._groups]
        families: dict[tuple[Key, ...], list[frozenset[str]]] = {}
        across: dict[tuple[str, ...], list[frozenset[str]]] = {}
        for number in told:
            pieces, mine, whole = number.id.split("."), frozenset(number.patients), self._among[number.id]
            for place, other in enumerate((whole, *self._within(number))):
                families[other, number.id, place] = [mine]
            for place in range(1, len(pieces)):
                key = (*pieces[:place], "*", *pieces[place + 1 :])
                over_all = ".".join((*pieces[:place], EVERYBODY, *pieces[place + 1 :]))
                if pieces[place] in _APART:
                    continue
                if over_all in self._numbers:
                    families.setdefault((frozenset(self._numbers[over_all].patients), key), []).append(mine)
                elif number.estimate.unit in COUNTED:
                    families.setdefault((whole, key), []).append(mine)
                    across.setdefault(key, []).append(mine)
        for key, several in across.items():
            families.setdefault((frozenset[str]().union(*several), key), several)
        for (whole, *_), family in families.items():
            parts = tuple(one for one in dict.fromkeys(family) if one != whole)
            union = frozenset[str]().union(*parts)
            is_sum = whole in counts and len(union) == sum(map(len, parts))
            if parts and is_sum and isinstance(whole, frozenset) and union <= whole:
                yield from self._sum(counts, whole, parts)

    def _within(self, number: Number) -> Iterator[frozenset[str]]:
        """Further groups that its patients are among by what a number says: that of its own title first.

        What is met without the flagged evidence is met; who was given one drug was given any.
        """
        pieces = number.id.split(".")
        for group in self._of[number.id].groups:
            if group.key in pieces[1:]:
                yield frozenset(group.patients)
        for place in range(1, len(pieces)):
            for wider, narrower in ((ANY, True), ("met", pieces[place] == UNFLAGGED)):
                other = ".".join((*pieces[:place], wider, *pieces[place + 1 :]))
                if narrower and other != number.id and other in self._numbers:
                    yield frozenset(self._numbers[other].patients)

    def _sum(
        self, counts: dict[Key, Count], whole: frozenset[str], parts: tuple[frozenset[str], ...]
    ) -> Iterator[Sum[Key]]:
        rest = whole.difference(*parts)
        if not rest:
            yield Sum(whole, parts)
        elif rest in counts or len(rest) < self.smallest:
            known = bool(self.names) and rest <= self.names.keys()
            counts.setdefault(rest, Count(len(rest), is_printed=False, is_known=known))
            yield Sum(whole, (*parts, rest))

    def _flow(self, counts: dict[Key, Count]) -> Iterator[Sum[Key]]:
        """The flow: who came to a step goes somewhere, and before it they were in."""
        if self.screening is None:
            return
        pieces = of_steps(step.name for step in self.screening.attrition.steps)
        setting = of_step("in-setting", "")
        totals = {of_step("patients", ""): [setting, of_step("outside", "")]}
        came = setting
        for piece in pieces:
            totals[came] = [of_step(piece, fate) for fate in _FATES]
            came = of_step(piece, "in")
        totals[of_step("open", "")] = [of_step(piece, "open") for piece in pieces]
        for total, parts in totals.items():
            keys = [self._key(self._numbers[part]) for part in parts if self._numbers[part].estimate.value]
            whole = self._key(self._numbers[total])
            if keys != [whole]:
                yield Sum(whole, tuple(keys))
        early = of_step("exposed-before-known", "")
        if early in self._numbers:
            others, last = "not " + early, self._among[early]
            size = counts[last].size - int(self._numbers[early].estimate.value or 0)
            counts[others] = Count(size, is_printed=False)
            yield Sum(last, (self._key(self._numbers[early]), others))


_FATES = ("in", "out", "open", "not-shown")
_OWN = {ATTRITION, CRITERIA}
_APART = {ANY, SEVERAL, EVERYBODY, UNFLAGGED, RECALLED}
"""Pieces of ids of what stands beside the groups of a family and is none of them."""


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


def _is_plain(sentence: str) -> bool:
    """Whether a sentence says nothing with a number in it."""
    return not any(letter.isdigit() for letter in sentence)


def _is_old(estimate: Estimate) -> bool:
    ends = (estimate.value, estimate.low, estimate.high)
    return estimate.unit == "years" and any(one is not None and one > OLD for one in ends)
