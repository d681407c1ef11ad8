"""What a study will not be able to see in these records, in plain sentences, the gravest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from caseseries.evidence.catalogue import entry as catalogue_entry
from caseseries.evidence.problem import some_of
from caseseries.records.codebook import DEATH, Entry
from caseseries.records.deaths import Deaths
from caseseries.records.omop import Records
from caseseries.records.resolving import Resolved
from caseseries.records.survey_frames import SET_ASIDE, Frames
from caseseries.records.survey_wording import counted, percent
from caseseries.records.survey_words import BY_LIMIT, NOT_UNDERSTOOD

REASONS = {
    "no_value": "without a value",
    "not_read": "that cannot be read",
    "no_unit": "without a unit",
    "unknown_unit": "in a unit that is not understood",
    "other_unit": "in a unit that cannot be compared",
    "implausible": "implausible",
}
"""Why a row is set aside: "12 rows ..."."""
MUCH = 0.1
"""The share of a finding's rows that is told where so much is set aside."""


def unseen(
    records: Records, entries: Sequence[Entry], resolved: Resolved, frames: Frames, deaths: Deaths
) -> tuple[str, ...]:
    """Every sentence: of whole findings, then of what surrounds them, then of single ways of writing."""
    rows = {row["finding"]: row for row in frames.findings.iter_rows(named=True)}
    return (
        *_whole_findings(entries, resolved, rows),
        *_set_aside(entries, rows),
        *_lost(rows),
        *_other_units(frames),
        *_unknown_units(frames),
        *_words(frames),
        *_result_times(frames),
        *_deaths(records, deaths, frames),
        *_drugs(frames),
        *_memory(frames),
        *frames.audit["sentence"],
    )


# ---- Whole findings ----


def _whole_findings(
    entries: Sequence[Entry], resolved: Resolved, rows: dict[str, dict[str, int]]
) -> Iterator[str]:
    asked = [entry for entry in entries if entry.answered_by_review]
    if asked:
        yield f"Only a reviewer can answer: {_named(asked)}."
    bare = [entry for entry in entries if not entry.answered_by_review and not rows[entry.finding]["rows"]]
    unfound = [entry for entry in bare if entry.finding in resolved.unfound]
    if unfound:
        yield (
            f"Nothing in these records stands for: {_named(unfound)}. No code, no name: that nothing is "
            "recorded of them says nothing."
        )
    made = [entry for entry in bare if _can_be_made(entry, rows)]
    for entry in made:
        assert entry.or_from is not None
        yield f"No row of {entry.finding}: it can only be worked out, as {' × '.join(entry.or_from.of)}."
    rest = [entry for entry in bare if entry not in unfound and entry not in made]
    absent = [entry for entry in rest if resolved.silence(entry).means == "absent"]
    if absent:
        yield f"Not one row of: {_named(absent)}. By the codebook it counts as absent in everyone."
    hidden = [entry for entry in rest if entry.finding in resolved.bare]
    if hidden:
        yield (
            f"Not one row of: {_named(hidden)}. CONCEPT_ANCESTOR files no product below the codes, so that "
            "none can be found, and it stays unknown for everyone. Add that table, or list the products."
        )
    silent = [entry for entry in rest if entry not in (*absent, *hidden)]
    if silent:
        yield f"Not one row of: {_named(silent)}. It stays unknown for everyone."


def _can_be_made(entry: Entry, rows: dict[str, dict[str, int]]) -> bool:
    parts = entry.or_from.of if entry.or_from else ()
    return bool(parts) and all(part in rows and rows[part]["usable"] for part in parts)


def _set_aside(entries: Sequence[Entry], rows: dict[str, dict[str, int]]) -> Iterator[str]:
    for entry in entries:
        mine = rows[entry.finding]
        total, usable = mine["rows"], mine["usable"]
        if total and not usable:
            yield f"Not one usable row of {entry.finding}: {counted(total)}, all set aside ({why(mine)})."
        elif total and total - usable >= MUCH * total:
            share = percent(total - usable, total)
            yield f"{entry.finding}: {share} of {counted(total)} are set aside ({why(mine)})."


def _lost(rows: dict[str, dict[str, int]]) -> Iterator[str]:
    said = [f"{finding} ({row['lost']:,})" for finding, row in rows.items() if row["lost"]]
    if said:
        yield f"Rows without a patient or a day, which count nowhere: {some_of(said)}."


def why(row: dict[str, int], most: int = len(SET_ASIDE)) -> str:
    """The reasons for which rows of a finding are set aside, the greatest first: "13 implausible, 2 ..."."""
    reasons = sorted(((row[name] or 0, REASONS[name]) for name in SET_ASIDE), key=lambda one: -one[0])
    return ", ".join(f"{count:,} {reason}" for count, reason in reasons[:most] if count)


