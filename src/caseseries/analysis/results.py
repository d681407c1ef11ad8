"""Results: the one place where numbers live, each once, under a stable id."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from functools import cached_property
from html import escape
from typing import Any, Literal

import numpy as np

from caseseries.analysis.cautions import Caution
from caseseries.cases.series import Source
from caseseries.evidence.counting import so_many
from caseseries.evidence.problem import did_you_mean
from caseseries.protocol.clauses.analysis import Analysis, Pool, Screen
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.conventions import Conventions
from caseseries.stats.competing import Incidence
from caseseries.stats.estimate import Estimate
from caseseries.stats.survival import Curve

FORMAT = "caseseries results 1"
FIELDS = ("low", "high", "p", "n")
"""What may stand behind the id of a number: `survival-by-cause.fisher.p`."""

Standing = Literal["promised", "companion", "description"]


@dataclass(frozen=True, slots=True)
class Number:
    """An estimate under its id, with the patients behind it, and whether it was promised."""

    id: str
    label: str
    estimate: Estimate
    patients: tuple[str, ...]
    standing: Standing = "description"
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Patients taken together: `key` stands in ids, `title` in tables."""

    key: str
    title: str
    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Competing:
    """The incidence of competing events: their kinds, numbered from 1 in this order, and a curve a group."""

    kinds: tuple[str, ...] = ()
    curves: Mapping[str, Incidence] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What came of one analysis; `why_not` says why nothing did."""

    clause: Analysis | Screen | Pool
    numbers: tuple[Number, ...] = ()
    groups: tuple[Group, ...] = ()
    cautions: tuple[Caution, ...] = ()
    notes: tuple[str, ...] = ()
    curves: Mapping[str, Curve] = field(default_factory=dict)
    competing: Competing = field(default_factory=Competing)
    why_not: str = ""

    @property
    def slug(self) -> str:
        """The id of the analysis: the first part of all its numbers' ids."""
        return slug(self.clause.name)

    def __repr__(self) -> str:
        lines = [f"{self.clause.name} ({self.clause.role})"]
        lines += [f"  {self.why_not}"] if self.why_not else []
        width = max((len(number.label) for number in self.numbers), default=0)
        lines += [f"  {number.label:<{width}}  {number.estimate}" for number in self.numbers]
        lines += [f"  {note}" for note in self.notes]
        lines += [f"  ! {caution.sentence}" for caution in self._said()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(number.label)}</td><td>{escape(number.estimate.shown)}</td>"
            f"<td>{escape(number.estimate.shown_interval)}</td><td>{escape(number.estimate.shown_p)}</td>"
            f"<td>{number.estimate.n}</td><td>{escape(number.estimate.method)}</td></tr>"
            for number in self.numbers
        )
        said = (*self.notes, *(caution.sentence for caution in self._said()))
        below = "".join(f"<li>{escape(sentence)}</li>" for sentence in said)
        head = "".join(f"<th>{name}</th>" for name in ("", "Value", "Interval", "p", "n", "Method"))
        name = escape(self.clause.name)
        table = f"<table><tr>{head}</tr>{rows}</table>"
        return f"<h4>{name}</h4><p>{escape(self.why_not)}</p>{table}<ul>{below}</ul>"

    def _said(self) -> tuple[Caution, ...]:
        """The cautions of the analysis and of each of its numbers, once."""
        of_numbers = (caution for number in self.numbers for caution in number.cautions)
        return tuple(dict.fromkeys((*self.cautions, *of_numbers)))


