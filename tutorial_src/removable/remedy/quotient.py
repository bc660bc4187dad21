r"""A quotient whose common factor is cancelled before anything is evaluated.

It is for f and g that take real numbers only.

Hadamard's lemma: if :math:`f(r) = 0`, then :math:`f(x) = (x - r)\,F(x)` with

.. math::

   F(x) = \int_0^1 f'(r + s\,(x - r))\,ds ,

and :math:`F` is as smooth as :math:`f'`. If :math:`g(r) = 0` too, then :math:`f/g = F/G`, and the
factor :math:`x - r` is gone: no 0/0, no cancellation, no constant to choose. With zeros of order
:math:`m`,

.. math::

   F(x) = \int_0^1 \frac{(1 - s)^{m-1}}{(m-1)!}\, f^{(m)}(r + s\,(x - r))\,ds .

The integral is taken by Gauss's rule, with the derivatives that the framework has of f and g, and
by nothing but its plain operations. :func:`removable.remedy.repair.repair` needs neither f nor g
nor m, and is the first choice.
"""

from __future__ import annotations

import functools
import inspect as signatures
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np

from removable.arguments import PRECISIONS, checked_whole
from removable.errors import InputError, RemovableError, UnsupportedError
from removable.functions import Array
from removable.remedy import closures
from removable.remedy.backends import Backend, Table, backend
from removable.remedy.closures import copied
from removable.remedy.gauss import rule
from removable.remedy.inputs import checked_point, checked_radius, floating
from removable.remedy.inspection import Derivatives, Plan, inspect
from removable.remedy.offsets import offset
from removable.remedy.threads import elsewhere
from removable.remedy.wording import described, summary

__all__ = ["Quotient", "quotient"]

Function = Callable[..., Array]
"""A function by element: ``f(x)``, or ``f(x, xp)`` with an array namespace, as in
:mod:`removable.functions`."""

_HIGHEST = 3
"""Beyond this order, the derivatives of derivatives take seconds."""

_CLOSED_OVER = 10**4
"""Numbers that f and g may close over and still be looked at."""

_BLOCK = 2**11
"""Points looked at together."""

_AT_ONCE = 2**20
"""Points times numbers closed over that are looked at together."""


def quotient(
    f: Function, g: Function, *, at: float, order: int = 1, radius: float | None = None, engine: None = None
) -> Quotient:
    r"""Return f/g as a function with its removable singularity removed.

    Parameters
    ----------
    f, g : callable
        Numerator and denominator, called as ``f(x)``, or as ``f(x, xp)`` if they take two
        arguments, with ``xp`` the module ``torch``, ``tensorflow`` or ``jax.numpy``. They must
        treat the elements of x independently.
    at : float
        The point :math:`r` where both vanish, whatever the values of what they close over.
    order : int
        The order of the zero, 1 to 3: 1 if :math:`g'(r) \ne 0`, 2 if only :math:`g''(r) \ne 0`, and
        so on.
    radius : float, optional
        The largest distance from r at which the integral is used. By default it is found. Where a
        compiler or a transformation hides what f and g close over, it has to be given, and f and g
        are not looked at.
    engine : None
        There is one way to do it; the series has become :func:`removable.remedy.repair.repair`.

    Returns
    -------
    Quotient
        A function of x: tensors of PyTorch and TensorFlow and arrays of JAX, of any shape and
        floating dtype. Its result has the shape and dtype of ``f(x) / g(x)``.

    Raises
    ------
    removable.errors.InputError
        If an argument cannot be used; or, when it is called, if g has no zero of that order at r,
        or f and g cannot be used.
    removable.errors.PoleError
        When it is called, if f has no zero of that order at r, so that there is a true pole.

    Examples
    --------
    >>> import torch
    >>> from removable import quotient
    >>> h = quotient(lambda x: x * x - 4, lambda x: x - 2, at=2.0)
    >>> x = torch.tensor([2.0, 2 + 1e-9, 3.0], dtype=torch.float64, requires_grad=True)
    >>> y = h(x)
    >>> y.sum().backward()
    >>> [round(v, 12) for v in y.tolist()], [round(v, 12) for v in x.grad.tolist()]
    ([4.0, 4.000000001, 5.0], [1.0, 1.0, 1.0])

    A zero of order two:

    >>> versine = quotient(lambda x: 1 - torch.cos(x), lambda x: x * x, at=0.0, order=2)
    >>> round(versine(torch.tensor(1e-9, dtype=torch.float64)).item(), 15)
    0.5
    """
    if engine is not None:
        raise InputError(f"engine is {engine!r}, and there is only the integral now; the series is removable.repair.")
    return Quotient(f, g, at=at, order=order, radius=radius)