# ---- Units and words ----


def _other_units(frames: Frames) -> Iterator[str]:
    other = _of_numbers(frames, frames.units).filter(
        ~pl.col("is_taken") & (pl.col("unit") != "") & (pl.col("values") > 0)
    )
    for finding, unit, values in other.select("finding", "unit", "values").iter_rows():
        kind = catalogue_entry(finding)
        never = f" {kind.never}" if kind and kind.never else ""
        yield f"{finding}: {counted(values)} in {unit} cannot be compared.{never}"


def _unknown_units(frames: Frames) -> Iterator[str]:
    unknown = _of_numbers(frames, frames.written).filter(pl.col("unit").is_null())
    by_text = unknown.group_by("unit_concept_id", "unit_source_value").agg(
        pl.col("rows").sum(), pl.col("finding").unique().sort()
    )
    order = ["rows", "unit_source_value", "unit_concept_id"]
    for concept, text, rows, findings in by_text.sort(order, descending=[True, True, False]).iter_rows():
        named = f'"{text}"' if text else f"concept {concept}"
        yield f"The unit {named} is not understood: {counted(rows)} of {some_of(findings)}."


def _of_numbers(frames: Frames, frame: pl.DataFrame) -> pl.DataFrame:
    """Of a laboratory's own limit no unit is asked."""
    numbers = frames.findings.filter(pl.col("reads") == "number")["finding"].to_list()
    return frame.filter(pl.col("finding").is_in(numbers))


def _words(frames: Frames) -> Iterator[str]:
    odd = frames.words.filter((pl.col("means") == NOT_UNDERSTOOD) & ~pl.col("word").is_in(["", *BY_LIMIT]))
    by_finding = odd.group_by("finding", maintain_order=True).agg("word", "rows")
    for finding, words, rows in by_finding.iter_rows():
        said = some_of([f'"{word}" ({count:,})' for word, count in zip(words, rows, strict=True)])
        yield f"{finding}: these words are not understood: {said}."


# ---- What surrounds the findings ----


def _result_times(frames: Frames) -> Iterator[str]:
    measured = frames.findings.filter(pl.col("reads").is_in(["number", "limit"]))
    rows, known = int(measured["rows"].sum()), int(measured["result_times"].sum())
    if rows and not known:
        yield "No result has a time of its own: each counts as known on the day of its sample."
    elif known < rows:
        yield (
            f"{rows - known:,} of {rows:,} results have no time of the result: each counts as known on the "
            "day of its sample."
        )


def _deaths(records: Records, deaths: Deaths, frames: Frames) -> Iterator[str]:
    if not deaths.patients:
        there = (
            "The table of deaths has no dated row" if records.has("death") else "There is no table of deaths"
        )
        others = frames.concepts.filter((pl.col("finding") == DEATH) & (pl.col("table") != "death"))
        rows = int(others["rows"].sum())
        plural = "s" * (deaths.visits != 1)
        told = [f"{deaths.visits:,} discharge{plural}"] if deaths.visits else []
        told += [f"{counted(rows)} of other tables"] if rows else []
        known = f"from {' and '.join(told)} alone" if told else "from no discharge either"
        yield f"{there}: who died is known {known}."


def _drugs(frames: Frames) -> Iterator[str]:
    by_kind = frames.drugs.group_by("finding", maintain_order=True).agg(
        pl.col("rows").sum(),
        pl.col("with_dose").sum(),
        given=pl.col("rows").filter(pl.col("kind") == "administration").sum(),
    )
    ordered = by_kind.filter(pl.col("given") == 0)["finding"].to_list()
    if ordered:
        yield f"Only orders, no administrations: {some_of(ordered)}. Not everything that is ordered is given."
    doseless = by_kind.filter(pl.col("with_dose") < (1 - MUCH) * pl.col("rows"))
    said = [
        f"{finding} ({rows - doses:,} of {rows:,})"
        for finding, rows, doses in doseless.select("finding", "rows", "with_dose").iter_rows()
    ]
    if said:
        yield f"Rows of drugs whose dose cannot be read in milligrams: {some_of(said)}."


def _memory(frames: Frames) -> Iterator[str]:
    rest = frames.recalled.filter(pl.col("rows") > 0)
    said = [
        f"{row['concept_id']} ({row['label']}): {counted(row['rows'])}"
        + (f", {row['confirmed']:,} with the same unit as text" if row["confirmed"] else "")
        for row in rest.iter_rows(named=True)
    ]
    if said:
        yield f"Known from memory alone, look them up: {'; '.join(said)}."


def _named(entries: Sequence[Entry]) -> str:
    return ", ".join(entry.finding for entry in entries)
