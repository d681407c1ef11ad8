"""Totals: every number that the points of a definition can add up to."""

from __future__ import annotations

from caseseries.criteria.definition import Definition


def totals(definition: Definition) -> frozenset[int]:
    """Each criterion gives nothing, or the points of one of its grades; all sums of these.

    Where criteria are counted, from none to all.
    """
    found = {0}
    for criterion in definition.criteria:
        worth = {0, *(grade.points for grade in criterion.grades)}
        found = {total + points for total in found for points in worth}
    return frozenset(found)
