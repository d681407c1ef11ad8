"""The command line as a reader uses it: what it says, where, and with which exit code."""

from __future__ import annotations

import csv
import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tomllib
from argparse import ArgumentParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from caseseries import __main__, __version__
from caseseries.cli.arguments import parser
from caseseries.cli.main import CANNOT, INTERRUPTED, main
from caseseries.cli.terminal import Progress
from caseseries.evidence import pace
from caseseries.study import BUNDLED, open_study

ROOT = Path(__file__).parents[2]
STUDY = "naymagon-2022"
CASESERIES = [str(Path(sys.executable).with_name("caseseries"))]
HEAVY = ("numpy", "polars", "pydantic", "matplotlib", "scipy", "jinja2")


def commands() -> dict[str, ArgumentParser]:
    """The commands and their parsers."""
    [choices] = [action.choices for action in parser()._actions if isinstance(action.choices, dict)]
    return dict(choices)


def a_copy(folder: Path) -> Path:
    """The founding study in a folder of its own."""
    return Path(shutil.copytree(BUNDLED / STUDY, folder))


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


# ---- Use ----


def test_check_reads_the_promise_back_and_asks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", STUDY]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.startswith("Anakinra in adult secondary HLH: the founding study\n\n")
    assert "? Follow-up cannot have been counted from diagnosis" in said.out
    assert said.out.endswith(
        "The protocol holds, and so does the sheet: 16 patients, 10 questions.\n"
        "268 printed numbers will be held against the results.\n"
        "11 published cohorts will stand beside them.\n"
    )
    assert max(map(len, said.out.splitlines())) <= 100


