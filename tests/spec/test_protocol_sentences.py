"""The promise, read back as a methods section."""

import re
from pathlib import Path

import caseseries
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.reading import read_protocol
from caseseries.protocol.sentences import sentences

FOUNDING = read_protocol(Path(caseseries.__file__).parent / "studies" / "naymagon-2022" / "protocol.toml")
READ = {section.title: section.sentences for section in sentences(FOUNDING)}


def said(title: str, sentence: str) -> bool:
    """Whether a section says exactly this."""
    return sentence in READ[title]


def test_the_sections_stand_in_the_order_of_a_methods_section() -> None:
    assert list(READ) == [
        "Question",
        "Setting",
        "Patients",
        "Moments",
        "Follow-up",
        "Variables",
        "Primary analyses",
        "Secondary analyses",
        "Sensitivity analyses",
        "Descriptive analyses",
        "Conventions",
    ]


def test_who() -> None:
    assert said(
        "Patients", "Step 1 keeps “older than 18 years”: age above 18 years at admission, in completed years."
    )
    assert said("Patients", "Where this is unknown, the patient is kept, and counted.")
    assert said("Moments", "Admission is the first day of the stay.")


def test_how_long() -> None:
    assert READ["Follow-up"] == (
        "Patients are followed from the first dose to the last contact; the event is death, "
        "and time is counted in months.",
        "Survival is read off at 30 days, 90 days, 180 days and 12 months.",
    )


def test_what_is_collected() -> None:
    assert said("Variables", "Age: the person's age at admission, in years, above 18, below 120.")
    assert said("Variables", "Sex: F or M.")
    assert said(
        "Variables", "Ferritin on day 1: the ferritin nearest to the first dose, within 1 day, in ng/mL."
    )
    assert said(
        "Variables", "Rheumatologic cause: yes where provoking factor includes rheumatologic disorder."
    )


def test_what_will_be_done() -> None:
    assert said(
        "Primary analyses",
        "Survival by cause: alive at last follow-up is compared by rheumatologic cause, using the "
        "chi-square test without continuity correction, with all other tests in use for such data beside it.",
    )
    assert said(
        "Sensitivity analyses",
        "Unknown is not met: patients are screened again in hospital records, "
        "and dropped wherever a step is unknown.",
    )
    assert "counted from diagnosis instead of the first dose" in READ["Sensitivity analyses"][0]


def test_every_promise_is_read_back() -> None:
    analyses = [line for title, lines in READ.items() if title.endswith("analyses") for line in lines]
    assert len(analyses) == len(FOUNDING.analyses)
    spoken = " ".join(READ["Variables"]).casefold()
    assert [one.title for one in FOUNDING.columns if one.title.casefold() not in spoken] == []


def test_every_sentence_is_a_sentence_without_leftovers_of_the_file() -> None:
    for lines in READ.values():
        for line in lines:
            assert line.endswith((".", "?")), line
            assert line[0].isupper() or line[0] == "“", line
            assert re.search(r"None|[{}\[\]]|  | ,|\.\.| = ", line) is None, line


def test_the_least_promise_reads_well_too() -> None:
    least = {
        "title": "Small",
        "version": "1",
        "question": "Who",
        "variable": [{"name": "age", "kind": "number"}],
    }
    titles = {section.title: section.sentences for section in sentences(Protocol.model_validate(least))}
    assert list(titles) == ["Question", "Variables", "Conventions"]
    assert titles["Variables"][1] == "Age: a number."
    assert str(sentences(Protocol.model_validate(least))[0]).startswith("Question. Who. This is version 1")
