"""Coefficients of a power series from the values of a program at points around its point.

The program is evaluated there at each call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from removable.functions import Array
from removable.remedy import annulus, circles
from removable.remedy.backends import Backend, Table

__all__ = ["CHOICE", "LAST", "TRIAL", "Choice", "Stencil", "around"]

RADII = tuple(4.0**k for k in range(-20, 9))
"""Radii among which one is chosen where values are hidden, from the smallest on."""

MULTIPLES = (1.0, 2.0, 4.0, 8.0)
"""Multiples of a radius among which another is chosen, with more nodes."""

_FIRST = 8
"""Coefficients that a choice of radius looks at."""


@dataclass(frozen=True)
class Stencil:
    """Nodes, and the rule that goes with them, all in units of a radius.

    Attributes
    ----------
    count : int
        The number of nodes, m.
    real : Table
        The real parts of the nodes, shape (m,).
    imaginary : Table
        Their imaginary parts; those of real nodes are empty.
    steps : tuple of Table
        The matrices that turn values into coefficients, one after the other; for complex values the
        first takes their real parts and then their imaginary parts.
    first : tuple of Table
        The same for the first few coefficients.
    noise : Table
        The matrix that turns values into coefficients that should be zero.
    amplified : float
        How much more an error counts at the point than at a node.
    reach : float
        The distance up to which the polynomial may be used.
    terms : int
        The number of coefficients.
    on_circle : bool
        Whether the nodes are complex.
    """

    count: int
    real: Table
    imaginary: Table
    steps: tuple[Table, ...]
    first: tuple[Table, ...]
    noise: Table
    amplified: float
    reach: float
    terms: int
    on_circle: bool

    def coefficients(self, b: Backend, values: Array) -> Array:
        """Return the coefficients, shape (terms, ...), of values at the nodes, shape (m, ...)."""
        return _through(b, self.steps, values, on_circle=self.on_circle)

    def quality(self, b: Backend, values: Array) -> tuple[Array, Array, Array]:
        """Return the noise, the largest value, and the first coefficients, of values at the nodes.

        Values have the shape (m, ...), or (m, J, ...) for several circles.
        """
        noise = b.largest(b.abs(_through(b, (self.noise,), values, on_circle=self.on_circle))) * self.amplified
        return noise, b.largest(b.abs(values)), _through(b, self.first, values, on_circle=self.on_circle)


def _through(b: Backend, steps: tuple[Table, ...], values: Array, *, on_circle: bool) -> Array:
    if on_circle and not b.is_complex(values):  # as abs gives them
        values = b.complex(values, 0 * values)
    results = b.parts(values) if on_circle else values
    for matrix in steps:
        results = b.product(matrix, results)
    return results


def _made(
    nodes: np.ndarray, steps: tuple[np.ndarray, ...], noise: np.ndarray, amplified: float, reach: float
) -> Stencil:
    return Stencil(
        count=len(nodes),
        real=Table(nodes.real),
        imaginary=Table(nodes.imag if np.iscomplexobj(nodes) else np.zeros(0)),
        steps=tuple(Table(step) for step in steps),
        first=tuple(Table(step) for step in (*steps[:-1], steps[-1][:_FIRST])),
        noise=Table(noise),
        amplified=amplified,
        reach=reach,
        terms=len(steps[-1]),
        on_circle=bool(np.iscomplexobj(nodes)),
    )


def _circle(n: int) -> Stencil:
    """Return n half-shifted nodes on a circle, of which the upper half is evaluated."""
    nodes, half = circles.unit_nodes(n), n // 2
    matrix = circles.matrices(nodes)
    noise = matrix[half - min(16, half // 2) : half]
    return _made(nodes, (matrix[half : half + circles.TERMS],), noise, 1.0, 0.5)


def _line() -> Stencil:
    """Return the nodes of an annulus on both sides of the point."""
    on = annulus.rule()
    return _made(on.nodes, (on.to_chebyshev, on.to_powers), on.rest, on.amplified, 0.9)


@dataclass(frozen=True)
class Choice:
    """Circles among which one is chosen.

    Attributes
    ----------
    each : Stencil
        The nodes on each of them.
    radii : tuple of float
        Their radii, ascending, all by the same ratio. The smallest is taken where none is better.
    real : Table
        The nodes on all of them, by node and then by circle.
    imaginary : Table
        Their imaginary parts.
    column : Table
        The radii that can be chosen: all but the smallest.
    """

    each: Stencil
    radii: tuple[float, ...]
    real: Table
    imaginary: Table
    column: Table


def _choice(each: Stencil, radii: tuple[float, ...]) -> Choice:
    real, imaginary = (
        Table((part[:, None] * np.array(radii)).ravel()) if part.size else Table(part)
        for part in (each.real.array, each.imaginary.array)
    )
    return Choice(each, radii, real, imaginary, Table(np.array(radii[1:])))


# Made now: a compiler that reads a program makes no matrices.
_ON_LINE = _line()
LAST = {"complex": _circle(64), "real": _ON_LINE}
"""What is evaluated once a radius has been chosen, by the kind of nodes."""

CHOICE = {
    "complex": (_choice(_circle(32), RADII), _choice(LAST["complex"], MULTIPLES)),
    "real": (_choice(_ON_LINE, RADII),),
}
"""Circles of absolute radii, and then, in the complex plane, of multiples of the one that was
found, by the kind of nodes."""

TRIAL = (Table(np.array([0.6, -0.6])), Table(np.array([0.8, 0.8])))
"""Two nodes, to see whether a program takes complex numbers."""


def around(
    b: Backend, real: Table, imaginary: Table, at: Any, radius: Any, dims: int, dtype: str, like: Array
) -> Array:
    """Return the nodes around points, for a point and a radius that are numbers or arrays.

    Parameters
    ----------
    b : Backend
        The framework.
    real, imaginary : Table
        The parts of m nodes, in units of the radius, shape (m,). Those of real nodes have no
        imaginary parts.
    at, radius : float or array
        The points and the radii; arrays have the shape (...), and are real.
    dims : int
        The number of dimensions of that shape.
    dtype : str
        The dtype of the nodes: ``"complex128"``, ``"complex64"``, or one of real numbers.
    like : array
        An array on the device where the nodes are wanted.

    Returns
    -------
    array
        Shape (m, ...).

    Examples
    --------
    Two nodes on circles of radius 0.5 around 0 and 10:

    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.stencils import TRIAL, around
    >>> at = np.array([0.0, 10.0])
    >>> around(backend("numpy"), *TRIAL, at, 0.5, 1, "complex128", at).tolist()
    [[(0.3+0.4j), (10.3+0.4j)], [(-0.3+0.4j), (9.7+0.4j)]]
    """
    part = {"complex128": "float64", "complex64": "float32"}.get(dtype, dtype)
    at = b.cast(at, part) if b.adapter.owns(at) else at
    x = at + radius * b.column(real, dims, part, like)
    if part == dtype:
        return x
    return b.complex(x, 0 * x + radius * b.column(imaginary, dims, part, like))
