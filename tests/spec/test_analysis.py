"""The promised analyses on small made-up sheets: what each gives, what it counts, and what it warns of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import caseseries.analysis.cautions
import caseseries.analysis.patient_courses
from caseseries.analysis.ids import of_patients
from caseseries.analysis.plan import analyse
from caseseries.analysis.results import Result, Results
from caseseries.cases.sheet import read_sheet
from caseseries.protocol.reading import read_protocol

VARIABLES = {
    "age": 'kind = "number"\nunit = "years"',
    "ferritin": 'kind = "number"\nunit = "ng/mL"',
    "met": 'kind = "count"',
    "relapsed": 'kind = "yes/no"',
    "stage": 'kind = "category"\nlevels = ["early", "late", "relapse"]',
    "cause": 'kind = "categories"\nlevels = ["malignancy", "infection", "rheumatologic"]\n'
    'certainty = ["stated", "presumed"]',
    "toxicity": 'kind = "event"',
    "anakinra": 'kind = "regimen"',
    "therapy": 'kind = "regimens"\nlevels = ["corticosteroids", "etoposide"]',
    "day_diagnosed": 'kind = "day"',
    "day_started": 'kind = "day"',
    "response_printed": 'kind = "share"\ntake = "print"',
    "alive": 'kind = "yes/no"\ntake = { follow_up = "alive" }',
    "time": 'kind = "time"\ntake = { follow_up = "time" }',
}
SERIAL = """
[[serial]]
name = "ferritin_by_day"
label = "Ferritin"
finding = "ferritin"
unit = "ng/mL"
counted_from = "first_dose"
GRID

[[derived]]
name = "response"
kind = "share"
take = { greatest_fall = "ferritin_by_day", as_share_of = "day 1" }
"""
GRID = "days = [1, 5, 10]"
FOLLOW_UP = """
[follow_up]
counted_from = "first_dose"
until = "last_contact"
unit = "{unit}"
horizons = ["30 days", "12 months"]
"""


@dataclass(frozen=True)
class Made:
    """The results of one made-up analysis, which is called "it"; called with a part of an id, a value."""

    results: Results

    def __call__(self, part: str) -> float | int | None:
        return self.results.value(f"it.{part}")

    @property
    def it(self) -> Result:
        return self.results.result("it")

    @property
    def parts(self) -> list[str]:
        return [number.id.removeprefix("it.") for number in self.it.numbers]

    def reason(self, part: str) -> str:
        return self.results.number(f"it.{part}").estimate.reason

    def of(self, part: str) -> str:
        return " ".join(self.results.number(f"it.{part}").patients)

    def standing(self, part: str) -> str:
        return self.results.number(f"it.{part}").standing

    @property
    def cautions(self) -> dict[str, str]:
        """The sentence of each kind of caution that was raised, of the analysis or of a number."""
        of_numbers = [caution for number in self.it.numbers for caution in number.cautions]
        return {caution.kind: caution.sentence for caution in (*self.it.cautions, *of_numbers)}


def rows_of(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def csv_of(rows: list[list[str]]) -> str:
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\n"


def promise(columns: list[str], serial: str, unit: str, clause: dict[str, Any]) -> str:
    """A protocol of the columns that the sheet has, with one analysis."""
    variables = {name: body for name, body in VARIABLES.items() if name in columns or "print" in body}
    lines = ['title = "Made up"', 'version = "1"', 'question = "What?"']
    lines += ["[moments]", 'last_contact = { last = "contact" }']
    for moment, column in {"first_dose": "day_started", "diagnosis": "day_diagnosed"}.items():
        sheet = f', sheet = "{column}"' if column in columns else ""
        lines.append(f'{moment} = {{ first = "anakinra"{sheet} }}')
    lines += [FOLLOW_UP.format(unit=unit)] if "time" in columns else []
    lines += [f'[[variable]]\nname = "{name}"\n{body}' for name, body in variables.items()]
    lines += [serial]
    if "cause" in columns:
        lines.append(
            '[[derived]]\nname = "rheumatologic"\nkind = "yes/no"\n'
            'take = { has = "rheumatologic", in = "cause" }'
        )
    lines += ["[[analysis]]", 'name = "it"', f'role = "{clause.pop("role", "primary")}"']
    lines += [f"{key} = {value!r}" for key, value in clause.items()]
    return "\n".join(lines)


Analysed = Callable[..., Made]


@pytest.fixture
def analysed(tmp_path: Path) -> Analysed:
    """The results of one clause on a sheet, a table with bars; `ferritin` is another, by day."""

    def made(
        sheet: str, *, ferritin: str = "", grid: str = GRID, unit: str = "months", **clause: Any
    ) -> Made:
        rows = rows_of(sheet)
        days = SERIAL.replace("GRID", grid) if ferritin else ""
        (tmp_path / "protocol.toml").write_text(promise(rows[0], days, unit, clause), "utf-8")
        (tmp_path / "patients.csv").write_text(csv_of(rows), "utf-8")
        if ferritin:
            (tmp_path / "ferritin.csv").write_text(csv_of(rows_of(ferritin)), "utf-8")
        protocol = read_protocol(tmp_path / "protocol.toml")
        return Made(analyse(protocol, read_sheet(tmp_path / "patients.csv", protocol)))

    return made


# ---- Summaries ----

WARD = """
    patient | age | met    | relapsed | stage   | cause                 | toxicity       | alive
    ann     | 10  | 5      | yes      | early   | malignancy; infection | None           | yes
    ben     | 20  | 5 to 7 | no       | late    | infection             | rash (grade 2) | yes
    cleo    | 30  | 6      | no       |         |                       |                | yes
    dora    | 40  |        | yes      | relapse | rheumatologic         | None           | no
    emil    |     | 8      |          | early   | malignancy            | None           | no
