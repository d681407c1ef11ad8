"""The case series that a hospital's rows become, a drug and a day at a time, as docs/courses.md has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from tests.referee.making import CODES, born, day, frames, hospital, measured, protocol, visit, whole
from tests.referee.reading import Row
from tests.referee.tables import counted, promise

from caseseries.analysis.columns import cautions_of_values
from caseseries.cases.abstract import abstract
from caseseries.cases.keeping import files_of_cases
from caseseries.cases.series import CaseSeries
from caseseries.cohort.cohort import Cohort
from caseseries.cohort.screen import screen
from caseseries.criteria.shelf import open_definition
from caseseries.evidence.days import number_of
from caseseries.evidence.problem import Problems
from caseseries.records.codebook import Codebook, Silence
from caseseries.records.codebook_reading import read_codebook
from caseseries.records.naming import give_concepts
from caseseries.records.omop import open_records
from caseseries.records.resolving import resolve

DRUGS = {
    "anakinra": CODES["anakinra"],
    "etoposide": 1350504,
    "cyclophosphamide": 1310317,
    "cytarabine": 1311078,
    "methotrexate": 1305058,
    "vancomycin": 1707687,
    "meropenem": 1709170,
    "ganciclovir": 1757803,
    "caspofungin": 1718054,
    "hydroxychloroquine": 1777087,
    "mycophenolic acid": 19012565,
    "azathioprine": 19014878,
    "tofacitinib": 42904205,
    "dexamethasone": 1518254,
}
ADMINISTRATION, ORDER = 32818, 32838
STAY = visit(11, 1, 5, 30)
"""Patient 1 is in hospital from day 5 to day 30."""
MOMENTS = """
first_dose = { first = "anakinra", during = "stay" }
last_dose = { last_of_course = "anakinra" }
death = { first = "death" }
last_contact = { last = "contact in person or laboratory result" }
[follow_up]
counted_from = "first_dose"
event = "death"
until = "last_contact"
unit = "days"
"""
VARIABLES = """
[[variable]]
name = "anakinra"
kind = "regimen"
take = { course = "anakinra" }
[[variable]]
name = "of_the_disease"
kind = "regimens"
take = { courses = "hlh-directed", overlapping = "anakinra" }
[[variable]]
name = "of_the_cause"
kind = "regimens"
take = { courses = "cause-directed", overlapping = "anakinra" }
"""


def given(row_id: int, drug: str, on: int, milligrams: float, sig: str) -> Row:
    """A dose at eight in the morning."""
    return _exposure(row_id, drug, on, ADMINISTRATION, quantity=milligrams, sig=sig)


def ordered(row_id: int, drug: str, on: int, until: int, sig: str, visit_id: int | None = 11) -> Row:
    """An order for these days, of this visit."""
    return _exposure(
        row_id, drug, on, ORDER, sig=sig, drug_exposure_end_date=day(until), visit_occurrence_id=visit_id
    )


def _exposure(row_id: int, drug: str, on: int, kind: int, **more: Any) -> Row:
    return whole(
        "drug_exposure",
        drug_exposure_id=row_id,
        person_id=1,
        drug_concept_id=DRUGS[drug],
        drug_exposure_start_date=day(on),
        drug_exposure_start_datetime=datetime.combine(day(on), time()) + timedelta(hours=8),
        drug_type_concept_id=kind,
        dose_unit_source_value="mg",
        **{"visit_occurrence_id": 11} | more,
    )


def ferritin(row_id: int, on: int, value: float = 900) -> Row:
    """Enough to be found."""
    return measured(row_id, 1, "ferritin", on, value, "ng/mL")


def screened(
    drugs: Sequence[Row],
    others: Sequence[tuple[str, Row]] = (),
    birth: Row | None = None,
    steps: str = "",
    variables: str = "",
    found: int = 6,
    codebook: Codebook | None = None,
) -> tuple[Cohort, CaseSeries]:
    """The cohort and the case series of patient 1, who is found by a ferritin of 900, on day 6."""
    rows = [
        ("person", birth or born(1, 1960, 5, 1)),
        ("visit_occurrence", STAY),
        ("measurement", ferritin(21, found)),
        *(("drug_exposure", one) for one in drugs),
        *others,
    ]
    criteria, codebook = counted(1, "ferritin"), codebook or read_codebook()
    promised = protocol(promise(criteria, before=MOMENTS + steps) + VARIABLES + variables)
    definitions = {criteria: open_definition(criteria)}
    with open_records(frames(hospital(rows)), threads=1) as records:
        resolved = give_concepts(records, resolve(codebook, records))
        cohort = screen(records, promised, definitions, codebook, resolved, costed=False)
    return cohort, abstract(cohort, promised, definitions, codebook, lambda step: None).cases


@pytest.mark.parametrize(
    "ends, word, died",
    [(30, "HOSPICE", False), (35, "HOSPICE", False), (35, "Hospice - Home", True), (35, "HOME", False)],
)
def test_a_hospice_is_told_apart_and_is_no_death(ends: int, word: str, died: bool) -> None:
    """From the studied stay, to day 30, or a later visit; without a death, alive when last seen."""
    doses = [given(100 + on, "anakinra", on, 100, "100 mg subq daily") for on in range(7, 12)]
    later = visit(14, 1, ends - 2, ends) | {"discharged_to_source_value": word}
    death = [("death", whole("death", person_id=1, death_date=day(50)))] if died else []
    alive = '[[variable]]\nname = "alive"\nkind = "yes/no"\ntake = { follow_up = "alive" }\n'
    _, cases = screened(doses, [("visit_occurrence", later), *death], variables=alive)
    assert cases.table["alive"].to_list() == [not died]
    said = [note.sentence for note in cases.footnotes if "hospice" in note.sentence]
    assert said == (
        []
        if word == "HOME"
        else ["1 of 1 went to a hospice: who is not known to have died counts as alive when last seen."]
    )


@pytest.mark.parametrize("is_turned", [False, True])
def test_moments_may_stand_in_any_order(is_turned: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second rests on the first dose, and the third on the second."""
    lines = [
        'first_dose = { first = "anakinra", during = "stay" }',
        'second = { first = "ferritin", after = "first_dose + 2 days" }',
        'third = { first = "ferritin", after = "second + 1 day" }',
    ]
    rest = MOMENTS.partition("\nlast_dose")
    before = "\n".join(lines[::-1] if is_turned else lines)
    monkeypatch.setitem(globals(), "MOMENTS", f"\n{before}{rest[1]}{rest[2]}")
    doses = [given(100 + on, "anakinra", on, 100, "100 mg subq daily") for on in range(7, 12)]
    values = [("measurement", ferritin(30 + on, on)) for on in (8, 9, 10, 13)]
    _, cases = screened(doses, values)
    days = dict(cases.moments.select("moment", "day").iter_rows())
    assert [days[name] for name in ("first_dose", "second", "third")] == [3, 5, 6]


