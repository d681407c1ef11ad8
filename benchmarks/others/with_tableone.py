"""What tableone says to every question that it has an answer to, and its step of an analysis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from tableone import TableOne

Found = dict[str, Any]
Given = Any


def quartiles(given: Given) -> Found:
    """As they are printed, with twelve decimals."""
    text = str(of_samples(given, decimals=12).cont_table["second"].iloc[0])
    middle, low, high = text.replace("[", " ").replace(",", " ").replace("]", " ").split()
    return {"median": float(middle), "quartiles": [float(low), float(high)]}


def mann_whitney(given: Given) -> Found:
    return {"p": of_samples(given).htest_table["P-Value"].iloc[0]}


def kruskal_wallis(given: Given) -> Found:
    frame = pd.DataFrame({"value": given["values"], "group": given["group"]})
    kinds = {"columns": ["value"], "categorical": [], "continuous": ["value"], "nonnormal": ["value"]}
    return {"p": TableOne(frame, groupby="group", pval=True, **kinds).htest_table["P-Value"].iloc[0]}


def difference_of_means(given: Given) -> Found:
    return {"of means": of_samples(given).smd_table.iloc[0, 0]}


def yates(table: Given) -> Found:
    return tested(table, "Chi-squared")


def fisher(table: Given) -> Found:
    return tested(table, "Fisher's exact")


def tested(table: Given, test: str) -> Found:
    """The p of a table for which it chooses this test; no other can be asked for."""
    found = of_table(table).htest_table.iloc[0]
    return {"p": found["P-Value"]} if found["Test"] == test else {}


def difference_of_shares(table: Given) -> Found:
    return {"of shares, without sign": of_table(table).smd_table.iloc[0, 0]}


def of_samples(given: Given, **how: Any) -> Any:
    """Its difference is the second group less the first, by their names: `x` comes second."""
    values = given["y"] + given["x"]
    groups = ["first"] * len(given["y"]) + ["second"] * len(given["x"])
    frame = pd.DataFrame({"value": values, "group": groups})
    kinds = {"columns": ["value"], "categorical": [], "continuous": ["value"], "nonnormal": ["value"]}
    return TableOne(frame, groupby="group", pval=True, smd=True, **kinds, **how)


def of_table(table: Given) -> Any:
    counts = np.ravel(table)
    frame = pd.DataFrame(
        {"group": np.repeat(list("aabb"), counts), "answer": np.repeat(list("ynyn"), counts)}
    )
    return TableOne(frame, columns=["answer"], categorical=["answer"], groupby="group", pval=True, smd=True)


ANSWERS = (
    ("samples", "quartiles", quartiles),
    ("samples", "mann-whitney", mann_whitney),
    ("several samples", "kruskal-wallis", kruskal_wallis),
    ("tables", "chi-square-yates", yates),
    ("tables", "fisher", fisher),
    ("samples", "standardised", difference_of_means),
    ("tables", "standardised", difference_of_shares),
)


def table_one(given: Given) -> Any:
    """Its step of an analysis, timed."""
    frame = pd.DataFrame({name: given[name] for name in ("age", "marker", "male", "group")})
    kinds = {"columns": ["age", "marker", "male"], "categorical": ["male"], "nonnormal": ["age", "marker"]}
    return TableOne(frame, groupby="group", pval=True, continuous=["age", "marker"], **kinds)
