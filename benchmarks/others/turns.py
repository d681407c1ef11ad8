"""The same analysis by each library in turn, in one run: seconds of every step, and of the start."""

from __future__ import annotations

import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from others.cases import founding

HERE = Path(__file__).parent
SIZES = (16, 1_000, 100_000)
ROUNDS = 5
LONGEST = 120.0
"""Seconds after which a step is given up, and not asked again."""
LONG = 20.0
"""Seconds beyond which a step is timed once."""
SEED = 2022
STEPS = {
    "table one": "table one: two medians with quartiles, one count, by group, with tests",
    "curves": "Kaplan-Meier of each group, limits and median",
    "log-rank": "log-rank",
    "Cox": "Cox, Efron, two covariates",
    "Mann-Whitney": "Mann-Whitney, asymptotic",
    "all": "all of these",
}
LOADED = {
    "caseseries": ", ".join(
        f"caseseries.stats.{one}" for one in ("compare", "cox", "describe", "log_rank", "ranks", "survival")
    ),
    "lifelines, tableone, SciPy": "lifelines, tableone, scipy.stats",
    "statsmodels": "statsmodels.duration.survfunc, statsmodels.duration.hazard_regression",
    "scikit-survival": "sksurv.nonparametric, sksurv.compare, sksurv.linear_model",
}
"""What each imports for these steps."""
WHOLE = ("caseseries", "lifelines, tableone, SciPy", "R")
"""Those that have every step."""


@dataclass(slots=True)
class Worker:
    """A process that takes steps when it is asked to; started anew after one that was given up."""

    command: list[str]
    process: subprocess.Popen[str] | None = field(default=None)

    def seconds(self, step: str, patients: int) -> float | str:
        """The seconds of the step as the process measured them; "-" where it has no such step."""
        if self.process is None:
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(self.command, stdin=pipe, stdout=pipe, text=True)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{step}\t{patients}\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], LONGEST)[0]:
            self.end()
            return f"more than {LONGEST:.0f}"
        line = self.process.stdout.readline().strip()
        if not line:
            raise SystemExit(f"{' '.join(self.command)} ended at {step} of {patients:,}")
        return line if line == "-" else float(line)

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def workers(folder: Path, python: Path, rscript: str | None) -> dict[str, list[str]]:
    """The command of each library's worker, on series written to the folder."""
    data = folder / "series.json"
    data.write_text(json.dumps({str(patients): series(patients) for patients in SIZES}))
    commands = {
        "caseseries": [sys.executable, str(HERE / "worker.py"), "with_caseseries", str(data)],
        "lifelines, tableone, SciPy": [str(python), str(HERE / "worker.py"), "with_lifelines", str(data)],
        "statsmodels": [str(python), str(HERE / "worker.py"), "with_statsmodels", str(data)],
        "scikit-survival": [str(python), str(HERE / "worker.py"), "with_scikit_survival", str(data)],
    }
    if rscript:
        commands["R"] = [rscript, str(HERE / "worker.R"), str(data)]
    return commands


def show_times(commands: Mapping[str, list[str]]) -> None:
    """Seconds of the steps of an analysis, once everything is loaded."""
    print(f"Seconds, warm, in turn, median of {ROUNDS}; load {os.getloadavg()[0]:.1f} before\n")
    print(f"| patients | step | {' | '.join(commands)} |")
    print(f"|{'---|' * (2 + len(commands))}")
    all_workers = {name: Worker(command) for name, command in commands.items()}
    try:
        for patients in SIZES:
            for step, title in STEPS.items():
                of = {name: one for name, one in all_workers.items() if step != "all" or name in WHOLE}
                found = in_turn(of, step, patients)
                cells = [found.get(name, "-").replace("-", "not given") for name in commands]
                print(f"| {patients:,} | {title} | {' | '.join(cells)} |", flush=True)
    finally:
        for worker in all_workers.values():
            worker.end()
    print()


