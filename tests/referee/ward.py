"""The ward: a hospital as it is read for one protocol, with all that is asked of a stay or a patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.referee.answers import Answered, answered
from tests.referee.judging import Window, numbered
from tests.referee.reading import Hospital, Reading, Row, says
from tests.referee.rows import SetAside, believed, read_rows
from tests.referee.stays import Stay, all_stays

from caseseries.criteria.definition import Definition, Test, findings_of
from caseseries.criteria.shelf import open_definition
from caseseries.evidence.units import read_span
from caseseries.protocol.protocol import Protocol
from caseseries.records.codebook import Codebook


@dataclass(frozen=True)
class Ward:
    """Every stay and every reading of the hospital; `definition` is that by which the stay is chosen.

    `definitions` are all that the protocol names. `visits` are the odd ones.
    """

    hospital: Hospital
    protocol: Protocol
    codebook: Codebook
    definition: Definition
    definitions: Mapping[str, Definition]
    every_stay: list[Stay]
    readings: list[Reading]
    answers: Answered
    set_aside: SetAside
    visits: Counter[tuple[str, str]]

    @property
    def stays(self) -> list[Stay]:
        """The stays of the setting."""
        assert self.protocol.setting is not None
        admitted = self.protocol.setting.admitted
        return [stay for stay in self.every_stay if admitted.first <= stay.start <= admitted.to]

    @property
    def window(self) -> Window:
        """How long evidence stands together."""
        assert self.protocol.stay is not None
        together = self.protocol.stay.together
        return Window(
            None if together == "stay" else read_span(together).in_days(),
            {name: read_span(span).in_days() for name, span in self.protocol.stay.wider.items()},
        )

    def readings_of(self, person: int) -> list[Reading]:
        """The readings of one patient, whenever they were."""
        return [one for one in self.readings if one.person == person]

    def stays_of(self, person: int) -> list[Stay]:
        """Every stay of one patient."""
        return [one for one in self.every_stay if one.person == person]


def read_ward(hospital: Hospital, protocol: Protocol, codebook: Codebook, answers: Sequence[Row]) -> Ward:
    """Read everything that a protocol asks of a hospital."""
    assert protocol.stay is not None
    codebook = believed(hospital, codebook)
    definitions = {name: open_definition(name) for name in protocol.criteria}
    definition = definitions[protocol.stay.criteria]
    asked = [finding for one in definitions.values() for finding in findings_of(one)]
    asked += [name for step in protocol.eligibility for name in (*step.any_of, *step.all_of)]
    asked += [flag.finding for flag in definition.flags]
    tests: dict[str, list[Test]] = {}
    for _, test in numbered(definition):
        tests.setdefault(test.finding, []).append(test)
    readings, aside = read_rows(hospital, codebook, dict.fromkeys(asked))
    understood = _understood(readings, tests, aside)
    stays, told = all_stays(hospital, codebook, read_span(protocol.stay.transfers).in_days())
    one_test = {finding: those[0] for finding, those in tests.items()}
    at = answered(hospital, answers, stays, one_test)
    return Ward(hospital, protocol, codebook, definition, definitions, stays, understood, at, aside, told)


def _understood(
    readings: Sequence[Reading], tests: Mapping[str, Sequence[Test]], aside: SetAside
) -> list[Reading]:
    """The readings that say something to some test; words that nobody asks for are set aside."""
    kept = []
    for reading in readings:
        mine: Sequence[Test | None] = tests.get(reading.finding, [None])
        if reading.value is not None or any(says(reading, test) is not None for test in mine):
            kept.append(reading)
        else:
            aside[reading.finding, "unknown word"] += 1
    return kept
