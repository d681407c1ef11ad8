"""Every slip of a protocol is told with its place, what was found there, and what mends it."""

from pathlib import Path

import pytest

from caseseries.evidence.problem import Problem, Problems
from caseseries.protocol.reading import read_protocol

PROMISE = """\
title    = "A small study"
version  = "1.0"
question = "Who survives?"
criteria = ["hlh-2004"]

[conventions]
level = 0.95

[moments]
admission    = { start_of = "stay" }
diagnosis    = { day_met = "hlh-2004", sheet = "day_diagnosed" }
first_dose   = { first = "anakinra", sheet = "day_started" }
last_contact = { last = "contact" }

[[eligibility]]
keep       = "adults"
age        = { at_least = "18 years", at = "admission" }
if_unknown = "drop"

[follow_up]
counted_from = "first_dose"
until        = "last_contact"
horizons     = ["30 days", "12 months"]

[[variable]]
name = "age"
kind = "number"
unit = "years"
take = { person = "age", at = "admission" }

[[variable]]
name   = "sex"
kind   = "category"
levels = ["F", "M"]

[[variable]]
name   = "cause"
kind   = "categories"
levels = ["malignancy", "infection", "unknown"]
alone  = "unknown"
take   = "review"

[[variable]]
name = "remarks"
kind = "text"

[[variable]]
name = "day_diagnosed"
kind = "day"

[[variable]]
name = "day_started"
kind = "day"

[[variable]]
name = "alive"
kind = "yes/no"
take = { follow_up = "alive" }

[[variable]]
name = "months"
kind = "time"
take = { follow_up = "time" }

[[serial]]
name         = "ferritin_by_day"
finding      = "ferritin"
counted_from = "first_dose"
days         = [1, 5, 10]

[[derived]]
name = "response"
kind = "share"
take = { greatest_fall = "ferritin_by_day", as_share_of = "day 1" }

[[derived]]
name = "malignant"
kind = "yes/no"
take = { has = "malignancy", in = "cause" }

[[analysis]]
name = "overall survival"
role = "primary"
does = "survival"

[[analysis]]
name    = "age and survival"
role    = "primary"
does    = "compare"
outcome = "age"
by      = "alive"
test    = "Mann-Whitney"

[[analysis]]
name    = "survival by cause"
role    = "primary"
does    = "compare"
outcome = "alive"
by      = "malignant"
test    = "Fisher"

[[analysis]]
name = "entries by outcome"
role = "secondary"
does = "entries"
of   = "cause"
by   = "alive"

[[analysis]]
name         = "time zero"
role         = "sensitivity"
does         = "survival"
by           = "sex"
counted_from = "diagnosis"

[[analysis]]
name   = "early response"
role   = "sensitivity"
does   = "landmark"
serial = "ferritin_by_day"
at     = "day 5"
by     = "alive"

[[analysis]]
name      = "characteristics"
role      = "descriptive"
does      = "summarise"
variables = ["age", "sex"]
by        = "alive"

[[analysis]]
name     = "labels"
role     = "sensitivity"
does     = "relabel"
of       = "survival by cause"
variable = "cause"
"""


def told(folder: Path, text: str | bytes) -> list[Problem]:
    """The problems that are told of a protocol; none, where it can be read."""
    path = folder / "protocol.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        read_protocol(path)
    except Problems as problems:
        return list(problems.problems)
    return []


def slip(folder: Path, written: str, instead: str) -> Problem:
    """The one problem that is told where `instead` stands in place of what is written."""
    assert PROMISE.count(written) >= 1, written
    problems = told(folder, PROMISE.replace(written, instead, 1))
    assert len(problems) == 1, "\n\n".join(map(str, problems))
    return problems[0]


def test_the_promise_itself_has_no_slip(tmp_path: Path) -> None:
    assert told(tmp_path, PROMISE) == []


