"""The commands and their options, as `--help` shows them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from caseseries import __version__
from caseseries.cli import hospitals, studies
from caseseries.cli.terminal import Progress, put

DEMO_PATIENTS = 20_000


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
        studies.check,
        "read the promise back in sentences, and name every slip of protocol and sheet",
        "  caseseries check naymagon-2022\n  caseseries check my-study --sheet export.csv",
    )
    run = _verb(
        verbs,
        "run",
        studies.run,
        "do everything that was promised: report.html, results.json, tables and figures",
        "  caseseries run naymagon-2022\n  caseseries run my-study --sheet export.csv --out there",
    )
    claims = _verb(
        verbs,
        "claims",
        studies.claims,
        "hold every number that a paper prints against what its own tables give",
        "  caseseries claims naymagon-2022",
    )
    survey = _verb(
        verbs,
        "survey",
        hospitals.survey,
        "can this study be done here? What a hospital's records tell of it, and what they do not",
        "  caseseries survey naymagon-2022 --records hospital.duckdb\n"
        "  caseseries survey my-study --records omop_folder --codebook ours.toml",
    )
    screen = _verb(
        verbs,
        "screen",
        hospitals.screen,
        "search a hospital's records: who meets the criteria, who may, and who could not be shown",
        "  caseseries screen naymagon-2022 --records hospital.duckdb\n"
        "  caseseries screen my-study --records omop_folder --answers answers.csv",
    )
    questions = _verb(
        verbs,
        "questions",
        hospitals.questions,
        "the questions that the records leave open, as a sheet for a reviewer to fill in",
        "  caseseries questions naymagon-2022\n  caseseries questions my-study --answers round-2.csv",
    )
    abstract = _verb(
        verbs,
        "abstract",
        hospitals.abstract,
        "search a hospital's records and fill the case series from them, without analysing it",
        "  caseseries abstract naymagon-2022 --records hospital.duckdb --answers answers.csv",
    )
    pool = _verb(
        verbs,
        "pool",
        studies.pool,
        "pool what others have published, and set the study's own patients beside it",
        "  caseseries pool naymagon-2022\n  caseseries pool my-study --sheet export.csv --out there",
    )
    plan = _verb(
        verbs,
        "plan",
        studies.plan,
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
        hospitals.score,
        "score one patient by a definition: its range, and the finding that decided each criterion",
        '  caseseries score hlh-2004 "ferritin 12,000 ng/mL" "platelets 45 K/uL" "no splenomegaly"\n'
        '  caseseries score hscore ferritin=">33,511 ng/mL" temperature="39.2 Cel"\n'
        "  caseseries score hscore findings.csv",
    )
    synth = _verb(
        verbs,
        "synth",
        hospitals.synth,
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
    where = "where it goes: a new or an empty folder, or one that holds such a hospital"
    synth.add_argument("--out", metavar="FOLDER", required=True, help=where)
    again = "the same again, or another (2022)"
    synth.add_argument("--seed", metavar="S", type=int, default=2022, help=again)
    synth.set_defaults(aim="this hospital from being made")
    return whole


def _demo(options: argparse.Namespace) -> None:
    """The founding study on a hospital that never was, which is made where it is not there yet."""
    from caseseries.records.synthetic.writing import synthesise

    out = Path(options.out)
    hospital = out / "hospital"
    put("A hospital that never was, and the founding study on it.\n")
    if not (hospital / "person.parquet").exists():
        tell = Progress()
        try:
            synthesise(DEMO_PATIENTS, 2022, hospital, tell)
        finally:
            tell.done()
    of_records = ["--records", str(hospital), "--answers", str(hospital / "answers.csv")]
    studies.run(parser().parse_args(["run", "naymagon-2022", *of_records, "--out", str(out / "results")]))


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
