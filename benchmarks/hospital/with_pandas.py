"""The screening as a competent analyst does it in pandas: `with_pandas.py HOSPITAL VERDICTS.parquet`.

The same stays, bounds and days as `by_hand.sql`, without the rows that decided and without the day known. It
runs in an environment of its own with pandas and pyarrow, which `measure.py` makes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

TESTS = (
    "fever hemoglobin platelets neutrophils triglycerides fibrinogen ferritin cd25 nk spleen marrow".split()
)
FEVER, NEUTROPHILS, NK, SPLEEN, MARROW = (
    TESTS.index(one) for one in ("fever", "neutrophils", "nk", "spleen", "marrow")
)
LEUKOCYTES, SHARE = 20, 21
WIDE = 1920
"""Bits of the tests that stand together for 14 days; the others do for 7."""
TEMPERATURES = (3020891, 3006322)
AT_LEAST, BELOW, AT_MOST, LIMIT_OF_LAB, PLAIN = range(5)
RULES = [
    *((concept, "Cel", FEVER, AT_LEAST, 38.5, 25, 45) for concept in TEMPERATURES),
    *((concept, "degF", FEVER, AT_LEAST, 101.3, 77, 113) for concept in TEMPERATURES),
    (3000963, "g/dL", 1, BELOW, 9.0, 1, 26),
    (3000963, "g/L", 1, BELOW, 90.0, 10, 260),
    (3024929, "10*9/L", 2, BELOW, 100.0, 0, 5000),
    (3024929, "/uL", 2, BELOW, 100_000.0, 0, 5_000_000),
    (3013650, "10*9/L", 3, BELOW, 1.0, 0, 300),
    (3013650, "/uL", 3, BELOW, 1000.0, 0, 300_000),
    (3022192, "mg/dL", 4, AT_LEAST, 265.0, 5, 20_000),
    (3022192, "mmol/L", 4, AT_LEAST, 3.0, 0.0564525234, 225.810094),
    (3016407, "g/L", 5, AT_MOST, 1.5, 0, 20),
    (3016407, "mg/dL", 5, AT_MOST, 150.0, 0, 2000),
    (3001122, "ng/mL", 6, AT_LEAST, 500.0, 1, 1_000_000),
    (2000000001, "U/mL", 7, AT_LEAST, 2400.0, 1, 1_000_000),
    (3000905, "10*9/L", LEUKOCYTES, PLAIN, 0.0, 0, 1000),
    (3008342, "%", SHARE, PLAIN, 0.0, 0, 100),
]
NK_CONCEPT = 2000000002
CONCEPTS = [*dict.fromkeys(rule[0] for rule in RULES), NK_CONCEPT]
UNIT_OF_CONCEPT = {
    586323: "Cel", 8653: "Cel", 9289: "degF", 8713: "g/dL", 8636: "g/L", 8848: "10*9/L", 9444: "10*9/L",
    8784: "/uL", 8840: "mg/dL", 8753: "mmol/L", 8842: "ng/mL", 8748: "ng/mL", 8763: "U/mL", 8554: "%",
    8845: "pg/mL",
}  # fmt: skip
UNIT_OF_SPELLING = {
    "c": "Cel", "°c": "Cel", "cel": "Cel", "f": "degF", "degf": "degF", "deg. f": "degF", "g/dl": "g/dL",
    "gm/dl": "g/dL", "g/l": "g/L", "mg/dl": "mg/dL", "mmol/l": "mmol/L", "%": "%", "k/ul": "10*9/L",
    "10*3/ul": "10*9/L", "x10e3/ul": "10*9/L", "10*9/l": "10*9/L", "10^9/l": "10*9/L", "/ul": "/uL",
    "cells/ul": "/uL", "ng/ml": "ng/mL", "ug/l": "ng/mL", "mcg/l": "ng/mL", "u/ml": "U/mL",
}  # fmt: skip
UNITS = [*dict.fromkeys(UNIT_OF_CONCEPT.values()), "none", "unknown"]
NONE, UNKNOWN = len(UNITS) - 2, len(UNITS) - 1
SIGN_OF_CONCEPT = {4172704: 2, 4171756: -2, 4171755: 1, 4171754: -1}
SIGN_OF_TEXT = {">": 2, "<": -2, ">=": 1, "<=": -1, "≥": 1, "≤": -1}
PRESENT = ("present", "yes", "seen", "found", "positive", "enlarged", "true")
ABSENT = ("absent", "no", "none", "not seen", "not found", "negative", "not enlarged", "normal", "false")
MET, UNDECIDED, DENIED = 2, 1, 0


def main(hospital: str, verdicts: str) -> None:
    folder = Path(hospital)
    readings = pd.concat([measured(folder), said(folder)], ignore_index=True)
    met = readings.loc[readings["truth"] == MET, ["person_id", "test"]].drop_duplicates()
    ever = met.assign(bit=np.left_shift(1, met["test"].to_numpy())).groupby("person_id")["bit"].sum()
    people = ever.index[lower(ever.to_numpy()) >= 4]
    stays = stays_of(folder, people)
    near = readings[readings["person_id"].isin(people)].merge(stays, on="person_id")
    near = near[near["day"].between(near["start"], near["end"])]
    rows = [
        (stay, *found) for stay, mine in near.groupby("stay") if (found := judged(mine)) and found[0] >= 4
    ]
    found = pd.DataFrame(rows, columns=["stay", "lower", "upper", "anchor"])
    whole = stays.merge(found, on="stay").sort_values(["person_id", "start"])
    whole.to_parquet(verdicts, index=False)


# ---- Readings: person, day, test, truth ----


def measured(folder: Path) -> pd.DataFrame:
    rows = pq.read_table(
        folder / "measurement.parquet",
        columns=[
            "measurement_id", "person_id", "measurement_concept_id", "measurement_date",
            "measurement_datetime", "operator_concept_id", "value_as_number", "unit_concept_id", "range_low",
            "unit_source_value", "value_source_value",
        ],
        filters=[("measurement_concept_id", "in", CONCEPTS)],
    ).to_pandas(date_as_object=False, strings_to_categorical=True)  # fmt: skip
    value, sign = values(rows)
    unit = units(rows, value)
    place = rows["measurement_concept_id"].map({one: i for i, one in enumerate(CONCEPTS)}).to_numpy()
    test, kind, edge, low, high = (column[place, unit] for column in rule_tables())
    is_nk = rows["measurement_concept_id"].to_numpy() == NK_CONCEPT
    test, kind = np.where(is_nk, NK, test), np.where(is_nk, LIMIT_OF_LAB, kind)
    edge = np.where(is_nk, rows["range_low"], edge)
    usable = (test >= 0) & np.isfinite(value) & np.isfinite(edge)
    usable &= is_nk | np.where(sign < 0, value > 0, (value >= low) & (value <= high))
    usable &= (kind != PLAIN) | (sign == 0)
    truth = truths(kind, value, sign, edge)
    readings = rows.loc[usable, ["person_id", "measurement_id", "measurement_datetime"]].assign(
        day=rows["measurement_date"], test=test[usable], truth=truth[usable], value=value[usable]
    )
    is_part = readings["test"] >= LEUKOCYTES
    parts = products(readings[is_part])
    return pd.concat([readings[~is_part], parts])[["person_id", "day", "test", "truth"]]


def values(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The number of each row, NaN where there is none, and on which side of it the true one lies."""
    texts = rows["value_source_value"]
    read = texts.cat.categories.to_series().str.extract(
        r"^\s*(?P<sign>[<>]=?|[≤≥])?\s*(?P<number>[-+\d.,eE]+)\s*$"
    )
    number = pd.to_numeric(read["number"].str.replace(",", ""), errors="coerce")
    value = rows["value_as_number"].to_numpy(copy=True)
    coded = texts.cat.codes.to_numpy()
    only_text = ~np.isfinite(value)
    value[only_text] = np.append(number.to_numpy(), np.nan)[coded[only_text]]
    sign_of_text = np.append(read["sign"].map(SIGN_OF_TEXT).fillna(0).to_numpy(), 0)[coded]
    sign = rows["operator_concept_id"].map(SIGN_OF_CONCEPT).to_numpy(dtype=float)
    return value, np.where(np.isnan(sign), sign_of_text, sign)


