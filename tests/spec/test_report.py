"""What the report says, table by table and sentence by sentence, of small made-up studies and of odd ones."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from caseseries.analysis.results import Number, Result, Results
from caseseries.protocol.clauses.analysis import ListPatients
from caseseries.protocol.clauses.conventions import Conventions
from caseseries.report.document import documents, table_csv
from caseseries.report.finished import Finished
from caseseries.report.narrative import results_in_words
from caseseries.report.page import Cell, Paragraph, Ref, Row, Section, Table, plain, ref, tables
from caseseries.report.sections import sections
from caseseries.stats.estimate import Estimate
from caseseries.study import open_study

VARIABLES = {
    "age": 'kind = "number"\nunit = "years"',
    "cause": 'kind = "categories"\nlabel = "Cause"\nlevels = ["lymphoma", "infection", "lupus"]\n'
    'certainty = ["stated", "presumed"]',
    "stage": 'kind = "category"\nlevels = ["early", "late", "unstaged"]',
    "therapy": 'kind = "regimens"\nlevels = ["corticosteroids"]',
    "relapsed": 'kind = "yes/no"\nyes = "Relapsed"\nno = "No relapse"',
    "toxicity": 'kind = "event"',
    "alive": 'kind = "yes/no"\nyes = "Alive"\nno = "Dead"\ntake = { follow_up = "alive" }',
    "months": 'kind = "time"\nunit = "months"\ntake = { follow_up = "time" }',
}
FOLLOW_UP = """
[follow_up]
counted_from = "first_dose"
until = "last_contact"
unit = "months"
horizons = ["30 days"]
"""
SERIAL = """
[[serial]]
name = "ferritin_by_day"
label = "Ferritin"
finding = "ferritin"
unit = "ng/mL"
counted_from = "first_dose"
days = [1, 5, 10]
"""
WARD = """
    patient | age | cause                | stage | relapsed | toxicity              | alive | months
    Ada     | 40  | lymphoma; infection  | early | no       | none                  | no    | 0.5
    Ben     | 61  | infection (presumed) | late  | no       | liver injury, grade 3 | no    | 1.5
    Cleo    | 25  | lupus                | early | yes      | none                  | yes   | 12
    Dan     |     | lupus                | late  | yes      | none                  | yes   | 24
"""
FERRITIN = """
    patient | day 1 | day 5 | day 10
    Ada     | 1000  | 4000  | 10000
    Ben     | 2000  | 2000  | 100
    Cleo    | 9000  | >500  |
