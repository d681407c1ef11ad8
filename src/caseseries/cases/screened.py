"""Screened: a cohort and the case series made of it, as plain counts and tables of how they were found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace

import polars as pl

from caseseries.cases.abstract import Abstracted
from caseseries.cases.rows_behind import rows_behind
from caseseries.cases.screening import SET_ASIDE, STANDINGS, VERDICTS, Screening
from caseseries.cases.series import Source
from caseseries.cohort.cohort import Cohort
from caseseries.cohort.eligibility import OPEN, parted
from caseseries.criteria.definition import Definition
from caseseries.evidence.page import digest
from caseseries.protocol.protocol import Protocol
from caseseries.records.codebook import Codebook

Row = tuple[object, ...]


def screening_of(
    cohort: Cohort,
    found: Abstracted,
    protocol: Protocol,
    definitions: Mapping[str, Definition],
    codebook: Codebook,
) -> Screening:
    """How the patients of a case series were found: what stays of a cohort when its database is closed."""
    steps = parted(protocol)
    open_at = dict(cohort.patients.filter(pl.col("standing") == OPEN).select("person_id", "step").iter_rows())
    asked = Counter(open_at.get(one.patient, -1) for one in cohort.open)
    definition = definitions[steps.asked.criteria or ""]
    return Screening(
        attrition=found.attrition,
        taken=len(cohort.attrition.steps),
        asked=len(steps.before),
        beside=found.beside,
        standings=cohort.patients.select(
            pl.col("person_id").cast(pl.String).alias("patient"), "step", "standing"
        ).cast(STANDINGS),
        verdicts=pl.DataFrame(list(_verdicts(cohort, definition, codebook)), VERDICTS, orient="row"),
        questions=tuple(asked[place] for place in range(len(found.attrition.steps))),
        unanswered=asked[-1],
        set_aside=pl.concat([_odd_visits(cohort), cohort.set_aside.cast(SET_ASIDE)]),
        notes=cohort.notes,
        rows=rows_behind(cohort, found.cases),
        sources=tuple(_asked_with(cohort, definitions, codebook)),
    )


def _asked_with(
    cohort: Cohort, definitions: Mapping[str, Definition], codebook: Codebook
) -> Iterator[Source]:
    """The codebook, the definitions and the answers, each with the digest of what was read of it."""
    yield Source(f'codebook "{codebook.name}"', "codebook", codebook.digest, len(codebook.entries))
    for name, one in definitions.items():
        yield Source(f'definition "{name}"', "definition", one.digest, len(one.criteria))
    if cohort.answers:
        whole = digest({"answers": [asdict(replace(one, origin="")) for one in cohort.answers]})
        yield Source("answers of the reviewers", "answers", whole, len(cohort.answers))


def _odd_visits(cohort: Cohort) -> pl.DataFrame:
    rows = [(what, why, count) for (what, why), count in cohort.odd_visits.items()]
    return pl.DataFrame(rows, SET_ASIDE, orient="row")


def _verdicts(cohort: Cohort, definition: Definition, codebook: Codebook) -> Iterator[Row]:
    """The verdicts on everyone who meets the definition, in the order of VERDICTS."""
    titles = {"": definition.title} | {one.name: one.title for one in definition.criteria}
    keys = ["stay_id", "criterion"]
    beside = cohort.unflagged.select(*keys, pl.col("truth").alias("unflagged"))
    met = cohort.verdicts.filter(pl.col("criterion") == "", pl.col("truth") == "met").select("stay_id")
    both = cohort.verdicts.join(met, on="stay_id", how="semi").join(beside, on=keys, how="left")
    from_memory = _rows_from_memory(cohort, codebook)
    flags = _flags(cohort)
    is_recalled: dict[int, bool] = {}
    for row in both.iter_rows(named=True):
        if row["criterion"]:
            mine = any((row["person_id"], origin) in from_memory for origin in row["because"])
            is_recalled[row["person_id"]] = is_recalled.get(row["person_id"], False) or mine
    for row in both.iter_rows(named=True):
        mine = any((row["person_id"], origin) in from_memory for origin in row["because"])
        recalled = mine if row["criterion"] else is_recalled[row["person_id"]]
        head = (str(row["person_id"]), row["criterion"], titles[row["criterion"]])
        marks = flags.get((row["stay_id"], row["criterion"]), ())
        yield *head, row["truth"], row["unflagged"], list(marks), recalled


def _flags(cohort: Cohort) -> dict[tuple[int, str], tuple[str, ...]]:
    """By stay and criterion the flags on the rows that decided, each once; of the whole definition all."""
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for stay, criterion, flag in cohort.flagged.select("stay_id", "criterion", "flag").iter_rows():
        for key in ((stay, criterion), (stay, "")):
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), flag)))
    return found


def _rows_from_memory(cohort: Cohort, codebook: Codebook) -> set[tuple[int, str]]:
    """Patient and origin of every row about a finding that has a code known from memory only."""
    recalled = {
        entry.finding
        for entry in codebook.entries
        if any(code.confidence == "recalled" for code in entry.codes)
    }
    products = [entry.or_from.of for entry in codebook.entries if entry.or_from is not None]
    recalled |= {part for parts in products if recalled & set(parts) for part in parts}
    mine = cohort.evidence.filter(pl.col("finding").is_in(sorted(recalled)))
    rows = mine.select("person_id", "table", "row_id").iter_rows()
    return {(person, f"{table}:{row}") for person, table, row in rows}
