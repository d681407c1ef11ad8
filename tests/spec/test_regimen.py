"""Regimens as charts and papers write them. The first tables are the founding paper's own words.

Source: Naymagon L. Int J Hematol 2022, Table 1 and the text.
"""

from __future__ import annotations

import pytest

from caseseries.evidence.drugs import formulary
from caseseries.evidence.regimen import drugs_in, read_regimen, read_regimens


def _rows(table: str) -> list[list[str]]:
    """The rows of a table drawn with `|`, without its header."""
    return [[part.strip() for part in line.split("|")] for line in table.strip().splitlines()[1:]]


def _number(text: str) -> float | None:
    return float(text) if text else None


def test_the_column_says_the_drug() -> None:
    for written, dose, hours, route, daily in _rows("""
        written           | dose | hours | route        | daily
        100 mg subq q8    | 100  | 8     | subcutaneous | 300
        100 mg subq q12   | 100  | 12    | subcutaneous | 200
        200 mg subq q8    | 200  | 8     | subcutaneous | 600
        200 mg subq q12   | 200  | 12    | subcutaneous | 400
        100 mg subq q6    | 100  | 6     | subcutaneous | 400
        200 mg subq daily | 200  | 24    | subcutaneous | 200
        100 mg subq daily | 100  | 24    | subcutaneous | 100
        100 mg SC q12h    | 100  | 12    | subcutaneous | 200
        1 g daily         | 1    | 24    |              | 1000
        0.5 g IV q6h      | 0.5  | 6     | intravenous  | 2000
    """):
        regimen = read_regimen(written, drug="anakinra")
        assert (regimen.drug, regimen.drug_class, regimen.unread) == ("anakinra", "anakinra", "")
        assert (regimen.dose, regimen.interval_hours) == (_number(dose), _number(hours))
        assert (regimen.route, regimen.daily) == (route, _number(daily))


def test_the_paper_names_drugs() -> None:
    for written, drug, drug_class, daily, within in _rows("""
        written                              | drug               | class              | daily | within
        Dexamethasone 40 mg daily            | dexamethasone      | corticosteroids    | 40    |
        ruxolitinib 10 mg bid                | ruxolitinib        | ruxolitinib        | 20    |
        tocilizumab                          | tocilizumab        | tocilizumab        |       |
        Solumedrol 1 g daily                 | methylprednisolone | corticosteroids    | 1000  |
        etoposide (part of ICE protocol)     | etoposide          | etoposide          |       | ICE
        etoposide (past of CHOEP protocol)   | etoposide          | etoposide          |       | CHOEP
        ICE chemotherapy protocol            |                    | chemotherapy       |       | ICE
        CHOEP chemotherapy protocol          |                    | chemotherapy       |       | CHOEP
        Modified SMILE chemotherapy protocol |                    | chemotherapy       |       | SMILE
        Antibiotics                          |                    | antibiotics        |       |
        antivirals                           |                    | antivirals         |       |
        decitabine                           | decitabine         | chemotherapy       |       |
        IVIG                                 | IVIG               | IVIG               |       |
        Hydroxychloroquine                   | hydroxychloroquine | hydroxychloroquine |       |
        Anakinra 100 mg subq q12             | anakinra           | anakinra           | 200   |
        Anakinra 200 mg IV q8                | anakinra           | anakinra           | 600   |
        corticosteroids (dosage unspecified) |                    | corticosteroids    |       |
    """):
        regimen = read_regimen(written)
        assert (regimen.drug, regimen.drug_class, regimen.within) == (drug, drug_class, within)
        assert (regimen.daily, regimen.unread, regimen.text) == (_number(daily), "", written)
        assert regimen.protocol == (bool(within) and not drug)


def test_cells_hold_several_entries() -> None:
    for cell, entries in _rows("""
        cell                                             | entries
        Dexamethasone 40 mg daily, ruxolitinib 10 mg bid | dexamethasone ruxolitinib
        Methylprednisolone 60 mg daily; tocilizumab      | methylprednisolone tocilizumab
        Prednisone 90 mg daily and IVIG                  | prednisone IVIG
        rituximab + tocilizumab                          | rituximab tocilizumab
        methylprednisolone 1,000 mg daily, IVIG          | methylprednisolone IVIG
        etoposide (part of ICE protocol, modified)       | etoposide
    """):
        assert [regimen.drug for regimen in read_regimens(cell)] == entries.split()
    assert [r.drug_class for r in read_regimens("Antibiotics, antivirals")] == ["antibiotics", "antivirals"]
    assert read_regimens("Prednisone 80 mg daily\nIVIG") == read_regimens("Prednisone 80 mg daily; IVIG")
    assert read_regimens("None") == ()
    assert read_regimens("") == ()


