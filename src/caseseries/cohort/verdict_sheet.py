"""The verdicts as a sheet: of each patient what became of each criterion, since when, and by which rows."""

from __future__ import annotations

import csv
import io

import polars as pl

from caseseries.cohort.cohort import Cohort
from caseseries.evidence.days import date_of
from caseseries.records.origins import origins

COLUMNS = (
    *("patient", "stay", "judged_on", "criterion", "verdict", "at_least", "at_most"),
    *("since", "known", "says", "because", "flagged"),
)
WHOLE = "all together"
"""What stands in the place of a criterion's name for the whole definition."""


def verdict_sheet(cohort: Cohort) -> str:
    """The verdicts on the studied stays as CSV, a line a criterion.

    `stay` is the first row of the stay, `judged_on` the day whose evidence stands behind the verdicts, and
    `says` what the rows say that stand in `because`.
    """
    says, marked = _readings(cohort), _marked(cohort)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in cohort.verdicts.iter_rows(named=True):
        person, stay = row["person_id"], row["stay_id"]
        writer.writerow(
            (
                *(person, f"visit_occurrence:{stay}", date_of(row["day"]), row["criterion"] or WHOLE),
                *(row["truth"], row["low"], row["high"]),
                *("" if day is None else date_of(day) for day in (row["since"], row["known"])),
                "; ".join(says.get((person, one), _untold(one)) for one in row["because"]),
                "; ".join(row["because"]),
                "; ".join(marked.get((stay, row["criterion"]), ())),
            )
        )
    return out.getvalue()


def _untold(origin: str) -> str:
    """What is said of a row that is no reading: who answered, or its table."""
    table, _, who = origin.partition(":")
    return f"answered by {who}" if table == "review" else table


def _readings(cohort: Cohort) -> dict[tuple[int, str], str]:
    """By patient and row what it says, and on which day: "ferritin >33511 ng/mL on 2018-12-25".

    A row that tells several findings, such as a share and the count worked out of it, has them all. Of rows
    without an id, or of several days that share one, nobody can tell which it was: nothing is told.
    """
    named = cohort.verdicts.select("person_id", pl.col("because").alias("origin")).explode("origin")
    told = (
        cohort.evidence.filter(pl.col("row_id").is_not_null())
        .with_columns(origins(pl.col("table")))
        .join(named, on=["person_id", "origin"], how="semi")
        .select("person_id", "origin", "finding", "operator", "value", "unit", "text", "day")
    )
    found: dict[tuple[int, str], list[str]] = {}
    days: dict[tuple[int, str], set[int]] = {}
    for person, origin, finding, operator, value, unit, text, day in told.iter_rows():
        said = text or "" if value is None else f"{operator or ''}{value:.7g} {unit or 'without a unit'}"
        found.setdefault((person, origin), []).append(f"{finding} {said}".strip())
        days.setdefault((person, origin), set()).add(day)
    one_day = {row: date_of(day) for row, (day, *others) in days.items() if not others}
    return {row: f"{', '.join(found[row])} on {on}" for row, on in one_day.items()}


def _marked(cohort: Cohort) -> dict[tuple[int, str], list[str]]:
    """By stay and criterion each row that a flag marks, the flag, and the row that does it."""
    found: dict[tuple[int, str], list[str]] = {}
    rows = cohort.flagged.select("stay_id", "criterion", "row", "flag", "by")
    for stay, criterion, row, flag, by in rows.iter_rows():
        found.setdefault((stay, criterion), []).append(f"{row}: {flag} ({by})")
    return found
