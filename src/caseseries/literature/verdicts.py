"""Verdicts: every claim held against what the results and the cases give, at its printed precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from fractions import Fraction
from operator import ge, gt, le, lt
from typing import Literal

from caseseries.analysis.results import Results
from caseseries.cases.series import CaseSeries
from caseseries.evidence.problem import Problem, Problems
from caseseries.literature.claims import Claim, printed_number, printed_word
from caseseries.literature.differing import any_difference
from caseseries.literature.expression import Cohorts, Obtained, obtain
from caseseries.literature.itself import Alike, alike, other_print
from caseseries.stats.digits import shown
from caseseries.stats.rounding import TRUE_DIGITS, half_even, half_up, truncated

Said = Literal[
    "reproduces",
    "reproduces with rounding",
    "contradicts",
    "contradicts itself",
    "not derivable from what is printed",
]
BESIDE = "follow from the printed column only, not from the rows"
PLURAL: dict[Said, str] = {
    "reproduces": "reproduce",
    "reproduces with rounding": "reproduce with rounding",
    "contradicts": "contradict",
    "contradicts itself": "contradict another print of the same",
    "not derivable from what is printed": "cannot be derived from what is printed",
}
FATES = (*list(PLURAL.values())[:2], BESIDE, *list(PLURAL.values())[2:])
BOUNDS = {"<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a claim, `by` the id of a result or an expression.

    `obtained` is our value at the printed digits, `full` at its own; `how` names the rounding, the count
    behind a percentage, the other print, or what would be needed. `patients` are those it rests on.
    `explained` says what would give the print, where that was searched for.
    """

    claim: Claim
    by: str
    said: Said
    obtained: str = ""
    full: str = ""
    how: str = ""
    patients: tuple[str, ...] = ()
    explained: str = ""

    @property
    def reproduces(self) -> bool:
        """Whether the printed value follows, by whichever rounding."""
        return self.said in ("reproduces", "reproduces with rounding")

    @property
    def is_of_a_result(self) -> bool:
        """Whether it stands on a number of the results, which has its own method and cautions."""
        return bool(self.by) and self.by in (self.claim.result, self.claim.beside)


def check(
    claims: Sequence[Claim], results: Results, cases: CaseSeries, cohorts: Cohorts
) -> tuple[tuple[Verdict, ...], ...]:
    """The verdicts of every claim: one from its derivation, and one more from what stands beside it.

    The printed value is compared at its own precision, halves up; where only another rounding (to even, or
    cut off) gives the printed digits, that is said. Raises Problems for an id or an expression that is wrong.
    """
    problems: list[Problem] = []
    found: list[tuple[Verdict, ...]] = []
    for claim in claims:
        verdicts: list[Verdict] = []
        for by in (claim.result or claim.derived or claim.any_differs, claim.beside):
            try:
                if by or not verdicts:
                    verdicts.append(_verdict(claim, by, _obtained(claim, by, results, cases, cohorts)))
            except Problems as slips:
                problems += slips.problems
        found.append(tuple(verdicts))
    if problems:
        raise Problems(problems)
    by_way = alike(claims)
    return tuple((_against_itself(first, by_way), *rest) for first, *rest in found)


def fate(verdicts: Sequence[Verdict]) -> str:
    """What became of a claim in all, as FATES has it."""
    if verdicts[0].said == "contradicts" and any(one.reproduces for one in verdicts[1:]):
        return BESIDE
    return PLURAL[verdicts[0].said]


def tally(verdicts: Sequence[Sequence[Verdict]]) -> str:
    """How many claims fared how, in words: "15 reproduce, 1 contradicts"."""
    fates = [fate(one) for one in verdicts]
    return ", ".join(_counted(fates.count(one), one) for one in FATES if one in fates)


def _counted(count: int, what: str) -> str:
    """So many of one fate: 3 contradict, 1 contradicts."""
    verb, _, rest = what.partition(" ")
    verb += "s" if count == 1 and verb != "cannot" else ""
    return f"{count:,} {verb} {rest}".rstrip()


