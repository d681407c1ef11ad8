"""Screening, row by row, as docs/screening.md has it: the same for every engine that screens.

A line is a patient, with one stay of days 1 to 20 where no other is written. `3: 900` is 900 on day 3.
"""

from __future__ import annotations

import pytest
from tests.referee.engines import ENGINES
from tests.referee.making import hospital, measured, protocol, visit, whole
from tests.referee.tables import Engine, counted, promise, screened, ward

from caseseries.evidence.truth import Truth
from caseseries.records.codebook_reading import read_codebook

pytestmark = pytest.mark.parametrize("engine", ENGINES)


# ---- Rows: which are of a finding, and whose ----


def test_codes_and_what_stands_under_them(engine: Engine) -> None:
    """Descendants count where the codebook asks for them; a hospital's own name in any case."""
    below = [(45_000_001, 3020891), (45_000_003, 3001122)]
    ancestors = [
        whole("concept_ancestor", descendant_concept_id=low, ancestor_concept_id=high) for low, high in below
    ]
    cases = {
        ("body temperature", 3006322, None, "39 C"): Truth.MET,
        ("body temperature", 45_000_001, None, "39 C"): Truth.MET,
        ("body temperature", 45_000_009, None, "39 C"): Truth.UNKNOWN,
        ("ferritin", 45_000_003, None, "900 ng/mL"): Truth.UNKNOWN,
        ("soluble cd25", 0, "IL2RS", "9000 U/mL"): Truth.MET,
        ("soluble cd25", 0, "il2rs", "9000 U/mL"): Truth.MET,
        ("soluble cd25", 0, "IL2R", "9000 U/mL"): Truth.UNKNOWN,
    }
    for (finding, concept, name, value), truth in cases.items():
        rows, _ = ward([{finding: f"1: {value}"}])
        row = rows.tables["measurement"][0]
        row |= {"measurement_concept_id": concept, "measurement_source_value": name}
        rows.tables["concept_ancestor"] += ancestors
        asked = counted(1, "fever", "ferritin", "soluble cd25")
        verdict = engine(rows, protocol(promise(asked)), read_codebook(), []).verdicts[0]
        names = ["body temperature", "ferritin", "soluble cd25"]
        assert verdict.tests[names.index(finding)][0] is truth, (finding, concept, name)


def test_ids_that_no_float_can_tell_apart(engine: Engine) -> None:
    """Two patients with half of the evidence each; and of two rows the one with the smaller id decides."""
    big = 2**53
    rows = [("visit_occurrence", visit(-big - person, person, 1, 9)) for person in (big, big + 1)]
    rows += [
        ("measurement", measured(big + 1, big, "ferritin", 1, 900, "ng/mL")),
        ("measurement", measured(big, big, "ferritin", 1, 900, "ng/mL")),
        ("measurement", measured(big + 2, big + 1, "body temperature", 1, 39, "C")),
    ]
    asked = protocol(promise(counted(2, "fever", "ferritin")))
    verdicts = engine(hospital(rows), asked, read_codebook(), []).verdicts
    told = {one.person: (one.stay_id, one.lower, one.tests[1][1]) for one in verdicts}
    assert told == {big: (-2 * big, 1, f"measurement:{big}"), big + 1: (-2 * big - 1, 1, "")}


# ---- Rows: values, operators, units ----


def test_operators_and_texts(engine: Engine) -> None:
    """At least 500: what is only known to lie beyond a number can decide, or not."""
    screened(
        engine,
        promise(counted(1, "ferritin")),
        """
        what                             | ferritin, ng/mL | ferritin is
        exactly the limit                | 1: 500          | met
        just below it                    | 1: 499.9        | not met
        above a number below the limit   | 1: >400         | unknown
        above a number beyond the limit  | 1: >33511       | met
        below a number beyond the limit  | 1: <600         | unknown
        below the limit itself           | 1: <500         | not met
        at most the limit                | 1: <=500        | unknown
        at least the limit               | 1: >=500        | met
        a text alone                     | 1: ">33,511"    | met
        a text without an operator       | 1: "612.5"      | met
        a number, its operator in a text | 1: 600 "<600"   | unknown
        a space within the text          | 1: 600 "< 600"  | unknown
        a sign of one letter             | 1: 600 "≤600"   | unknown
        a text that is no number         | 1: 600 "<LOD"   | unknown
        the operator before the text's   | 1: >600 "<600"  | met
        the number before the text's     | 1: 600 "400"    | met
        NaN, and a text                  | 1: NaN "600"    | met
        one that decides beside it       | 1: <600; 2: 900 | met
        one that denies beside it        | 1: <600; 1: 90  | unknown
        """,
    )


