"""The analyses: each names what it does; nothing that is not here is called planned."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from caseseries.protocol.clauses.clause import Clause, Name, Text
from caseseries.protocol.clauses.span import DayText

Role = Literal["primary", "secondary", "sensitivity", "descriptive"]
Names = Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]
TwoByTwoTest = Literal[
    "chi-square, uncorrected",
    "chi-square, Yates",
    "chi-square, n - 1",
    "Fisher",
    "Fisher, mid-p",
    "Barnard",
    "Barnard, unpooled",
    "Boschloo",
    "Boschloo, doubled",
]
TableTest = Literal["Freeman-Halton"]
RankTest = Literal["Mann-Whitney", "Mann-Whitney, exact"]
SeveralRanksTest = Literal["Kruskal-Wallis", "Kruskal-Wallis, exact"]
LogRankTest = Literal["log-rank", "log-rank, exact", "log-rank, stratified", "log-rank, weighted"]
Limits = Literal["log-log", "log", "plain"]
Beside = Literal["none", "exact", "all in use"]


class Promised(Clause):
    """What every analysis says of itself: its name, its standing, and who printed it first."""

    name: Text
    role: Role
    source: Text | None = None


class ListPatients(Promised):
    """One line a patient."""

    does: Literal["list"]
    variables: Names


class Summarise(Promised):
    """The characteristics, over all and by group."""

    does: Literal["summarise"]
    variables: Names
    by: Name | None = None
    numbers: Literal["median (range)", "median (IQR)", "mean (SD)"] = "median (range)"


class Weights(Clause):
    """How Fleming and Harrington's test weighs an event: S to the power rho, times 1 - S to the power gamma.

    S is the curve of all. Early differences count more with rho = 1, late ones with gamma = 1.
    """

    rho: float = Field(default=0.0, ge=0, le=10)
    gamma: float = Field(default=0.0, ge=0, le=10)


class Survival(Promised):
    """Kaplan-Meier over all or by group, its median, its horizons, the length of follow-up.

    `entered` is the moment from which a patient was watched, where that is later than the clock's start.
    """

    does: Literal["survival"]
    by: Name | None = None
    counted_from: Name | None = None
    entered: Name | None = None
    median: Literal["midpoint", "first"] = "midpoint"
    limits: Limits = "log-log"
    test: LogRankTest | None = None
    strata: Name | None = None
    weights: Weights | None = None


class Incidence(Promised):
    """The incidence of each kind of event that ended the follow-up, each competing with the others.

    `of` is the category that says which; who is alive has none, and is censored.
    """

    does: Literal["incidence"]
    of: Name
    by: Name | None = None
    counted_from: Name | None = None
    limits: Limits = "log-log"


class Compare(Promised):
    """One outcome between the groups of `by`, by the promised test, with its companions beside it."""

    does: Literal["compare"]
    outcome: Name
    by: Name
    test: TwoByTwoTest | TableTest | RankTest | SeveralRanksTest
    beside: Beside = "exact"


class Entries(Promised):
    """Overlapping categories between two groups: by entries, as printed, and by patients beside it."""

    does: Literal["entries"]
    of: Name
    by: Name
    test: Literal["chi-square, uncorrected"] = "chi-square, uncorrected"
    beside: Beside = "exact"


class Trajectory(Promised):
    """A serial by day, and each patient's course of it in numbers; `fold`: days set against day 1."""

    does: Literal["trajectory"]
    serial: Name
    by: Name | None = None
    fold: tuple[DayText, ...] = Field(default=(), strict=False)


class Landmark(Promised):
    """The fall of a serial at one fixed day among those with a value there, and what became of them."""

    does: Literal["landmark"]
    serial: Name
    at: DayText
    by: Name


class Rescreen(Promised):
    """The same study with another fate of the unknown. Needs records."""

    does: Literal["rescreen"]
    if_unknown: Literal["keep", "drop"]


class Relabel(Promised):
    """An analysis under every plausible labelling of an uncertain variable."""

    does: Literal["relabel"]
    of: Text
    variable: Name


class Regress(Promised):
    """A regression of an outcome on variables.

    With competing events `kind` is the category that says what ended the follow-up, and `of` its level. Of
    survival `counted_from` and `entered` are as in Survival, and `ties` is Cox's rule for equal times.
    """

    does: Literal["regress"]
    outcome: Name
    on: Names
    counted_from: Name | None = None
    entered: Name | None = None
    ties: Literal["Efron", "Breslow"] = "Efron"
    kind: Name | None = None
    of: Text | None = None


class Comparison(Promised):
    """A comparison of treatments: reserved."""

    does: Literal["comparison"]


class Screen(Promised):
    """What a screening counts. No protocol writes it: the steps of [[eligibility]] are the promise of it."""

    does: Literal["screen"]


class Pool(Promised):
    """What published cohorts say together. No protocol writes it: cohorts.toml names the cohorts."""

    does: Literal["pool"]


ATTRITION, CRITERIA, BESIDE, POOL, PLAN = OWN = ("attrition", "criteria", "beside", "pool", "plan")
"""What the results call that which a screening, and published cohorts, add to them.

No analysis of a protocol has such a name.
"""

Analysis = Annotated[
    ListPatients
    | Summarise
    | Survival
    | Incidence
    | Compare
    | Entries
    | Trajectory
    | Landmark
    | Rescreen
    | Relabel
    | Regress
    | Comparison,
    Field(discriminator="does"),
]