def test_of_many_columns_that_are_not_read_ten_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = a_copy(tmp_path / "study")
    lines = (study / "patients.csv").read_text().splitlines()
    more = [f"x{number}" for number in range(3000)]
    lines = [lines[0] + "".join(f",{name}" for name in more), *(line + "," * 3000 for line in lines[1:])]
    (study / "patients.csv").write_text("\n".join(lines))
    assert main(["check", str(study)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "patients.csv: x0, x1, x2, x3, x4, x5, x6, x7, x8, x9 and 2,990 more." in said


UNREAD = """\
  patients.csv, row 2, column "anakinra": "100 mg subq sometimes", not understood: sometimes
"""


def test_what_was_not_understood_is_listed_and_at_the_end_of_a_run_five_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study, out = a_copy(tmp_path / "study"), tmp_path / "out"
    text = (study / "patients.csv").read_text()
    text = re.sub(r"100 mg subq q\d+", "100 mg subq sometimes", text, count=7)
    (study / "patients.csv").write_text(text)
    (study / "claims.toml").unlink()
    assert main(["check", str(study)]) == 0
    check = capsys.readouterr().out
    assert "? 7 entries could not be read in full; kept as typed:\n" + UNREAD in check
    assert check.count("not understood") == 7
    assert main(["run", str(study), "--out", str(out)]) == 0
    run = capsys.readouterr().out
    assert "? 7 entries could not be read in full; kept as typed:\n" + UNREAD in run
    assert run.count("not understood") == 5
    assert "\n  and 2 more: see the report.\n" in run


def test_a_claim_of_a_number_that_is_not_there_is_told_by_check_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = a_copy(tmp_path / "study")
    text = (study / "claims.toml").read_text()
    (study / "claims.toml").write_text(re.sub(r'(?m)^(result *= ".*)"$', r'\1x"', text, count=2))
    assert main(["check", str(study)]) == CANNOT
    check = capsys.readouterr().err
    assert check.startswith("2 things keep this study from being run.\n\nclaims.toml, claim ")
    assert check.endswith("\nOr delete claims.toml if this study follows no paper.\n")
    assert check.count("Or delete") == 1
    assert main(["run", str(study), "--out", str(tmp_path / "out")]) == CANNOT
    assert capsys.readouterr().err == check
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["check", "claims"])
def test_a_number_that_is_set_aside_without_a_reason_is_told_by_check_too(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = a_copy(tmp_path / "study")
    (study / "not-claims.csv").write_text("where,token,times,reason\nTitle,16,1,\n")
    assert main([command, str(study)]) == CANNOT
    assert 'not-claims.csv, row 2, column "reason": nothing is written here' in capsys.readouterr().err


def test_claims_tells_what_does_not_reproduce_and_writes_the_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["claims", STUDY, "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    told = " ".join(said.out.split())
    assert "268 claims: 251 reproduce, 3 reproduce with rounding, 6 follow from the printed column" in told
    assert "616 printed numbers more are set aside as no claims, for 15 reasons." in told.replace("\n", " ")
    assert "printed 5%, obtained 6% (6.25%): contradicts" in told
    assert "printed 0.00293, obtained 0.02927 (0.0292725): contradicts itself (Abstract has 0.0293" in told
    assert "No count of 16 gives it (0 is 0%, 1 is 6%;" in told
    assert "z rounded to two decimals, from the printed column (82 variants, 72 different results;" in told
    assert max(len(line) for line in said.out.splitlines() if str(out) not in line) <= 100
    rows = list(csv.DictReader(io.StringIO((out / "claims.csv").read_text("utf-8"))))
    assert len({row["id"] for row in rows}) == 268
    assert [row["patients"] for row in rows if row["id"] == "table-2-response-13"] == ["13"]


def test_claims_of_a_study_without_any_or_with_an_empty_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study, out = a_copy(tmp_path / "study"), tmp_path / "out"
    (study / "claims.toml").unlink()
    assert main(["claims", str(study), "--out", str(out)]) == CANNOT
    assert capsys.readouterr().err == (
        "One thing keeps this study from being run.\n\n"
        f"{study / 'claims.toml'}: there is no such file, and so nothing to hold\n"
        "Write it: see docs/claims.md.\n"
    )
    (study / "claims.toml").write_text("# nothing yet\n")
    assert main(["claims", str(study), "--out", str(out)]) == CANNOT
    assert capsys.readouterr().err == (
        "One thing keeps this study from being run.\n\n"
        "claims.toml: there is no claim in it\n"
        "Begin the first with [[claim]].\n"
        "Or delete claims.toml if this study follows no paper.\n"
    )
    assert not out.exists()


def test_check_without_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = a_copy(tmp_path / "study")
    (study / "patients.csv").unlink()
    assert main(["check", str(study)]) == 0
    assert capsys.readouterr().out.endswith("The protocol holds. There is no patients.csv yet.\n")


def test_what_records_cannot_be_asked_is_told_before_there_are_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside a sheet it is told, and without one nothing could be run; a definition that lacks is named."""
    study = a_copy(tmp_path / "study")
    replaced(
        study / "protocol.toml", 'death        = { first = "death" }', 'death        = { first = "deth" }'
    )
    slip = "protocol.toml, [moments]: the follow-up ends with death, and no moment is the day of it"
    assert main(["check", str(study)]) == 0
    assert f"From a hospital's records it could not be run.\n\n{slip}" in capsys.readouterr().out
    (study / "patients.csv").unlink()
    assert main(["check", str(study)]) == CANNOT
    assert slip in capsys.readouterr().err
    replaced(study / "protocol.toml", '["hlh-2004", "hscore"]', '["hlh-2004", "hscore", "mine"]')
    assert main(["check", str(study)]) == CANNOT
    assert '"mine"' in capsys.readouterr().err


def test_run_ends_with_what_was_found_and_where_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["run", STUDY, "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[0] == "Anakinra in adult secondary HLH: the founding study: 16 patients"
    assert any(line.startswith("  Median survival: 1.65 months") for line in lines)
    assert any(re.match(r"\d+ of 25 promised analyses done, \d,\d{3} numbers\.", line) for line in lines)
    assert any(line.startswith("268 printed numbers held against them: ") for line in lines)
    assert "? 10 questions about the sheet:" in lines
    assert any(
        line.startswith("  Maximum ferritin response, as printed, of patient 12 is 99%") for line in lines
    )
    assert f"{out / 'report.html'}   the report" in lines
    assert re.fullmatch(r"\d+\.\d s", lines[-1])


def test_without_out_the_results_stand_beside_where_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", STUDY]) == 0
    assert (tmp_path / f"{STUDY}-results" / "report.html").exists()


def test_a_study_folder_with_spaces_and_umlauts_and_a_sheet_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = a_copy(tmp_path / "Für die Hämatologie 2022")
    sheets = tmp_path / "Blätter"
    sheets.mkdir()
    for name in ("patients.csv", "ferritin.csv"):
        (study / name).rename(sheets / name)
    monkeypatch.chdir(tmp_path)
    assert main(["run", str(study), "--sheet", str(sheets / "patients.csv")]) == 0
    assert "Für die Hämatologie 2022-results/report.html" in capsys.readouterr().out
    assert (tmp_path / "Für die Hämatologie 2022-results" / "report.html").exists()


def test_names_that_mean_something_to_a_program_mean_nothing_here(tmp_path: Path) -> None:
    study, out = a_copy(tmp_path / "study"), tmp_path / "out"
    (study / "claims.toml").unlink()
    for name in ("patients.csv", "ferritin.csv"):
        text = (study / name).read_text()
        text = re.sub(r"(?m)^2,", "=1+1,", text)
        text = re.sub(r"(?m)^3,", "../../x,", text)
        (study / name).write_text(re.sub(r"(?m)^4,", "<script>alert(1)</script>,", text))
    assert main(["run", str(study), "--out", str(out)]) == 0
    page = (out / "report.html").read_text()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    tables = [path.read_text() for path in (out / "tables").glob("*.csv")]
    cells = [cell for text in tables for row in csv.reader(io.StringIO(text)) for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]
    assert not (tmp_path / "x").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "study"]


# ---- What cannot be run ----


def test_a_study_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("check", "run"):
        assert main([command, "naymagon-2021"]) == CANNOT
        assert capsys.readouterr().err == (
            "One thing keeps this study from being run.\n\n"
            "naymagon-2021: there is neither a folder nor a bundled study of this name\n"
            'Did you mean "naymagon-2022"? There are: naymagon-2022.\n'
        )


def test_a_folder_without_a_protocol(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(tmp_path), "--out", str(tmp_path / "out")]) == CANNOT
    assert f"{tmp_path}: there is no protocol.toml in this folder\n" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_name_that_no_file_can_have(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "x" * 300]) == CANNOT
    assert "it cannot be read (file name too long)" in capsys.readouterr().err


def test_a_sheet_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "export.csv"
    assert main(["check", STUDY, "--sheet", str(sheet)]) == CANNOT
    assert f"export.csv: the file is not there\nIt was looked for as {sheet}." in capsys.readouterr().err


@pytest.mark.parametrize("name", ["Patients HLH.xlsx", "patients.ods", "sheet.XLS"])
def test_a_workbook_in_the_place_of_the_sheet(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = a_copy(tmp_path / "study")
    (study / "patients.csv").unlink()
    if not name.startswith("patients"):  # beside another CSV file it may be anything
        (study / "ferritin.csv").unlink()
    (study / name).write_bytes(b"PK\x03\x04")
    (study / f"~${name}").write_bytes(b"")
    for command in ("check", "run"):
        assert main([command, str(study), *(["--out", str(tmp_path / "out")] * (command == "run"))]) == CANNOT
        assert capsys.readouterr().err == (
            "One thing keeps this study from being run.\n\n"
            "patients.csv: the file is not there\n"
            f'There is {name}: save it as "CSV UTF-8" under the name patients.csv.\n'
        )


def test_a_sheet_that_is_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", STUDY, "--sheet", str(tmp_path)]) == CANNOT
    assert "the file cannot be read (Is a directory)" in capsys.readouterr().err


def test_a_folder_of_another_study_is_told_before_anything_is_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    assert main(["run", STUDY, "--out", str(tmp_path / "out")]) == CANNOT
    assert "this folder holds other things" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["frobnicate"],
        ["run"],
        ["run", STUDY, "--outt", "x"],
        ["check", STUDY, "more"],
        ["check", "--sheet"],
    ],
)
def test_wrong_use(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("usage: caseseries")


def test_what_is_to_be_done_at_the_end_is_done(tmp_path: Path) -> None:
    """Though the interpreter is not taken apart: what was printed is written, and no scratch folder stays."""
    code = (
        "from caseseries.cli.main import leave\n"
        "from caseseries.records.engines.duckdb import Engine\n"
        f"engine = Engine(scratch={str(tmp_path)!r})\n"
        f"print(len(list(__import__('pathlib').Path({str(tmp_path)!r}).iterdir())), 'x' * 5_000)\n"
        "leave(3)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (3, f"1 {'x' * 5_000}\n", "")
    assert list(tmp_path.iterdir()) == []


def test_a_command_may_have_nobody_to_speak_to() -> None:
    """Schedulers close the streams of what they start."""
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        done = subprocess.run(f"{CASESERIES[0]} check {STUDY} {closed}", shell=True, capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"")


# ---- Help ----


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"caseseries {__version__}\n")


def test_python_runs_the_same_command(tmp_path: Path) -> None:
    for words, code in ((["--version"], 0), (["check", str(tmp_path / "nowhere")], CANNOT)):
        ran = [
            subprocess.run([*command, *words], capture_output=True, text=True)
            for command in (CASESERIES, [sys.executable, "-m", "caseseries"])
        ]
        assert [one.returncode for one in ran] == [code, code]
        assert (ran[0].stdout, ran[0].stderr) == (ran[1].stdout, ran[1].stderr)


@pytest.mark.parametrize("name", ["", *commands()])
def test_every_help_holds_an_example_that_can_be_parsed(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*name.split(), "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    examples = re.findall(r"(?m)^  caseseries (\S.*)$", said.partition("example:\n")[2])
    assert examples
    for example in examples:
        words = re.split(r"\s{2,}", example)[0].split()
        assert name in ("", words[0])
        parser().parse_args(words)


def test_every_command_is_documented_and_every_documented_command_is_there() -> None:
    text = (ROOT / "docs" / "commands.md").read_text()
    documented = re.findall(r"(?m)^## `caseseries (\S+)", text)
    assert documented == list(commands())
    for name, command in commands().items():
        section = text.partition(f"## `caseseries {name}")[2].partition("\n## ")[0]
        options = {word for action in command._actions for word in action.option_strings} - {"-h", "--help"}
        assert set(re.findall(r"`(--[a-z-]+)", section)) == options


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from caseseries.cli.main import main\n"
        "try: main(['--help'])\n"
        f"finally: print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == "[]\n"


# ---- The terminal ----


def test_a_long_query_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """From its own beginning: a step may have several, and the second is not as long as both."""
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    monkeypatch.setattr(said, "isatty", lambda: True)
    tell = Progress()
    tell.started -= 10
    tell("reading")
    tell.at(0.5, 1.9, 0)  # not long yet
    tell.at(0.25, 3.0, 21_412_339)
    tell.at(0.98, 60.0, 21_412_339)
    tell.at(0.5, 2.5, 0)  # the next query of the step
    assert [line for line in said.getvalue().split("\r\x1b[K") if line] == [
        "reading ...",
        "reading: 25% of 21,412,339 rows, about 9 seconds left ...",
        "reading: 98% of 21,412,339 rows, about 1 second left ...",
        "reading: 50%, about 2 seconds left ...",
    ]


def test_a_long_loop_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """From two seconds on, every half second, and with what is left in minutes where it is long."""
    said: list[str] = []

    def spent(parts: int, seconds: float) -> list[str]:
        clock = iter(seconds * part / parts for part in range(parts + 1))
        monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: next(clock)))
        said.clear()
        done = list(pace.Pace(said.append, "reading", parts, "chart").over(range(parts)))
        assert done == list(range(parts))
        return said

    assert spent(4, 1.9) == []
    assert spent(4, 4.0) == [
        "reading: 75% of 4 charts, about 1 second left",
        "reading: 100% of 4 charts, about 1 second left",
        "reading",
    ]
    assert len(spent(1_000, 10.0)) == 17
    assert said[0] == "reading: 20% of 1,000 charts, about 8 seconds left"
    assert spent(2, 1_000.0)[0] == "reading: 50% of 2 charts, about 8 minutes left"


def test_a_relabelling_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "LONG", 0.0)
    monkeypatch.setattr(pace, "EVERY", 0.0)
    study, said = open_study(STUDY), list[str]()
    study.analyse(study.read_cases(), said.append)
    number = len(study.protocol.analyses)
    clause = next(one for one in study.protocol.analyses if one.does == "relabel")
    place = study.protocol.analyses.index(clause) + 1
    half_way = f"{clause.name}: 50% of 8 labellings, about 1 second left ({place} of {number})"
    assert [one for one in said if one.startswith(f"{clause.name}: 50%")] == [half_way]


def test_on_a_terminal_the_steps_are_shown_and_taken_back(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    a_second_a_look = "type('', (), {'monotonic': lambda n=[0.0]: n.append(n[-1] + 1) or n[-1]})"
    words = ["run", STUDY, "--out", str(tmp_path / "out")]
    code = (
        f"from caseseries.cli import main, terminal; terminal.time = {a_second_a_look}; "
        f"raise SystemExit(main.main({words}))"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                said += os.read(ours, 10_000)
            except OSError:  # the other end is closed
                break
    os.close(ours)
    assert process.returncode == 0
    assert b"\r\x1b[Koverall survival (1 of 25) ...\r\x1b[K" in said
    assert said.endswith(b"...\r\x1b[K")


def test_a_reader_who_has_read_enough_is_no_error() -> None:
    process = subprocess.Popen([*CASESERIES, "check", STUDY], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


def test_a_terminal_that_cannot_show_a_letter_is_no_error(tmp_path: Path) -> None:
    study = a_copy(tmp_path / "study")
    replaced(study / "protocol.toml", "the founding study", "die Gründungsstudie")
    settings = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [*CASESERIES, "check", str(study)], env=settings, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Anakinra in adult secondary HLH: die Gr\\xfcndungsstudie\n")


@pytest.mark.parametrize("room", ["caseseries.cli.main", "caseseries.cli.arguments", "caseseries.evidence"])
def test_an_interrupt_while_the_command_loads_is_told_as_one(room: str) -> None:
    """As Ctrl-C in the first moments: while Python itself still starts, nothing of ours can answer."""
    code = f"""
import runpy, sys
class Stop:
    def find_spec(self, name, *rest):
        if name == {room!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Stop())
sys.argv = ["caseseries", "check", {STUDY!r}]
runpy.run_module("caseseries", run_name="__main__")
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (INTERRUPTED, "")
    assert run.stderr == "Stopped. Nothing half-written was left behind.\n"


def test_the_command_on_the_path_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"] == {"caseseries": "caseseries.__main__:start"}
    assert callable(__main__.start)