def test_below_and_at_most(engine: Engine) -> None:
    """Fibrinogen at most 150 mg/dL includes 150; platelets below 100 do not include 100."""
    screened(
        engine,
        promise(counted(1, "fibrinogen", "platelets")),
        """
        fibrinogen   | fibrinogen is | platelets     | platelets is
        1: 150 mg/dL | met           | 1: 100 K/uL   | not met
        1: 151 mg/dL | not met       | 1: 99 K/uL    | met
        1: 1.5 g/L   | met           | 1: 99900 /uL  | met
        1: <1.6 g/L  | unknown       | 1: <100 K/uL  | met
        1: <=1.5 g/L | met           | 1: <=100 K/uL | unknown
        1: >1.5 g/L  | not met       | 1: >99 K/uL   | unknown
        1: <50 mg/dL | met           | 1: >=100 K/uL | not met
        """,
    )


def test_units(engine: Engine) -> None:
    """A result is compared in its own unit; without one only a temperature can be told, by its value."""
    screened(
        engine,
        promise(counted(1, "fever")),
        """
        what                    | temp          | temp is
        the limit in Celsius    | 1: 38.5 C     | met
        the limit in Fahrenheit | 1: 101.3 F    | met
        just below it           | 1: 101.2 °F   | not met
        Fahrenheit by its value | 1: 101.3      | met
        Celsius by its value    | 1: 38.4       | not met
        whatever its operator   | 1: <101.3     | not met
        and in Celsius          | 1: <39        | unknown
        neither by its value    | 1: 60         | unknown
        Fahrenheit called C     | 1: 101.3 C    | unknown
        a unit that is none     | 1: 39 furlong | unknown
        """,
    )
    screened(
        engine,
        promise(counted(1, "triglycerides", "soluble cd25")),
        """
        what                     | triglycerides  | triglycerides is | scd25          | scd25 is
        as the source prints it  | 1: 265 mg/dL   | met              | 1: 2400 U/mL   | met
        in its other unit        | 1: 3.0 mmol/L  | met              | 1: 2400 kU/L   | met
        2.99 mmol/L is 265 mg/dL | 1: 2.99 mmol/L | not met          | 1: 2399 U/mL   | not met
        an assay without a way   | 1: 900         | unknown          | 1: 90000 pg/mL | unknown
        """,
    )


def test_the_concept_of_a_unit_comes_before_its_spelling(engine: Engine) -> None:
    """A concept that is not known, or 0, leaves it to the spelling."""
    cases = {
        (8842, "pg/mL"): Truth.MET,
        (0, "ng/mL"): Truth.MET,
        (4_000_000, "ng/mL"): Truth.MET,
        (4_000_000, None): Truth.UNKNOWN,
        (8845, "ng/mL"): Truth.UNKNOWN,
    }
    for (concept, spelling), truth in cases.items():
        rows, _ = ward([{"ferritin, ng/mL": "1: 900"}])
        rows.tables["measurement"][0] |= {"unit_concept_id": concept, "unit_source_value": spelling}
        whole = engine(rows, protocol(promise(counted(1, "ferritin"))), read_codebook(), [])
        assert whole.verdicts[0].tests[0][0] is truth, (concept, spelling)


