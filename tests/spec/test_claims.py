"""Printed numbers held against ours: what each verdict means, and what a slip in claims.toml is told."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.spec.the_founding_study import CASES, COHORTS, FOUNDING, RESULTS

from caseseries.analysis.results import Number, Result, Results
from caseseries.cases.series import CaseSeries
from caseseries.evidence.problem import Problem, Problems
from caseseries.literature.claims import WORDS, Claim, claims_source, read_claims
from caseseries.literature.ledger import ledger_csv, not_reproduced
from caseseries.literature.set_aside import SetAside, beside_claims, read_set_aside
from caseseries.literature.verdicts import Verdict, check, tally
from caseseries.protocol.clauses.analysis import ListPatients
from caseseries.protocol.clauses.conventions import Conventions
from caseseries.stats.estimate import Estimate
from caseseries.study import Study


def results_of(**values: float | Estimate | None) -> Results:
    """Results that hold these values, each as `made-up.NAME`."""
    clause = ListPatients(name="made up", role="descriptive", does="list", variables=("age",))
    numbers = []
    for name, value in values.items():
        if not isinstance(value, Estimate):
            value = Estimate(value, "by hand", 16, reason="" if value is not None else "nobody was followed")
        numbers.append(Number(f"made-up.{name}", name, value, ()))
    return Results("Made up", "1", "", Conventions(), (), (), (Result(clause, tuple(numbers)),))


def held(
    claims: Sequence[Claim], results: Results, cases: CaseSeries = CASES
) -> tuple[tuple[Verdict, ...], ...]:
    return check(claims, results, cases, {"kumar-2017": {"n": 13, "survived": 9}})


def verdict(printed: str, value: float | None) -> Verdict:
    claim = Claim("one", "a number", "Abstract", printed, "made-up.number")
    return held((claim,), results_of(number=value))[0][0]


def derived(printed: str, expression: str, unit: str = "") -> Verdict:
    claim = Claim("one", "a number", "Abstract", printed, derived=expression, unit=unit)
    return held((claim,), results_of())[0][0]


# ---- Verdicts ----


@pytest.mark.parametrize(
    "printed, ours, said, obtained",
    [
        # Compared at the printed digits, halves up.
        ("16", 16, "reproduces", "16"),
        ("1.7", 1.65, "reproduces", "1.7"),
        ("1.65", 1.65, "reproduces", "1.65"),
        ("1.650", 1.65, "reproduces", "1.650"),
        ("0.0293", 0.02927250918630439, "reproduces", "0.0293"),
        ("0.00293", 0.02927250918630439, "contradicts", "0.02927"),
        ("-1.7", -1.65, "reproduces", "-1.7"),
        ("1.65", 1.0, "contradicts", "1.00"),
        # A percentage is a share in print.
        ("31%", 0.3125, "reproduces", "31%"),
        ("31 %", 0.3125, "reproduces", "31%"),
        ("31.3%", 0.3125, "reproduces", "31.3%"),
        ("5%", 0.0625, "contradicts", "6%"),
        ("29%", 0.285, "reproduces", "29%"),  # though 0.285 * 100 is 28.499999999999996
        # Thousands may have commas.
        ("38,052", 38051.5, "reproduces", "38,052"),
        ("38052", 38051.5, "reproduces", "38,052"),
        ("1,038,052", 1038052.0, "reproduces", "1,038,052"),
        # Only another rounding gives the printed digits, and it is named.
        ("1.6", 1.65, "reproduces with rounding", "1.7"),
        ("72%", 0.7289, "reproduces with rounding", "73%"),
        ("38,051", 38051.9, "reproduces with rounding", "38,052"),
        # A bound is kept or it is not.
        ("<0.001", 0.0004, "reproduces", "0.0004"),
        ("<0.001", 0.001, "contradicts", "0.001"),
        (">10%", 0.3125, "reproduces", "31.25%"),
        # Nothing to compare with.
        ("1.7", None, "not derivable from what is printed", ""),
    ],
)
def test_verdict(printed: str, ours: float | None, said: str, obtained: str) -> None:
    found = verdict(printed, ours)
    assert (found.said, found.obtained) == (said, obtained)


@pytest.mark.parametrize(
    "printed, ours, how",
    [
        ("26%", 0.265, "halves to even"),  # cut off gives it too; the milder is named
        ("0.12", 0.125, "halves to even"),
        ("72%", 0.7289, "digits cut off"),
        ("0.13", 0.139, "digits cut off"),
        ("27%", 0.265, ""),
    ],
)
def test_the_rounding_that_gives_the_print_is_named(printed: str, ours: float, how: str) -> None:
    assert verdict(printed, ours).how == how


def test_what_is_not_derivable_says_why() -> None:
    assert verdict("1.7", None).how == "nobody was followed"


def test_our_value_is_told_at_its_own_digits_too() -> None:
    assert verdict("5%", 0.0625).full == "6.25%"
    assert verdict("0.00293", 0.02927250918630439).full == "0.0292725"
    assert verdict("38,052", 38051.5).full == "38,052"


def test_the_noise_of_a_float_does_not_decide_a_half() -> None:
    """What the report prints as 107.3 is no 107.2 to the ledger, though the float is just below the half."""
    noisy = 107.25 - 1.5e-14
    assert noisy < 107.25
    assert Estimate(noisy, "by hand", 16).shown == "107.3"
    assert (verdict("107.3", noisy).said, verdict("107.3", noisy).obtained) == ("reproduces", "107.3")
    assert verdict("107.3", 107.2499).said == "contradicts"


def test_a_field_of_a_number_can_be_claimed() -> None:
    results = results_of(share=Estimate(0.31, "by hand", 16, "share", 0.11, 0.59, 0.95, 0.04))
    claims = [
        Claim(field, "a limit", "Abstract", printed, f"made-up.share.{field}")
        for field, printed in {"low": "11%", "high": "59%", "p": "0.04", "n": "16"}.items()
    ]
    assert {one.said for found in held(claims, results) for one in found} == {"reproduces"}


def test_a_second_source_gets_a_verdict_of_its_own() -> None:
    claim = Claim("one", "response", "Results", "88%", "made-up.rows", beside="made-up.print")
    rows, print_ = held((claim,), results_of(rows=0.8425, print=0.88))[0]
    assert (rows.by, rows.said) == ("made-up.rows", "contradicts")
    assert (print_.by, print_.said) == ("made-up.print", "reproduces")


@pytest.mark.parametrize(
    "claims, said",
    [
        ([], ""),
        ([("1", "one", "")], "1 reproduces"),
        (
            [("1", "one", ""), ("2", "one", ""), ("1", "none", "")],
            "1 reproduces, 1 contradicts, 1 cannot be derived from what is printed",
        ),
        ([("1.6", "half", "")], "1 reproduces with rounding"),
        # The rows contradict it, and the printed column gives it.
        ([("1", "two", "one")], "1 follows from the printed column only, not from the rows"),
        ([("1", "two", "two")], "1 contradicts"),
        ([("1", "one", "two")], "1 reproduces"),
        ([("1", "none", "one")], "1 cannot be derived from what is printed"),
    ],
)
def test_how_many_claims_fared_how(claims: list[tuple[str, str, str]], said: str) -> None:
    results = results_of(one=1.0, two=2.0, half=1.65, none=None)
    made = tuple(
        Claim(
            str(number),
            "a number",
            "Abstract",
            printed,
            f"made-up.{name}",
            beside=beside and f"made-up.{beside}",
        )
        for number, (printed, name, beside) in enumerate(claims)
    )
    assert tally(held(made, results)) == said


@pytest.mark.parametrize(
    "printed, expression, unit, said, obtained",
    [
        ("7", 'count(sex == "F")', "", "reproduces", "7"),
        ("44%", 'share(sex == "F")', "", "reproduces", "44%"),
        ("8", 'count(sex == "F")', "", "contradicts", "7"),
        ("62%", "5 / 8", "", "reproduces with rounding", "63%"),
        ("27,153", 'day("13", ferritin_by_day, 15)', "", "reproduces", "27,153"),
        # Words: yes or no, none of a 0, all of a whole share.
        ("Yes", 'cell("15", alive)', "", "reproduces", "Yes"),
        ("No", 'cell("15", alive)', "", "contradicts", "Yes"),
        ("None", 'cell("15", alive)', "", "contradicts", "Yes"),
        ("1", 'cell("15", alive)', "", "contradicts", "Yes"),
        ("none", 'cell("2", max_response)', "%", "reproduces", "None"),
        ("None", 'cell("1", max_response)', "%", "contradicts", "30%"),
        ("0%", 'cell("2", max_response)', "", "reproduces", "0%"),
        ("All", "share(criteria_met >= 5)", "%", "reproduces", "All"),
        ("All", "share(criteria_met > 5)", "%", "contradicts", "44%"),
        ("All", 'count(sex == "F")', "", "contradicts", "7"),
        ("None", "count(age > 81)", "", "contradicts", "1"),
        # What cannot be told from the tables.
        ("1", 'day("13", ferritin_by_day, 30)', "", "not derivable from what is printed", ""),
        ("1", "1 / 0", "", "not derivable from what is printed", ""),
    ],
)
def test_a_verdict_from_an_expression(
    printed: str, expression: str, unit: str, said: str, obtained: str
) -> None:
    found = derived(printed, expression, unit)
    assert (found.said, found.obtained, found.by) == (said, obtained, expression)


def test_what_is_needed_is_said() -> None:
    claim = Claim("one", "a number", "Abstract", "119", needs="the records of all")
    [found] = held((claim,), results_of())[0]
    assert (found.said, found.how) == ("not derivable from what is printed", "it needs the records of all")


@pytest.mark.parametrize(
    "printed, whole, said, how",
    [
        ("62%", 13, "reproduces", "8 of 13"),
        ("100%", 8, "reproduces", "8 of 8"),
        ("0%", 8, "reproduces", "0 of 8"),
        ("61%", 13, "reproduces with rounding", "8 of 13, digits cut off"),
        ("65%", 13, "contradicts", "8 of 13"),  # 61.5 and 69.2: none between
        ("101%", 13, "contradicts", "13 of 13"),
        ("0.615", 13, "reproduces", "8 of 13"),
        ("33.3%", 10**8, "reproduces", "33300000 of 100000000"),
    ],
)
def test_a_percentage_must_be_a_whole_number_of_patients(
    printed: str, whole: int, said: str, how: str
) -> None:
    found = derived(printed, f"some_of({whole})")
    assert (found.said, found.how) == (said, how)


@pytest.mark.parametrize(
    "printed, value, others, said",
    [
        ("0.00293", 0.0293, ["0.0293"], "contradicts itself"),
        ("1.7", 1.65, ["1.65"], "reproduces"),
        ("1.6", 1.749, ["1.65"], "contradicts"),  # both may be 1.65, which ours is not
        ("1.6", 1.749, ["1.7"], "contradicts"),  # both may be 1.66: one cut off
        ("1.6", 1.749, ["1.9"], "contradicts itself"),
        ("1.7", 1.2, ["1.7"], "contradicts"),
        ("5%", 0.0625, ["0.08"], "contradicts itself"),
        ("5%", 0.0625, ["0.05"], "contradicts"),
        ("5%", 0.0625, ["<0.07"], "contradicts"),
        ("5%", 0.0625, ["None"], "contradicts itself"),
        ("-1", 1.0, ["1"], "contradicts itself"),
    ],
)
def test_a_paper_contradicts_itself_where_no_number_has_both_prints(
    printed: str, value: float, others: list[str], said: str
) -> None:
    claims = [
        Claim(f"claim-{place}", "a number", f"Page {place}", text, "made-up.number")
        for place, text in enumerate([printed, *others])
    ]
    found = held(claims, results_of(number=value))[0][0]
    assert found.said == said
    if said == "contradicts itself":
        assert found.how == f'Page 1 has {others[0]} (claim "claim-1")'


# ---- Slips ----

GOOD = {"id": "age", "of": "age", "where": "Abstract", "printed": "40.5", "result": "made-up.age"}
NEEDS = {"id": "age", "of": "age", "where": "Abstract", "printed": "40.5", "needs": "the birthdays"}
DIFFERS = {
    "id": "differs",
    "of": "whether any differs",
    "where": "Results",
    "printed": "No",
    "any_differs": "characteristics",
}
FROM = {"id": "age", "of": "age", "where": "Abstract", "printed": "40.5", "from": "median(age)"}


@pytest.fixture
def problems(tmp_path: Path) -> Callable[[str], tuple[Problem, ...]]:
    def read(text: str) -> tuple[Problem, ...]:
        (tmp_path / "claims.toml").write_text(text, encoding="utf-8")
        try:
            claims = read_claims(tmp_path / "claims.toml")
            held(claims, results_of(age=40.5))
        except Problems as slips:
            return slips.problems
        return ()

    return read


PRINTED = 'Write the printed digits, such as "0.0293" or "31%", or the word: Yes, No, None, All.'
ONE_WAY = (
    'Give one of them: the id of a result, from = "an expression", any_differs = "a table", '
    'or needs = "what would be needed".'
)


def toml(*claims: dict[str, Any]) -> str:
    return "\n".join(
        "[[claim]]\n" + "\n".join(f"{key} = {value!r}" for key, value in claim.items()) for claim in claims
    )


def test_no_file_is_no_claims(tmp_path: Path) -> None:
    assert read_claims(tmp_path / "claims.toml") == ()
    assert claims_source(tmp_path / "claims.toml", ()) is None


def test_the_file_of_the_claims_has_a_digest(study: Study) -> None:
    source = claims_source(study.folder / "claims.toml", study.claims())
    assert source is not None
    assert (source.name, source.rows, len(source.digest)) == ("claims.toml", 268, 64)


def test_a_claim_without_slips(problems: Callable[[str], tuple[Problem, ...]]) -> None:
    assert problems(toml(GOOD)) == ()


@pytest.mark.parametrize(
    "text, where, found, mend",
    [
        (
            toml(GOOD | {"result": "made-up.agee"}),
            'claims.toml, claim "age"',
            "no number has the id 'made-up.agee'",
            'Did you mean "made-up.age"?',
        ),
        (
            toml(GOOD | {"beside": "nothing"}),
            'claims.toml, claim "age"',
            "no number has the id 'nothing'",
            "Ids begin with an analysis. There are: made-up.",
        ),
        (
            toml(GOOD | {"result": "made-up"}),
            'claims.toml, claim "age"',
            "no number has the id 'made-up'",
            'Did you mean "made-up.age"?',
        ),
        (
            toml(GOOD | {"printed": "forty"}),
            'claims.toml, claim 1 ("age")',
            'printed = "forty" is not a number',
            PRINTED,
        ),
        (
            toml(GOOD | {"printed": "NaN"}),
            'claims.toml, claim 1 ("age")',
            'printed = "NaN" is not a number',
            PRINTED,
        ),
        (
            toml(GOOD | {"printed": "40,5"}),
            'claims.toml, claim 1 ("age")',
            'printed = "40,5" is not a number',
            "Write 40.5",
        ),
        (
            toml(GOOD, GOOD),
            'claims.toml, claim 2 ("age")',
            "another claim has the same id",
            "Give each claim an id of its own.",
        ),
        (
            toml(GOOD | {"wher": "Abstract"}),
            'claims.toml, claim 1 ("age")',
            'the key "wher" is not known',
            'Did you mean "where"? There are: any_differs, beside, but, from, id, needs, of, printed, '
            "result, to and 2 more.",
        ),
        (
            toml({key: value for key, value in GOOD.items() if key != "where"}),
            'claims.toml, claim 1 ("age")',
            'the key "where" is missing',
            'Add it: where = "..."',
        ),
        (
            toml(GOOD | {"printed": 40.5}),
            'claims.toml, claim 1 ("age")',
            '"printed" is not text',
            'Put it in quotes: printed = "40.5"',
        ),
        (
            toml(GOOD | {"id": ["age"]}),
            "claims.toml, claim 1 (\"['age']\")",
            '"id" is not text',
            'Write one text in quotes: id = "..."',
        ),
        (
            toml(GOOD).replace("[[claim]]", "[claim]"),
            "claims.toml",
            "the claims are not a list of claims",
            "Begin each with [[claim]], in two brackets.",
        ),
        ("[[clam]]", "claims.toml", 'the key "clam" is not known', "It holds [[claim]]."),
        (
            "[[claim]]\nid = age",
            "claims.toml, line 2",
            "this cannot be read: id = age",
            'Text stands in quotes: kind = "number". Numbers and dates stand without.',
        ),
        (
            toml(GOOD).replace("[[claim]]", "[claim]") + "\n" + toml(NEEDS),
            "claims.toml, line 7",
            "this cannot be read: [[claim]]",
            "This heading stands twice; of what there are several is in [[double brackets]].",
        ),
        (
            "[[claim]]\nprinted = 33%",
            "claims.toml, line 2",
            "this cannot be read: printed = 33%",
            'Text stands in quotes: kind = "number". Each key begins a line of its own.',
        ),
        (
            "[[claim]\n",
            "claims.toml, line 1",
            "this cannot be read: [[claim]",
            "A heading stands in brackets, two of them where there may be several: [[variable]].",
        ),
        (
            f"claim = {'[' * 5_000}",
            "claims.toml",
            "lists or tables stand too deep inside one another",
            "Close each list with ] and each table with }.",
        ),
        *(
            (
                toml(GOOD).replace("printed = '40.5'", f"printed = {value}"),
                'claims.toml, claim 1 ("age")',
                '"printed" is not text',
                PRINTED,
            )
            for value in ("['40.5']", "2024-01-02", "nan", "inf", "true", "{}")
        ),
        *(
            (
                toml(GOOD | {"printed": value}),
                'claims.toml, claim 1 ("age")',
                f'printed = "{value}" is not a number',
                PRINTED,
            )
            for value in ("2024-01-02", "2 January 2024", "inf", "1e400", "")
        ),
        (
            toml({key: value for key, value in GOOD.items() if key != "result"}),
            'claims.toml, claim 1 ("age")',
            "it names no result, has no expression, and says not what it needs",
            ONE_WAY,
        ),
        (
            toml(GOOD | {"from": "median(age)"}),
            'claims.toml, claim 1 ("age")',
            "it has result and from",
            ONE_WAY,
        ),
        (
            toml(NEEDS | {"beside": "made-up.age"}),
            'claims.toml, claim 1 ("age")',
            '"beside" stands beside nothing',
            "Name it as the result instead, or leave it out.",
        ),
        *(
            (
                toml(GOOD | {"printed": value}),
                'claims.toml, claim 1 ("age")',
                f'printed = "{value}" is not a number',
                "These are several numbers: give each a claim of its own.",
            )
            for value in ("6 (67%)", "20% (3/16)", "8 of 12", "3/16", "9 \u00b1 2")
        ),
        (
            toml(GOOD | {"printed": "15 days"}),
            'claims.toml, claim 1 ("age")',
            'printed = "15 days" is not a number',
            'Write the number alone; its unit goes into "unit".',
        ),
        (
            toml(GOOD | {"printed": "19\u201382"}),
            'claims.toml, claim 1 ("age")',
            'printed = "19\u201382" is not a number',
            "It is a range: give each of its ends a claim of its own.",
        ),
        (
            toml(NEEDS | {"but": "age"}),
            'claims.toml, claim 1 ("age")',
            '"but" leaves nothing out',
            'It belongs to any_differs = "a table": name that, or leave it out.',
        ),
        (
            toml(DIFFERS | {"printed": "None"}),
            'claims.toml, claim 1 ("differs")',
            "whether anything differs is neither a number nor None or All",
            'Write printed = "No" where a text says that nothing differs, "Yes" where something does.',
        ),
        (
            toml(DIFFERS),
            'claims.toml, claim "differs"',
            'no table of characteristics is called "characteristics"',
            "There are none.",
        ),
        (
            toml(NEEDS | {"printed": "82", "to": "low"}, NEEDS | {"id": "low", "printed": "19"}),
            'claims.toml, claim "age"',
            "its range is the wrong way round: 82 to 19",
            'Put to = "age" into the claim "low" instead.',
        ),
        (
            toml(NEEDS | {"printed": "82", "to": "age"}),
            'claims.toml, claim "age"',
            "its range ends at the claim itself",
            "Name the claim of the upper end, or leave out to.",
        ),
        (
            toml(GOOD | {"to": "hihg"}, NEEDS | {"id": "high"}),
            'claims.toml, claim "age"',
            'the upper end of its range, "hihg", is not there',
            'Did you mean "high"? There are: age, high.',
        ),
        (
            toml(GOOD | {"to": "high"}, NEEDS | {"id": "high", "to": "higher"}, NEEDS | {"id": "higher"}),
            'claims.toml, claim "age"',
            'the upper end of its range, "high", is the lower end of another',
            "A range has two ends: leave out to in one of the claims.",
        ),
        (
            toml(GOOD | {"to": "high"}, NEEDS | {"id": "high", "printed": "None"}),
            'claims.toml, claim "age"',
            "an end of its range is no number",
            PRINTED,
        ),
        (
            toml(FROM | {"from": "median(agee)"}),
            'claims.toml, claim "age"',
            'in median(agee): no column is called "agee"',
            'Did you mean "age"? ',
        ),
        ("", "claims.toml", "there is no claim in it", "Begin the first with [[claim]]."),
        ("claim = []", "claims.toml", "there is no claim in it", "Begin the first with [[claim]]."),
    ],
)
def test_a_slip_is_told_with_its_place_and_its_mend(
    problems: Callable[[str], tuple[Problem, ...]], text: str, where: str, found: str, mend: str
) -> None:
    [problem] = problems(text)
    assert (problem.where, problem.found) == (where, found)
    assert problem.mend == mend or (mend.endswith(" ") and problem.mend.startswith(mend))


def test_two_claims_are_no_range_of_each_other(problems: Callable[[str], tuple[Problem, ...]]) -> None:
    told = problems(toml(GOOD | {"to": "b"}, NEEDS | {"id": "b", "to": "age"}))
    assert [one.where for one in told] == ['claims.toml, claim "age"', 'claims.toml, claim "b"']
    assert all(one.found.endswith("is the lower end of another") for one in told)


def test_a_file_that_an_editor_has_marked_or_saved_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "claims.toml"
    path.write_bytes(b"\xef\xbb\xbf" + toml(GOOD).encode())
    assert [claim.id for claim in read_claims(path)] == ["age"]
    path.write_bytes(toml(GOOD | {"of": "the child's age, na\u00efve"}).encode("latin-1"))
    with pytest.raises(Problems) as told:
        read_claims(path)
    [problem] = told.value.problems
    assert problem.found == "it is not plain text in UTF-8"
    assert problem.mend == 'Save it as plain text with the encoding "UTF-8".'


def test_a_ledger_of_many_contradictions_is_held_in_the_time_of_its_length() -> None:
    claims = [Claim(f"c{place}", "a number", "Abstract", "50", "made-up.number") for place in range(20_000)]
    started = time.perf_counter()
    verdicts = held(claims, results_of(number=49.0))
    assert {one[0].said for one in verdicts} == {"contradicts"}
    assert time.perf_counter() - started < 60  # each against each took many minutes


def test_all_slips_are_told_at_once(problems: Callable[[str], tuple[Problem, ...]]) -> None:
    assert len(problems(toml(GOOD | {"printed": "forty"}, GOOD | {"unkown": "?"}, {"id": "b"}))) == 7


# ---- The founding study ----


@pytest.fixture(scope="module")
def study() -> Study:
    return FOUNDING


@pytest.fixture(scope="module")
def founding() -> Results:
    return RESULTS


NOT_OUTRIGHT = {
    # claim: what the tables say of it, then what the printed response column says, where it is asked.
    "confirmed": ("not derivable from what is printed",),  # 119, of whom 16 are printed
    "prior-ruxolitinib": ("contradicts",),  # 1 of 16 is 6.25%: 6%, by no rounding 5%
    "no-other-differs": ("contradicts",),  # antibiotics do, before any adjustment: 0 of 5 against 7 of 11
    "survival-by-cause-results": ("contradicts itself",),  # a zero too many: the abstract has 0.0293
    # Patients 12 and 13 are printed with 99%, and their rows give 96.6% and 84.3%.
    "response-survivors": ("contradicts", "reproduces"),
    "response-survivors-lowest": ("reproduces with rounding", "reproduces"),  # patient 16, below
    "response-survivors-highest": ("contradicts", "reproduces"),
    # The printed column gives 0.01236: 0.0124, and 0.0128 by no rounding.
    "response-by-survival": ("contradicts", "contradicts"),
    "response-rheumatologic": ("contradicts", "reproduces"),
    "response-rheumatologic-highest": ("contradicts", "reproduces"),
    "response-other-causes": ("contradicts", "reproduces"),  # 26.3% from the rows, 26.5% from the column
    "response-by-cause": ("contradicts", "reproduces"),
    "table-2-response-12": ("contradicts",),
    "table-2-response-13": ("contradicts",),
    "table-2-response-16": ("reproduces with rounding",),  # 72.89% cut off
    "table-3-monteagudo-poor-response": ("not derivable from what is printed",),
    "table-3-wohlfarth-corticosteroids": ("reproduces with rounding",),  # 62.5%, to even
}


@pytest.fixture(scope="module")
def ledger(study: Study, founding: Results) -> tuple[tuple[Verdict, ...], ...]:
    return study.verdicts(founding, CASES)


Ledger = tuple[tuple[Verdict, ...], ...]


def test_the_verdicts_on_the_founding_paper(ledger: Ledger) -> None:
    found = {verdicts[0].claim.id: tuple(one.said for one in verdicts) for verdicts in ledger}
    assert {id_: said for id_, said in found.items() if set(said) != {"reproduces"}} == NOT_OUTRIGHT
    assert tally(ledger) == (
        "251 reproduce, 3 reproduce with rounding, "
        "6 follow from the printed column only, not from the rows, 5 contradict, "
        "1 contradicts another print of the same, 2 cannot be derived from what is printed"
    )


@pytest.mark.parametrize(
    "claim, full",
    [
        ("prior-ruxolitinib", ["6.25%"]),
        ("survival-by-cause-results", ["0.0292725"]),
        ("response-survivors", ["84.25%", "88%"]),
        ("response-survivors-highest", ["96.6%", "99%"]),
        ("response-by-survival", ["0.0230588", "0.0123649"]),
        ("response-rheumatologic", ["86.28%", "93.5%"]),
        ("response-other-causes", ["26.33%", "26.5%"]),
        ("response-by-cause", ["0.0594023", "0.033169"]),
        ("table-2-response-12", ["96.6%"]),
        ("table-2-response-13", ["84.25%"]),
    ],
)
def test_what_stands_against_the_contradicted(ledger: Ledger, claim: str, full: list[str]) -> None:
    verdicts = next(found for found in ledger if found[0].claim.id == claim)
    assert [one.full for one in verdicts] == full


def test_every_verdict_from_an_expression_over_the_sheet_names_its_patients(ledger: Ledger) -> None:
    for verdict in (one for verdicts in ledger for one in verdicts):
        if not verdict.is_of_a_result and any(word in verdict.by for word in ("cell", "count", "share(")):
            assert verdict.patients, verdict
    rests = {verdicts[0].claim.id: verdicts[0].patients for verdicts in ledger}
    assert rests["discussion-survivors-unknown-cause"] == ("16",)
    assert rests["table-2-response-13"] == ("13",)
    assert rests["closest-dosing"] == ("7",)


def changed(printed: str) -> Iterator[str]:
    """The print with each digit changed to every other, but for what begins with a needless zero."""
    if printed in WORDS:
        yield from (word for word in WORDS if word != printed)
    for place, sign in enumerate(printed):
        for digit in "0123456789" if sign.isdigit() else "":
            text = f"{printed[:place]}{digit}{printed[place + 1 :]}"
            needless = re.match(r"0[0-9,]", text) and not re.match(r"0[0-9,]", printed)
            if digit != sign and not needless:
                yield text


def turned(ledger: Ledger, founding: Results, one: Verdict, printed: str) -> str:
    """What is said of the verdict's own derivation with another print."""
    is_expression = one.by == one.claim.derived
    way = {"derived": one.by} if is_expression else {"result": one.by, "derived": ""}
    alone = replace(one.claim, printed=printed, beside="", to="", **way)
    return check((alone,), founding, CASES, COHORTS)[0][0].said


