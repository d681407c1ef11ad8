"""The command, where it is not on the path: `python -m caseseries`."""

from __future__ import annotations

import sys

from caseseries.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
