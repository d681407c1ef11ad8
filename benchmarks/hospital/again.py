"""What another question costs where the last run's rows are kept: `again.py HOSPITAL`, in whole processes.

Start-up is opening the hospital and looking the codebook up. Each question is asked RUNS times, each time of
what the first run alone left, and what it finds is compared with what is found without anything kept.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from compare import differences
from measure import RUNS, Run, rows_of, script, show, whole_process

QUESTIONS = {
    "the same question": [],
    "a wider window (the whole stay)": ["--together", "stay"],
    "a narrower window (3 days)": ["--together", "3 days"],
    "another need (6 of 8)": ["--need", "6"],
    "another need (4 of 8)": ["--need", "4"],
    "another limit (ferritin 2,000 ng/mL)": ["--ferritin", "2000"],
}


def main(hospital: Path) -> None:
    print(f"{rows_of(hospital):,} measurements, load {os.getloadavg()[0]:.1f} before\n")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        found, alone = folder / "found.parquet", folder / "alone.parquet"
        command = script("engine.py", hospital, found)
        runs: dict[str, list[Run]] = {}
        whole_process(command)  # its modules are compiled, and the files are warm
        for _ in range(RUNS):
            shutil.rmtree(folder / "first", ignore_errors=True)
            times = {
                "start-up": whole_process([*command, "--stop-when-open"]),
                "nothing is kept": whole_process(command),
                "the first run that keeps": whole_process([*command, "--kept", str(folder / "first")]),
            }
            for question, words in QUESTIONS.items():
                shutil.rmtree(folder / "again", ignore_errors=True)
                shutil.copytree(folder / "first", folder / "again")
                times[question] = whole_process([*command, "--kept", str(folder / "again"), *words])
                whole_process([*script("engine.py", hospital, alone), *words])
                different = differences(alone, found)
                if different:
                    raise SystemExit(f"{question}: with what was kept it differs\n" + "\n".join(different))
            for way, run in times.items():
                runs.setdefault(way, []).append(run)
        show(runs)
        kept = sum(file.stat().st_size for file in (folder / "first").iterdir())
        print(f"\nThe first run keeps {kept / 1024**2:,.0f} MB. Each question finds what it finds alone.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
