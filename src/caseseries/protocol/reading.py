"""Reading a protocol: from a TOML file to the frozen value, with every slip told at once."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caseseries.evidence.problem import Problem, Problems, did_you_mean

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from caseseries.protocol.protocol import Protocol

NUMBERED = {"variable", "serial", "derived", "analysis", "eligibility"}
"""The arrays of clauses, which are told by number and name: variable 3 ("cause")."""


def read_protocol(path: Path) -> Protocol:
    """The promise in `path`, with its digest. Raises Problems, naming every slip with its place and mend."""
    from pydantic import ValidationError

    from caseseries.protocol.consistency import slips
    from caseseries.protocol.protocol import Protocol

    content = _parsed(path)
    try:
        protocol = Protocol.model_validate(content)
    except ValidationError as error:
        raise Problems(_problem(path.name, content, detail) for detail in error.errors()) from None
    problems = list(slips(protocol, path.name))
    if problems:
        raise Problems(problems)
    return protocol.model_copy(update={"digest": digest(content)})


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of what is promised, whatever the comments, the spacing and the order of keys within a clause."""
    canonical = json.dumps(content, sort_keys=True, default=str, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        raise Problems([Problem(path.name, f"it cannot be read ({error.strerror})", "Check the path.")]) from None
    except UnicodeDecodeError:
        found = "it is not a text file in UTF-8"
        raise Problems([Problem(path.name, found, 'Save it as plain text, encoding "UTF-8".')]) from None
    except tomllib.TOMLDecodeError as error:
        mend = 'Text values stand in quotes, and each key is followed by "=". The TOML rules: one key a line.'
        raise Problems([Problem(path.name, f"it is not TOML: {error}", mend)]) from None


def _problem(file: str, content: dict[str, Any], detail: ErrorDetails) -> Problem:
    path = [part for part in detail["loc"] if not _is_branch(part, detail["loc"], content)]
    where = f"{file}, {_place(path, content)}"
    kind, key, given = detail["type"], str(path[-1]) if path else "", detail.get("input")
    context = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return Problem(where, f'the key "{key}" is not known here', did_you_mean(key, _keys(path[:-1], content)))
    if kind == "missing":
        return Problem(where, f'the key "{key}" is missing', f"Add it: {key} = ...")
    if kind in {"literal_error", "union_tag_invalid"}:
        expected = context.get("expected") or context.get("expected_tags") or ""
        options = [option.strip().strip("'") for option in str(expected).replace(" or ", ", ").split("', '")]
        options = [option for text in options for option in text.split("', '")]
        found = context.get("tag", given)
        return Problem(where, f'"{found}" is not one of the values this key can have', did_you_mean(str(found), options))
    if kind == "union_tag_not_found":
        return Problem(where, 'the key "does" is missing', 'Add what the analysis does, such as does = "summarise".')
    if kind == "value_error":
        sentence, _, mend = str(context.get("error", detail["msg"])).partition("; ")
        return Problem(where, sentence, (mend[:1].upper() + mend[1:] or "Correct it") + ".")
    if kind == "string_pattern_mismatch":
        mend = "Write a name in small letters, digits and _, beginning with a letter, such as day_started."
        return Problem(where, f'"{given}" cannot be a name', mend)
    return Problem(where, f"{given!r} does not fit: {detail['msg'].lower()}", "Write a value of the kind named here.")


def _is_branch(part: int | str, loc: tuple[int | str, ...], content: dict[str, Any]) -> bool:
    """Whether a part of pydantic's path names the branch of a union and not a key of the file."""
    position, here = loc.index(part), content
    for step in loc[:position]:
        try:
            here = here[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            continue
    if isinstance(part, int):
        return not isinstance(here, list)
    is_last = position == len(loc) - 1
    return not is_last and not (isinstance(here, dict) and part in here)


def _place(path: list[int | str], content: dict[str, Any]) -> str:
    words: list[str] = []
    here: Any = content
    for part in path:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(part, int):
            name = here.get("name") if isinstance(here, dict) else None
            words[-1] += f" {part + 1}" + (f' ("{name}")' if isinstance(name, str) else "")
        elif part in NUMBERED and not words:
            words.append(str(part))
        else:
            words.append(f'key "{part}"')
    return ", ".join(words) or "the whole file"


def _keys(path: list[int | str], content: dict[str, Any]) -> list[str]:
    """The keys that the clause at `path` can have, for the mend of a misspelt one."""
    from caseseries.protocol.protocol import Protocol

    return sorted(_schema_keys(Protocol.model_json_schema(), path, content))


def _schema_keys(schema: dict[str, Any], path: list[int | str], content: Any) -> Iterator[str]:
    definitions, here = schema.get("$defs", {}), [schema]
    for part in path:
        content = content[part] if _has(content, part) else None
        reached: list[dict[str, Any]] = []
        for one in _branches(here, definitions):
            if isinstance(part, int):
                reached += [one["items"]] if "items" in one else []
            elif part in one.get("properties", {}):
                reached.append(one["properties"][part])
            elif isinstance(one.get("additionalProperties"), dict):
                reached.append(one["additionalProperties"])
        here = reached
    does = content.get("does") if isinstance(content, dict) else None
    for one in _branches(here, definitions):
        properties = one.get("properties", {})
        if does is None or properties.get("does", {}).get("const") in (None, does):
            yield from properties


def _has(content: Any, part: int | str) -> bool:
    if isinstance(content, dict):
        return part in content
    return isinstance(content, list) and isinstance(part, int) and part < len(content)


def _branches(schemas: list[dict[str, Any]], definitions: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for schema in schemas:
        if "$ref" in schema:
            yield from _branches([definitions[schema["$ref"].rsplit("/", 1)[-1]]], definitions)
        elif "anyOf" in schema or "oneOf" in schema:
            yield from _branches(schema.get("anyOf", schema.get("oneOf", [])), definitions)
        else:
            yield schema
