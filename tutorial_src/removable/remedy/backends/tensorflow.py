"""TensorFlow, as the remedy uses it."""

from __future__ import annotations

from typing import Any

import numpy as np

from removable.errors import InputError
from removable.functions import Array
from removable.remedy.backends.base import Backend


class TensorFlow(Backend):
    """Operations of TensorFlow."""

    def followed(self, values: Array) -> bool:
        return True

    def split(self, values: Array, count: int) -> Array:
        return self.xp.reshape(values, self.xp.concat([[-1, count], self.xp.shape(values)[1:]], 0))

    def arrived(self, x: Array) -> Array:
        return self.xp.convert_to_tensor(x)

    def dims(self, values: Array) -> int:
        if values.shape.rank is None:
            raise InputError(
                "the rank of x is not known while this graph is traced; give tf.function an input signature with a rank, such as "
                "tf.TensorSpec([None], tf.float64)."
            )
        return int(values.shape.rank)

    def beside(self, values: Array, nodes: Array) -> Array:
        real = self.xp.cast(values, "float64" if nodes.dtype in (self.xp.complex128, self.xp.float64) else "float32")
        return self.xp.complex(real, self.xp.zeros_like(real)) if nodes.dtype.is_complex else real

    def number_like(self, value: float, like: Array) -> Array:
        return self.xp.fill(self.xp.shape(like), self.xp.constant(value, dtype=like.dtype))

    def array(self, values: Any, dtype: str, like: Array | None = None) -> Array:
        return self.xp.constant(values, dtype=dtype)

    def complex(self, real: Array, imaginary: Array) -> Array:
        return self.xp.complex(real, imaginary)

    def parts(self, values: Array) -> Array:
        return self.xp.concat([self.xp.math.real(values), self.xp.math.imag(values)], 0)

    def cast(self, values: Array, dtype: str) -> Array:
        return self.xp.cast(values, dtype)

    def constant(self, values: Array) -> Array:
        return self.xp.stop_gradient(values)

    def numbers(self, values: Array) -> np.ndarray | None:
        return values.numpy() if hasattr(values, "numpy") else None

    def largest(self, values: Array) -> Array:
        return self.xp.reduce_max(values, 0)

    def put(self, values: Array, where: np.ndarray, count: int) -> Array:
        return self.xp.scatter_nd(where[:, None], values, [count])

    def taken(self, values: Array, where: np.ndarray) -> Array:
        return self.xp.gather(values, where)
