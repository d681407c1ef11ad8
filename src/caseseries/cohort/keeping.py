"""Keeping: a cohort as files, each of which can be opened and read."""

from __future__ import annotations

import json
from dataclasses import asdict
from io import BytesIO

import polars as pl

from caseseries.cohort.cohort import Cohort
from caseseries.cohort.questions import as_sheet
from caseseries.cohort.verdict_sheet import verdict_sheet

FRAMES = ("patients", "verdicts", "unflagged", "flagged", "moments", "evidence", "exposures")


def files_of(cohort: Cohort, study: str, digest: str) -> dict[str, bytes]:
    """The path and content of every file: tables, the attrition, verdicts, questions, every query in turn."""
    files = {f"cohort/{name}.parquet": _parquet(getattr(cohort, name)) for name in FRAMES}
    attrition = {"protocol": digest, **asdict(cohort.attrition)}
    files["attrition.json"] = (json.dumps(attrition, indent=1, ensure_ascii=False) + "\n").encode()
    files["verdicts.csv"] = verdict_sheet(cohort).encode()
    files["questions.csv"] = as_sheet(cohort.open, study, digest).encode()
    for number, (name, text) in enumerate(cohort.sql.items(), 1):
        plain = "".join(letter if letter.isalnum() else "-" for letter in name.casefold()).strip("-")
        files[f"sql/{number:02}-{plain}.sql"] = f"-- {name}\n{text.strip()}\n".encode()
    return files


def _parquet(frame: pl.DataFrame) -> bytes:
    out = BytesIO()
    frame.write_parquet(out)
    return out.getvalue()
