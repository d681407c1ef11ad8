"""HTML: a page of sections set as one self-contained file that asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

from caseseries.analysis.results import Results
from caseseries.evidence.counting import so_many
from caseseries.protocol.protocol import Protocol
from caseseries.report.page import SHADES, Cell, Inline, Line, Ref, Section, Table, plain

if TYPE_CHECKING:
    from markupsafe import Markup

NBSP = "\u00a0"
JOINTS = {"\u2013", "/"}
"""What joins two numbers that are read as one: 19–82, 3/4."""
LONG_NUMBER = re.compile(r"(\d{10})(?=\d{5})")
"""A number that may end in another line than it begins in, such as a patient's in a hospital."""
LONG = 12
"""Texts of more letters than this are given room in a wide table."""


def page_html(protocol: Protocol, results: Results, sections: Sequence[Section], rows_at: str = "") -> str:
    """The report. Its policy forbids every request and every script but its own.

    `rows_at` is the page on which the rows of the records stand, "" where they are on this one.
    """
    return _page(protocol, results, sections, _embedded(results), rows_at)


def rows_html(protocol: Protocol, results: Results, rows: Section) -> str:
    """A page of its own for the rows of the records, without any number of the results."""
    return _page(protocol, results, (rows,), _NO_NUMBERS)


def released_html(
    protocol: Protocol, results: Results, sections: Sequence[Section], rule: Sequence[str], size: str
) -> str:
    """The page of a released copy, with its rule on top; `size` is how many patients it says there are."""
    return _page(protocol, results, sections, _embedded(results), rule=rule, size=size)


_NO_NUMBERS = '{"numbers":{},"cautions":{},"patients":{}}'


def _page(
    protocol: Protocol,
    results: Results,
    sections: Sequence[Section],
    data: str,
    rows_at: str = "",
    rule: Sequence[str] = (),
    size: str = "",
) -> str:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"line": _line, "classes": _classes, "columns": _columns}
    script = _asset("report.js")
    return environment.from_string(_asset("report.html.jinja")).render(
        protocol=protocol,
        results=results,
        sections=sections,
        style=_asset("report.css"),
        script=script,
        data=data,
        rows_at=rows_at,
        rule=rule,
        size=size or so_many(len(results.patients), "patient"),
        has_numbers=data != _NO_NUMBERS,
        identified=any(source.kind == "database" for source in results.sources),
        policy=f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src {_hash(script)}",
    )


def _asset(name: str) -> str:
    return resources.files("caseseries.report").joinpath(name).read_text("utf-8")


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _embedded(results: Results) -> str:
    """What the page knows of each number, as JSON that cannot end the element that it stands in."""
    content = results.content()
    printed = {id_: number.estimate for id_, number in results.numbers.items()}
    numbers: dict[str, Any] = {
        id_: {
            "label": entry["label"],
            "analysis": content["analyses"][entry["analysis"]]["name"],
            "shown": printed[id_].shown,
            "unit": entry["unit"],
            "value": entry["value"],
            "interval": printed[id_].shown_interval,
            "level": entry["level"],
            "p": printed[id_].shown_p,
            "p_full": entry["p"],
            "n": entry["n"],
            "method": entry["method"],
            "reason": entry["reason"],
            "standing": entry["standing"],
            "cautions": entry["cautions"],
            "patients": entry["patients"],
        }
        for id_, entry in content["numbers"].items()
    }
    cautions = {key: caution["sentence"] for key, caution in content["cautions"].items()}
    text = json.dumps(
        {"numbers": numbers, "cautions": cautions, "patients": content["patients"]},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


# ---- Lines and cells ----


def _line(line: Line) -> Markup:
    """The line as HTML: its numbers are links, and what is read in one breath stays on one line of print."""
    from markupsafe import Markup, escape

    def one(part: Inline) -> Markup:
        if isinstance(part, Ref):
            return Markup('<a class="n" href="#{0}" data-n="{0}">{1}</a>').format(part.id, part.text)
        return Markup(LONG_NUMBER.sub(r"\1<wbr>", str(escape(_glued(part)))) if part else "")

    if len(line) == 1:  # nearly every cell
        return one(line[0])
    made = [(Markup().join(one(part) for part in parts), len(parts)) for parts in _joined(line)]
    return Markup().join(
        Markup('<span class="one">{}</span>').format(text) if number > 1 else text for text, number in made
    )


def _joined(line: Line) -> Iterator[list[Inline]]:
    """The parts of a line, numbers with a dash or a stroke between them taken together."""
    parts: list[Inline] = []
    for part in line:
        if parts and part not in JOINTS and parts[-1] not in JOINTS:
            yield parts
            parts = []
        parts.append(part)
    if parts:
        yield parts


def _glued(text: str) -> str:
    """The text with spaces at which no line ends: in "p = 0.03", and between a number and its word."""
    text = re.sub(r"\b([pn]) = ", rf"\1{NBSP}={NBSP}", text)
    text = re.sub(r"\bp $", f"p{NBSP}", text)
    return re.sub(r"(?:(?<=\d)|^) (?=[A-Za-zµ%])", NBSP, text)


def _classes(cell: Cell) -> str:
    """The classes of a cell."""
    names = ["num" if cell.numeric else "", cell.mark, _shade(cell.shade or 0.0), "in" if cell.depth else ""]
    return " ".join(name for name in names if name)


def _columns(table: Table) -> list[str]:
    """The classes of each column's head: as the numbers under it are set, and as long as its texts are."""
    classes = []
    for place in range(len(table.head)):
        cells = [row.cells[place] for row in table.rows if place < len(row.cells)]
        numeric = any(cell.numeric for cell in cells)
        kind = "day" if any(cell.mark == "day" for cell in cells) else "num" if numeric else ""
        long = sum(len(plain(cell.line)) > LONG for cell in cells if not cell.numeric)
        room = "long" if long > len(cells) / 4 else "wordy" if len(table.head[place]) > LONG else ""
        classes.append(f"{kind} {room}".strip())
    return classes


def _shade(value: float) -> str:
    """The class of a shade: fall-1 (a little) to fall-5 (a tenth or less), rise-1 to rise-5."""
    step = min(SHADES, round(abs(value) * SHADES))
    return "" if step == 0 else f"{'fall' if value < 0 else 'rise'}-{step}"
