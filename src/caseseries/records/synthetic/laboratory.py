"""What the laboratory and the ward measured: a row a sample, on the planned side of its threshold."""

from __future__ import annotations

import numpy as np
import polars as pl

from caseseries.records.synthetic.analyte import Analyte, analytes
from caseseries.records.synthetic.arrays import Floats, Ints, Yes, dice, runs
from caseseries.records.synthetic.people import Stays
from caseseries.records.synthetic.plan import FINDINGS, MET, NOT_MET, UNKNOWN, Plan
from caseseries.records.synthetic.rates import rate, story

SAMPLES = {
    "stay": pl.Int32,
    "minute": pl.Int64,  # since 1970-01-01
    "back": pl.Int64,  # when the result came, in the same minutes; null: never
    "concept": pl.Int64,
    "source": pl.Int8,
    "value": pl.Float64,
    "unit": pl.Int8,  # -1: none
    "operator": pl.Int64,  # null: none
    "text": pl.Int8,  # -1: none
    "low": pl.Float64,
    "finding": pl.Int8,  # -1: nothing that a criterion asks for
    "side": pl.Int8,  # MET, NOT_MET or UNKNOWN
    "dirt": pl.Int8,  # 0: none
    "has_visit": pl.Boolean,
}
"""The columns of the samples before they are set as a table of the CDM; indices point into the lists here."""
MORE = 4172704
LESS = 4171756
SOURCES = [*dict.fromkeys(source for one in analytes() for source in one.sources), "NEUT %"]
UNITS = list(dict.fromkeys(unit.text for one in analytes() for unit in one.units))
UNITS += ["pg/mL", "%", "furlong"]
UNIT_CONCEPTS = {unit.text: unit.concept for one in analytes() for unit in one.units}
UNIT_CONCEPTS |= {"pg/mL": 8845, "%": 8554, "furlong": 0}
CAPS = (16500.0, 33511.0, 100000.0)
"""Where an analyser stops counting; what is above is printed as `>33,511`."""
TEXTS = [*(f">{cap:,.0f}" for cap in CAPS), "<600", "SENT OUT", "HEMOLYZED", "SEE COMMENT", "pending"]
SHARE_CONCEPT = 3008342
LEUKOCYTES_CONCEPT = 3000905
SUDDEN = 20
"""A range this many times wider than its beginning is drawn on the logarithm."""


def measure(stays: Stays, plan: Plan, block: range, seed: int) -> pl.DataFrame:
    """Every sample of a block of stays, with SAMPLES as columns; clean, and in no order."""
    stay, day = runs(stays.days[block.start : block.stop])
    stay += block.start
    frames = []
    for one in analytes():
        random = dice(seed, f"analyte {one.finding} from {block.start}")
        finding = FINDINGS.index(one.finding) if one.finding in FINDINGS else -1
        chance = random.random(len(stay)) < one.every
        if finding >= 0:
            taken = plan.looked[stay, finding] & (chance | (day == plan.look[stay, finding]))
        elif one.finding == "leukocytes":
            taken = chance & ~plan.by_share[stay]
        else:
            taken = chance
        frames.append(_samples(one, finding, stay[taken], day[taken], stays, plan, random))
    return pl.concat(frames)


# ---- One analyte ----


