"""Every slip of a definition is told with its place, what was found there, and what mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseseries.criteria.definition import Flag
from caseseries.criteria.reading import read_definition
from caseseries.criteria.shelf import open_definition
from caseseries.evidence.problem import Problem, Problems

SOUND = """\
name   = "small"
title  = "A small definition"
source = "Nobody, nowhere"
need   = 2

[[criterion]]
name     = "ferritin"
finding  = "ferritin"
at_least = ["500 ng/mL", "500 ug/L"]

[[criterion]]
name = "cytopenias"
need = 1
of   = [
  { finding = "hemoglobin", below = "9.0 g/dL" },
  { finding = "platelets", below = "100 10*9/L" },
]

[[criterion]]
name    = "spleen"
finding = "splenomegaly"
present = true
"""

FLAGGED = (
    SOUND
    + """
[[flag]]
name     = "transfused"
on       = ["hemoglobin", "plt"]
when     = { finding = "blood transfusion", within = "48 hours before" }
recalled = true

[[flag]]
name = "treated"
on   = ["hb"]
when = { finding = "chemotherapy", within = "4 weeks before" }"""
)

POINTS = """\
name   = "score"
title  = "A small score"
source = "Nobody, nowhere"

[[criterion]]
name    = "ferritin"
finding = "ferritin"
grade   = [
  { points = 35, at_least = "2000 ng/mL" },
  { points = 50, above = "6000 ng/mL" },
]

[[criterion]]
name     = "ast"
finding  = "ast"
at_least = "30 U/L"
points   = 19

[probabilities]
source = "Nobody"

[[probability]]
up_to = 40
low   = 0
high  = 0.5

