"""The screening in several ways on a synthetic hospital, in whole processes: seconds and memory.

./run python benchmarks/hospital/measure.py                     a new hospital of 200,000 patients
./run python benchmarks/hospital/measure.py HOSPITAL            one that `caseseries synth` made before

Each way runs in turn, in a fresh process, three times; the best time and the largest memory are printed.
pandas and Circe are no dependencies of the project: each gets an environment of its own in a temporary
folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from compare import differences

HERE = Path(__file__).parent
COMPILED = tempfile.TemporaryDirectory()
PATIENTS = 200_000
RUNS = 3
SAME = ("person_id", "stay", "start", "end", "lower", "upper", "anchor")
"""What pandas and the hand-written SQL both say of a stay."""


@dataclass(frozen=True, slots=True)
class Run:
    """One whole process: its wall-clock and processor seconds, and its largest memory in MB."""

    seconds: float
    processor: float
    memory: float


def main(words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        hospital = Path(words[0]) if words else made(folder / "hospital")
        pandas = environment(folder / "pandas", "pandas", "pyarrow")
        circe = environment(folder / "circe", "ohdsi-circepy", "duckdb<2")
        by_hand, by_engine, by_pandas, by_circe = (
            folder / f"{way}.parquet" for way in ("by-hand", "by-engine", "by-pandas", "by-circe")
        )
        ways = {
            "bare interpreter": [sys.executable, "-c", "pass"],
            "bare interpreter with duckdb": [sys.executable, "-c", "import duckdb; duckdb.connect()"],
            "bare interpreter with duckdb, polars, pydantic": [
                *(sys.executable, "-c", "import duckdb, polars, pydantic; duckdb.connect()"),
            ],
            "scan": script("scan.py", hospital),
            "by hand": script("by_hand.py", hospital, by_hand),
            "engine": script("engine.py", hospital, by_engine),
            "pandas": [str(pandas), *script("with_pandas.py", hospital, by_pandas)[1:]],
            "Circe": [str(circe), *script("with_circepy.py", hospital, by_circe)[1:]],
        }
        print(f"load {os.getloadavg()[0]:.1f} before; ", end="")
        runs = measured(ways)
        print(f"{rows_of(hospital):,} measurements, {os.cpu_count()} cores, best of {RUNS} whole processes\n")
        show(runs)
        found = differences(by_hand, by_engine)
        if found:
            raise SystemExit("The hand-written SQL and the engine differ:\n" + "\n".join(found))
        print(f"\nThe engine and the hand-written SQL agree in every column. {alike(by_hand, by_pandas)}")
        print(beside(by_hand, by_circe))


def script(name: str, *words: Path) -> list[str]:
    return [sys.executable, str(HERE / name), *map(str, words)]


def measured(ways: dict[str, list[str]]) -> dict[str, list[Run]]:
    """Each way in turn, so often, so that a noisy machine touches all alike."""
    runs: dict[str, list[Run]] = {way: [] for way in ways}
    for _ in range(RUNS):
        for way, command in ways.items():
            runs[way].append(whole_process(command))
    return runs


def show(runs: dict[str, list[Run]]) -> None:
    print("| way | seconds | processor seconds | largest memory, MB |")
    print("|---|---|---|---|")
    for way, mine in runs.items():
        seconds, processor = min(run.seconds for run in mine), min(run.processor for run in mine)
        print(f"| {way} | {seconds:.2f} | {processor:.2f} | {max(run.memory for run in mine):,.0f} |")


def rows_of(hospital: Path) -> int:
    counted = pl.scan_parquet(hospital / "measurement.parquet").select(pl.len()).collect()
    return int(counted.item())


def made(out: Path) -> Path:
    command = str(Path(sys.executable).parent / "caseseries")
    subprocess.run([command, "synth", "--patients", str(PATIENTS), "--out", str(out)], check=True)
    return out


def environment(folder: Path, *packages: str) -> Path:
    """The Python of a new environment with these packages."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def whole_process(command: list[str]) -> Run:
    # Compiled modules are kept, as they are where a package is installed: here in a folder that goes.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    child = os.posix_spawn(command[0], command, kept | {"PYTHONPYCACHEPREFIX": COMPILED.name})
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    seconds = time.perf_counter() - started
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def alike(one: Path, other: Path) -> str:
    """A sentence that says whether both found the same; raises SystemExit where they did not."""
    first, second = (
        pl.read_parquet(path).select(SAME).cast({"start": pl.Date, "end": pl.Date, "anchor": pl.Date})
        for path in (one, other)
    )
    numbers = {"lower": pl.Int64, "upper": pl.Int64}
    if not first.cast(numbers).sort("stay").equals(second.cast(numbers).sort("stay")):
        raise SystemExit(f"The hand-written SQL and pandas differ: {one}, {other}")
    met = first.filter(pl.col("lower") >= 5).height
    return f"Both find {first.height:,} stays with four criteria or more, {met:,} of them with five."


def beside(by_hand: Path, by_circe: Path) -> str:
    """A sentence that says whom Circe finds of those who have five."""
    mine = pl.read_parquet(by_hand).filter(pl.col("lower") >= 5)
    first = mine.group_by("person_id").agg(pl.col("anchor").min())
    day = pl.col("cohort_start_date").cast(pl.Date)
    theirs = pl.read_parquet(by_circe).select(pl.col("subject_id").alias("person_id"), day)
    both = first.join(theirs, on="person_id")
    same = both.filter(pl.col("anchor") == pl.col("cohort_start_date")).height
    return (
        f"Of {first.height:,} patients with five Circe finds {both.height:,}, {same:,} on the same day, "
        f"and {theirs.height - both.height:,} others."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
