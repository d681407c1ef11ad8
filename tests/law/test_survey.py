"""Laws of the survey on drawn hospitals: every row is counted once, and as the referee reads it."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, event, given, settings
from tests.referee.hospitals import Study, studies
from tests.referee.making import frames
from tests.referee.rows import read_rows

from caseseries.criteria.definition import findings_of
from caseseries.records.naming import give_concepts
from caseseries.records.omop import open_records
from caseseries.records.resolving import resolve
from caseseries.records.survey import survey
from caseseries.records.survey_frames import SET_ASIDE

WHY = {
    "no value": "no_value",
    "unknown unit": "unknown_unit",
    "no unit": "no_unit",
    "another unit": "other_unit",
    "implausible": "implausible",
}
"""The referee's reasons; a text that is no number is no value to it."""


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(study=studies())
def test_every_number_is_counted_as_the_referee_reads_it(study: Study) -> None:
    asked = findings_of(study.promise.definition)
    with open_records(frames(study.hospital)) as records:
        resolved = give_concepts(records, resolve(study.codebook, records))
        told = survey(records, study.codebook, resolved, asked).frames.findings
    numbers = [row for row in told.iter_rows(named=True) if row["reads"] == "number"]
    # Each alone: of a finding of two the parts are read with it, and counted by themselves.
    for row in numbers:
        alone = study.codebook.entry(row["finding"])
        found, aside = read_rows(study.hospital, study.codebook, [alone.finding])
        whys = Counter[str]()
        for (finding, why), rows in aside.items():
            whys[WHY[why]] += rows if finding == alone.finding else 0
        is_direct = [one for one in found if one.finding == alone.finding]
        assert row["rows"] == row["usable"] + sum(row[name] for name in SET_ASIDE)
        if alone.or_from is None:
            event("numbers" if row["rows"] else "no number")
            counted = {name: row[name] for name in SET_ASIDE} | {"usable": row["usable"]}
            counted["no_value"] += counted.pop("not_read")
            assert counted == {name: whys[name] for name in WHY.values()} | {"usable": len(is_direct)}
            assert row["patients"] >= len({one.person for one in is_direct})


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(study=studies())
def test_the_survey_says_the_same_twice(study: Study) -> None:
    """Whatever the order in which the rows came out, and with every row twice only the counts differ."""
    asked = findings_of(study.promise.definition)
    tables = frames(study.hospital)
    said = []
    for turned in (tables, {name: frame.reverse() for name, frame in tables.items()}):
        with open_records(turned) as records:
            said.append(survey(records, study.codebook, resolve(study.codebook, records), asked))
    one, other = said
    assert str(one) == str(other)
    for name in ("findings", "concepts", "units", "written", "words", "drugs", "audit", "recalled"):
        assert getattr(one.frames, name).equals(getattr(other.frames, name)), name
