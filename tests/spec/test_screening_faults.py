"""The tables of the screening have teeth: each of these faults, seeded into the referee, is caught by one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.referee.faults import FAULTS, Fault, seeded
from tests.spec import test_screening, test_screening_cohort, test_screening_patients, test_screening_rows


def tables_of(module: ModuleType) -> Iterator[Callable[..., None]]:
    """The tables of a module that ask for nothing but an engine."""
    for name, table in inspect.getmembers(module, inspect.isfunction):
        if name.startswith("test_") and list(inspect.signature(table).parameters) == ["engine"]:
            yield table


TABLES = [
    table
    for module in (test_screening, test_screening_rows, test_screening_patients, test_screening_cohort)
    for table in tables_of(module)
]


def catching(engine: Callable[..., Any]) -> Iterator[str]:
    """The tables that do not hold for an engine."""
    for table in TABLES:
        try:
            table(engine)
        except AssertionError:
            yield table.__name__


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_seeded_fault_is_caught(fault: Fault, tmp_path: Path) -> None:
    assert next(catching(seeded(fault, tmp_path)), None), fault.name
