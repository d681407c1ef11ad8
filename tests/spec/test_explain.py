"""What would explain a print that does not reproduce: which variants give it, how many would by chance."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.spec.the_founding_study import CASES, FOUNDING, RESULTS

from caseseries.analysis.plan import analysed
from caseseries.literature.claims import Claim
from caseseries.literature.explain import explained
from caseseries.literature.explain_beside import explain_beside
from caseseries.literature.explain_percent import explain_percent, fractions_that_give
from caseseries.literature.explain_response import explain_response
from caseseries.literature.ledger import as_explained_before, ledger_csv
from caseseries.literature.readings import Reading, one_otherwise
from caseseries.literature.search import Variant, few, search, wanted
from caseseries.literature.slips import slip, slips_of
from caseseries.literature.verdicts import Verdict, check
from caseseries.stats.rounding import half_up

ANALYSED, _ = analysed(FOUNDING.protocol, CASES)


def of(printed: str, unit: str = "") -> Claim:
    return Claim("one", "a number", "Abstract", printed, unit=unit)


def said_of(printed: str, result: str = "", derived: str = "", beside: str = "") -> str:
    """What explains a print of a number of the founding study, or of an expression over its cases."""
    claim = Claim("one", "a number", "Abstract", printed, result, derived, beside=beside)
    [verdicts] = explained(check((claim,), RESULTS, CASES, {}), RESULTS, CASES, FOUNDING.protocol)
    return verdicts[0].explained


# ---- The search ----


def tried(*values: float) -> list[Variant]:
    return [Variant(f"way {place}", value) for place, value in enumerate(values)]


def test_the_search_stops_at_the_first_stage_that_gives_the_print() -> None:
    found = search(wanted(of("0.0128"), "p"), [tried(0.5, 0.0124), tried(0.01277, 0.01281), tried(0.0128)])
    assert [one.method for one in found.give] == ["way 0", "way 1"]
    assert (found.tried, found.different, found.stage) == (4, 4, 1)


def test_variants_of_one_value_are_one_result() -> None:
    found = search(wanted(of("0.0128"), "p"), [tried(0.0125, 0.0125, 0.0125)])
    assert (found.tried, found.different, found.chance) == (3, 1, Fraction(1, 21))


@pytest.mark.parametrize(
    "printed, unit, value, gives",
    [
        ("0.0128", "p", 0.01275, True),
        ("0.0128", "p", 0.012849, True),
        ("0.0128", "p", 0.01285, False),
        ("27%", "share", 0.265, True),
        ("27%", "share", 0.2633, False),
        ("38,052", "", 38051.5, True),
        ("-1.7", "", -1.65, True),
    ],
)
def test_a_variant_gives_the_print_at_its_digits_halves_up(
    printed: str, unit: str, value: float, gives: bool
) -> None:
    assert bool(search(wanted(of(printed), unit), [tried(value)]).give) is gives


@pytest.mark.parametrize(
    "printed, unit, prints",
    [("0.0128", "p", 21), ("0.0003", "p", 14), ("99%", "share", 12), ("5%", "share", 16), ("99", "", 21)],
)
def test_prints_near_one_do_not_leave_what_a_share_or_a_p_can_be(
    printed: str, unit: str, prints: int
) -> None:
    assert len(wanted(of(printed), unit).near()) == prints


def test_over_all_prints_as_many_are_expected_by_chance_as_hit() -> None:
    """However the results lie, the expectation is right on the whole: over all prints it is the hits."""
    random = np.random.default_rng(7)
    values = tried(*(0.2 + 0.5 * random.beta(2.0, 5.0, 400)).tolist())
    found = [search(wanted(of(f"{number / 1000:.3f}"), "p"), [values]) for number in range(1000)]
    assert sum(len(one.give) for one in found) == 400
    assert float(sum(one.chance for one in found)) == pytest.approx(400)


def test_small_numbers_are_said_shortly() -> None:
    assert [few(Fraction(one)) for one in ("0", "1/1000", "1/21", "1/3", "12/5", "31/2")] == [
        "none",
        "less than 0.01",
        "0.05",
        "0.3",
        "2.4",
        "16",
    ]


# ---- Slips of the pen ----


@pytest.mark.parametrize(
    "printed, ours, how, meant",
    [
        ("0.00293", "0.0292725", "a 0 put in, or the point moved by one place", "0.0293"),
        ("8.0", "0.8", "0 and 8 swapped, or the point moved by one place", "0.8"),
        ("200", "20", "a 0 put in", "20"),
        ("5%", "6.25", "5 for 6", "6"),
        ("0.0128", "0.0123649", "8 for 4", "0.0124"),
        ("53", "35", "3 and 5 swapped", "35"),
        ("1,458", "14583", "a 3 left out", "14583"),
        ("12", "112", "a 1 left out", "112"),
        ("1.65", "16.5", "the point moved by one place", "16.5"),
    ],
)
def test_one_slip(printed: str, ours: str, how: str, meant: str) -> None:
    found = slip(wanted(of(printed)), Decimal(ours))
    assert found is not None
    assert (found.how, found.meant) == (how, meant)


@pytest.mark.parametrize("printed, ours", [("0.0332", "0.0594"), ("99%", "84.25"), ("1.7", "2.8")])
def test_more_than_one_slip_is_none(printed: str, ours: str) -> None:
    assert slip(wanted(of(printed)), Decimal(ours)) is None


def test_how_little_a_slip_says_is_counted() -> None:
    changed = slip(wanted(of("5%"), "share"), Decimal("6.25"))
    put_in = slip(wanted(of("0.00293"), "p"), Decimal("0.0292725"))
    assert changed is not None
    assert put_in is not None
    assert (changed.away, changed.prints) == (9, 16)  # 0 to 9 but for the 6 itself, of 0 to 15
    assert (put_in.away, put_in.prints) == (1, 21)


def test_slips_are_what_one_hand_can_do() -> None:
    """Against every text of up to four digits: one changed, one more, one fewer, two neighbours swapped."""
    meant = "203"
    numbers = [str(one) for one in range(10_000)]
    by_hand = {
        text
        for text in numbers
        if (len(text) == 3 and sum(a != b for a, b in zip(text, meant, strict=True)) == 1)
        or (len(text) == 4 and any(text[:place] + text[place + 1 :] == meant for place in range(4)))
        or text in {"20", "23", "230"}
    } - {meant}
    assert {text for text, _ in slips_of(meant) if "." not in text} == by_hand


# ---- A percentage ----


def test_every_fraction_that_gives_a_percentage() -> None:
    for printed in ("5%", "37.5%", "0%", "100%", "33%"):
        print_ = wanted(of(printed), "share")
        by_hand = [
            (count, total)
            for total in range(1, 33)
            for count in range(total + 1)
            if half_up(Decimal(100 * count) / total, print_.digits) == Decimal(printed.rstrip("%"))
        ]
        assert fractions_that_give(print_, 32) == by_hand


def test_no_count_of_sixteen_is_five_percent() -> None:
    assert explain_percent(wanted(of("5%"), "share"), 16) == (
        "no count of 16 gives it (0 is 0%, 1 is 6%; 17 of the 101 such percentages are one); "
        "of totals up to 32: 1 of 19, 20, 21 or 22 (95 of the 101 have such a fraction)"
    )
    assert explain_percent(wanted(of("44%"), "share"), 16) == "7 of 16 patients would give it"


def test_of_many_patients_all_counts_are_named_that_give_a_percentage() -> None:
    # 57 of 500 are 11.4%, 58 are 11.6%; 62 are 12.4%, 63 are 12.6%.
    assert explain_percent(wanted(of("12%"), "share"), 500) == "58 to 62 of 500 patients would give it"
    assert explain_percent(wanted(of("0%"), "share"), 500) == "0 to 2 of 500 patients would give it"
    assert explain_percent(wanted(of("100%"), "share"), 500) == "498 to 500 of 500 patients would give it"
    assert explain_percent(wanted(of("1%"), "share"), 150) == "1 of 150 or 2 of 150 patients would give it"


def test_of_many_patients_no_more_totals_are_tried_than_of_few() -> None:
    started = time.process_time()
    found = explain_percent(wanted(of("12.33%"), "share"), 5_000)
    assert time.process_time() - started < 5  # all fractions of all totals to 5,000 took minutes
    assert found == (
        "no count of 5,000 gives it (616 is 12.32%, 617 is 12.34%; 5,001 of the 10,001 such percentages are "
        "one); of totals up to 200: 9 of 73; 18 of 146 (8,224 of the 10,001 have such a fraction)"
    )


@pytest.mark.parametrize(
    "printed, count, n, said",
    [
        ("42%", 5, 9, "the same 5 patients are 42% of all 12 (2 other shares were tried)"),
        ("8.3%", 1, 3, "the same patient is 8.3% of all 12 (2 other shares were tried)"),
        ("44%", 5, 9, "the other 4 patients are 44% of the same 9 (2 other shares were tried)"),
        ("33%", 4, 6, "the same 4 patients are 33% of all 12; or the other 2 patients are 33% of the same 6"),
        ("67%", 4, 12, "the other 8 patients are 67% of the same 12 (one other share was tried)"),
        ("34%", 4, 6, ""),
        ("33%", 4, 12, ""),  # it is of all already
        ("0%", 0, 6, ""),  # none is none of any total
        ("0%", 6, 6, ""),  # and there are no others
        ("100%", 0, 6, ""),  # of a claim of which no count is known
    ],
)
def test_the_same_patients_of_everybody_and_the_others(printed: str, count: int, n: int, said: str) -> None:
    found = explain_beside(wanted(of(printed), "share"), count, n, 12, RESULTS)
    assert found.startswith(said) if said else found == ""


@pytest.mark.parametrize(
    "way, tried",
    [
        ({"result": "survival-by-cause.rheumatologic.share"}, "3 other shares were"),
        ({"derived": "count(rheumatologic and alive) / count(rheumatologic)"}, "2 other shares were"),
        ({"derived": "count(rheumatologic and alive) / 4"}, "2 other shares were"),
    ],
)
def test_the_wrong_total_is_named_by_whatever_way_the_share_is_claimed(
    way: dict[str, str], tried: str
) -> None:
    """3 of the 4 with a rheumatologic cause survived; 19% is 3 of all 16. Of the 12 others 2 survived."""
    assert said_of("19%", **way).startswith(f"The same 3 patients are 19% of all 16 ({tried} tried).")


CAUSE = "characteristics.cause.rheumatologic-disorder"
"""Of the 5 survivors 3 have it, 1 of the 11 dead; by Table 1 1 survivor is of unknown cause."""


@pytest.mark.parametrize(
    "printed, result, said",
    [
        # The percentage of the dead, or of the other group, for that of the living.
        ("25%", "survival-by-cause.rheumatologic.share", "The other patient is 25% of the same 4 ("),
        (
            "17%",
            "survival-by-cause.rheumatologic.share",
            "2 of 12 is 17%, which is Alive at last follow-up (No rheumatologic cause), share (",
        ),
        # The percentage within the line for that within the column.
        ("75%", f"{CAUSE}.alive.share", "The same 3 patients are 75% of all 4 on this line ("),
        # That of another line.
        ("20%", f"{CAUSE}.alive.share", "1 of 5 is 20%, which is Provoking factor (Alive): "),
        ("9%", f"{CAUSE}.alive.share", "1 of 11 is 9%, which is Provoking factor (Dead): rheumatologic"),
    ],
)
def test_what_stands_beside_a_percentage_in_its_table(printed: str, result: str, said: str) -> None:
    assert said in said_of(printed, result)


def test_a_level_may_have_braces() -> None:
    labelled = tuple(
        replace(one, numbers=tuple(replace(number, label="{Virus} {type 1}") for number in one.numbers))
        for one in RESULTS.results
    )
    found = explain_beside(
        wanted(of("20%"), "share"), 3, 5, 16, replace(RESULTS, results=labelled), f"{CAUSE}.alive.share"
    )
    assert "1 of 5 is 20%, which is {Virus} {type 1}" in found


def test_of_a_share_that_is_known_of_some_the_total_is_theirs() -> None:
    # 7 of the 16 are women.
    assert said_of("56%", derived='share(sex == "F")') == (
        "The other 9 patients are 56% of the same 16 (one other share was tried). "
        "9 of 16 patients would give it."
    )
    assert said_of("5%", derived="share(age > 200)").startswith("No count of 16 gives it")


# ---- A response ----

ROWS = {
    "1": {1: 1000.0, 5: 800.0, 10: 500.0},
    "2": {1: 2000.0, 5: 100.0},
    "3": {1: 4000.0, 5: 3000.0, 10: 2400.0},
}


@pytest.mark.parametrize(
    "printed, patient, how",
    [
        ("20%", "1", ["1,000 on day 1 to 800 on day 5"]),
        ("38%", "1", ["800 on day 5 to 500 on day 10"]),
        ("90%", "1", ["1,000 on day 1 to 100 on day 5, the latter of patient 2"]),
        ("75%", "1", ["2,000 on day 1 to 500 on day 10, the former of patient 2"]),
        ("60%", "2", ["2,000 on day 1 to 800 on day 5, the latter of patient 1"]),
        ("99%", "2", ["12000 for 2,000 on day 1 (a 1 put in)"]),
    ],
)
def test_pairs_of_values_that_give_a_response(printed: str, patient: str, how: list[str]) -> None:
    found = explain_response(wanted(of(printed), "share"), patient, ROWS)
    named = [one.how for one in found.give]
    assert set(how) <= set(named)
    if found.stage < 2:
        assert named == how


def test_a_row_that_is_not_a_neighbour_is_not_looked_at() -> None:
    found = explain_response(wanted(of("88%"), "share"), "1", {**ROWS, "4": {1: 9.0, 5: 1.0}})
    assert all("patient" not in one.how for one in found.give)


# ---- The founding study ----

EXPLAINED = {
    "prior-ruxolitinib": ["No count of 16 gives it", "1 of 19, 20, 21 or 22", "5 for 6"],
    "survival-by-cause-results": [
        "None of the variants tried gives it",
        "a 0 put in, or the point moved by one place (0.0293 meant",
    ],
    "no-other-differs": ["antibiotics: p = 0.0174, exact 0.0337, after Holm 0.504"],
    "response-survivors": ["median, with the printed cell of patient 13, all else from the rows ("],
    "response-survivors-highest": [
        "with the printed cell of patient 12",
        "with the printed cell of patient 13",
    ],
    "response-by-survival": [
        "Mann-Whitney with continuity correction, not corrected for ties, two-sided, "
        "z rounded to two decimals, from the printed column (82 variants,",
        "(0.174 would be 0.174; 0.0332 would be 0.0340)",
        "8 for 4 (0.0124 meant; 13 of the 21 prints",
    ],
    "response-rheumatologic": ["with the printed cells of patients 12 and 13, all else from the rows ("],
    "response-rheumatologic-highest": ["with the printed cell of patient 12"],
    "response-other-causes": ["median, rounded to whole percent first ("],
    "response-by-cause": ["with the printed cells of patients 12 and 13, all else from the rows ("],
    "table-2-response-12": [
        "No pair of values of its own row gives it; given by: 65,981 on day 1 to 983 on day 15, "
        "the former of patient 13 (22 variants"
    ],
    "table-2-response-13": ["65,981 on day 1 to 983 on day 15, the latter of patient 12"],
}
Ledger = Sequence[Sequence[Verdict]]


@pytest.fixture(scope="module")
def ledger() -> tuple[tuple[Verdict, ...], ...]:
    verdicts = FOUNDING.verdicts(RESULTS, CASES)
    started = time.perf_counter()
    found = explained(verdicts, RESULTS, CASES, FOUNDING.protocol)
    assert time.perf_counter() - started < 10
    return found


def test_what_explains_each_contradiction_of_the_paper(ledger: Ledger) -> None:
    found = {first.claim.id: first.explained for first, *_ in ledger if first.explained}
    assert set(found) == set(EXPLAINED)
    for claim, parts in EXPLAINED.items():
        for part in parts:
            assert part in found[claim], (claim, found[claim])


def test_what_reproduces_is_not_explained(ledger: Ledger) -> None:
    assert all(bool(first.explained) == first.said.startswith("contradicts") for first, *_ in ledger)
    assert not any(one.explained for _, *beside in ledger for one in beside)


Z_ROUNDED = "not corrected for ties, two-sided, z rounded to two decimals, from the printed column"


@pytest.mark.parametrize("digit", "012345679")
def test_a_changed_digit_is_not_explained_by_the_same(digit: str) -> None:
    claim = next(one for one in FOUNDING.claims() if one.id == "response-by-survival")
    said = said_of(f"0.012{digit}", claim.result, beside=claim.beside)
    assert Z_ROUNDED not in said
    assert Z_ROUNDED in said_of("0.0128", claim.result, beside=claim.beside)


@pytest.mark.parametrize("digit", "01234578")
def test_a_changed_response_is_not_explained_by_the_same(digit: str) -> None:
    pair = "65,981 on day 1 to 983 on day 15"
    assert pair in said_of("99%", derived='cell("13", max_response)')
    assert pair not in said_of(f"9{digit}%", derived='cell("13", max_response)')


AT_A_YEAR = "overall-survival.survival-at.12-months"
YEAR_BY_CAUSE = "survival-curves-by-cause.rheumatologic.survival-at.12-months"
BY_CAUSE, AGE = "survival-by-cause.chi-square.p", "age-and-survival.mann-whitney.p"


@pytest.mark.parametrize(
    "printed, result, how",
    [
        ("0.0632", BY_CAUSE, "Fisher's exact test"),
        ("0.119", BY_CAUSE, "chi-square, Yates-corrected"),
        ("0.0574", BY_CAUSE, "Boschloo's test, twice the one-sided"),
        ("0.0277", BY_CAUSE, "Boschloo's test, two-sided by probability"),
        ("0.0327", BY_CAUSE, "likelihood-ratio chi-square"),
        ("0.0691", BY_CAUSE, "log-rank test"),
        ("0.1804", AGE, "Mann-Whitney, exact as if there were no ties, two-sided"),
        ("0.1722", AGE, "Mann-Whitney, exact with the ties, two-sided by distance"),
        ("0.156", AGE, "without continuity correction"),
        ("0.0868", AGE, "one-sided"),
        ("1.5", "overall-survival.median", "first time at one half"),
        ("1.8", "overall-survival.median", "first time below one half"),
        ("62.5%", AT_A_YEAR, "Kaplan-Meier survival at 30 days"),
        ("25%", AT_A_YEAR, "who was lost before taken for dead"),
        ("26.7%", AT_A_YEAR, "share alive of those who died before or were followed so long"),
        ("68.8%", AT_A_YEAR, "share dead, 1 less the survival"),
        ("33.3%", AT_A_YEAR, "Kaplan-Meier survival at 12 months, without patient 1"),
        ("31.3%", YEAR_BY_CAUSE, "Kaplan-Meier survival at 12 months, of everybody"),
        ("16.7%", YEAR_BY_CAUSE, "Kaplan-Meier survival at 12 months, of all others"),
        ("8.5%", f"{AT_A_YEAR}.low", "limit of the survival at 12 months, plain"),
        ("15.1%", f"{AT_A_YEAR}.low", "limit of the survival at 12 months, log"),
        ("47.3%", AT_A_YEAR, ""),
        ("14.2%", "overall-survival.alive.share.low", "Wilson 95% interval"),
        ("8.5%", "overall-survival.alive.share.low", "Wald 95% interval"),
        ("45.9", "characteristics.age.all.median", "mean"),
        ("42", "characteristics.age.all.median", "the higher of the two middle values"),
        ("0.0652", "causes-among-survivors.chi-square.p", ""),
    ],
)
def test_the_way_that_gives_a_print_is_found(printed: str, result: str, how: str) -> None:
    said = said_of(printed, result)
    assert how in said
    assert said.startswith("Given by: " if how else "None of the variants tried gives it")


def test_a_table_with_one_patient_in_the_other_group_is_found() -> None:
    from caseseries.stats.compare import chi_square

    p = chi_square([[3, 0], [2, 11]]).p
    assert p is not None
    said = said_of(f"{p:.4g}", BY_CAUSE)
    assert "without the uncertain label of 14 (3 of 3 against 2 of 13)" in said


@pytest.mark.parametrize(
    "printed, unit, way, said",
    [
        (
            "50",
            "days",
            {"result": "overall-survival.median"},
            "The claim is in days, and our number in months: 1.65 months are 50 days, as printed.",
        ),
        (
            "49",
            "days",
            {"result": "overall-survival.median"},
            "The claim is in days, and our number in months: 1.65 months are 50 days.",
        ),
        (
            "4.9",
            "years",
            {"derived": "greatest(months)"},
            "The claim is in years, and our number in months: 59 months are 4.9 years, as printed.",
        ),
        ("1.9", "months", {"result": "overall-survival.median"}, "None of the variants tried gives it"),
    ],
)
def test_a_print_in_another_unit_of_time_is_told(
    printed: str, unit: str, way: dict[str, str], said: str
) -> None:
    claim = Claim("one", "a number", "Abstract", printed, **way, unit=unit)
    [verdicts] = explained(check((claim,), RESULTS, CASES, {}), RESULTS, CASES, FOUNDING.protocol)
    assert verdicts[0].explained.startswith(said)


def test_a_word_and_a_bound_are_not_searched() -> None:
    assert said_of("None", "characteristics.age.all.median") == ""
    assert said_of("<0.001", BY_CAUSE) == ""


def test_of_many_patients_nobody_is_left_out_or_moved() -> None:
    values = np.arange(61.0)
    column = pl.DataFrame({"patient": [f"{row}" for row in range(61)]})
    many = replace(ANALYSED, table=column.with_columns(episode=1))
    few_of_them = replace(ANALYSED, table=column.with_columns(episode=1).head(60))
    halves = (values < 30, values >= 30)
    assert not list(one_otherwise(many, Reading("", values, halves)))
    of_sixty = Reading("", values[:60], (halves[0][:60], halves[1][:60]))
    assert len(list(one_otherwise(few_of_them, of_sixty))) == 120


def test_a_number_of_which_no_variant_is_known_has_no_search() -> None:
    said = said_of("17", "patients.n")
    assert (
        said == "A typing slip would give it: 7 for 6 "
        "(16 meant; 10 of the 21 prints near this one are one slip from ours)."
    )


# ---- Where it is written ----


def test_the_ledger_has_a_column_of_it_and_a_later_run_reads_it_back(ledger: Ledger) -> None:
    text = ledger_csv(ledger)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sum(bool(row["explained"]) for row in rows) == len(EXPLAINED)
    plain = FOUNDING.verdicts(RESULTS, CASES)
    assert as_explained_before(plain, text) == tuple(ledger)
    assert as_explained_before(plain, "") == plain
    never_closed = f'{text}"{"a quote that is never closed, " * 10_000}'
    assert as_explained_before(plain, never_closed) == plain
    changed = [(replace(first, full="0.5"), *beside) for first, *beside in plain]
    assert not any(first.explained for first, *_ in as_explained_before(changed, text))


def test_a_report_tells_what_a_ledger_in_its_folder_explained(tmp_path: Path) -> None:
    run = FOUNDING.finish(RESULTS, CASES)
    out = tmp_path / "out"
    FOUNDING.write(run, out)
    assert "z rounded to two decimals" not in (out / "report.html").read_text("utf-8")
    assert not (out / "claims.csv").exists()
    FOUNDING.write_files(FOUNDING.ledger().files, out, beside=True)
    FOUNDING.write(run, out)
    assert "z rounded to two decimals" in (out / "report.html").read_text("utf-8")
    assert (out / "claims.csv").exists()


def test_all_pairs_of_a_made_up_row_are_tried() -> None:
    row = {day: float(value) for day, value in zip((1, 5, 10, 15), (900, 700, 450, 130), strict=True)}
    by_hand = {
        half_up(Decimal(str(100 * (1 - low / high))), 0)
        for (one, high), (other, low) in product(row.items(), row.items())
        if other > one
    }
    given = {
        Decimal(number)
        for number in range(101)
        if (found := explain_response(wanted(of(f"{number}%"), "share"), "1", {"1": row})).give
        and not found.stage
    }
    assert given == by_hand
