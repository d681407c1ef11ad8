"""The results folder: every file whole or not there, nobody else's touched, two runs alike to the byte."""

from __future__ import annotations

import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from caseseries.cli import studies
from caseseries.cli.main import CANNOT, INTERRUPTED, main
from caseseries.evidence.problem import Problems
from caseseries.folder import writing
from caseseries.folder.manifest import Owner
from caseseries.folder.writing import write
from caseseries.study import BUNDLED

STUDY = "naymagon-2022"
RUN = [str(Path(sys.executable).with_name("caseseries")), "run", STUDY, "--out"]
OURS = Owner("small", "A small study")
THEIRS = Owner("large", "A large study")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder, by its path within it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refused(folder: Path, files: dict[str, str], owner: Owner = OURS) -> str:
    """What is said where the files are not written, and that nothing has changed."""
    before = contents(folder.parent)
    with pytest.raises(Problems) as told:
        write(folder, owner, files, {})
    assert contents(folder.parent) == before
    return str(told.value)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the founding study."""
    out = tmp_path_factory.mktemp("done") / "out"
    assert main(["run", STUDY, "--out", str(out)]) == 0
    return out


@pytest.fixture
def out(done: Path, tmp_path: Path) -> Path:
    """A copy of them, to do harm to."""
    return Path(shutil.copytree(done, tmp_path / "out"))


# ---- Runs ----


def test_two_runs_give_the_same_bytes_wherever_they_are_started(done: Path, tmp_path: Path) -> None:
    settings = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    subprocess.run([*RUN, "other"], cwd=tmp_path, env=settings, check=True, capture_output=True)
    other = contents(tmp_path / "other")
    assert other == contents(done)
    assert {"report.html", "results.json", "manifest.json"} <= set(other)


def test_a_second_run_into_the_same_folder_changes_nothing_and_keeps_what_a_reader_added(out: Path) -> None:
    (out / "my notes.txt").write_text("mine")
    (out / "tables" / "mine.csv").write_text("mine too")
    before = contents(out)
    assert main(["run", STUDY, "--out", str(out)]) == 0
    assert contents(out) == before


@pytest.mark.parametrize("moment", range(6))
def test_an_interrupt_leaves_every_file_whole(done: Path, tmp_path: Path, moment: int) -> None:
    chance = random.Random(2022 + moment)
    out = tmp_path / "out"
    if moment % 2:  # an earlier run stands there, and something of it is to be mended
        shutil.copytree(done, out)
        (out / "report.html").write_text("an earlier report")
    process = subprocess.Popen([*RUN, str(out)], stdout=-1, stderr=-1, text=True)
    time.sleep(chance.uniform(0.3, 3.0))
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode in (0, INTERRUPTED, -signal.SIGINT)
    if process.returncode == INTERRUPTED:
        assert said.splitlines()[-1] == "Stopped. Nothing half-written was left behind."
    left = contents(out)
    whole = contents(done)
    assert {name: whole.get(name) for name in left if name != "report.html"} == {
        name: data for name, data in left.items() if name != "report.html"
    }
    assert left.get("report.html", whole["report.html"]) in (whole["report.html"], b"an earlier report")
    assert set(left) in (set(), set(whole))


def loading_was(error: Exception, cause: BaseException | None) -> Callable[[object], None]:
    """A verb that ends as one does whose library could not be loaded."""

    def verb(options: object) -> None:
        raise error from cause

    return verb


@pytest.mark.parametrize(
    "error", [ImportError("initialization failed"), RuntimeError("Error calling __set_name__")]
)
def test_an_interrupt_while_a_library_loads_is_an_interrupt(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for cause in (KeyboardInterrupt(), loaded_within(KeyboardInterrupt())):
        monkeypatch.setattr(studies, "check", loading_was(error, cause))
        assert main(["check", STUDY]) == INTERRUPTED
        assert capsys.readouterr().err == "Stopped. Nothing half-written was left behind.\n"
    said = ImportError(f"{error}:\n  KeyboardInterrupt: \n")
    monkeypatch.setattr(studies, "check", loading_was(said, None))
    assert main(["check", STUDY]) == INTERRUPTED
    monkeypatch.setattr(studies, "check", loading_was(error, None))
    with pytest.raises(type(error), match=str(error)):
        main(["check", STUDY])


def loaded_within(cause: BaseException) -> Exception:
    """What a library says that another one loads."""
    try:
        raise ImportError("it was loading") from cause
    except ImportError as error:
        return error


@pytest.mark.parametrize("earlier", [False, True])
def test_a_full_disk_leaves_what_stood_there(done: Path, tmp_path: Path, earlier: bool) -> None:
    out = tmp_path / "a" / "out"
    if earlier:
        shutil.copytree(done, out)
        (out / "report.html").write_text("an earlier report")
    before = contents(tmp_path)

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    process = subprocess.run([*RUN, str(out)], preexec_fn=no_room, capture_output=True, text=True)
    assert process.returncode == CANNOT
    assert process.stdout == ""
    assert process.stderr == (
        "One thing keeps this study from being run.\n\n"
        f"{out}: the results cannot be written: a file would be larger than files may be here\n"
        "Free some room or name another folder with --out; what stood there before is untouched.\n"
    )
    assert contents(tmp_path) == before
    assert (tmp_path / "a").exists() == earlier


# ---- Folders that cannot be written, or are somebody else's ----


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    assert refused(tmp_path / "out", {"a.txt": "a"}) == (
        f"{tmp_path / 'out'}: this is a file, not a folder\n"
        "Name another folder with --out; nothing was touched."
    )


def test_a_file_in_the_way_of_a_folder_above(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert refused(tmp_path / "file" / "out", {"a": "a"}) == (
        f"{tmp_path / 'file' / 'out'}: the results cannot be written: "
        "a file stands where a folder would have to be\n"
        "Name another folder with --out; what stood there before is untouched."
    )


def test_a_place_where_nobody_can_write() -> None:
    with pytest.raises(Problems) as told:
        write(Path("/proc/out"), OURS, {"a": "a"}, {})
    assert str(told.value) == (
        "/proc/out: the results cannot be written: no folder can be made there\n"
        "Name another folder with --out; what stood there before is untouched."
    )


@pytest.mark.parametrize(
    "number, words, mend",
    [
        (errno.ENOSPC, "the disk is full", "Free some room or name another folder"),
        (errno.EDQUOT, "your share of the disk is used up", "Free some room or name another folder"),
        (errno.EACCES, "you may not write there", "Name another folder"),
        (errno.EROFS, "that disk can only be read", "Name another folder"),
        (errno.EIO, "Input/output error", "Name another folder"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(
    number: int, words: str, mend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(path: Path, data: bytes) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(writing, "_write_whole", fails)
    assert refused(tmp_path / "out", {"a": "a"}) == (
        f"{tmp_path / 'out'}: the results cannot be written: {words}\n"
        f"{mend} with --out; what stood there before is untouched."
    )


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "gone")
    assert refused(tmp_path / "out", {"a": "a"}) == (
        f"{tmp_path / 'out'}: this is a link that leads nowhere\n"
        "Name another folder with --out; nothing was touched."
    )
    assert refused(tmp_path / "out" / "in", {"a": "a"}).startswith(
        f"{tmp_path / 'out' / 'in'}: the results cannot be written: a link that leads nowhere, or a file,"
    )


@pytest.mark.parametrize("files", [{"tables/a.csv": "2"}, {"b.txt": "2"}], ids=["written", "removed"])
def test_a_folder_of_the_results_that_is_a_link(tmp_path: Path, files: dict[str, str]) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    write(out, OURS, {"tables/a.csv": "1"}, {})
    (out / "tables").rename(elsewhere)
    (out / "tables").symlink_to(elsewhere)
    assert refused(out, files) == (
        f"{out / 'tables'}: this is a link, by which files elsewhere would be written or removed\n"
        "Remove the link, or name another folder with --out; nothing was touched."
    )


def test_a_name_too_long() -> None:
    with pytest.raises(Problems, match="the folder cannot be read: the name is too long"):
        write(Path("x" * 300), OURS, {"a": "a"}, {})


def test_the_folder_of_another_study(tmp_path: Path) -> None:
    write(tmp_path / "out", THEIRS, {"a.txt": "theirs"}, {})
    assert refused(tmp_path / "out", {"a.txt": "ours"}) == (
        f'{tmp_path / "out"}: this folder holds the results of another study ("A large study")\n'
        "Name another folder with --out; nothing was touched."
    )


def test_a_folder_with_other_things(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("mine")
    assert refused(tmp_path / "out", {"a.txt": "a"}) == (
        f"{tmp_path / 'out'}: this folder holds other things, and no results of this system\n"
        "Name another folder with --out; nothing was touched."
    )


def test_the_study_folder_itself_is_never_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = Path(shutil.copytree(BUNDLED / STUDY, tmp_path / "study"))
    (tmp_path / "link").symlink_to(study)
    before = contents(study)
    for out in (study, study / "results" / "new", study / "figures" / "..", tmp_path / "link" / "results"):
        assert main(["run", str(study), "--out", str(out)]) == CANNOT
        assert capsys.readouterr().err.endswith(
            f"{out}: this lies in the folder of the study, which is only read\nName a folder outside it.\n"
        )
    assert contents(study) == before


@pytest.mark.parametrize("where", [".", "notes"])
def test_a_run_from_inside_the_study_folder_writes_beside_it(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = Path(shutil.copytree(BUNDLED / STUDY, tmp_path / "study"))
    (study / "notes").mkdir()
    before = contents(study)
    monkeypatch.chdir(study / where)
    assert main(["run", os.path.relpath(study)]) == 0
    assert contents(study) == before
    assert (tmp_path / "study-results" / "report.html").exists()


@pytest.mark.parametrize("manifest", ["{}", "not json", "[1]", '{"format": "other", "study": 3}'])
def test_a_manifest_of_another_system(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text(manifest)
    assert "a manifest.json that is not of this system" in refused(tmp_path / "out", {"a.txt": "a"})


def test_an_empty_folder_may_be_written(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write(tmp_path / "out", OURS, {"tables/a.csv": "a"}, {})
    assert set(contents(tmp_path / "out")) == {"tables/a.csv", "manifest.json"}


# ---- What is ours, and what is not ----


def test_what_we_made_and_do_not_make_now_is_removed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, OURS, {"a.txt": "1", "tables/b.csv": "2", "tables/c.csv": "3", "old/d.csv": "4"}, {})
    (out / "tables" / "mine.csv").write_text("mine")
    (out / "tables" / "c.csv").write_text("changed by a reader")
    write(out, OURS, {"a.txt": "5"}, {})
    left = contents(out)
    left.pop("manifest.json")
    assert left == {
        "a.txt": b"5",
        "tables/mine.csv": b"mine",
        "tables/c.csv": b"changed by a reader",
    }
    assert not (out / "old").exists()


def test_a_manifest_cannot_have_files_elsewhere_removed(tmp_path: Path) -> None:
    out, mine = tmp_path / "out", tmp_path / "mine.txt"
    mine.write_text("4")
    write(out, OURS, {"a.txt": "4"}, {})
    manifest = (out / "manifest.json").read_text()
    (out / "manifest.json").write_text(manifest.replace('"a.txt"', '"../mine.txt"'))
    (out / "a.txt").unlink()
    write(out, OURS, {"b.txt": "5"}, {})
    assert mine.read_text() == "4"


def test_a_file_of_a_reader_in_the_place_of_ours(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, OURS, {"a.txt": "1"}, {})
    (out / "b.txt").write_text("mine")
    assert refused(out, {"a.txt": "2", "b.txt": "3"}) == (
        f"{out / 'b.txt'}: something stands in the place of a file of the results, "
        "and was not made by this system\nMove it elsewhere; nothing was touched."
    )


def test_a_file_in_the_place_of_our_folder_and_a_folder_in_that_of_our_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, OURS, {"a.txt": "1"}, {})
    (out / "tables").write_text("mine")
    (out / "b.txt").mkdir()
    said = refused(out, {"a.txt": "2", "b.txt": "2", "tables/c.csv": "3"})
    assert f"{out / 'tables'}: something stands in the place" in said
    assert f"{out / 'b.txt'}: something stands in the place" in said


def test_what_a_killed_run_was_writing_is_taken_away_and_what_a_running_one_writes_is_not(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for name in (f".writing-{ended.pid}", f".writing-{os.getppid()}", ".writing-notes"):
        (out / name).mkdir(parents=True)
    write(out, OURS, {"a.txt": "1"}, {})
    assert sorted(path.name for path in out.iterdir()) == sorted(
        ["a.txt", "manifest.json", f".writing-{os.getppid()}", ".writing-notes"]
    )


def test_an_interrupt_while_files_are_moved_waits_for_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write(out, OURS, {"a.txt": "1", "b.txt": "1", "c.txt": "1"}, {})
    move = Path.replace

    def interrupted(path: Path, target: Path) -> Path:
        if path.name == "b.txt":
            signal.raise_signal(signal.SIGINT)
        return move(path, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(out, OURS, {"a.txt": "2", "b.txt": "2"}, {})
    assert set(contents(out)) == {"a.txt", "b.txt", "manifest.json"}
    assert (out / "b.txt").read_text() == "2"


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_trouble_while_writing_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: BaseException
) -> None:
    def troubled(path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data[:1])
        raise trouble

    monkeypatch.setattr(writing, "_write_whole", troubled)
    with pytest.raises((Problems, KeyboardInterrupt)):
        write(tmp_path / "new" / "out", OURS, {"a.txt": "12"}, {})
    assert list(tmp_path.iterdir()) == []


def test_a_thread_can_write_too(tmp_path: Path) -> None:
    thread = threading.Thread(target=write, args=(tmp_path / "out", OURS, {"a.txt": "1"}, {}))
    thread.start()
    thread.join()
    assert (tmp_path / "out" / "a.txt").read_text() == "1"
