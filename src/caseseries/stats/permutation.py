"""Overlapping categories compared between two groups, by permuting patients and not their entries.

One patient may have several causes. A table of causes then counts that patient several times, and
a chi-square p that takes the entries for patients is wrong; this one deals whole patients anew.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.compare import chi_square
from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.sample import Counts, Flags, Numbers, flags

DRAWS = 100_000
# Tables looked at together, for the sake of memory.
CHUNK = 500_000
# Statistics this close, relative to the observed, are as great as it.
AS_GREAT = 1e-9


def permuted_entries(
    membership: ArrayLike, group: ArrayLike, *, seed: int, limit: int = 10_000_000
) -> Estimate:
    """The chi-square of the entries, with p from all ways to deal the group labels to the patients.

    `membership` (patients, categories) is true where a patient has a category; `group` (patients,)
    parts the patients in two. Value: Pearson's chi-square of the 2 x K table of entries; p: the
    share of all distinct deals whose chi-square is at least as great. Exact where the deals are no
    more than `limit`, or the different tables they make no more than a tenth of it; else 100,000
    deals drawn with `seed`, the one seen counted among them, and the method names the standard
    error. n is the patients.
    Categories that nobody has are left out, for the caller to name. Not estimable: an empty group,
    a group without entries, one category only, every patient with the same categories.
    ValueError: membership and group differ in their patients.

    Source: Good, Permutation, Parametric and Bootstrap Tests of Hypotheses, 2005; Phipson & Smyth,
    Stat Appl Genet Mol Biol 2010;9:39, for the drawn p.
    """
    entries, grouped = _checked(membership, group)
    n, chosen = grouped.size, int(grouped.sum())
    deals = math.comb(n, chosen)
    method = f"chi-square of entries, patients permuted, exact over all {_said(deals)} deals"
    seen = _table(entries, grouped)
    hindered = _hindrance(entries, grouped, seen)
    if hindered:
        return not_estimable(hindered, method, n, "chi-square")
    statistic = float(_statistics(seen[:1], seen.sum(axis=0))[0])
    border = statistic * (1.0 - AS_GREAT)
    p = _exact_share(entries, chosen, border, limit if deals <= limit else limit // 10)
    if p is not None:
        return Estimate(statistic, method, n, "chi-square", p=p)
    rows = _drawn_tables(entries, chosen, seed)
    great = int((_statistics(rows, seen.sum(axis=0)) >= border).sum())
    p = (1 + great) / (1 + DRAWS)
    error = math.sqrt(p * (1.0 - p) / DRAWS)
    method = (
        f"chi-square of entries, patients permuted, {DRAWS:,} of {_said(deals)} deals drawn "
        f"(seed {seed}, standard error of p {error:.1g})"
    )
    return Estimate(statistic, method, n, "chi-square", p=p)


def entries_chi_square(membership: ArrayLike, group: ArrayLike) -> Estimate:
    """Pearson's chi-square of the entries, as often printed: each entry counted as if a patient.

    Kept to reproduce what others publish; entries of one patient are not independent, and p is not
    to be trusted. n is the patients; categories that nobody has are left out.
    """
    entries, grouped = _checked(membership, group)
    seen = _table(entries, grouped)
    estimate = chi_square(seen)
    of = f"{grouped.size} patient{'s' * (grouped.size != 1)}"
    method = f"{estimate.method}, on {int(seen.sum())} entries of {of} as if independent"
    if hindered := _hindrance(entries, grouped, seen):
        return not_estimable(hindered, method, grouped.size, "chi-square")
    return Estimate(estimate.value, method, grouped.size, "chi-square", p=estimate.p)


def _checked(membership: ArrayLike, group: ArrayLike) -> tuple[Flags, Flags]:
    entries, grouped = flags(membership, "membership"), flags(group, "group")
    if entries.ndim != 2 or grouped.shape != entries.shape[:1]:
        raise ValueError(f"membership {entries.shape} and group {grouped.shape} differ in their patients")
    return entries[:, entries.any(axis=0)], grouped


def _table(entries: Flags, grouped: Flags) -> Counts:
    """Entries by group (the chosen first) and category."""
    return np.array([entries[grouped].sum(axis=0), entries[~grouped].sum(axis=0)], dtype=np.int64)


def _hindrance(entries: Flags, grouped: Flags, seen: Counts) -> str:
    if grouped.all() or not grouped.any():
        return "a group is empty" if grouped.size else "nobody to compare"
    if entries.shape[1] < 2:
        return "only one category has entries" if entries.shape[1] else "no category has entries"
    if not seen.sum(axis=1).all():
        return "a group has no entries"
    if (entries == entries[0]).all():
        return "every patient has the same categories"
    return ""


def _statistics(rows: Counts, totals: Counts) -> Numbers:
    """Pearson's chi-square for each possible first row of a table with these column totals.

    0 where all entries or none fall into the first row: such a table compares nothing.
    """
    size = rows.sum(axis=1, keepdims=True) / totals.sum()
    spread = size * (1.0 - size)
    squares = ((rows - totals * size) ** 2 / totals).sum(axis=1, keepdims=True)
    return np.asarray(np.divide(squares, spread, out=np.zeros_like(squares), where=spread > 0.0)[:, 0])


def _exact_share(entries: Flags, chosen: int, border: float, most: int) -> float | None:
    """The share of all deals with a statistic at or above the border; None where beyond `most` tables.

    Patients are dealt one after the other; deals that made the same table so far go on as one. Those with
    the same categories come together: so fewer tables are made, and the order of patients changes nothing.
    A table is one number: its counts, and how many patients were chosen, are the digits.
    """
    totals = entries.sum(axis=0)
    bases = np.concatenate((totals + 1, [chosen + 1]))
    if math.prod(int(base) for base in bases) >= 2**62:
        return None
    places = np.concatenate(([1], np.cumprod(bases)[:-1]))
    ordered = np.repeat(*np.unique(entries, axis=0, return_counts=True), axis=0)
    codes, ways = np.zeros(1, dtype=np.int64), np.ones(1)
    for left, patient in zip(reversed(range(len(entries))), ordered, strict=True):
        dealt = codes // places[-1]
        skipped, taken = dealt + left >= chosen, dealt < chosen
        codes, ways = _merged(
            np.concatenate((codes[skipped], codes[taken] + int(patient @ places[:-1] + places[-1]))),
            np.concatenate((ways[skipped], ways[taken])),
        )
        if len(codes) > most:
            return None
    great = 0.0
    for start in range(0, len(codes), CHUNK):
        rows = codes[start : start + CHUNK, None] // places[:-1] % bases[:-1]
        great += float(ways[start : start + CHUNK][_statistics(rows, totals) >= border].sum())
    return great / float(ways.sum())


def _merged(codes: Counts, ways: Numbers) -> tuple[Counts, Numbers]:
    """Each code once, in order, with all its ways."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    return ordered[first], np.add.reduceat(ways[order], first)


def _drawn_tables(entries: Flags, chosen: int, seed: int) -> Counts:
    """The first rows of the drawn tables. Patients with the same categories are dealt together, as so
    many of one pattern: quick for any number of patients, and blind to their order.
    """
    random = np.random.default_rng(seed)
    patterns, patients = np.unique(entries, axis=0, return_counts=True)
    drawn = []
    for size in _sizes(max(1, CHUNK // len(patterns))):
        dealt = random.multivariate_hypergeometric(patients, chosen, size=size, method="marginals")
        drawn.append(dealt @ patterns.astype(np.int64))
    return np.concatenate(drawn)


def _sizes(most: int) -> list[int]:
    """All the draws, in parts of at most so many."""
    return [min(most, DRAWS - start) for start in range(0, DRAWS, most)]


def _said(deals: int) -> str:
    return f"{deals:,}" if deals < 10**12 else f"some 10^{int(math.log10(deals))}"
