"""Whether a 0 is a number that was too small for its precision.

An operation may return 0 of numbers that are not for other reasons: a triangular matrix has zeros
of its own, and a function such as the hard sigmoid is 0 on an interval. What underflows goes to 0
through the smallest numbers of its precision. That is looked at between the inputs and others.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from removable.probing.cause.plain import smallest_normal
from removable.probing.cause.tape import Arrays, Operation

__all__ = ["fades"]

_ELEMENTS = 4
"""So many zeros of an output are looked at."""

_DEEPEST, _HALVINGS = -1074, 60
"""The smallest exponent of a part of the way, and how often a part of it is halved."""

_SUBNORMAL = 16.0
"""A number is one of the smallest if it is below this, in units of the smallest normal one."""


def fades(operation: Operation, places: Arrays) -> bool:
    """Tell whether an operation returns 0 of what is too small, at some of the given places.

    Parameters
    ----------
    operation : Operation
        As it ran.
    places : list of numpy.ndarray
        Of each output the elements that are 0, boolean.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.tape import Value
    >>> from removable.probing.cause.fading import fades
    >>> from removable.probing.cause.tape import Operation
    >>> def at(function, *numbers):
    ...     def again(arrays):
    ...         return [function(*arrays)]
    ...     inputs = [Value(None, np.array(number)) for number in numbers]
    ...     zero = Operation("f", "", inputs, [np.array(0.0)], 2.0**-52, again)
    ...     return fades(zero, [np.array(True)])
    >>> at(np.exp, -800.0), at(np.multiply, 1e-200, 1e-200)
    (True, True)
    >>> at(lambda x: np.clip(x / 6 + 0.5, 0, 1), -4.0), at(np.floor, 0.3), at(np.zeros_like, 2.0)
    (False, False, False)
    """
    for number, place in enumerate(places):
        for element in np.flatnonzero(place)[:_ELEMENTS]:
            edge = _edge(_on_the_way(operation, number, int(element)))
            if 0 < edge < _SUBNORMAL * smallest_normal(operation.outputs[number].dtype, operation.eps):
                return True
    return False


def _on_the_way(operation: Operation, number: int, element: int) -> Callable[[float], float]:
    """Return the size of an element of an output on the way from the inputs to others."""
    generator = np.random.default_rng(13)
    here = operation.arrays()
    there = [np.where(array < 0, -1, 1) * generator.uniform(0.1, 0.9, array.shape) for array in here]

    def size(part: float) -> float:
        inputs = [(a + part * (b - a)).astype(a.dtype) for a, b in zip(here, there, strict=True)]
        if operation.again is None:
            return np.nan
        return float(abs(operation.again(inputs)[number].ravel()[element]))

    return size


def _edge(size: Callable[[float], float]) -> float:
    """Return the smallest number that is not 0 on the way; NaN if there is none."""
    try:
        if not size(1.0) > 0:
            return np.nan
        low, high = _DEEPEST, 0
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if size(2.0**middle) != 0 else (middle, high)
        near, far = 2.0**low, 2.0**high
        for _ in range(_HALVINGS):
            middle_part = (near + far) / 2
            near, far = (near, middle_part) if size(middle_part) != 0 else (middle_part, far)
        return size(far)
    except Exception:  # it does not take every number
        return np.nan
