"""The sweep: a table read once for a survey: the ways in which its rows are written, and who has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from caseseries.records.codebook import Entry
from caseseries.records.columns import COLUMNS
from caseseries.records.omop import Records
from caseseries.records.readings import finite

EVERY_ROW = 0
"""Stands for a concept where every row of a table tells the finding."""
_BITS = 62
"""Findings to a column of bits: so many fit a whole number of 64 bits on every engine."""
_WORDS = {
    "value_concept_id": "CASE WHEN c.is_word THEN COALESCE(t.value_as_concept_id, 0) END",
    "word_source": "CASE WHEN c.is_word THEN COALESCE(t.value_source_value, '') END",
}
_WAYS: Mapping[str, Mapping[str, str]] = {
    "measurement": {
        "source_value": "COALESCE(t.measurement_source_value, '')",
        "unit_concept_id": "COALESCE(t.unit_concept_id, 0)",
        "unit_source_value": "COALESCE(t.unit_source_value, '')",
        "operator_concept_id": "t.operator_concept_id",
        "number": f"CASE WHEN {finite('t.value_as_number')} THEN t.value_as_number END",
        # A text that begins with a digit says nothing beside its number.
        "text": f"""CASE WHEN COALESCE({finite("t.value_as_number")}, FALSE)
    AND LEFT(t.value_source_value, 1) BETWEEN '0' AND '9' THEN NULL ELSE t.value_source_value END""",
        "range_low": "CASE WHEN c.is_limit THEN t.range_low END",
        **_WORDS,
        "word_text": "CASE WHEN c.is_word THEN '' END",
    },
    "observation": {**_WORDS, "word_text": "CASE WHEN c.is_word THEN COALESCE(t.value_as_string, '') END"},
}
"""Of a table what one way of writing differs from another by, beside the concept. Laboratories round, so that
of millions of rows some ten thousand ways are left, the value among them: exact percentiles from one pass."""


def looked_for(codes: pl.DataFrame, entries: Iterable[Entry]) -> pl.DataFrame:
    """By which concepts these findings are looked for: the rows of `codes`, and EVERY_ROW of whole tables."""
    entries = tuple(entries)
    mine = codes.filter(pl.col("finding").is_in([entry.finding for entry in entries]))
    whole = [
        (entry.finding, table, EVERY_ROW, "every row", "local")
        for entry in entries
        for table in entry.every_row_of
    ]
    return pl.concat([mine, pl.DataFrame(whole, mine.schema, orient="row")])


def places(findings: Iterable[str]) -> Mapping[str, tuple[int, int]]:
    """Of each finding its column of bits, from 0, and its bit there."""
    return {finding: (place // _BITS, 1 << place % _BITS) for place, finding in enumerate(findings)}


def swept(wanted: pl.DataFrame) -> Sequence[str]:
    """The tables that are swept: all in which something is looked for, and always `measurement`."""
    return sorted({"measurement", *wanted["table"]})


def sweep(records: Records, wanted: pl.DataFrame, entries: Iterable[Entry], known_from: str) -> None:
    """Lay out `swept_TABLE`, of each table that is swept, in one pass of it.

    A row for each way in which rows of the wanted concepts are written: concept_id (EVERY_ROW for what is
    only counted as of the whole table), whether rows are `there` (with a patient and a day), how many rows,
    their days and how their times are told. And a row for each patient, whose concept_id is null: the bits
    of the findings in `bits_0`, `bits_1` ...; see `places`.

    `wanted` is what `looked_for` gives, and `known_from` the column of measurement with the time of the
    result, "" for none. A sample has a time where its moment is not the midnight at which its day begins.
    """
    reads = {entry.finding: entry.reads for entry in entries}
    at = places(wanted["finding"].unique(maintain_order=True))
    columns = 1 + max((column for column, _ in at.values()), default=0)
    bits: dict[tuple[str, int], list[int]] = {}
    how: dict[tuple[str, int], set[str]] = {}
    for finding, table, concept in wanted.select("finding", "table", "concept_id").iter_rows():
        column, bit = at[finding]
        bits.setdefault((table, concept), [0] * columns)[column] |= bit
        how.setdefault((table, concept), set()).add(reads[finding])
    rows = [
        (*key, "limit" in how[key], not how[key].isdisjoint({"word", "presence"}), *mine)
        for key, mine in bits.items()
        if key[1] != EVERY_ROW
    ]
    schema = {"source": pl.String, "concept_id": pl.Int64, "is_limit": pl.Boolean, "is_word": pl.Boolean}
    schema |= {f"bits_{column}": pl.Int64 for column in range(columns)}
    records.put("surveyed_concepts", pl.DataFrame(rows, schema, orient="row"))
    for table in swept(wanted):
        every = bits.get((table, EVERY_ROW))
        records.keep(f"swept_{table}", _sweep(table, every, columns, known_from))


def words_swept(table: str) -> str:
    """SQL: every answer in words of `measurement` or `observation`, as `readings.words_of` has them."""
    return f"""
