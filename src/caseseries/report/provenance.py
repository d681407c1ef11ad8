"""Provenance: what the results were made from, and with what."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from caseseries.analysis.results import Results
    from caseseries.cases.series import Source

MADE_WITH = ("numpy", "scipy", "polars", "pydantic", "matplotlib", "jinja2")
ASKED_WITH = ("duckdb",)
"""What records are asked with, beside."""


IDENTIFIED = {"identified": True}
"""What marks a folder with results of a hospital's records: it stays inside."""


def provenance(results: Results, printed: Source | None = None) -> dict[str, Any]:
    """Digests of protocol and inputs, and the versions that computed; no time of day: two runs agree.

    `printed` is the file of printed numbers, where the study has one.
    """
    sources = [*results.sources, *([printed] if printed else [])]
    of_records = any(source.kind == "database" for source in sources)
    return {
        "protocol": {"version": results.version, "sha256": results.protocol},
        "inputs": {source.name: {"sha256": source.digest, "rows": source.rows} for source in sources},
        "versions": versions(of_records),
        **(IDENTIFIED if of_records else {}),
    }


def versions(of_records: bool) -> dict[str, str]:
    """What computed, by name, and its version."""
    mine = {"caseseries": version("caseseries"), "python": platform.python_version()}
    return mine | {name: version(name) for name in (*MADE_WITH, *(ASKED_WITH if of_records else ()))}
