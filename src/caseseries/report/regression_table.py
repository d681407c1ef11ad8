"""The ratios of a regression."""

from __future__ import annotations

from caseseries.analysis.ids import SUBDISTRIBUTION, joined
from caseseries.analysis.results import Result, Results
from caseseries.report.numbers import said, stands, with_interval
from caseseries.report.page import Line, Row, Table, ref, words


def regression_table(result: Result, results: Results) -> Table:
    """A line a covariate: its ratio as fitted, with Firth's penalty, and whether hazards are proportional."""
    rows, stem = [], result.slug
    ratios = [one for one in result.numbers if one.id.endswith(".ratio")]
    has_competing = any(one.id.endswith(SUBDISTRIBUTION) for one in result.numbers)

    def p_of(id_: str) -> Line:
        return (ref(results, f"{id_}.p"),) if results.value(f"{id_}.p") is not None else ()

    for number in ratios:
        of = number.id.removesuffix(".ratio")
        cells: list[Line] = [
            with_interval(results, number.id)
            if number.estimate.level is not None
            else (ref(results, number.id),),
            p_of(number.id),
            with_interval(results, f"{of}.firth"),
            p_of(f"{of}.firth"),
        ]
        if has_competing:
            cells += [with_interval(results, f"{of}.{SUBDISTRIBUTION}"), p_of(f"{of}.{SUBDISTRIBUTION}")]
        if stands(results, f"{stem}.proportional"):
            cells.append(p_of(f"{of}.proportional"))
        rows.append(Row((words(number.label, head=True), *(words(*cell, numeric=True) for cell in cells))))
    ratio = ratios[0].estimate.unit.capitalize()
    head = ["", f"{ratio} (interval)", "p", "Firth's penalty (interval)", "p"]
    head += ["Subdistribution (interval)", "p"] if has_competing else []
    head += ["Proportional, p"] if stands(results, f"{stem}.proportional") else []
    counted: Line = (
        ref(results, joined(stem, "n")),
        " patients, ",
        ref(results, joined(stem, "events")),
        " of them with the event.",
    )
    refused = dict.fromkeys(one.estimate.reason for one in ratios if one.estimate.reason)
    lines = [*refused, *result.notes]
    notes: list[Line] = [counted, *((line,) for line in lines), *said(result.cautions)]
    return Table(stem, result.clause.name.capitalize(), tuple(head), tuple(rows), tuple(notes))
