"""Continue a program to moving points, for the elements that are near theirs.

Only the elements that are near their points are evaluated around them. A circle for an element
takes some 600 evaluations to choose, and 32 to use. Where the values are there to be looked at, a
sample of the elements tells how far polynomials reach, and which circle is good; elements further
from their points are left to the program. Near elements are tried on that circle, and those for
which it is not good choose their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from removable.functions import Array
from removable.remedy import closures
from removable.remedy.backends import Backend
from removable.remedy.elements import Around, at_points, distances, node_dtype
from removable.remedy.inputs import is_array, sizes

__all__ = ["continued", "sample"]

_FEW = 256
"""With fewer elements than this each chooses its circle: telling them apart takes as long."""

_SPREAD = 33
"""How many elements of the sample are spread over the sizes of the points, and of each parameter.
"""

_SORTED = 2**14
"""Among how many elements the spread ones are found."""

_NEAREST = 8
"""How many are those nearest to their points."""

_BLOCK = 2**14
"""How many elements choose their circles together: each holds some 500 values meanwhile."""

_NOISE = 16.0
"""How much noise a circle may show that is tried, in units of rounding; circles that are chosen may
show more."""

_SIZE = 16.0
"""How much larger than four times closer to the point values on a circle may be: then they are
rounded by that much more."""

_WORTH = 8
"""With fewer circles than one for so many elements there is little to save."""

_SAME = {"float64": 2.0**-26, "float32": 2.0**-12, "float16": 2.0**-5, "bfloat16": 2.0**-4}
"""How much a value may differ, over that on the circle, where it is computed beside others: vectors
are rounded otherwise."""


class _NotSelectedError(Exception):
    """Near elements cannot be told from the others, or not be evaluated without them."""


def continued(
    b: Backend, function: Callable[..., Array], x: Array, at: Any, parameters: tuple[Array, ...], dims: int
) -> Array | None:
    """Evaluate a program, and around their points those elements that are near them.

    Parameters
    ----------
    b : Backend
        The framework.
    function : callable
        The program, called as ``function(x, *parameters)``.
    x : array
        Where it is wanted, floating.
    at : float or array
        The points; the shape of an array broadcasts with that of x.
    parameters : tuple of array
        What the program takes besides x.
    dims : int
        The number of dimensions of its values.

    Returns
    -------
    array or None
        The values, of the shape and dtype of the program's. None if every element has to choose its
        circle: where values are hidden, where there are few elements, or where the program cannot
        be evaluated for some elements without the others.

    Raises
    ------
    removable.errors.RemovableError
        What the program is refused for.

    Examples
    --------
    (e^x - e^y)/(x - y), where one of a thousand points meets its y:

    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.nearby import continued
    >>> y = np.linspace(0.0, 1.0, 1000)
    >>> x = np.where(np.arange(1000) == 500, y, y + 30.0)
    >>> evaluated = []
    >>> def slope(x, y):
    ...     evaluated.append(x.size)
    ...     return (np.exp(x) - np.exp(y)) / (x - y)
    >>> with np.errstate(all="ignore"):
    ...     h = continued(backend("numpy"), slope, x, y, (y,), 1)
    >>> bool(abs(h[500] / np.exp(y[500]) - 1) < 1e-15), sum(evaluated) < 50 * 1000
    (True, True)
    """
    try:
        return _Selection(b, function, x, at, parameters, dims).continued()
    except _NotSelectedError:
        return None


def sample(distances: np.ndarray, keys: list[np.ndarray]) -> np.ndarray:
    """Choose a sample of elements that stands for all of them.

    It has elements of all sizes of the points and parameters, and those nearest to their points.

    Parameters
    ----------
    distances : numpy.ndarray
        From each element to its point, shape (n,), float64.
    keys : list of numpy.ndarray
        The points and the parameters, shape (n,) each, float64.

    Returns
    -------
    numpy.ndarray
        Indices, at most 8 and 35 for each key, ascending, each once.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.nearby import sample
    >>> sample(np.array([3.0, 0.0, 2.0]), [np.array([1.0, 5.0, -9.0])]).tolist()
    [0, 1, 2]
    >>> len(sample(np.arange(1000.0), [np.arange(1000.0)]))
    40
    """
    count = len(distances)
    nearest = np.argpartition(distances, min(_NEAREST, count - 1))[:_NEAREST]
    every = np.arange(0, count, -(-count // _SORTED))  # to sort all of them would take long
    spread = np.linspace(0, len(every) - 1, min(_SPREAD, len(every))).round().astype(int)
    sizes_of_keys = [every[np.argsort(key[every])[spread]] for key in keys]
    ends = [np.array([np.argmin(key), np.argmax(key)]) for key in keys]
    return np.unique(np.concatenate([nearest, *sizes_of_keys, *ends]))


class _Selection:
    """The elements of a program that are near their points."""

    def __init__(
        self, b: Backend, function: Callable[..., Array], x: Array, at: Any, parameters: tuple[Array, ...], dims: int
    ) -> None:
        self.b, self.function, self.x, self.at, self.parameters, self.dims = b, function, x, at, parameters, dims
        arrays = [x, *(p for p in (at, *parameters) if self._is_ours(p))]
        shapes = []
        for array in arrays:
            shape = sizes(array)
            if shape is None or not all(isinstance(size, int) for size in shape):
                raise _NotSelectedError
            shapes.append(shape)
        self.shape: tuple[int, ...] = np.broadcast_shapes(*shapes)
        self.count = math.prod(self.shape)
        if self.count < _FEW or len(self.shape) != dims:
            raise _NotSelectedError
        self.distances = np.abs(self._spread(distances(b, x, at)))
        if not (self._is_ours(at) and sizes(at) == self.shape) and _WORTH * self._points() < self.count:
            raise _NotSelectedError
        keys = [self._spread(array) for array in arrays[1:] if math.prod(sizes(array) or ()) > 1]
        few = sample(self.distances, keys)
        self.dtype = ""
        one = self._some(few[:1])
        self.dtype = node_dtype(b, one.function, one.x, one.at, 1, one.parameters)
        self.sample = self._some(few)
        self.reach = self.sample.last.reach

    def continued(self) -> Array:
        """Return the values of all elements."""
        b = self.b
        with b.looking():
            tried = self._radii()
        near = self._within(np.arange(self.count), tried[0])
        if not near.size:
            return at_points(b, self.function, self.x, self.parameters)
        some = self._some(near)
        radii, sure = np.full(len(some.indices), tried[0]), np.ones(len(some.indices), bool)
        values = some.on_circle(self._array(radii))
        if not self._good(some, values).all():
            with b.looking():
                near, radii, sure = self._others(near, self._good(some, values), tried)
            some = self._some(near)
            pad = (0, len(some.indices) - len(near))
            radii, sure = np.pad(radii, pad, mode="edge"), np.pad(sure, pad, mode="edge")
            values = some.on_circle(self._array(radii))
        results = some.continued(self._array(radii), self._array(sure, "bool"), values)
        size = np.max(np.abs(self._numbers(values)), 0)
        return self._put_together(near, some, np.where(np.isfinite(size), size, 0.0), *results)

    def _radii(self) -> list[float]:
        """Return the radii that elements of a sample choose, and those between them, descending."""
        some = self.sample
        radii, sure = map(self._numbers, some.radii())
        if not sure.any():
            raise _NotSelectedError
        # No larger than is needed for the element that is furthest from its point.
        furthest = np.max(self.distances, initial=0.0, where=np.isfinite(self.distances))
        least, largest = float(np.min(radii[sure])), float(np.max(radii[sure]))
        while largest > least and 0.5 * largest * self.reach >= furthest:
            largest *= 0.5
        return [largest * 2.0**-k for k in range(round(math.log2(largest / least)) + 1)]

    def _others(
        self, near: np.ndarray, good: np.ndarray, tried: list[float]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the elements that are near their points, with a radius for each.

        Return their indices, the radii, and whether each radius is good. The first radius has been
        tried: each element takes the largest that is good, and chooses where none is.
        """
        good = good[: len(near)]
        choices = [(near[good], np.full(np.sum(good), tried[0]), np.ones(np.sum(good), bool))]
        rest = near[~good]
        for radius in tried[1:]:
            left = []
            for block in _blocks(rest):
                some = self._some(block)
                values = some.on_circle(self._array(np.full(len(some.indices), radius)))
                good = self._good(some, values)[: len(block)]
                close = self._within(block[good], radius)
                choices.append((close, np.full(len(close), radius), np.ones(len(close), bool)))
                left.append(block[~good])
            rest = np.concatenate([rest[:0], *left])
        for block in _blocks(rest):
            radii, sure = (self._numbers(each)[: len(block)] for each in self._some(block).radii())
            choices.append((block, radii, sure))
        indices, radii, sure = (np.concatenate(each) for each in zip(*choices, strict=True))
        return indices, radii, sure

    def _within(self, indices: np.ndarray, radius: float) -> np.ndarray:
        """Return those indices whose elements are so near that a polynomial is used."""
        return indices[~(self.distances[indices] > self.reach * radius)]

    def _good(self, some: _Some, values: Array) -> np.ndarray:
        """Tell for which elements a circle is good.

        On a good circle noise is rounding alone, and values are not much larger than closer by.
        """
        with np.errstate(all="ignore"):
            noise, largest, first = map(self._numbers, some.last.quality(self.b, self.b.constant(values)))
            closer = 4.0 ** -np.arange(len(first)) @ np.abs(first)
            rounding = 2.0**-53 if some.bits == "64" else 2.0**-24
            return (largest > 0) & (noise <= _NOISE * rounding * largest) & (largest <= _SIZE * closer)

    def _put_together(
        self, near: np.ndarray, some: _Some, size: np.ndarray, close: Array, inner: Array, beyond: Array
    ) -> Array:
        b = self.b
        everywhere = np.zeros(self.count, bool)
        everywhere[near] = self._numbers(close)[: len(near)]
        close = self._array(everywhere.reshape(self.shape), "bool")
        inner, fill = (
            b.xp.reshape(b.put(each[: len(near)], near, self.count), self.shape) for each in (inner, b.constant(beyond))
        )
        x = b.where(close, fill, self.x)
        outer = at_points(b, self.function, x, self.parameters)
        with b.looking():
            here = at_points(b, some.function, b.taken(b.spread(x, self.shape), some.indices), some.parameters)
        here, there = self._flat(here), self._spread(outer)[some.indices]
        same = _SAME[b.dtype(outer)] * size
        if np.any((np.abs(here - there) > same) & np.isfinite(here) & np.isfinite(there)):
            raise _NotSelectedError  # an element has another value without those beside it
        return b.where(close, b.cast(inner, b.dtype(outer)), outer)

    def _some(self, indices: np.ndarray) -> _Some:
        return _Some(self, indices)

    def _points(self) -> int:
        """Return the number of circles.

        It is the number of different points and parameters.
        """
        b = self.b
        beside = self.at if self._is_ours(self.at) else b.xp.reshape(b.spread(self.x, self.shape)[:1], [1] * self.dims)
        with b.looking():
            results = at_points(b, self.function, b.cast(beside, b.dtype(self.x)), self.parameters)
        return math.prod(sizes(results) or ())

    def _is_ours(self, value: Any) -> bool:
        return self.b.adapter.owns(value) and is_array(value)

    def _array(self, values: np.ndarray, dtype: str = "") -> Array:
        return self.b.array(values, dtype or f"float{self.sample.bits}", self.x)

    def _spread(self, values: Array) -> np.ndarray:
        return np.broadcast_to(self._flat(values), self.shape).ravel()

    def _flat(self, values: Array) -> np.ndarray:
        """Return real values as numbers; NumPy knows no bfloat16."""
        values = values if self.b.dtype(values) == "float64" else self.b.cast(values, "float32")
        return self._numbers(values).astype(float)

    def _numbers(self, values: Array) -> np.ndarray:
        numbers = self.b.numbers(values)
        if numbers is None:
            raise _NotSelectedError
        return numbers


