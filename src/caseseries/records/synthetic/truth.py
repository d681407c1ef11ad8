"""What was made: findings, criteria, stays and patients as they were planted, and the rows that hold them."""

from __future__ import annotations

import numpy as np
import polars as pl

from caseseries.records.synthetic.arrays import Ints
from caseseries.records.synthetic.people import NEVER, People, Stays
from caseseries.records.synthetic.plan import FINDINGS, MET, UNKNOWN, Plan
from caseseries.records.synthetic.rates import CRITERIA, stories, story
from caseseries.records.synthetic.tables import date_of, ids, words
from caseseries.records.synthetic.visits import Visits, visit_id

STATES = ("not met", "unknown", "met")
NEEDED = 5
"""Criteria of HLH-2004 that must stand together."""
LATE = 2**31
"""A day after every other."""
PARTS = {
    "fever": (1, ("fever",)),
    "cytopenias": (2, ("hemoglobin", "platelets", "neutrophils")),
    "triglycerides or fibrinogen": (1, ("triglycerides", "fibrinogen")),
    "ferritin": (1, ("ferritin",)),
    "splenomegaly": (1, ("splenomegaly",)),
    "hemophagocytosis": (1, ("hemophagocytosis",)),
    "nk activity": (1, ("nk activity",)),
    "soluble cd25": (1, ("soluble cd25",)),
}
"""How many of which findings each criterion needs."""


def fifth(days: Ints) -> Ints:
    """The day on which so many criteria stand; LATE where they never do. Days below 0 are not met."""
    by_day: Ints = np.sort(np.where(days >= 0, days, LATE), axis=1)[:, NEEDED - 1]
    return by_day


def of_findings(
    samples: pl.DataFrame, row_id: Ints, seen: pl.DataFrame, people: People, stays: Stays
) -> pl.DataFrame:
    """A row for each stay and finding that was looked for: its state, and the first row that decided it.

    `day` is that of the sample, `known` the first on which a result of that state was back.
    """
    lean = samples.select("stay", "finding", "side", "minute", "back", row_id=pl.Series(row_id))
    decides = pl.col("side") == pl.col("side").max()
    measured = (
        lean.filter(pl.col("finding") >= 0)
        .group_by("stay", "finding")
        .agg(
            state=pl.col("side").max(),
            day=pl.col("minute").filter(decides).min() // 1440,
            back=pl.col("back").filter(decides).min() // 1440,
            row_id=pl.col("row_id").filter(decides).min(),
        )
    )
    lab = measured.select(
        pl.col("stay").cast(pl.Int64),
        words(FINDINGS, measured["finding"]).cast(pl.String).alias("finding"),
        pl.col("state").cast(pl.Int64),
        "day",
        "back",
        table=pl.lit("measurement"),
        row_id="row_id",
    )
    told = seen.select(lab.columns).cast(dict(lab.schema.items()))
    both = pl.concat([lab, told]).sort("stay", "finding")
    stay = both["stay"].to_numpy()
    return both.select(
        ids(stays.person[stay], people.id).alias("person_id"),
        pl.Series("stay", stays.number[stay]),
        "finding",
        words(STATES, both["state"]).cast(pl.String).alias("state"),
        date_of(both["day"]).alias("day"),
        date_of(both["back"].fill_null(NEVER)).alias("known"),
        "table",
        "row_id",
        pl.Series("stay_row", stay),
    )


