"""Expressions: the small language in which a claim says how its number follows from the cases."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from operator import add, eq, ge, gt, le, lt, mul, ne, sub, truediv
from statistics import median
from typing import NoReturn, TypeVar

from caseseries.cases.series import CaseSeries
from caseseries.evidence.problem import Problem, Problems, did_you_mean
from caseseries.literature.cells import Cells, Slip, Unanswered

Cohorts = Mapping[str, Mapping[str, int]]
"""Of each published cohort by its id: `n` and, where it is printed, `survived`."""
LONGEST = 300
"""Letters of an expression: more than any number of a case series needs."""
GREATEST = 10**15
"""What an expression comes to is below this: a greater number is a slip of the pen."""
FUNCTIONS = {
    "count": "count(CONDITION)",
    "share": "share(CONDITION)",
    "median": "median(column)",
    "least": "least(column)",
    "greatest": "greatest(column)",
    "cell": 'cell("patient", column)',
    "day": 'day("patient", serial, 5)',
    "cohort": 'cohort("id", "n")',
    "some_of": "some_of(13), standing alone",
}
CONDITIONS = 'sex == "F", age > 40, has(cause, "viral infection"), alive; joined by and, or, not'
FIELDS = ("n", "survived", "share")
SIGNS = {ast.Add: add, ast.Sub: sub, ast.Mult: mul, ast.Div: truediv}
COMPARED = {ast.Eq: eq, ast.NotEq: ne, ast.Lt: lt, ast.LtE: le, ast.Gt: gt, ast.GtE: ge}
LANGUAGE = f"An expression is a number, a sum (+ - * /), or one of {'; '.join(FUNCTIONS.values())}."

T = TypeVar("T")
Truths = list[bool | None]


@dataclass(frozen=True, slots=True)
class Obtained:
    """What an expression gives, and the patients it rests on.

    `value` is exact, a share in 0..1, or a yes or no; None where there is none, and `reason` says why.
    `whole`: any whole number of so many, as a percentage may be (see `some_of` in docs/claims.md).
    """

    value: Fraction | bool | None
    patients: tuple[str, ...] = ()
    reason: str = ""
    whole: int = 0


def obtain(expression: str, cases: CaseSeries, cohorts: Cohorts, where: str) -> Obtained:
    """The value of an expression over the cases and the published cohorts.

    It is read and never run: whatever is not of the language is refused. Raises Problems at `where`.
    """
    try:
        return _Reading(Cells(cases), cohorts).whole(_parsed(expression))
    except Unanswered as nothing:
        return Obtained(None, reason=str(nothing))
    except ZeroDivisionError:
        return Obtained(None, reason="it divides by zero")
    except Slip as slip:
        found = f"in {_shortened(expression)}: {slip.found}"
        raise Problems([Problem(where, found, slip.mend)]) from None


def _shortened(expression: str) -> str:
    return expression if len(expression) <= LONGEST else f"{expression[:40]} ..."


def _parsed(expression: str) -> ast.expr:
    if len(expression) > LONGEST:
        raise Slip(f"it is {len(expression):,} letters long", f"Keep it to {LONGEST}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise Slip("it cannot be read", LANGUAGE) from None


@dataclass(frozen=True, slots=True)
class _Reading:
    cells: Cells
    cohorts: Cohorts

    def whole(self, node: ast.expr) -> Obtained:
        """The expression as a whole: alone a yes or no may stand here, and a whole that a share is of."""
        match node:
            case ast.Call(func=ast.Name(id="some_of"), args=[ast.Constant(value=int(n))], keywords=[]):
                if isinstance(n, bool) or not 0 < n < 10**9:
                    raise Slip(f"{n} is not a number of patients", "Write as many as there are: some_of(13)")
                return Obtained(None, whole=n)
            case ast.Call(func=ast.Name(id="cell"), args=[patient, column], keywords=[]):
                row, name = self.cells.row(_text(patient)), _name(column)
                if self.cells.kind(name) == "truth":
                    return Obtained(self.cells.truth(row, name), (self.cells.patients[row],))
        value, patients = self.number(node)
        if abs(value) >= GREATEST:
            raise Slip("it comes to more than any number of a paper", "Look its numbers and signs through.")
        behind = set(patients)
        return Obtained(value, tuple(one for one in self.cells.patients if one in behind))

    def number(self, node: ast.expr) -> tuple[Fraction, tuple[str, ...]]:
        match node:
            case ast.Constant(value=(int() | float()) as digits) if not isinstance(digits, bool):
                return _exact(digits), ()
            case ast.UnaryOp(op=ast.USub(), operand=of):
                value, patients = self.number(of)
                return -value, patients
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in SIGNS:
                (one, behind), (other, more) = self.number(left), self.number(right)
                return SIGNS[type(sign)](one, other), (*behind, *more)
            case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if name in FUNCTIONS:
                return self._call(name, given)
            case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
                raise Slip("a single = compares nothing", 'Write two of them: sex == "F".')
            case ast.Call(func=ast.Name(id=name)):
                raise Slip(f'"{name}" is not of the language', did_you_mean(name, FUNCTIONS))
        raise Slip(f'"{ast.unparse(node)}" is no number', LANGUAGE)

    def _call(self, name: str, given: list[ast.expr]) -> tuple[Fraction, tuple[str, ...]]:
        match name, given:
            case "count" | "share", [condition]:
                truths = self.truths(condition)
                met = self.cells.those(truth is True for truth in truths)
                if name == "count":
                    return Fraction(len(met)), met
                known = sum(truth is not None for truth in truths)
                if not known:
                    raise Unanswered("it is known of no patient")
                return Fraction(len(met), known), met
            case "median" | "least" | "greatest", [column]:
                return self._of_all(name, _name(column))
            case "cell", [patient, column]:
                row = self.cells.row(_text(patient))
                return self.cells.number(row, _name(column)), (self.cells.patients[row],)
            case "day", [patient, serial, ast.Constant(value=int(day))]:
                row = self.cells.row(_text(patient))
                return self.cells.day(row, _name(serial), day), (self.cells.patients[row],)
            case "cohort", [cohort, field]:
                return self._cohort(_text(cohort), _text(field)), ()
        raise Slip(f"{name} is written otherwise", f"Write {FUNCTIONS[name]}. A CONDITION: {CONDITIONS}.")

    def _of_all(self, name: str, column: str) -> tuple[Fraction, tuple[str, ...]]:
        values = self.cells.numbers(column)
        known = [value for value in values if value is not None]
        if not known:
            raise Unanswered(f'no patient has a value of "{column}"')
        found: Callable[[list[Fraction]], Fraction] = {"least": min, "greatest": max}.get(name, median)
        value = found(known)
        every = name == "median"
        return value, self.cells.those(one is not None and (every or one == value) for one in values)

    def _cohort(self, name: str, field: str) -> Fraction:
        if not self.cohorts:
            raise Slip("no cohort is told of", "Write its entry into cohorts.toml: see docs/pooling.md.")
        cohort = _known(name, self.cohorts, "no cohort has the id")
        _known(field, dict.fromkeys(FIELDS), "of a cohort one cannot ask")
        if field != "n" and cohort.get("survived") is None:
            raise Unanswered(f'how many of the cohort "{name}" survived is not printed')
        return Fraction(cohort["survived"], cohort["n"]) if field == "share" else Fraction(cohort[field])

    def truths(self, node: ast.expr) -> Truths:
        """The condition for each patient; None where a cell is empty."""
        match node:
            case ast.BoolOp(op=joined, values=parts):
                deciding = isinstance(joined, ast.Or)
                return [_joined(row, deciding) for row in zip(*map(self.truths, parts), strict=True)]
            case ast.UnaryOp(op=ast.Not(), operand=of):
                return [None if truth is None else not truth for truth in self.truths(of)]
            case ast.Call(func=ast.Name(id="has"), args=[column, level], keywords=[]):
                return self.cells.having(_name(column), _text(level))
            case ast.Compare(left=column, ops=[sign], comparators=[limit]) if type(sign) in COMPARED:
                return self._compared(_name(column), COMPARED[type(sign)], limit)
            case ast.Name() | ast.Attribute():
                return self.cells.truths(_name(node))
        raise Slip(f'"{ast.unparse(node)}" is no condition', f"Conditions are: {CONDITIONS}.")

    def _compared(self, name: str, holds: Callable[..., bool], limit: ast.expr) -> Truths:
        if self.cells.kind(name) == "words":
            raise Slip(
                f'"{name}" holds several words, which equal none', f'Write has({name}, "{_text(limit)}").'
            )
        if self.cells.kind(name) == "word":
            word = _text(limit)
            if holds not in (eq, ne):
                raise Slip(f'"{name}" holds words, which have no order', f'Write {name} == "{word}"')
            return [None if one is None else holds(one, word) for one in self.cells.words(name, word)]
        value, _ = self.number(limit)
        return [None if one is None else holds(one, value) for one in self.cells.numbers(name)]


def _joined(row: Iterable[bool | None], deciding: bool) -> bool | None:
    truths = set(row)
    return deciding if deciding in truths else None if None in truths else not deciding


def _exact(value: float) -> Fraction:
    try:
        return Fraction(repr(value))
    except ValueError:
        raise Slip(f"{value} is too great a number", "Write a smaller one.") from None


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    _otherwise(node, "stands without quotes", f'Write it in quotes: "{ast.unparse(node)}".')


def _name(node: ast.expr) -> str:
    """The name of a column, or of a part of one: `anakinra.daily`."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=owner), attr=part):
            return f"{owner}.{part}"
    _otherwise(node, "is no column", "Columns stand without quotes, such as age or anakinra.daily.")


def _otherwise(node: ast.expr, found: str, mend: str) -> NoReturn:
    raise Slip(f'"{ast.unparse(node)}" {found}', mend)


def _known(name: str, names: Mapping[str, T], found: str) -> T:
    if name not in names:
        raise Slip(f'{found} "{name}"', did_you_mean(name, names))
    return names[name]