"""
SURVIVAL = ("overall survival", 'does = "survival"')
BY_RELAPSE = ("survival by relapse", 'does = "survival"\nby = "relapsed"')
COMPARE = ("deaths and relapse", 'does = "compare"\noutcome = "alive"\nby = "relapsed"\ntest = "Fisher"')
AGE = ("age and survival", 'does = "compare"\noutcome = "age"\nby = "alive"\ntest = "Mann-Whitney"')
ENTRIES = ("causes", 'does = "entries"\nof = "cause"\nby = "alive"\ntest = "chi-square, uncorrected"')
SUMMARY = ("features", 'does = "summarise"\nby = "alive"\nvariables = ["age", "cause", "toxicity"]')
LIST = ("patients", 'does = "list"\nvariables = ["age", "cause", "toxicity", "alive"]')
COURSE = ("ferritin course", 'does = "trajectory"\nserial = "ferritin_by_day"')
FALL = ("fall by day 5", 'does = "landmark"\nserial = "ferritin_by_day"\nat = "day 5"\nby = "stage"')
RESCREEN = ("another screening", 'does = "rescreen"\nif_unknown = "drop"')
EVERYTHING = (SURVIVAL, BY_RELAPSE, COMPARE, AGE, ENTRIES, SUMMARY, LIST, COURSE, RESCREEN)

Analyses = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Report:
    """A report of a made-up study: its sections, its files, and what stands in them."""

    run: Finished

    @cached_property
    def sections(self) -> dict[str, Section]:
        return {section.name: section for section in sections(self.run, lambda step: None)}

    @cached_property
    def files(self) -> dict[str, str]:
        return documents(self.run, lambda step: None)

    @cached_property
    def tables(self) -> dict[str, Table]:
        blocks = [block for section in self.sections.values() for block in section.blocks]
        return {table.name: table for table in tables(blocks)}

    @property
    def text(self) -> str:
        """All that is read on the page, one line a paragraph, cell or note."""
        page = re.sub(r"(?s)<(script|style|head|svg)\b.*?</\1>", "", self.files["report.html"])
        page = re.sub(r"</(p|li|td|th|tr|h\d|caption|summary|figcaption)>", "\n", page)
        return html.unescape(re.sub(r"<[^>]*>", "", page)).replace("\u00a0", " ")

    def lines(self, name: str) -> list[str]:
        """The rows of a table as lines with bars."""
        rows = self.tables[name].rows
        return [" | ".join(plain(cell.line) for cell in row.cells).replace("\u00a0", " ") for row in rows]

    def says(self, name: str) -> list[str]:
        """The paragraphs of a section."""
        found = [block for block in self.sections[name].blocks if isinstance(block, Paragraph)]
        return [plain(one.line) for one in found]


def rows_of(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def write_table(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


Reported = Callable[..., Report]


@pytest.fixture
def reported(tmp_path: Path) -> Reported:
    """The report on a sheet, which is a table with bars; only what the sheet has is promised."""

    def made(
        sheet: str | list[list[str]] = WARD, serial: str = "", analyses: Analyses = (), claims: str = ""
    ) -> Report:
        rows = rows_of(sheet) if isinstance(sheet, str) else sheet
        parts = ['title = "The ward"', 'version = "1"', 'question = "Who lives?"', "[moments]"]
        parts += ['first_dose = { first = "anakinra" }', 'last_contact = { last = "contact" }']
        parts += [FOLLOW_UP] if "months" in rows[0] else []
        parts += [
            f'[[variable]]\nname = "{name}"\n{body}' for name, body in VARIABLES.items() if name in rows[0]
        ]
        parts += [SERIAL] if serial else []
        parts += [f'[[analysis]]\nname = "{name}"\nrole = "primary"\n{body}' for name, body in analyses]
        (tmp_path / "protocol.toml").write_text("\n".join(parts), "utf-8")
        write_table(tmp_path / "patients.csv", rows)
        if serial:
            write_table(tmp_path / "ferritin.csv", rows_of(serial))
        if claims:
            (tmp_path / "claims.toml").write_text(claims, "utf-8")
        study = open_study(tmp_path)
        cases = study.read_cases()
        results = study.analyse(cases)
        questions = study.questions(cases)
        return Report(Finished(study.protocol, cases, results, study.verdicts(results, cases), questions))

    return made


# ---- A number, as it is printed ----


def test_a_number_is_printed_by_its_field() -> None:
    estimate = Estimate(0.3125, "by hand", 1600, "share", low=0.11, high=None, level=0.95, p=1e-9)
    bare = Estimate(38051.5, "by hand", 16, "ng/mL")
    clause = ListPatients(name="it", role="descriptive", does="list", variables=("age",))
    none = Estimate(None, "by hand", 1, reason="there is one patient")
    shares = Number("it.share", "share", estimate, ())
    deep = Estimate(0.00416, "by hand", 1, "fold", low=0.0999, high=2.0, level=0.95)
    others = {"bare": bare, "none": none, "fold": deep}
    numbers = (shares, *(Number(f"it.{name}", name, one, ()) for name, one in others.items()))
    results = Results("", "1", "", Conventions(), (), (), (Result(clause, numbers),))
    printed = {
        "it.share": "31%",
        "it.share.low": "11%",
        "it.share.high": "not reached",
        "it.share.p": "<0.0001",
        "it.share.n": "1,600",
        "it.bare": "38,052",
        "it.bare.low": "",
        "it.bare.p": "",
        "it.bare.n": "16",
        "it.fold": "0.0042",
        "it.fold.low": "0.10",
        "it.fold.high": "2",
        "it.none": "not estimable",
        "it.none.p": "not estimable",
    }
    for id_, text in printed.items():
        assert ref(results, id_) == Ref(".".join(id_.split(".")[:2]), text)
    with pytest.raises(KeyError, match=r"Did you mean .*it\.share"):
        ref(results, "it.shares")


# ---- Tables ----


def test_the_patients_one_line_each(reported: Reported) -> None:
    report = reported(analyses=(LIST,))
    assert report.tables["patients"].head == (
        "Patient",
        "Age, years",
        "Cause",
        "Toxicity",
        "Alive",
    )
    assert report.lines("patients") == [
        "Ada | 40 | lymphoma; infection | None | Dead",
        "Ben | 61 | infection (presumed) | liver injury, grade 3 | Dead",
        "Cleo | 25 | lupus | None | Alive",
        "Dan |  | lupus | None | Alive",
    ]
    assert report.tables["patients"].rows[0].anchor == "patient-Ada"
    assert report.tables["patients"].rows[0].cells[1].origin == "patients.csv:B2"


def test_a_summary_over_all_and_by_group(reported: Reported) -> None:
    report = reported(analyses=(SUMMARY,))
    assert report.tables["features"].head == ("", "All", "Alive", "Dead")
    assert report.lines("features") == [
        "Patients | 4 | 2 | 2",
        "Age, years | 40 (25–61) | 25 (25–25) | 50.5 (40–61)",
        "missing | 1 | 1 | 0",
        "Cause |  |  | ",
        "lymphoma | 1 (25%) | 0 (0%) | 1 (50%)",
        "infection | 2 (50%) | 0 (0%) | 2 (100%)",
        "lupus | 2 (50%) | 2 (100%) | 0 (0%)",
        "more than one | 1 (25%) | 0 (0%) | 1 (50%)",
        "Toxicity | 1 (25%; 1% to 81%) | 0 (0%; 0% to 84%) | 1 (50%; 1% to 99%)",
    ]


def test_survival_by_both_conventions_and_horizon(reported: Reported) -> None:
    report = reported(analyses=(SURVIVAL, BY_RELAPSE))
    lines = report.lines("overall-survival")
    assert lines[:2] == ["Patients | 4", "Deaths | 2"]
    assert any(line.startswith("the same, by the convention “first” | ") for line in lines)
    assert any(re.fullmatch(r"Survival at 30 days \| 75% \(\d+% to \d+%\)", line) for line in lines)
    assert report.tables["survival-by-relapse"].head == ("", "Relapsed", "No relapse")
    tested = report.lines("survival-by-relapse")[-2:]
    assert [line.partition(" | ")[0] for line in tested] == ["Log-rank test, p", "Log-rank test, exact, p"]
    # Two of two against none of two: one deal of the six is as far off on either side.
    assert tested[1].split(" | ")[1] == "0.333"


def test_comparisons_with_the_promised_test_first(reported: Reported) -> None:
    report = reported(analyses=(COMPARE, AGE))
    lines = report.lines("all_comparisons")
    assert lines[0].startswith("deaths and relapse | Relapsed: 2/2 (100%) | No relapse: 0/2 (0%) | ")
    assert "Fisher's exact test (promised)" in lines[0]
    aged = next(line for line in lines if line.startswith("age and survival"))
    assert aged.startswith("age and survival | Alive: 25 (25–25), n = 1 | Dead: 50.5 (40–61), n = 2 | ")
    marks = set(re.findall(r"\[[a-z]\]", " ".join(lines)))
    noted = {plain(note)[:3] for note in report.tables["all_comparisons"].notes if plain(note)[0] == "["}
    assert marks == noted != set()


def test_a_comparison_of_three_groups_has_no_test_and_names_all_three(reported: Reported) -> None:
    report = reported(serial=FERRITIN, analyses=(FALL,))
    [line] = report.lines("all_comparisons")
    assert line.startswith("fall by day 5 | Stage: early: ")
    assert "Stage: late: " in line
    assert "Stage: unstaged: not estimable" in line
    assert " | no test | " in line
    notes = [plain(note) for note in report.tables["all_comparisons"].notes]
    assert "fall by day 5: No test: Mann-Whitney compares two groups, here are 3." in notes
    assert "stage: unstaged, not estimable" in " ".join(report.says("the_words"))


def test_overlapping_categories_are_counted_by_patients(reported: Reported) -> None:
    report = reported(analyses=(ENTRIES,))
    assert [line.partition(" (")[0] for line in report.lines("causes")] == [
        "lymphoma | 1 | 0 | 0%",
        "infection | 2 | 0 | 0%",
        "lupus | 2 | 2 | 100%",
    ]


def test_a_serial_by_day_is_shaded_by_how_far_it_went(reported: Reported) -> None:
    report = reported(serial=FERRITIN, analyses=(COURSE,))
    grid = report.tables["ferritin-by-day"]
    assert report.lines("ferritin-by-day")[:3] == [
        "Ada | 1,000 | 4,000 | 10,000",
        "Ben | 2,000 | 2,000 | 100",
        "Cleo | 9,000 | >500 | ",
    ]
    shades = [[cell.shade for cell in row.cells[1:4]] for row in grid.rows[:2]]
    assert shades == [[0.0, pytest.approx(0.602, abs=1e-3), 1.0], [0.0, 0.0, -1.0]]
    page = report.files["report.html"]
    assert re.search(r'<td class="num day rise-3" title="ferritin.csv:C2">4,000</td>', page)
    assert re.search(r'<td class="num day fall-5" title="ferritin.csv:D3">100</td>', page)


def test_the_courses_in_numbers_over_all_and_a_line_a_patient(reported: Reported) -> None:
    """Ada is dead on day 16, 0.5 months after day 1, Ben on day 47."""
    course = (COURSE[0], COURSE[1] + '\nfold = ["day 5"]')
    report = reported(serial=FERRITIN.replace("| >500  |", "| >500 | "), analyses=(course,))
    assert report.lines("ferritin-course-in-numbers") == [
        "Values a patient | 3 (2\u20133), n = 3",
        "Median gap between values, days | 4.5 (4\u20134.5), n = 3",
        "Greatest fall from day 1 | 94% (0%\u201395%), n = 3",
        "Nadir after day 1, ng/mL | 500 (100\u20134,000), n = 3",
        "Day of the nadir | 5 (5\u201310), n = 3",
        "Day 5 as a multiple of day 1 | 1 (0.056\u20134), n = 3",
        "Reached half of day 1 | 2 of 3: 67% (9% to 99%)",
        "time to it in those who did, days | 6.5 (4\u20139), n = 2",
        "Rebound after the nadir, as a multiple of it | 2.5 (2.5\u20132.5), n = 1",
        "Last value before death, ng/mL | 5,050 (100\u201310,000), n = 2",
        "From the last value to death, days | 21.5 (6\u201337), n = 2",
    ]
    assert report.lines("ferritin-course-by-patient") == [
        "Ada | 3 | 4.5 | 0% | 4,000 | 5 | 4 | not reached | 2.5 | 10,000 | 6",
        "Ben | 3 | 4.5 | 95% | 100 | 10 | 1 | 9 | not estimable | 100 | 37",
        "Cleo | 2 | 4 | 94% | 500 | 5 | 0.056 | 4 | not estimable |  | ",
    ]
    assert "1 without a value of ferritin is left out." in report.text


def test_printed_and_obtained_side_by_side(reported: Reported) -> None:
    claims = """
        [[claim]]
        id = "n"
        of = "patients"
        where = "Abstract"
        printed = "4"
        result = "patients.n"
        [[claim]]
        id = "alive"
        of = "share alive"
        where = "Table 1"
        printed = "51%"
        result = "overall-survival.alive.share"
        [[claim]]
        id = "lupus"
        of = "patients with lupus"
        where = "Table 1"
        printed = "2"
        from = 'count(has(cause, "lupus"))'
        [[claim]]
        id = "births"
        of = "births"
        where = "Table 1"
        printed = "9"
        needs = "the midwives' books"
        """
    report = reported(analyses=(LIST, SURVIVAL), claims=claims)
    assert report.lines("printed_and_obtained") == [
        "share alive | Table 1 | 51% | 50% | contradicts",
        "births | Table 1 | 9 |  | not derivable from what is printed: it needs the midwives' books",
    ]
    assert report.lines("printed_and_reproduced") == [
        "patients | Abstract | 4 | 4 | reproduces",
        "patients with lupus | Table 1 | 2 | 2 | reproduces",
    ]
    assert "<summary>2 claims that reproduce</summary>" in report.files["report.html"]
    traced = "count(has(cause, &#34;lupus&#34;)); patients Cleo, Dan"
    assert f'title="{traced}"' in report.files["report.html"]
    assert '<td class="contradicts">contradicts</td>' in report.files["report.html"]


# ---- Sentences ----


def test_the_results_in_words(reported: Reported) -> None:
    report = reported(analyses=(SURVIVAL, COMPARE, ENTRIES))
    survival, compared, entries = report.says("the_words")
    assert survival.startswith("Of 4 patients 2 died. Counted from the first dose, median survival was ")
    assert compared.startswith("Alive: relapsed, 2 of 2 (100%; 95% interval 16% to 100%); no relapse, 0 of 2")
    assert "Fisher's exact test (promised): p = 0.333" in compared
    assert entries.startswith("Alive, by cause: lymphoma 0 of 1, infection 0 of 2, lupus 2 of 2. ")


def test_a_very_small_p_is_below_its_limit_and_equal_to_nothing(reported: Reported) -> None:
    early = [[str(row), "40", "lupus", "early", "no", "none", "no", "0.5"] for row in range(20)]
    late = [[f"{row}b", "40", "lupus", "late", "yes", "none", "yes", "9"] for row in range(20)]
    [said] = reported([rows_of(WARD)[0], *early, *late], analyses=(BY_RELAPSE,)).says("the_words")
    assert "Log-rank test: p <0.0001, not promised." in said


def test_a_share_is_said_in_the_protocols_word_for_it(
    reported: Reported, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = VARIABLES["alive"].replace('yes = "Alive"', 'label = "Outcome"\nyes = "Survived"')
    monkeypatch.setitem(VARIABLES, "alive", outcome)
    summary = ("features", 'does = "summarise"\nvariables = ["relapsed", "alive"]')
    compared, summarised = reported(analyses=(COMPARE, summary)).says("the_words")
    assert compared.startswith("Outcome, survived: relapsed, 2 of 2")
    assert summarised.startswith("Relapsed, 2 of 4")
    assert "Outcome, survived, 2 of 4" in summarised


@pytest.mark.parametrize("study", ["naymagon-2022", "the ward"])
def test_every_sentence_ends_once_and_holds_no_gap(study: str, reported: Reported) -> None:
    if study == "the ward":
        run = reported(serial=FERRITIN, analyses=EVERYTHING).run
        lines = results_in_words(run.results, run.cases, run.protocol)
    else:
        opened = open_study(study)
        cases = opened.read_cases()
        lines = results_in_words(opened.analyse(cases), cases, opened.protocol)
    assert lines
    for line in lines:
        said = plain(line)
        assert re.search(r"[^.\s]\.$", said), said
        assert not re.search(r"\.\.|  | [.,;)]|\( |[,;:]\.|\(\)", said), said
        assert not re.search(r"\b(None|nan|NaN|inf|null)\b", said), said


# ---- The page ----


def test_numbers_do_not_part_from_their_words_at_the_end_of_a_line(reported: Reported) -> None:
    page = reported(analyses=(SURVIVAL, AGE)).files["report.html"]
    assert "p\u00a0=\u00a0<a " in page
    assert "\u00a0patients" in page
    assert re.search(r'<span class="one"><a [^>]*>40</a>–<a [^>]*>61</a></span>', page)
    assert not re.search(r"\b[pn] = <a", page)


def test_heads_stand_over_their_columns_as_the_numbers_do(reported: Reported) -> None:
    page = reported(analyses=(LIST,)).files["report.html"]
    assert "<th scope=col>Patient</th><th scope=col" in page
    assert re.search(r'<th scope=col class="num">Age, years</th>', page)
    assert re.search(r'<td class="num" title="patients.csv:B2">40</td>', page)


def test_what_was_promised_and_not_done_says_why(reported: Reported) -> None:
    report = reported(analyses=(LIST, RESCREEN))
    assert "Promised, and not done" in report.text
    assert re.search(r"“another screening”: \S.+\.", report.text)
    assert "another-screening" not in report.sections


def test_a_study_that_keeps_all_its_promises_has_no_such_section(reported: Reported) -> None:
    assert "not_done" not in reported(analyses=(LIST,)).sections


def test_what_could_not_be_read_is_listed_as_typed(reported: Reported) -> None:
    sheet = """
        patient | therapy                            | alive
        Ada     | prednisone 60 mg daily             | yes
        Ben     | the blue pill; cyclosporine    | no
    """
    report = reported(sheet)
    assert "What is left open" in report.text
    unread = report.lines("kept_as_typed")
    assert {tuple(line.split(" | ")[:2]) for line in unread} == {("Ben", "therapy")}
    assert "the blue pill" in " ".join(unread)
    assert all(line.endswith("patients.csv:B3") for line in unread)


# ---- Odd studies ----

NOTHING_BUT_NAMES = "patient | age\nAda | 40\nBen |"
ONE = "\n".join(WARD.strip().splitlines()[:2])
ODD: dict[str, tuple[str, str, Analyses, str]] = {
    "everything": (WARD, FERRITIN, EVERYTHING, ""),
    "no serial": (WARD, "", (SURVIVAL, COMPARE, LIST, SUMMARY), "The course over time"),
    "no claims": (WARD, "", (LIST,), "Printed and obtained"),
    "no follow-up": (
        "patient | age | relapsed\nAda | 40 | yes\nBen | 61 | no",
        "",
        (("ages", 'does = "summarise"\nby = "relapsed"\nvariables = ["age"]'),),
        "Survival",
    ),
    "one patient": (ONE, "patient | day 1\nAda | 1000", EVERYTHING, "Printed and obtained"),
    "nobody alive": (WARD.replace("| yes   |", "| no    |"), FERRITIN, EVERYTHING, "Printed and obtained"),
    "nobody known": (
        re.sub(r"\| (yes|no) +\| [\d.]+", "| | ", WARD),
        FERRITIN,
        EVERYTHING,
        "Printed and obt",
    ),
    "no promise": (NOTHING_BUT_NAMES, "", (), "The patients"),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_study_has_a_page_too(name: str, reported: Reported) -> None:
    sheet, serial, analyses, absent = ODD[name]
    report = reported(sheet, serial, analyses)
    headings = re.findall(r"<h2>(.*?)</h2>", report.files["report.html"])
    assert absent not in headings
    assert "Where it comes from" in headings
    patients = "toxicity|None"
    for line in report.text.splitlines():
        assert not re.search(r"\b(nan|NaN|inf|null|Ellipsis|undefined)\b|\w=\(|<\w+ object", line), line
        assert "None" not in line or line == "None" or re.search(patients, line), line
    words = " ".join(report.says("the_words")) if "the_words" in report.sections else ""
    assert "None" not in words
    assert re.findall(r"<a [^>]*>\s*</a>", report.files["report.html"]) == []


def test_too_many_patients_are_not_named(reported: Reported) -> None:
    rows = [["patient", "age", "alive", "months"]]
    rows += [
        [f"P{one}", f"{20 + one % 60}", "yes" if one % 3 else "no", f"{one % 50 + 1}"] for one in range(1001)
    ]
    lister = ("patients", 'does = "list"\nvariables = ["age", "alive"]')
    report = reported(rows, "", (SURVIVAL, AGE, lister))
    assert "1,001 patients are too many to list" in report.text
    assert "patients" not in report.tables
    assert "P17" not in report.text
    assert "patient-P17" not in report.files["report.html"]
    assert len(report.files["report.html"]) < 2_000_000


# ---- Tables as files ----


def test_every_table_and_figure_has_its_file(reported: Reported) -> None:
    report = reported(serial=FERRITIN, analyses=EVERYTHING)
    assert {f"tables/{name}.csv" for name in report.tables} == {
        name for name in report.files if name.startswith("tables/")
    }
    shown = re.findall(r'<figure class="drawn" id="figure-([^"]*)"', report.files["report.html"])
    assert sorted(f"figures/{name}.svg" for name in shown) == sorted(
        name for name in report.files if name.startswith("figures/")
    )
    for name, table in report.tables.items():
        head, *rows = csv.reader(io.StringIO(report.files[f"tables/{name}.csv"]))
        assert tuple(head) == table.head
        assert [len(row) for row in rows[: len(table.rows)]] == [len(table.head)] * len(table.rows)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1"])
def test_no_cell_of_a_file_is_a_formula(text: str) -> None:
    table = Table("it", "", (text, "b"), (Row((Cell((text,)), Cell((f"a, {text}",)))),), ((text,),))
    for row in csv.reader(io.StringIO(table_csv(table), newline="")):
        assert row[0] == "'" + text.replace("\r", " ")
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_the_same_study_gives_the_same_bytes(reported: Reported) -> None:
    first = reported(serial=FERRITIN, analyses=EVERYTHING)
    assert documents(first.run, lambda step: None) == first.files


def test_one_patient_is_not_many(reported: Reported) -> None:
    """In the header, the figures and their descriptions."""
    page = reported(ONE, "patient | day 1\nAda | 1000", EVERYTHING).files["report.html"]
    assert re.findall(r".{40}(?<![\d,.])1 patients.{20}", page) == []
    assert '<p class="facts">1 patient ' in page
    assert "A line for each of 1 patient, " in page
    assert "a panel for each of 1 patient; " in page
