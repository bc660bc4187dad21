"""What people do about a removable singularity, each as they would type it.

A patch takes a :class:`~removable.scoreboard.cases.Case` and returns a program, ``program(x, xp)``,
for a framework to differentiate. Two of them differentiate by themselves.
"""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from removable import frameworks
from removable.errors import InputError, MissingExtraError
from removable.functions import Array, Namespace, Program, elementary
from removable.remedy import quotient, repair
from removable.scoreboard.cases import Case

__all__ = ["PATCHES", "Patch"]


@dataclass(frozen=True)
class Patch:
    """One row of the scoreboard.

    Attributes
    ----------
    build : callable
        ``build(case)`` returns the program.
    root : bool
        Whether somebody has to find the singular point.
    algebra : bool
        Whether somebody has to work out a formula: a limit, a derivative, another spelling.
    evaluate : callable, optional
        ``evaluate(program, name, x, order)``, for what is not differentiated by the framework:
        value and derivatives at x, shape ``(order + 1, n)``.
    offered : callable
        ``offered(case, name)`` tells whether there is such a program for a quotient in a framework.
    dtype : str
        The precision of x.
    order : int
        The highest derivative that it is measured for.
    uses : tuple of callable
        What it is written in besides, once for each framework.
    """

    build: Callable[[Case], Program]
    root: bool = False
    algebra: bool = False
    evaluate: Callable[[Program, str, np.ndarray, int], np.ndarray] | None = None
    offered: Callable[[Case, str], bool] = lambda case, name: True
    dtype: str = "float64"
    order: int = 3

    uses: tuple[Callable[..., Array], ...] = ()

    @property
    def lines(self) -> int:
        """Lines of code in one framework, one for each statement, without the line that names it.

        Examples
        --------
        >>> from removable.scoreboard import PATCHES
        >>> PATCHES["naive"].lines, PATCHES["double where"].lines, PATCHES["repair"].lines
        (1, 4, 2)
        """
        own = _lines(self.build) + (_lines(self.evaluate) if self.evaluate else 0)
        return own + max(map(_lines, self.uses), default=0)


def _lines(function: Callable[..., object]) -> int:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    for node in ast.walk(definition):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    return sum(bool(line.strip()) for line in ast.unparse(definition).splitlines()) - 1


def naive(case: Case) -> Program:
    """Divide."""
    return lambda x, xp: case.f(x, xp) / case.g(x, xp)


def where(case: Case) -> Program:
    """Put the limit in the place of the quotient."""
    return lambda x, xp: xp.where(x == case.at, case.limit * xp.ones_like(x), case.f(x, xp) / case.g(x, xp))


def double_where(case: Case) -> Program:
    """Divide by something harmless where the limit is put in."""

    def program(x: Array, xp: Namespace) -> Array:
        safe = xp.where(x == case.at, xp.ones_like(x) * (case.at + 1), x)
        return xp.where(x == case.at, case.limit * xp.ones_like(x), case.f(safe, xp) / case.g(safe, xp))

    return program


def divide_no_nan(case: Case) -> Program:
    """Divide, and return 0 where the denominator is 0; TensorFlow has a function for this."""

    def program(x: Array, xp: Namespace) -> Array:
        top, bottom = case.f(x, xp), case.g(x, xp)
        if hasattr(elementary(xp), "divide_no_nan"):
            return elementary(xp).divide_no_nan(top, bottom)
        safe = xp.where(bottom == 0, xp.ones_like(x), bottom)
        return xp.where(bottom == 0, xp.zeros_like(x), top / safe)

    return program


def epsilon(case: Case) -> Program:
    """Add a small number to the denominator."""
    return lambda x, xp: case.f(x, xp) / (case.g(x, xp) + 1e-8)


def signed_epsilon(case: Case) -> Program:
    """Move the denominator away from 0, within 1e-4 of it: the paper's h1."""

    def program(x: Array, xp: Namespace) -> Array:
        bottom = case.g(x, xp)
        away = xp.where(bottom >= 0, bottom + 1e-8, bottom - 1e-8)
        return case.f(x, xp) / xp.where(xp.abs(bottom) < 1e-4, away, bottom)

    return program


def clamp(case: Case) -> Program:
    """Keep the denominator at least 1e-4 from 0: the paper's h2."""

    def program(x: Array, xp: Namespace) -> Array:
        bottom, least = case.g(x, xp), 1e-4 * xp.ones_like(x)
        signed = xp.where(bottom >= 0, least, -least)
        return case.f(x, xp) / xp.where(xp.abs(bottom) < 1e-4, signed, bottom)

    return program


def custom_rule(case: Case) -> Program:
    """Tell the framework the derivative, with its limit filled in, too."""

    def fill(limit: float, form: Program, x: Array, xp: Namespace) -> Array:
        safe = xp.where(x == case.at, xp.ones_like(x) * (case.at + 1), x)
        return xp.where(x == case.at, limit * xp.ones_like(x), form(safe, xp))

    def slope(x: Array, xp: Namespace) -> Array:
        value = case.f(x, xp) / case.g(x, xp)
        return (case.df(x, xp) - value * case.dg(x, xp)) / case.g(x, xp)

    def program(x: Array, xp: Namespace) -> Array:
        rule = {"torch": rule_in_torch, "tensorflow": rule_in_tensorflow, "jax": rule_in_jax}[frameworks.of(x).name]
        return rule(lambda x: fill(case.limit, naive(case), x, xp), lambda x: fill(case.slope, slope, x, xp), x)

    return program


def rule_in_torch(value: Callable[[Array], Array], slope: Callable[[Array], Array], x: Array) -> Array:
    """Give PyTorch a derivative."""
    import torch

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Array) -> Array:
            ctx.save_for_backward(x)
            return value(x)

        @staticmethod
        def backward(ctx: Any, upstream: Array) -> Array:
            return upstream * slope(*ctx.saved_tensors)

    return Function.apply(x)


