"""The screening three ways on a synthetic hospital, in whole processes: seconds, processor seconds, memory.

./run python benchmarks/hospital/measure.py                     a new hospital of 300,000 patients
./run python benchmarks/hospital/measure.py HOSPITAL            one that `caseseries synth` made before

Each way runs in turn, in a fresh process, three times; the best time and the largest memory are printed.
pandas is no dependency of the project: it gets an environment of its own in a temporary folder.
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

HERE = Path(__file__).parent
PATIENTS = 300_000
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
        pandas = environment(folder / "pandas")
        by_hand, by_pandas = folder / "by-hand.parquet", folder / "by-pandas.parquet"
        ways = {
            "bare interpreter": [sys.executable, "-c", "pass"],
            "bare interpreter with duckdb": [sys.executable, "-c", "import duckdb; duckdb.connect()"],
            "scan": [sys.executable, str(HERE / "scan.py"), str(hospital)],
            "by hand": [sys.executable, str(HERE / "by_hand.py"), str(hospital), str(by_hand)],
            "pandas": [str(pandas), str(HERE / "with_pandas.py"), str(hospital), str(by_pandas)],
        }
        runs: dict[str, list[Run]] = {way: [] for way in ways}
        for _ in range(RUNS):
            for way, command in ways.items():
                runs[way].append(whole_process(command))
        rows = pl.scan_parquet(hospital / "measurement.parquet").select(pl.len()).collect().item()
        print(f"{rows:,} measurements, {os.cpu_count()} cores, best of {RUNS} whole processes\n")
        print("| way | seconds | processor seconds | largest memory, MB |")
        print("|---|---|---|---|")
        for way, mine in runs.items():
            seconds, processor = min(run.seconds for run in mine), min(run.processor for run in mine)
            print(f"| {way} | {seconds:.2f} | {processor:.2f} | {max(run.memory for run in mine):,.0f} |")
        print(f"\n{alike(by_hand, by_pandas)}")


def made(out: Path) -> Path:
    command = str(Path(sys.executable).parent / "caseseries")
    subprocess.run([command, "synth", "--patients", str(PATIENTS), "--out", str(out)], check=True)
    return out


def environment(folder: Path) -> Path:
    """The Python of a new environment with pandas."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "pandas", "pyarrow"], check=True)
    return python


def whole_process(command: list[str]) -> Run:
    started = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ)
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


if __name__ == "__main__":
    main(sys.argv[1:])
