"""Six kinds of planted error, each with what was changed and where. Written before the detector they try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from series import DAYS, Rng, Row, Series, in_months

DIGITS = {
    "patients": ("age", "criteria_met", "hscore", "ferritin", "day_diagnosed", "day_started", "anakinra.days",
                 "months", "max_response_printed"),
    "ferritin": (*(f"day {day}" for day in DAYS), "months_printed"),
}  # fmt: skip
"""The columns of numbers in which a digit may be mistyped."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What was planted: its kind and variant, the sheet, whose rows, which columns."""

    kind: str
    variant: str
    table: str
    patients: tuple[str, ...]
    columns: tuple[str, ...]


Planted = tuple[Series, Truth]


def swapped_row(series: Series, rng: Rng) -> Planted:
    """Two patients' cells exchanged: their courses of ferritin, their outcomes, or all but the name."""
    one, other = (int(place) for place in rng.choice(len(series.patients), 2, replace=False))
    variant = str(rng.choice(["courses", "outcomes", "everything but the name"]))
    table = "ferritin" if variant == "courses" else "patients"
    rows: tuple[Row, ...] = getattr(series, table)
    columns = {
        "courses": [f"day {day}" for day in DAYS],
        "outcomes": ["alive", "months"],
    }.get(variant, [column for column in rows[0] if column != "patient"])
    swapped = {
        here: {**rows[here], **{column: rows[there][column] for column in columns}}
        for here, there in ((one, other), (other, one))
    }
    who = (rows[one]["patient"], rows[other]["patient"])
    changed = tuple(column for column in columns if rows[one][column] != rows[other][column])
    return series.with_rows(table, swapped), Truth("swapped row", variant, table, who, changed)


def typed_digit(series: Series, rng: Rng) -> Planted:
    """One number of one cell: a digit replaced, two neighbours exchanged, one lost, or one typed twice."""
    while True:
        table = str(rng.choice(list(DIGITS)))
        column = str(rng.choice(DIGITS[table]))
        rows: tuple[Row, ...] = getattr(series, table)
        place = int(rng.integers(len(rows)))
        text = rows[place][column]
        variant = str(rng.choice(["replaced", "exchanged", "lost", "doubled"]))
        typed = _mistyped(text, variant, rng)
        if typed and typed != text:
            break
    row = {**rows[place], column: typed}
    who = (rows[place]["patient"],)
    return series.with_rows(table, {place: row}), Truth("typed digit", variant, table, who, (column,))


def copied_run(series: Series, rng: Rng) -> Planted:
    """Two to four following values of one course typed into another's, on the same days or a column aside."""
    while True:
        one, other = (int(place) for place in rng.choice(len(series.ferritin), 2, replace=False))
        source, target = series.ferritin[one], series.ferritin[other]
        long = [day for day in DAYS if source[f"day {day}"]], [day for day in DAYS if target[f"day {day}"]]
        length = int(rng.integers(2, 5))
        shift = int(rng.choice([0, 0, 1, -1]))
        starts = [
            place
            for place in range(len(DAYS) - length + 1)
            if 0 <= place + shift <= len(DAYS) - length
            and all(DAYS[place + step] in long[0] for step in range(length))
            and all(DAYS[place + shift + step] in long[1] for step in range(length))
        ]
        if starts:
            break
        if min(map(len, long)) < 2 and rng.random() < 0.001:
            raise ValueError("no run of two values to copy")
    start = int(rng.choice(starts))
    columns = tuple(f"day {DAYS[start + shift + step]}" for step in range(length))
    copied = {column: source[f"day {DAYS[start + step]}"] for step, column in enumerate(columns)}
    who = (target["patient"], source["patient"])
    changed = series.with_rows("ferritin", {other: {**target, **copied}})
    return changed, Truth("copied run", "aside" if shift else "same days", "ferritin", who, columns)


def mixed_clock(series: Series, rng: Rng) -> Planted:
    """One patient's time counted from another moment than everybody's, or in another unit."""
    variants = ["from diagnosis, one table", "from admission, one table", "from the last dose, both tables",
                "days for months, one table", "day of the first dose from diagnosis"]  # fmt: skip
    while True:
        variant = str(rng.choice(variants))
        place = int(rng.integers(len(series.patients)))
        row, course = series.patients[place], series.ferritin[place]
        days = float(row["months"]) * 30.4375
        diagnosed, started, on_drug = (
            int(row[name]) for name in ("day_diagnosed", "day_started", "anakinra.days")
        )
        columns: tuple[str, ...] = ("months",)
        if variant.startswith("from diagnosis"):
            changed = {"months": in_months(days + started - diagnosed)}
        elif variant.startswith("from admission"):
            changed = {"months": in_months(days + started - 1)}
        elif variant.startswith("from the last dose"):
            changed = {"months": in_months(max(days - on_drug + 1, 0))}
            columns = ("months", "anakinra.days")
        elif variant.startswith("days for months"):
            changed = {"months": str(round(days))} if days < 300 else {}
        else:
            changed = {"day_started": str(started - diagnosed + 1)}
            columns = ("day_started", "day_diagnosed")
        if changed and any(row[name] != text for name, text in changed.items()):
            break
    planted = series.with_rows("patients", {place: {**row, **changed}})
    if variant.endswith("both tables"):
        planted = planted.with_rows("ferritin", {place: {**course, "months_printed": changed["months"]}})
    return planted, Truth("mixed clock", variant, "patients", (row["patient"],), columns)


SHEET_KINDS: dict[str, Callable[[Series, Rng], Planted]] = {
    "swapped row": swapped_row,
    "typed digit": typed_digit,
    "copied run": copied_run,
    "mixed clock": mixed_clock,
}


def _mistyped(text: str, variant: str, rng: Rng) -> str:
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    if not places:
        return ""
    percent = "%" if text.endswith("%") else ""
    digits = [text[place] for place in places]
    point = len(digits) - len(text.removesuffix("%").partition(".")[2]) if "." in text else None
    at = int(rng.integers(len(digits)))
    if variant == "replaced":
        digits[at] = str(rng.choice([sign for sign in "0123456789" if sign != digits[at]]))
    elif variant == "exchanged" and at + 1 < len(digits):
        digits[at], digits[at + 1] = digits[at + 1], digits[at]
    elif variant == "lost" and len(digits) > 1 and point is None:
        del digits[at]
    elif variant == "doubled" and point is None:
        digits.insert(at, digits[at])
    plain = "".join(digits) if point is None else f"{''.join(digits[:point])}.{''.join(digits[point:])}"
    if point is None and (plain.startswith("0") or (percent and int(plain) > 100)):
        return ""
    return f"{int(plain):,}" if "," in text and int(plain) >= 10_000 else plain + percent
