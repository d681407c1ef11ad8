"""The founding paper's tables, as typed, give the totals that the paper prints.

Source: Naymagon L. Int J Hematol 2022, Tables 1 and 2. Each expectation names where it is printed.
The files are read as plain text here: what is tested is the typing, not the reader.
"""

from __future__ import annotations

import csv
import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from statistics import median

import pytest

STUDY = Path(__file__).parents[2] / "src" / "caseseries" / "studies" / "naymagon-2022"
DAYS = [f"day {day}" for day in (1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50)]
LEVELS = {
    "hematologic malignancy",
    "bacterial infection",
    "viral infection",
    "rheumatologic disorder",
    "unknown",
}
CERTAINTIES = {"stated", "presumed", "suspected", "possible"}
CORTICOSTEROIDS = ("dexamethasone", "methylprednisolone", "prednisone", "solumedrol")
TIMES_A_DAY = {"daily": 1, "q12": 2, "q8": 3, "q6": 4}

Row = dict[str, str]


def typed(name: str) -> list[Row]:
    with (STUDY / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


PATIENTS = typed("patients.csv")
FERRITIN = typed("ferritin.csv")


def number(cell: str) -> Decimal:
    return Decimal(cell.replace(",", ""))


def whole(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def percent(part: int, of: int) -> str:
    return f"{whole(Decimal(100 * part) / of)}%"


def median_and_range(values: list[Decimal]) -> str:
    """As the paper writes it: `40.5 (19-82)`."""
    return f"{median(values)} ({min(values)}-{max(values)})"


def causes(row: Row) -> dict[str, str]:
    """Level -> certainty, of one patient."""
    entries = (entry.partition(" (") for entry in row["cause"].split("; "))
    return {level: certainty.rstrip(")") or "stated" for level, _, certainty in entries}


def with_cause(level: str) -> list[Row]:
    return [row for row in PATIENTS if level in causes(row)]


def regimens(row: Row, column: str) -> list[str]:
    return [] if row[column] == "None" else row[column].split("; ")


def given(column: str, *drugs: str) -> list[Row]:
    """The patients with any of the drugs in the column; with any regimen at all if none is named."""
    return [
        row
        for row in PATIENTS
        if any(not drugs or regimen.lower().startswith(drugs) for regimen in regimens(row, column))
    ]


def alive(rows: list[Row]) -> int:
    return sum(row["alive"] == "Yes" for row in rows)


def daily_milligrams(row: Row) -> Decimal:
    dose, unit, route, times = row["anakinra"].split()
    assert (unit, route) == ("mg", "subq")
    return Decimal(dose) * TIMES_A_DAY[times]


def printed_response(row: Row) -> Decimal:
    printed = row["max_response_printed"]
    return Decimal(0) if printed == "None" else Decimal(printed.removesuffix("%"))


def response(serial: Row) -> Decimal:
    """Greatest fall below day 1 as percent of day 1; 0 where ferritin never fell."""
    first, *later = (number(serial[day]) for day in DAYS if serial[day])
    return max(Decimal(0), 100 * (first - min(later)) / first)


# ---- The sheets themselves


def test_sixteen_patients_stand_in_both_tables() -> None:  # Abstract; Tables 1 and 2
    one_to_sixteen = [str(patient) for patient in range(1, 17)]
    assert [row["patient"] for row in PATIENTS] == one_to_sixteen
    assert [row["patient"] for row in FERRITIN] == one_to_sixteen


def test_the_columns_are_those_of_the_sheet() -> None:
    assert list(PATIENTS[0]) == [
        *("patient", "age", "sex", "cause", "cause_printed", "criteria_met", "hscore", "ferritin"),
        *("prior_therapy", "prior_printed", "concurrent_therapy", "concurrent_printed"),
        *("cause_treated", "cause_treated_printed", "day_diagnosed", "day_started"),
        *("anakinra", "anakinra.days", "toxicity", "alive", "months"),
        *("max_response_printed", "etiology_printed", "notes"),
    ]
    assert list(FERRITIN[0]) == ["patient", *DAYS, "alive_printed", "months_printed", "notes"]


@pytest.mark.parametrize(
    "name", ["patients.csv", "ferritin.csv", "claims.toml", "cohorts.toml", "not-claims.csv"]
)
def test_files_are_plain_text(name: str) -> None:
    raw = (STUDY / name).read_bytes()
    raw.decode("utf-8")
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")


def test_no_cell_of_the_patients_is_blank() -> None:  # Table 1 has no empty cell
    assert [(row["patient"], name) for row in PATIENTS for name in row if not row[name]] == []


def test_the_two_tables_agree() -> None:  # ferritin, survival and months are printed in both
    for patient, serial in zip(PATIENTS, FERRITIN, strict=True):
        assert patient["ferritin"] == serial["day 1"]
        assert patient["alive"] == serial["alive_printed"]
        assert patient["months"] == serial["months_printed"]


# ---- Who they were


def test_seven_were_women() -> None:  # Results, paragraph 1
    women = [row for row in PATIENTS if row["sex"] == "F"]
    assert {row["sex"] for row in PATIENTS} == {"F", "M"}
    assert (len(women), percent(len(women), 16)) == (7, "44%")


@pytest.mark.parametrize(
    ("column", "printed"),
    [
        # Results, paragraph 1
        ("age", "40.5 (19-82)"),
        ("criteria_met", "5 (5-7)"),
        ("hscore", "208 (178-238)"),
        ("ferritin", "38051.5 (1458-144361)"),  # the median is printed as 38,052
        # Results, paragraph 2
        ("day_diagnosed", "11.5 (1-38)"),
        ("day_started", "12.5 (6-39)"),
        ("anakinra.days", "12 (5-61)"),
        # Results, paragraph 3: the time followed, not the curve's median survival (1.7)
        ("months", "1.65 (0.2-59)"),
    ],
)
def test_medians_and_ranges(column: str, printed: str) -> None:
    assert median_and_range([number(row[column]) for row in PATIENTS]) == printed


def test_daily_dose() -> None:  # Results, paragraph 2
    assert median_and_range([daily_milligrams(row) for row in PATIENTS]) == "350 (100-600)"


# ---- What provoked it


@pytest.mark.parametrize(
    ("level", "count", "share", "survivors", "survival"),
    [
        # Abstract and Results, paragraph 1     | Results, paragraph 3
        ("hematologic malignancy", 7, "44%", 1, "14%"),
        ("bacterial infection", 7, "44%", 0, "0%"),
        ("viral infection", 5, "31%", 0, "0%"),
        ("rheumatologic disorder", 4, "25%", 3, "75%"),
        ("unknown", 1, "6%", 1, "100%"),
    ],
)
def test_causes_and_survival(level: str, count: int, share: str, survivors: int, survival: str) -> None:
    rows = with_cause(level)
    assert (len(rows), percent(len(rows), 16)) == (count, share)
    assert (alive(rows), percent(alive(rows), len(rows))) == (survivors, survival)


def test_six_had_several_causes() -> None:  # Results, paragraph 1
    several = [row["patient"] for row in PATIENTS if len(causes(row)) > 1]
    assert several == ["1", "2", "5", "6", "7", "11"]
    assert percent(len(several), 16) == "38%"


def test_causes_are_levels_with_a_certainty() -> None:  # Table 1, cause of secondary HLH
    assert {level for row in PATIENTS for level in causes(row)} == LEVELS
    assert {sure for row in PATIENTS for sure in causes(row).values()} == CERTAINTIES
    unsure = {row["patient"]: sure for row in PATIENTS for sure in causes(row).values() if sure != "stated"}
    assert unsure == {
        "8": "presumed",
        "9": "presumed",
        "12": "suspected",
        "14": "suspected",
        "15": "possible",
    }
    # A word of doubt is the print's own.
    for row in PATIENTS:
        for sure in causes(row).values():
            assert sure == "stated" or sure in row["cause_printed"]


def test_unknown_stands_alone() -> None:  # Table 1, patient 16
    assert [row["cause"] for row in with_cause("unknown")] == ["unknown"]


# ---- What they were given


@pytest.mark.parametrize(
    ("column", "drugs", "count", "share"),
    [
        # Results, paragraph 2
        ("prior_therapy", (), 13, "81%"),
        ("prior_therapy", CORTICOSTEROIDS, 12, "75%"),
        ("prior_therapy", ("etoposide",), 3, "19%"),
        ("prior_therapy", ("tocilizumab",), 2, "13%"),
        ("prior_therapy", ("ruxolitinib",), 1, "6%"),  # printed as 5%, a misprint
        ("prior_therapy", ("ivig",), 1, "6%"),
        ("concurrent_therapy", (), 12, "75%"),
        ("concurrent_therapy", CORTICOSTEROIDS, 12, "75%"),
        ("concurrent_therapy", ("etoposide",), 2, "13%"),
        ("concurrent_therapy", ("ruxolitinib",), 1, "6%"),
        ("cause_treated", (), 13, "81%"),
    ],
)
def test_therapies(column: str, drugs: tuple[str, ...], count: int, share: str) -> None:
    rows = given(column, *drugs)
    assert (len(rows), percent(len(rows), 16)) == (count, share)


@pytest.mark.parametrize(
    ("ours", "printed"),
    [
        ("prior_therapy", "prior_printed"),
        ("concurrent_therapy", "concurrent_printed"),
        ("cause_treated", "cause_treated_printed"),
    ],
)
def test_regimens_are_the_printed_words(ours: str, printed: str) -> None:  # Table 1
    for row in PATIENTS:
        # Patient 4's misprint is the one word that is mended, and its note says so.
        as_read = row[printed].replace("past of CHOEP", "part of CHOEP")
        assert row[ours].replace("; ", ", ") == as_read


def test_one_was_harmed() -> None:  # Abstract; Results, paragraph 5
    harmed = [row for row in PATIENTS if row["toxicity"] != "None"]
    assert [(row["patient"], row["toxicity"]) for row in harmed] == [("15", "Acute liver injury (grade 3)")]
    assert daily_milligrams(harmed[0]) == 100


# ---- What became of them


def test_five_lived() -> None:  # Abstract; Results, paragraph 3
    assert {row["alive"] for row in PATIENTS} == {"Yes", "No"}
    assert (alive(PATIENTS), percent(alive(PATIENTS), 16)) == (5, "31%")


def test_rheumatologic_against_other_causes() -> None:  # Abstract; Results, paragraph 3
    rheumatologic = with_cause("rheumatologic disorder")
    other = [row for row in PATIENTS if row not in rheumatologic]
    assert (alive(rheumatologic), len(rheumatologic)) == (3, 4)
    assert (alive(other), len(other), percent(alive(other), len(other))) == (2, 12, "17%")


@pytest.mark.parametrize(("answer", "printed"), [("Yes", 32), ("No", 61)])  # Results, paragraph 3
def test_median_age_of_survivors_and_of_the_dead(answer: str, printed: int) -> None:
    assert median(number(row["age"]) for row in PATIENTS if row["alive"] == answer) == printed


def test_months_can_only_run_from_the_first_dose() -> None:  # Methods, against Results, paragraph 3
    half_a_digit, month = Decimal("0.05"), Decimal("30.4375")

    def outlived_by_anakinra(row: Row, day_zero: str) -> bool:
        last_day_on_drug = number(row["day_started"]) + number(row["anakinra.days"]) - 1
        on_drug = last_day_on_drug - number(row[day_zero])
        return on_drug > (number(row["months"]) + half_a_digit) * month

    from_diagnosis = [row for row in PATIENTS if outlived_by_anakinra(row, "day_diagnosed")]
    from_first_dose = [row for row in PATIENTS if outlived_by_anakinra(row, "day_started")]
    assert [row["patient"] for row in from_diagnosis] == ["1", "5", "7"]
    assert from_first_dose == []


# ---- Ferritin


@pytest.mark.parametrize(
    ("group", "middle", "least", "greatest"),
    [
        # Results, paragraph 4: the printed medians are those of the printed responses.
        ("alive", 88, 72, 99),
        ("dead", 23, 0, 96),
        ("rheumatologic", 94, 53, 99),
        ("other causes", 27, 0, 96),
    ],
)
def test_printed_responses_by_group(group: str, middle: int, least: int, greatest: int) -> None:
    survivors = [row for row in PATIENTS if row["alive"] == "Yes"]
    rheumatologic = with_cause("rheumatologic disorder")
    rows = {
        "alive": survivors,
        "dead": [row for row in PATIENTS if row not in survivors],
        "rheumatologic": rheumatologic,
        "other causes": [row for row in PATIENTS if row not in rheumatologic],
    }[group]
    responses = [printed_response(row) for row in rows]
    assert whole(median(responses)) == middle
    assert min(responses) == least
    assert max(responses) == greatest


def test_three_printed_responses_do_not_follow_from_their_rows() -> None:  # Table 2
    differ = {
        patient["patient"]: (patient["max_response_printed"], f"{response(serial):.2f}%")
        for patient, serial in zip(PATIENTS, FERRITIN, strict=True)
        if whole(response(serial)) != printed_response(patient)
    }
    assert differ == {"12": ("99%", "96.60%"), "13": ("99%", "84.25%"), "16": ("72%", "72.89%")}


def test_every_note_gives_the_response_of_its_row() -> None:
    for patient, serial in zip(PATIENTS, FERRITIN, strict=True):
        share = response(serial)
        said = f"{share:.2f}%" if share else "none (never below day 1)"
        assert said in patient["notes"]


def test_only_patient_13_has_a_blank_between_two_values() -> None:  # Table 2
    gaps = [
        (serial["patient"], day)
        for serial in FERRITIN
        for place, day in enumerate(DAYS)
        if not serial[day] and any(serial[later] for later in DAYS[place:])
    ]
    assert gaps == [("13", "day 30")]


def test_only_patient_10_has_commas_in_four_digits() -> None:  # Table 2
    commas = [
        (serial["patient"], day, serial[day])
        for serial in FERRITIN
        for day in DAYS
        if "," in serial[day] and number(serial[day]) < 10_000
    ]
    assert commas == [("10", "day 35", "4,395"), ("10", "day 40", "8,216")]


def test_patients_13_and_15_share_two_values() -> None:  # Table 2
    thirteen, fifteen = FERRITIN[12], FERRITIN[14]
    assert [thirteen["day 25"], thirteen["day 35"]] == ["10,475", "10,389"]
    assert [fifteen["day 20"], fifteen["day 25"]] == ["10,475", "10,389"]


def test_labels_of_table_2_are_carried_down_from_rows_1_8_and_13() -> None:  # Table 2
    labels = [row["etiology_printed"] for row in PATIENTS]
    assert labels == [
        *["Primary hematologic malignant etiology"] * 7,
        *["Primary infectious etiology"] * 5,
        *["Primary rheumatologic etiology"] * 4,
    ]


# ---- The claims


def test_the_claims_hold_text_in_one_order() -> None:
    claims = tomllib.loads((STUDY / "claims.toml").read_text(encoding="utf-8"))["claim"]
    order = [
        "id",
        "of",
        "where",
        "printed",
        "unit",
        "result",
        "from",
        "any_differs",
        "but",
        "needs",
        "beside",
        "to",
    ]
    for claim in claims:
        assert list(claim) == [key for key in order if key in claim]
        assert all(isinstance(value, str) and value for value in claim.values())
