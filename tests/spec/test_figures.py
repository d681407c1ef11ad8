"""Figures stand in a page as they are: read aloud, the same each time, readable whoever the patients are."""

import os
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from caseseries.analysis.columns import split
from caseseries.analysis.course import trajectory
from caseseries.analysis.results import Group, Result
from caseseries.analysis.survival import survival
from caseseries.cases.long_tables import MOMENTS, SERIALS, SPELLS, UNREAD, frame
from caseseries.cases.series import CaseSeries, Column
from caseseries.protocol.clauses.analysis import Survival, Trajectory
from caseseries.protocol.protocol import Protocol
from caseseries.report.drawing import drawn, text_width, wrapped
from caseseries.report.figures import overlap_figure, serial_figure, survival_figure, swimmer_figure
from caseseries.report.labels import spread
from caseseries.report.look import ALIVE, DEAD, GROUPS, NOT_KNOWN
from caseseries.report.scale import day_ticks, scale_of
from caseseries.stats.survival import kaplan_meier

Arm = tuple[Sequence[float], Sequence[bool]]  # times, and whether they end in death

SVG = "{http://www.w3.org/2000/svg}"
LEVELS = ("lymphoma", "infection", "lupus")
LONG = (
    "aggressive lymphoma of the skin, refractory to everything that was tried before",
    "infection with more than one organism, of which some were never named",
    "lupus",
)
WARD = """
    patient | cause                     | alive | months | day 1 | day 5 | day 10
    Ada     | lymphoma; infection       | no    | 0.2    | 90000 | 80000 |
    Ben     | infection (presumed)      | no    | 0.3    | 1200  | 9000  | 300000
    Cleo    | lupus                     | yes   | 59     | 40000 | 9000  | 700
    Dan     | lupus (presumed)          | yes   | 12     | 8000  |       |
    Eve     |                           | no    | 1.5    |       |       |
    Finn    | lymphoma                  |       |        | 5000  | >100000 | <10
"""


def protocol(
    levels: tuple[str, ...] = LEVELS, unit: str = "months", more: dict[str, Any] | None = None
) -> Protocol:
    """A promise of a few lines; `more` is one variable more."""
    variables: list[dict[str, Any]] = [
        {"name": "cause", "kind": "categories", "levels": levels, "certainty": ("stated", "presumed")},
        {
            "name": "alive",
            "label": "Alive at last follow-up",
            "kind": "yes/no",
            "take": {"follow_up": "alive"},
        },
        {"name": "months", "kind": "time", "unit": unit, "take": {"follow_up": "time"}},
    ]
    return Protocol.model_validate(
        {
            "title": "A ward",
            "version": "1",
            "question": "Who lives?",
            "follow_up": {
                "counted_from": "first_dose",
                "until": "last_contact",
                "unit": unit,
                "horizons": ("30 days", "90 days", "12 months"),
            },
            "moments": {"first_dose": {"first": "anakinra"}, "last_contact": {"last": "contact"}},
            "variable": [*variables, *([more] if more else [])],
            "serial": [
                {
                    "name": "ferritin_by_day",
                    "label": "Ferritin",
                    "finding": "ferritin",
                    "unit": "ng/mL",
                    "counted_from": "first_dose",
                    "days": (1, 5, 10),
                }
            ],
        }
    )


