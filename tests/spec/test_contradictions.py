"""Deaths that cannot be, deaths that differ, and what is dated after them: set aside, counted and told."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from caseseries.cohort.contradictions import contradictions, first_deaths
from caseseries.evidence.days import date_of, number_of
from caseseries.records import outcomes
from caseseries.records.codebook_reading import read_codebook
from caseseries.records.gather import EVIDENCE
from caseseries.records.omop import open_records

STAY = number_of(date(2014, 2, 1))
"""The first day of the stay that is studied; the visit lasts to 2014-02-20."""
CASES = """
    births     | death table             | discharged as died | observed   | counts     | told
    1970-05-01 | 2014-02-20              |                    |            | 2014-02-20 |
    1970-05-01 |                         | 2014-02-20         |            | 2014-02-20 |
    1970-05-01 | 2014-02-20              | 2014-02-20         |            | 2014-02-20 |
    1970-05-01 | 2014-02-18, 2014-02-20  |                    |            | 2014-02-18 | rows of the death table name different days of death, up to 2 days apart
    1970-05-01 | 2014-02-19              | 2014-02-20         |            | 2014-02-19 | the death table and the discharges name different days of death, up to 1 day apart
    1970-05-01 | 1969-12-31              |                    |            |            | By 1 record patient 1 died before they were born
    1970       | 1969-12-31, 2014-02-20  |                    |            | 2014-02-20 | By 1 record patient 1 died before they were born
    1970       | 1970-01-01              |                    |            |            | By 1 record patient 1 died before the stay that is studied began
    1970-05    | 1970-04-30              |                    |            |            | By 1 record patient 1 died before they were born
    1970-02-30 | 1970-02-28              |                    |            |            | By 1 record patient 1 died before they were born
               | 1900-01-01              |                    |            |            | By 1 record patient 1 died before the stay that is studied began
    1970-05-01 | 2014-01-31              | 2014-02-20         |            | 2014-02-20 | By 1 record patient 1 died before the stay that is studied began
    1970-05-01 | 2014-02-01              |                    |            | 2014-02-01 | After the death of patient 1 the records go on: 1 visit, up to 19 days later
    1970-05-01 |                         |                    | 2014-02-20 | 2014-02-20 |
    1970-05-01 | 2014-02-20              | 2014-02-20         | 2014-02-20 | 2014-02-20 |
    1970-05-01 | 2014-02-20              |                    | 2014-02-19 | 2014-02-19 | the death table and the observations name different days of death, up to 1 day apart
    1970-05-01 |                         |                    | 2014-01-31 |            | By 1 record patient 1 died before the stay that is studied began
"""  # noqa: E501 - a table: one case on one line, with the sentence that is told in full


@pytest.mark.parametrize("line", CASES.strip().splitlines()[1:])
def test_the_day_of_death_that_counts(line: str) -> None:
    birth, table, discharge, observed, counts, told = (cell.strip() for cell in line.split("|"))
    parts = [int(part) for part in birth.split("-") if part]
    died = [date.fromisoformat(part.strip()) for part in table.split(",") if part.strip()]
    seen = [date.fromisoformat(observed)] if observed else []
    found, notes = deaths(parts, died, bool(discharge), seen)
    assert [str(date_of(day)) for day in first_deaths(found)["day"]] == ([counts] if counts else [])
    assert any(told in note for note in notes) if told else not notes


def test_what_is_dated_after_the_death_is_counted() -> None:
    _, (told,) = deaths([1970], [date(2014, 2, 20)], False, [], (date(2014, 2, 20), date(2014, 3, 2)))
    assert told.startswith(
        "After the death of patient 1 the records go on: 1 sample, 1 drug row, up to 10 days later."
    )


def deaths(
    birth: list[int],
    died: list[date],
    is_discharge: bool,
    observed: list[date],
    samples: tuple[date, ...] = (),
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """What is told of patient 1, who was born, died, was discharged and was observed so."""
    year, month, day = [*birth, None, None, None][:3]
    whole = {"year_of_birth": year, "month_of_birth": month, "day_of_birth": day}
    visit = {
        "visit_occurrence_id": 7,
        "person_id": 1,
        "visit_concept_id": 9201,
        "visit_start_date": date_of(STAY),
        "visit_end_date": date(2014, 2, 20),
        "discharged_to_source_value": "EXPIRED" if is_discharge else "HOME",
    }
    hospital = {
        "person": pl.DataFrame(
            [{"person_id": 1, **whole}], {"person_id": pl.Int64, **dict.fromkeys(whole, pl.Int64)}
        ),
        "visit_occurrence": pl.DataFrame([visit]),
        "death": pl.DataFrame(
            {"person_id": [1] * len(died), "death_date": died}, {"person_id": pl.Int64, "death_date": pl.Date}
        ),
        "measurement": rows(
            "measurement", "measurement_concept_id", "measurement_date", samples
        ).with_columns(pl.lit(5.0).alias("value_as_number")),
        "drug_exposure": rows("drug_exposure", "drug_concept_id", "drug_exposure_start_date", samples[1:]),
    }
    with open_records(hospital) as records:
        records.put("gathered", pl.DataFrame({"person_id": [1]}))
        visits = outcomes.visits(records, read_codebook())
        evidence = pl.DataFrame(
            {
                "person_id": 1,
                "finding": "death",
                "day": [number_of(one) for one in observed],
                "text": "present",
                "table": "observation",
                "row_id": 5,
            },
            {name: EVIDENCE[name] for name in ("person_id", "finding", "day", "text", "table", "row_id")},
        )
        admitted = pl.DataFrame({"person_id": [1], "first_day": [STAY]})
        found = outcomes.deaths(records, read_codebook(), visits, evidence, admitted)
        return found, contradictions(records, found)


def rows(table: str, concept: str, when: str, days: tuple[date, ...]) -> pl.DataFrame:
    """A row of a table on each of these days."""
    return pl.DataFrame(
        {f"{table}_id": range(len(days)), "person_id": [1] * len(days), concept: [5] * len(days), when: days},
        {f"{table}_id": pl.Int64, "person_id": pl.Int64, concept: pl.Int64, when: pl.Date},
    )