"""


def test_a_summary_counts_who_is_missing_and_leaves_them_out_of_the_middle(analysed: Analysed) -> None:
    it = analysed(WARD, does="summarise", variables=["age"], by="alive")
    assert (it("all.n"), it("alive.n"), it("not-alive.n")) == (5, 3, 2)
    assert (it("age.all.median"), it("age.all.lowest"), it("age.all.highest")) == (25, 10, 40)
    assert (it("age.all.median.n"), it("age.all.missing"), it("age.all.missing.n")) == (4, 1, 5)
    assert (it("age.not-alive.median"), it("age.not-alive.missing")) == (40, 1)
    assert it.of("age.all.missing") == "emil"
    assert it.of("age.not-alive.median") == "dora"


@pytest.mark.parametrize(
    "part, count, n, share",
    [
        ("relapsed.all", 2, 4, 0.5),
        ("relapsed.not-alive", 1, 1, 1.0),
        ("stage.early.all", 2, 4, 0.5),
        ("stage.late.not-alive", 0, 2, 0.0),
        ("cause.infection.all", 2, 4, 0.5),
        ("cause.several.all", 1, 4, 0.25),
        ("cause.malignancy.alive", 1, 2, 0.5),
        ("toxicity.all", 1, 4, 0.25),
    ],
)
def test_a_share_is_of_those_in_whom_it_is_known(
    analysed: Analysed, part: str, count: int, n: int, share: float
) -> None:
    it = analysed(WARD, does="summarise", variables=["relapsed", "stage", "cause", "toxicity"], by="alive")
    assert (it(f"{part}.count"), it(f"{part}.count.n")) == (count, n)
    assert (it(f"{part}.share"), it(f"{part}.share.n")) == (share, n)


@pytest.mark.parametrize(
    "variable, missing", [("relapsed", 1), ("stage", 1), ("cause", 1), ("toxicity", 1), ("met", 1)]
)
def test_every_kind_counts_its_missing(analysed: Analysed, variable: str, missing: int) -> None:
    assert analysed(WARD, does="summarise", variables=[variable])(f"{variable}.all.missing") == missing


def test_a_summary_without_groups_is_over_all_alone(analysed: Analysed) -> None:
    it = analysed(WARD, does="summarise", variables=["age"])
    assert it.parts == ["all.n", *(f"age.all.{end}" for end in ("median", "lowest", "highest", "missing"))]


def test_a_summary_by_a_category_of_three_levels(analysed: Analysed) -> None:
    it = analysed(WARD, does="summarise", variables=["age"], by="stage")
    assert [group.key for group in it.it.groups] == ["all", "early", "late", "relapse"]
    assert [it(f"{key}.n") for key in ("all", "early", "late", "relapse")] == [5, 2, 1, 1]
    assert it("age.early.median") == 10
    assert it("age.early.missing") == 1


def test_mean_and_standard_deviation(analysed: Analysed) -> None:
    it = analysed(WARD, does="summarise", variables=["age"], numbers="mean (SD)", by="alive")
    assert it("age.all.mean") == 25
    assert it("age.all.sd") == pytest.approx(12.909944)  # the root of 500 / 3
    assert it("age.not-alive.sd") is None
    assert it.reason("age.not-alive.sd") == "one value has no spread"
    assert not [part for part in it.parts if "median" in part]


def test_median_and_quartiles(analysed: Analysed) -> None:
    it = analysed(WARD, does="summarise", variables=["age"], numbers="median (IQR)")
    quarters = ("age.all.first-quartile", "age.all.median", "age.all.third-quartile")
    assert [it(part) for part in quarters] == [17.5, 25, 32.5]  # type 7, as R's quantile
    assert not [part for part in it.parts if "lowest" in part]


def test_a_group_of_nobody_has_no_numbers_and_says_so(analysed: Analysed) -> None:
    all_died = """
        patient | age | relapsed | alive
        ann     | 10  | yes      | no
        ben     | 20  | no       | no
    """
    it = analysed(all_died, does="summarise", variables=["age", "relapsed"], by="alive")
    assert (it("alive.n"), it("alive.n.n")) == (0, 2)
    assert it.reason("age.alive.median") == "no values"
    assert it("relapsed.alive.count") == 0
    assert it.reason("relapsed.alive.share") == "nobody to count"
    assert it("age.alive.missing") == 0


GIVEN = """
    patient | therapy
    ann     | Prednisone 80 mg daily; etoposide
    ben     | None
    cleo    |
    dora    | Dexamethasone 20 mg daily; IVIG
"""


def test_regimens_are_summarised_by_any_and_by_level(analysed: Analysed) -> None:
    it = analysed(GIVEN, does="summarise", variables=["therapy"])
    assert (it("therapy.any.all.count"), it("therapy.any.all.count.n")) == (2, 3)
    assert it("therapy.corticosteroids.all.count") == 2
    assert it("therapy.etoposide.all.share") == pytest.approx(1 / 3)
    assert it("therapy.ivig.all.count") == 1  # not among the levels, and shown all the same
    assert it("therapy.all.missing") == 1


def test_a_regimen_without_a_dose_has_no_daily_dose_and_is_counted_missing(analysed: Analysed) -> None:
    sheet = """
        patient | anakinra        | anakinra.days
        ann     | 100 mg subq q12 | 10
        ben     | subq daily      | 20
        cleo    |                 |
    """
    it = analysed(sheet, does="summarise", variables=["anakinra"])
    assert (it("anakinra.daily.all.median"), it("anakinra.daily.all.missing")) == (200, 2)
    assert (it("anakinra.days.all.median"), it("anakinra.days.all.missing")) == (15, 1)
    assert (it("anakinra.route.subcutaneous.all.count"), it("anakinra.route.all.missing")) == (2, 1)


def test_a_list_is_a_line_a_patient_and_gives_their_number(analysed: Analysed) -> None:
    it = analysed(WARD, does="list", variables=["age", "cause"])
    assert it.parts == ["n"]
    assert it("n") == 5


# ---- Survival ----

FOLLOWED = """
    patient | alive | time | relapsed
    ann     | no    | 1    | yes
    ben     | no    | 2    | yes
    cleo    | no    | 3    | no
    dora    | yes   | 4    | no
