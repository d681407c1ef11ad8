"""Curves with strata, weights and late entry, and competing events, as a protocol promises them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.spec import made_up
from tests.spec.made_up import AGE as AGE_YEARS
from tests.spec.made_up import FATE, FOLLOW_UP, TITLE

from caseseries.analysis.plan import analyse
from caseseries.analysis.released import released
from caseseries.analysis.released_rule import WITHHELD
from caseseries.analysis.results import Results
from caseseries.cases.sheet import read_sheet
from caseseries.evidence.problem import Problems
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.reading import read_protocol
from caseseries.protocol.sentences import sentences
from caseseries.report.figures import curve_caption, incidence_figure
from caseseries.report.incidence_table import incidence_table
from caseseries.report.narrative import results_in_words
from caseseries.report.page import plain
from caseseries.report.survival_table import survival_table
from caseseries.stats.competing import aalen_johansen, incidence_at
from caseseries.stats.cox import cox
from caseseries.stats.fine_gray import fine_gray
from caseseries.stats.gray import gray_test
from caseseries.stats.log_rank import log_rank
from caseseries.stats.log_ranks import exact_log_rank, stratified_log_rank, weighted_log_rank
from caseseries.stats.survival import kaplan_meier, survival_at

CLOCKS = """
criteria = ["hlh-2004"]
[moments]
admission = { start_of = "stay" }
diagnosis = { day_met = "hlh-2004", sheet = "day_diagnosed" }
first_dose = { first = "anakinra", sheet = "day_started" }
last_contact = { last = "contact" }
"""
VARIABLES = """
[[variable]]
name = "site"
kind = "category"
levels = ["north", "south", "west"]
[[variable]]
name = "treated"
kind = "yes/no"
[[variable]]
name = "died_of"
label = "Cause of death"
kind = "category"
levels = ["HLH", "infection"]
[[variable]]
name = "day_diagnosed"
kind = "day"
take = { day_of = "diagnosis", counted_from = "admission" }
[[variable]]
name = "day_started"
kind = "day"
take = { day_of = "first_dose", counted_from = "admission" }
"""
FROM_DIAGNOSIS = FOLLOW_UP.replace('"first_dose"', '"diagnosis"')
IT = '[[analysis]]\nname = "it"\nrole = "primary"\n'
PROTOCOL = TITLE + CLOCKS + FROM_DIAGNOSIS + AGE_YEARS + VARIABLES + FATE + IT
HEAD = "patient,age,site,treated,died_of,day_diagnosed,day_started,alive,time"
SHEET = """
a,61,north,yes,HLH,1,1,no,10
b,45,north,yes,infection,2,6,no,25
c,38,south,yes,,1,4,yes,40
d,52,south,no,HLH,3,5,no,33
e,29,north,no,,1,9,yes,60
f,70,south,no,infection,1,3,no,5
g,44,north,no,,2,2,yes,80
h,58,south,yes,,1,12,yes,70
i,36,north,no,HLH,4,10,no,50
j,66,south,yes,,1,1,no,12
"""
TIMES = np.array([10, 25, 40, 33, 60, 5, 80, 70, 50, 12], dtype=float)
DIED = np.array([1, 1, 0, 1, 0, 1, 0, 0, 1, 1], dtype=bool)
TREATED = np.array([1, 1, 1, 0, 0, 0, 0, 1, 0, 1], dtype=bool)
SITE = np.array([0, 0, 1, 1, 0, 1, 0, 1, 0, 1])
ENTRY = np.array([0, 4, 3, 2, 8, 2, 0, 11, 6, 0], dtype=float)
CAUSE = np.array([1, 2, 0, 1, 0, 2, 0, 0, 1, 3])
AGE = np.array([61, 45, 38, 52, 29, 70, 44, 58, 36, 66], dtype=float)


def promised(folder: Path, clause: str) -> Protocol:
    return made_up.promised(folder, PROTOCOL + clause)


def done(folder: Path, clause: str, sheet: str = SHEET) -> Results:
    return made_up.done(folder, PROTOCOL + clause, HEAD + sheet)


def said(protocol: Protocol) -> str:
    return " ".join(line for section in sentences(protocol) for line in section.sentences)


# ---- Curves ----


def test_strata_and_weights_each_add_a_test_and_one_can_be_promised(tmp_path: Path) -> None:
    clause = (
        'does = "survival"\nby = "treated"\nstrata = "site"\nweights = { rho = 0, gamma = 1 }\n'
        'test = "log-rank, stratified"\n'
    )
    found = done(tmp_path, clause)
    name = np.where(TREATED, "Treated", "Not: treated")
    assert found.number("it.log-rank").estimate == log_rank(TIMES, DIED, name)
    assert found.number("it.log-rank-stratified").estimate == stratified_log_rank(TIMES, DIED, name, SITE)
    assert found.number("it.log-rank-weighted").estimate == weighted_log_rank(
        TIMES, DIED, name, rho=0, gamma=1
    )
    assert found.number("it.log-rank-exact").estimate == exact_log_rank(
        TIMES, DIED, name, of="Treated", seed=found.conventions.seed
    )
    standings = {one.id: one.standing for one in found.result("it").numbers if "log-rank" in one.id}
    assert standings.pop("it.log-rank-stratified") == "promised"
    assert set(standings.values()) == {"companion"}
    protocol = promised(tmp_path, clause)
    table = survival_table(found.result("it"), found, protocol)
    labels = [plain(row.cells[0].line) for row in table.rows if "Log-rank" in plain(row.cells[0].line)]
    assert labels == [
        "Log-rank test, p",
        "Log-rank test, stratified by site, p (promised)",
        "Log-rank test, weighted G(0, 1), p",
        "Log-rank test, exact, p",
    ]
    assert "the log-rank test stratified by site" in said(protocol)
    assert "the promised test is the stratified log-rank test" in said(protocol)


def test_a_stratum_that_is_missing_is_left_out_of_its_test_alone(tmp_path: Path) -> None:
    sheet = SHEET.replace("j,66,south", "j,66,")
    found = done(tmp_path, 'does = "survival"\nby = "treated"\nstrata = "site"\n', sheet)
    assert found.number("it.log-rank").estimate.n == 10
    assert found.number("it.log-rank-stratified").estimate.n == 9
    assert "1 without site, by which is stratified, is left out." in found.result("it").notes


def test_who_is_watched_late_is_at_risk_from_then_on(tmp_path: Path) -> None:
    found = done(tmp_path, 'does = "survival"\nby = "treated"\nentered = "first_dose"\nlimits = "plain"\n')
    mine = TREATED
    curve = kaplan_meier(TIMES[mine], DIED[mine], entry=ENTRY[mine], limits="plain")
    assert found.number("it.treated.survival-at.30-days").estimate == survival_at(curve, 30, unit="days")
    name = np.where(TREATED, "Treated", "Not: treated")
    assert found.number("it.log-rank").estimate == log_rank(TIMES, DIED, name, entry=ENTRY)
    assert "it.log-rank-exact" not in found.numbers
    assert not [one for one in found.numbers if "if-lost" in one or one.endswith("follow-up")]
    assert found.number("it.treated.observed.highest").estimate.value == 70 - 11
    assert found.result("it").notes[1] == (
        "At risk from the first dose on: before, nobody could be seen to die."
    )
    assert found.result("it").curves["treated"].entered.sum() == (ENTRY[mine] > 0).sum()
    assert curve_caption(found.result("it")).startswith("It. Shaded: pointwise plain limits")


def test_who_was_not_watched_before_the_end_is_left_out(tmp_path: Path) -> None:
    sheet = SHEET.replace("f,70,south,no,infection,1,3", "f,70,south,no,infection,1,6")
    sheet = sheet.replace("e,29,north,no,,1,9", "e,29,north,no,,1,")
    found = done(tmp_path, 'does = "survival"\nentered = "first_dose"\n', sheet)
    assert found.number("it.n").estimate.value == 8
    assert found.result("it").notes[2:] == (
        "1 without a day of the first dose is left out.",
        "1 without follow-up beyond the first dose is left out.",
    )


def test_days_that_could_hold_no_death_do_no_harm_where_patients_enter_after_them(tmp_path: Path) -> None:
    moved = PROTOCOL.replace('counted_from = "diagnosis"', 'counted_from = "first_dose"', 1)
    kinds = []
    for more in ("", 'entered = "first_dose"\n'):
        clause = f'does = "survival"\ncounted_from = "diagnosis"\n{more}'
        (tmp_path / "protocol.toml").write_text(moved + clause, "utf-8")
        (tmp_path / "patients.csv").write_text(HEAD + SHEET, "utf-8")
        protocol = read_protocol(tmp_path / "protocol.toml")
        found = analyse(protocol, read_sheet(tmp_path / "patients.csv", protocol))
        kinds.append({caution.kind for caution in found.result("it").cautions})
    assert kinds[0] - kinds[1] == {"immortal-time"}


@pytest.mark.parametrize(
    ("clause", "told"),
    [
        ('strata = "site"\n', "curves are tested between groups, and there are none"),
        ('by = "treated"\nstrata = "treated"\n', "the groups themselves cannot be the strata"),
        ('by = "treated"\nstrata = "age"\n', "strata are made by a yes/no or a category"),
        ('by = "treated"\ntest = "log-rank, weighted"\n', "the test needs weights, and there are none"),
        ('by = "treated"\ntest = "log-rank, stratified"\n', "the test needs strata, and there are none"),
        ('by = "site"\ntest = "log-rank, exact"\n', 'is of two groups, and "site" makes 3'),
        (
            'by = "treated"\nentered = "first_dose"\ntest = "log-rank, exact"\n',
            "the exact test is of patients watched from the start",
        ),
        ('entered = "last_contact"\n', 'the day of "last_contact" must be in the sheet'),
        ('entered = "nowhere"\n', "nowhere"),
        ('by = "treated"\nweights = { rho = -1 }\n', "rho"),
        (
            'by = "treated"\nweights = { rho = "x" }\n',
            '"x" is not a number\nWrite it without quotes, such as 0.95.',
        ),
        ('by = "treated"\nweights = { gamma = "1" }\n', '"1" is not a number'),
    ],
)
def test_what_does_not_fit_is_told_with_its_mend(tmp_path: Path, clause: str, told: str) -> None:
    with pytest.raises(Problems) as raised:
        promised(tmp_path, f'does = "survival"\n{clause}')
    assert told in str(raised.value)


# ---- Competing events ----

INCIDENCE = 'does = "incidence"\nof = "died_of"\nby = "treated"\n'


def test_each_kind_competes_and_a_kind_not_known_is_one_of_them(tmp_path: Path) -> None:
    found = done(tmp_path, INCIDENCE)
    curve = aalen_johansen(TIMES[TREATED], CAUSE[TREATED])
    assert found.result("it").competing.kinds == ("HLH", "infection", "kind not known")
    for number, kind in enumerate(("hlh", "infection", "kind-not-known"), 1):
        at = found.number(f"it.treated.{kind}.incidence-by.30-days").estimate
        assert at == incidence_at(curve, number, 30, "days")
        name = np.where(TREATED, "Treated", "Not: treated")
        assert found.number(f"it.{kind}.gray").estimate == gray_test(TIMES, CAUSE, name, of=number)
    assert found.number("it.treated.kind-not-known.count").patients == ("j",)
    assert found.number("it.not-treated.hlh.count").estimate.value == 2
    assert found.result("it").notes == (
        "Time is counted from diagnosis, in days.",
        "1 died without cause of death: an event of its own kind.",
    )


def test_a_level_that_says_the_kind_is_not_known_takes_those_without_one(tmp_path: Path) -> None:
    moved = PROTOCOL.replace(
        'levels = ["HLH", "infection"]', 'levels = ["Kind not known", "HLH", "infection"]'
    )
    (tmp_path / "protocol.toml").write_text(moved + INCIDENCE, "utf-8")
    (tmp_path / "patients.csv").write_text(HEAD + SHEET, "utf-8")
    protocol = read_protocol(tmp_path / "protocol.toml")
    found = analyse(protocol, read_sheet(tmp_path / "patients.csv", protocol))
    assert found.result("it").competing.kinds == ("Kind not known", "HLH", "infection")
    assert found.number("it.treated.kind-not-known.count").patients == ("j",)
    assert "1 died without cause of death: taken as Kind not known." in found.result("it").notes


def test_an_incidence_without_limits_is_explained_and_one_patient_is_one(tmp_path: Path) -> None:
    found = done(tmp_path, INCIDENCE, "\na,61,north,yes,HLH,1,1,no,10\n")
    protocol = promised(tmp_path, INCIDENCE)
    notes = [plain(note) for note in incidence_table(found.result("it"), found, protocol).notes]
    assert "Where nobody had had the event yet, or nobody was left, there are no limits." in notes
    figure = incidence_figure(found.result("it"), protocol)
    assert "Treated: 1 patient, 1 with HLH." in figure


def test_no_ratio_leaves_that_rests_on_a_hidden_count(tmp_path: Path) -> None:
    """30 patients, of whom 3 in the west: a ratio with its interval would tell of these."""
    rows = [
        f"p{n},{30 + n},{'west' if n < 3 else 'north' if n % 2 else 'south'},yes,HLH,1,1,"
        f"{'no' if n % 3 else 'yes'},{5 + 17 * n % 31}"
        for n in range(30)
    ]
    clause = 'does = "regress"\noutcome = "alive"\non = ["site"]\n'
    found = done(tmp_path, clause, "\n" + "\n".join(rows) + "\n")
    told = [f"it.site.{level}.{part}" for level in ("north", "south", "west") for part in ("count", "events")]
    # p3, p5, ... are in the north and p4, p6, ... in the south; who has a number that 3 divides lived.
    assert [found.value(one) for one in told] == [14, 9, 13, 9, 3, 2]
    assert found.number("it.site.west.ratio").estimate.value is not None
    made = released(found, None).results
    assert made.number("it.site.west.count").estimate.shown == "<5"
    for part in ("west.ratio", "west.firth", "south.ratio", "south.proportional"):
        assert made.number(f"it.site.{part}").estimate.shown == WITHHELD, part
    assert made.number("it.likelihood-ratio").estimate.shown == WITHHELD


def test_who_lived_is_alive_whatever_the_sheet_says_of_a_cause(tmp_path: Path) -> None:
    sheet = SHEET.replace("c,38,south,yes,,", "c,38,south,yes,HLH,")
    found = done(tmp_path, 'does = "incidence"\nof = "died_of"\n', sheet)
    assert found.number("it.hlh.count").patients == ("a", "d", "i")
    assert (
        "1 who lived to the end of follow-up have cause of death: taken as alive." in found.result("it").notes
    )


def test_the_incidence_in_table_figure_words_and_file(tmp_path: Path) -> None:
    found, protocol = done(tmp_path, INCIDENCE), promised(tmp_path, INCIDENCE)
    result = found.result("it")
    table = incidence_table(result, found, protocol)
    assert [plain(row.cells[0].line) for row in table.rows][:4] == [
        "Patients",
        "HLH",
        "incidence by 30 days",
        "Gray\u2019s test, p",
    ]
    figure = incidence_figure(result, protocol)
    assert "Treated: 5 patients, 1 with HLH." in figure
    cases = read_sheet(tmp_path / "patients.csv", protocol)
    [words] = results_in_words(found, cases, protocol)
    assert plain(words).startswith("Incidence of HLH by 30 days: Treated: 20%")
    assert "estimated by the Aalen-Johansen method" in said(protocol)
    assert "using Gray's test" in said(protocol)


def test_nobody_followed_is_told_in_the_figure_too(tmp_path: Path) -> None:
    found = done(tmp_path, INCIDENCE, "\na,61,north,yes,HLH,1,1,,\n")
    assert "Nobody was followed" in incidence_figure(found.result("it"), promised(tmp_path, INCIDENCE))
    assert found.number("it.treated.hlh.incidence-by.30-days").estimate.reason == "nobody was followed"


def test_no_incidence_and_no_test_leaves_where_a_count_is_hidden(tmp_path: Path) -> None:
    made = released(done(tmp_path, INCIDENCE), None).results
    told = {number.id: number.estimate.shown for number in made.result("it").numbers}
    assert told["it.treated.hlh.incidence-by.30-days"] == WITHHELD
    assert told["it.not-treated.hlh.incidence-by.30-days"] == WITHHELD
    assert told["it.hlh.gray"] == WITHHELD
    assert made.result("it").competing.curves == {}


def test_a_regression_of_one_kind_has_both_hazards(tmp_path: Path) -> None:
    clause = 'does = "regress"\noutcome = "alive"\non = ["age"]\nkind = "died_of"\nof = "HLH"\n'
    found = done(tmp_path, clause)
    table, names = AGE[:, None], ["Age, years"]
    ratio = cox(TIMES, CAUSE == 1, table, names).coefficients[0].estimate
    assert found.number("it.age.ratio").estimate == ratio
    sub = fine_gray(TIMES, CAUSE, table, names, of=1).coefficients[0].estimate
    assert found.number("it.age.subdistribution").estimate == sub
    assert found.number("it.age.subdistribution").standing == "promised"
    assert found.number("it.events").estimate.value == 3
    assert found.number("it.competing").patients == ("b", "f", "j")
    made = released(found, None).results
    assert made.number("it.age.subdistribution").estimate.shown == WITHHELD
    assert found.result("it").notes[0].endswith("a ratio above 1 means this sooner: HLH.")
    assert "cause-specific" in found.result("it").notes[1]
    assert "by its cause-specific hazard and by that of its subdistribution" in said(
        promised(tmp_path, clause)
    )


def test_a_regression_of_survival_has_the_clock_that_is_asked(tmp_path: Path) -> None:
    clause = 'does = "regress"\noutcome = "alive"\non = ["age"]\nentered = "first_dose"\nties = "Breslow"\n'
    found = done(tmp_path, clause)
    fitted = cox(TIMES, DIED, AGE[:, None], ["Age, years"], ties="Breslow", entry=ENTRY)
    assert found.number("it.age.ratio").estimate == fitted.coefficients[0].estimate
    assert "At risk from the first dose on: before, nobody could be seen to die." in found.result("it").notes
    assert "at risk from first dose on, ties by Breslow's rule" in said(promised(tmp_path, clause)).replace(
        "the first", "first"
    )


@pytest.mark.parametrize(
    ("clause", "told"),
    [
        (
            'does = "regress"\noutcome = "treated"\non = ["age"]\nentered = "first_dose"\n',
            "only survival is counted from a moment",
        ),
        (
            'does = "regress"\noutcome = "alive"\non = ["age"]\nentered = "last_contact"\n',
            'the day of "last_contact" must be in the sheet',
        ),
        (
            'does = "regress"\noutcome = "alive"\non = ["age"]\nentered = "first_dose"\nkind = "died_of"\n'
            'of = "HLH"\n',
            "the regression of competing events is of patients watched from the start",
        ),
        ('does = "incidence"\nof = "age"\n', "kinds of event that compete are the levels of a category"),
        ('does = "incidence"\nof = "nothing"\n', "nothing"),
        (
            'does = "regress"\noutcome = "alive"\non = ["age"]\nkind = "died_of"\n',
            "with competing events both kind and of are needed",
        ),
        (
            'does = "regress"\noutcome = "alive"\non = ["age"]\nkind = "died_of"\nof = "bleeding"\n',
            '"bleeding" is not a level of "died_of"',
        ),
        (
            'does = "regress"\noutcome = "treated"\non = ["age"]\nkind = "died_of"\nof = "HLH"\n',
            "events compete over time, and this outcome has none",
        ),
    ],
)
def test_kinds_that_do_not_fit_are_told_with_their_mend(tmp_path: Path, clause: str, told: str) -> None:
    with pytest.raises(Problems) as raised:
        promised(tmp_path, clause)
    assert told in str(raised.value)


# ---- Cautions of the tests ----


def sentence_of(found: Results, id_: str, kind: str) -> str:
    """The caution of this kind at a number; "" where there is none."""
    return next((one.sentence for one in found.number(id_).cautions if one.kind == kind), "")


def many(rows: int) -> str:
    """The sheet several times over, each time under other names."""
    lines = SHEET.strip().splitlines()
    return "\n" + "\n".join(f"{place}{lines[place % len(lines)]}" for place in range(rows)) + "\n"


@pytest.mark.parametrize(
    "weights, patients, said",
    [
        ("{ gamma = 1 }", 10, "5 patients in the smallest group: a log-rank test that is weighted for late"),
        ("{ rho = 1 }", 10, ""),
        ("{ gamma = 1 }", 50, ""),
    ],
)
def test_weights_for_late_events_in_small_groups_are_cautioned(
    tmp_path: Path, weights: str, patients: int, said: str
) -> None:
    found = done(tmp_path, f'does = "survival"\nby = "treated"\nweights = {weights}\n', many(patients))
    sentence = sentence_of(found, "it.log-rank-weighted", "small-late-weights")
    assert sentence.startswith(said)
    assert bool(sentence) is bool(said)
    assert sentence_of(found, "it.log-rank", "small-late-weights") == ""


def test_the_exact_test_of_groups_followed_for_unlike_times_is_cautioned(tmp_path: Path) -> None:
    # Among the treated c and h are alive, at 40 and 70 days; of the others e and g, at 60 and 80.
    clause = 'does = "survival"\nby = "treated"\n'
    alike = done(tmp_path, clause)
    assert sentence_of(alike, "it.log-rank-exact", "dealt-follow-up") == ""
    sheet = SHEET.replace("yes,40\n", "yes,11\n").replace("yes,70\n", "yes,12\n")
    sentence = sentence_of(done(tmp_path, clause, sheet), "it.log-rank-exact", "dealt-follow-up")
    assert sentence.startswith(
        "Median follow-up is 12 days in one group (Treated) and 70 days in the other (Not: treated)."
    )
    # Where everybody of a group died nobody knows how long they would have been followed.
    dead = sheet.replace("yes,11\n", "no,11\n").replace("yes,12\n", "no,12\n")
    assert sentence_of(done(tmp_path, clause, dead), "it.log-rank-exact", "dealt-follow-up") == ""


# ---- Nobody, or everybody ----


def test_a_share_of_nobody_or_of_all_says_why_it_has_no_limits(tmp_path: Path) -> None:
    early = SHEET.replace("no,10\n", "no,40\n").replace("no,25\n", "no,41\n").replace("no,5\n", "no,42\n")
    early = early.replace("no,12\n", "no,43\n")
    for clause, said in (
        ('does = "survival"\n', "100% (no limits where a curve is at 100%) at 30 days"),
        (INCIDENCE, "0% (no limits where a curve is at 0%)"),
    ):
        found, protocol = done(tmp_path, clause, early), promised(tmp_path, clause)
        cases = read_sheet(tmp_path / "patients.csv", protocol)
        assert said in " ".join(plain(line) for line in results_in_words(found, cases, protocol))
    gone = (
        "\n" + "\n".join(f"{name},50,north,yes,HLH,1,1,no,{day}" for day, name in enumerate("abc", 3)) + "\n"
    )
    found, protocol = done(tmp_path, 'does = "survival"\n', gone), promised(tmp_path, 'does = "survival"\n')
    late = found.number("it.survival-at.30-days").estimate
    assert (late.value, late.level) == (0.0, None)
    cases = read_sheet(tmp_path / "patients.csv", protocol)
    said = "0% (no limits where a curve is at 0%) at 30 days"
    assert said in " ".join(plain(line) for line in results_in_words(found, cases, protocol))
