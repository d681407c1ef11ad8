"""Standing: which numbers of an analysis are its methods, and which of them are said first."""

from __future__ import annotations

from caseseries.analysis.ids import is_if_unknown
from caseseries.analysis.methods import SHOWN_FIRST
from caseseries.analysis.multiplicity import is_adjusted
from caseseries.analysis.results import Number, Result
from caseseries.protocol.clauses.analysis import Compare


def methods_of(result: Result) -> list[Number]:
    """Estimates and tests, those promised and those beside them.

    An adjusted p is none of them, nor what the unknown outcomes leave open.
    """
    return [
        one
        for one in result.numbers
        if one.standing != "description" and not is_adjusted(one.id) and not is_if_unknown(one.id)
    ]


def said_first(result: Result) -> list[Number]:
    """The methods that are said with the groups; where all in use are asked, a few stand for them."""
    methods = methods_of(result)
    if not (isinstance(result.clause, Compare) and result.clause.beside == "all in use"):
        return methods
    return [one for one in methods if one.standing == "promised" or one.id.rpartition(".")[2] in SHOWN_FIRST]
