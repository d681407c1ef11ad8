"""The numbers of a curve."""

from __future__ import annotations

from caseseries.analysis.between_curves import PARTS
from caseseries.analysis.ids import (
    MEAN_TIME,
    MEAN_TIMES,
    at_horizon,
    if_lost,
    joined,
    median_by,
    of_group,
)
from caseseries.analysis.results import Result, Results
from caseseries.protocol.protocol import Protocol
from caseseries.report.numbers import PROMISED, number_cell, said, stands, test_line
from caseseries.report.page import Row, Table, words
from caseseries.stats.digits import shown


def survival_table(result: Result, results: Results, protocol: Protocol) -> Table:
    """The numbers of a curve: median by both conventions, horizons, follow-up."""
    assert protocol.follow_up is not None
    stem, unit = result.slug, protocol.follow_up.unit
    keys = [of_group(one.key) for one in result.groups]
    other = "first" if getattr(result.clause, "median", "midpoint") == "midpoint" else "midpoint"
    lines: list[tuple[str, str]] = [
        ("Patients", "n"),
        ("Deaths", "deaths"),
        (f"Median survival, {unit}", "median"),
        (f"the same, by the convention \u201c{other}\u201d", median_by(other)),
        *(line for horizon in protocol.follow_up.horizons for line in _at(horizon)),
        (f"Mean time alive to the longest horizon, {unit}", MEAN_TIME),
        ("Alive at last follow-up", "alive.share"),
        (f"Median follow-up, {unit} (reverse Kaplan\u2013Meier)", "follow-up"),
        (f"Time observed, median, {unit}", "observed.median"),
        ("shortest", "observed.lowest"),
        ("longest", "observed.highest"),
    ]
    indented = {"the same, by", "shortest", "longest", "if "}
    lines = [line for line in lines if any(stands(results, joined(stem, key, line[1])) for key in keys)]
    rows = [
        Row(
            (
                words(label, head=True, depth=int(any(label.startswith(start) for start in indented))),
                *(number_cell(results, joined(stem, key, part)) for key in keys),
            )
        )
        for label, part in lines
    ]
    empty = [words() for _ in keys[1:]]
    if stands(results, joined(stem, MEAN_TIMES)):
        label = f"Mean time alive, first group less the other, {unit}"
        rows.append(Row((words(label, head=True), number_cell(results, joined(stem, MEAN_TIMES)), *empty)))
    for number in result.numbers:
        if number.id.removeprefix(f"{stem}.") in PARTS.values():
            label = f"{number.label}, p{PROMISED if number.standing == 'promised' else ''}"
            rows.append(
                Row((words(label, head=True), words(*test_line(number, results), numeric=True), *empty))
            )
    limits = getattr(result.clause, "limits", "log-log")
    head = ("", *(one.title for one in result.groups))
    notes = [(note,) for note in result.notes]
    at_horizons = [number.estimate for number in result.numbers if ".survival-at." in number.id]
    if any(one.value is not None and one.level is None for one in at_horizons):
        notes.append(("Where nobody had died yet, or nobody was left, a curve has no limits.",))
    notes.append(
        (
            f"In brackets the {shown(protocol.conventions.level, 'share')} interval: "
            f"{limits} limits for the curve and its median, exact for shares.",
        )
    )
    return Table(stem, result.clause.name.capitalize(), head, tuple(rows), (*notes, *said(result.cautions)))


def _at(horizon: str) -> tuple[tuple[str, str], ...]:
    """Survival at a horizon, and its bounds where somebody was lost before it."""
    return (
        (f"Survival at {horizon}", at_horizon(horizon)),
        ("if all who were lost before had died", if_lost(horizon, "died")),
        ("if all of them had lived", if_lost(horizon, "lived")),
    )
