"""Automatic differentiation near removable singularities, measured.

The package behind the site: the functions of *Software-based Automatic Differentiation is Flawed*,
written once (:mod:`removable.functions`); run by PyTorch, TensorFlow, JAX and NumPy
(:mod:`removable.frameworks`) and by exact arithmetic (:mod:`removable.truth`); coloured
(:mod:`removable.sweeps.regions`), swept (:mod:`removable.sweeps.sweep`) and drawn
(:mod:`removable.plots`).
"""

from removable import frameworks
from removable.grid import gamma_grid
from removable.probing.probe import probe
from removable.remedy import even, quotient, repair

__all__ = ["even", "frameworks", "gamma_grid", "probe", "quotient", "repair"]

__version__ = "0.1.0"
