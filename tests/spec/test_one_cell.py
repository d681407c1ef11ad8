"""One cell: which single cell of a sheet would make all contradicting claims of its column follow."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from caseseries.literature.claims import Claim
from caseseries.literature.ledger import Ledger
from caseseries.literature.one_cell import MOST_NAMED, MOST_ROWS, Candidate, OneCell
from caseseries.literature.one_cell_fits import PLACES, Held, Span, span_that_fits
from caseseries.literature.one_cell_in_words import sentence
from caseseries.literature.one_cell_ways import clocks_of, slip_ways
from caseseries.literature.slips import likelihood, slips_of
from caseseries.literature.verdicts import Verdict
from caseseries.study import open_study

PROTOCOL = """
title    = "A small ward"
version  = "1"
question = "Who lives?"
criteria = ["hlh-2004"]

[moments]
admission    = { start_of = "stay" }
diagnosis    = { day_met = "hlh-2004", sheet = "day_diagnosed" }
first_dose   = { first = "anakinra", sheet = "day_started" }
last_contact = { last = "contact" }

[follow_up]
counted_from = "first_dose"
until        = "last_contact"
unit         = "months"

[[variable]]
name = "age"
kind = "number"
unit = "years"

[[variable]]
name = "day_diagnosed"
kind = "day"
take = { day_of = "diagnosis", counted_from = "admission" }

[[variable]]
name = "day_started"
kind = "day"
take = { day_of = "first_dose", counted_from = "admission" }

[[variable]]
name = "anakinra"
kind = "regimen"
take = { course = "anakinra" }

[[variable]]
name = "alive"
kind = "yes/no"
take = { follow_up = "alive" }

[[variable]]
name = "months"
kind = "time"
unit = "months"
take = { follow_up = "time" }

[[analysis]]
name    = "age"
role    = "primary"
does    = "compare"
outcome = "age"
by      = "alive"
test    = "Mann-Whitney"

