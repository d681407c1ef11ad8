"""How long the founding study's own protocol takes on a large sheet, from the sheet to the report.

./run python benchmarks/large_study.py            100,000 patients
./run python benchmarks/large_study.py 10000      as many

A whole process of `caseseries run`, on patients made up as for read_sheet.py; best of three.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from read_sheet import write

from caseseries.study import open_study

COMMAND = str(Path(sys.executable).parent / "caseseries")
RUNS = 3


def main(patients: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        study.mkdir()
        shutil.copy(open_study("naymagon-2022").folder / "protocol.toml", study)
        write(study / "patients.csv", patients)
        runs = [
            whole([COMMAND, "run", str(study), "--out", str(Path(folder) / "results")]) for _ in range(RUNS)
        ]
    seconds, memory = min(runs)
    print(f"{patients:,} patients: {seconds:.1f} s, {memory:.2f} GB, load {os.getloadavg()[0]:.1f}")


def whole(command: list[str]) -> tuple[float, float]:
    """The seconds of a process, and its largest memory in GB."""
    started = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ, file_actions=QUIET)
    _, status, used = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"it ended with {os.waitstatus_to_exitcode(status)}: {' '.join(command)}")
    return time.perf_counter() - started, used.ru_maxrss / 1e6


QUIET = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_DUP2, 1, 2)]

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
