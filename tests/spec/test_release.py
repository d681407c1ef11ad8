"""The released copy: what of a hospital's run may leave it, number by number and line by line."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import polars as pl
import pytest
from tests.spec.a_hospital import Run, hospital
from tests.spec.made_up import FATE, FOLLOW_UP, NAMED_DAYS, TITLE, done

from caseseries.analysis.cautions import Caution
from caseseries.analysis.plan import analyse, analysed
from caseseries.analysis.released import Released, released
from caseseries.analysis.released_rule import BANDED
from caseseries.analysis.results import Group, Number, Result, Results
from caseseries.cases.parts import HIGH, part_of
from caseseries.cases.pseudonyms import pseudonyms
from caseseries.cases.series import Source
from caseseries.evidence.problem import Problems
from caseseries.protocol.clauses.analysis import Screen
from caseseries.report.finished import Finished
from caseseries.report.release import released_files
from caseseries.stats.estimate import Estimate
from caseseries.stats.survival import kaplan_meier, survival_at
from caseseries.study import Study, open_study


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return hospital(tmp_path_factory.mktemp("hospital"))


@pytest.fixture(scope="module")
def files(run: Run) -> dict[str, str]:
    return released_files(run.finished)


@pytest.fixture(scope="module")
def with_patients(run: Run) -> dict[str, str]:
    return released_files(run.finished, with_patients=True)


def read(page: str) -> str:
    """What is read on a page."""
    page = re.sub(r"(?s)<(script|style|head|svg)\b.*?</\1>", "", page)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def shown(copy: Released) -> dict[str, str]:
    return {id_: number.estimate.shown for id_, number in copy.results.numbers.items()}


def test_published_cohorts_stay_beside_the_identified_results(run: Run) -> None:
    """They stand beside counts of the patients here."""
    study = open_study("naymagon-2022")
    results = replace(run.results, published=(study.pool(),))
    assert "pool.not-said.share" in results.numbers
    finished = replace(run.finished, results=results, cohorts=study.cohorts())
    copy = released_files(finished)
    assert '"pool.' not in copy["results.json"]
    assert not any("pool" in name for name in copy)
    assert "Kumar 2017" not in copy["report.html"]


# ---- Numbers, by hand ----


def results(*numbers: Number) -> Results:
    """Twenty patients, and these numbers about them."""
    everybody = tuple(f"{one}" for one in range(1, 21))
    made = Result(Screen(name="fates", role="descriptive", does="screen"), numbers)
    base = open_study("naymagon-2022").protocol
    return Results("", "1", "", base.conventions, (), everybody, (made,))


def people(*whom: int) -> tuple[str, ...]:
    return tuple(f"{one}" for one in whom)


def count(part: str, patients: tuple[str, ...], among: int = 20) -> Number:
    return Number(f"fates.{part}", part, Estimate(len(patients), "count", among, "patients"), patients)


def of(part: str, value: float, patients: tuple[str, ...], unit: str = "share") -> Number:
    return Number(f"fates.{part}", part, Estimate(value, "some", len(patients), unit), patients)


EVERYBODY = people(*range(1, 21))


def test_a_small_count_takes_its_share_and_the_rest_with_it() -> None:
    dead, alive = people(1, 2, 3), people(*range(4, 21))
    numbers = results(
        count("n", EVERYBODY),
        count("dead.count", dead),
        of("dead.share", 0.15, EVERYBODY),
        count("alive.count", alive),
        of("alive.share", 0.85, EVERYBODY),
        of("age.median", 44, EVERYBODY, "years"),
    )
    assert shown(released(numbers, None)) == {
        "fates.n": "20",
        "fates.dead.count": "<5",
        "fates.dead.share": "withheld",
        "fates.alive.count": "withheld",
        "fates.alive.share": "withheld",
        "fates.age.median": "44",
    }


def test_a_count_whose_rest_is_few_is_withheld_though_nobody_printed_the_rest() -> None:
    most = people(*range(1, 19))
    numbers = results(count("n", EVERYBODY), count("known.count", most), of("known.share", 0.9, EVERYBODY))
    assert shown(released(numbers, None))["fates.known.count"] == "withheld"
    assert shown(released(numbers, None, smallest=3))["fates.known.count"] == "withheld"


def test_who_is_marked_by_one_flag_is_marked_and_the_few_others_are_not_told() -> None:
    """Nine of twelve by one flag: of the three others it would be told; so of a criterion and the whole."""
    numbers = results(
        count("n", EVERYBODY),
        count("counts.flagged", people(*range(1, 13))),
        count("counts.flagged.transfused", people(*range(1, 10))),
        count("counts.flagged.chemotherapy", people(*range(1, 8))),
    )
    told = shown(released(numbers, None))
    assert told == {
        "fates.n": "20",
        "fates.counts.flagged": "12",
        "fates.counts.flagged.transfused": "withheld",
        "fates.counts.flagged.chemotherapy": "7",
    }
    wide, narrow = people(*range(1, 14)), people(*range(1, 12))
    numbers = results(count("n", EVERYBODY), count("flagged", wide), count("counts.flagged", narrow))
    assert sorted(shown(released(numbers, None)).values()) == ["13", "20", "withheld"]


def test_the_smallest_can_be_named() -> None:
    numbers = results(count("n", EVERYBODY), count("dead.count", people(*range(1, 8))))
    assert shown(released(numbers, None))["fates.dead.count"] == "7"
    assert shown(released(numbers, None, smallest=10))["fates.dead.count"] == "<10"


def test_what_is_measured_in_few_is_withheld_and_so_are_one_patients_values() -> None:
    few, many = people(1, 2, 3, 4), people(*range(5, 21))
    numbers = results(
        count("n", EVERYBODY),
        of("few.median", 3.0, few, "months"),
        of("many.median", 3.0, many, "months"),
        of("all.lowest", 0.1, EVERYBODY, "months"),
        of("all.highest", 9.0, EVERYBODY, "months"),
        of("all.median", 3.0, EVERYBODY, "months"),
    )
    assert [
        shown(released(numbers, None))[f"fates.{one}"] for one in ("few.median", "all.lowest", "all.highest")
    ] == ["withheld"] * 3
    assert shown(released(numbers, None))["fates.all.median"] == "3"


def test_a_test_is_withheld_with_the_counts_it_was_made_of() -> None:
    fisher = replace(of("fisher", 2.0, EVERYBODY, "odds ratio"), estimate=Estimate(2.0, "Fisher", 20, p=0.03))
    small = results(count("n", EVERYBODY), count("a.n", people(1, 2)), fisher)
    large = results(count("n", EVERYBODY), count("a.n", people(*range(1, 11))), fisher)
    hidden, kept = (released(one, None).results.number("fates.fisher").estimate for one in (small, large))
    assert (hidden.shown, hidden.p, hidden.method) == ("withheld", None, "")
    assert (kept.value, kept.p) == (2.0, 0.03)


def test_survival_at_fixed_times_needs_many_deaths_between_them() -> None:
    def at(*heights: float) -> list[str]:
        dead = people(*range(1, 11))
        numbers = [count("n", EVERYBODY), count("deaths", dead)]
        numbers += [of(f"survival-at.{place}", one, EVERYBODY) for place, one in enumerate(heights)]
        numbers.append(of("restricted-mean", 6.5, EVERYBODY, "months"))
        found = shown(released(results(*numbers), None))
        told = [f"survival-at.{place}" for place in range(len(heights))] + ["restricted-mean"]
        return [found[f"fates.{part}"] for part in told]

    assert at(0.75, 0.5) == ["75%", "50%", "6.5"]
    assert at(0.75, 0.65) == ["withheld", "withheld", "withheld"]
    assert at(0.9) == ["withheld", "withheld"]


@pytest.fixture(scope="module")
def founding() -> Released:
    """The founding series as if it left: four patients have a rheumatologic cause, which is too few."""
    study = open_study("naymagon-2022")
    return released(study.analyse(study.read_cases()), None)


def test_what_sets_groups_against_each_other_is_withheld_with_the_counts(founding: Released) -> None:
    """A risk difference of 58 % and a ratio of 4.5 give the hidden counts away as surely as a test does."""
    told = {
        id_: number.estimate.shown
        for id_, number in founding.results.numbers.items()
        if id_.startswith(("survival-by-cause.", "ferritin-response-and-cause."))
    }
    assert len(told) > 30
    # That four have such a cause is said; and what is of the twelve alone is of enough.
    alone = {id_ for id_ in told if ".not-rheumatologic." in id_ and not id_.startswith("survival-by-cause.")}
    assert {id_: said for id_, said in told.items() if said not in ("withheld", "<5")}.keys() <= alone


def test_mean_times_are_withheld_where_survival_at_fixed_times_is(founding: Released) -> None:
    said = shown(founding)
    for stem in ("survival-curves-by-cause.rheumatologic.", "survival-curves-by-cause.not-rheumatologic."):
        assert said[f"{stem}survival-at.12-months"] == said[f"{stem}restricted-mean"] == "withheld"
    assert said["survival-curves-by-cause.restricted-mean-difference"] == "withheld"


def test_a_relabelling_stays_in_the_hospital(founding: Released) -> None:
    """It names the patients whose label it drops."""
    for name in ("alive by cause, relabelled", "from first dose, relabelled"):
        result = founding.results.result(name)
        assert (result.numbers, result.groups, result.cautions, result.notes) == ((), (), (), ())
        assert result.why_not == "It tells of single patients, and stays where they are."
    assert "label of" not in founding.results.to_json()


def test_an_adjusted_p_stays_too_as_it_tells_of_those_that_are_hidden(founding: Released) -> None:
    assert not [id_ for id_ in founding.results.numbers if id_.endswith((".holm", ".benjamini-hochberg"))]


def test_an_age_above_89_is_banded() -> None:
    old, young = (
        results(count("n", EVERYBODY), of("age.median", age, EVERYBODY, "years")) for age in (89.5, 89)
    )
    assert shown(released(old, None))["fates.age.median"] == BANDED == "90 and older"
    assert shown(released(young, None))["fates.age.median"] == "89"


@pytest.mark.parametrize(
    ("part", "value", "with_lines", "without"),
    [
        ("age.median", 79.0, "withheld", "withheld"),  # of 67 and 91: twice 79 less 67
        ("age.median", 66.5, "66.5", "66.5"),  # of 66 and 67
        ("age.first-quartile", 67.0, "67", "67"),
        ("age.third-quartile", 91.5, BANDED, BANDED),
        ("age.mean", 66.0, "withheld", "66"),  # twenty times the mean, less nineteen ages
        ("age.sd", 8.0, "withheld", "8"),
        ("age.hodges-lehmann", 30.0, "withheld", "30"),
        ("time.median", 1.5, "1.5", "1.5"),  # followed for years
    ],
)
def test_what_is_reckoned_from_an_age_above_89_and_others_does_not_tell_it(
    part: str, value: float, with_lines: str, without: str
) -> None:
    ages = {patient: 48.0 + place for place, patient in enumerate(EVERYBODY)} | {"20": 91.0, "19": 67.0}
    numbers = results(count("n", EVERYBODY), of(part, value, EVERYBODY, "years"))
    names = {patient: f"P{patient}" for patient in EVERYBODY}
    said = [
        shown(released(numbers, None, names=lines, ages=ages))[f"fates.{part}"] for lines in (names, None)
    ]
    assert said == [with_lines, without]
    young = ages | {"20": 89.0}
    assert shown(released(numbers, None, names=names, ages=young))[f"fates.{part}"] != "withheld"


def test_a_caution_loses_its_size_and_its_patients() -> None:
    said = Caution(
        "uncertain-labels", "2 of the 4 patients with infection have it by a label (patients 17, 18)."
    )
    number = replace(count("n", EVERYBODY), cautions=(said,))
    made = released(results(number), None).results.number("fates.n").cautions
    assert [one.kind for one in made] == ["uncertain-labels"]
    assert not re.search(r"\d", made[0].sentence)


# ---- Patients ----


def test_pseudonyms_are_the_same_again_and_no_order_of_the_numbers(run: Run) -> None:
    names = pseudonyms(run.cases)
    assert names == pseudonyms(run.cases)
    assert sorted(names.values()) == ["P1", "P2", "P3", "P4"]
    sources = [Source("hospital", "database", f"{one}", 1) for one in range(12)]
    others = {tuple(pseudonyms(replace(run.cases, sources=(one,)))) for one in sources}
    assert len(others) > 6  # it takes the evidence, not the numbers, to draw the order again


def test_patients_stand_in_the_order_of_their_pseudonyms(run: Run, with_patients: dict[str, str]) -> None:
    names, rows = pseudonyms(run.cases), with_patients["tables/patients.csv"].splitlines()[1:]
    assert [row.partition(",")[0] for row in rows] == ["P1", "P2", "P3", "P4"]
    ages = dict(zip(run.cases.patients, run.cases.table["age"], strict=True))
    assert {row.split(",")[0]: float(row.split(",")[1]) for row in rows} == {
        names[one]: age for one, age in ages.items()
    }


@pytest.mark.parametrize(
    "upper_ends, first",
    [(None, "89"), ([89.0, 91.0, 94.0, 102.0], "89"), ([90.0, 90.0, 93.0, 102.0], "89, or 90 and older")],
    ids=["ages", "ranges", "a range over the limit"],
)
def test_an_age_above_89_is_banded_in_a_line_too(
    run: Run, upper_ends: list[float] | None, first: str
) -> None:
    table = run.cases.table.with_columns(age=pl.Series([89.0, 90.0, 93.0, 101.0]))
    if upper_ends:
        table = table.with_columns(pl.Series(part_of("age", HIGH), upper_ends))
    aged = tuple(
        one.model_copy(update={"take": open_study("naymagon-2022").protocol.variables[0].take})
        if one.name == "age"
        else one
        for one in run.protocol.variables
    )
    protocol = run.protocol.model_copy(update={"variables": aged})
    cases = replace(run.cases, table=table)
    found = analyse(protocol, cases, screening=run.screening)
    made = released_files(Finished(protocol, cases, found, screening=run.screening), with_patients=True)
    rows = [row[1] for row in csv.reader(made["tables/patients.csv"].splitlines()[1:])]
    assert sorted(rows) == [first, *["90 and older"] * 3]
    old = r".{40}(?<![.\d])(91|93|94|101|102)(?![%\d]).{20}"
    found_old = [re.search(old, read(text)) for text in made.values()]
    assert [one[0] for one in found_old if one] == []


def test_without_being_asked_for_no_patient_has_a_line(
    files: dict[str, str], with_patients: dict[str, str]
) -> None:
    assert "tables/patients.csv" not in files
    assert list(files) == [
        "report.html",
        "results.json",
        *sorted_of(files, "tables/"),
        "figures/attrition.svg",
    ]
    assert "figures/overall-survival.svg" in with_patients
    assert "patients" not in json.loads(files["results.json"])


def sorted_of(files: dict[str, str], start: str) -> Iterator[str]:
    return (one for one in files if one.startswith(start))


# ---- The copy ----


def test_the_page_says_on_top_that_it_is_a_copy_and_by_which_rule(files: dict[str, str]) -> None:
    page = read(files["report.html"])
    assert "Released copy: A count of patients from 1 to 4 is shown as <5." in page
    assert "Identified" not in page
    # Four are the series: fewer than the smallest that is shown.
    assert "<5 patients" in page


def test_the_smallest_group_is_said(run: Run) -> None:
    page = read(released_files(run.finished, smallest=3)["report.html"])
    content = json.loads(released_files(run.finished, smallest=3)["results.json"])
    least = content["rule"]["smallest_group"]
    assert f"The smallest group that a number in this copy rests on: {least} patients." in page
    counts = [
        one["value"] for one in content["numbers"].values() if one["unit"] == "patients" and one["value"]
    ]
    assert min(counts) >= least >= 3


def test_the_flow_says_nothing_of_few(files: dict[str, str]) -> None:
    rows = files["tables/attrition.csv"].splitlines()
    assert rows[0] == "Step,Came,In,Out,Open,Could not be shown,Notes"
    for row in rows[1:]:
        assert not {"1", "2", "3", "4"} & set(row.split(",")[1:])
    assert "1 lack alive" not in "".join(files.values())
    assert "of 2 it is not known" not in "".join(files.values())


def test_a_number_that_is_not_said_is_null_in_the_file(files: dict[str, str]) -> None:
    numbers = json.loads(files["results.json"])["numbers"]
    out = numbers["attrition.confirmed.out"]
    assert (out["value"], out["shown"]) == (None, "<5")
    assert all(one["n"] is None or one["n"] == 0 or one["n"] >= 5 for one in numbers.values())


def test_no_date_stands_in_any_file(files: dict[str, str], with_patients: dict[str, str]) -> None:
    for text in [*files.values(), *with_patients.values()]:
        assert not re.search(r"\b(19|20)\d\d-\d\d-\d\d\b", text)
        assert not re.search(r"\b\d{1,2} (January|December) (19|20)\d\d\b", text)
    assert "admitted 2010 to 2019" in files["figures/attrition.svg"]


def test_the_same_run_gives_the_same_copy(
    run: Run, files: dict[str, str], with_patients: dict[str, str]
) -> None:
    assert released_files(run.finished) == files
    assert released_files(run.finished, with_patients=True) == with_patients


# ---- The folder ----


@pytest.fixture
def study(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.chdir(tmp_path)
    return Study("ward", tmp_path / "ward", run.protocol)


def test_the_copy_stands_beside_the_results_and_neither_is_written_over_the_other(
    study: Study, run: Run
) -> None:
    results_of, copy = study.write(run.finished), study.release(run.finished)
    assert (results_of.name, copy.name) == ("ward-results", "ward-release")
    with pytest.raises(Problems, match="the results of another study"):
        study.write(run.finished, copy)
    assert study.release(run.finished, "there").name == "there-release"
    manifest = json.loads((copy / "manifest.json").read_text())
    assert set(manifest) == {"format", "study", "protocol", "versions", "files"}


def test_a_sheet_and_a_smallest_of_two_have_no_copy(study: Study, run: Run) -> None:
    typed = replace(run.finished, cases=replace(run.cases, sources=()))
    with pytest.raises(Problems, match="these cases are of a sheet"):
        study.release(typed)
    with pytest.raises(Problems, match="Name 3 or more"):
        study.release(run.finished, smallest=2)


# ---- Courses ----


@pytest.mark.parametrize("with_patients", [False, True])
def test_no_number_of_one_patients_course_leaves(with_patients: bool) -> None:
    study = open_study("naymagon-2022")
    typed = study.read_cases()
    results, (cases, _) = study.analyse(typed), analysed(study.protocol, typed)
    own = [id_ for id_ in results.numbers if ".patient." in id_]
    assert len(own) == 16 * 10 + 11 * 2
    made = released_files(Finished(study.protocol, cases, results), with_patients=with_patients)
    numbers = json.loads(made["results.json"])["numbers"]
    assert "ferritin-by-day.nadir.median" in numbers
    assert [id_ for id_ in numbers if ".patient." in id_] == []
    assert [name for name, text in made.items() if "ferritin-by-day.patient" in text] == []


def test_a_middle_of_few_courses_is_withheld() -> None:
    """Seven were looked at after the nadir, and all 16 have one: below 8 the rebound tells of few."""
    study = open_study("naymagon-2022")
    results = study.analyse(study.read_cases())
    for smallest, rebound in ((5, "3.25"), (8, "withheld")):
        told = shown(released(results, None, smallest=smallest))
        stem = "ferritin-by-day"
        assert told[f"{stem}.rebound.median"] == rebound
        assert told[f"{stem}.nadir.median"] == "10,389"
        assert told[f"{stem}.nadir.lowest"] == told[f"{stem}.rebound.highest"] == "withheld"


# ---- Curves ----

FEW_LEFT = TITLE + NAMED_DAYS + FOLLOW_UP.replace('["30 days"]', '["30 days", "90 days"]') + FATE
KINDS = '[[variable]]\nname = "died_of"\nkind = "category"\nlevels = ["HLH", "infection"]\n'
ENDS = '[[analysis]]\nname = "it"\nrole = "primary"\n'


FATES = [("no", 20, "HLH")] * 8 + [("yes", 40, "")] * 18
"""Eight die early and many are lost: one death of the four who are left falls as far as five of all."""


@pytest.mark.parametrize("dead, alive, is_shown", [(1, 3, False), (5, 15, True)])
def test_an_incidence_that_rises_by_one_of_the_few_left_is_withheld(
    tmp_path: Path, dead: int, alive: int, is_shown: bool
) -> None:
    fates = [*FATES, *[("no", 60, "HLH")] * dead, *[("yes", 100, "")] * alive]
    rows = [f"p{place},{lived},{time},{kind}" for place, (lived, time, kind) in enumerate(fates)]
    sheet = "\n".join(["patient,alive,time,died_of", *rows]) + "\n"
    found = done(tmp_path, FEW_LEFT + KINDS + ENDS + 'does = "incidence"\nof = "died_of"\n', sheet)
    told = shown(released(found, None))
    for day in (30, 90):
        assert (told[f"it.hlh.incidence-by.{day}-days"] != "withheld") is is_shown


@pytest.mark.parametrize("dead, alive, is_shown", [(1, 3, False), (5, 15, True)])
def test_survival_that_falls_by_one_of_the_few_left_is_withheld(
    dead: int, alive: int, is_shown: bool
) -> None:
    fates = [*FATES, *[("no", 60, "")] * dead, *[("yes", 100, "")] * alive]
    curve = kaplan_meier([time for _, time, _ in fates], [lived == "no" for lived, _, _ in fates])
    everybody = people(*range(1, len(fates) + 1))
    numbers = [count("n", everybody), count("deaths", people(*range(1, 9 + dead)))]
    numbers += [of(f"survival-at.{day}", survival_at(curve, day).value or 0.0, everybody) for day in (30, 90)]
    made = replace(results(*numbers), patients=everybody)
    [result] = made.results
    group = Group("all", "All", everybody)
    made = replace(made, results=(replace(result, groups=(group,), curves={"all": curve}),))
    told = shown(released(made, None))
    assert [told[f"fates.survival-at.{day}"] != "withheld" for day in (30, 90)] == [is_shown] * 2
