"""Ids: how a number's id is put together, for who enters it and for whoever looks it up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, count

from caseseries.protocol.clauses.analysis import ATTRITION, CRITERIA
from caseseries.protocol.clauses.clause import slug

EVERYBODY = "all"
"""The key of the group that nothing parts."""
MIDDLES: dict[str, tuple[str, ...]] = {
    "median (range)": ("median", "lowest", "highest"),
    "median (IQR)": ("median", "first-quartile", "third-quartile"),
    "mean (SD)": ("mean", "sd"),
}
"""Under what the numbers of a measured column stand, by the promised form of a summary: the middle first."""
MEDIAN, LOWEST, HIGHEST = MIDDLES["median (range)"]
MEAN, _ = MIDDLES["mean (SD)"]
SUBDISTRIBUTION = "subdistribution"
"""A ratio by Fine and Gray's regression."""
GRAY, BY = "gray", "incidence-by"
"""Between groups by one kind of event, and how many have had it by a horizon."""
LOG_RANK, STRATIFIED = "log-rank", "log-rank-stratified"
WEIGHTED, EXACT = "log-rank-weighted", "log-rank-exact"
"""The tests between curves."""
AT, MEAN_TIME, MEAN_TIMES = "survival-at", "restricted-mean", "restricted-mean-difference"
"""What is read from a curve: survival at a horizon, the mean time up to one, and how two of these differ."""
PATIENT, FOLD, HALF = "patient", "fold", "half"
"""What stands before one patient's own numbers; for a day as a multiple of day 1; for the half of day 1."""
UNKNOWN, IF_UNKNOWN = "unknown", "if-unknown"
"""How many outcomes of a group nobody knows, and what begins the piece of a bound that they leave open."""
ANY, SEVERAL = "any", "several"
"""What stands in the place of a level: who was given anything, and who has more than one category."""


def joined(*pieces: str) -> str:
    """One id of its pieces, of which empty ones are left out: `survival.alive.count`."""
    return ".".join(piece for piece in pieces if piece)


def of_group(key: str) -> str:
    """The piece of a group, where everybody as one group has none."""
    return "" if key == EVERYBODY else key


def of_column(name: str) -> str:
    """The pieces of a column or of a part of one: `prior-therapy`, `anakinra.daily`."""
    return joined(*(slug(piece) for piece in name.split(".")))


def of_others(key: str) -> str:
    """The key of those who have not what a group has."""
    return f"not-{key}"


def summarised(column: str, key: str, level: str = "") -> str:
    """What a summary says of a group: `cause.viral-infection.alive`, before `count` or `share`; `age.all`."""
    return joined(of_column(column), slug(level), key)


def at_horizon(horizon: str) -> str:
    """Survival at a horizon: `survival-at.30-days`."""
    return joined(AT, slug(horizon))


def incidence_by(horizon: str) -> str:
    """The share that has had an event by a horizon: `incidence-by.30-days`."""
    return joined(BY, slug(horizon))


def if_lost(horizon: str, fate: str) -> str:
    """The same if all who were lost before it had died, or lived: `survival-at.30-days.if-lost-died`."""
    return joined(at_horizon(horizon), f"if-lost-{fate}")


def if_unknown(fate: str) -> str:
    """A share, or a difference, if the outcomes that nobody knows were so: `if-unknown-none`."""
    return f"{IF_UNKNOWN}-{fate}"


def is_if_unknown(id_: str) -> bool:
    """Whether a number is such a bound."""
    return id_.rpartition(".")[2].startswith(f"{IF_UNKNOWN}-")


def median_by(convention: str) -> str:
    """The median by the other convention than the promised one: `median-by-first`."""
    return f"median-by-{convention}"


def on_day(day: int, key: str = EVERYBODY) -> str:
    """A day of a trajectory, of everybody or of a group: `day-5`, `alive.day-5`."""
    return joined(of_group(key), f"day-{day}")


def of_patients(patients: Sequence[str]) -> dict[str, str]:
    """The pieces of patients, each of whom has numbers of their own: `patient.7`, before `nadir`.

    Where two names differ by nothing that a slug keeps, the later of them has a number behind it.
    """
    pieces: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(patients):
        stem = slug(name) or "unnamed"
        piece = next(one for one in chain([stem], (f"{stem}-{n}" for n in count(2))) if one not in taken)
        taken.add(piece)
        pieces[name] = joined(PATIENT, piece)
    return pieces


def is_of_one_patient(id_: str) -> bool:
    """Whether an id of a trajectory is that of one patient's own number."""
    return id_.split(".")[1] == PATIENT


def of_steps(names: Iterable[str]) -> tuple[str, ...]:
    """The piece of each step of an attrition: the slug of its name, else its number: `confirmed`, `3`."""
    pieces: list[str] = []
    for number, name in enumerate(names, 1):
        piece = slug(name)
        pieces.append(f"{number}" if not piece or piece.isdecimal() or piece in pieces else piece)
    return tuple(pieces)


def of_step(piece: str, fate: str) -> str:
    """How many at a step: `attrition.confirmed.in`."""
    return joined(ATTRITION, piece, fate)


def of_criterion(name: str, said: str) -> str:
    """How many of those who meet a definition, by a criterion: `criteria.fever.met`; "" is all of it."""
    return joined(CRITERIA, slug(name), said)
