"""The tables have teeth for the engine too: each of these faults, seeded into its SQL, is caught by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.referee.engine_faults import ENGINE_FAULTS, seeded_engine
from tests.referee.faults import Fault
from tests.spec.test_screening_faults import TABLES

NAMED = {table.__name__: table for table in TABLES}


@pytest.mark.parametrize(
    ("fault", "table"), [pytest.param(fault, table, id=fault.name) for fault, table in ENGINE_FAULTS]
)
def test_a_fault_in_the_engine_is_caught(fault: Fault, table: str, tmp_path: Path) -> None:
    engine = seeded_engine(fault, tmp_path)
    with pytest.raises(AssertionError):
        NAMED[table](engine)
