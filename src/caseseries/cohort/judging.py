"""Judging: the verdict on every candidate, with all its evidence and without what is flagged."""

from __future__ import annotations

import polars as pl

from caseseries.cohort import flags, windows
from caseseries.cohort.search import Search
from caseseries.evidence.pace import Tell
from caseseries.records.forms import denials

UNFLAGGED = "_unflagged"
"""The end of the names of what is judged without flagged evidence."""
_MARKED = "_marked"
"""The same, of the stays alone in which a flag marks some evidence."""


def judge(search: Search, tell: Tell) -> tuple[str, ...]:
    """Lay out the verdicts of the candidates, and answer with their kinds: "", and UNFLAGGED without flags.

    A kind is the end of the names `verdicts`, `because` and `known_days`. The candidates, `anchors`, are
    the stays whose lower bound comes within reach of the need.
    """
    records, whole = search.records, search.windows
    tell("weighing what they show")
    records.keep("hit_days", _hit_days("stay_facts"))
    records.keep("lowest", windows.best(whole, "hit_days", "near_stays"))
    records.keep("anchors", f"SELECT * FROM lowest WHERE lower >= {whole.need - search.reach}")
    _judge(search, "stay_facts", "anchors", "")
    flagged = flags.flag_rules(whole.lowered, search.resolved.codes)
    if not flagged.height:
        return ("",)
    records.put("flag_rules", flagged)
    worded = flagged.filter(pl.col("table").is_in(flags.WORDED)).select("table", "concept_id").unique()
    records.put("flag_denials", denials(records, worded) if worded.height else worded)
    records.keep("flag_days", flags.flag_days(flagged))
    marked = flags.marked("stay_facts", "flag_days")
    among = "SELECT s.* FROM near_stays s JOIN anchors c ON c.stay_id = s.stay_id"
    records.keep("marked_stays", f"{among} WHERE s.stay_id IN ({marked})")
    records.keep("unflagged_facts", flags.unflagged("stay_facts", "flag_days", "marked_stays"))
    records.keep("unflagged_days", _hit_days("unflagged_facts"))
    records.keep(f"anchors{_MARKED}", windows.best(whole, "unflagged_days", "marked_stays"))
    _judge(search, "unflagged_facts", f"anchors{_MARKED}", _MARKED)
    # Where nothing is marked, the verdict without the flagged evidence is the verdict.
    for name in ("verdicts", "because", "known_days"):
        is_marked = "EXISTS (SELECT 1 FROM marked_stays m WHERE m.stay_id = v.stay_id)"
        unmarked = f"SELECT v.* FROM {name} v WHERE NOT {is_marked}"
        records.keep(f"{name}{UNFLAGGED}", f"SELECT * FROM {name}{_MARKED} UNION ALL {unmarked}")
    return ("", UNFLAGGED)


def facts_of(kind: str) -> str:
    """SQL: the table of the facts on which the verdicts of a kind rest, or a query in parentheses."""
    if not kind:
        return "stay_facts"
    is_marked = "EXISTS (SELECT 1 FROM marked_stays m WHERE m.stay_id = s.stay_id)"
    unmarked = f"SELECT s.* FROM stay_facts s WHERE NOT {is_marked}"
    return f"(SELECT * FROM unflagged_facts UNION ALL {unmarked})"


def _hit_days(told: str) -> str:
    return f"SELECT stay_id, day, BIT_OR(bit) AS bits FROM {told} WHERE state = 2 GROUP BY stay_id, day"


def _judge(search: Search, told: str, anchors: str, kind: str) -> None:
    records, whole = search.records, search.windows
    records.keep(f"because{kind}", windows.because(whole, told, anchors))
    records.keep(f"verdicts{kind}", windows.verdicts(whole, anchors, f"because{kind}"))
    records.keep(f"known_days{kind}", windows.known(whole, told, f"verdicts{kind}", f"because{kind}"))
