"""A survey for the terminal: the important first, aligned, no wider than a hundred letters."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from caseseries.records.survey_frames import Frames
from caseseries.records.survey_wording import percent, short, unit_words, years

WIDTH = 100
NAME = 26
LACKING = "What the records lack, and what was not mapped as the codebook has it"
NUMBER_COLUMNS = "usable   empty    text  < or >"
UNIT_COLUMNS = "       rows  plausible          5%     median        95%"
DRUG_COLUMNS = "   given ordered    sig   dose  route"
Row = Mapping[str, Any]


def survey_text(head: str, frames: Frames, unseen: Iterable[str], notes: Iterable[str]) -> str:
    """The survey as text. Findings without a row stand among the sentences, and in no table."""
    measured, said, given = parted(frames)
    there = measured.height + said.height + given.height
    lines = [
        textwrap.fill(f"{head}; {there} of {frames.findings.height} findings have rows.", WIDTH),
        "Identified: counts are as they are, and stay inside.",
        *_list("What this study will not be able to see", unseen),
        *_list(LACKING, notes),
        *_table("Measured", NUMBER_COLUMNS, measured, _numbers),
        *_units(frames.units, measured["finding"].to_list()),
        *_table("In words, or by being there", "", said, lambda row: _words(row, frames.words)),
        *_table("Drugs", DRUG_COLUMNS, given, lambda row: _drug(row, frames.drugs)),
    ]
    return "\n".join(lines)


def parted(frames: Frames) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The findings that have rows: the measured, those in words or by being there, and the drugs."""
    there = frames.findings.filter(pl.col("rows") > 0)
    is_number, is_drug = (
        pl.col("reads").is_in(["number", "limit"]),
        pl.col("finding").is_in(frames.drugs["finding"].unique().to_list()),
    )
    return there.filter(is_number), there.filter(~is_number & ~is_drug), there.filter(is_drug)


def _list(title: str, sentences: Iterable[str]) -> Iterator[str]:
    """A heading and its sentences."""
    lines = [textwrap.fill(f"- {one}", WIDTH, subsequent_indent="  ") for one in sentences]
    if lines:
        yield from ("", title, *lines)


def _table(title: str, last: str, findings: pl.DataFrame, says: Callable[[Row], str]) -> Iterator[str]:
    if findings.height:
        yield ""
        yield f"{title:<{NAME + 1}}{'rows':>11}{'patients':>10}  {'years':<11}{last}".rstrip()
    for row in findings.iter_rows(named=True):
        name = row["finding"] if len(row["finding"]) <= NAME else f"{row['finding'][: NAME - 1]}…"
        span = years(row["first_year"], row["last_year"])
        line = f"{name:<{NAME + 1}}{row['rows']:>11,}{row['patients']:>10,}  {span:<11}{says(row)}"
        yield line.rstrip() if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


def _numbers(row: Row) -> str:
    """How many rows can be used; and how many have no value, a text alone, or a bound in place of one."""
    kinds = (("no_value",), ("from_text", "not_read"), ("above", "below"))
    counts = [sum(row[one] or 0 for one in some) for some in kinds]
    return f"{percent(row['usable'], row['rows']):>6}{''.join(f'{count:>8,}' for count in counts)}"


def _units(units: pl.DataFrame, findings: list[str]) -> Iterator[str]:
    """A line for each unit of each measured finding, the most frequent first."""
    told = pl.concat([units.filter(finding=one) for one in findings] or [units.clear()])
    if told.height:
        yield from ("", f"{'By unit':<{NAME + 1}}{'':<17}{UNIT_COLUMNS}")
    for row in told.iter_rows(named=True):
        share = "" if row["plausible"] is None else percent(row["plausible"], row["values"])
        ends = ("" if row[one] is None else short(row[one]) for one in ("p5", "median", "p95"))
        name = f"{row['finding'][:NAME]:<{NAME + 1}}{unit_words(row['unit'])[:16]:<17}"
        line = f"{name}{row['rows']:>11,}{share:>11}"
        yield f"{line}{''.join(f'{end:>11}' for end in ends)}".rstrip()


def _words(row: Row, words: pl.DataFrame) -> str:
    mine = words.filter(pl.col("finding") == row["finding"])
    said = [f"{word or 'no word'} {rows:,} ({means})" for _, _, word, means, rows in mine.iter_rows()]
    return ", ".join(said)


def _drug(row: Row, drugs: pl.DataFrame) -> str:
    mine = drugs.filter(pl.col("finding") == row["finding"])
    given = int(mine.filter(pl.col("kind") == "administration")["rows"].sum())
    told = [percent(int(mine[f"with_{name}"].sum()), row["rows"]) for name in ("sig", "dose", "route")]
    return f"{given:>8,}{row['rows'] - given:>8,}{''.join(f'{one:>7}' for one in told)}"
