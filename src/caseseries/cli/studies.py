"""The commands about a study: its promise, its sheet, its report, its claims, and what others published."""

from __future__ import annotations

import argparse
import textwrap
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from caseseries.cli.opening import opened, opened_records
from caseseries.cli.terminal import WIDTH, Progress, left_open, listed, put, to_know
from caseseries.evidence.counting import so_many
from caseseries.evidence.problem import Problem, Problems

if TYPE_CHECKING:
    from caseseries.cases.series import CaseSeries
    from caseseries.literature.claims import Claim
    from caseseries.literature.set_aside import SetAside
    from caseseries.report.finished import Finished
    from caseseries.study import Study


MOST_LISTED = 5
"""Questions and unread entries that the end of a run lists; the report has them all."""


def check(options: argparse.Namespace) -> None:
    """Read the promise back in sentences, and tell what the sheet leaves open."""
    from caseseries.study import SHEET, open_study

    study = open_study(options.study)
    put(f"{study.protocol.title}\n")
    for section in study.sentences():
        said = textwrap.fill(" ".join(section.sentences), WIDTH, initial_indent="  ", subsequent_indent="  ")
        put(f"{section.title}\n{said}\n")
    claims, published = study.claims(), study.cohorts()
    study.set_aside()  # a slip in it would otherwise be told only when the claims are held
    refused = _refused_by_records(study)
    if not options.sheet and study.has_no_sheet_yet:
        if refused:
            raise refused
        put(f"The protocol holds. There is no {SHEET} yet.")
        return
    cases = study.read_cases(options.sheet)
    questions = study.questions(cases)
    for question in questions:
        put(textwrap.fill(f"? {question.in_full}", WIDTH, subsequent_indent="  "))
    for line in left_open(cases):
        put(line)
    if claims:  # whether each names a number is known when the numbers are
        study.verdicts(study.analyse(cases), cases)
    put(f"The protocol holds, and so does the sheet: {cases.size}, {so_many(len(questions), 'question')}.")
    if claims:
        put(f"{so_many(len(claims), 'printed number')} will be held against the results.")
    if published:
        put(f"{so_many(len(published), 'published cohort')} will stand beside them.")
    if refused:
        put(f"From a hospital's records it could not be run.\n\n{refused}")


def _refused_by_records(study: Study) -> Problems | None:
    """What records cannot be asked of a protocol that says how to search them; None where all is well."""
    if study.protocol.setting is not None:
        try:
            study.check_records()
        except Problems as problems:
            return problems
    return None


def run(options: argparse.Namespace) -> None:
    """From a sheet or a hospital's records to the results folder."""
    started, tell = time.monotonic(), Progress()
    tell("reading")
    copy = None
    _check_source(options)
    try:
        study, out = opened(options)
        _check_release(study, options)
        if options.records:
            with opened_records(options, out, tell) as records:
                book = study.codebook(options.codebook)
                cohort = study.screen(records, study.answers(options.answers), book, tell)
            finished = study.finish_cohort(cohort, book, tell)
            assert finished.screening is not None
            cohort = replace(cohort, attrition=finished.screening.attrition)
            series = study.files_of_cases(finished.cases, finished.screening.beside)
            files = {**study.files_of(cohort), **series}
            folder = study.write(finished, out, tell, files)
            if options.release:
                tell("releasing")
                copy = study.release(finished, out, options.smallest, options.release_patients)
        else:
            cases = study.read_cases(options.sheet)
            finished = study.run(cases, tell)
            folder = study.write(finished, out, tell)
        cases = finished.cases
    finally:
        tell.done()
    if options.records:
        for line in to_know(cohort.notes):
            put(line)
        put(f"{cohort.attrition}\n")
    put(summary(finished, cases))
    put(f"\n{folder / 'report.html'}   the report")
    put(f"{folder / 'results.json'}   every number under its id; tables/ and figures/ stand beside it")
    if copy is not None:
        put(f"{copy / 'report.html'}   the released copy, which may leave the hospital")
    put(f"{time.monotonic() - started:.1f} s")


def _check_source(options: argparse.Namespace) -> None:
    """Raises Problems where a run is to be from a sheet and from records, or it is not clear from which."""
    of_records = [name for name in ("answers", "codebook", "memory") if getattr(options, name)]
    if options.records and options.sheet:
        found = "a run is from a sheet or from a hospital's records, not from both"
        raise Problems([Problem("--sheet", found, "Leave out --sheet or --records.")])
    if of_records and not options.records:
        where = " and ".join(f"--{name}" for name in of_records)
        mend = "Name the records with --records, or leave it out to run from the sheet."
        raise Problems([Problem(where, "this is about a hospital's records, and none are named", mend)])


def _check_release(study: Study, options: argparse.Namespace) -> None:
    """Raise, before anything is run, where the released copy that is asked for cannot be made."""
    options.release |= options.release_patients
    if not options.release:
        return
    from caseseries.stats.small_cells import SMALLEST_OF_ALL

    problems = []
    if not options.records:
        mend = "Add --records PATH: only a run on a hospital's records has a released copy."
        problems.append(Problem("--release", "there are no records to release results of", mend))
    if options.smallest < SMALLEST_OF_ALL:
        found = (
            f"{options.smallest} would be the smallest count that is shown, and then the others can be told"
        )
        problems.append(Problem("--smallest", found, f"Name {SMALLEST_OF_ALL} or more; 5 is usual."))
    if problems:
        raise Problems(problems)
    study.release_folder(options.out)


