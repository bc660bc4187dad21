"""JAX: ``jax.vjp`` for reverse mode, ``jax.jvp`` for forward mode, op by op."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from removable.frameworks.base import Framework, Mode
from removable.functions import Array, Program


def _jax() -> ModuleType:
    import jax

    return jax


class Jax(Framework):
    """JAX, not compiled, on the CPU.

    Double precision is switched on around each call and not for the process: a program elsewhere
    that relies on JAX's default of single precision is left alone.
    """

    name = "jax"
    title = "JAX"

    @property
    def namespace(self) -> ModuleType:
        """The module ``jax.numpy``."""
        import jax.numpy

        return jax.numpy

    @property
    def version(self) -> str:
        """The installed version."""
        return str(_jax().__version__)

    def asarray(self, values: np.ndarray) -> Array:
        """Copy a NumPy array into a JAX array."""
        with _jax().enable_x64(True):
            return self.namespace.asarray(values)

    def to_numpy(self, array: Array) -> np.ndarray:
        """Return the array's values."""
        return np.asarray(array)

    def cast(self, array: Array, dtype: str) -> Array:
        """Round an array to another precision."""
        return array.astype(dtype)

    def owns(self, array: Any) -> bool:
        """Tell whether this is an array of JAX, traced or not."""
        return isinstance(array, _jax().Array)

    def precision(self, array: Array) -> str:
        """Return the name of the array's dtype."""
        return str(array.dtype)

    def differentiable_derivatives(self, function: Callable[[Array], Array], x: Array, order: int) -> list[Array]:
        """Differentiate by ``jax.jvp``, as often as asked for."""
        return self._forward(lambda x, xp: function(x), x, order)

    def _differentiate(self, program: Program, x: np.ndarray, order: int, mode: Mode, dtype: str) -> list[np.ndarray]:
        with _jax().enable_x64(True):
            return super()._differentiate(program, x, order, mode, dtype)

    def _reverse(self, program: Program, x: Array, order: int) -> list[Array]:
        jax, jnp = _jax(), self.namespace

        def level(k: int, x: Array) -> tuple[Array, ...]:
            if k == 0:
                return (program(x, jnp),)

            def last_and_all(x: Array) -> tuple[Array, tuple[Array, ...]]:
                rows = level(k - 1, x)
                return rows[-1], rows

            last, pullback, rows = jax.vjp(last_and_all, x, has_aux=True)
            return (*rows, pullback(jnp.ones_like(last))[0])

        return list(level(order, x))

    def _forward(self, program: Program, x: Array, order: int, *, over_reverse: bool = False) -> list[Array]:
        jax, jnp = _jax(), self.namespace

        def level(k: int, x: Array) -> tuple[Array, ...]:
            if k == 0:
                return (program(x, jnp),)
            if k == 1 and over_reverse:
                value, pullback = jax.vjp(lambda x: program(x, jnp), x)
                return value, pullback(jnp.ones_like(value))[0]
            rows, slopes = jax.jvp(lambda x: level(k - 1, x), (x,), (jnp.ones_like(x),))
            return (*rows, slopes[-1])

        return list(level(order, x))