def test_an_age_is_in_doubt_only_where_no_stay_settles_it() -> None:
    """Born in February 1996: seventeen or eighteen on day 5, 7 February 2014, and eighteen in March."""
    adult = """
[[eligibility]]
keep = "18 or older"
age = { at_least = "18 years", at = "admission" }
if_unknown = "drop"
"""
    later = [("visit_occurrence", visit(12, 1, 40, 45)), ("measurement", ferritin(22, 41))]
    for others, notes in (((), ("of 1 the age is not certain enough to tell",)), (later, ())):
        cohort, _ = screened([], others, born(1, 1996, 2), adult)
        assert cohort.attrition.steps[0].notes == notes
        assert cohort.attrition.steps[0].into == len(others[:1])


@pytest.mark.parametrize(
    "birth, ages, written",
    [
        ((1960, 5, 1), (53, None), "53"),
        ((1960, 5), (53, None), "53"),
        ((1960, 2), (53, 54), "53 to 54"),
        ((1960,), (53, 54), "53 to 54"),
    ],
    ids=["day", "month", "month of the admission", "year"],
)
def test_an_age_may_be_a_range(birth: tuple[int, ...], ages: tuple[int, int | None], written: str) -> None:
    """Admitted on 7 February 2014. Counted at its lower end, and that is said."""
    years = '[[variable]]\nname = "years"\nkind = "number"\nunit = "years"\ntake = { person = "age" }\n'
    doses = [given(100 + on, "anakinra", on, 100, "100 mg subq daily") for on in range(7, 12)]
    _, cases = screened(doses, birth=born(1, *birth), variables=years)
    high = cases.part("years", "high")
    assert (cases.table["years"].to_list(), None if high is None else high.item()) == ([ages[0]], ages[1])
    kept = files_of_cases(cases)["cases.csv"].decode().splitlines()
    assert kept[1].split(",")[kept[0].split(",").index("years")] == written
    said = [caution.sentence for caution in cautions_of_values(cases, "years")]
    assert said == (["1 value is known as a range only, and taken at the lower end."] if ages[1] else [])


