"""A verdict: whether a criterion is met, by which findings, and what is still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from caseseries.criteria.definition import Bin, Definition
from caseseries.criteria.in_words import share_in_words, shown
from caseseries.evidence.bounds import Bounds
from caseseries.evidence.finding import Finding
from caseseries.evidence.truth import Truth


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one criterion, or of one part of it.

    `bounds` is what it is worth: 0 or 1 where criteria are counted, else its points. `since` is the first day
    by whose samples it is met or has its points, `known` the first by whose results; None where it has none,
    or no day. `because` are the findings that decided; `why` says what is open. `parts` are the verdicts
    that it was made from.
    """

    name: str
    title: str
    truth: Truth
    bounds: Bounds
    since: date | None = None
    known: date | None = None
    because: tuple[Finding, ...] = ()
    why: str = ""
    cautions: tuple[str, ...] = ()
    parts: tuple[Verdict, ...] = ()

    @property
    def flagged(self) -> tuple[Finding, ...]:
        """Of the findings that decided those that something else may explain; each has its flags."""
        return tuple(finding for finding in self.because if finding.flags)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A finding that was asked for and says nothing, with the reason."""

    finding: Finding
    why: str

    def __str__(self) -> str:
        return f"{shown(self.finding)}: {self.why}"


@dataclass(frozen=True, slots=True)
class Assessment:
    """One patient by one definition. `verdicts` has one verdict for each criterion, in its order.

    `unflagged` are the `bounds` without the findings that a flag marks; None where none is marked.
    `set_aside` are findings that say nothing of what is asked, `not_asked` those of which nothing is asked.
    """

    definition: Definition
    patient: str
    verdicts: tuple[Verdict, ...]
    unflagged: Bounds | None
    set_aside: tuple[SetAside, ...]
    not_asked: tuple[Finding, ...]
    cautions: tuple[str, ...]

    def __getitem__(self, name: str) -> Verdict:
        """The verdict of a criterion by its name. Raises KeyError."""
        for verdict in self.verdicts:
            if verdict.name == name:
                return verdict
        raise KeyError(f'"{name}". There are: {", ".join(verdict.name for verdict in self.verdicts)}.')

    @property
    def bounds(self) -> Bounds:
        """How many criteria are met, or how many points there are: at least and at most."""
        return sum((verdict.bounds for verdict in self.verdicts), Bounds(0, 0))

    @property
    def truth(self) -> Truth | None:
        """Whether the need is met; None for a score, which has none."""
        return None if self.definition.need is None else self.bounds.at_least(self.definition.need)

    @property
    def open(self) -> tuple[Verdict, ...]:
        """The criteria of which it is not certain what they are worth."""
        return tuple(verdict for verdict in self.verdicts if verdict.bounds.width)

    @property
    def probability(self) -> tuple[float, float] | None:
        """The lowest and highest published probability that go with the score, in 0..1; None without any."""
        bins = self._bins
        return (bins[0].low, bins[-1].high) if bins else None

    @property
    def _bins(self) -> tuple[Bin, ...]:
        table = self.definition.probabilities
        return table.between(self.bounds) if table else ()

    @property
    def summary(self) -> str:
        """The whole in one line: "5 to 7 of 8; 5 are needed: met"."""
        return self._in_short(self.bounds)

    def _in_short(self, bounds: Bounds) -> str:
        if self.definition.need is not None:
            whole = f"{bounds} of {self.definition.most}"
            return f"{whole}; {self.definition.need} are needed: {bounds.at_least(self.definition.need)}"
        bins = self.definition.probabilities.between(bounds) if self.definition.probabilities else ()
        points = f"{bounds} of {self.definition.most} points"
        return f"{points}; probability {share_in_words(bins)}" if bins else points

    def __str__(self) -> str:
        lines = [f"{self.definition.title}: {self.summary}.", ""]
        width = max(len(verdict.title) for verdict in self.verdicts)
        lines += [f"  {self._worth(one):<9}  {one.title:<{width}}  {_reason(one)}" for one in self.verdicts]
        if self.open and self.definition.need is None:
            lines += ["", f"{len(self.open)} of {len(self.verdicts)} items are open, and widen the score."]
        aside = [f"Set aside: {one}" for one in self.set_aside]
        if self.unflagged is not None:
            aside.insert(0, f"Without what is flagged: {self._in_short(self.unflagged)}.")
        if self.not_asked:
            aside.append(f"Not asked by {self.definition.name}: {', '.join(map(shown, self.not_asked))}")
        aside += [f"Caution: {caution}" for caution in self.cautions]
        return "\n".join([*lines, *([""] if aside else []), *aside, "", f"Source: {self.definition.source}"])

    def _worth(self, verdict: Verdict) -> str:
        return str(verdict.truth if self.definition.need is not None else verdict.bounds)


def _reason(verdict: Verdict) -> str:
    """The findings that decided, what is open, and since when it is met."""
    decided = ", ".join(
        f"{shown(one)} ({', '.join(one.flags)})" if one.flags else shown(one) for one in verdict.because
    )
    times = [f"{word} {day}" for word, day in (("since", verdict.since), ("known", verdict.known)) if day]
    return "; ".join(part for part in (decided, verdict.why, ", ".join(times)) if part)
