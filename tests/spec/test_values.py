"""What people type into cells is read as it was meant, or refused with the mend."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from caseseries.evidence.finding import Finding, cell
from caseseries.evidence.values import is_missing, read_number, read_range, read_share, read_yes_no


def _rows(table: str) -> list[list[str]]:
    """The rows of a table drawn with `|`, without its header."""
    return [[part.strip() for part in line.split("|")] for line in table.strip().splitlines()[1:]]


def test_numbers() -> None:
    for typed, operator, value in _rows("""
        typed     | operator | value
        1458      |          | 1458
        12.5      |          | 12.5
        .5        |          | 0.5
        -3        |          | -3
        −3        |          | -3
        1e5       |          | 100000
        38,052    |          | 38052
        1,458.5   |          | 1458.5
        >100,000  | >        | 100000
        ≥ 500     | >=       | 500
        <= 0.2    | <=       | 0.2
        <600      | <        | 600
        １２      |          | 12
    """):
        read = read_number(typed)
        assert (read.operator, read.value, read.text) == (operator, float(value), typed)


def test_a_space_that_does_not_break_is_a_space() -> None:
    assert read_number("\u00a012.5\u00a0").value == 12.5
    assert read_number(">\u202f500").value == 500


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "n/a",
        "NA",
        "Not available",
        "not done",
        "nd",
        "-",
        "?",
        ".",
        "Unknown",
        "unk",
        "U/K",
        "not known",
        "NK",
        "n.k.",
    ],
)
def test_missing_is_not_a_number_and_not_none(typed: str) -> None:
    read = read_number(typed)
    assert is_missing(typed)
    assert (read.value, read.missing, read.none_said) == (None, True, False)


def test_none_is_an_answer() -> None:
    read = read_number("None")
    assert (read.value, read.missing, read.none_said) == (None, False, True)


def test_numbers_that_are_refused() -> None:
    for typed, why in _rows("""
        typed          | why
        12,5           | Write 12.5
        0,123          | Write 0.123
        1.234.567      | more than one point
        1.234,5        | mixes points and a comma
        38 052         | space inside the number
        nan            | not a number
        inf            | not a number
        1e999          | too large
        30%            | is a percentage
        5-7            | is a range
        5 to 7         | is a range
        500 ng/mL      | something beside the number
        10²            | raised digits
        ½              | raised digits
        ٣              | another script
        2020-01-05     | looks like a date
        1/5/2020       | looks like a date
        05.01.2020     | looks like a date
        5-Jan          | looks like a date
        Jan 5, 2020    | looks like a date
        about 500      | is not a number
        =<5            | is not a number
        <              | is not a number
    """):
        _refused(read_number, typed, why)


def test_shares() -> None:
    for typed, operator, share in _rows("""
        typed  | operator | share
        30%    |          | 0.3
        12.5 % |          | 0.125
        0.30   |          | 0.3
        100%   |          | 1
        0      |          | 0
        <5%    | <        | 0.05
    """):
        read = read_share(typed)
        assert (read.operator, read.value) == (operator, float(share))
    assert read_share("None").none_said
    assert read_share("n/a").missing


def test_shares_that_are_refused() -> None:
    for typed, why in _rows("""
        typed | why
        30    | Write 30% if percent is meant
        150%  | between 0% and 100%
        -3%   | between 0% and 100%
        12,5% | Write 12.5
        %     | is not a number
    """):
        _refused(read_share, typed, why)


def test_yes_and_no() -> None:
    for typed, answer in _rows("""
        typed | answer
        Yes   | yes
        y     | yes
        TRUE  | yes
        1     | yes
        no    | no
        N     | no
        False | no
        0     | no
    """):
        assert read_yes_no(typed) == (answer == "yes")
    for typed in ("", "maybe", "yes?", "2"):
        _refused(read_yes_no, typed, "neither yes nor no")


def test_counts_and_their_ranges() -> None:
    for typed, low, high in _rows("""
        typed  | low | high
        5      | 5   | 5
        5.0    | 5   | 5
        5-7    | 5   | 7
        5 – 7  | 5   | 7
        5 to 7 | 5   | 7
    """):
        assert read_range(typed) == (int(low), int(high))
    for typed, why in _rows("""
        typed | why
        7-5   | Write 5 to 7
        7-May | looks like a date
        5.5   | is not a count
        5-    | is not a count
        -5    | is not a count
    """):
        _refused(read_range, typed, why)


def test_a_finding_names_its_cell() -> None:
    ferritin = Finding("3", "ferritin", value=131063.0, unit="ng/mL", origin=cell("patients.csv", 7, 2))
    assert ferritin.origin == "patients.csv:C7"
    assert cell("patients.csv", 1, 0) == "patients.csv:A1"
    assert cell("patients.csv", 2, 26) == "patients.csv:AA2"
    with pytest.raises(ValueError, match="the header is row 1"):
        cell("patients.csv", 0, 0)


def _refused(read: Callable[[str], object], typed: str, why: str) -> None:
    with pytest.raises(ValueError, match=f'^"{re.escape(typed)}" .*{re.escape(why)}'):
        read(typed)