def test_etoposide_is_no_treatment_of_the_cause() -> None:
    """The finding "chemotherapy" includes it, for the flags; another cytostatic is directed at the cause."""
    anakinra = [given(number, "anakinra", 6 + number, 100, "100 mg subq daily") for number in range(8)]
    _, cases = screened([*anakinra, given(31, "etoposide", 8, 150, "150 mg IV")])
    assert taken(cases, "of_the_disease") == ["etoposide"]
    assert taken(cases, "of_the_cause") == []
    _, both = screened(
        [*anakinra, given(31, "etoposide", 8, 150, "150 mg IV"), given(32, "cyclophosphamide", 8, 900, "IV")]
    )
    assert taken(both, "of_the_disease") == ["etoposide"]
    assert taken(both, "of_the_cause") == ["cyclophosphamide"]


@pytest.mark.parametrize(
    "silent, none",
    [
        (Silence("absent"), []),
        (Silence("absent", day(5)), []),
        (Silence("absent", day(6)), None),
        (Silence("unknown"), None),
    ],
)
def test_nothing_was_given_only_where_silence_means_so(silent: Silence, none: list[str] | None) -> None:
    """Of a kind with one drug whose silence says nothing in this stay, nobody knows that none was given."""
    book = read_codebook()
    entries = (replace(one, silent=silent) if one.finding == "etoposide" else one for one in book.entries)
    book = replace(book, entries=tuple(entries))
    anakinra = [given(number, "anakinra", 6 + number, 100, "100 mg subq daily") for number in range(8)]
    _, cases = screened(anakinra, codebook=book)
    assert cases.table["of_the_disease"].to_list() == [none]
    assert cases.table["of_the_cause"].to_list() == [[]]
    _, cases = screened([*anakinra, given(31, "dexamethasone", 8, 10, "10 mg IV")], codebook=book)
    assert taken(cases, "of_the_disease") == ["dexamethasone"]


def test_a_cytostatic_without_an_entry_of_its_own_is_chemotherapy_and_methotrexate_is_itself() -> None:
    anakinra = [given(number, "anakinra", 6 + number, 100, "100 mg subq daily") for number in range(8)]
    others = [given(31, "cytarabine", 8, 100, "100 mg IV"), given(32, "methotrexate", 8, 15, "15 mg PO")]
    _, cases = screened([*anakinra, *others])
    assert taken(cases, "of_the_disease") == []
    assert taken(cases, "of_the_cause") == ["chemotherapy", "methotrexate"]


@pytest.mark.parametrize(
    "drug, of_the_disease, of_the_cause",
    [
        ("vancomycin", [], ["antibiotics"]),
        ("ganciclovir", [], ["antivirals"]),
        ("caspofungin", [], ["antifungals"]),
        ("hydroxychloroquine", [], ["hydroxychloroquine"]),
        ("mycophenolic acid", [], ["mycophenolate mofetil"]),
        ("azathioprine", [], ["azathioprine"]),
        ("tofacitinib", ["tofacitinib"], []),
    ],
)
def test_what_is_given_for_an_infection_is_told_by_its_kind_and_the_rest_by_name(
    drug: str, of_the_disease: list[str], of_the_cause: list[str]
) -> None:
    anakinra = [given(number, "anakinra", 6 + number, 100, "100 mg subq daily") for number in range(8)]
    _, cases = screened([*anakinra, given(31, drug, 8, 100, "100 mg")])
    assert taken(cases, "of_the_disease") == of_the_disease
    assert taken(cases, "of_the_cause") == of_the_cause


def test_two_antibiotics_at_once_are_one_course_and_beside_an_antiviral_two() -> None:
    anakinra = [given(number, "anakinra", 6 + number, 100, "100 mg subq daily") for number in range(8)]
    drugs = ("vancomycin", "meropenem", "ganciclovir")
    _, cases = screened([*anakinra, *(given(31 + at, drug, 8, 500, "IV") for at, drug in enumerate(drugs))])
    assert taken(cases, "of_the_cause") == ["antibiotics", "antivirals"]


