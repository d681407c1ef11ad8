"""The command line: one command a verb, and a plain word where something is wrong."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from caseseries import __version__
from caseseries.evidence.counting import so_many
from caseseries.evidence.problem import Problem, Problems, some_of

if TYPE_CHECKING:
    from caseseries.cases.series import CaseSeries
    from caseseries.literature.claims import Claim
    from caseseries.literature.set_aside import SetAside
    from caseseries.records.omop import Records
    from caseseries.report.sections import Finished
    from caseseries.study import Study

CANNOT = 1
"""The exit code of a study that cannot be run. A wrong use of the command is 2."""
INTERRUPTED = 130
MOST_TOLD = 40
"""Problems that are told in full; of more, only how many there are."""
MOST_LISTED = 5
"""Questions and unread entries that the end of a run lists; the report has them all."""
WIDTH = 100
DEMO_PATIENTS = 20_000
LONG = 2.0
"""Seconds from which on a query says how far it is."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. No slip of a user's file shows a traceback."""
    # A large sheet is millions of small values without circles: to look for some takes a sixth of the time.
    gc.set_threshold(100_000, 50, 1_000)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a letter that the terminal cannot show is no reason to stop
            stream.reconfigure(errors="backslashreplace")
    try:
        options = parser().parse_args(arguments)
        options.verb(options)
    except Problems as problems:
        _say(_told(problems, options.aim))
        return CANNOT
    except BrokenPipeError:  # whoever reads has read enough: `caseseries check STUDY | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        _say(f"{error.filename or 'A file'}: {error.strerror or error}")
        return CANNOT
    except KeyboardInterrupt:
        _say("Stopped. Nothing half-written was left behind.")
        return INTERRUPTED
    return 0


# ---- The verbs ----


def _check(options: argparse.Namespace) -> None:
    from caseseries.study import SHEET, open_study

    study = open_study(options.study)
    _print(f"{study.protocol.title}\n")
    for section in study.sentences():
        said = textwrap.fill(" ".join(section.sentences), WIDTH, initial_indent="  ", subsequent_indent="  ")
        _print(f"{section.title}\n{said}\n")
    claims, published = study.claims(), study.cohorts()
    if not options.sheet and study.has_no_sheet_yet:
        _print(f"The protocol holds. There is no {SHEET} yet.")
        return
    cases = study.read_cases(options.sheet)
    questions = study.questions(cases)
    for question in questions:
        _print(textwrap.fill(f"? {question.in_full}", WIDTH, subsequent_indent="  "))
    for line in _left_open(cases):
        _print(line)
    if claims:  # whether each names a number is known when the numbers are
        study.verdicts(study.analyse(cases), cases)
    _print(f"The protocol holds, and so does the sheet: {cases.size}, {so_many(len(questions), 'question')}.")
    if claims:
        _print(f"{so_many(len(claims), 'printed number')} will be held against the results.")
    if published:
        _print(f"{so_many(len(published), 'published cohort')} will stand beside them.")


def _claims(options: argparse.Namespace) -> None:
    from caseseries.literature.ledger import ASSOCIATIONS, LEDGER, not_reproduced
    from caseseries.literature.verdicts import tally

    started, tell = time.monotonic(), _Progress()
    study, out = _opened(options)
    set_aside = study.set_aside()
    try:
        ledger = study.ledger(tell)
        folder = study.write_files(ledger.files, out, beside=True)
    finally:
        tell.done()
    verdicts = ledger.verdicts
    _print(f"{study.protocol.title}\n")
    _print(textwrap.fill(f"{so_many(len(verdicts), 'claim')}: {tally(verdicts)}.", WIDTH) + "\n")
    for line, explained in not_reproduced(verdicts):
        _print("\n".join(_listed([line], None)))
        if explained:
            _print(textwrap.fill(explained, WIDTH, initial_indent="    = ", subsequent_indent="      "))
    if set_aside:
        _print("\n" + textwrap.fill(_no_claims(set_aside, [one[0].claim for one in verdicts]), WIDTH))
    _print(f"\n{folder / LEDGER}   every claim, its verdict, and the patients it rests on")
    if ledger.looks:
        _print(f"{folder / ASSOCIATIONS}   every variable tested between the groups, adjusted for the looks")
    _print(f"{time.monotonic() - started:.1f} s")


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


