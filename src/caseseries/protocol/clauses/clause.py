"""A clause: one typed, frozen promise of a protocol, and the slug under which it is known."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Clause(BaseModel):
    """Frozen, closed to unknown keys, and strict: `"5"` is not a number and `1` is not yes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def slip(found: str, mend: str) -> PydanticCustomError:
    """What a clause raises where its own keys do not fit together; the reader tells it as a Problem."""
    return PydanticCustomError("slip", "{found}. {mend}", {"found": found, "mend": mend})


def slug(name: str) -> str:
    """The stable id of a name: lower-case words joined by hyphens ("Survival by cause" -> survival-by-cause).

    Letters of every script are kept, so that a study in another language keeps readable ids.
    """
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold().replace("_", " "))
    return "-".join(words)