def test_a_window_of_courses_may_open_and_close_days_after_a_moment() -> None:
    doses = [given(100 + on, "anakinra", on, 100, "100 mg subq daily") for on in range(7, 15)]
    dexamethasone = [given(201, "dexamethasone", 9, 40, "40 mg IV daily")]
    for until, levels in (("2 days", []), ("3 days", ["dexamethasone"])):
        window = f'after = "first_dose + 1 day", until = "first_dose + {until}"'
        recipe = f'take = {{ courses = "hlh-directed", started = {{ {window} }} }}'
        variable = f'[[variable]]\nname = "soon"\nkind = "regimens"\n{recipe}\n'
        _, cases = screened([*doses, *dexamethasone], variables=variable)
        assert taken(cases, "soon") == levels


def test_the_next_therapy_is_the_first_of_a_new_class_after_the_drug_was_begun() -> None:
    """A corticosteroid had been begun before, and a treatment of the cause is none of the disease."""
    doses = [given(100 + on, "anakinra", on, 100, "100 mg subq daily") for on in range(7, 12)]
    others = [given(200 + on, "dexamethasone", on, 40, "40 mg IV daily") for on in (6, 9, 15)]
    others.append(given(301, "cyclophosphamide", 10, 900, "900 mg IV"))
    later = [given(401, "etoposide", 14, 150, "150 mg IV")]
    recipe = 'take = { courses = "hlh-directed", next_after = "anakinra" }'
    variable = f'[[variable]]\nname = "next_therapy"\nkind = "regimens"\n{recipe}\n'
    _, cases = screened([*doses, *others, *later], variables=variable)
    assert taken(cases, "next_therapy") == ["etoposide"]
    assert cases.spells.filter(kind="next_therapy")["day"].to_list() == [10]
    _, none = screened([*doses, *others], variables=variable)
    assert taken(none, "next_therapy") == []
    _, never = screened([*others, *later], variables=variable)
    assert never.table["next_therapy"].to_list() == [None]


def test_courses_are_chosen_in_one_way() -> None:
    recipe = 'take = { courses = "hlh-directed", overlapping = "anakinra", next_after = "anakinra" }'
    with pytest.raises(Problems, match="the courses are chosen by overlapping and by next_after"):
        screened([], variables=f'[[variable]]\nname = "two"\nkind = "regimens"\n{recipe}\n')


def test_an_order_ends_with_the_discharge_of_its_own_stay() -> None:
    """Of an earlier one, too: what was ordered in it to a later day, or to none, ended with it."""
    daily = "100 mg subq daily"
    doses = [given(100 + on, "anakinra", on, 100, daily) for on in range(8, 15)]
    earlier = [("visit_occurrence", visit(13, 1, -12, -4))]
    for until in (20, None):
        order = ordered(31, "anakinra", -10, until or 0, daily, 13)
        order |= {} if until else {"drug_exposure_end_date": None}
        cohort, cases = screened([order, *doses], earlier)
        first, second = cohort.people[0].courses
        assert (first.start, first.stop) == (day(-10), day(-4))
        assert (second.start, second.stop) == (day(8), day(14))
        assert cases.moments.filter(moment="first_dose")["day"].to_list() == [4]


def test_midnight_is_a_time_of_day_where_other_rows_have_one() -> None:
    """The same dose at midnight counts once, as at any hour; without any time a day has room for four."""
    six_hourly = [
        given(100 + 4 * on + place, "anakinra", on, 100, "100 mg subq q6h")
        | {"drug_exposure_start_datetime": datetime.combine(day(on), time(6 * place))}
        for on in (7, 8)
        for place in range(4)
    ]
    again = six_hourly[0] | {"drug_exposure_id": 900}
    cohort, _ = screened([*six_hourly, again])
    assert [one.doses for one in cohort.people[0].courses] == [8]
    for no_time in (None, datetime.combine(day(7), time())):
        rows = [one | {"drug_exposure_start_datetime": no_time} for one in six_hourly[:4]]
        cohort, _ = screened(rows)
        assert [one.doses for one in cohort.people[0].courses] == [4]
    cohort, _ = screened(
        [*rows[:2], *(one | {"drug_exposure_start_datetime": None} for one in six_hourly[4:])]
    )
    assert [one.doses for one in cohort.people[0].courses] == [6]


