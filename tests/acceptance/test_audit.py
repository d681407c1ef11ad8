"""The page on auditing a published series: its commands run, and say what it shows."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from caseseries.cli.main import main
from caseseries.literature.claims import read_claims

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "audit.md").read_text("utf-8")
AUDIT = DOCS / "audit"
PAPER = (AUDIT / "paper.md").read_text("utf-8")
BLOCKS = re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", PAGE)
CONSOLE = [text for kind, text in BLOCKS if kind == "console"]
WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
DIGITS = {word: str(number) for number, word in enumerate(WORDS, start=1)}
TOKEN = re.compile(rf"\d+(?:\.\d+)?%?|\b(?i:{'|'.join(WORDS)})\b|\b(?:Yes|No|None|All)\b")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the page's reader works."""
    shutil.copytree(AUDIT, tmp_path / "audit")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_command_of_the_page_says_what_stands_under_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In their order; three points stand for what is left out."""
    commands = [block.partition("\n")[0].removeprefix("$ caseseries ").split() for block in CONSOLE]
    assert [words[0] for words in commands] == ["check", "claims", "run", "pool", "plan"]
    for words, block in zip(commands, CONSOLE, strict=True):
        assert main(words) == 0
        said = capsys.readouterr()
        assert said.err == ""
        at = 0
        for shown in re.split(r"(?m)^\.\.\.\n", block.partition("\n")[2]):
            assert shown in said.out[at:], f"{' '.join(words)} does not say:\n{shown}"
            at = said.out.index(shown, at) + len(shown)
        if not block.endswith("...\n"):
            assert at == len(said.out)
    assert (here / "audit-results" / "report.html").exists()


def test_what_the_page_shows_of_a_file_stands_in_the_file() -> None:
    files = {kind: [path.read_text("utf-8") for path in AUDIT.glob(f"*.{kind}")] for kind in ("csv", "toml")}
    shown = [(kind, text) for kind, text in BLOCKS if kind in files]
    assert len(shown) == 5
    for kind, text in shown:
        assert any(text in file for file in files[kind]), text


def test_the_page_leads_to_every_file_and_the_manual_leads_to_the_page() -> None:
    for path in AUDIT.iterdir():
        assert path.name in PAGE
    for link in re.findall(r"\]\(([\w./-]+)\)", PAGE):
        assert (DOCS / link).exists(), link
    assert "(docs/audit.md)" in (DOCS.parent / "README.md").read_text("utf-8")
    assert "(audit.md)" in (DOCS / "claims.md").read_text("utf-8")


def test_every_number_of_the_invented_paper_is_a_claim_or_no_claim_for_a_reason() -> None:
    printed: dict[str, Counter[str]] = defaultdict(Counter)
    section = "Title"
    for line in PAPER.splitlines():
        if begins := re.match(r"## (\w+)|(Table \d)\.", line):
            section = begins[1] or begins[2]
        printed[section].update(DIGITS.get(token.lower(), token) for token in TOKEN.findall(line))
    accounted: dict[str, Counter[str]] = defaultdict(Counter)
    for claim in read_claims(AUDIT / "claims.toml"):
        accounted[claim.where.partition(",")[0]][claim.printed] += 1
    tables = {}
    for row in rows(AUDIT / "not-claims.csv"):
        assert row["reason"].strip()
        if row["token"].startswith("every number"):
            tables[row["where"]] = int(row["times"])
        else:
            accounted[row["where"]][row["token"]] += int(row["times"])
    for name, typed in tables.items():
        left = printed.pop(name) - accounted.pop(name, Counter())
        assert left.total() == typed
    assert accounted == printed


def test_the_sheets_are_the_papers_tables() -> None:
    lines = [line.strip("| ").split(" | ") for line in PAPER.splitlines() if re.match(r"\| \d", line)]
    cells = [[cell.strip("| ") for cell in line] for line in lines]
    first, second = cells[:12], cells[12:]
    patients = [list(row.values()) for row in rows(AUDIT / "patients.csv")]
    assert [row[:7] for row in patients] == first
    assert [row[7] for row in patients] == [line[-1] for line in second]
    courses = [[cell for cell in row.values() if cell] for row in rows(AUDIT / "crp.csv")]
    assert courses == [[cell for cell in line[:-1] if cell] for line in second]


def test_the_report_ends_with_the_ledger_the_questions_and_the_forest(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["claims", "audit"]) == main(["run", "audit"]) == 0
    page = (here / "audit-results" / "report.html").read_text("utf-8")
    titles = re.findall(r"<h2>(.*?)</h2>", page)
    assert titles[-3:] == ["Printed and obtained", "What is left open", "Beside published cohorts"]
    *_, ledger, left_open, pool = page.split("<h2>")
    held = "65 printed numbers, held against what the tables give: 57 reproduce"
    assert held in ledger.replace("\u00a0", " ")
    assert held in page.partition("<h2>What was promised")[0].replace("\u00a0", " ")
    below = ledger.partition("What would give the printed numbers:")[2].partition("</ul>")[0]
    assert below.count("<li>") == 6
    assert "The same 4 patients are 33% of all 12" in below.replace("\u00a0", " ")
    assert "One question about the sheet, what cannot be true first" in left_open.replace("\u00a0", " ")
    assert "of patient 10 is 76%; the row gives 65%" in left_open.replace("\u00a0", " ")
    assert 'id="figure-pool_forest"' in pool


def test_each_slip_that_was_put_into_the_paper_is_found_and_named(here: Path) -> None:
    assert main(["claims", "audit"]) == 0
    found = {row["id"]: row for row in rows(here / "audit-results" / "claims.csv") if row["explained"]}
    named = {
        "women-alive-share": ("67%", "The same 4 patients are 33% of all 12"),
        "trigger-p": ("0.072", "Given by: chi-square, uncorrected;"),
        "rash-share": ("25%", "No count of 12 gives it"),
        "fall-10": ("65%", "62 for 92 on day 7"),
        "survival-greatest": ("31", "3 and 1 swapped"),
    }
    for claim, (obtained, explained) in named.items():
        assert found[claim]["obtained"] == obtained
        assert explained in found[claim]["explained"]
    assert set(found) - set(named) == {"fall-dead-greatest", "no-other-differs"}
    # Fisher by hand: of the C(12, 5) = 792 deals those with 4, 5 or 0 survivors among the five.
    assert found["trigger-p"]["in_full"] == f"{(5 * 7 + 1 + 21) / 792:.6g}"
    letter = PAGE.partition("> Dear")[2]
    assert all(obtained in letter for obtained, _ in named.values())
