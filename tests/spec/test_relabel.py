"""Relabelling: each label that is less than certain kept or dropped, in every combination."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from caseseries.analysis import labellings
from caseseries.analysis.plan import analyse
from caseseries.analysis.results import Results
from caseseries.cases.sheet import read_sheet
from caseseries.evidence.problem import Problems
from caseseries.protocol.reading import read_protocol
from caseseries.report.flip_figure import flip_figure
from caseseries.stats.compare import chi_square, fisher

PROTOCOL = """
title = "Made up"
version = "1"
question = "What?"
[moments]
last_contact = { last = "contact" }
[[variable]]
name = "cause"
kind = "categories"
levels = ["malignancy", "infection", "unknown"]
alone = "unknown"
certainty = ["stated", "presumed", "possible"]
[[variable]]
name = "alive"
kind = "yes/no"
[[derived]]
name = "infected"
kind = "yes/no"
take = { has = "infection", in = "cause" }
[[analysis]]
name = "by infection"
role = "primary"
does = "compare"
outcome = "alive"
by = "infected"
test = "Fisher"
[[analysis]]
name = "entries"
role = "primary"
does = "entries"
of = "cause"
by = "alive"
[[analysis]]
name = "relabelled"
role = "sensitivity"
does = "relabel"
of = "OF"
variable = "cause"
"""
SHEET = """
ann   | infection                       | yes
ben   | infection (presumed)            | yes
cleo  | malignancy; infection (possible)| no
dora  | malignancy (possible)           | no
eve   | malignancy                      | no
fay   | malignancy                      | no
gil   | unknown                         | yes
"""


def relabelled(folder: Path, sheet: str = SHEET, of: str = "by infection") -> Results:
    (folder / "protocol.toml").write_text(PROTOCOL.replace("OF", of), encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")] for line in sheet.strip().splitlines()]
    lines = ["patient,cause,alive", *(",".join(f'"{cell}"' for cell in row) for row in rows)]
    (folder / "patients.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    protocol = read_protocol(folder / "protocol.toml")
    return analyse(protocol, read_sheet(folder / "patients.csv", protocol))


def test_every_labelling_by_hand(tmp_path: Path) -> None:
    """Ben and Cleo are infected by a label that is less than stated; Dora's label is of another level."""
    found = relabelled(tmp_path)
    assert found.number("relabelled.labels").estimate.value == 2
    tables = {
        "as-labelled": [[2, 1], [1, 3]],
        "without-1": [[1, 1], [2, 3]],
        "without-2": [[2, 0], [1, 4]],
        "without-all": [[1, 0], [2, 4]],
    }
    for key, table in tables.items():
        mine, expected = found.number(f"relabelled.{key}.fisher").estimate, fisher(table)
        assert mine == expected, key
    ps = sorted(fisher(table).p or 0.0 for table in tables.values())
    assert found["relabelled.fisher.p-smallest.p"] == ps[0]
    assert found["relabelled.fisher.p-greatest.p"] == ps[-1]
    assert found.number("relabelled.fisher.below").estimate.value == 0
    assert [group.title for group in found.result("relabelled").groups] == [
        "as labelled",
        "without the label of ben",
        "without the label of cleo",
        "without any uncertain label",
    ]


def test_the_estimates_go_from_the_smallest_to_the_infinite(tmp_path: Path) -> None:
    found = relabelled(tmp_path)
    assert found.number("relabelled.fisher.greatest").estimate.beyond == "infinite"
    odds = [fisher(table).value for table in ([[2, 1], [1, 3]], [[1, 1], [2, 3]])]
    assert found.number("relabelled.fisher.smallest").estimate.value == min(one for one in odds if one)


