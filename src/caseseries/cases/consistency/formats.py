"""Formats: numbers that are written otherwise than all others of their length."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

import polars as pl

from caseseries.cases.consistency.chance import Chance, one_in
from caseseries.cases.consistency.question import Question
from caseseries.cases.keys import label
from caseseries.cases.long_tables import KEY
from caseseries.cases.series import CaseSeries
from caseseries.protocol.protocol import Protocol

FEWEST, MOST_SHARE = 10, 0.1
"""So many numbers of one length, of which at most this share is written otherwise, have a usual way."""
FAR = 3.0
"""How many times less than the least, or more than the greatest, the one of another length must be."""
WHY = "Who copies from another source keeps its commas: these may have been typed at another time."


def format_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Commas where other numbers as long have none, or none where they do; and the one odd length."""
    plain = cases.typed.filter(pl.col("text").str.contains(r"^[0-9,]+$")).with_columns(
        digits=pl.col("text").str.replace_all(",", "").str.len_chars(), comma=pl.col("text").str.contains(",")
    )
    titles = {one.name: one.title for one in protocol.variables}
    titles |= {one.name: one.title for one in protocol.serials}
    yield from _odd_lengths(plain, titles)
    groups = plain.filter(pl.col("digits") >= 4).group_by("sheet", "column", "digits", maintain_order=True)
    for (_, column, digits), group in groups:
        commas = int(group["comma"].sum())
        few = min(commas, group.height - commas)
        if not 0 < few <= MOST_SHARE * group.height or group.height < FEWEST or column not in titles:
            continue
        odd = group.filter(pl.col("comma") == (commas == few))
        with_or_without = "a comma" if commas == few else "no comma"
        sentence = (
            f"{titles[str(column)]}: {few} of {group.height} numbers of {digits} digits "
            f"{'is' if few == 1 else 'are'} written with {with_or_without} "
            f"({', '.join(odd['text'].to_list())}; {_whose(odd)})."
        )
        who = tuple(dict.fromkeys(label(key) for key in odd.select(*KEY).iter_rows()))
        yield Question("format", sentence, WHY, who, tuple(odd["origin"]), _in_one_row(group, odd))


def _odd_lengths(plain: pl.DataFrame, titles: dict[str, str]) -> Iterator[Question]:
    """The one number of a column with fewer or more digits than all others have, and far off."""
    single = plain.filter(pl.col("day").is_null()).with_columns(
        number=pl.col("text").str.replace_all(",", "").cast(pl.Float64)
    )
    for (_, column), group in single.group_by("sheet", "column", maintain_order=True):
        usual = int(group["digits"].mode().sort()[0])
        odd = group.filter(pl.col("digits") != usual)
        if odd.height != 1 or group.height < FEWEST or column not in titles:
            continue
        others, value = group.filter(pl.col("digits") == usual)["number"].to_list(), odd["number"][0]
        if FAR * value > min(others) and value < FAR * max(others):
            continue
        text, digits, origin = odd.select("text", "digits", "origin").row(0)
        sentence = (
            f"{titles[str(column)]} of {_whose(odd)} is {text}: all {group.height - 1} other numbers "
            f"have {usual} digit{'s' * (usual > 1)}."
        )
        why = f"A digit may be {'lost' if digits < usual else 'typed twice'}."
        yield Question("length", sentence, why, (label(odd.select(*KEY).row(0)),), (origin,))


def _whose(odd: pl.DataFrame) -> str:
    who = list(dict.fromkeys(label(key) for key in odd.select(*KEY).iter_rows()))
    return f"patient{'s' * (len(who) > 1)} {', '.join(who)}"


def _in_one_row(group: pl.DataFrame, odd: pl.DataFrame) -> Chance | None:
    """How probable it is that all of them fall into one patient's row: drawn without putting back."""
    few = odd.height
    if few < 2 or odd.select(*KEY).unique().height > 1:
        return None
    sizes = group.group_by(*KEY).len()["len"]
    probability = sum(comb(size, few) for size in sizes) / comb(group.height, few)
    said = f"Drawn at random, all {few} would be one patient's in {one_in(probability)} of such sheets."
    return Chance(probability, said) if probability < 1 else None