[[analysis]]
name      = "table"
role      = "descriptive"
does      = "summarise"
by        = "alive"
variables = ["age", "day_diagnosed", "day_started", "months"]
"""
SHEET = """patient,age,day_diagnosed,day_started,anakinra,anakinra.days,alive,months
Anna,65,3,3,100 mg daily,8,No,0.5
Bert,32,1,9,100 mg daily,12,Yes,57
Cleo,48,4,5,100 mg daily,10,Yes,23
Dora,51,6,6,100 mg daily,15,No,1.4
Emil,27,2,4,100 mg daily,20,Yes,31
Fred,73,8,9,100 mg daily,6,No,0.9
Gita,59,5,7,100 mg daily,9,No,2.3
Hans,44,3,12,100 mg daily,14,Yes,18
Iris,38,7,8,100 mg daily,21,Yes,12
"""
"""Nine people, in whom every clock is possible."""
PRINTED = {
    "age": {"all.median": "48", "all.lowest": "27", "all.highest": "73"},
    "months": {"not-alive.median": "1.15", "not-alive.lowest": "0.5", "not-alive.highest": "2.3"},
    "day-started": {"all.median": "7", "all.lowest": "3", "all.highest": "12"},
}
"""What a paper printed of the right sheet, by ids of the table."""


@pytest.fixture
def ledger_of(tmp_path: Path) -> Callable[..., Ledger]:
    def read(
        old: str = "",
        new: str = "",
        more: str = "",
        of: str = "",
        sheet: str = SHEET,
        protocol: str = PROTOCOL,
    ) -> Ledger:
        """The ledger of the sheet in which the one text stands for the other; `of` one column, or of all."""
        assert old in sheet
        (tmp_path / "protocol.toml").write_text(protocol, "utf-8")
        (tmp_path / "patients.csv").write_text(sheet.replace(old, new) if old else sheet, "utf-8")
        claims = [
            f'[[claim]]\nid = "{column} {what}"\nof = "a number"\nwhere = "Table 1"\n'
            f'printed = "{digits}"\nresult = "table.{column}.{what}"\n'
            for column, prints in PRINTED.items()
            for what, digits in prints.items()
            if of in ("", column)
        ]
        (tmp_path / "claims.toml").write_text("\n".join(claims) + more, "utf-8")
        return open_study(tmp_path).ledger()

    return read


def a_claim(id_: str, printed: str, result: str) -> str:
    return (
        f'[[claim]]\nid = "{id_}"\nof = "a number"\nwhere = "Text"\n'
        f'printed = "{printed}"\nresult = "{result}"\n'
    )


def cells_of(one: OneCell) -> list[tuple[str, str]]:
    return [(candidate.patient, candidate.cell) for candidate in one.candidates]


def explained(ledger: Ledger, claim: str) -> str:
    return next(first.explained for first, *_ in ledger.verdicts if first.claim.id == claim)


# ---- What a reader of a paper is told ----


def test_where_nothing_contradicts_no_cell_is_looked_for(ledger_of: Callable[..., Ledger]) -> None:
    ledger = ledger_of()
    assert {first.said for first, *_ in ledger.verdicts} == {"reproduces"}
    assert ledger.one_cells == ()


def test_a_lost_digit_is_named_by_the_only_row_that_can_mend_the_lowest(
    ledger_of: Callable[..., Ledger],
) -> None:
    ledger = ledger_of("Cleo,48", "Cleo,8")
    [one] = ledger.one_cells
    assert (one.column, one.claims) == ("age", ("age all.median", "age all.lowest"))
    assert (cells_of(one), one.rows, one.would, one.near) == ([("Cleo", "patients.csv:B4")], 9, 1, 1)
    assert one.candidates[0].way is not None
    assert (one.candidates[0].way.meant, one.candidates[0].way.how) == (48.0, "a 4 left out")
    assert explained(ledger, "age all.median").endswith(
        "One cell would mend both contradicting medians, means or ends of age and break none: 48 for the 8 "
        "of patient Cleo, patients.csv:B4 (a 4 left out; only 48 would do) (of 9 rows 1 would do with some "
        "other number, 1 by one slip or another clock, where 0.3 would by chance)."
    )
    assert explained(ledger, "age all.lowest").endswith(
        'Whether one cell would mend it stands with the claim "age all.median".'
    )


def test_a_digit_put_in_before_the_point_is_named(ledger_of: Callable[..., Ledger]) -> None:
    [one] = ledger_of("No,1.4", "No,12.4", of="months").one_cells
    assert one.candidates[0].way is not None
    assert (one.candidates[0].patient, one.candidates[0].way.meant) == ("Dora", 1.4)
    assert one.candidates[0].way.how == "a 2 put in"


@pytest.mark.parametrize(
    "typed, printed, stands, meant", [("07", "27", "7", 27.0), ("1e-7", "0.0000005", "0.0000001", 5e-7)]
)
def test_a_number_that_is_not_typed_plainly_is_read_plainly(
    ledger_of: Callable[..., Ledger], typed: str, printed: str, stands: str, meant: float
) -> None:
    lowest = a_claim("low", printed, "table.age.all.lowest")
    [one] = ledger_of("Emil,27", f"Emil,{typed}", lowest, of="none").one_cells
    assert one.candidates[0].way is not None
    assert (one.candidates[0].stands, one.candidates[0].way.meant) == (stands, meant)


def test_a_time_counted_from_the_last_dose_is_named_with_its_clock(ledger_of: Callable[..., Ledger]) -> None:
    # Gita's 2.3 months from the first dose are 2.0 from the last of nine days on the drug.
    ledger = ledger_of("Yes", "Yes", of="months", sheet=SHEET.replace("No,2.3", "No,2.0"))
    [one] = ledger.one_cells
    assert cells_of(one)[0] == ("Gita", "patients.csv:H8")
    assert one.candidates[0].way is not None
    assert one.candidates[0].way.how == "counted from the last day on anakinra"
    assert one.candidates[0].way.meant == pytest.approx(2.0 + 8 / 30.4375)


def test_a_day_counted_from_another_moment_is_named_with_its_clock(ledger_of: Callable[..., Ledger]) -> None:
    # Hans began on hospital day 12, the tenth day from the diagnosis on day 3.
    [one] = ledger_of("Hans,44,3,12", "Hans,44,3,10").one_cells
    assert one.column == "day_started"
    assert ("Hans", "patients.csv:D9") in cells_of(one)
    by_clock = [
        candidate
        for candidate in one.candidates
        if candidate.way and candidate.way.how == "counted from diagnosis"
    ]
    assert [candidate.patient for candidate in by_clock] == ["Hans"]


def test_a_day_is_not_counted_from_what_is_counted_from_it(tmp_path: Path) -> None:
    (tmp_path / "protocol.toml").write_text(PROTOCOL, "utf-8")
    (tmp_path / "patients.csv").write_text(SHEET, "utf-8")
    study = open_study(tmp_path)
    cases = study.read_cases()
    # The last day on anakinra is so many days after the first: that is no clock for the day of the first.
    assert set(clocks_of("day_started", cases, study.protocol).shifts) == {"counted from diagnosis"}
    assert set(clocks_of("day_diagnosed", cases, study.protocol).shifts) == {
        "counted from the first dose",
        "counted from the last day on anakinra",
    }


@pytest.mark.parametrize(
    "unit, factors",
    [
        ("days", {"weeks": 7.0, "months": 30.0, "years": 360.0}),
        ("months", {"days": 1 / 30, "weeks": 7 / 30, "years": 12.0}),
        ("years", {"days": 1 / 360, "weeks": 7 / 360, "months": 1 / 12}),
    ],
)
def test_a_time_may_be_in_any_other_unit(tmp_path: Path, unit: str, factors: dict[str, float]) -> None:
    follow_up = PROTOCOL.replace('unit         = "months"', f'unit         = "{unit}"')
    protocol = follow_up.replace('unit = "months"\ntake', f'unit = "{unit}"\ntake')
    month = '\n[conventions]\nmonth = "30 days"\n\n[follow_up]'
    (tmp_path / "protocol.toml").write_text(protocol.replace("\n[follow_up]", month), "utf-8")
    (tmp_path / "patients.csv").write_text(SHEET, "utf-8")
    study = open_study(tmp_path)
    found = clocks_of("months", study.read_cases(), study.protocol).factors
    assert found == {f"counted in {one}": pytest.approx(factor) for one, factor in factors.items()}


def test_the_cells_with_which_a_p_value_follows_too_come_first(ledger_of: Callable[..., Ledger]) -> None:
    test = '[[claim]]\nid = "p"\nof = "p"\nwhere = "Table 1"\nprinted = "0.0200"\n'
    test += 'result = "age.mann-whitney.p"\n'
    right = {first.claim.id: first.said for first, *_ in ledger_of(more=test, of="age").verdicts}
    [one] = ledger_of("Gita,59", "Gita,39", test, of="age").one_cells
    assert right["p"] == "reproduces"
    assert len(one.candidates) > 1
    assert (one.candidates[0].patient, one.candidates[0].others) == ("Gita", ("p",))
    assert all(candidate.others == () for candidate in one.candidates[1:])


ON_CLOCKS = """
[[analysis]]
name         = "time zero"
role         = "secondary"
does         = "survival"
counted_from = "diagnosis"