def units(rows: pd.DataFrame, value: np.ndarray) -> np.ndarray:
    """The place of each row's unit in UNITS: by its concept, else by its spelling."""
    named = rows["unit_concept_id"].map({one: UNITS.index(name) for one, name in UNIT_OF_CONCEPT.items()})
    spellings = rows["unit_source_value"].cat.categories.str.strip().str.lower()
    of_spelling = [
        NONE if one == "" else UNITS.index(UNIT_OF_SPELLING.get(one, "unknown")) for one in spellings
    ]
    spelt = np.array([*of_spelling, NONE])[rows["unit_source_value"].cat.codes]
    spelt = np.where((spelt == NONE) & (rows["unit_concept_id"].fillna(0) != 0), UNKNOWN, spelt)
    unit = np.where(named.isna(), spelt, named.fillna(0)).astype(int)
    # A temperature without a unit is told by its value.
    warm = (unit == NONE) & rows["measurement_concept_id"].isin(TEMPERATURES).to_numpy()
    unit[warm & (value >= 25) & (value <= 45)] = UNITS.index("Cel")
    unit[warm & (value >= 77) & (value <= 113)] = UNITS.index("degF")
    return unit


def rule_tables() -> list[np.ndarray]:
    """Test, kind, edge and plausible range, each by the place of the concept and of the unit."""
    tables = [np.full((len(CONCEPTS), len(UNITS)), -1.0) for _ in range(5)]
    for concept, unit, *rule in RULES:
        for table, one in zip(tables, rule, strict=True):
            table[CONCEPTS.index(concept), UNITS.index(unit)] = one
    return [tables[0].astype(int), tables[1].astype(int), *tables[2:]]


