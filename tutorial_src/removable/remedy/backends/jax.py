"""JAX, as the remedy uses it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from removable.functions import Array
from removable.remedy.backends.base import Backend


class Jax(Backend):
    """Operations of JAX."""

    def padding(self, count: int) -> int:
        return (256 if count <= 256 else 8192 * -(-count // 8192)) - count

    def array(self, values: Any, dtype: str, like: Array | None = None) -> Array:
        return self.xp.asarray(values, dtype=dtype)

    def complex(self, real: Array, imaginary: Array) -> Array:
        import jax

        return jax.lax.complex(real, imaginary)

    def parts(self, values: Array) -> Array:
        return self.xp.concatenate([values.real, values.imag], 0)

    def cast(self, values: Array, dtype: str) -> Array:
        return values.astype(dtype)

    def constant(self, values: Array) -> Array:
        import jax

        return jax.lax.stop_gradient(values)

    def numbers(self, values: Array) -> np.ndarray | None:
        import jax

        return None if isinstance(values, jax.core.Tracer) else np.asarray(values)

    def largest(self, values: Array) -> Array:
        return self.xp.max(values, 0)

    def put(self, values: Array, where: np.ndarray, count: int) -> Array:
        return self.xp.zeros(count, values.dtype).at[where].set(values)

    def wide(self) -> str:
        import jax

        return "64" if jax.config.jax_enable_x64 else "32"

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        import jax

        with jax.debug_nans(False):
            yield

    @contextlib.contextmanager
    def in_double(self) -> Iterator[None]:
        import jax

        with self.looking(), jax.enable_x64(True):
            yield