def ward(text: str = WARD, levels: tuple[str, ...] = LEVELS) -> CaseSeries:
    """The cases of a table such as WARD."""
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    causes = [[one.strip() for one in row["cause"].split(";")] if row["cause"] else None for row in rows]
    graded = [[re.findall(r"\((.*)\)", one) for one in several] if several else None for several in causes]
    table = pl.DataFrame(
        {
            "patient": [row["patient"] for row in rows],
            "episode": [1] * len(rows),
            "cause": [several and [one.partition(" (")[0] for one in several] for several in causes],
            "cause.certainty": [several and [(*one, "stated")[0] for one in several] for several in graded],
            "alive": [{"yes": True, "no": False}.get(row["alive"]) for row in rows],
            "months": [float(row["months"]) if row["months"] else None for row in rows],
        },
        schema={
            "patient": pl.String,
            "episode": pl.Int64,
            "cause": pl.List(pl.String),
            "cause.certainty": pl.List(pl.String),
            "alive": pl.Boolean,
            "months": pl.Float64,
        },
    )
    serials = [
        (row["patient"], 1, "ferritin_by_day", int(name[4:]), float(row[name].strip("<>")), operator, "")
        for row in rows
        for name in head
        if name.startswith("day ") and row[name]
        for operator in [row[name][0] if row[name][0] in "<>" else None]
    ]
    dictionary = (
        Column("cause", "Cause", "categories", levels=levels, certainty=("stated", "presumed")),
        Column("alive", "Alive at last follow-up", "yes/no"),
        Column("months", "Months followed", "time", "months"),
    )
    nothing = (frame([], SPELLS), frame([], MOMENTS), frame([], UNREAD))
    return CaseSeries(table, dictionary, table.head(0), frame(serials, SERIALS), *nothing)


def crowd(n: int, levels: tuple[str, ...] = LEVELS) -> CaseSeries:
    """So many patients, no two quite alike."""
    lines = [
        f"{place} | {'; '.join(levels[place % 3 : place % 3 + 1 + place % 2])} "
        f"| {'yes' if place % 3 else 'no'} | {0.1 + place % 37} | {1000 + 997 * place} | {50 + 13 * place} | "
        for place in range(1, n + 1)
    ]
    return ward("\n".join([WARD.strip().splitlines()[0], *lines]), levels)


def survived(cases: CaseSeries, promise: Protocol, by: str | None = None) -> Result:
    clause = Survival(name="overall survival", role="primary", does="survival", by=by)
    return survival(clause, cases, promise)


def coursed(cases: CaseSeries, promise: Protocol, by: str | None = None) -> Result:
    clause = Trajectory(
        name="ferritin by day", role="descriptive", does="trajectory", serial="ferritin_by_day", by=by
    )
    return trajectory(clause, cases, promise)


def all_figures(cases: CaseSeries, promise: Protocol, by: str | None = None) -> tuple[str, ...]:
    return (
        survival_figure(survived(cases, promise, by), promise),
        serial_figure(coursed(cases, promise, by), cases, promise),
        overlap_figure(cases, "cause", "alive"),
        swimmer_figure(cases, promise, [one.group for one in split(cases, by)] if by else ()),
    )


def curves(**arms: Arm) -> Result:
    """A survival analysis with the given times and deaths, an arm each."""
    clause = Survival(name="survival by arm", role="primary", does="survival")
    groups = tuple(Group(key, key.title(), ()) for key in arms)
    return Result(clause, (), groups, curves={key: kaplan_meier(*arm) for key, arm in arms.items()})


def words(svg: str) -> list[str]:
    """What stands written in a figure."""
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def boxes(svg: str) -> Iterator[tuple[str, float, float, float, float]]:
    """Every text with its left, right, upper and lower edge in points."""
    for text in ElementTree.fromstring(svg).iter(f"{SVG}text"):
        written, style = "".join(text.itertext()), text.get("style", "")
        size = float(re.findall(r"([\d.]+)px", style)[0])
        wide = text_width(written, size) * 72.0 * (1.1 if "bold" in style or "700" in style else 1.0)
        x, y = float(text.get("x", "0")), float(text.get("y", "0"))
        left = x - wide * (0.5 if "anchor: middle" in style else 1.0 if "anchor: end" in style else 0.0)
        yield written, left, left + wide, y - 0.75 * size, y + 0.05 * size


