"""How often intervals hold and tests err in a small series: at 8, 16 and 40 a group, and at 5 against 11.

./run python benchmarks/coverage                     all, as Markdown tables
./run python benchmarks/coverage shares ranks        some of them, by name

What can be counted is counted, over every table that there is; the rest is drawn with a seed, and the
greatest standard error of a drawn table stands in its title. 95% intervals should hold 95% of the time, tests
at 5% err 5% of it. "None in" is the share, in %, without an answer: it is left out of an interval's count,
and a test without an answer does not reject.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import Pool

# Matrices here are small: more threads to each process only get into each other's way.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from causes import causes
from contrasts import contrasts
from curves import curves
from groups import dealt, groups
from measured import Map
from pools import pools
from ranks import ranks
from shares import shares
from tables import tables, three_outcomes

PROCESSES = 2
SECTIONS: dict[str, Callable[[Map], None]] = {
    "shares": shares,
    "contrasts": contrasts,
    "tables": tables,
    "three_outcomes": three_outcomes,
    "ranks": ranks,
    "curves": curves,
    "groups": groups,
    "dealt": dealt,
    "causes": causes,
    "pools": pools,
}


def main(asked: Sequence[str]) -> None:
    if unknown := [name for name in asked if name not in SECTIONS]:
        raise SystemExit(f"{', '.join(unknown)}: unknown; there are {', '.join(SECTIONS)}")
    used = ", ".join(f"{name} {version(name)}" for name in ("caseseries", "numpy", "scipy"))
    print(f"{datetime.now(UTC):%d %B %Y}, Python {platform.python_version()}, {used}\n", flush=True)
    with Pool(PROCESSES) as pool:
        for name in asked or SECTIONS:
            started = time.perf_counter()
            SECTIONS[name](pool.map)
            print(f"{name}: {time.perf_counter() - started:.0f} s\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
