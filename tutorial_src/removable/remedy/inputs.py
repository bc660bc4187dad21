"""Checks of the arguments that a remedy is given."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from removable import frameworks
from removable.arguments import PRECISIONS, checked_dense
from removable.errors import InputError
from removable.functions import Array
from removable.remedy.backends import Backend
from removable.remedy.wording import described

__all__ = [
    "checked_at",
    "checked_point",
    "checked_radius",
    "checked_reach",
    "floating",
    "is_array",
    "number_or_array",
    "sizes",
]

_REAL = ("float", "bfloat", "int", "uint")
"""How the names of real dtypes begin."""

_NUMBERS = int | float | np.integer | np.floating

_PARTS = {"complex128": "float64", "complex64": "float32"}
"""The precision of the parts of complex numbers."""


_LARGEST = 2.0**24
"""A point whose rounding is larger is too far out: around it there is nothing to be looked at."""


def is_array(value: Any) -> bool:
    """Tell whether a value is an array or a tensor, and not a number.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    bool
        Whether it is one.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.inputs import is_array
    >>> is_array(np.zeros(2)), is_array(0.5), is_array(np.float32(0.5))
    (True, False, False)
    """
    numbers = str | bytes | int | float | complex | list | tuple | np.generic | None
    return not isinstance(value, numbers) and hasattr(value, "dtype")


def number_or_array(at: Any) -> Any:
    """Return a point as a number if it is one, else as it is.

    Parameters
    ----------
    at : object
        What was given.

    Returns
    -------
    float or array
        A number of any type as a float, an array of NumPy of no dimension too; an array as it is.

    Raises
    ------
    removable.errors.InputError
        If it is neither a finite number nor an array.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.inputs import number_or_array
    >>> number_or_array(np.array(2)), number_or_array(np.zeros(2))
    (2.0, array([0., 0.]))
    """
    if isinstance(at, np.ndarray) and not at.ndim:
        at = at[()]
    return at if is_array(at) else checked_point(at)


def checked_at(b: Backend, at: Any, x: Array) -> Any:
    """Return the point, or the points, next to points at which a function is evaluated.

    Parameters
    ----------
    b : Backend
        The framework.
    at : object
        What was given, or returned by the function that gives it.
    x : array
        Points, of any shape.

    Returns
    -------
    float or array
        A number, or an array of the framework.

    Raises
    ------
    removable.errors.InputError
        If it is neither, or not real, or if its shape does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.inputs import checked_at
    >>> checked_at(backend("numpy"), np.zeros(2), np.zeros(3))
    Traceback (most recent call last):
        ...
    removable.errors.InputError: at is an array of shape (2,), and x of shape (3,); give shapes
        that broadcast.
    """
    at = number_or_array(at)
    if not is_array(at):
        return at
    if not b.adapter.owns(at) and not isinstance(at, np.ndarray):
        raise InputError(
            f"at is {described(at)}, and x is of {b.adapter.title}; give both of the same framework, or one number."
        )
    dtype = b.dtype(at) if b.adapter.owns(at) else str(at.dtype)
    if not dtype.startswith(_REAL):
        raise InputError(f"at is an array of dtype {dtype}; give real numbers.")
    mine, others = sizes(at), sizes(x)
    if mine is not None and others is not None:
        for a, c in zip(mine[::-1], others[::-1], strict=False):
            if not (a is None or c is None or a == c or a == 1 or c == 1):
                raise InputError(
                    f"at is an array of shape {mine}, and x of shape {others}; give shapes that broadcast."
                )
    return at if b.adapter.owns(at) else b.array(at, b.dtype(x), x)


def checked_reach(at: float, rounding: float) -> None:
    """Raise if there is no circle around a point that is large enough for its rounding.

    Parameters
    ----------
    at : float
        The point.
    rounding : float
        The unit roundoff of the precision.

    Raises
    ------
    removable.errors.InputError
        If there is none.

    Examples
    --------
    >>> from removable.remedy.inputs import checked_reach
    >>> checked_reach(1e50, 2.0**-53)
    Traceback (most recent call last):
        ...
    removable.errors.InputError: at is 1e+50, and next to its rounding no circle is small enough;
        give a function of x/1e+50.
    """
    if abs(at) * rounding > _LARGEST:
        raise InputError(
            f"at is {at!r}, and next to its rounding no circle is small enough; give a function of x/{at:g}."
        )


def sizes(values: Array) -> tuple[Any, ...] | None:
    """Return the shape of an array as far as it is known.

    Parameters
    ----------
    values : array
        Of any framework; a graph of TensorFlow may know no shape.

    Returns
    -------
    tuple or None
        The sizes, None for one that is not known; None if the number of dimensions is not.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.inputs import sizes
    >>> sizes(np.zeros((2, 3)))
    (2, 3)
    """
    shape = values.shape
    return None if getattr(shape, "rank", 0) is None else tuple(shape)


def checked_point(at: Any, others: str = "an array, or a function of the parameters") -> float:
    """Return the point as a number.

    Parameters
    ----------
    at : object
        What was given.
    others : str
        What may be given in place of a number, for the message.

    Returns
    -------
    float
        The point.

    Raises
    ------
    removable.errors.InputError
        If it is not a finite number.

    Examples
    --------
    >>> from removable.remedy.inputs import checked_point
    >>> checked_point(2)
    2.0
    >>> checked_point("0")
    Traceback (most recent call last):
        ...
    removable.errors.InputError: at is '0'; give a finite number, an array,
        or a function of the parameters.
    """
    if isinstance(at, bool) or not isinstance(at, _NUMBERS):
        raise InputError(f"at is {described(at)}; give a finite number, {others}.")
    try:
        value = float(at)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise InputError(f"at is {str(at)[:20]}; give a finite number.")
    return value


def checked_radius(radius: Any) -> float | None:
    """Return the radius as a number, or None if there is none.

    Parameters
    ----------
    radius : object
        What was given.

    Returns
    -------
    float or None
        The radius.

    Raises
    ------
    removable.errors.InputError
        If it is not a finite number greater than 0.

    Examples
    --------
    >>> from removable.remedy.inputs import checked_radius
    >>> checked_radius(-1)
    Traceback (most recent call last):
        ...
    removable.errors.InputError: radius is -1; give a finite number greater than 0, or none.
    """
    if radius is None:
        return None
    try:
        value = float(radius) if type(radius) is not bool and isinstance(radius, _NUMBERS) else math.nan
    except OverflowError:
        value = math.inf
    if not 0 < value < math.inf:
        raise InputError(f"radius is {described(radius)}; give a finite number greater than 0, or none.")
    return value


def floating(x: Array, *, complex_too: bool = False) -> tuple[frameworks.Framework, str]:
    """Return the framework and the precision of points; refuse what is not floating.

    Parameters
    ----------
    x : array or float
        Points, of any shape.
    complex_too : bool
        Whether complex numbers are taken; their precision is that of their parts.

    Returns
    -------
    tuple
        The adapter of the framework, and the name of the dtype.

    Raises
    ------
    removable.errors.InputError
        If x is not an array of a known framework, or not floating, or sparse or ragged.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.inputs import floating
    >>> floating(np.array([0.5]))[1]
    'float64'
    """
    adapter = frameworks.of(x)
    precision = adapter.precision(x)
    if complex_too and precision in _PARTS:
        precision = _PARTS[precision]
    checked_dense("x", x, adapter)
    if precision not in PRECISIONS:
        raise InputError(f"x has dtype {precision}; give floating numbers, {' or '.join(PRECISIONS)}.")
    return adapter, precision