def test_a_changed_digit_turns_every_reproducing_claim(ledger: Ledger, founding: Results) -> None:
    claims = tried = 0
    for one in (one for verdicts in ledger for one in verdicts if one.reproduces):
        claims += 1
        for printed in changed(one.claim.printed):
            assert turned(ledger, founding, one, printed) != one.said, (one.claim.id, printed)
            tried += 1
    assert claims == 254 + 13  # those that follow from the tables, and from the printed column beside
    assert tried > 4000


def test_typing_our_value_turns_every_contradicting_claim(ledger: Ledger, founding: Results) -> None:
    claims = 0
    for one in (one for verdicts in ledger for one in verdicts if one.said.startswith("contradicts")):
        assert turned(ledger, founding, one, one.obtained) == "reproduces", one
        claims += 1
    assert claims == 13


# ---- The ledger as a file and as lines ----


def test_the_ledger_is_a_line_a_verdict(ledger: Ledger) -> None:
    rows = list(csv.DictReader(io.StringIO(ledger_csv(ledger))))
    assert len(rows) == sum(len(verdicts) for verdicts in ledger)
    by_id = {row["id"]: row for row in rows}
    assert by_id["table-2-response-13"] == {
        "id": "table-2-response-13",
        "of": "patient 13, maximum ferritin response",
        "where": "Table 2, patient 13",
        "printed": "99%",
        "unit": "%",
        "by": 'cell("13", max_response)',
        "verdict": "contradicts",
        "how": "",
        "obtained": "84%",
        "in_full": "84.25%",
        "patients": "13",
        "explained": "",
    }


