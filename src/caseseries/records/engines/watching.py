"""Watching: how far a long query has come, told from a thread of its own while it runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Watch = Callable[[float, float, int], None]
"""Hears the share of a query that is done, in 0..1, for how many seconds it has run, and of how many rows it
is: those of the largest table that it reads, 0 where that is not known."""
FIRST, EVERY = 1.0, 0.5
"""Seconds until a query is first asked how far it is, and between two times."""


@contextmanager
def watched(progress: Callable[[], float], watch: Watch | None, rows: int = 0) -> Iterator[None]:
    """Tell `watch` every half second how far it is, from the first second on; `progress` is in percent."""
    if watch is None:
        yield
        return
    is_done, begun = threading.Event(), time.monotonic()

    def ask() -> None:
        pause = FIRST
        while not is_done.wait(pause):
            pause = EVERY
            percent = progress()
            if 0 < percent <= 100:
                watch(percent / 100, time.monotonic() - begun, rows)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_done.set()
        thread.join()
