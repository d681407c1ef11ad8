"""Results: their file and its schema, their ids as documented, how they are looked up and printed."""

from __future__ import annotations

import json
import operator
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest
from tests.spec.a_hospital import hospital
from tests.spec.made_up import FATE, FOLLOW_UP, NAMED_DAYS, done
from tests.spec.the_founding_study import FOUNDING, RESULTS

import caseseries.analysis.cautions
import caseseries.literature.pool_cautions
from caseseries.analysis.cautions import Caution
from caseseries.analysis.results import FIELDS, Number, Result, Results, Standing
from caseseries.cases.long_tables import MOMENTS, SERIALS, SPELLS, UNREAD, frame
from caseseries.cases.series import CaseSeries, Column
from caseseries.protocol.clauses.analysis import ListPatients
from caseseries.protocol.clauses.conventions import Conventions
from caseseries.stats.estimate import Estimate
from caseseries.study import Study

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "results.md").read_text("utf-8")
SCHEMA: dict[str, Any] = json.loads((DOCS / "results.schema.json").read_text("utf-8"))

# Every option of every analysis that the founding study does not use.
OTHERS = """
title = "Every option once"
version = "1"
question = "Is every part of an id on the page?"
"""
OTHER_VARIABLES = """
[[variable]]
name = "age"
kind = "number"

[[variable]]
name = "stage"
kind = "category"
levels = ["early", "late", "very late"]

[[variable]]
name = "site"
kind = "category"
levels = ["north", "south"]

[[variable]]
name = "died_of"
kind = "category"
levels = ["HLH", "infection"]

[[serial]]
name = "ferritin"
finding = "ferritin"
counted_from = "first_dose"
days = [1, 5]

[[analysis]]
name = "means"
role = "descriptive"
does = "summarise"
variables = ["age", "alive"]
numbers = "mean (SD)"

[[analysis]]
name = "quartiles"
role = "descriptive"
does = "summarise"
variables = ["age", "stage"]
numbers = "median (IQR)"
by = "stage"

[[analysis]]
name = "curves"
role = "secondary"
does = "survival"
median = "first"
by = "stage"
strata = "site"
weights = { rho = 1 }

[[analysis]]
name = "kinds"
role = "secondary"
does = "incidence"
of = "died_of"
by = "stage"

[[analysis]]
name = "ages"
role = "primary"
does = "compare"
outcome = "age"
by = "alive"
test = "Mann-Whitney, exact"
beside = "all in use"

[[analysis]]
name = "ages by stage"
role = "primary"
does = "compare"
outcome = "age"
by = "stage"
test = "Kruskal-Wallis"
beside = "all in use"

[[analysis]]
name = "stages"
role = "primary"
does = "compare"
outcome = "stage"
by = "alive"
test = "Freeman-Halton"
beside = "all in use"

[[analysis]]
name = "alive by stage"
role = "primary"
does = "compare"
outcome = "alive"
by = "stage"
test = "chi-square, uncorrected"

[[analysis]]
name = "alive by site"
role = "primary"
does = "compare"
outcome = "alive"
by = "site"
test = "Fisher"

[[analysis]]
name = "on age and stage"
role = "secondary"
does = "regress"
outcome = "alive"
on = ["age", "stage"]
kind = "died_of"
of = "HLH"

[[analysis]]
name = "by stage"
role = "descriptive"
does = "trajectory"
serial = "ferritin"
by = "stage"
fold = ["day 5"]
"""
PATIENTS = """patient,age,stage,site,died_of,alive,time
a,30,early,north,,yes,100
b,40,early,south,infection,no,20
c,50,late,north,HLH,no,10
d,,late,south,,yes,40
e,60,late,south,,,
"""
FERRITIN = "patient,day 1,day 5\na,100,50\nb,200,300\nc,10,\n"


@pytest.fixture(scope="module")
def study() -> Study:
    return FOUNDING


@pytest.fixture(scope="module")
def founding() -> Results:
    return RESULTS


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Results:
    protocol = OTHERS + NAMED_DAYS + FOLLOW_UP + FATE + OTHER_VARIABLES
    return done(tmp_path_factory.mktemp("study"), protocol, PATIENTS, ferritin=FERRITIN)


