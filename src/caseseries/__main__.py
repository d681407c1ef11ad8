"""The command, where it is not on the path: `python -m caseseries`."""

from __future__ import annotations

from caseseries.cli.main import command

if __name__ == "__main__":
    command()