def _run(options: argparse.Namespace) -> None:
    started, tell = time.monotonic(), _Progress()
    tell("reading")
    copy = None
    _check_source(options)
    try:
        study, out = _opened(options)
        _check_release(study, options)
        if options.records:
            with _records(options, out, tell) as records:
                book = study.codebook(options.codebook)
                cohort = study.screen(records, study.answers(options.answers), book, tell)
            finished = study.finish_cohort(cohort, book, tell)
            files = {**study.files_of(cohort), **study.files_of_cases(finished.cases)}
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
        _print(f"{cohort.flow}\n")
    _print(_summary(finished, cases))
    _print(f"\n{folder / 'report.html'}   the report")
    _print(f"{folder / 'results.json'}   every number under its id; tables/ and figures/ stand beside it")
    if copy is not None:
        _print(f"{copy / 'report.html'}   the released copy, which may leave the hospital")
    _print(f"{time.monotonic() - started:.1f} s")


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


def _survey(options: argparse.Namespace) -> None:
    from caseseries.report.survey_page import survey_page

    started, tell = time.monotonic(), _Progress()
    study, out = _opened(options)
    tell("surveying")
    try:
        with _records(options, out, tell) as records:
            found = study.survey(records, study.codebook(options.codebook))
        page = survey_page(found, study.protocol.title)
        folder = study.write_files({"survey.html": page}, out, beside=True)
    finally:
        tell.done()
    _print(str(found))
    _print(f"\n{folder / 'survey.html'}   the same, to unfold")
    _print(f"{time.monotonic() - started:.1f} s")


def _screen(options: argparse.Namespace) -> None:
    started, tell = time.monotonic(), _Progress()
    study, out = _opened(options)
    try:
        with _records(options, out, tell) as records:
            cohort = study.screen(
                records, study.answers(options.answers), study.codebook(options.codebook), tell
            )
        folder = study.keep(cohort, out)
    finally:
        tell.done()
    _print(f"{study.protocol.title}: {options.records}\n")
    _print(str(cohort))
    _print(f"\n{folder / 'cohort'}   the cohort, its verdicts and its evidence, as Parquet")
    if cohort.open:
        _print(f"{folder / 'questions.csv'}   {so_many(len(cohort.open), 'question')} for a reviewer")
    _print(f"{folder / 'sql'}   every query, as it ran")
    _print(f"{time.monotonic() - started:.1f} s")


def _abstract(options: argparse.Namespace) -> None:
    started, tell = time.monotonic(), _Progress()
    study, out = _opened(options)
    try:
        book = study.codebook(options.codebook)
        with _records(options, out, tell) as records:
            cohort = study.screen(records, study.answers(options.answers), book, tell, costed=False)
        found = study.abstract(cohort, book)
        folder = study.write_files({**study.files_of(cohort), **study.files_of_cases(found.cases)}, out)
    finally:
        tell.done()
    _print(f"{study.protocol.title}: {options.records}\n")
    _print(cohort.flow)
    _print(f"\n{found.cases}")
    _print(f"\n{folder / 'cases.csv'}   the case series, to open and to read")
    _print(f"{folder / 'cases'}   the same as Parquet, with the rows that each cell rests on")
    _print(f"{time.monotonic() - started:.1f} s")


def _pool(options: argparse.Namespace) -> None:
    from caseseries.literature.in_short import pool_lines

    study, out = _opened(options)
    cases = _cases_if_any(study, options)
    pooled = study.pool(cases)
    folder = study.write_files(study.pool_files(pooled, cases), out, beside=True)
    _print(f"{study.protocol.title}: published cohorts\n")
    for line in pool_lines(pooled, study.cohorts_beside(cases)):
        _print(line)
    for caution in pooled.cautions:
        _print(textwrap.fill(f"! {caution.sentence}", WIDTH, subsequent_indent="  "))
    _print(
        f"\n{folder / 'pool.html'}   every cohort, every way to pool, and the present patients beside them"
    )


def _plan(options: argparse.Namespace) -> None:
    from caseseries.literature.in_short import plan_lines
    from caseseries.literature.planning import read_aim
    from caseseries.study import open_study

    study = open_study(options.study)
    aim = read_aim(options.difference, options.power, options.next)
    planned = study.plan(aim, _cases_if_any(study, options))
    _print(f"{study.protocol.title}: a next study\n")
    for line in plan_lines(planned):
        _print(line)
    for caution in planned.cautions:
        _print("\n" + textwrap.fill(f"! {caution.sentence}", WIDTH, subsequent_indent="  "))


