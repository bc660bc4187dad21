"""The arithmetic that all primitives share, in one framework and one precision.

It has selections that are safe to differentiate, and polynomials. A function by pieces is evaluated
by each piece at every element, and one result is selected. The derivative of a selection multiplies
what is not selected by zero, so that no piece may be infinite or NaN anywhere: each is evaluated at
``where(condition, x, safe)``, with a point ``safe`` at which it is ordinary. Selection, arithmetic
and elementary functions are all that is used, and every transformation of a framework knows those.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import takewhile
from typing import Any

import numpy as np

from removable import frameworks
from removable.arguments import PRECISIONS, checked_dense
from removable.errors import InputError
from removable.frameworks import Framework
from removable.functions import Array, elementary

Table = dict[str, tuple[float, ...]]
"""The coefficients of a polynomial, from the constant term up, as many as each precision needs."""

_MOST_TERMS = 60


def table(coefficient: Callable[[int], Fraction], *, radius: float, powers: int = 1) -> Table:
    r"""Round the coefficients of a power series once, and cut it where nothing is lost.

    The first term left out is below an eighth of a rounding error of the value, and its third
    derivative is below 32 rounding errors of 1, a thirtieth of what :mod:`removable.primitives`
    allows.

    Parameters
    ----------
    coefficient : callable
        The exact coefficient of the k-th term.
    radius : float
        The largest size of the variable.
    powers : int
        The power of the variable that the polynomial is one of: 2 for a function that is even.

    Examples
    --------
    >>> table(factorials(0), radius=2**-10)["float32"]
    (1.0, 1.0, 0.5, 0.16666666666666666, 0.041666666666666664)
    """

    def needed(k: int, rounding: float) -> bool:
        n, size = k * powers, abs(float(coefficient(k)))
        of_the_value = size * radius**n > rounding / 8 * abs(float(coefficient(0)))
        return of_the_value or n < 3 or n * (n - 1) * (n - 2) * size * radius ** (n - 3) > 32 * rounding

    def terms(precision: str) -> tuple[float, ...]:
        rounding = 2.0 ** -PRECISIONS[precision]
        return tuple(float(coefficient(k)) for k in takewhile(lambda k: needed(k, rounding), range(_MOST_TERMS)))

    return {precision: terms(precision) for precision in ("float64", "float32")}


class Arithmetic:
    """A framework in one precision, with the few operations that the primitives are made of.

    Parameters
    ----------
    adapter : Framework
        The framework.
    precision : {"float64", "float32"}
        The dtype of the arrays.
    """

    def __init__(self, adapter: Framework, precision: str) -> None:
        self._adapter, self._precision = adapter, precision
        self._xp = adapter.namespace
        self._elementary = elementary(self._xp)
        double = precision == "float64"
        self.exp_overflows: float = 709.782712893383 if double else 88.7228
        """The largest x, rounded down, whose exponential is finite."""
        self.large: float = 4e307 if double else 8e37
        self.tiny: float = 1e-300 if double else 1e-36
        self._high, self._scale = (1e100, 2.0**500) if double else (1e15, 2.0**86)

    def where(self, condition: Array, chosen: Array | float, other: Array | float) -> Array:
        """Select by element; one of the two may be a number."""
        return self._xp.where(condition, self._number(chosen), self._number(other))

    def _number(self, value: Array | float) -> Array | float:
        """Return a number in a form that takes on the dtype of an array.

        TensorFlow takes a plain number for one in single precision.
        """
        tensors = self._adapter.name == "tensorflow" and isinstance(value, float)
        return self._xp.constant(value, dtype=self._precision) if tensors else value

    def within(self, x: Array, radius: float) -> Array:
        """Tell which elements are smaller than a radius.

        Where PyTorch compiles, sizes are compared in single precision, which is as good. Its
        compiler (2.13) computes cheap results again in the backward pass, but none that takes less
        than a quarter of its argument's memory: it would store and load the booleans of numbers in
        double precision.
        """
        size = self._xp.abs(x)
        if self._adapter.name == "torch" and self._xp.compiler.is_compiling():
            size = size.to(self._xp.float32)
        return size < radius

    def polynomial(self, coefficients: Table, x: Array) -> Array:
        """Evaluate a polynomial by Horner's rule."""
        terms = coefficients[self._precision]
        result = x * terms[-1] + terms[-2]
        for term in terms[-3::-1]:
            result = result * x + term
        return result

    def ones_like(self, x: Array) -> Array:
        """Return ones."""
        return self._xp.ones_like(x)

    def abs(self, x: Array) -> Array:
        """Return the absolute value."""
        return self._xp.abs(x)

    def exp(self, x: Array) -> Array:
        """Return the exponential."""
        return self._xp.exp(x)

    def expm1(self, x: Array) -> Array:
        """Return the exponential less 1."""
        return self._elementary.expm1(x)

    def log(self, x: Array) -> Array:
        """Return the natural logarithm."""
        return self._elementary.log(x)

    def sqrt(self, x: Array) -> Array:
        """Return the square root."""
        return self._xp.sqrt(x)

    def cos(self, x: Array) -> Array:
        """Return the cosine."""
        return self._xp.cos(x)

    def sin(self, x: Array) -> Array:
        """Return the sine.

        In single precision, that of TensorFlow and NumPy is off by up to 1.5 ulp, and its square by
        twice that, so that theirs is computed in double precision.
        """
        if self._precision == "float64" or self._adapter.name not in ("tensorflow", "numpy"):
            return self._xp.sin(x)
        return self._adapter.cast(self._xp.sin(self._adapter.cast(x, "float64")), "float32")

    def scaling(self, size: Array) -> Array:
        """Return powers of two that scale sizes away from overflow and underflow of their squares.

        Most of them are 1.
        """
        one = self.ones_like(size)
        small, large = size < 1 / self._high, size > self._high
        return self.where(small, self._scale, self.where(large, 1 / self._scale, one))

    def fixed(self, x: Array) -> Array:
        """Return the same values, which count as constants when something is differentiated."""
        if self._adapter.name == "torch":
            return x.detach()
        if self._adapter.name == "tensorflow":
            return self._xp.stop_gradient(x)
        if self._adapter.name == "jax":
            from jax.lax import stop_gradient

            return stop_gradient(x)
        return x

    def reciprocal(self, x: Array) -> Array:
        """Return 1/x.

        A division of 1 would give NaN for the derivative at 0 in the forward mode of TensorFlow.
        """
        return self._elementary.reciprocal(x)

    def arctan2(self, y: Array, x: Array) -> Array:
        """Return the angle of a point of the plane."""
        return (self._xp.atan2 if hasattr(self._xp, "atan2") else self._xp.arctan2)(y, x)


