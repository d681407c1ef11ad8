"""Analyses in words: what each does, by which test, and what stands beside it."""

from __future__ import annotations

from caseseries.protocol.clauses.analysis import (
    Analysis,
    Beside,
    Compare,
    Entries,
    Incidence,
    Landmark,
    ListPatients,
    Regress,
    Relabel,
    Rescreen,
    Summarise,
    Survival,
    Trajectory,
    Weights,
)
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment, all_of, serial_titled, titled, titles

RESTS = {"midpoint": "the middle of that rest", "first": "the first day of that rest"}
TESTS = {
    "chi-square, uncorrected": "the chi-square test without continuity correction",
    "chi-square, Yates": "the chi-square test with Yates' correction",
    "chi-square, n - 1": "the n − 1 chi-square test",
    "Fisher": "Fisher's exact test",
    "Fisher, mid-p": "Fisher's exact test with mid-p",
    "Barnard": "Barnard's exact test with the pooled statistic",
    "Barnard, unpooled": "Barnard's exact test with the unpooled statistic",
    "Boschloo": "Boschloo's exact test, two-sided by probability",
    "Boschloo, doubled": "Boschloo's exact test, twice the one-sided",
    "Freeman-Halton": "the exact test of Freeman and Halton",
    "Mann-Whitney": "the Mann-Whitney test",
    "Mann-Whitney, exact": "the exact Mann-Whitney test",
    "Kruskal-Wallis": "the Kruskal-Wallis test",
    "Kruskal-Wallis, exact": "the exact Kruskal-Wallis test",
}
BESIDE: dict[Beside, str] = {
    "none": "",
    "exact": ", with the exact test beside it",
    "all in use": ", with all other tests in use for such data beside it",
}
EXACT = {"Fisher", "Freeman-Halton", "Mann-Whitney, exact", "Kruskal-Wallis, exact"}


def analysis_in_words(analysis: Analysis, protocol: Protocol) -> str:
    """What the analysis does, to stand after its name and a colon."""
    match analysis:
        case ListPatients():
            return f"each patient is listed with {titles(protocol, analysis.variables)}"
        case Summarise():
            by = f", over all patients and by {titled(protocol, analysis.by)}" if analysis.by else ""
            return f"{titles(protocol, analysis.variables)} are summarised{by}, numbers as {analysis.numbers}"
        case Survival():
            return _survival(analysis, protocol)
        case Incidence():
            by = f", by {titled(protocol, analysis.by)}, using Gray's test" if analysis.by else ""
            of = titled(protocol, analysis.of)
            return (
                f"the incidence of each {of} is estimated by the Aalen-Johansen method, each competing with "
                f"the others, with confidence limits on the {analysis.limits} scale{by}"
            )
        case Compare():
            outcome, by = titled(protocol, analysis.outcome), titled(protocol, analysis.by)
            return f"{outcome} is compared by {by}, using {_test(analysis)}"
        case Entries():
            of, by = titled(protocol, analysis.of), titled(protocol, analysis.by)
            return (
                f"{of} is set against {by}, a patient with several entries counting once for each, "
                f"using {_test(analysis)}; the count by patients stands beside the count by entries"
            )
        case Trajectory():
            return _trajectory(analysis, protocol)
        case Landmark():
            followed, by = serial_titled(protocol, analysis.serial), titled(protocol, analysis.by)
            among = f"among patients with a value of {followed} on {analysis.at}"
            return f"{among}, its fall up to then is compared by {by}, using the exact Mann-Whitney test"
        case Rescreen():
            fate = {"keep": "kept", "drop": "dropped"}[analysis.if_unknown]
            return f"patients are screened again in hospital records, and {fate} wherever a step is unknown"
        case Relabel():
            of = titled(protocol, analysis.variable)
            return f"“{analysis.of}” is repeated under every plausible labelling of {of}"
        case Regress():
            on = titles(protocol, analysis.on)
            if analysis.kind and analysis.of:
                kind = titled(protocol, analysis.kind)
                return (
                    f"{analysis.of} (of {kind}, each competing with the others) is regressed on {on}, by its "
                    "cause-specific hazard and by that of its subdistribution"
                )
            since = f", counted from {a_moment(analysis.counted_from)}" if analysis.counted_from else ""
            since += f", at risk from {a_moment(analysis.entered)} on" if analysis.entered else ""
            ties = ", ties by Breslow's rule" if analysis.ties == "Breslow" else ""
            return f"{titled(protocol, analysis.outcome)} is regressed on {on}{since}{ties}"
        case _:
            return "treatments are compared, by a design that is yet to be written"


def _survival(analysis: Survival, protocol: Protocol) -> str:
    start = analysis.counted_from or (protocol.follow_up.counted_from if protocol.follow_up else "")
    instead = ""
    if protocol.follow_up is not None and start != protocol.follow_up.counted_from:
        instead = f" instead of {a_moment(protocol.follow_up.counted_from)}"
    by = f" by {titled(protocol, analysis.by)}" if analysis.by else ""
    return (
        f"survival{by} is counted from {a_moment(start)}{instead} and estimated by the Kaplan-Meier method, "
        f"with confidence limits on the {analysis.limits} scale; "
        f"where the curve rests on one half, the median is {RESTS[analysis.median]}"
        f"{_between(analysis, protocol)}"
    )


def _between(analysis: Survival, protocol: Protocol) -> str:
    """Who counts from when, and which tests stand between the curves."""
    said = f"; patients count from {a_moment(analysis.entered)} on" if analysis.entered else ""
    beside = []
    if analysis.strata:
        beside.append(f"the log-rank test stratified by {titled(protocol, analysis.strata)}")
    if analysis.weights:
        beside.append(f"the log-rank test weighted by {_weights(analysis.weights)}")
    promised = {
        "log-rank": "the log-rank test",
        "log-rank, exact": "the exact log-rank test",
        "log-rank, stratified": "the stratified log-rank test",
        "log-rank, weighted": "the weighted log-rank test",
    }
    said += f"; beside the others stands {' and '.join(beside)}" if beside else ""
    return said + (f"; the promised test is {promised[analysis.test]}" if analysis.test else "")


def _weights(weights: Weights) -> str:
    return f"Fleming and Harrington's G({weights.rho:g}, {weights.gamma:g})"


def _trajectory(analysis: Trajectory, protocol: Protocol) -> str:
    followed = serial_titled(protocol, analysis.serial)
    by = f", by {titled(protocol, analysis.by)}" if analysis.by else ""
    fold = f"its multiple of day 1 on {all_of(analysis.fold)}, " if analysis.fold else ""
    return (
        f"for each day, how many patients had a value of {followed}, and its median{by}; and for each "
        f"patient the greatest fall from day 1, the nadir and its day, {fold}the time to half of day 1, "
        "the rebound after the nadir, the last value before death, and how many values there are "
        "and how far apart"
    )


def _test(analysis: Compare | Entries) -> str:
    beside = "" if analysis.beside == "exact" and analysis.test in EXACT else BESIDE[analysis.beside]
    return TESTS[analysis.test] + beside
