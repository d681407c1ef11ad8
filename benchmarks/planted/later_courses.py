"""Errors of one patient's course and outcome: a column aside, carried forward, flipped, another rule."""

from __future__ import annotations

from drafts import COURSE, Draft, pick, retype, value_of
from series import CAUSES, Rng, Series, half_up


def course_aside(series: Series, rng: Rng) -> Draft | None:
    """One patient's whole course a column later, day 1 left empty, or earlier, its first value lost."""
    variant = pick(rng, ["a column later", "a column earlier"])
    place = int(rng.integers(len(series.ferritin)))
    values = [series.ferritin[place][column] for column in COURSE]
    if sum(map(bool, values)) < 3 or (variant == "a column later" and values[-1]):
        return None
    moved = ["", *values[:-1]] if variant == "a column later" else [*values[1:], ""]
    return Draft(variant, retype(series, "ferritin", {place: dict(zip(COURSE, moved, strict=True))}))


def carried_forward(series: Series, rng: Rng) -> Draft | None:
    """One patient's last value carried into one to three later columns, or a gap filled from before it."""
    variant = pick(rng, ["after the last", "into a gap"])
    place = int(rng.integers(len(series.ferritin)))
    course = series.ferritin[place]
    known = [at for at, column in enumerate(COURSE) if course[column]]
    gaps = [at for at in range(known[-1]) if at not in known]
    filled = range(known[-1] + 1, min(known[-1] + 1 + int(rng.integers(1, 4)), len(COURSE)))
    cells = {
        COURSE[at]: course[COURSE[max(k for k in known if k < at)]]
        for at in (gaps if variant == "into a gap" else filled)
    }
    return Draft(variant, retype(series, "ferritin", {place: cells}))


def flipped(series: Series, rng: Rng) -> Draft | None:
    """One patient's sex, outcome (in one sheet or in both) or cause typed as the other."""
    variant = pick(rng, ["sex", "alive, one sheet", "alive, both sheets", "cause"])
    place = int(rng.integers(len(series.patients)))
    row = series.patients[place]
    if variant == "cause":
        causes = row["cause"].split("; ")
        others = [cause for cause in CAUSES if cause != "unknown" and cause not in row["cause"]]
        if causes[0].startswith("unknown"):
            return None
        typed = "; ".join([pick(rng, others), *causes[1:]])
        return Draft(variant, retype(series, "patients", {place: {"cause": typed}}))
    if variant == "sex":
        other = {"sex": "F" if row["sex"] == "M" else "M"}
        return Draft(variant, retype(series, "patients", {place: other}))
    alive = "No" if row["alive"] == "Yes" else "Yes"
    changed = retype(series, "patients", {place: {"alive": alive}})
    if "both" in variant:
        changed = retype(changed, "ferritin", {place: {"alive_printed": alive}})
    return Draft(variant, changed)


def other_response(series: Series, rng: Rng) -> Draft | None:
    """One patient's response by another rule: to the last value, from the peak, or what is left of day 1."""
    variant = pick(rng, ["to the last value", "from the peak", "what is left"])
    place = int(rng.integers(len(series.patients)))
    course = series.ferritin[place]
    values = [value_of(course[column]) for column in COURSE if course[column]]
    if not series.patients[place]["max_response_printed"].endswith("%"):
        return None
    first, lowest = values[0], min(values[1:])
    part = {"to the last value": 1 - values[-1] / first, "from the peak": 1 - lowest / max(values)}
    share = part.get(variant, lowest / first)
    text = f"{half_up(100 * share)}%" if share > 0 else "None"
    return Draft(variant, retype(series, "patients", {place: {"max_response_printed": text}}))
