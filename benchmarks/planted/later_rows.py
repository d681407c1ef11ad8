"""Errors of rows and columns: pasted twice, exchanged, sorted apart, slipped, dragged down."""

from __future__ import annotations

from drafts import Draft, pick, pick_stretch, pick_two, retype, value_of
from series import Rng, Row, Series

PAIRS = (
    ("patients", "day_diagnosed", "day_started"),
    ("patients", "prior_therapy", "concurrent_therapy"),
    ("patients", "age", "anakinra.days"),
    ("ferritin", "day 5", "day 10"),
)
SORTED = ("patients: age", "patients: hscore", "patients: ferritin", "patients: months",
          "patients: day_diagnosed", "patients: anakinra.days", "ferritin: day 1")  # fmt: skip
SLIPPED = ("patients: age", "patients: sex", "patients: hscore", "patients: day_started", "patients: alive",
           "patients: months", "patients: cause", "ferritin: day 1", "ferritin: day 10",
           "ferritin: months_printed")  # fmt: skip


def pasted_row(series: Series, rng: Rng) -> Draft | None:
    """One patient's rows pasted under a further id, as they are or the age retyped, or over another's."""
    one, other = pick_two(series, rng)
    variant = pick(rng, ["under a further id", "under a further id, age retyped", "over another's rows"])
    patient, course = series.patients[one], series.ferritin[one]
    also = (patient["patient"],)
    if variant.startswith("over"):
        name = {"patient": series.patients[other]["patient"]}
        pasted = series.with_rows("patients", {other: patient | name})
        return Draft(variant, pasted.with_rows("ferritin", {other: course | name}), also)
    name = {"patient": str(len(series.patients) + 1)}
    age = {"age": str(int(patient["age"]) + 1)} if "retyped" in variant else {}
    patients = (*series.patients, patient | name | age)
    return Draft(variant, Series(patients, (*series.ferritin, course | name)), also)


def exchanged_columns(series: Series, rng: Rng) -> Draft | None:
    """Two columns exchanged for a stretch of three to six rows."""
    table, one, other = PAIRS[int(rng.integers(len(PAIRS)))]
    rows: tuple[Row, ...] = getattr(series, table)
    stretch = pick_stretch(rng, len(rows), 3, 6)
    cells = {place: {one: rows[place][other], other: rows[place][one]} for place in stretch}
    changed = sum(rows[place][one] != rows[place][other] for place in stretch)
    return Draft(f"{one} and {other}", retype(series, table, cells)) if changed > 1 else None


def sorted_apart(series: Series, rng: Rng) -> Draft | None:
    """One column sorted, upwards, while the others stayed."""
    table, column = pick(rng, SORTED).split(": ")
    rows: tuple[Row, ...] = getattr(series, table)
    texts = sorted((row[column] for row in rows), key=value_of)
    return Draft(column, retype(series, table, {at: {column: text} for at, text in enumerate(texts)}))


def slipped_column(series: Series, rng: Rng) -> Draft | None:
    """One column moved up by a row from somewhere on, its last value standing twice."""
    table, column = pick(rng, SLIPPED).split(": ")
    rows: tuple[Row, ...] = getattr(series, table)
    first = int(rng.integers(len(rows) - 3))
    cells = {place: {column: rows[place + 1][column]} for place in range(first, len(rows) - 1)}
    return Draft(column, retype(series, table, cells))


def dragged_down(series: Series, rng: Rng) -> Draft | None:
    """A cell dragged over the next three to five rows: the same again, or counting up."""
    columns = ["age", "hscore", "criteria_met", "day_diagnosed", "anakinra.days"]
    column, variant = pick(rng, columns), pick(rng, ["the same again", "counting up"])
    stretch = pick_stretch(rng, len(series.patients), 4, 6)
    start = int(series.patients[stretch[0]][column])
    step = 1 if variant == "counting up" and column != "criteria_met" else 0
    texts = {place: {column: str(start + step * (place - stretch[0]))} for place in stretch}
    return Draft("counting up" if step else "the same again", retype(series, "patients", texts))
