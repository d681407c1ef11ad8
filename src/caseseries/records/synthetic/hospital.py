"""The hospital that never was: every page made, and set as the tables of OMOP CDM 5.4, with its truth."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import polars as pl

from caseseries.evidence.pace import Pace, Tell, silent
from caseseries.records.synthetic.arrays import dice
from caseseries.records.synthetic.chart import write_chart
from caseseries.records.synthetic.dirt import SPOILT, soil
from caseseries.records.synthetic.laboratory import SOURCES, TEXTS, UNIT_CONCEPTS, UNITS, measure
from caseseries.records.synthetic.people import NEVER, People, Stays, admit
from caseseries.records.synthetic.pharmacy import exposures
from caseseries.records.synthetic.plan import plant
from caseseries.records.synthetic.prescribing import prescribe
from caseseries.records.synthetic.rates import rate, stories, story
from caseseries.records.synthetic.reviewer import review
from caseseries.records.synthetic.tables import RESULT, date_of, ids, moment_of, numbers, table, words
from caseseries.records.synthetic.truth import fifth, of_findings, of_patients, of_stays
from caseseries.records.synthetic.visits import Visits, book, last_days, visit_at, visit_id, visit_tables

FIRST_MEASUREMENT = -(2**62)
"""Negative and past 53 bits, as some hospitals number their rows."""
BLOCK = 40_000
"""Stays whose samples are made and put in order at a time: memory holds a second copy of these alone."""
MILLIGRAM = 8576
"""A concept of units; recalled, not looked up."""
DIRT = {"table": pl.String, "row_id": pl.Int64, "person_id": pl.Int64, "kind": pl.String}


@dataclass(frozen=True, slots=True)
class Hospital:
    """The tables as the CDM has them, the truth about them, and the reviewer's answers."""

    tables: dict[str, pl.LazyFrame]
    truth: dict[str, pl.DataFrame]
    answers: pl.DataFrame


def make_hospital(patients: int, seed: int, tell: Tell = silent) -> Hospital:
    """A hospital of so many patients; the same one for the same seed."""
    step = "making people, stays and samples"
    tell(step)
    people, stays = admit(patients, seed)
    plan = plant(stays, seed)
    visits = book(people, stays, seed)
    blocks = [range(first, min(first + BLOCK, stays.size)) for first in range(0, stays.size, BLOCK)]
    pace = Pace(tell, step, len(blocks), "block of stays", "blocks of stays")
    samples = pl.concat(
        (soil(measure(stays, plan, block, seed), people, stays, block, seed) for block in pace.over(blocks)),
        rechunk=False,
    )
    tell("making drugs, charts and the truth")
    row_id = FIRST_MEASUREMENT + np.arange(samples.height, dtype=np.int64)
    courses = prescribe(stays, fifth(plan.day), seed)
    drugs, given, drug_dirt = exposures(courses, people, stays, visits, seed)
    chart = write_chart(people, stays, plan, visits, courses, seed)
    death, death_dirt = _death(people, seed)

    findings = of_findings(samples, row_id, chart.findings, people, stays)
    by_stay, criteria = of_stays(people, stays, plan, findings, given, visits)
    causes = chart.causes.select(
        ids(stays.person[chart.causes["stay"].to_numpy()], people.id).alias("person_id"),
        pl.Series("stay", stays.number[chart.causes["stay"].to_numpy()]),
        "cause",
        "certainty",
    )
    spoilt = samples.with_columns(row_id=pl.Series(row_id)).filter(pl.col("dirt") > 0)
    lab_dirt = spoilt.select(
        pl.lit("measurement").alias("table"),
        "row_id",
        ids(stays.person[spoilt["stay"].to_numpy()], people.id).alias("person_id"),
        words(SPOILT, spoilt["dirt"]).cast(pl.String).alias("kind"),
    )
    dirt = pl.concat(
        [
            one.select(pl.col(n).cast(k) for n, k in DIRT.items())
            for one in (lab_dirt, drug_dirt, death_dirt, visits.dirt)
        ]
    )
    answers, answered = review(by_stay, findings, causes, given, chart, stays, people, seed)
    tables = {
        "person": _person(people),
        "observation_period": _observed(people, stays),
        **visit_tables(visits, people, stays, seed),
        "drug_exposure": drugs,
        "measurement": _measurement(samples, row_id, people, stays, visits),
        **chart.tables,
        "death": death,
        **_vocabulary(),
        "cdm_source": _source(patients, seed),
    }
    truth = {
        "patients": of_patients(people),
        "stays": by_stay,
        "criteria": criteria,
        "findings": findings,
        "causes": causes,
        "courses": given,
        "dirt": dirt,
        "answers": answered,
    }
    return Hospital(tables, truth, answers)