SHAPE = [
    (
        'title    = "A small study"\n',
        "",
        "protocol.toml: the key",
        '"title" is missing',
        'Add it: title = "..."',
    ),
    ('kind = "number"\n', "", 'variable 1 ("age")', 'the key "kind" is missing', '"number", "count"'),
    ('title    = "A', 'titel    = "A', 'line 1, key "titel"', "not known here", 'Did you mean "title"?'),
    ("[follow_up]", "[folow_up]", "[folow_up]", "not known here", 'Did you mean "follow_up"?'),
    (
        'unit = "years"',
        'unti = "years"',
        'variable 1 ("age"), key "unti"',
        "not known",
        'Did you mean "unit"?',
    ),
    ('{ person = "age"', '{ persn = "age"', 'key "take", key "persn"', "not known", 'Did you mean "person"?'),
    (
        'at = "admission" }\nif',
        'att = "admission" }\nif',
        'key "age", key "att"',
        "not known",
        "Did you mean",
    ),
    ('in = "cause"', 'inn = "cause"', 'derived 2 ("malignant")', "not known", 'Did you mean "in"?'),
    (
        'kind = "number"',
        'kind = "nmber"',
        'key "kind"',
        '"nmber" cannot stand here',
        'Did you mean "number"?',
    ),
    ('kind = "number"', "kind = 5", 'key "kind"', "5 cannot stand here", 'There are: "number", "count"'),
    ('does = "entries"', 'does = "entres"', 'key "does"', "nothing that an analysis does", '"entries"?'),
    ('does = "entries"\n', "", 'analysis 4 ("entries by outcome")', '"does" is missing', "Say what"),
    (
        'test    = "Fisher"',
        'test    = "fischer"',
        'key "test"',
        "cannot stand here",
        'Did you mean "Fisher"?',
    ),
    ('take   = "review"', 'take   = "reviw"', 'key "take"', "cannot stand here", 'Did you mean "review"?'),
    ("level = 0.95", "level = 1.5", 'key "level"', "1.5 is not below 1", "a number above 0 and below 1"),
    ("level = 0.95", 'level = "0.95"', 'key "level"', '"0.95" is not a number', "without quotes"),
    ("level = 0.95", "seed = -1", 'key "seed"', "-1 is below 0", "of at least 0"),
    ("level = 0.95", "level = nan", 'key "level"', "nan is not", "Write"),
    ("level = 0.95", 'month = "3 days"', "[conventions]", "not the length of a month", "30.4375 days"),
    ("level = 0.95", 'digest = "x"', 'key "digest"', "not known here", "There are"),
    ('version  = "1.0"', "version  = 1.0", 'line 2, key "version"', "1.0 is not text", "in quotes"),
    ('"30 days", "12', '"30", "12', 'key "horizons", value 1', '"30" is not a length of time', '"30 days"'),
    ('"30 days", "12', '"0 days", "12', 'key "horizons", value 1', "no time at all", '"30 days"'),
    ('"30 days", "12 months"', '"30 days", "30 days"', "[follow_up]", "horizon is listed twice", "once"),
    ('levels = ["F", "M"]\n', "", 'variable 2 ("sex")', "needs its levels", "at least two"),
    ('["F", "M"]', '["F", "f"]', 'variable 2 ("sex")', 'the level "F" is listed twice', "Capitals"),
    ('["F", "M"]', '["F", "+"]', 'variable 2 ("sex")', "neither a letter nor a digit", "in words"),
    ('["F", "M"]', '"F or M"', 'key "levels"', "is not a list", "square brackets"),
    ('unit = "years"', 'levels = ["a", "b"]', 'variable 1 ("age")', 'kind "number" has no levels', "Leave"),
    (
        'alone  = "unknown"',
        'alone  = "unkown"',
        'variable 3 ("cause")',
        "not one of its levels",
        "Did you mean",
    ),
    ('["F", "M"]', '["F", "M"]\nalone = "F"', 'variable 2 ("sex")', "stands alone", "out"),
    ('unit = "years"', "above = 9\nbelow = 1", 'variable 1 ("age")', "above 9 and below 1", "lower limit"),
    ("[1, 5, 10]", "[1, 10, 5]", 'serial 1 ("ferritin_by_day")', "do not rise", "in order"),
    ("[1, 5, 10]", "[0, 5, 10]", 'serial 1 ("ferritin_by_day")', "before day 1", "first day is day 1"),
    ("[1, 5, 10]", '[1, "5"]', 'key "days", value 2', '"5" is not a whole number', "without quotes"),
    ('"day 5"', '"5"', 'key "at"', '"5" is not a day', '"day 5"'),
    ('kind = "share"', 'kind = "yes/no"', 'derived 1 ("response")', "gives a share", 'kind = "share"'),
    ('keep       = "adults"\n', "", "eligibility 1", "either keeps or drops", "one of them"),
    ('{ last = "contact" }', "{ }", 'key "last_contact"', "one day, found in one way", "start_of"),
    ('name = "remarks"', 'name = "Remarks!"', 'key "name"', '"Remarks!" cannot be a name', "small letters"),
    ('name = "remarks"', 'name = ""', 'key "name"', '"" cannot be a name', "small letters"),
    ('["age", "sex"]', "[]", 'key "variables"', "nothing is written here", "Fill it in"),
]


