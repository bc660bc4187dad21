r"""Reverse-mode differentiation in NumPy, the paper's "object oriented programming".

A :class:`Var` is an array that remembers which arrays it was computed from, and for each of them a
*pullback*: the function that turns the slope of the final result with respect to this array into a
contribution to its slope with respect to that one. :func:`gradient` walks back through this memory
and applies the chain rule at every step (:cite:t:`GriewankWalther2008`, chapter 3). Nothing
simplifies, and nothing could: by the time that the rules are applied, only numbers are left.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Literal, get_args

import numpy as np

from removable.errors import InputError

__all__ = ["Var", "Walk", "gradient", "tape"]

Pullback = Callable[[np.ndarray], np.ndarray]
Walk = Literal["newest first", "ready first"]

_clock = itertools.count()


class Var:
    """An array ``value`` of any floating dtype, and its ``parents``, each with its pullback.

    Examples
    --------
    >>> from removable.tape import Var
    >>> x = Var(3.0)
    >>> ((x * x - 4) / (x - 2)).value
    5.0
    """

    __slots__ = ("parents", "time", "value")
    __array_ufunc__ = None  # an array on the left of an operator leaves the work to the Var

    def __init__(self, value: Any, parents: tuple[tuple[Var, Pullback], ...] = ()) -> None:
        self.value, self.parents, self.time = value, parents, next(_clock)

    def __add__(self, other: Any) -> Var:
        other = _var(other)
        return Var(self.value + other.value, ((self, lambda slope: slope), (other, lambda slope: slope)))

    def __sub__(self, other: Any) -> Var:
        other = _var(other)
        return Var(self.value - other.value, ((self, lambda slope: slope), (other, lambda slope: -slope)))

    def __mul__(self, other: Any) -> Var:
        a, b = self.value, _var(other).value
        return Var(a * b, ((self, lambda slope: slope * b), (_var(other), lambda slope: slope * a)))

    def __truediv__(self, other: Any) -> Var:
        a, b = self.value, _var(other).value
        # The quotient rule as PyTorch and TensorFlow have it: -a/b**2 is two divisions.
        return Var(a / b, ((self, lambda slope: slope / b), (_var(other), lambda slope: -slope * ((a / b) / b))))

    def __neg__(self) -> Var:
        return self * -1

    def __abs__(self) -> Var:
        return Var(abs(self.value), ((self, lambda slope: slope * np.sign(self.value)),))

    # With a constant on the left.
    __radd__, __rmul__ = __add__, __mul__
    __rsub__, __rtruediv__ = (lambda b, a, rule=rule: rule(_var(a), b) for rule in (__sub__, __truediv__))

    # A comparison looks at the numbers, and its answer has no slope.
    __lt__, __le__, __gt__, __ge__ = (
        lambda self, other, compare=compare: compare(self.value, _var(other).value)
        for compare in (operator.lt, operator.le, operator.gt, operator.ge)
    )


def _var(value: Any) -> Var:
    return value if isinstance(value, Var) else Var(value)


def _where(condition: np.ndarray, a: Any, b: Any) -> Var:
    """Choose by element; the slope goes to what was chosen, and zero to the other."""
    to_a, to_b = (lambda slope: np.where(condition, slope, 0)), (lambda slope: np.where(condition, 0, slope))
    return Var(np.where(condition, _var(a).value, _var(b).value), ((_var(a), to_a), (_var(b), to_b)))


tape = SimpleNamespace(where=_where, ones_like=lambda x: Var(np.ones_like(x.value)), abs=abs)
"""The array namespace of the tape, for programs from :mod:`removable.functions`."""


def gradient(y: Var, x: Var, *, walk: Walk = "newest first") -> np.ndarray:
    """Return the slope of ``y`` with respect to ``x``, element by element, by reverse mode.

    Parameters
    ----------
    y, x : Var
        Result and input, of one shape.
    walk : {"newest first", "ready first"}
        Which of the results with a complete slope is next: the last computed, as in PyTorch, or
        the longest complete, as in TensorFlow. Contributions are added in the order of arrival.

    Returns
    -------
    numpy.ndarray
        Shape and dtype of ``x``; zero where ``y`` does not depend on ``x``.

    Raises
    ------
    removable.errors.InputError
        If ``x`` or ``y`` is not a :class:`Var`, or ``walk`` is neither of the two.

    Examples
    --------
    >>> from removable.tape import Var, gradient
    >>> x = Var(2.0 + 1e-9)
    >>> gradient((x * x - 4) / (x - 2), x).item()
    2.0
    """
    if not isinstance(y, Var) or not isinstance(x, Var):
        raise InputError(f"y is a {type(y).__name__} and x is a {type(x).__name__}; give two Vars.")
    if walk not in get_args(Walk):
        raise InputError(f"walk is {walk!r}; give one of {', '.join(map(repr, get_args(Walk)))}.")
    uses = Counter(parent for node in _memory(y) for parent, _ in node.parents)
    arrived, ready = {y: [np.ones_like(y.value)]}, [y]
    while ready:
        node = max(ready, key=lambda node: node.time) if walk == "newest first" else ready[0]
        ready.remove(node)
        slope = functools.reduce(operator.add, arrived.pop(node))
        if node is x:
            return slope
        for parent, pullback in node.parents:
            arrived.setdefault(parent, []).append(pullback(slope))
            uses[parent] -= 1
            if uses[parent] == 0:  # everything that was computed from it has reported
                ready.append(parent)
    return np.zeros_like(x.value)


def _memory(y: Var) -> set[Var]:
    """Return ``y`` and everything that it was computed from."""
    memory = {y}
    while new := {parent for node in memory for parent, _ in node.parents} - memory:
        memory |= new
    return memory
