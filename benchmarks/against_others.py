"""Beside other libraries: who gives what, who agrees and by how much, and the same analysis timed in one run.

./run python benchmarks/against_others.py              all, as Markdown tables
./run python benchmarks/against_others.py agreement    or some of them: agreement, times, starts

The libraries are no dependencies of the project: they get an environment of their own in a temporary folder.
R, with Debian's packages, is asked if it is on the machine. Every cell of the tables is computed.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from others.agreement import agreements
from others.because import BECAUSE
from others.cases import asked
from others.ours import answers
from others.rows import GIVEN_BY_NONE, LIBRARIES, NEEDS, NOT_IN_DEBIAN, ROWS
from others.turns import show_starts, show_times, workers

HERE = Path(__file__).parent / "others"
PARTS = ("agreement", "times", "starts")
PINNED = ("lifelines==0.30.3", "statsmodels==0.15.0", "scikit-survival==0.28.0", "tableone==0.9.6")
BESIDE = ("scipy==1.17.1", "numpy==2.4.6", "pandas==2.3.3")
PACKAGES = ("survival", "coin", "cmprsk", "epitools", "metafor", "jsonlite")


def main(words: Sequence[str]) -> None:
    if unknown := [word for word in words if word not in PARTS]:
        raise SystemExit(f"{', '.join(unknown)}: unknown; there are {', '.join(PARTS)}")
    rscript = shutil.which("Rscript")
    packages = packages_of_r(rscript) if rscript else {}
    if not {"survival", "jsonlite"} <= set(packages):
        rscript = None
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        python = environment(folder / "environment")
        print(", ".join((*PINNED, *BESIDE)).replace("==", " "), end="; ")
        print(", ".join(f"{name} {version}" for name, version in packages.items()) or "R: not here")
        load = os.getloadavg()[0]
        print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} before\n")
        (folder / "data").mkdir()
        if rscript:
            subprocess.run([rscript, str(HERE / "data.R"), str(folder / "data")], check=True)
        questions = asked(folder / "data")
        (folder / "questions.json").write_text(json.dumps(questions))
        commands = workers(folder, python, rscript)
        for part in words or PARTS:
            if part == "agreement":
                show_agreement(questions, said_by_all(folder, python, rscript), packages)
            elif part == "times":
                show_times(commands)
            else:
                show_starts(commands)


def packages_of_r(rscript: str) -> dict[str, str]:
    """R and those of its packages that are here, with their versions."""
    ask = (
        'cat("R", paste(R.version$major, R.version$minor, sep = "."), "\\n");'
        f"for (name in c({', '.join(map(repr, PACKAGES))}))"
        ' if (nzchar(system.file(package = name))) cat(name, format(packageVersion(name)), "\\n")'
    )
    told = subprocess.run([rscript, "-e", ask], check=True, capture_output=True, text=True).stdout
    return dict(line.split() for line in told.splitlines())


def environment(folder: Path) -> Path:
    """The Python of a new environment with the other libraries."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--quiet", *PINNED, *BESIDE], check=True)
    return python


def said_by_all(folder: Path, python: Path, rscript: str | None) -> Iterator[Any]:
    """What the others answer: library, row, case and quantities."""
    commands = [[str(python), str(HERE / "theirs.py")]]
    if rscript:
        commands.append([rscript, str(HERE / "theirs.R")])
    for command in commands:
        answered = folder / "answers.jsonl"
        subprocess.run([*command, str(folder / "questions.json"), str(answered)], check=True)
        yield from map(json.loads, answered.read_text().splitlines())


def show_agreement(
    questions: dict[str, dict[str, Any]], theirs: Iterator[Any], packages: dict[str, str]
) -> None:
    """One row a method, one column a library: the largest relative disagreement, or that it is not given."""
    ours: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for row, case, found in answers(questions):
        ours[row, case] |= found
    cells = agreements(ours, theirs)
    print(f"| what | {' | '.join(LIBRARIES)} |")
    print(f"|{'---|' * (1 + len(LIBRARIES))}")
    told: list[str] = []
    has_data = {row for row, _ in ours} | GIVEN_BY_NONE
    for row, title in ROWS.items():
        shown = []
        for library in LIBRARIES:
            cell = cells.get((library, row)) or absent(row, library, packages, row in has_data)
            if (row, library) in BECAUSE and (library, row) in cells:
                told.append(f"{title}, {library}: {BECAUSE[row, library]}")
                cell += f" [{len(told)}]"
            shown.append(cell)
        print(f"| {title} | {' | '.join(shown)} |")
    print()
    for number, because in enumerate(told, start=1):
        print(f"{number}. {because}")
    print()


def absent(row: str, library: str, packages: dict[str, str], has_data: bool) -> str:
    """What stands where there is no answer; without R there are no data for some rows."""
    if library == "R" and (not packages or NEEDS.get(row, "survival") not in packages):
        return "not here"
    if library == "R" and row in NOT_IN_DEBIAN:
        return f"not here ({NOT_IN_DEBIAN[row]})"
    return "not given" if has_data else "not asked"


if __name__ == "__main__":
    main(sys.argv[1:])
