"""Parts: the columns that belong to a column and stand beside it, under its name with a point behind."""

from __future__ import annotations

CERTAINTY = "certainty"
"""How sure a category is, of several each: text, or a list of text as long as the list of levels."""
OPERATOR = "operator"
"""The sign of a number that is a bound (`>100,000`): text, null where it is none."""
HIGH = "high"
"""The upper end of a number or a count that may be a range; that of one that is none is itself."""
TERM, GRADE = "term", "grade"
"""What an event was, as text, and its grade, a whole number from 1 to 5."""

GIVEN, DOSE, INTERVAL, ROUTE, DAILY, DAYS = "given", "dose", "interval", "route", "daily", "days"
"""What a regimen fans out to: columns in their own right, each with a line in the dictionary."""
GREATEST, MEAN, CUMULATIVE = "greatest_daily", "mean_daily", "cumulative"
MISSED, RESTARTS = "missed", "restarts"
"""What it fans out to besides, where its rows are recorded one by one, and not only how it was written."""
KNOWN = "known"
"""Of a moment on which criteria are met, the day on which that could be known: `diagnosis.known`."""


def part_of(name: str, part: str) -> str:
    """The name of a part: `cause.certainty`."""
    return f"{name}.{part}"


def parted(name: str) -> tuple[str, str]:
    """The column that a part belongs to, and the part: ("cause", "certainty"); "" of a whole column."""
    owner, _, part = name.partition(".")
    return owner, part
