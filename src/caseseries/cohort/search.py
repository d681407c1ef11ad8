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
from caseseries.records import readings
from caseseries.records.codebook import Codebook
from caseseries.records.forms import lay_concepts, read_forms
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
    """A definition, ready to be asked of these records. `reach`: how many criteria a candidate may be short of."""

    records: Records
    codebook: Codebook
    resolved: Resolved
    windows: Windows
    reach: int
    known_from: str

    @property
    def definition(self) -> Definition:
        """What is searched for."""
        return self.windows.lowered.definition


def find_stays(records: Records, codebook: Codebook, transfers: int, first: int, last: int) -> None:
    """Lay out `stays`, every one, and `studied`, those of the setting with the age on their first day."""
    concepts = pl.DataFrame({"concept_id": list(codebook.inpatient_concepts)}, {"concept_id": pl.Int64})
    records.put("inpatient", concepts)
    records.keep("stays", stays.stays(transfers))
    records.keep("studied", stays.of_the_setting(first, last))


def prepare(
    records: Records, codebook: Codebook, resolved: Resolved, definition: Definition, stay: Stay, reach: int
) -> Search:
    """The definition with its tests numbered and its windows, and where these records tell a result's day."""
    entries = codebook.entries_of(with_parts(findings_of(definition), codebook))
    columns = [one.known_from for one in entries if one.known_from]
    known_from = next((column for column in columns if records.has("measurement", column)), "")
    need = definition.need if definition.need is not None else definition.most
    whole = windows.windows(lower(definition), need, stay)
    return Search(records, codebook, resolved, whole, reach, known_from)


def with_parts(findings: Iterable[str], codebook: Codebook) -> list[str]:
    """The findings, and those that some of them can be worked out from."""
    wanted = list(findings)
    for entry in codebook.entries_of(wanted):
        wanted += entry.or_from.of if entry.or_from else ()
    return list(dict.fromkeys(wanted))


# ---- The likely, and their facts ----


def find_likely(search: Search, tell: Tell) -> None:
    """Lay out `likely_stays` and `stay_facts`: every row's word on every test, in the stays of the likely.

    The likely are those in whom enough criteria were looked for at all. The criteria with the most rows, which nearly
    everyone has, are not asked for: at least two of the others must be.
    """
    records, whole = search.records, search.windows
    tell("looking who was tested")
    lay_concepts(records, _numbers(search))
    counts = _rows_by_concept(search)
    least = whole.need - search.reach
    common = _common(search, counts, max(0, least - 2))
    records.put("looked_rules", _looked_rules(search, common))
    records.keep("likely", _likely(search, common, least))
    records.keep(
        "likely_stays",
        "SELECT s.* FROM studied s JOIN likely l ON l.person_id = s.person_id",
    )
    tell("reading the results of the likely")
    among = f"""JOIN likely_stays s ON s.person_id = m.person_id
  AND {readings.day("m.measurement_date")} BETWEEN s.first_day AND s.last_day"""
    records.keep("number_rows", readings.number_rows(search.known_from, among))
    table = lay_rules(search, "number_rows")
    told = facts.facts(table, "number_rows", search.known_from)
    records.keep(
        "stay_facts",
        f"""
SELECT s.stay_id, f.* FROM ({told}) f
JOIN likely_stays s ON s.person_id = f.person_id AND f.day BETWEEN s.first_day AND s.last_day""",
    )


def lay_rules(search: Search, rows: str) -> Rules:
    """Read how these rows write the findings of the definition, and lay out its rules beside them."""
    records, codebook = search.records, search.codebook
    reads = {entry.finding: entry.reads for entry in codebook.entries}
    how = pl.col("finding").replace_strict(reads, return_dtype=pl.String)
    is_asked = pl.col("finding").is_in(list(findings_of(search.definition)))
    worded = search.resolved.codes.filter(
        is_asked & how.eq("word") & pl.col("table").is_in(["measurement", "observation"])
    )
    forms = read_forms(records, codebook, rows, worded)
    table = rules(search.windows.lowered, codebook, search.resolved.codes, forms)
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
        records.keep("made_of_two", facts.made_of_two(rows))
    return table


