"""A finished run in its folder: the report with all its files, and the copy that may be released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from caseseries.evidence.pace import Tell
from caseseries.evidence.problem import Problem, Problems
from caseseries.folder.destination import Destination
from caseseries.folder.writing import write
from caseseries.literature.ledger import LEDGER, as_explained_before, ledger_csv
from caseseries.report.document import documents
from caseseries.report.finished import Finished
from caseseries.report.provenance import provenance, versions
from caseseries.stats.small_cells import SMALLEST_OF_ALL


def write_run(run: Finished, to: Destination, tell: Tell, beside: Mapping[str, bytes]) -> Path:
    """Write report.html, results.json, tables and figures, and the files `beside`; return the folder.

    What a ledger in the folder explained of the same contradictions is told again, and kept. Raises Problems
    where the folder belongs to another study or cannot be written.
    """
    folder = to.results()
    run, kept = _with_explained(run, folder)
    files: dict[str, str | bytes] = {**documents(run, tell), **kept, **beside}
    tell("writing")
    write(folder, to.owner, files, provenance(run.results, run.printed))
    return folder


def _with_explained(run: Finished, folder: Path) -> tuple[Finished, dict[str, str]]:
    """The run with what the ledger in the results folder explained, and that ledger, to be kept."""
    ledger = folder / LEDGER
    if not run.verdicts or not ledger.is_file():
        return run, {}
    verdicts = as_explained_before(run.verdicts, ledger.read_text("utf-8", errors="replace"))
    if not any(first.explained for first, *_ in verdicts):
        return run, {}
    return replace(run, verdicts=verdicts), {LEDGER: ledger_csv(verdicts)}


def write_release(run: Finished, to: Destination, smallest: int, with_patients: bool) -> Path:
    """Write the copy of a run that may leave the hospital, by the rule it states; return the folder.

    Counts of patients from 1 to `smallest` - 1 are not shown; `with_patients` adds a line a patient, under
    pseudonyms. Raises Problems where the run is not of records, where `smallest` is below 3, and as
    `write_run` does.
    """
    from caseseries.report.release import released_files

    problems = []
    if not run.cases.from_records:
        found, mend = (
            "these cases are of a sheet",
            "Only a run on a hospital's records has a released copy.",
        )
        problems.append(Problem("the released copy", found, mend))
    if smallest < SMALLEST_OF_ALL:
        found = f"{smallest} would be the smallest count that is shown, and then the others can be told"
        mend = f"Name {SMALLEST_OF_ALL} or more; 5 is usual."
        problems.append(Problem("the released copy", found, mend))
    if problems:
        raise Problems(problems)
    folder = to.release()
    files = released_files(run, smallest, with_patients)
    made = {"protocol": {"version": run.results.version, "sha256": run.protocol.digest}}
    write(folder, to.owner_of_release, files, {**made, "versions": versions(of_records=True)})
    return folder
