"""What the remedies are called with: points, functions and arrays, checked, and what of them is said in errors."""

from __future__ import annotations

import contextlib
import functools
import math
import types
from copy import deepcopy
from typing import Any

import numpy as np

from removable import frameworks
from removable.checks import PRECISIONS
from removable.errors import InputError
from removable.functions import Array
from removable.remedy.backends import Backend

__all__ = ["checked_point", "checked_radius", "copied", "described", "floating", "is_array", "offset", "told"]


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
    >>> is_array(np.zeros(2)), is_array(0.5)
    (True, False)
    """
    return not isinstance(value, str | bytes | int | float | complex | list | tuple | None) and hasattr(value, "dtype")


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
    removable.errors.InputError: at is '0'; give a finite number, an array, or a function of the parameters.
    """
    if isinstance(at, bool) or not isinstance(at, int | float | np.integer | np.floating):
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
    if isinstance(radius, bool) or not isinstance(radius, int | float) or not 0 < radius < math.inf:
        raise InputError(f"radius is {described(radius)}; give a finite number greater than 0, or none.")
    return float(radius)


def floating(x: Array) -> tuple[frameworks.Framework, str]:
    """Return the framework and the precision of points; refuse what is not floating.

    Parameters
    ----------
    x : array or float
        Points, of any shape.

    Returns
    -------
    tuple
        The adapter of the framework, and the name of the dtype.

    Raises
    ------
    removable.errors.InputError
        If x is not an array of a known framework, or not floating.

    Examples
    --------
    >>> floating(np.array([0.5]))[1]
    'float64'
    """
    adapter = frameworks.of(x)
    precision = adapter.precision(x)
    if precision not in PRECISIONS:
        raise InputError(f"x has dtype {precision}; give floating numbers, {' or '.join(PRECISIONS)}.")
    return adapter, precision


def offset(b: Backend, precision: str, x: Array, at: float) -> Array:
    """Return x - at, in a precision in which a polynomial keeps its digits, and exact where at is not of the dtype of x.

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


def described(value: Any) -> str:
    """Say what a value is that cannot be used.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    str
        A short value as it is, of anything else the type.

    Examples
    --------
    >>> described(None), described("zero"), described(np.zeros(3))
    ('None', "'zero'", 'an object of type ndarray')
    """
    text = ""
    if isinstance(value, str | bytes | int | float | complex | list | tuple | None):
        with contextlib.suppress(ValueError):  # Python refuses to print very long integers
            text = repr(value)
    return text if 0 < len(text) <= 40 else f"an object of type {type(value).__name__}"


def told(error: BaseException) -> str:
    r"""Return what an error says, in one short line.

    Parameters
    ----------
    error : BaseException
        The error.

    Returns
    -------
    str
        Its type and its first line.

    Examples
    --------
    >>> told(ValueError("of two lines\nthe first"))
    'ValueError: of two lines'
    """
    lines = str(error).strip().splitlines() or ["no reason given"]
    return f"{type(error).__name__}: {lines[0][:160]}"


def copied(function: Any, memo: dict[int, Any]) -> Any:
    """Copy a function along with what it closes over; deepcopy itself takes functions as they are.

    Parameters
    ----------
    function : callable
        A function, or an object that can be called.
    memo : dict
        What has been copied, by deepcopy.

    Returns
    -------
    callable
        The copy.

    Examples
    --------
    >>> weights = [2.0]
    >>> def scaled(weights):
    ...     return lambda x: weights[0] * x
    >>> twice = scaled(weights)
    >>> copy = copied(twice, {})
    >>> weights[0] = 3.0
    >>> twice(1.0), copy(1.0)
    (3.0, 2.0)
    """
    if not isinstance(function, types.FunctionType) or not function.__closure__:
        return deepcopy(function, memo)
    cells = tuple(types.CellType(deepcopy(cell.cell_contents, memo)) for cell in function.__closure__)
    made = types.FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__, cells)
    made.__kwdefaults__ = function.__kwdefaults__
    return functools.update_wrapper(made, function)
