"""The shelf: the definitions that ship, and those in a reader's own files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from caseseries.criteria.definition import Definition
from caseseries.criteria.reading import read_definition
from caseseries.evidence.problem import Problem, Problems, did_you_mean

LIBRARY = Path(__file__).parent / "library"


def open_definition(name: str, folder: Path = Path()) -> Definition:
    """A definition by its name in the library, or by a TOML file's path from `folder` on. Raises Problems."""
    if name in shelf():
        return _read(LIBRARY / f"{name}.toml")
    if name.endswith(".toml"):
        return read_definition(folder / name)
    found = f'the criteria "{name}" are not in the library'
    raise Problems([Problem("criteria", found, did_you_mean(name, shelf()))])


@cache
def shelf() -> tuple[str, ...]:
    """The names of the definitions that ship."""
    return tuple(sorted(path.stem for path in LIBRARY.glob("*.toml")))


@cache
def _read(path: Path) -> Definition:
    return read_definition(path)