@pytest.mark.parametrize("written, instead, where, found, mend", SHAPE)
def test_a_clause_has_its_keys_and_they_have_their_kind_of_value(
    tmp_path: Path, written: str, instead: str, where: str, found: str, mend: str
) -> None:
    problem = slip(tmp_path, written, instead)
    assert where in problem.where + ": " + problem.found
    assert found in problem.found
    assert mend in problem.mend


TAKEN_FOR = [
    ('kind = "number"', 'kind = "continuous"', '"number"?'),
    ('kind = "number"', 'kind = "date"', '"day"?'),
    ('kind   = "category"', 'kind   = "categorical"', '"category" or "categories"?'),
    ('kind = "yes/no"', 'kind = "boolean"', '"yes/no"?'),
    ('does = "survival"', 'does = "kaplan-meier"', '"survival"?'),
    ('does = "survival"', 'does = "Log_Rank"', '"survival"?'),
    ('does    = "compare"', 'does    = "t-test"', '"compare"?'),
    ('does    = "compare"', 'does    = "chi2"', '"compare"?'),
    ('does      = "summarise"', 'does      = "Table 1"', '"summarise"?'),
    ('does      = "summarise"', 'does      = "describe"', '"summarise"?'),
    ('does = "survival"', 'does = "line list"', '"list"?'),
    ('test    = "Fisher"', 'test    = "Fisher\'s exact"', '"Fisher"?'),
    ('test    = "Fisher"', 'test    = "chi-squared"', '"chi-square, uncorrected" or "chi-square, Yates"?'),
    ('test    = "Mann-Whitney"', 'test    = "Wilcoxon"', '"Mann-Whitney"?'),
    ('test    = "Mann-Whitney"', 'test    = "ANOVA"', '"Kruskal-Wallis"?'),
]


@pytest.mark.parametrize("written, instead, meant", TAKEN_FOR)
def test_a_word_from_a_textbook_is_understood(tmp_path: Path, written: str, instead: str, meant: str) -> None:
    problem = slip(tmp_path, written, instead)
    assert problem.mend.startswith(f"Did you mean {meant} There are: ")


def test_words_that_can_stand_here_are_quoted_since_some_have_a_comma(tmp_path: Path) -> None:
    problem = slip(tmp_path, 'test    = "Fisher"', 'test    = "t-test"')
    assert problem.mend == (
        'There are: "chi-square, uncorrected", "chi-square, Yates", "chi-square, n - 1", "Fisher", '
        '"Fisher, mid-p", "Barnard", "Barnard, unpooled", "Boschloo", "Boschloo, doubled", '
        '"Freeman-Halton", "Mann-Whitney", "Mann-Whitney, exact", "Kruskal-Wallis", "Kruskal-Wallis, exact".'
    )


