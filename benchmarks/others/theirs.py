"""What the other Python libraries say: python theirs.py QUESTIONS ANSWERS.

It runs where they are installed and knows nothing of caseseries. What a library does not give has no answer.
The name of a quantity may end in " | " and the way in which it was computed.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import with_lifelines
import with_scikit_survival
import with_scipy
import with_statsmodels
import with_tableone

LIBRARIES = {
    "lifelines": with_lifelines,
    "statsmodels": with_statsmodels,
    "scikit-survival": with_scikit_survival,
    "tableone": with_tableone,
    "SciPy": with_scipy,
}


def main(questions: str, answers: str) -> None:
    asked = json.loads(Path(questions).read_text())
    warnings.simplefilter("ignore")
    with Path(answers).open("w") as out:
        for library, module in LIBRARIES.items():
            for kind, row, answer in module.ANSWERS:
                for case, given in asked[kind].items():
                    try:
                        found = {name: plain(value) for name, value in answer(given).items()}
                    # Whatever a library raises is its answer, and stands in the table as a failure.
                    except Exception as slip:
                        found = {"failed": f"{type(slip).__name__}: {slip}"}
                    out.write(json.dumps([library, row, case, found]) + "\n")


def plain(value: Any) -> list[float | None]:
    """A row of numbers; None for what is no number, or infinite."""
    row = np.ravel(np.asarray(value, dtype=float))
    return [float(number) if np.isfinite(number) else None for number in row]


if __name__ == "__main__":
    main(*sys.argv[1:])
