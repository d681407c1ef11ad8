"""Logits: shares on the scale on which they are pooled, and back."""

from __future__ import annotations

import math

import numpy as np

from caseseries.stats.sample import Numbers


def logit(share: float) -> float:
    """The logarithm of the odds of a share between 0 and 1."""
    return math.log(share / (1.0 - share))


def inverse_logit(value: float) -> float:
    """The share of a logit, however small."""
    return 1.0 / (1.0 + math.exp(-value)) if value > -700.0 else 0.0


def log_one_and_odds(values: Numbers) -> Numbers:
    """The logarithm of 1 and the odds of each logit, however large: less the logit, that of the share."""
    # numpy's own logaddexp says the same to the last place but one, and takes sixty times as long.
    return np.maximum(values, 0.0) + np.log1p(np.exp(-np.abs(values)))
