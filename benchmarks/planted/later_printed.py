"""Thirteen further kinds of error of a printed number, invented without a look at what explains one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from statistics import mean, median, stdev

import numpy as np
from claimed import GROUPS, Claimed, Slip, at_end, draw, number_of, values_of, variable_of
from scipy.stats import chi2_contingency, mannwhitneyu
from series import Rng, half_up

# ---- Groups ----


def groups_exchanged(told: Claimed, rng: Rng) -> Slip:
    """The columns of the living and the dead exchanged in one line of the table."""
    name = draw(told, rng, r"characteristics.", ".alive.median")
    other = name.replace(".alive.", ".not-alive.")
    digits = {name: told.digits[other], other: told.digits[name]}
    return Slip("a median", digits, r"dead|died|alive|living|surviv|other group")


def all_for_a_group(told: Claimed, rng: Rng) -> Slip:
    """The median of all patients printed for the living or for the dead."""
    name = draw(told, rng, "characteristics.", *(f".{group}.median" for group in ("alive", "not-alive")))
    whole = told.digits[f"{name.rsplit('.', 2)[0]}.all.median"]
    return Slip(
        name.rsplit(".", 2)[1], {name: whole}, r"\ball (the )?(patients|\d+)|whole series|both groups"
    )


def row_percent(told: Claimed, rng: Rng) -> Slip | None:
    """A share within those who have the cause or sex, printed as the share within the living or the dead."""
    name = draw(told, rng, "characteristics.", ".alive.share", ".not-alive.share")
    stem, group, _ = name.rsplit(".", 2)
    count, whole = (int(told.digits[f"{stem}.{one}.count"]) for one in (group, "all"))
    if not whole:
        return None
    return Slip(group, {name: f"{half_up(100 * count / whole)}%"}, rf"\b{count} of (the |all )?{whole}\b")


def deaths_for_survivors(told: Claimed, rng: Rng) -> Slip:
    """The share of the dead printed where the share of the living is meant, or the other way about."""
    name = draw(told, rng, "survival", "alive.share", "rheumatologic.share")
    share = told.results.number(name).estimate.value or 0.0
    return Slip(name, {name: f"{half_up(100 * (1 - share))}%"}, r"dead|died|death|the rest|the other|without")


def lines_exchanged(told: Claimed, rng: Rng) -> Slip:
    """The counts and percentages of two causes exchanged in one column of the table."""
    group = list(GROUPS)[int(rng.integers(len(GROUPS)))]
    one = draw(told, rng, "characteristics.cause.", f".{group}.count")
    other = draw(told, rng, "characteristics.cause.", f".{group}.count")
    digits = {}
    for here, there in ((one, other), (other, one)):
        digits |= {at_end(here, end): told.digits[at_end(there, end)] for end in ("count", "share")}
    labels = [name.split(".")[2].split("-")[0] for name in (one, other)]
    return Slip(group, digits, "|".join(labels))


# ---- Summaries ----


def mean_as_median(told: Claimed, rng: Rng) -> Slip:
    """A mean printed as the median."""
    name = draw(told, rng, "characteristics.", ".median")
    return Slip(variable_of(name), {name: str(half_up(mean(values_of(told, name)), 1))}, r"\bmean\b|average")


def error_as_deviation(told: Claimed, rng: Rng) -> Slip | None:
    """The standard error of the mean printed as the standard deviation."""
    name = draw(told, rng, "means.", ".sd")
    values = values_of(told, name)
    if len(values) < 2:
        return None
    error = stdev(values) / math.sqrt(len(values))
    return Slip(variable_of(name), {name: str(half_up(error, 1))}, r"standard error|\bSEM?\b")


def quartiles_as_range(told: Claimed, rng: Rng) -> Slip:
    """The quartiles printed as the range."""
    name = draw(told, rng, "characteristics.", ".lowest")
    low, high = (str(half_up(one, 1)) for one in np.quantile(values_of(told, name), [0.25, 0.75]))
    return Slip(variable_of(name), {name: low, at_end(name, "highest"): high}, r"quartile|quarter|\b25|\b75")


def without_the_living(told: Claimed, rng: Rng) -> Slip | None:
    """The median time of those who died printed as the median survival."""
    if "survival.median" not in told.digits:
        return None
    months = [float(row["months"]) for row in told.series.patients if row["alive"] == "No"]
    return Slip("survival", {"survival.median": str(half_up(median(months), 1))}, r"dead|died|deaths")


def stale_line(told: Claimed, rng: Rng) -> Slip:
    """A line of the table as it was before the last patient came: all, or the group of that patient."""
    name = draw(told, rng, "characteristics.", ".all.median")
    last = told.series.patients[-1]
    group = "alive" if last["alive"] == "Yes" else "not-alive"
    digits = {}
    for one in (name, name.replace(".all.", f".{group}.")):
        values = values_of(told, one)[:-1]
        if one in told.digits and values:
            digits[one] = str(half_up(median(values), 1))
    return Slip(
        variable_of(name), digits, rf"without.*\b{last['patient']}\b|patient {last['patient']}\b.*left out"
    )


# ---- Tests and digits ----


def one_sided(told: Claimed, rng: Rng) -> Slip:
    """A one-sided p-value printed as the two-sided one."""
    name = draw(told, rng, "", ".p")
    p = told.results.number(name.removesuffix(".p")).estimate.p or 0.0
    return Slip(name, {name: str(half_up(p / 2, 4))}, r"one.sided|one.tailed|one side|half of|halved")


def other_correction(told: Claimed, rng: Rng) -> Slip | None:
    """A p-value with Yates's correction for the one without, or without one for a test that has it."""
    name = draw(told, rng, "", ".p")
    rows = told.series.patients
    if "chi-square" in name:
        table = [
            [
                sum((row["alive"] == alive) and (("rheum" in row["cause"]) == has) for row in rows)
                for has in (True, False)
            ]
            for alive in ("Yes", "No")
        ]
        p = chi2_contingency(table, correction=True).pvalue
    else:
        column = "age" if name.startswith("age") else "ferritin"
        one, other = (
            [number_of(row[column]) for row in rows if row["alive"] == alive] for alive in ("Yes", "No")
        )
        p = mannwhitneyu(one, other, use_continuity=False, method="asymptotic").pvalue
    return Slip(name, {name: str(half_up(p, 4))}, r"Yates|continuity|correct")


