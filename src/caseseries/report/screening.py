"""How the patients were found, on paper: the flow, the verdicts, who was not taken, and what is left open."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from caseseries.analysis.beside import side_by_side
from caseseries.analysis.ids import joined, of_criterion, of_step, of_steps
from caseseries.analysis.results import Results
from caseseries.analysis.verdicts import FLAGGED, RECALLED, TRUTHS, UNFLAGGED, by_flag
from caseseries.cases.screening import Screening
from caseseries.cases.series import CaseSeries
from caseseries.evidence.attrition import Step
from caseseries.evidence.counting import so_many
from caseseries.protocol.clauses.analysis import ATTRITION, BESIDE, CRITERIA, Summarise
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import all_of, in_running_text
from caseseries.report.flow_figure import flow_figure
from caseseries.report.page import (
    Block,
    Bullets,
    Cell,
    Figure,
    Fold,
    Inline,
    Line,
    Paragraph,
    Row,
    Section,
    Table,
    ref,
    words,
)
from caseseries.report.summary_table import summary_table

FATES = {"in": "In", "out": "Out", "open": "Open", "not-shown": "Could not be shown"}
WHAT_OPEN_IS = (
    "Open: a person must answer from the chart. Could not be shown: too little is recorded to tell, and out "
    "of reach of review; nobody of them is called healthy."
)
MET_IS_NOT_ILL = (
    "Met says what is recorded, not who is ill: which share of those who meet the definition have the "
    "disease (its positive predictive value) is told by reviewed charts alone, and no number here is that "
    "share."
)


def to_know(screening: Screening) -> Iterator[Block]:
    """What the records lack, and what their vocabulary says otherwise than the codebook."""
    if screening.notes:
        notes = Bullets(tuple((note,) for note in screening.notes))
        many = so_many(len(screening.notes), "note")
        yield Fold(
            f"To know before any number: {many} on these records and their codes", (notes,), is_open=True
        )


def in_short(screening: Screening, results: Results) -> Line:
    """The flow in a sentence: from the database by every named step to the case series."""
    steps = screening.attrition.steps
    pieces = of_steps(step.name for step in steps)
    line: list[Inline] = ["Of ", ref(results, of_step("patients", "")), " patients in the records, "]
    for piece, step in zip(pieces, steps, strict=True):
        if step.name:
            line += [ref(results, of_step(piece, "in")), f" reached \u201c{step.name}\u201d ({_asked(step)}"]
            verb = "is" if results.value(of_step(piece, "open")) == 1 else "are"
            line += ["; ", ref(results, of_step(piece, "open")), f" more {verb} open"] if step.open else []
            line += ["), "]
    return (*line, "and ", ref(results, of_step(pieces[-1], "in")), " are in the case series.")


# ---- The flow ----


def flow(screening: Screening, results: Results, protocol: Protocol) -> Iterator[Block]:
    """The flow diagram, the same as a table, and the verdicts by criterion."""
    svg = flow_figure(screening, results, protocol)
    yield Figure(ATTRITION, (f"From the database to the case series. {WHAT_OPEN_IS}",), svg)
    yield attrition_table(screening, results)
    yield verdicts_table(screening, results)


def attrition_table(screening: Screening, results: Results) -> Table:
    """A line a step: who came, and where they went."""
    none = [words() for _ in FATES]
    patients, setting = (ref(results, of_step(part, "")) for part in ("patients", "in-setting"))
    outside = ref(results, of_step("outside", ""))
    first = Row((words("In the database", head=True), words(), words(patients, numeric=True), *none))
    came = (words(patients, numeric=True), words(setting, numeric=True), words(outside, numeric=True))
    second = Row((words("With a stay in the setting", head=True), *came, *none[2:], words()))
    steps = screening.attrition.steps
    pieces = of_steps(step.name for step in steps)
    rows = [
        line
        for place, (piece, step) in enumerate(zip(pieces, steps, strict=True))
        for line in (
            _step_line(piece, step, results),
            *(_beside_lines(screening, results) if place == screening.taken - 1 else ()),
        )
    ]
    head = ("Step", "Came", *FATES.values(), "Notes")
    return Table(ATTRITION, "The flow, step by step, in patients", head, (first, second, *rows))


def _step_line(piece: str, step: Step, results: Results) -> Row:
    came = words(ref(results, joined(of_step(piece, "in"), "n")), numeric=True)
    went = (words(ref(results, of_step(piece, fate)), numeric=True) for fate in FATES)
    title = _capital(f"{step.name}: {_asked(step)}" if step.name else _asked(step))
    return Row((words(title, head=True), came, *went, words("; ".join(step.notes))))


def _beside_lines(screening: Screening, results: Results) -> Iterator[Row]:
    lines = {"exposed-before-known": "of them given the drug before the criteria were known to be met"}
    lines |= {"further-episodes": "further episodes of theirs, counted and not analysed"}
    for part, title in lines.items():
        if of_step(part, "") in results.numbers:
            count = words(ref(results, of_step(part, "")), numeric=True)
            yield Row((words(title, head=True, depth=1), words(), count, *(words() for _ in FATES)))


# ---- The verdicts ----


def verdicts_table(screening: Screening, results: Results) -> Table:
    """A line a criterion: of those who meet the definition so many met, not met, unknown; and how firmly."""
    parts = (*TRUTHS, UNFLAGGED, FLAGGED, RECALLED)
    every = screening.verdicts.unique("criterion", maintain_order=True).select("criterion", "title")
    rows = []
    for name, title in every.iter_rows():
        if name:
            counts = [words(ref(results, of_criterion(name, part)), numeric=True) for part in parts]
        else:
            counts = [words(ref(results, of_criterion("", "n")), numeric=True), words(), words()]
            counts += [words(ref(results, of_criterion("", part)), numeric=True) for part in parts[3:]]
        counts[parts.index(FLAGGED)] = words(*_flagged(screening, results, name), numeric=True)
        rows.append(Row((words(title, head=True), *counts), is_group=not name))
    judged = ("Met", "Not met", "Unknown", "Met without flagged evidence", "Decided by flagged evidence")
    head = ("Criterion", *judged, "On a recalled code")
    notes = (
        ("Of everyone who meets the definition, on the day on which they first do.",),
        (
            "Flagged: evidence that something else may explain, such as a transfusion the day before; it "
            "changes no verdict. One column asks again without that evidence; the other counts the verdicts "
            "with such evidence behind them: met, not met, or still unknown.",
        ),
        ("On a recalled code: decided by a finding that has a code known from memory only.",),
        (MET_IS_NOT_ILL,),
    )
    return Table(CRITERIA, "The verdicts, criterion by criterion, in patients", head, tuple(rows), notes)


def _flagged(screening: Screening, results: Results, name: str) -> Iterator[Inline]:
    """Of how many a criterion was decided by flagged evidence, and by which flag: "7 (chemotherapy 5)"."""
    yield ref(results, of_criterion(name, FLAGGED))
    mine = screening.verdicts.filter(pl.col("criterion") == name)
    flags = mine.explode("flags")["flags"].drop_nulls().unique().sort()
    for place, flag in enumerate(flags):
        yield f"{', ' if place else ' ('}{flag} "
        yield ref(results, of_criterion(name, by_flag(flag)))
    if flags.len():
        yield ")"


# ---- Who was not taken ----


def others(screening: Screening, results: Results, cases: CaseSeries) -> Section:
    """The baseline variables of the cases, beside those who went out at the last step of the screening.

    Empty where nobody did.
    """
    if BESIDE not in {result.slug for result in results.screened}:
        return Section("the_others", "")
    result = results.result(BESIDE)
    assert isinstance(result.clause, Summarise)
    table = summary_table(result.clause, result, results, side_by_side(screening, cases))
    taken, not_taken = result.groups[1:]
    steps = screening.attrition.steps
    asked = in_running_text(steps[screening.taken - 1].title)
    who = f"{taken.title}: the case series. {not_taken.title}: out at the step \u201c{asked}\u201d."
    after = [in_running_text(step.title) for step in steps[screening.taken :] if step.out]
    lacking = [f"Who was taken and then lacked something (\u201c{all_of(after)}\u201d) is in neither."]
    notes = (who, *(lacking if after else ()), "This describes; it was not promised, and nothing is tested.")
    title = f"{taken.title} and {in_running_text(not_taken.title)}"
    lines = (*((note,) for note in notes), *table.notes)
    shown = Table(BESIDE, f"{title}, by what is known of both", table.head, table.rows, lines)
    return Section("the_others", title, (shown,))


# ---- What is left open ----


def left_open(screening: Screening, results: Results) -> Iterator[Block]:
    """At each step how many are in and how many more are open, and what is asked of them."""
    last = of_steps(step.name for step in screening.attrition.steps)[-1]
    kept, waiting = ref(results, of_step(last, "in")), ref(results, of_step("open", ""))
    yield Paragraph(("In the case series: ", kept, ". Open, for a person to answer: ", waiting, "."))
    lines = list(_open_steps(screening, results))
    if screening.unanswered:
        questions = ref(results, of_step("questions", ""))
        left = _plural(screening.unanswered, " question")
        lines.append(("Not answered yet of those who are in: ", questions, left))
    if lines:
        yield Bullets(tuple(lines), "question")
    if len(screening.attrition.reach) > 1:
        yield _reach(screening, results)
    if screening.set_aside.height:
        yield Fold("Rows that were set aside", (set_aside_table(screening.set_aside),))


def _open_steps(screening: Screening, results: Results) -> Iterator[Line]:
    steps = screening.attrition.steps
    for place, piece in enumerate(of_steps(step.name for step in steps)):
        if steps[place].open:
            into, waiting = ref(results, of_step(piece, "in")), ref(results, of_step(piece, "open"))
            questions = ref(results, of_step(piece, "questions"))
            asked = ("; ", questions, f"{_plural(screening.questions[place], ' question')} left")
            yield (f"{_capital(steps[place].title)}: ", into, " in, ", waiting, " open", *asked)


def _reach(screening: Screening, results: Results) -> Paragraph:
    """What a review of each reach would cost."""
    line: list[Inline] = ["Charts to read in a review that asks about patients short by at most "]
    for short in range(1, len(screening.attrition.reach)):
        criteria = "1 criterion: " if short == 1 else f", {short}: "
        line += [criteria, ref(results, of_step(f"reach.{short}", ""))]
    return Paragraph((*line, "."))


def set_aside_table(aside: pl.DataFrame) -> Table:
    """A line a finding, a column a reason: rows that decide nothing, and do not count as having looked."""
    reasons = aside["why"].unique(maintain_order=True).to_list()
    counts = {(finding, why): rows for finding, why, rows in aside.iter_rows()}
    rows = [
        Row((words(finding, head=True), *(_rows_cell(counts.get((finding, why))) for why in reasons)))
        for finding in aside["finding"].unique(maintain_order=True)
    ]
    note = "They decide nothing, and do not count as having looked; of the stays that were read in full."
    head = ("", *map(_capital, reasons))
    return Table("set_aside", "Rows set aside, by finding and reason", head, tuple(rows), ((note,),))


def _rows_cell(count: int | None) -> Cell:
    return words("" if count is None else f"{count:,}", numeric=True)


def _asked(step: Step) -> str:
    """What a step asks, in its own words."""
    return f"dropped: {step.title}" if step.is_drop else step.title


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