def test_no_more_than() -> None:
    regimen = read_regimen("Continuous anakinra infusion (up to 2400 mg/d)")
    assert (regimen.drug, regimen.dose, regimen.interval_hours) == ("anakinra", 2400, 24)
    assert (regimen.continuous, regimen.up_to) == (True, True)
    assert (regimen.daily, regimen.daily_high) == (None, 2400)


def test_ranges() -> None:
    for written, low, high in _rows("""
        written            | low | high
        100-200 mg q8      | 300 | 600
        100 mg-200 mg q8   | 300 | 600
        100 to 200 mg q8   | 300 | 600
        0.5 – 1 g daily    | 500 | 1000
    """):
        regimen = read_regimen(written)
        assert (regimen.daily, regimen.daily_high, regimen.unread) == (_number(low), _number(high), "")


def test_intervals() -> None:
    for written, hours in _rows("""
        written           | hours
        qd                | 24
        q24h              | 24
        once daily        | 24
        nightly           | 24
        bid               | 12
        b.i.d.            | 12
        twice daily       | 12
        tid               | 8
        q8                | 8
        q8h               | 8
        q8hr              | 8
        every 8 hours     | 8
        8-hourly          | 8
        three times a day | 8
        3 times a day     | 8
        qid               | 6
        q4h               | 4
        qod               | 48
        every other day   | 48
        q48h              | 48
        q3d               | 72
        every 2 weeks     | 336
        weekly            | 168
        twice weekly      | 84
    """):
        regimen = read_regimen(f"100 mg {written}")
        assert (regimen.interval_hours, regimen.dose, regimen.unread) == (_number(hours), 100, "")


def test_single_doses_and_doses_as_needed_have_no_daily_dose() -> None:
    once, needed = read_regimen("methylprednisolone 1 g once"), read_regimen("anakinra 100 mg q8h prn")
    assert (once.once, once.interval_hours, once.daily, once.unread) == (True, None, None, "")
    assert (needed.as_needed, needed.daily, needed.daily_high, needed.unread) == (True, None, 300, "")
    assert read_regimen("100 mg prn").interval_hours is None


def test_doses_by_weight_wait_for_the_patient() -> None:
    for written, dose, unit, hours in _rows("""
        written                      | dose | unit  | hours
        anakinra 2 mg/kg/day         | 2    | mg/kg | 24
        anakinra 2 mg/kg q12h        | 2    | mg/kg | 12
        etoposide 150 mg/m2 weekly   | 150  | mg/m2 | 168
        dexamethasone 10 mg/m² daily | 10   | mg/m2 | 24
        IVIG 0.4 g/kg daily          | 0.4  | g/kg  | 24
    """):
        regimen = read_regimen(written)
        assert (regimen.dose, regimen.unit, regimen.interval_hours) == (float(dose), unit, float(hours))
        assert (regimen.needs_weight, regimen.daily, regimen.unread) == (True, None, "")
        assert regimen.dexamethasone is None


def test_other_amounts() -> None:
    for written, dose, unit, daily in _rows("""
        written              | dose | unit | daily
        500 mcg daily        | 500  | mcg  | 0.5
        500 µg daily         | 500  | mcg  | 0.5
        1,000 mg daily       | 1000 | mg   | 1000
        2 grams daily        | 2    | g    | 2000
        50 mg/h continuously | 50   | mg/h | 1200
        5000 IU daily        | 5000 | IU   |
    """):
        regimen = read_regimen(written)
        assert (regimen.dose, regimen.unit, regimen.daily) == (float(dose), unit, _number(daily))
        assert regimen.unread == ""
    assert read_regimen("Solumedrol 1 g daily x 3 days").days == 3


def test_one_dose_and_one_hour_in_milligrams() -> None:
    for written, mass, hourly in _rows("""
        written                  | mass | hourly
        100 mg subq q8           | 100  |
        0.5 g IV once            | 500  |
        100 mg q8h prn           | 100  |
        100-200 mg q8            |      |
        up to 100 mg q8          |      |
        2 mg/kg daily            |      |
        2 x 100 mg daily         |      |
        5000 IU daily            |      |
        50 mg/h IV               |      | 50
        2400 mg/d IV continuous  |      | 100
        100 mg IV continuous     |      |
    """):
        regimen = read_regimen(written)
        assert (regimen.mass, regimen.hourly) == (_number(mass), _number(hourly)), written