def _numbers(search: Search) -> list[int]:
    """The concepts of measurement that are read as numbers."""
    wanted = with_parts(findings_of(search.definition), search.codebook)
    reads = {one: search.codebook.entry(one).reads for one in wanted}
    mine = [finding for finding, how in reads.items() if how in ("number", "limit")]
    codes = search.resolved.codes.filter(pl.col("finding").is_in(mine) & (pl.col("table") == "measurement"))
    return codes["concept_id"].unique().sort().to_list()


def _looked(search: Search) -> pl.DataFrame:
    """The concepts by which each criterion is looked for, a part of a finding made of two among them."""
    rows = []
    for asked in search.windows.lowered.asked:
        for finding in with_parts([asked.test.finding], search.codebook):
            codes = search.resolved.codes.filter(pl.col("finding") == finding)
            pairs = codes.select("table", "concept_id").unique().sort("table", "concept_id").rows()
            rows += [(asked.criterion, table, concept, asked.bit) for table, concept in pairs]
    schema = {"criterion": pl.String, "table": pl.String, "concept_id": pl.Int64, "bit": pl.Int64}
    return pl.DataFrame(rows, schema, orient="row")


def _rows_by_concept(search: Search) -> dict[int, int]:
    found = search.records.run(
        """
SELECT measurement_concept_id AS concept_id, COUNT(*) AS rows FROM measurement
WHERE measurement_concept_id IN (SELECT concept_id FROM numbered_concepts) GROUP BY 1""",
        "rows of each concept",
    )
    return dict(found.iter_rows())


def _common(search: Search, counts: dict[int, int], most: int) -> frozenset[str]:
    """So many criteria at most, those with the most rows first."""
    rows: dict[str, int] = {}
    for criterion, concept in _looked(search).select("criterion", "concept_id").unique().iter_rows():
        rows[criterion] = rows.get(criterion, 0) + counts.get(concept, 0)
    by_rows = sorted(rows, key=lambda criterion: (-rows[criterion], criterion))
    return frozenset([criterion for criterion in by_rows if rows[criterion]][:most])


def _looked_rules(search: Search, common: frozenset[str]) -> pl.DataFrame:
    """The bits of the criteria that are not common, by table and concept."""
    rare = _looked(search).filter(~pl.col("criterion").is_in(list(common)))
    bits: dict[tuple[str, int], int] = {}
    for table, concept, bit in rare.select("table", "concept_id", "bit").iter_rows():
        bits[table, concept] = bits.get((table, concept), 0) | bit
    rows = [(*key, mask) for key, mask in bits.items()]
    schema = {"table": pl.String, "concept_id": pl.Int64, "bits": pl.Int64}
    return pl.DataFrame(rows, schema, orient="row")


def _likely(search: Search, common: frozenset[str], least: int) -> str:
    """SQL: the patients in whom so many criteria may be met, as far as they were looked for at all."""
    if least <= 0:
        return "SELECT DISTINCT person_id FROM studied"
    lowered = search.windows.lowered
    tables = _looked(search)["table"].unique().sort()
    parts = [
        f"""
SELECT e.person_id, r.bits FROM {table} e
JOIN looked_rules r ON r."table" = '{table}' AND r.concept_id = e.{facts.DATES[table][0]}"""
        for table in tables
        if table in facts.DATES
    ]
    answered = "\nSELECT s.person_id, a.answered AS bits FROM answers a JOIN stays s ON s.stay_id = a.stay_id"
    looked = "\nUNION ALL".join([*parts, answered])
    return f"""
WITH by_person AS (
  SELECT person_id, BIT_OR(bits) AS looked FROM ({looked}) e GROUP BY person_id
)
SELECT person_id FROM by_person WHERE {lowered.worth(f"(looked | {lowered.bits_of(common)})")} >= {least}"""


