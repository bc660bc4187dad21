"""Checks of a function by the values that it returns."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from removable.errors import InputError, NotRemovableError
from removable.functions import Array
from removable.remedy.backends import Backend
from removable.remedy.inputs import sizes
from removable.remedy.wording import described

__all__ = ["check_elements", "check_known", "checked_result"]


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
    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.function_checks import checked_result
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
    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.function_checks import check_elements
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
    >>> import numpy as np
    >>> from removable.remedy.function_checks import check_known
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