def test_corticosteroids_in_each_others_doses() -> None:
    # 5 mg of prednisone = 4 of methylprednisolone = 20 of hydrocortisone = 0.75 of dexamethasone.
    for written, prednisone, dexamethasone in _rows("""
        written                        | prednisone | dexamethasone
        Prednisone 80 mg daily         | 80         | 12
        prednisolone 40 mg daily       | 40         | 6
        Methylprednisolone 60 mg daily | 75         | 11.25
        Solumedrol 1 g daily           | 1250       | 187.5
        hydrocortisone 50 mg q6h       | 50         | 7.5
        Dexamethasone 20 mg daily      | 133.333    | 20
        tocilizumab 400 mg daily       |            |
        methylprednisolone             |            |
        betamethasone 6 mg daily       |            |
    """):
        regimen = read_regimen(written)
        assert regimen.prednisone == pytest.approx(_number(prednisone), abs=5e-4)
        assert regimen.dexamethasone == pytest.approx(_number(dexamethasone), abs=5e-4)


def test_nothing_is_guessed() -> None:
    for written, dose, hours, unread in _rows("""
        written                          | dose | hours | unread
        100 mg biw                       | 100  |       | biw
        100 mg q3                        | 100  |       | q3
        100 mg q6-8h                     | 100  |       | q6-8h
        Anakinra 100 m-200 mg q8         |      | 8     | 100 m-200 mg
        2 x 100 mg daily                 |      | 24    | 2 x 100 mg
        <100 mg daily                    |      | 24    | <100 mg
        12,5 mg daily                    |      | 24    | 12,5 mg
        1 000 mg daily                   |      | 24    | 1 000 mg
        100 mg/0.67 mL daily             |      | 24    | 100 mg/0.67 mL
        200-100 mg daily                 |      | 24    | 200-100 mg
        100 mg q8 then 200 mg q8         |      | 8     | 100 mg; then 200 mg
        100 mg bid daily                 | 100  |       | bid daily
        300 mg/d divided tid             |      |       | 300 mg/d divided tid
        no steroids                      |      |       | no steroids
        tocilizumab 400 mg daily planned |      |       | tocilizumab 400 mg daily planned
        unknown                          |      |       | unknown
    """):
        regimen = read_regimen(written)
        assert (regimen.dose, regimen.interval_hours) == (_number(dose), _number(hours)), written
        assert " ".join(regimen.unread.split()) == unread, written


def test_an_unread_number_keeps_the_daily_dose_back() -> None:
    assert read_regimen("prednisone 20 mg daily x 2").daily is None
    assert read_regimen("two tablets of prednisone 20 mg daily").daily is None
    assert read_regimen("prednisone 20 mg daily with food").daily == 20


def test_the_column_does_not_name_what_may_be_another_drug() -> None:
    for written, drug in _rows("""
        written                 | drug
        100 mg q8               | anakinra
        100 mg q8, renal dosing | anakinra
        Kinert 100 mg q8        |
        tocilizumab 400 mg      | tocilizumab
        Kineret 100 mg q8       | anakinra
        100 mg steroids         |
        ?                       |
    """):
        assert read_regimens(written, drug="anakinra")[0].drug == drug


def test_two_drugs_in_one_entry_are_left_unread() -> None:
    regimen = read_regimen("dexamethasone etoposide 100 mg")
    assert (regimen.drug, regimen.unread) == ("", "dexamethasone etoposide")
    assert read_regimen("methylprednisolone (Solumedrol) 1 g daily").daily == 1000


def test_the_drugs_that_a_cell_names() -> None:
    for cell, named in _rows("""
        cell                                   | named
        100 mg q8                              | anakinra
        100 mg q8, renal dosing                | anakinra
        Kineret 100 mg q8; anakinra 200 mg q8  | anakinra
        methylpred 1 g x3d; IVIG               | methylprednisolone, IVIG
        IVIG and 100 mg q8                     | IVIG, anakinra
        Kinert 100 mg; ICE protocol; steroids  | Kinert, ICE, corticosteroids
        dexamethasone etoposide 100 mg         | dexamethasone, etoposide
        sometimes                              |
    """):
        assert ", ".join(drugs_in(cell, drug="anakinra")) == named


def test_what_protocols_hold() -> None:
    for name in ("ICE", "CHOEP", "SMILE", "DA-EPOCH"):
        protocol = formulary().protocol(name)
        assert protocol is not None
        assert "etoposide" in protocol.holds
        assert protocol.recalled or protocol.source
    for protocol in formulary().protocols.values():
        assert all(formulary().drug(drug) for drug in protocol.holds)
