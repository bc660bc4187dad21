r"""The remedy: a program, continued to a point at which it cannot be evaluated.

The program is evaluated around the point, where it is right, never at it. Its power series follows,
to rounding. Near the point the polynomial is evaluated, elsewhere the program itself:

.. math::

   h(x) = \sum_k c_k\,(x - r)^k \quad\text{for } |x - r| \le \text{reach}.

A program of its argument alone is looked at once (:mod:`removable.remedy.expansion`). A program
that reads what can change, parameters above all, is evaluated at the nodes again at each call, and
derivatives by the parameters flow through the values there.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import sys
import types
import weakref
from collections.abc import Callable
from copy import deepcopy
from typing import Any, overload

import numpy as np

from removable import frameworks
from removable.errors import InputError, NotRemovableError, RemovableError
from removable.functions import Array
from removable.remedy import closures, nearby
from removable.remedy.backends import Backend, backend
from removable.remedy.circles import Values
from removable.remedy.closures import copied
from removable.remedy.elements import Around, at_nodes, at_points, dimensions, node_dtype
from removable.remedy.function_checks import check_elements, check_known
from removable.remedy.inputs import (
    checked_at,
    checked_radius,
    checked_reach,
    floating,
    is_array,
    number_or_array,
    sizes,
)
from removable.remedy.offsets import offset
from removable.remedy.plan import NotTakenError, Plan, search
from removable.remedy.polynomials import near, with_numbers
from removable.remedy.report import Report
from removable.remedy.threads import elsewhere
from removable.remedy.wording import summary
from removable.remedy.zero_parameters import nudged

__all__ = ["Repaired", "repair"]

Function = Callable[..., Array]


_FEW = 512
"""The functions that are looked at together, one for each parameter: a look takes some 5000 values
of each."""


class _TracedError(Exception):
    """A compiler or a transformation hides the values."""


class _ManyError(Exception):
    """A look would take long."""


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
        The function as it is, called as ``function(x)`` or ``function(x, *parameters)``. It must
        treat the elements of x independently. Without it, a decorator is returned.
    at : float, array or callable
        The point; an array for a point of each element; or a function of the parameters that
        returns it.
    radius : float, optional
        The distance from the point within which the polynomial is used. By default it is found.

    Returns
    -------
    Repaired
        A function of x: tensors of PyTorch and TensorFlow, arrays of JAX and NumPy, of any shape
        and floating dtype; complex where a circle around the point was found. In a class it is a
        method.

    Raises
    ------
    removable.errors.InputError
        If an argument cannot be used, or, when it is called, if the function cannot be evaluated
        around the point, or is 0 all around it because of what it closes over: then nothing tells
        of derivatives by that. Where values are hidden, NaN.
    removable.errors.PoleError
        When it is called, if there is a pole.
    removable.errors.NotRemovableError
        When it is called, if the function has no power series at the point: a jump, a kink, a
        branch point.

    Examples
    --------
    >>> import torch
    >>> from removable import repair
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
        self.at = at if callable(at) else number_or_array(at)
        self.radius = checked_radius(radius)
        self._plans: dict[tuple[Any, ...], Plan] = {}
        self._prepared: dict[str, Plan] = {}
        self._of_instances: dict[int, tuple[Any, dict[Any, Plan], dict[str, Plan]]] = {}
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
            If x is not a floating array of a known framework, or if the function cannot be
            evaluated around the point.
        removable.errors.NotRemovableError
            If there is nothing to continue the function by.
        """
        # Compilers read this, torch.compile and AutoGraph: plain statements only.
        adapter, precision = floating(x, complex_too=True)
        return adapter.unconverted(self._evaluated)(adapter.name, precision, x, parameters)

    def _evaluated(self, framework: str, precision: str, x: Array, parameters: tuple[Array, ...]) -> Array:
        b = backend(framework)
        x = b.arrived(x)
        at = self.at
        if callable(at) or is_array(at):
            at = checked_at(b, at(*parameters) if callable(at) else at, x)
        # There is nothing to look at, and the function itself gives the shape.
        if any(size == 0 for size in sizes(x) or ()):
            return self._call(b, x, parameters)
        plan = None if parameters or is_array(at) else _constant(self, framework, precision)
        if plan is not None and (plan.kind == "circle" or not b.is_complex(x)):
            return self._with_numbers(b, precision, plan, x)
        if b.is_complex(x):
            raise InputError(
                f"x has dtype {b.dtype(x)}, and the function is continued along the real line; give floating numbers."
            )
        return self._anew(b, precision, x, at, parameters)

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
        >>> from removable import repair
        >>> x = torch.ones(1, dtype=torch.float64)
        >>> report = repair(lambda x: torch.sin(x) / x, at=0.0).report(x)
        >>> c = report.coefficients
        >>> report.kind, c[:2], round(c[2], 15), report.error < 1e-15
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
        """Look at the function now, for a compiler that will hide the values.

        It is looked at with what it reads now. A compiled program chooses a circle among many by
        itself, which takes some thousand evaluations for each element of the parameters. After this
        it takes the one that is found here, and gives NaN where that is not good enough.

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
        at = checked_at(backend(adapter.name), self.at(*parameters) if callable(self.at) else self.at, x)
        if is_array(at):
            raise InputError(
                "the point is an array, and each element has a circle of its own; give one number to look at."
            )
        plan = None if parameters else self._known(adapter.name, precision)
        if plan is None:
            b = backend(adapter.name)
            dims = dimensions(b, self.function, x, at, parameters)
            plan = self._look_again(b, at, dims, parameters, x)
        return at, plan

    @property
    def reads(self) -> tuple[Any, ...]:
        """What it was made of, for :mod:`removable.remedy.closures`."""
        return self.function, self.at, self.radius

    def __get__(self, instance: Any, owner: type | None = None) -> Repaired:
        """Return the repaired method of an instance, as functions in a class do.

        Accessed on the class, it returns this very function.
        """
        if instance is None or not hasattr(self.function, "__get__"):
            return self
        held = self._of_instances.get(id(instance))
        if held is None or held[0]() is not instance:
            forget = functools.partial(self._of_instances.pop, id(instance))
            try:
                held = weakref.ref(instance, lambda _: forget(None)), {}, {}
                self._of_instances[id(instance)] = held
            except TypeError:  # an instance of slots alone: what is found is not kept
                held = None, {}, {}
        method = self._bound_to(instance)
        method._plans, method._prepared = held[1:]
        return method

    def _bound_to(self, instance: Any) -> Repaired:
        return Repaired(self.function.__get__(instance), at=self.at, radius=self.radius)

    def __reduce__(self) -> Any:
        """Name what pickle stores; a function without a name of its own cannot be stored."""
        name = getattr(self.function, "__qualname__", "")
        home = sys.modules.get(getattr(self.function, "__module__", ""), None)
        value: Any = home
        for part in name.split("."):
            value = getattr(value, part, None)
        if value is self:
            return name
        if isinstance(self.function, types.FunctionType) and value is not self.function:
            raise InputError(
                f"the function {name or self.function!r} cannot be pickled: pickle stores functions by their name in a module; "
                "define it with def at the top of one."
            )
        return _rebuilt, (self.function, self.at, self.radius)

    def __repr__(self) -> str:
        return f"<repaired {getattr(self.function, '__name__', self.function)} at {self.at!r}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Repaired:
        """Return a copy whose function reads copies.

        If the function belongs to a module, its copy follows the parameters of the copied module.
        """
        copy = Repaired.__new__(Repaired)
        memo[id(self)] = copy
        for name, value in self.__dict__.items():
            setattr(copy, name, {} if name in ("_plans", "_prepared", "_of_instances") else deepcopy(value, memo))
        copy.function = copied(self.function, memo)
        if callable(self.at):
            copy.at = copied(self.at, memo)
        return copy

    # ------------------------------------------- a program of x alone: its coefficients are numbers

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
            return self._searched(b, "64", precision, self.at, 0, (), None)

    def _searched(
        self,
        b: Backend,
        bits: str,
        precision: str,
        at: float,
        dims: int,
        parameters: tuple[Array, ...],
        like: Array | None,
    ) -> Plan:
        """Look at the program.

        Single precision is used if x is of that and the program takes no other.
        """
        values = {
            kind: functools.partial(self._values, b, kind, dims, parameters, at, like)
            for kind in ("complex128", "float64", "complex64", "float32")
        }
        bits, note = self._bits(bits, precision, values["float64"], at)
        kinds, rounding = (f"complex{2 * int(bits)}", f"float{bits}"), 2.0**-53 if bits == "64" else 2.0**-24
        checked_reach(at, rounding)
        try:
            plan = search(values[kinds[0]], values[kinds[1]], at, rounding, again=like is not None)
        except NotRemovableError:
            check_known(values[kinds[1]], at)
            raise
        return dataclasses.replace(plan, dtype=kinds[plan.kind != "circle"], dims=dims, at=at, note=plan.note or note)

    def _bits(self, bits: str, precision: str, in_double: Values, at: float) -> tuple[str, str]:
        """Return the bits to look with, and why not 64.

        TensorFlow combines no variable of single precision with a number of another.
        """
        if bits == "64" and precision == "float32":
            try:
                in_double(np.array([0.113 * max(1.0, abs(at))]))
            except NotTakenError as refusal:
                return "32", f"the program takes single precision only: {refusal}"
        return bits, ""

    def _with_numbers(self, b: Backend, precision: str, plan: Plan, x: Array) -> Array:
        t = offset(b, precision, x, self.at)
        close = b.abs(t) <= plan.reach
        if b.is_complex(x):
            inner = with_numbers(b, plan.numbers, b.where(close, t, b.adapter.number(0.0, t)) / plan.radius)
        else:
            inner = near(b, plan.numbers, len(plan.numbers), t, close, plan.reach, plan.radius)
        outer = self._call(b, b.where(close, b.adapter.number(self.at + plan.fill, x), x), ())
        return _first(b, b.where(close, b.cast(inner, b.dtype(outer)), outer))

    # ---------------------------------------- a program that reads more: evaluated around the point

    def _anew(self, b: Backend, precision: str, x: Array, at: Any, parameters: tuple[Array, ...]) -> Array:
        if not is_array(at) and not b.compiling and self.radius is None:
            try:
                return self._by_a_plan(b, precision, x, at, parameters)
            except (_TracedError, _ManyError):
                pass
        return self._by_choice(b, x, at, parameters)

    def _by_a_plan(self, b: Backend, precision: str, x: Array, at: float, parameters: tuple[Array, ...]) -> Array:
        """Evaluate the program at the nodes of a plan.

        The plan is made anew where the values show that it does not hold.
        """
        t = offset(b, precision, x, at)
        key = (b.adapter.name, precision, str(getattr(x, "device", "")), at, b.dims(x))
        plan, new = self._plans.get(key), False
        dims = dimensions(b, self.function, x, at, parameters) if plan is None else plan.dims
        while True:
            if plan is None:
                self._check_few(b, x, at, dims, parameters)
                plan, new = self._look_again(b, at, dims, parameters, x), True
            close = b.abs(t) <= plan.reach
            outer = self._call(b, b.where(close, b.adapter.number(at + plan.fill, x), x), parameters)
            if b.dims(outer) != dims:  # the program reads an array of more dimensions than x has
                dims, plan = b.dims(outer), None
                continue
            z = b.array(plan.nodes.reshape(-1, *[1] * dims), plan.dtype, x)
            values = at_nodes(b, self.function, z, parameters)
            numbers = b.numbers(values)
            if numbers is None:
                raise _TracedError
            if new or (numbers.any() and plan.holds(numbers)):
                break
            if numbers.any():
                plan = None
                continue
            # Has all cancelled, or is all 0? Then a plan that was found with other numbers is as
            # good as it was.
            other = self._look_again(b, at, dims, parameters, x)
            if not other.size.any():
                break
            plan, new = other, True
        self._plans[key] = plan
        if not numbers.any() and not plan.size.any() and b.followed(values):
            raise InputError(
                "the function is 0 wherever it was looked at, so that nothing tells how far its series reaches, and its "
                "derivatives by what it reads; give radius=, or call it with another value first."
            )
        if plan.kind == "circle":
            values = b.parts(values if b.is_complex(values) else b.complex(values, 0 * values))
        results = values
        for matrix in plan.steps:
            results = b.product(matrix, results)
        inner = near(b, b.cast(results, b.dtype(t)), plan.terms, t, close, plan.reach, plan.radius)
        return _first(b, b.where(close, b.cast(inner, b.dtype(outer)), outer))

    def _look_again(self, b: Backend, at: float, dims: int, parameters: tuple[Array, ...], like: Array) -> Plan:
        """Look at the program with what it reads now.

        Where it is 0, it is looked at with parameters that are not.
        """
        with b.looking():
            check_elements(b, lambda x: self._call(b, x, parameters), at, like)
        with b.looking():
            plan = self._searched(b, b.wide(), b.dtype(like), at, dims, parameters, like)
            if parameters and not plan.size.all():
                plan = self._searched(b, b.wide(), b.dtype(like), at, dims, nudged(b, parameters), like)
        return plan

    def _check_few(self, b: Backend, x: Array, at: float, dims: int, parameters: tuple[Array, ...]) -> None:
        """Raise if so many functions are looked at that each had better choose for itself.

        There is one function for each parameter.
        """
        one = b.array(np.full([1] * dims, at + 0.113 * max(1.0, abs(at))), b.dtype(x), x)
        with b.looking():
            try:
                shape = sizes(self._call(b, one, parameters)) or ()
            except RemovableError:
                raise
            except Exception:  # it takes no single element, which the look says
                return
        if math.prod(shape) > _FEW:
            raise _ManyError

    def _by_choice(self, b: Backend, x: Array, at: Any, parameters: tuple[Array, ...]) -> Array:
        """Evaluate the program around the point of each element, on a circle that is chosen for it.

        The result is NaN where no circle is good.
        """
        if b.adapter.name == "numpy":  # which says of each overflow far out what it thinks
            with b.looking():
                return self._chosen(b, x, at, parameters)
        return self._chosen(b, x, at, parameters)

    def _chosen(self, b: Backend, x: Array, at: Any, parameters: tuple[Array, ...]) -> Array:
        prepared = self._prepared.get(b.adapter.name)
        dims = dimensions(b, self.function, x, at, parameters)
        if prepared is None and self.radius is None and not b.compiling:
            results = nearby.continued(b, self.function, x, at, parameters, dims)
            if results is not None:
                return results
        if prepared is None:
            dtype = node_dtype(b, self.function, x, at, dims, parameters)
        elif prepared.dtype in ("complex64", "float32"):
            dtype = prepared.dtype
        else:
            dtype = f"complex{2 * int(b.wide())}" if prepared.kind == "circle" else f"float{b.wide()}"
        around = Around(b, self.function, x, at, parameters, dims, dtype)
        sure = None
        if prepared is not None and not is_array(at):
            radius: Any = prepared.radius
        elif self.radius is None:
            radius, sure = around.radii()
        else:
            radius = self.radius / around.last.reach
        close, inner, beyond = around.continued(radius, sure)
        outer = self._call(b, b.where(close, beyond, x), parameters)
        return b.where(close, b.cast(inner, b.dtype(outer)), outer)

    # ------------------------------------------------------------ evaluating the program

    def _call(self, b: Backend, x: Array, parameters: tuple[Array, ...]) -> Array:
        return at_points(b, self.function, x, parameters)

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
            results = at_nodes(b, self.function, z, parameters)
        except InputError as error:
            if dtype.startswith("complex"):  # of another remedy inside
                raise NotTakenError(summary(error)) from error
            raise
        except RemovableError:
            raise
        except Exception as error:  # each framework, and each operation, has its own
            raise NotTakenError(summary(error)) from error
        values = b.numbers(results)
        if values is None:
            raise _TracedError
        return values.reshape(len(padded), -1)[: len(t)].astype(complex if np.iscomplexobj(values) else float)


def _rebuilt(function: Function, at: Any, radius: float | None) -> Repaired:
    return Repaired(function, at=at, radius=radius)


def _first(b: Backend, result: Array) -> Array:
    return result[()] if b.adapter.name == "numpy" else result  # numbers in, numbers out


def _constant(repaired: Repaired, framework: str, precision: str) -> Plan | None:
    # An instance that the compiled program itself makes has no attributes yet.
    if not hasattr(repaired, "function"):
        return None
    return repaired._known(framework, precision)


# What torch.compiler.assume_constant_result sets, which would import the compiler: it is to run
# this, and not to read it. The type of a function has no attributes of one's own.
_constant._dynamo_marked_constant = True  # type: ignore[attr-defined]