class _Some(Around):
    """A program for some of its elements, one after the other."""

    def __init__(self, whole: _Selection, indices: np.ndarray) -> None:
        b, shape = whole.b, whole.shape
        # A vector of another length than there is: what still has all elements cannot meet these.
        least = max(2, len(indices) + b.padding(len(indices)))
        length = next(n for n in range(least, least + len(shape) + 1) if n not in shape)
        self.indices = np.concatenate([indices, np.repeat(indices[-1:], length - len(indices))])

        def taken(value: Any) -> Any:
            if not is_array(value) or not (b.adapter.owns(value) or isinstance(value, np.ndarray)):
                return value
            size = sizes(value)
            if not size or math.prod(size) == 1 or not _fits(size, shape):
                return value
            if isinstance(value, np.ndarray):
                return np.broadcast_to(value, shape).ravel()[self.indices]
            return b.taken(b.spread(value, shape), self.indices)

        rebound = closures.rebound(whole.function, taken)

        def function(x: Array, *parameters: Array) -> Array:
            try:
                current = rebound(x, *parameters)
            except Exception as error:  # each framework, and each operation, has its own
                raise _NotSelectedError from error
            if sizes(current) != (*(sizes(x) or ())[:-1], length):
                raise _NotSelectedError
            return current

        x = b.taken(b.spread(whole.x, shape), self.indices)
        super().__init__(b, function, x, taken(whole.at), tuple(map(taken, whole.parameters)), 1, whole.dtype)


def _blocks(indices: np.ndarray) -> list[np.ndarray]:
    """Split indices, so that not too many values are held at once."""
    return np.array_split(indices, -(-len(indices) // _BLOCK)) if len(indices) else []


def _fits(size: tuple[Any, ...], shape: tuple[int, ...]) -> bool:
    """Tell whether an array of a size has an element for each one of a shape."""
    try:
        return np.broadcast_shapes(size, shape) == shape
    except ValueError:
        return False
