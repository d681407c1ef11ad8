"""The search: the whole database asked, inside it, which stays meet the definition or may."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

from caseseries.cohort import facts, flags, stays, windows
from caseseries.cohort.rules import Rules, rules
from caseseries.cohort.windows import Windows
from caseseries.criteria.definition import Definition, findings_of
from caseseries.criteria.lowering import lower
from caseseries.protocol.clauses.hospital import Stay
from caseseries.records.codebook import Codebook
from caseseries.records.forms import Forms, read_forms
from caseseries.records.omop import Records
from caseseries.records.resolving import Resolved

Tell = Callable[[str], None]
MOST_REACH = 3
"""A review is costed for patients short by at most so many criteria."""
UNFLAGGED = "_unflagged"
"""The end of the names of what is judged without flagged evidence."""
ANSWERS = pl.Schema({"stay_id": pl.Int64, "answered": pl.Int64, "met": pl.Int64, "undecided": pl.Int64})


@dataclass(frozen=True)
class Search:
    """A definition, made ready to be asked of these records."""

    records: Records
    codebook: Codebook
    resolved: Resolved
    forms: Forms
    rules: Rules
    windows: Windows
    known_from: str

    @property
    def facts(self) -> str:
        """SQL: every row's word on every test."""
        return facts.facts(self.rules, self.known_from)


def prepare(
    records: Records, codebook: Codebook, resolved: Resolved, definition: Definition, stay: Stay, tell: Tell
) -> Search:
    """Read how these records write the findings of a definition, and lay out its rules beside them."""
    tell("reading units and texts")
    wanted = with_parts(findings_of(definition), codebook)
    entries = codebook.entries_of(wanted)
    columns = [one.known_from for one in entries if one.known_from]
    known_from = next((column for column in columns if records.has("measurement", column)), "")
    reads = {entry.finding: entry.reads for entry in codebook.entries}
    how = pl.col("finding").replace_strict(reads, return_dtype=pl.String)
    measured = resolved.codes.filter((pl.col("table") == "measurement") & how.is_in(["number", "limit"]))
    worded = resolved.codes.filter(how.eq("word") & pl.col("table").is_in(["measurement", "observation"]))
    numbers = measured.filter(pl.col("finding").is_in(wanted))["concept_id"].unique().sort()
    forms = read_forms(records, codebook, numbers, worded)
    lowered = lower(definition)
    table = rules(lowered, codebook, resolved.codes, forms)
    for name, frame in (
        ("number_rules", table.numbers),
        ("product_parts", table.products),
        ("product_rules", table.product_rules),
        ("limit_rules", table.limits),
        ("word_rules", table.words),
        ("presence_rules", table.presences),
    ):
        records.put(name, frame)
    if table.products.height:
        records.keep("made_of_two", facts.made_of_two(known_from))
    need = definition.need if definition.need is not None else definition.most
    whole = windows.windows(lowered, need, stay)
    return Search(records, codebook, resolved, forms, table, whole, known_from)


def with_parts(findings: Iterable[str], codebook: Codebook) -> list[str]:
    """The findings, and those that some of them can be worked out from."""
    wanted = list(findings)
    for entry in codebook.entries_of(wanted):
        wanted += entry.or_from.of if entry.or_from else ()
    return list(dict.fromkeys(wanted))


def find_stays(records: Records, codebook: Codebook, transfers: int, first: int, last: int) -> None:
    """Lay out `stays`, every one, and `studied`, those of the setting with the age on their first day."""
    concepts = pl.DataFrame({"concept_id": list(codebook.inpatient_concepts)}, {"concept_id": pl.Int64})
    records.put("inpatient", concepts)
    records.keep("stays", stays.stays(transfers))
    records.keep("studied", stays.of_the_setting(first, last))


