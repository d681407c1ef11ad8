"""Drawing: a figure becomes SVG text that stands in a page, the same bytes each time."""

from __future__ import annotations

import hashlib
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

from caseseries.report.look import FONTS, HAIRLINE, INK, PAPER, QUIET, SMALL, TEXT, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RULES: dict[Any, Any] = {
    "font.family": FONTS[0],  # the library measures by this one, which it brings along; the SVG names all
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a level's name is a dollar sign
    "axes.unicode_minus": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "caseseries",
    "path.simplify": False,
}


def drawn(draw: Callable[[Figure], None], height: float, title: str, description: str) -> str:
    """The SVG of what `draw` draws on an empty figure, WIDTH by `height` inches."""
    with _quiet_library():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH, height), facecolor=PAPER)
        draw(figure)
        written = StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
    return _for_a_page(written.getvalue(), title, description)


def said_instead(title: str, sentence: str) -> str:
    """A figure of one sentence, where there is nothing to draw."""

    def draw(figure: Figure) -> None:
        for place, line in enumerate(wrapped(sentence, WIDTH - 0.2)):
            figure.text(0.1 / WIDTH, 0.5 - 0.3 * place, line, size=TEXT, color=QUIET, va="center")

    return drawn(draw, 0.5, title, sentence)


def panel(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes at a place given in inches from the lower left corner: two hairline spines, no box, no grid."""
    wide, high = figure.get_size_inches()
    axes = figure.add_axes((left / wide, bottom / high, width / wide, height / high), facecolor="none")
    axes.spines[["top", "right"]].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set(linewidth=HAIRLINE, color=QUIET)
    axes.tick_params(labelsize=SMALL, length=2.5, width=HAIRLINE, color=QUIET, labelcolor=INK, pad=2)
    axes.tick_params(which="minor", length=0)
    return axes


def write(figure: Figure, x: float, y: float, text: str, **look: Any) -> None:
    """Text at a place given in inches from the lower left corner; small ink unless `look` says otherwise."""
    wide, high = figure.get_size_inches()
    figure.text(x / wide, y / high, text, **{"size": SMALL, "color": INK, **look})


def text_width(text: str, size: float = SMALL) -> float:
    """The width of a line of text in inches."""
    return _width(text) * size / 72.0


def wrapped(text: str, width: float, lines: int = 99, size: float = SMALL) -> list[str]:
    """The text in lines no wider than `width` inches; too many lines end in an ellipsis."""
    made: list[str] = []
    for word in text.split():
        if made and text_width(f"{made[-1]} {word}", size) <= width:
            made[-1] = f"{made[-1]} {word}"
        else:
            made.append(word)
    made = [fitted(line, width, size) for line in made]
    if len(made) > lines:
        made = [*made[: lines - 1], fitted(made[lines - 1] + " …", width, size, cut=True)]
    return made or [""]


def fitted(text: str, width: float, size: float = SMALL, *, cut: bool = False) -> str:
    """The text, shortened by an ellipsis to `width` inches where it is wider."""
    if text_width(text, size) <= width:
        return text
    text = text.removesuffix(" …") if cut else text
    while text and text_width(text.rstrip() + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


@lru_cache(maxsize=4096)
def _width(text: str) -> float:
    """The width in em of the measuring font."""
    with _quiet_library():
        from matplotlib.font_manager import FontProperties
        from matplotlib.textpath import TextToPath

        measured = TextToPath().get_text_width_height_descent(
            text, FontProperties(family=FONTS[0], size=100), ismath=False
        )
    return float(measured[0]) / 100.0


@contextmanager
def _quiet_library() -> Iterator[None]:
    """The drawing library by its own defaults and ours, whatever is set elsewhere; silent about its fonts."""
    log = logging.getLogger("matplotlib")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        import matplotlib

        keep = {"backend", "backend_fallback", "interactive", "toolbar", "timezone"}
        rules: dict[Any, Any] = {
            key: value for key, value in matplotlib.rcParamsDefault.items() if key not in keep
        }
        with warnings.catch_warnings(), matplotlib.rc_context({**rules, **RULES}):
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            yield
    finally:
        log.setLevel(before)


def _for_a_page(svg: str, title: str, description: str) -> str:
    """The SVG without what only a file of its own needs, its ids told apart from other figures'."""
    svg = re.sub(r"^.*?(?=<svg)", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*<!--.*?-->", "", svg, flags=re.DOTALL)
    # The library's style sheet would bind the whole page: its one rule moves to the root.
    svg = re.sub(r"\s*<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    # Tag by tag: a path of many points is one tag, and to look ahead from each of its numbers takes for ever.
    svg = re.sub(r"<[^<>]*>", lambda tag: _tag_for_a_page(tag[0]), svg)
    mark = "f" + hashlib.sha256(f"{title}\n{description}\n{svg}".encode()).hexdigest()[:8]
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda found: f' id="{mark}-{found[1]}"' if found[1] in used else "", svg)
    svg = re.sub(r'(url\(|href=")#', rf"\1#{mark}-", svg)
    box = re.search(r'viewBox="([^"]*)"', svg)
    assert box is not None
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box[1]}" role="img" aria-labelledby="{mark}-title {mark}-desc" '
        f'stroke-linejoin="round" stroke-linecap="butt">\n'
        f' <title id="{mark}-title">{escape(title)}</title>\n'
        f' <desc id="{mark}-desc">{escape(description)}</desc>'
    )
    return re.sub(r"^<svg[^>]*>", lambda _: root, svg, count=1)


def _tag_for_a_page(tag: str) -> str:
    """A tag with every font named, and its numbers to a hundredth of a point, which is enough."""
    named = ", ".join(f"'{one}'" if " " in one else one for one in FONTS)
    return re.sub(r"(\d\.\d\d)\d+", r"\1", tag.replace("'DejaVu Sans'", named))
