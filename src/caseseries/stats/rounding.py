"""Numbers rounded as people round them: on their decimals, never on a binary float."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

# A float carries about 15 true decimals and sums lose a few: 0.285 * 100 is 28.499999999999996.
TRUE_DIGITS = 12


def half_up(value: float | Decimal, digits: int) -> Decimal:
    """`value` at `digits` decimals, a half going away from zero: 1.65 is 1.7, -1.65 is -1.7.

    A float is first taken to 12 significant decimals, so that 0.285 * 100 is 28.5 and gives 29.
    Negative `digits` round to tens, hundreds ... ValueError: the value is not finite.
    """
    return _rounded(value, digits, ROUND_HALF_UP)


def half_even(value: float | Decimal, digits: int) -> Decimal:
    """`value` at `digits` decimals, a half going to the even neighbour: 26.5 is 26, as R's round has it."""
    return _rounded(value, digits, ROUND_HALF_EVEN)


def truncated(value: float | Decimal, digits: int) -> Decimal:
    """`value` at `digits` decimals with the rest cut off, towards zero: 38,051.9 is 38,051."""
    return _rounded(value, digits, ROUND_DOWN)


def significant(value: float | Decimal, digits: int) -> Decimal:
    """`value` at `digits` significant digits, halves away from zero: 0.0065217 at 3 is 0.00652."""
    if digits < 1:
        raise ValueError(f"digits: at least one significant digit is wanted, not {digits}")
    exact = _decimal(value)
    if not exact:
        return Decimal(0)
    rounded = _quantized(exact, digits - 1 - exact.adjusted(), ROUND_HALF_UP)
    # 9.996 at 3 digits is 10.00, which has four: once more, from the new first digit.
    return _quantized(rounded, digits - 1 - rounded.adjusted(), ROUND_HALF_UP)


def _rounded(value: float | Decimal, digits: int, rule: str) -> Decimal:
    return _quantized(_decimal(value), digits, rule)


def _decimal(value: float | Decimal) -> Decimal:
    if not math.isfinite(value):
        raise ValueError(f"value: a finite number is wanted, not {value}")
    return value if isinstance(value, Decimal) else Decimal(f"{value:.{TRUE_DIGITS}g}")


def _quantized(exact: Decimal, digits: int, rule: str) -> Decimal:
    wide = Context(prec=1000)
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rule, wide)
    plain = rounded.quantize(Decimal(1), rule, wide) if digits < 0 else rounded
    return plain if plain else plain.copy_abs()
