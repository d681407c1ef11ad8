"""Naming: each criterion and each flag has a name of its own, since its results are known by it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from caseseries.evidence.table import Table


def check_names(named: Iterable[tuple[Table, str]], what: str) -> None:
    """Slips for names without a letter or a digit, or with the same ones as another; "" is told elsewhere."""
    first: dict[str, str] = {}
    for line, name in named:
        key = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).casefold())
        if name and not key:
            line.slip("name", f'"{name}" has neither a letter nor a digit', "Give it a name in words.")
        elif key in first:
            twin = "" if first[key] == name else f', as "{first[key]}"'
            mend = f"Give each {what} a name of its own; capitals, spaces and signs do not tell names apart."
            line.slip("name", f'"{name}" stands twice{twin}', mend)
        elif key:
            first[key] = name