# ---- The candidates, and the verdicts on them ----


def judge(search: Search, tell: Tell) -> tuple[str, ...]:
    """Lay out the verdicts of the candidates, and answer with their kinds: "", and UNFLAGGED without flags.

    A kind is the end of the names `verdicts`, `because` and `known_days`. The candidates, `anchors`, are the stays
    whose lower bound comes within reach of the need.
    """
    records, whole = search.records, search.windows
    tell("weighing what they show")
    records.keep("hit_days", _hit_days("stay_facts"))
    records.keep("lowest", windows.best(whole, "hit_days", "likely_stays"))
    records.keep("anchors", f"SELECT * FROM lowest WHERE lower >= {whole.need - search.reach}")
    records.keep("candidate_facts", "SELECT f.* FROM stay_facts f JOIN anchors a ON a.stay_id = f.stay_id")
    _judge(search, "candidate_facts", "anchors", "")
    flagged = flags.flag_rules(whole.lowered, search.resolved.codes)
    if not flagged.height:
        return ("",)
    records.put("flag_rules", flagged)
    records.keep("flag_days", flags.flag_days(flagged))
    records.keep("unflagged_facts", flags.unflagged("candidate_facts", "flag_days"))
    among = "(SELECT s.* FROM studied s JOIN anchors c ON c.stay_id = s.stay_id) c"
    records.keep("unflagged_days", _hit_days("unflagged_facts"))
    records.keep(f"anchors{UNFLAGGED}", windows.best(whole, "unflagged_days", among))
    _judge(search, "unflagged_facts", f"anchors{UNFLAGGED}", UNFLAGGED)
    return ("", UNFLAGGED)


def _hit_days(told: str) -> str:
    return f"SELECT stay_id, day, BIT_OR(bit) AS bits FROM {told} WHERE state = 2 GROUP BY stay_id, day"


def _judge(search: Search, told: str, anchors: str, kind: str) -> None:
    records, whole = search.records, search.windows
    records.keep(f"standing{kind}", windows.standing_on_the_anchor(whole, told, anchors))
    records.keep(f"verdicts{kind}", windows.verdicts(whole, anchors, f"standing{kind}"))
    records.keep(f"because{kind}", windows.because(f"standing{kind}"))
    records.keep(f"known_days{kind}", windows.known(whole, told, f"verdicts{kind}"))


# ---- What a review would cost ----


def cost_of_review(search: Search, tell: Tell) -> tuple[int, ...]:
    """How many patients have no stay that meets the definition, and one that is short by at most 0, 1, 2, 3 criteria.

    So many charts a review of that reach would cost at most. Goes through the results of everyone, keeping of each
    day only the bits that are met.
    """
    records, whole = search.records, search.windows
    tell("counting what a review would cost")
    everyone = f"({readings.number_rows(search.known_from)})"
    told = facts.facts(lay_rules(search, everyone), everyone, search.known_from)
    records.keep(
        "all_hits",
        f"SELECT person_id, day, BIT_OR(bit) AS bits FROM ({told}) f WHERE state = 2 GROUP BY person_id, day",
    )
    records.keep(
        "all_hit_days",
        """
SELECT s.stay_id, h.day, h.bits FROM studied s
JOIN all_hits h ON h.person_id = s.person_id AND h.day BETWEEN s.first_day AND s.last_day""",
    )
    records.keep("all_lowest", windows.best(whole, "all_hit_days", "studied"))
    short = records.run(
        f"""
WITH by_person AS (
  SELECT s.person_id, MAX(l.lower) AS lower FROM all_lowest l JOIN studied s ON s.stay_id = l.stay_id
  GROUP BY s.person_id
)
SELECT {whole.need} - lower AS short, COUNT(*) AS patients FROM by_person WHERE lower < {whole.need}
GROUP BY lower""",
        "what a review would cost",
    )
    counts = dict(short.iter_rows())
    return tuple(sum(counts.get(one, 0) for one in range(1, most + 1)) for most in range(MOST_REACH + 1))