def _samples(
    one: Analyte, finding: int, stay: Ints, day: Ints, stays: Stays, plan: Plan, random: np.random.Generator
) -> pl.DataFrame:
    """The samples of one analyte on these days of these stays."""
    day_of, slot = runs(np.full(len(stay), one.daily, dtype=np.int64))
    stay, day = stay[day_of], day[day_of]
    size = len(stay)
    is_met = np.zeros(size, dtype=np.bool_)
    if finding >= 0:
        onset, until = plan.onset[stay, finding], plan.until[stay, finding]
        is_met = (onset >= 0) & (day >= onset) & (day <= until)
        is_met &= (slot == 0) | (random.random(size) < 0.6)
    minute = (stays.start[stay] + day) * 1440 + ((slot + random.random(size)) * (1440 // one.daily)).astype(
        int
    )
    value = _values(one, is_met, stay, stays, random)
    if one.finding == "ferritin":
        value = _ferritin(value, is_met, stay, day, stays, plan, random)
    at_edge = random.random(size) < rate("disease", "edge")
    if one.edge is not None:
        value = np.where(at_edge & (is_met == (one.edge_is == "met")), one.edge, value)
    hours = random.uniform(*one.hours, size)
    columns = {
        "stay": stay,
        "minute": minute,
        "back": minute + (hours * 60).astype(np.int64),
        "concept": np.array(one.concepts)[random.integers(0, len(one.concepts), size)],
        "source": np.array([SOURCES.index(s) for s in one.sources])[
            random.integers(0, len(one.sources), size)
        ],
        "finding": np.full(size, finding),
        "side": np.where(is_met, MET, NOT_MET),
    }
    samples = pl.DataFrame(columns).with_columns(
        low=pl.lit(one.low, dtype=pl.Float64),
        operator=pl.lit(None, dtype=pl.Int64),
        text=pl.lit(-1),
        dirt=pl.lit(0),
        has_visit=pl.lit(True),
    )
    choice = random.integers(0, len(one.units), stays.size)[stay]
    samples = _spelt(samples, one, value, is_met, choice)
    if one.finding == "ferritin":
        samples = _capped(samples, random)
    if one.finding in ("nk activity", "soluble cd25"):
        samples = _sent_out(samples, plan, random)
    if one.finding == "neutrophils":
        samples = _by_share(samples, value, plan, random)
    return samples.select(pl.col(name).cast(kind) for name, kind in SAMPLES.items())


def _values(one: Analyte, is_met: Yes, stay: Ints, stays: Stays, random: np.random.Generator) -> Floats:
    values = _between(one.not_met, random.random(len(stay)))
    if one.sick is not None:
        is_sick = stays.story[stay] != story("ordinary")
        values = np.where(is_sick, _between(one.sick, random.random(len(stay))), values)
    if one.met is not None:
        values = np.where(is_met, _between(one.met, random.random(len(stay))), values)
    return np.round(values, one.decimals)


def _between(limits: tuple[float, float], share: Floats) -> Floats:
    low, high = limits
    if low > 0 and high > SUDDEN * low:
        return np.asarray(low * (high / low) ** share, dtype=np.float64)
    return low + (high - low) * share


def _ferritin(
    value: Floats, is_met: Yes, stay: Ints, day: Ints, stays: Stays, plan: Plan, random: np.random.Generator
) -> Floats:
    """A peak for each stay, higher in HLH, that falls by an eighth a day from the fourth day on."""
    has_hlh = np.isin(stays.story, [story("hlh"), story("primary hlh"), story("young hlh")])
    peak = np.where(has_hlh, 15000, 1200) * random.lognormal(0, 1, stays.size)
    column = FINDINGS.index("ferritin")
    since = np.maximum(day - plan.onset[stay, column] - 3, 0)
    course = peak[stay] * np.exp(-since / 8) * random.lognormal(0, 0.15, len(stay))
    return np.where(is_met, np.round(np.clip(course, 500, 400_000)), value)


# ---- As it is printed ----


def _spelt(samples: pl.DataFrame, one: Analyte, value: Floats, is_met: Yes, choice: Ints) -> pl.DataFrame:
    """The value in the stay's own unit, still on its side of the threshold."""
    printed = value.copy()
    for number, unit in enumerate(one.units):
        mine = choice == number
        decimals = one.decimals if unit.decimals is None else unit.decimals
        there = np.round(value[mine] * unit.factor + unit.offset, decimals)
        if unit.met_from is not None:
            there = np.where(is_met[mine], np.maximum(there, unit.met_from), there)
        if unit.not_to is not None:
            there = np.where(is_met[mine], there, np.minimum(there, unit.not_to))
        printed[mine] = there
    places = np.array([UNITS.index(unit.text) for unit in one.units])
    return samples.with_columns(value=pl.Series(printed), unit=pl.Series(places[choice]))


def _capped(samples: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Some of the highest as `>33,511`: as operator and number, or as text without a number."""
    value = samples["value"].to_numpy()
    cap = np.searchsorted(CAPS, value) - 1
    is_capped = (cap >= 0) & (random.random(len(value)) < 0.25)
    is_text = is_capped & (random.random(len(value)) < 0.5)
    return samples.with_columns(
        value=pl.Series(np.where(is_text, np.inf, np.where(is_capped, np.array(CAPS)[cap], value))),
        operator=pl.Series(np.where(is_capped & ~is_text, MORE, 0)).replace(0, None),
        text=pl.Series(np.where(is_capped, cap, -1)),
    )


def _sent_out(samples: pl.DataFrame, plan: Plan, random: np.random.Generator) -> pl.DataFrame:
    """Late, never back, or in a unit that cannot be judged."""
    stay, finding = samples["stay"].to_numpy(), samples["finding"].to_numpy()
    is_never = plan.is_never[stay, finding]
    is_late = random.random(len(stay)) < rate("disease", "late")
    is_late[np.flatnonzero(~is_never)[:1]] = True  # one at least
    delay = np.where(is_late, random.integers(15 * 1440, 60 * 1440, len(stay)), 0)
    is_pg = plan.is_pg_ml[stay] & (finding == FINDINGS.index("soluble cd25")) & ~is_never
    pg = np.round(random.lognormal(np.log(3000), 1, len(stay)))
    value = np.where(is_pg, pg, np.where(is_never, np.inf, samples["value"].to_numpy()))
    return samples.with_columns(
        value=pl.Series(value),
        unit=pl.Series(np.where(is_pg, UNITS.index("pg/mL"), samples["unit"].to_numpy())),
        text=pl.Series(np.where(is_never, TEXTS.index("SENT OUT"), -1)),
        back=pl.Series(samples["back"].to_numpy() + delay).set(pl.Series(is_never), None),
        side=pl.Series(np.where(is_pg | is_never, UNKNOWN, samples["side"].to_numpy())),
    )


def _by_share(samples: pl.DataFrame, value: Floats, plan: Plan, random: np.random.Generator) -> pl.DataFrame:
    """Where the laboratory counts no neutrophils: leukocytes and the share that are neutrophils."""
    stay = samples["stay"].to_numpy()
    mine = plan.by_share[stay]
    # The threshold itself would be lost in rounding; what is not met stays well above it.
    count = np.where(samples["side"].to_numpy() == MET, np.minimum(value, 0.9), np.maximum(value, 1.15))[mine]
    share = random.uniform(0.5, 0.9, len(count))
    leukocytes = np.maximum(np.round(count / share, 2), 0.01)
    percent = np.minimum(np.round(100 * count / leukocytes), 100)
    pair = samples.filter(pl.Series(mine))
    white = pair.with_columns(
        concept=pl.lit(LEUKOCYTES_CONCEPT),
        source=pl.lit(SOURCES.index("WBC")),
        value=pl.Series(leukocytes),
        unit=pl.lit(UNITS.index("K/uL")),
    )
    part = pair.with_columns(
        concept=pl.lit(SHARE_CONCEPT),
        source=pl.lit(SOURCES.index("NEUT %")),
        value=pl.Series(percent),
        unit=pl.lit(UNITS.index("%")),
    )
    order = [samples.filter(pl.Series(~mine)), white, part]
    return pl.concat(order, how="vertical_relaxed")
