"""NumPy, as the remedy uses it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from removable.functions import Array
from removable.remedy.backends.base import Backend


class NumPy(Backend):
    """Operations of NumPy."""

    def arrived(self, x: Array) -> Array:
        return np.asarray(x)

    def array(self, values: Any, dtype: str, like: Array | None = None) -> Array:
        return np.asarray(values, dtype=dtype)

    def complex(self, real: Array, imaginary: Array) -> Array:
        return real + 1j * imaginary

    def parts(self, values: Array) -> Array:
        return np.concatenate([values.real, values.imag], 0)

    def cast(self, values: Array, dtype: str) -> Array:
        return np.asarray(values).astype(dtype)

    def constant(self, values: Array) -> Array:
        return values

    def numbers(self, values: Array) -> np.ndarray | None:
        return np.asarray(values)

    def largest(self, values: Array) -> Array:
        return np.max(values, 0)

    def put(self, values: Array, where: np.ndarray, count: int) -> Array:
        array = np.zeros(count, values.dtype)
        array[where] = values
        return array

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        with np.errstate(all="ignore"):
            yield
