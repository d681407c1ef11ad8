"""Released cautions: what is said of each kind where its size and its patients stay in the hospital."""

from __future__ import annotations

from dataclasses import replace

from caseseries.analysis.cautions import Caution


def general(caution: Caution) -> Caution:
    """The caution without its size, and without the patients that it names."""
    return replace(
        caution, sentence=_GENERAL.get(caution.kind, "There is a caution here that stays in the hospital.")
    )


_GENERAL = {
    "few-patients": "Few patients: one more or less can change what is said here. Read the intervals first.",
    "small-expected": "A chi-square test here expects few in some cell, and promises more than it can hold.",
    "ties": "The values hold ties: the exact test is conditional on them.",
    "several-categories": "Some patients have several categories: shares add up to more than 100 %, and "
    "a test that counts entries counts these patients more than once.",
    "uncertain-labels": "Some labels are less than certain: another reading would move patients.",
    "not-promised": "This p-value was not promised in the protocol: it describes, it does not confirm.",
    "small-late-weights": "A log-rank test that is weighted for late differences finds some too often in "
    "small groups.",
    "dealt-follow-up": "One group was followed far shorter than the other: the exact log-rank test, which "
    "deals follow-up anew with the patients, does not keep its level then.",
    "small-mean-times": "The interval of a mean time is too narrow in a small group.",
    "unequal-follow-up": "Alive at last follow-up is a share without a horizon: some were followed far "
    "longer than others. Survival at a fixed time says more.",
    "immortal-time": "Everybody here lived until a later moment, or would not be here: before, nobody died.",
    "grouped-by-outcome": "The groups are made by the outcome, which was known last: this describes, and "
    "does not predict.",
    "clock": "In some patients something recorded comes after the end of follow-up.",
    "best-ever": "The response is the greatest ever reached: who is followed longer has more chances.",
    "unequal-values": "Some patients have more values than others: nadir, greatest fall, rebound and the "
    "half of day 1 are found more easily in whoever has more, and who dies early has few.",
    "different-starts": "Day 1 is not the same hospital day in all: the first values are not of one time of "
    "the illness.",
    "bounds": "Some values are known as a bound only, and are taken at the bound.",
    "ranges": "Some values are known as a range only, and are taken at the lower end.",
    "recalled": "Something here rests on a fact known from memory only.",
    "episodes": "Further episodes are left out: the unit is the patient, at the first episode.",
}
