"""Made-up studies: what every promise of theirs holds, and a promise and a sheet read and analysed."""

from __future__ import annotations

from pathlib import Path

from caseseries.analysis.plan import analyse
from caseseries.analysis.results import Results
from caseseries.cases.sheet import read_sheet
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.reading import read_protocol

TITLE = """
title = "Made up"
version = "1"
question = "What?"
"""
NAMED_DAYS = """
[moments]
first_dose = { first = "anakinra" }
last_contact = { last = "contact" }
"""
FOLLOW_UP = """
[follow_up]
counted_from = "first_dose"
until = "last_contact"
unit = "days"
horizons = ["30 days"]
"""
AGE = """
[[variable]]
name = "age"
kind = "number"
unit = "years"
"""
FATE = """
[[variable]]
name = "alive"
kind = "yes/no"
take = { follow_up = "alive" }
[[variable]]
name = "time"
kind = "time"
take = { follow_up = "time" }
"""


def promised(folder: Path, protocol: str) -> Protocol:
    """The protocol, read from a file in `folder`. Raises Problems."""
    (folder / "protocol.toml").write_text(protocol, "utf-8")
    return read_protocol(folder / "protocol.toml")


def done(folder: Path, protocol: str, patients: str, **courses: str) -> Results:
    """What comes of the sheet; `courses` are sheets of serial measurements by their names."""
    for name, sheet in {"patients": patients, **courses}.items():
        (folder / f"{name}.csv").write_text(sheet, "utf-8")
    read = promised(folder, protocol)
    return analyse(read, read_sheet(folder / "patients.csv", read))
