"""The formulary: drugs and their classes, names and equivalent doses, and what chemotherapy protocols hold.

All of it is data, in `drugs.toml` beside this file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from caseseries.evidence.words import word_key, word_pattern


@dataclass(frozen=True, slots=True)
class Drug:
    """One drug by its generic name.

    `prednisone` and `dexamethasone` are the milligrams of these that one milligram of the drug
    equals; None for what is no corticosteroid, and where sources print more than one number.
    """

    name: str
    drug_class: str
    names: tuple[str, ...] = ()
    prednisone: float | None = None
    dexamethasone: float | None = None


@dataclass(frozen=True, slots=True)
class ChemotherapyProtocol:
    """A named chemotherapy and the drugs that it holds. `recalled`: not looked up in a source."""

    name: str
    drug_class: str
    names: tuple[str, ...]
    holds: tuple[str, ...]
    source: str = ""
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class Formulary:
    """What is known of drugs. The mappings are from `word_key(name)`, for every name of a thing.

    `classes` maps to the class itself, `groups` to the classes of a group. `equals_source` is where
    equivalent doses are from; `names_recalled`: which name is which drug, in which class, was not looked
    up in a source.
    """

    drugs: Mapping[str, Drug]
    classes: Mapping[str, str]
    groups: Mapping[str, frozenset[str]]
    protocols: Mapping[str, ChemotherapyProtocol]
    drug_words: re.Pattern[str]
    class_words: re.Pattern[str]
    protocol_names: tuple[str, ...]
    equals_source: str
    names_recalled: bool

    def drug(self, name: str) -> Drug | None:
        """The drug of a generic or other name, in any case of letters; None when it is not known."""
        return self.drugs.get(word_key(name))

    def class_of(self, name: str) -> str:
        """The class of a drug; of one that is not known, its name."""
        drug = self.drug(name)
        return drug.drug_class if drug else name

    def is_of(self, name: str, kind: str) -> bool:
        """Whether a drug is the one that `kind` names, or of that class or group ("hlh-directed")."""
        drug, other = self.drug(name), self.drug(kind)
        drug_class = self.class_of(name)
        return (
            (drug.name if drug else word_key(name)) == (other.name if other else word_key(kind))
            or word_key(drug_class) == word_key(self.classes.get(word_key(kind), kind))
            or drug_class in self.groups.get(word_key(kind), ())
        )

    def protocol(self, name: str) -> ChemotherapyProtocol | None:
        """The chemotherapy protocol of a name, in any case of letters; None when it is not known."""
        return self.protocols.get(word_key(name))


@cache
def formulary() -> Formulary:
    """The formulary that ships, read once."""
    data = tomllib.loads(files("caseseries.evidence").joinpath("drugs.toml").read_text(encoding="utf-8"))
    about = data["about"]
    drugs = [_drug(name, entry, about["equals"]["reference"]) for name, entry in data["drug"].items()]
    protocols = [
        _protocol(name, entry, about["protocols"]["class"]) for name, entry in data["protocol"].items()
    ]
    classes = {name: (name, *entry["names"]) for name, entry in data["class"].items()}
    return Formulary(
        drugs={word_key(name): drug for drug in drugs for name in (drug.name, *drug.names)},
        classes={word_key(word): name for name, words in classes.items() for word in words},
        groups={word_key(name): frozenset(entry["classes"]) for name, entry in data["group"].items()},
        protocols={word_key(name): entry for entry in protocols for name in (entry.name, *entry.names)},
        drug_words=word_pattern(name for drug in drugs for name in (drug.name, *drug.names)),
        class_words=word_pattern(word for words in classes.values() for word in words),
        protocol_names=tuple(name for entry in protocols for name in (entry.name, *entry.names)),
        equals_source=about["equals"]["source"],
        names_recalled=about["recalled"],
    )


def _drug(name: str, entry: Mapping[str, Any], reference: Mapping[str, float]) -> Drug:
    equals = entry.get("equals")
    return Drug(
        name=name,
        drug_class=entry["class"],
        names=tuple(entry["names"]),
        prednisone=None if equals is None else reference["prednisone"] / equals,
        dexamethasone=None if equals is None else reference["dexamethasone"] / equals,
    )


def _protocol(name: str, entry: Mapping[str, Any], drug_class: str) -> ChemotherapyProtocol:
    return ChemotherapyProtocol(
        name=name,
        drug_class=drug_class,
        names=tuple(entry["names"]),
        holds=tuple(entry["holds"]),
        source=entry.get("source", ""),
        recalled=entry["recalled"],
    )
