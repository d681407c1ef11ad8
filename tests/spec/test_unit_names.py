"""Units are known by many names, and a number goes from one to another without losing a bit."""

from __future__ import annotations

import pytest

from caseseries.evidence.catalogue import Entry, entries, entry
from caseseries.evidence.unit_names import unit_name


def known(name: str) -> Entry:
    found = entry(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "name, spellings",
    [
        ("10*9/L", "10*9/L; 10^9/L; x10^9/L; ×10⁹/L; 10E9/L; 10e9/l; x 10^9 / L"),
        ("10*3/uL", "10*3/uL; K/uL; k/ul; x10E3/uL; 10^3/mcL; Thou/uL; K/mm3; x10*3/µL; K/cumm"),
        ("/uL", "/uL; cells/uL; cells/mcL; /mm3; /mm^3; cells/μL"),
        ("g/dL", "g/dL; g/dl; gm/dL; G/DL"),
        ("ug/L", "ug/L; µg/L; μg/L; mcg/L"),
        ("ng/mL", "ng/mL; ng/ml; NG/ML; ng / mL"),
        ("Cel", "Cel; °C; C; deg C; ºC"),
        ("degF", "degF; [degF]; °F; F; Fahrenheit"),
        ("U/mL", "U/mL; u/ml; units/mL"),
    ],
)
def test_many_spellings_one_unit(name: str, spellings: str) -> None:
    assert {unit_name(spelling) for spelling in spellings.split("; ")} == {name}


def test_kelvin_is_no_count_and_what_is_not_known_is_not_guessed() -> None:
    assert unit_name("K") == "K"
    for written in ("", "1012/L", "103/uL", "foo", "10*9", "ng"):
        assert unit_name(written) is None


@pytest.mark.parametrize(
    "finding, value, unit, into, gives",
    [
        ("body temperature", 38.5, "Cel", "degF", 101.3),
        ("body temperature", 39.4, "Cel", "degF", 102.92),
        ("body temperature", 101.3, "degF", "Cel", 38.5),
        ("hemoglobin", 9.2, "g/dL", "g/L", 92),
        ("platelets", 110, "10*9/L", "10*3/uL", 110),
        ("platelets", 110, "10*9/L", "/uL", 110000),
        ("ferritin", 500, "ng/mL", "ug/L", 500),
        ("ferritin", 500, "ng/mL", "pmol/L", 1123.5),
        ("fibrinogen", 2.5, "g/L", "mg/dL", 250),
        ("triglycerides", 3, "mmol/L", "mg/dL", 265.71),
        ("aspartate aminotransferase", 0.5, "ukat/L", "U/L", 30),
        ("soluble cd25", 2400, "U/mL", "pg/mL", None),
        ("ferritin", 500, "ng/mL", "g/L", None),
    ],
)
def test_conversions(finding: str, value: float, unit: str, into: str, gives: float | None) -> None:
    assert known(finding).convert(value, unit, into) == gives


def test_only_recalled_factors_are_told() -> None:
    assert known("triglycerides").is_recalled("mmol/L", "mg/dL")
    assert not known("triglycerides").is_recalled("mmol/L", "mmol/L")
    assert not known("body temperature").is_recalled("Cel", "degF")
    assert not known("hemoglobin").is_recalled("g/L", "g/dL")


@pytest.mark.parametrize(
    "value, unit", [(38.5, "Cel"), (101.3, "degF"), (60, None), (45.1, None), (25, "Cel")]
)
def test_a_temperature_tells_its_unit_where_the_ranges_cannot_overlap(value: float, unit: str | None) -> None:
    assert known("temperature").unit_by_value(value) == unit


def test_no_other_finding_guesses_its_unit() -> None:
    assert [one.name for one in entries() if one.by_value] == ["body temperature"]
    assert known("hemoglobin").unit_by_value(7) is None


def test_every_unit_and_range_of_the_catalogue_holds() -> None:
    for one in entries():
        assert all(unit_name(unit) == unit for unit in one.units)
        assert (one.plausible is not None) == bool(one.unit)
        assert len({one.name, *one.names}) == 1 + len(one.names)
        assert known(one.name) is one
        assert all(known(name) is one for name in one.names)