def evaluated(rule: Callable[..., Array], **arguments: Array) -> Array:
    """Apply a rule by element to arguments of one framework, whose shapes broadcast.

    Parameters
    ----------
    rule : callable
        Called with an :class:`Arithmetic` and the arguments, in their order.
    **arguments : array or float
        By the names that the caller knows them by. The first that is no Python number has the dtype
        of the result; half precisions are computed in single precision and rounded.

    Raises
    ------
    removable.errors.InputError
        If an argument is no array of a known framework and no number, or is not floating.

    Examples
    --------
    >>> evaluated(lambda on, x: on.abs(x), x=-2.0)
    np.float64(2.0)
    """
    adapter, like = _framework_and_dtype(arguments)
    precision = adapter.precision(like)
    computed = "float64" if precision == "float64" else "float32"
    arrays = [_converted(adapter, value, like, computed) for value in arguments.values()]
    if adapter.name == "tensorflow":  # nothing here for AutoGraph to rewrite
        rule = adapter.namespace.autograph.experimental.do_not_convert(rule)
    if adapter.name == "numpy":
        with np.errstate(all="ignore"):  # limits are answers here, and what is not selected is none
            result = rule(Arithmetic(adapter, computed), *arrays)
            return np.asarray(result, dtype=precision)[()]  # numbers in, numbers out
    result = rule(Arithmetic(adapter, computed), *arrays)
    return result if precision == computed else adapter.cast(result, precision)


def _framework_and_dtype(arguments: dict[str, Any]) -> tuple[Framework, Array]:
    """Return the framework of the arguments, and the one that has the dtype of the result.

    An argument that is not floating is refused.
    """
    framework, like, least = None, None, 3
    for name, value in arguments.items():
        adapter = frameworks.of(value)
        # next to another, a whole number takes on its dtype
        if isinstance(value, int) and len(arguments) > 1:
            continue
        precision = adapter.precision(checked_dense(name, value, adapter))
        if precision not in PRECISIONS:
            raise InputError(f"{name} has dtype {precision}; give floating numbers, {' or '.join(PRECISIONS)}.")
        # An array of a framework decides before one of NumPy, and that before a number.
        rank = 0 if adapter.name != "numpy" else 2 if type(value) is float else 1
        if rank < least:
            framework, like, least = adapter, value, rank
    if framework is None:
        raise InputError(f"{' and '.join(arguments)} are whole numbers; give floating ones.")
    return framework, like


def _converted(adapter: Framework, value: Array, like: Array, precision: str) -> Array:
    """Return an argument as an array of the framework, in the precision to compute in."""
    xp = adapter.namespace
    if adapter.name == "torch":
        dtype = getattr(xp, precision)
        return value.to(dtype) if isinstance(value, xp.Tensor) else xp.as_tensor(value, dtype=dtype, device=like.device)
    if adapter.name == "tensorflow":
        known = xp.is_tensor(value) or isinstance(value, xp.Variable)
        return xp.cast(value, precision) if known else xp.constant(value, dtype=precision)
    return xp.asarray(value, dtype=precision)


def factorials(first: int, *, alternating: bool = False, step: int = 1) -> Callable[[int], Fraction]:
    """Return the coefficients 1/(step k + first)!, of alternating sign or not.

    Examples
    --------
    >>> [str(factorials(1, alternating=True, step=2)(k)) for k in range(3)]
    ['1', '-1/6', '1/120']
    """

    def coefficient(k: int) -> Fraction:
        return Fraction((-1) ** (k if alternating else 0), math.factorial(step * k + first))

    return coefficient


def bernoulli() -> Iterator[Fraction]:
    """Yield the Bernoulli numbers, by their recurrence.

    Examples
    --------
    >>> numbers = bernoulli()
    >>> [str(next(numbers)) for _ in range(5)]
    ['1', '-1/2', '1/6', '0', '-1/30']
    """
    known: list[Fraction] = []
    while True:
        n = len(known)
        total = sum((math.comb(n + 1, k) * b for k, b in enumerate(known)), Fraction(0))
        known.append(-total / (n + 1) if n else Fraction(1))
        yield known[-1]
