"""The document: what the report says, section after section, and the files that it becomes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from caseseries.analysis.results import Result, Results
from caseseries.cases.consistency import Question
from caseseries.cases.series import CaseSeries
from caseseries.literature.claims import Verdict
from caseseries.protocol.clauses.analysis import (
    Compare,
    Entries,
    Landmark,
    ListPatients,
    Summarise,
    Survival,
    Trajectory,
)
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.sentences import sentences
from caseseries.report import figures as draw
from caseseries.report.html import page_html
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
from caseseries.report.provenance import provenance
from caseseries.report.tables import (
    claims_table,
    comparisons_table,
    day_grid,
    entries_table,
    listing,
    spells_table,
    summary_table,
    survival_table,
)

MANY_PATIENTS = 1000
"""Above this many, no line and no figure a patient."""


def documents(
    protocol: Protocol,
    results: Results,
    cases: CaseSeries,
    verdicts: Sequence[Sequence[Verdict]],
    questions: Sequence[Question],
    tell: Callable[[str], None],
) -> dict[str, str]:
    """Every file of the results folder but the manifest: its path and its text."""
    sections = tuple(
        section
        for section in _sections(protocol, results, cases, verdicts, questions, tell)
        if section.blocks
    )
    blocks = [block for section in sections for block in section.blocks]
    files = {"report.html": page_html(protocol, results, sections), "results.json": results.to_json()}
    files |= {f"tables/{table.name}.csv": _csv(table) for table in tables(blocks)}
    files |= {f"figures/{figure.name}.svg": figure.svg for figure in figures(blocks)}
    return files


def _sections(
    protocol: Protocol,
    results: Results,
    cases: CaseSeries,
    verdicts: Sequence[Sequence[Verdict]],
    questions: Sequence[Question],
    tell: Callable[[str], None],
) -> Iterator[Section]:
    tell("setting the tables")
    done = [result for result in results if not result.why_not]
    yield Section("short", "In short", tuple(_in_short(results, cases, protocol)))
    yield Section("promised", "What was promised", tuple(_promised(protocol)))
    if verdicts:
        yield Section(
            "claims",
            "Printed and obtained",
            (Paragraph((_counted(verdicts),)), claims_table(verdicts, results)),
        )
    yield Section("patients", "The patients", tuple(_listings(done, cases, protocol)))
    for result in done:
        if isinstance(result.clause, Summarise):
            yield Section(
                result.slug,
                result.clause.name.capitalize(),
                (summary_table(result.clause, result, results, cases),),
            )
    tell("drawing the curves")
    yield Section("survival", "Survival", tuple(_survival(done, results, protocol)))
    yield Section("causes", "Overlapping categories", tuple(_overlaps(done, results, cases, protocol)))
    tell("drawing the courses")
    yield Section("course", "The course over time", tuple(_courses(done, cases, protocol)))
    compared = [result for result in done if isinstance(result.clause, Compare | Landmark)]
    if compared:
        yield Section("comparisons", "Comparisons", (comparisons_table(compared, results, cases),))
    yield Section("cautions", "Cautions", tuple(_cautions(results)))
    yield Section(
        "words",
        "The results in words",
        tuple(Paragraph(line) for line in results_in_words(results, cases, protocol)),
    )
    yield Section("not-done", "Promised, and not done", tuple(_not_done(results)))
    yield Section("questions", "What the sheet leaves open", tuple(_open(questions, cases)))
    yield Section("provenance", "Where it comes from", tuple(_provenance(results)))


def _in_short(results: Results, cases: CaseSeries, protocol: Protocol) -> Iterator[Block]:
    for line in results_in_words(results, cases, protocol, {"primary"}):
        yield Paragraph(line)


def _promised(protocol: Protocol) -> Iterator[Block]:
    for section in sentences(protocol):
        if section.title == "Question":
            yield Paragraph((" ".join(section.sentences),))
        else:
            yield Fold(section.title, (Paragraph((" ".join(section.sentences),)),))


def _counted(verdicts: Sequence[Sequence[Verdict]]) -> str:
    """How many printed numbers fared how, and which contradict."""
    said = [one[0].said for one in verdicts]
    counts = ", ".join(f"{said.count(word)} {word}" for word in dict.fromkeys(said))
    return f"{len(said)} numbers that were printed, held against what the tables give: {counts}."


def _listings(done: Iterable[Result], cases: CaseSeries, protocol: Protocol) -> Iterator[Block]:
    for result in done:
        if isinstance(result.clause, ListPatients):
            if cases.n > MANY_PATIENTS:
                yield Paragraph((f"{cases.n:,} patients are too many to list here.",))
            else:
                yield listing(result.clause, cases, protocol)
                if cases.spells.height:
                    yield Fold("Every regimen, as typed and as read", (spells_table(cases),))


def _survival(done: Iterable[Result], results: Results, protocol: Protocol) -> Iterator[Block]:
    for result in done:
        if isinstance(result.clause, Survival) and protocol.follow_up:
            moment = (result.clause.counted_from or protocol.follow_up.counted_from).replace("_", " ")
            svg = draw.survival_figure(result, protocol)
            yield Figure(
                result.slug,
                (
                    f"{result.clause.name.capitalize()}, counted from {moment}. "
                    "Shaded: pointwise log-log limits; ticks: censored.",
                ),
                svg,
            )
            yield survival_table(result, results, protocol)


def _overlaps(
    done: Iterable[Result], results: Results, cases: CaseSeries, protocol: Protocol
) -> Iterator[Block]:
    for result in done:
        if isinstance(result.clause, Entries):
            svg = draw.overlap_figure(cases, result.clause.of, result.clause.by)
            yield Figure(
                f"{result.slug}-overlaps",
                ("Who has what together. Hollow: the category is less than stated.",),
                svg,
            )
            yield entries_table(result.clause, result, results, cases)


def _courses(done: Iterable[Result], cases: CaseSeries, protocol: Protocol) -> Iterator[Block]:
    for result in done:
        if isinstance(result.clause, Trajectory) and cases.n <= MANY_PATIENTS:
            clause = result.clause
            serial = next(one for one in protocol.serials if one.name == clause.serial)
            caption = (f"{serial.title} by patient and day.",)
            yield Figure(result.slug, caption, draw.serial_figure(result, cases, protocol))
            beside = [one.name for one in protocol.derived if one.kind == "share" and cases.has(one.name)]
            beside += [one.name for one in protocol.variables if one.kind == "share" and cases.has(one.name)]
            yield day_grid(serial, cases, beside)


def _cautions(results: Results) -> Iterator[Block]:
    """Every caution once, with the analyses that it touches."""
    touched: dict[str, list[str]] = {}
    for result in results:
        for caution in dict.fromkeys(
            (*result.cautions, *(one for number in result.numbers for one in number.cautions))
        ):
            touched.setdefault(caution.sentence, []).append(result.clause.name)
    widest = max((len(names) for names in touched.values()), default=0)
    lines = [
        (f"{sentence} ({', '.join(names) if len(names) < max(widest, 2) else 'every analysis'})",)
        for sentence, names in touched.items()
    ]
    if lines:
        yield Bullets(tuple(lines), "caution")


def _not_done(results: Results) -> Iterator[Block]:
    lines = [(f"{result.clause.name}: {result.why_not}",) for result in results if result.why_not]
    if lines:
        yield Bullets(tuple(lines))


def _open(questions: Sequence[Question], cases: CaseSeries) -> Iterator[Block]:
    if questions:
        yield Bullets(tuple((f"{question.sentence} {question.why}",) for question in questions), "question")
    if cases.unread.height:
        rows = [
            Row(tuple(Cell((str(part),)) for part in (patient, name, text, left, origin)))
            for patient, name, text, left, origin in cases.unread.select(
                "patient", "variable", "text", "left", "origin"
            ).iter_rows()
        ]
        yield Table(
            "unread",
            "Kept as typed: what could not be read",
            ("Patient", "Column", "As typed", "Not understood", "Place"),
            tuple(rows),
        )
    notes = (
        [(patient, note) for patient, note in zip(cases.patients, cases.table["notes"], strict=True) if note]
        if cases.has("notes")
        else []
    )
    if notes:
        yield Fold(
            "Notes of the sheet",
            (Bullets(tuple((f"Patient {patient}: {note}",) for patient, note in notes)),),
        )


def _provenance(results: Results) -> Iterator[Block]:
    made = provenance(results)
    rows = [("Protocol", f"version {made['protocol']['version']}, SHA-256 {made['protocol']['sha256']}")]
    rows += [(name, f"{one['rows']} rows, SHA-256 {one['sha256']}") for name, one in made["inputs"].items()]
    rows += [
        (source.name, f"columns not read: {', '.join(source.left)}")
        for source in results.sources
        if source.left
    ]
    rows += [(name, number) for name, number in made["versions"].items()]
    table_rows = tuple(Row((Cell((name,), head=True), Cell((said,)))) for name, said in rows)
    yield Table("provenance", "Inputs and versions", ("What", "Which"), table_rows)


def _csv(table: Table) -> str:
    """The table as CSV; what a spreadsheet would take for a formula is set off by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.head)
    for row in table.rows:
        writer.writerow([_safe(plain(cell.line)) for cell in row.cells])
    for note in table.notes:
        writer.writerow([_safe(plain(note))])
    return out.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
