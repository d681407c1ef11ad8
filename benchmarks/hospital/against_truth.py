"""The verdicts of the hand-written SQL beside what was planted: `against_truth.py HOSPITAL VERDICTS.parquet`.

Who was missed, who was found and not planted, the days, and the rows that decided. What is left over is one
of two: OMOP has no day of the result for an observation, and neutrophils of leukocytes and their share are
named by the share here (docs/screening.md) and by the leukocytes there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

NAMES = {
    "fever": "body_temperature", "hemoglobin": "hemoglobin", "platelets": "platelets",
    "neutrophils": "neutrophils", "triglycerides": "triglycerides", "fibrinogen": "fibrinogen",
    "ferritin": "ferritin", "soluble cd25": "soluble_cd25", "nk activity": "nk_activity",
    "splenomegaly": "splenomegaly", "hemophagocytosis": "hemophagocytosis",
}  # fmt: skip
"""The planted findings, and what the verdicts call them."""
WIDE = ("soluble cd25", "nk activity", "splenomegaly", "hemophagocytosis")
CRITERIA = (
    (1, ("fever",)),
    (2, ("hemoglobin", "platelets", "neutrophils")),
    (1, ("triglycerides", "fibrinogen")),
    *((1, (one,)) for one in ("ferritin", *WIDE)),
)
LATE = pl.date(9999, 1, 1)
NEUTROPHIL_SHARE = 3008342


def main(hospital: Path, verdicts: Path) -> None:
    stays = pl.read_parquet(hospital / "truth" / "stays.parquet")
    ours = pl.read_parquet(verdicts).rename({"stay": "first_visit"})
    both = stays.join(ours, on=["person_id", "first_visit"], how="left", suffix="_of_ours")
    in_setting = pl.col("start").is_between(pl.date(2009, 1, 1), pl.date(2022, 1, 1))
    planted, found = pl.col("met_by_record"), pl.col("lower").fill_null(0) >= 5
    short = pl.col("criteria_recorded") >= 4
    is_scattered = pl.col("story") == "scattered"
    near = pl.col("lower").is_not_null()
    not_met, other, shares = rows(both, hospital)
    counts = {
        "stays of the verdicts that are no planted stay": ours.height - both.filter(near).height,
        "planted by record, in the setting": both.filter(in_setting, planted).height,
        "of those, not found": both.filter(in_setting, planted, ~found).height,
        "found, and not planted": both.filter(found, ~planted).height,
        "found, on another day": both.filter(found, pl.col("anchor") != pl.col("day_met_by_record")).height,
        "found, with another day known": both.filter(
            found, pl.col("known").ne_missing(pl.col("day_known_by_record"))
        ).height,
        "of those, explained by an observation, which has no day of its result": explained(both, hospital),
        "four or more on record, not near, and not scattered": both.filter(
            in_setting, short, ~near, ~is_scattered
        ).height,
        "near, with fewer than four on record": both.filter(near, ~short).height,
        "tests planted as met that stand together, and were not found so": not_met,
        "tests met of another row than the planted one": other,
        "of those, a share of neutrophils in the place of its leukocytes": shares,
    }
    for what, count in counts.items():
        print(f"{count:7,}  {what}")


def findings(hospital: Path) -> pl.DataFrame:
    told = pl.read_parquet(hospital / "truth" / "findings.parquet")
    return told.filter(pl.col("table") != "note", state="met")


def explained(both: pl.DataFrame, hospital: Path) -> int:
    """Whose day known is the planted one once hemophagocytosis is known on the day of its sample."""
    seen = pl.col("table") == "observation"
    known = findings(hospital).with_columns(known=pl.when(seen).then("day").otherwise("known"))
    wide = known.pivot("finding", index=["person_id", "stay"], values="known")
    wide = wide.with_columns(pl.lit(None, pl.Date).alias(one) for one in NAMES if one not in wide.columns)
    nth = [
        pl.concat_list(pl.col(part).fill_null(LATE) for part in parts).list.sort().list.get(need - 1)
        for need, parts in CRITERIA
    ]
    fifth = wide.select("person_id", "stay", again=pl.concat_list(nth).list.sort().list.get(4))
    other = both.filter(pl.col("lower") >= 5, pl.col("known").ne_missing(pl.col("day_known_by_record"))).join(
        fifth, on=["person_id", "stay"]
    )
    return other.filter(pl.col("known") == pl.col("again")).height


def rows(both: pl.DataFrame, hospital: Path) -> tuple[int, int, int]:
    """Tests whose planted row stands in the window of the anchor: not found met, of another row, and why."""
    lab = pl.scan_parquet(hospital / "measurement.parquet").filter(measurement_concept_id=NEUTROPHIL_SHARE)
    share = lab.select("measurement_id").collect()["measurement_id"].implode()
    not_met = other = shares = 0
    for finding, name in NAMES.items():
        told = findings(hospital).filter(finding=finding).rename({"day": "day_told"})
        mine = both.filter(pl.col("lower").is_not_null()).join(told, on=["person_id", "stay"])
        ago = (pl.col("anchor") - pl.col("day_told")).dt.total_days()
        stands = mine.filter(ago.is_between(0, 13 if finding in WIDE else 6))
        differs = stands.filter(
            (pl.col(f"{name}_id") != pl.col("row_id")) | (pl.col(f"{name}_table") != pl.col("table"))
        )
        not_met += stands.filter(pl.col(name) != "met").height
        other += differs.height
        if finding == "neutrophils":
            shares += differs.filter(pl.col(f"{name}_id").is_in(share)).height
    return not_met, other, shares


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
