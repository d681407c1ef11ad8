"""Laws of the engine: on drawn hospitals SQL and referee agree on all that is told of stays and patients."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.referee.agreement import differences, set_aside_differences
from tests.referee.by_sql import screened
from tests.referee.cases import CASES, cases
from tests.referee.hospitals import Study, studies
from tests.referee.screening import screen

# In several short goes: of many studies in one go most are variants of each other.
SLOWLY = settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.mark.parametrize("go", range(4))
def test_the_engine_agrees_with_the_referee(go: int) -> None:
    @SLOWLY
    @given(study=studies())
    def agree(study: Study) -> None:
        asked = (study.hospital, study.promise.protocol, study.codebook, study.answers)
        referee, engine = screen(*asked), screened(*asked)
        found = [*differences(referee, engine)]
        found += set_aside_differences(referee, engine, study.hospital, study.codebook)
        assert not found, "\n".join(found)

    agree()


def test_drawn_hospitals_hold_what_is_compared() -> None:
    """The same studies each time: of what none of them holds, any two engines would agree."""
    told: Counter[str] = Counter()
    for number in range(12):

        @seed(number)
        @settings(SLOWLY, database=None, phases=[Phase.generate])
        @given(study=studies())
        def count(study: Study) -> None:
            asked = (study.hospital, study.promise.protocol, study.codebook, study.answers)
            told.update(cases(study, screen(*asked)))

        count()
    assert {case: told[case] for case in CASES if not told[case]} == {}