def point_moved(told: Claimed, rng: Rng) -> Slip | None:
    """A decimal point moved by one place in one printed number."""
    name = draw(told, rng, "", ".p", ".median", ".mean", ".sd")
    text = told.digits[name]
    places = len(text.partition(".")[2])
    times = 10.0 if float(text) < 0.1 or name.endswith("median") else 0.1
    moved = str(half_up(float(text) * times, places))
    if name.endswith(".p") and float(moved) > 1:
        return None
    return Slip(name.rpartition(".")[2], {name: moved}, r"decimal|point|ten times|tenth|digit")


PRINTED_LATER: dict[str, Callable[[Claimed, Rng], Slip | None]] = {
    "groups exchanged": groups_exchanged,
    "all printed for a group": all_for_a_group,
    "row percent": row_percent,
    "deaths for survivors": deaths_for_survivors,
    "lines exchanged": lines_exchanged,
    "mean as median": mean_as_median,
    "error as deviation": error_as_deviation,
    "quartiles as range": quartiles_as_range,
    "median of the dead": without_the_living,
    "stale line": stale_line,
    "one-sided p": one_sided,
    "another correction": other_correction,
    "point moved": point_moved,
}


def slip(kind: str, told: Claimed, rng: Rng) -> Slip | None:
    """One slip of the kind that changes a printed digit; None where none does in two hundred draws."""
    for _ in range(200):
        try:
            drawn = PRINTED_LATER[kind](told, rng)
        except LookupError:
            return None
        if drawn is not None and any(told.digits[name] != text for name, text in drawn.digits.items()):
            changed = {name: text for name, text in drawn.digits.items() if told.digits[name] != text}
            return replace(drawn, digits=changed)
    return None
