"""Provenance: what the results were made from, and with what."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

from caseseries.analysis.results import Results

MADE_WITH = ("numpy", "scipy", "polars", "pydantic", "matplotlib", "jinja2")


def provenance(results: Results) -> dict[str, Any]:
    """Digests of protocol and inputs, and the versions that computed; no time of day: two runs agree."""
    return {
        "protocol": {"version": results.version, "sha256": results.protocol},
        "inputs": {source.name: {"sha256": source.digest, "rows": source.rows} for source in results.sources},
        "versions": {
            "caseseries": version("caseseries"),
            "python": platform.python_version(),
            **{name: version(name) for name in MADE_WITH},
        },
    }
