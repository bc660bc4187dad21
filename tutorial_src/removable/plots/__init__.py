"""Figures of sweeps or comparisons, each with its description in words.

:mod:`~removable.plots.palette` has the colours, :mod:`~removable.plots.charts` draws, and
:mod:`~removable.plots.description` writes for readers who cannot see.
"""

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
from removable.plots.description import Description, at_least, at_most, describe, description
from removable.plots.palette import DARK, FORM_STYLE, LIGHT, outline, recolour

__all__ = [
    "DARK",
    "FORM_STYLE",
    "LIGHT",
    "Description",
    "at_least",
    "at_most",
    "describe",
    "description",
    "errors",
    "gamma_axis",
    "inset",
    "outline",
    "panels",
    "power_of_ten",
    "recolour",
    "row",
    "scatter",
    "side_by_side",
    "zones",
]