def of_stays(
    people: People, stays: Stays, plan: Plan, findings: pl.DataFrame, given: pl.DataFrame, visits: Visits
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Each stay with what it holds in all, and each of its criteria that was looked for or met."""
    known = _known(findings, stays.size, with_notes=True)
    recorded = _known(findings, stays.size, with_notes=False)
    is_scattered = stays.story == story("scattered")
    met = plan.state == MET
    # Read off the planned days; what is known, off the results that came back.
    day = fifth(plan.day)
    on_record = np.where(recorded < LATE, plan.day, -1)
    day_recorded = fifth(on_record)
    is_met = (day < LATE) & ~is_scattered
    is_recorded = (day_recorded < LATE) & ~is_scattered
    start = stays.start
    whole = pl.DataFrame(
        {
            "person_id": people.id[stays.person],
            "stay": stays.number,
            "story": words([one.name for one in stories()], stays.story).cast(pl.String),
            "start": date_of(start),
            "end": date_of(stays.end),
            "first_visit": visit_id(visits.first),
            "visits": 1 + stays.moves,
            "criteria_met": met.sum(1),
            "criteria_unknown": (plan.state == UNKNOWN).sum(1),
            "criteria_recorded": (on_record >= 0).sum(1),
            "met": is_met,
            "day_met": date_of(np.where(is_met, start + day, NEVER)),
            "day_known": date_of(_kept(fifth(np.where(met, known, -1)), is_met)),
            "met_by_record": is_recorded,
            "day_met_by_record": date_of(np.where(is_recorded, start + day_recorded, NEVER)),
            "day_known_by_record": date_of(
                _kept(fifth(np.where(recorded < LATE, recorded, -1)), is_recorded)
            ),
            "is_true_hlh": stays.story == story("hlh"),
        }
    )
    for_hlh = given.filter((pl.col("drug") == "anakinra") & (pl.col("reason") == "hlh"))
    first = for_hlh.group_by("person_id", "stay").agg(anakinra_for_hlh=pl.col("first_day").min())
    whole = whole.join(first, on=["person_id", "stay"], how="left", maintain_order="left")
    row, column = np.nonzero((plan.state == MET) | (plan.state != UNKNOWN) | (recorded < LATE))
    is_day = plan.day[row, column] >= 0
    criteria = pl.DataFrame(
        {
            "person_id": people.id[stays.person[row]],
            "stay": stays.number[row],
            "criterion": words(CRITERIA, column).cast(pl.String),
            "state": words(STATES, plan.state[row, column]).cast(pl.String),
            "day": date_of(np.where(is_day, start[row] + plan.day[row, column], NEVER)),
            "known": date_of(_kept(known[row, column], is_day)),
            "is_recorded": recorded[row, column] < LATE,
        }
    ).with_columns(is_recorded=pl.when(pl.col("state") == "met").then("is_recorded"))
    return whole, criteria


def of_patients(people: People) -> pl.DataFrame:
    """Each patient: the story, the birth, the death and the last contact."""
    return pl.DataFrame(
        {
            "person_id": people.id,
            "story": words([one.name for one in stories()], people.story).cast(pl.String),
            "birth": date_of(people.birth),
            "death": date_of(people.death),
            "died_in_hospital": people.is_in_hospital,
            "last_contact": date_of(people.last_contact),
        }
    )


def _kept(days: Ints, those: np.typing.NDArray[np.bool_]) -> Ints:
    return np.where(those & (days < LATE), days, NEVER)


def _known(findings: pl.DataFrame, size: int, with_notes: bool) -> Ints:
    """stays x criteria: the day since 1970 on which it is known to be met; LATE where it is not."""
    met = findings.filter(pl.col("state") == "met")
    if not with_notes:
        met = met.filter(pl.col("table") != "note")
    days = np.full((size, len(FINDINGS)), LATE, dtype=np.int64)
    column = met["finding"].replace_strict({name: place for place, name in enumerate(FINDINGS)}).to_numpy()
    days[met["stay_row"].to_numpy(), column] = met["known"].cast(pl.Int32).to_numpy()
    known = np.full((size, len(CRITERIA)), LATE, dtype=np.int64)
    for place, name in enumerate(CRITERIA):
        needed, parts = PARTS[name]
        mine = np.sort(days[:, [FINDINGS.index(part) for part in parts]], axis=1)
        known[:, place] = mine[:, needed - 1]
    return known
