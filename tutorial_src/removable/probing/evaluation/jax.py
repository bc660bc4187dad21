"""A program along a line in JAX: ``jax.grad`` and ``jax.jvp``, operation by operation.

A program is traced once for many arguments, and what was traced is evaluated without being
compiled as a whole: a compiler would round otherwise. A program that cannot be traced is
differentiated at one argument after the other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Literal, jaxpr_as_fun

from removable.errors import InputError
from removable.frameworks import Mode
from removable.probing.evaluation.base import Evaluator, nothing_floating
from removable.probing.line import Line

_LARGE = 10_000
"""Elements of an argument of which no batch is made: it would take too much memory."""

_BATCH = 96
"""Arguments evaluated at a time. Each operation is compiled once for arrays of this length."""


class JaxEvaluator(Evaluator):
    """JAX."""

    def tensor(self, values: np.ndarray, dtype: str) -> Any:
        """Return numbers as an array."""
        with jax.enable_x64(True):
            return jnp.asarray(values, dtype=dtype)

    def constant(self, values: np.ndarray, like: Any) -> Any:
        """Return numbers as an array of the dtype of another."""
        return jnp.asarray(values, dtype=like.dtype)

    def outputs(self, returned: Any) -> list[Any]:
        """Return the floating-point arrays that a function has returned, each in one dimension."""
        leaves = [leaf for leaf in jax.tree.leaves(returned) if isinstance(leaf, jax.Array)]
        if any(jnp.issubdtype(leaf.dtype, jnp.complexfloating) for leaf in leaves):
            raise InputError(
                "the function returns complex numbers; give one that returns real ones, such as jnp.abs of it."
            )
        floating = [jnp.ravel(leaf) for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.floating)]
        if not floating:
            raise nothing_floating(returned, "JAX")
        return floating

    def placed(self, line: Line, x: Any) -> Any:
        """Return the argument at the point, with a number as what moves."""
        if not line.start.shape:
            return x
        return jnp.asarray(line.start, dtype=x.dtype).at[line.moving_index].set(x)

    def apart(self, part: Any) -> list[Any]:
        """Return the numbers of an array of one dimension."""
        return list(part)

    def total(self, parts: list[Any], weights: np.ndarray) -> Any:
        """Return the weighted sum of all numbers of arrays, shape (1,), float64 where enabled."""
        widest = jnp.result_type(float)
        numbers = jnp.concatenate([part.astype(widest) for part in parts])
        return jnp.sum(numbers * jnp.asarray(weights, widest), keepdims=True)

    def depends(self, line: Line) -> bool:
        """Tell whether something that is returned is computed from the argument."""
        with jax.enable_x64(True):
            try:
                jaxpr = jax.make_jaxpr(line.program)(self.tensor(line.start, line.dtype)).jaxpr
            except _UNTRACEABLE:
                return True
        reached = set(jaxpr.invars)
        for equation in jaxpr.eqns:
            if any(not isinstance(v, Literal) and v in reached for v in equation.invars):
                reached.update(equation.outvars)
        return any(not isinstance(v, Literal) and v in reached for v in jaxpr.outvars)

    def value(self, line: Line, point: Any) -> np.ndarray:
        """Return the outputs at one argument."""
        with jax.enable_x64(True):
            return np.concatenate([np.asarray(part, dtype=np.float64) for part in line.program(point)])

    def rows(self, line: Line, point: Any, order: int, mode: Mode) -> list[list[float]]:
        """Return the value and derivatives of each output at one argument."""
        with jax.enable_x64(True):
            return np.asarray(_levels(line, order, mode)(point), dtype=np.float64).T.tolist()

    def takes_many(self, line: Line, dtype: str) -> bool:
        """Programs that can be traced are traced for many arguments, and others take one."""
        return False

    def rows_of_many(self, line: Line, points: Any, order: int) -> np.ndarray:
        """Return value and derivatives of a program that takes many numbers."""
        raise NotImplementedError

    def values(self, line: Line, offsets: np.ndarray, dtype: str = "float64") -> np.ndarray:
        """Return the outputs along a line, shape (n, m)."""
        if line.start.size <= _LARGE:
            with contextlib.suppress(*_UNTRACEABLE):
                return self._traced(lambda x: jnp.concatenate(line.program(x))[None], line, offsets, dtype)[:, 0]
        return super().values(line, offsets, dtype)

    def derivatives(
        self, line: Line, offsets: np.ndarray, order: int, dtype: str, mode: Mode = "reverse"
    ) -> np.ndarray:
        """Return value and derivatives by the offset along a line, shape (order + 1, n, m)."""
        if line.start.size <= _LARGE:
            with contextlib.suppress(*_UNTRACEABLE):
                return np.moveaxis(self._traced(_levels(line, order, mode), line, offsets, dtype), 1, 0)
        return super().derivatives(line, offsets, order, dtype, mode)

    def _traced(self, program: Callable[[Any], Any], line: Line, offsets: np.ndarray, dtype: str) -> np.ndarray:
        points = np.stack([line.point(offset) for offset in offsets])
        with jax.enable_x64(True):
            padded = np.concatenate([points, np.repeat(points[-1:], -len(points) % _BATCH, axis=0)])
            batches = [jnp.asarray(part, dtype=dtype) for part in np.split(padded, len(padded) // _BATCH)]
            evaluated = jaxpr_as_fun(jax.make_jaxpr(jax.vmap(program))(batches[0]))
            parts = [np.asarray(evaluated(batch)[0], dtype=np.float64) for batch in batches]
        return np.concatenate(parts)[: len(points)]


_UNTRACEABLE = (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError, NotImplementedError)


def _levels(line: Line, order: int, mode: Mode) -> Callable[[Any], Any]:
    """Return the function from an argument to value and derivatives, shape (order + 1, m)."""

    def level(k: int, x: Any, part: int) -> list[Any]:
        """Return the derivatives of one of the arrays that are returned."""
        if k == 0:
            return [line.program(x)[part]]
        if mode == "reverse" or (k == 1 and mode == "forward-over-reverse"):
            last, pullback, lower = jax.vjp(lambda x: _last_and_all(level(k - 1, x, part)), x, has_aux=True)
            units = jnp.eye(len(last), dtype=last.dtype)
            return [*lower, jnp.stack([_along(line, pullback(unit)[0]) for unit in units])]
        lower, slopes = jax.jvp(lambda x: level(k - 1, x, part), (x,), (jnp.asarray(line.direction, x.dtype),))
        return [*lower, slopes[-1]]

    def levels(x: Any) -> Any:
        parts = len(jax.eval_shape(line.program, x)) if isinstance(x, jax.core.Tracer) else len(line.program(x))
        return jnp.concatenate([jnp.stack(level(order, x, part)) for part in range(parts)], axis=1)

    return levels


def _last_and_all(rows: list[Any]) -> tuple[Any, list[Any]]:
    return rows[-1], rows


def _along(line: Line, slope: Any) -> Any:
    """Return the derivative along the line, of the elements that move alone."""
    direction = jnp.asarray(np.atleast_1d(line.direction)[line.moving], slope.dtype)
    return jnp.sum(jnp.atleast_1d(slope)[line.moving] * direction)
