"""HScore, every cell of its table at its limit, just below and just above it.

Source: Fardet L et al. Arthritis Rheumatol 2014;66:2613.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from caseseries.criteria.bedside import criteria
from caseseries.criteria.shelf import open_definition
from caseseries.evidence.bounds import Bounds

Assess = Callable[[str, str, str], None]


def test_immunosuppression(assess: Assess) -> None:
    assess(
        "hscore",
        "known underlying immunosuppression",
        """
        patient | immunosuppression | points
        1       | yes               | 18
        2       | no                | 0
        3       |                   | 0 to 18
        """,
    )


def test_temperature(assess: Assess) -> None:
    assess(
        "hscore",
        "temperature",
        """
        patient | temperature  | points
        1       | 38.3 Cel     | 0
        2       | 38.4 Cel     | 33
        3       | 38.5 Cel     | 33
        4       | 39.4 Cel     | 33
        5       | 39.41 Cel    | 49
        6       | 101.12 degF  | 33
        7       | 101.1 degF   | 0
        8       | 102.92 degF  | 33
        9       | 103 degF     | 49
        10      | >39 Cel      | 33 to 49
        11      | <39 Cel      | 0 to 33
        12      |              | 0 to 49
        """,
    )


def test_organomegaly(assess: Assess) -> None:
    assess(
        "hscore",
        "organomegaly",
        """
        patient | hepatomegaly | splenomegaly | points
        1       | absent       | absent       | 0
        2       | present      | absent       | 23
        3       | absent       | present      | 23
        4       | present      | present      | 38
        5       | present      |              | 23 to 38
        6       |              | absent       | 0 to 23
        7       |              |              | 0 to 38
        """,
    )


def test_cytopenias_include_their_limits_and_count_leukocytes(assess: Assess) -> None:
    assess(
        "hscore",
        "cytopenias",
        """
        patient | hemoglobin | leukocytes | platelets  | points
        1       | 9.3 g/dL   | 5.1 K/uL   | 111 K/uL   | 0
        2       | 9.2 g/dL   | 5.1 K/uL   | 111 K/uL   | 0
        3       | 9.2 g/dL   | 5.0 K/uL   | 111 K/uL   | 24
        4       | 9.2 g/dL   | 5.0 K/uL   | 110 K/uL   | 34
        5       | 9.1 g/dL   | 4.9 10*9/L | 109 10*9/L | 34
        6       | 9.3 g/dL   | 5.0 10*9/L | 110 10*9/L | 24
        7       | 92 g/L     | 5.1 K/uL   | 110 K/uL   | 24
        8       | 93 g/L     | 5.1 K/uL   | 110 K/uL   | 0
        9       | 9.2 g/dL   |            | 110 K/uL   | 24 to 34
        10      | 9.2 g/dL   |            |            | 0 to 34
        11      | 9.3 g/dL   |            |            | 0 to 24
        12      |            |            |            | 0 to 34
        13      | 9.2 g/dL   | 5000 /uL   | 110000 /uL | 34
        """,
    )


def test_ferritin(assess: Assess) -> None:
    assess(
        "hscore",
        "ferritin",
        """
        patient | ferritin      | points
        1       | 1999 ng/mL    | 0
        2       | 2000 ng/mL    | 35
        3       | 2001 ug/L     | 35
        4       | 6000 ng/mL    | 35
        5       | 6001 ng/mL    | 50
        6       | >3,000 ng/mL  | 35 to 50
        7       | >6,000 ng/mL  | 50
        8       | <3,000 ng/mL  | 0 to 35
        9       |               | 0 to 50
        """,
    )


def test_triglycerides(assess: Assess) -> None:
    assess(
        "hscore",
        "triglycerides",
        """
        patient | triglycerides | points
        1       | 1.49 mmol/L   | 0
        2       | 1.5 mmol/L    | 44
        3       | 1.51 mmol/L   | 44
        4       | 4 mmol/L      | 44
        5       | 4.01 mmol/L   | 64
        6       | 132.6 mg/dL   | 0
        7       | 132.7 mg/dL   | 44
        8       | 354 mg/dL     | 44
        9       | 354.1 mg/dL   | 64
        10      |               | 0 to 64
        """,
    )


def test_fibrinogen_and_aspartate_aminotransferase(assess: Assess) -> None:
    assess(
        "hscore",
        "fibrinogen",
        """
        patient | fibrinogen | points
        1       | 2.5 g/L    | 30
        2       | 2.51 g/L   | 0
        3       | 2.49 g/L   | 30
        4       | 250 mg/dL  | 30
        5       | 251 mg/dL  | 0
        6       |            | 0 to 30
        """,
    )
    assess(
        "hscore",
        "aspartate aminotransferase",
        """
        patient | ast         | points
        1       | 29 U/L      | 0
        2       | 30 U/L      | 19
        3       | 31 U/L      | 19
        4       | 30 IU/L     | 19
        5       | 0.5 ukat/L  | 19
        6       | 0.49 ukat/L | 0
        7       |             | 0 to 19
        """,
    )


def test_hemophagocytosis(assess: Assess) -> None:
    assess(
        "hscore",
        "hemophagocytosis",
        """
        patient | hemophagocytosis | points
        1       | seen             | 35
        2       | not seen         | 0
        3       |                  | 0 to 35
        """,
    )


# ---- The score and its probability ----

EVERYTHING = [
    "immunosuppression yes",
    "temperature 40 Cel",
    "hepatomegaly present",
    "splenomegaly present",
    "hb 7 g/dL",
    "wbc 1 K/uL",
    "plt 20 K/uL",
    "ferritin 50,000 ng/mL",
    "tg 5 mmol/L",
    "fibrinogen 1 g/L",
    "ast 200 U/L",
    "hemophagocytosis seen",
]


def test_the_highest_score_is_337() -> None:
    assert open_definition("hscore").most == 337
    whole = criteria("hscore").assess(EVERYTHING)
    assert whole.summary == "337 of 337 points; probability above 99 %"
    assert whole.truth is None


def test_what_is_missing_widens_the_score() -> None:
    whole = criteria("hscore").assess(EVERYTHING[1:-1])
    assert whole.bounds == Bounds(284, 337)
    assert [verdict.name for verdict in whole.open] == [
        "known underlying immunosuppression",
        "hemophagocytosis",
    ]


@pytest.mark.parametrize(
    "low, high, probability, recalled",
    [
        (0, 0, (0, 0.01), False),
        (90, 90, (0, 0.01), False),
        (91, 91, (0.01, 0.01), True),
        (160, 160, (0.25, 0.40), True),
        (161, 161, (0.40, 0.54), False),
        (169, 169, (0.40, 0.54), False),
        (170, 170, (0.40, 0.54), False),
        (171, 171, (0.54, 0.70), True),
        (208, 208, (0.88, 0.93), True),
        (240, 240, (0.98, 0.99), True),
        (241, 241, (0.99, 1), True),
        (337, 337, (0.99, 1), True),
        (150, 185, (0.16, 0.80), True),
    ],
)
def test_probability(low: int, high: int, probability: tuple[float, float], recalled: bool) -> None:
    table = open_definition("hscore").probabilities
    assert table is not None
    bins = table.between(Bounds(low, high))
    assert (bins[0].low, bins[-1].high) == probability
    assert any(one.recalled for one in bins) is recalled


PROBABILITY = """
0-90 0-1, 91-100 1-1, 101-110 1-3, 111-120 3-5, 121-130 5-9, 131-140 9-16, 141-150 16-25, 151-160 25-40,
161-170 40-54, 171-180 54-70, 181-190 70-80, 191-200 80-88, 201-210 88-93, 211-220 93-96, 221-230 96-98,
231-240 98-99, 241-337 99-100
"""
"""The points of each step, and its probability in percent, as calculators print them."""


def test_every_step_of_the_probability() -> None:
    table = open_definition("hscore").probabilities
    assert table is not None
    for step in re.split(r",\s+", PROBABILITY.strip()):
        points, percent = ([int(end) for end in part.split("-")] for part in step.split())
        for score in range(points[0], points[1] + 1):
            [one] = table.between(Bounds(score, score))
            assert [round(100 * one.low), round(100 * one.high)] == percent, score


def test_the_steps_of_the_probability_meet() -> None:
    table = open_definition("hscore").probabilities
    assert table is not None
    assert table.bins[0].low == 0
    assert table.bins[-1].up_to == 337
    assert all(table.between(Bounds(score, score)) for score in range(338))
    ends = [(one.low, one.high) for one in table.bins]
    assert ends == sorted(ends)
