"""Levels: cells that name one or several words of a list, and how sure each is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from caseseries.cases.cells import Read, Refused, Slip, each, lists, quoted
from caseseries.cases.names import alike
from caseseries.cases.parts import CERTAINTY, part_of
from caseseries.evidence.problem import did_you_mean
from caseseries.evidence.values import NONE, is_missing, read_yes_no
from caseseries.protocol.clauses.variable import Variable

Entry = tuple[str, str]
"""A level and its certainty."""

PARTED_BY = (r"[;\r\n]", r",", r"\+|&|/|\band\b")
"""What parts the entries of a cell, the strongest first: a level may itself hold the weaker ones."""


def read_category(variable: Variable, cells: Sequence[str]) -> Read:
    """One level a cell."""
    levels = _Levels(variable)

    def read(text: str) -> Entry | None:
        return None if levels.find(text) is None and is_missing(text) else levels.entry(text)

    entries, slips = each(cells, read)
    name, beside = variable.name, part_of(variable.name, CERTAINTY)
    columns = {name: pl.Series(name, [one and one[0] for one in entries], dtype=pl.String)}
    if variable.certainty:
        columns[beside] = pl.Series(beside, [one and one[1] for one in entries], dtype=pl.String)
    return Read(columns, tuple(slips))


def read_categories(variable: Variable, cells: Sequence[str]) -> Read:
    """Any number of levels a cell (`bacterial infection; viral infection (presumed)`); `None` is no level."""
    levels = _Levels(variable)

    def read(text: str) -> list[Entry] | None:
        if levels.find(text) is None and is_missing(text):
            return None
        if levels.find(text) is None and alike(text) == NONE:
            return []
        entries = [levels.entry(part) for part in levels.parts(text)]
        named = [level for level, _ in entries]
        if len(set(named)) < len(named):
            raise Refused(f"{quoted(text)} names a level twice", "Name each once.")
        levels.refuse_company(named)
        return entries

    listed, slips = each(cells, read)
    return _columns(variable, listed, slips)


def read_ticks(variable: Variable, ticks: Mapping[str, Sequence[str]]) -> tuple[Read, dict[str, list[Slip]]]:
    """Several levels a row, from one yes/no column a level; the slips are given by level.

    Where nobody typed No, the columns are ticks: what is not ticked is not so. Else a row is answered in
    every column or in none.
    """
    levels = _Levels(variable)
    answers: dict[str, list[bool | None]] = {}
    slips: dict[str, list[Slip]] = {}
    for level, cells in ticks.items():
        answers[level], slips[level] = each(
            cells, lambda text: None if is_missing(text) else read_yes_no(text)
        )
    are_ticks = not any(answer is False for column in answers.values() for answer in column)
    listed: list[list[Entry] | None] = []
    for row, said in enumerate(zip(*answers.values(), strict=True)):
        named = [level for level, answer in zip(answers, said, strict=True) if answer]
        blank = [level for level, answer in zip(answers, said, strict=True) if answer is None]
        if blank and len(blank) < len(said) and not are_ticks and not any(slips.values()):
            found = "the cell is empty, and other levels of the patient are answered"
            slips[blank[0]].append(Slip(row, found, "Write Yes or No in each, or leave all of them empty."))
        try:
            levels.refuse_company(named)
        except Refused as refused:
            slips[named[0]].append(Slip(row, refused.found, refused.mend))
        listed.append([(level, levels.surest) for level in named] if len(blank) < len(said) else None)
    return _columns(variable, listed, ()), slips


class _Levels:
    """The levels and certainties of a variable, found in any spelling that differs by capitals and spaces."""

    def __init__(self, variable: Variable) -> None:
        self.variable = variable
        self.levels = {alike(level): level for level in variable.levels}
        self.certainties = {alike(word): word for word in variable.certainty}
        self.surest = variable.certainty[0] if variable.certainty else ""

    def find(self, text: str) -> str | None:
        return self.levels.get(alike(text))

    def entry(self, text: str) -> Entry:
        """The level and its certainty: `viral infection (presumed)`; nothing said is the first certainty."""
        level, said = self._parted(text)
        if level is None:
            near = did_you_mean(text, self.variable.levels)
            raise Refused(
                f"{quoted(text)} is not one of the levels", f"{near} Or add it to the protocol's levels."
            )
        if alike(said) not in self.certainties and said != self.surest:
            mend = did_you_mean(said, self.variable.certainty)
            raise Refused(f"{quoted(said)} is not one of the certainties", mend)
        return level, self.certainties.get(alike(said), said)

    def parts(self, text: str, marks: Sequence[str] = PARTED_BY) -> Iterator[str]:
        """The entries of a cell. What is a level as it stands is not parted further."""
        if not marks or self._parted(text)[0] is not None:
            yield text.strip()
            return
        for part in re.split(marks[0], text, flags=re.IGNORECASE):
            if part.strip():
                yield from self.parts(part, marks[1:])

    def _parted(self, text: str) -> tuple[str | None, str]:
        """The level that the text names, as it stands or before parentheses, and what is in these."""
        if self.find(text) is not None:
            return self.levels[alike(text)], self.surest
        match = re.fullmatch(r"(.*\S)\s*\(([^()]*)\)", text.strip(), re.DOTALL)
        return (self.find(match[1]), match[2]) if match else (None, "")

    def refuse_company(self, named: Sequence[str]) -> None:
        """Raise where the level that stands alone stands beside others."""
        alone = self.variable.alone
        if alone in named and len(named) > 1:
            others = ", ".join(level for level in named if level != alone)
            raise Refused(
                f'"{alone}" stands beside {others}; it excludes the others', "Keep one or the other."
            )


def _columns(variable: Variable, listed: Sequence[list[Entry] | None], slips: Sequence[Slip]) -> Read:
    """The two columns of a categories variable: its levels in the protocol's order, and their certainty."""
    rank = {level: position for position, level in enumerate(variable.levels)}
    in_order = [entries and sorted(entries, key=lambda entry: rank[entry[0]]) for entries in listed]
    columns = {}
    for position, name in enumerate((variable.name, part_of(variable.name, CERTAINTY))):
        words = [None if entries is None else [entry[position] for entry in entries] for entries in in_order]
        if position == 0 or variable.certainty:
            columns[name] = lists(name, words)
    return Read(columns, tuple(slips))
