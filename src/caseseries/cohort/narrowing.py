"""Narrowing: from everyone to the few whose rows are read in full, and nobody lost who may meet it.

Two passes, each looser than the definition. The first asks only what was looked for at all; the second
compares numbers with the limits, and lets everything pass that it does not read: words, texts, operators,
unit texts. Both ask of patients, on whatever day: so another window needs none of this anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import polars as pl

from caseseries.cohort import facts
from caseseries.cohort.rows import lay_rules, numbered
from caseseries.cohort.rules import edges
from caseseries.cohort.search import Search, with_parts
from caseseries.criteria.definition import Number
from caseseries.evidence.catalogue import entry as catalogue_entry
from caseseries.evidence.pace import Tell
from caseseries.records import readings
from caseseries.records.columns import COLUMNS
from caseseries.records.forms import Forms, lay_concepts
from caseseries.records.plausible import plausible
from caseseries.records.readings import day, finite

LOOSE = pl.Schema(
    {
        "concept_id": pl.Int64,
        "unit_concept_id": pl.Int64,
        "low": pl.Float64,
        "high": pl.Float64,
        "bits": pl.Int64,
    }
)
"""The band of values, its limit included, in which a number of a unit may meet a test."""


def find_near(search: Search, tell: Tell) -> Forms:
    """Lay out `near_stays`, of those who may come within reach of the need, and `stay_facts` of their rows.

    Answers with the ways in which their results are written.
    """
    records = search.records
    tell("looking who was tested")
    lay_concepts(records, numbered(search))
    counts = dict(records.run(_COUNTED, "which concepts are common").iter_rows())
    least = _least(search)
    looked = _looked(search)
    common = _common(looked, counts, max(0, least - 2))
    records.put("looked_rules", _bits(looked.filter(~pl.col("criterion").is_in(list(common)))))
    records.keep("likely", _likely(search, looked, common, least))
    tell("comparing the results of the likely")
    is_measured = pl.col("table") == "measurement"
    untold = _bits(looked.filter(is_measured & ~pl.col("is_number")))
    bands = [*_loose(search), *_of_any_value(search, untold)]
    records.put("loose_rules", pl.DataFrame(bands, LOOSE, orient="row"))
    records.put("unit_concepts", pl.DataFrame({"id": list(search.codebook.unit_concepts)}, {"id": pl.Int64}))
    elsewhere = _bits(looked.filter(~is_measured))
    records.put("untold_rules", elsewhere)
    records.keep("near_bits", _near_bits(elsewhere))
    records.keep("near_stays", _near_stays(search, least))
    tell("reading the rows of the near")
    among = f"""JOIN near_stays s ON s.person_id = m.person_id
  AND {day("m.measurement_date")} BETWEEN s.first_day AND s.last_day"""
    records.keep("number_rows", readings.number_rows(search.known_from, among))
    table, forms = lay_rules(search, "number_rows")
    told = facts.facts(table, "number_rows", search.known_from)
    # What a table says of a test on one day is one fact: its smallest row, and when the first was back.
    records.keep(
        "stay_facts",
        f"""
SELECT s.stay_id, s.person_id, f.day, MIN(f.known) AS known, f.bit, f.state, f.source, MIN(f.row_id) AS row_id
FROM ({told}) f
JOIN near_stays s ON s.person_id = f.person_id AND f.day BETWEEN s.first_day AND s.last_day
GROUP BY s.stay_id, s.person_id, f.day, f.bit, f.state, f.source""",
    )
    return forms


def _least(search: Search) -> int:
    """How much must be met in a stay that is read in full: as much as brings it within reach of the need.

    Where rows are kept for the next run, somewhat less than half of all there is, if that is less: then
    another need, or a wider review, finds its stays among them.
    """
    least = search.windows.need - search.reach
    return min(least, (search.definition.most + 1) // 2 - 1) if search.records.is_keeping else least


# ---- Who was looked at ----

SOME = 1_000
"""Stays whose patients tell which concepts are common: the time of a search hangs on it, and no verdict."""
# Of every concept: to choose among them while counting costs more than to count them all. Of the smallest
# ids: where rows are filed by patient, the others need not be read.
_COUNTED = f"""
SELECT measurement_concept_id AS concept_id, COUNT(*) AS rows FROM measurement
WHERE person_id IN (SELECT person_id FROM studied ORDER BY person_id LIMIT {SOME}) GROUP BY 1"""


def _looked(search: Search) -> pl.DataFrame:
    """The concepts by which each test is looked for; `is_number` where its own number is compared."""
    rows = []
    for asked in search.windows.lowered.asked:
        own = search.codebook.entry(asked.test.finding)
        for finding in with_parts([own.finding], search.codebook):
            is_number = finding == own.finding and isinstance(asked.test, Number)
            pairs = search.resolved.concepts.get(finding, ())
            rows += [(asked.criterion, table, concept, asked.bit, is_number) for table, concept in pairs]
    schema = {
        "criterion": pl.String,
        "table": pl.String,
        "concept_id": pl.Int64,
        "bit": pl.Int64,
        "is_number": pl.Boolean,
    }
    return pl.DataFrame(rows, schema, orient="row").filter(pl.col("table").is_in(facts.TABLES))


def _common(looked: pl.DataFrame, counts: dict[int, int], most: int) -> frozenset[str]:
    """So many criteria at most, those with the most rows first: nearly everyone was looked at for these."""
    rows: dict[str, int] = {}
    for criterion, concept in looked.select("criterion", "concept_id").unique().iter_rows():
        rows[criterion] = rows.get(criterion, 0) + counts.get(concept, 0)
    by_rows = sorted(rows, key=lambda criterion: (-rows[criterion], criterion))
    return frozenset([criterion for criterion in by_rows if rows[criterion]][:most])


def _bits(looked: pl.DataFrame) -> pl.DataFrame:
    """The bits of all tests that each concept of each table is looked for by."""
    bits: dict[tuple[str, int], int] = {}
    for table, concept, bit in looked.select("table", "concept_id", "bit").iter_rows():
        bits[table, concept] = bits.get((table, concept), 0) | bit
    schema = {"table": pl.String, "concept_id": pl.Int64, "bits": pl.Int64}
    return pl.DataFrame([(*key, mask) for key, mask in bits.items()], schema, orient="row")


def _likely(search: Search, looked: pl.DataFrame, common: frozenset[str], least: int) -> str:
    """SQL: the patients in whom so many criteria may be met, as far as they were looked for at all."""
    if least <= 0:
        return "SELECT DISTINCT person_id FROM studied"
    lowered = search.windows.lowered
    parts = [
        f"""
