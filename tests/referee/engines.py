"""Every engine that screens, in the referee's words: the tables of tests/spec hold for each of them."""

from __future__ import annotations

import pytest
from tests.referee.by_sql import screened
from tests.referee.screening import screen

ENGINES = [pytest.param(screen, id="referee"), pytest.param(screened, id="sql")]
