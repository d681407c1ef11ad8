"""The page of a TOML file: what was written, and where on it a clause or a key stands."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from caseseries.evidence.problem import Problem, Problems

Path = tuple[str | int, ...]
"""The way to a clause or a key: ("variable", 2, "kind") is the kind of the third variable."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What is wrong at one place, and what mends it."""

    path: Path
    found: str
    mend: str


@dataclass(frozen=True)
class Page:
    """A file as it was written: `text` is what a person sees, `content` what TOML makes of it."""

    file: str
    text: str
    content: dict[str, Any]

    def where(self, path: Path) -> str:
        """The place in a reader's words: protocol.toml, line 97, variable 3 ("cause"), key "kind"."""
        line = self.line(path)
        return ", ".join([self.file, *([f"line {line}"] if line else []), *self._words(path)])

    def line(self, path: Path) -> int:
        """The line on which the key stands, or else its clause begins; 0 for the whole file."""
        ways = (path[:length] for length in range(len(path), 0, -1))
        return next((self._lines[way] for way in ways if way in self._lines), 0)

    @cached_property
    def _lines(self) -> dict[Path, int]:
        """The line of every heading and of every key that begins a line."""
        lines: dict[Path, int] = {}
        seen: Counter[str] = Counter()
        clause: Path = ()
        for number, line in enumerate(self.text.splitlines(), 1):
            if heading := re.match(r"\s*\[\[\s*([^\[\]]+?)\s*\]\]", line):
                clause = (*_keys(heading[1]), seen[heading[1]])
                seen[heading[1]] += 1
                lines.setdefault(clause, number)
            elif heading := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
                clause = _keys(heading[1])
                lines.setdefault(clause, number)
            elif key := re.match(r"""\s*([\w.\s-]+|"[^"]+"|'[^']+')\s*=""", line):
                lines.setdefault((*clause, *_keys(key[1])), number)
        return lines

    def _words(self, path: Path) -> Iterator[str]:
        here: Any = self.content
        for depth, (part, after) in enumerate(zip(path, [*path[1:], None], strict=False)):
            here = _inside(here, part)
            if isinstance(part, int):
                continue
            numbered = _inside(here, after) if isinstance(after, int) else None
            if isinstance(after, int) and isinstance(numbered, dict):
                name = numbered.get("name")
                yield f"{part} {after + 1}" + (f' ("{name}")' if isinstance(name, str) else "")
            elif isinstance(after, int):
                yield f'key "{part}", value {after + 1}'
            elif depth == 0 and isinstance(here, dict):
                yield f"[{part}]"
            else:
                yield f'key "{part}"'


def _keys(written: str) -> tuple[str, ...]:
    """The keys of a heading or a dotted key; a quoted key may hold a point."""
    return tuple(key.strip().strip("\"'") for key in re.findall(r'"[^"]*"|\'[^\']*\'|[^.]+', written))


def _inside(value: Any, part: str | int) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None


# ---- From bytes to a page ----

TOML_MENDS = {
    "Invalid value": 'Text stands in quotes: kind = "number". Numbers and dates stand without.',
    "Expected '=' after a key": 'A key is one word, followed by =, as in kind = "number".',
    "Cannot overwrite a value": "This key stands twice in its clause; keep one of the two.",
    "Expected newline": 'Text stands in quotes: kind = "number". Each key begins a line of its own.',
    "Expected ']": "A heading stands in brackets, two of them where there may be several: [[variable]].",
    "Cannot declare": "This heading stands twice; of what there are several is in [[double brackets]].",
    "Invalid date": "A date that is in the calendar, year first: 2009-01-31.",
    'Expected "\'"': "Close the quotes on the line on which they are opened.",
    "Unterminated": "Close the quotes that are opened.",
    "Illegal character": "Close the quotes on the line on which they are opened.",
    "Unclosed array": "Put a comma between two items of the list, or close the list with ].",
    "Unclosed inline table": "Put a comma between two keys of the table, or close it with } on its line.",
}


def read_page(path: FilePath, empty: Slip | None) -> Page:
    """The page of a TOML file; `empty` is told where nothing stands in it, where that is a slip.

    Raises Problems.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        content = tomllib.loads(text)
    except OSError as error:
        found = f"it cannot be read ({(error.strerror or str(error)).lower()})"
        raise Problems([Problem(str(path), found, "Check the path.")]) from None
    except UnicodeDecodeError:
        found = "it is not plain text in UTF-8"
        raise Problems(
            [Problem(path.name, found, 'Save it as plain text with the encoding "UTF-8".')]
        ) from None
    except RecursionError:
        found = "lists or tables stand too deep inside one another"
        raise Problems([Problem(path.name, found, "Close each list with ] and each table with }.")]) from None
    except ValueError as error:
        raise Problems([_toml_problem(path.name, text, str(error))]) from None
    if not content and empty:
        raise Problems([Problem(path.name, empty.found, empty.mend)])
    return Page(path.name, text, content)


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of what a file says, whatever its comments, its spacing and the order of its keys."""
    canonical = json.dumps(content, sort_keys=True, default=str, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _toml_problem(file: str, text: str, error: str) -> Problem:
    place = re.search(r"\(at line (\d+), column \d+\)", error)
    number = int(place[1]) if place else len(text.splitlines())
    line = text.splitlines()[number - 1].strip() if 0 < number <= len(text.splitlines()) else ""
    if line.startswith("[") and "Cannot overwrite" in error:
        error = "Cannot declare"  # it is a heading that overwrites, and no key
    mend = next(
        (mend for words, mend in TOML_MENDS.items() if words in error),
        "Each line is a [heading] or key = value.",
    )
    return Problem(f"{file}, line {number}", f"this cannot be read: {line or 'the end of the file'}", mend)