def test_who_loses_the_last_label_is_of_unknown_cause(tmp_path: Path) -> None:
    found = relabelled(tmp_path, of="entries")
    assert found.number("relabelled.labels").estimate.value == 3
    # By columns malignancy, infection, unknown: Dora (1) and Ben (2) become unknown, Cleo (3) does not.
    for key, table in {
        "as-labelled": [[0, 2, 1], [4, 1, 0]],
        "without-1": [[0, 2, 1], [3, 1, 1]],
        "without-2": [[0, 1, 2], [4, 1, 0]],
        "without-all": [[0, 1, 2], [3, 0, 1]],
    }.items():
        assert found.number(f"relabelled.{key}.chi-square").estimate.value == pytest.approx(
            chi_square(table).value
        )
    titles = [group.title for group in found.result("relabelled").groups]
    assert "without malignancy of dora; infection of ben and cleo" not in titles  # that is all of them
    assert "without malignancy of dora; infection of cleo" in titles


@pytest.mark.parametrize(
    "zoe, sentence",
    [
        (
            "no",
            "p lies from 0.0286 to 0.143, and below 0.05 in 1 of them. It changes sides without one label "
            "alone: the label of zoe.",
        ),
        ("yes", "p lies from 0.00794 to 0.0476, and below 0.05 in 2 of them."),
    ],
)
def test_the_caution_says_how_far_and_which_label(zoe: str, sentence: str, tmp_path: Path) -> None:
    rows = "\n".join(f"y{place} | infection | yes" for place in range(4 if zoe == "yes" else 3))
    more = "\n".join(f"n{place} | malignancy | no" for place in range(4))
    found = relabelled(tmp_path, f"{rows}\n{more}\nzoe | infection (possible) | yes")
    [said] = [one.sentence for one in found.result("relabelled").cautions if one.kind == "labels-tip"]
    assert said == f"Fisher's exact test: over 2 labellings {sentence}"


@pytest.mark.parametrize(
    "sheet, of, why_not",
    [
        (
            SHEET.replace(" (presumed)", "").replace(" (possible)", ""),
            "by infection",
            "Nothing to relabel: every label of Cause that counts is certain.",
        ),
        (
            "ann | infection (presumed) | yes",
            "by infection",
            'Nothing to relabel: "by infection" has no p-value.',
        ),
    ],
)
def test_nothing_to_relabel_says_why(sheet: str, of: str, why_not: str, tmp_path: Path) -> None:
    assert relabelled(tmp_path, sheet, of).result("relabelled").why_not == why_not


def test_too_many_patients_are_not_relabelled(tmp_path: Path) -> None:
    rows = "\n".join(
        f"p{place} | infection (presumed) | {'yes' if place % 2 else 'no'}" for place in range(2_000)
    )
    assert relabelled(tmp_path, rows).result("relabelled").why_not == (
        "Not done: 2,000 uncertain labels of 2,000 patients are too many to relabel."
    )


def test_a_relabelling_is_not_relabelled(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="a relabelling cannot be relabelled"):
        relabelled(tmp_path, of="relabelled")


@pytest.mark.parametrize("labels", [0, 1, 5, 12])
def test_all_labellings_up_to_twelve_labels(labels: int) -> None:
    tried = labellings.labellings(labels, 1)
    assert sorted(tried) == sorted(product((False, True), repeat=labels))
    assert tried[0] == (True,) * labels
    assert [kept.count(False) for kept in tried] == sorted(kept.count(False) for kept in tried)


def test_of_more_labels_a_sample_with_the_seed() -> None:
    tried = labellings.labellings(40, 1)
    assert tried == labellings.labellings(40, 1) != labellings.labellings(40, 2)
    assert len(tried) == len(set(tried)) == labellings.MOST_LABELLINGS
    assert tried[0] == (True,) * 40
    assert [kept.count(False) for kept in tried[:42]] == [0, *[1] * 40, 40]
    shares = [sum(kept[place] for kept in tried) / len(tried) for place in range(40)]
    assert all(0.45 < share < 0.55 for share in shares)


