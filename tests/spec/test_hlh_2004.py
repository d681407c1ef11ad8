"""HLH-2004, every line at its limit, just below and just above it, in every unit that is printed or common.

Source: Henter JI et al. Pediatr Blood Cancer 2007;48:124-131.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caseseries.criteria.bedside import criteria

Assess = Callable[[str, str, str], None]


@pytest.mark.parametrize("definition", ["hlh-2004", "hlh-2024"])
def test_fever(assess: Assess, definition: str) -> None:
    assess(
        definition,
        "fever",
        """
        patient | temperature   | verdict
        1       | 38.5 Cel      | met
        2       | 38.4 Cel      | not met
        3       | 38.49 °C      | not met
        4       | 101.3 degF    | met
        5       | 101.2 [degF]  | not met
        6       | 101.3         | met
        7       | 38.4          | not met
        8       | >38 Cel       | unknown
        9       | >38.5 Cel     | met
        10      |               | unknown
        11      | 101.3 Cel     | unknown
        12      | 60            | unknown
        """,
    )


@pytest.mark.parametrize("definition", ["hlh-2004", "hlh-2024"])
def test_splenomegaly_and_hemophagocytosis(assess: Assess, definition: str) -> None:
    for finding in ("splenomegaly", "hemophagocytosis"):
        assess(
            definition,
            finding,
            f"""
            patient | {finding} | verdict
            1       | present   | met
            2       | Yes       | met
            3       | absent    | not met
            4       | not seen  | not met
            5       | perhaps   | unknown
            6       |           | unknown
            """,
        )


@pytest.mark.parametrize("definition", ["hlh-2004", "hlh-2024"])
def test_two_lineages_are_enough(assess: Assess, definition: str) -> None:
    assess(
        definition,
        "cytopenias",
        """
        patient | hemoglobin | platelets  | neutrophils | verdict
        1       | 71 g/L     | 22 10*9/L  | 3.1 10*9/L  | met
        2       | 71 g/L     | 180 10*9/L |             | unknown
        3       | 120 g/L    | 180 10*9/L |             | not met
        4       | 71 g/L     | 22 10*9/L  |             | met
        5       | 120 g/L    |            |             | unknown
        6       | 71 g/L     | 180 10*9/L | 3.1 10*9/L  | not met
        7       |            |            |             | unknown
        """,
    )


@pytest.mark.parametrize("definition", ["hlh-2004", "hlh-2024"])
def test_each_lineage_is_strictly_below_its_limit(assess: Assess, definition: str) -> None:
    assess(
        definition,
        "cytopenias",
        """
        patient | hemoglobin  | platelets   | neutrophils  | verdict
        1       | 8.9 g/dL    | 99 10*9/L   | 5 K/uL       | met
        2       | 9.0 g/dL    | 99 10*9/L   | 5 K/uL       | not met
        3       | 9.1 g/dL    | 99 10*9/L   | 5 K/uL       | not met
        4       | 89 g/L      | 99 10*9/L   | 5 K/uL       | met
        5       | 90 g/L      | 99 10*9/L   | 5 K/uL       | not met
        6       | 8.9 g/dL    | 100 10*9/L  | 5 K/uL       | not met
        7       | 8.9 g/dL    | 101 10*9/L  | 5 K/uL       | not met
        8       | 8.9 g/dL    | 99 K/uL     | 5 K/uL       | met
        9       | 8.9 g/dL    | 100 x10E3/uL| 5 K/uL       | not met
        10      | 8.9 g/dL    | 99,999 /uL  | 5 K/uL       | met
        11      | 8.9 g/dL    | 100,000 /uL | 5 K/uL       | not met
        12      | 8.9 g/dL    | 300 10*9/L  | 0.99 10*9/L  | met
        13      | 8.9 g/dL    | 300 10*9/L  | 1.0 10*9/L   | not met
        14      | 8.9 g/dL    | 300 10*9/L  | 1.01 10*9/L  | not met
        15      | 8.9 g/dL    | 300 10*9/L  | 999 cells/uL | met
        16      | 8.9 g/dL    | 300 10*9/L  | 1000 /mm3    | not met
        17      | 8.9 g/dL    | <100 10*9/L | 5 K/uL       | met
        18      | 8.9 g/dL    | <=100 10*9/L| 5 K/uL       | unknown
        19      | 8.9 g/dL    | <5 10*9/L   | 5 K/uL       | met
        20      | 5.5 mmol/L  | 99 10*9/L   | 5 K/uL       | met
        21      | 5.6 mmol/L  | 99 10*9/L   | 5 K/uL       | not met
        """,
    )


@pytest.mark.parametrize("definition", ["hlh-2004", "hlh-2024"])
def test_triglycerides_or_fibrinogen(assess: Assess, definition: str) -> None:
    assess(
        definition,
        "triglycerides or fibrinogen",
        """
        patient | triglycerides | fibrinogen | verdict
        1       | 3.0 mmol/L    | 4 g/L      | met
        2       | 2.99 mmol/L   | 4 g/L      | not met
        3       | 3.01 mmol/L   | 4 g/L      | met
        4       | 265 mg/dL     | 4 g/L      | met
        5       | 264 mg/dL     | 4 g/L      | not met
        6       | 266 mg/dL     | 4 g/L      | met
        7       | 1 mmol/L      | 1.5 g/L    | met
        8       | 1 mmol/L      | 1.51 g/L   | not met
        9       | 1 mmol/L      | 1.49 g/L   | met
        10      | 1 mmol/L      | 150 mg/dL  | met
        11      | 1 mmol/L      | 151 mg/dL  | not met
        12      | 1 mmol/L      | 149 mg/dL  | met
        13      | 1 mmol/L      |            | unknown
        14      |               | 4 g/L      | unknown
        15      |               | 100 mg/dL  | met
        16      | >250 mg/dL    | 4 g/L      | unknown
        """,
    )


def test_nk_activity_is_low_or_absent(assess: Assess) -> None:
    assess(
        "hlh-2004",
        "nk activity",
        """
        patient | nk activity | verdict
        1       | low         | met
        2       | Absent      | met
        3       | normal      | not met
        4       | yes         | unknown
        5       | 7 %         | unknown
        6       |             | unknown
        """,
    )


@pytest.mark.parametrize("definition", ["hlh-2004", "hlh-2024"])
def test_ferritin(assess: Assess, definition: str) -> None:
    assess(
        definition,
        "ferritin",
        """
        patient | ferritin       | verdict
        1       | 500 ng/mL      | met
        2       | 499.9 ng/mL    | not met
        3       | 501 ng/mL      | met
        4       | 500 ug/L       | met
        5       | 499 µg/L       | not met
        6       | >33,511 ng/mL  | met
        7       | <600 ng/mL     | unknown
        8       | <500 ng/mL     | not met
        9       | <=500 ng/mL    | unknown
        10      | >=500 ng/mL    | met
        11      | >499 ng/mL     | unknown
        12      | 1123.5 pmol/L  | met
        13      | 1123.4 pmol/L  | not met
        14      |                | unknown
        15      | 2,000,000 ng/mL| unknown
        """,
    )


@pytest.mark.parametrize("definition", ["hlh-2004", "hlh-2024"])
def test_soluble_cd25_is_never_compared_in_pg(assess: Assess, definition: str) -> None:
    assess(
        definition,
        "soluble cd25",
        """
        patient | soluble cd25 | verdict
        1       | 2400 U/mL    | met
        2       | 2399 U/mL    | not met
        3       | 2401 U/mL    | met
        4       | 9,000 pg/mL  | unknown
        5       | 300 pg/mL    | unknown
        6       | 2400 IU/mL   | unknown
        7       |              | unknown
        """,
    )


MET = {
    "fever": "temperature 39 Cel",
    "splenomegaly": "splenomegaly",
    "cytopenias": "hb 7 g/dL",
    "triglycerides or fibrinogen": "fibrinogen 100 mg/dL",
    "hemophagocytosis": "hemophagocytosis present",
    "nk activity": "nk activity low",
    "ferritin": "ferritin 9000 ng/mL",
    "soluble cd25": "scd25 5000 U/mL",
}


def said(*names: str) -> list[str]:
    return [MET[name] for name in names] + ["platelets 20 K/uL"]


@pytest.mark.parametrize(
    "names, whole",
    [
        ((), "0 to 8 of 8; 5 are needed: unknown"),
        (("fever", "cytopenias", "ferritin", "splenomegaly"), "4 to 8 of 8; 5 are needed: unknown"),
        (
            ("fever", "cytopenias", "ferritin", "splenomegaly", "nk activity"),
            "5 to 8 of 8; 5 are needed: met",
        ),
        (tuple(MET), "8 of 8; 5 are needed: met"),
    ],
)
def test_five_of_eight(names: tuple[str, ...], whole: str) -> None:
    assert criteria("hlh-2004").assess(said(*names) if names else []).summary == whole


def test_four_met_and_four_looked_for_in_vain_are_not_enough() -> None:
    vain = ["no hemophagocytosis", "nk activity normal", "scd25 900 U/mL", "no splenomegaly"]
    found = [*said("fever", "cytopenias", "ferritin"), "tg 300 mg/dL"]
    looked = criteria("hlh-2004").assess([*found, *vain])
    assert looked.summary == "4 of 8; 5 are needed: not met"
    assert looked.open == ()


def test_hlh_2024_does_not_ask_for_nk_activity_and_says_what_is_recalled() -> None:
    five = said("fever", "cytopenias", "ferritin", "splenomegaly", "soluble cd25")
    whole = criteria("hlh-2024").assess([*five, "nk activity low"])
    assert whole.summary == "5 to 7 of 7; 5 are needed: met"
    assert [finding.name for finding in whole.not_asked] == ["nk activity"]
    assert any("recalled" in caution for caution in whole.cautions)
    assert criteria("hlh-2004").assess(five).cautions == ()
