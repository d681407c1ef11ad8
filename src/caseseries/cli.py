"""The command line: one command a verb, and a plain word where something is wrong."""

from __future__ import annotations

import argparse
import sys
import textwrap
import time
from collections.abc import Callable, Sequence

from typing import TYPE_CHECKING

from caseseries import __version__
from caseseries.evidence.problem import Problems

if TYPE_CHECKING:
    from caseseries.analysis.results import Results
    from caseseries.cases.series import CaseSeries
    from caseseries.study import Study

CANNOT = 1
"""The exit code of a study that cannot be run. A wrong use of the command is 2, an interrupt 130."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. No slip of a user's file shows a traceback."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.verb(options))
    except Problems as problems:
        _say(_told(problems))
        return CANNOT
    except KeyboardInterrupt:
        _say("Stopped. Nothing half-written was left behind.")
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _check(options: argparse.Namespace) -> int:
    from caseseries.study import SHEET, open_study

    study = open_study(options.study)
    _print(f"{study.protocol.title}\n")
    for section in study.sentences():
        _print(f"{section.title}\n{textwrap.fill(' '.join(section.sentences), 100, initial_indent='  ', subsequent_indent='  ')}\n")
    claims = study.claims()
    if not (options.sheet or (study.folder / SHEET).exists()):
        _print(f"The protocol holds. There is no {SHEET} yet.")
        return 0
    cases = study.read_cases(options.sheet)
    questions = study.questions(cases)
    for question in questions:
        _print(textwrap.fill(f"? {question.sentence} {question.why}", 100, subsequent_indent="  "))
    held = f" {len(claims)} printed numbers will be held against the results." if claims else ""
    _print(f"The protocol holds, and so does the sheet: {cases.n} patients, {len(questions)} questions.{held}")
    return 0


def _run(options: argparse.Namespace) -> int:
    from caseseries.study import open_study

    started, tell = time.monotonic(), _Progress()
    tell("reading")
    study = open_study(options.study)
    out = study.results_folder(options.out)
    cases = study.read_cases(options.sheet)
    results = study.analyse(cases, tell)
    folder = study.report(results, cases, out, tell)
    tell.done()
    seconds = time.monotonic() - started
    _print(_summary(study, results, cases))
    _print(f"\n{folder / 'report.html'}   the report")
    _print(f"{folder / 'results.json'}   every number under its id; tables/ and figures/ stand beside it")
    _print(f"{seconds:.1f} s")
    return 0


def _summary(study: Study, results: Results, cases: CaseSeries) -> str:
    """What was found, in a few lines: the primary results, the claims, and what is left open."""
    lines = [f"{study.protocol.title}: {len(results.patients)} patients", ""]
    for result in results:
        if result.clause.role == "primary" and not result.why_not:
            lines += [f"  {number.id}: {number.estimate}" for number in result.numbers if number.standing != "description"]
    done = sum(not result.why_not for result in results)
    lines += ["", f"{done} of {len(results.results)} promised analyses done, {len(results.numbers)} numbers."]
    verdicts = [one[0].said for one in study.verdicts(results)]
    if verdicts:
        said = ", ".join(f"{verdicts.count(word)} {word}" for word in dict.fromkeys(verdicts))
        lines.append(f"{len(verdicts)} printed numbers held against them: {said}.")
    lines += [f"{cases.unread.height} entries could not be read and are kept as typed."] if cases.unread.height else []
    left = [f"{source.name}: {', '.join(source.left)}" for source in cases.sources if source.left]
    lines += [f"Columns not read: {'; '.join(left)}."] if left else []
    questions = study.questions(cases)
    lines += [f"{len(questions)} questions about the sheet: see the report."] if questions else []
    return "\n".join(lines)


class _Progress:
    """A line a step on the terminal, once the run has taken a second; nothing where output is not a terminal."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.is_shown = sys.stderr.isatty()

    def __call__(self, step: str) -> None:
        if self.is_shown and time.monotonic() - self.started > 1:
            sys.stderr.write(f"\r\x1b[K{step} ...")
            sys.stderr.flush()

    def done(self) -> None:
        if self.is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="caseseries",
        description="From a written promise to the tables, figures and sentences of a case series.",
        epilog="example:\n  caseseries run naymagon-2022      the founding study, from its own tables to its report",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"caseseries {__version__}")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _verb(
        verbs,
        "check",
        _check,
        "read the promise back in sentences, and name every slip of protocol and sheet",
        "example:\n  caseseries check naymagon-2022\n  caseseries check my-study --sheet export.csv",
    )
    run = _verb(
        verbs,
        "run",
        _run,
        "do everything that was promised: report.html, results.json, tables and figures",
        "example:\n  caseseries run naymagon-2022\n  caseseries run my-study --sheet export.csv --out results",
    )
    run.add_argument("--out", metavar="FOLDER", help="where the results go (default: ./NAME-results)")
    return parser


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    does: Callable[[argparse.Namespace], int],
    what: str,
    example: str,
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(
        name, help=what, description=what[:1].upper() + what[1:] + ".", epilog=example,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("study", metavar="STUDY", help="a folder with a protocol.toml, or the name of a bundled study")
    verb.add_argument("--sheet", metavar="FILE", help="the sheet of patients (default: patients.csv in the study's folder)")
    verb.set_defaults(verb=does)
    return verb


def _told(problems: Problems) -> str:
    count = len(problems.problems)
    head = "One thing keeps this study from being run." if count == 1 else f"{count} things keep this study from being run."
    return f"{head}\n\n{problems}"


def _print(text: str) -> None:
    print(text, flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
