r"""The remedy: a program, continued to a point at which it cannot be evaluated.

The program is evaluated around the point, where it is right, never at it. Its power series follows, to rounding. Near the point
the polynomial is evaluated, elsewhere the program itself:

.. math::

   h(x) = \sum_k c_k\,(x - r)^k \quad\text{for } |x - r| \le \text{reach}.

A program of its argument alone is looked at once (:mod:`removable.remedy.circles`). A program that reads what can change,
parameters above all, is evaluated at the nodes again at each call, and derivatives by the parameters flow through the
values there.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import sys
import types
from collections.abc import Callable
from copy import deepcopy
from typing import Any, overload

import numpy as np

from removable import closures, frameworks
from removable.errors import InputError, RemovableError
from removable.functions import Array
from removable.remedy import stencils
from removable.remedy.arguments import (
    checked_point,
    checked_radius,
    copied,
    described,
    floating,
    is_array,
    offset,
    told,
)
from removable.remedy.backends import Backend, Table, backend, elsewhere
from removable.remedy.choice import chosen, worst
from removable.remedy.plan import NotTakenError, Plan, search
from removable.remedy.polynomials import horner, near
from removable.remedy.report import Report

__all__ = ["Repaired", "repair"]

Function = Callable[..., Array]


class _TracedError(Exception):
    """A compiler or a transformation hides the values."""


@overload
def repair(function: Function, *, at: Any, radius: float | None = None) -> Repaired: ...
@overload
def repair(function: None = None, *, at: Any, radius: float | None = None) -> Callable[[Function], Repaired]: ...
def repair(
    function: Function | None = None, *, at: Any, radius: float | None = None
) -> Repaired | Callable[[Function], Repaired]:
    r"""Return a function with its removable singularity removed.

    Parameters
    ----------
    function : callable, optional
        The function as it is, called as ``function(x)`` or ``function(x, *parameters)``. It must treat the elements of x
        independently. Without it, a decorator is returned.
    at : float, array or callable
        The point; an array for a point of each element; or a function of the parameters that returns it.
    radius : float, optional
        The distance from the point within which the polynomial is used. By default it is found.

    Returns
    -------
    Repaired
        A function of x: tensors of PyTorch and TensorFlow, arrays of JAX and NumPy, of any shape and floating dtype.

    Raises
    ------
    removable.errors.InputError
        If an argument cannot be used, or, when it is called, if the function cannot be evaluated around the point.
    removable.errors.PoleError
        When it is called, if there is a pole.
    removable.errors.NotRemovableError
        When it is called, if the function has no power series at the point: a jump, a kink, a branch point.

    Examples
    --------
    >>> import torch
    >>> h = repair(lambda x: (x**2 - 4) / (x - 2), at=2.0)
    >>> x = torch.tensor([2.0, 2 + 1e-9, 3.0], dtype=torch.float64, requires_grad=True)
    >>> y = h(x)
    >>> y.sum().backward()
    >>> y.tolist(), x.grad.tolist()
    ([4.0, 4.000000001, 5.0], [1.0, 1.0, 1.0])

    As a decorator:

    >>> @repair(at=0.0)
    ... def sinc(x):
    ...     return torch.sin(x) / x
    >>> sinc(torch.tensor(0.0)).item()
    1.0

    What is a pole stays one:

    >>> repair(lambda x: (x**2 + 1) / (x - 2), at=2.0)(x)
    Traceback (most recent call last):
        ...
    removable.errors.PoleError: at 2.0 is a pole of order 1 with residue 5: nothing removes it
    """
    if function is None:
        return functools.partial(repair, at=at, radius=radius)
    return Repaired(function, at=at, radius=radius)


class Repaired:
    """What :func:`repair` returns: call it with x."""

    def __init__(self, function: Function, *, at: Any, radius: float | None = None) -> None:
        if not callable(function):
            raise InputError(f"the function is {function!r}; give a function of x.")
        self.function = function
        self.at = at if callable(at) or is_array(at) else checked_point(at)
        self.radius = checked_radius(radius)
        self._plans: dict[tuple[Any, ...], Plan] = {}
        self._prepared: dict[str, Plan] = {}
        if isinstance(function, types.FunctionType):
            functools.update_wrapper(self, function, updated=())

    def __call__(self, x: Array, *parameters: Array) -> Array:
        """Evaluate the function.

        Parameters
        ----------
        x : array
            Points, of any shape, floating.
        *parameters : array
            What the function takes besides x.

        Returns
        -------
        array
            The values, of the shape and dtype of ``function(x, *parameters)``.

        Raises
        ------
        removable.errors.InputError
            If x is not a floating array of a known framework, or if the function cannot be evaluated around the point.
        removable.errors.NotRemovableError
            If there is nothing to continue the function by.
        """
        # Compilers read this, torch.compile and AutoGraph: plain statements only.
        adapter, precision = floating(x)
        return adapter.as_written(self._evaluated)(adapter.name, precision, x, parameters)

    def _evaluated(self, framework: str, precision: str, x: Array, parameters: tuple[Array, ...]) -> Array:
        b = backend(framework)
        x = b.arrived(x)
        at = self.at(*parameters) if callable(self.at) else self.at
        if parameters or is_array(at):
            return self._anew(b, precision, x, at, parameters)
        plan = _constant(self, framework, precision)
        if plan is None:
            return self._anew(b, precision, x, at, ())
        return self._with_numbers(b, precision, plan, x)

    def report(self, x: Array, *parameters: Array) -> Report:
        """Say how the function is continued, and how well.

        Parameters
        ----------
        x : array
            Points of the framework and dtype that are asked about; their values do not matter.
        *parameters : array
            What the function takes besides x.

        Returns
        -------
        Report
            Reach, terms, error and kind of nodes.

        Raises
        ------
        removable.errors.InputError
            If the point is an array: each element has a circle of its own.
        removable.errors.NotRemovableError
            If there is nothing to continue the function by.

        Examples
        --------
        >>> import torch
        >>> found = repair(lambda x: torch.sin(x) / x, at=0.0).report(torch.ones(1, dtype=torch.float64))
        >>> found.kind, found.coefficients[:2], round(found.coefficients[2], 15), found.error < 1e-15
        ('circle', (1.0, 0.0), -0.166666666666667, True)
        """
        at, plan = self._look_at(x, parameters)
        with np.errstate(all="ignore"):
            series = np.array(plan.numbers) / np.power(plan.radius, np.arange(len(plan.numbers)))
        return Report(
            at=at,
            kind=plan.kind,
            radius=plan.radius,
            reach=plan.reach,
            terms=plan.terms,
            coefficients=tuple(series.tolist()),
            error=plan.error,
            evaluations=plan.evaluations,
            note=plan.note,
        )

    def prepare(self, x: Array, *parameters: Array) -> Repaired:
        """Look at the function now, with what it reads now, for a compiler that will hide the values.

        A compiled program chooses a circle among many by itself, which takes some thousand evaluations for each element of
        the parameters. After this it takes the one that is found here, and gives NaN where that is not good enough.

        Parameters
        ----------
        x : array
            Points of the framework and dtype to come.
        *parameters : array
            Typical values of what the function takes besides x.

        Returns
        -------
        Repaired
            This very function.

        Raises
        ------
        removable.errors.NotRemovableError
            If there is nothing to continue the function by.
        """
        _, plan = self._look_at(x, parameters)
        self._prepared[frameworks.of(x).name] = plan
        return self

    def _look_at(self, x: Array, parameters: tuple[Array, ...]) -> tuple[float, Plan]:
        adapter, precision = floating(x)
        at = self.at(*parameters) if callable(self.at) else self.at
        if is_array(at):
            raise InputError(
                "the point is an array, and each element has a circle of its own; give one number to look at."
            )
        plan = None if parameters else self._known(adapter.name, precision)
        if plan is None:
            b = backend(adapter.name)
            dims = self._dims(b, x, at, parameters)
            plan = self._look_again(b, at, dims, parameters, x)
        return at, plan

    def __reduce__(self) -> Any:
        """Name what pickle stores; a function without a name of its own cannot be stored."""
        name = getattr(self.function, "__qualname__", "")
        home = sys.modules.get(getattr(self.function, "__module__", ""), None)
        found: Any = home
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is self:
            return name
        if isinstance(self.function, types.FunctionType) and found is not self.function:
            raise InputError(
                f"the function {name or self.function!r} cannot be pickled: pickle stores functions by their name in a module; "
                "define it with def at the top of one."
            )
        return _rebuilt, (self.function, self.at, self.radius)

    def __repr__(self) -> str:
        return f"<repaired {getattr(self.function, '__name__', self.function)} at {self.at!r}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Repaired:
        """Return a copy whose function reads copies: that of a module follows the parameters of the copied module."""
        made = Repaired.__new__(Repaired)
        memo[id(self)] = made
        for name, value in self.__dict__.items():
            setattr(made, name, {} if name in ("_plans", "_prepared") else deepcopy(value, memo))
        made.function = copied(self.function, memo)
        if callable(self.at):
            made.at = copied(self.at, memo)
        return made

    # ------------------------------------------------------------ a program of x alone: its coefficients are numbers

    def _known(self, framework: str, precision: str) -> Plan | None:
        """Return the plan of a program that reads nothing that can change; None if it does."""
        state = closures.state(self.function)
        if state is None:
            return None
        key = (framework, precision, self.at, state)
        if key not in self._plans:
            plan = elsewhere(functools.partial(self._look, framework, precision))
            if self.radius is not None:
                if self.radius > plan.reach:
                    raise InputError(
                        f"radius is {self.radius!r}, and the polynomial is good up to {plan.reach:.3g}; "
                        "give no more than that, or none."
                    )
                plan = dataclasses.replace(plan, reach=self.radius)
            self._plans[key] = plan
        return self._plans[key]

    def _look(self, framework: str, precision: str) -> Plan:
        b = backend(framework)
        with b.in_double():
            return search(
                functools.partial(self._values, b, "complex128", 0, (), self.at, None),
                functools.partial(self._values, b, "float64", 0, (), self.at, None),
                self.at,
                2.0**-53,
                again=False,
            )

    def _with_numbers(self, b: Backend, precision: str, plan: Plan, x: Array) -> Array:
        t = offset(b, precision, x, self.at)
        close = b.abs(t) <= plan.reach
        inner = near(b, plan.numbers, len(plan.numbers), t, close, plan.reach, plan.radius)
        outer = self._call(b, b.where(close, b.adapter.number(self.at + plan.fill, x), x), ())
        return _first(b, b.where(close, b.cast(inner, b.dtype(outer)), outer))

    # ------------------------------------------------------------ a program that reads more: evaluated around the point

    def _anew(self, b: Backend, precision: str, x: Array, at: Any, parameters: tuple[Array, ...]) -> Array:
        if not is_array(at) and not b.compiling and self.radius is None:
            try:
                return self._by_a_plan(b, precision, x, at, parameters)
            except _TracedError:
                pass
        return self._by_choice(b, precision, x, at, parameters)

    def _by_a_plan(self, b: Backend, precision: str, x: Array, at: float, parameters: tuple[Array, ...]) -> Array:
        """Evaluate the program at the nodes of a plan, which is made anew where the values show that it does not hold."""
        t = offset(b, precision, x, at)
        key = (b.adapter.name, precision, str(getattr(x, "device", "")), at, b.dims(x))
        if key not in self._plans:
            dims = self._dims(b, x, at, parameters)
            self._plans[key] = self._look_again(b, at, dims, parameters, x)
        dims = self._plans[key].dims
        for again in (False, True, True):
            if again:
                self._plans[key] = self._look_again(b, at, dims, parameters, x)
            plan = self._plans[key]
            close = b.abs(t) <= plan.reach
            outer = self._call(b, b.where(close, b.adapter.number(at + plan.fill, x), x), parameters)
            if b.dims(outer) != dims:  # the program reads an array of more dimensions than x has
                dims = b.dims(outer)
                continue
            offsets = (at + plan.radius * plan.nodes) - at
            z = b.array((at + offsets).reshape(-1, *[1] * dims), plan.dtype, x)
            values = self._call(b, z, self._beside(b, z, parameters))
            seen = b.numbers(values)
            if seen is None:
                raise _TracedError
            if again or plan.holds(seen):
                break
        if plan.kind == "circle":
            values = b.parts(values if b.is_complex(values) else b.complex(values, 0 * values))
        found = values
        for matrix in plan.steps(offsets / plan.radius):
            found = b.product(matrix, found)
        inner = near(b, b.cast(found, b.dtype(t)), plan.terms, t, close, plan.reach, plan.radius)
        return _first(b, b.where(close, b.cast(inner, b.dtype(outer)), outer))

    def _beside(self, b: Backend, z: Array, parameters: tuple[Array, ...]) -> tuple[Array, ...]:
        """Return parameters of the dtype of the nodes, as TensorFlow wants them."""
        return tuple(b.beside(p, z) if b.adapter.owns(p) else p for p in parameters)

    def _look_again(self, b: Backend, at: float, dims: int, parameters: tuple[Array, ...], like: Array) -> Plan:
        """Look at the program with what it reads now."""
        self._check_elements(b, at, dims, parameters, like)
        wide = b.wide()
        kinds = ("complex128", "float64") if wide == "64" else ("complex64", "float32")
        with b.looking():
            plan = search(
                *(functools.partial(self._values, b, kind, dims, parameters, at, like) for kind in kinds),
                at,
                2.0**-53 if wide == "64" else 2.0**-24,
                again=True,
            )
        return dataclasses.replace(plan, dtype=kinds[plan.kind != "circle"], dims=dims)

    def _check_elements(self, b: Backend, at: float, dims: int, parameters: tuple[Array, ...], like: Array) -> None:
        """Raise if an element of the result changes with other elements of x, of the shape that x has."""
        shape = tuple(like.shape)
        if not all(isinstance(size, int) for size in shape) or math.prod(shape) < 2:  # a compiler may know no sizes
            return
        mine = np.arange(math.prod(shape)).reshape(shape) % 2 == 0
        offsets = max(1.0, abs(at)) * (0.113 + 0.1 * np.modf(np.arange(mine.size).reshape(shape) * 0.618)[0])
        with b.looking():
            seen = [
                b.numbers(
                    self._call(
                        b, b.array(at + np.where(mine, offsets, other * offsets), b.dtype(like), like), parameters
                    )
                )
                for other in (0.7, 1.3)
            ]
        if seen[0] is None or seen[0].shape != shape:
            return
        first, beside = (np.asarray(values, float)[mine] for values in seen)
        apart = np.abs(first - beside) > 1e-8 * np.nanmax(np.abs(first), initial=0.0)
        if apart.any():
            raise InputError(
                f"the function gives {first[apart][0]:.6g} or {beside[apart][0]:.6g} for the same x, depending on the other "
                "elements of the array; give one that treats the elements independently."
            )

    def _by_choice(self, b: Backend, precision: str, x: Array, at: Any, parameters: tuple[Array, ...]) -> Array:
        """Evaluate the program around the point of each element, on a circle that is chosen for it; NaN where none is good."""
        dims, bits = self._dims(b, x, at, parameters), b.wide()
        complex_one, real_one = f"complex{2 * int(bits)}", f"float{bits}"
        prepared = self._prepared.get(b.adapter.name)
        if prepared is not None:
            dtype = complex_one if prepared.kind == "circle" else real_one
        else:
            dtype = complex_one if self._takes(b, complex_one, x, at, dims, parameters) else real_one
        return self._around(b, dtype, precision, x, at, dims, parameters)

    def _dims(self, b: Backend, x: Array, at: Any, parameters: tuple[Array, ...]) -> int:
        """Return the number of dimensions of the function's values, found beside the point."""
        beside = b.number_like(at + 1.0, x) if isinstance(at, float) else b.cast(at, b.dtype(x)) + 1.0 + 0 * x
        with b.looking():
            return b.dims(self._call(b, beside, parameters))

    def _takes(self, b: Backend, dtype: str, x: Array, at: Any, dims: int, parameters: tuple[Array, ...]) -> bool:
        """Tell whether the program takes nodes of a dtype."""
        with b.looking():
            try:
                z = stencils.around(b, *stencils.TRIAL, at, 1.0, dims, dtype, x)
                self._call(b, z, self._beside(b, z, parameters))
            except RemovableError:
                raise
            except Exception:  # each framework, and each operation, has its own
                return False
        return True

    def _around(
        self, b: Backend, dtype: str, precision: str, x: Array, at: Any, dims: int, parameters: tuple[Array, ...]
    ) -> Array:
        kind, bits = "complex" if dtype.startswith("complex") else "real", b.wide()
        choice, last = stencils.CHOICE[kind], stencils.LAST[kind]

        def evaluate(real: Table, imaginary: Table, radius: Any) -> Array:
            z = stencils.around(b, real, imaginary, at, radius, dims, dtype, x)
            return self._call(b, z, self._beside(b, z, parameters))

        prepared = self._prepared.get(b.adapter.name)
        chose = None
        if prepared is not None and not is_array(at):
            radius: Any = prepared.radius
        elif self.radius is None:
            first, *others = choice
            radius, chose = chosen(b, first, b.constant(evaluate(first.real, first.imaginary, 1.0)), bits)
            for second in others:  # with more nodes larger circles can be told to be good
                times, _ = chosen(b, second, b.constant(evaluate(second.real, second.imaginary, radius)), bits)
                radius = radius * times
        else:
            radius = self.radius / last.reach
        values = evaluate(last.real, last.imaginary, radius)
        noise, largest, _ = last.quality(b, values)
        good = noise <= worst(bits) * largest
        good = good if chose is None else good & chose
        c = last.coefficients(b, values)
        moving = b.adapter.owns(at) and is_array(at)
        at = b.cast(at, b.dtype(x)) if moving else at
        t = x - at if moving else offset(b, precision, x, at)
        radius = b.cast(radius, b.dtype(t)) if is_array(radius) else radius
        close = b.abs(t) <= last.reach * radius
        u = b.where(close, t, b.adapter.number(0.0, t)) / radius
        inner = horner(b, b.cast(c, b.dtype(u)), last.terms, u)
        inner = b.where(good, inner, b.adapter.number(math.nan, inner))
        beyond = at + last.reach * radius
        beyond = b.cast(beyond, b.dtype(x)) if is_array(beyond) else b.adapter.number(beyond, x)
        outer = self._call(b, b.where(close, beyond, x), parameters)
        return b.where(close, b.cast(inner, b.dtype(outer)), outer)

    # ------------------------------------------------------------ evaluating the program

    def _call(self, b: Backend, x: Array, parameters: tuple[Array, ...]) -> Array:
        result = self.function(x, *parameters)
        if not b.adapter.owns(result) or type(result) in (int, float, bool):
            raise InputError(
                f"the function returned {described(result)} for a {b.adapter.title} array; return an array computed from x."
            )
        if not b.dtype(result).startswith(("float", "bfloat", "complex")):
            raise InputError(f"the function returned numbers of dtype {b.dtype(result)}; return floating numbers.")
        return result

    def _values(
        self,
        b: Backend,
        dtype: str,
        dims: int,
        parameters: tuple[Array, ...],
        at: float,
        like: Array | None,
        t: np.ndarray,
    ) -> np.ndarray:
        """Return the program's values at offsets t from the point, shape (N, E)."""
        padded = np.concatenate([t, np.full(b.padding(len(t)), t[-1])])
        z = b.array((at + padded).reshape(-1, *[1] * dims), dtype, like)
        try:
            found = self._call(b, z, self._beside(b, z, parameters))
        except RemovableError:
            raise
        except Exception as error:  # each framework, and each operation, has its own
            raise NotTakenError(told(error)) from error
        values = b.numbers(found)
        if values is None:
            raise _TracedError
        if values.shape[:1] != (len(padded),):
            raise InputError(
                f"the function turns {len(padded)} points into an array of shape {values.shape}; "
                "give one that treats the elements of x independently."
            )
        return values.reshape(len(padded), -1)[: len(t)].astype(complex if np.iscomplexobj(values) else float)


def _rebuilt(function: Function, at: Any, radius: float | None) -> Repaired:
    return Repaired(function, at=at, radius=radius)


def _first(b: Backend, result: Array) -> Array:
    return result[()] if b.adapter.name == "numpy" else result  # numbers in, numbers out


def _constant(repaired: Repaired, framework: str, precision: str) -> Plan | None:
    if not hasattr(repaired, "function"):  # one that the compiled program itself makes is not there yet
        return None
    return repaired._known(framework, precision)


# What torch.compiler.assume_constant_result sets, which would import the compiler: it is to run this, and not to read it.
_constant._dynamo_marked_constant = True  # type: ignore[attr-defined]