@pytest.fixture(scope="module")
def screened(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return hospital(tmp_path_factory.mktemp("hospital")).results


# ---- The file and its schema ----

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
WITHIN: dict[str, Callable[[float, float], bool]] = {
    "minimum": operator.ge,
    "maximum": operator.le,
    "exclusiveMinimum": operator.gt,
    "exclusiveMaximum": operator.lt,
}
SAYS_NOTHING = {"$schema", "$defs", "title", "description"}


def faults(schema: dict[str, Any], value: Any, where: str = "$") -> Iterator[str]:
    """What in `value` the schema does not allow; of JSON Schema 2020-12, the keywords that ours uses."""
    for keyword, asked in schema.items():
        match keyword:
            case "$ref":
                yield from faults(SCHEMA["$defs"][asked.removeprefix("#/$defs/")], value, where)
            case "type":
                names = [asked] if isinstance(asked, str) else asked
                types = tuple(one for name in names for one in TYPES[name])
                if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
                    yield f"{where}: {value!r} is not of type {asked}"
                    return
            case "const" | "enum":
                if value not in ([asked] if keyword == "const" else asked):
                    yield f"{where}: {value!r} is not {asked}"
            case "pattern":
                if not re.search(asked, value):
                    yield f"{where}: {value!r} does not fit {asked}"
            case "minLength":
                if len(value) < asked:
                    yield f"{where}: {value!r} is too short"
            case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
                if value is not None and not WITHIN[keyword](value, asked):
                    yield f"{where}: {value!r} is beyond {keyword} {asked}"
            case "items":
                for place, item in enumerate(value):
                    yield from faults(asked, item, f"{where}[{place}]")
            case "uniqueItems":
                if len(set(value)) < len(value):
                    yield f"{where}: {value!r} says one thing twice"
            case "required":
                yield from (f"{where}: {key!r} is missing" for key in asked if key not in value)
            case "properties":
                for key in asked.keys() & value.keys():
                    yield from faults(asked[key], value[key], f"{where}.{key}")
            case "propertyNames":
                for key in value:
                    yield from faults(asked, key, f"{where}.{key}")
            case "additionalProperties":
                for key in value.keys() - schema.get("properties", {}).keys():
                    if asked is False:
                        yield f"{where}: {key!r} is not known"
                    else:
                        yield from faults(asked, value[key], f"{where}.{key}")
            case _:
                assert keyword in SAYS_NOTHING, f"the checker does not know the keyword {keyword}"


@pytest.mark.parametrize("which", ["founding", "others", "screened"])
def test_the_file_is_as_its_schema_says(which: str, request: pytest.FixtureRequest) -> None:
    content = json.loads(request.getfixturevalue(which).to_json())
    assert list(faults(SCHEMA, content)) == []


@pytest.mark.parametrize(
    "path, value",
    [
        ("format", "caseseries results 2"),
        ("study.protocol", "abc"),
        ("sources", {}),
        ("conventions.level", 1.0),
        ("extra", 1),
        ("cautions.c1.kind", "Few patients"),
        ("patients.s1", "all"),
        ("numbers.overall-survival_median.value", "1.65"),
        ("numbers.overall-survival_median.value", True),
        ("numbers.overall-survival_median.p", 1.5),
        ("numbers.overall-survival_median.method", ""),
        ("numbers.overall-survival_median.standing", "planned"),
        ("numbers.overall-survival_median.beyond", "open"),
        ("numbers.overall-survival_median.cautions", ["c1", "c1"]),
        ("numbers.overall-survival_median.cautions", ["few"]),
        ("numbers.overall-survival_median.more", 1),
        ("analyses.overall-survival.groups", [{"key": "all"}]),
        ("analyses.overall-survival.curves.all.at_risk", [1.5]),
        ("analyses.overall-survival.curves.all.survival", [None]),
    ],
)
def test_the_schema_refuses_what_is_not_so(founding: Results, path: str, value: Any) -> None:
    content = json.loads(founding.to_json())
    *way, last = path.split(".")
    inside = content
    for key in way:
        inside = inside[key.replace("_", ".") if "_" in key else key]
    inside[last] = value
    assert len(list(faults(SCHEMA, content))) >= 1


def test_every_key_of_the_file_must_be_there(founding: Results) -> None:
    content = json.loads(founding.to_json())
    for key in list(content):
        lacking = {one: value for one, value in content.items() if one != key}
        assert list(faults(SCHEMA, lacking)) == [f"$: {key!r} is missing"]
    number = dict(content["numbers"]["overall-survival.median"])
    for key in list(number):
        lacking = {one: value for one, value in number.items() if one != key}
        assert list(faults(SCHEMA["$defs"]["number"], lacking)) == [f"$: {key!r} is missing"]


@pytest.mark.parametrize("which", ["founding", "others", "screened"])
def test_what_is_referred_to_is_there(which: str, request: pytest.FixtureRequest) -> None:
    content = json.loads(request.getfixturevalue(which).to_json())
    holders = [*content["numbers"].values(), *content["analyses"].values()]
    sets = [number["patients"] for number in content["numbers"].values()]
    sets += [group["patients"] for analysis in content["analyses"].values() for group in analysis["groups"]]
    assert {key for one in holders for key in one["cautions"]} == set(content["cautions"])
    assert set(sets) <= set(content["patients"])
    assert all(number["analysis"] in content["analyses"] for number in content["numbers"].values())
    assert all(id_.startswith(f"{number['analysis']}.") for id_, number in content["numbers"].items())
    assert content["patients"]["all"] == list(request.getfixturevalue(which).patients)
    stored = [tuple(patients) for patients in content["patients"].values()]
    assert len(set(stored)) == len(stored)


@pytest.mark.parametrize("which", ["founding", "others", "screened"])
def test_every_number_has_an_id_of_its_own(which: str, request: pytest.FixtureRequest) -> None:
    results: Results = request.getfixturevalue(which)
    ids = Counter(number.id for result in results.every for number in result.numbers)
    assert [id_ for id_, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("which", ["founding", "others", "screened"])
def test_a_number_is_there_or_says_why_not(which: str, request: pytest.FixtureRequest) -> None:
    for number in request.getfixturevalue(which).numbers.values():
        if number.estimate.value is None:
            assert number.estimate.reason, number.id
        else:
            assert number.estimate.reason.startswith("no limits") or not number.estimate.reason, number.id


def test_the_file_says_what_a_limit_of_null_is(founding: Results) -> None:
    median = json.loads(founding.to_json())["numbers"]["overall-survival.median"]
    assert (median["high"], median["beyond"]) == (None, "not reached")


# ---- The same bytes ----


def test_two_runs_give_the_same_bytes(study: Study, founding: Results) -> None:
    assert study.analyse(study.read_cases()).to_json() == founding.to_json()


def test_no_seed_of_pythons_hashes_changes_a_byte(founding: Results) -> None:
    script = (
        "import sys; from caseseries.study import open_study; study = open_study('naymagon-2022'); "
        "sys.stdout.buffer.write(study.analyse(study.read_cases()).to_json().encode())"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
        )
        for seed in ("0", "1")
    ]
    assert [child.communicate()[0].decode() for child in children] == [founding.to_json()] * 2


# ---- The page on ids ----

WORDS = {
    "VARIABLE": r"[\w-]+(?:\.(?:daily|days|route))?",
    "LEVEL": r"[\w-]+",
    "HORIZON": r"\d+-(?:days|months)",
    "DAY": r"\d+",
    "STEP": r"[\w-]+",
    "CRITERION": r"[\w-]+",
    "FLAG": r"[\w-]+",
    "SHORT": r"\d",
    "PATIENT": r"[\w-]+",
    "END": "(?:median|lowest|highest)",
    "TEST": r"[\w-]+",
    "COVARIATE": r"[\w-]+(?:\.[\w-]+)?",
    "INTERVAL": r"[\w-]+",
    "KIND": r"[a-z-]+",
    "COHORT": r"[\w-]+",
    "UNTIL": r"(?:hospital|30-days|last-follow-up|not-said)",
    "ROUTE": r"(?:subcutaneous|intravenous|both|not-said)",
    "CAUSE": r"[\w-]+",
}


def tables(section: str) -> list[list[str]]:
    """The rows of a section's tables, without their heads."""
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def section(title: str) -> str:
    """What stands under a heading, up to the next."""
    text = re.split(rf"^##+ {re.escape(title)}$", PAGE, flags=re.MULTILINE)[1]
    return re.split(r"^##+ ", text, flags=re.MULTILINE)[0]


def first_cells(title: str) -> list[str]:
    return [row[0].strip("`") for row in tables(section(title))]


ADJUSTED = r"[.](holm|benjamini-hochberg)$"  # stands behind any promised test
SERVED = [
    "list",
    "summarise",
    "survival",
    "incidence",
    "compare",
    "entries",
    "trajectory",
    "landmark",
    "relabel",
    "regress",
    "screen",
    "pool",
]
PARTS = {does: tables(section(f'`does = "{does}"`')) for does in SERVED}


def pattern(part: str, groups: list[str]) -> re.Pattern[str]:
    """A part of the page as what it stands for, with the groups of the analysis."""
    among = "|".join(re.escape(group) for group in groups) or "$nobody"
    text = re.escape(part).replace(r"\[", "(?:").replace(r"\]", ")?")
    for word, stands_for in {"GROUP": f"(?:{among})", **WORDS}.items():
        text = text.replace(word, stands_for)
    return re.compile(text)


def matches(results: Results) -> Iterator[tuple[str, Number, list[list[str]]]]:
    """Each number with what its analysis does, and the lines of the page that its id fits."""
    for result in results.every:
        groups = [group.key for group in result.groups]
        for number in result.numbers:
            part = re.sub(ADJUSTED, "", number.id.removeprefix(f"{result.slug}."))
            does = result.clause.does
            fit = [row for row in PARTS[does] if pattern(row[0].strip("`"), groups).fullmatch(part)]
            yield does, number, fit


def test_every_id_is_documented(founding: Results, others: Results, screened: Results) -> None:
    found = [*matches(founding), *matches(others), *matches(screened)]
    assert [number.id for _, number, lines in found if not lines] == []


def test_every_documented_part_exists(founding: Results, others: Results, screened: Results) -> None:
    found = {
        (does, row[0])
        for does, _, lines in (*matches(founding), *matches(others), *matches(screened))
        for row in lines
    }
    documented = {(does, row[0]) for does, rows in PARTS.items() for row in rows}
    assert documented - found == set()


def test_the_documented_unit_is_the_units(founding: Results, others: Results, screened: Results) -> None:
    own = {"its own": None, "of follow-up": {"days", "months", "years"}}
    for _, number, lines in (*matches(founding), *matches(others), *matches(screened)):
        allowed = [own.get(row[2], {row[2]}) for row in lines]
        assert any(units is None or number.estimate.unit in units for units in allowed), number.id


def test_every_unit_is_documented_or_a_variables(
    founding: Results, others: Results, screened: Results, study: Study
) -> None:
    used = {
        number.estimate.unit
        for number in (*founding.numbers.values(), *others.numbers.values(), *screened.numbers.values())
    }
    own = {column.unit for column in study.read_cases().dictionary} | {"", "days", "months", "years"}
    assert set(first_cells("Units")) <= used
    assert used - set(first_cells("Units")) <= own


def test_every_standing_is_documented() -> None:
    assert first_cells("Standing") == list(get_args(Standing))


def test_every_kind_of_caution_is_documented() -> None:
    homes = caseseries.analysis.cautions, caseseries.literature.pool_cautions
    source = "".join(Path(str(home.__file__)).read_text("utf-8") for home in homes)
    kinds = re.findall(r'Caution\(\s*"([\w-]+)"', source)
    assert sorted(first_cells("Cautions")) == sorted(kinds)


def test_every_key_of_the_file_is_documented() -> None:
    assert first_cells("What the file holds") == list(SCHEMA["properties"])
    assert first_cells("A number") == list(SCHEMA["$defs"]["number"]["properties"])


def test_every_field_that_an_id_can_name_is_documented() -> None:
    assert set(FIELDS) <= set(first_cells("A number"))


def test_every_analysis_is_documented() -> None:
    served = re.findall(r'^### `does = "(\w+)"`$', PAGE, re.MULTILINE)
    refused = re.findall(r"`(\w+)`", section("What gives no numbers").partition("They stand")[0])
    assert [*served, *refused] == SCHEMA["$defs"]["analysis"]["properties"]["does"]["enum"]


# ---- Looking up ----


def test_an_analysis_is_found_by_its_name_and_by_its_slug(founding: Results) -> None:
    by_name, by_slug = founding["survival by cause"], founding["survival-by-cause"]
    assert isinstance(by_name, Result)
    assert by_name is by_slug is founding.result("survival by cause")
    assert founding["Survival by Cause"] is founding["survival_by_cause"] is by_name


@pytest.mark.parametrize("wrong", [3, None, ("survival", "p"), slice(2)])
def test_what_is_neither_name_nor_id_is_refused_kindly(founding: Results, wrong: Any) -> None:
    with pytest.raises(TypeError) as told:
        founding[wrong]
    assert told.value.args[0] == (
        f'results are looked up by a name or an id, such as results["overall survival"], not by {wrong!r}'
    )


def test_a_point_in_the_name_of_an_analysis_is_no_field() -> None:
    clause = ListPatients(name="survival vs. cause", role="descriptive", does="list", variables=("age",))
    number = Number("survival-vs-cause.n", "n", Estimate(4, "count", 4, "patients"), ())
    results = Results("", "1", "", Conventions(), (), (), (Result(clause, (number,)),))
    assert results["Survival vs. cause"] is results.results[0]
    assert results["survival-vs-cause.n"] is number.estimate
    assert results["survival-vs-cause.n.n"] == 4


def test_a_number_is_found_by_its_id(founding: Results) -> None:
    fisher = founding["survival-by-cause.fisher"]
    assert isinstance(fisher, Estimate)
    assert fisher is founding.number("survival-by-cause.fisher").estimate


def test_a_field_is_found_behind_the_id(founding: Results) -> None:
    assert founding["survival-by-cause.fisher.p"] == pytest.approx(0.0631868)
    assert founding["overall-survival.median.low"] == 0.3
    assert founding["overall-survival.median.high"] is None
    assert founding["overall-survival.median.n"] == 16
    assert founding.value("overall-survival.median") == 1.65
    # Where an id itself ends in n, its own n stands behind it once more.
    assert founding["ferritin-by-day.day-50.n.n"] == 16
    assert founding.value("ferritin-by-day.day-50.n") == 3


@pytest.mark.parametrize(
    "wrong, said",
    [
        ("survival by casue", 'Did you mean "survival-by-cause"?'),
        ("survival-by-cause.fischer", 'Did you mean "survival-by-cause.fisher"'),
        ("survial-by-cause.fisher", 'Did you mean "survival-by-cause.fisher"'),
        ("survival-by-cause.fisher.q", 'Did you mean "survival-by-cause.fisher"'),
        ("overall-survival.medain.low", 'Did you mean "overall-survival.median"'),
        ("x.y", "Ids begin with an analysis. There are: overall-survival, "),
        ("nothing at all", "There are: overall-survival, "),
        ("", "There are: overall-survival, "),
    ],
)
def test_a_wrong_name_is_told_the_nearest(founding: Results, wrong: str, said: str) -> None:
    with pytest.raises(KeyError) as told:
        founding[wrong]
    assert repr(wrong) in told.value.args[0]
    assert said in told.value.args[0]
    assert len(told.value.args[0]) < 1000


def test_results_are_gone_through_in_the_promised_order(study: Study, founding: Results) -> None:
    assert [result.clause for result in founding] == list(study.protocol.analyses)


# ---- Printing ----


def test_an_estimate_prints_itself(founding: Results) -> None:
    assert str(founding.number("survival-by-cause.rheumatologic.share").estimate) == (
        "75% (95% interval 19% to 99%); n = 4; proportion, Clopper-Pearson interval"
    )
    assert str(founding.number("age-and-survival.mann-whitney").estimate) == (
        "15 U p = 0.174; n = 16; Mann-Whitney, asymptotic, tie- and continuity-corrected, two-sided"
    )


def test_a_result_prints_its_numbers_and_its_cautions(founding: Results) -> None:
    lines = repr(founding.result("survival by cause")).splitlines()
    assert lines[0] == "survival by cause (primary)"
    assert any(line.startswith("  Fisher's exact test") and "0.0632" in line for line in lines)
    assert sum(line.startswith("  ! The smallest expected count is 1.25.") for line in lines) == 1
    assert any(
        line.startswith("  Boschloo's test, twice the one-sided") and "0.0574" in line for line in lines
    )


def test_what_was_not_done_prints_why(founding: Results) -> None:
    assert repr(founding.result("unknown is not met")).splitlines() == [
        "unknown is not met (sensitivity)",
        "  Not possible from a sheet: who was looked for and not found is not in it.",
    ]


def test_results_print_every_analysis(founding: Results) -> None:
    text, page = repr(founding), founding._repr_html_()
    assert text.startswith("Anakinra in adult secondary HLH: the founding study: 16 patients\n")
    for result in founding:
        assert f"\n{result.clause.name} (" in text
        assert f"<h4>{result.clause.name}</h4>" in page


def hostile(text: str = "<b>&\"'</b>") -> Results:
    """Results in which every text that somebody typed is a piece of a page."""
    clause = ListPatients(name=text, role="descriptive", does="list", variables=("age",))
    estimate = Estimate(None, text, 1, text, reason=text)
    number = Number("b.n", text, estimate, (text,), cautions=(Caution("few", text),))
    result = Result(clause, (number,), cautions=(Caution("many", text),), notes=(text,), why_not=text)
    return Results(text, "1", "", Conventions(), (), (text,), (result,))


def test_what_somebody_typed_is_never_part_of_a_page() -> None:
    results = hostile()
    number = results.number("b.n").estimate
    for page in (results._repr_html_(), results.results[0]._repr_html_(), number._repr_html_()):
        assert "<b>" not in page
        assert "&lt;b&gt;&amp;" in page


def test_a_number_that_is_not_there_prints_its_reason_on_the_page_too(founding: Results) -> None:
    assert "not reached" in founding.result("survival curves by cause")._repr_html_()


def test_a_case_series_prints_itself(study: Study) -> None:
    cases = study.read_cases()
    text, page = repr(cases), cases._repr_html_()
    first, *lines = text.splitlines()
    assert first == "Case series of 16 patients, from patients.csv (16 rows), ferritin.csv (16 rows)"
    assert any(line.split() == ["ferritin", "number,", "ng/mL;", "16", "of", "16", "known"] for line in lines)
    assert any(line.split() == ["ferritin_by_day", "serial;", "96", "values"] for line in lines)
    assert page.count("<tr>") == 17


def test_a_case_series_escapes_what_was_typed() -> None:
    typed = "<b>&</b>"
    table = pl.DataFrame({"patient": [typed], "episode": [1], "cause": [typed]})
    cases = CaseSeries(
        table,
        (Column("cause", "Cause", "text"),),
        table,
        serials=frame((), SERIALS),
        spells=frame((), SPELLS),
        moments=frame((), MOMENTS),
        unread=frame((), UNREAD),
    )
    assert "<b>" not in cases._repr_html_()
    assert cases._repr_html_().count("&lt;b&gt;&amp;&lt;/b&gt;") == 2


def test_a_long_case_series_shows_its_beginning(study: Study) -> None:
    cases = study.read_cases()
    long = replace(cases, table=pl.concat([cases.table] * 7))
    assert "<p>and 12 more</p>" in long._repr_html_()
