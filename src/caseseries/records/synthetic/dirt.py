"""The dirt of real records: spoilt and doubled rows beside the clean ones, each known by its kind."""

from __future__ import annotations

import numpy as np
import polars as pl

from caseseries.records.synthetic.arrays import dice
from caseseries.records.synthetic.laboratory import LESS, SAMPLES, TEXTS, UNITS
from caseseries.records.synthetic.people import People, Stays
from caseseries.records.synthetic.plan import FINDINGS, NOT_MET, UNKNOWN
from caseseries.records.synthetic.rates import rate

SPOILT = (
    "",
    "duplicate",
    "null value",
    "not a number",
    "implausible",
    "no unit",
    "unknown unit",
    "text only",
    "fahrenheit as celsius",
    "undecidable",
    "no visit",
    "outside observation",
    "after death",
)
"""The kinds of dirt among measurements, under the number that a sample carries."""
IMPLAUSIBLE = (-1.0, 9_999_999_999.0)
HEMOGLOBIN, FEVER, FERRITIN = (FINDINGS.index(name) for name in ("hemoglobin", "fever", "ferritin"))


def soil(samples: pl.DataFrame, people: People, stays: Stays, block: range, seed: int) -> pl.DataFrame:
    """The samples of a block of stays with a spoilt copy beside some of them, in the order of stays and time.

    A copy that has lost its meaning counts for nothing: its finding is -1, or its side unknown.
    """
    random = dice(seed, f"dirt from {block.start}")
    frames = [samples]
    for number, kind in enumerate(SPOILT[1:], 1):
        if kind == "after death":
            frames.append(_after_death(samples, people, stays, block, number, random))
            continue
        of = samples
        if kind in ("fahrenheit as celsius", "undecidable"):
            of = samples.filter(pl.col("finding") == (FEVER if kind.startswith("fahr") else FERRITIN))
        if kind == "implausible":
            of = samples.filter(pl.col("finding") >= 0)
        if kind == "outside observation":
            of = samples.filter(pl.col("finding") == HEMOGLOBIN)
        copies = min(of.height, max(2, round(rate("dirt", kind) * of.height)))
        chosen = np.sort(random.choice(of.height, copies, replace=False, shuffle=False))
        frames.append(_spoilt(of[chosen], kind, random).with_columns(dirt=pl.lit(number, dtype=pl.Int8)))
    whole = pl.concat(frame.select(*SAMPLES) for frame in frames)
    key = whole["stay"].to_numpy().astype(np.int64) * 2**33 + whole["minute"].to_numpy() + 2**31
    return whole[np.argsort(key, kind="stable")]


def _spoilt(copies: pl.DataFrame, kind: str, random: np.random.Generator) -> pl.DataFrame:
    size = copies.height
    nothing = {"finding": pl.lit(-1, dtype=pl.Int8), "side": pl.lit(UNKNOWN, dtype=pl.Int8)}
    infinite = pl.lit(np.inf)
    match kind:
        case "duplicate":
            return copies
        case "no visit":
            return copies.with_columns(has_visit=pl.lit(False))
        case "null value":
            return copies.with_columns(
                value=infinite, text=pl.lit(-1, dtype=pl.Int8), operator=None, **nothing
            ).cast({"operator": pl.Int64})
        case "not a number":
            return copies.with_columns(value=pl.lit(np.nan), **nothing)
        case "implausible":
            wild = np.array(IMPLAUSIBLE)[random.integers(0, len(IMPLAUSIBLE), size)]
            return copies.with_columns(value=pl.Series(wild), **nothing)
        case "no unit":
            # A temperature is still told by its size; anything else is not.
            told = pl.col("finding") == FEVER
            return copies.with_columns(
                unit=pl.lit(-1, dtype=pl.Int8),
                finding=pl.when(told).then("finding").otherwise(-1).cast(pl.Int8),
                side=pl.when(told).then("side").otherwise(UNKNOWN).cast(pl.Int8),
            )
        case "unknown unit":
            return copies.with_columns(unit=pl.lit(UNITS.index("furlong"), dtype=pl.Int8), **nothing)
        case "text only":
            words = [TEXTS.index(text) for text in ("HEMOLYZED", "SEE COMMENT", "pending")]
            said = pl.Series(np.array(words)[random.integers(0, len(words), size)]).cast(pl.Int8)
            return copies.with_columns(value=infinite, text=said, **nothing)
        case "fahrenheit as celsius":
            high = pl.Series(np.round(random.uniform(97, 105, size), 1))
            return copies.with_columns(value=high, unit=pl.lit(UNITS.index("C"), dtype=pl.Int8), **nothing)
        case "undecidable":
            return copies.with_columns(
                value=pl.lit(600.0),
                operator=pl.lit(LESS, dtype=pl.Int64),
                text=pl.lit(TEXTS.index("<600"), dtype=pl.Int8),
                side=pl.lit(UNKNOWN, dtype=pl.Int8),
            )
        case "outside observation":
            years = pl.Series(random.integers(3, 9, size)) * 365 * 1440
            return copies.with_columns(
                minute=pl.col("minute") - years,
                back=pl.col("back") - years,
                has_visit=pl.lit(False),
                **nothing,
            )
    raise ValueError(kind)


def _after_death(
    samples: pl.DataFrame,
    people: People,
    stays: Stays,
    block: range,
    number: int,
    random: np.random.Generator,
) -> pl.DataFrame:
    """A count that came on the day after a death in hospital."""
    last = np.flatnonzero(np.append(np.diff(stays.person), 1))
    died = last[people.is_in_hospital & (last >= block.start) & (last < block.stop)]
    count = min(len(died), max(2, round(rate("dirt", "after death") * len(died))))
    chosen = np.sort(random.choice(died, count, replace=False)) if count else died
    rows = samples.filter(pl.col("stay").is_in(chosen.tolist()) & (pl.col("finding") == HEMOGLOBIN))
    rows = rows.group_by("stay", maintain_order=True).first()
    day_after = pl.Series((stays.end[rows["stay"].to_numpy()] + 1) * 1440 + 300)
    return rows.with_columns(
        minute=day_after,
        back=day_after + 60,
        has_visit=pl.lit(False),
        finding=pl.lit(-1, dtype=pl.Int8),
        side=pl.lit(NOT_MET, dtype=pl.Int8),
        dirt=pl.lit(number, dtype=pl.Int8),
    ).select(*SAMPLES)