def test_what_does_not_reproduce_is_a_line_each(ledger: Ledger) -> None:
    lines = [line for line, _ in not_reproduced(ledger)]
    assert len(lines) == len(NOT_OUTRIGHT)
    assert (
        "Results, paragraph 4: maximum ferritin response of the survivors, median, printed 88%, "
        "obtained 84% (84.25%): contradicts; the printed column gives 88%"
    ) in lines


def test_cohorts_are_read_for_their_survivors() -> None:
    assert COHORTS["kumar-2017"] == {"n": 13, "survived": 9}
    assert COHORTS["baverez-2022"] == {"n": 21}


# ---- What is set aside ----

ASIDE = """where,token,times,reason
Results,16,2,number of a patient
Results,31%,1,patients of other publications
Table 1,None,3,"a cell, typed in patients.csv"
"""


def aside(folder: Path, text: str) -> tuple[SetAside, ...]:
    (folder / "not-claims.csv").write_text(text, "utf-8")
    return read_set_aside(folder / "not-claims.csv")


def test_what_is_set_aside_is_read_and_counted(tmp_path: Path) -> None:
    assert read_set_aside(tmp_path / "not-claims.csv") == ()
    found = aside(tmp_path, ASIDE)
    assert found[0] == SetAside("Results", "16", 2, "number of a patient")
    assert [one.times for one in found] == [2, 1, 3]
    # The claim stands in the same part of the text and prints the same: which is which only the text tells.
    claims = [Claim("n", "patients", "Results, paragraph 1", "16"), Claim("a", "age", "Abstract", "31%")]
    assert beside_claims(found, claims) == 2
    assert sum(one.times for one in FOUNDING.set_aside()) == 616


