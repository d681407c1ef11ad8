"""How long the command line takes to answer, and the founding study to be done.

`./run python benchmarks/founding_study.py`. Each command and the bare interpreter run in turn (A B A B ...),
so that a noisy machine touches both alike; medians of whole processes, and the largest memory of any.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

RUNS = 7
BARE = [sys.executable, "-c", "pass"]
COMMAND = str(Path(sys.executable).parent / "caseseries")


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of each run, and the largest memory in MB."""

    seconds: list[float]
    memory: float

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = [COMMAND, "run", "naymagon-2022", "--out", str(Path(folder) / "results")]
        rows = []
        for name, command in (
            ("caseseries --help", [COMMAND, "--help"]),
            ("caseseries run naymagon-2022", run),
        ):
            bare, measured = side_by_side(BARE, command)
            rows.append((name, measured, bare))
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, median of {RUNS} runs each\n")
    print("| command | seconds | over a bare interpreter | largest memory, MB |")
    print("|---|---|---|---|")
    for name, measured, bare in rows:
        over = measured.median - bare.median
        print(f"| `{name}` | {measured.median:.2f} | {over:.2f} | {measured.memory:.0f} |")


def side_by_side(first: list[str], second: list[str]) -> tuple[Measured, Measured]:
    """Both commands in turn, after one run of each that is not counted."""
    measured: list[list[tuple[float, float]]] = [[], []]
    for turn in range(RUNS + 1):
        for place, command in enumerate((first, second)):
            one = whole_process(command)
            if turn:
                measured[place].append(one)
    one, other = (Measured([s for s, _ in runs], max(m for _, m in runs)) for runs in measured)
    return one, other


def whole_process(command: list[str]) -> tuple[float, float]:
    """Seconds and memory (MB) of one run, from outside; a command that fails ends the benchmark."""
    started = time.perf_counter()
    with Path(os.devnull).open("wb") as nothing:
        actions = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), 1), (os.POSIX_SPAWN_DUP2, nothing.fileno(), 2)]
        child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
