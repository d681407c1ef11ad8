"""The schema of a protocol, for completion in editors: JSON Schema made from the clauses."""

from __future__ import annotations

import json
from typing import Any

from caseseries.protocol.protocol import Protocol


def protocol_schema() -> dict[str, Any]:
    """The JSON Schema of `protocol.toml`, with the keys as they are written in the file."""
    schema = Protocol.model_json_schema(by_alias=True)
    del schema["properties"]["digest"]  # computed from the file, never written in it
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """The schema as it is kept in docs/protocol.schema.json."""
    return json.dumps(protocol_schema(), indent=2, ensure_ascii=False) + "\n"
