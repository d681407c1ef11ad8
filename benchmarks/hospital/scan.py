"""A bare scan: every column of every row that the screening needs is read, and nothing is asked.

`scan.py HOSPITAL`, one whole process: what a way that reads these columns once cannot be faster than.
"""

from __future__ import annotations

import sys

import duckdb

COLUMNS = {
    "measurement": (
        "measurement_id", "person_id", "measurement_concept_id", "measurement_date", "measurement_datetime",
        "operator_concept_id", "value_as_number", "unit_concept_id", "unit_source_value",
        "value_source_value", "range_low", "result_datetime",
    ),
    "condition_occurrence": (
        "condition_occurrence_id", "person_id", "condition_concept_id", "condition_start_date",
    ),
    "observation": (
        "observation_id", "person_id", "observation_concept_id", "observation_date", "value_as_string",
        "value_as_concept_id", "value_source_value",
    ),
    "visit_occurrence": (
        "visit_occurrence_id", "person_id", "visit_concept_id", "visit_start_date", "visit_end_date",
    ),
}  # fmt: skip


def main(hospital: str) -> None:
    with duckdb.connect() as connection:
        for table, columns in COLUMNS.items():
            wanted = ", ".join(f"max({column})" for column in columns)
            rows = connection.execute(
                f"select {wanted} from read_parquet($1)", [f"{hospital}/{table}.parquet"]
            )
            rows.fetchall()


if __name__ == "__main__":
    main(sys.argv[1])
