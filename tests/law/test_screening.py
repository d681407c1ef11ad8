"""Laws of screening, held by the referee on drawn hospitals: what adds up, and what never matters."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import HealthCheck, event, given, settings
from tests.referee.hospitals import Study, studies
from tests.referee.making import frames
from tests.referee.reading import Hospital
from tests.referee.screening import Screening, screen

from caseseries.records.omop import open_records

SLOWLY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def screened(study: Study, hospital: Hospital | None = None) -> Screening:
    return screen(hospital or study.hospital, study.promise.protocol, study.codebook, study.answers)


@SLOWLY
@given(study=studies())
def test_verdicts_and_steps_add_up(study: Study) -> None:
    whole = screened(study)
    need = study.promise.definition.need
    assert need is not None
    for stay, verdict in zip(whole.stays, whole.verdicts, strict=True):
        event(verdict.truth)
        assert 0 <= verdict.lower <= verdict.upper <= study.promise.definition.most
        assert stay.holds(verdict.anchor)
        assert (verdict.truth == "met") is (verdict.lower >= need) is (verdict.known is not None)
        assert (verdict.truth == "not met") is (verdict.upper < need)
        assert verdict.known is None or verdict.known >= verdict.anchor
    for line in whole.attrition:
        assert line.came == line.kept + line.out + line.open + line.not_shown
    for line, following in pairwise(whole.attrition):
        assert following.came == line.kept
    assert whole.attrition[0].came == len(whole.patients) == len({one.person for one in whole.stays})


@SLOWLY
@given(study=studies())
def test_the_day_it_is_met_is_that_of_the_last_criterion_needed(study: Study) -> None:
    """The k-th smallest of the days since which the criteria are met; and each is known only from then on."""
    need = study.promise.definition.need
    assert need is not None
    for verdict in screened(study).verdicts:
        event(verdict.truth)
        assert verdict.times.keys() == {name for name, worth in verdict.criteria.items() if worth.low}
        assert all(since <= known for since, known in verdict.times.values())
        if verdict.truth == "met":
            since, known = (sorted(days) for days in zip(*verdict.times.values(), strict=True))
            assert verdict.met is not None
            assert since[need - 1] == verdict.met if not study.answers else since[need - 1] >= verdict.met
            assert verdict.known is not None
            assert verdict.known <= max(known[need - 1], verdict.anchor)
            assert verdict.met >= verdict.anchor


@SLOWLY
@given(study=studies())
def test_neither_the_order_of_rows_nor_their_copies_matter(study: Study) -> None:
    told = screened(study)
    tables = study.hospital.tables
    turned = screened(study, Hospital({name: rows[::-1] for name, rows in tables.items()}))
    assert turned == told
    doubled = screened(study, Hospital({name: rows + rows for name, rows in tables.items()}))
    assert (doubled.verdicts, doubled.patients) == (told.verdicts, told.patients)


@settings(SLOWLY, max_examples=10)
@given(study=studies())
def test_drawn_hospitals_can_be_opened(study: Study) -> None:
    """Their frames hold what the rows hold, to the last digit of an id."""
    with open_records(frames(study.hospital)) as records:
        for name, key in (("measurement", "measurement_id"), ("visit_occurrence", "visit_occurrence_id")):
            found = records.run(f"SELECT person_id, {key} FROM {name}")
            rows = [(row["person_id"], row[key]) for row in study.hospital.rows(name)]
            assert sorted(found.rows(), key=repr) == sorted(rows, key=repr)
