"""Errors of single numbers: another unit, another mark, a number for what is missing, another first day."""

from __future__ import annotations

from drafts import COURSE, Draft, pick, pick_stretch, retype, value_of
from series import Rng, Series, half_up, with_commas


def other_unit(series: Series, rng: Rng) -> Draft | None:
    """One number in another unit: ferritin in pmol/L or thousands, age in months, the drug in weeks."""
    variant = pick(rng, ["ferritin in pmol/L", "ferritin in thousands", "age in months", "weeks on the drug"])
    place = int(rng.integers(len(series.patients)))
    row, course = series.patients[place], series.ferritin[place]
    if variant.startswith("ferritin"):
        column = pick(rng, [column for column in COURSE if course[column]])
        value = value_of(course[column])
        other = with_commas(round(2.247 * value)) if "pmol" in variant else str(half_up(value / 1000, 1))
        return Draft(variant, retype(series, "ferritin", {place: {column: other}}))
    if variant == "age in months":
        return Draft(variant, retype(series, "patients", {place: {"age": str(12 * int(row["age"]))}}))
    weeks = round(int(row["anakinra.days"]) / 7)
    typed = retype(series, "patients", {place: {"anakinra.days": str(weeks)}})
    return Draft(variant, typed) if weeks else None


def decimal_mark(series: Series, rng: Rng) -> Draft | None:
    """One number whose mark is another's: 12.345 for 12,345; 16 for 1.6; 1,6 for 1.6."""
    variant = pick(rng, ["12.345 for 12,345", "16 for 1.6", "1,6 for 1.6"])
    place = int(rng.integers(len(series.patients)))
    if variant.startswith("12"):
        table, column = pick(rng, ["patients ferritin", *(f"ferritin {day}" for day in COURSE)]).split(" ", 1)
        text = getattr(series, table)[place][column].replace(",", ".")
    else:
        table, column = pick(rng, ["patients months", "ferritin months_printed"]).split(" ", 1)
        text = getattr(series, table)[place][column]
        text = text.replace(".", "," if "," in variant else "")
        text = text.lstrip("0") or text if "," not in variant else text
    return Draft(variant, retype(series, table, {place: {column: text}}))


def missing_as_number(series: Series, rng: Rng) -> Draft | None:
    """What is not known typed as a number: 0 or 9999 in a course, 99 for an age, 0 for an HScore."""
    variant = pick(rng, ["0 in a course", "9999 in a course", "99 for the age", "0 for the HScore"])
    place = int(rng.integers(len(series.patients)))
    if variant.endswith("course"):
        empty = [column for column in COURSE if not series.ferritin[place][column]]
        cells = {place: {empty[0]: variant.partition(" ")[0]}} if empty else {}
        return Draft(variant, retype(series, "ferritin", cells))
    cell = {"age": "99"} if "age" in variant else {"hscore": "0"}
    return Draft(variant, retype(series, "patients", {place: cell}))


def hospital_day_zero(series: Series, rng: Rng) -> Draft | None:
    """The day of admission counted as day 0 rather than 1: in one row, or in a stretch of four to eight."""
    variant = pick(rng, ["one row", "a stretch"])
    stretch = pick_stretch(rng, len(series.patients), *((1, 1) if variant == "one row" else (4, 8)))
    columns = ("day_diagnosed", "day_started")
    cells = {at: {name: str(int(series.patients[at][name]) - 1) for name in columns} for at in stretch}
    return Draft(variant, retype(series, "patients", cells))
