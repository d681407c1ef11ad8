"""Set aside: what a text prints that is no claim, a line each in not-claims.csv with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from caseseries.cases.grid import Grid, read_grid
from caseseries.evidence.problem import Problem, Problems, did_you_mean
from caseseries.evidence.values import plain_text, read_number
from caseseries.literature.claims import Claim, printed_word

COLUMNS = ("where", "token", "times", "reason")
WHOLE = "every number"
"""How a token begins that sets aside a whole table, or all of it but what is named."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A printed number or word that stands so many `times` in a part of the text and is no claim there."""

    where: str
    token: str
    times: int
    reason: str


def read_set_aside(path: Path) -> tuple[SetAside, ...]:
    """The lines of a CSV file, in its order; none where there is no file. Raises Problems."""
    if not path.exists():
        return ()
    grid = read_grid(path)
    if problems := list(_slips_of_header(grid)):
        raise Problems(problems)
    columns = [grid.column(grid.header.index(name)) for name in COLUMNS]
    rows = list(zip(*columns, strict=True))
    if problems := list(_slips(grid, rows)):
        raise Problems(problems)
    return tuple(SetAside(where, token, int(times), reason) for where, token, times, reason in rows)


def beside_claims(set_aside: Sequence[SetAside], claims: Sequence[Claim]) -> int:
    """How many of what is set aside stand in a part of the text in which a claim prints the same.

    Only the text itself tells which of the two a print is.
    """
    claimed = {_print(claim.where, claim.printed) for claim in claims}
    return sum(one.times for one in set_aside if _print(one.where, one.token) in claimed)


def _print(where: str, printed: str) -> tuple[str, str]:
    """The part of the text, and what is printed there, spaces and capitals aside."""
    return where.partition(",")[0], plain_text(printed).replace(" ", "").casefold()


def _slips_of_header(grid: Grid) -> Iterator[Problem]:
    for name in COLUMNS:
        if name not in grid.header:
            yield Problem(f"{grid.file}, row 1", f'the column "{name}" is missing', "Add it.")
    for name in grid.header:
        if name not in COLUMNS:
            yield Problem(
                f"{grid.file}, row 1", f'the column "{name}" is not known', did_you_mean(name, COLUMNS)
            )


def _slips(grid: Grid, rows: Sequence[tuple[str, ...]]) -> Iterator[Problem]:
    first: dict[tuple[str, str, str], int] = {}
    for number, row in zip(grid.numbers, rows, strict=True):
        at = f"{grid.file}, row {number}"
        where, token, times, reason = row
        for name, cell in zip(COLUMNS, row, strict=True):
            if not cell:
                mend = "Say why it is no claim." if name == "reason" else "Fill it in, or remove the row."
                yield Problem(f'{at}, column "{name}"', "nothing is written here", mend)
        if token and not _is_printed(token):
            mend = f'Write it as printed, such as 31% or 38,052; a word by its digits; a table: "{WHOLE}".'
            if numbers := re.findall(r"[0-9][0-9.,]*", token):
                alone, each = (
                    "Write the number alone, without its unit.",
                    "Give each number a row of its own.",
                )
                mend = alone if len(numbers) == 1 else each
            yield Problem(f'{at}, column "token"', f'"{token}" is no number', mend)
        if times and not re.fullmatch(r"0*[1-9][0-9]{0,5}", times):
            mend = "Write how often it stands there, such as 1."
            yield Problem(f'{at}, column "times"', f'"{times}" is not a whole number from 1 to 999,999', mend)
        before = first.setdefault((where, token, reason), number)
        if before != number:
            mend = "Put the two into one row and add their times."
            yield Problem(at, f"it is row {before} once more: where, token and reason", mend)


def _is_printed(token: str) -> bool:
    """Whether it is a number as a text prints it: also a word of a claim, a part such as 1/3, or WHOLE."""
    if printed_word(token) or token.startswith(WHOLE) or re.fullmatch(r"[0-9]+/[0-9]+", token):
        return True
    try:
        return read_number(token.removesuffix("%")).value is not None
    except ValueError:
        return False
