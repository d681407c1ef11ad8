"""A reviewer who reads the charts, mostly rightly: the answers that no record can give."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import polars as pl

from caseseries.records.synthetic.arrays import dice
from caseseries.records.synthetic.chart import CAUSES, MUTATED, RELATIVE, Chart, has_hlh
from caseseries.records.synthetic.people import People, Stays
from caseseries.records.synthetic.rates import rate

ANSWERS = ("patient", "question", "evidence", "answer", "certainty", "reason", "who", "when")
"""The columns of answers.csv."""
CHART_QUESTIONS = ("splenomegaly", "hemophagocytosis")


def review(
    by_stay: pl.DataFrame,
    findings: pl.DataFrame,
    causes: pl.DataFrame,
    given: pl.DataFrame,
    chart: Chart,
    stays: Stays,
    people: People,
    seed: int,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """answers.csv, and beside each answer the right one. At a seeded rate an answer is wrong."""
    notes = chart.notes
    asked = [
        *_treatment(given, notes, stays, people),
        *_chart(findings, notes),
        *_causes(causes, notes, stays, people),
        *_origin(by_stay, chart, stays),
    ]
    asked.sort(key=lambda question: (question["patient"], question["question"], question["evidence"]))
    random = dice(seed, "reviewer")
    rows: list[dict[str, Any]] = []
    # Who reads a chart a second time answers all of a question: of two causes, both.
    key = operator.itemgetter("patient", "question")
    twice = {
        one: bool(random.random() < rate("reviewer", "second")) for one in dict.fromkeys(map(key, asked))
    }
    for question in asked:
        for who in ("reviewer A", "reviewer B")[: 1 + twice[key(question)]]:
            is_wrong = bool(random.random() < rate("reviewer", "error"))
            answer = _wrong(question["right"], question["question"]) if is_wrong else question["right"]
            rows.append(
                {**question, "answer": answer, "who": who, "when": "2023-01-16", "is_wrong": is_wrong}
            )
    whole = pl.DataFrame(rows, infer_schema_length=None)
    return whole.select(ANSWERS), whole.select(
        pl.col("patient").alias("person_id"), "question", "evidence", "answer", "right", "is_wrong", "who"
    )


def _question(
    patient: int, question: str, evidence: str, right: str, reason: str, certainty: str = "stated"
) -> dict[str, Any]:
    return {
        "patient": patient,
        "question": question,
        "evidence": evidence,
        "right": right,
        "certainty": certainty,
        "reason": reason,
    }


def _treatment(
    given: pl.DataFrame, notes: dict[int, int], stays: Stays, people: People
) -> list[dict[str, Any]]:
    """Was anakinra given for HLH? Once for each stay in which it was given."""
    place = _places(stays, people)
    kinds = (
        given.filter(pl.col("drug") == "anakinra")
        .group_by("person_id", "stay")
        .agg(pl.col("reason").first(), pl.col("order_row").min())
    )
    asked = []
    for row in kinds.sort("person_id", "stay").iter_rows(named=True):
        note = notes[place[row["person_id"], row["stay"]]]
        evidence = f"drug_exposure:{row['order_row']}; note:{note}"
        right = "yes" if row["reason"] == "hlh" else "no"
        asked.append(
            _question(row["person_id"], "anakinra given for HLH", evidence, right, f"for {row['reason']}")
        )
    return asked


def _chart(findings: pl.DataFrame, notes: dict[int, int]) -> list[dict[str, Any]]:
    """The spleen and the marrow of who was looked at."""
    asked = []
    for row in findings.filter(pl.col("finding").is_in(CHART_QUESTIONS)).iter_rows(named=True):
        right = "yes" if row["state"] == "met" else "no"
        evidence = f"note:{notes[row['stay_row']]}"
        asked.append(_question(row["person_id"], row["finding"], evidence, right, "as the note says"))
    return asked


def _causes(
    causes: pl.DataFrame, notes: dict[int, int], stays: Stays, people: People
) -> list[dict[str, Any]]:
    place = _places(stays, people)
    return [
        _question(
            row["person_id"],
            "cause",
            f"note:{notes[place[row['person_id'], row['stay']]]}",
            row["cause"],
            "as the note says",
            row["certainty"],
        )
        for row in causes.iter_rows(named=True)
    ]


def _origin(by_stay: pl.DataFrame, chart: Chart, stays: Stays) -> list[dict[str, Any]]:
    """Is there a mutation, and is it in the family? Asked of whoever has HLH."""
    patients = by_stay["person_id"].to_list()
    return [
        _question(
            patients[place],
            question,
            f"note:{chart.notes[place]}",
            "yes" if chart.origins.get(place) == question else "no",
            "as the note says",
        )
        for place in np.flatnonzero(has_hlh(stays)).tolist()
        for question in (MUTATED, RELATIVE)
    ]


def _places(stays: Stays, people: People) -> dict[tuple[int, int], int]:
    """Where the stays with a story stand."""
    places = np.flatnonzero(stays.story > 0)
    person = people.id[stays.person[places]].tolist()
    numbered = zip(person, stays.number[places].tolist(), places.tolist(), strict=True)
    return {(who, number): place for who, number, place in numbered}


def _wrong(right: str, question: str) -> str:
    if question == "cause":
        others = [cause for cause in CAUSES if cause != right]
        return others[len(right) % len(others)]
    return "no" if right == "yes" else "yes"
