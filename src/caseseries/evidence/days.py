"""Days as whole numbers since 1970-01-01, as databases count them, and back."""

from __future__ import annotations

from datetime import date, timedelta

EPOCH = date(1970, 1, 1)


def number_of(day: date) -> int:
    """The number of a day: 0 is 1970-01-01, days before it are negative."""
    return day.toordinal() - EPOCH.toordinal()


def date_of(number: int) -> date:
    """The day of a number. Raises OverflowError outside the years 1 to 9999."""
    return EPOCH + timedelta(days=number)
