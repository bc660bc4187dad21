r"""Every bit of a first and second derivative, replayed in NumPy.

The replay follows the derivative rules of PyTorch, TensorFlow and JAX.

Three things decide the bits of a derivative, and they are all that this module knows of a
framework:

*its rules*, that is which operations give the slope of a product, a quotient and a square;

*its walk*, that is in which order it goes back through the program, and so in which order slopes
that meet are added;

*what it records while it goes*, since the second derivative goes back through all of that.

=======================  =====================  =====================  =====================
rule for                 PyTorch                TensorFlow             JAX
=======================  =====================  =====================  =====================
``a`` in ``a/b``         ``s/b``                ``s/b``                ``s/b``
``b`` in ``a/b``         ``-s*((a/b)/b)``       ``s*((-a/b)/b)``       ``-((s*b**-2)*a)``
``a``, ``b`` in ``a*b``  ``s*b``, ``s*a``       ``s*b``, ``a*s``       ``s*b``, ``a*s``
``a`` in ``a**2``        ``s*(2*a)``            ``(s*2)*a``            ``s*(2*a)``
``a`` in ``square(a)``   ``s*(2*a)``            ``s*(a*2)``            ``s*(2*a)``
goes back through        the newest first       what is complete       the newest first
                                                for longest
slopes that meet         are added as they      are added when all     are added as they
                         arrive                 are there              arrive
=======================  =====================  =====================  =====================

The sources are :cite:t:`PyTorchDerivatives`, :cite:t:`TensorFlowMathGrad` and :cite:t:`JaxLax` for
the rules, :cite:t:`PyTorchEngine`, :cite:t:`TensorFlowTape` and :cite:t:`JaxAd` for the walks.
:mod:`removable.tape` is the same idea in its shortest form; it goes back once, and a slope there is
a number and not a part of the program.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from removable.arguments import checked_order, checked_row
from removable.errors import InputError
from removable.functions import Program

__all__ = ["Node", "derivatives"]

Rule = Callable[["Node"], "Node"]
"""Turns the slope of a result into that of an operand."""

Pullback = Callable[["Node"], "Node | None"]
"""The same, or nothing for what has no slope, as a shape."""

_clock = itertools.count()


class Node:
    """An array that remembers what it was computed from, by which rules, and when.

    It knows the operations of the paper's example: ``a * b``, ``a / b``, ``a - number``, ``a ** 2``
    and ``xp.square(a)``.
    """

    __slots__ = ("parents", "rules", "same", "time", "value")

    def __init__(
        self,
        rules: _Rules,
        value: np.ndarray,
        parents: tuple[tuple[Node, Pullback], ...] = (),
        same: Node | None = None,
    ) -> None:
        self.rules, self.value, self.parents, self.time = rules, value, parents, next(_clock)
        self.same = self if same is None else same

    def __mul__(self, other: Any) -> Node:
        return self.rules.multiply(self, _checked(other, Node))

    def __truediv__(self, other: Any) -> Node:
        return self.rules.divide(self, _checked(other, Node))

    def __sub__(self, other: Any) -> Node:
        return self.rules.shift(self, -_checked(other, int | float))

    def __pow__(self, power: Any) -> Node:
        if power != 2:
            raise InputError(f"the power is {power!r}; the replay knows x**2 only.")
        return self.rules.power(self)


def _checked(operand: Any, kind: Any) -> Any:
    if not isinstance(operand, kind):
        what = "an array" if kind is Node else "a number"
        raise InputError(
            f"an operand is {operand!r} where the replay knows {what} only; "
            "write the program with a*b, a/b, a - number, a**2 and xp.square(a)."
        )
    return operand


class _Rules(ABC):
    """What is the same in all three, and the walk of PyTorch and JAX."""

    def __init__(self, values_of_power: Callable[[np.ndarray], np.ndarray]) -> None:
        self.values_of_power = values_of_power

    def multiply(self, a: Node, b: Node) -> Node:
        return Node(self, a.value * b.value, ((a, lambda s: s * b), (b, lambda s: a * s)))

    @abstractmethod
    def divide(self, a: Node, b: Node) -> Node: ...

    @abstractmethod
    def power(self, a: Node) -> Node:
        """Stand for ``a**2``."""

    @abstractmethod
    def square(self, a: Node) -> Node:
        """Stand for ``xp.square(a)``."""

    def negate(self, a: Node) -> Node:
        return Node(self, -a.value, ((a, self.negate),))

    def scale(self, a: Node, number: float) -> Node:
        return Node(self, a.value * number, ((a, lambda s: self.scale(s, number)),))

    def shift(self, a: Node, number: float) -> Node:
        return Node(self, a.value + number, ((a, lambda s: s),))

    def copy(self, a: Node) -> Node:
        """Stand for an operation that changes no bit, but takes its place in the walk."""
        return Node(self, a.value, ((a, lambda s: s),))

    def add(self, a: Node, b: Node) -> Node:
        return Node(self, a.value + b.value, ((a, lambda s: s), (b, lambda s: s)))

    def reaching(self, node: Node, slope: Node) -> Iterator[tuple[Node, Node | None]]:
        """Yield each parent with what is handed on to it."""
        raise NotImplementedError

    def gradient(self, y: Node, x: Node) -> Node:
        """Go back, the newest first, and add as slopes arrive."""
        needed = _between(y, x)
        arrived = {y.same: Node(self, np.ones_like(y.value))}
        for node in sorted(needed, key=lambda node: -node.time):
            if node is x or node not in arrived:
                continue
            for parent, part in self.reaching(node, arrived.pop(node)):
                if parent in needed and part is not None:
                    arrived[parent.same] = self.add(arrived[parent.same], part) if parent.same in arrived else part
        return arrived.get(x, Node(self, np.zeros_like(x.value)))


class _PyTorch(_Rules):
    def multiply(self, a: Node, b: Node) -> Node:
        return Node(self, a.value * b.value, ((a, lambda s: s * b), (b, lambda s: s * a)))

    def divide(self, a: Node, b: Node) -> Node:
        return Node(self, a.value / b.value, ((a, lambda s: s / b), (b, lambda s: self.negate(s) * ((a / b) / b))))

    def power(self, a: Node) -> Node:
        # The rule raises a to the power 1, which changes nothing and is recorded.
        return Node(self, a.value * a.value, ((a, lambda s: s * self.scale(self.copy(a), 2)),))

    square = power

    def reaching(self, node: Node, slope: Node) -> Iterator[tuple[Node, Node | None]]:
        # The slope of the last operand is computed first, and that of the first operand delivered
        # first.
        parts = [(parent, pullback(slope)) for parent, pullback in reversed(node.parents)]
        yield from reversed(parts)


class _Jax(_Rules):
    # A rule of JAX gives a tangent: it is computed along with the value, right after it, and then
    # transposed.

    def shift(self, a: Node, number: float) -> Node:
        # The tangent of x - 2 is that of x itself: there is no step to go back through.
        return Node(self, a.value + number, ((a.same, lambda s: s),), same=a.same)

    def divide(self, a: Node, b: Node) -> Node:
        inverse: Node
        rules = ((a, lambda s: s / b), (b, lambda s: self.negate((s * inverse) * a)))
        result = Node(self, a.value / b.value, rules)
        inverse = self._whole_power(b, -2)
        return result

    def square(self, a: Node) -> Node:
        result = Node(self, a.value * a.value, ((a, lambda s: s * double),))
        double = self.scale(a, 2)
        return result

    power = square

    def _whole_power(self, a: Node, n: int) -> Node:
        """Raise to the power -2, or to -3 for its slope."""
        product = a.value * a.value if n == -2 else a.value * (a.value * a.value)
        result = Node(self, 1 / product, ((a, lambda s: s * slope),))
        if n == -2:
            slope = self.scale(self._whole_power(a, -3), -2)
        return result

    def reaching(self, node: Node, slope: Node) -> Iterator[tuple[Node, Node | None]]:
        for parent, pullback in reversed(node.parents):
            yield parent, pullback(slope)


class _TensorFlow(_Rules):
    def __init__(self, values_of_power: Callable[[np.ndarray], np.ndarray], *, shortcut: bool) -> None:
        super().__init__(values_of_power)
        self.shortcut = shortcut

    def multiply(self, a: Node, b: Node) -> Node:
        if self.shortcut:
            return Node(self, a.value * b.value, ((a, lambda s: s * b), (b, lambda s: s * a)))
        return self._reduced(a.value * b.value, (a, lambda s: s * b), (b, lambda s: a * s))

    def divide(self, a: Node, b: Node) -> Node:
        return self._reduced(a.value / b.value, (a, lambda s: s / b), (b, lambda s: s * ((self.negate(a) / b) / b)))

    def _reduced(self, value: np.ndarray, *operands: tuple[Node, Rule]) -> Node:
        """Return a node whose slopes have the shape of the operand.

        They are summed over axes that were broadcast, and reshaped as the operand was. There are no
        such axes here. But both operations are recorded, and so is the question for the operand's
        shape.
        """

        def pullback(operand: Node, rule: Rule) -> Pullback:
            def reduced(slope: Node) -> Node:
                shape = Node(self, np.empty(0), ((operand, _nothing),))
                summed = self.copy(rule(slope))
                return Node(self, summed.value, ((summed, lambda s: s), (shape, _nothing)))

            return reduced

        return Node(self, value, tuple((operand, pullback(operand, rule)) for operand, rule in operands))

    def power(self, a: Node) -> Node:
        return Node(self, self.values_of_power(a.value), ((a, lambda s: self.scale(s, 2) * self.copy(a)),))

    def square(self, a: Node) -> Node:
        return Node(self, a.value * a.value, ((a, lambda s: s * self.scale(a, 2)),))

    def gradient(self, y: Node, x: Node) -> Node:
        """Go back through what has been complete for longest; add when all are there."""
        needed = _between(y, x)
        missing = Counter(parent for node in needed for parent, _ in node.parents if parent in needed)
        arrived, ready = {y: [Node(self, np.ones_like(y.value))]}, [y]
        while ready:
            node = ready.pop(0)
            slope = self._total(arrived.pop(node, []))
            if node is x and slope is not None:
                return slope
            for parent, pullback in node.parents:
                if parent not in needed:
                    continue
                part = None if slope is None else pullback(slope)
                if part is not None:
                    arrived.setdefault(parent, []).append(part)
                missing[parent] -= 1
                if missing[parent] == 0:
                    ready.append(parent)
        return Node(self, np.zeros_like(x.value))

    def _total(self, parts: list[Node]) -> Node | None:
        """Add in one operation what has arrived."""
        if len(parts) < 2:
            return parts[0] if parts else None
        total = sum((part.value for part in parts[1:]), start=parts[0].value)
        return Node(self, total, tuple((part, lambda s: s) for part in parts))


def _nothing(slope: Node) -> None:
    """Hand on nothing: a shape has no slope."""


def _between(y: Node, x: Node) -> set[Node]:
    """Return the nodes that ``y`` was computed from and that depend on ``x``."""
    behind, new = {y}, {y}
    while new := {parent for node in new for parent, _ in node.parents} - behind:
        behind |= new
    between = {x}
    # parents come before what is computed from them
    for node in sorted(behind, key=lambda node: node.time):
        if any(parent in between for parent, _ in node.parents):
            between.add(node)
    return between


def derivatives(
    name: str,
    program: Program,
    x: ArrayLike,
    *,
    order: int = 2,
    values_of_power: Callable[[np.ndarray], np.ndarray] = np.square,
    shortcut: bool | None = None,
) -> np.ndarray:
    """Return the value and derivatives of a framework in reverse mode, without the framework.

    Parameters
    ----------
    name : {"torch", "tensorflow", "jax"}
        Whose rules and whose walk.
    program : callable
        Called as ``program(x, xp)``, made of the operations that :class:`Node` knows.
    x : array_like
        Points, shape ``(n,)``, float64 or float32.
    order : int
        The highest derivative, at most 2.
    values_of_power : callable
        What ``x**2`` gives in TensorFlow, whose power is not that of NumPy.
    shortcut : bool, optional
        Whether TensorFlow's rule for a product of two arrays of one shape leaves out the sum over
        axes that were broadcast. It does so in float32; that is the default.

    Returns
    -------
    numpy.ndarray
        Shape ``(order + 1, n)``, of the dtype of ``x``.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used, or the program does something else.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import h
    >>> from removable.replay import derivatives
    >>> x = np.array([2 + 1e-5])
    >>> for name in ("torch", "tensorflow", "jax"):
    ...     derivatives(name, h, x).ravel().tolist()
    [4.000010000000827, 0.9999999172287062, 0.0165557861328125]
    [4.000010000000827, 0.9999999172287062, 0.0165557861328125]
    [4.000010000000827, 0.9999999172869138, 0.0165557861328125]
    """
    x = checked_row("x", x)
    if x.dtype not in (np.float64, np.float32):
        raise InputError(f"x has dtype {x.dtype}; give float64 or float32.")
    shortcut = x.dtype == np.float32 if shortcut is None else shortcut
    rules: dict[str, _Rules] = {
        "torch": _PyTorch(values_of_power),
        "tensorflow": _TensorFlow(values_of_power, shortcut=shortcut),
        "jax": _Jax(values_of_power),
    }
    if name not in rules:
        raise InputError(f"name is {name!r}; give one of {', '.join(map(repr, rules))}.")
    variable = Node(rules[name], x)
    with np.errstate(all="ignore"):  # 0/0 is an answer here
        rows = [_checked(program(variable, SimpleNamespace(square=rules[name].square)), Node)]
        for _ in range(checked_order(order, most=2)):
            rows.append(rules[name].gradient(rows[-1], variable))
    return np.stack([row.value for row in rows])
