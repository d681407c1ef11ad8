"""HTML: a page of sections set as one self-contained file that asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

from caseseries.analysis.results import Results
from caseseries.protocol.protocol import Protocol
from caseseries.report.page import Section


def page_html(protocol: Protocol, results: Results, sections: Sequence[Section]) -> str:
    """The report. Its policy forbids every request and every script but its own."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.tests["a_number"] = lambda part: not isinstance(part, str)
    environment.filters["shade"] = _shade
    script = _asset("report.js")
    data = _embedded(results)
    return environment.from_string(_asset("report.html.jinja")).render(
        protocol=protocol,
        results=results,
        sections=sections,
        style=_asset("report.css"),
        script=script,
        data=data,
        policy=f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src {_hash(script)}",
    )


def _asset(name: str) -> str:
    return resources.files("caseseries.report").joinpath(name).read_text("utf-8")


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _embedded(results: Results) -> str:
    """What the page knows of each number, as JSON that cannot end the element that it stands in."""
    content = json.loads(results.to_json())
    printed = {id_: number.estimate for id_, number in results.numbers.items()}
    numbers: dict[str, Any] = {
        id_: {
            "label": entry["label"],
            "analysis": content["analyses"][entry["analysis"]]["name"],
            "shown": printed[id_].shown,
            "unit": entry["unit"],
            "value": entry["value"],
            "interval": printed[id_].shown_interval,
            "level": entry["level"],
            "p": printed[id_].shown_p,
            "p_full": entry["p"],
            "n": entry["n"],
            "method": entry["method"],
            "reason": entry["reason"],
            "standing": entry["standing"],
            "cautions": entry["cautions"],
            "patients": entry["patients"],
        }
        for id_, entry in content["numbers"].items()
    }
    cautions = {key: caution["sentence"] for key, caution in content["cautions"].items()}
    text = json.dumps(
        {"numbers": numbers, "cautions": cautions, "patients": content["patients"]},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _shade(value: float) -> str:
    """The class of a shade: fall-1 (a little) to fall-5 (a tenth or less), rise-1 to rise-5."""
    step = min(5, round(abs(value) * 5))
    return "" if step == 0 else f"{'fall' if value < 0 else 'rise'}-{step}"
