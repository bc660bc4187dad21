"""Figures of sweeps or comparisons, each with its description in words.

:mod:`~removable.plots.palette` has the colours. :mod:`~removable.plots.charts`,
:mod:`~removable.plots.complex_plane` and :mod:`~removable.plots.rewriting` draw;
:mod:`~removable.plots.parts` has what figures share. :mod:`~removable.plots.description` writes for
readers who cannot see.
"""

from removable.errors import MissingExtraError

try:
    import matplotlib  # noqa: F401
except ImportError as error:
    raise MissingExtraError("removable.plots", "matplotlib") from error

from removable.plots.charts import (
    errors,
    gamma_axis,
    inset,
    panels,
    power_of_ten,
    row,
    scatter,
    side_by_side,
    zones,
)
from removable.plots.complex_plane import plane, plane_places, plane_points
from removable.plots.description import Description, at_least, at_most, describe, description
from removable.plots.palette import DARK, FORM_STYLE, LIGHT, dots, outline, recolour
from removable.plots.parts import law, legend, log_ticks
from removable.plots.probe_chart import probed
from removable.plots.rewriting import patterns

__all__ = [
    "DARK",
    "FORM_STYLE",
    "LIGHT",
    "Description",
    "at_least",
    "at_most",
    "describe",
    "description",
    "dots",
    "errors",
    "gamma_axis",
    "inset",
    "law",
    "legend",
    "log_ticks",
    "outline",
    "panels",
    "patterns",
    "plane",
    "plane_places",
    "plane_points",
    "power_of_ten",
    "probed",
    "recolour",
    "row",
    "scatter",
    "side_by_side",
    "zones",
]
