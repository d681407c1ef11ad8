"""The search: the whole database asked, inside it, which stays meet the definition or may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from caseseries.cohort import stays, windows
from caseseries.cohort.windows import Windows
from caseseries.criteria.definition import Definition, findings_of
from caseseries.criteria.lowering import lower
from caseseries.protocol.clauses.hospital import Stay
from caseseries.records.codebook import Codebook
from caseseries.records.omop import Records
from caseseries.records.resolving import Resolved

ANSWERS = pl.Schema({"stay_id": pl.Int64, "answered": pl.Int64, "met": pl.Int64, "undecided": pl.Int64})


@dataclass(frozen=True)
class Search:
    """A definition, ready to be asked of these records; a candidate may be short of `reach` criteria."""

    records: Records
    codebook: Codebook
    resolved: Resolved
    windows: Windows
    reach: int
    known_from: str

    @property
    def definition(self) -> Definition:
        """What is searched for."""
        return self.windows.lowered.definition


def find_stays(records: Records, codebook: Codebook, transfers: int, first: int, last: int) -> None:
    """Lay out `stays`, every one, and `studied`, those of the setting."""
    concepts = pl.DataFrame({"concept_id": list(codebook.inpatient_concepts)}, {"concept_id": pl.Int64})
    records.put("inpatient", concepts)
    records.keep("stays", stays.stays(transfers))
    records.keep("studied", stays.of_the_setting(first, last))


def odd_visits(records: Records) -> dict[tuple[str, str], int]:
    """How many inpatient visits end before they start, or lack an end or a start; rests on `inpatient`."""
    found = records.run(stays.ODD_VISITS, "odd visits").row(0, named=True)
    names = {"inverted": "ends before it starts", "without_end": "no end", "without_start": "no start"}
    return {("visit", names[name]): int(count) for name, count in found.items() if count}


def prepare(
    records: Records, codebook: Codebook, resolved: Resolved, definition: Definition, stay: Stay, reach: int
) -> Search:
    """The definition with its tests numbered and its windows, and where these records tell a result's day."""
    entries = codebook.entries_of(with_parts(findings_of(definition), codebook))
    columns = [one.known_from for one in entries if one.known_from]
    known_from = next((column for column in columns if records.has("measurement", column)), "")
    need = definition.need if definition.need is not None else definition.most
    whole = windows.windows(lower(definition), need, stay)
    return Search(records, codebook, resolved, whole, reach, known_from)


def with_parts(findings: Iterable[str], codebook: Codebook) -> list[str]:
    """The findings, and those that some of them can be worked out from."""
    wanted = list(findings)
    for entry in codebook.entries_of(wanted):
        wanted += entry.or_from.of if entry.or_from else ()
    return list(dict.fromkeys(wanted))
