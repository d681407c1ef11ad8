"""Words in a text: found whole, in any case of letters, hyphen or space inside them alike."""

from __future__ import annotations

import re
from collections.abc import Iterable

TAKEN = "\ue000"  # stands where something was read; of a private range, so that no text holds it


def word_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the words whole, the longest first; no part of a compound (`x-y`)."""
    return re.compile(rf"(?<![\w.,/+-])(?:{any_of(words)})(?!\w|[-/+.,]\w)")


def any_of(words: Iterable[str]) -> str:
    """The words as the inside of a pattern, the longest first. ASCII letters match in any case."""
    escaped = (
        re.sub(r"\\-|\\ ", r"[-\\s]?", re.escape(word)) for word in sorted(words, key=len, reverse=True)
    )
    return f"(?ai:{'|'.join(escaped)})"


def word_key(word: str) -> str:
    """What all spellings of a word that `word_pattern` takes for one have in common."""
    return re.sub(r"[-\s]", "", word.casefold())


def take(match: re.Match[str], text: str) -> str:
    """The text with the match marked as taken, every other letter at its place."""
    return text[: match.start()] + TAKEN * (match.end() - match.start()) + text[match.end() :]


def take_all(pattern: re.Pattern[str], text: str) -> tuple[list[re.Match[str]], str]:
    """All matches of a pattern, and the text with them marked as taken."""
    matches = list(pattern.finditer(text))
    for match in matches:
        text = take(match, text)
    return matches, text


def put_back(matches: Iterable[re.Match[str]], text: str) -> str:
    """The text with the letters of these matches at their places again."""
    for match in matches:
        text = text[: match.start()] + match[0] + text[match.end() :]
    return text
