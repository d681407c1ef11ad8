"""Windows, as SQL: what stands together on each day of a stay, and the verdict on the day that decides."""

from __future__ import annotations

from dataclasses import dataclass

from caseseries.criteria.lowering import Lowered
from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.hospital import Stay

FOREVER = 1_000_000
"""Days: longer than any stay."""


@dataclass(frozen=True, slots=True)
class Windows:
    """A definition, how many of its criteria are needed, and for how many days each test stands.

    `widths` are pairs of days and of the bits of the tests that stand so long.
    """

    lowered: Lowered
    need: int
    widths: tuple[tuple[int, int], ...]

    @property
    def every_bit(self) -> int:
        """The bits of all tests."""
        return (1 << len(self.lowered.asked)) - 1


def windows(lowered: Lowered, need: int, stay: Stay) -> Windows:
    """The windows that a protocol's [stay] asks for. A window of N days holds a day and the N - 1 before."""
    by_days: dict[int, int] = {}
    for asked in lowered.asked:
        days = days_together(stay, asked.criterion, asked.test.finding)
        by_days[days] = by_days.get(days, 0) | asked.bit
    return Windows(lowered, need, tuple(sorted(by_days.items())))


def days_together(stay: Stay, *names: str) -> int:
    """For how many days evidence stands; `wider` may name the criterion or the finding."""
    usual = FOREVER if stay.together == "stay" else _days(stay.together)
    return max([usual, *(_days(stay.wider[name]) for name in names if name in stay.wider)])


def _days(span: str) -> int:
    return max(1, int(read_span(span).in_days()))


def best(whole: Windows, days: str, among: str) -> str:
    """SQL: of each stay the day that decides (anchor), and how many criteria stand together on it (lower).

    `days` holds stay_id, day and the bits met on that day; `among` the stays; `answers` of some stays the
    bits that were answered, and those of them that are met.
    """
    return f"""
WITH every_day AS (
  SELECT stay_id, day, bits FROM {days}
  UNION ALL
  SELECT stay_id, first_day AS day, 0 AS bits FROM {among}
), by_day AS (
  SELECT stay_id, day, BIT_OR(bits) AS bits FROM every_day GROUP BY stay_id, day
), standing AS (
  SELECT stay_id, day, {_together(whole)} AS bits FROM by_day
), answered AS (
  SELECT s.stay_id, s.day, {_answered(whole, "s.bits", "a.met")} AS bits
  FROM standing s LEFT JOIN answers a ON a.stay_id = s.stay_id
), counted AS (
  SELECT stay_id, day, {whole.lowered.worth("bits")} AS lower FROM answered
), ranked AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY stay_id ORDER BY LEAST(lower, {whole.need}) DESC, day) AS place
  FROM counted
)
SELECT stay_id, day AS anchor, lower FROM ranked WHERE place = 1"""


def _together(whole: Windows) -> str:
    return " | ".join(
        f"BIT_OR(bits & {bits}) OVER (PARTITION BY stay_id ORDER BY day"
        f" RANGE BETWEEN {days - 1} PRECEDING AND CURRENT ROW)"
        for days, bits in whole.widths
    )


def _answered(whole: Windows, bits: str, met: str) -> str:
    """SQL: the bits with those that were answered put in the place of the record's."""
    return f"(({bits} & ({whole.every_bit} - COALESCE(a.answered, 0))) | COALESCE({met}, 0))"


def _width(whole: Windows) -> str:
    """SQL: for how many days the fact `f` stands."""
    return f"CASE {' '.join(f'WHEN f.bit & {bits} <> 0 THEN {days}' for days, bits in whole.widths)} END"


def because(whole: Windows, facts: str, anchors: str) -> str:
    """SQL: of each stay and test the fact that decides, among those that stand on the anchor of the stay.

    It is the best truth, then the first day, then the first table; there is one fact of each.
    """
    return f"""
WITH ranked AS (
  SELECT f.stay_id, f.bit, f.state, f.day, f.known, f.source, f.row_id, ROW_NUMBER() OVER (
    PARTITION BY f.stay_id, f.bit ORDER BY f.state DESC, f.day, f.source
  ) AS place
  FROM {facts} f JOIN {anchors} b ON b.stay_id = f.stay_id
  WHERE f.day <= b.anchor AND f.day > b.anchor - {_width(whole)}
)
SELECT stay_id, bit, state, day, known, source, row_id FROM ranked WHERE place = 1"""


