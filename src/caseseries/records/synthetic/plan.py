"""What is planted in each stay: which criteria, from which day, and by which findings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from caseseries.records.synthetic.arrays import Floats, Ints, Yes, dice, one_of
from caseseries.records.synthetic.people import Stays
from caseseries.records.synthetic.rates import CRITERIA, rate, stories, story

FINDINGS = (
    "fever",
    "hemoglobin",
    "platelets",
    "neutrophils",
    "triglycerides",
    "fibrinogen",
    "ferritin",
    "splenomegaly",
    "hemophagocytosis",
    "nk activity",
    "soluble cd25",
)
NOT = -1
"""The day of what is not met."""
NOT_MET, UNKNOWN, MET = 0, 1, 2
SPELL = 2
"""Days that a criterion is kept up where criteria must not meet: the day itself and the next."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A row a stay. Days are counted from the admission, which is 0."""

    onset: Ints
    """stays x findings: the first day on which it is met, or NOT."""
    until: Ints
    """stays x findings: the last day on which it is met."""
    looked: Yes
    """stays x findings: whether it was looked for at all."""
    look: Ints
    """stays x findings: a day on which it is surely looked for: the onset, where there is one."""
    state: Ints
    """stays x criteria: MET, UNKNOWN or NOT_MET, with everything that the records and notes hold."""
    day: Ints
    """stays x criteria: the first day on which it is met, or NOT."""
    is_note_only: Yes
    """stays x findings: known only to who reads the notes."""
    is_pg_ml: Yes
    """stays: soluble CD25 is reported in pg/mL and cannot be judged."""
    by_share: Yes
    """stays: neutrophils only as leukocytes and their share."""
    is_never: Yes
    """stays x findings: sent out, and never back."""


def plant(stays: Stays, seed: int) -> Plan:
    """The plan of every stay."""
    random = dice(seed, "plan")
    size, told = stays.size, stays.story
    is_pg_ml = random.random(size) < rate("disease", "pg_ml")
    weight = np.array([one.weight for one in stories()])[told]
    weight[is_pg_ml, CRITERIA.index("soluble cd25")] = 0
    met = _chosen(_how_many(told, random), weight, random)
    looked = met | (random.random(met.shape) < np.array([one.looked for one in stories()])[told])
    day = np.where(met, _days(stays, met, random), NOT)
    look_day = (random.random(met.shape) * stays.days[:, None]).astype(np.int64)

    onset = np.full((size, len(FINDINGS)), NOT, dtype=np.int64)
    seen = np.zeros(onset.shape, dtype=np.bool_)
    _one_for_one(onset, seen, day, looked)
    _cytopenias(onset, seen, day[:, 1], stays, random)
    _either(onset, seen, day[:, 2], looked[:, 2], random)
    look = np.where(onset >= 0, onset, look_day[:, [0, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7]])
    look = np.where((onset < 0) & _in(1, 2, 3), 0, look)  # a count on admission, for everybody

    lasts = np.where(told[:, None] == story("scattered"), SPELL - 1, random.integers(2, 9, onset.shape))
    has_hlh = np.isin(told, [story("hlh"), story("primary hlh"), story("young hlh")])
    lasts = np.where(has_hlh[:, None], random.integers(9, 20, onset.shape), lasts)
    until = np.minimum(onset + lasts, (stays.end - stays.start)[:, None])

    cd25 = FINDINGS.index("soluble cd25")
    note_only = (random.random(onset.shape) < rate("disease", "note_only")) & _in(7, 8)
    state = _states(met, looked, seen, onset)
    state[is_pg_ml & seen[:, cd25], CRITERIA.index("soluble cd25")] = UNKNOWN
    by_share = random.random(size) < rate("disease", "by_share")
    sent = seen & (onset < 0) & _in(9, 10)
    never = sent & (random.random(onset.shape) < rate("disease", "never"))
    never.flat[np.flatnonzero(sent)[:1]] = True  # one at least, in a hospital of any size
    state[:, 6:8] = np.where(never[:, 9:11], UNKNOWN, state[:, 6:8])
    return Plan(onset, until, seen, look, state, day, note_only, is_pg_ml, by_share, never)


# ---- Which criteria, and when ----