# ---- The tables ----


def _person(people: People) -> pl.LazyFrame:
    birth = date_of(people.birth)
    unknown = pl.Series(~people.has_birthday)
    return table(
        "person",
        {
            "person_id": people.id,
            "gender_concept_id": np.where(people.is_female, 8532, 8507),
            "year_of_birth": birth.dt.year(),
            "month_of_birth": birth.dt.month().cast(pl.Int64).set(unknown, None),
            "day_of_birth": birth.dt.day().cast(pl.Int64).set(unknown, None),
            "person_source_value": pl.Series([f"P{number:07d}" for number in range(1, people.size + 1)]),
            "gender_source_value": words(("F", "M"), np.where(people.is_female, 0, 1)),
        },
    )


def _observed(people: People, stays: Stays) -> pl.LazyFrame:
    """From before the first stay to the last that is known; with a year's drugs for who has them at home."""
    first = stays.start[np.flatnonzero(stays.number == 1)]
    at_home = people.story == story("at home")
    start = first - np.where(at_home, 200, 10)
    end = np.maximum(last_days(people, stays), np.where(at_home, first + 112, 0))
    return table(
        "observation_period",
        {
            "observation_period_id": np.arange(1, people.size + 1),
            "person_id": people.id,
            "observation_period_start_date": date_of(start),
            "observation_period_end_date": date_of(end),
            "period_type_concept_id": 32817,
        },
    )


