"""Checks of points, radii, arrays and the results of functions, for the remedies."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from removable import frameworks
from removable.arguments import PRECISIONS, checked_dense
from removable.errors import InputError, NotRemovableError
from removable.functions import Array
from removable.remedy.backends import Backend
from removable.remedy.wording import described

__all__ = [
    "check_elements",
    "check_known",
    "checked_at",
    "checked_point",
    "checked_radius",
    "checked_reach",
    "checked_result",
    "floating",
    "followed",
    "is_array",
    "nudged",
    "number_or_array",
    "offset",
    "sizes",
]

_REAL = ("float", "bfloat", "int", "uint")
"""How the names of real dtypes begin."""

_NUMBERS = int | float | np.integer | np.floating

_PARTS = {"complex128": "float64", "complex64": "float32"}
"""The precision of the parts of complex numbers."""

_NUDGE = 2.0**-10
"""What a parameter that is 0 is replaced by to see how far the series of a function reaches that is
0 along with it."""

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
    >>> from removable.remedy.backends import backend
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
    >>> sizes(np.zeros((2, 3)))
    (2, 3)
    """
    shape = values.shape
    return None if getattr(shape, "rank", 0) is None else tuple(shape)


def checked_result(b: Backend, result: Any, x: Array, *, nodes: bool = False) -> Array:
    """Return what a function returned for points, after a check.

    It must be what a function of each element can return.

    Parameters
    ----------
    b : Backend
        The framework.
    result : object
        What was returned.
    x : array
        The points.
    nodes : bool
        Whether the result has the dimensions of x, and no more.

    Returns
    -------
    array
        The result.

    Raises
    ------
    removable.errors.InputError
        If it is none: no array, or one of whole or complex numbers, or of a shape of its own.

    Examples
    --------
    >>> from removable.remedy.backends import backend
    >>> x = np.zeros(3)
    >>> checked_result(backend("numpy"), np.stack([x, x], -1), x)
    Traceback (most recent call last):
        ...
    removable.errors.InputError: the function turns shape (3,) into (3, 2);
        give one that treats the elements of x independently.
    """
    if not b.adapter.owns(result) or type(result) in (int, float, bool):
        raise InputError(
            f"the function returned {described(result)} for a {b.adapter.title} array; return an array computed from x."
        )
    dtype = b.dtype(result)
    if not dtype.startswith(("float", "bfloat", "complex")):
        raise InputError(f"the function returned numbers of dtype {dtype}; return floating numbers.")
    if dtype.startswith("complex") and not b.is_complex(x):
        raise InputError(
            "the function returns complex numbers for real x; repair its real and its imaginary part, each by itself."
        )
    mine, others = sizes(result), sizes(x)
    if mine is not None and others is not None and (not _keeps(others, mine) or (nodes and len(mine) != len(others))):
        raise InputError(
            f"the function turns shape {others} into {mine}; give one that treats the elements of x independently."
        )
    return result


def _keeps(shape: tuple[Any, ...], result: tuple[Any, ...]) -> bool:
    """Tell whether a shape broadcasts to that of a result.

    Sizes that belong to a compiler are compared as little as possible.
    """
    if len(result) < len(shape):
        return False
    for mine, others in zip(shape[::-1], result[::-1], strict=False):
        if not (mine is None or others is None or mine == others or mine == 1):
            return False
    return True


def check_elements(b: Backend, function: Callable[[Array], Array], at: float, like: Array) -> None:
    """Raise if an element of the result changes with other elements of x, of the shape that x has.

    Parameters
    ----------
    b : Backend
        The framework.
    function : callable
        A function of x.
    at : float
        The point, beside which it is evaluated.
    like : array
        An array of the shape and dtype of x.

    Raises
    ------
    removable.errors.InputError
        If it does.

    Examples
    --------
    >>> from removable.remedy.backends import backend
    >>> check_elements(backend("numpy"), lambda x: x - x.mean(), 0.0, np.zeros(4))
    Traceback (most recent call last):
        ...
    removable.errors.InputError: the function gives ... for the same x,
        depending on the other elements of the array; give ...
    """
    shape = sizes(like)
    if shape is None or not all(isinstance(size, int) for size in shape) or math.prod(shape) < 2:
        return  # a compiler may know no sizes
    mine = np.arange(math.prod(shape)).reshape(shape) % 2 == 0
    offsets = max(1.0, abs(at)) * (0.113 + 0.1 * np.modf(np.arange(mine.size).reshape(shape) * 0.618)[0])
    results = [
        b.numbers(function(b.array(at + np.where(mine, offsets, other * offsets), b.dtype(like), like)))
        for other in (0.7, 1.3)
    ]
    if results[0] is None or results[0].shape != shape:
        return
    first, beside = (np.asarray(values, float)[mine] for values in results)
    apart = np.abs(first - beside) > 1e-8 * np.nanmax(np.abs(first), initial=0.0)
    if apart.any():
        raise InputError(
            f"the function gives {first[apart][0]:.6g} or {beside[apart][0]:.6g} for the same x, depending on the other "
            "elements of the array; give one that treats the elements independently."
        )


def check_known(values: Callable[[np.ndarray], np.ndarray], at: float) -> None:
    """Raise if a function is NaN wherever it is looked at, because of what it reads.

    Parameters
    ----------
    values : callable
        The function: it takes offsets from the point, shape (N,), to values, shape (N, E).
    at : float
        The point.

    Raises
    ------
    removable.errors.NotRemovableError
        If an element of the values is.

    Examples
    --------
    >>> check_known(lambda t: np.stack([t, np.nan * t], 1), 0.0)
    Traceback (most recent call last):
        ...
    removable.errors.NotRemovableError: the function is nan on both sides of 0.0,
        near by and far away; look at what it reads
    """
    t = max(1.0, abs(at)) * 2.0 ** np.arange(-20, 21, 4)
    if np.isnan(values(np.concatenate([t, -t]))).all(0).any():
        raise NotRemovableError(
            f"the function is nan on both sides of {at!r}, near by and far away; look at what it reads"
        )


def followed(b: Backend, values: Array) -> bool:
    """Tell whether derivatives of values by what a function reads can be taken later.

    Parameters
    ----------
    b : Backend
        The framework.
    values : array
        What the function returned where x is a constant.

    Returns
    -------
    bool
        Whether they are recorded, or could be, as always in TensorFlow.

    Examples
    --------
    >>> from removable.remedy.backends import backend
    >>> followed(backend("numpy"), np.zeros(2))
    False
    """
    if b.adapter.name == "torch":
        return values.requires_grad or b.xp.autograd.forward_ad.unpack_dual(values).tangent is not None
    return b.adapter.name == "tensorflow"


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
    >>> from removable.remedy.backends import backend
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

    >>> from removable.remedy.backends import backend
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
