"""Published cohorts: what an entry holds, what is read from it, and what a slip in cohorts.toml is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.spec.the_founding_study import FOUNDING

from caseseries.evidence.problem import Problem, Problems
from caseseries.literature.cohorts import Published, cohorts_source, read_cohorts
from caseseries.literature.poolings import causes_told

ENTRY = """
[[cohort]]
id = "kumar-2017"
title = "Kumar 2017"
n = 13
survived = 9
causes = [{ level = "rheumatologic disorder", n = 8, survived = 7 }, { level = "other", n = 5 }]
source = "Kumar, J Clin Immunol 2017"
confidence = "the citing paper only"
"""
OTHER = """
[[cohort]]
id = "sammut-2020"
title = "Sammut 2020"
n = 4
source = "Sammut, Rheumatology 2020"
confidence = "verified"
"""
LEVELS = ("bacterial infection", "viral infection", "rheumatologic disorder")
SEX = ("F", "M")
PUBLISHED = {one.id: one for one in FOUNDING.cohorts()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cohorts.toml"


def read(file: Path, text: str) -> tuple[Published, ...]:
    file.write_text(text, "utf-8")
    return read_cohorts(file, [SEX, LEVELS])


def slips(file: Path, text: str) -> list[Problem]:
    with pytest.raises(Problems) as told:
        read(file, text)
    return list(told.value.problems)


def test_without_a_file_there_is_no_cohort(file: Path) -> None:
    assert read_cohorts(file, [LEVELS]) == ()
    assert cohorts_source(file, ()) is None


def test_an_entry_is_read(file: Path) -> None:
    [one] = read(file, ENTRY)
    assert (one.id, one.n, one.survived, one.horizon, one.route) == (
        "kumar-2017",
        13,
        9,
        "not said",
        "not said",
    )
    assert (one.year, one.responded, one.present) == (None, None, False)
    source = cohorts_source(file, [one])
    assert source is not None
    assert (source.name, source.kind, source.rows) == ("cohorts.toml", "cohorts", 1)


def test_patients_divide_by_a_cause_where_it_is_printed(file: Path) -> None:
    [one] = read(file, ENTRY)
    assert one.with_cause("rheumatologic disorder") == (7, 8)
    assert one.without_cause("rheumatologic disorder") == (2, 5)
    assert one.with_cause("other") is None
    # Thirteen causes of thirteen patients: nobody had another.
    assert one.with_cause("viral infection") == (0, 0)
    assert one.without_cause("viral infection") == (9, 13)


def test_of_a_cause_that_all_have_all_survivors_had_it() -> None:
    assert PUBLISHED["dimopoulos-2020"].with_cause("viral infection") == (5, 8)
    assert PUBLISHED["dimopoulos-2020"].without_cause("rheumatologic disorder") == (5, 8)


def test_overlapping_causes_do_not_say_who_has_none() -> None:
    assert PUBLISHED["sammut-2020"].with_cause("bacterial infection") is None
    assert PUBLISHED["naymagon-2022"].with_cause("other") is None


@pytest.mark.parametrize(
    "cohort, daily, daily_high, route",
    [
        ("dimopoulos-2020", 600.0, None, "intravenous"),  # 200 mg IV q8
        ("kumar-2017", 200.0, None, "subcutaneous"),  # 100 mg subq q12
        ("monteagudo-2020", None, 2400.0, ""),  # infusion, up to 2400 mg/d
        ("sammut-2020", 100.0, None, "subcutaneous"),  # 100 mg subq daily
        ("wohlfarth-2019", 300.0, 600.0, ""),  # 100-200 mg q8
        ("naymagon-2022", 100.0, 600.0, "subcutaneous"),
        ("imperial", 100.0, 460.0, ""),
    ],
)
def test_regimens_as_they_are_printed(
    cohort: str, daily: float | None, daily_high: float | None, route: str
) -> None:
    read = PUBLISHED[cohort].regimen_read
    assert (read.daily, read.daily_high, read.route) == (daily, daily_high, route)
    assert read.unread == ""


def test_the_founding_studys_cohorts() -> None:
    """Table 3 of the paper, its own patients, and the further series."""
    table3 = {"dimopoulos-2020": (5, 8), "kumar-2017": (9, 13), "monteagudo-2020": (4, 5)}
    table3 |= {"sammut-2020": (2, 4), "wohlfarth-2019": (4, 8)}
    for id_, counts in table3.items():
        assert (PUBLISHED[id_].survived, PUBLISHED[id_].n) == counts
    assert [one.id for one in PUBLISHED.values() if one.present] == ["naymagon-2022"]
    assert [one.id for one in PUBLISHED.values() if one.horizon == "hospital"] == ["wohlfarth-2019"]
    assert len(PUBLISHED) == 11


@pytest.mark.parametrize(
    "replaced, by, found, mend",
    [
        ("survived = 9", "survived = 14", "14 survived, and there are 13 patients", "cannot be more than n"),
        ("n = 13\nsurvived = 9", "n = 1\nsurvived = 9", "9 survived, and there is 1 patient", "more than n"),
        ("n = 8, survived = 7", "n = 1, survived = 7", "7 survived, and 1 patient has it", "more than n"),
        ("n = 13\n", "n = 13\nresponded = 20\n", "20 responded, and there are 13", "cannot be more than n"),
        ("n = 13", "n = 0", "it has no patients", "Write how many"),
        ("n = 13", 'n = "13"', "n = '13' is not a whole number from 0", "Write it bare"),
        ("n = 13", "n = true", "n = True is not a whole number", "Write it bare"),
        ("survived = 9", "survived = -1", "survived = -1 is not a whole number from 0", "Write it bare"),
        ("n = 13", "n = 1000001", "n = 1000001 is not a whole number from 0 to 1,000,000", "n = 16"),
        (
            "n = 13",
            "n = 13\nyear = '2017'",
            "year = '2017' is not a whole number",
            "Write it bare: year = 2020",
        ),
        ("n = 13\n", "n = 13\nyear = 99999\n", "year = 99999 is no year from 1800 to 2100", "four digits"),
        ("n = 13\n", "n = 13\nyear = 17\n", "year = 17 is no year from 1800 to 2100", "four digits"),
        ("n = 8, survived = 7", "n = 14", "14 patients have it, and the cohort has 13", "Look both up"),
        ("survived = 7", "survived = 9", "9 survived, and 8 patients have it", "cannot be more than n"),
        (
            "survived = 7",
            "survived = 3",
            "3 of 8 survived with it, which does not fit 9 of 13",
            "four numbers",
        ),
        ("n = 8, survived = 7", "n = 8, dead = 7", '"causes" is not a list of causes', "causes = [{"),
        ('level = "other"', 'level = "rheumatologic disorder"', "stands twice", "into one line"),
        ('id = "kumar-2017"', 'id = "Kumar 2017"', "cannot stand in the id of a number", '"kumar-2017"'),
        ('id = "kumar-2017"', 'id = "present"', 'the id "present" is kept', "another id"),
        ('id = "kumar-2017"', "id = 2017", '"id" is not text', 'id = "2017"'),
        ('title = "Kumar 2017"\n', "", 'the key "title" is missing', 'title = "..."'),
        ("n = 13\n", "", 'the key "n" is missing', "n = 16"),
        (
            "n = 13\n",
            'n = 13\nhorizon = "at discharge"\n',
            'horizon = "at discharge" is not known',
            "hospital",
        ),
        ("n = 13\n", 'n = 13\nroute = "subq"\n', 'route = "subq" is not known', "subcutaneous"),
        ("the citing paper only", "sure", 'confidence = "sure" is not known', "verified"),
        ("n = 13\n", "n = 13\nsurvivors = 9\n", 'the key "survivors" is not known', '"survived"'),
        ("n = 13\n", "n = 13\nyear = 2017-01-01\n", "year = 2017-01-01 is not a whole", "Write it bare"),
        ("n = 13", "n = nan", "n = nan is not a whole number", "Write it bare"),
        (
            'title = "Kumar 2017"',
            'title = ["Kumar"]',
            '"title" is not text',
            "Write one text in quotes: title =",
        ),
        ("n = 13\n", 'n = 13\npresent = "yes"\n', '"present" is neither true nor false', "present = true"),
        ("n = 13\n", 'n = 13\noverlaps = "sammut-2020"\n', '"overlaps" is not a list of ids', "overlaps = ["),
        ("n = 13\n", 'n = 13\noverlaps = ["samut-2020"]\n', "which is no other cohort", '"sammut-2020"'),
        ("n = 13\n", 'n = 13\noverlaps = ["kumar-2017"]\n', "which is no other cohort", "sammut-2020"),
    ],
)
def test_a_slip_is_told_with_its_place_and_its_mend(
    file: Path, replaced: str, by: str, found: str, mend: str
) -> None:
    assert replaced in ENTRY
    told = slips(file, ENTRY.replace(replaced, by, 1) + OTHER)
    assert len(told) == 1
    assert told[0].where.startswith("cohorts.toml, cohort 1 (")
    assert found in told[0].found
    assert mend in told[0].mend


@pytest.mark.parametrize("horizon", ["90 days", "1 year"])
def test_another_length_of_time_is_not_taken_for_thirty_days(file: Path, horizon: str) -> None:
    [told] = slips(file, ENTRY.replace("survived = 9", f'survived = 9\nhorizon = "{horizon}"'))
    assert told.found == f'horizon = "{horizon}" is not known'
    assert told.mend == (
        "There are: hospital, 30 days, last follow-up, not said. "
        "Survival to another time is pooled with none: leave survived out, and write it into notes."
    )


def test_a_cohort_that_stands_twice(file: Path) -> None:
    again = ENTRY.replace('id = "kumar-2017"', 'id = "kumar-again"')
    [told] = slips(file, ENTRY + OTHER + again)
    assert told.where == 'cohorts.toml, cohort 3 ("kumar-again")'
    assert told.found == 'it is cohort 1 ("kumar-2017") once more: source, year and numbers'
    assert told.mend == "Remove one of the two: its patients would count twice."
    third = again.replace("kumar-again", "kumar-a-third-time")
    assert [one.where[-21:] for one in slips(file, ENTRY + again + third)] == [
        'hort 2 ("kumar-again")'[-21:],
        '("kumar-a-third-time")'[-21:],
    ]
    [told] = slips(file, ENTRY + ENTRY)
    assert told.found == "cohort 1 has the same id"


def test_two_cohorts_cannot_both_be_the_studys_own(file: Path) -> None:
    text = (ENTRY + OTHER).replace("source =", 'present = true\nhorizon = "last follow-up"\nsource =')
    [told] = slips(file, text)
    assert told.found == "2 cohorts are marked as the study's own patients"


@pytest.mark.parametrize("horizon", ["30 days", "not said", ""])
def test_the_studys_own_patients_are_counted_to_the_end_of_follow_up(file: Path, horizon: str) -> None:
    line = f'horizon = "{horizon}"\n' if horizon else ""
    [told] = slips(file, ENTRY.replace("source =", f"present = true\n{line}source ="))
    assert told.where == 'cohorts.toml, cohort 1 ("kumar-2017")'
    assert told.found.endswith(f'the end of their follow-up, and its horizon is "{horizon or "not said"}"')
    assert told.mend.startswith('Write horizon = "last follow-up", or "hospital"')


def test_every_slip_of_a_file_is_told_at_once(file: Path) -> None:
    text = ENTRY.replace("survived = 9", "survived = 14") + OTHER.replace("n = 4", "n = 0")
    assert len(slips(file, text)) == 2


@pytest.mark.parametrize(
    "text, found",
    [
        ("[[cohort]\n", "this cannot be read: [[cohort]"),
        (f"cohort = {'[' * 5_000}", "lists or tables stand too deep inside one another"),
        ("cohort = 3\n", "the cohorts are not a list of cohorts"),
        ("[cohorts]\nn = 3\n", 'the key "cohorts" is not known'),
    ],
)
def test_a_file_that_is_none(file: Path, text: str, found: str) -> None:
    assert found in slips(file, text)[0].found


@pytest.mark.parametrize(
    "cause, nearest", [("Viral infections", 'Did you mean "viral infection"? '), ("MAS", "")]
)
def test_a_cause_that_is_no_level_of_the_protocol(file: Path, cause: str, nearest: str) -> None:
    entry = ENTRY.replace("rheumatologic disorder", cause)
    bacterial = OTHER + 'causes = [{ level = "bacterial infection", n = 1 }]\n'
    [told] = slips(file, entry + bacterial)
    assert told.where == f'cohorts.toml, cohort 1 ("kumar-2017"), cause "{cause}"'
    assert told.found == "it is no level of a category of the protocol"
    assert told.mend == (
        f"{nearest}There are: bacterial infection, viral infection, rheumatologic disorder. "
        'Or write "other", and in notes what it was.'
    )


def test_other_causes_are_not_one_cause_to_be_pooled_by(file: Path) -> None:
    told = ENTRY.replace('"other", n = 5', '"other", n = 5, survived = 2')
    cohorts = read(file, told + told.replace("kumar-2017", "lemar-2018").replace("n = 13", "n = 14"))
    assert [one.with_cause("other") for one in cohorts] == [(2, 5), (2, 5)]
    assert causes_told(cohorts) == ("rheumatologic disorder",)


def test_a_cohort_of_the_same_title_and_numbers_stands_twice_also_from_another_source(file: Path) -> None:
    again = ENTRY.replace('id = "kumar-2017"', 'id = "kumar-b"').replace("J Clin Immunol 2017", "JCI 2017;37")
    [told] = slips(file, ENTRY + again)
    assert told.where == 'cohorts.toml, cohort 2 ("kumar-b")'
    assert told.found == 'it is cohort 1 ("kumar-2017") once more: title, year and numbers'
    assert told.mend == (
        "Remove one of the two: its patients would count twice. If they are not one, give each its own title."
    )
    assert len(read(file, ENTRY + again.replace('title = "Kumar 2017"', 'title = "Kumar 2017b"'))) == 2


def test_numbers_that_cannot_be_are_told_beside_a_word_that_is_not_known(file: Path) -> None:
    wrong = ENTRY.replace("survived = 9", 'survived = 14\nhorizon = "at discharge"')
    assert [one.found for one in slips(file, wrong)] == [
        'horizon = "at discharge" is not known',
        "14 survived, and there are 13 patients",
    ]
