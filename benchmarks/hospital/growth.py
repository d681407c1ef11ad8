"""How the screening grows with the hospital: `growth.py HOSPITAL ...`, the engine and the hand-written SQL.

Each way runs in turn, in a fresh process; the best time and the largest memory, and whether both agree.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from compare import differences
from measure import measured, rows_of, script, show


def main(hospitals: list[str]) -> None:
    for hospital in map(Path, hospitals):
        with tempfile.TemporaryDirectory() as folder:
            by_hand, by_engine = Path(folder) / "by-hand.parquet", Path(folder) / "by-engine.parquet"
            print(f"\n{rows_of(hospital):,} measurements, load {os.getloadavg()[0]:.1f} before\n")
            ways = {
                "by hand": script("by_hand.py", hospital, by_hand),
                "engine": script("engine.py", hospital, by_engine),
            }
            show(measured(ways))
            found = differences(by_hand, by_engine)
            print("\n" + ("\n".join(found) or "Both agree in every column."), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
