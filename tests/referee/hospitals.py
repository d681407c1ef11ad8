"""Small hospitals, drawn: a few patients, and evidence that meets the definition often, or nearly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter
from tests.referee.drawn_drugs import anakinra, marks
from tests.referee.drawn_rows import MOODS, Mood, by_share, noise, numbers, of_steps, spoken
from tests.referee.judging import numbered
from tests.referee.making import answer, born, day, found, hospital, visit, whole
from tests.referee.promises import Promise, promises
from tests.referee.reading import ID, Hospital, Row

from caseseries.criteria.definition import Definition, Number, Test
from caseseries.records.codebook import Codebook, Silence
from caseseries.records.codebook_reading import read_codebook

PEOPLE = (1, 7, -5, 2**53 + 1, 2**53 + 2, -(2**62), 2**62 + 1)
"""Ids of patients: neighbours that no float can tell apart among them."""
MOST_TOLD = 20_000
"""Letters of a study that are printed: those that fail are small."""
FIRST_IDS = (1, -3, 2**53, -(2**62))
UNDER = {
    45_000_001: 3020891,
    45_000_002: 200527,
    45_000_003: 3001122,  # under ferritin, whose codebook does not ask for descendants
    2_000_000_101: 1114375,
}
"""Concepts below those of the codebook, with the one above."""
ENDS: tuple[Row, ...] = (
    *({}, {}, {}),
    {"discharged_to_source_value": "Expired"},
    {"discharged_to_concept_id": 4216643},
)
"""How a visit ends: seldom with a death."""
SEEN = [None, "yes", "no", "unknown"]
"""What an observation of a death says."""
NAMES = {45_877_001: "Present", 45_877_002: "Absent"}


@dataclass(frozen=True, repr=False)
class Study:
    """Everything that a screening needs."""

    hospital: Hospital
    promise: Promise
    codebook: Codebook
    answers: list[Row]

    def __repr__(self) -> str:
        """What somebody who looks for a mistake reads: the promise, and of every row what is known."""
        definition = self.promise.definition
        told = [
            self.promise.text,
            f"{definition.name}: {definition.need} of",
            f"codebook: {self.codebook.name}",
        ]
        told += [str(one.grades[0].rule) for one in definition.criteria if definition.name == "small"]
        told += [str(flag) for flag in definition.flags if definition.name == "small"]
        score = self.promise.score
        told += [str(one) for one in score.criteria if score.name == "score"] if score else []
        for name, rows in self.hospital.tables.items():
            if name == "concept" and rows:
                told.append("with a vocabulary")
            elif name != "concept_ancestor":
                told += [f"{name}: {_known(row)}" for row in rows]
        whole = "\n".join([*told, *(f"answer: {_known(answer)}" for answer in self.answers)])
        return whole if len(whole) < MOST_TOLD else f"{whole[:MOST_TOLD]} ..."

    def _repr_pretty_(self, printer: RepresentationPrinter, _cycle: bool) -> None:
        """The same where Hypothesis prints it."""
        printer.text(repr(self))


def _known(row: Row) -> str:
    return ", ".join(f"{key} {value}" for key, value in row.items() if value is not None)


@st.composite
def studies(draw: st.DrawFn) -> Study:
    """A promise, a hospital that is made for it, and some answers of reviewers."""
    promise = draw(promises())
    rows: list[tuple[str, Row]] = [("person", born(99, 1970))]  # who never came
    people = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4, unique=True))
    for person in people:
        rows += draw(lives(person, promise))
    rows += draw(st.lists(noise([*people, 99, None]), min_size=1, max_size=4))
    has_vocabulary = draw(st.booleans())
    rows = draw(with_visits(draw(with_ids(rows)))) + list(vocabulary() if has_vocabulary else ())
    answers = draw(st.lists(answered(people, rows), min_size=1, max_size=3)) if draw(st.booleans()) else []
    told = [one for several in answers for one in several]
    return Study(hospital(rows), promise, draw(st.sampled_from(codebooks())), told)


def codebooks() -> list[Codebook]:
    """The one that ships; and one whose silence about anakinra begins on day 3, without times of results.

    The other also takes ferritin up to 2,400 ng/mL, and in no other unit.
    """
    shipped = read_codebook()
    narrower: dict[str, dict[str, Any]] = {
        "anakinra": {"silent": Silence("absent", day(3))},
        "ferritin": {"units": ("ng/mL",), "plausible": (1.0, 2400.0)},
    }
    other = tuple(replace(one, known_from="", **narrower.get(one.finding, {})) for one in shipped.entries)
    return [shipped, replace(shipped, name="other", entries=other, digest=f"{shipped.digest}-other")]


# ---- One patient ----


@st.composite
def lives(draw: st.DrawFn, person: int, promise: Promise) -> list[tuple[str, Row]]:
    """One patient: a birth, visits, and for each test of the definition some rows or none."""
    rows: list[tuple[str, Row]] = []
    if draw(st.integers(0, 9)):
        year = draw(st.sampled_from([1996, 1996, 1995, 1960, 2014, None]))
        month, of_month = draw(st.sampled_from([(2, 3), (2, 4), (2, 29), (2, None), (None, None), (12, 31)]))
        rows.append(("person", born(person, year, month, of_month if year == 1996 or of_month != 29 else 28)))
    starts = []
    start = draw(st.sampled_from([1, 1, 1, 2, 0, -10]))
    for _ in range(draw(st.sampled_from([1, 1, 2, 3]))):
        length = draw(st.sampled_from([0, 2, 6, 8, 8, 15, 15, 21, 21, 35, None, -2]))
        concept = draw(st.sampled_from([9201, 9201, 9201, 262, 262, 8717, 9202, 5083]))
        end = None if length is None else start + length
        went = draw(st.sampled_from(ENDS))
        rows.append(("visit_occurrence", visit(0, person, start, end, concept) | went))
        starts.append((start, max(length or 0, 0)))
        start = max(start, end or start) + draw(st.sampled_from([-2, 0, 1, 1, 2, 3, 4, 20]))
    eager = draw(st.sampled_from([3, 8, 9, 10, 10]))
    mood = draw(st.sampled_from(MOODS))
    for focus, length in draw(st.sampled_from([starts[:2], starts[:1], starts[-1:], starts[:1] * 2])):
        on = focus + min(length, draw(st.sampled_from([0, 0, 1, 6, 7, 13])))
        for test in _tests(promise.definition):
            if draw(st.integers(0, 9)) < eager:
                rows += draw(evidence(person, test, on, promise.edges, mood))
        for test in _tests(promise.score) if promise.score else ():
            if not draw(st.integers(0, 2)):
                rows += draw(evidence(person, test, on, promise.edges, mood))
    first, length = starts[0]
    rows += draw(st.lists(of_steps(person, first), max_size=2))
    rows += draw(anakinra(person, first)) if draw(st.integers(0, 2)) else []
    if not draw(st.integers(0, 2)):
        died = first + draw(st.sampled_from([length, length, length + 9, 1, -3]))
        seen = found("observation", 0, person, "death", died) | {
            "value_as_string": draw(st.sampled_from(SEEN))
        }
        in_table = ("death", whole("death", person_id=person, death_date=day(died)))
        rows.append(draw(st.sampled_from([in_table, in_table, ("observation", seen)])))
    flagging = sorted({flag.finding for flag in promise.definition.flags})
    rows += draw(st.lists(marks(person, first, flagging), min_size=1, max_size=3)) if flagging else []
    return rows


def _tests(definition: Definition) -> list[Test]:
    """The tests of a definition, each once."""
    return list(dict.fromkeys(test for _, test in numbered(definition)))


@st.composite
def evidence(
    draw: st.DrawFn, person: int, test: Test, on: int, edges: Sequence[int], mood: Mood
) -> list[tuple[str, Row]]:
    """One or two rows for a test, of such a mood, around a day or just where a window ends."""
    rows: list[tuple[str, Row]] = []
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        edge = draw(st.sampled_from(edges))
        at = on + draw(st.sampled_from([0, 0, 0, 1, edge - 1, edge - 1, edge, -1]))
        if not isinstance(test, Number):
            rows.append(draw(spoken(person, test, at, mood)))
        elif test.finding == "neutrophils" and draw(st.booleans()):
            rows += draw(by_share(person, at))
        else:
            rows.append(("measurement", draw(numbers(person, test, at, mood))))
    return rows


# ---- Ids, vocabulary, answers ----


@st.composite
def with_ids(draw: st.DrawFn, rows: Sequence[tuple[str, Row]]) -> list[tuple[str, Row]]:
    """The rows with ids in an order of their own, some of them twice."""
    first = draw(st.sampled_from(FIRST_IDS))
    order = draw(st.permutations(range(len(rows))))
    key = ID | {"visit_occurrence": "visit_occurrence_id"}
    told = [
        (table, row | {key[table]: first + number} if table in key else row)
        for (table, row), number in zip(rows, order, strict=True)
    ]
    twice = draw(st.lists(st.sampled_from(told), max_size=2))
    return told + [(table, dict(row)) for table, row in twice if table != "person"]


@st.composite
def with_visits(draw: st.DrawFn, rows: Sequence[tuple[str, Row]]) -> list[tuple[str, Row]]:
    """The same, where some rows of drugs name a visit of their patient."""
    visits: dict[int, list[int]] = {}
    for table, row in rows:
        if table == "visit_occurrence":
            visits.setdefault(row["person_id"], []).append(row["visit_occurrence_id"])
    return [
        (table, row | {"visit_occurrence_id": draw(st.sampled_from([None, *visits[row["person_id"]]]))})
        if table == "drug_exposure"
        else (table, row)
        for table, row in rows
    ]


@cache
def vocabulary() -> tuple[tuple[str, Row], ...]:
    """The concepts of the codebook, what stands under them, and the words that values are coded by."""
    codes = {code.concept: code for one in read_codebook().entries for code in one.codes}
    rows = [
        ("concept", _concept(code.concept, code.label, code.vocabulary, code.code)) for code in codes.values()
    ]
    rows += [("concept", _concept(concept, "below it", "Local", str(concept))) for concept in UNDER]
    rows += [("concept", _concept(concept, name, "LOINC", str(concept))) for concept, name in NAMES.items()]
    for below, above in UNDER.items():
        pair = {"ancestor_concept_id": above, "descendant_concept_id": below}
        rows.append(("concept_ancestor", whole("concept_ancestor", **pair)))
    return tuple(rows)


def _concept(concept: int, name: str, of: str, code: str) -> Row:
    return whole(
        "concept",
        concept_id=concept,
        concept_name=name,
        vocabulary_id=of,
        concept_code=code,
        standard_concept="S",
    )


@st.composite
def answered(draw: st.DrawFn, people: Sequence[int], rows: Sequence[tuple[str, Row]]) -> list[Row]:
    """One to three reviewers asked one thing; they name rows of the patient, of another, or none there is."""
    question = draw(
        st.sampled_from(
            [
                *("splenomegaly", "hemophagocytosis", "nk activity", "ferritin", "platelets"),
                *("hlh mutation", "anakinra", "anakinra given for HLH"),
            ]
        )
    )
    person = draw(st.sampled_from(people))
    own = [f"{table}:{row[ID[table]]}" for table, row in rows if table in ID and row["person_id"] == person]
    others = [f"{table}:{row[ID[table]]}" for table, row in rows if table in ID]
    named = draw(st.lists(st.sampled_from([*own, *others[:3], "note:404"]), max_size=2))
    told = draw(st.lists(st.sampled_from(["yes", "yes", "Yes", "no", "unclear"]), min_size=1, max_size=3))
    elsewhere = draw(st.sampled_from(["; ".join(named), "; ".join(named), ""]))
    return [
        answer(person, question, said, elsewhere if number else "; ".join(named), who)
        for number, (said, who) in enumerate(zip(told, ("A", "B", "adjudicated"), strict=False))
    ]