def test_a_prescription_of_an_outpatient_visit_is_taken_at_home() -> None:
    """It belongs to no stay, whether its row names a visit to the clinic or none."""
    daily = "100 mg subq daily"
    doses = [given(100 + on, "anakinra", on, 100, daily) for on in range(8, 15)]
    clinic = [("visit_occurrence", visit(13, 1, -20, -20, 9202))]
    for visit_id in (None, 13):
        cohort, _ = screened([ordered(31, "anakinra", -20, 12, daily, visit_id), *doses], clinic)
        [course] = cohort.people[0].courses
        assert (course.start, course.stop, course.is_home, course.basis) == (day(-20), day(14), True, "both")
    cohort, _ = screened([ordered(31, "anakinra", 6, 12, daily), *doses], clinic)
    [course] = cohort.people[0].courses
    assert (course.start, course.is_home, course.basis) == (day(8), False, "administrations")


@pytest.mark.parametrize(
    "name, rows, dose",
    [
        ("Kineret", [(1, 100.0, 8576, None, None)], "100 mg"),  # a tablet, as it were
        ("Kineret", [(1, 100.0, 8576, 0.67, 8587)], "100 mg"),  # 100 mg in a syringe of 0.67 mL
        ("Kineret", [(1, 0.1, 8504, None, None)], "100 mg"),
        ("Kineret", [(1, 150.0, 8576, None, 8587)], ""),  # 150 mg in each mL: no piece
        ("Kineret", [(1, 50.0, 8576, None, None), (2, 50.0, 8576, None, None)], ""),  # of two drugs
        ("Kineret", [(1, 100.0, 8510, None, None)], ""),  # units are no mass
        ("Kineret", [], ""),
        ("anakinra 100 mg syringe", [(1, 20.0, 8576, None, None)], "100 mg"),  # the name counts first
    ],
)
def test_a_piece_is_as_strong_as_its_name_or_the_table_of_strengths_says(
    name: str, rows: list[tuple[int, float, int, float | None, int | None]], dose: str
) -> None:
    assert daily(name, rows) == ([100.0] if dose else [None])


@pytest.mark.parametrize("reason, dose", [(None, 100.0), ("", 100.0), (" ", 100.0), ("D", None), ("U", None)])
def test_a_strength_counts_while_nothing_says_why_not(reason: str | None, dose: float | None) -> None:
    assert daily("Kineret", [(1, 100.0, 8576, None, None)], invalid_reason=reason) == [dose]


def daily(
    name: str, rows: list[tuple[int, float, int, float | None, int | None]], invalid_reason: str | None = None
) -> list[float | None]:
    """The milligrams a day of one syringe of a product of this name, with these rows of strengths."""
    units = {8576: "mg", 8504: "g", 8510: "[U]", 8587: "mL"}
    product = {"vocabulary_id": "RxNorm", "concept_code": "72435", "concept_name": name}
    vocabulary = [("concept", whole("concept", concept_id=CODES["anakinra"], **product))]
    vocabulary += [
        ("concept", whole("concept", concept_id=one, vocabulary_id="UCUM", concept_code=code))
        for one, code in units.items()
    ]
    strengths = [
        (
            "drug_strength",
            whole(
                "drug_strength",
                drug_concept_id=CODES["anakinra"],
                ingredient_concept_id=ingredient,
                **{f"{'amount' if per is None else 'numerator'}_value": amount},
                **{f"{'amount' if per is None else 'numerator'}_unit_concept_id": unit},
                denominator_value=size,
                denominator_unit_concept_id=per,
                invalid_reason=invalid_reason,
            ),
        )
        for ingredient, amount, unit, size, per in rows
    ]
    syringe = given(100, "anakinra", 7, 1, "") | {"dose_unit_source_value": "syringe"}
    cohort, cases = screened([syringe], [*vocabulary, *vocabulary[:1], *strengths])
    assert cohort.exposures.height == 1  # though its product stands in CONCEPT twice
    return cases.table["anakinra.daily"].to_list()


def test_each_step_of_a_taper_has_its_own_daily_dose() -> None:
    """40 mg of dexamethasone a day do what 266.7 mg of prednisone do, and 20 mg half of that."""
    anakinra = [given(100 + on, "anakinra", on, 100, "100 mg subq q8") for on in range(7, 15)]
    high = [given(200 + on, "dexamethasone", on, 40, "40 mg IV daily") for on in range(7, 10)]
    low = [given(200 + on, "dexamethasone", on, 10, "10 mg IV bid") for on in range(10, 13)]
    _, cases = screened([*anakinra, *high, *low])
    names = ("amount", "interval", "daily", "prednisone", "dexamethasone")
    steps = cases.spells.filter(drug="dexamethasone").select(names).rows()
    assert steps == [(40.0, 24.0, 40.0, 266.666667, 40.0), (10.0, 12.0, 20.0, 133.333333, 20.0)]


