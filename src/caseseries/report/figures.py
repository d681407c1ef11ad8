"""The figures of a report: pure functions from results and cases to SVG text that stands in a page."""

from __future__ import annotations

from caseseries.report.course_figure import serial_figure
from caseseries.report.curve_figure import survival_figure
from caseseries.report.flip_figure import flip_figure
from caseseries.report.overlap_figure import overlap_figure
from caseseries.report.swimmer_figure import swimmer_figure

__all__ = ["flip_figure", "overlap_figure", "serial_figure", "survival_figure", "swimmer_figure"]
