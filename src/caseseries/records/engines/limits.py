"""Limits: whether this process may hold what asking a hospital takes, whatever its size."""

from __future__ import annotations

import sys

from caseseries.evidence.problem import Problem, Problems

_LEAST = (("RLIMIT_DATA", 256, "of memory", "ulimit -d"), ("RLIMIT_AS", 1_200, "of addresses", "ulimit -v"))
"""MB that may be held at least. Measured with two threads on 2,000 patients: with less, a library that is not
given what it asks for aborts the process, or waits without end, before anybody can say why."""


def has_room() -> None:
    """Raises Problems where a limit of this process is too narrow for any hospital."""
    if sys.platform == "win32":  # it knows no such limits
        return
    import resource

    problems = []
    for limit, least, what, command in _LEAST:
        held, _ = resource.getrlimit(getattr(resource, limit))
        if held != resource.RLIM_INFINITY and held < least << 20:
            found = f"this process may hold {held >> 20:,} MB {what}, and needs {least:,} at least"
            problems.append(Problem("memory", found, f"Raise the limit ({command})."))
    if problems:
        raise Problems(problems)
