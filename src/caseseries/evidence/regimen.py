"""A regimen: one drug as it was given; what is not understood stays as written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from caseseries.evidence.drugs import formulary
from caseseries.evidence.sig import read_sig, sig_words
from caseseries.evidence.units import mass_in_mg
from caseseries.evidence.values import NONE, plain_text
from caseseries.evidence.words import TAKEN, any_of, take, take_all, word_key, word_pattern


@dataclass(frozen=True, slots=True)
class Regimen:
    """One entry of a treatment cell.

    `drug` is the generic name, "" where only a class or a protocol is named. `dose` is in `unit` and given
    every `interval_hours`; `dose_high` is None unless a range was written. `route` is spelled out
    ("subcutaneous"). `up_to`: the dose is the most that was given. `within` names the chemotherapy
    protocol that the drug was part of, or, with `protocol`, that the entry itself is. `days` is the length
    of treatment where it was written. `unread` holds what was not understood, "" when all was.
    """

    text: str
    drug: str = ""
    drug_class: str = ""
    dose: float | None = None
    dose_high: float | None = None
    unit: str = ""
    interval_hours: float | None = None
    route: str = ""
    days: float | None = None
    up_to: bool = False
    continuous: bool = False
    as_needed: bool = False
    once: bool = False
    within: str = ""
    protocol: bool = False
    unread: str = ""

    @property
    def needs_weight(self) -> bool:
        """Whether the dose is by weight or body surface, so that the milligrams depend on the patient."""
        return "/kg" in self.unit or "/m2" in self.unit

    @property
    def mass(self) -> float | None:
        """Milligrams of one dose. None for a range, "up to", a rate, in IU, by weight, and beside an
        unread number.
        """
        return None if self.continuous or self.unit.endswith("/h") else self._each

    @property
    def hourly(self) -> float | None:
        """Milligrams an hour of a continuous infusion ("50 mg/h", "1200 mg/d continuous"). Else None."""
        if self.unit.endswith("/h"):
            return self._each
        each, hours = self._each, self.interval_hours
        return round(each / hours, 9) if self.continuous and each is not None and hours else None

    @property
    def daily(self) -> float | None:
        """Milligrams a day on average over the interval, the lower end of a range.

        None without dose or interval, for doses by weight and in IU, for single doses, where the amount
        is only bounded from above (`up_to`, `as_needed`: see `daily_high`), and beside an unread number.
        """
        return None if self.up_to or self.as_needed else self._a_day(self.dose)

    @property
    def daily_high(self) -> float | None:
        """The most milligrams a day: of a range, of "up to", and of a dose as needed. Else None."""
        if self.dose_high is None and (self.up_to or self.as_needed):
            return self._a_day(self.dose)
        return self._a_day(self.dose_high)

    @property
    def prednisone(self) -> float | None:
        """The milligrams of prednisone that equal `daily`. None for other drugs than corticosteroids.

        Source: the table of equivalent doses named in `drugs.toml`.
        """
        drug = formulary().drug(self.drug)
        return _times(self.daily, drug.prednisone if drug else None)

    @property
    def dexamethasone(self) -> float | None:
        """The milligrams of dexamethasone that equal `daily`. None for other drugs than corticosteroids.

        Source: the table of equivalent doses named in `drugs.toml`.
        """
        drug = formulary().drug(self.drug)
        return _times(self.daily, drug.dexamethasone if drug else None)

    @property
    def _each(self) -> float | None:
        return None if self.up_to or self.dose_high is not None else self._in_mg(self.dose)

    def _in_mg(self, dose: float | None) -> float | None:
        """A dose, or what runs in an hour, in milligrams."""
        if dose is None or _holds_an_amount(self.unread):
            return None
        return mass_in_mg(dose, self.unit.removesuffix("/h"))

    def _a_day(self, dose: float | None) -> float | None:
        hours = 1.0 if self.unit.endswith("/h") else self.interval_hours
        mass = None if self.once else self._in_mg(dose)
        if mass is None or not hours:
            return None
        return float(round(Decimal(repr(mass)) * 24 / Decimal(repr(hours)), 9))


def read_regimen(text: str, drug: str = "") -> Regimen:
    """The regimen of one entry, such as "100 mg subq q8". Never raises: see `unread`.

    `drug` is the drug of the column, taken where the entry names none and does not begin with a word that
    was not understood. A thing said twice and differently is not taken; of an entry that says
    "no", "held" or "planned", nothing is. A bare "q8" is q8h.
    """
    plain = plain_text(text).replace(TAKEN, "\ufffd")
    known = _known()
    _, rest = take_all(known.unspecified, plain)
    if known.denials.search(rest):
        return Regimen(text, unread=plain)
    rest, within = _take_within(rest)
    rest, name = _take_drug(rest)
    rest, within, is_protocol = _take_protocol(rest, name, within)
    rest, drug_class = _take_class(rest, name, within if is_protocol else "")
    sig = read_sig(rest)
    unread = _unread(sig.rest, beside_a_drug=bool(name or is_protocol))
    if drug and _leaves_the_drug_to_the_column(plain, sig.rest):
        found = formulary().drug(drug)
        name, drug_class = (found.name, found.drug_class) if found else (drug, "")
    dose = sig.dose
    return Regimen(
        text=text,
        drug=name,
        drug_class=drug_class,
        dose=dose.low if dose else None,
        dose_high=dose.high if dose else None,
        unit=dose.unit if dose else "",
        interval_hours=sig.interval_hours,
        route=sig.route,
        days=sig.days,
        up_to="up_to" in sig.said,
        continuous="continuous" in sig.said,
        as_needed="as_needed" in sig.said,
        once="once" in sig.said,
        within=within,
        protocol=is_protocol,
        unread=unread,
    )


def read_regimens(cell: str, drug: str = "") -> tuple[Regimen, ...]:
    """The regimens of a cell: split at `;` `,` `+` `&`, "and" and line ends, not in parentheses or numbers.

    "None" and an empty cell are (): ask `is_missing` first, since an empty cell does not say that nothing
    was given. Never raises.
    """
    if plain_text(cell).casefold() == NONE:
        return ()
    return tuple(read_regimen(entry, drug) for entry in split_entries(cell))


def drugs_in(cell: str, drug: str = "") -> tuple[str, ...]:
    """What the entries of a cell name, each once: drugs, else a protocol, a class, or the word before a dose.

    `drug` is the drug of the column, named by an entry that leaves the drug to it.
    """
    book = formulary()
    named: list[str] = []
    for entry in split_entries(cell):
        one = read_regimen(entry, drug)
        known = [book.drugs[word_key(match[0])].name for match in book.drug_words.finditer(plain_text(entry))]
        unknown = one.unread if one.dose is not None else ""
        named += known or [one.drug or one.within or one.drug_class or unknown]
    return tuple(dict.fromkeys(filter(None, named)))


def split_entries(cell: str) -> list[str]:
    """The entries of a cell as they stand in it, none of them empty."""
    entries, start, depth = [], 0, 0
    plain = plain_text(cell)
    for match in _MARKS.finditer(plain):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(match[0], 0)
        between_digits = re.search(r"[0-9]\s*$", plain[: match.start()]) and re.match(
            r"[0-9]" if match[0] == "," else r"\s*[0-9]", plain[match.end() :]
        )
        if depth > 0 or match[0] in "([)]" or (match[0] in ",+" and between_digits):
            continue
        entries.append(plain[start : match.start()])
        start = match.end()
    entries.append(plain[start:])
    return [entry.strip() for entry in entries if entry.strip()]


_MARKS = re.compile(r"[()\[\];,+&\r\n]|\s(?ai:and)\s")
_PUNCTUATION = r"\s,;:.()\[\]–—-"


@dataclass(frozen=True, slots=True)
class _Known:
    unspecified: re.Pattern[str]
    denials: re.Pattern[str]
    amounts: re.Pattern[str]
    within: re.Pattern[str]
    protocol: re.Pattern[str]
    fillers: frozenset[str]
    fillers_beside_a_drug: frozenset[str]


@cache
def _known() -> _Known:
    words = sig_words()
    names = any_of(formulary().protocol_names)
    kind = r"(?:\s+(?ai:chemo(?:therapy)?))?(?:\s+(?ai:protocol|regimen))?"
    part = r"(?ai:(?:as\s+)?pa(?:r|s)t\s+of|in|within|per)\s+(?ai:(?:the|a)\s+)?(?ai:modified\s+)?"
    always = frozenset(words["fillers"]["always"])
    return _Known(
        unspecified=word_pattern(words["unspecified"]["words"]),
        denials=word_pattern(words["denials"]["words"]),
        amounts=word_pattern(words["amounts"]["words"]),
        within=re.compile(rf"(?<![\w-]){part}({names}){kind}(?![\w-])|\(\s*({names}){kind}\s*\)"),
        protocol=word_pattern(formulary().protocol_names),
        fillers=always,
        fillers_beside_a_drug=always | frozenset(words["fillers"]["beside_a_drug"]),
    )


def _take_within(rest: str) -> tuple[str, str]:
    """The protocol that a drug is said to be part of."""
    match = _known().within.search(rest)
    if match is None:
        return rest, ""
    return take(match, rest), formulary().protocols[word_key(match[1] or match[2])].name


def _take_drug(rest: str) -> tuple[str, str]:
    """The one drug that is named; of two in one entry neither."""
    matches, without = take_all(formulary().drug_words, rest)
    names = {formulary().drugs[word_key(match[0])].name for match in matches}
    return (without, names.pop()) if len(names) == 1 else (rest, "")


def _take_protocol(rest: str, drug: str, within: str) -> tuple[str, str, bool]:
    """The protocol that an entry is, or that holds the drug beside it."""
    matches, without = take_all(_known().protocol, rest)
    found = {formulary().protocols[word_key(match[0])].name for match in matches}
    protocol = formulary().protocols[word_key(found.pop())] if len(found) == 1 else None
    if within or protocol is None or (drug and drug not in protocol.holds):
        return rest, within, False
    return without, protocol.name, not drug


def _take_class(rest: str, drug: str, protocol: str) -> tuple[str, str]:
    """The class of the drug or protocol, or the one that is named in its place."""
    matches, without = take_all(formulary().class_words, rest)
    named = {formulary().classes[word_key(match[0])] for match in matches}
    if drug or protocol:
        known = formulary().drugs[word_key(drug)] if drug else formulary().protocols[word_key(protocol)]
        return (without if named == {known.drug_class} else rest), known.drug_class
    return (without, named.pop()) if len(named) == 1 else (rest, "")


def _unread(rest: str, beside_a_drug: bool) -> str:
    """What is left, piece by piece; pieces of nothing but punctuation and fillers are dropped."""
    fillers = _known().fillers_beside_a_drug if beside_a_drug else _known().fillers
    pieces = []
    for piece in re.split(TAKEN, rest):
        words = re.findall(rf"[^{_PUNCTUATION}]+", piece)
        if any(word.casefold() not in fillers for word in words):
            pieces.append(piece.strip(" \t\r\n,;:"))
    return "; ".join(pieces)


def _leaves_the_drug_to_the_column(plain: str, rest: str) -> bool:
    """Whether an entry says something of a drug and names none, not even in a word that we do not know."""
    book = formulary()
    named = (book.drug_words, book.class_words, _known().protocol)
    begins_with_a_word = re.match(rf"[{_PUNCTUATION}]*[^\W\d_]", rest) is not None
    return TAKEN in rest and not begins_with_a_word and not any(words.search(plain) for words in named)


def _holds_an_amount(unread: str) -> bool:
    return any(letter.isnumeric() for letter in unread) or _known().amounts.search(unread) is not None


def _times(dose: float | None, factor: float | None) -> float | None:
    return None if dose is None or factor is None else round(dose * factor, 9)