def test_what_is_set_aside_was_not_looked_for(engine: Engine) -> None:
    """It decides nothing, and is counted with the reason."""
    whole = screened(
        engine,
        promise(counted(1, "ferritin", "hemophagocytosis")),
        """
        what                    | ferritin             | ferritin is | hemophagocytosis  | hemophagocytosis is
        no value                | 1: ng/mL             | unknown     |                   | unknown
        not a number            | 1: NaN ng/mL         | unknown     |                   | unknown
        a text that is none     | 1: "HEMOLYZED" ng/mL | unknown     |                   | unknown
        no unit                 | 1: 900               | unknown     |                   | unknown
        no such unit            | 1: 900 furlong       | unknown     |                   | unknown
        too high to be true     | 1: 1000001 ng/mL     | unknown     |                   | unknown
        the highest that can be | 1: 1000000 ng/mL     | met         |                   | unknown
        too low to be true      | 1: -1 ng/mL          | unknown     |                   | unknown
        below nothing           | 1: <0 ng/mL          | unknown     |                   | unknown
        below the lowest        | 1: <0.5 ng/mL        | not met     |                   | unknown
        above the highest       | 1: >2000000 ng/mL    | unknown     |                   | unknown
        beside one that denies  | 1: 900; 1: 90 ng/mL  | not met     |                   | unknown
        a word unheard of       |                      | unknown     | 1: perhaps        | unknown
        and one that denies     |                      | unknown     | 1: perhaps; 1: no | not met
        """,
    )
    assert whole.set_aside == {
        ("ferritin", "no value"): 3,
        ("ferritin", "no unit"): 2,
        ("ferritin", "unknown unit"): 1,
        ("ferritin", "implausible"): 4,
        ("hemophagocytosis", "unknown word"): 2,
    }


def test_neutrophils_by_their_share(engine: Engine) -> None:
    """Leukocytes and the share at one moment, else of one day, give a count under the id of the share."""
    screened(
        engine,
        promise(counted(1, "neutrophils")),
        """
        what                | wbc, K/uL           | neutrophil share, % | anc, K/uL | anc is  | anc by
        at one moment       | 1 at 6: 1.8         | #7 1 at 6: 50       |           | met     | 7
        an hour apart       | 1 at 6: 1.8         | #7 1 at 7: 50       |           | unknown |
        of one day          | 1: 1.8              | #7 1: 50            |           | met     | 7
        of two days         | 1: 1.8              | #7 2: 50            |           | unknown |
        exactly the limit   | 1: 2.0              | #7 1: 50            |           | not met | 7
        within nine digits  | 1: 2.0              | #7 1: 49.99999999   |           | not met | 7
        and below it        | 1: 2.0              | #7 1: 49.9999999    |           | met     | 7
        in another unit     | 1: 1800 /uL         | #7 1: 50            |           | met     | 7
        the smallest id     | #4 1: 9; #-3 1: 1.8 | #7 1: 50            |           | met     | 7
        also of the shares  | 1: 2.5              | #8 1: 90; #7 1: 9   |           | met     | 7
        no plain number     | 1: <1.8             | #7 1: 50            |           | unknown |
        an implausible part | 1: 1.8              | #7 1: 500           |           | unknown |
        beside a direct one | 1: 1.8              | #7 1: 50            | #5 1: 4.0 | met     | 7
        a direct one first  | 1: 1.8              | #7 1: 50            | #5 1: 0.4 | met     | 5
        """,
    )


def test_words_and_the_laboratorys_own_limit(engine: Engine) -> None:
    screened(
        engine,
        promise(counted(1, "hemophagocytosis", "nk activity")),
        """
        what                  | hemophagocytosis | hemophagocytosis is | nk activity          | nk activity is
        as it is said         | 1: Present       | met                 | 1: 3 of 7            | met
        denied; at the limit  | 1: not seen      | not met             | 1: 7 of 7            | not met
        no word; no limit     | 1:               | met                 | 1: 3                 | unknown
        no words of it; text  | 1: see comment   | unknown             | 1: "3" of 7          | met
        below a limit; ditto  | 1: absent        | not met             | 1: <9 of 7           | unknown
        nothing; below both   |                  | unknown             | 1: <7 of 7           | met
        the better of the two | 1: no; 1: seen   | met                 | 1: 9 of 7; 1: 3 of 7 | met
        """,
    )