def _measurement(
    samples: pl.DataFrame, row_id: np.typing.NDArray[np.int64], people: People, stays: Stays, visits: Visits
) -> pl.LazyFrame:
    stay = samples["stay"].to_numpy().astype(np.int64)
    minute = samples["minute"].to_numpy()
    visit = visit_id(visit_at(visits, stays, stay, minute // 1440))
    concepts = np.array([UNIT_CONCEPTS[unit] for unit in UNITS])
    return table(
        "measurement",
        {
            "measurement_id": row_id,
            "person_id": people.id[stays.person[stay]],
            "measurement_concept_id": samples["concept"],
            "measurement_date": date_of(minute // 1440),
            "measurement_datetime": moment_of(minute),
            "measurement_type_concept_id": 32817,
            "operator_concept_id": samples["operator"],
            "value_as_number": numbers(samples["value"]),
            "unit_concept_id": ids(samples["unit"], concepts),
            "range_low": samples["low"],
            "visit_occurrence_id": pl.Series(visit).set(~samples["has_visit"], None),
            "measurement_source_value": words(SOURCES, samples["source"]),
            "unit_source_value": words(UNITS, samples["unit"]),
            "value_source_value": words(TEXTS, samples["text"]),
            RESULT: moment_of(samples["back"]),
        },
        also=(RESULT,),
    )


def _death(people: People, seed: int) -> tuple[pl.LazyFrame, pl.DataFrame]:
    """A row for each death that is told by more than the discharge; some have two, some who live have one."""
    random = dice(seed, "death")
    told = (people.death > NEVER) & ~(
        people.is_in_hospital & (random.random(people.size) < rate("people", "disposition"))
    )
    who = np.flatnonzero(told)
    twice = np.sort(
        random.choice(who, max(1, round(rate("dirt", "two death rows") * len(who))), replace=False)
    )
    living = np.flatnonzero((people.death == NEVER) & (people.story == 0))
    early_count = max(1, round(rate("dirt", "death before birth") * people.size))
    early = np.sort(random.choice(living, min(early_count, len(living)), replace=False))
    person = np.concatenate([who, twice, early])
    day = np.concatenate([people.death[who], people.death[twice] + 1, people.birth[early] - 400])
    columns = {"person_id": people.id[person], "death_date": date_of(day), "death_type_concept_id": 32817}
    dirt = pl.concat(
        [
            pl.DataFrame({"person_id": people.id[them]}).with_columns(
                pl.lit("death").alias("table"), row_id=pl.lit(None), kind=pl.lit(kind)
            )
            for kind, them in (("two death rows", twice), ("death before birth", early))
        ]
    )
    return table("death", columns), dirt


def _vocabulary() -> dict[str, pl.LazyFrame]:
    """The concepts that this hospital uses, and no others; names are short and our own where need be."""
    text = (files(__package__) / "concepts.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    size = len(rows)
    own = [int(row["concept_id"]) for row in rows]
    pairs = [(int(row["under"]), int(row["concept_id"]), 1) for row in rows if row["under"]]
    pairs += [(concept, concept, 0) for concept in own]
    first, last = (
        np.zeros(size, dtype=np.int64),
        np.full(size, 47_481),
    )  # 2099-12-31, as the vocabularies have it
    related = [pair for pair in pairs if pair[2]]
    products = [row for row in rows if row["mg"]]
    return {
        "concept": table(
            "concept",
            {
                "concept_id": own,
                "concept_name": [row["name"] for row in rows],
                "domain_id": [row["domain"] for row in rows],
                "vocabulary_id": [row["vocabulary"] for row in rows],
                "concept_class_id": [row["class"] for row in rows],
                "standard_concept": [row["standard"] or None for row in rows],
                "concept_code": [row["code"] for row in rows],
                "valid_start_date": date_of(first),
                "valid_end_date": date_of(last),
            },
        ),
        "concept_ancestor": table(
            "concept_ancestor",
            {
                "ancestor_concept_id": [pair[0] for pair in pairs],
                "descendant_concept_id": [pair[1] for pair in pairs],
                "min_levels_of_separation": [pair[2] for pair in pairs],
                "max_levels_of_separation": [pair[2] for pair in pairs],
            },
        ),
        "drug_strength": table(
            "drug_strength",
            {
                "drug_concept_id": [int(row["concept_id"]) for row in products],
                "ingredient_concept_id": [int(row["under"]) for row in products],
                "amount_value": [float(row["mg"]) for row in products],
                "amount_unit_concept_id": MILLIGRAM,
                "valid_start_date": date_of(first[: len(products)]),
                "valid_end_date": date_of(last[: len(products)]),
            },
        ),
        "concept_relationship": table(
            "concept_relationship",
            {
                "concept_id_1": [pair[1] for pair in related],
                "concept_id_2": [pair[0] for pair in related],
                "relationship_id": "Is a",
                "valid_start_date": date_of(first[: len(related)]),
                "valid_end_date": date_of(last[: len(related)]),
            },
        ),
    }


def _source(patients: int, seed: int) -> pl.LazyFrame:
    told = f"Synthetic. {patients} patients, seed {seed}, {len(stories())} stories. None of them ever lived."
    return table(
        "cdm_source",
        {
            "cdm_source_name": ["The hospital that never was"],
            "cdm_source_abbreviation": "SYNTH",
            "cdm_holder": "nobody",
            "source_description": told,
            "source_release_date": date_of([19_000]),
            "cdm_release_date": date_of([19_000]),
            "cdm_version": "5.4",
            "cdm_version_concept_id": 756265,  # CDM 5.4; recalled, not looked up
            "vocabulary_version": "only what is used",
        },
    )
