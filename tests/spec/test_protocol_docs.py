"""Every clause and key of the protocol is documented, and the schema for editors is current."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from caseseries.protocol.choices import MEANT
from caseseries.protocol.clauses.analysis import Promised
from caseseries.protocol.clauses.clause import Clause, slug
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.schema import schema_text
from caseseries.protocol.shape import clauses_in, keys_of, options_in

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "protocol.md").read_text(encoding="utf-8")
SECTIONS = [
    set(re.findall(r"^\| `(\w+)`", part, re.MULTILINE))
    for part in re.split(r"^##+ ", PAGE, flags=re.MULTILINE)
]


def clauses(clause: type[Clause]) -> Iterator[type[Clause]]:
    """The clause and all clauses inside it."""
    yield clause
    for annotation in keys_of(clause).values():
        for inner in clauses_in(annotation):
            yield from clauses(inner)


ALL = sorted(set(clauses(Protocol)), key=lambda clause: clause.__name__)


@pytest.mark.parametrize("clause", ALL, ids=lambda clause: clause.__name__)
def test_every_clause_has_a_section_with_its_keys_and_no_others(clause: type[Clause]) -> None:
    keys = set(keys_of(clause))
    if issubclass(clause, Promised):
        does = next(options_in(keys_of(clause)["does"]))
        section = PAGE.partition(f'### `does = "{does}"`')[2].partition("\n#")[0]
        assert section
        assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == keys - {
            "name",
            "role",
            "source",
            "does",
        }
    else:
        assert keys in SECTIONS


def test_what_all_analyses_have_in_common_is_documented_once() -> None:
    assert {"name", "role", "source", "does"} in SECTIONS


@pytest.mark.parametrize("clause", ALL, ids=lambda clause: clause.__name__)
def test_every_word_that_a_key_can_have_is_on_the_page(clause: type[Clause]) -> None:
    words = [word for annotation in keys_of(clause).values() for word in options_in(annotation)]
    assert [word for word in words if f'`"{word}"`' not in PAGE and f"`{word}`" not in PAGE] == []


def test_what_is_meant_by_other_words_can_be_written() -> None:
    words = {word for one in ALL for annotation in keys_of(one).values() for word in options_in(annotation)}
    assert set(MEANT) <= words
    assert all(slug(other) == other for others in MEANT.values() for other in others.split())


def test_every_example_is_toml() -> None:
    examples = re.findall(r"\| `(\w+ = .+)` \|$", PAGE, re.MULTILINE)
    assert len(examples) > 80
    for example in examples:
        tomllib.loads(example)


def test_the_schema_for_editors_is_current() -> None:
    assert (DOCS / "protocol.schema.json").read_text(encoding="utf-8") == schema_text()