KRUSKAL, MANN, HALTON = 'test = "Kruskal-Wallis"', 'Write test = "Mann-Whitney".', 'test = "Freeman-Halton"'
COMPARE = 'outcome = "age"\nby      = "alive"'
LANDMARK = 'does   = "landmark"\nserial = "ferritin_by_day"\nat     = "day 5"'
TRAJECTORY = 'does = "trajectory"\nserial = "ferritin_by_day"\nfold = '
REFERENCES = [
    (
        'name      = "characteristics"',
        'name = "Attrition"',
        'key "name"',
        "what a screening counts",
        "another name",
    ),
    ('["age", "sex"]', '["age", "sexx"]', 'key "variables", value 2', 'no variable "sexx"', '"sex"?'),
    ('["age", "sex"]', '["age", "age"]', 'key "variables", value 2', "listed twice", "once"),
    ('["age", "sex"]', '["age", "remarks"]', 'key "variables", value 2', "is text", '"list"'),
    ('["age", "sex"]', '["ferritin_by_day"]', 'key "variables", value 1', "is a serial", "trajectory"),
    (
        'serial = "ferritin_by_day"',
        'serial = "ferritin"',
        'key "serial"',
        'no serial "ferritin"',
        "There are",
    ),
    (
        'greatest_fall = "ferritin_by',
        'greatest_fall = "feritin_by',
        'key "greatest_fall"',
        "no serial",
        "Did you",
    ),
    ('as_share_of = "day 1"', 'as_share_of = "day 2"', 'key "as_share_of"', "not on the grid", "1, 5, 10"),
    ('"day 5"', '"day 6"', 'analysis 6 ("early response"), key "at"', "not on the grid", "1, 5, 10"),
    (LANDMARK, TRAJECTORY + '["day 6"]', 'key "fold", value 1', "not on the grid", "1, 5, 10"),
    (LANDMARK, TRAJECTORY + '["day 5", "day 5"]', 'key "fold", value 2', "listed twice", "once"),
    (LANDMARK, TRAJECTORY + '["day 1"]', 'key "fold", value 1', "multiple of", "later days"),
    (LANDMARK, TRAJECTORY + '["5"]', 'key "fold", value 1', "is not a day", "day 5"),
    (
        'has = "malignancy"',
        'has = "malignant"',
        'key "has"',
        'not a level of "cause"',
        'Did you mean "malignancy"',
    ),
    ('in = "cause"', 'in = "sex"', 'key "in"', '"sex" is of kind "category"', "These would do: cause"),
    (
        'counted_from = "first_dose"\nu',
        'counted_from = "frst_dose"\nu',
        "[follow_up]",
        "no moment",
        "first_dose",
    ),
    ('until        = "last_c', 'until        = "lst_c', "[follow_up]", "no moment", "last_contact"),
    ('counted_from = "first_dose"\nd', 'counted_from = "dose"\nd', "serial 1", "no moment", "first_dose"),
    ('counted_from = "diagnosis"', 'counted_from = "diagnoses"', "analysis 5", "no moment", "diagnosis"),
    (
        '{ person = "age", at = "admission" }',
        '{ person = "age", at = "ward" }',
        'key "at"',
        "no moment",
        "There",
    ),
    (
        '{ person = "age", at',
        '{ person = "age", after = "admission + x", at',
        'key "after"',
        "length",
        "7 days",
    ),
    ('at = "admission" }\nif', 'at = "arrival" }\nif', 'eligibility 1, key "age"', "no moment", "admission"),
    (
        "first_dose   =",
        'early = { first = "ferritin", after = "late + 1 day" }\n'
        'late = { last = "ferritin", until = "early" }\nfirst_dose   =',
        "[moments]",
        "these moments rest on one another in a circle: early, late, early",
        "Let one of them rest on the stay",
    ),
    (
        "first_dose   =",
        'again = { first = "ferritin", after = "again" }\nfirst_dose   =',
        "[moments]",
        "in a circle: again, again",
        "Let one of them rest on the stay",
    ),
    ('sheet = "day_started"', 'sheet = "day_strted"', "[moments]", 'no variable "day_strted"', "day_started"),
    ('sheet = "day_started"', 'sheet = "age"', "[moments]", "by a day", "day_diagnosed"),
    (', sheet = "day_started"', "", 'analysis 5 ("time zero")', 'day of "first_dose"', "Add sheet"),
    (', sheet = "day_diagnosed"', "", 'analysis 5 ("time zero")', 'day of "diagnosis"', "Add sheet"),
    ('criteria = ["hlh-2004"]', 'criteria = ["hlh-1994"]', "[moments]", '"hlh-2004"', "hlh-1994"),
    (COMPARE, 'outcome = "cause"\nby      = "alive"', 'key "outcome"', "ranks a measured outcome", "age"),
    (COMPARE, 'outcome = "age"\nby      = "remarks"', 'key "by"', "groups are made", "sex, alive, malignant"),
    (
        COMPARE,
        'outcome = "age"\nby      = "cause"',
        'key "by"',
        "counted twice",
        'first_of = [...], in = "cause"',
    ),
    (
        'by      = "alive"\ntest    = "Mann-Whitney"',
        f'by      = "sex"\n{KRUSKAL}',
        'key "test"',
        "makes 2",
        MANN,
    ),
    (COMPARE, 'outcome = "age"\nby      = "aliv"', 'key "by"', 'no variable "aliv"', 'Did you mean "alive"'),
    (
        '"Mann-Whitney"',
        '"Fisher"',
        'analysis 2 ("age and survival"), key "outcome"',
        "yes and no",
        "malignant",
    ),
    ('by      = "malignant"', 'by      = "alive"', 'key "by"', "compared with itself", "another"),
    (
        'by      = "malignant"',
        'by      = "months"',
        'key "by"',
        "groups are made",
        "would do: sex, malignant.",
    ),
    (
        'by      = "malignant"\ntest    = "Fisher"',
        'by      = "malignant"\ntest    = "Freeman-Halton"',
        'key "test"',
        "more than two groups or two levels",
        'write test = "Fisher"',
    ),
    (
        'outcome = "alive"\nby      = "malignant"',
        'outcome = "sex"\nby      = "alive"',
        "outcome",
        "a category",
        HALTON,
    ),
    ('by      = "malignant"', 'by      = "alve"', 'key "by"', 'no variable "alve"', "There are: age, sex"),
    ('outcome = "alive"', 'outcome = "age"', 'key "outcome"', "yes and no", "would do: alive."),
    ('of   = "cause"', 'of   = "sex"', 'key "of"', "levels of categories", "These would do: cause"),
    ('of   = "cause"\nby   = "alive"', 'of   = "cause"\nby   = "age"', 'key "by"', "side by side", "alive"),
    ('by        = "alive"', 'by        = "age"', 'analysis 7 ("characteristics")', "groups are made", "sex"),
    ('by           = "sex"', 'by           = "cause"', 'analysis 5 ("time zero")', "groups are made", "sex"),
    ('of       = "survival by cause"', 'of       = "survivl"', 'key "of"', "no analysis", "There are"),
    ('kind = "time"', 'kind = "number"', 'variable 8 ("months"), key "kind"', "not", 'Write kind = "time"'),
    (
        'name = "months"\n',
        'name = "months"\nunit = "days"\n',
        'key "unit"',
        "counted in months",
        'unit = "months"',
    ),
    ('name = "remarks"', 'name = "patient"', 'variable 4 ("patient")', "meaning of its own", "another name"),
    ('name = "remarks"', 'name = "cause_"', 'variable 4 ("cause_")', 'taken by "cause"', "another name"),
    ('name = "remarks"', 'name = "response"', 'derived 1 ("response")', "is taken", "another name"),
    ('name = "remarks"', 'name = "ferritin_by_day"', 'serial 1 ("ferritin_by_day")', "is taken", "another"),
    ('name = "overall survival"', 'name = "Age_and  Survival"', "analysis 2", "is taken", "underscores"),
    ('name = "overall survival"', 'name = "?!"', "analysis 1", "neither a letter", "in words"),
]