def _cases_if_any(study: Study, options: argparse.Namespace) -> CaseSeries | None:
    return study.read_cases(options.sheet) if options.sheet or not study.has_no_sheet_yet else None


def _questions(options: argparse.Namespace) -> None:
    study, folder = _opened(options)
    questions = folder / "questions.csv"
    if not questions.exists():
        found = "there are no questions yet"
        mend = f"Screen the records first: caseseries screen {options.study} --records PATH"
        raise Problems([Problem(str(folder), found, mend)])
    text = questions.read_text(encoding="utf-8")
    out = Path(options.answers or "answers.csv")
    if out.exists():
        mend = "Name another file with --answers, so that no answer is overwritten."
        raise Problems([Problem(str(out), "this file is already there", mend)])
    out.write_text(text, encoding="utf-8")
    _print(f"{out}   {so_many(text.count(chr(10)) - 1, 'question')} of {study.name}, to fill in")
    _print(
        "Write yes, no or one of the words that stand under reason into answer, and your initials into who."
    )
    _print(f"Then: caseseries run {options.study} --records PATH --answers {out}")


def _demo(options: argparse.Namespace) -> None:
    from caseseries.records.synthetic.writing import synthesise

    out = Path(options.out)
    hospital = out / "hospital"
    _print("A hospital that never was, and the founding study on it.\n")
    if not (hospital / "person.parquet").exists():
        tell = _Progress()
        try:
            synthesise(DEMO_PATIENTS, 2022, hospital, tell)
        finally:
            tell.done()
    of_records = ["--records", str(hospital), "--answers", str(hospital / "answers.csv")]
    _run(parser().parse_args(["run", "naymagon-2022", *of_records, "--out", str(out / "results")]))


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


def _opened(options: argparse.Namespace) -> tuple[Study, Path]:
    from caseseries.study import open_study

    study = open_study(options.study)
    return study, study.results_folder(options.out)


def _records(options: argparse.Namespace, out: Path, tell: _Progress) -> Records:
    """The records, of which long queries leave what they found in the results folder, for the next run."""
    from caseseries.folder import KEPT
    from caseseries.records.omop import open_records

    records = open_records(options.records, memory=options.memory or "", kept=out / KEPT)
    if tell.is_shown:
        records.watch(tell.at)
    return records


def _score(options: argparse.Namespace) -> None:
    from caseseries.criteria.bedside import criteria
    from caseseries.criteria.spoken import read_table

    definition = criteria(options.criteria)
    tables = [read_table(Path(word)) for word in options.finding if word.endswith(".csv")]
    spoken = [word for word in options.finding if not word.endswith(".csv")]
    _print(str(definition.assess([*chain(*tables), *spoken])))


def _synth(options: argparse.Namespace) -> None:
    from caseseries.records.synthetic.writing import synthesise

    started, tell = time.monotonic(), _Progress()
    out = Path(options.out)
    try:
        rows = synthesise(options.patients, options.seed, out, tell)
    finally:
        tell.done()
    listed = [so_many(rows["person"], "patient"), so_many(rows["measurement"], "measurement")]
    _print(f"A hospital that never was: {', '.join(listed)}, seed {options.seed}.\n")
    _print(f"{out}   OMOP CDM 5.4, a Parquet file a table")
    _print(f"{out / 'truth'}   what was planted, and which row is dirty")
    _print(f"{out / 'answers.csv'}   what a reviewer answered, not always rightly")
    _print(f"{time.monotonic() - started:.1f} s")


# ---- What is said ----


def _summary(run: Finished, cases: CaseSeries) -> str:
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
    lines += _left_open(cases, MOST_LISTED)
    if run.questions:
        lines.append(f"? {so_many(len(run.questions), 'question')} about {cases.kept_in}:")
        lines += _listed([question.sentence for question in run.questions], MOST_LISTED)
    return "\n".join(lines)


def _left_open(cases: CaseSeries, most: int | None = None) -> list[str]:
    """What was not read: the entries kept as they stand, or the first of them, and the columns."""
    from caseseries.cases.unread import unread_lines

    lines = []
    unread = unread_lines(cases)
    if unread:
        entries = so_many(len(unread), "entry", "entries")
        lines.append(f"? {entries} could not be read in full; kept as {cases.written}:")
        lines += _listed(unread, most)
    left = [f"{source.name}: {some_of(source.left)}" for source in cases.sources if source.left]
    if left:
        lines.append(textwrap.fill(f"? Columns not read: {'; '.join(left)}.", WIDTH, subsequent_indent="  "))
    return lines


