"""The released copy: what of a hospital's run may leave it, and nothing else.

Every section is named here. One that the report gains does not leave until somebody adds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from caseseries.analysis.ids import joined, of_column
from caseseries.analysis.patient_courses import MANY_PATIENTS
from caseseries.analysis.released import Released, released
from caseseries.analysis.released_rule import BANDED, OLD, SMALLEST
from caseseries.cases.pseudonyms import pseudonyms, under_pseudonyms, without_words
from caseseries.cases.screening import Screening
from caseseries.cases.series import CaseSeries
from caseseries.evidence.counting import so_many
from caseseries.protocol.clauses.analysis import (
    Compare,
    Entries,
    Incidence,
    Landmark,
    ListPatients,
    Summarise,
    Survival,
)
from caseseries.protocol.clauses.variable import Take
from caseseries.protocol.sentences import sentences
from caseseries.report import figures as draw
from caseseries.report import screening as found
from caseseries.report.comparison_tables import comparisons_table, entries_table
from caseseries.report.document import table_csv
from caseseries.report.finished import Finished
from caseseries.report.group_table import group_tables
from caseseries.report.html import released_html
from caseseries.report.incidence_table import incidence_table
from caseseries.report.narrative import results_in_words
from caseseries.report.page import (
    Block,
    Bullets,
    Cell,
    Figure,
    Fold,
    Paragraph,
    Row,
    Section,
    Table,
    figures,
    plain,
    tables,
)
from caseseries.report.patient_tables import DASH, listing
from caseseries.report.provenance import versions
from caseseries.report.sections import courses, every_caution
from caseseries.report.summary_table import summary_table
from caseseries.report.survival_table import survival_table

FORMAT = "caseseries released results 1"
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DATE = re.compile(rf"\b(?P<a>(?:19|20)\d\d)-\d\d-\d\d\b|\b\d{{1,2}} (?:{MONTHS}) (?P<b>(?:19|20)\d\d)\b")
"""A date as it is written in files, or in sentences: those of the study itself are cut to the year."""


@dataclass(frozen=True)
class _Copy:
    """What the sections are made of: released results, and the cases, whose names are others."""

    run: Finished
    released: Released
    cases: CaseSeries
    screening: Screening | None
    with_patients: bool


def released_files(run: Finished, smallest: int = SMALLEST, with_patients: bool = False) -> dict[str, str]:
    """Every file of the released copy but the manifest. ValueError: `smallest` is below 3.

    `with_patients` adds a line for each patient of the case series, where these are at most MANY_PATIENTS.
    """
    copy = _copied(run, smallest, with_patients and run.cases.n <= MANY_PATIENTS)
    written = tuple(section for section in _sections(copy) if section.blocks)
    blocks = [block for section in written for block in section.blocks]
    size, results = copy.released.size, copy.released.results
    files = {
        "report.html": released_html(run.protocol, results, written, copy.released.rule, size),
        "results.json": _json(copy.released),
        **{f"tables/{table.name}.csv": table_csv(table) for table in tables(blocks)},
        **{f"figures/{figure.name}.svg": figure.svg for figure in figures(blocks)},
    }
    return {name: DATE.sub(r"\g<a>\g<b>", text) for name, text in files.items()}


def _copied(run: Finished, smallest: int, with_patients: bool) -> _Copy:
    names = pseudonyms(run.cases) if with_patients else {}
    kept = without_words(run.cases)
    gone = {one.name for one in run.cases.dictionary} - {one.name for one in kept.dictionary}
    dropped = [joined(result.slug, of_column(name)) for result in run.results.every for name in sorted(gone)]
    cases = under_pseudonyms(run.cases, names, _ages(run), OLD + 1) if names else kept
    screening = run.screening
    if screening is not None:
        steps = tuple(replace(step, notes=()) for step in screening.attrition.steps)
        screening = replace(
            screening,
            attrition=replace(screening.attrition, steps=steps),
            beside=without_words(screening.beside),
        )
    ages = {
        patient: age
        for column in _ages(run)
        if run.cases.has(column)
        for patient, age in zip(run.cases.patients, run.cases.table[column], strict=True)
        if age is not None
    }
    made = released(run.results, screening, smallest=smallest, names=names, dropped=dropped, ages=ages)
    return _Copy(run, made, cases, screening, with_patients)


def _ages(run: Finished) -> list[str]:
    """The columns that hold an age."""
    variables = run.protocol.variables
    return [one.name for one in variables if isinstance(one.take, Take) and one.take.person == "age"]


def _json(copy: Released) -> str:
    content = copy.results.content() | {"format": FORMAT}
    if not copy.results.patients:
        del content["patients"]
        for number in content["numbers"].values():
            del number["patients"]
        for analysis in content["analyses"].values():
            analysis["groups"] = [{"key": one["key"], "title": one["title"]} for one in analysis["groups"]]
    rule = {"sentences": list(copy.rule), "smallest": copy.smallest, "smallest_group": copy.smallest_group}
    return json.dumps({**content, "rule": rule}, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


# ---- The sections ----


def _sections(copy: _Copy) -> Iterator[Section]:
    results, protocol, cases = copy.released.results, copy.run.protocol, copy.cases
    done = [result for result in results if not result.why_not]
    yield Section("the_rule", "What is in this copy, and what is not", tuple(_rule(copy.released)))
    yield Section("what_was_promised", "What was promised", tuple(_promised(copy)))
    if copy.screening is not None:
        yield Section("the_flow", "How they were found", tuple(found.flow(copy.screening, results, protocol)))
    if copy.with_patients:
        yield Section("the_patients", "The patients", tuple(_patients(copy)))
    for result in done:
        if isinstance(result.clause, Summarise):
            table = summary_table(result.clause, result, results, cases)
            yield Section(result.slug, result.clause.name.capitalize(), (table,))
    if copy.screening is not None:
        yield found.others(copy.screening, results, cases)
    yield Section("the_survival", "Survival", tuple(_survival(copy)))
    entered = (
        entries_table(result.clause, result, results, cases)
        for result in done
        if isinstance(result.clause, Entries)
    )
    yield Section("the_overlaps", "Overlapping categories", tuple(entered))
    if copy.with_patients:
        yield Section("the_course", "The course over time", tuple(courses(_as_run(copy))))
    compared = [result for result in done if isinstance(result.clause, Compare | Landmark)]
    shown = (comparisons_table(compared, results, cases),) if compared else ()
    side_by_side = group_tables(compared, results, cases)
    yield Section("the_comparisons", "Comparisons", (*shown, *side_by_side))
    yield Section("the_cautions", "Cautions", tuple(every_caution(results)))
    words = tuple(Paragraph(line) for line in results_in_words(results, cases, protocol))
    yield Section("the_words", "The results in words", words)
    not_done = tuple((f"“{result.clause.name}”: {result.why_not}",) for result in results if result.why_not)
    yield Section("not_done", "Promised, and not done", (Bullets(not_done),) if not_done else ())
    yield Section("the_provenance", "Where it comes from", (_provenance(copy),))


def _as_run(copy: _Copy) -> Finished:
    """A run of what is released alone."""
    return Finished(copy.run.protocol, copy.cases, copy.released.results)


def _rule(copy: Released) -> Iterator[Block]:
    yield Bullets(tuple((sentence,) for sentence in copy.rule))
    size = copy.smallest_group
    said = so_many(size, "patient") if size else "none: no number is left"
    yield Paragraph((f"The smallest group that a number in this copy rests on: {said}.",))


def _promised(copy: _Copy) -> Iterator[Block]:
    for section in sentences(copy.run.protocol):
        said = Paragraph((" ".join(section.sentences),))
        yield said if section.title == "Question" else Fold(section.title, (said,))


def _patients(copy: _Copy) -> Iterator[Block]:
    ages = _ages(copy.run)
    listed = [result.clause for result in copy.released.results if isinstance(result.clause, ListPatients)]
    for clause in listed:
        variables = tuple(one for one in clause.variables if copy.cases.has(one))
        own = clause.model_copy(update={"variables": variables})
        table = listing(own, copy.cases, is_first=clause is listed[0])
        old = {number for number, one in enumerate(variables, 1) if one in ages}
        yield replace(table, rows=tuple(_banded(row, old) for row in table.rows))


def _banded(row: Row, old: set[int]) -> Row:
    """The row with who is cut at the greatest age said to be as old or older."""
    cells = (
        replace(cell, line=(band,)) if place in old and (band := _band(cell)) else cell
        for place, cell in enumerate(row.cells)
    )
    return replace(row, cells=tuple(cells))


def _band(cell: Cell) -> str:
    """What stands in the place of an age, or of a range of ages, that ends at the greatest; else ""."""
    low, _, high = plain(cell.line).lstrip("<>=").rpartition(DASH)
    if high != f"{OLD + 1}":
        return ""
    return f"{low}, or {BANDED}" if low else BANDED


def _survival(copy: _Copy) -> Iterator[Block]:
    results, protocol = copy.released.results, copy.run.protocol
    for result in results:
        if isinstance(result.clause, Survival) and not result.why_not:
            if copy.with_patients:
                yield Figure(
                    result.slug, (draw.curve_caption(result),), draw.survival_figure(result, protocol)
                )
            yield survival_table(result, results, protocol)
        if isinstance(result.clause, Incidence) and not result.why_not:
            if copy.with_patients:
                yield Figure(
                    result.slug, (draw.curve_caption(result),), draw.incidence_figure(result, protocol)
                )
            yield incidence_table(result, results, protocol)


def _provenance(copy: _Copy) -> Table:
    results = copy.released.results
    said: Mapping[str, str] = {
        "Protocol": f"version {results.version}, SHA-256 {results.protocol}",
        "Records": "of a hospital, which are not named here",
        **versions(of_records=True),
    }
    rows = tuple(Row((Cell((name,), head=True), Cell((which,)))) for name, which in said.items())
    return Table("inputs_and_versions", "Inputs and versions", ("What", "Which"), rows)