"""


def test_survival_over_all(analysed: Analysed) -> None:
    it = analysed(FOLLOWED, does="survival")
    assert (it("n"), it("deaths"), it("alive.count"), it("alive.share")) == (4, 3, 1, 0.25)
    # The curve rests on one half from 2 to 3.
    assert (it("median"), it("median-by-first")) == (2.5, 2)
    # Nobody had died by 30 of a month's 30.4375 days; one year is beyond the last follow-up.
    assert it("survival-at.30-days") == 1.0
    assert it("survival-at.12-months") is None
    assert it.reason("survival-at.12-months") == "nobody was followed for so long: the last is at 4 months"
    assert it("follow-up") == 4
    assert [it(f"observed.{end}") for end in ("median", "lowest", "highest")] == [2.5, 1, 4]
    assert it.it.notes == ("Time is counted from the first dose, in months.",)


def test_survival_by_the_other_convention(analysed: Analysed) -> None:
    it = analysed(FOLLOWED, does="survival", median="first")
    assert (it("median"), it("median-by-midpoint")) == (2, 2.5)


@pytest.mark.parametrize(
    "role, standing",
    [
        ("primary", "promised"),
        ("secondary", "promised"),
        ("sensitivity", "description"),
        ("descriptive", "description"),
    ],
)
def test_the_median_is_promised_where_survival_was_asked(
    analysed: Analysed, role: str, standing: str
) -> None:
    it = analysed(FOLLOWED, does="survival", role=role)
    assert it.standing("median") == it.standing("survival-at.30-days") == standing
    assert it.standing("median-by-first") == "companion"
    assert it.standing("alive.share") == it.standing("follow-up") == "description"


def test_survival_by_group_has_a_curve_each_and_a_test_between_them(analysed: Analysed) -> None:
    it = analysed(FOLLOWED, does="survival", by="relapsed")
    assert list(it.it.curves) == ["relapsed", "not-relapsed"]
    assert (it("relapsed.median"), it("not-relapsed.median")) == (1.5, 3)
    assert it("log-rank.n") == 4
    # Deaths expected among the relapsed: 2/4 at 1, 1/3 at 2; variances 1/4 and 2/9: (2 - 5/6)^2 / (17/36).
    assert it("log-rank") == pytest.approx((7 / 6) ** 2 / (17 / 36))
    assert it.standing("log-rank") == "companion"


def test_survival_by_a_category_of_three_levels(analysed: Analysed) -> None:
    sheet = """
        patient | alive | time | stage
        ann     | no    | 1    | early
        ben     | no    | 2    | late
        cleo    | no    | 3    | relapse
        dora    | yes   | 4    |
    """
    it = analysed(sheet, does="survival", by="stage")
    assert list(it.it.curves) == ["early", "late", "relapse"]
    assert it("log-rank.n") == 3
    assert "2 df" in it.results.number("it.log-rank").estimate.method
    assert it.it.notes[1:] == ("1 without a group is left out.",)


def test_nobody_died(analysed: Analysed) -> None:
    it = analysed(FOLLOWED.replace("| no    |", "| yes   |"), does="survival")
    assert (it("deaths"), it("alive.share"), it("median")) == (0, 1.0, None)
    assert it.reason("median") == "nobody had the event"
    assert it("survival-at.30-days") == 1.0
    assert it("follow-up") == 2.5


def test_nobody_lived(analysed: Analysed) -> None:
    it = analysed(FOLLOWED.replace("dora    | yes", "dora    | no"), does="survival", by="relapsed")
    assert it("relapsed.alive.count") == 0
    assert (it("relapsed.median"), it("relapsed.survival-at.12-months")) == (1.5, 0.0)
    assert it.reason("relapsed.follow-up") == "nobody was censored"


def test_a_group_of_nobody_has_an_empty_curve_and_no_test(analysed: Analysed) -> None:
    it = analysed(FOLLOWED.replace("| yes\n", "| no\n"), does="survival", by="relapsed")
    assert it("relapsed.n") == 0
    assert it.reason("relapsed.median") == "nobody was followed"
    assert it.reason("relapsed.survival-at.30-days") == "nobody was followed"
    assert it.reason("relapsed.alive.share") == "nobody to count"
    assert it.it.curves["relapsed"].times.tolist() == []
    assert it.reason("log-rank") == "only one group"


@pytest.mark.parametrize("alive, median, follow_up", [("no", 2, None), ("yes", None, 2)])
def test_one_patient(analysed: Analysed, alive: str, median: float | None, follow_up: float | None) -> None:
    it = analysed(f"patient | alive | time\n ann | {alive} | 2", does="survival")
    assert (it("n"), it("median"), it("follow-up")) == (1, median, follow_up)
    assert it("observed.lowest") == it("observed.highest") == 2


@pytest.mark.parametrize(
    "unit, time, at_30_days, at_12_months",
    [
        # Ann dies at the time, ben is followed for ten years; a month has 30.4375 days, a year twelve months.
        ("days", "30", 0.5, 0.5),
        ("days", "30.1", 1.0, 0.5),
        ("months", "0.9856", 0.5, 0.5),
        ("months", "0.9857", 1.0, 0.5),
        ("months", "12.1", 1.0, 1.0),
        ("years", "0.0821", 0.5, 0.5),
        ("years", "0.0822", 1.0, 0.5),
        ("years", "1", 1.0, 0.5),
        ("years", "1.01", 1.0, 1.0),
    ],
)
def test_horizons_in_the_unit_of_the_follow_up(
    analysed: Analysed, unit: str, time: str, at_30_days: float, at_12_months: float
) -> None:
    long = 3660 if unit == "days" else 99
    it = analysed(f"patient|alive|time\n ann|no|{time}\n ben|yes|{long}", does="survival", unit=unit)
    assert (it("survival-at.30-days"), it("survival-at.12-months")) == (at_30_days, at_12_months)
    assert it.results.number("it.median").estimate.unit == unit


MOVED = """
    patient | alive | time | day_diagnosed | day_started
    ann     | no    | 10   | 1             | 6
    ben     | yes   | 30   | 20            | 20
    cleo    | no    | 10   |               | 4
    dora    | no    | 10   | 30            | 10
"""


def test_a_moved_clock_shifts_each_time_by_the_days_between(analysed: Analysed) -> None:
    it = analysed(MOVED, does="survival", counted_from="diagnosis", unit="days")
    assert [it(f"observed.{end}") for end in ("lowest", "highest")] == [15, 30]
    assert it.of("n") == "ann ben"
    assert it.it.notes == (
        "Time is counted from diagnosis, in days.",
        "1 without a time or an outcome is left out.",
        "1 without follow-up as far as diagnosis is left out.",  # dora died before it
    )


def test_a_moved_clock_in_months_divides_the_days_by_the_length_of_a_month(analysed: Analysed) -> None:
    it = analysed(MOVED, does="survival", counted_from="diagnosis")
    assert it("observed.lowest") == pytest.approx(10 + (10 - 30) / 30.4375)
    assert it("observed.highest") == 30


def test_who_has_no_time_or_no_outcome_is_left_out_and_counted(analysed: Analysed) -> None:
    sheet = """
        patient | alive | time
        ann     | no    | 1
        ben     | yes   |
        cleo    |       |
    """
    it = analysed(sheet, does="survival")
    assert (it("n"), it.of("n")) == (1, "ann")
    assert it.it.notes[1:] == ("2 without a time or an outcome are left out.",)


# ---- Comparisons ----

TWO_BY_TWO = """
    patient | alive | relapsed
    a       | yes   | yes
    b       | yes   | yes
    c       | yes   | yes
    d       | no    | yes
    e       | no    | no
    f       | no    | no
    g       | yes   | no
    h       |       | no
    i       | yes   |
