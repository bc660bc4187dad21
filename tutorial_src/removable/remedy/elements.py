"""A program evaluated around the point of each element.

A circle is chosen for each element, and the program is continued from there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from removable.errors import InputError, RemovableError
from removable.functions import Array
from removable.remedy import stencils
from removable.remedy.backends import Backend, Table
from removable.remedy.function_checks import checked_result
from removable.remedy.inputs import is_array
from removable.remedy.offsets import offset
from removable.remedy.polynomials import horner
from removable.remedy.radius_of_each import chosen, worst

__all__ = ["Around", "at_nodes", "at_points", "dimensions", "distances", "node_dtype"]

_NODES_APART = 64.0
"""How many units of rounding of its point a circle has as its radius, at least."""


class Around:
    """A program, and the points of the elements at which it is evaluated.

    Parameters
    ----------
    b : Backend
        The framework.
    function : callable
        The program, called as ``function(x, *parameters)``.
    x : array
        Where it is wanted, shape (...), floating.
    at : float or array
        The points; the shape of an array broadcasts with that of x.
    parameters : tuple of array
        What the program takes besides x.
    dims : int
        The number of dimensions of its values.
    dtype : str
        The dtype of the nodes.

    Examples
    --------
    (e^x - e^y)/(x - y) at x = y = 0 and at x = y = 1:

    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.elements import Around
    >>> def slope(x, y):
    ...     return (np.exp(x) - np.exp(y)) / (x - y)
    >>> y = np.array([0.0, 1.0])
    >>> a = Around(backend("numpy"), slope, y, y, (y,), 1, "complex128")
    >>> with np.errstate(all="ignore"):
    ...     close, inner, _ = a.continued(*a.radii())
    >>> close.tolist(), bool(np.all(np.abs(inner / np.exp(y) - 1) < 1e-15))
    ([True, True], True)
    """

    def __init__(
        self,
        b: Backend,
        function: Callable[..., Array],
        x: Array,
        at: Any,
        parameters: tuple[Array, ...],
        dims: int,
        dtype: str,
    ) -> None:
        # Compilers read this: plain statements only.
        self.b = b
        self.function = function
        self.x = x
        self.at = at
        self.parameters = parameters
        self.dims = dims
        self.dtype = dtype
        kind = "complex" if dtype.startswith("complex") else "real"
        self.bits = "64" if dtype in ("complex128", "float64") else "32"
        self.choice = stencils.CHOICE[kind]
        self.last = stencils.LAST[kind]

    def values(self, real: Table, imaginary: Table, radius: Any) -> Array:
        """Return the program's values at nodes around the points, shape (m, ...)."""
        z = stencils.around(self.b, real, imaginary, self.at, radius, self.dims, self.dtype, self.x)
        return at_nodes(self.b, self.function, z, self.parameters)

    def on_circle(self, radius: Any) -> Array:
        """Return the values from which the polynomials are made, for a radius that is known.

        They have shape (m, ...).
        """
        return self.values(self.last.real, self.last.imaginary, radius)

    def radii(self) -> tuple[Array, Array]:
        """Return a radius for each element, and whether it is good.

        Both have shape (...), and the second is bool. No derivative is taken.
        """
        b = self.b
        first, *others = self.choice
        results = b.constant(self.values(first.real, first.imaginary, 1.0))
        radius, good = chosen(b, first, results, self.bits, self._least())
        # Of a function that is 0 nobody knows how far its derivatives by parameters reach.
        good = good & (b.largest(b.abs(results)) != 0)
        for second in others:  # with more nodes larger circles can be told to be good
            results = b.constant(self.values(second.real, second.imaginary, radius))
            times, _ = chosen(b, second, results, self.bits, known=True)
            radius = radius * times
        return radius, good

    def _least(self) -> Any:
        """Return the least radius on which rounding leaves the nodes distinct.

        Next to a large point nodes are rounded.
        """
        b, rounding = self.b, _NODES_APART * (2.0**-53 if self.bits == "64" else 2.0**-24)
        if b.adapter.owns(self.at) and is_array(self.at):
            return rounding * b.abs(b.constant(b.cast(self.at, f"float{self.bits}")))
        return rounding * abs(self.at)

    def continued(self, radius: Any, sure: Array | None, values: Array | None = None) -> tuple[Array, Array, Array]:
        """Evaluate the polynomials.

        Parameters
        ----------
        radius : float or array
            The radius for each element.
        sure : array or None
            Whether it is good, bool; None if only the noise on the circle tells.
        values : array, optional
            The program's values there, shape (m, ...), where they have been computed.

        Returns
        -------
        close : array
            Whether an element is so close to its point that the polynomial is used, bool.
        inner : array
            The polynomial, of the dtype of the distances; NaN where the circle is not good.
        beyond : array
            Points at the end of its reach, of the dtype of x: the program can be evaluated there in
            place of those close.
        """
        b, x, last = self.b, self.x, self.last
        values = self.on_circle(radius) if values is None else values
        noise, largest, _ = last.quality(b, values)
        good = noise <= worst(self.bits) * largest
        good = good if sure is None else good & sure
        c = last.coefficients(b, values)
        t = distances(b, x, self.at)
        radius = b.cast(radius, b.dtype(t)) if is_array(radius) else radius
        close = b.abs(t) <= last.reach * radius
        u = b.where(close, t, b.adapter.number(0.0, t)) / radius
        inner = horner(b, b.cast(c, b.dtype(u)), last.terms, u)
        # A factor: what is not known has no derivatives either.
        known = b.where(good | ~close, b.adapter.number(1.0, inner), b.adapter.number(math.nan, inner))
        inner = inner * b.cast(known, b.dtype(inner))
        moving = b.adapter.owns(self.at) and is_array(self.at)
        beyond = (b.cast(self.at, b.dtype(t)) if moving else self.at) + last.reach * radius
        beyond = b.cast(beyond, b.dtype(x)) if is_array(beyond) else b.adapter.number(beyond, x)
        return close, inner, beyond