def _obtained(claim: Claim, by: str, results: Results, cases: CaseSeries, cohorts: Cohorts) -> Obtained:
    where = f'claims.toml, claim "{claim.id}"'
    if not by:
        return Obtained(None, reason=f"it needs {claim.needs}")
    if by == claim.derived:
        return obtain(by, cases, cohorts, where)
    if by == claim.any_differs:
        return any_difference(claim, results, cases, where)
    stem = by.partition(".")[0]
    if why_not := next((result.why_not for result in results if result.slug == stem), ""):
        return Obtained(None, reason=why_not)
    try:
        number, value = results.number(by), results.value(by)
    except KeyError as error:
        found, _, mend = str(error.args[0]).partition(". ")
        raise Problems([Problem(where, found, mend)]) from None
    if value is None:
        return Obtained(None, reason=number.estimate.reason)
    # Without a float's noise, as the report prints it: 107.25 less 1e-14 would be 107.3 there, 107.2 here.
    return Obtained(Fraction(f"{float(value):.{TRUE_DIGITS}g}"), number.patients)


# ---- One claim against one value ----


def _verdict(claim: Claim, by: str, ours: Obtained) -> Verdict:
    if ours.whole:
        return _some_of(claim, by, ours.whole)
    if ours.value is None:
        return Verdict(claim, by, "not derivable from what is printed", how=ours.reason)
    word = printed_word(claim.printed)
    if word or isinstance(ours.value, bool):
        obtained = _in_a_word(claim, ours.value)
        said: Said = "reproduces" if word == obtained else "contradicts"
        return Verdict(claim, by, said, obtained, obtained, ours.reason, ours.patients)
    return replace(_at_the_printed_digits(claim, by, ours.value), patients=ours.patients)


def _in_a_word(claim: Claim, value: Fraction | bool) -> str:
    """Yes or No, None of a 0, All of the whole share, and else the number."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value == 0:
        return "None"
    if value == 1 and claim.is_percent:
        return "All"
    return f"{half_up(_decimal(claim, value), 0):,f}{_sign(claim)}"


def _at_the_printed_digits(claim: Claim, by: str, value: Fraction) -> Verdict:
    printed, ours, sign = printed_number(claim.printed), _decimal(claim, value), _sign(claim)
    full = f"{shown(float(ours), '')}{sign}" if abs(ours) >= 1 else f"{float(ours):.6g}{sign}"
    if printed.operator:
        holds = BOUNDS[printed.operator](ours, printed.number)
        return Verdict(claim, by, "reproduces" if holds else "contradicts", full, full)
    obtained = f"{half_up(ours, printed.digits):,f}{sign}"
    if half_up(ours, printed.digits) == printed.number:
        return Verdict(claim, by, "reproduces", obtained, full)
    for how, rounded in (("halves to even", half_even), ("digits cut off", truncated)):
        if rounded(ours, printed.digits) == printed.number:
            return Verdict(claim, by, "reproduces with rounding", obtained, full, how)
    return Verdict(claim, by, "contradicts", obtained, full)


def _some_of(claim: Claim, by: str, whole: int) -> Verdict:
    """Whether some whole number of patients gives the percentage, and which: the best, then the nearest.

    Source: Brown & Heathers, Soc Psychol Personal Sci 2017;8:363-369, for means of whole numbers.
    """
    if printed_word(claim.printed) or printed_number(claim.printed).operator:
        return Verdict(claim, by, "not derivable from what is printed", how="it is no plain percentage")
    scale = 100 if claim.is_percent else 1
    near = int(printed_number(claim.printed).number * whole / scale)
    tried = [
        (count, _at_the_printed_digits(claim, by, Fraction(count, whole)))
        for count in sorted({min(max(near + step, 0), whole) for step in (-1, 0, 1, 2)})
    ]
    ranks: tuple[Said, ...] = ("reproduces", "reproduces with rounding", "contradicts")
    count, best = min(
        tried,
        key=lambda one: (ranks.index(one[1].said), abs(Fraction(one[0] * scale, whole) - _number(claim))),
    )
    return replace(best, how=", ".join(filter(None, (f"{count} of {whole}", best.how))))


def _number(claim: Claim) -> Fraction:
    return Fraction(printed_number(claim.printed).number)


def _decimal(claim: Claim, value: Fraction) -> Decimal:
    scaled = value * 100 if claim.is_percent else value
    return Context(prec=60).divide(Decimal(scaled.numerator), Decimal(scaled.denominator))


def _sign(claim: Claim) -> str:
    return "%" if claim.is_percent else ""


def _against_itself(verdict: Verdict, claims: Alike) -> Verdict:
    """A contradiction is the paper's own where it prints the same thing otherwise elsewhere."""
    other = other_print(verdict.claim, claims) if verdict.said == "contradicts" else None
    if other is None:
        return verdict
    how = f'{other.where} has {other.printed} (claim "{other.id}")'
    return replace(verdict, said="contradicts itself", how=how)
