"""Logits: shares on the scale on which they are pooled, and back."""

from __future__ import annotations

import math


def logit(share: float) -> float:
    """The logarithm of the odds of a share between 0 and 1."""
    return math.log(share / (1.0 - share))


def inverse_logit(value: float) -> float:
    """The share of a logit, however small."""
    return 1.0 / (1.0 + math.exp(-value)) if value > -700.0 else 0.0