def overlapping(svg: str) -> list[tuple[str, str]]:
    """The pairs of texts that cover each other."""
    return [
        (one[0], other[0])
        for one, other in combinations([box for box in boxes(svg) if box[0].strip()], 2)
        if one[1] < other[2] - 0.3 and other[1] < one[2] - 0.3 and one[3] < other[4] and other[3] < one[4]
    ]


def beyond(svg: str) -> list[str]:
    """The texts that leave the paper."""
    _, _, wide, high = (float(edge) for edge in ElementTree.fromstring(svg).get("viewBox", "").split())
    return [
        box[0] for box in boxes(svg) if box[1] < -0.5 or box[2] > wide + 0.5 or box[3] < 0 or box[4] > high
    ]


WARDS = {
    "six patients": ward(),
    "one patient": ward("\n".join(WARD.strip().splitlines()[:2])),
    "all alive": ward(re.sub(r"\| no ", "| yes", WARD)),
    "nothing known": ward("patient | cause | alive | months | day 1\nAda | | | | "),
    "twenty patients": crowd(20),
    "forty patients": crowd(40),
    "twelve hundred patients": crowd(1200),
    "long names": crowd(30, LONG),
}


@pytest.mark.parametrize("by", [None, "alive", "cause"])
@pytest.mark.parametrize("name", WARDS)
def test_every_figure_is_whole_and_nothing_in_it_overlaps(name: str, by: str | None) -> None:
    cases = WARDS[name]
    promise = protocol(LONG if name == "long names" else LEVELS)
    for svg in all_figures(cases, promise, by):
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        assert root.get("width") is None
        assert root.find(f"{SVG}title") is not None
        assert (root.findtext(f"{SVG}desc") or "").strip()
        assert not overlapping(svg)
        assert not beyond(svg)


def test_the_same_cases_give_the_same_bytes() -> None:
    assert all_figures(ward(), protocol()) == all_figures(ward(), protocol())


def test_a_figure_asks_nothing_of_the_page_and_gives_it_no_rules() -> None:
    for svg in all_figures(ward(), protocol()):
        addresses = set(re.findall(r"https?://[^\"' )<]+", svg))
        assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
        assert all(one.startswith("#") for one in re.findall(r'href="([^"]*)"', svg))
        assert not re.search(r"<style|<script|<image|<!|<\?|date>", svg)


def test_the_ids_of_two_figures_never_meet() -> None:
    figures = all_figures(ward(), protocol())
    ids = [set(re.findall(r'\bid="([^"]*)"', svg)) for svg in figures]
    assert not any(one & other for one, other in combinations(ids, 2))
    for svg, mine in zip(figures, ids, strict=True):
        assert set(re.findall(r'(?:url\(|href=")#([^")]+)', svg)) <= mine


def test_early_deaths_have_a_panel_of_their_own_where_most_deaths_are_early() -> None:
    early = ([0.2, 0.3, 0.5, 1.5, 2.1, 40, 59], [True] * 5 + [False] * 2)
    late = ([10, 20, 30, 40, 50, 55, 59], [True] * 5 + [False] * 2)
    none = ([10, 20, 30], [False] * 3)
    assert "The first 3 months" in words(survival_figure(curves(all=early), protocol()))
    assert "The whole follow-up" in words(survival_figure(curves(all=early), protocol()))
    assert "The whole follow-up" not in words(survival_figure(curves(all=late), protocol()))
    assert "The whole follow-up" not in words(survival_figure(curves(all=none), protocol()))


def test_the_axis_says_its_unit_and_its_moment() -> None:
    for unit in ("days", "months", "years"):
        svg = survival_figure(curves(all=([1, 2, 3], [True, False, True])), protocol(unit=unit))
        assert f"{unit.capitalize()} from the first dose" in words(svg)
    assert "Day (the first dose is day 1)" in words(all_figures(ward(), protocol())[1])


