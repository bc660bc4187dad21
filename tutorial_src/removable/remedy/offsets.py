"""Offsets from a point, in a precision in which a polynomial keeps its digits."""

from __future__ import annotations

import numpy as np

from removable.functions import Array
from removable.remedy.backends import Backend

__all__ = ["offset"]


def offset(b: Backend, precision: str, x: Array, at: float) -> Array:
    """Return x - at, in a precision in which a polynomial keeps its digits.

    The difference is exact where ``at`` is not of the dtype of x.

    Parameters
    ----------
    b : Backend
        The framework.
    precision : str
        The dtype of x.
    x : array
        Points, of any shape, floating.
    at : float
        The point.

    Returns
    -------
    array
        The shape of x; float32 for what is less precise, else the dtype of x.

    Examples
    --------
    The nearest single-precision number to pi is 8.7e-8 off:

    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.offsets import offset
    >>> x = np.array([np.pi], np.float32)
    >>> [round(float(t), 9) for t in offset(backend("numpy"), "float32", x, np.pi)]
    [8.7e-08]
    """
    if precision in ("float16", "bfloat16"):
        x, precision = b.cast(x, "float32"), "float32"
    if at == 0:
        return x
    high = float(np.float32(at)) if precision == "float32" else at
    t = x - high
    return t - (at - high) if at != high else t
