"""What people type into cells: a number, a share, yes or no, a range of counts. It is read or refused."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Operator = Literal["", "<", "<=", ">", ">="]

MISSING = frozenset(["", "-", "--", "–", "—", "?", ".", "n/a", "na", "n.a.", "nd", "n.d."]) | frozenset(
    ["not available", "not done", "not known", "missing", "unknown", "unk", "u/k", "nk", "n.k."]
)
NONE = "none"


@dataclass(frozen=True, slots=True)
class Typed:
    """One number as it was typed into a cell.

    `value` is the number without its operator, None where the cell is `missing` or says "None"
    (`none_said`: somebody looked and there was none, which is not the same). `operator` is "" for
    an exact value; "<", "<=", ">" or ">=" say that the true value lies beyond `value`.
    `text` is the cell as typed.
    """

    value: float | None
    operator: Operator
    text: str
    missing: bool = False
    none_said: bool = False


def read_number(text: str) -> Typed:
    """The number in a cell: `1458`, `12.5`, `1e5`, `38,052` (commas before groups of three), `>100,000`.

    A point is always the decimal point. Words for missing (`is_missing`) and "None" are read too.
    Raises ValueError, in a plain sentence with the mend, for anything else: decimal commas, dates,
    percentages, ranges, words beside the number, digits of another script.
    """
    plain = plain_text(text)
    if is_missing(text):
        return Typed(None, "", text, missing=True)
    if plain.casefold() == NONE:
        return Typed(None, "", text, none_said=True)
    operator, digits = _split_operator(plain)
    return Typed(_number(digits, text), operator, text)


def read_share(text: str) -> Typed:
    """The share in a cell, in 0..1: `30%` is 0.30, and so is `0.30`.

    Raises ValueError for what `read_number` refuses, and for a bare number above 1: `30` may be
    a percentage without its sign, and is not guessed.
    """
    plain = plain_text(text)
    if not plain.endswith("%"):
        bare = read_number(text)
        if bare.value is not None and not 0 <= bare.value <= 1:
            number = plain.lstrip("<>=\u2264\u2265 ")
            raise ValueError(f'"{text}" is not a share between 0 and 1. Write {number}% if percent is meant.')
        return bare
    operator, digits = _split_operator(plain[:-1].rstrip())
    percent = _number(digits, text)
    if not 0 <= percent <= 100:
        raise ValueError(f'"{text}" is not a share between 0% and 100%.')
    return Typed(float(Decimal(digits.replace(",", "")) / 100), operator, text)


def read_yes_no(text: str) -> bool:
    """Yes, Y, True and 1 are True; No, N, False and 0 are False, in any case of letters.

    Raises ValueError for anything else, words for missing included: ask `is_missing` first.
    """
    word = plain_text(text).casefold()
    if word in ("yes", "y", "true", "1"):
        return True
    if word in ("no", "n", "false", "0"):
        return False
    raise ValueError(f'"{text}" is neither yes nor no. Write Yes or No, or leave the cell empty.')


def read_range(text: str) -> tuple[int, int]:
    """The lowest and highest count of `5-7` or `5 to 7`; `5` alone is (5, 5).

    Raises ValueError for anything but whole numbers, the lower first, words for missing included:
    ask `is_missing` first.
    """
    plain = plain_text(text)
    if looks_like_date(plain):
        # Spreadsheets turn 5-7 into the fifth of July on their own.
        raise ValueError(f'"{text}" looks like a date, not a count. For a range write it as 5 to 7.')
    match = re.fullmatch(
        r"([0-9]+(?:\.0+)?)(?:\s*(?:[-\u2013]|\bto\b)\s*([0-9]+(?:\.0+)?))?", plain, re.IGNORECASE
    )
    if match is None:
        raise ValueError(
            f'"{text}" is not a count. Write a whole number such as 5, or a range such as 5 to 7.'
        )
    low = int(Decimal(match[1]))
    high = low if match[2] is None else int(Decimal(match[2]))
    if low > high:
        raise ValueError(f'"{text}" is a range with the higher number first. Write {high} to {low}.')
    return low, high


def is_missing(text: str) -> bool:
    """Whether a cell is empty or says that the value is not there. "None" is an answer, not missing."""
    return plain_text(text).casefold() in MISSING


def plain_text(text: str) -> str:
    """The text with full-width signs, odd spaces and the minus sign made plain, and trimmed.

    Letter for letter: nothing inside is added or removed. Raised digits, fractions and digits of
    other scripts stay as they are, so that nothing takes `10\u00b2` for 102.
    """
    return text.translate(_PLAIN).strip().strip("\ufeff\u200b").strip()


# Full-width forms stand 0xFEE0 above their plain ones.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PLAIN |= dict.fromkeys((0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), 0x20)
_PLAIN |= {0x2212: 0x2D, 0x2010: 0x2D, 0x2011: 0x2D}

_OPERATORS: dict[str, Operator] = {"<": "<", "<=": "<=", "\u2264": "<=", ">": ">", ">=": ">=", "\u2265": ">="}
_PLAIN_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_GROUPED_NUMBER = re.compile(r"[-+]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATES = (
    r"[0-9]{4}([-/.\u2013])[0-9]{1,2}\1[0-9]{1,2}(?:[T ].*)?",
    r"[0-9]{1,2}([-/.\u2013])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})(?: .*)?",
    r"[0-9]{1,2}/[0-9]{1,2}",
    rf"[0-9]{{1,2}}(?:st|nd|rd|th)?[-/ .]*{_MONTH}(?:[-/ ,]*[0-9]{{2,4}})?",
    rf"{_MONTH}[-/ ]*[0-9]{{1,4}}(?:st|nd|rd|th)?(?:[-/ ,]+[0-9]{{2,4}})?",
)


def _split_operator(plain: str) -> tuple[Operator, str]:
    match = re.match(r"<=|>=|[<>\u2264\u2265]", plain)
    return ("", plain) if match is None else (_OPERATORS[match[0]], plain[match.end() :].lstrip())


def _number(digits: str, text: str) -> float:
    if not looks_like_date(digits) and (_PLAIN_NUMBER.fullmatch(digits) or _GROUPED_NUMBER.fullmatch(digits)):
        value = float(digits.replace(",", ""))
        if math.isfinite(value):
            return value
        raise ValueError(f'"{text}" is too large to be a number here.')
    raise ValueError(f'"{text}" {_why_not(digits)}')


def looks_like_date(plain: str) -> bool:
    """Whether a plain text is a date, or what a spreadsheet made of 5-7."""
    return any(re.fullmatch(date, plain, re.IGNORECASE) for date in _DATES)


def _why_not(digits: str) -> str:
    """The rest of the sentence that says why these digits are refused, and what to write."""
    if looks_like_date(digits):
        return "looks like a date, not a number. Format the cell as text and type the number again."
    if re.fullmatch(r"[-+]?(?:nan|inf(?:inity)?)", digits, re.IGNORECASE):
        return "is not a number. Leave the cell empty where there is none."
    if any(sign.isnumeric() and sign not in "0123456789" for sign in digits):
        return "has raised digits, a fraction or digits of another script. Write it with the digits 0 to 9."
    if digits.endswith("%"):
        return "is a percentage, and a plain number belongs here. Write the number without the sign %."
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", digits):
        return f"has a comma that cannot be a thousands comma. Write {digits.replace(',', '.')}"
    if re.fullmatch(r"[-+]?[0-9]+(?:,[0-9]+){2,}(?:\.[0-9]*)?", digits):
        return "has commas that are not before groups of three digits. Write it without commas."
    if re.fullmatch(r"[-+]?[0-9]+(?:\.[0-9]+){2,}", digits):
        return f"has more than one point. Write {digits.replace('.', '')} if thousands are meant."
    if re.fullmatch(r"[-+]?[0-9.]+,[0-9]+", digits):
        return "mixes points and a comma. Write the thousands without signs and the decimals after a point."
    if re.fullmatch(r"[-+]?[0-9][0-9.,]*\s*(?:[-\u2013]|\bto\b)\s*[0-9][0-9.,]*", digits, re.IGNORECASE):
        return "is a range, and one number belongs here."
    if re.fullmatch(r"[-+]?[0-9]+(?:\s+[0-9]+)+", digits):
        return f"has a space inside the number. Write {re.sub(r'[^0-9+-]', '', digits)} if it is one number."
    if re.match(r"[-+]?[0-9]", digits):
        return "has something beside the number. Write the number alone; its unit belongs to the column."
    return "is not a number."
