r"""The remedy: a quotient whose common factor is cancelled before anything is evaluated.

Hadamard's lemma: if :math:`f(r) = 0`, then :math:`f(x) = (x - r)\,F(x)` with

.. math::

   F(x) = \int_0^1 f'(r + s\,(x - r))\,ds ,

and :math:`F` is as smooth as :math:`f'`. If :math:`g(r) = 0` too, then :math:`f/g = F/G`, and the factor :math:`x - r` is
gone: no 0/0, no cancellation, no constant to choose. With zeros of order :math:`m`,

.. math::

   F(x) = \int_0^1 \frac{(1 - s)^{m-1}}{(m-1)!}\, f^{(m)}(r + s\,(x - r))\,ds .

Any system that can differentiate f and g can evaluate this, by Gauss's rule with a few nodes :math:`s`, and differentiate it again.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from typing import Any, Literal, get_args

from removable import frameworks, hadamard, taylor
from removable.checks import PRECISIONS, checked_base, checked_whole
from removable.closures import reads_nothing_else
from removable.errors import InputError
from removable.frameworks import Framework
from removable.frameworks.base import Parts
from removable.functions import Array, Namespace

__all__ = ["Engine", "Quotient", "quotient"]

Engine = Literal["integral", "series"]
"""How a quotient is evaluated near the singular point."""

Function = Callable[..., Array]
"""A function by element: ``f(x)``, or ``f(x, xp)`` with an array namespace, as in :mod:`removable.functions`."""


def quotient(
    f: Function, g: Function, *, at: float, order: int = 1, engine: Engine = "integral", radius: float | None = None
) -> Quotient:
    r"""Return f/g as a function with its removable singularity removed.

    Parameters
    ----------
    f, g : callable
        Numerator and denominator, called as ``f(x)``, or as ``f(x, xp)`` if they take two arguments, with ``xp`` the module
        ``torch``, ``tensorflow``, ``jax.numpy`` or ``numpy``. They must treat the elements of x independently.
    at : float
        The point :math:`r` where both vanish.
    order : int
        The order of the zero: 1 if :math:`g'(r) \ne 0`, 2 if only :math:`g''(r) \ne 0`, and so on.
    engine : {"integral", "series"}
        What is evaluated near the point. ``"integral"`` is Hadamard's quotient: for any f and g that the framework can
        differentiate, and differentiable also in what they close over. ``"series"`` is the Taylor polynomial, from exact
        arithmetic: it costs less, and takes f and g made of arithmetic, numbers, and functions of ``xp``.
    radius : float, optional
        The distance from r beyond which f is simply divided by g. By default it is found; by the integral when it is
        first called, and if a compiler is tracing then, it is 0.25 and nothing is refused.

    Returns
    -------
    Quotient
        A function of x: tensors of PyTorch and TensorFlow and arrays of JAX, of any shape and floating dtype, and, with
        the engine ``"series"``, numbers and arrays of NumPy. Its result has the shape and dtype of ``f(x) / g(x)``.

    Raises
    ------
    removable.errors.InputError
        If an argument cannot be used, or if g has no zero of that order at r: from the series at once, from the
        integral when it is first called.
    removable.errors.PoleError
        If f has no zero of that order at r, so that there is a true pole.

    Examples
    --------
    >>> import torch
    >>> h = quotient(lambda x: x * x - 4, lambda x: x - 2, at=2.0)
    >>> x = torch.tensor([2.0, 2 + 1e-9, 3.0], dtype=torch.float64, requires_grad=True)
    >>> y = h(x)
    >>> y.sum().backward()
    >>> y.tolist(), x.grad.tolist()
    ([4.0, 4.000000001, 5.0], [1.0, 1.0, 1.0])

    A zero of order two, in exact arithmetic and then in NumPy:

    >>> versine = quotient(lambda x, xp: 1 - xp.cos(x), lambda x, xp: x * x, at=0.0, order=2, engine="series")
    >>> versine(0.0).item(), versine(1e-9).item()
    (0.5, 0.5)
    """
    return Quotient(f, g, at=at, order=order, engine=engine, radius=radius)


class Quotient:
    """What :func:`quotient` returns: call it with x."""

    def __init__(
        self, f: Function, g: Function, *, at: float, order: int, engine: Engine, radius: float | None
    ) -> None:
        self.f, self.g = _program("f", f), _program("g", g)
        self.at, self.order = float(checked_base(at, name="at")), checked_whole("order", order, least=1)
        if engine not in get_args(Engine):
            raise InputError(f"engine is {engine!r}; give one of {', '.join(map(repr, get_args(Engine)))}.")
        if radius is not None and not radius > 0:
            raise InputError(f"radius is {radius!r}; give a number greater than 0.")
        self.engine, self.radius = engine, radius
        # A series has read f and g once and for all; an integral may be traced if nothing that they read can change.
        self._frozen = engine == "series" or all(reads_nothing_else(program) for program in (f, g))
        self._joined: dict[tuple[str, str], Function] = {}
        self._plans: dict[tuple[str, str], hadamard.Plan] = {}
        self._unseen = hadamard.unseen(self.order)
        self._polynomials = self._taylor_polynomials() if engine == "series" else {}

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
            If x is not an array of a known framework, or not floating.
        """
        # Compilers read this, torch.compile and AutoGraph: plain statements only.
        adapter, precision = floating(x)
        if not (self._frozen and adapter.joins(x)):
            return adapter.as_written(self._evaluated)(adapter, precision, x)
        key = (adapter.name, precision)
        if key not in self._joined:
            self._joined[key] = adapter.joined(self._parts(adapter, precision, x), precision)
        return self._joined[key](x)

    def _parts(self, adapter: Framework, precision: str, x: Array) -> Parts:
        """Return the engine and plain division, each by itself."""
        xp = adapter.namespace
        return Parts(
            near=functools.partial(self._rows_near, adapter, precision),
            far=lambda x: self.f(x, xp) / self.g(x, xp),
            whole=functools.partial(self._evaluated, adapter, precision),
            at=self.at,
            radius=self._radius(adapter, precision, x),  # now: a trace has no values to look at
        )

    def _evaluated(self, adapter: Framework, precision: str, x: Array) -> Array:
        """Choose between the engine and plain division, for every element."""
        xp = adapter.namespace
        t = x - self.at if self.at else x
        radius = self._radius(adapter, precision, t)
        if math.isinf(radius):
            return self._near(adapter, precision, t)
        close = adapter.within(radius, t)
        # Two selections: what is not used must not be NaN either, for its derivative is multiplied by zero.
        inner = self._near(adapter, precision, xp.where(close, t, adapter.number(0.0, t)))
        outer = xp.where(close, adapter.number(self.at + radius, t), x)
        result = xp.where(close, inner, self.f(outer, xp) / self.g(outer, xp))
        return result[()] if adapter.name == "numpy" else result  # numbers in, numbers out

    def __repr__(self) -> str:
        return f"<quotient at {self.at!r} of order {self.order} by its {self.engine}>"

    def _radius(self, adapter: Framework, precision: str, t: Array) -> float:
        """Return how far the engine is used, having looked at f and g once."""
        if self._polynomials:
            return self._polynomials[precision].radius
        found = self._plan(adapter, precision, t).radius
        return found if self.radius is None else self.radius

    def _plan(self, adapter: Framework, precision: str, t: Array) -> hadamard.Plan:
        """Return what Gauss's rule is found to be good for, having looked at f and g once."""
        key = (adapter.name, precision)
        if key not in self._plans and not adapter.compiling:
            kind = {"at": self.at, "order": self.order, "rounding": 2.0 ** -PRECISIONS[precision]}
            seen = hadamard.inspect(adapter, self.f, self.g, **kind, like=t, constant=self._frozen)
            if seen is not None and self.radius is not None and self.radius > seen.radius:
                seen = self._unseen  # further out than was looked for fewer nodes
            if seen is not None:
                self._plans[key] = seen
        return self._plans.get(key, self._unseen)

    def _near(self, adapter: Framework, precision: str, t: Array) -> Array:
        """Evaluate near the point, at a distance t."""
        if self._polynomials:
            polynomial = self._polynomials[precision]
            unit = t if polynomial.scale == 1 else t / polynomial.scale
            even, odd = polynomial.coefficients[::2], polynomial.coefficients[1::2]
            if not any(odd[1:]):  # half the steps
                result = adapter.polynomial(even, unit * unit)
                return result + odd[0] * unit if any(odd) else result
            return adapter.polynomial(polynomial.coefficients, unit)
        plan = self._plan(adapter, precision, t)
        f = hadamard.mean(adapter, self.f, self.at, t, self.order, plan.of_f)
        g = hadamard.mean(adapter, self.g, self.at, t, self.order, plan.of_g)
        return f / g

    def _rows_near(self, adapter: Framework, precision: str, t: Array, highest: int) -> list[Array]:
        """Evaluate near the point the value and the derivatives up to an order."""
        if self.engine == "series":
            return adapter.rows(functools.partial(self._near, adapter, precision), t, highest)
        plan = self._plan(adapter, precision, t)
        return hadamard.rows(adapter, self.f, self.g, self.at, t, self.order, plan, highest)

    def _taylor_polynomials(self) -> dict[str, taylor.Polynomial]:
        """Expand f/g in exact arithmetic, and cut the series for each precision."""
        try:
            series = taylor.coefficients(self.f, self.g, at=self.at, order=self.order)
        except (TypeError, AttributeError, NotImplementedError) as error:
            raise InputError(
                f"f or g cannot be evaluated in exact arithmetic ({error}); make them of numbers, operators and functions "
                'of xp, as in lambda x, xp: xp.sin(x), or use engine="integral".'
            ) from error
        return {
            precision: taylor.polynomial(series, bits=bits, radius=self.radius)
            for precision, bits in PRECISIONS.items()
        }


def floating(x: Array) -> tuple[Framework, str]:
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
    >>> import numpy as np
    >>> floating(np.array([0.5]))[1]
    'float64'
    """
    adapter = frameworks.of(x)
    precision = adapter.precision(x)
    if precision not in PRECISIONS:
        raise InputError(f"x has dtype {precision}; give floating numbers, {' or '.join(PRECISIONS)}.")
    return adapter, precision


def _program(name: str, function: Any) -> Function:
    """Return a function of x and an array namespace, whichever of the two forms was given."""
    if not callable(function):
        raise InputError(f"{name} is {function!r}; give a function of x.")
    try:
        taken = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a built-in function does not tell
        taken = []
    positional = [p for p in taken if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len([p for p in positional if p.default is p.empty]) == 2:
        return function

    def program(x: Array, xp: Namespace) -> Array:
        return function(x)

    return program
