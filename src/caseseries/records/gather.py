"""Gathering: everything that the records say of a few patients, a row each, with the way back to it."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from caseseries.evidence.catalogue import entry as catalogue_entry
from caseseries.evidence.presence import presence
from caseseries.records import readings
from caseseries.records.codebook import Codebook
from caseseries.records.columns import COLUMNS
from caseseries.records.forms import SIGNS, Forms, names_of
from caseseries.records.omop import Records
from caseseries.records.plausible import plausible
from caseseries.records.products import made_of_two, product_parts
from caseseries.records.readings import day
from caseseries.records.strengths import strengths

EVIDENCE = pl.Schema(
    {
        "person_id": pl.Int64,
        "finding": pl.String,
        "day": pl.Int64,  # of the sample, since 1970-01-01
        "known": pl.Int64,  # of the result
        "value": pl.Float64,
        "operator": pl.String,
        "unit": pl.String,  # as the catalogue spells it; null: not understood
        "text": pl.String,
        "low": pl.Float64,  # the laboratory's own lower limit
        "table": pl.String,
        "row_id": pl.Int64,
    }
)
EXPOSURES = pl.Schema(
    {
        "person_id": pl.Int64(),
        "drug": pl.String(),
        "start": pl.Datetime("us"),
        "has_time": pl.Boolean(),  # of day, beside the start
        "stop": pl.Datetime("us"),
        "quantity": pl.Float64(),
        "days_supply": pl.Int64(),
        "sig": pl.String(),
        "dose_unit": pl.String(),
        "route": pl.String(),
        "type_concept_id": pl.Int64(),
        "source_value": pl.String(),
        "concept_name": pl.String(),
        "strength": pl.Float64(),  # mg in one piece of the product
        "visit_id": pl.Int64(),
        "row_id": pl.Int64(),
    }
)


def gather(
    records: Records,
    codebook: Codebook,
    codes: pl.DataFrame,
    forms: Forms,
    findings: Iterable[str],
) -> pl.DataFrame:
    """Every row about these findings of the patients in the table `gathered`, with EVIDENCE as columns.

    Their number rows stand in `gathered_rows`.

    Numbers have value, operator and unit as they are read for screening, those that are worked out of two
    beside those that are written; what answers in words has its word in `text`, and what is only there says
    "present". In the order of patient, finding, day and row.
    """
    wanted = codes.filter(pl.col("finding").is_in(list(findings)))
    reads = {one: codebook.entry(one).reads for one in wanted["finding"].unique()}
    how = pl.col("finding").replace_strict(reads, return_dtype=pl.String)
    wanted = wanted.with_columns(reads=how).select("finding", "table", "concept_id", "reads")
    records.put("wanted_concepts", wanted)
    records.put("unit_forms", forms.units)
    there = pl.Series("there", [presence(word) for word in forms.words["word"]], dtype=pl.String)
    records.put("word_forms", forms.words.with_columns(there))
    is_number = pl.col("reads").is_in(["number", "limit"]) & (pl.col("table") == "measurement")
    parts = [_NUMBERS] if wanted.filter(is_number).height else []
    tables = wanted.filter(~is_number)["table"].unique().sort()
    parts += [_said(table) for table in tables if table != "visit_occurrence"]  # see `outcomes.visits`
    worked_out = _worked_out(records, codebook, codes, forms, findings)
    if worked_out.height:
        records.put("worked_out", worked_out)
        parts.append("SELECT * FROM worked_out")
    if not parts:
        return pl.DataFrame(schema=EVIDENCE)
    # Put in order inside the database: a frame that is sorted is held twice.
    # The value comes last, where rows have no id, or one id: in whatever order they stand, the same is found.
    order = 'ORDER BY person_id, finding, day, "table", row_id, value, text'
    found = records.run(f"SELECT * FROM ({' UNION ALL '.join(parts)}) e\n{order}", "evidence")
    return found.select(pl.col(name).cast(kind) for name, kind in EVIDENCE.items())


_SIGNS = " ".join(f"WHEN {number} THEN '{sign}'" for sign, number in SIGNS.items())
_NUMBERS = f"""
SELECT n.person_id, w.finding, n.day, n.known, n.value, CASE n.operator {_SIGNS} END AS operator, u.unit,
  n.text, n.range_low AS low, 'measurement' AS "table", n.row_id
FROM ({readings.numbers("gathered_rows")}) n
JOIN wanted_concepts w ON w."table" = 'measurement' AND w.concept_id = n.concept_id
  AND w.reads IN ('number', 'limit')
