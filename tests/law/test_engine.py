"""The law of the engine: on drawn hospitals SQL and referee agree on every stay, test, patient and step."""

from __future__ import annotations

from hypothesis import HealthCheck, event, given, settings
from tests.referee.agreement import differences, set_aside_differences
from tests.referee.by_sql import screened
from tests.referee.hospitals import Study, studies
from tests.referee.screening import screen

SLOWLY = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@SLOWLY
@given(study=studies())
def test_the_engine_agrees_with_the_referee(study: Study) -> None:
    asked = (study.hospital, study.promise.protocol, study.codebook, study.answers)
    referee, engine = screen(*asked), screened(*asked)
    for verdict in referee.verdicts:
        event(verdict.truth)
    found = [*differences(referee, engine)]
    found += set_aside_differences(referee, engine, study.hospital, study.codebook)
    assert not found, "\n".join(found)