[[probability]]
up_to = 69
low   = 0.5
high  = 1
"""


def slips(text: str, folder: Path) -> tuple[Problem, ...]:
    path = folder / "small.toml"
    path.write_text(text)
    with pytest.raises(Problems) as told:
        read_definition(path)
    return told.value.problems


def test_what_is_sound_is_read(tmp_path: Path) -> None:
    for text, most in ((SOUND, 3), (POINTS, 69)):
        path = tmp_path / "sound.toml"
        path.write_text(text)
        definition = read_definition(path)
        assert definition.most == most
        assert hash(definition) == hash(read_definition(path))


def test_flags_are_read(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(FLAGGED)
    assert read_definition(path).flags == (
        Flag("transfused", ("hemoglobin", "platelets"), "transfusion", days_before=2, recalled=True),
        Flag("treated", ("hemoglobin",), "chemotherapy", days_before=28),
    )


def test_the_digest_is_of_what_is_defined(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    digests = []
    for text in (FLAGGED, f"# Ours\n{FLAGGED}\n", FLAGGED.replace("4 weeks", "5 weeks"), SOUND):
        path.write_text(text)
        digests.append(read_definition(path).digest)
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
    assert len(digests[0]) == 64


@pytest.mark.parametrize("name", ["hlh-2004", "hlh-2024", "hscore"])
def test_the_library_flags_what_was_given(name: str) -> None:
    flags = open_definition(name).flags
    assert [(flag.name, flag.days_before) for flag in flags] == [
        ("transfused", 2),
        ("g-csf", 7),
        ("chemotherapy", 28),
    ]
    assert all(flag.recalled for flag in flags)


@pytest.mark.parametrize(
    "sound, old, new, where, found, mend",
    [
        (SOUND, 'title  = "A small', 'titel  = "A small', "line 2", "this is not known here", "title"),
        (SOUND, 'source = "Nobody, nowhere"\n', "", "", 'the key "source" is missing', "Add it"),
        (SOUND, '"small"', '"Small one"', "line 1", "cannot be a name", "small letters"),
        (SOUND, "need   = 2", "need   = 4", "line 4", "4 of 3 can never be met", "at most 3"),
        (SOUND, "need   = 2", 'need   = "2"', "line 4", "not a whole number above 0", "without quotes"),
        (SOUND, "need   = 2\n", "", "", "neither how many criteria are needed", "Add need"),
        (SOUND, '"ferritin"\nat', '"feritin"\nat', "line 8", "not in the catalogue", 'mean "ferritin"'),
        (SOUND, '"500 ng/mL"', '"500"', "line 9", '"500" is not a number with a unit', "500 ng/mL"),
        (SOUND, '"500 ng/mL"', '"500 g/L"', "line 9", '"g/L" is not a unit of ferritin', "ng/mL"),
        (SOUND, '"500 ng/mL"', '"500 foo"', "line 9", '"foo" is no unit that is known', "ng/mL"),
        (SOUND, '"500 ng/mL"', '"501 ug/L"', "line 9", "two limits have one unit", "Keep the one"),
        (
            SOUND,
            "at_least = [",
            'above = "5 ng/mL"\nat_least = [',
            "line 6",
            "more than one way",
            "Write one",
        ),
        (SOUND, "present = true", "", "line 19", "does not say what is asked", "Write one of"),
        (SOUND, "present = true", "present = false", "line 22", "this is not true", "present = true"),
        (SOUND, "present = true", 'below = "3 cm"', "line 22", "is no number", "present = true"),
        (SOUND, 'below = "9.0 g/dL"', "present = true", "line 14", "is a number", "Write a limit"),
        (SOUND, 'below = "9.0 g/dL"', "below = 9.0", "line 14", "neither text nor a list", "in quotes"),
        (SOUND, "need = 1", "need = 3", "line 13", "3 of 2 can never be met", "at most 2"),
        (SOUND, "need = 1\n", "", "line 11", 'the key "need" is missing', "need = 1"),
        (SOUND, 'name    = "spleen"', 'name    = "ferritin"', "line 20", "stands twice", "of its own"),
        (SOUND, "present = true", "present = true\npoints = 3", "line 23", "have no points", "Remove it"),
        (POINTS, "points   = 19", "points   = -19", "line 17", "not a whole number above 0", "Write it"),
        (POINTS, "points = 50", "points = 30", "line 8", "the points do not rise", "fewest points first"),
        (POINTS, "up_to = 69", "up_to = 30", "line 28", "the scores do not rise", "the lowest first"),
        (POINTS, "high  = 0.5", "high  = 50", "line 25", "not a share between 0 and 1", "0.54"),
        (POINTS, '[probabilities]\nsource = "Nobody"', "", "", "one half is missing", "[probabilities]"),
        (POINTS, '"ferritin"\ngrade', '"feritin"\ngrade', "line 7", "not in the catalogue", "ferritin"),
        (POINTS, "points   = 19", "", "line 13", 'the key "points" is missing', "points = 19"),
        (FLAGGED, '"hemoglobin", "plt"', '"ferritine"', "line 26", "does not ask for", 'mean "ferritin"'),
        (FLAGGED, '"hemoglobin", "plt"', '"fibrinogen"', "line 26", "does not ask for", "There are"),
        (FLAGGED, 'on       = ["hemoglobin", "plt"]\n', "", "line 24", '"on" is missing', "Add the findings"),
        (FLAGGED, '"blood transfusion"', '"tranfusion"', "line 27", "not in the catalogue", "transfusion"),
        (FLAGGED, '"48 hours before"', '"36 hours before"', "line 27", "not a number of days", "48 hours"),
        (FLAGGED, '"48 hours before"', '"48 hours"', "line 27", "not a number of days", "48 hours before"),
        (FLAGGED, '"48 hours before"', '"1 month before"', "line 27", "not a number of days", "48 hours"),
        (FLAGGED, '"48 hours before"', '"lately"', "line 27", "not a length of time before", "48 hours"),
        (FLAGGED, "within = ", "withn = ", "line 27", "not known here", "within"),
        (FLAGGED, '"treated"', '"transfused"', "line 31", '"transfused" stands twice', "of its own"),
        (FLAGGED, '"treated"', '"Trans-fused"', "line 31", 'stands twice, as "transfused"', "signs do not"),
        (FLAGGED, '"treated"', '"***"', "line 31", "neither a letter nor a digit", "in words"),
        (SOUND, 'name    = "spleen"', 'name    = "FERRITIN"', "line 20", 'as "ferritin"', "signs do not"),
        (FLAGGED, "recalled = true", 'recalled = "yes"', "line 28", "neither true nor false", "Write"),
    ],
)
def test_slips(sound: str, old: str, new: str, where: str, found: str, mend: str, tmp_path: Path) -> None:
    assert old in sound
    [slip] = slips(sound.replace(old, new, 1), tmp_path)
    assert slip.where.startswith("small.toml")
    assert not where or f", {where}" in slip.where
    assert found in slip.found
    assert mend in slip.mend


def test_all_slips_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = SOUND.replace("500 ng/mL", "500").replace("present = true", "present = 1")
    assert [slip.where for slip in slips(text.replace("need = 1", "need = 0"), tmp_path)] == [
        'small.toml, line 9, criterion 1 ("ferritin"), key "at_least"',
        'small.toml, line 13, criterion 2 ("cytopenias"), key "need"',
        'small.toml, line 22, criterion 3 ("spleen"), key "present"',
    ]


def test_an_empty_file_and_one_that_is_no_toml(tmp_path: Path) -> None:
    [empty] = slips("", tmp_path)
    assert empty.found == "nothing is defined in it"
    [broken] = slips("name = small\n", tmp_path)
    assert broken.where == "small.toml, line 1"
