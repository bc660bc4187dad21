"""Polynomials by Horner's rule, in a framework's own plain operations."""

from __future__ import annotations

from collections.abc import Sequence

from removable.functions import Array
from removable.remedy import torch_polynomial
from removable.remedy.backends import Backend

__all__ = ["horner", "near", "with_numbers"]


def horner(b: Backend, coefficients: Sequence[Array] | Array, count: int, u: Array) -> Array:
    r"""Evaluate a polynomial whose coefficients are numbers or arrays.

    .. math::

       c_0 + u\,(c_1 + u\,(c_2 + \dots + u\,c_{n-1}))

    Parameters
    ----------
    b : Backend
        The framework.
    coefficients : tuple of float or array
        From the constant term up; any sequence of numbers. An array has the shape (n, ...), and its
        rows broadcast with ``u``.
    count : int
        The number of coefficients that are used, n, at least 1.
    u : array
        Any shape, floating.

    Returns
    -------
    array
        The shape and dtype to which ``u`` and a coefficient broadcast.

    Raises
    ------
    IndexError
        If there are fewer coefficients than that.

    Examples
    --------
    1 + 2u + 3u^2 at 0 and at 10, and 1 + 2u alone:

    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.polynomials import horner
    >>> b = backend("numpy")
    >>> horner(b, (1.0, 2.0, 3.0), 3, np.array([0.0, 10.0])).tolist()
    [1.0, 321.0]
    >>> horner(b, (1.0, 2.0, 3.0), 2, np.array([0.0, 10.0])).tolist()
    [1.0, 21.0]

    Each element has coefficients of its own:

    >>> horner(b, np.array([[1.0, 5.0], [2.0, 0.0]]), 2, np.array([10.0, 10.0])).tolist()
    [21.0, 5.0]
    """
    result = coefficients[count - 1] + 0 * u
    for k in range(count - 2, -1, -1):
        result = result * u + coefficients[k]
    return result


def near(
    b: Backend, coefficients: tuple[float, ...] | Array, count: int, t: Array, close: Array, reach: float, radius: float
) -> Array:
    """Evaluate a polynomial where points are close.

    Elsewhere the result is finite and means nothing.

    Parameters
    ----------
    b : Backend
        The framework.
    coefficients : tuple of float or array
        From the constant term up, in powers of t over the radius; those of an array as for
        :func:`horner`, of the dtype of t.
    count : int
        The number of coefficients that are used.
    t : array
        Distances from the point, of any shape, floating.
    close : array
        Whether they are at most the reach, bool.
    reach : float
        The largest distance.
    radius : float
        The unit of the distances.

    Returns
    -------
    array
        The shape and dtype to which ``t`` and a coefficient broadcast.

    Examples
    --------
    1 + u of u = t/2:

    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.polynomials import near
    >>> t = np.array([-1.0, 3.0])
    >>> near(backend("numpy"), (1.0, 1.0), 2, t, abs(t) <= 1.0, 1.0, 2.0).tolist()
    [0.5, 1.0]
    """
    if b.adapter.name == "torch" and torch_polynomial.applies(t):
        row = b.one_for_all(coefficients, count, t)
        if row is not None:
            return torch_polynomial.polynomial(t, row, reach, radius)
    u = b.where(close, t, b.adapter.number(0.0, t)) / radius
    if isinstance(coefficients, tuple):
        return with_numbers(b, coefficients, u)
    return horner(b, coefficients, count, u)


def with_numbers(b: Backend, coefficients: Sequence[float], u: Array) -> Array:
    """Evaluate a polynomial with numbers for coefficients; in half the steps, if it is even or odd.

    Parameters
    ----------
    b : Backend
        The framework.
    coefficients : tuple of float
        From the constant term up; any sequence of numbers.
    u : array
        Any shape, floating.

    Returns
    -------
    array
        Shape and dtype of ``u``.

    Raises
    ------
    IndexError
        If there are no coefficients.

    Examples
    --------
    1 - u^2/6, which is even, and u - u^3/6, which is odd:

    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.polynomials import with_numbers
    >>> b = backend("numpy")
    >>> with_numbers(b, (1.0, 0.0, -1 / 6), np.array([0.0, 3.0])).tolist()
    [1.0, -0.5]
    >>> with_numbers(b, (0.0, 1.0, 0.0, -1 / 6), np.array([0.0, 3.0])).tolist()
    [0.0, -1.5]
    """
    even, odd = coefficients[::2], coefficients[1::2]
    if not any(odd):
        return horner(b, even, len(even), u * u)
    if not any(even):
        return horner(b, odd, len(odd), u * u) * u
    return horner(b, coefficients, len(coefficients), u)