"""


EVERY_TEST = [
    "chi-square",
    "chi-square-yates",
    "chi-square-n-1",
    "fisher",
    "fisher-mid-p",
    "barnard",
    "barnard-unpooled",
    "boschloo",
    "boschloo-doubled",
]


def test_shares_between_two_groups(analysed: Analysed) -> None:
    it = analysed(TWO_BY_TWO, does="compare", outcome="alive", by="relapsed", test="chi-square, uncorrected")
    assert (it("relapsed.count"), it("relapsed.share")) == (3, 0.75)
    assert (it("not-relapsed.count"), it("not-relapsed.share.n")) == (1, 3)
    # 3 and 1 of 4, 1 and 2 of 3: 7 (3*2 - 1*1)^2 / (4*3*4*3).
    assert it("chi-square") == pytest.approx(7 * 25 / 144)
    assert it("chi-square.n") == 7
    assert it.it.notes == ("2 without an outcome or a group are left out.",)


@pytest.mark.parametrize(
    "promised, beside, tests",
    [
        ("chi-square, uncorrected", "none", ["chi-square"]),
        ("chi-square, uncorrected", "exact", ["chi-square", "fisher"]),
        (
            "chi-square, uncorrected",
            "all in use",
            ["chi-square", *(test for test in EVERY_TEST if test != "chi-square")],
        ),
        ("chi-square, Yates", "none", ["chi-square-yates"]),
        ("chi-square, Yates", "exact", ["chi-square-yates", "fisher"]),
        ("Fisher", "none", ["fisher"]),
        ("Fisher", "exact", ["fisher"]),
        ("Fisher", "all in use", ["fisher", *(test for test in EVERY_TEST if test != "fisher")]),
    ],
)
def test_the_promised_test_stands_first_and_its_companions_beside_it(
    analysed: Analysed, promised: str, beside: str, tests: list[str]
) -> None:
    clause = {"does": "compare", "outcome": "alive", "by": "relapsed", "test": promised, "beside": beside}
    it = analysed(TWO_BY_TWO, **clause)
    assert [part for part in it.parts if part in EVERY_TEST] == tests
    assert [it.standing(part) for part in tests] == ["promised", *["companion"] * (len(tests) - 1)]


def test_estimates_stand_before_the_tests_where_all_in_use_are_asked(analysed: Analysed) -> None:
    clause = {"does": "compare", "outcome": "alive", "by": "relapsed", "test": "Fisher"}
    it = analysed(TWO_BY_TWO, **clause, beside="all in use")
    estimates = [part for part in it.parts if part not in EVERY_TEST and part.count(".") == 0]
    assert estimates == [
        "risk-difference-newcombe",
        "risk-difference-miettinen-nurminen",
        "risk-difference-agresti-caffo",
        "risk-ratio-katz",
        "risk-ratio-koopman",
        "odds-ratio-mid-p",
        "odds-ratio-wald",
        "standardised-difference",
        "posterior",
        "posterior-greater",
    ]
    assert it.parts.index("posterior-greater") < it.parts.index("fisher")
    # 3 of 4 against 1 of 3.
    assert {it(part) for part in estimates if part.startswith("risk-difference")} == {0.75 - 1 / 3}
    assert it("risk-ratio-katz") == pytest.approx(0.75 * 3)
    assert it("odds-ratio-wald") == pytest.approx(3 * 2 / 1)
    assert [part for part in analysed(TWO_BY_TWO, **clause).parts if part in estimates] == []


def test_shifts_stand_before_the_rank_tests_where_all_in_use_are_asked(analysed: Analysed) -> None:
    it = analysed(WARD, does="compare", outcome="age", by="alive", test="Mann-Whitney", beside="all in use")
    tests = ["hodges-lehmann", "superiority", "standardised-difference", "mann-whitney", "mann-whitney-exact"]
    assert it.parts[-5:] == tests
    # 10, 20 and 30 against 40: the middle difference, and no pair in which the first is above.
    assert (it("hodges-lehmann"), it("superiority")) == (-20, 0)


@pytest.mark.parametrize(
    "promised, beside, tests",
    [
        ("Mann-Whitney", "none", ["mann-whitney"]),
        ("Mann-Whitney", "exact", ["mann-whitney", "mann-whitney-exact"]),
        ("Mann-Whitney, exact", "exact", ["mann-whitney-exact"]),
        ("Mann-Whitney, exact", "all in use", ["mann-whitney-exact", "mann-whitney"]),
    ],
)
def test_rank_tests_beside_the_promised_one(
    analysed: Analysed, promised: str, beside: str, tests: list[str]
) -> None:
    it = analysed(WARD, does="compare", outcome="age", by="alive", test=promised, beside=beside)
    assert [part for part in it.parts if part.startswith("mann")] == tests
    assert [it.standing(part) for part in tests] == ["promised", *["companion"] * (len(tests) - 1)]


def test_measurements_between_two_groups(analysed: Analysed) -> None:
    it = analysed(WARD, does="compare", outcome="age", by="alive", test="Mann-Whitney")
    assert (it("alive.n"), it("alive.median")) == (3, 20)
    assert (it("not-alive.n"), it("not-alive.n.n"), it("not-alive.median")) == (1, 2, 40)
    # Dora is older than each of the three: U of the survivors is 0, and 2 of 4 ways are as far off.
    assert (it("mann-whitney"), it("mann-whitney-exact.p")) == (0, 0.5)
    assert it.it.notes == ("1 without an outcome or a group is left out.",)


@pytest.mark.parametrize(
    "sheet, reason",
    [
        (TWO_BY_TWO.replace("| no    |", "| yes   |"), "column 2 is empty: nothing to compare"),
        (TWO_BY_TWO.replace("| yes\n", "| no\n"), "row 1 is empty: nothing to compare"),
    ],
    ids=["everybody alive", "nobody relapsed"],
)
def test_shares_that_cannot_be_compared_say_why(analysed: Analysed, sheet: str, reason: str) -> None:
    clause = {"outcome": "alive", "by": "relapsed", "test": "chi-square, uncorrected", "beside": "all in use"}
    it = analysed(sheet, does="compare", **clause)
    tests = ["chi-square", "chi-square-yates", "chi-square-n-1", "fisher"]
    assert [it.reason(part) for part in tests] == [reason] * 4
    assert [it(f"{part}.p") for part in tests] == [None] * 4
    assert not {"small-expected", "not-promised"} & set(it.cautions)


def test_an_outcome_that_is_all_equal_says_so(analysed: Analysed) -> None:
    sheet = "patient | age | alive\n a | 50 | yes\n b | 50 | no\n c | 50 | no"
    it = analysed(sheet, does="compare", outcome="age", by="alive", test="Mann-Whitney")
    assert it.reason("mann-whitney") == "all values are equal: their ranks tell nothing"
    assert it.reason("mann-whitney-exact") == "all values are equal: their ranks tell nothing"
    assert it("alive.median") == it("not-alive.median") == 50


def test_a_measurement_in_an_empty_group_says_so(analysed: Analysed) -> None:
    sheet = "patient | age | alive\n a | 50 | yes\n b | 60 | yes"
    it = analysed(sheet, does="compare", outcome="age", by="alive", test="Mann-Whitney")
    assert (it.reason("mann-whitney"), it.reason("not-alive.median")) == ("a group is empty", "no values")


# ---- Entries ----


def test_entries_count_patients_by_category_and_by_group(analysed: Analysed) -> None:
    it = analysed(WARD, does="entries", of="cause", by="alive")
    table = {
        level: (it(f"{level}.n"), it(f"{level}.count"), it(f"{level}.share"))
        for level in ("malignancy", "infection", "rheumatologic")
    }
    assert table == {"malignancy": (2, 1, 0.5), "infection": (2, 2, 1.0), "rheumatologic": (1, 0, 0.0)}
    assert it("malignancy.n.n") == 4  # of those whose cause is known
    # 1, 2, 0 of the survivors' three entries and 1, 0, 1 of the others' two.
    expected = [6 / 5, 6 / 5, 3 / 5, 4 / 5, 4 / 5, 2 / 5]
    seen = [1, 2, 0, 1, 0, 1]
    by_hand = sum((one - other) ** 2 / other for one, other in zip(seen, expected, strict=True))
    assert it("chi-square") == it("permutation") == pytest.approx(by_hand)
    # Six ways to deal two survivors to four patients; in only two are the causes parted less sharply.
    assert it("permutation.p") == pytest.approx(4 / 6)
    assert it.standing("chi-square") == "promised"
    assert it.standing("permutation") == "companion"
    assert it.it.notes == ("1 without a category or a group is left out.",)


def test_entries_with_nothing_beside(analysed: Analysed) -> None:
    assert "permutation" not in analysed(WARD, does="entries", of="cause", by="alive", beside="none").parts


def test_a_category_that_nobody_has_is_named(analysed: Analysed) -> None:
    sheet = "patient|cause|alive\n a|malignancy|yes\n b|infection|no"
    it = analysed(sheet, does="entries", of="cause", by="alive")
    assert it("rheumatologic.n") == 0
    assert it.it.notes == ("No patient has: rheumatologic.",)
    assert "several-categories" not in it.cautions


# ---- The course ----

BY_DAY = """
    patient | day 1 | day 5 | day 10
    ann     | 1000  | 500   | 100
    ben     | 1000  | 1200  |
    cleo    | 1000  | 250   |
    dora    | 1000  |       | 900