def summary(run: Finished, cases: CaseSeries) -> str:
    """What was found, in a few lines: the primary results, the claims, and what is left open."""
    from caseseries.analysis.standing import said_first
    from caseseries.literature.verdicts import tally

    results = run.results
    lines = [f"{run.protocol.title}: {so_many(len(results.patients), 'patient')}", ""]
    for result in results:
        if result.clause.role == "primary" and not result.why_not:
            numbers = said_first(result)
            lines += [f"{result.clause.name[:1].upper()}{result.clause.name[1:]}"]
            lines += [f"  {number.label}: {number.estimate.in_short}" for number in numbers]
    done = sum(not result.why_not for result in results)
    promised = so_many(len(results.results), "promised analysis", "promised analyses")
    lines += ["", f"{done} of {promised} done, {so_many(len(results.numbers), 'number')}."]
    if run.verdicts:
        held = f"{so_many(len(run.verdicts), 'printed number')} held against them"
        lines.append(f"{held}: {tally(run.verdicts)}.")
    lines += left_open(cases, MOST_LISTED)
    if run.questions:
        lines.append(f"? {so_many(len(run.questions), 'question')} about {cases.kept_in}:")
        lines += listed([question.sentence for question in run.questions], MOST_LISTED)
    return "\n".join(lines)


def claims(options: argparse.Namespace) -> None:
    """Hold every printed number against the results, and say what would explain the others."""
    from caseseries.literature.ledger import ASSOCIATIONS, LEDGER, not_reproduced
    from caseseries.literature.verdicts import tally

    started, tell = time.monotonic(), Progress()
    study, out = opened(options)
    set_aside = study.set_aside()
    try:
        ledger = study.ledger(tell)
        folder = study.write_files(ledger.files, out, beside=True)
    finally:
        tell.done()
    verdicts = ledger.verdicts
    put(f"{study.protocol.title}\n")
    put(textwrap.fill(f"{so_many(len(verdicts), 'claim')}: {tally(verdicts)}.", WIDTH) + "\n")
    for line, explained in not_reproduced(verdicts):
        put("\n".join(listed([line], None)))
        if explained:
            put(textwrap.fill(explained, WIDTH, initial_indent="    = ", subsequent_indent="      "))
    if set_aside:
        put("\n" + textwrap.fill(_no_claims(set_aside, [one[0].claim for one in verdicts]), WIDTH))
    put(f"\n{folder / LEDGER}   every claim, its verdict, and the patients it rests on")
    if ledger.looks:
        put(f"{folder / ASSOCIATIONS}   every variable tested between the groups, adjusted for the looks")
    put(f"{time.monotonic() - started:.1f} s")


def _no_claims(set_aside: Sequence[SetAside], claims: Sequence[Claim]) -> str:
    """How much of the text is no claim, and what of that cannot be checked without the text."""
    from caseseries.literature.set_aside import beside_claims

    reasons = len({one.reason for one in set_aside})
    said = (
        f"{so_many(sum(one.times for one in set_aside), 'printed number')} more are set aside as no claims, "
    )
    said += f"for {so_many(reasons, 'reason')}. Whether that leaves none out only the text tells."
    if alike := beside_claims(set_aside, claims):
        said += (
            f" {alike:,} of them stand in a part of the text in which the same number is also a claim: only "
        )
        said += "the text tells the two apart."
    return said


def pool(options: argparse.Namespace) -> None:
    """What the published cohorts say together."""
    from caseseries.literature.in_short import pool_lines

    study, out = opened(options)
    cases = _cases_if_any(study, options)
    pooled = study.pool(cases)
    folder = study.write_files(study.pool_files(pooled, cases), out, beside=True)
    put(f"{study.protocol.title}: published cohorts\n")
    for line in pool_lines(pooled, study.cohorts_beside(cases)):
        put(line)
    for caution in pooled.cautions:
        put(textwrap.fill(f"! {caution.sentence}", WIDTH, subsequent_indent="  "))
    put(f"\n{folder / 'pool.html'}   every cohort, every way to pool, and the present patients beside them")


def plan(options: argparse.Namespace) -> None:
    """What a next study would need."""
    from caseseries.literature.in_short import plan_lines
    from caseseries.literature.planning import read_aim
    from caseseries.study import open_study

    study = open_study(options.study)
    aim = read_aim(options.difference, options.power, options.next)
    planned = study.plan(aim, _cases_if_any(study, options))
    put(f"{study.protocol.title}: a next study\n")
    for line in plan_lines(planned):
        put(line)
    for caution in planned.cautions:
        put("\n" + textwrap.fill(f"! {caution.sentence}", WIDTH, subsequent_indent="  "))


def _cases_if_any(study: Study, options: argparse.Namespace) -> CaseSeries | None:
    return study.read_cases(options.sheet) if options.sheet or not study.has_no_sheet_yet else None
