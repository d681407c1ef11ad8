"""Regressions that a protocol promises, on small sheets: which, on whom, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.spec.made_up import AGE, FATE, FOLLOW_UP, NAMED_DAYS, TITLE, done

from caseseries.analysis.results import Results
from caseseries.evidence.problem import Problems
from caseseries.stats.cox import cox
from caseseries.stats.firth import firth_cox
from caseseries.stats.proportional import proportional_hazards

VARIABLES = """
[[variable]]
name = "stage"
kind = "category"
levels = ["early", "late", "last"]
[[variable]]
name = "relapsed"
kind = "yes/no"
[[variable]]
name = "cause"
kind = "categories"
levels = ["malignancy", "infection"]
"""
REGRESSED = """
[[analysis]]
name = "it"
role = "primary"
does = "regress"
outcome = "OUTCOME"
on = [ON]
"""
PROTOCOL = TITLE + NAMED_DAYS + FOLLOW_UP + AGE + VARIABLES + FATE + REGRESSED
HEAD = "patient,age,stage,relapsed,cause,alive,time"
SHEET = """
a,61,early,yes,malignancy,no,10
b,45,late,yes,malignancy,no,25
c,38,early,yes,infection,yes,40
d,52,last,no,infection,no,33
e,29,late,no,infection,yes,60
f,70,last,no,malignancy,no,5
g,44,early,no,infection,yes,80
h,58,late,yes,malignancy,yes,70
i,36,last,no,infection,no,50
j,,early,yes,infection,no,12
"""
AGES = [61, 45, 38, 52, 29, 70, 44, 58, 36]
TIMES, DIED = [10, 25, 40, 33, 60, 5, 80, 70, 50], [1, 1, 0, 1, 0, 1, 0, 0, 1]


def regressed(folder: Path, outcome: str, *on: str, sheet: str = SHEET) -> Results:
    listed = ", ".join(f'"{name}"' for name in on)
    return done(folder, PROTOCOL.replace("OUTCOME", outcome).replace("ON", listed), HEAD + sheet)


def test_survival_is_coxs(tmp_path: Path) -> None:
    found = regressed(tmp_path, "alive", "age")
    given = TIMES, DIED, np.array(AGES, dtype=float)[:, None], ["Age, years"]
    assert found.number("it.age.ratio").estimate == cox(*given).coefficients[0].estimate
    assert found.number("it.age.firth").estimate == firth_cox(*given).coefficients[0].estimate
    assert found.number("it.age.proportional").estimate == proportional_hazards(*given).each[0]
    assert (found.number("it.n").estimate.value, found.number("it.events").estimate.value) == (9, 5)
    assert found.number("it.age.ratio").standing == "promised"
    assert found.number("it.events").patients == ("a", "b", "d", "f", "i")
    assert found.result("it").notes == (
        "Time is counted from the first dose; a ratio above 1 means dying sooner.",
        "Each ratio is for one unit more of its variable, the others being equal.",
        "1 without a value of every variable is left out.",
    )


def test_another_yes_or_no_is_logistic(tmp_path: Path) -> None:
    sheet = SHEET.replace("d,52,last,no", "d,52,last,yes")
    found = regressed(tmp_path, "relapsed", "alive", sheet=sheet)
    # Relapsed and alive: c, h; relapsed and dead: a, b, d, j; alive without: e, g; dead without: f, i.
    assert found.number("it.alive.ratio").estimate.value == pytest.approx((2 / 2) / (4 / 2))
    assert found.number("it.alive.ratio").estimate.unit == "odds ratio"
    assert "it.alive.proportional" not in found.numbers
    assert found.result("it").notes[0] == "A ratio above 1 means that this is more often so: Relapsed."


def test_a_category_has_a_line_for_each_level_but_the_first(tmp_path: Path) -> None:
    found = regressed(tmp_path, "relapsed", "stage")
    labels = [number.label for number in found.result("it").numbers if number.id.endswith(".ratio")]
    assert labels == ["Stage: late against early", "Stage: last against early"]
    # Early: 3 of 4 relapsed; late 2 of 3; last none of 3: that level is separated.
    refused = found.number("it.stage.last.ratio").estimate
    assert refused.value is None
    assert "Stage: last against early" in refused.reason
    assert 0 < (found.number("it.stage.last.firth").estimate.value or 0) < 1


def test_nobody_with_the_event_says_so(tmp_path: Path) -> None:
    found = regressed(tmp_path, "alive", "age", sheet=SHEET.replace(",no,", ",yes,"))
    assert found.number("it.age.ratio").estimate.value is None
    assert found.number("it.age.ratio").estimate.reason


@pytest.mark.parametrize(
    "outcome, on, told",
    [
        ("age", "stage", "a regression is of a yes and no, or of survival"),
        ("alive", "cause", "it is regressed on what is measured, on yes and no, or on a category"),
    ],
)
def test_what_cannot_be_regressed_is_told(outcome: str, on: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(Problems, match=told):
        regressed(tmp_path, outcome, on)
