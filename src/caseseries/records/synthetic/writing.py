"""The hospital on disk: a folder of Parquet files, whole or not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import polars as pl

from caseseries.evidence.pace import Tell
from caseseries.evidence.problem import Problem, Problems, some_of
from caseseries.records.synthetic.hospital import Hospital, make_hospital
from caseseries.records.synthetic.people import FEWEST

MARK = "hospital.json"
"""The file by which a folder is known to be a hospital that never was."""
FORMAT = "caseseries synthetic hospital 1"
ELSEWHERE = "Name another folder with --out; nothing was touched."
ROWS = 250_000
"""Rows of a row group: enough to scan fast, few enough to skip some."""


def synthesise(patients: int, seed: int, out: Path, tell: Tell) -> dict[str, int]:
    """Make a hospital in `out` and answer with the rows of each table.

    Raises Problems where `out` holds anything that is not an earlier hospital of this system, where
    the patients are too few for every story, and where the disk cannot hold it. All is written beside
    `out` and takes its place when it is whole.
    """
    out = out.resolve()
    if patients < FEWEST:
        found = f"{patients} patients are too few: every story needs somebody"
        raise Problems([Problem("--patients", found, f"Ask for {FEWEST} or more.")])
    if seed < 0:
        raise Problems([Problem("--seed", f"{seed} is below 0", "Give 0 or any greater whole number.")])
    check_free(out)
    hospital = make_hospital(patients, seed, tell)
    staging = out.with_name(f".{out.name}.writing-{os.getpid()}")
    made = [folder for folder in out.parents if not folder.exists()]
    try:
        rows = _write(hospital, staging, {"patients": patients, "seed": seed}, tell)
        _take_place(staging, out)
    except OSError as error:
        found = f"the hospital cannot be written ({error.strerror or error})"
        mend = "Free some room or name another folder with --out; what stood there before is untouched."
        raise Problems([Problem(str(out), found, mend)]) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        for folder in made:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
    return rows


def check_free(out: Path) -> None:
    """Nothing, where `out` does not exist, is empty, or holds an earlier hospital, as it was made."""
    if not out.exists():
        return
    if not out.is_dir():
        raise Problems([Problem(str(out), "this is a file, not a folder", ELSEWHERE)])
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir()}
    marked = _marked(out)
    if there and not there <= {MARK, *marked}:
        found = "this folder holds other things than a hospital that this command made"
        raise Problems([Problem(str(out), found, ELSEWHERE)])
    changed = sorted(name for name in there - {MARK} if _digest(out / name) != marked[name])
    if changed:
        raise Problems([Problem(str(out), f"changed since they were made: {some_of(changed)}", ELSEWHERE)])


# ---- Writing ----


def _write(hospital: Hospital, staging: Path, made_for: dict[str, int], tell: Tell) -> dict[str, int]:
    truth = staging / "truth"
    truth.mkdir(parents=True)
    rows = {}
    for number, (name, table) in enumerate(hospital.tables.items(), 1):
        tell(f"writing {name} ({number} of {len(hospital.tables)} tables)")
        # In pieces: the empty columns of the CDM would fill the memory.
        table.sink_parquet(staging / f"{name}.parquet", row_group_size=ROWS)
        rows[name] = pl.scan_parquet(staging / f"{name}.parquet").select(pl.len()).collect().item()
    for name, known in hospital.truth.items():
        known.write_parquet(truth / f"{name}.parquet", row_group_size=ROWS)
    hospital.answers.write_csv(staging / "answers.csv")
    files = sorted(path for path in staging.rglob("*") if path.is_file())
    digests = {path.relative_to(staging).as_posix(): _digest(path) for path in files}
    mark = {"format": FORMAT, **made_for, "rows": rows, "files": digests}
    (staging / MARK).write_text(json.dumps(mark, indent=1) + "\n")
    return rows


def _take_place(staging: Path, out: Path) -> None:
    """Set the whole folder where it belongs; an earlier hospital goes only when this one stands."""
    before = out.with_name(f".{out.name}.before-{os.getpid()}")
    if out.exists():
        out.rename(before)
    try:
        staging.rename(out)
    except BaseException:  # an interrupt too puts the earlier one back; it is passed on
        if before.exists():
            before.rename(out)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _marked(out: Path) -> dict[str, str]:
    """The files that a hospital's mark names, each with its digest; none where there is no mark of ours."""
    try:
        mark: Any = json.loads((out / MARK).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(mark, dict) or mark.get("format") != FORMAT or not isinstance(mark.get("files"), dict):
        return {}
    return dict(mark["files"])