def in_turn(workers: Mapping[str, Worker], step: str, patients: int) -> dict[str, str]:
    """Each once, not counted; then each in turn, the first of one round being the last of the next."""
    found: dict[str, str] = {}
    runs: dict[str, list[float]] = {}
    for name, worker in workers.items():
        first = worker.seconds(step, patients)
        if isinstance(first, str):
            found[name] = first
        elif first > LONG:
            found[name] = f"{shown(first)} (once)"
        else:
            runs[name] = []
    names = list(runs)
    for turn in range(ROUNDS):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            seconds = workers[name].seconds(step, patients)
            runs[name].append(LONGEST if isinstance(seconds, str) else seconds)
    return found | {name: shown(statistics.median(seconds)) for name, seconds in runs.items()}


def shown(seconds: float) -> str:
    return f"{seconds:.1f}" if seconds >= 10 else f"{seconds:.2f}" if seconds >= 0.1 else f"{seconds:.2g}"


def series(patients: int) -> dict[str, Any]:
    """The founding series; or survival in whole days up to five years, drawn with the seed."""
    if patients == 16:
        one = founding()
        return {
            "time": one.table["months"].to_list(),
            "event": one.table.select(one.event).to_series().to_list(),
            "group": one.table["rheumatologic"].to_list(),
            "age": one.table["age"].to_list(),
            "marker": one.table["ferritin"].to_list(),
            "male": (one.table["sex"] == "M").cast(int).to_list(),
        }
    random = np.random.default_rng(SEED)
    group, male = random.integers(0, 2, (2, patients))
    age = np.round(random.normal(60.0, 15.0, patients))
    marker = np.round(np.exp(random.normal(9.0 - 0.2 * group, 1.0)))
    died = np.ceil(random.exponential(900.0 * np.exp(0.4 * group - 0.02 * (age - 60.0))))
    ended = np.ceil(random.uniform(0.0, 1826.0, patients))
    found = {
        "time": np.minimum(died, ended),
        "event": (died <= ended).astype(int),
        "group": group,
        "age": age,
        "marker": marker,
        "male": male,
    }
    return {name: row.tolist() for name, row in found.items()}


def show_starts(commands: Mapping[str, list[str]]) -> None:
    """Whole processes: a bare interpreter, with the import, and with the first analysis of 16."""
    starts: dict[str, list[list[str]]] = {}
    for name, (program, *words) in commands.items():
        if name == "R":
            bare, load = ["-e", "NULL"], ["-e", "library(survival)"]
        else:
            bare, load = ["-c", "pass"], ["-c", f"import {LOADED[name]}"]
        starts[name] = [[program, *bare], [program, *load], [program, *words, "once"]]
    seconds: dict[str, list[list[float]]] = {name: [[], [], []] for name in starts}
    with tempfile.TemporaryDirectory() as compiled:
        for turn in range(ROUNDS + 1):
            for name, three in starts.items():
                for place, command in enumerate(three):
                    taken = whole_process(command, compiled)
                    if turn:
                        seconds[name][place].append(taken)
    print(f"\nWhole processes, compiled modules kept, in turn, median of {ROUNDS}:\n")
    print(f"| seconds | {' | '.join(starts)} |")
    print(f"|{'---|' * (1 + len(starts))}")
    middles = {name: [statistics.median(one) for one in three] for name, three in seconds.items()}
    for place, title in enumerate(
        ("bare interpreter", "with the modules loaded", "with 16 patients analysed")
    ):
        print(f"| {title} | {' | '.join(shown(three[place]) for three in middles.values())} |")


def whole_process(command: list[str], compiled: str) -> float:
    # Compiled modules are kept, as they are where a package is installed: here in a folder that goes.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    subprocess.run(command, env=kept | {"PYTHONPYCACHEPREFIX": compiled}, check=True, capture_output=True)
    return time.perf_counter() - started