@pytest.mark.parametrize("written, instead, where, found, mend", REFERENCES)
def test_what_a_clause_refers_to_is_there_and_fits(
    tmp_path: Path, written: str, instead: str, where: str, found: str, mend: str
) -> None:
    problem = slip(tmp_path, written, instead)
    assert where in problem.where
    assert found in problem.found
    assert mend in problem.mend


def without(start: str, until: str) -> str:
    """The promise without the lines from `start` up to `until`."""
    before, _, rest = PROMISE.partition(start)
    return before + until + rest.partition(until)[2]


def test_survival_needs_a_follow_up(tmp_path: Path) -> None:
    problems = told(tmp_path, without("[follow_up]", "[[variable]]"))
    assert [problem.where.partition("analysis ")[2] for problem in problems] == [
        '1 ("overall survival")',
        '5 ("time zero")',
    ]
    assert all("survival needs a follow-up" in problem.found for problem in problems)
    assert all("[follow_up]" in problem.mend for problem in problems)


def test_survival_needs_who_is_alive_and_how_long_each_was_followed(tmp_path: Path) -> None:
    problems = told(tmp_path, PROMISE.replace("take = { follow_up", "# { follow_up"))
    assert "who is alive" in problems[0].found
    assert "how long each patient was followed" in problems[1].found
    assert problems[0].mend == 'Write take = { follow_up = "alive" } under the variable "alive".'
    assert problems[1].mend == 'Write take = { follow_up = "time" } under the variable "months".'


