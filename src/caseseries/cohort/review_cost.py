"""What a review would cost: how many patients are short of the criteria by how much, counted in one pass."""

from __future__ import annotations

from caseseries.cohort import facts, windows
from caseseries.cohort.rows import lay_rules, numbered
from caseseries.cohort.search import Search
from caseseries.evidence.pace import Tell
from caseseries.records import readings
from caseseries.records.forms import lay_concepts

MOST_REACH = 3
"""A review is costed for patients short by at most so many criteria."""


def cost_of_review(search: Search, tell: Tell) -> tuple[int, ...]:
    """How many patients meet the definition in no stay, and are short of it by at most 0, 1, 2, 3 criteria.

    So many charts a review of that reach would cost at most. Goes through the results of everyone, keeping
    of each day only the bits that are met.
    """
    records, whole = search.records, search.windows
    tell("counting what a review would cost")
    lay_concepts(records, numbered(search))
    everyone = f"({readings.number_rows(search.known_from)})"
    table, _ = lay_rules(search, everyone)
    told = facts.facts(table, everyone, search.known_from)
    records.keep(
        "all_hits",
        f"SELECT person_id, day, BIT_OR(bit) AS bits FROM ({told}) f WHERE state = 2 GROUP BY person_id, day",
    )
    records.keep(
        "all_hit_days",
        """
SELECT s.stay_id, h.day, h.bits FROM studied s
JOIN all_hits h ON h.person_id = s.person_id AND h.day BETWEEN s.first_day AND s.last_day""",
    )
    records.keep("all_lowest", windows.best(whole, "all_hit_days", "studied"))
    short = records.run(
        f"""
WITH by_person AS (
  SELECT s.person_id, MAX(l.lower) AS lower FROM all_lowest l JOIN studied s ON s.stay_id = l.stay_id
  GROUP BY s.person_id
)
SELECT {whole.need} - lower AS short, COUNT(*) AS patients FROM by_person WHERE lower < {whole.need}
GROUP BY lower""",
        "what a review would cost",
    )
    for one in ("made_of_two", "all_hits", "all_hit_days", "all_lowest"):
        records.drop(one)
    counts = dict(short.iter_rows())
    return tuple(sum(counts.get(one, 0) for one in range(1, most + 1)) for most in range(MOST_REACH + 1))
