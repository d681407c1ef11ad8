"""Findings of one stay: whether a reading, an answer or a declared silence says that something was so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from caseseries.cohort.answers import Settled
from caseseries.evidence.days import EPOCH, date_of
from caseseries.evidence.presence import ABSENT, PRESENT
from caseseries.evidence.truth import Truth
from caseseries.records.codebook import Codebook, Silence
from caseseries.records.origins import origin_of


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of one finding: its truth, the rows that decided, and the first day of it."""

    truth: Truth
    because: tuple[str, ...] = ()
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the answers to one question come to for one stay, with its first and its last day."""

    first_day: int
    last_day: int
    settled: Settled

    def covers(self, day: int) -> bool:
        """Whether a day is one of the stay's."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True)
class Chart:
    """What the records and the reviewers say of one patient and stay; days are since 1970-01-01.

    `youngest` and `oldest` are the ages that the patient may have in completed years. `rows`: per finding
    the (day, word, origin) of every reading in words or of presence, exposures included. `answers` are those
    for this stay, `replies` those for every stay of the patient, the first stay first.
    """

    first_day: int
    last_day: int
    youngest: int | None
    oldest: int | None
    rows: Mapping[str, tuple[tuple[int, str, str], ...]]
    answers: Mapping[str, Settled]
    replies: Mapping[str, tuple[Reply, ...]]

    def found(self, finding: str, codebook: Codebook, silence: Silence) -> Found:
        """Whether the finding was so in this stay, or ever where the codebook says that it lasts for life.

        An answer stands in the place of the rows of its own stay.
        """
        lasts = codebook.entry(finding).lasts == "life"
        rows = [
            row for row in self.rows.get(finding, ()) if lasts or self.first_day <= row[0] <= self.last_day
        ]
        replies = [one for one in self.replies.get(finding, ()) if lasts or one.first_day == self.first_day]
        for truth, words in ((Truth.MET, PRESENT), (Truth.NOT_MET, ABSENT)):
            for reply in replies:
                if reply.settled.truth is truth:
                    return _answered(reply, rows)
            for day, word, origin in rows:
                if word.casefold() in words and not any(one.covers(day) for one in replies):
                    return Found(truth, (origin,), day)
        return _answered(replies[0], rows) if replies else Found(_of_silence(silence, self.first_day))


def _answered(reply: Reply, rows: Iterable[tuple[int, str, str]]) -> Found:
    """What an answer says, with the rows that lost against it behind it."""
    lost = (origin for day, _, origin in rows if reply.covers(day))
    return Found(reply.settled.truth, (reply.settled.origin, *lost), reply.first_day)


def _of_silence(silence: Silence, first_day: int) -> Truth:
    """No record: absent where it would have been recorded, from the day on that the codebook names."""
    since = silence.since
    holds = silence.means == "absent" and (since is None or since <= date_of(first_day))
    return Truth.NOT_MET if holds else Truth.UNKNOWN


def rows_of(
    evidence: pl.DataFrame, exposures: pl.DataFrame
) -> dict[int, dict[str, tuple[tuple[int, str, str], ...]]]:
    """Of every patient and finding the rows in words, the first day first, then the smallest row."""
    said = evidence.filter(pl.col("text").is_not_null() & (pl.col("table") != "measurement")).select(
        "person_id", "finding", "day", pl.col("text").alias("word"), "table", "row_id"
    )
    given = exposures.select(
        "person_id",
        pl.col("drug").alias("finding"),
        (pl.col("start").dt.date() - EPOCH).dt.total_days().alias("day"),
        pl.lit("present").alias("word"),
        pl.lit("drug_exposure").alias("table"),
        "row_id",
    )
    order = ["person_id", "finding", "day", "table", "row_id"]
    rows: dict[int, dict[str, list[tuple[int, str, str]]]] = {}
    both = pl.concat([said, given.cast(said.schema)]).sort(order)
    for person, finding, day, word, table, row in both.iter_rows():
        rows.setdefault(person, {}).setdefault(finding, []).append((day, word, origin_of(table, row)))
    return {person: {name: tuple(one) for name, one in mine.items()} for person, mine in rows.items()}
