"""Comparisons of several groups, of categories, and of outcomes that are not always known, by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from caseseries.analysis.plan import analyse
from caseseries.analysis.released import released
from caseseries.analysis.results import Result, Results
from caseseries.analysis.standing import methods_of
from caseseries.cases.derived import with_derived
from caseseries.cases.series import CaseSeries
from caseseries.cases.sheet import read_sheet
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.reading import read_protocol
from caseseries.report.comparison_tables import comparisons_table
from caseseries.report.group_table import group_tables
from caseseries.report.narrative import results_in_words
from caseseries.report.page import plain
from caseseries.stats.compare import chi_square, fisher
from caseseries.stats.freeman_halton import freeman_halton
from caseseries.stats.kruskal_wallis import kruskal_wallis, kruskal_wallis_exact

PROTOCOL = """
title = "Made up"
version = "1"
question = "What?"
[moments]
first_dose = { first = "anakinra" }
last_contact = { last = "contact" }
[follow_up]
counted_from = "first_dose"
until = "last_contact"
horizons = ["12 months"]
[[variable]]
name = "cause"
kind = "categories"
levels = ["malignancy", "infection", "lupus", "unknown"]
alone = "unknown"
certainty = ["stated", "presumed"]
[[variable]]
name = "stage"
kind = "category"
levels = ["early", "late", "very late"]
certainty = ["stated", "presumed"]
[[variable]]
name = "age"
kind = "number"
unit = "years"
[[variable]]
name = "sex"
kind = "category"
levels = ["F", "M"]
[[variable]]
name = "alive"
kind = "yes/no"
yes = "Alive"
no = "Dead"
take = { follow_up = "alive" }
[[variable]]
name = "months"
kind = "time"
take = { follow_up = "time" }
[[derived]]
name = "first_cause"
label = "First cause"
kind = "category"
take = { first_of = ["lupus", "malignancy", "infection", "unknown"], in = "cause" }
"""
SHEET = """
patient | cause                          | stage           | age | sex | alive | months
ann     | malignancy; infection          | early           | 20  | F   | yes   | 12
ben     | infection (presumed)           | late            | 30  | M   | no    | 1
cleo    | lupus (presumed); malignancy   | early           | 40  | F   | yes   | 14
dora    | lupus                          | late (presumed) | 50  | F   | yes   | 9
eve     | infection                      | late            | 60  | F   | no    | 2
fay     | unknown                        | early           | 70  | F   | no    | 3
gil     | malignancy                     |                 | 80  | M   | no    | 4
hal     | None                           | late            | 25  | M   | yes   | 20
ida     |                                | early           |     | F   | no    | 1
"""


@dataclass(frozen=True)
class Made:
    """What came of one analysis, called "it", and of another on it, called "again"."""

    protocol: Protocol
    cases: CaseSeries
    results: Results

    @property
    def it(self) -> Result:
        return self.results.result("it")

    def __call__(self, part: str) -> float | int | None:
        return self.results.value(f"it.{part}")

    @property
    def methods(self) -> list[str]:
        return [f"{one.id.removeprefix('it.')} {one.standing}" for one in methods_of(self.it)]

    def table(self) -> list[str]:
        [table] = group_tables([self.it], self.results, self.cases)
        lines = [list(table.head), *([plain(cell.line) for cell in row.cells] for row in table.rows)]
        return [" | ".join(line) for line in lines]


Does = Callable[..., Made]


@pytest.fixture
def does(tmp_path: Path) -> Does:
    """The results of one analysis of the sheet, its keys as they are written; `again` is another clause."""

    def made(clause: str, sheet: str = SHEET, again: str = "") -> Made:
        text = f'{PROTOCOL}[[analysis]]\nname = "it"\nrole = "primary"\n{clause}\n{again}'
        (tmp_path / "protocol.toml").write_text(text, "utf-8")
        rows = [[cell.strip() for cell in line.split("|")] for line in sheet.strip().splitlines()]
        (tmp_path / "patients.csv").write_text(
            "\n".join(",".join(f'"{c}"' for c in row) for row in rows), "utf-8"
        )
        protocol = read_protocol(tmp_path / "protocol.toml")
        cases = with_derived(read_sheet(tmp_path / "patients.csv", protocol), protocol.derived)
        return Made(protocol, cases, analyse(protocol, cases))

    return made


def compare(outcome: str, by: str, test: str, beside: str = "exact") -> str:
    return f'does = "compare"\noutcome = "{outcome}"\nby = "{by}"\ntest = "{test}"\nbeside = "{beside}"'


# ---- Each patient once ----


def test_each_patient_falls_to_the_first_level_in_the_order_that_he_has(does: Does) -> None:
    """Cleo has lupus before malignancy; who has no cause at all, or of whom none is told, is in no group."""
    it = does(compare("alive", "first_cause", "Freeman-Halton", "all in use"))
    groups = {one.title.removeprefix("First cause: "): one.patients for one in it.it.groups}
    assert groups == {
        "lupus": ("cleo", "dora"),
        "malignancy": ("ann", "gil"),
        "infection": ("ben", "eve"),
        "unknown": ("fay",),
    }
    table = [[2, 0], [1, 1], [0, 2], [0, 1]]
    assert [it(f"{key}.count") for key in ("lupus", "malignancy", "infection", "unknown")] == [2, 1, 0, 0]
    assert it.results.number("it.freeman-halton").estimate == freeman_halton(table, seed=2022)
    assert it("chi-square") == chi_square(table).value
    assert it.methods == ["freeman-halton promised", "chi-square companion"]
    assert it.it.notes == ("2 without an outcome or a group are left out.",)
    assert {one.kind for one in it.it.cautions} >= {"uncertain-labels"}


def test_an_order_serves_summaries_and_curves_too(does: Does) -> None:
    it = does('does = "summarise"\nvariables = ["first_cause", "age"]\nby = "first_cause"')
    assert (it("first-cause.lupus.all.count"), it("age.lupus.median")) == (2, 45)
    assert it("first-cause.all.missing") == 2
    curves = does('does = "survival"\nby = "first_cause"').it.curves
    assert {key: curve.n for key, curve in curves.items()} == {
        "lupus": 2,
        "malignancy": 2,
        "infection": 2,
        "unknown": 1,
    }


def test_levels_and_groups_that_nobody_has_are_left_out_and_named(does: Does) -> None:
    sheet = "\n".join(line for line in SHEET.splitlines() if "unknown" not in line)
    it = does(compare("stage", "first_cause", "chi-square, uncorrected"), sheet)
    # Lupus: Cleo early, Dora late; malignancy: Ann early, of Gil it is not known; infection: two late.
    table = [[1, 1], [1, 0], [0, 2]]
    assert it("chi-square") == chi_square(table).value
    assert it.results.number("it.freeman-halton").estimate.p == freeman_halton(table, seed=1).p
    assert it.it.notes[1:] == ("Nobody to compare in: First cause: unknown.", "No patient has: very late.")
    assert (it("unknown.n"), it("malignancy.n"), it("malignancy.n.n"), it("malignancy.early.share")) == (
        0,
        1,
        2,
        1,
    )


# ---- Categories and ranks ----


def test_a_category_between_two_groups(does: Does) -> None:
    it = does(compare("stage", "alive", "Freeman-Halton", "none"))
    assert (it("alive.early.count"), it("alive.late.count"), it("not-alive.late.share")) == (2, 2, 0.5)
    # With two levels and two groups it is Fisher's test.
    assert it("freeman-halton.p") == pytest.approx(fisher([[2, 2], [2, 2]]).p)
    assert it.methods == ["freeman-halton promised"]
    assert it.table() == [
        "Alive | Patients | early | late | very late",
        "Alive | 4 | 2 (50%) | 2 (50%) | 0 (0%)",
        "Dead | 4 | 2 (50%) | 2 (50%) | 0 (0%)",
    ]
    [words] = results_in_words(it.results, it.cases, it.protocol)
    assert plain(words).startswith(
        "Stage: alive, early 2, late 2, very late 0 of 4; dead, early 2, late 2, very late 0 of 4."
    )
    [line] = comparisons_table([it.it], it.results, it.cases).rows
    assert [plain(cell.line).replace("\u00a0", " ") for cell in line.cells][:3] == [
        "it",
        "Alive: n = 4",
        "Dead: n = 4",
    ]


def test_measurements_between_several_groups(does: Does) -> None:
    it = does(compare("age", "first_cause", "Kruskal-Wallis", "all in use"))
    samples = [[40, 50], [20, 80], [30, 60], [70]]
    assert it.results.number("it.kruskal-wallis").estimate == kruskal_wallis(samples)
    assert it.results.number("it.kruskal-wallis-exact").estimate == kruskal_wallis_exact(samples, seed=2022)
    assert it.methods == ["kruskal-wallis promised", "kruskal-wallis-exact companion"]
    assert it.table() == [
        "First cause | Patients | Median (range)",
        "lupus | 2 | 45 (40–50)",
        "malignancy | 2 | 50 (20–80)",
        "infection | 2 | 45 (30–60)",
        "unknown | 1 | 70 (70–70)",
    ]


def test_a_group_without_values_is_left_out_of_the_ranks_and_named(does: Does) -> None:
    it = does(compare("age", "first_cause", "Kruskal-Wallis, exact"), SHEET.replace("| 70  |", "|     |"))
    assert it("kruskal-wallis-exact") == pytest.approx(kruskal_wallis([[40, 50], [20, 80], [30, 60]]).value)
    assert it.methods == ["kruskal-wallis-exact promised"]
    assert "Nobody to compare in: First cause: unknown." in it.it.notes


def test_ranks_between_the_two_levels_of_a_category(does: Does) -> None:
    it = does(compare("age", "sex", "Mann-Whitney"))
    assert (it("f.n"), it("m.n"), it("m.median")) == (5, 3, 30)


def test_nobody_to_compare_says_so(does: Does) -> None:
    sheet = "patient | cause | stage | age | sex | alive | months\nann | | | | | |"
    it = does(compare("stage", "first_cause", "Freeman-Halton", "all in use"), sheet)
    reasons = {it.results.number(f"it.{part}").estimate.reason for part in ("freeman-halton", "chi-square")}
    assert reasons == {"nobody to count"}
    ranks = does(compare("age", "first_cause", "Kruskal-Wallis"), sheet).results
    assert ranks.number("it.kruskal-wallis-exact").estimate.reason == "nobody to compare"


# ---- Labels ----

AGAIN = '[[analysis]]\nname = "again"\nrole = "sensitivity"\ndoes = "relabel"\nof = "it"\nvariable = "{}"'


def test_an_order_is_relabelled_by_every_label(does: Does) -> None:
    """Ben without infection is of unknown cause, Cleo without lupus has malignancy."""
    found = does(compare("alive", "first_cause", "Freeman-Halton"), again=AGAIN.format("cause")).results
    tables = {
        "as-labelled": [[2, 0], [1, 1], [0, 2], [0, 1]],
        "without-1": [[2, 0], [1, 1], [0, 1], [0, 2]],
        "without-2": [[1, 0], [2, 1], [0, 2], [0, 1]],
        "without-all": [[1, 0], [2, 1], [0, 1], [0, 2]],
    }
    for key, table in tables.items():
        number = found.number(f"again.{key}.freeman-halton")
        assert number.estimate == freeman_halton(table, seed=2022), key
    titles = [one.title for one in found.result("again").groups][1:3]
    assert titles == ["without infection of ben", "without lupus of cleo"]


def test_who_loses_the_label_of_a_category_is_left_out(does: Does) -> None:
    found = does(compare("alive", "stage", "Freeman-Halton"), again=AGAIN.format("stage"))
    assert found.results.number("again.labels").estimate.value == 1
    # Dora is late by a presumed label, and alive.
    for key, table in {"as-labelled": [[2, 2], [2, 2]], "without-all": [[2, 2], [1, 2]]}.items():
        ours = found.results.number(f"again.{'without-1' if key != 'as-labelled' else key}.freeman-halton")
        assert ours.estimate.p == pytest.approx(freeman_halton(table, seed=1).p), key
    said = [one.sentence for one in found.it.cautions if one.kind == "uncertain-labels"]
    assert said[0].startswith(
        "1 of the 4 patients with late have it by a label that is less than stated (patient dora)"
    )


def test_with_an_exact_test_of_several_groups_fewer_labellings_are_tried(does: Does) -> None:
    rows = "\n".join(f"p{one} | infection (presumed) | early | 30 | F | yes | 5" for one in range(7))
    clause = "alive", "first_cause", "chi-square, uncorrected"
    exact = does(compare(*clause), SHEET + rows, AGAIN.format("cause")).results
    assert exact.number("again.labellings").estimate.value == 256
    assert len(exact.result("again").groups) == 1 + 9 + 1
    done = does(compare(*clause, "none"), SHEET + rows, AGAIN.format("cause")).results
    assert done.number("again.labellings").estimate.value == 512


# ---- Outcomes that are not known ----

# Of dora, who is F, and of ben, who is M, nobody knows what became.
UNKNOWN = SHEET.replace("| yes   | 9\n", "|       |\n").replace("| no    | 1\ncleo", "|       |\ncleo")


def test_what_unknown_outcomes_leave_open_by_hand(does: Does) -> None:
    """Of the women dora is unknown: 2 of 5, or 2 to 3 of 6. Of the men ben: 1 of 2, or 1 to 2 of 3."""
    it = does(compare("alive", "sex", "Fisher"), UNKNOWN)
    assert (it("f.share"), it("f.unknown"), it("f.unknown.n")) == (2 / 5, 1, 6)
    assert (it("f.if-unknown-none"), it("f.if-unknown-all")) == (2 / 6, 3 / 6)
    assert (it("m.share"), it("m.if-unknown-none"), it("m.if-unknown-all")) == (1 / 2, 1 / 3, 2 / 3)
    assert it("difference.if-unknown-least") == pytest.approx(2 / 6 - 2 / 3)
    assert it("difference.if-unknown-most") == pytest.approx(3 / 6 - 1 / 3)
    # They stand beside, and are no test: no line of their own among the tests.
    assert it.results.number("it.f.if-unknown-none").standing == "companion"
    assert it.methods == ["fisher promised"]
    notes = [
        plain(note).replace("\u00a0", " ") for note in comparisons_table([it.it], it.results, it.cases).notes
    ]
    assert notes[-3:] == [
        "it: not known in 1 (Sex: F): 33% if none of them had it, 50% if all had.",
        "it: not known in 1 (Sex: M): 33% if none of them had it, 67% if all had.",
        "it: whatever the unknown had, the difference of the shares lies from −33% to 17%.",
    ]


def test_of_several_groups_each_has_its_bounds_and_there_is_no_difference(does: Does) -> None:
    it = does(compare("alive", "first_cause", "Freeman-Halton"), UNKNOWN)
    bounds = [one.id.removeprefix("it.") for one in it.it.numbers if "unknown-" in one.id]
    assert bounds == [
        *("lupus.if-unknown-none", "lupus.if-unknown-all"),
        *("infection.if-unknown-none", "infection.if-unknown-all"),
    ]
    assert (it("lupus.if-unknown-none"), it("lupus.if-unknown-all")) == (0.5, 1)
    assert it.table()[1] == "lupus | 1 | 1 | 100% (3% to 100%)"
    [line] = comparisons_table([it.it], it.results, it.cases).rows
    assert plain(line.cells[1].line) == "4 groups, in a table below"


def test_where_every_outcome_is_known_nothing_is_left_open(does: Does) -> None:
    it = does(compare("alive", "sex", "Fisher"))
    assert [one.id for one in it.it.numbers if "unknown" in one.id] == []


def test_survival_says_the_worst_and_the_best_case_of_those_lost_by_the_same_rule(does: Does) -> None:
    """Dora was lost at 9 months; Ann, Cleo and Hal of nine were followed for twelve."""
    it = does('does = "survival"')
    died, lived = (
        it.results.number(f"it.survival-at.12-months.if-lost-{fate}") for fate in ("died", "lived")
    )
    assert (died.estimate.value, lived.estimate.value) == (3 / 9, 4 / 9)
    assert died.estimate.method == "worst and best case of those unknown, 1: none had it"


# ---- What leaves the hospital ----


def many(rows: list[tuple[str, str, str, int]]) -> str:
    """A sheet of so many patients with each sex, stage and outcome."""
    lines = ["patient | stage | sex | alive | months | cause | age"]
    lines += [
        f"{sex}{stage}{alive}{place} | {stage} | {sex} | {alive} | {5 if alive else ''} | None | 50"
        for sex, stage, alive, patients in rows
        for place in range(patients)
    ]
    return "\n".join(lines)


def shown(made: Made) -> dict[str, str]:
    copy = released(replace(made.results, sources=()), None).results
    return {id_.removeprefix("it."): one.estimate.shown for id_, one in copy.numbers.items()}


def test_bounds_are_withheld_where_a_count_is_hidden(does: Does) -> None:
    few = many(
        [
            ("F", "early", "yes", 9),
            ("F", "early", "no", 8),
            ("F", "early", "", 2),
            ("M", "late", "no", 9),
            ("M", "late", "yes", 7),
        ]
    )
    copy = shown(does(compare("alive", "sex", "Fisher"), few))
    assert copy["f.unknown"] == "<5"
    hidden = [
        "f.if-unknown-none",
        "f.if-unknown-all",
        "difference.if-unknown-least",
        "difference.if-unknown-most",
    ]
    assert {copy[part] for part in (*hidden, "fisher")} == {"withheld"}
    enough = many(
        [
            ("F", "early", "yes", 9),
            ("F", "early", "no", 8),
            ("F", "early", "", 7),
            ("M", "late", "no", 9),
            ("M", "late", "yes", 7),
        ]
    )
    copy = shown(does(compare("alive", "sex", "Fisher"), enough))
    assert [copy[part] for part in ("f.unknown", *hidden[:2])] == ["7", "38%", "67%"]


def test_groups_that_add_up_to_what_is_told_elsewhere_do_not_tell_of_few(does: Does) -> None:
    """Alive are 23: were 20 of the men told, the women would be 3."""
    rows = [
        ("F", "early", "yes", 3),
        ("F", "early", "no", 8),
        ("M", "late", "yes", 20),
        ("M", "late", "no", 9),
    ]
    survived = '[[analysis]]\nname = "again"\nrole = "primary"\ndoes = "survival"'
    copy = shown(does(compare("alive", "sex", "Fisher"), many(rows), survived))
    assert copy["again.alive.count"] == "23"
    assert (copy["f.count"], copy["m.count"]) == ("<5", "withheld")


def test_how_many_were_lost_is_said_by_no_label(does: Does) -> None:
    found = does('does = "survival"').results
    lost = [one.label for id_, one in found.numbers.items() if "if-lost" in id_]
    assert lost[0] == "Survival at 12 months, if those lost before had died"


def test_a_table_leaves_without_its_small_counts_and_without_its_test(does: Does) -> None:
    rows = [
        ("F", "early", "yes", 9),
        ("F", "late", "yes", 3),
        ("F", "very late", "no", 8),
        ("M", "early", "no", 9),
        ("M", "late", "yes", 7),
    ]
    copy = shown(does(compare("stage", "sex", "Freeman-Halton", "all in use"), many(rows)))
    assert copy["f.late.count"] == "<5"
    assert {copy["f.late.share"], copy["freeman-halton"], copy["chi-square"]} == {"withheld"}
    # What is left of the women would tell of the three: another of their counts goes too.
    assert "withheld" in {copy["f.early.count"], copy["f.very-late.count"], copy["f.n"]}
