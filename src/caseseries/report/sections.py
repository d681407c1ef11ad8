"""The sections: what the report says, one after another, of a finished run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from caseseries.analysis.ids import is_of_one_patient
from caseseries.analysis.multiplicity import promised_tests
from caseseries.analysis.results import Result, Results
from caseseries.evidence.counting import so_many
from caseseries.evidence.pace import Pace, Tell
from caseseries.literature.verdicts import tally
from caseseries.protocol.clauses.analysis import (
    Compare,
    Entries,
    Incidence,
    Landmark,
    ListPatients,
    Regress,
    Relabel,
    Summarise,
    Survival,
    Trajectory,
)
from caseseries.protocol.sentences import sentences
from caseseries.protocol.wording import in_running_text
from caseseries.report import figures as draw
from caseseries.report import screening as found
from caseseries.report.claims_table import claims_held
from caseseries.report.comparison_tables import (
    adjusted_table,
    comparisons_table,
    entries_table,
    methods_table,
    ranges_table,
)
from caseseries.report.course_table import by_day, course_table, patients_table
from caseseries.report.finished import Finished
from caseseries.report.group_table import group_tables
from caseseries.report.incidence_table import incidence_table
from caseseries.report.narrative import results_in_words
from caseseries.report.page import Block, Bullets, Cell, Figure, Fold, Paragraph, Row, Section, Table
from caseseries.report.patient_tables import day_grid, listing, spells_table
from caseseries.report.patients import names_in_figures
from caseseries.report.pool_section import pooled
from caseseries.report.provenance import provenance
from caseseries.report.regression_table import regression_table
from caseseries.report.summary_table import summary_table
from caseseries.report.survival_table import survival_table

Makes = Callable[[Finished], Section]
"""Makes a section of a run; one without a block has nothing to say."""
COUNTED = {
    "database": ("row of evidence", "rows of evidence"),
    "codebook": ("finding",),
    "definition": ("criterion", "criteria"),
    "answers": ("answer",),
}
"""What is counted of a source; of any other kind it is rows."""


def sections(run: Finished, tell: Tell) -> tuple[Section, ...]:
    """The sections that have something to say, in the order of the page.

    The report's own names hold an underscore, which no slug of an analysis does: the two never meet.
    """
    promised = (result for result in run.done if isinstance(result.clause, Summarise))
    made: tuple[Makes, ...] = (
        _section("in_short", "In short", _in_short),
        _section("what_was_promised", "What was promised", _promised),
        _section("the_flow", "How they were found", _flow),
        _section("the_patients", "The patients", _patients),
        *map(_summary, promised),
        _others,
        _section("the_survival", "Survival", _survival),
        _section("the_overlaps", "Overlapping categories", _overlaps),
        _section("the_course", "The course over time", courses),
        _section("the_comparisons", "Comparisons", _comparisons),
        _section("the_regressions", "Regressions", _regressions),
        _section("the_labels", "What flips it", _labels),
        _section("the_cautions", "Cautions", lambda run: every_caution(run.results)),
        _section("the_words", "The results in words", _words),
        _section("not_done", "Promised, and not done", _not_done),
        _section("the_provenance", "Where it comes from", _provenance),
        # What a reader is to judge himself stands last: the print against the tables, the doubts, the others.
        _section("printed_and_obtained", "Printed and obtained", _claims),
        _section("left_open", "What is left open", _open),
        _section("the_pool", "Beside published cohorts", lambda run: pooled(run.cohorts, run.results)),
    )
    step = "setting the tables and drawing the figures"
    tell(step)
    written = [makes(run) for makes in Pace(tell, step, len(made), "section").over(made)]
    return tuple(section for section in written if section.blocks)


def _section(id_: str, title: str, blocks: Callable[[Finished], Iterable[Block]]) -> Makes:
    return lambda run: Section(id_, title, tuple(blocks(run)))


def _summary(result: Result) -> Makes:
    clause = result.clause
    assert isinstance(clause, Summarise)
    return _section(
        result.slug,
        clause.name.capitalize(),
        lambda run: (summary_table(clause, result, run.results, run.cases),),
    )


def _in_short(run: Finished) -> Iterator[Block]:
    if run.screening:
        yield from found.to_know(run.screening)
        yield Paragraph(found.in_short(run.screening, run.results))
    for line in results_in_words(run.results, run.cases, run.protocol, {"primary"}):
        yield Paragraph(line)
    if run.verdicts:
        yield Paragraph((_held(run),))


def _promised(run: Finished) -> Iterator[Block]:
    for section in sentences(run.protocol):
        said = Paragraph((" ".join(section.sentences),))
        yield said if section.title == "Question" else Fold(section.title, (said,))


def _claims(run: Finished) -> Iterator[Block]:
    if run.verdicts:
        yield Paragraph((_held(run),))
        yield from claims_held(run.verdicts, run.results)


def _held(run: Finished) -> str:
    count = len(run.verdicts)
    numbers = "printed number" if count == 1 else "printed numbers"
    return f"{count:,} {numbers}, held against what the tables give: {tally(run.verdicts)}."


def _flow(run: Finished) -> Iterator[Block]:
    if run.screening:
        yield from found.flow(run.screening, run.results, run.protocol)


def _others(run: Finished) -> Section:
    if run.screening is None:
        return Section("the_others", "")
    return found.others(run.screening, run.results, run.cases)


def _patients(run: Finished) -> Iterator[Block]:
    listed = [result.clause for result in run.done if isinstance(result.clause, ListPatients)]
    if listed and not run.names_patients:
        yield Paragraph((f"{run.cases.n:,} patients are too many to list: no line and no figure a patient.",))
        return
    for place, clause in enumerate(listed):
        yield listing(clause, run.cases, is_first=place == 0, behind=run.behind)
    if run.cases.spells.height and run.names_patients:
        yield Fold(
            f"Every regimen, as {run.cases.written} and as read", (spells_table(run.cases, run.behind),)
        )


def _survival(run: Finished) -> Iterator[Block]:
    curves = [result for result in run.done if isinstance(result.clause, Survival)]
    if curves and run.names_patients:
        groups = next((result.groups for result in curves if len(result.groups) > 1), ())
        caption = "Every patient to the last contact."
        if not run.cases.from_records:
            caption += " Ends are as rounded as the time followed was typed."
        caption += _shortened(run)
        yield Figure("every_patient", (caption,), draw.swimmer_figure(run.cases, run.protocol, groups))
    for result in curves:
        yield Figure(result.slug, (draw.curve_caption(result),), draw.survival_figure(result, run.protocol))
        yield survival_table(result, run.results, run.protocol)
    for result in run.done:
        if isinstance(result.clause, Incidence):
            yield Figure(
                result.slug, (draw.curve_caption(result),), draw.incidence_figure(result, run.protocol)
            )
            yield incidence_table(result, run.results, run.protocol)


def _shortened(run: Finished) -> str:
    """What is said under a figure in which patients have not their whole names."""
    is_short = names_in_figures(run.cases.patients) != run.cases.patients
    return " Patients are named by the last digits of their numbers." if is_short else ""


def _overlaps(run: Finished) -> Iterator[Block]:
    for result in run.done:
        if isinstance(result.clause, Entries):
            svg = draw.overlap_figure(run.cases, result.clause.of, result.clause.by)
            caption = "Who has what together. Hollow: the category is less than certain."
            yield Figure(f"{result.slug}-overlaps", (caption,), svg)
            yield entries_table(result.clause, result, run.results, run.cases)


def courses(run: Finished) -> Iterator[Block]:
    """Each serial by day: its figure, its grid, and its courses in numbers, over all and a line a patient."""
    for result in run.done:
        if isinstance(result.clause, Trajectory):
            serial = run.protocol.serial(result.clause.serial)
            svg = draw.serial_figure(result, run.cases, run.protocol)
            yield Figure(result.slug, (f"{serial.title} by day.{_shortened(run)}",), svg)
            if run.names_patients:
                shares = [one.name for one in run.protocol.columns if one.kind == "share"]
                beside = [one for one in shares if run.cases.has(one)]
                lines = by_day(serial, result, run.results)
                yield day_grid(serial, run.cases, beside, lines, run.behind)
            yield course_table(result, serial, run.results)
            if run.names_patients and any(is_of_one_patient(one.id) for one in result.numbers):
                table = patients_table(result, serial, run.cases, run.results)
                yield Fold(
                    f"The course of {in_running_text(serial.title)} in each patient, in numbers", (table,)
                )


def _comparisons(run: Finished) -> Iterator[Block]:
    compared = [result for result in run.done if isinstance(result.clause, Compare | Landmark)]
    if compared:
        yield comparisons_table(compared, run.results, run.cases)
    yield from group_tables(compared, run.results, run.cases)
    for result in compared:
        if isinstance(result.clause, Compare) and result.clause.beside == "all in use":
            table = methods_table(result, run.results)
            yield Fold(f"Every method in use of {result.clause.name}, a line each", (table,))
    if sum(len(promised_tests(result)) for result in run.done) > 1:
        table = adjusted_table(run.done, run.results)
        yield Fold("The promised tests, adjusted for their number", (table,))


def _regressions(run: Finished) -> Iterator[Block]:
    for result in run.done:
        if isinstance(result.clause, Regress):
            yield regression_table(result, run.results)


def _labels(run: Finished) -> Iterator[Block]:
    """What dropping the uncertain labels does: relabellings of the same labels in one figure."""
    alike: dict[tuple[str, ...], list[Result]] = {}
    for result in run.done:
        if isinstance(result.clause, Relabel):
            key = (result.clause.variable, *(group.title for group in result.groups))
            alike.setdefault(key, []).append(result)
    for (variable, *_), several in alike.items():
        title = run.cases.column(variable).title
        caption = f"{title}: every test with each label that is less than certain kept, or dropped."
        svg = draw.flip_figure(several, run.protocol.conventions.level)
        yield Figure(several[0].slug, (caption,), svg)
        yield ranges_table(several, run.results)


def every_caution(results: Results) -> Iterator[Block]:
    """Every caution once, with the analyses that it touches."""
    touched: dict[str, list[str]] = {}
    for result in results:
        own = (caution for number in result.numbers for caution in number.cautions)
        for caution in dict.fromkeys((*result.cautions, *own)):
            touched.setdefault(caution.sentence, []).append(result.clause.name)
    widest = max((len(names) for names in touched.values()), default=0)
    lines = [
        (f"{sentence} ({', '.join(names) if len(names) < max(widest, 2) else 'every analysis'})",)
        for sentence, names in touched.items()
    ]
    if lines:
        yield Bullets(tuple(lines), "caution")


def _words(run: Finished) -> Iterator[Block]:
    for line in results_in_words(run.results, run.cases, run.protocol):
        yield Paragraph(line)


def _not_done(run: Finished) -> Iterator[Block]:
    lines = [(f"“{result.clause.name}”: {result.why_not}",) for result in run.results if result.why_not]
    if lines:
        yield Bullets(tuple(lines))


def _open(run: Finished) -> Iterator[Block]:
    if run.screening:
        yield from found.left_open(run.screening, run.results)
    if run.questions:
        many = "One question" if len(run.questions) == 1 else f"{len(run.questions)} questions"
        of = f"{many} about {run.cases.kept_in}, what cannot be true first, then the least probable."
        yield Paragraph((f"{of} None is a verdict: most that is unlikely has a plain explanation.",))
        yield Bullets(tuple((one.in_full,) for one in run.questions), "question")
    cases = run.cases
    if cases.unread.height:
        parts = cases.unread.select("patient", "variable", "text", "left", "origin").iter_rows()
        rows = tuple(Row(tuple(Cell((str(part),)) for part in one)) for one in parts)
        head = ("Patient", "Column", f"As {cases.written}", "Not understood", "Place")
        yield Table("kept_as_typed", f"Kept as {cases.written}: what could not be read", head, rows)
    if cases.has("notes") and run.names_patients:
        noted = zip(cases.patients, cases.table["notes"], strict=True)
        lines = tuple((f"Patient {patient}: {note}",) for patient, note in noted if note)
        if lines:
            yield Fold(f"Notes of {cases.kept_in}", (Bullets(lines),))


def _provenance(run: Finished) -> Iterator[Block]:
    made = provenance(run.results, run.printed)
    said = [("Protocol", f"version {made['protocol']['version']}, SHA-256 {made['protocol']['sha256']}")]
    counted = {source.name: COUNTED[source.kind] for source in run.results.sources if source.kind in COUNTED}
    said += [
        (name, f"{so_many(one['rows'], *counted.get(name, ('row',)))}, SHA-256 {one['sha256']}")
        for name, one in made["inputs"].items()
    ]
    left = [(source.name, ", ".join(source.left)) for source in run.results.sources if source.left]
    said += [(name, f"columns not read: {columns}") for name, columns in left]
    said += list(made["versions"].items())
    rows = tuple(Row((Cell((name,), head=True), Cell((which,)))) for name, which in said)
    yield Table("inputs_and_versions", "Inputs and versions", ("What", "Which"), rows)
