"""Small tables of patients: a column a finding, and the verdict or the points that must come out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caseseries.criteria.bedside import criteria

EXPECTED = ("verdict", "points")


@pytest.fixture
def assess() -> Callable[[str, str, str], None]:
    """Assess each patient of a table by one criterion of a definition, and hold the last column to it."""

    def each(definition: str, criterion: str, table: str) -> None:
        header, *rows = [[part.strip() for part in line.split("|")] for line in table.strip().splitlines()]
        assert header[0] == "patient"
        assert header[-1] in EXPECTED
        for patient, *cells, expected in rows:
            said = [f"{name}={cell}" for name, cell in zip(header[1:-1], cells, strict=True) if cell]
            verdict = criteria(definition).assess(said)[criterion]
            got = verdict.truth if header[-1] == "verdict" else verdict.bounds
            assert str(got) == expected, f"patient {patient}: {', '.join(said)}"

    return each
