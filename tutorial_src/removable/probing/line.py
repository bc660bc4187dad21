"""A program of tensors along a line through a point: a function of one number.

People have functions of tensors. What goes wrong at a point is seen along a line through it, where
the program has a value, and derivatives, that are numbers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from removable.arguments import PRECISIONS

__all__ = ["Line", "rounded_to"]

_NEAREST, _APART = 1e-16, 2.0**13
"""The smallest offset that is looked at; in how many roundings of the argument it has to be."""


def rounded_to(values: np.ndarray, dtype: str) -> np.ndarray:
    """Round float64 numbers to another dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.line import rounded_to
    >>> rounded_to(np.array([0.1, 1.0]), "bfloat16").tolist()
    [0.10009765625, 1.0]
    """
    if dtype != "bfloat16":
        with np.errstate(over="ignore"):
            return np.asarray(values).astype(dtype).astype(np.float64)
    fraction, exponent = np.frexp(values)
    bits = PRECISIONS[dtype]
    return np.asarray(np.ldexp(np.round(np.ldexp(fraction, bits)), exponent - bits))


@dataclass(frozen=True)
class Line:
    """A program, a point and the direction in which its argument moves.

    Attributes
    ----------
    name : str
        The framework, as :func:`removable.frameworks.get` names it.
    program : callable
        Takes the argument that moves, a tensor of shape S, to the list of what the user's function
        returns: tensors of floating-point numbers, of one dimension each.
    start : numpy.ndarray
        The argument at the point, float64, shape S; numbers of ``dtype``.
    direction : numpy.ndarray
        How the argument moves for each unit of the offset, float64, shape S.
    dtype : str
        The dtype of the argument.
    label : str
        What the direction is called in reports: ``"x"``, ``"x[2]"``, ``"conc"``.
    """

    name: str
    program: Callable[[Any], list[Any]]
    start: np.ndarray
    direction: np.ndarray
    dtype: str
    label: str = "x"

    @functools.cached_property
    def moving(self) -> tuple[np.ndarray, ...]:
        """The indices of the elements that move."""
        return np.nonzero(np.atleast_1d(self.direction))

    @property
    def moving_index(self) -> tuple[int, ...]:
        """The index of the element that moves most."""
        return tuple(int(i) for i in np.unravel_index(np.argmax(np.abs(self.direction)), self.direction.shape))

    @property
    def at(self) -> float | None:
        """The coordinate of the point, if one element moves."""
        elements = np.atleast_1d(self.start)[self.moving]
        return float(elements[0]) if elements.size == 1 else None

    @property
    def scale(self) -> float:
        """The offset by which what moves changes by its size, or by 1 if that is larger.

        Distances are chosen in units of it.
        """
        return max(1.0, self._size) / self.speed

    def finest(self, rounding: float) -> float:
        """Return the smallest offset at which arguments can be told apart well."""
        return max(_NEAREST, _APART * rounding * self._size) / self.speed

    @functools.cached_property
    def _size(self) -> float:
        """The size of the largest element that moves."""
        return float(np.max(np.abs(np.atleast_1d(self.start)[self.moving])))

    @functools.cached_property
    def speed(self) -> float:
        """How far the element moves that moves most, for each unit of the offset."""
        return float(np.max(np.abs(self.direction)))

    def point(self, offset: float) -> np.ndarray:
        """Return the argument at an offset, shape S, float64."""
        point = np.array(self.start, order="C")  # what follows writes through a flat view
        point.reshape(-1)[self._flat] += offset * self._speeds
        return point

    @functools.cached_property
    def _flat(self) -> np.ndarray:
        """The places of the elements that move, of all in a row."""
        return np.flatnonzero(self.direction)

    @functools.cached_property
    def _speeds(self) -> np.ndarray:
        return self.direction.reshape(-1)[self._flat]

    def reached(self, offsets: np.ndarray, dtype: str) -> np.ndarray:
        """Return the offsets that are left when the argument has been rounded to a dtype.

        They are those of the element that moves most, in ascending order, without repetition and
        without 0.
        """
        fastest = self.moving_index
        by, start = float(self.direction[fastest]), float(self.start[fastest])
        moved = rounded_to(start + np.asarray(offsets, dtype=np.float64) * by, dtype)
        reached = np.unique((moved - start) / by)
        return reached[(reached != 0) & np.isfinite(reached)]
