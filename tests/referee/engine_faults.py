"""Faults to seed into the engine: slips that its SQL can have, each with the table that must notice it."""

from __future__ import annotations

import importlib
import itertools
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.referee.faults import Fault

import caseseries

ROOMS = ("cohort", "records")
"""The rooms in which the engine stands; a seeded engine has copies of its own."""
HOUSE = Path(caseseries.__file__).parent
ADAPTER = Path(__file__).parent / "by_sql.py"
NUMBERS = itertools.count()
"""Every seeded copy has a name of its own."""
JOINED = """
FROM ({readings.numbers(rows)}) n JOIN number_rules r ON {_same(KEY)}"""

ENGINE_FAULTS = (
    (
        Fault(
            "a window is one day too long",
            "cohort/windows.py",
            "BETWEEN {days - 1} PRECEDING",
            "BETWEEN {days} PRECEDING",
        ),
        "test_seven_days_stand_together",
    ),
    (
        Fault(
            "what stands on the anchor may be one day too old",
            "cohort/windows.py",
            "AND f.day > b.anchor - {_width(whole)}",
            "AND f.day >= b.anchor - {_width(whole)}",
        ),
        "test_what_does_not_stand_on_the_anchor_is_unknown",
    ),
    (
        Fault(
            "at least leaves the limit out",
            "cohort/rules.py",
            "            return 1, limit, limit",
            "            return 1, math.nextafter(limit, math.inf), limit",
        ),
        "test_operators_and_texts",
    ),
    (
        Fault(
            "below includes the limit",
            "cohort/rules.py",
            "return -1, -math.nextafter(limit, -math.inf), -limit",
            "return -1, -limit, -limit",
        ),
        "test_below_and_at_most",
    ),
    (
        Fault(
            "NaN and infinity are numbers",
            "records/readings.py",
            'return f"({number} - {number} = 0)"',
            'return f"({number} = {number})"',
        ),
        "test_operators_and_texts",
    ),
    (
        Fault(
            "descendants of a concept are lost",
            "records/resolving.py",
            "if code.descendants else ()",
            "if False else ()",
        ),
        "test_codes_and_what_stands_under_them",
    ),
    (
        Fault(
            "the day of the result is taken for that of the sample",
            "records/readings.py",
            '{day("m.measurement_date")} AS day',
            '{known("m.measurement_date", result)} AS day',
        ),
        "test_known_is_when_the_results_were_back",
    ),
    (
        Fault(
            "transfers are merged one day too far",
            "cohort/stays.py",
            "until_day + {transfers}",
            "until_day + {transfers} + 1",
        ),
        "test_moves_from_house_to_house_are_one_stay",
    ),
    (
        Fault(
            "the unit is ignored",
            "cohort/facts.py",
            "JOIN number_rules r ON {_same(KEY)}",
            "JOIN number_rules r ON {_same(KEY[:1])}",
        ),
        "test_units",
    ),
    (
        Fault(
            "the operator is ignored",
            "records/readings.py",
            "COALESCE(o.operator, t.operator, 0) AS operator",
            "0 AS operator",
        ),
        "test_operators_and_texts",
    ),
    (
        Fault(
            "wider is ignored",
            "cohort/windows.py",
            "return max([usual, *(_days(stay.wider[name]) for name in names if name in stay.wider)])",
            "return usual",
        ),
        "test_some_criteria_are_given_more_days",
    ),
    (
        Fault(
            "because is the last row",
            "cohort/windows.py",
            "ORDER BY f.state DESC, f.day, f.source",
            "ORDER BY f.state DESC, f.day DESC, f.source",
        ),
        "test_because_is_the_first_of_the_best",
    ),
    (
        Fault(
            "of what one day says the last row stands for it",
            "cohort/narrowing.py",
            "MIN(f.row_id) AS row_id",
            "MAX(f.row_id) AS row_id",
        ),
        "test_because_is_the_first_of_the_best",
    ),
    (
        Fault(
            "what one day says is known when its last result is back",
            "cohort/narrowing.py",
            "MIN(f.known) AS known",
            "MAX(f.known) AS known",
        ),
        "test_known_is_when_the_results_were_back",
    ),
    (
        Fault(
            "what cannot decide counts as not met", "cohort/windows.py", "(met | undecided | (", "(met | ("
        ),
        "test_what_cannot_decide_stays_open",
    ),
    (
        Fault(
            "what is set aside was looked for",
            "cohort/facts.py",
            f"r.bit, {{STATE}} AS state, {{ends}}{JOINED}\nWHERE {{PLAUSIBLE}}",
            f"r.bit, CASE WHEN {{PLAUSIBLE}} THEN {{STATE}} ELSE 0 END AS state, {{ends}}{JOINED}",
        ),
        "test_what_is_set_aside_was_not_looked_for",
    ),
    (
        Fault(
            "the record stands beside the answer",
            "cohort/windows.py",
            'return f"(({bits} & ({whole.every_bit} - COALESCE(a.answered, 0))) | COALESCE({met}, 0))"',
            'return f"({bits} | COALESCE({met}, 0))"',
        ),
        "test_an_answer_stands_in_the_place_of_the_record",
    ),
    (
        Fault(
            "who is exactly at a limit is not read in full",
            "cohort/narrowing.py",
            "low, high = (bound, most) if side == 1",
            "low, high = (math.nextafter(bound, most), most) if side == 1",
        ),
        "test_nobody_is_lost_before_their_rows_are_read",
    ),
    (
        Fault(
            "who has a text for a number is not read in full",
            "cohort/narrowing.py",
            ' OR NOT COALESCE({finite("m.value_as_number")}, FALSE))',
            ")",
        ),
        "test_nobody_is_lost_before_their_rows_are_read",
    ),
    (
        Fault(
            "days until a moment hold the moment itself",
            "cohort/moments.py",
            "other.day + length - 1)",
            "other.day + length)",
        ),
        "test_moments_rest_on_one_another",
    ),
    (
        Fault(
            "known is the day of the sample",
            "cohort/screen.py",
            'f"{criteria}.known": Day(back, rows)',
            'f"{criteria}.known": Day(since, rows)',
        ),
        "test_the_day_on_which_it_is_met_and_known",
    ),
    (
        Fault(
            "the first of a drug is the beginning of its course",
            "cohort/known.py",
            "for day, origin in course.given)",
            "for day, origin in course.given[:0])",
        ),
        "test_the_first_and_the_last_of_a_drug_are_doses",
    ),
    (
        Fault(
            "a dose on the day on which it was known came before",
            "cohort/screen.py",
            "one.day < other.day for",
            "one.day <= other.day for",
        ),
        "test_who_was_treated_before_it_was_known_is_counted",
    ),
    (
        Fault(
            "points are given for what was found later",
            "cohort/patient.py",
            "until = min(self.last_day, day)",
            "until = self.last_day",
        ),
        "test_points_at_a_moment_are_a_range",
    ),
    (
        Fault(
            "a count at a moment has one window for all",
            "cohort/patient.py",
            "days_together(stay, name, finding)",
            "days_together(stay)",
        ),
        "test_a_count_at_a_moment_is_that_of_the_criteria",
    ),
    (
        Fault(
            "what is worked out of two is lost on the way to the chart",
            "records/gather.py",
            "if worked_out.height:",
            "if False:",
        ),
        "test_a_count_at_a_moment_is_that_of_the_criteria",
    ),
    (
        Fault(
            "a flag marks one day too few",
            "cohort/flags.py",
            "BETWEEN f.day - e.days_before AND",
            "BETWEEN f.day - e.days_before + 1 AND",
        ),
        "test_a_verdict_stands_also_without_the_flagged_evidence",
    ),
    (
        Fault("a dose of nothing marks", "cohort/flags.py", "COALESCE(e.quantity, 1) <> 0", "TRUE"),
        "test_a_row_that_denies_it_or_a_dose_of_nothing_marks_nothing",
    ),
    (
        Fault("a row that denies it marks", "cohort/flags.py", "AND NOT EXISTS (", "AND EXISTS ("),
        "test_a_row_that_denies_it_or_a_dose_of_nothing_marks_nothing",
    ),
    (
        Fault("a flag on two findings marks the last of them", "cohort/flags.py", "bits |=", "bits ="),
        "test_a_flag_says_which_row_it_marks_and_by_which",
    ),
    (
        Fault(
            "the first row of a flag is told for the last",
            "cohort/flags.py",
            "ORDER BY e.day DESC, e.source",
            "ORDER BY e.day, e.source",
        ),
        "test_a_flag_says_which_row_it_marks_and_by_which",
    ),
    (
        Fault(
            "a flag marks what a reviewer answered",
            "cohort/marked.py",
            "if judged.because.get(stay, {}).get(bit) == origin:",
            "if True:",
        ),
        "test_what_a_reviewer_answered_is_marked_by_nothing",
    ),
    (
        Fault(
            "a criterion is known by the result of its first sample",
            "cohort/windows.py",
            "f.bit, MIN(f.known) AS known FROM {facts} f JOIN {verdicts_of} v",
            "f.bit, MAX(f.known) AS known FROM {facts} f JOIN {verdicts_of} v",
        ),
        "test_a_criterion_is_met_since_a_sample_and_known_since_a_result",
    ),
    (
        Fault(
            "an answer is so since the last day of its stay",
            "cohort/answered_days.py",
            "reviewed.spans[stay][0]",
            "reviewed.spans[stay][1]",
        ),
        "test_an_answer_holds_since_the_records_say_so_or_the_first_day_of_its_stay",
    ),
    (
        Fault(
            "what the records say of an answer dates nothing",
            "cohort/answered_days.py",
            "AND (a.met & f.bit) <> 0",
            "AND (a.met & f.bit) < 0",
        ),
        "test_with_an_answer_it_is_met_when_the_last_criterion_needed_was",
    ),
)
"""What is wrong, and by which table it is caught."""


def seeded_engine(fault: Fault, folder: Path) -> Callable[..., Any]:
    """The `screened` of an engine with this fault, made in a folder that is on the path of modules."""
    name = f"seeded_engine_{next(NUMBERS)}"
    package = folder / name
    for room in ROOMS:
        shutil.copytree(
            HOUSE / room, package / room, ignore=shutil.ignore_patterns("synthetic", "__pycache__")
        )
    shutil.copy(ADAPTER, package)
    wrong = package / fault.file
    text = wrong.read_text(encoding="utf-8")
    assert text.count(fault.right) == 1, f"{fault.name}: {fault.right!r} does not stand once"
    wrong.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
    for path in package.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for room in ROOMS:
            text = text.replace(f"caseseries.{room}", f"{name}.{room}")
        path.write_text(text, encoding="utf-8")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    screened: Callable[..., Any] = importlib.import_module(f"{name}.by_sql").screened
    return screened