def test_of_several_variables_that_could_say_who_is_alive_all_are_named(tmp_path: Path) -> None:
    text = PROMISE.replace('take = { follow_up = "alive" }\n', "")
    text = text.replace('kind = "text"\n', 'kind = "yes/no"\n')
    assert told(tmp_path, text)[0].mend == (
        'Write take = { follow_up = "alive" } under the variable that says so. '
        'Did you mean "alive"? There are: remarks, alive.'
    )


def test_where_no_variable_could_say_who_is_alive_one_is_asked_for(tmp_path: Path) -> None:
    text = PROMISE.replace('kind = "yes/no"\ntake = { follow_up = "alive" }', 'kind = "text"', 1)
    mends = [problem.mend for problem in told(tmp_path, text)]
    assert 'Add a variable of kind = "yes/no" with take = { follow_up = "alive" }.' in mends


def test_one_variable_takes_a_part_of_the_follow_up(tmp_path: Path) -> None:
    twin = PROMISE.replace('kind = "text"\n', 'kind = "yes/no"\ntake = { follow_up = "alive" }\n')
    assert ["a second variable takes" in problem.found for problem in told(tmp_path, twin)] == [True]


def test_all_slips_are_told_at_once_from_the_first_line_to_the_last(tmp_path: Path) -> None:
    text = PROMISE.replace("level = 0.95", "level = 1.5").replace('kind = "number"', 'kind = "nmber"')
    text = text.replace('"day 5"', '"day 6"').replace('["F", "M"]', '["F"]')
    assert [problem.where for problem in told(tmp_path, text)] == [
        'protocol.toml, line 7, [conventions], key "level"',
        'protocol.toml, line 27, variable 1 ("age"), key "kind"',
        'protocol.toml, line 31, variable 2 ("sex")',
        'protocol.toml, line 121, analysis 6 ("early response"), key "at"',
    ]


def test_of_many_names_ten_are_listed(tmp_path: Path) -> None:
    days = ", ".join(str(day) for day in range(1, 31))
    many = PROMISE.replace("[1, 5, 10]", f"[{days}]").replace('"day 5"', '"day 31"')
    many += "".join(f'[[variable]]\nname = "yes_{n}"\nkind = "yes/no"\n' for n in range(20))
    many = many.replace('by      = "malignant"', 'by      = "months"')
    assert [problem.mend for problem in told(tmp_path, many)] == [
        "These would do: sex, yes_0, yes_1, yes_2, yes_3, yes_4, yes_5, yes_6, yes_7, yes_8 and 12 more.",
        "Its days are: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 20 more.",
    ]


def test_a_clause_that_is_only_misspelt_is_not_called_missing_elsewhere(tmp_path: Path) -> None:
    problem = slip(tmp_path, 'name   = "cause"', 'nmae   = "cause"')
    assert problem.mend.startswith('Did you mean "name"?')


NOT_READ = [
    (b"", "protocol.toml", "nothing is promised in it", "Begin with title"),
    (b"# a comment\n", "protocol.toml", "nothing is promised in it", "Begin with title"),
    (b'title = "Caf\xe9"', "protocol.toml", "not plain text in UTF-8", "UTF-8"),
    (b"title = A small study", "line 1", "title = A small study", "Text stands in quotes"),
    (b"\ntitle = 'a'\ntitle = 'b'", "line 3", "title = 'b'", "stands twice"),
    (b"[stay]\n[stay]\n", "line 2", "[stay]", "stands twice"),
    (b"two words = 1", "line 1", "two words = 1", "A key is one word"),
    (b"day = 2009-02-31", "line 1", "day = 2009-02-31", "calendar"),
    (b"title = 'a", "line 1", "title = 'a", "quotes"),
    (b'levels = ["F" "M"]', "line 1", 'levels = ["F" "M"]', "Put a comma between two items"),
    (b'levels = ["F", "M"\nkind = "text"', "line 2", 'kind = "text"', "close the list with ]"),
    (b'take = { person = "age" at = "x" }', "line 1", "take", "Put a comma between two keys"),
]


