"""Attrition: who came to each step, and where they went; the parts add up by construction."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the flow diagram, counted in patients.

    Of those who came, so many are in, out, open (a person must answer) or could not be shown (unknown, and
    out of reach of review). `title` is the protocol's `keep` or `drop` in its own words, `name` that of a
    named step. `notes` say in plain sentences what the counts do not.
    """

    title: str
    into: int
    out: int
    open: int
    not_shown: int
    name: str = ""
    is_drop: bool = False
    notes: tuple[str, ...] = ()

    @property
    def came(self) -> int:
        """How many came to the step: the sum of its parts."""
        return self.into + self.out + self.open + self.not_shown


@dataclass(frozen=True, slots=True, repr=False)
class Attrition:
    """Every step from the whole database to the case series.

    `patients` are all of the database, `in_setting` those with a stay in the setting, who come to the first
    step. `exposed_before_known` of those in after the last step were given the drug before the criteria
    were known to be met; None where the study names no exposure. `further_episodes` are later stays of
    theirs that meet the definition. `reach` is how many charts a review would cost that asks about patients
    short by at most so many criteria.
    """

    patients: int
    in_setting: int
    steps: tuple[Step, ...]
    exposed_before_known: int | None = None
    further_episodes: int = 0
    reach: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        came = self.in_setting
        for step in self.steps:
            if step.came != came:
                raise ValueError(f'{came} came to "{step.title}", and its parts are {step.came}.')
            came = step.into

    def __repr__(self) -> str:
        """A line a step, and what a review would cost."""
        lines = [
            f"{self.patients:>12,}  in the database",
            f"{self.in_setting:>12,}  with a stay in the setting",
        ]
        for step in self.steps:
            lines.append(f"{step.into:>12,}  {'left after dropping' if step.is_drop else 'in'}: {step.title}")
            parts = {"out": step.out, "open, for a reviewer": step.open, "could not be shown": step.not_shown}
            said = ", ".join(f"{count:,} {what}" for what, count in parts.items() if count)
            lines += [f"{'':>12}    ({said})"] if said else []
            lines += [f"{'':>12}    {note}" for note in step.notes]
        if self.exposed_before_known is not None:
            lines.append(
                f"{self.exposed_before_known:>12,}  of these treated before the criteria were known to be met"
            )
        if self.further_episodes:
            one = self.further_episodes == 1
            lines.append(f"{self.further_episodes:>12,}  further episode{'' if one else 's'} of theirs")
        if self.reach:
            costs = "; ".join(
                f"{count:,} short by at most {short}" for short, count in enumerate(self.reach) if short
            )
            lines += ["", f"Charts that a review would cost: {costs}."]
        return "\n".join(lines)