SELECT e.person_id, r.bits FROM {table} e
JOIN looked_rules r ON r."table" = '{table}' AND r.concept_id = e.{COLUMNS[table].concept}"""
        for table in looked["table"].unique().sort()
    ]
    answered = "\nSELECT s.person_id, a.answered AS bits FROM answers a JOIN stays s ON s.stay_id = a.stay_id"
    return f"""
WITH by_person AS (
  SELECT person_id, BIT_OR(bits) AS looked FROM ({" UNION ALL".join([*parts, answered])}) e
  GROUP BY person_id
)
SELECT person_id FROM by_person WHERE {lowered.worth(f"(looked | {lowered.bits_of(common)})")} >= {least}"""


# ---- Whose numbers may meet the tests ----


def _loose(search: Search) -> Iterator[tuple[object, ...]]:
    """A band for each test, concept and unit concept; under 0, for each unit that a text may tell."""
    concepts = search.codebook.unit_concepts
    for asked in search.windows.lowered.asked:
        entry = search.codebook.entry(asked.test.finding)
        kind = catalogue_entry(entry.finding)
        if not isinstance(asked.test, Number) or kind is None:
            continue
        units = [unit for unit in kind.units if unit in entry.units]
        told_by = search.resolved.concepts.get(entry.finding, ())
        pairs = [(0, unit) for unit in units]
        pairs += [(concept, unit) for concept, unit in concepts.items() if unit in units]
        for unit_concept, unit in pairs:
            side, _, bound = edges(asked.test, kind, unit)
            least, most = plausible(entry, kind, unit)
            low, high = (bound, most) if side == 1 else (min(least, 0.0), -bound)
            for table, concept in told_by:
                if table == "measurement":
                    yield concept, unit_concept, low, high, asked.bit


def _of_any_value(search: Search, untold: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    """A band that holds every value, for the measurements whose own number is not compared."""
    for concept, bits in untold.select("concept_id", "bits").iter_rows():
        for unit_concept in (0, *search.codebook.unit_concepts):
            yield concept, unit_concept, -math.inf, math.inf, bits


def _near_bits(elsewhere: pl.DataFrame) -> str:
    """SQL: of each of the likely the bits that may be met, on whatever day."""
    # The unit by a join, and not by a list in a CASE: so it is part of the key by which a rule is found.
    parts = [
        f"""
SELECT m.person_id, r.bits FROM measurement m
LEFT JOIN unit_concepts u ON u.id = m.unit_concept_id
JOIN loose_rules r ON r.concept_id = m.measurement_concept_id AND r.unit_concept_id = COALESCE(u.id, 0)
WHERE m.person_id IN (SELECT person_id FROM likely)
  AND (m.value_as_number BETWEEN r.low AND r.high OR NOT COALESCE({finite("m.value_as_number")}, FALSE))"""
    ]
    for table in elsewhere["table"].unique().sort():
        parts.append(
            f"""
SELECT e.person_id, r.bits FROM {table} e
JOIN untold_rules r ON r."table" = '{table}' AND r.concept_id = e.{COLUMNS[table].concept}
WHERE e.person_id IN (SELECT person_id FROM likely)"""
        )
    parts.append("\nSELECT s.person_id, a.met AS bits FROM answers a JOIN studied s ON s.stay_id = a.stay_id")
    return f"""
SELECT person_id, BIT_OR(bits) AS bits FROM ({" UNION ALL".join(parts)}) h GROUP BY person_id"""


def _near_stays(search: Search, least: int) -> str:
    """SQL: the studied stays of the patients in whom so much may be met, as far as anything says."""
    near = "SELECT s.* FROM studied s JOIN likely l ON l.person_id = s.person_id"
    if least <= 0:
        return near
    return f"""{near}
JOIN near_bits b ON b.person_id = s.person_id WHERE {search.windows.lowered.worth("b.bits")} >= {least}"""