def backs(whole: Windows, facts: str, verdicts_of: str) -> str:
    """SQL: of each stay and test that is met on the anchor, when the first result that says so was back."""
    return f"""
SELECT f.stay_id, f.bit, MIN(f.known) AS known FROM {facts} f JOIN {verdicts_of} v ON v.stay_id = f.stay_id
WHERE f.state = 2 AND f.day <= v.anchor AND f.day > v.anchor - {_width(whole)}
GROUP BY f.stay_id, f.bit"""


def verdicts(whole: Windows, anchors: str, because_of: str) -> str:
    """SQL: of each stay the bits met, undecided and looked for on its anchor, and the range they leave."""
    return f"""
WITH masks AS (
  SELECT stay_id, BIT_OR(CASE WHEN state = 2 THEN bit ELSE 0 END) AS met,
    BIT_OR(CASE WHEN state = 1 THEN bit ELSE 0 END) AS undecided, BIT_OR(bit) AS looked
  FROM {because_of} GROUP BY stay_id
), judged AS (
  SELECT b.stay_id, b.anchor, {_answered(whole, "COALESCE(m.met, 0)", "a.met")} AS met,
    {_answered(whole, "COALESCE(m.undecided, 0)", "a.undecided")} AS undecided,
    {_answered(whole, "COALESCE(m.looked, 0)", "a.answered")} AS looked
  FROM {anchors} b LEFT JOIN masks m ON m.stay_id = b.stay_id LEFT JOIN answers a ON a.stay_id = b.stay_id
)
SELECT stay_id, anchor, met, undecided, looked, {whole.lowered.worth("met")} AS lower,
  {whole.lowered.worth(f"(met | undecided | ({whole.every_bit} - looked))")} AS upper
FROM judged"""


def known(whole: Windows, facts: str, verdicts_of: str, because_of: str) -> str:
    """SQL: of each stay that meets the definition, the first day on which that could be known.

    On that day the evidence standing together on some day, as far as its results were back, reaches the need.
    It is known at the latest when everything is that decides on the anchor (`because_of`), and what is known
    by a day stands together on that day or before: so only the days from the anchor until then are asked.
    """
    return f"""
WITH met AS (
  SELECT v.stay_id, v.anchor, GREATEST(v.anchor, COALESCE(MAX(b.known), v.anchor)) AS latest
  FROM {verdicts_of} v LEFT JOIN {because_of} b ON b.stay_id = v.stay_id AND b.state = 2
  WHERE v.lower >= {whole.need} GROUP BY v.stay_id, v.anchor
), hits AS (
  SELECT f.stay_id, f.bit, f.day, MIN(f.known) AS known FROM {facts} f JOIN met ON met.stay_id = f.stay_id
  WHERE f.state = 2 AND f.known <= met.latest GROUP BY f.stay_id, f.bit, f.day
), days AS (
  SELECT h.stay_id, h.day FROM hits h JOIN met ON met.stay_id = h.stay_id WHERE h.day >= met.anchor
  UNION SELECT stay_id, anchor FROM met
), backs AS (
  SELECT h.stay_id, h.known FROM hits h JOIN met ON met.stay_id = h.stay_id WHERE h.known >= met.anchor
  UNION SELECT stay_id, anchor FROM met
), standing AS (
  SELECT d.stay_id, d.day, k.known, BIT_OR(COALESCE(f.bit, 0)) AS bits
  FROM days d JOIN backs k ON k.stay_id = d.stay_id AND k.known >= d.day
  LEFT JOIN hits f ON f.stay_id = d.stay_id AND f.known <= k.known AND f.day <= d.day
    AND f.day > d.day - {_width(whole)}
  GROUP BY d.stay_id, d.day, k.known
), answered AS (
  SELECT s.stay_id, s.known, {_answered(whole, "s.bits", "a.met")} AS bits
  FROM standing s LEFT JOIN answers a ON a.stay_id = s.stay_id
)
SELECT stay_id, MIN(known) AS known FROM answered
WHERE {whole.lowered.worth("bits")} >= {whole.need} GROUP BY stay_id"""