@pytest.mark.parametrize("text, where, found, mend", NOT_READ)
def test_a_file_that_is_no_protocol_says_so(
    tmp_path: Path, text: bytes, where: str, found: str, mend: str
) -> None:
    (problem,) = told(tmp_path, text)
    assert where in problem.where
    assert found in problem.found
    assert mend in problem.mend


@pytest.mark.parametrize("deep", [b"[" * 5000, b"{ a = " * 5000])
def test_what_stands_too_deep_is_given_no_line(tmp_path: Path, deep: bytes) -> None:
    (problem,) = told(tmp_path, b"a = " + deep + b'\n\ntitle = "A study"\n')
    assert (problem.where, problem.found) == (
        "protocol.toml",
        "lists or tables stand too deep inside one another",
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="no such file") as told_of:
        read_protocol(tmp_path / "promise.toml")
    assert told_of.value.problems[0].where.endswith("promise.toml")


def test_windows_line_ends_and_a_byte_order_mark_make_no_difference(tmp_path: Path) -> None:
    assert told(tmp_path, b"\xef\xbb\xbf" + PROMISE.replace("\n", "\r\n").encode()) == []


# ---- More than two groups, and an order of levels ----

IN_ORDER = """
[[derived]]
name = "first_cause"
kind = "category"
take = { first_of = ["malignancy", "infection", "unknown"], in = "cause" }
[[analysis]]
name = "in order"
role = "descriptive"
does = "compare"
outcome = "alive"
by = "first_cause"
test = "Freeman-Halton"
"""


def test_an_order_of_levels_makes_groups(tmp_path: Path) -> None:
    assert told(tmp_path, PROMISE + IN_ORDER) == []
    grouped = PROMISE.replace('by           = "sex"', 'by           = "first_cause"')
    assert told(tmp_path, grouped.replace('by        = "alive"', 'by = "first_cause"') + IN_ORDER) == []


@pytest.mark.parametrize(
    "written, instead, where, found, mend",
    [
        (
            '"malignancy", "infection", "unknown"]',
            '"malignancy", "unknown"]',
            "first_of",
            '"infection"',
            "every level",
        ),
        ('["malignancy", "inf', '["malignant", "inf', "first_of", "not a level", 'Did you mean "malignancy"'),
        ('["malignancy", "inf', '["malignancy", "malignancy", "inf', "take", "listed twice", "once"),
        ('in = "cause"', 'in = "sex"', 'key "in"', '"sex" is of kind "category"', "cause"),
        (
            'kind = "category"',
            'kind = "yes/no"',
            "derived 3",
            '"first_of" gives a category',
            'kind = "category"',
        ),
        (
            'test = "Freeman-Halton"',
            'test = "Fisher"',
            'key "test"',
            '"first_cause" makes 3',
            "Freeman-Halton",
        ),
        (
            'test = "Freeman-Halton"',
            'test = "Barnard"',
            'key "test"',
            "compares two groups",
            "chi-square, unc",
        ),
        (
            'outcome = "alive"\nby = "first_cause"\ntest = "Freeman-Halton"',
            'outcome = "age"\nby = "first_cause"\ntest = "Mann-Whitney, exact"',
            'key "test"',
            '"first_cause" makes 3',
            'Write test = "Kruskal-Wallis, exact".',
        ),
        ('outcome = "alive"', 'outcome = "age"', "outcome", "counts a yes/no or a category", "alive"),
        ('outcome = "alive"', 'outcome = "cause"', "outcome", "several levels", 'does = "entries"'),
    ],
)
def test_a_test_fits_the_number_of_groups_and_an_order_its_levels(
    tmp_path: Path, written: str, instead: str, where: str, found: str, mend: str
) -> None:
    assert IN_ORDER.count(written) == 1, written
    # An order that leaves out a level makes fewer groups, which may not fit the test: that comes second.
    problem = told(tmp_path, PROMISE + IN_ORDER.replace(written, instead))[0]
    assert where in problem.where
    assert found in problem.found
    assert mend in problem.mend
