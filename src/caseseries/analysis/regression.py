"""Regression: an outcome, or survival, on several variables at once, with Firth's penalty beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from caseseries.analysis.columns import Book, Rows, Values, holds, is_yes, known, left_out, measured
from caseseries.analysis.followed import follow
from caseseries.analysis.ids import SUBDISTRIBUTION, joined, of_column
from caseseries.analysis.incidence import cause_of
from caseseries.analysis.results import Result
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Regress
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment, in_running_text
from caseseries.stats.cox import cox
from caseseries.stats.estimate import Estimate
from caseseries.stats.fine_gray import FineGray, fine_gray
from caseseries.stats.firth import firth_cox, firth_logistic
from caseseries.stats.logistic import logistic
from caseseries.stats.proportional import Proportionality, proportional_hazards
from caseseries.stats.regression import Regression


def time_of(clause: Regress, protocol: Protocol) -> list[str]:
    """Where survival is regressed, the variable that holds its time; nothing for any other outcome."""
    alive, time = (protocol.follow_up_variable(part) for part in ("alive", "time"))
    is_survival = alive is not None and alive.name == clause.outcome
    return [time.name] if is_survival and time is not None else []


@dataclass(frozen=True, slots=True)
class Covariate:
    """One column of a regression: its part in ids, its name, and its values (NaN where it is missing)."""

    part: str
    name: str
    values: Values


def regress(clause: Regress, cases: CaseSeries, protocol: Protocol) -> Result:
    """Cox's regression where the outcome is being alive at follow-up, the logistic one of any other yes/no.

    Of one kind of event among competing ones it is Cox's of that kind (cause-specific: who had another is
    censored) and Fine and Gray's. Of each covariate the ratio by maximum likelihood and by Firth's penalty;
    of Cox's also whether its hazards are proportional. Patients in whom something is missing are left out,
    and counted.
    """
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    covariates = [one for name in clause.on for one in _covariates(cases, name)]
    table = np.column_stack([one.values for one in covariates])
    names = [one.name for one in covariates]
    complete = ~np.isnan(table).any(axis=1) & known(cases, clause.outcome)
    if time_of(clause, protocol):
        assert protocol.follow_up is not None  # where a variable holds its time
        moment = clause.counted_from or protocol.follow_up.counted_from
        followed = follow(cases, protocol, moment, clause.entered)
        rows = complete & followed.rows
        event = followed.dead & rows
        means = "dying sooner"
        competing = None
        if clause.kind and clause.of:
            why = cause_of(cases, clause.kind, followed)
            number = cases.column(clause.kind).levels.index(clause.of) + 1
            event = rows & (why == number)
            others = rows & (why > 0) & (why != number)
            among_all = followed.times[rows], why[rows], table[rows], names
            competing = fine_gray(*among_all, of=number, level=book.level)
            means = f"this sooner: {in_running_text(clause.of)}"
        given = followed.times[rows], event[rows], table[rows], names
        entry = followed.entry[rows] if followed.is_late else None
        fitted = cox(*given, ties=clause.ties, entry=entry, level=book.level)
        penalized = firth_cox(*given, entry=entry, level=book.level)
        tested = proportional_hazards(*given, ties=clause.ties, entry=entry)
        notes = [f"Time is counted from {a_moment(moment)}; a ratio above 1 means {means}."]
        notes += followed.notes[1:]
    else:
        rows = complete
        event = is_yes(cases, clause.outcome) & rows
        binary = event[rows], table[rows], names
        fitted, penalized = logistic(*binary, level=book.level), firth_logistic(*binary, level=book.level)
        tested, competing = None, None
        notes = [f"A ratio above 1 means that this is more often so: {cases.column(clause.outcome).title}."]
    _enter(book, covariates, fitted, penalized, tested, rows, event)
    for name in clause.on:
        _enter_counts(book, cases, name, rows, event)
    if competing is not None:
        another = Estimate(int(others.sum()), "count", int(rows.sum()), "patients")
        book.enter("competing", "Patients with another event", another, others)
        _enter_subdistribution(book, covariates, competing, rows)
        notes.append(
            "The hazard ratio is cause-specific: who had another event is censored. That of the "
            "subdistribution is of the incidence: who had another event stays, and can have this one no more."
        )
    notes.append("Each ratio is for one unit more of its variable, the others being equal.")
    notes += left_out(~rows, "a value of every variable")
    return Result(clause, tuple(book.numbers), notes=tuple(notes))


def _enter(
    book: Book,
    covariates: list[Covariate],
    fitted: Regression,
    penalized: Regression,
    tested: Proportionality | None,
    rows: Rows,
    event: Rows,
) -> None:
    n = int(rows.sum())
    book.enter("n", "Patients", Estimate(n, "count", n, "patients"), rows)
    book.enter("events", "Patients with the event", Estimate(int(event.sum()), "count", n, "patients"), event)
    for place, one in enumerate(covariates):
        ratio, firth = fitted.coefficients[place].estimate, penalized.coefficients[place].estimate
        book.enter_test(joined(one.part, "ratio"), one.name, ratio, rows, promised=True, cautions=())
        label = f"{one.name}, Firth's penalty"
        book.enter_test(joined(one.part, "firth"), label, firth, rows, promised=False, cautions=())
        if tested is not None:
            label = f"{one.name}, test of proportional hazards"
            book.enter(
                joined(one.part, "proportional"), label, tested.each[place], rows, standing="companion"
            )
    label = "All of them, likelihood-ratio test"
    book.enter("likelihood-ratio", label, fitted.likelihood_ratio, rows, standing="companion")
    if tested is not None:
        label = "All of them, test of proportional hazards"
        book.enter("proportional", label, tested.overall, rows, standing="companion")


def _enter_counts(book: Book, cases: CaseSeries, name: str, rows: Rows, event: Rows) -> None:
    """How many patients, and how many with the event, stand behind the ratios of a yes/no or a category.

    The released copy needs them too: a ratio tells of those that it rests on.
    """
    column = cases.column(name)
    groups = [(of_column(name), column.title, is_yes(cases, name))] if column.kind == "yes/no" else []
    if column.kind == "category":
        groups = [
            (joined(of_column(name), slug(level)), f"{column.title}: {level}", holds(cases, name, level))
            for level in column.levels
        ]
    for part, label, has in groups:
        mine = has & rows
        n = int(mine.sum())
        book.enter(
            joined(part, "count"),
            f"{label}, patients",
            Estimate(n, "count", int(rows.sum()), "patients"),
            mine,
        )
        events = Estimate(int((mine & event).sum()), "count", n, "patients")
        book.enter(joined(part, "events"), f"{label}, patients with the event", events, mine & event)


def _enter_subdistribution(book: Book, covariates: list[Covariate], fitted: FineGray, rows: Rows) -> None:
    for one, coefficient in zip(covariates, fitted.coefficients, strict=True):
        label = f"{one.name}, of the subdistribution"
        part = joined(one.part, SUBDISTRIBUTION)
        book.enter_test(part, label, coefficient.estimate, rows, promised=True, cautions=())


def _covariates(cases: CaseSeries, name: str) -> list[Covariate]:
    """The columns of one variable: itself; of a category one for each level but the first."""
    column, there = cases.column(name), known(cases, name)
    if column.kind == "yes/no":
        return [Covariate(of_column(name), column.title, np.where(there, is_yes(cases, name), np.nan))]
    if column.kind == "category":
        return [
            Covariate(
                joined(of_column(name), slug(level)),
                f"{column.title}: {level} against {column.levels[0]}",
                np.where(there, holds(cases, name, level), np.nan),
            )
            for level in column.levels[1:]
        ]
    unit = f", {column.unit}" if column.unit and column.unit != "share" else ""
    return [Covariate(of_column(name), f"{column.title}{unit}", measured(cases, name))]
