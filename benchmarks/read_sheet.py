"""How long a large sheet takes to read: generated patients, 25 columns, and a serial beside it.

./run python benchmarks/read_sheet.py            100,000 patients
./run python benchmarks/read_sheet.py 1000000    as many
"""

from __future__ import annotations

import csv
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from caseseries.cases.consistency import questions
from caseseries.cases.derived import with_derived
from caseseries.cases.sheet import read_sheet
from caseseries.study import open_study

STEROIDS = ("Dexamethasone", "Prednisone", "Methylprednisolone")
CAUSES = ("hematologic malignancy", "bacterial infection", "viral infection", "rheumatologic disorder")
DAYS = (1, 5, 10, 15, 20, 25)


def main(patients: int) -> None:
    study = open_study("naymagon-2022")
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / "patients.csv"
        write(sheet, patients)
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        started = time.perf_counter()
        cases = read_sheet(sheet, study.protocol)
        read = time.perf_counter()
        cases = with_derived(cases, study.protocol.derived)
        derived = time.perf_counter()
        asked = questions(cases, study.protocol)
        done = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{cases.size}, {cases.serials.height:,} values by day, {size / 1e6:.0f} MB of CSV")
    print(f"read {read - started:.1f} s, derived {derived - read:.1f} s, checked {done - derived:.1f} s")
    print(f"{cases.spells.height:,} spells, {len(asked)} questions; at most {memory:.1f} GB of memory")


def write(sheet: Path, patients: int) -> None:
    """A sheet with all columns of the founding study, typed as people type, and its ferritin."""
    chance = random.Random(2022)
    with sheet.open("w", newline="") as file, sheet.with_name("ferritin.csv").open("w", newline="") as beside:
        rows, values = csv.writer(file), csv.writer(beside)
        rows.writerow(
            "patient age sex cause cause_printed criteria_met hscore ferritin prior_therapy prior_printed "
            "concurrent_therapy concurrent_printed cause_treated cause_treated_printed day_diagnosed "
            "day_started anakinra anakinra.days toxicity alive months max_response_printed etiology_printed "
            "center notes".split()
        )
        values.writerow(["patient", *(f"day {day}" for day in DAYS)])
        for patient in range(1, patients + 1):
            first = int(10 ** chance.uniform(3, 5.3))
            rows.writerow(_row(patient, first, chance))
            later = [f"{int(first * chance.uniform(0.1, 1.5)):,}" for _ in DAYS[1:]]
            values.writerow(
                [patient, f"{first:,}", *later[: chance.randint(0, 5)], *[""] * 5][: len(DAYS) + 1]
            )


def _row(patient: int, ferritin: int, chance: random.Random) -> list[object]:
    causes = "; ".join(chance.sample(CAUSES, chance.randint(1, 2)))
    steroid = f"{chance.choice(STEROIDS)} {chance.randint(1, 200)} mg daily"
    started = chance.randint(1, 40)
    return [
        patient,
        chance.randint(19, 95),
        chance.choice("FM"),
        causes,
        f"{causes}, as printed",
        chance.choice(["5", "6", "7", "5-7"]),
        chance.randint(169, 300),
        f"{ferritin:,}",
        chance.choice([steroid, f"{steroid}; etoposide (part of ICE protocol)", "None"]),
        steroid,
        chance.choice([steroid, "None", ""]),
        steroid,
        chance.choice(["Antibiotics; decitabine", "CHOEP chemotherapy protocol", "None"]),
        "Antibiotics, decitabine",
        started,
        started + chance.randint(0, 5),
        f"{chance.choice([100, 200])} mg subq q{chance.choice([6, 8, 12])}",
        chance.randint(1, 6),
        chance.choice(["None", "None", "liver injury (grade 3)"]),
        chance.choice(["Yes", "No"]),
        round(chance.uniform(1, 60), 1),
        f"{chance.randint(0, 99)}%",
        "group",
        chance.choice(["north", "south"]),
        f"note {patient}",
    ]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
