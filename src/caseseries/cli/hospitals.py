"""The commands about a hospital's records, one that never was included, and about one patient."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from itertools import chain
from pathlib import Path

from caseseries.cli.opening import opened, opened_records
from caseseries.cli.terminal import Progress, put, to_know
from caseseries.evidence.counting import so_many
from caseseries.evidence.problem import Problem, Problems

REPORT = "report.html"


def survey(options: argparse.Namespace) -> None:
    """What the records tell of everything that the study asks of them."""
    from caseseries.report.survey_page import survey_page

    started, tell = time.monotonic(), Progress()
    study, out = opened(options)
    tell("surveying")
    try:
        with opened_records(options, out, tell) as records:
            found = study.survey(records, study.codebook(options.codebook))
        page = survey_page(found, study.protocol.title)
        folder = study.write_files({"survey.html": page}, out, beside=True, of_records=True)
    finally:
        tell.done()
    put(str(found))
    put(f"\n{folder / 'survey.html'}   the same, to unfold")
    put(f"{time.monotonic() - started:.1f} s")


def screen(options: argparse.Namespace) -> None:
    """Who meets the definition, and by which rows."""
    started, tell = time.monotonic(), Progress()
    study, out = opened(options)
    try:
        with opened_records(options, out, tell) as records:
            cohort = study.screen(
                records, study.answers(options.answers), study.codebook(options.codebook), tell
            )
        had_report = (out / REPORT).is_file()
        folder = study.keep(cohort, out)
    finally:
        tell.done()
    put(f"{study.protocol.title}: {options.records}\n")
    put(str(cohort))
    put(f"\n{folder / 'cohort'}   the cohort, its verdicts and its evidence, as Parquet")
    put(f"{folder / 'verdicts.csv'}   of each patient every criterion, since when, and by which rows")
    if cohort.open:
        put(f"{folder / 'questions.csv'}   {so_many(len(cohort.open), 'question')} for a reviewer")
    put(f"{folder / 'sql'}   every query, as it ran")
    _say_what_went(folder, had_report)
    put(f"{time.monotonic() - started:.1f} s")


def abstract(options: argparse.Namespace) -> None:
    """The case series of the confirmed, to read."""
    started, tell = time.monotonic(), Progress()
    study, out = opened(options)
    try:
        book = study.codebook(options.codebook)
        with opened_records(options, out, tell) as records:
            cohort = study.screen(records, study.answers(options.answers), book, tell, costed=False)
        found = study.abstract(cohort, book, tell)
        cohort = replace(cohort, attrition=found.attrition)
        files = {**study.files_of(cohort), **study.files_of_cases(found.cases, found.beside)}
        had_report = (out / REPORT).is_file()
        folder = study.write_files(files, out, of_records=True)
    finally:
        tell.done()
    put(f"{study.protocol.title}: {options.records}\n")
    for line in to_know(cohort.notes):
        put(line)
    put(str(cohort.attrition))
    put(f"\n{found.cases}")
    put(f"\n{folder / 'cases.csv'}   the case series, to open and to read")
    put(f"{folder / 'cases'}   the same as Parquet, with the rows that each cell rests on")
    others = f"{so_many(found.beside.n, 'patient')} who came to the last step and did not pass it"
    put(f"{folder / 'beside.csv'}   {others}; beside/ holds the same as Parquet")
    _say_what_went(folder, had_report)
    put(f"{time.monotonic() - started:.1f} s")


def _say_what_went(folder: Path, had_report: bool) -> None:
    """That the report of an earlier run is no longer there: it told of other records, or of other answers."""
    if had_report and not (folder / REPORT).is_file():
        put(f"The {REPORT} of an earlier run went from this folder, with its results: run makes them anew.")


def questions(options: argparse.Namespace) -> None:
    """Copy the open questions to a file that a reviewer fills in."""
    study, folder = opened(options)
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
    put(f"{out}   {so_many(text.count(chr(10)) - 1, 'question')} of {study.name}, to fill in")
    put("Write yes or no into answer, and your initials into who. Where the column reason says")
    put('"one of: a, b, c", write one of these instead of yes or no.')
    put(f"Then: caseseries run {options.study} --records PATH --answers {out}")


def synth(options: argparse.Namespace) -> None:
    """Make a hospital that never was."""
    from caseseries.records.synthetic.writing import synthesise

    started, tell = time.monotonic(), Progress()
    out = Path(options.out)
    try:
        rows = synthesise(options.patients, options.seed, out, tell)
    finally:
        tell.done()
    listed = [so_many(rows["person"], "patient"), so_many(rows["measurement"], "measurement")]
    put(f"A hospital that never was: {', '.join(listed)}, seed {options.seed}.\n")
    put(f"{out}   OMOP CDM 5.4, a Parquet file a table")
    put(f"{out / 'truth'}   what was planted, and which row is dirty")
    put(f"{out / 'answers.csv'}   what a reviewer answered, not always rightly")
    put(f"{time.monotonic() - started:.1f} s")


def score(options: argparse.Namespace) -> None:
    """Score one patient by a definition."""
    from caseseries.criteria.bedside import criteria
    from caseseries.criteria.spoken import read_table

    definition = criteria(options.criteria)
    tables = [read_table(Path(word)) for word in options.finding if word.endswith(".csv")]
    spoken = [word for word in options.finding if not word.endswith(".csv")]
    put(str(definition.assess([*chain(*tables), *spoken])))