def test_curves_are_labelled_and_the_numbers_at_risk_stand_under_the_ticks() -> None:
    svg = survival_figure(
        curves(anakinra=([5, 9], [True, False]), none=([3, 7, 8], [True] * 3)), protocol(unit="days")
    )
    said = words(svg)
    assert said.count("Anakinra") == 2  # beside its line, over its numbers
    assert "2 patients, 1 died" in said
    places = {round(box[1] + box[2]) / 2 for box in boxes(svg) if box[0] == "2"}
    assert places  # two at risk before the first death


def test_an_empty_group_an_early_end_and_deaths_on_day_0_are_drawn() -> None:
    cases: list[dict[str, Arm]] = [
        {"full": ([1.0, 2.0], [True, False]), "empty": ([], [])},
        {"empty": ([], [])},
        {"at_once": ([0.0, 0.0], [True, True])},
        {str(place): ([float(place), 9.0], [True, False]) for place in range(1, 9)},
    ]
    for arms in cases:
        svg = survival_figure(curves(**arms), protocol())
        assert not overlapping(svg)
        assert not beyond(svg)


def test_an_analysis_without_curves_says_why() -> None:
    clause = Survival(name="survival", role="primary", does="survival")
    svg = survival_figure(Result(clause, why_not="No time is known."), protocol())
    assert words(svg) == ["No time is known."]


def test_every_patient_has_a_panel_with_fate_and_cause() -> None:
    said = words(serial_figure(coursed(ward(), protocol()), ward(), protocol()))
    assert {"Ada", "died, 0.2 months", "lymphoma, infection"} <= set(said)
    assert {"Cleo", "alive, 59 months", "Eve", "Finn"} <= set(said)
    assert "Ferritin, ng/mL (log scale)" in said


def test_many_patients_are_drawn_by_group_and_very_many_by_their_medians_alone() -> None:
    forty, many = crowd(40), crowd(1200)
    said = words(serial_figure(coursed(forty, protocol(), "alive"), forty, protocol()))
    assert "27 patients, median" in said
    assert "died, 0.1 months" not in said
    few, more = (serial_figure(coursed(one, protocol()), one, protocol()) for one in (forty, many))
    assert len(more) < len(few)


def test_a_serial_without_values_says_so() -> None:
    cases = WARDS["nothing known"]
    assert words(all_figures(cases, protocol())[1]) == ["There is no value of Ferritin to draw."]


def test_overlaps_are_counted_by_patients_and_hollow_where_less_than_stated() -> None:
    said = words(overlap_figure(ward(), "cause", "alive"))
    assert {"lymphoma", "infection", "lupus", "stated", "presumed", "Not known of 1 patient."} <= set(said)
    firm = words(overlap_figure(ward(WARD.replace("(presumed)", "")), "cause", "alive"))
    assert "presumed" not in firm


def test_a_line_a_patient_shows_the_days_on_the_drug_where_it_begins_on_the_first_day() -> None:
    cases = ward()
    days = pl.Series([4, 8, 90, None, 2, 3])
    treated = cases.with_column(Column("anakinra.days", "Anakinra, time on it", "number", "days"), days)
    drug = {"name": "anakinra", "kind": "regimen", "take": {"course": "anakinra"}}
    assert "on anakinra" in words(swimmer_figure(treated, protocol(more=drug)))
    assert "on anakinra" not in words(swimmer_figure(cases, protocol(more=drug)))
    said = words(swimmer_figure(treated, protocol()))
    assert {"Ada", "died, 0.2 months", "Days from the first dose", "Months"} <= set(said)
    assert "on anakinra" not in said


def test_who_was_followed_to_the_break_of_the_axis_has_one_end() -> None:
    longer = WARD.replace("| 59 ", "| 590 ")
    six_weeks, a_day_less = (
        swimmer_figure(ward(longer.replace("| 12 ", f"| {days} ")), protocol(unit="days"))
        for days in (42, 41)
    )
    assert {"42", "Months"} <= set(words(six_weeks))
    assert six_weeks.count("<use ") == a_day_less.count("<use ")


