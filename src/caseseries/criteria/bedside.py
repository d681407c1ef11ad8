"""At the bedside: one patient by one definition, in one call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from caseseries.criteria.assess import assess
from caseseries.criteria.definition import Definition
from caseseries.criteria.shelf import open_definition
from caseseries.criteria.spoken import Said, read_findings, read_named
from caseseries.criteria.verdict import Assessment
from caseseries.evidence.finding import Finding


@dataclass(frozen=True, slots=True)
class Criteria:
    """A definition, and the verb that goes with it."""

    definition: Definition

    def assess(self, findings: Iterable[Finding | str] = (), **named: Said) -> Assessment:
        """One patient's findings by this definition: `assess(ferritin="12,000 ng/mL", splenomegaly=True)`.

        `findings` are findings, or texts such as "platelets 45 K/uL"; both ways can stand together.
        Raises Problems, naming every slip.
        """
        given = tuple(findings)
        spoken = [finding for finding in given if isinstance(finding, str)]
        known = [finding for finding in given if isinstance(finding, Finding)]
        return assess(self.definition, [*known, *read_findings(spoken), *read_named(named)])


def criteria(name: str | Path) -> Criteria:
    """The criteria of a name in the library, such as "hlh-2004", or of a TOML file. Raises Problems."""
    return Criteria(open_definition(str(name)))
