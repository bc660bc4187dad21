"""Random errors of one rounding, the unit of stochastic arithmetic.

Every output of an operation moves up or down by one unit in the last place, or stays, at random:
the Monte Carlo arithmetic of :cite:t:`Parker1997`, and the CESTAC method of :cite:t:`Vignes2004`.
Exact results are not moved. Whether an operation is exact because it only moves numbers about is
asked of the operation itself, so that no table of operations is needed.
"""

from __future__ import annotations

import numpy as np

from removable.probing.cause.tape import Operation

__all__ = ["moves_only", "rounded", "spacing"]


def spacing(values: np.ndarray, eps: float) -> np.ndarray:
    """Return the unit in the last place of each number.

    Parameters
    ----------
    values : numpy.ndarray
        Any shape, float64 or float32.
    eps : float
        The distance from 1 to the next number.

    Returns
    -------
    numpy.ndarray
        Shape and dtype of ``values``; 0 where the value is 0, which has no rounding error.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.rounding import spacing
    >>> spacing(np.array([1.0, 3.0, 0.0, 1e-320]), 2.0**-52).tolist()
    [2.220446049250313e-16, 4.440892098500626e-16, 0.0, 5e-324]
    """
    exponents = np.frexp(values)[1]
    units = np.ldexp(values.dtype.type(eps), exponents - 1)
    units = np.maximum(units, np.finfo(values.dtype).smallest_subnormal)
    return np.asarray(np.where(values == 0, 0, units), dtype=values.dtype)


def rounded(values: np.ndarray, eps: float, generator: np.random.Generator) -> np.ndarray:
    """Return numbers that are off by one rounding at most, at random.

    Parameters
    ----------
    values : numpy.ndarray
        Any shape, float64 or float32.
    eps : float
        The distance from 1 to the next number.
    generator : object
        Where chance comes from.

    Returns
    -------
    numpy.ndarray
        Shape and dtype of ``values``.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.rounding import rounded
    >>> generator = np.random.default_rng(0)
    >>> ((rounded(np.ones(5), 2.0**-52, generator) - 1) * 2.0**52).tolist()
    [1.0, 0.0, 0.0, -1.0, -1.0]
    """
    steps = generator.integers(-1, 2, values.shape).astype(values.dtype)
    return np.asarray(values + steps * spacing(values, eps), dtype=values.dtype)


def moves_only(operation: Operation) -> bool:
    """Tell whether an operation only moves numbers, or makes constants.

    Views, ``cat``, ``where``, ``max`` and ``relu`` do, up to the sign; they have no rounding error,
    and giving them one would accuse ``x - max(x)``. The operation is run again on random numbers:
    each output must be among the inputs, or not change at all.

    Parameters
    ----------
    operation : Operation
        As it ran.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.tape import Value
    >>> from removable.probing.cause.rounding import moves_only
    >>> from removable.probing.cause.tape import Operation
    >>> inputs = [Value(None, np.array([1.0, 2.0]))]
    >>> def only(function):
    ...     def again(arrays):
    ...         return [function(arrays[0])]
    ...     return moves_only(Operation("f", "", inputs, again([inputs[0].array]), 2.0**-52, again))
    >>> only(np.max), only(np.zeros_like), only(np.sin)
    (True, True, False)
    """
    if not operation.inputs:
        return True
    if operation.again is None:
        return False
    generator = np.random.default_rng(7)
    inputs = [_random(array, operation.eps, generator) for array in operation.arrays()]
    try:
        outputs = operation.again(inputs)
    except Exception:  # not an operation that takes any number: it computes
        return False
    if len(outputs) != len(operation.outputs):
        return False
    known = np.abs(np.concatenate([np.zeros(1), *(array.ravel() for array in inputs)]))
    pairs = zip(outputs, operation.outputs, strict=True)
    return all(_unchanged(new, old) or bool(np.isin(np.abs(new), known).all()) for new, old in pairs)


def _random(like: np.ndarray, eps: float, generator: np.random.Generator) -> np.ndarray:
    """Return random numbers between 0.1 and 0.9 of either sign that the precision holds exactly."""
    values = generator.uniform(0.1, 0.9, like.shape) * generator.choice([-1, 1], like.shape)
    return np.asarray(np.rint(values / eps / 2) * eps * 2, dtype=like.dtype)


def _unchanged(new: np.ndarray, old: np.ndarray) -> bool:
    return new.shape == old.shape and np.array_equal(new, old, equal_nan=True)
