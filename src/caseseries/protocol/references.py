"""The references of a protocol: what one clause says of another."""

from __future__ import annotations

from collections.abc import Iterator

from caseseries.protocol.page import Slip
from caseseries.protocol.protocol import Protocol


def reference_slips(protocol: Protocol, unread: frozenset[str] = frozenset()) -> Iterator[Slip]:
    """Every reference to nothing."""
    yield from ()
