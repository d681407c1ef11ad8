"""Laws of what is known: nothing written is lost, nothing is read twice, and every cell has one name."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from caseseries.evidence.finding import column_letters, column_number
from caseseries.evidence.regimen import Regimen, read_regimen, read_regimens
from caseseries.evidence.units import read_span
from caseseries.evidence.values import read_number, read_range, read_share

NUMBERS = st.one_of(
    st.integers(0, 3000).map(str),
    st.integers(1000, 99999).map("{:,}".format),
    st.decimals(0, 100, places=2).map(str),
)
WORDS = st.sampled_from(
    "mg g mcg IU mg/kg mg/m2 mg/d mg/h q q8 q12h qd bid daily weekly every hours days times x for up to - to"
    " , ; ( ) / < . and prn once subq IV anakinra dexamethasone steroids ICE protocol part of foo no".split()
)
ORDERS = st.lists(st.tuples(st.one_of(NUMBERS, WORDS), st.sampled_from(["", " ", " "])), max_size=9).map(
    lambda parts: "".join(word + space for word, space in parts)
)

read_regimen("100 mg q8")  # The word lists are read once, before any example is timed.
DIGITS = re.compile(r"[0-9]+")


def _accounted_for(regimen: Regimen) -> set[str]:
    """The numbers that the fields of a regimen stand for, and the runs of digits left unread."""
    hours, days = regimen.interval_hours, regimen.days
    values = [regimen.dose, regimen.dose_high, hours, days]
    values += [hours / 24, hours / 168, 24 / hours, 168 / hours] if hours else []
    values += [days / 7] if days else []
    values += [1.0] if regimen.once else []
    values += [2.0] if "/m2" in regimen.unit else []
    whole = {value for value in values if value is not None}
    return {_plain(value) for value in whole} | set(DIGITS.findall(regimen.unread))


def _plain(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _numbers(text: str) -> list[str]:
    """The numbers of a text, with the points and commas inside them."""
    return re.findall(r"[0-9][0-9.,]*|\.[0-9]+", text)


@given(ORDERS)
def test_no_number_of_an_order_is_lost(text: str) -> None:
    regimen = read_regimen(text)
    known = _accounted_for(regimen)
    for number in _numbers(text):
        runs = DIGITS.findall(number)
        value = number.rstrip(",.").replace(",", "")
        read = re.fullmatch(r"[0-9]*\.?[0-9]+", value) and _plain(float(value)) in known
        assert read or all(run in known for run in runs), (number, regimen)


@given(st.text())
def test_any_text_is_a_regimen_or_stays_unread(text: str) -> None:
    regimen = read_regimen(text)
    assert regimen.text == text
    known = _accounted_for(regimen)
    for run in DIGITS.findall(text):
        assert run in known or _plain(float(run)) in known
    read_regimens(text)


@given(ORDERS)
def test_the_drug_of_the_column_changes_nothing_but_the_drug(text: str) -> None:
    without, beside = read_regimen(text), read_regimen(text, drug="anakinra")
    assert without.unread == beside.unread
    assert without.daily == beside.daily
    assert beside.drug == without.drug or beside.drug == "anakinra"


@given(ORDERS)
def test_splitting_a_cell_loses_no_digit(cell: str) -> None:
    entries = "".join(regimen.text for regimen in read_regimens(cell))
    assert "".join(DIGITS.findall(entries)) == "".join(DIGITS.findall(cell))


@given(st.integers(-(10**15), 10**15))
def test_numbers_with_thousands_commas_come_back(number: int) -> None:
    assert read_number(f"{number:,}").value == number
    assert read_number(str(number)).value == number


@given(st.decimals(-(10**9), 10**9, places=3))
def test_decimals_with_thousands_commas_come_back(number: object) -> None:
    if abs(float(str(number))) >= 1:
        assert read_number(f"{number:,}").value == float(str(number))


@given(st.text())
def test_a_cell_is_read_or_refused_in_a_sentence(text: str) -> None:
    for read in (read_number, read_share, read_range, read_span):
        try:
            told = str(read(text))
        except ValueError as refusal:
            told = str(refusal) if f'"{text}"' in str(refusal) else ""
        assert told


@given(st.integers(0, 10**9))
def test_columns_and_letters_are_one_to_one(column: int) -> None:
    assert column_number(column_letters(column)) == column


@given(st.text("ABCXYZ", min_size=1, max_size=6))
def test_letters_and_columns_are_one_to_one(letters: str) -> None:
    assert column_letters(column_number(letters)) == letters
