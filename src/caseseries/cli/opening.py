"""Opening: the study that a command names, and the records."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from caseseries.cli.terminal import Progress

if TYPE_CHECKING:
    from caseseries.records.omop import Records
    from caseseries.study import Study


def opened(options: argparse.Namespace) -> tuple[Study, Path]:
    """The study, and the folder of its results."""
    from caseseries.study import open_study

    study = open_study(options.study)
    return study, study.results_folder(options.out)


def opened_records(options: argparse.Namespace, out: Path, tell: Progress) -> Records:
    """The records, of which long queries leave what they found in the results folder, for the next run."""
    from caseseries.folder.manifest import KEPT
    from caseseries.records.omop import open_records

    records = open_records(options.records, memory=options.memory or "", kept=out / KEPT)
    if tell.is_shown:
        records.watch(tell.at)
    return records