class Quotient:
    """What :func:`quotient` returns: call it with x."""

    def __init__(self, f: Function, g: Function, *, at: float, order: int, radius: float | None) -> None:
        for name, function in (("f", f), ("g", g)):
            if not callable(function):
                raise InputError(f"{name} is {described(function)}; give a function of x.")
        self.f, self.g, self.at = f, g, checked_point(at, "and for a point that is an array removable.repair")
        self.order, self.radius = checked_whole("order", order, least=1), checked_radius(radius)
        if self.order > _HIGHEST:
            raise InputError(f"order is {order}, and derivatives of that order are slow; use removable.repair.")
        self._takes = {"f": _wants_namespace(f), "g": _wants_namespace(g)}
        gauss = rule(self.order)
        self._nodes, self._weights = Table(np.array(gauss.nodes)), gauss.weights
        self._plans: dict[tuple[Any, ...], Plan] = {}
        self.__name__ = "quotient"  # what records a program asks for it

    def __call__(self, x: Array) -> Array:
        """Evaluate the quotient.

        Parameters
        ----------
        x : array
            Points, of any shape, floating.

        Returns
        -------
        array
            The values, of the shape and dtype of ``f(x) / g(x)``.

        Raises
        ------
        removable.errors.InputError
            If x is not an array of a known framework, or not floating, or if f and g cannot be
            used.
        removable.errors.PoleError
            If f has no zero of the given order at the point.
        """
        # Compilers read this, torch.compile and AutoGraph: plain statements only.
        adapter, precision = floating(x)
        if adapter.name == "numpy":
            raise UnsupportedError(
                "NumPy cannot differentiate f and g; use removable.repair, or a tensor of another framework."
            )
        return adapter.unconverted(self._evaluated)(adapter.name, precision, x)

    def _evaluated(self, framework: str, precision: str, x: Array) -> Array:
        b = backend(framework)
        plan = _looked_up(self, framework, precision, b.compiling, _strictly_exported(b))
        if getattr(x.shape, "rank", 0) is None:
            raise InputError("x has no known number of dimensions; give the graph a signature that has one.")
        t = offset(b, precision, x, self.at)
        if plan is None:
            plan = self._of_now(b, precision, x)
        close = b.abs(t) <= plan.radius
        # Two selections: what is not used must not be NaN either, for its derivative is multiplied
        # by zero.
        far = b.where(close, b.adapter.number(self.at + plan.fill, x), x)
        outer = self._call("f", b, far) / self._call("g", b, far)
        t = b.xp.broadcast_to(b.where(close, t, b.adapter.number(0.0, t)), _shape(b, outer))
        inner = self._mean("f", b, precision, t) / self._mean("g", b, precision, t)
        return b.where(close, b.cast(inner, b.dtype(outer)), outer)

    def _mean(self, name: str, b: Backend, precision: str, t: Array) -> Array:
        """Evaluate f or g over a power of t, without dividing."""
        nodes = b.column(self._nodes, len(t.shape), b.dtype(t), t)
        z = b.cast(self.at + nodes * t, precision)
        rows = b.adapter.differentiable_derivatives(functools.partial(self._call, name, b), z, self.order)[self.order]
        rows = b.cast(rows, b.dtype(t))
        total = rows[0] * self._weights[0]
        for k in range(1, len(self._weights)):
            total = total + rows[k] * self._weights[k]
        return total

    def _call(self, name: str, b: Backend, x: Array) -> Array:
        function = self.f if name == "f" else self.g
        result = function(x, b.xp) if self._takes[name] else function(x)
        if not b.adapter.owns(result):
            raise InputError(
                f"{name} returned {described(result)} for a {b.adapter.title} array; return an array computed from x."
            )
        return result

    def _of_now(self, b: Backend, precision: str, x: Array) -> Plan:
        """Return the plan for what f and g close over now, if it can be seen."""
        if b.adapter.name == "tensorflow" and not b.xp.executing_eagerly():
            return _hidden(self, "a graph is being made, and a variable can change later")
        if b.adapter.name == "torch" and b.xp.jit.is_tracing():
            return _hidden(self, "a program is being recorded, and a parameter can change later")
        dims = max(len(x.shape), *(len(self._call(name, b, x).shape) for name in "fg"))
        key = (b.adapter.name, precision, str(getattr(x, "device", "")), dims)
        return self._found(key, functools.partial(self._look, b, precision, dims, x, self._plans.get(key)))

    def _found(self, key: tuple[Any, ...], look: Callable[[], Plan]) -> Plan:
        """Look at f and g in a thread in which nothing is traced, and keep what is found."""
        try:
            self._plans[key] = plan = elsewhere(look)
        except _Hidden as hidden:
            return _hidden(self, str(hidden))
        return plan

    def _look(self, b: Backend, precision: str, dims: int, like: Array | None, held: Plan | None) -> Plan:
        """Look at f and g."""
        with b.in_double() if b.wide() == "32" and precision == "float64" else b.looking():
            if held is None:
                self._check_by_element(b, precision, dims, like)
            tables = [self._table(name, b, precision, dims, like) for name in "fg"]
            plan = inspect(*tables, at=self.at, order=self.order, rounding=2.0 ** -PRECISIONS[precision], held=held)
        if self.radius is None or plan.radius <= self.radius:
            return plan
        return Plan(self.radius, plan.fill, further=True)

    def _table(self, name: str, b: Backend, precision: str, dims: int, like: Array | None) -> Derivatives:
        """Return a function of offsets that returns value and derivatives there as numbers.

        The offsets are from the point.
        """
        call, highest = functools.partial(self._call, name, b), self.order + 3

        def derivatives(z: Array, order: int) -> list[Array]:
            return b.adapter.differentiable_derivatives(call, b.xp.broadcast_to(z, _shape(b, call(z))), order)

        # JAX compiles it, once: all points in blocks of one size, to one order, whatever is asked
        # for.
        compiled = _whole(b, functools.partial(derivatives, order=highest))

        def rows(function: Callable[[Array], list[Array]], t: np.ndarray) -> np.ndarray:
            z = b.array((self.at + t).reshape(-1, *[1] * dims), precision, like)
            numbers = self._numbers(name, b, function, z, hide=like is not None)
            return np.stack([row.reshape(len(row), -1) for row in numbers]).astype(np.float64)

        elements = rows(lambda z: [call(z)], np.zeros(1)).size if like is not None else 1
        if elements > _CLOSED_OVER:
            raise _Hidden(f"{name} closes over {elements} numbers, more than {_CLOSED_OVER}")
        size = max(1, _AT_ONCE // max(elements, _AT_ONCE // _BLOCK))

        def table(t: np.ndarray, order: int) -> np.ndarray:
            function = compiled or functools.partial(derivatives, order=order)
            padded = np.pad(t, (0, -len(t) % size if compiled else 0), mode="edge")
            blocks = [padded[start : start + size] for start in range(0, len(padded), size)]
            return np.concatenate([rows(function, block) for block in blocks], axis=1)[: order + 1, : len(t)]

        return table

    def _numbers(
        self, name: str, b: Backend, function: Callable[[Array], list[Array]], z: Array, *, hide: bool
    ) -> list[np.ndarray]:
        """Return what a function has at points, as numbers."""
        try:
            half = b.dtype(z) in ("float16", "bfloat16")  # of which NumPy has one
            rows = [b.constant(row) for row in function(z)]
            numbers = [b.numbers(b.cast(row, "float32") if half else row) for row in rows]
        except RemovableError:
            raise
        except Exception as error:  # each framework, and each operation, has its own
            if hide:
                raise _Hidden(summary(error)) from error
            raise InputError(
                f"{name} cannot be evaluated at points of shape {tuple(z.shape)} ({summary(error)}); give a function that "
                "treats the elements of x independently."
            ) from error
        known = [row for row in numbers if row is not None]
        if len(known) < len(numbers):
            raise _Hidden("they are being traced")
        return known

    def _check_by_element(self, b: Backend, precision: str, dims: int, like: Array | None) -> None:
        """Refuse f and g that depend on chance or mix elements.

        An element must have one value, alone and among others.
        """
        x, rounding = self.at + np.linspace(0.1, 0.9, 7) * 2.0**-3, 64 * 2.0 ** -PRECISIONS[precision]
        ways = [x.reshape(-1, *[1] * dims), x[:4].reshape(-1, *[1] * dims)]
        if like is None:  # then there is nothing else that gives a result its shape
            ways += [x[:, None], x[None, :], x[None, :4]]
        for name in "fg":
            first = None
            for points in ways:
                z = b.array(points, precision, like)
                (values,) = self._numbers(name, b, lambda z: [self._call(name, b, z)], z, hide=like is not None)  # noqa: B023
                same_shape = like is not None or values.shape == points.shape
                flat = values.reshape(points.size, -1) if same_shape and values.size % points.size == 0 else None
                first = flat if first is None else first
                slack = (
                    0.0 if first is None else rounding * np.max(np.abs(first), where=np.isfinite(first), initial=0.0)
                )
                if (
                    flat is None
                    or first is None
                    or flat.shape[1] != first.shape[1]
                    or not np.allclose(flat, first[: len(flat)], rtol=rounding, atol=slack, equal_nan=True)
                ):
                    raise InputError(
                        f"{name} gives an element another value among others, another shape or a random value; give a function "
                        "that treats the elements of x independently."
                    )

    def __reduce__(self) -> Any:
        """Store f and g; what was found of them is found again."""
        try:
            pickle.dumps((self.f, self.g))
        except Exception as error:
            raise InputError(
                f"f or g cannot be pickled ({summary(error)}); define them with def at the top of a module."
            ) from None
        return functools.partial(Quotient, at=self.at, order=self.order, radius=self.radius), (self.f, self.g)

    def __deepcopy__(self, memo: dict[int, Any]) -> Quotient:
        """Return a copy whose f and g read copies.

        If f or g belongs to a module, its copy follows the parameters of the copied module.
        """
        copy = Quotient.__new__(Quotient)
        memo[id(self)] = copy
        copy.__dict__ |= self.__dict__ | {"_plans": {}}
        copy.f, copy.g = copied(self.f, memo), copied(self.g, memo)
        return copy

    def __repr__(self) -> str:
        return f"<quotient at {self.at!r} of order {self.order}>"


class _Hidden(Exception):  # noqa: N818 - no error: it is caught
    """What f and g close over has no values now."""


def _hidden(owner: Quotient, reason: str) -> Plan:
    if owner.radius is None:
        raise InputError(
            f"f or g reads values that cannot be looked at ({reason}); give radius=, or use removable.repair."
        )
    return Plan(owner.radius, 0.7548776662466927 * owner.radius)  # where a zero of g is unlikely


def _strictly_exported(b: Backend) -> bool:
    compiler = b.xp.compiler if b.adapter.name == "torch" else None
    return compiler is not None and compiler.is_dynamo_compiling() and compiler.is_exporting()


def _looked_up(owner: Quotient, framework: str, precision: str, compiling: bool, strictly: bool) -> Plan | None:
    """Return the plan for f and g that read nothing but numbers and functions.

    Return None if they read more.
    """
    if strictly:
        raise UnsupportedError("torch.export with strict=True follows no derivatives; export with strict=False.")
    state = closures.state(owner.f), closures.state(owner.g)
    if None in state:
        return _hidden(owner, "a program is being compiled, and a parameter can change later") if compiling else None
    key = (framework, precision, state)
    look = functools.partial(owner._look, backend(framework), precision, 0, None, None)
    return owner._plans.get(key) or owner._found(key, look)


# What torch.compiler.assume_constant_result sets, which would import the compiler: it is to run
# this, and not to read it. The type of a function has no attributes of one's own.
_looked_up._dynamo_marked_constant = True  # type: ignore[attr-defined]


def _whole(b: Backend, function: Callable[[Array], list[Array]]) -> Callable[[Array], list[Array]] | None:
    """Return a function in one piece, for a framework whose operations are slow to start.

    Return None for the other frameworks.
    """
    if b.adapter.name != "jax":
        return None
    import jax

    return jax.jit(function)


def _shape(b: Backend, values: Array) -> Any:
    return values.shape if b.adapter.name != "tensorflow" else b.xp.shape(values)


def _wants_namespace(function: Function) -> bool:
    """Tell whether a function takes x and an array namespace."""
    try:
        taken = signatures.signature(function).parameters.values()
    except (TypeError, ValueError):  # a built-in function does not tell
        return False
    positional = [p for p in taken if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len([p for p in positional if p.default is p.empty]) == 2
