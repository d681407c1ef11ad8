"""A table of a TOML file: its values taken one by one, every slip noted on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from caseseries.evidence.page import Path, Slip
from caseseries.evidence.problem import did_you_mean

Word = TypeVar("Word", bound=str)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the file, the way to it, and the slips that have been found so far.

    Each verb takes one value; of one that does not fit, it notes the slip and gives what is empty.
    """

    content: Mapping[str, Any]
    path: Path
    slips: list[Slip]

    def slip(self, key: str | None, found: str, mend: str) -> None:
        self.slips.append(Slip(self.path if key is None else (*self.path, key), found, mend))

    def knows(self, *keys: str) -> None:
        for key in self.content:
            if key not in keys:
                self.slip(key, "this is not known here", did_you_mean(key, keys))

    def text(self, key: str, *, required: bool = False, example: str = "...") -> str:
        if key not in self.content:
            is_misspelt = get_close_matches(key, self.content, n=1, cutoff=0.7)
            if required and not is_misspelt:
                self.slip(None, f'the key "{key}" is missing', f'Add it: {key} = "{example}"')
            return ""
        value = self.content[key]
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.slip(key, "this is not text", "Write it in quotes.")
        return ""

    def flag(self, key: str) -> bool:
        value = self.content.get(key, False)
        if not isinstance(value, bool):
            self.slip(key, "this is neither true nor false", "Write true or false, without quotes.")
        return value is True

    def whole(self, key: str) -> int | None:
        """A whole number above 0; None where there is none, which is told unless the key is not there."""
        value = self.content.get(key)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        self.slip(key, "this is not a whole number above 0", "Write it without quotes, such as 5.")
        return None

    def share(self, key: str) -> float:
        value = self.content.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
        self.slip(key, "this is not a share between 0 and 1", "Write it without quotes, such as 0.54.")
        return 0.0

    def words(self, key: str) -> tuple[str, ...]:
        """One text or a list of texts; a slip for anything else."""
        value = self.content.get(key)
        listed = value if isinstance(value, list) else [value]
        if listed and all(isinstance(one, str) and one.strip() for one in listed):
            return tuple(listed)
        self.slip(key, "this is neither text nor a list of texts", 'Write it in quotes, as in "90 g/L".')
        return ()

    def one(self, key: str, known: Sequence[Word], *, required: bool = False) -> Word | None:
        """One of the words that are known; None where there is none, or another, which is told."""
        word = self.text(key, required=required)
        if word and word not in known:
            self.slip(key, f'"{word}" is not known here', did_you_mean(word, known))
        return next((one for one in known if one == word), None)

    def some(self, key: str, known: Sequence[Word]) -> tuple[Word, ...]:
        """Those of the words that are known, each once; another is told."""
        words = self.words(key) if key in self.content else ()
        for word in words:
            if word not in known:
                self.slip(key, f'"{word}" is not known here', did_you_mean(word, known))
        return tuple(one for one in known if one in words)

    def table(self, key: str) -> Table:
        """The table under a key, empty where there is none."""
        value = self.content.get(key, {})
        if not isinstance(value, dict):
            self.slip(key, "this is not a table", f"Write it in braces, or under the heading [{key}].")
            value = {}
        return Table(value, (*self.path, key), self.slips)

    def tables(self, key: str) -> tuple[Table, ...]:
        value = self.content.get(key, [])
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            return tuple(
                Table(one, (*self.path, key, number), self.slips) for number, one in enumerate(value)
            )
        self.slip(key, "this is not a list of tables", "Write each in braces, or under double brackets.")
        return ()