"""


def test_a_greatest_fall_says_what_follow_up_alone_would_make_of_it(analysed: Analysed) -> None:
    it = analysed(WARD, ferritin=BY_DAY, does="compare", outcome="response", by="alive", test="Mann-Whitney")
    expected = [it.results.number(f"it.{key}.under-null").estimate for key in ("alive", "not-alive")]
    assert it.cautions["best-ever"] == (
        "The response is the greatest ever reached: who is followed longer has more values to reach it. "
        "Later values a patient, median: 1 (Alive), 0.5 (Not: alive). Courses that had nothing to do with "
        f"the group would give {expected[0].shown} and {expected[1].shown} on the same days."
    )
    assert it("under-null.bias") == pytest.approx((expected[0].value or 0) - (expected[1].value or 0))
    medians = [it.results.number(f"it.{key}.median").estimate.value or 0 for key in ("alive", "not-alive")]
    assert it("under-null.seen") == pytest.approx(medians[0] - medians[1])


def test_a_trajectory_counts_who_had_a_value_each_day(analysed: Analysed) -> None:
    it = analysed(WARD, ferritin=BY_DAY, does="trajectory", serial="ferritin_by_day")
    assert [it(f"day-{day}.n") for day in (1, 5, 10)] == [4, 3, 2]
    assert (it("day-5.n.n"), it("day-5.median"), it("day-5.median.n")) == (5, 500, 3)
    assert (it("day-10.lowest"), it("day-10.highest")) == (100, 900)
    assert it.of("day-10.median") == "ann dora"


def test_a_day_without_values_gives_only_their_number(analysed: Analysed) -> None:
    by_day = "patient | day 1 | day 5\n ann | 10 |"
    it = analysed(WARD, ferritin=by_day, does="trajectory", serial="ferritin_by_day")
    assert [part for part in it.parts if part.startswith("day-5")] == ["day-5.n"]
    assert it("day-5.n") == 0


def test_a_serial_without_a_grid_has_the_days_of_its_values(analysed: Analysed) -> None:
    by_day = "patient | day 7 | day 2\n ann | 10 | 20\n ben | | 30"
    clause = {"does": "trajectory", "serial": "ferritin_by_day"}
    it = analysed("patient | age\n ann | 1\n ben | 2", ferritin=by_day, grid="", **clause)
    assert [part for part in it.parts if part.endswith(".n")] == ["day-2.n", "day-7.n"]
    assert (it("day-2.median"), it("day-7.n")) == (25, 1)


def test_a_trajectory_by_group(analysed: Analysed) -> None:
    it = analysed(WARD, ferritin=BY_DAY, does="trajectory", serial="ferritin_by_day", by="alive")
    assert [it(f"{key}.day-5.n") for key in ("alive", "not-alive")] == [3, 0]
    assert (it("alive.day-10.median"), it("not-alive.day-10.median")) == (100, 900)
    assert "day-5.n" not in it.parts


def test_a_landmark_is_the_fall_by_one_day_of_those_with_a_value_on_it(analysed: Analysed) -> None:
    clause = {"does": "landmark", "serial": "ferritin_by_day", "at": "day 5"}
    it = analysed(WARD, ferritin=BY_DAY, **clause, by="alive")
    assert [it(f"alive.{end}") for end in ("n", "lowest", "median", "highest")] == [3, -0.2, 0.5, 0.75]
    assert (it("not-alive.n"), it("not-alive.n.n"), it("not-alive.median")) == (0, 2, None)
    assert it.reason("mann-whitney-exact") == "a group is empty"
    assert it.it.notes[0].startswith("2 without a group, or a value above zero on day 1 and one on day 5,")


def test_no_share_is_taken_of_nothing(analysed: Analysed) -> None:
    by_day = "patient | day 1 | day 5\n ann | 0 | 5\n ben | 0 | 0\n cleo | 10 | 5"
    clause = {"does": "landmark", "serial": "ferritin_by_day", "at": "day 5", "by": "alive"}
    assert analysed(WARD, ferritin=by_day, **clause).of("alive.median") == "cleo"


def test_a_landmark_tests_two_groups_and_no_more(analysed: Analysed) -> None:
    clause = {"does": "landmark", "serial": "ferritin_by_day", "at": "day 5"}
    two = analysed(WARD, ferritin=BY_DAY, **clause, by="relapsed")
    assert two("mann-whitney-exact.n") == 3
    assert two.standing("mann-whitney-exact") == "promised"
    three = analysed(WARD, ferritin=BY_DAY, **clause, by="stage")
    assert "mann-whitney-exact" not in three.parts
    assert three.it.notes[-1] == "No test: Mann-Whitney compares two groups, here are 3."


def test_the_greatest_fall_is_zero_where_it_never_fell_and_missing_where_it_cannot_be_told(
    analysed: Analysed,
) -> None:
    it = analysed(WARD, ferritin=BY_DAY, does="summarise", variables=["response"])
    assert [it(f"response.all.{end}") for end in ("lowest", "median", "highest")] == pytest.approx(
        [0, 0.425, 0.9]
    )
    assert it("response.all.missing") == 1  # emil has no row


# ---- The course in numbers ----

WATCHED = """
    patient | alive | time | relapsed
    ann     | no    | 20   | yes
    ben     | yes   | 100  | yes
    cleo    | no    | 12   | no
    dora    | no    | 3    | no
    emil    | yes   | 50   | no
"""
COURSES = """
    patient | day 1 | day 5 | day 10
    ann     | 1000  | 400   | 800
    ben     | 1000  | 900   | 250
    cleo    | 1000  | 1500  |
    dora    | 500   |       | 600
"""
IN_NUMBERS: dict[str, Any] = {"does": "trajectory", "serial": "ferritin_by_day", "unit": "days"}
ENDS = ("lowest", "median", "highest")
STARTED = """
    patient | day_started
    ann     | 2
    ben     | 4
    cleo    | 30
    dora    |
    emil    | 90
