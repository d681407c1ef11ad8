"""The released rule: which numbers may leave a hospital, and what is said in place of the others."""

from __future__ import annotations

SMALLEST = 5
"""Counts of patients below this are not shown. A convention of this house; a hospital may ask for more."""
OLD = 89
"""Ages above this are banded, as the safe harbour of 45 CFR 164.514(b)(2)(i)(C) has it (recalled)."""
WITHHELD = "withheld"
BANDED = f"{OLD + 1} and older"


def rule(smallest: int, with_patients: bool) -> tuple[str, ...]:
    """The rule in sentences, as the released copy says it."""
    said = (
        f"A count of patients from 1 to {smallest - 1} is shown as <{smallest}. Where that could be "
        f"worked out from other counts, further counts are {WITHHELD}.",
        f"What rests on a hidden count is {WITHHELD}: shares, tests, differences and ratios, and what was "
        f"measured in a group of fewer than {smallest}; so are the lowest and the highest value of any "
        "group, which are one patient's, and survival and incidence at fixed times, with the mean time up "
        f"to the last of them, where fewer than {smallest} died between two of them.",
    )
    lines = (
        (
            "The patients of the case series stand here line by line, under names that mean nothing outside "
            "of this copy. Whoever reads the lines can count them: what is said of these patients alone is "
            "shown as it is, and the rule protects everybody else.",
        )
        if with_patients
        else ("There is no line and no figure of single patients, and no curve.",)
    )
    return (
        *said,
        *lines,
        f"Ages above {OLD} read {BANDED}. There are no dates: days are counted from a moment of each "
        "patient, and dates of the study itself are cut to the year. There are no numbers of patients, "
        "visits or rows, no notes, and no words that anybody typed into a record or an answer.",
    )
