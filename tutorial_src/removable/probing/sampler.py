"""The values of a program along a line, and how finely they can be looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["Sampler", "Values"]

Values = Callable[[np.ndarray], np.ndarray]
"""Takes offsets, shape (n,), to the values of a program, shape (n,), float64."""


@dataclass(frozen=True)
class Sampler:
    """Values of a program at offsets from a point.

    Attributes
    ----------
    values : callable
        Takes offsets, shape (n,), to values, shape (n,), float64.
    scale : float
        The unit of distances.
    finest : float
        The smallest distance at which two arguments can be told apart well.
    rounding : float
        Half the distance from 1 to the next number, in the precision of the values.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.sampler import Sampler
    >>> Sampler(np.sqrt)(np.array([4.0, -1.0])).tolist()
    [2.0, nan]
    """

    values: Values
    scale: float = 1.0
    finest: float = 1e-16
    rounding: float = 2.0**-53

    def __call__(self, offsets: np.ndarray) -> np.ndarray:
        """Return values at offsets, without warnings where there are none."""
        with np.errstate(all="ignore"):
            return self.values(offsets)
