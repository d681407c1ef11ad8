"""Printed numbers held against ours: what each verdict means, and what a slip in claims.toml is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from caseseries.analysis.results import Number, Result, Results
from caseseries.evidence.problem import Problem, Problems
from caseseries.literature.claims import Claim, Verdict, check, claims_source, read_claims, tally
from caseseries.protocol.clauses.analysis import ListPatients
from caseseries.protocol.clauses.conventions import Conventions
from caseseries.stats.estimate import Estimate
from caseseries.study import Study, open_study


def results_of(**values: float | Estimate | None) -> Results:
    """Results that hold these values, each as `made-up.NAME`."""
    clause = ListPatients(name="made up", role="descriptive", does="list", variables=("age",))
    numbers = []
    for name, value in values.items():
        if not isinstance(value, Estimate):
            value = Estimate(value, "by hand", 16, reason="" if value is not None else "nobody was followed")
        numbers.append(Number(f"made-up.{name}", name, value, ()))
    return Results("Made up", "1", "", Conventions(), (), (), (Result(clause, tuple(numbers)),))


def verdict(printed: str, value: float | None) -> Verdict:
    claim = Claim("one", "a number", "Abstract", printed, "made-up.number")
    return check((claim,), results_of(number=value))[0][0]


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
        ("1.7", None, "not derivable", ""),
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


def test_a_field_of_a_number_can_be_claimed() -> None:
    results = results_of(share=Estimate(0.31, "by hand", 16, "share", 0.11, 0.59, 0.95, 0.04))
    claims = [
        Claim(field, "a limit", "Abstract", printed, f"made-up.share.{field}")
        for field, printed in {"low": "11%", "high": "59%", "p": "0.04", "n": "16"}.items()
    ]
    assert {one.said for found in check(tuple(claims), results) for one in found} == {"reproduces"}


def test_a_second_source_gets_a_verdict_of_its_own() -> None:
    claim = Claim("one", "response", "Results", "88%", "made-up.rows", beside="made-up.print")
    rows, print_ = check((claim,), results_of(rows=0.8425, print=0.88))[0]
    assert (rows.result, rows.said) == ("made-up.rows", "contradicts")
    assert (print_.result, print_.said) == ("made-up.print", "reproduces")


@pytest.mark.parametrize(
    "claims, said",
    [
        ([], ""),
        ([("1", "one", "")], "1 reproduce"),
        (
            [("1", "one", ""), ("2", "one", ""), ("1", "none", "")],
            "1 reproduce, 1 contradict, 1 cannot be derived",
        ),
        ([("1.6", "half", "")], "1 reproduce with rounding"),
        # The rows contradict it, and the printed column gives it.
        ([("1", "two", "one")], "1 follow from the printed column only, not from the rows"),
        ([("1", "two", "two")], "1 contradict"),
        ([("1", "one", "two")], "1 reproduce"),
        ([("1", "none", "one")], "1 cannot be derived"),
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
    assert tally(check(made, results)) == said


# ---- Slips ----

GOOD = {"id": "age", "of": "age", "where": "Abstract", "printed": "40.5", "result": "made-up.age"}


@pytest.fixture
def problems(tmp_path: Path) -> Callable[[str], tuple[Problem, ...]]:
    def read(text: str) -> tuple[Problem, ...]:
        (tmp_path / "claims.toml").write_text(text, encoding="utf-8")
        try:
            claims = read_claims(tmp_path / "claims.toml")
            check(claims, results_of(age=40.5))
        except Problems as slips:
            return slips.problems
        return ()

    return read


def toml(*claims: dict[str, Any]) -> str:
    return "\n".join(
        "[[claim]]\n" + "\n".join(f"{key} = {value!r}" for key, value in claim.items()) for claim in claims
    )


def test_no_file_is_no_claims(tmp_path: Path) -> None:
    assert read_claims(tmp_path / "claims.toml") == ()
    assert claims_source(tmp_path / "claims.toml") is None


def test_the_file_of_the_claims_has_a_digest(study: Study) -> None:
    source = claims_source(study.folder / "claims.toml")
    assert source is not None
    assert (source.name, source.rows, len(source.digest)) == ("claims.toml", 20, 64)


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
            'Write the printed digits, such as "0.0293" or "31%".',
        ),
        (
            toml(GOOD | {"printed": "NaN"}),
            'claims.toml, claim 1 ("age")',
            'printed = "NaN" is not a number',
            "Leave the cell empty where there is none.",
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
            'Did you mean "where"? There are: beside, id, of, printed, result, unit, where.',
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
            "Put it in quotes: id = \"['age']\"",
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
            "claims.toml",
            "it cannot be read: Invalid value (at line 2, column 6)",
            "Text values stand in quotes; each claim begins with [[claim]].",
        ),
    ],
)
def test_a_slip_is_told_with_its_place_and_its_mend(
    problems: Callable[[str], tuple[Problem, ...]], text: str, where: str, found: str, mend: str
) -> None:
    assert problems(text) == (Problem(where, found, mend),)


def test_all_slips_are_told_at_once(problems: Callable[[str], tuple[Problem, ...]]) -> None:
    assert len(problems(toml(GOOD | {"printed": "forty"}, GOOD | {"unkown": "?"}, {"id": "b"}))) == 7


# ---- The founding study ----


@pytest.fixture(scope="module")
def study() -> Study:
    return open_study("naymagon-2022")


@pytest.fixture(scope="module")
def founding(study: Study) -> Results:
    return study.analyse(study.read_cases())


FOUNDING = {
    # claim: what the tables say of it, then what the printed response column says, where it is asked.
    "patients": ("reproduces",),
    "median-age": ("reproduces",),
    "several-causes": ("reproduces",),
    "median-hscore": ("reproduces",),
    "median-ferritin": ("reproduces",),  # 38,051.5, halves up
    "prior-ruxolitinib": ("contradicts",),  # 1 of 16 is 6.25%: 6%, by no rounding 5%
    "median-daily-dose": ("reproduces",),
    "alive": ("reproduces",),
    "median-survival": ("reproduces",),  # 1.65, halves up; the curve rests on one half from 1.5 to 1.8
    "median-follow-up": ("reproduces",),  # of the times observed, the dead's included
    "alive-rheumatologic": ("reproduces",),
    "alive-other-causes": ("reproduces",),
    "survival-by-cause-abstract": ("reproduces",),
    "survival-by-cause-results": ("contradicts",),  # a zero too many: the abstract has 0.0293
    "causes-by-survival": ("reproduces",),  # with 24 entries taken for patients
    "age-by-survival": ("reproduces",),
    # Patients 12 and 13 are printed with 99%, and their rows give 96.6% and 84.3%.
    "response-survivors": ("contradicts", "reproduces"),
    # The printed column gives 0.01236: 0.0124, and 0.0128 by no rounding.
    "response-by-survival": ("contradicts", "contradicts"),
    "response-by-cause": ("contradicts", "reproduces"),
    "toxicity": ("reproduces",),
}


def test_the_verdicts_on_the_founding_paper(study: Study, founding: Results) -> None:
    found = {
        verdicts[0].claim.id: tuple(one.said for one in verdicts) for verdicts in study.verdicts(founding)
    }
    assert found == FOUNDING


@pytest.mark.parametrize(
    "claim, full",
    [
        ("prior-ruxolitinib", ["6.25%"]),
        ("survival-by-cause-results", ["0.0292725"]),
        ("response-survivors", ["84.25%", "88%"]),
        ("response-by-survival", ["0.0230588", "0.0123649"]),
        ("response-by-cause", ["0.0594023", "0.0331690"]),
    ],
)
def test_what_stands_against_the_contradicted(
    study: Study, founding: Results, claim: str, full: list[str]
) -> None:
    verdicts = next(found for found in study.verdicts(founding) if found[0].claim.id == claim)
    assert [one.full for one in verdicts] == full


def with_another_last_digit(printed: str) -> str:
    """The printed number with 2 more (or less, from 8 on) in its last place: no rounding reaches so far."""
    place = max(index for index, sign in enumerate(printed) if sign.isdigit())
    digit = int(printed[place])
    return f"{printed[:place]}{digit + 2 if digit < 8 else digit - 2}{printed[place + 1 :]}"


def test_a_changed_digit_turns_every_reproducing_claim(study: Study, founding: Results) -> None:
    turned = 0
    for claim in study.claims():
        for name in filter(None, (claim.result, claim.beside)):
            alone = replace(claim, result=name, beside="")
            if check((alone,), founding)[0][0].said == "reproduces":
                changed = replace(alone, printed=with_another_last_digit(claim.printed))
                assert check((changed,), founding)[0][0].said == "contradicts", changed
                turned += 1
    assert turned == 17


def test_typing_our_value_turns_every_contradicting_claim(study: Study, founding: Results) -> None:
    turned = 0
    for verdicts in study.verdicts(founding):
        for one in verdicts:
            if one.said == "contradicts":
                typed = replace(one.claim, printed=one.obtained, result=one.result, beside="")
                assert check((typed,), founding)[0][0].said == "reproduces", typed
                turned += 1
    assert turned == 6
