"""Admissions: whether there are stays when a study looks for them, and visits in which it does not look."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from caseseries.records.codebook import Codebook
from caseseries.records.omop import Records
from caseseries.records.overnight import note_on_overnight, overnight

A_YEAR = timedelta(366)
"""So much of the years that a study looks at may lie outside the records without a word: our own choice."""
_BY_KIND = """
SELECT COALESCE(v.visit_concept_id, 0) AS concept_id, COUNT(*) AS visits,
  SUM(CASE WHEN v.visit_start_date BETWEEN DATE '{first}' AND DATE '{last}' THEN 1 ELSE 0 END) AS within,
  MIN(v.visit_start_date) AS first_day, MAX(v.visit_start_date) AS last_day
FROM visit_occurrence v
WHERE v.visit_start_date IS NOT NULL
GROUP BY 1"""


def admissions_told(records: Records, codebook: Codebook, first: date, last: date) -> tuple[str, ...]:
    """What a study that looks for stays admitted from `first` to `last`, both included, will not see of them.

    A sentence where no inpatient visit begins then, or where the records begin more than a year later or end
    more than a year earlier, and one on visits that last overnight and are not inpatient by the codebook.
    """
    kinds = records.run(_BY_KIND.format(first=first, last=last), "survey: admissions")
    mine = kinds.filter(pl.col("concept_id").is_in(list(codebook.inpatient_concepts)))
    said = _on_days(mine, first, last)
    return (*([said] if said else []), *note_on_overnight(overnight(records, codebook)))


def _on_days(visits: pl.DataFrame, first: date, last: date) -> str:
    asked = f"{first} to {last}"
    if visits.is_empty():
        return f"No visit is inpatient by the codebook: nobody was admitted from {asked}."
    begin, end = (visits.select(one).item() for one in (pl.min("first_day"), pl.max("last_day")))
    if not visits["within"].sum():
        return f"Nobody was admitted from {asked}: the inpatient visits are of {begin} to {end}."
    if begin - first > A_YEAR or last - end > A_YEAR:
        return f"The inpatient visits are of {begin} to {end} alone; the study looks from {asked}."
    return ""
