"""The command, from its first moment: `caseseries`, or `python -m caseseries` where it is not on the path."""

from __future__ import annotations

import os


def start() -> None:
    """Run the command and end the process. Who stops it while it is still being loaded is told so."""
    try:
        from caseseries.cli.main import command

        command()
    except KeyboardInterrupt:
        os.write(2, b"Stopped. Nothing half-written was left behind.\n")
        os._exit(130)


if __name__ == "__main__":
    start()