def _how_many(told: Ints, random: np.random.Generator) -> Ints:
    """How many criteria each stay holds."""
    many = np.zeros(len(told), dtype=np.int64)
    for number, one in enumerate(stories()):
        mine = np.flatnonzero(told == number)
        many[mine] = one_of(random, list(one.met), len(mine))
    return many


def _chosen(many: Ints, weight: Floats, random: np.random.Generator) -> Yes:
    """As many criteria as are wanted, drawn without replacement by their weights."""
    with np.errstate(divide="ignore"):
        keys = np.log(weight) + random.gumbel(size=weight.shape)
    rank = np.argsort(np.argsort(-keys, axis=1, kind="stable"), axis=1, kind="stable")
    return (rank < many[:, None]) & (weight > 0)


def _days(stays: Stays, met: Yes, random: np.random.Generator) -> Ints:
    """The day of each criterion, were it met: scattered, or within the spread of one illness."""
    last = (stays.end - stays.start)[:, None]
    spread = random.integers(0, int(rate("disease", "spread")) + 1, met.shape)
    together = np.minimum(np.minimum(stays.anchor, last[:, 0])[:, None] + spread, last)
    # Two or three on the first days, the others when more days have passed than the widest window holds.
    place = np.cumsum(met, axis=1) - 1
    apart = np.where(place % 2 == 0, spread % 3, 20 + spread)
    return np.where(stays.story[:, None] == story("scattered"), apart, together)


# ---- By which findings ----


def _in(*columns: int) -> Yes:
    """Which findings are meant."""
    return np.isin(np.arange(len(FINDINGS)), columns)


def _one_for_one(onset: Ints, seen: Yes, day: Ints, looked: Yes) -> None:
    for finding, criterion in ((0, 0), (6, 3), (7, 4), (8, 5), (9, 6), (10, 7)):
        onset[:, finding] = day[:, criterion]
        seen[:, finding] = looked[:, criterion]


def _cytopenias(onset: Ints, seen: Yes, day: Ints, stays: Stays, random: np.random.Generator) -> None:
    """Two or three lineages, the second on the planned day; where it is not met, one lineage at most."""
    size = len(day)
    order = np.argsort(random.random((size, 3)), axis=1)
    third = random.random(size) < 0.4
    alone = random.random(size) < 0.12
    last = stays.end - stays.start
    scattered = stays.story == story("scattered")
    first_day = np.where(scattered, day, np.maximum(day - random.integers(0, 2, size), 0))
    third_day = np.where(third, np.minimum(day + random.integers(0, 2, size), last), NOT)
    lone_day = np.where(alone, (random.random(size) * (last + 1)).astype(np.int64), NOT)
    is_met = day >= 0
    days = np.stack(
        [np.where(is_met, first_day, lone_day), np.where(is_met, day, NOT), np.where(is_met, third_day, NOT)],
        1,
    )
    np.put_along_axis(onset, order + 1, days, axis=1)
    seen[:, 1:4] = True
    # A differential is not always done.
    seen[:, 3] = (onset[:, 3] >= 0) | (random.random(size) < 0.7)


def _either(onset: Ints, seen: Yes, day: Ints, looked: Yes, random: np.random.Generator) -> None:
    """Triglycerides, fibrinogen, or both, the first on the planned day."""
    which = random.integers(0, 3, len(day))
    is_met = day >= 0
    onset[:, 4] = np.where(is_met & (which != 1), day, NOT)
    onset[:, 5] = np.where(is_met & (which != 0), day, NOT)
    both = random.random(len(day)) < 0.7
    seen[:, 4] = looked & ((onset[:, 4] >= 0) | both | (which == 0))
    seen[:, 5] = looked & ((onset[:, 5] >= 0) | both | (which != 0))


def _states(met: Yes, looked: Yes, seen: Yes, onset: Ints) -> Ints:
    """What each criterion is, by the findings that were planted for it."""
    state = np.where(met, MET, np.where(looked, NOT_MET, UNKNOWN))
    low = (onset[:, 1:4] >= 0).sum(1)
    unseen = (~seen[:, 1:4]).sum(1)
    state[:, 1] = np.where(low >= 2, MET, np.where(low + unseen >= 2, UNKNOWN, NOT_MET))
    one_unseen = ~seen[:, 4] | ~seen[:, 5]
    state[:, 2] = np.where(met[:, 2], MET, np.where(one_unseen, UNKNOWN, NOT_MET))
    return state
