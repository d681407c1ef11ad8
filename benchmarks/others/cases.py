"""What every library is asked: the founding series and public data, cut into samples, tables and courses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import caseseries as cs

Asked = dict[str, dict[str, Any]]
"""By kind of question and name of the case: what can be written as JSON."""


@dataclass(frozen=True, slots=True)
class Series:
    """One data set: who had the event, two groups, strata, covariates, a value and a yes/no to compare."""

    table: pl.DataFrame
    time: str
    event: pl.Expr
    group: pl.Expr
    stratum: pl.Expr
    covariates: tuple[str, ...]
    value: str
    yes: pl.Expr
    levels: str
    horizon: float


def asked(folder: Path) -> Asked:
    """All questions; `folder` holds the CSV files that R wrote. Without any, the founding series is all."""
    public = {path.stem: pl.read_csv(path, infer_schema_length=None) for path in sorted(folder.glob("*.csv"))}
    all_series = {"founding": founding()} | (public_series(public) if public else {})
    return {
        "samples": {
            name: split(one, one.value) for name, one in all_series.items() if one.table.height <= 200
        }
        | {"founding, age": split(all_series["founding"], "age")}
        | {"founding, as printed": split(all_series["founding"], "max_response_printed")},
        "several samples": {
            name: by_level(one, one.value) for name, one in all_series.items() if name != "mgus2"
        }
        | {"founding, age": by_level(all_series["founding"], "age")},
        "tables": {name: table(one) for name, one in all_series.items()}
        | {"none of 9, 5 of 7": [[0, 9], [5, 2]], "1 of 100, 9 of 100": [[1, 99], [9, 91]]},
        "wide tables": {name: wide_table(one) for name, one in all_series.items() if name != "mgus2"},
        "followed": {name: course(one) for name, one in all_series.items()},
        "competing": competing(public) if public else {},
        "regressions": {name: regression(one) for name, one in all_series.items()},
        "stretches": {"heart": stretches(public["heart"])} if public else {},
        "p-values": {
            "founding": [0.0293, 0.00687, 0.0229, 0.0423, 0.42, 0.0694],
            "with ties and 1": [0.01, 0.04, 0.03, 0.005, 0.2, 0.04, 1.0],
        },
    }


def founding() -> Series:
    cases = cs.open_study("naymagon-2022").read_cases().table
    cases = cases.with_columns(pl.col("rheumatologic").cast(int))
    dead = (~pl.col("alive")).cast(int)
    age = ("age", "rheumatologic")
    return Series(
        cases, "months", dead, pl.col("rheumatologic"), pl.col("sex"), age, "max_response",
        pl.col("alive"), "criteria_met", 12.0,
    )  # fmt: skip


def public_series(public: dict[str, pl.DataFrame]) -> dict[str, Series]:
    col = pl.col
    lung = public["lung"].drop_nulls(["age", "sex", "ph.ecog", "wt.loss"])
    pbc = public["pbc"].drop_nulls(["trt", "bili", "albumin", "protime", "age", "edema"])
    mgus = public["mgus2"].drop_nulls(["hgb", "age", "mspike"])
    mgus = mgus.with_columns((col("sex") == "M").cast(int).alias("male"))
    return {
        "lung": Series(
            lung, "time", col("status") == 2, col("sex"), col("ph.ecog"),
            ("age", "sex", "ph.ecog", "wt.loss"), "age", col("status") == 2, "ph.ecog", 365.0,
        ),
        "veteran": Series(
            public["veteran"], "time", col("status") == 1, col("trt"), col("celltype"),
            ("karno", "age", "trt"), "age", col("prior") > 0, "celltype", 180.0,
        ),
        "ovarian": Series(
            public["ovarian"], "futime", col("fustat") == 1, col("rx"), col("resid.ds"), ("age", "rx"),
            "age", col("fustat") == 1, "ecog.ps", 365.0,
        ),
        "pbc": Series(
            pbc, "time", col("status") == 2, col("trt"), col("edema"),
            ("bili", "albumin", "protime", "age", "edema"), "bili", col("status") == 2, "stage", 1825.0,
        ),
        "mgus2": Series(
            mgus, "futime", col("death") == 1, col("male"), col("age") // 10, ("age", "male", "hgb"),
            "age", col("pstat") == 1, "male", 120.0,
        ),
    }  # fmt: skip


def split(one: Series, value: str) -> dict[str, list[float]]:
    """The values of the second group by its label, and of the first."""
    first, second = groups(one)
    return {"x": first[value].to_list(), "y": second[value].to_list()}


def by_level(one: Series, value: str) -> dict[str, list[Any]]:
    """The values of all, and of each the level of a category."""
    known = one.table.drop_nulls([one.levels, value])
    return {"values": known[value].to_list(), "group": known[one.levels].cast(pl.String).to_list()}


def groups(one: Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    labelled = one.table.with_columns(one.group.alias("a group"))
    low, high = sorted(labelled["a group"].unique())
    return labelled.filter(pl.col("a group") == high), labelled.filter(pl.col("a group") == low)


def table(one: Series) -> list[list[int]]:
    """Both groups by rows, yes and no by columns."""
    found = []
    for group in groups(one):
        yes = group.select(one.yes.cast(int)).to_series().sum()
        found.append([int(yes), group.height - int(yes)])
    return found


def wide_table(one: Series) -> list[list[int]]:
    """The levels of a category by rows, with the event and without by columns."""
    counted = (
        one.table.drop_nulls(one.levels)
        .group_by(one.levels)
        .agg(one.event.cast(int).sum().alias("yes"), pl.len().alias("all"))
        .sort(one.levels)
    )
    return [[int(yes), int(n - yes)] for yes, n in counted.select("yes", "all").iter_rows()]


def course(one: Series) -> dict[str, Any]:
    found = one.table.select(
        pl.col(one.time).cast(float).alias("time"),
        one.event.cast(int).alias("event"),
        one.group.cast(pl.String).alias("group"),
        one.stratum.cast(pl.String).alias("stratum"),
    )
    died = found.filter(pl.col("event") == 1)["time"].unique().sort()
    return {**found.to_dict(as_series=False), "at": died.to_list(), "horizon": one.horizon}


def competing(public: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """Progression or death in mgus2, transplant or death in pbc; and pbc in whole years, full of ties."""
    progressed = pl.col("pstat") == 1
    mgus = public["mgus2"].drop_nulls(["hgb", "age"])
    mgus = mgus.with_columns(
        pl.when(progressed).then("ptime").otherwise("futime").cast(float).alias("time"),
        pl.when(progressed).then(1).otherwise(2 * pl.col("death")).alias("cause"),
        pl.col("sex").alias("group"),
        (pl.col("sex") == "M").cast(int).alias("male"),
    )
    pbc = public["pbc"].drop_nulls(["trt", "bili", "age"])
    pbc = pbc.with_columns(
        pl.col("time").cast(float),
        pl.col("status").alias("cause"),
        pl.col("trt").cast(pl.String).alias("group"),
    )
    years = pbc.with_columns((pl.col("time") / 365.25).ceil())
    return {
        "mgus2": _competing(mgus, ["age", "male", "hgb"]),
        "pbc": _competing(pbc, ["age", "bili"]),
        "pbc, whole years": _competing(years, ["age", "bili"]),
    }


def _competing(found: pl.DataFrame, names: list[str]) -> dict[str, Any]:
    seen = found.filter(pl.col("cause") > 0)["time"].unique().sort()
    return {
        **found.select("time", "cause", "group").to_dict(as_series=False),
        "names": names,
        "covariates": found.select(names).cast(float).to_numpy().tolist(),
        "at": seen.to_list(),
    }


def regression(one: Series) -> dict[str, Any]:
    followed = course(one)
    return {
        "time": followed["time"],
        "event": followed["event"],
        "names": list(one.covariates),
        "covariates": one.table.select(one.covariates).cast(float).to_numpy().tolist(),
        "outcome": one.table.select(one.yes.cast(int)).to_series().to_list(),
    }


def stretches(heart: pl.DataFrame) -> dict[str, Any]:
    names = ["age", "year", "surgery", "transplant"]
    return {
        "id": heart["id"].to_list(),
        "entry": heart["start"].cast(float).to_list(),
        "time": heart["stop"].cast(float).to_list(),
        "event": heart["event"].to_list(),
        "names": names,
        "covariates": np.asarray(heart.select(names).cast(float)).tolist(),
    }
