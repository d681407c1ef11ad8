"""Roles: one drug that counts as treatment of the disease and as treatment of its cause."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from caseseries.cases.consistency.question import Question
from caseseries.cases.keys import label
from caseseries.cases.long_tables import KEY, ORIGINS
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.variable import Take
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import in_running_text

WHY = (
    "What each role did cannot be told apart in these patients: say in which it counts, "
    "or count it in each and say so."
)


def role_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Drugs, and chemotherapy protocols, that stand in columns of different courses; all in one question.

    A drug before and along with another is one course that went on, and no second role.
    """
    courses = {
        one.name: one.take.courses
        for one in protocol.variables
        if one.kind == "regimens" and isinstance(one.take, Take) and one.take.courses and cases.has(one.name)
    }
    if len(set(courses.values())) < 2:
        return
    spells = cases.spells.filter(pl.col("kind").is_in(list(courses)))
    named = pl.concat(
        [spells.select(*KEY, "kind", "origin", what=pl.col(name)) for name in ("drug", "within")]
    ).filter(pl.col("what").fill_null("") != "")
    several = (
        named.with_columns(course=pl.col("kind").replace_strict(courses))
        .group_by(*KEY, "what", maintain_order=True)
        .agg(pl.col("course").n_unique(), pl.col("kind").unique(maintain_order=True), "origin")
        .filter(pl.col("course") > 1)
    )
    if several.is_empty():
        return
    titles = {one.name: in_running_text(one.title) for one in protocol.variables}
    found = [
        (label((patient, episode)), what, [titles[kind] for kind in kinds], origins)
        for patient, episode, what, _, kinds, origins in several.iter_rows()
    ]
    details = "; ".join(f"patient {who}: {what} as {', as '.join(roles)}" for who, what, roles, _ in found)
    who = tuple(dict.fromkeys(one for one, *_ in found))
    cells = tuple(dict.fromkeys(cell for *_, cells in found for cell in ORIGINS.join(cells).split(ORIGINS)))
    yield Question("roles", f"One drug stands in several roles ({details}).", WHY, who, cells)
