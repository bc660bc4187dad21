"""A function at many offsets from a point.

:mod:`~removable.sweeps.sweep` runs it, :mod:`~removable.sweeps.regions` colours the offsets,
:mod:`~removable.sweeps.forms` puts several forms of one function side by side, and
:mod:`~removable.sweeps.widths` measures how far around the point a derivative is wrong.
"""
