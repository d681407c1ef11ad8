"""Every engine that screens, in the referee's words: the tables of tests/spec hold for each of them."""

from __future__ import annotations

import pytest
from tests.referee.screening import screen

ENGINES = [pytest.param(screen, id="referee")]
