"""A number with its unit is one quoted value."""

from __future__ import annotations

import pytest

from caseseries.evidence.units import mass_in_mg, read_quantity, read_span


def _rows(table: str) -> list[list[str]]:
    """The rows of a table drawn with `|`, without its header."""
    return [[part.strip() for part in line.split("|")] for line in table.strip().splitlines()[1:]]


def test_quantities() -> None:
    for written, value, unit in _rows("""
        written     | value | unit
        500 ng/mL   | 500   | ng/mL
        9.0 g/dL    | 9     | g/dL
        1.0 10*9/L  | 1     | 10*9/L
        38.5 Cel    | 38.5  | Cel
        2,400 U/mL  | 2400  | U/mL
        100mg       | 100   | mg
        30%         | 30    | %
    """):
        quantity = read_quantity(written)
        assert (quantity.value, quantity.unit) == (float(value), unit)


@pytest.mark.parametrize(
    "written", ["500", "ng/mL", "", "about 500 ng/mL", ">500 ng/mL", "12,5 mg", "2210*9/L"]
)
def test_a_quantity_needs_a_number_and_a_unit(written: str) -> None:
    with pytest.raises(ValueError, match=r"number|comma"):
        read_quantity(written)


def test_spans() -> None:
    for written, days, months in _rows("""
        written       | days    | months
        30.4375 days  | 30.4375 | 1
        1 month       | 30.4375 | 1
        12 months     | 365.25  | 12
        1 year        | 365.25  | 12
        18 years      | 6574.5  | 216
        2 weeks       | 14      | 0.45996
        30 days       | 30      | 0.98563
        48 hours      | 2       | 0.06571
    """):
        span = read_span(written)
        assert str(span) == written
        assert span.in_days() == float(days)
        assert span.in_unit("months") == pytest.approx(float(months), abs=5e-6)


def test_a_month_is_as_long_as_the_protocol_says() -> None:
    assert read_span("2 months").in_days(month=30) == 60
    assert read_span("60 days").in_unit("months", month=30) == 2
    assert read_span("2 years").in_unit("months", month=30) == 24


@pytest.mark.parametrize("written", ["30", "days", "a month", "-1 day", "30 d", "30 mg", "5-7 days"])
def test_what_is_no_span(written: str) -> None:
    with pytest.raises(ValueError, match="30 days"):
        read_span(written)


def test_masses() -> None:
    for value, unit, mg in _rows("""
        value | unit | mg
        100   | mg   | 100
        1     | g    | 1000
        0.1   | g    | 100
        500   | mcg  | 0.5
        500   | ug   | 0.5
        500   | µg   | 0.5
    """):
        assert mass_in_mg(float(value), unit) == float(mg)
    assert mass_in_mg(100, "IU") is None
    assert mass_in_mg(2, "mg/kg") is None
