"""Two files of verdicts, row by row and column by column: `compare.py ONE.parquet OTHER.parquet`.

Prints for each column in which they differ how many stays do, with the first three, and then ends with 1.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

KEYS = ["person_id", "stay"]


def main(one: str, other: str) -> None:
    found = differences(Path(one), Path(other))
    for line in found:
        print(line)
    if found:
        raise SystemExit(1)
    first = pl.read_parquet(one)
    met = first.filter(pl.col("lower") >= 5).height
    print(f"{first.height:,} stays, {met:,} of them with five, agree in {first.width} columns.")


def differences(one: Path, other: Path) -> list[str]:
    """A sentence for each column in which two files of verdicts differ, and for stays that only one has."""
    first, second = (pl.read_parquet(path) for path in (one, other))
    found = []
    for mine, theirs, path in ((first, second, one), (second, first, other)):
        alone = mine.join(theirs, on=KEYS, how="anti")["stay"].to_list()
        if alone:
            found.append(f"{len(alone):,} stays stand in {path} alone, such as {alone[:3]}")
        if mine.select(KEYS).is_duplicated().any():
            found.append(f"a stay stands twice in {path}")
    both = first.join(second, on=KEYS, suffix=" of the other")
    for column in [name for name in first.columns if name not in KEYS]:
        if column not in second.columns:
            found.append(f"{column} stands in {one} alone")
            continue
        differ = both.filter(pl.col(column).ne_missing(pl.col(f"{column} of the other")))
        if differ.height:
            shown = differ.select("stay", column, f"{column} of the other").rows()[:3]
            found.append(f"{column} differs in {differ.height:,} stays, such as {shown}")
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