def find_candidates(search: Search, reach: int, tell: Tell) -> tuple[int, ...]:
    """Lay out `anchors`: the stays whose lower bound comes within `reach` of the need.

    Answers with how many patients have no stay that meets the definition and one that is short by at most
    0, 1, 2, 3 criteria: what a review of each reach would cost at most.
    """
    records, whole = search.records, search.windows
    worth = whole.lowered.worth("bits")
    tell("looking through the records of everyone")
    hits = f"""
SELECT person_id, day, BIT_OR(bit) AS bits FROM ({search.facts}) f WHERE state = 2 GROUP BY person_id, day"""
    records.keep("hits", hits)
    records.keep("likely", _likely(worth, whole.need - max(reach, MOST_REACH)))
    records.keep(
        "likely_stays",
        "SELECT s.stay_id, s.person_id, s.first_day, s.last_day FROM studied s"
        " JOIN likely l ON l.person_id = s.person_id",
    )
    records.keep(
        "hit_days",
        """
SELECT s.stay_id, h.day, h.bits FROM likely_stays s
JOIN hits h ON h.person_id = s.person_id AND h.day BETWEEN s.first_day AND s.last_day""",
    )
    records.keep("lowest", windows.best(whole, "hit_days", "likely_stays"))
    records.keep("anchors", f"SELECT * FROM lowest WHERE lower >= {whole.need - reach}")
    short = records.run(
        f"""
WITH by_person AS (
  SELECT s.person_id, MAX(l.lower) AS lower FROM lowest l JOIN studied s ON s.stay_id = l.stay_id
  GROUP BY s.person_id
)
SELECT {whole.need} - lower AS short, COUNT(*) AS patients FROM by_person WHERE lower < {whole.need}
GROUP BY lower""",
        "what a review would cost",
    )
    counts = dict(short.iter_rows())
    return tuple(sum(counts.get(one, 0) for one in range(1, most + 1)) for most in range(MOST_REACH + 1))


def judge(search: Search, tell: Tell) -> tuple[str, ...]:
    """Lay out the verdicts of the candidates, and answer with their kinds: "" as they are, UNFLAGGED without flags.

    A kind is the end of the names `verdicts`, `because` and `known_days`.
    """
    records = search.records
    tell("weighing the evidence of the likely")
    records.keep(
        "stay_facts",
        f"""
SELECT s.stay_id, f.* FROM ({search.facts}) f
JOIN studied s ON s.person_id = f.person_id AND f.day BETWEEN s.first_day AND s.last_day
JOIN anchors a ON a.stay_id = s.stay_id""",
    )
    _judge(search, "stay_facts", "")
    flagged = flags.flag_rules(search.windows.lowered, search.resolved.codes)
    if not flagged.height:
        return ("",)
    records.put("flag_rules", flagged)
    records.keep("flag_days", flags.flag_days(flagged))
    records.keep("unflagged_facts", flags.unflagged("stay_facts", "flag_days"))
    _judge(search, "unflagged_facts", UNFLAGGED)
    return ("", UNFLAGGED)


def _judge(search: Search, of: str, kind: str) -> None:
    records, whole = search.records, search.windows
    hits = f"(SELECT stay_id, day, BIT_OR(bit) AS bits FROM {of} WHERE state = 2 GROUP BY stay_id, day) h"
    among = "(SELECT s.* FROM studied s JOIN anchors c ON c.stay_id = s.stay_id) c"
    records.keep(f"decided{kind}", windows.best(whole, hits, among))
    records.keep(f"standing{kind}", windows.standing_on_the_anchor(whole, of, f"decided{kind}"))
    records.keep(f"verdicts{kind}", windows.verdicts(whole, f"decided{kind}", f"standing{kind}"))
    records.keep(f"because{kind}", windows.because(f"standing{kind}"))
    records.keep(f"known_days{kind}", windows.known(whole, of, f"verdicts{kind}"))


def _likely(worth: str, least: int) -> str:
    """SQL: the patients in whom, all their days together, at least so many criteria are met."""
    if least <= 0:
        return "SELECT DISTINCT person_id FROM studied"
    return f"""
WITH every_bit AS (
  SELECT person_id, bits FROM hits
  UNION ALL
  SELECT s.person_id, a.met AS bits FROM answers a JOIN stays s ON s.stay_id = a.stay_id
), by_person AS (
  SELECT person_id, BIT_OR(bits) AS bits FROM every_bit GROUP BY person_id
)
SELECT person_id FROM by_person WHERE {worth} >= {least}"""