def test_too_many_patients_have_no_line_each() -> None:
    assert words(swimmer_figure(crowd(70), protocol())) == ["70 patients are too many for a line each."]


@pytest.mark.parametrize("name", ["<b>&co", "$x^2$", "100 %", "血球貪食症候群", "a_b", '"quoted"'])
def test_names_are_written_as_they_are(name: str) -> None:
    levels = (name, "infection", "lupus")
    cases = ward(WARD.replace("lymphoma", name), levels)
    assert name in words(overlap_figure(cases, "cause", "alive"))
    assert name in words(survival_figure(survived(cases, protocol(levels), "cause"), protocol(levels)))


def test_no_colour_stands_alone() -> None:
    assert len({stroke.dashes for stroke in GROUPS}) == len({stroke.mark for stroke in GROUPS}) == len(GROUPS)
    assert len({stroke.mark for stroke in (ALIVE, DEAD, NOT_KNOWN)}) == 3


def test_values_over_decades_stand_on_a_log_scale() -> None:
    assert scale_of(np.array([700.0, 300_000.0])).ticks == (1000.0, 10_000.0, 100_000.0)
    assert not scale_of(np.array([60.0, 90.0])).log
    assert not scale_of(np.array([0.0, 90_000.0])).log  # nought has no logarithm
    [nought] = [tick for tick in scale_of(np.array([0.0, 1000.0])).ticks if tick == 0]
    assert f"{nought:g}" == "0"  # and no -0
    assert scale_of(np.array([5.0])).low < 5.0 < scale_of(np.array([5.0])).high


def test_days_are_round_and_begin_with_the_first() -> None:
    assert day_ticks(1, 50, 6) == [1, 10, 20, 30, 40, 50]
    assert day_ticks(1, 1, 6) == [1]
    assert day_ticks(1, 9, 6) == [1, 3, 5, 7, 9]


def test_labels_move_apart_and_keep_their_order() -> None:
    assert spread([1.0, 1.0, 5.0], [1.0, 1.0, 1.0], 0.0, 6.0) == [1.0 + 1.0, 1.0, 5.0]
    assert spread([9.0, 0.0], [1.0, 1.0], 0.0, 6.0) == [5.5, 0.5]


def test_words_are_wrapped_and_cut_to_their_room() -> None:
    assert wrapped("one two", 9.0) == ["one two"]
    assert all(text_width(line) <= 0.5 for line in wrapped(LONG[0], 0.5))
    assert wrapped(LONG[0], 0.5, lines=2)[-1].endswith("…")


def test_drawing_is_silent_where_the_home_cannot_be_written(tmp_path: Path) -> None:
    program = "from caseseries.report.drawing import said_instead; print(len(said_instead('a', 'b')))"
    nowhere = {
        "HOME": "/proc/none",
        "PATH": "/usr/bin:/bin",
        "TMPDIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=nowhere)
    assert done.returncode == 0
    assert done.stderr == ""


def test_a_session_keeps_its_own_look() -> None:
    import matplotlib

    with warnings.catch_warnings(), matplotlib.rc_context({"font.size": 30.0, "lines.linewidth": 9.0}):
        strange = all_figures(ward(), protocol())
        assert matplotlib.rcParams["font.size"] == 30.0
    assert strange == all_figures(ward(), protocol())


def test_a_line_of_many_points_is_drawn_in_moments() -> None:
    """Looking ahead from each of its numbers to the end of the tag took minutes at 100,000 patients."""

    def draw(figure: Figure) -> None:
        axes = figure.add_axes((0, 0, 1, 1))
        axes.plot([point / 7 for point in range(60_000)], [point % 13 / 7 for point in range(60_000)])

    started = time.monotonic()
    svg = drawn(draw, 1.0, "many", "points")
    assert time.monotonic() - started < 30
    assert len(svg) > 500_000
    assert not re.search(r"\d\.\d{3}", svg)