def truths(kind: np.ndarray, value: np.ndarray, sign: np.ndarray, edge: np.ndarray) -> np.ndarray:
    above = (value > edge) & (sign >= 0) | (value == edge) & (sign == 2)
    at_least = (value >= edge) & (sign >= 0)
    under = (value < edge) & (sign <= 0) | (value == edge) & (sign == -2)
    at_most = (value <= edge) & (sign <= 0)
    is_met = np.select([kind == AT_LEAST, kind == BELOW, kind == AT_MOST], [at_least, under, at_most])
    denied = np.select([kind == AT_LEAST, kind == BELOW, kind == AT_MOST], [under, at_least, above])
    truth = np.where(is_met, MET, np.where(denied, DENIED, UNDECIDED))
    return np.where(kind == LIMIT_OF_LAB, np.where(value < edge, MET, DENIED), truth)


def products(parts: pd.DataFrame) -> pd.DataFrame:
    """Neutrophils from leukocytes and their share, at one moment; of several the smallest row."""
    moment = parts["measurement_datetime"].fillna(parts["day"])
    first = parts.assign(moment=moment).sort_values("measurement_id")
    first = first.drop_duplicates(["person_id", "moment", "test"])
    white = first.loc[first["test"] == LEUKOCYTES, ["person_id", "moment", "value"]]
    both = first[first["test"] == SHARE].merge(white, on=["person_id", "moment"], suffixes=("", "_white"))
    count = both["value_white"] * both["value"] / 100
    both = both.assign(test=NEUTROPHILS, truth=np.where(count < 1.0, MET, DENIED))
    return both[count.between(0, 300)]