LEFT JOIN unit_forms u ON u.concept_id = n.concept_id AND u.unit_concept_id = n.unit_concept_id
  AND u.unit_source_value = n.unit_source_value"""


def _worked_out(
    records: Records, codebook: Codebook, codes: pl.DataFrame, forms: Forms, findings: Iterable[str]
) -> pl.DataFrame:
    """The readings of these findings that are worked out of two, with EVIDENCE as columns."""
    frames = [pl.DataFrame(schema=EVIDENCE)]
    for entry in codebook.entries_of(findings):
        parts, kind = product_parts(entry, codebook, codes, forms), catalogue_entry(entry.finding)
        if not parts.height or kind is None:
            continue
        records.put("product_parts", parts)
        found = records.run(made_of_two("gathered_rows"), f"evidence: {entry.finding}, worked out of two")
        told = {
            "finding": entry.finding,
            "operator": "",
            "unit": kind.unit,
            "text": None,
            "low": None,
            "table": "measurement",
        }
        found = found.filter(pl.col("value").is_between(*plausible(entry, kind, kind.unit)))
        found = found.with_columns(pl.lit(said).alias(name) for name, said in told.items())
        frames.append(found.select(pl.col(name).cast(kind) for name, kind in EVIDENCE.items()))
    return pl.concat(frames)


def _said(table: str) -> str:
    row_id, concept, date, _ = COLUMNS[table]
    sample = day(f"e.{date}")
    text = "COALESCE(e.value_as_string, '')" if table == "observation" else "''"
    has_words = table in ("measurement", "observation")
    said = "COALESCE(CASE WHEN w.reads = 'word' THEN f.word ELSE f.there END, 'present')"
    forms = f"""
LEFT JOIN word_forms f ON f."table" = '{table}' AND f.concept_id = e.{concept}
  AND f.value_concept_id = COALESCE(e.value_as_concept_id, 0)
  AND f.text = {text}
  AND f.source_value = COALESCE(e.value_source_value, '')"""
    return f"""
SELECT e.person_id, w.finding, {sample} AS day, {sample} AS known, CAST(NULL AS DOUBLE) AS value,
  '' AS operator, '' AS unit, {said if has_words else "'present'"} AS text, CAST(NULL AS DOUBLE) AS low,
  '{table}' AS "table", e.{row_id} AS row_id
FROM {table} e
JOIN gathered g ON g.person_id = e.person_id
JOIN wanted_concepts w ON w."table" = '{table}' AND w.concept_id = e.{concept}
  AND w.reads IN ('word', 'presence'){forms if has_words else ""}
WHERE e.{date} IS NOT NULL"""


def gather_exposures(records: Records, codes: pl.DataFrame) -> pl.DataFrame:
    """Every exposure to the drugs of `codes` of the patients in the table `gathered`."""
    records.put("wanted_drugs", codes.select("finding", "concept_id").unique())
    start = "COALESCE(e.drug_exposure_start_datetime, CAST(e.drug_exposure_start_date AS TIMESTAMP))"
    stop = "COALESCE(e.drug_exposure_end_datetime, CAST(e.drug_exposure_end_date AS TIMESTAMP))"
    query = f"""
SELECT e.person_id, w.finding AS drug, {start} AS start,
  e.drug_exposure_start_datetime IS NOT NULL AS has_time, {stop} AS stop, e.quantity, e.days_supply, e.sig,
  e.dose_unit_source_value AS dose_unit, e.route_concept_id, e.route_source_value AS route_source,
  e.drug_type_concept_id AS type_concept_id, e.drug_source_value AS source_value,
  e.drug_concept_id AS concept_id,
  e.visit_occurrence_id AS visit_id, e.drug_exposure_id AS row_id
FROM drug_exposure e
JOIN gathered g ON g.person_id = e.person_id
JOIN wanted_drugs w ON w.concept_id = e.drug_concept_id
WHERE e.drug_exposure_start_date IS NOT NULL"""
    found = records.run(query, "evidence: exposures")
    # Looked up and not joined: where CONCEPT has a row twice, no row of a drug may stand twice.
    called = names_of(records, pl.concat([found["concept_id"], found["route_concept_id"]]).drop_nulls())
    named = {concept: name for concept, name in called.items() if name}
    pieces = strengths(records, {concept: named.get(concept, "") for concept in found["concept_id"]})
    product, route, piece = (
        pl.col(column).replace_strict(known, default=None, return_dtype=kind)
        for column, known, kind in (
            ("concept_id", named, pl.String),
            ("route_concept_id", named, pl.String),
            ("concept_id", pieces, pl.Float64),
        )
    )
    frame = found.with_columns(
        concept_name=product, route=route.fill_null(pl.col("route_source")), strength=piece
    ).select(pl.col(name).cast(kind) for name, kind in EXPOSURES.items())
    return frame.sort("person_id", "drug", "start", "row_id")
