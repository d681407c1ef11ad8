"""Forms: the many ways in which records write one result, each read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

from caseseries.evidence.presence import PRESENT, presence
from caseseries.evidence.unit_names import unit_name
from caseseries.evidence.values import plain_text, read_number
from caseseries.records import readings
from caseseries.records.codebook import Codebook
from caseseries.records.omop import Records

SIGNS = {"": 0, ">": 1, ">=": 2, "<": -1, "<=": -2}
"""An operator as a number: above zero the true value lies above, below zero below; 2 includes the end."""
UNITS = pl.Schema(
    {
        "concept_id": pl.Int64,
        "unit_concept_id": pl.Int64,
        "unit_source_value": pl.String,
        "unit": pl.String,
        "rows": pl.Int64,
    }
)
TEXTS = pl.Schema({"text": pl.String, "value": pl.Float64, "operator": pl.Int64})
WORDS = pl.Schema(
    {
        "table": pl.String,
        "concept_id": pl.Int64,
        "value_concept_id": pl.Int64,
        "text": pl.String,
        "source_value": pl.String,
        "word": pl.String,
        "rows": pl.Int64,
    }
)


@dataclass(frozen=True)
class Forms:
    """How results are written here.

    `units`: every pair of unit concept and unit text of a concept, with the unit it stands for: "" where
    there is none, null where it is not understood; `rows` have it, with a value or without. `texts`: the
    texts that are numbers. `words`: every answer in words. `unread`: texts that are no numbers, by concept,
    with their rows; the text "" is no result at all.
    """

    units: pl.DataFrame
    texts: pl.DataFrame
    words: pl.DataFrame
    unread: pl.DataFrame


def lay_concepts(records: Records, numbers: Iterable[int]) -> None:
    """Lay out `numbered_concepts`, whose rows are number rows."""
    records.put("numbered_concepts", pl.DataFrame({"concept_id": list(numbers)}, {"concept_id": pl.Int64}))


def read_forms(
    records: Records,
    codebook: Codebook,
    rows: str,
    words: pl.DataFrame,
    words_of: Callable[[str], str] = readings.words_of,
) -> Forms:
    """The forms of number rows, and of the answers in words.

    `rows` is the table of the number rows, or a query in parentheses; `words` has a row (table, concept_id)
    for each concept that answers in words, and `words_of` gives the SQL of what a table says of these. Leaves
    `operators` and `texts` with the records, on which the readings rest.
    """
    operators = [(concept, SIGNS[means]) for concept, means in codebook.operator_concepts.items()]
    schema = {"concept_id": pl.Int64, "operator": pl.Int64}
    records.put("operators", pl.DataFrame(operators, schema, orient="row"))
    odd = records.run(readings.odd_texts(rows), "texts that stand for a number")
    texts, unread = _texts(odd)
    records.put("texts", texts)
    units = records.run(readings.units(rows), "units as they are written")
    return Forms(_with_units(units, codebook), texts, _words(records, words, words_of), unread)


def _texts(odd: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The texts that say something, and of the others how many rows of each concept have them.

    Of `<LOD` beside a number only the sign counts.
    """
    read: dict[str, tuple[float | None, int]] = {}
    for text in odd["text"].unique().sort().to_list():
        try:
            typed = read_number(text)
            read[text] = typed.value, SIGNS[typed.operator]
        except ValueError:
            read[text] = None, SIGNS[_sign(text)]
    rows = [(text, *said) for text, said in read.items() if said != (None, 0)]
    numbers = [text for text, (value, _) in read.items() if value is not None]
    has_no_number = ~pl.col("has_number") & ~pl.col("text").is_in(numbers)
    return pl.DataFrame(rows, TEXTS, orient="row"), odd.filter(has_no_number).drop("has_number")


def _sign(text: str) -> str:
    """The operator with which a text begins."""
    plain = plain_text(text).replace("\u2264", "<=").replace("\u2265", ">=")
    return next((sign for sign in ("<=", ">=", "<", ">") if plain.startswith(sign)), "")


def _with_units(units: pl.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """Each pair of unit concept and text with the unit it stands for."""
    known = [
        _unit(concept, text, codebook)
        for concept, text in units.select("unit_concept_id", "unit_source_value").iter_rows()
    ]
    return units.with_columns(pl.Series("unit", known, dtype=pl.String)).select(list(UNITS)).cast(UNITS)


def _unit(concept: int, text: str, codebook: Codebook) -> str | None:
    by_concept = codebook.unit_concepts.get(concept)
    if by_concept is not None:
        return by_concept
    return unit_name(text) if text.strip() else (None if concept else "")


def _words(records: Records, words: pl.DataFrame, words_of: Callable[[str], str]) -> pl.DataFrame:
    """Every answer in words, with the word it comes to: its text, else the name of its concept."""
    frames = [pl.DataFrame(schema=WORDS)]
    records.put("worded_concepts", words.select("table", "concept_id"))
    for table in words["table"].unique().sort():
        found = records.run(words_of(table), f"answers in words of {table}")
        names = names_of(records, found["value_concept_id"])
        said = [
            plain_text(text)
            or plain_text(names.get(concept, ""))
            or plain_text(source)
            or ("present" if table == "observation" else "")
            for concept, text, source in found.select("value_concept_id", "text", "source_value").iter_rows()
        ]
        found = found.with_columns(pl.lit(table).alias("table"), pl.Series("word", said, dtype=pl.String))
        frames.append(found.select(list(WORDS)).cast(WORDS))
    return pl.concat(frames)


def denials(records: Records, words: pl.DataFrame) -> pl.DataFrame:
    """The answers in words of these concepts (table, concept_id) that do not say it was so; as WORDS."""
    every = _words(records, words, readings.words_of)
    is_denied = [presence(word) != PRESENT[0] for word in every["word"]]
    return every.filter(pl.Series("is_denied", is_denied, dtype=pl.Boolean))


def names_of(records: Records, concepts: pl.Series) -> dict[int, str]:
    """The names of these concepts, as the site's vocabulary has them."""
    wanted = sorted({concept for concept in concepts.to_list() if concept})
    if not wanted:
        return {}
    query = (
        f"SELECT concept_id, concept_name FROM concept WHERE concept_id IN ({', '.join(map(str, wanted))})"
    )
    return {concept: name or "" for concept, name in records.run(query).iter_rows()}
