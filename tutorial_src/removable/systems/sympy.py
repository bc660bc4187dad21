"""SymPy, which is made for simplification: as typed, and after ``simplify``.

The expression is differentiated by SymPy, and evaluated in float64 by NumPy.

Examples
--------
>>> import numpy as np
>>> from removable.systems.sympy import MODES
>>> for mode in MODES.values():
...     mode([lambda x, xp: (x * x - 4) / (x - 2)], [np.array([2.0, 3.0])])[0].code
('(x**2 - 4)/(x - 2)', '2*x/(x - 2) - (x**2 - 4)/(x - 2)**2')
('x + 2', '1')
"""

from __future__ import annotations

from typing import Any

import numpy as np

from removable.errors import MissingExtraError
from removable.functions import Program
from removable.systems.modes import Mode, Ran

__all__ = ["MODES", "version"]


def version() -> str:
    """Return the installed version.

    Examples
    --------
    >>> from removable.systems.sympy import version
    >>> version()
    '1...'
    """
    return str(_sympy().__version__)


def _sympy() -> Any:
    """Import SymPy, or say what to install."""
    try:
        import sympy
    except ImportError as error:
        raise MissingExtraError("this mode", "SymPy") from error
    return sympy


def _run(program: Program, x: np.ndarray, *, simplified: bool) -> Ran:
    sympy = _sympy()
    symbol = sympy.Symbol("x")
    value = program(symbol, sympy)
    if simplified:
        value = sympy.simplify(value)
    both = value, sympy.diff(value, symbol)
    with np.errstate(all="ignore"):
        results = [np.broadcast_to(sympy.lambdify(symbol, e, "numpy")(x), x.shape) for e in both]
    values, slopes = (np.asarray(result, dtype=np.float64) for result in results)
    counts = [sum(bool(power.exp.is_negative) for power in e.atoms(sympy.Pow)) for e in both]
    return Ran(values, slopes, code=tuple(map(str, both)), divisions=tuple(counts))


def _as_typed(programs: list[Program], points: list[np.ndarray]) -> list[Ran]:
    return [_run(p, x, simplified=False) for p, x in zip(programs, points, strict=True)]


def _simplified(programs: list[Program], points: list[np.ndarray]) -> list[Ran]:
    return [_run(p, x, simplified=True) for p, x in zip(programs, points, strict=True)]


MODES: dict[str, Mode] = {"as typed": _as_typed, "simplify": _simplified}
"""The modes, by name."""