def _listed(lines: Sequence[str], most: int | None) -> list[str]:
    """The lines, indented; where there are more than `most`, the first of them and how many more."""
    told = [
        textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="    ") for line in lines[:most]
    ]
    more = len(lines) - len(told)
    return told + ([f"  and {more:,} more: see the report."] if more else [])


def _told(problems: Problems, aim: str) -> str:
    count = len(problems.problems)
    keeps = "One thing keeps" if count == 1 else f"{count:,} things keep"
    told = [str(problem) for problem in problems.problems[:MOST_TOLD]]
    if count > MOST_TOLD:
        told.append(f"And {count - MOST_TOLD:,} more.")
    return "\n\n".join([f"{keeps} {aim}.", *told])


class _Progress:
    """The step that is being done, on the terminal, once the run has taken a second; else nothing.

    Of a query that takes longer than two seconds also how far it is, and how long it will still take.
    """

    def __init__(self) -> None:
        self.started = self.begun = time.monotonic()
        self.is_shown = sys.stderr.isatty()
        self.step = ""

    def __call__(self, step: str) -> None:
        self.step, self.begun = step, time.monotonic()
        self._show(f"{step} ...")

    def at(self, share: float) -> None:
        """Say which share of the step's present query is done."""
        taken = time.monotonic() - self.begun
        if taken > LONG:
            left = max(1, round(taken * (1 - share) / share))
            self._show(f"{self.step} ... {share:.0%}, about {so_many(left, 'second')} left")

    def _show(self, text: str) -> None:
        if self.is_shown and time.monotonic() - self.started > 1:
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()

    def done(self) -> None:
        if self.is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _print(text: str) -> None:
    print(text, flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# ---- The commands ----


def parser() -> argparse.ArgumentParser:
    """The commands and their options, as `--help` shows them."""
    whole = argparse.ArgumentParser(
        prog="caseseries",
        description="From a written promise to the tables, figures and sentences of a case series.",
        epilog="example:\n  caseseries run naymagon-2022      the founding study, from tables to report",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"caseseries {__version__}")
    verbs = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = _verb(
        verbs,
        "check",
        _check,
        "read the promise back in sentences, and name every slip of protocol and sheet",
        "  caseseries check naymagon-2022\n  caseseries check my-study --sheet export.csv",
    )
    run = _verb(
        verbs,
        "run",
        _run,
        "do everything that was promised: report.html, results.json, tables and figures",
        "  caseseries run naymagon-2022\n  caseseries run my-study --sheet export.csv --out there",
    )
    claims = _verb(
        verbs,
        "claims",
        _claims,
        "hold every number that a paper prints against what its own tables give",
        "  caseseries claims naymagon-2022",
    )
    survey = _verb(
        verbs,
        "survey",
        _survey,
        "can this study be done here? What a hospital's records tell of it, and what they do not",
        "  caseseries survey naymagon-2022 --records hospital.duckdb\n"
        "  caseseries survey my-study --records omop_folder --codebook ours.toml",
    )
    screen = _verb(
        verbs,
        "screen",
        _screen,
        "search a hospital's records: who meets the criteria, who may, and who could not be shown",
        "  caseseries screen naymagon-2022 --records hospital.duckdb\n"
        "  caseseries screen my-study --records omop_folder --answers answers.csv",
    )
    questions = _verb(
        verbs,
        "questions",
        _questions,
        "the questions that the records leave open, as a sheet for a reviewer to fill in",
        "  caseseries questions naymagon-2022\n  caseseries questions my-study --answers round-2.csv",
    )
    abstract = _verb(
        verbs,
        "abstract",
        _abstract,
        "search a hospital's records and fill the case series from them, without analysing it",
        "  caseseries abstract naymagon-2022 --records hospital.duckdb --answers answers.csv",
    )
    pool = _verb(
        verbs,
        "pool",
        _pool,
        "pool what others have published, and set the study's own patients beside it",
        "  caseseries pool naymagon-2022\n  caseseries pool my-study --sheet export.csv --out there",
    )
    plan = _verb(
        verbs,
        "plan",
        _plan,
        "how many patients a next study needs, and what the pool becomes with them",
        "  caseseries plan naymagon-2022\n  caseseries plan my-study --difference 15% --power 90%",
    )
    demo = _verb(
        verbs,
        "demo",
        _demo,
        "make a small hospital that never was, and run the founding study on it",
        "  caseseries demo\n  caseseries demo --out there",
    )
    score = _verb(
        verbs,
        "score",
        _score,
        "score one patient by a definition: its range, and the finding that decided each criterion",
        '  caseseries score hlh-2004 "ferritin 12,000 ng/mL" "platelets 45 K/uL" "no splenomegaly"\n'
        '  caseseries score hscore ferritin=">33,511 ng/mL" temperature="39.2 Cel"\n'
        "  caseseries score hscore findings.csv",
    )
    synth = _verb(
        verbs,
        "synth",
        _synth,
        "make a hospital that never was, in OMOP CDM 5.4, with the truth about every patient",
        "  caseseries synth --patients 20000 --out hospital\n"
        "  caseseries synth --patients 500 --out small --seed 7",
    )
    for verb in (check, run, claims, survey, screen, abstract, questions, pool, plan):
        verb.add_argument("study", metavar="STUDY", help="a folder with a protocol.toml, or a bundled study")
        verb.set_defaults(aim="this study from being run")
    for verb in (check, run, pool, plan):
        sheet = "the sheet of patients (default: patients.csv in the study's folder)"
        verb.add_argument("--sheet", metavar="FILE", help=sheet)
    for verb in (run, survey, screen, abstract):
        records = "a hospital's records in OMOP CDM: a DuckDB file, or a folder of Parquet or CSV files"
        verb.add_argument("--records", metavar="PATH", required=verb is not run, help=records)
        codebook = "by which codes they tell each finding (default: the study's codebook.toml, or ours)"
        verb.add_argument("--codebook", metavar="FILE", help=codebook)
        verb.add_argument("--memory", metavar="SIZE", help="the most that the database may take, as in 512MB")
    for verb in (run, screen, abstract, questions):
        answers = "what reviewers answered (default: answers.csv in the study's folder)"
        verb.add_argument("--answers", metavar="FILE", help=answers)
    for verb in (run, claims, survey, screen, abstract, questions, pool):
        verb.add_argument("--out", metavar="FOLDER", help="where the results go (default: ./NAME-results)")
    release = "write a second folder, NAME-release, that may leave the hospital (with --records)"
    run.add_argument("--release", action="store_true", help=release)
    lines = "the same, with a line for each patient under a pseudonym"
    run.add_argument("--release-patients", action="store_true", help=lines)
    smallest = "the smallest count of patients that the released copy shows (5)"
    run.add_argument("--smallest", metavar="K", type=int, default=5, help=smallest)
    worth = "the least difference in survival worth finding (20%%)"
    plan.add_argument("--difference", metavar="SHARE", default="20%", help=worth)
    plan.add_argument("--power", metavar="SHARE", default="80%", help="how surely it is to be found (80%%)")
    following = "how many patients the next cohort has (20)"
    plan.add_argument("--next", metavar="N", type=int, default=20, help=following)
    demo.add_argument(
        "--out", metavar="FOLDER", default="caseseries-demo", help="where it goes (caseseries-demo)"
    )
    demo.set_defaults(aim="the demonstration")
    score.add_argument("criteria", metavar="CRITERIA", help="hlh-2004, hlh-2024, hscore, or a TOML file")
    finding = 'what was found, in quotes: "ferritin 12,000 ng/mL"; or a CSV file of findings'
    score.add_argument("finding", metavar="FINDING", nargs="*", help=finding)
    score.set_defaults(aim="this patient from being scored")
    synth.add_argument("--patients", metavar="N", type=int, required=True, help="how many; 50 or more")
    where = "where it goes: a new or an empty folder"
    synth.add_argument("--out", metavar="FOLDER", required=True, help=where)
    again = "the same again, or another (2022)"
    synth.add_argument("--seed", metavar="S", type=int, default=2022, help=again)
    synth.set_defaults(aim="this hospital from being made")
    return whole


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    does: Callable[[argparse.Namespace], None],
    what: str,
    example: str,
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(
        name,
        help=what,
        description=what[:1].upper() + what[1:] + ".",
        epilog=f"example:\n{example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.set_defaults(verb=does)
    return verb