[[analysis]]
name    = "age and fate"
role    = "secondary"
does    = "regress"
outcome = "alive"
on      = ["age"]
"""


@pytest.mark.parametrize(
    "column, wrong, printed, result, patient",
    [
        # A regression on the column, and survival on a clock that its days set.
        ("age", ("Gita,59", "Gita,39"), "0.00377", "age-and-fate.likelihood-ratio.p", "Gita"),
        ("day-started", ("Bert,32,1,9", "Bert,32,1,6"), "57.26", "time-zero.observed.highest", "Bert"),
    ],
)
def test_what_else_rests_on_a_column_is_held_again(
    ledger_of: Callable[..., Ledger],
    column: str,
    wrong: tuple[str, str],
    printed: str,
    result: str,
    patient: str,
) -> None:
    more = a_claim("else", printed, result)
    right = ledger_of(more=more, of=column, protocol=PROTOCOL + ON_CLOCKS)
    assert {first.said for first, *_ in right.verdicts} == {"reproduces"}
    [one] = ledger_of(*wrong, more, of=column, protocol=PROTOCOL + ON_CLOCKS).one_cells
    assert len(one.candidates) > 1
    assert (one.candidates[0].patient, one.candidates[0].others) == (patient, ("else",))


def test_a_cell_that_would_raise_a_question_comes_behind_those_that_raise_none(
    ledger_of: Callable[..., Ledger],
) -> None:
    sheet = SHEET.replace("Iris,38,7,8", "Iris,38,8,8")
    ledger = ledger_of("Cleo,48,4,5", "Cleo,48,4,8", of="day-started", sheet=sheet)
    [one] = ledger.one_cells
    patients = [candidate.patient for candidate in one.candidates]
    assert "Cleo" in patients[:MOST_NAMED]
    # Iris was diagnosed on day 8: had she begun before, she alone would have.
    assert "Iris" not in patients or patients.index("Cleo") < patients.index("Iris")


def test_two_wrong_cells_are_not_one(ledger_of: Callable[..., Ledger]) -> None:
    ledger = ledger_of(of="age", sheet=SHEET.replace("Emil,27", "Emil,7").replace("Fred,73", "Fred,93"))
    [one] = ledger.one_cells
    assert (one.would, one.candidates) == (0, ())
    assert explained(ledger, "age all.lowest").endswith(
        "No other number in any one of the 9 filled cells would mend both contradicting medians, means or "
        "ends of age and break none."
    )


def test_a_claim_that_no_cell_mends_without_breaking_another_is_said_so(
    ledger_of: Callable[..., Ledger],
) -> None:
    # Any of the nine could be 20, and then the youngest of its group would not be as printed.
    more = a_claim("lowest", "20", "table.age.all.lowest")
    more += a_claim("alive", "27", "table.age.alive.lowest")
    more += a_claim("dead", "51", "table.age.not-alive.lowest")
    assert explained(ledger_of(more=more, of="none"), "lowest").endswith(
        "No other number in any one of the 9 filled cells would mend this claim of age and break none."
    )
    one_patient = "".join(SHEET.splitlines(keepends=True)[:2])
    more = a_claim("lowest", "60", "table.age.all.lowest") + a_claim("highest", "65", "table.age.all.highest")
    assert explained(ledger_of(more=more, of="none", sheet=one_patient), "lowest").endswith(
        "No other number in the one filled cell would mend this claim of age and break none."
    )


@pytest.mark.parametrize(
    "digits, span, tried, said",
    [
        (0, (47.5, 68.4), 57.95, "58 for the 9 of patient Cleo (anything from 48 to 68 would do"),
        (0, (47.6, 48.4), 48.0, "48 for the 9 of patient Cleo (only 48 would do"),
        (0, (47.6, 47.64), 47.62, "47.62 for the 9 of patient Cleo (only 47.62 would do"),
        (1, (-np.inf, 0.25), 0.125, "0.1 for the 9 of patient Cleo (anything up to 0.2 would do"),
        (0, (51.0, np.inf), 52.0, "52 for the 9 of patient Cleo (anything from 51 on would do"),
    ],
)
def test_the_number_that_was_tried_is_named_where_no_slip_gives_one(
    digits: int, span: Span, tried: float, said: str
) -> None:
    candidate = Candidate("Cleo", "", "9", span, None, tried, ("p", "hazard"))
    one = OneCell("age", "Age", digits, ("median",), (candidate,), 1, 1, 0, Fraction(0))
    assert sentence(one) == (
        f"One cell would mend this claim of age and break none: {said}; with it p and hazard would follow, "
        "too) (of 1 row 1 would do with some other number, 0 by one slip or another clock, where none would "
        "by chance)."
    )


def test_of_a_time_no_number_below_0_is_tried(ledger_of: Callable[..., Ledger]) -> None:
    # Cleo's 7.62 would do from 0.2 down; with a time below 0 she would be in no survival curve.
    sheet = "".join(SHEET.splitlines(keepends=True)[:4])
    sheet = sheet.replace("No,0.5", "No,0.20").replace("Yes,57", "Yes,5.31").replace("Yes,23", "Yes,7.62")
    more = a_claim("median", "0.20", "table.months.all.median") + a_claim("n", "3", "time-zero.n")
    [one] = ledger_of(more=more, of="none", sheet=sheet, protocol=PROTOCOL + ON_CLOCKS).one_cells
    assert {candidate.patient for candidate in one.candidates} == {"Bert", "Cleo"}


def test_what_would_do_in_a_column_of_whole_numbers_is_whole(ledger_of: Callable[..., Ledger]) -> None:
    # Nine whole days have no mean of 7.23; with 7.22 their sum is 65, and each of them may be the wrong one.
    protocol = PROTOCOL.replace('"alive"\nvariables', '"alive"\nnumbers   = "mean (SD)"\nvariables')
    for printed, would in (("7.23", 0), ("7.22", 9)):
        mean = a_claim("mean", printed, "table.day-started.all.mean")
        [one] = ledger_of(more=mean, of="none", protocol=protocol).one_cells
        assert one.would == would


def test_what_was_cut_off_stays_below_the_next_print(ledger_of: Callable[..., Ledger]) -> None:
    # Of days 3, 7, 8 and 9 the median is 7.5, printed 7. Were Dora's 8 the 12, it would be 8, and print so.
    sheet = SHEET.replace("Dora,51,6,6", "Dora,51,6,8")
    more = a_claim("median", "7", "table.day-started.not-alive.median")
    more += a_claim("highest", "12", "table.day-started.not-alive.highest")
    ledger = ledger_of(more=more, of="none", sheet=sheet)
    assert [first.how for first, *_ in ledger.verdicts] == ["digits cut off", ""]
    [one] = ledger.one_cells
    assert (one.would, cells_of(one)) == (1, [("Fred", "patients.csv:D7")])


def test_what_stands_beside_a_claim_may_rest_on_another_column(ledger_of: Callable[..., Ledger]) -> None:
    low = '[[claim]]\nid = "low"\nof = "a number"\nwhere = "Text"\nprinted = "27"\n'
    low += 'result = "table.age.all.lowest"\nbeside = "age-and-fate.n"\n'
    on_months = ON_CLOCKS.replace('["age"]', '["months"]')
    [one] = ledger_of("Emil,27", "Emil,7", low, of="none", protocol=PROTOCOL + on_months).one_cells
    assert cells_of(one) == [("Emil", "patients.csv:B6")]


def test_a_number_that_is_not_there_with_another_value_does_not_follow(
    ledger_of: Callable[..., Ledger],
) -> None:
    # Where Iris was followed for a year, nobody was lost before 30 days, and there is no such bound.
    low = a_claim("low", "12", "table.months.alive.lowest")
    lost = a_claim("lost", "67%", "time-zero.survival-at.30-days.if-lost-died")
    protocol = PROTOCOL.replace("[follow_up]", '[follow_up]\nhorizons     = ["30 days"]')
    ledger = ledger_of("Yes,12", "Yes,0.2", low + lost, of="none", protocol=protocol + ON_CLOCKS)
    assert [first.said for first, *_ in ledger.verdicts] == ["contradicts", "reproduces"]
    [one] = ledger.one_cells
    assert (one.would, one.candidates) == (1, ())


def test_an_expression_over_all_episodes_is_held_over_all_of_them_again(
    ledger_of: Callable[..., Ledger],
) -> None:
    head, *rows = [line.replace(",", ",1,", 1) for line in SHEET.splitlines()]
    again = "Fred,2,21,8,9,100 mg daily,6,No,0.9"  # the youngest, in an episode that no analysis takes
    sheet = "\n".join([head.replace(",1,", ",episode,", 1), *rows, again])
    least = '[[claim]]\nid = "least"\nof = "a number"\nwhere = "Text"\nprinted = "21"\nfrom = "least(age)"\n'
    [one] = ledger_of("2,21,8", "2,31,8", least, of="age", sheet=sheet).one_cells
    assert cells_of(one) == [("Fred/2", "patients.csv:C11")]
    assert one.would == 1


def test_what_would_give_an_expression_over_all_episodes_is_of_all_of_them(
    ledger_of: Callable[..., Ledger],
) -> None:
    head, *rows = [line.replace(",", ",1,", 1) for line in SHEET.splitlines()]
    again = "Fred,2,21,8,9,100 mg daily,6,No,0.9"
    sheet = "\n".join([head.replace(",1,", ",episode,", 1), *rows, again])
    middle = (
        '[[claim]]\nid = "middle"\nof = "an age"\nwhere = "Text"\nprinted = "45.8"\nfrom = "median(age)"\n'
    )
    ages = [int(row.split(",")[2]) for row in rows]
    assert f"{sum([*ages, 21]) / 10:.1f}" == "45.8"
    assert f"{sum(ages) / 9:.1f}" != "45.8"
    said = explained(ledger_of("2,21,8", "2,21,8", middle, of="none", sheet=sheet), "middle")
    assert said.startswith("Given by: mean")


def test_a_column_may_be_called_like_a_word_of_expressions(ledger_of: Callable[..., Ledger]) -> None:
    least = '[[claim]]\nid = "least"\nof = "a number"\nwhere = "Text"\nprinted = "27"\n'
    least += 'from = "least(cohort_age)"\n'
    protocol = PROTOCOL.replace('name = "age"', 'name = "cohort_age"').replace('"age", "day', '"day')
    protocol = protocol.replace('outcome = "age"', 'outcome = "cohort_age"')
    sheet = SHEET.replace(",age", ",cohort_age")
    [one] = ledger_of("Emil,27", "Emil,7", least, of="none", sheet=sheet, protocol=protocol).one_cells
    assert cells_of(one) == [("Emil", "patients.csv:B6")]


def test_bounds_and_long_sheets_are_not_searched(ledger_of: Callable[..., Ledger]) -> None:
    assert ledger_of("Fred,73", "Fred,>80", of="age").one_cells == ()
    head, *rows = SHEET.splitlines()
    many = [f"{row.split(',')[0]}{copy},{row.split(',', 1)[1]}" for copy in range(MOST_ROWS) for row in rows]
    long = "\n".join([head, *many[: MOST_ROWS + 1]])
    assert ledger_of("Anna0,65", "Anna0,95", of="age", sheet=long).one_cells == ()


# ---- Within what a cell must lie ----

GRID = np.arange(0, 40) / 2


def value_of(statistic: str, values: np.ndarray) -> float:
    return float(values.mean() if statistic == "mean" else np.quantile(values, PLACES[statistic]))


def printed(statistic: str, column: np.ndarray, rows: np.ndarray, digits: int) -> Held:
    """The statistic of the column, as a print with so many digits."""
    ours, half = value_of(statistic, column[rows]), 0.5 * 10.0**-digits
    number = np.floor(ours / (2 * half) + 0.5) * 2 * half
    span: Span = (number - half - 1e-9, number + half + 1e-9)
    claim = Claim("one", "a number", "Table 1", f"{number:.{digits}f}", result="a.b")
    return Held(Verdict(claim, "a.b", "reproduces"), "age", statistic, rows, span)


@pytest.mark.parametrize("statistic", [*PLACES, "mean"])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 9])
def test_the_span_holds_just_the_values_with_which_the_print_follows(statistic: str, n: int) -> None:
    """Against every value of a grid, tried one by one."""
    rng = np.random.default_rng([n, *map(ord, statistic)])
    for _ in range(20):
        column = rng.integers(0, 20, n + 2).astype(float)
        rows = np.arange(n + 2) < n
        meant = column.copy()
        row = int(rng.integers(n))
        meant[row] = float(rng.integers(0, 20))
        held = printed(statistic, meant, rows, int(rng.integers(0, 2)))
        for place in range(n):
            tried = column.copy()
            span = span_that_fits([held], column, place)
            for value in GRID:
                tried[place] = value
                follows = held.span[0] <= value_of(statistic, tried[rows]) <= held.span[1]
                assert follows == (span is not None and span[0] <= value <= span[1])


def test_a_row_outside_a_group_cannot_mend_what_is_printed_of_it() -> None:
    column, rows = np.array([1.0, 2.0, 3.0, 9.0]), np.array([True, True, True, False])
    held = printed("median", np.array([1.0, 7.0, 8.0, 9.0]), rows, 0)
    contradicting = Held(
        Verdict(held.verdict.claim, "a.b", "contradicts"), held.column, held.statistic, rows, held.span
    )
    assert span_that_fits([contradicting], column, 3) is None
    assert span_that_fits([held], column, 3) == (-np.inf, np.inf)


# ---- How likely a slip is ----


@pytest.mark.parametrize(
    "meant, typed, how, share",
    [
        ("48", "8", "a 4 left out", 1 / 2),
        ("48", "84", "4 and 8 swapped", 1),
        ("20", "200", "a 0 put in", 1 / 2),
        ("3", "33", "a 3 put in", 1),
        ("48", "43", "3 for 8", 1 / 17),  # nine other digits for the 8, eight for the 4: it is no 0
        ("0.6", "0.4", "4 for 6", 1 / 18),
        ("48", "4.8", "the point moved by one place", 1 / 2),
        ("1.4", "12.4", "a 2 put in", 1 / 35),  # nine other digits in each of four places: it is no 01.4
    ],
)
def test_the_share_of_slips_of_a_kind_that_make_just_that(
    meant: str, typed: str, how: str, share: float
) -> None:
    said, found = likelihood(meant, typed)
    assert said == how
    assert found == pytest.approx(share)


def test_what_takes_two_slips_is_none() -> None:
    assert likelihood("48", "93") == ("", 0.0)
    assert all(likelihood("1.65", typed)[1] > 0 for typed, _ in slips_of("1.65"))


def test_what_one_slip_made_one_slip_makes_again() -> None:
    """Back and forth: 12.4 of 1.4 as 1.4 of 12.4, or a slip that was seen would have no likelihood."""
    for typed in ("0", "7", "10", "48", "100", "0.5", "1.4", "12.4", "5.0", "0.05", "38051.5"):
        digits = len(typed.partition(".")[2])
        assert all(way.likelihood > 0 for way in slip_ways(typed, digits)), typed


def test_what_was_meant_has_no_more_digits_than_its_column() -> None:
    assert {way.meant for way in slip_ways("0.5", 1)} >= {0.6, 5.0, 10.5}
    assert 0.55 not in {way.meant for way in slip_ways("0.5", 1)}
    assert 0.55 in {way.meant for way in slip_ways("0.5", 2)}