def test_many_labels_are_shown_one_by_one_and_not_in_every_combination(tmp_path: Path) -> None:
    rows = "\n".join(
        f"p{place} | infection (presumed) | {'yes' if place % 2 else 'no'}" for place in range(6)
    )
    found = relabelled(tmp_path, rows + SHEET.replace("(presumed)", "").replace("(possible)", "")).result(
        "relabelled"
    )
    assert len(found.groups) == 1 + 6 + 1
    assert found.notes == ("64 labellings of 6 uncertain labels: each kept or dropped.",)


def many(uncertain: int, patients: int) -> str:
    """So many patients, the first of them with a label that is less than certain."""
    return "\n".join(
        f"p{place} | {'infection (presumed)' if place < uncertain else 'malignancy'} "
        f"| {'yes' if place % 3 else 'no'}"
        for place in range(patients)
    )


def test_of_a_slow_test_fewer_labellings_are_tried_and_each_single_label_among_them(tmp_path: Path) -> None:
    # More than 42 patients: patients are dealt anew by the hundred thousand, half a second a labelling.
    results = relabelled(tmp_path, many(10, 43), "entries")
    found = results.result("relabelled")
    assert results.value("relabelled.labellings") == 256
    assert len(found.groups) == 1 + 10 + 1
    assert found.notes == (
        "256 labellings of 2^10: as given, without each label, without any, "
        "and others drawn with the seed 2022.",
    )


def test_of_a_quick_test_all_labellings_are_tried(tmp_path: Path) -> None:
    assert relabelled(tmp_path, many(10, 43)).value("relabelled.labellings") == 2**10
    assert relabelled(tmp_path, many(10, 42), "entries").value("relabelled.labellings") == 2**10


def test_every_single_label_is_tried_with_a_slow_test_too(tmp_path: Path) -> None:
    found = relabelled(tmp_path, many(80, 90), "entries")
    assert found.value("relabelled.labellings") == 256
    assert len(found.result("relabelled").groups) == 1 + 80 + 1
    assert "2 tests by 2 labellings" in flip_figure([found.result("relabelled")], 0.95)


def test_too_many_labels_for_a_slow_test_are_not_relabelled(tmp_path: Path) -> None:
    found = relabelled(tmp_path, many(257, 300), "entries").result("relabelled")
    assert found.why_not.startswith("Not done: 257 uncertain labels are too many for ")
    assert found.why_not.endswith('"entries" can be relabelled.')


# Thirteen labels that are less than certain; without that of the only one who died infection saves nobody.
FLIPPED = "\n".join(
    [
        *(f"i{place} | infection (presumed) | yes" for place in range(12)),
        "dead | infection (presumed) | no",
        *(f"m{place} | malignancy | {'yes' if place < 4 else 'no'}" for place in range(9)),
    ]
)


def test_of_many_labels_the_figure_shows_those_that_flip_a_test(tmp_path: Path) -> None:
    results = relabelled(tmp_path, FLIPPED)
    found = results.result("relabelled")
    assert len(found.groups) == 1 + 13 + 1
    given = results.number("relabelled.as-labelled.fisher").estimate.p
    assert given is not None
    level = 1.0 - given  # the line lies at the p as given: a label that makes it smaller takes it across
    singles = found.groups[1:-1]
    flips = [
        group.title
        for group in singles
        if (results.number(f"relabelled.{group.key}.fisher").estimate.p or 1.0) < given
    ]
    svg = flip_figure([found], level)
    assert flips == ["without the label of dead"]
    assert "1 test by 3 labellings" in svg
    assert "Not drawn: 12 labels, none of which takes a test across that line alone." in svg
    assert "without the label of dead" in svg
    assert "label of i7" not in svg


def test_of_few_labels_the_figure_shows_every_labelling(tmp_path: Path) -> None:
    svg = flip_figure([relabelled(tmp_path, many(4, 9)).result("relabelled")], 0.95)
    assert "1 test by 16 labellings" in svg
    assert "Not drawn" not in svg
