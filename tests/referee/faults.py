"""Faults to seed: slips that a screening can have, each as a change of the referee that must be noticed."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NUMBERS = itertools.count()
"""Every seeded copy has a name of its own."""


@dataclass(frozen=True)
class Fault:
    """What is wrong, and the words of which file say so."""

    name: str
    file: str
    right: str
    wrong: str


FAULTS = (
    Fault(
        "a window is one day too long",
        "judging.py",
        "return (day - reading.day) < timedelta(days=span)",
        "return (day - reading.day) <= timedelta(days=span)",
    ),
    Fault(
        "a window is one day too short",
        "judging.py",
        "return (day - reading.day) < timedelta(days=span)",
        "return (day - reading.day) < timedelta(days=max(span - 1, 1))",
    ),
    Fault(
        "below includes the limit",
        "reading.py",
        '"below": "<"',
        '"below": "<="',
    ),
    Fault(
        "at least leaves the limit out",
        "reading.py",
        '"at_least": ">="',
        '"at_least": ">"',
    ),
    Fault(
        "NaN meets whatever is above a limit",
        "row.py",
        "    if value is None or not math.isfinite(value):\n",
        "    if value is not None and math.isnan(value):\n        value = 1000.0\n    if value is None:\n",
    ),
    Fault(
        "descendants of a concept are lost",
        "rows.py",
        "            if code.descendants and",
        "            if False and",
    ),
    Fault(
        "descendants count that nobody asked for",
        "rows.py",
        "            if code.descendants and",
        "            if",
    ),
    Fault(
        "the day of the result is taken for that of the sample",
        "row.py",
        "        day=day,\n",
        "        day=max(day, day_of(back)) if back is not None else day,\n",
    ),
    Fault(
        "transfers are merged one day too far",
        "stays.py",
        ".days <= transfers:",
        ".days <= transfers + 1:",
    ),
    Fault(
        "a move is counted from the last visit, not from the latest end",
        "stays.py",
        "max(last.end, end))",
        "end)",
    ),
    Fault(
        "the unit is ignored",
        "row.py",
        "    return replace(reading, value=value, unit=unit, operator=operator)",
        "    return replace(reading, value=value, unit=one.unit, operator=operator)",
    ),
    Fault(
        "the operator is ignored",
        "row.py",
        "    return value, by_concept or _operator(by_text)",
        '    return value, ""',
    ),
    Fault(
        "the operator of a text is ignored",
        "row.py",
        "by_concept or _operator(by_text)",
        "by_concept",
    ),
    Fault(
        "wider is ignored",
        "judging.py",
        "span = max(self.together, *wider)",
        "span = self.together",
    ),
    Fault(
        "because is the last row",
        "judging.py",
        "first = min(those,",
        "first = max(those,",
    ),
    Fault(
        "what cannot decide counts as met",
        "judging.py",
        "    for best in (Truth.MET, Truth.UNKNOWN, Truth.NOT_MET):\n"
        "        those = [reading for reading, truth in said if truth is best]\n",
        "    for best in (Truth.MET, Truth.NOT_MET):\n"
        "        those = [reading for reading, truth in said if truth is best or truth is Truth.UNKNOWN]\n",
    ),
    Fault(
        "what cannot decide is overlooked beside what denies",
        "judging.py",
        "for best in (Truth.MET, Truth.UNKNOWN, Truth.NOT_MET):",
        "for best in (Truth.MET, Truth.NOT_MET, Truth.UNKNOWN):",
    ),
    Fault(
        "what is implausible was looked for",
        "row.py",
        '    if not is_plausible:\n        raise Aside("implausible")\n',
        "    if not is_plausible:\n        pass\n",
    ),
    Fault(
        "who was not looked at is healthy",
        "judging.py",
        '    return Truth.UNKNOWN, ""',
        '    return Truth.NOT_MET, ""',
    ),
    Fault(
        "known is the latest result of the window of the anchor",
        "judging.py",
        "for day in reached),",
        "for day in reached[:1]),",
    ),
    Fault(
        "the anchor is the last day on which it is reached",
        "judging.py",
        "anchor = reached[0] if reached",
        "anchor = reached[-1] if reached",
    ),
    Fault(
        "what was found before the admission counts",
        "answers.py",
        "if stay.holds(reading.day) and",
        "if reading.day <= stay.end and",
    ),
    Fault(
        "review reaches one too few",
        "judging.py",
        "need - bounds.low <= within:",
        "need - bounds.low < within:",
    ),
    Fault(
        "ids of patients pass through a float",
        "row.py",
        'person=row["person_id"],',
        'person=int(float(row["person_id"])),',
    ),
    Fault(
        "a count and a share of one day are a pair, whatever the hour",
        "row.py",
        "return moment if moment is not None else ",
        "return ",
    ),
    Fault(
        "of several at one moment the largest id counts",
        "rows.py",
        "reading.row < at[key].row",
        "reading.row > at[key].row",
    ),
    Fault(
        "age is the difference of the years",
        "stays.py",
        "return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))",
        "return on.year - birth.year",
    ),
    Fault(
        "the first stay is studied, met or not",
        "patients.py",
        '    for wanted in ("met", "open"):',
        '    for wanted in ("neither",):',
    ),
    Fault(
        "nothing lasts for life",
        "steps.py",
        'if any(entry.lasts == "life" for entry in entries):',
        "if False:",
    ),
    Fault(
        "silence is absence from the beginning",
        "steps.py",
        "(silent.since is None or silent.since <= stay.start)",
        "True",
    ),
    Fault(
        "reviewers who differ are counted as the first of them",
        "answers.py",
        "is_open = len(truths) > 1 or",
        "is_open =",
    ),
    Fault(
        "the record stands beside the answer",
        "answers.py",
        " and reading.finding not in mine]",
        "]",
    ),
    Fault(
        "days until a moment hold the moment itself",
        "moments.py",
        "(moment.until, date.__lt__)",
        "(moment.until, date.__le__)",
    ),
    Fault(
        "a first may be of any other patient",
        "moments.py",
        'if row["person_id"] == calendar.stay.person and _is_there',
        "if _is_there",
    ),
    Fault(
        "known is the day of the sample",
        "moments.py",
        "calendar.verdict.known if",
        "calendar.verdict.anchor if",
    ),
    Fault(
        "a dose of nothing is a dose",
        "courses.py",
        ' if row["quantity"] != 0}',
        "}",
    ),
    Fault(
        "a dose on the day on which it was known came before",
        "screening.py",
        "days[given[0]] < days[met[0]] for",
        "days[given[0]] <= days[met[0]] for",
    ),
    Fault(
        "the lowest grade that is met counts",
        "judging.py",
        "Bounds(max(least, default=0),",
        "Bounds(min(least, default=0),",
    ),
    Fault(
        "what nobody tested gives no points",
        "judging.py",
        "if truth is not Truth.NOT_MET]",
        "if truth is Truth.MET]",
    ),
    Fault(
        "a flag marks one day too few",
        "flags.py",
        "range(flag.days_before + 1)",
        "range(flag.days_before)",
    ),
)


def seeded(fault: Fault, folder: Path) -> Callable[..., Any]:
    """The `screen` of a referee with this fault, made in a folder that is on the path of modules."""
    name = f"seeded_{next(NUMBERS)}"
    package = folder / name
    package.mkdir()
    for path in HERE.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name == fault.file:
            assert text.count(fault.right) == 1, f"{fault.name}: {fault.right!r} does not stand once"
            text = text.replace(fault.right, fault.wrong)
        (package / path.name).write_text(text.replace("tests.referee", name), encoding="utf-8")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    screen: Callable[..., Any] = importlib.import_module(f"{name}.screening").screen
    return screen
