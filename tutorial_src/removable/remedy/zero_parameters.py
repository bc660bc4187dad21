"""A small number in place of a parameter that is 0.

A function such as a sin(x)/x is 0 everywhere if a is 0. Its values then do not tell how far its
series reaches.
"""

from __future__ import annotations

from typing import Any

from removable.remedy.backends import Backend

__all__ = ["nudged"]

_NUDGE = 2.0**-10
"""What a parameter that is 0 is replaced by to see how far the series of a function reaches that is
0 along with it."""


def nudged(b: Backend, parameters: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return parameters, a small number in place of 0.

    Parameters
    ----------
    b : Backend
        The framework.
    parameters : tuple
        Arrays, and whatever else a function takes.

    Returns
    -------
    tuple
        Floating arrays and numbers without a 0; the others as they are.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.zero_parameters import nudged
    >>> nudged(backend("numpy"), (np.array([0.0, 1.0]), 0.0, "text"))
    (array([9.765625e-04, 1.000000e+00]), 0.0009765625, 'text')
    """

    def one(p: Any) -> Any:
        if isinstance(p, float):
            return p or _NUDGE
        if not b.adapter.owns(p) or not b.dtype(p).startswith(("float", "bfloat")):
            return p
        p = b.arrived(p)
        return b.where(p == 0, b.adapter.number(_NUDGE, p), p)

    return tuple(map(one, parameters))
