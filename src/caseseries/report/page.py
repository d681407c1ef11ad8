"""A page before it is set: sections of paragraphs, tables and figures, whose numbers refer to results.

Whoever sets it (HTML now) turns a reference into a way back to the number's method and patients.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from caseseries.analysis.results import Results


@dataclass(frozen=True, slots=True)
class Ref:
    """A number of the results, by its id, as it is printed here."""

    id: str
    text: str


Inline = str | Ref
SHADES = 5
"""The steps of a shade on either side of none: the first begins at half a step."""
Line = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell. `shade` is in -1..1 (fallen..risen), `origin` the place in a file, `depth` an indent.

    `rows` are the anchors of the rows of the records that it rests on, where they can be read.
    """

    line: Line = ()
    numeric: bool = False
    head: bool = False
    origin: str = ""
    shade: float | None = None
    mark: str = ""
    depth: int = 0
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; `anchor` is the name under which it can be reached (patient-7)."""

    cells: tuple[Cell, ...]
    anchor: str = ""
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption and notes. `name` is its file's; a wide one is printed across the page."""

    name: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Line, ...] = ()
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as SVG text, with its caption. `name` is its file's name."""

    name: str
    caption: Line
    svg: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    line: Line


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of lines; `kind` is "", "caution" or "question"."""

    lines: tuple[Line, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks behind a line that opens them; `is_open`: they are shown until it closes them."""

    title: str
    blocks: tuple[Block, ...]
    is_open: bool = False


Block = Table | Figure | Paragraph | Bullets | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    name: str
    title: str
    blocks: tuple[Block, ...] = field(default=())


def words(*parts: Inline, numeric: bool = False, head: bool = False, depth: int = 0, mark: str = "") -> Cell:
    """A cell of these parts."""
    return Cell(tuple(parts), numeric=numeric, head=head, depth=depth, mark=mark)


def ref(results: Results, id_: str) -> Ref:
    """The number under `id_` (with a field such as `.p` or `.low` behind it, or none), as it is printed."""
    number = results.number(id_)
    estimate = number.estimate
    name = "" if id_ == number.id else id_.rpartition(".")[2]
    if name == "p":
        # A test that could not be done has no p, and says so where its p would stand.
        none = estimate.shown if estimate.value is None else ""
        return Ref(number.id, estimate.shown_p or none)
    if name == "n":
        return Ref(number.id, estimate.shown_n)
    if name in {"low", "high"}:
        return Ref(number.id, estimate.shown_low if name == "low" else estimate.shown_high)
    return Ref(number.id, estimate.shown)


def plain(line: Line) -> str:
    """A line as bare text."""
    return "".join(part if isinstance(part, str) else part.text for part in line)


def tables(blocks: Sequence[Block]) -> Iterator[Table]:
    """Every table among the blocks, those behind a fold too."""
    for block in blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Fold):
            yield from tables(block.blocks)


def figures(blocks: Sequence[Block]) -> Iterator[Figure]:
    """Every figure among the blocks, those behind a fold too."""
    for block in blocks:
        if isinstance(block, Figure):
            yield block
        elif isinstance(block, Fold):
            yield from figures(block.blocks)
