"""The figures of a report: pure functions from results and cases to SVG text that stands in a page."""

from __future__ import annotations

from caseseries.report.course_figure import serial_figure
from caseseries.report.curve_figure import curve_caption, survival_figure
from caseseries.report.flip_figure import flip_figure
from caseseries.report.forest_figure import forest_figure
from caseseries.report.incidence_figure import incidence_figure
from caseseries.report.overlap_figure import overlap_figure
from caseseries.report.swimmer_figure import swimmer_figure

__all__ = [
    "curve_caption",
    "flip_figure",
    "forest_figure",
    "incidence_figure",
    "overlap_figure",
    "serial_figure",
    "survival_figure",
    "swimmer_figure",
]