def distances(b: Backend, x: Array, at: Any) -> Array:
    """Return x - at, in the wider one of both precisions.

    Parameters
    ----------
    b : Backend
        The framework.
    x : array
        Points, of any shape, floating.
    at : float or array
        The points from which the distances are, of a shape that broadcasts with that of x.

    Returns
    -------
    array
        float32 for what is less precise, else the dtype of x.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.elements import distances
    >>> x, at = np.array([0.1], np.float32), np.array([0.1])
    >>> [float(f"{t:.3g}") for t in distances(backend("numpy"), x, at)]
    [1.49e-09]
    """
    dtype = b.dtype(x)
    if not (b.adapter.owns(at) and is_array(at)):
        return offset(b, dtype, x, at)
    wide = "float64" if "float64" in (dtype, b.dtype(at)) else "float32"
    return b.cast(b.cast(x, wide) - b.cast(at, wide), "float32" if dtype != "float64" else dtype)


def at_points(b: Backend, function: Callable[..., Array], x: Array, parameters: tuple[Array, ...]) -> Array:
    """Evaluate a program, and check what it returns.

    Parameters
    ----------
    b : Backend
        The framework.
    function : callable
        Called as ``function(x, *parameters)``.
    x : array
        Points.
    parameters : tuple of array
        What it takes besides x.

    Returns
    -------
    array
        The values.

    Raises
    ------
    removable.errors.InputError
        If it returns no floating array of the shape of x.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.elements import at_points
    >>> at_points(backend("numpy"), lambda x, p: p * x, np.ones(2), (3.0,)).tolist()
    [3.0, 3.0]
    """
    return checked_result(b, function(x, *parameters), x)


def at_nodes(b: Backend, function: Callable[..., Array], z: Array, parameters: tuple[Array, ...]) -> Array:
    """Evaluate a program at nodes, with parameters of their dtype, as TensorFlow wants them.

    Parameters
    ----------
    b : Backend
        The framework.
    function : callable
        Called as ``function(x, *parameters)``.
    z : array
        Nodes, shape (m, ...), where (...) is the shape of the program's values.
    parameters : tuple of array
        What it takes besides x.

    Returns
    -------
    array
        The values, shape (m, ...).

    Raises
    ------
    removable.errors.InputError
        If it returns no floating array of that shape.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.elements import at_nodes
    >>> b, z = backend("numpy"), np.array([1j, -1j])
    >>> at_nodes(b, lambda x, p: p * x, z, (np.array(2.0),)).tolist()
    [2j, -2j]
    """
    beside = tuple(b.beside(p, z) if b.adapter.owns(p) else p for p in parameters)
    return checked_result(b, function(z, *beside), z, nodes=True)


def dimensions(b: Backend, function: Callable[..., Array], x: Array, at: Any, parameters: tuple[Array, ...]) -> int:
    """Return the number of dimensions of a program's values, found beside the point.

    Parameters
    ----------
    b : Backend
        The framework.
    function : callable
        Called as ``function(x, *parameters)``.
    x : array
        Points; their values do not matter.
    at : float or array
        The point.
    parameters : tuple of array
        What it takes besides x.

    Returns
    -------
    int
        The number.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.elements import dimensions
    >>> dimensions(backend("numpy"), lambda x, p: p * x, np.ones(3), 0.0, (np.ones((2, 1)),))
    2
    """
    beside = b.number_like(at + 1.0, x) if isinstance(at, float) else b.cast(at, b.dtype(x)) + 1.0 + 0 * x
    with b.looking():
        return b.dims(at_points(b, function, beside, parameters))


def node_dtype(
    b: Backend, function: Callable[..., Array], x: Array, at: Any, dims: int, parameters: tuple[Array, ...]
) -> str:
    """Return the dtype in which a program is evaluated at nodes.

    It is complex if the program takes complex numbers, and double if it takes double precision.

    Parameters
    ----------
    b : Backend
        The framework.
    function : callable
        Called as ``function(x, *parameters)``.
    x : array
        Points; their values do not matter.
    at : float or array
        The point.
    dims : int
        The number of dimensions of the program's values.
    parameters : tuple of array
        What it takes besides x.

    Returns
    -------
    str
        The dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.elements import node_dtype
    >>> for function in (np.exp, np.cbrt):
    ...     node_dtype(backend("numpy"), function, np.ones(3), 0.0, 1, ())
    'complex128'
    'float64'
    """
    wide = b.wide()
    kinds = [f"complex{2 * int(wide)}", f"float{wide}"]
    if b.dtype(x) != "float32":
        return kinds[not _takes(b, function, kinds[0], x, at, dims, parameters)]
    taken = [kind for kind in (*kinds, "complex64", "float32") if _takes(b, function, kind, x, at, dims, parameters)]
    return [*taken, kinds[1]][0]


def _takes(
    b: Backend,
    function: Callable[..., Array],
    dtype: str,
    x: Array,
    at: Any,
    dims: int,
    parameters: tuple[Array, ...],
) -> bool:
    """Tell whether the program takes nodes of a dtype."""
    with b.looking():
        try:
            z = stencils.around(b, *stencils.TRIAL, at, 1.0, dims, dtype, x)
            at_nodes(b, function, z, parameters)
        except InputError:
            if dtype.startswith("complex"):  # of another remedy inside
                return False
            raise
        except RemovableError:
            raise
        except Exception:  # each framework, and each operation, has its own
            return False
    return True