def said(folder: Path) -> pd.DataFrame:
    spleens = pq.read_table(
        folder / "condition_occurrence.parquet",
        columns=["person_id", "condition_start_date"],
        filters=[("condition_concept_id", "in", [200527, 4064314])],
    ).to_pandas(date_as_object=False)
    spleens = spleens.rename(columns={"condition_start_date": "day"}).assign(test=SPLEEN, truth=MET)
    marrows = pq.read_table(
        folder / "observation.parquet",
        columns=["person_id", "observation_date", "value_as_string", "value_source_value"],
        filters=[("observation_concept_id", "==", 2000000010)],
    ).to_pandas(date_as_object=False)
    word = marrows["value_as_string"].fillna(marrows["value_source_value"]).fillna("present")
    word = word.str.strip().str.lower()
    truth = np.select([word.isin(PRESENT), word.isin(ABSENT)], [MET, DENIED], -1)
    marrows = marrows.assign(test=MARROW, truth=truth).rename(columns={"observation_date": "day"})
    return pd.concat([spleens, marrows[truth >= 0]])[["person_id", "day", "test", "truth"]]


# ---- Stays and windows ----


def stays_of(folder: Path, people: pd.Index) -> pd.DataFrame:
    visits = pq.read_table(
        folder / "visit_occurrence.parquet",
        columns=["visit_occurrence_id", "person_id", "visit_start_date", "visit_end_date"],
        filters=[("visit_concept_id", "in", [9201, 262, 8717])],
    ).to_pandas(date_as_object=False)
    visits.columns = ["stay", "person_id", "start", "end"]
    visits["end"] = visits["end"].fillna(visits["start"])
    visits = visits[visits["person_id"].isin(people) & (visits["end"] >= visits["start"])]
    visits = visits.sort_values(["person_id", "start", "end", "stay"])
    latest = visits.groupby("person_id")["end"].cummax().groupby(visits["person_id"]).shift()
    is_new = ~(visits["start"] <= latest + pd.Timedelta(days=1))
    stays = visits.groupby(is_new.cumsum()).agg(
        person_id=("person_id", "first"), stay=("stay", "first"), start=("start", "first"), end=("end", "max")
    )
    return stays[stays["start"].between("2009-01-01", "2022-01-01")]


def judged(evidence: pd.DataFrame) -> tuple[int, int, pd.Timestamp] | None:
    """Lower, upper and anchor of one stay."""
    bit, truth = 1 << evidence["test"].to_numpy(), evidence["truth"].to_numpy()
    days = evidence["day"].to_numpy().astype("datetime64[D]").astype(int)
    best: tuple[int, int, int] | None = None
    for day in np.unique(days):
        ago = day - days
        stands = (ago >= 0) & (np.where(bit & WIDE, 14, 7) > ago)
        met, undecided, denied = (
            int(np.bitwise_or.reduce(bit[stands & (truth == one)], initial=0))
            for one in (MET, UNDECIDED, DENIED)
        )
        count = int(lower(np.array([met]))[0])
        if best is None or count > best[0]:
            best = count, upper(denied & ~met & ~undecided), day
        if count >= 5:
            break
    return best and (best[0], best[1], pd.Timestamp(best[2], unit="D"))


def lower(met: np.ndarray) -> np.ndarray:
    """How many criteria are met, by the bits of the tests that are."""
    bits = (met[:, None] >> np.arange(len(TESTS))) & 1
    return bits[:, 0] + (bits[:, 1:4].sum(1) >= 2) + (bits[:, 4:6].sum(1) >= 1) + bits[:, 6:].sum(1)


def upper(denied: int) -> int:
    """How many criteria may be met, by the bits of the tests that are not."""
    bits = [denied >> one & 1 for one in range(len(TESTS))]
    return 8 - bits[0] - (sum(bits[1:4]) >= 2) - (sum(bits[4:6]) == 2) - sum(bits[6:])


if __name__ == "__main__":
    main(*sys.argv[1:])
