"""Contradictions: records of deaths that cannot all be true, told in sentences with their patients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from caseseries.evidence.problem import some_of
from caseseries.records.omop import Records
from caseseries.records.outcomes import NO_DAY, after_death

BEFORE = {"before the birth": "they were born", "before the stay": "the stay that is studied began"}
TABLES = {
    "death": "the death table",
    "visit_occurrence": "the discharges",
    "visit_detail": "the discharges from wards",
    "condition_occurrence": "the conditions",
    "observation": "the observations",
    "procedure_occurrence": "the procedures",
    "measurement": "the measurements",
    "drug_exposure": "the drugs",
}
NAMES = {"sample": ("sample", "samples"), "drug": ("drug row", "drug rows"), "visit": ("visit", "visits")}


def first_deaths(deaths: pl.DataFrame) -> pl.DataFrame:
    """Of each patient the day of death that counts: the earliest that can be. Columns person_id and day."""
    return possible(deaths).group_by("person_id").agg(pl.col("day").min()).sort("person_id")


def possible(deaths: pl.DataFrame) -> pl.DataFrame:
    """The records of deaths that can be, in their order."""
    return deaths.filter(pl.col("why_not") == "")


def contradictions(records: Records, deaths: pl.DataFrame) -> tuple[str, ...]:
    """A sentence for each kind of contradiction about deaths (as `outcomes.deaths` tells them).

    Deaths that lie before the birth or the stay, or on no day; different days of one death; rows after it.
    Nothing where the records agree.
    """
    every = (
        *_impossible(deaths),
        *_undated(deaths),
        *_different(possible(deaths)),
        *_later(records, first_deaths(deaths)),
    )
    return tuple(every)


def undated(deaths: pl.DataFrame) -> frozenset[int]:
    """The patients of whom the death table says that they died, and no record says when."""
    known = set(possible(deaths)["person_id"])
    return frozenset(deaths.filter(why_not=NO_DAY)["person_id"]) - known


def _undated(deaths: pl.DataFrame) -> Iterator[str]:
    if who := undated(deaths):
        yield (
            f"Of {_patients(who)} the death table says that they died, and no record says when: whether they "
            "were alive when last seen, and for how long they were followed, stays blank."
        )


def _impossible(deaths: pl.DataFrame) -> Iterator[str]:
    for why, of in BEFORE.items():
        mine = deaths.filter(pl.col("why_not") == why)
        if mine.height:
            who = _patients(mine["person_id"])
            count = f"{mine.height:,} record{'s' * (mine.height > 1)}"
            yield f"By {count} {who} died before {of}. That cannot be: such a death is set aside."


def _different(deaths: pl.DataFrame) -> Iterator[str]:
    table = pl.col("origin").str.split(":").list.first()
    spread = (
        deaths.with_columns(table.alias("table"))
        .group_by("person_id")
        .agg((pl.col("day").max() - pl.col("day").min()).alias("apart"), pl.col("table").unique().sort())
        .filter(pl.col("apart") > 0)
        .sort("person_id")
    )
    for (tables,), mine in spread.group_by("table", maintain_order=True):
        named = [TABLES[one] for one in tables]
        of = f"{', '.join(named[:-1])} and {named[-1]}" if named[1:] else f"rows of {named[0]}"
        yield (
            f"Of {_patients(mine['person_id'])}, {of} name different days of death, up to "
            f"{_days(mine['apart'])} apart. The earliest counts."
        )


def _later(records: Records, died: pl.DataFrame) -> Iterator[str]:
    if not died.height:
        return
    later = after_death(records, died)
    if not later.height:
        return
    rows = dict(later.group_by("what").agg(pl.col("rows").sum()).iter_rows())
    said = [f"{rows[what]:,} {names[rows[what] > 1]}" for what, names in NAMES.items() if what in rows]
    days = _days((later["latest"] - later.join(died, on="person_id", maintain_order="left")["day"]).to_list())
    yield (
        f"After the death of {_patients(later['person_id'])} the records go on: {', '.join(said)}, "
        f"up to {days} later. Whether they died then is worth a look."
    )


def _days(lengths: Iterable[int]) -> str:
    longest = max(lengths)
    return f"{longest:,} day{'s' * (longest > 1)}"


def _patients(people: Iterable[int]) -> str:
    ids = sorted(set(people))
    named = some_of([str(one) for one in ids])
    return f"patient {named}" if len(ids) == 1 else f"{len(ids):,} patients ({named})"
