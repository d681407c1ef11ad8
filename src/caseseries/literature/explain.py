"""Explaining: what would give a printed number that does not follow from the paper's own tables."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from caseseries.analysis.followed import Followed, follow, horizons
from caseseries.analysis.ids import AT
from caseseries.analysis.plan import analysed
from caseseries.analysis.results import Results
from caseseries.cases.series import CaseSeries
from caseseries.literature.claims import Claim, printed_number, printed_word
from caseseries.literature.differing import looks_in_words, looks_of
from caseseries.literature.explain_beside import explain_beside
from caseseries.literature.explain_horizon import horizon_stages
from caseseries.literature.explain_interval import contrast_limits, share_limits
from caseseries.literature.explain_middle import middle_stages
from caseseries.literature.explain_p import p_stages, table_of
from caseseries.literature.explain_percent import counted, explain_percent
from caseseries.literature.explain_response import courses, explain_response
from caseseries.literature.explain_survival import survival_stages
from caseseries.literature.explain_unit import explain_unit
from caseseries.literature.middles import Middle, call, middle_of
from caseseries.literature.readings import PRINTED
from caseseries.literature.search import Searched, Variant, search, wanted
from caseseries.literature.slips import slip
from caseseries.literature.verdicts import Verdict
from caseseries.protocol.clauses.analysis import Compare, Entries, Survival
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.variable import Derived, GreatestFall
from caseseries.protocol.protocol import Protocol
from caseseries.stats.digits import MINUS, shown_p

Stages = Iterable[list[Variant]]
Verdicts = tuple[Verdict, ...]
SAME = 1e-9
"""Values this close, relative to each other, are one."""


def explained(
    ledger: Sequence[Verdicts], results: Results, cases: CaseSeries, protocol: Protocol
) -> tuple[Verdicts, ...]:
    """The same verdicts; those that contradict say in `explained` what would give the print.

    Those that say whether anything differs say there how it stands with every test. `cases` are as they
    were read: an expression is over all of them, a result over the first episodes (`analysed`). What is no
    number, or a bound, is not searched.
    """
    first, _ = analysed(protocol, cases)
    of_results = _Grounds(results, first, protocol, ledger)
    of_all = _Grounds(results, cases, protocol, ledger)
    return tuple(
        (replace(one[0], explained=(of_results if one[0].claim.result else of_all).explain(one)), *one[1:])
        for one in ledger
    )


@dataclass(frozen=True, slots=True)
class _Grounds:
    """All that a print can be held against."""

    results: Results
    cases: CaseSeries
    protocol: Protocol
    ledger: Sequence[Verdicts]

    def explain(self, verdicts: Verdicts) -> str:
        first, *beside = verdicts
        claim = first.claim
        if claim.any_differs:
            return looks_in_words(looks_of(claim, self.results, self.cases), self.results)
        if not first.said.startswith("contradicts") or printed_word(claim.printed):
            return ""
        if printed_number(claim.printed).operator:
            return ""
        column_gives_it = any(one.reproduces for one in beside)
        in_unit = explain_unit(claim, self.results, self.cases, self.protocol)
        said = [in_unit] if in_unit else list(self._by_variants(first, column_gives_it=column_gives_it))
        if not column_gives_it and not in_unit:
            typed = (
                slip(wanted(claim, self._range(claim)), ours) for one in verdicts if (ours := _number(one))
            )
            said += [found.sentence for found in typed if found][:1]
        return " ".join(f"{one[:1].upper()}{one[1:]}." for one in said)

    def _by_variants(self, verdict: Verdict, *, column_gives_it: bool) -> Iterator[str]:
        claim = verdict.claim
        count, total = counted(verdict, self.results, self.cases)
        if total:
            print_, everybody = wanted(claim, "share"), self.cases.n
            if beside := explain_beside(print_, count, total, everybody, self.results, claim.result):
                yield beside
            yield explain_percent(print_, total)
        if (response := self._response(claim)) is not None:
            own = "no pair of values of its own row gives it; " if response.stage else ""
            yield own + response.sentence
        stages = self._stages(claim.result or claim.derived, claim.beside)
        if stages is None:
            return
        if column_gives_it:
            stages = _from_the_rows(stages, self.results.value(claim.result))
        found = search(wanted(claim, self._range(claim)), stages)
        if found.tried:
            yield found.sentence
        if self._range(claim) == "p" and found.give and found.give[0].reading in ("", PRINTED):
            yield from self._elsewhere(claim, found.give[0])

    def _range(self, claim: Claim) -> str:
        """How far a printed value may go: a p-value, a share, or "" for any number."""
        is_p = bool(claim.result) and self._field(claim.result) == "p"
        return "p" if is_p else "share" if claim.is_percent else ""

    def _field(self, id_: str) -> str:
        """What is claimed of a number: its value, or the field behind its id."""
        return "value" if id_ in self.results.numbers else id_.rpartition(".")[2]

    def _response(self, claim: Claim) -> Searched | None:
        """The search for a greatest fall of one patient."""
        match call(claim.derived):
            case ast.Call(
                func=ast.Name(id="cell"), args=[ast.Constant(value=str(patient)), ast.Name(id=name)]
            ):
                column = self.protocol.column(name)
                if isinstance(column, Derived) and isinstance(column.take, GreatestFall):
                    every = courses(self.cases, column.take.greatest_fall)
                    print_ = wanted(claim, "share")
                    return explain_response(print_, patient, every) if patient in every else None
        return None

    def _stages(self, by: str, beside: str = "") -> Stages | None:
        """The variants of what gives a number, in stages; None where none are known."""
        if by.partition(".")[0] not in {result.slug for result in self.results}:
            middle = middle_of(by, self.results, self.cases)
            return self._of_middle(middle, "") if middle else None
        number, field = self.results.number(by), self._field(by)
        clause = self.results.result(by.partition(".")[0]).clause
        printed = self._outcome(beside, clause)
        last = number.id.rpartition(".")[2]
        rows = np.isin(self.cases.patients, number.patients)
        match clause:
            case Compare() | Entries() if field == "p":
                return p_stages(clause, printed, self.cases, self.protocol)
            case Survival() if last == "median" and field in ("value", "low", "high"):
                followed = self._followed(clause)
                return survival_stages(field, followed, rows, self.cases, self.protocol.conventions.level)
            case Survival() if AT in number.id.split(".")[-2:-1] and field in ("value", "low", "high"):
                followed = self._followed(clause)
                ends = horizons(self.protocol)
                horizon = next(name for name in ends if slug(name) == last)
                level = self.protocol.conventions.level
                return horizon_stages(field, horizon, ends, followed, rows, self.cases, level)
            case _ if last == "share" and field in ("low", "high") and number.estimate.value is not None:
                n = number.estimate.n
                return share_limits(round(number.estimate.value * n), n, field)
            case Compare(outcome=outcome) if field in ("low", "high"):
                of = "odds-ratio" if last == "fisher" else "-".join(last.split("-")[:2])
                is_table = self.cases.column(outcome).kind == "yes/no" and len(number.patients) > 0
                is_known = of in ("risk-difference", "risk-ratio", "odds-ratio")
                return (
                    contrast_limits(table_of(self.cases, clause), of, field)
                    if is_table and is_known
                    else None
                )
        middle = middle_of(by, self.results, self.cases)
        return self._of_middle(middle, printed) if middle else None

    def _of_middle(self, middle: Middle, printed: str) -> Stages:
        return middle_stages(middle.statistic, middle.column, middle.rows, self.cases, self.protocol, printed)

    def _outcome(self, beside: str, clause: object) -> str:
        """The column of the printed values, where a claim names an analysis of it in the same groups."""
        other = self.results.result(beside.partition(".")[0]).clause if beside else None
        if isinstance(other, Compare) and isinstance(clause, Compare) and other.by == clause.by:
            return other.outcome
        return ""

    def _followed(self, clause: Survival) -> Followed:
        own = self.protocol.follow_up.counted_from if self.protocol.follow_up else ""
        return follow(self.cases, self.protocol, clause.counted_from or own, clause.entered)

    def _elsewhere(self, claim: Claim, variant: Variant) -> Iterator[str]:
        """What the same method gives for the paper's other p-values of the same test."""
        test = claim.result.split(".")[-2:]
        others: dict[str, tuple[Claim, float]] = {}
        for first, *_ in self.ledger:
            other = first.claim
            if other.result.split(".")[-2:] != test or other.result in (claim.result, ""):
                continue
            if stages := self._stages(other.result, other.beside):
                reading = variant.reading if other.beside else ""
                for one in next(iter(stages), []):
                    if (one.method, one.reading) == (variant.method, reading):
                        others.setdefault(other.result, (other, one.value))
        if others:
            agree = [wanted(other, "p").away(value) == 0 for other, value in others.values()]
            shown = "; ".join(
                f"{other.printed} would be {shown_p(value)}" for other, value in others.values()
            )
            yield (
                f"by the same method {sum(agree)} of the paper's {len(agree)} other p-values of this test "
                f"would stand as printed ({shown})"
            )


def _from_the_rows(stages: Stages, ours: float | None) -> Stages:
    """Of the variants those by our own method, from the rows: where the printed column gives it already."""
    method = None
    for stage in stages:
        if method is None:
            same = (
                one
                for one in stage
                if not one.reading and ours and math.isclose(one.value, ours, rel_tol=SAME)
            )
            method = next((one.method for one in same), "")
        yield [one for one in stage if one.method == method and PRINTED not in one.reading]


def _number(verdict: Verdict) -> Decimal | None:
    """Our value in the unit of the print; None where it is a word or not there."""
    text = verdict.full.replace(",", "").replace(MINUS, "-").removesuffix("%")
    return Decimal(text) if text and not printed_word(text) and not text.isalpha() else None
