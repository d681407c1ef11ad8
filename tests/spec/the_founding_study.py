"""The founding study, read and analysed once for all tests that ask it something."""

from __future__ import annotations

from caseseries.literature.cohorts import counts_printed
from caseseries.study import open_study

FOUNDING = open_study("naymagon-2022")
CASES = FOUNDING.read_cases()
RESULTS = FOUNDING.analyse(CASES)
COHORTS = counts_printed(FOUNDING.cohorts())
