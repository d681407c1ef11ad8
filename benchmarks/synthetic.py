"""How long a hospital that never was takes to be made, and how much memory.

./run python benchmarks/synthetic.py                   20,000 and 200,000 patients
./run python benchmarks/synthetic.py 1000 5000         as many
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

COMMAND = str(Path(sys.executable).parent / "caseseries")


def main(sizes: list[int]) -> None:
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, whole processes\n")
    print("| patients | measurements | seconds | largest memory, MB | on disk, MB |")
    print("|---|---|---|---|---|")
    for patients in sizes:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "hospital"
            seconds, memory = made(patients, out)
            rows = pl.scan_parquet(out / "measurement.parquet").select(pl.len()).collect().item()
            disk = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6
        print(f"| {patients:,} | {rows:,} | {seconds:.1f} | {memory:,.0f} | {disk:,.0f} |", flush=True)


def made(patients: int, out: Path) -> tuple[float, float]:
    """Seconds and memory (MB) of one whole process."""
    started = time.perf_counter()
    command = [COMMAND, "synth", "--patients", str(patients), "--out", str(out)]
    with Path(os.devnull).open("wb") as nothing:
        actions = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), 1)]
        child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [20_000, 200_000])
