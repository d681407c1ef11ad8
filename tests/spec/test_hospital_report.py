"""What the report says of a hospital's run: the flow, the verdicts, who was not taken, the rows behind."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html import unescape
from xml.etree import ElementTree

import polars as pl
import pytest
from tests.spec.a_hospital import ATTRITION, Run, hospital
from tests.spec.test_figures import beyond, boxes, overlapping

import caseseries.report.rows
from caseseries.analysis.ids import of_steps
from caseseries.evidence.attrition import Attrition, Step
from caseseries.report.finished import Finished
from caseseries.report.flow_figure import flow_figure
from caseseries.report.page import Bullets, Cell, Fold, Table, plain, tables
from caseseries.report.patients import names_in_figures
from caseseries.report.rows import behind
from caseseries.report.screening import in_short
from caseseries.report.sections import sections

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return hospital(tmp_path_factory.mktemp("hospital"))


def table(run: Run, name: str) -> Table:
    blocks = [block for one in sections(run.finished, lambda step: None) for block in one.blocks]
    return next(one for one in tables(blocks) if one.name == name)


def lines(run: Run, name: str) -> list[str]:
    return [" | ".join(plain(cell.line) for cell in row.cells) for row in table(run, name).rows]


def drawn(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def read(page: str) -> str:
    """What is read on a page, without its script and its figures."""
    page = re.sub(r"(?s)<(script|style|head|svg)\b.*?</\1>", "", page)
    return unescape(re.sub(r"<[^>]*>", " ", page)).replace("\u00a0", " ")


# ---- The flow ----


def test_every_count_of_the_diagram_is_that_of_the_attrition(run: Run) -> None:
    assert drawn(run.files["figures/attrition.svg"]) == [
        "In the database",
        "1,000 patients",
        "Without such a stay: 100",
        "Inpatient stay, admitted 2010-01-01 to 2019-12-31",
        "900 patients",
        "Out: 90",
        "Open: a person must answer: 4",
        "Could not be shown: 6",
        "Older than 18 years",
        "800 patients",
        "Out: 1",
        "Open: a person must answer: 30",
        "Could not be shown: 760",
        "Confirmed",
        "Met at least 5 of 8 criteria",
        "9 patients",
        "Primary HLH",
        "Out: 1",
        "Of 2 it is not known",
        "The others",
        "8 patients",
        "Out: 2",
        "Open: a person must answer: 1",
        "Treated",
        "Given anakinra",
        "5 patients",
        "Of them given the drug before the criteria were known to be met: 2",
        "Further episodes, not analysed: 1",
        "Out: 1",
        "1 lack alive",
        "The case series",
        "Outcome documented",
        "4 patients",
    ]


def test_the_table_beside_says_the_same(run: Run) -> None:
    assert lines(run, "attrition") == [
        "In the database |  | 1,000 |  |  |  | ",
        "With a stay in the setting | 1,000 | 900 | 100 |  |  | ",
        "Older than 18 years | 900 | 800 | 90 | 4 | 6 | ",
        "Confirmed: met at least 5 of 8 criteria | 800 | 9 | 1 | 30 | 760 | ",
        "Dropped: primary HLH | 9 | 8 | 1 | 0 | 0 | of 2 it is not known",
        "Treated: given anakinra | 8 | 5 | 2 | 1 | 0 | ",
        "of them given the drug before the criteria were known to be met |  | 2 |  |  |  | ",
        "further episodes of theirs, counted and not analysed |  | 1 |  |  |  | ",
        "Outcome documented | 5 | 4 | 1 | 0 | 0 | 1 lack alive",
    ]


def test_the_parts_of_each_step_add_up_to_who_came(run: Run) -> None:
    came = ATTRITION.in_setting
    for piece in of_steps(step.name for step in ATTRITION.steps):
        fates = ("in", "out", "open", "not-shown")
        parts = [int(run.results.value(f"attrition.{piece}.{fate}") or 0) for fate in fates]
        assert sum(parts) == run.results.value(f"attrition.{piece}.in.n") == came
        came = parts[0]
    assert came == run.cases.n


def test_numbers_of_the_flow_are_looked_up_like_any_other(run: Run) -> None:
    assert run.results.value("attrition.confirmed.in") == 9
    assert run.results.value("attrition.3.out") == 1
    assert run.results.value("attrition.open") == 35
    assert run.results.value("attrition.reach.2") == 55
    assert run.results.number("attrition.confirmed.in").patients == tuple("123456789")
    assert run.results.number("attrition.confirmed.open").patients == ()
    assert run.results.number("attrition.treated.open").patients == ("6",)
    assert run.results.number("attrition.treated.out").patients == ("7", "8")
    assert run.results.number("attrition.5.in").patients == ("1", "2", "3", "4")
    assert run.results.number("attrition.5.out").patients == ("5",)
    assert "confirmed" not in repr(run.results["overall survival"])
    assert "9 patients; n = 800" in repr(run.results["attrition"])


def test_steps_are_known_by_their_names_or_their_numbers() -> None:
    assert of_steps(["", "Confirmed HLH", "", "confirmed hlh", "3", "!"]) == (
        "1",
        "confirmed-hlh",
        "3",
        "4",
        "5",
        "6",
    )


def test_the_flow_in_a_sentence(run: Run) -> None:
    assert plain(in_short(run.screening, run.results)) == (
        "Of 1,000 patients in the records, 9 reached “confirmed” (met at least 5 of 8 criteria; 30 more are "
        "open), 5 reached “treated” (given anakinra; 1 more is open), and 4 are in the case series."
    )


LONG = "a title that goes on and on, as titles of steps do where everything has to be said in one sentence; "
FLOWS = {
    "of the ward": ATTRITION,
    "long titles": replace(
        ATTRITION,
        steps=tuple(replace(step, title=LONG * 3, notes=(LONG, LONG)) for step in ATTRITION.steps),
    ),
    "nobody": Attrition(0, 0, tuple(Step(one.title, 0, 0, 0, 0, one.name) for one in ATTRITION.steps)),
    "millions": replace(
        ATTRITION,
        patients=9_999_999,
        in_setting=9_999_999,
        steps=(Step("grown up", 800, 9_999_199, 0, 0), *ATTRITION.steps[1:]),
    ),
}


@pytest.mark.parametrize("name", FLOWS)
def test_nothing_in_the_diagram_overlaps_or_leaves_its_box(run: Run, name: str) -> None:
    screening = replace(run.screening, attrition=FLOWS[name])
    results = replace(run, screening=screening).results
    svg = flow_figure(screening, results, run.protocol)
    assert not overlapping(svg)
    assert not beyond(svg)
    right_of_main = (0.04 + 3.3) * 72
    for _, left, right, *_ in boxes(svg):
        assert right <= right_of_main or left > right_of_main


# ---- The verdicts ----


def test_the_verdicts_criterion_by_criterion(run: Run) -> None:
    assert table(run, "criteria").head[1:] == (
        "Met",
        "Not met",
        "Unknown",
        "Met without flagged evidence",
        "Decided by flagged evidence",
        "On a recalled code",
    )
    assert lines(run, "criteria") == [
        "HLH-2004 | 9 |  |  | 8 | 3 (g-csf 1, transfused 3) | 1",
        "Fever | 9 | 0 | 0 | 9 | 0 | 0",
        "Low counts | 9 | 0 | 0 | 6 | 3 (g-csf 1, transfused 3) | 1",
        "NK activity | 1 | 1 | 7 | 1 | 0 | 0",
    ]
    assert run.results.number("criteria.low-counts.unflagged").patients == tuple("123456")
    assert run.results.number("criteria.low-counts.flagged").patients == tuple("789")
    assert run.results.number("criteria.low-counts.flagged.g-csf").patients == ("9",)


# ---- Who was not taken ----


def test_the_report_says_that_only_charts_tell_who_is_ill(run: Run) -> None:
    said = [plain(note) for note in table(run, "criteria").notes]
    assert any("positive predictive value" in one and "reviewed charts alone" in one for one in said)
    assert "told by reviewed charts alone" in read(run.files["report.html"])


def test_those_who_were_treated_beside_those_who_were_not(run: Run) -> None:
    assert table(run, "beside").head == ("", "All", "Treated", "Not treated")
    assert lines(run, "beside") == [
        "Patients | 6 | 4 | 2",
        "Age, years | 45 (25–70) | 36.5 (25–61) | 60 (50–70)",
        "Cause |  |  | ",
        "lymphoma | 3 (60%) | 2 (50%) | 1 (100%)",
        "infection | 3 (60%) | 3 (75%) | 0 (0%)",
        "more than one | 1 (20%) | 1 (25%) | 0 (0%)",
        "missing | 1 | 0 | 1",
    ]
    assert run.results.value("beside.not-treated.n") == run.results.value("attrition.treated.out")
    assert run.results.number("beside.age.not-treated.median").patients == ("7", "8")
    assert all(number.estimate.p is None for number in run.results.result("beside").numbers)


def test_without_anybody_beside_there_is_no_such_table(run: Run) -> None:
    nobody = run.screening.beside.only(pl.Series([False, False]))
    alone = replace(run, screening=replace(run.screening, beside=nobody))
    assert [one.slug for one in alone.results.screened] == ["attrition", "criteria"]
    assert "tables/beside.csv" not in alone.files


def test_a_last_step_without_a_name_parts_by_the_case_series(run: Run) -> None:
    *before, last, end = ATTRITION.steps
    nameless = replace(ATTRITION, steps=(*before, replace(last, name=""), end))
    groups = (
        replace(run, screening=replace(run.screening, attrition=nameless)).results.result("beside").groups
    )
    assert [one.title for one in groups] == ["All", "In the case series", "Not in it"]


# ---- What to know of the records ----


def test_what_is_told_of_the_records_and_their_codes_stands_before_any_number(run: Run) -> None:
    said = run.finished.screening
    assert said is not None
    page = " ".join(read(run.files["report.html"]).split())
    told = page.index("To know before any number: 1 note on these records and their codes")
    assert told < page.index(said.notes[0]) < page.index("1,000 patients in the records")
    many = replace(run.finished, screening=replace(said, notes=tuple(f"Note {n}." for n in range(1, 31))))
    first = sections(many, lambda step: None)[0].blocks[0]
    assert isinstance(first, Fold)
    assert first.title == "To know before any number: 30 notes on these records and their codes"
    [notes] = first.blocks
    assert isinstance(notes, Bullets)
    assert notes.lines[-1] == ("Note 30.",)
    none = replace(run.finished, screening=replace(said, notes=()))
    assert not isinstance(sections(none, lambda step: None)[0].blocks[0], Fold)


# ---- What is left open ----


def test_both_counts_and_the_questions_are_printed(run: Run) -> None:
    text = " ".join(read(run.files["report.html"]).split())
    assert "In the case series: 4 . Open, for a person to answer: 35 ." in text
    assert "Met at least 5 of 8 criteria: 9 in, 30 open; 61 questions left" in text
    assert "Given anakinra: 5 in, 1 open; 2 questions left" in text
    assert "Not answered yet of those who are in: 3 questions" in text
    assert "short by at most 1 criterion: 30 , 2: 55 , 3: 77 ." in text


def test_what_was_set_aside_is_counted_by_finding_and_reason(run: Run) -> None:
    assert table(run, "set_aside").head == ("", "No end", "No unit", "No value")
    assert lines(run, "set_aside") == ["visit | 7 |  | ", "ferritin |  | 2 | 1,234"]


# ---- The rows behind the cells ----


def pointed(page: str) -> set[str]:
    return {unescape(one) for one in re.findall(r'href="([^"]*)"', page)} - {"data:,"}


def ids(page: str) -> set[str]:
    return {unescape(one) for one in re.findall(r'\bid="([^"]*)"', page)}


def test_every_link_leads_somewhere(run: Run) -> None:
    page = run.files["report.html"]
    numbers = json.loads(run.files["results.json"])["numbers"]
    places = {one.removeprefix("#") for one in pointed(page)}
    assert places - set(numbers) <= ids(page)
    several = {row for rows in re.findall(r'data-rows="([^"]*)"', page) for row in rows.split()}
    assert several
    assert several <= ids(page)


def test_a_cell_leads_to_the_rows_that_it_rests_on(run: Run) -> None:
    [shown] = tables(run.finished.rows.blocks)
    rows = {row.anchor: plain(row.cells[3].line) for row in shown.rows}
    [patient, age, cause, alive, months] = table(run, "patients").rows[1].cells
    assert patient.rows == ()
    assert [rows[one] for one in age.rows] == ["person"]
    assert [rows[one] for one in cause.rows] == ["cause", "note"]
    assert [rows[one] for one in alive.rows] == ["death"]
    assert [rows[one] for one in months.rows] == ["ferritin", "death"]
    page = run.files["report.html"]
    assert f'title="death:2"><a class="r" href="#{alive.rows[0]}">Dead</a></td>' in page


def test_a_row_is_shown_as_it_was_recorded(run: Run) -> None:
    found = list(csv.reader(io.StringIO(run.files["tables/rows_of_the_records.csv"])))
    assert found[0] == ["Patient", "Day", "Date", "Finding", "Value", "Unit", "As recorded", "Row"]
    assert found[1] == ["1", "3", "2012-07-26", "ferritin", ">2000", "ng/mL", ">2,000", "measurement:-11"]
    assert found[3] == ["1", "", "", "cause", "", "", "lymphoma, stated", "review:LN"]


def test_too_many_rows_have_a_page_of_their_own(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caseseries.report.finished.MANY_ROWS", 5)
    apart = replace(run)
    page, rows = apart.files["report.html"], apart.files["rows.html"]
    assert "The rows of the records" not in page
    elsewhere = {one.partition("#")[2] for one in pointed(page) if one.startswith("rows.html#")}
    assert elsewhere
    assert elsewhere <= ids(rows)
    assert "Identified: stays in the hospital" in rows
    assert pointed(rows) >= {"report.html"}
    assert caseseries.report.rows.MANY_ROWS > 1000


def test_nothing_is_linked_where_there_is_nothing_behind() -> None:
    nothing = behind(pl.DataFrame(schema={"patient": pl.String, "origin": pl.String, "finding": pl.String}))
    cell = Cell(("5",), origin="patients.csv:C7")
    assert nothing.link(cell, "1") is cell


# ---- The page ----


def test_the_page_says_on_top_that_it_is_identified(run: Run) -> None:
    page = run.files["report.html"]
    assert page.index("Identified: stays in the hospital") < page.index("<h1>")


def test_a_sheet_has_none_of_it(run: Run) -> None:
    sheet = replace(run.cases.sources[0], name="patients.csv", kind="sheet")
    cases = replace(run.cases, sources=(sheet,))
    results = replace(run.results, sources=(sheet,), screened=())
    names = {one.name for one in sections(Finished(run.protocol, cases, results), lambda step: None)}
    assert not names & {"the_flow", "the_others", "the_rows"}


def test_long_numbers_are_named_by_their_end_in_figures() -> None:
    assert names_in_figures(("1", "16")) == ("1", "16")
    assert names_in_figures(("Ada Lovelace",)) == ("Ada Lovelace",)
    assert names_in_figures(("-9020888890409993823", "624155025148074413")) == ("…3823", "…4413")
    assert names_in_figures(("90208888904099", "80208888904099")) == ("…90208888904099", "…80208888904099")


def test_nobody_is_named_before_the_step_of_the_criteria(run: Run) -> None:
    assert run.screening.reached(0) == ()
    assert run.screening.stopped(1, "open") == ()
    assert run.screening.reached(3) == ("1", "2", "3", "4", "5")
