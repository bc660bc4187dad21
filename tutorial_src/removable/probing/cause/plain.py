"""NumPy arrays of any precision as arrays of float64 or float32, and back.

NumPy has no arithmetic of bfloat16, and half precision is rounded in no other way than single
precision: the numbers of both are kept in float32, exactly. A complex number is a pair.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from removable.arguments import PRECISIONS
from removable.errors import InputError, UnsupportedError

__all__ = ["TakenOutError", "checked_single", "eps_of", "from_plain", "smallest_normal", "to_plain"]

_PARTS = {"complex128": "float64", "complex64": "float32"}


class TakenOutError(UnsupportedError):
    """A program computes in Python with a number of a tensor, and so has no graph.

    Parameters
    ----------
    message : str
        What to do about it.
    where : str
        The line of the user.
    """

    def __init__(self, message: str, where: str) -> None:
        super().__init__(message)
        self.where = where


def eps_of(dtype: str) -> float:
    """Return the distance from 1 to the next number of a precision; that of float32 if unknown.

    Examples
    --------
    >>> from removable.probing.cause.plain import eps_of
    >>> eps_of("float64") == 2**-52, eps_of("bfloat16"), eps_of("complex64") == 2**-23
    (True, 0.0078125, True)
    """
    bits = PRECISIONS.get(_PARTS.get(dtype, dtype), PRECISIONS["float32"])
    return 2.0 ** (1 - bits)


def smallest_normal(dtype: np.dtype, eps: float) -> float:
    """Return the smallest normal number of a precision, which may be kept in a wider one.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.plain import smallest_normal
    >>> single = np.dtype("float32")
    >>> smallest_normal(single, 2.0**-23), smallest_normal(single, 2.0**-10)
    (1.1754943508222875e-38, 6.103515625e-05)
    """
    return float(np.finfo(np.float16 if eps == eps_of("float16") else dtype).tiny)


def to_plain(array: np.ndarray) -> np.ndarray:
    """Return a copy in float64 or float32; of complex numbers with an axis of length 2 more.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.plain import to_plain
    >>> to_plain(np.array([1 + 2j])).tolist(), to_plain(np.array(1, "float16")).dtype.name
    ([[1.0, 2.0]], 'float32')
    """
    if array.dtype.name in _PARTS:
        return np.stack([array.real, array.imag], axis=-1)
    return np.array(array, dtype=np.float64 if array.dtype == np.float64 else np.float32)


def from_plain(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return an array of the precision that it had before :func:`to_plain`.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.plain import from_plain
    >>> from_plain(np.array([[1.0, 2.0]]), np.dtype("complex128")).tolist()
    [(1+2j)]
    """
    if dtype.name in _PARTS:
        return np.asarray(array[..., 0] + 1j * array[..., 1], dtype=dtype)
    return np.asarray(array, dtype=dtype)


def checked_single(shape: Sequence[int]) -> None:
    """Check that what a program returns is a single number.

    Parameters
    ----------
    shape : tuple of int
        Its shape.

    Raises
    ------
    removable.errors.InputError
        If it is not.

    Examples
    --------
    >>> from removable.probing.cause.plain import checked_single
    >>> checked_single((1, 1))
    >>> checked_single((3,))
    Traceback (most recent call last):
        ...
    removable.errors.InputError: the program returns an array of shape (3,); give one that returns a
        single number.
    """
    if math.prod(shape) != 1:
        raise InputError(
            f"the program returns an array of shape {tuple(shape)}; give one that returns a single number."
        )