def test_a_course_tells_how_much_was_given_and_how_steadily() -> None:
    """200 mg on days 7 to 9, 100 mg on days 10 and 12 with day 11 missed, and again from day 20 to 21.

    Of the first course 3 x 200 + 2 x 100 = 800 mg in all, 160 a day on its 5 days: 6 days from first to last
    without the one that was missed. Eight days without a dose are more than 3: a restart.
    """
    first = [given(100 + on, "anakinra", on, 200, "200 mg subq daily") for on in (7, 8, 9)]
    lower = [given(100 + on, "anakinra", on, 100, "100 mg subq daily") for on in (10, 12)]
    again = [given(100 + on, "anakinra", on, 100, "100 mg subq daily") for on in (20, 21)]
    _, cases = screened([*first, *lower, *again])
    parts = ("daily", "days", "greatest_daily", "mean_daily", "cumulative", "missed", "restarts")
    assert [cases.table[f"anakinra.{part}"].item() for part in parts] == [200, 5, 200, 160, 800, 1, 1]
    _, cases = screened([*first, given(130, "anakinra", 31, 100, "100 mg subq daily")])
    assert cases.table["anakinra.restarts"].item() == 0, "begun again after the stay, which ends on day 30"


def test_of_orders_alone_nobody_knows_which_doses_were_missed() -> None:
    """Planned for days 7 to 9 and 11 to 12, nothing written down: 500 mg, and no word on what was missed."""
    sig = "100 mg subq daily"
    _, cases = screened([ordered(101, "anakinra", 7, 9, sig), ordered(102, "anakinra", 11, 12, sig)])
    parts = ("cumulative", "missed", "restarts")
    assert [cases.table[f"anakinra.{part}"].item() for part in parts] == [500, None, 0]


SERIAL = """
[[serial]]
name = "ferritin_by_day"
finding = "ferritin"
unit = "ng/mL"
counted_from = "first_dose"
days = [1, 5, 10]
within = "3 days"
"""


@pytest.mark.parametrize(
    ("values", "grid"),
    [
        # Day 1 is the stay's day 7. What was measured on day 5 is of day 5, though day 1 has nothing nearer.
        ({5: 700}, [(5, 700)]),
        # On day 4: nearer to day 5 than to day 1. On day 3: as near to both, and the earlier has it.
        ({4: 700}, [(5, 700)]),
        ({3: 700}, [(1, 700)]),
        # Each has its own where there are two: day 3 is left for day 5, when day 1 was measured on day 2.
        ({2: 800, 3: 700}, [(1, 800), (5, 700)]),
        # Day 8 would be within reach of day 5, and is nearer to day 10; day 14 is out of reach.
        ({8: 700, 14: 600}, [(10, 700)]),
        # Of two as near to a day the earlier, and nothing twice.
        ({9: 650, 11: 600}, [(10, 650)]),
    ],
)
def test_each_value_stands_on_the_day_of_the_grid_that_it_is_nearest_to(
    values: dict[int, float], grid: list[tuple[int, float]]
) -> None:
    rows = [("measurement", ferritin(40 + day, 6 + day, value)) for day, value in values.items()]
    anakinra = [given(100 + on, "anakinra", on, 100, "100 mg subq daily") for on in range(7, 20)]
    _, cases = screened(anakinra, others=rows, variables=SERIAL, found=25)
    assert cases.serials.select("day", "value").rows() == grid


def taken(cases: CaseSeries, column: str) -> list[str]:
    """What patient 1 was given."""
    [levels] = cases.table[column].to_list()
    return list(levels)


def test_nothing_after_death_stands_on_the_grid() -> None:
    """Dead on day 10, the fourth from the first dose. What is dated the day after is no value of theirs."""
    rows = [("measurement", ferritin(40 + on, 6 + on, 1000 * on)) for on in (4, 5, 9)]
    died = ("death", whole("death", person_id=1, death_date=day(10)))
    anakinra = [given(100 + on, "anakinra", on, 100, "100 mg subq daily") for on in range(7, 11)]
    for others, grid in (
        ([*rows, died], [(1, 900), (5, 4000)]),
        (rows, [(1, 900), (5, 5000), (10, 9000)]),
    ):
        _, cases = screened(anakinra, others=others, variables=SERIAL, found=8)
        assert cases.serials.select("day", "value").rows() == grid