def test_what_is_set_aside_may_name_a_paragraph_and_a_word_in_capitals() -> None:
    claims = [Claim("n", "deaths", "Results, paragraph 1", "None"), Claim("a", "age", "Table 1", "31%")]
    found = SetAside("Results, paragraph 2", "none", 4, "a word"), SetAside("Table 1", "31 %", 1, "a row")
    assert beside_claims(found, claims) == 5


@pytest.mark.parametrize(
    "replaced, by, where, found",
    [
        ("number of a patient", "", 'row 2, column "reason"', "nothing is written here"),
        ("Results,16", ",16", 'row 2, column "where"', "nothing is written here"),
        ("31%,1", "31%,0", 'row 3, column "times"', '"0" is not a whole number from 1 to 999,999'),
        ("31%,1", "31%,1.5", 'row 3, column "times"', '"1.5" is not a whole number from 1 to 999,999'),
        pytest.param(
            "31%,1",
            f"31%,{'9' * 5000}",
            'row 3, column "times"',
            f'"{"9" * 5000}" is not a whole number from 1 to 999,999',
            id="5,000 digits",
        ),
        ("31%", "thirty", 'row 3, column "token"', '"thirty" is no number'),
        ("times", "time", "row 1", 'the column "times" is missing'),
        (
            "Table 1,None,3",
            "Results,16,1,number of a patient\nTable 1,None,3",
            "row 4",
            "it is row 2 once more: where, token and reason",
        ),
    ],
)
def test_a_slip_in_what_is_set_aside_is_told(
    tmp_path: Path, replaced: str, by: str, where: str, found: str
) -> None:
    assert replaced in ASIDE
    with pytest.raises(Problems) as told:
        aside(tmp_path, ASIDE.replace(replaced, by, 1))
    assert (told.value.problems[0].where, told.value.problems[0].found) == (f"not-claims.csv, {where}", found)


@pytest.mark.parametrize("token", ["2009-2022", "2009\u20132022", "5 (31%)", "10 mg"])
def test_each_number_that_is_set_aside_has_a_row_of_its_own(tmp_path: Path, token: str) -> None:
    with pytest.raises(Problems) as told:
        aside(tmp_path, ASIDE.replace("31%", token))
    [problem] = told.value.problems
    each = "Give each number a row of its own."
    mend = "Write the number alone, without its unit." if token == "10 mg" else each
    assert (problem.found, problem.mend) == (f'"{token}" is no number', mend)
