"""Answers: what reviewers found in the charts, read back, and who prevails where they differ."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from caseseries.evidence.problem import Problem, Problems, did_you_mean
from caseseries.evidence.truth import Truth
from caseseries.evidence.values import is_missing, plain_text, read_yes_no

COLUMNS = ("patient", "question", "evidence", "answer", "certainty", "reason", "who", "when")
STUDY = "study"
"""A further column of a file of questions: the study and the digest of its protocol."""
ADJUDICATED = ("adjudicat", "consensus")
"""How `who` begins where somebody decided between reviewers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of one reviewer. `answer` is as it was typed; `origin` leads to its row."""

    patient: int
    question: str
    evidence: tuple[str, ...]
    answer: str
    certainty: str
    reason: str
    who: str
    when: str
    origin: str

    @property
    def is_adjudicated(self) -> bool:
        """Whether it decides between reviewers."""
        return self.who.casefold().startswith(ADJUDICATED)

    @property
    def truth(self) -> Truth:
        """What a yes or a no says; anything else leaves it unknown."""
        try:
            return Truth.MET if read_yes_no(self.answer) else Truth.NOT_MET
        except ValueError:
            return Truth.UNKNOWN


@dataclass(frozen=True, slots=True)
class Settled:
    """What the answers to one question about one patient come to.

    `answers` are those that prevail: the adjudicated ones, else all; `others` those that do not. `differ`
    where those that prevail do not agree: then it is unknown until somebody adjudicates.
    """

    answers: tuple[Answer, ...]
    others: tuple[Answer, ...]
    differ: bool

    @property
    def truth(self) -> Truth:
        """Met or not met where the answers agree."""
        return Truth.UNKNOWN if self.differ else self.answers[0].truth

    @property
    def origin(self) -> str:
        """`review:LN`: who answered; of several who agree the first by name."""
        return f"review:{min(one.who for one in self.answers)}"

    @property
    def lost(self) -> tuple[str, ...]:
        """`review:LN` of each answer that says otherwise than all come to; of every one where they differ."""
        every = (one for one in (*self.answers, *self.others) if self.differ or one.truth is not self.truth)
        return tuple(dict.fromkeys(f"review:{one.who}" for one in every))

    @property
    def evidence(self) -> tuple[str, ...]:
        """The rows that the answers name."""
        return tuple(dict.fromkeys(row for one in self.answers for row in one.evidence))


def read_answers(path: Path, questions: Iterable[str], digest: str) -> tuple[Answer, ...]:
    """The answers in a CSV file; rows without an answer are still open and left out.

    `questions` are those that this study asks; `digest` is that of its protocol. Raises Problems: a column
    that lacks, an answer to what nobody asked, a file of another protocol, one reviewer with two answers.
    """
    rows = _rows(path)
    problems: list[Problem] = []
    answers: list[Answer] = []
    asked = tuple(questions)
    for number, row in rows:
        where = f"{path.name}, row {number}"
        answer = plain_text(row["answer"])
        if is_missing(answer) and answer.casefold() not in ("unknown", "not known"):
            continue
        study = row.get(STUDY, "").strip()
        if study and study.split()[-1] != digest[:12]:
            found = f'this is an answer for another protocol ("{study}")'
            problems.append(Problem(where, found, "Write the questions of this study anew and fill them in."))
            continue
        problems += _slips(row, where, asked)
        if not problems:
            answers.append(_answer(row, f"{path.name}:D{number}"))
    problems = problems or list(_twice(answers, path.name))
    if problems:
        raise Problems(dict.fromkeys(problems))
    return tuple(answers)


def read_id(text: str) -> int | None:
    """The id of a row in the records, which has at most 64 bits; None where it is none."""
    found = re.fullmatch(r"\s*(-?[0-9]{1,19})\s*", text)
    number = int(found[1]) if found else None
    return number if number is not None and -(2**63) <= number < 2**63 else None


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        found = f"it cannot be read ({(error.strerror or str(error)).lower()})"
        raise Problems([Problem(str(path), found, "Check the path.")]) from None
    except UnicodeDecodeError:
        found = "it is not plain text in UTF-8"
        raise Problems([Problem(path.name, found, "Save it as CSV in UTF-8.")]) from None
    try:
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        found = f"it cannot be read as CSV ({error})"
        raise Problems([Problem(path.name, found, "Save it again as CSV, in UTF-8.")]) from None
    header = [plain_text(name).casefold() for name in lines[0]] if lines else []
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        found = f"the first row has no column {', '.join(missing)}"
        mend = f"An answers file has the columns {', '.join(COLUMNS)}."
        raise Problems([Problem(path.name, found, mend)])
    rows = []
    for number, line in enumerate(lines[1:], 2):
        if any(cell.strip() for cell in line):
            cells = [*line, *[""] * (len(header) - len(line))]
            rows.append((number, dict(zip(header, cells, strict=False))))
    return rows


def _slips(row: Mapping[str, str], where: str, asked: tuple[str, ...]) -> list[Problem]:
    problems = []
    if read_id(row["patient"]) is None:
        found = f'"{row["patient"]}" is not a patient\'s id'
        problems.append(Problem(where, found, "Keep the column patient as it was written."))
    question = plain_text(row["question"])
    if question not in asked:
        found = f'nobody asks "{question}" in this study'
        problems.append(Problem(where, found, did_you_mean(question, asked)))
    if not row["who"].strip():
        problems.append(Problem(where, "nobody signed this answer", "Write the reviewer's initials in who."))
    return problems


def _answer(row: Mapping[str, str], origin: str) -> Answer:
    return Answer(
        patient=read_id(row["patient"]) or 0,
        question=plain_text(row["question"]),
        evidence=tuple(part.strip() for part in row["evidence"].split(";") if part.strip()),
        answer=plain_text(row["answer"]),
        certainty=plain_text(row["certainty"]),
        reason=row["reason"].strip(),
        who=plain_text(row["who"]),
        when=row["when"].strip(),
        origin=origin,
    )


def _twice(answers: list[Answer], file: str) -> Iterable[Problem]:
    """One reviewer who answers a yes-or-no question about the same rows in two ways."""
    first: dict[tuple[object, ...], Answer] = {}
    for one in answers:
        key = (one.patient, one.question, one.evidence, one.who)
        other = first.setdefault(key, one)
        if {other.truth, one.truth} == {Truth.MET, Truth.NOT_MET}:
            found = f'{one.who} answers "{one.question}" of patient {one.patient} with yes and with no'
            yield Problem(one.origin.replace(":D", ", row "), found, "Keep one of the two rows.")


def settle(answers: Iterable[Answer]) -> Settled:
    """What the answers to one question about one patient and stay come to."""
    every = tuple(answers)
    prevailing = tuple(one for one in every if one.is_adjudicated) or every
    said = {one.truth for one in prevailing}
    return Settled(prevailing, tuple(one for one in every if one not in prevailing), len(said) > 1)
