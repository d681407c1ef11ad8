"""The survey as a page: every finding a row that unfolds into its units, codes and ways of writing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import polars as pl

from caseseries.evidence.catalogue import entry as catalogue_entry
from caseseries.records.survey import Survey
from caseseries.records.survey_text import LACKING, parted
from caseseries.records.survey_wording import percent, short, unit_words, years
from caseseries.records.unseen import why

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Of a page without any script, which asks nothing of any network."""
OF_A_WAY = ("implausible", "apart")
"""What the audit says of one way of writing; the rest it says of a unit."""
MOST = 60
"""Words and ways of writing that are listed of one finding; of more, how many there are."""
SPREAD_OUT = 12.0
"""From this ratio of greatest to least on, a scale is logarithmic."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Strip:
    """The five percentiles of a unit on the scale of its finding: each a place from 0 (left) to 100."""

    p5: float
    p25: float
    median: float
    p75: float
    p95: float


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding as the page shows it: its own row, what stands at its right, and the frames behind it."""

    row: Row
    years: str
    usable: str
    told: str
    set_aside: str
    remarks: tuple[str, ...]
    units: tuple[tuple[Row, str, Strip | None], ...]
    written: tuple[tuple[Row, str], ...]
    concepts: tuple[Row, ...]
    empty_concepts: int
    words: tuple[Row, ...]
    drugs: tuple[Row, ...]


def survey_page(survey: Survey, title: str) -> str:
    """The survey as one self-contained HTML file without any script. `title` is that of the study.

    It is marked as identified: the smallest counts stand as they are, and it is not to leave the hospital.
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"short": short, "unit": unit_words, "count": "{:,}".format}
    environment.globals |= {"percent": percent}
    frames = survey.frames
    groups = zip(("Measured", "In words, or by being there", "Drugs"), parted(frames), strict=True)
    shown = [(name, [_shown(survey, row) for row in some.iter_rows(named=True)]) for name, some in groups]
    without = frames.findings.filter(pl.col("rows") == 0)["finding"].to_list()
    return environment.from_string(_asset("survey.html.jinja")).render(
        survey=survey,
        title=title,
        lacking=LACKING,
        groups=[(name, some) for name, some in shown if some],
        found=sum(len(some) for _, some in shown),
        without=without,
        recalled=list(frames.recalled.filter(pl.col("rows") > 0).iter_rows(named=True)),
        style=_asset("report.css") + _asset("survey.css"),
        policy=POLICY,
        most=MOST,
    )


def _asset(name: str) -> str:
    return resources.files("caseseries.report").joinpath(name).read_text("utf-8")


def _shown(survey: Survey, row: Row) -> Shown:
    frames = survey.frames
    finding = row["finding"]
    concepts = _of(frames.concepts, finding)
    units = _of(frames.units, finding)
    audit = _of(frames.audit, finding)
    return Shown(
        row=row,
        years=years(row["first_year"], row["last_year"]),
        usable="" if row["reads"] == "presence" else percent(row["usable"], row["rows"]),
        told=_told(units, _of(frames.words, finding), _of(frames.drugs, finding)),
        set_aside=why(dict(row)),
        remarks=tuple(one["sentence"] for one in audit if one["kind"] not in OF_A_WAY),
        units=tuple(_with_strips(finding, units)),
        written=tuple(_with_remarks(_of(frames.written, finding), audit)),
        concepts=tuple(one for one in concepts if one["rows"]),
        empty_concepts=sum(not one["rows"] for one in concepts),
        words=tuple(_of(frames.words, finding)),
        drugs=tuple(_of(frames.drugs, finding)),
    )


def _of(frame: pl.DataFrame, finding: str) -> list[Row]:
    return list(frame.filter(pl.col("finding") == finding).iter_rows(named=True))


def _told(units: Sequence[Row], words: Sequence[Row], drugs: Sequence[Row]) -> str:
    """What stands at the right of a finding before it is unfolded."""
    if units:
        medians = [f"{short(one['median'])} {one['unit']}" for one in units if one["unit"] and one["values"]]
        return ", ".join(medians)
    if drugs:
        given = sum(one["rows"] for one in drugs if one["kind"] == "administration")
        ordered = sum(one["rows"] for one in drugs) - given
        return f"{given:,} given, {ordered:,} ordered"
    return ", ".join(f"{one['word'] or 'no word'} {one['rows']:,}" for one in words)


# ---- Units, and how their numbers spread ----


def _with_strips(finding: str, units: Sequence[Row]) -> Iterator[tuple[Row, str, Strip | None]]:
    """Each unit with what becomes of it, and its percentiles on one scale: that of the finding's own unit."""
    own = {one["unit"]: _in_own(finding, one) for one in units}
    ends = [value for values in own.values() for value in values]
    for one in units:
        yield one, _verdict(one), _strip(own[one["unit"]], ends)


def _in_own(finding: str, unit: Row) -> tuple[float, ...]:
    """The percentiles in the finding's own unit; none where there is no way into it."""
    kind = catalogue_entry(finding)
    if kind is None or not unit["unit"] or unit["median"] is None:
        return ()
    values = [
        kind.convert(unit[name], unit["unit"], kind.unit) for name in ("p5", "p25", "median", "p75", "p95")
    ]
    return tuple(value for value in values if value is not None)


def _strip(values: tuple[float, ...], ends: Sequence[float]) -> Strip | None:
    if len(values) < 5 or min(ends) == max(ends):
        return None
    is_log = min(ends) > 0 and max(ends) / min(ends) >= SPREAD_OUT
    low, high = (math.log(end) if is_log else end for end in (min(ends), max(ends)))
    places = [100 * ((math.log(one) if is_log else one) - low) / (high - low) for one in values]
    return Strip(*(round(place, 2) for place in places))


def _verdict(unit: Row) -> str:
    """How many of the numbers can be a patient's, or why none is asked."""
    if unit["plausible"] is not None:
        return percent(unit["plausible"], unit["values"])
    if unit["unit"] is None:
        return "not understood"
    if unit["is_taken"]:
        return ""
    return "cannot be compared" if unit["unit"] else "set aside"


def _with_remarks(written: Sequence[Row], audit: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Each way of writing with what does not fit of it."""
    ways = ("concept_id", "source_value", "unit_concept_id", "unit_source_value")
    for one in written:
        mine = [each for each in audit if all(each[name] == one[name] for name in ways)]
        found = [each["sentence"] for each in mine if each["kind"] in OF_A_WAY]
        if one["unit"] is not None and one["text_unit"] is None:
            found.append("The text is not understood: the unit's concept counts.")
        yield one, " ".join(found)
