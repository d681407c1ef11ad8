"""What the machine gives: a hospital that is only read, and little memory."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from caseseries.cli.main import CANNOT, main
from caseseries.folder.manifest import KEPT
from caseseries.records.synthetic.writing import synthesise

STUDY = "naymagon-2022"
MB = 1 << 20
FEW_THREADS = {"POLARS_MAX_THREADS": "2", "OPENBLAS_NUM_THREADS": "1"}
"""Each thread has a stack of its own: what a process holds must not hang on the machine's processors."""


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic") / "hospital"
    synthesise(2000, 7, folder, lambda step: None)
    return folder


# ---- Nothing is written to the hospital ----


def as_parquet(synthetic: Path, folder: Path) -> Path:
    for file in synthetic.glob("*.parquet"):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def as_csv(synthetic: Path, folder: Path) -> Path:
    for file in synthetic.glob("*.parquet"):
        pl.read_parquet(file).write_csv(folder / f"{file.stem}.csv")
    return folder


def as_database(synthetic: Path, folder: Path) -> Path:
    with duckdb.connect(str(folder / "hospital.duckdb")) as made:
        for file in synthetic.glob("*.parquet"):
            made.execute(f"CREATE TABLE {file.stem} AS FROM '{file}'")
    return folder / "hospital.duckdb"


def digests(folder: Path) -> dict[str, str]:
    """Every file of a folder and of those in it, by its path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("way", [as_database, as_parquet, as_csv])
def test_nothing_is_written_to_the_hospital(
    way: Callable[[Path, Path], Path], synthetic: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    where = way(synthetic, home)
    before = digests(home)
    assert before
    for verb in ("survey", "screen", "abstract", "run"):
        assert main([verb, STUDY, "--records", str(where), "--out", str(tmp_path / "results")]) == 0
        assert digests(home) == before, verb


# ---- Little memory ----


def test_half_a_gigabyte_for_the_whole_process(synthetic: Path, tmp_path: Path) -> None:
    def held() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (512 * MB, 512 * MB))

    words = [sys.executable, "-m", "caseseries", "screen", STUDY, "--records", str(synthetic), "--out"]
    for name, first in (("free", None), ("held", held)):
        run = subprocess.run(
            [*words, str(tmp_path / name)],
            env=os.environ | FEW_THREADS,
            preexec_fn=first,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert (run.returncode, run.stderr) == (0, "")
    found, expected = (
        {name: digest for name, digest in digests(tmp_path / out).items() if not name.startswith(KEPT)}
        for out in ("held", "free")
    )
    assert found == expected


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        (
            resource.RLIMIT_DATA,
            "memory: this process may hold 200 MB of memory, and needs 256 at least\n"
            "Raise the limit (ulimit -d).\n",
        ),
        (
            resource.RLIMIT_AS,
            "memory: this process may hold 700 MB of addresses, and needs 1,200 at least\n"
            "Raise the limit (ulimit -v).\n",
        ),
    ],
)
def test_too_little_memory_for_the_whole_process_is_told(
    limit: int, told: str, synthetic: Path, tmp_path: Path
) -> None:
    """The limit is set when all is loaded: what the loading takes hangs on the machine."""
    room = (200 if limit == resource.RLIMIT_DATA else 700) * MB
    code = f"""
import resource, sys
import duckdb, polars
from caseseries.cli.main import leave, main
resource.setrlimit({limit}, ({room}, {room}))
leave(main(sys.argv[1:]))
"""
    words = ["screen", STUDY, "--records", str(synthetic), "--out", str(tmp_path / "results")]
    run = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=os.environ | FEW_THREADS,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (run.returncode, run.stdout) == (CANNOT, "")
    assert run.stderr == f"One thing keeps this study from being run.\n\n{told}"
    assert not (tmp_path / "results").exists()


def test_memory_that_runs_out_in_python_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def out_of_memory(name: str) -> None:
        raise MemoryError

    monkeypatch.setattr("caseseries.study.open_study", out_of_memory)
    assert main(["check", STUDY]) == CANNOT
    told = "The memory is not enough. Give this process more; nothing half-written was left behind.\n"
    assert capsys.readouterr().err == told
