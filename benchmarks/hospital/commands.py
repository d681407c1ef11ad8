"""The demonstration, and the founding study on a hospital, from the command: `commands.py HOSPITAL`.

Whole processes that write everything they promise, report.html too.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from measure import measured, rows_of, show

COMMAND = str(Path(sys.executable).parent / "caseseries")


def main(hospital: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary)
        os.chdir(out)
        study = [COMMAND, "run", "naymagon-2022", "--records", str(hospital)]
        answers = ["--answers", str(hospital / "answers.csv")]
        ways = {
            "caseseries demo": [COMMAND, "demo", "--out", str(out / "demo")],
            "caseseries run": [*study, "--out", str(out / "run")],
            "caseseries run, with answers": [*study, *answers, "--out", str(out / "answered")],
        }
        load = os.getloadavg()[0]
        runs = measured(ways)
        print(f"{rows_of(hospital):,} measurements, load {load:.1f} before\n")
        show(runs)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