def rule_in_tensorflow(value: Callable[[Array], Array], slope: Callable[[Array], Array], x: Array) -> Array:
    """Give TensorFlow a derivative."""
    import tensorflow as tf

    return tf.custom_gradient(lambda x: (value(x), lambda upstream: upstream * slope(x)))(x)


def rule_in_jax(value: Callable[[Array], Array], slope: Callable[[Array], Array], x: Array) -> Array:
    """Give JAX a derivative."""
    import jax

    function = jax.custom_jvp(value)
    function.defjvps(lambda tangent, _, x: tangent * slope(x))
    return function(x)


def by_hand(case: Case) -> Program:
    """Cancel on paper, and type what is left."""
    if case.by_hand is None:
        raise InputError("the case has no form that algebra on paper gives; take one that has.")
    return case.by_hand


def sympy_simplify(case: Case) -> Program:
    """Have SymPy simplify the expression, and make a program of the result."""
    try:
        import sympy
    except ImportError as error:
        raise MissingExtraError("this patch", "SymPy") from error

    x = sympy.Symbol("x")
    symbols = SimpleNamespace(**vars(sympy), expm1=lambda x: sympy.exp(x) - 1, log1p=lambda x: sympy.log(1 + x))
    simple = sympy.simplify(sympy.cancel(case.f(x, symbols) / case.g(x, symbols)))

    def program(value: Array, xp: Namespace) -> Array:
        names = {name: getattr(elementary(xp), name) for name in ("sin", "exp", "log", "sqrt", "tanh")}
        return sympy.lambdify(x, simple, [names])(value)

    return program


def wider(case: Case) -> Program:
    """Let data of single precision be worked on in double precision."""
    return lambda x, xp: naive(case)(frameworks.of(x).cast(x, "float64"), xp)


def finite_differences(program: Program, name: str, x: np.ndarray, order: int) -> np.ndarray:
    """Take differences of values, with the step that balances truncation and rounding."""
    values = lambda step: frameworks.get(name).derivatives(program, x + step, order=0)[0]  # noqa: E731
    h1, h2, h3 = (np.finfo(float).eps ** (1 / k) for k in (3, 4, 5))
    rows = [values(0.0), (values(h1) - values(-h1)) / (2 * h1)]
    if order > 1:
        rows.append((values(h2) - 2 * rows[0] + values(-h2)) / h2**2)
        rows.append((values(2 * h3) - 2 * values(h3) + 2 * values(-h3) - values(-2 * h3)) / (2 * h3**3))
    return np.array(rows)


def complex_step(program: Program, name: str, x: np.ndarray, order: int) -> np.ndarray:
    """Step into the complex plane, where no difference is taken; it gives the first derivative."""
    step = 1e-20

    def part(which: str, x: Array, xp: Namespace) -> Array:
        number = getattr(xp, "complex", lambda real, imaginary: real + 1j * imaginary)
        return getattr(elementary(xp), which)(program(number(x, step * xp.ones_like(x)), xp))

    parts = [functools.partial(part, which) for which in ("real", "imag")]
    real, imaginary = (frameworks.get(name).derivatives(each, x, order=0)[0] for each in parts)
    return np.array([real, imaginary / step])


def compiled_by_xla(case: Case) -> Program:
    """Compile, so that products and sums are contracted where the processor can."""
    import jax

    compiled = jax.jit(lambda x: naive(case)(x, jax.numpy))
    return lambda x, xp: compiled(x)


def own_function(case: Case) -> Program:
    """Call the function that the framework ships."""
    return lambda x, xp: case.own[frameworks.of(x).name](x)


def repaired(case: Case) -> Program:
    """Let the package continue the quotient to the point, from where it is right."""
    removed = functools.cache(lambda xp: repair(case.typed(xp), at=case.at))
    return lambda x, xp: removed(xp)(x)


def cancelled(case: Case) -> Program:
    """Let the package cancel the factor, by a mean of derivatives."""
    removed = quotient(case.f, case.g, at=case.at)
    return lambda x, xp: removed(x)


def ready_made(case: Case) -> Program:
    """Call the function that the package has ready-made."""
    function = case.ready_made
    if function is None:
        raise InputError("the case has no function ready-made; take one that has.")
    return lambda x, xp: function(x)


PATCHES: Mapping[str, Patch] = {
    "naive": Patch(naive),
    "epsilon": Patch(epsilon),
    "signed epsilon": Patch(signed_epsilon),
    "clamp": Patch(clamp),
    "where": Patch(where, root=True, algebra=True),
    "double where": Patch(double_where, root=True, algebra=True),
    "divide no nan": Patch(divide_no_nan),
    "custom rule": Patch(custom_rule, root=True, algebra=True, uses=(rule_in_torch, rule_in_tensorflow, rule_in_jax)),
    "by hand": Patch(by_hand, algebra=True, offered=lambda case, name: case.by_hand is not None),
    "sympy": Patch(sympy_simplify),
    "float64 in float32": Patch(wider, dtype="float32"),
    "finite differences": Patch(naive, evaluate=finite_differences),
    "complex step": Patch(naive, evaluate=complex_step, order=1),
    "XLA's FMA": Patch(compiled_by_xla, offered=lambda case, name: name == "jax", order=1),
    "own function": Patch(own_function, offered=lambda case, name: name in case.own),
    "repair": Patch(repaired, root=True),
    "quotient": Patch(cancelled, root=True),
    "primitives": Patch(ready_made, offered=lambda case, name: case.ready_made is not None),
}
"""The rows of the scoreboard, from the expression as typed to the remedies of this package."""