SELECT concept_id, value_concept_id, word_text AS text, word_source AS source_value,
  CAST(SUM(rows) AS BIGINT) AS rows
FROM swept_{table}
WHERE concept_id IN (SELECT concept_id FROM worded_concepts WHERE "table" = '{table}')
GROUP BY 1, 2, 3, 4"""


def forget(records: Records, wanted: pl.DataFrame) -> None:
    """Drop what `sweep` laid out."""
    for name in ("surveyed_concepts", *(f"swept_{table}" for table in swept(wanted))):
        records.drop(name)


def _sweep(table: str, every: Sequence[int] | None, columns: int, known_from: str) -> str:
    """SQL: the one pass. `every` are the bits of the findings that every row tells, where there are any."""
    _, concept, date, moment = COLUMNS[table]
    result = f"t.{known_from}" if known_from and table == "measurement" else "CAST(NULL AS TIMESTAMP)"
    ways = _WAYS.get(table, {})
    told = [
        f"CASE WHEN t.{date} IS NOT NULL THEN COALESCE(c.bits_{one}, 0) | {mask} ELSE 0 END AS bits_{one}"
        for one, mask in enumerate(every or [0] * columns)
    ]
    parts = [
        "t.person_id",
        f"COALESCE(c.concept_id, {EVERY_ROW}) AS concept_id",
        # Rows that only count as of the whole table are one way: their values are nobody's question.
        *(
            f"{sql if every is None else f'CASE WHEN c.concept_id IS NOT NULL THEN {sql} END'} AS {name}"
            for name, sql in ways.items()
        ),
        f"t.person_id IS NOT NULL AND t.{date} IS NOT NULL AS there",
        f"t.{date} AS sample_day",
        f"{result} AS result",
        f"COALESCE(t.{moment} <> CAST(t.{date} AS TIMESTAMP), FALSE) AS has_time",
        *told,
    ]
    way = ", ".join(["concept_id", *ways, "there"])
    everyone = ", ".join(f"BIT_OR(bits_{one}) AS bits_{one}" for one in range(columns))
    return f"""
SELECT person_id, {way}, COUNT(*) AS rows, MIN(sample_day) AS first_day, MAX(sample_day) AS last_day,
  COUNT(result) AS result_times, COUNT(CASE WHEN has_time THEN 1 END) AS sample_times,
  COUNT(CASE WHEN NOT has_time AND result IS NULL THEN 1 END) AS days_only, {everyone}
FROM (
  SELECT {", ".join(parts)}
  FROM {table} t {"JOIN" if every is None else "LEFT JOIN"} surveyed_concepts c
    ON c.source = '{table}' AND c.concept_id = t.{concept}
) r
GROUP BY GROUPING SETS ((person_id), ({way}))"""
