"""Words found: what the rows of a finding in words say, and what each of them comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from caseseries.evidence.presence import ABSENT, PRESENT, presence
from caseseries.evidence.values import plain_text
from caseseries.records import readings
from caseseries.records.codebook import Entry
from caseseries.records.forms import Forms
from caseseries.records.omop import Records
from caseseries.records.survey_frames import WORDS, framed

Means = Callable[[str, str], str]
"""What a word says of a finding: "met", "denied" or "not understood"."""
NOT_UNDERSTOOD, UNDECIDABLE = "not understood", "undecidable"
LOW, NORMAL = "low", "normal"
UNDECIDED, NO_NUMBER, NO_LIMIT = "beyond the limit or not", "no number", "no limit"
BY_LIMIT = (LOW, NORMAL, UNDECIDED, NO_NUMBER, NO_LIMIT)
"""What the laboratory's own lower limit says of a number: the third where an operator leaves it open."""


def words_found(
    records: Records, codes: pl.DataFrame, forms: Forms, entries: Iterable[Entry], means: Means
) -> pl.DataFrame:
    """Every word of the findings in words, and of those by the laboratory's own limit, with WORDS as columns.

    `codes` has the columns finding, table and concept_id. Where a row need only be there, all but a word that
    denies says that the finding is. A diagnosis, a procedure or a drug has no word. Rests on the sweep.
    """
    reads = {entry.finding: entry.reads for entry in entries}
    worded = [finding for finding, how in reads.items() if how in ("word", "presence")]
    mine = codes.select("finding", "table", "concept_id").filter(pl.col("finding").is_in(list(reads)))
    said = mine.filter(pl.col("finding").is_in(worded)).join(forms.words, on=["table", "concept_id"])
    limits = mine.filter(
        pl.col("finding").is_in([finding for finding, how in reads.items() if how == "limit"]),
        pl.col("table") == "measurement",
    )
    frames = [said.select("finding", "table", "word", "rows")]
    if limits.height:
        records.put("surveyed_limits", limits.select("concept_id").unique())
        found = records.run(_limits(), "survey: results by the laboratory's own limit")
        records.drop("surveyed_limits")
        found = found.join(limits, on="concept_id")
        frames.append(found.select("finding", "table", "word", "rows"))
    words = pl.concat(frames).group_by("finding", "table", "word").agg(pl.col("rows").sum())
    comes_to = [
        _comes_to(finding, word, reads[finding], means)
        for finding, word in words.select("finding", "word").iter_rows()
    ]
    words = framed(words.with_columns(pl.Series("means", comes_to, pl.String)), WORDS)
    return words.sort(["finding", "rows", "word"], descending=[False, True, False])


def _comes_to(finding: str, word: str, how: str, means: Means) -> str:
    if how == "limit" and word == UNDECIDED:
        return UNDECIDABLE
    if how == "presence":
        said = plain_text(presence(word)).casefold()
        return "met" if said in PRESENT else "denied" if said in ABSENT else NOT_UNDERSTOOD
    return NOT_UNDERSTOOD if word in ("", NO_NUMBER, NO_LIMIT) else means(finding, word)


def _limits() -> str:
    return f"""
SELECT n.concept_id,
  CASE WHEN n.value IS NULL THEN '{NO_NUMBER}'
    WHEN NOT COALESCE({readings.finite("n.range_low")}, FALSE) THEN '{NO_LIMIT}'
    WHEN n.operator < 0 AND n.value < n.range_low THEN '{LOW}'
    WHEN n.operator = -1 AND n.value = n.range_low THEN '{LOW}'
    WHEN n.operator > 0 AND n.value >= n.range_low THEN '{NORMAL}'
    WHEN n.operator <> 0 THEN '{UNDECIDED}'
    WHEN n.value < n.range_low THEN '{LOW}' ELSE '{NORMAL}' END AS word,
  CAST(SUM(n.rows) AS BIGINT) AS rows
FROM ({readings.numbers(f"({_ROWS})")}) n
GROUP BY 1, 2"""


_ROWS = """
SELECT concept_id, number, operator_concept_id, text, range_low, rows FROM swept_measurement
WHERE there AND concept_id IN (SELECT concept_id FROM surveyed_limits)"""