"""


def test_the_course_of_each_patient_in_numbers(analysed: Analysed) -> None:
    it = analysed(WATCHED, ferritin=COURSES, **IN_NUMBERS, fold=["day 5", "day 10"])
    names = ("ann", "ben", "cleo", "dora")
    for part, *told in (
        ("values", 3, 3, 2, 2),
        ("gap", 4.5, 4.5, 4, 9),
        ("greatest-fall", 0.6, 0.75, 0, 0),
        ("nadir", 400, 250, 1500, 600),
        ("nadir-day", 5, 10, 5, 10),
        ("day-5.fold", 0.4, 0.9, 1.5, None),
        ("day-10.fold", 0.8, 0.25, None, 1.2),
        ("half", 4, 9, None, None),
        ("rebound", 2, None, None, None),
    ):
        assert [it(f"patient.{name}.{part}") for name in names] == told, part
        values = sorted(one for one in told if one is not None)
        middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
        assert [it(f"{part}.{end}") for end in ENDS] == pytest.approx([values[0], middle, values[-1]]), part
        assert it(f"{part}.median.n") == len(values), part
    assert not [part for part in it.parts if "emil" in part]
    assert it.it.notes[0] == "1 without a value of ferritin is left out."


def test_the_course_in_numbers_by_group(analysed: Analysed) -> None:
    it = analysed(WATCHED, ferritin=COURSES, **IN_NUMBERS, by="alive", fold=["day 5"])
    assert [it(f"{key}.nadir.median") for key in ("alive", "not-alive")] == [250, 600]
    assert (it.of("not-alive.half.share"), it("not-alive.half.count")) == ("ann cleo dora", 1)
    assert "alive.rebound.median" not in it.parts  # nobody of them was looked at after the nadir
    assert "alive.before-death.median" not in it.parts
    assert it("patient.ann.nadir") == 400
    assert "nadir.median" not in it.parts


def test_the_half_of_day_1_is_counted_among_those_with_a_later_value(analysed: Analysed) -> None:
    it = analysed(WATCHED, ferritin=COURSES, **IN_NUMBERS)
    assert (it("half.count"), it("half.count.n"), it("half.share")) == (2, 4, 0.5)
    assert (it.of("half.count"), it.of("half.share")) == ("ann ben", "ann ben cleo dora")
    assert it.reason("patient.cleo.half") == "not reached by day 5, the last with a value"
    only_first = "patient | day 1 | day 5\n ann | 10 |\n ben | 10 | 4"
    assert analysed(WATCHED, ferritin=only_first, **IN_NUMBERS)("half.count.n") == 1
    nobody = "patient | day 1 | day 5\n ann | 10 | 6\n ben | 10 | 9"
    it = analysed(WATCHED, ferritin=nobody, **IN_NUMBERS)
    assert (it("half.count"), it("half.count.n")) == (0, 2)
    assert "half.median" not in it.parts


def test_the_last_value_before_death_of_those_who_died(analysed: Analysed) -> None:
    """Followed 20 days from day 1 is dead on day 21; dora's clocks do not fit, and ben and emil live."""
    it = analysed(WATCHED, ferritin=COURSES, **IN_NUMBERS)
    assert [it(f"patient.{name}.before-death") for name in ("ann", "cleo", "dora")] == [800, 1500, None]
    assert [it(f"patient.{name}.before-death-days") for name in ("ann", "cleo")] == [11, 8]
    assert (it.of("before-death.median"), it("before-death-days.median")) == ("ann cleo", 9.5)
    assert "patient.ben.before-death" not in it.parts
    why = "a value stands on day 10, and death on day 4: the two clocks do not fit"
    assert it.reason("patient.dora.before-death") == it.reason("patient.dora.before-death-days") == why


@pytest.mark.parametrize(
    "unit, time, day, grid, told",
    [
        ("days", "10", 10, GRID, (600, 1)),  # dead on day 11
        ("days", "8.96", 10, GRID, (600, 0)),  # on day 10, the nearest
        ("days", "8", 10, GRID, (None, None)),  # on day 9: 8.5 days end on it too
        ("days", "8", 10, GRID + '\nwithin = "1 day"', (600, 0)),  # the value may be of day 9
        ("days", "8", 10, 'within = "1 day"', (None, None)),  # without a grid a day is the day
        ("months", "0.3", 11, "days = [1, 11]", (600, 0)),  # on day 10; 0.349 months end on day 11
        ("months", "0.3", 12, "days = [1, 12]", (None, None)),
    ],
)
def test_what_rounding_and_tolerance_let_stand_after_death_is_of_its_day(
    analysed: Analysed,
    unit: str,
    time: str,
    day: int,
    grid: str,
    told: tuple[float | None, float | None],
) -> None:
    by_day = f"patient | day 1 | day {day}\n dora | 500 | 600"
    sheet = f"patient | alive | time\n dora | no | {time}"
    it = analysed(sheet, ferritin=by_day, grid=grid, **{**IN_NUMBERS, "unit": unit})
    assert (it("patient.dora.before-death"), it("patient.dora.before-death-days")) == told


def test_without_follow_up_nothing_is_said_of_death(analysed: Analysed) -> None:
    it = analysed("patient | age\n ann | 30", ferritin="patient | day 1 | day 5\n ann | 9 | 3", **IN_NUMBERS)
    assert it("patient.ann.nadir") == 3
    assert not [part for part in it.parts if "death" in part]
    assert it.it.notes == ("Only values on the days of the grid are looked at, each as of its day there.",)


def test_typed_days_beside_the_grid_are_looked_at(analysed: Analysed) -> None:
    by_day = "patient | day 1 | day 3 | day 5\n ann | 100 | 20 | 50"
    it = analysed(WATCHED, ferritin=by_day, **IN_NUMBERS)
    assert (it("patient.ann.nadir"), it("patient.ann.nadir-day")) == (20, 3)
    assert not [note for note in it.it.notes if "grid" in note]


def test_the_tolerance_of_a_grid_is_not_spent_twice(analysed: Analysed) -> None:
    fold = {**IN_NUMBERS, "fold": ["day 5"]}
    by_day = "patient | day 1 | day 4 | day 6\n ann | 100 | 50 | 20"
    on_grid = analysed(WATCHED, ferritin=by_day, grid='days = [1, 4, 5, 6]\nwithin = "2 days"', **fold)
    assert on_grid.reason("patient.ann.day-5.fold") == "no value on day 5"
    assert "day-5.fold.median" not in on_grid.parts
    free = analysed(WATCHED, ferritin=by_day, grid='within = "2 days"', **fold)
    assert free("patient.ann.day-5.fold") == 0.5  # of two as near the earlier
    exact = analysed(WATCHED, ferritin=by_day, grid="", **fold)
    assert exact("patient.ann.day-5.fold") is None