@dataclass(frozen=True)
class Results:
    """All that was promised, done. Numbers are looked up by id, analyses by their name.

    `results` are the promised analyses, `screened` what a screening adds: how the patients were found;
    `published` is what others printed of their patients, pooled.
    """

    title: str
    version: str
    protocol: str
    conventions: Conventions
    sources: tuple[Source, ...]
    patients: tuple[str, ...]
    results: tuple[Result, ...]
    screened: tuple[Result, ...] = ()
    published: tuple[Result, ...] = ()

    def __getitem__(self, name: str) -> Result | Estimate | float | int | None:
        """`results["survival by cause"]`, `["survival-by-cause.fisher"]` or `["survival-by-cause.fisher.p"]`.

        Raises KeyError with the nearest names and ids, and TypeError for what is neither.
        """
        if not isinstance(name, str):
            example = self.results[0].clause.name if self.results else "overall survival"
            wanted = f'results are looked up by a name or an id, such as results["{example}"]'
            raise TypeError(f"{wanted}, not by {name!r}")
        if name in self.numbers:
            return self.numbers[name].estimate
        is_field = name.rpartition(".")[0] in self.numbers
        if is_field or ("." in name and all(slug(name) != result.slug for result in self.every)):
            return self.value(name)
        return self.result(name)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    @property
    def every(self) -> tuple[Result, ...]:
        """The promised analyses, and behind them what a screening and published cohorts add."""
        return (*self.results, *self.screened, *self.published)

    @cached_property
    def numbers(self) -> dict[str, Number]:
        """Every number under its id."""
        return {number.id: number for result in self.every for number in result.numbers}

    def result(self, name: str) -> Result:
        """The analysis of that name, in capitals or not, or of that slug. Raises KeyError."""
        found = next((one for one in self.every if one.slug == slug(name)), None)
        if found is None:
            raise KeyError(
                f"no analysis is called {name!r}. {did_you_mean(name, [one.slug for one in self.every])}"
            )
        return found

    def number(self, id_: str) -> Number:
        """The number under an id, with or without a field behind it. Raises KeyError with the nearest ids."""
        stem, _, last = id_.rpartition(".")
        if id_ in self.numbers:
            return self.numbers[id_]
        if last in FIELDS and stem in self.numbers:
            return self.numbers[stem]
        raise KeyError(f"no number has the id {id_!r}. {self._nearest(id_)}")

    def value(self, id_: str) -> float | int | None:
        """The bare value under an id: of the estimate, or of the field named last (low, high, p, n)."""
        number = self.number(id_)
        name = "value" if id_ == number.id else id_.rpartition(".")[2]
        found: float | int | None = getattr(number.estimate, name)
        return found

    def content(self) -> dict[str, Any]:
        """What results.json holds, as plain values: patients by sets, cautions once."""
        sets: dict[tuple[str, ...], str] = {self.patients: "all"}
        cautions: dict[Caution, str] = {}

        def of(patients: tuple[str, ...]) -> str:
            return sets.setdefault(patients, f"s{len(sets)}")

        def said(given: tuple[Caution, ...]) -> list[str]:
            return [cautions.setdefault(caution, f"c{len(cautions) + 1}") for caution in given]

        analyses = {
            result.slug: {
                "name": result.clause.name,
                "role": result.clause.role,
                "does": result.clause.does,
                "done": not result.why_not,
                "why_not": result.why_not,
                "groups": [
                    {"key": one.key, "title": one.title, "patients": of(one.patients)}
                    for one in result.groups
                ],
                "cautions": said(result.cautions),
                "notes": list(result.notes),
                "curves": {key: _curve(curve) for key, curve in result.curves.items()},
                "competing": _competing(result.competing),
            }
            for result in self.every
        }
        numbers = {
            number.id: {
                "analysis": result.slug,
                "label": number.label,
                "standing": number.standing,
                **{key: _finite(value) for key, value in number.estimate.content().items()},
                "cautions": said(tuple(dict.fromkeys((*number.cautions, *result.cautions)))),
                "patients": of(number.patients),
            }
            for result in self.every
            for number in result.numbers
        }
        return {
            "format": FORMAT,
            "study": {"title": self.title, "version": self.version, "protocol": self.protocol},
            "sources": [asdict(source) for source in self.sources],
            "conventions": self.conventions.model_dump(),
            "analyses": analyses,
            "numbers": numbers,
            "cautions": {key: asdict(caution) for caution, key in cautions.items()},
            "patients": {key: list(patients) for patients, key in sets.items()},
        }

    def to_json(self) -> str:
        """The text of results.json: the same results give the same bytes."""
        return json.dumps(self.content(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def __repr__(self) -> str:
        return f"{self.title}: {so_many(len(self.patients), 'patient')}\n\n" + "\n\n".join(
            repr(result) for result in self.every
        )

    def _repr_html_(self) -> str:
        return f"<h3>{escape(self.title)}</h3>" + "".join(result._repr_html_() for result in self.every)

    def _nearest(self, id_: str) -> str:
        """The ids most like this one: all of them would be a page."""
        near = [f'"{one}"' for one in get_close_matches(id_.casefold(), self.numbers, n=3)]
        if near:
            return f"Did you mean {' or '.join(near)}?"
        return f"Ids begin with an analysis. {did_you_mean('', [one.slug for one in self.every])}"


def _curve(curve: Curve) -> dict[str, Any]:
    arrays = ("times", "at_risk", "events", "censored", "entered", "survival", "low", "high")
    content = {name: _finite_all(getattr(curve, name)) for name in arrays}
    return {**content, "level": curve.level, "limits": curve.limits, "n": curve.n}


def _competing(competing: Competing) -> dict[str, Any]:
    curves = {key: _incidence(one) for key, one in competing.curves.items()}
    return {"kinds": list(competing.kinds), "curves": curves}


def _incidence(one: Incidence) -> dict[str, Any]:
    shared = ("times", "at_risk", "censored", "event_free")
    of_each = ("events", "incidence", "low", "high")
    content: dict[str, Any] = {name: _finite_all(getattr(one, name)) for name in shared}
    kinds = {
        str(kind): {name: _finite_all(getattr(one, name)[row]) for name in of_each}
        for row, kind in enumerate(one.causes)
    }
    return {**content, "kinds": kinds, "level": one.level, "limits": one.limits, "n": one.n}


def _finite_all(values: Any) -> list[Any]:
    return [_finite(value) for value in np.asarray(values).tolist()]


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
