"""A library at work: python worker.py MODULE DATA.json [once].

It reads a step and a number of patients a line, and answers with the seconds that the step took; or, `once`,
takes all its steps on the smallest series and ends.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np


def main(module: str, data: str, *once: str) -> None:
    warnings.simplefilter("ignore")
    steps = importlib.import_module(module).STEPS
    stored = json.loads(Path(data).read_text())
    series = {
        patients: {name: np.asarray(row) for name, row in table.items()}
        for patients, table in stored.items()
        if not once or patients == "16"
    }
    if once:
        for step in steps.values():
            step(series["16"])
        return
    for line in sys.stdin:
        step, patients = line.rstrip("\n").split("\t")
        wanted = [steps[step]] if step in steps else list(steps.values()) if step == "all" else []
        started = time.perf_counter()
        for one in wanted:
            one(series[patients])
        print(time.perf_counter() - started if wanted else "-", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