def test_many_patients_have_no_numbers_of_their_own(
    analysed: Analysed, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = analysed(WATCHED, ferritin=COURSES, **IN_NUMBERS)
    monkeypatch.setattr(caseseries.analysis.patient_courses, "MANY_PATIENTS", 4)
    many = analysed(WATCHED, ferritin=COURSES, **IN_NUMBERS)
    assert many.parts == [part for part in few.parts if not part.startswith("patient.")] != few.parts


def test_patients_whose_names_are_alike_have_ids_of_their_own() -> None:
    pieces = of_patients(["A 1", "a-1", "1", "a-1-2", "-1", "*"])
    assert len(set(pieces.values())) == 6
    assert pieces["A 1"] == "patient.a-1"
    assert pieces == of_patients(["*", "-1", "a-1-2", "1", "a-1", "A 1"])


# ---- What was promised and cannot be done ----


def test_a_column_that_stands_only_in_print_may_be_missing(analysed: Analysed) -> None:
    clause = {"does": "compare", "outcome": "response_printed", "by": "alive", "test": "Mann-Whitney"}
    it = analysed(WARD, **clause)
    assert it.it.why_not == "Not possible: these cases do not hold response_printed."
    assert (it.parts, it.it.cautions) == ([], ())


@pytest.mark.parametrize(
    "clause, why_not",
    [
        (
            {"does": "rescreen", "if_unknown": "drop"},
            "Not possible from a sheet: who was looked for and not found is not in it.",
        ),
        ({"does": "comparison"}, 'Promised, and not served by this version: does = "comparison".'),
    ],
    ids=lambda one: one["does"] if isinstance(one, dict) else "",
)
def test_what_is_promised_and_not_done_says_why(
    analysed: Analysed, clause: dict[str, Any], why_not: str
) -> None:
    it = analysed(WARD, **clause)
    assert (it.it.why_not, it.parts, it.it.cautions) == (why_not, [], ())


# ---- Episodes ----

AGAIN = """
    patient | episode | age | alive
    ann     | 2       | 90  | no
    ann     | 1       | 10  | yes
    ben     | 2       | 30  | no
"""


def test_the_first_episode_counts_wherever_it_stands(analysed: Analysed) -> None:
    it = analysed(AGAIN, does="summarise", variables=["age"], by="alive")
    assert (it("all.n"), it("age.all.lowest"), it("age.all.highest")) == (2, 10, 30)
    assert it.of("alive.n") == "ann"
    assert it.of("not-alive.n") == "ben/2"  # of whom no earlier one is told


def test_the_course_is_that_of_the_same_episode(analysed: Analysed) -> None:
    by_day = (
        "patient | episode | day 1 | day 5\n ann | 1 | 100 | 50\n ann | 2 | 900 | 800\n ben | 2 | 30 | 20"
    )
    it = analysed(AGAIN, ferritin=by_day, does="trajectory", serial="ferritin_by_day")
    assert (it("day-1.n"), it("day-1.highest"), it("day-5.lowest")) == (2, 100, 20)


def test_what_is_left_out_raises_no_caution(analysed: Analysed) -> None:
    by_day = "patient | episode | day 1 | day 5\n ann | 1 | 100 | 50\n ann | 2 | 900 | >800"
    it = analysed(AGAIN, ferritin=by_day, does="trajectory", serial="ferritin_by_day")
    assert "bounds" not in it.cautions


# ---- Cautions: of each kind one that is raised, and one that is not ----

Case = dict[str, Any]


def ward_of(patients: int) -> str:
    return "patient | age\n" + "\n".join(f"{number} | {20 + number}" for number in range(patients))


def course(**clause: Any) -> Case:
    return {"sheet": WARD, "ferritin": BY_DAY, "serial": "ferritin_by_day", **clause}


def greatest_fall(ferritin: str) -> Case:
    return ranks(WARD, "response", ferritin=ferritin)


def shares(sheet: str, test: str = "chi-square, uncorrected", **clause: Any) -> Case:
    both = {"does": "compare", "outcome": "alive", "by": "relapsed", "test": test}
    return {"sheet": sheet, **both, **clause}


def ranks(sheet: str, outcome: str = "age", **clause: Any) -> Case:
    both = {"does": "compare", "outcome": outcome, "by": "alive", "test": "Mann-Whitney"}
    return {"sheet": sheet, **both, **clause}


def survived(sheet: str, **clause: Any) -> Case:
    return {"sheet": sheet, "does": "survival", **clause}


def summed(sheet: str, *variables: str, **clause: Any) -> Case:
    return {"sheet": sheet, "does": "summarise", "variables": list(variables), **clause}


TEN_EACH = "patient|alive|relapsed\n" + "\n".join(
    f"{number}|{'yes' if number % 2 else 'no'}|{'yes' if number % 4 > 1 else 'no'}" for number in range(20)
)
ON_DRUG = """
    patient | alive | time | day_started | anakinra        | anakinra.days
    ann     | no    | 10   | 3           | 100 mg subq q12 | {days}
"""
LATE_START = """
    patient | alive | time | day_diagnosed | day_started | anakinra        | anakinra.days
    ann     | no    | 10   | 1             | 9           | 100 mg subq q12 | 10
"""
PRESUMED = """
    patient | cause                     | alive
    ann     | rheumatologic             | yes
    ben     | rheumatologic (presumed)  | no
    cleo    | malignancy                | no
"""
TIED = "patient|age|alive\n a|50|yes\n b|50|no\n c|60|no\n d|70|yes"
BOUND = "patient|ferritin|alive\n a|>100,000|yes\n b|>100,000|no\n c|500|no"
BOUND_BY_DAY = BY_DAY.replace("1200", ">1200")

CAUTIONS: list[tuple[str, Case, str, Case]] = [
    (
        "few-patients",
        summed(ward_of(19), "age"),
        "19 patients: one patient more or less can change what is said here. Read the intervals first.",
        summed(ward_of(20), "age"),
    ),
    (
        "few-patients",
        summed(ward_of(1), "age"),
        "1 patient: one patient more or less can change what is said here. Read the intervals first.",
        {"sheet": ward_of(1), "does": "list", "variables": ["age"]},
    ),
    (
        "small-expected",
        shares(TWO_BY_TWO),
        "The smallest expected count is 1.29. Below 5 a chi-square test promises more than it can hold: "
        "read the exact test beside it.",
        shares(TEN_EACH),
    ),
    (
        "small-expected",
        shares(TWO_BY_TWO, beside="all in use", test="Fisher"),
        "",
        shares(TWO_BY_TWO, "Fisher"),
    ),
    (
        "ties",
        ranks(TIED),
        "The 4 values hold ties (3 distinct): the exact test is conditional on them.",
        ranks(TIED.replace("b|50", "b|51")),
    ),
    (
        "ties",
        course(does="landmark", at="day 5", by="relapsed", ferritin=BY_DAY.replace("1200", "500")),
        "The 3 values hold ties (2 distinct): the exact test is conditional on them.",
        course(does="landmark", at="day 5", by="relapsed"),
    ),
    (
        "several-categories",
        summed(WARD, "cause"),
        "1 of 4 patients have several categories (5 entries): the shares add up to more than 100 %, and a "
        "test that counts entries counts these patients more than once.",
        summed(WARD.replace("malignancy; infection", "malignancy"), "cause"),
    ),
    (
        "several-categories",
        {"sheet": WARD, "does": "entries", "of": "cause", "by": "alive"},
        "",
        {"sheet": WARD.replace("; infection", ""), "does": "entries", "of": "cause", "by": "alive"},
    ),
    (
        "not-promised",
        survived(FOLLOWED, by="relapsed"),
        "This p-value was not promised in the protocol: it describes, it does not confirm.",
        survived(FOLLOWED),
    ),
    # A companion is named by the promise, in `beside`.
    ("not-promised", survived(FOLLOWED, by="relapsed"), "", shares(TWO_BY_TWO, beside="all in use")),
    (
        "uncertain-labels",
        shares(PRESUMED, by="rheumatologic"),
        "1 of the 2 patients with rheumatologic have it by a label that is less than stated (patient ben): "
        "another reading of the charts would move them.",
        shares(PRESUMED.replace(" (presumed)", ""), by="rheumatologic"),
    ),
    (
        "uncertain-labels",
        {"sheet": PRESUMED, "does": "entries", "of": "cause", "by": "alive"},
        "",
        shares(PRESUMED.replace("rheumatologic (", "infection ("), by="rheumatologic"),
    ),
    ("small-mean-times", survived(FOLLOWED), "", summed(ward_of(20), "age")),
    (
        "unequal-follow-up",
        survived("patient|alive|time\n a|yes|4\n b|yes|59\n c|no|70"),
        "Alive at last follow-up means alive after 4 months for one and after 59 months for another: a share "
        "without a horizon. Survival at a fixed time says more.",
        survived("patient|alive|time\n a|yes|12\n b|yes|12\n c|no|5"),
    ),
    (
        "unequal-follow-up",
        survived("patient|alive|time\n a|yes|4\n b|yes|5"),
        "",
        survived("patient|alive|time\n a|yes|4\n b|no|5\n c|no|6"),
    ),
    (
        "grouped-by-outcome",
        summed(WARD, "age", by="alive"),
        'The groups are made by the outcome ("Alive"), which was known last: this describes, and does not '
        "predict.",
        summed(WARD, "age", by="relapsed"),
    ),
    (
        "clock",
        survived(ON_DRUG.format(days=12), unit="days"),
        "Counted from the first dose, something recorded comes after the end of follow-up (patient ann).",
        survived(ON_DRUG.format(days=11), unit="days"),  # 10 may be 10.4: the eleventh day is reached
    ),
    (
        "uncertain-labels",
        ranks(PRESUMED, "rheumatologic", test="Fisher"),
        "",
        ranks(PRESUMED.replace(" (presumed)", ""), "rheumatologic", test="Fisher"),
    ),
    (
        # Counted from diagnosis, ann would be dead before the last dose; but nobody says so.
        "clock",
        survived(ON_DRUG.format(days=12), unit="days"),
        "",
        survived(LATE_START, unit="days"),
    ),
    (
        "immortal-time",
        survived(MOVED, counted_from="diagnosis", unit="days"),
        "Everybody here lived until the first dose, or would not be here: between diagnosis and the first "
        "dose (median 0 days, up to 5) nobody could die.",
        survived(MOVED, unit="days"),
    ),
    (
        "recalled",
        summed(GIVEN, "therapy"),
        "Which name is which drug, and in which class, is recalled and was not looked up in a source: what "
        "each cell was read as stands in the table of regimens.",
        summed(WARD, "age"),
    ),
    (
        "best-ever",
        greatest_fall(BY_DAY),
        "",
        course(does="landmark", at="day 5", by="alive"),
    ),
    (
        "clock",
        course(does="trajectory", sheet=WATCHED, ferritin=COURSES, unit="days"),
        "A value of ferritin stands after death, so that none before it is told (patient dora).",
        course(does="trajectory", sheet=WATCHED.replace("| 3 ", "| 9 "), ferritin=COURSES, unit="days"),
    ),
    (
        "unequal-values",
        course(does="trajectory", sheet=WATCHED, ferritin=COURSES, unit="days"),
        "After day 1 a patient has 1 to 2 values. Nadir, greatest fall, rebound and the half of day 1 are "
        "found more easily in whoever has more, and who dies early has few. The median is 1 in those who "
        "died, 2 in all others.",
        course(does="trajectory", ferritin="patient | day 1 | day 5\n ann | 9 | 3\n ben | 8 | 3"),
    ),
    (
        "different-starts",
        course(does="trajectory", sheet=STARTED, ferritin=COURSES),
        "Day 1 is hospital day 2 to 30 (median 4): the first values are not of one time of the illness.",
        course(does="trajectory", sheet=STARTED.replace("30", "2").replace("4", "2"), ferritin=COURSES),
    ),
    (
        "bounds",
        summed(BOUND, "ferritin"),
        "2 values are known as a bound only (such as >100,000) and taken at the bound.",
        summed(BOUND.replace(">", ""), "ferritin"),
    ),
    (
        "bounds",
        ranks(BOUND.replace("b|>", "b|"), "ferritin"),
        "1 value is known as a bound only (such as >100,000) and taken at the bound.",
        ranks(BOUND.replace(">", ""), "ferritin"),
    ),
    (
        "bounds",
        course(does="trajectory", ferritin=BOUND_BY_DAY),
        "1 value is known as a bound only (such as >100,000) and taken at the bound.",
        course(does="trajectory"),
    ),
    (
        "bounds",
        course(does="landmark", at="day 5", by="alive", ferritin=BOUND_BY_DAY),
        "",
        summed(WARD, "age"),
    ),
    ("bounds", greatest_fall(BOUND_BY_DAY), "", greatest_fall(BY_DAY)),
    (
        "ranges",
        summed(WARD, "met"),
        "1 value is known as a range only, and taken at the lower end.",
        summed(WARD.replace("5 to 7", "5     "), "met"),
    ),
    ("ranges", ranks(WARD, "met"), "", ranks(WARD, "age")),
    (
        "episodes",
        summed(AGAIN, "age"),
        "1 further episode is left out: the unit is the patient, at the first episode.",
        summed(AGAIN.replace("ann     | 2", "cleo    | 2"), "age"),
    ),
]


@pytest.mark.parametrize("kind, raised, sentence, quiet", CAUTIONS)
def test_a_caution_is_raised_where_it_holds_and_only_there(
    analysed: Analysed, kind: str, raised: Case, sentence: str, quiet: Case
) -> None:
    said = analysed(**raised).cautions
    assert kind in said
    assert sentence in ("", said[kind])
    assert kind not in analysed(**quiet).cautions


def test_every_kind_of_caution_is_tried() -> None:
    source = Path(caseseries.analysis.cautions.__file__).read_text("utf-8")
    elsewhere = {"labels-tip", "small-late-weights", "dealt-follow-up"}  # test_relabel, test_clocks_and_kinds
    tried = {kind for kind, *_ in CAUTIONS} | elsewhere
    assert set(re.findall(r'Caution\(\s*"([\w-]+)"', source)) == tried