@pytest.mark.parametrize(("first_dose", "count"), [(7, 1), (8, 0), (9, 0)])
def test_who_was_exposed_before_the_criteria_were_known(
    first_dose: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ferritin is of day 8, and known on it: a dose of the same day is none before."""
    met = f'\ndiagnosis = {{ day_met = "{counted(1, "ferritin")}" }}'
    monkeypatch.setitem(globals(), "MOMENTS", met + MOMENTS)
    doses = [given(100 + on, "anakinra", on, 100, "100 mg subq daily") for on in range(first_dose, 20)]
    cohort, _ = screened(doses, found=8)
    assert cohort.attrition.exposed_before_known == count


@pytest.mark.parametrize("coded, etoposide, day_of", [(20, 12, 12), (9, 12, 9), (0, 12, 12), (20, 0, 20)])
def test_a_disease_is_recognised_by_its_first_code_or_treatment(
    coded: int, etoposide: int, day_of: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However late its criteria are met; a day of 0 is none. A code before the stay is of another time."""
    recognised = '\nrecognised = { first = "hlh recognised", during = "stay" }'
    monkeypatch.setitem(globals(), "MOMENTS", recognised + MOMENTS)
    rows = [
        whole(
            "condition_occurrence",
            condition_occurrence_id=31 + on,
            person_id=1,
            condition_concept_id=4121123,
            condition_start_date=day(on),
        )
        for on in (2, coded)
        if on
    ]
    doses = [given(100, "anakinra", 7, 100, "100 mg subq daily")]
    doses += [given(101, "etoposide", etoposide, 200, "200 mg iv once")] if etoposide else []
    cohort, _ = screened(doses, [("condition_occurrence", one) for one in rows])
    assert cohort.moments.filter(moment="recognised")["day"].item() == number_of(day(day_of))


def test_the_last_contact_may_be_a_sample() -> None:
    """Discharged on day 30, which is hospital day 26; the sample is of day 40, counted on as 36."""
    doses = [given(100 + on, "anakinra", on, 100, "100 mg subq daily") for on in range(7, 12)]
    for others, last in (([], 26), ([("measurement", ferritin(60, 40))], 36)):
        _, cases = screened(doses, others=others)
        assert cases.moments.filter(moment="last_contact")["day"].item() == last


NOT_DEAD = ("no", "Alive", "living", "unknown", "Not known", "?")


@pytest.mark.parametrize(
    "word, died", [("", True), ("Yes", True), ("of sepsis", True), *((word, False) for word in NOT_DEAD)]
)
def test_a_death_may_stand_in_an_observation(word: str, died: bool) -> None:
    row = whole(
        "observation",
        observation_id=31,
        person_id=1,
        observation_concept_id=4306655,
        observation_date=day(40),
        value_as_string=word or None,
    )
    doses = [given(100, "anakinra", 7, 100, "100 mg subq daily")]
    alive = '[[variable]]\nname = "alive"\nkind = "yes/no"\ntake = { follow_up = "alive" }\n'
    cohort, cases = screened(doses, [("observation", row)], variables=alive)
    assert cohort.deaths["origin"].to_list() == (["observation:31"] if died else [])
    assert cases.table["alive"].to_list() == [not died]
    assert cases.origins["alive"].to_list() == ["observation:31" if died else "visit_occurrence:11"]


@pytest.mark.parametrize(
    "table, more",
    [
        ("condition_occurrence", {"condition_concept_id": 4306655, "condition_start_date": day(40)}),
        ("procedure_occurrence", {"procedure_concept_id": 4306655, "procedure_date": day(40)}),
    ],
)
def test_a_death_may_stand_among_diagnoses_and_procedures(table: str, more: Row) -> None:
    row = whole(table, person_id=1, **{f"{table}_id": 31}, **more)
    cohort, _ = screened([given(100, "anakinra", 7, 100, "100 mg subq daily")], [(table, row)])
    assert cohort.deaths["origin"].to_list() == [f"{table}:31"]


def test_a_ward_may_say_that_somebody_died() -> None:
    left = whole(
        "visit_detail",
        visit_detail_id=31,
        person_id=1,
        visit_occurrence_id=11,
        visit_detail_start_date=day(20),
        visit_detail_end_date=day(30),
        discharged_to_source_value="EXPIRED",
    )
    cohort, _ = screened([given(100, "anakinra", 7, 100, "100 mg subq daily")], [("visit_detail", left)])
    assert cohort.deaths.select("origin", "day").rows() == [("visit_detail:31", number_of(day(30)))]


def test_of_a_death_on_no_day_nothing_is_known_but_that(tmp_path: Path) -> None:
    died = ("death", whole("death", person_id=1))
    fate = (
        '[[variable]]\nname = "alive"\nkind = "yes/no"\ntake = { follow_up = "alive" }\n'
        '[[variable]]\nname = "days"\nkind = "time"\nunit = "days"\ntake = { follow_up = "time" }\n'
    )
    doses = [given(100, "anakinra", 7, 100, "100 mg subq daily")]
    cohort, cases = screened(doses, [died], variables=fate)
    assert cases.table.select("alive", "days").rows() == [(None, None)]
    assert any(note.startswith("Of patient 1 the death table says that they died") for note in cohort.notes)
    told = ("death", whole("death", person_id=1, death_date=day(40)))
    cohort, cases = screened(doses, [died, told], variables=fate)
    assert cases.table.select("alive", "days").rows() == [(False, 33.0)]
    assert not any("no record says when" in note for note in cohort.notes)


def test_a_death_in_a_visit_that_ends_before_it_starts_counts() -> None:
    """On its first day; on which day somebody typed wrongly, nobody can tell."""
    odd = visit(14, 1, 45, 44) | {"discharged_to_source_value": "Died"}
    cohort, _ = screened([given(100, "anakinra", 7, 100, "100 mg subq daily")], [("visit_occurrence", odd)])
    assert cohort.deaths["day"].to_list() == [number_of(day(45))]


def test_the_death_table_counts_where_the_codebook_says_so(tmp_path: Path) -> None:
    """A hospital whose table is known to be wrong leaves `every_row_of` out."""
    text = (files("caseseries.records") / "codebook.toml").read_text("utf-8")
    assert text.count('every_row_of = ["death"]\n') == 1
    (tmp_path / "ours.toml").write_text(text.replace('every_row_of = ["death"]\n', ""), "utf-8")
    died = ("death", whole("death", person_id=1, death_date=day(40)))
    doses = [given(100, "anakinra", 7, 100, "100 mg subq daily")]
    for codebook, count in ((read_codebook(), 1), (read_codebook(tmp_path / "ours.toml"), 0)):
        cohort, _ = screened(doses, [died], codebook=codebook)
        assert cohort.deaths.height == count


def test_a_step_may_ask_for_a_death() -> None:
    doses = [given(100, "anakinra", 7, 100, "100 mg subq daily")]
    step = '[[eligibility]]\ndrop = "dead"\nany_of = ["death"]\nif_unknown = "keep"\n'
    for found, into in (([], 1), ([("death", whole("death", person_id=1, death_date=day(50)))], 0)):
        cohort, _ = screened(doses, found, variables=step)  # behind the criteria
        assert cohort.attrition.steps[-1].into == into


@pytest.mark.parametrize("concept, last", [(9202, 45), (581477, 45), (5083, 30), (0, 30), (None, 30)])
def test_a_contact_is_in_person(concept: int | None, last: int) -> None:
    """A visit on day 45 after the stay, which ends on day 30: to the ward, an office, by telephone, or
    nobody knows how."""
    later = visit(14, 1, 45, 45) | {"visit_concept_id": concept}
    doses = [given(100, "anakinra", 7, 100, "100 mg subq daily")]
    cohort, _ = screened(doses, [("visit_occurrence", later)])
    assert cohort.moments.filter(moment="last_contact")["day"].item() == number_of(day(last))
    told = f"no contact by the codebook: {concept or 0} (1 of 1 patient)"
    assert len([note for note in cohort.notes if told in note]) == (last == 30)


def test_a_stay_may_end_on_the_last_day_of_the_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many write 9999-12-31 for a visit that is not over: no day comes after it."""
    sig = "100 mg subq daily"
    whole_days = screened([ordered(101, "anakinra", 7, 12, sig)])[1].table
    monkeypatch.setitem(globals(), "STAY", STAY | {"visit_end_date": date.max})
    endless = screened([ordered(101, "anakinra", 7, 12, sig)])[1].table
    for part in ("anakinra", "anakinra.daily", "anakinra.days", "anakinra.cumulative"):
        assert endless[part].to_list() == whole_days[part].to_list()
