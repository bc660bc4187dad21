"""TensorFlow: ``tf.GradientTape`` for reverse mode, ``tf.autodiff.ForwardAccumulator`` for forward mode."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from removable.errors import UnsupportedError
from removable.frameworks.base import Framework
from removable.functions import Array, Program

_DEEPEST_ACCUMULATOR = 3
"""In TensorFlow 2.21 a fourth ``ForwardAccumulator`` inside three others ends in a SystemError, for ``3 * x`` already."""


class TensorFlow(Framework):
    """TensorFlow, eager, on the CPU."""

    name = "tensorflow"
    title = "TensorFlow"

    @property
    def namespace(self) -> ModuleType:
        """The module ``tensorflow``."""
        import tensorflow

        return tensorflow

    @property
    def version(self) -> str:
        """The installed version."""
        return str(self.namespace.__version__)

    def asarray(self, values: np.ndarray) -> Array:
        """Copy a NumPy array into a tensor."""
        return self.namespace.constant(values)

    def to_numpy(self, array: Array) -> np.ndarray:
        """Return the tensor's values."""
        return array.numpy()

    def _reverse(self, program: Program, x: Array, order: int) -> list[Array]:
        tf = self.namespace

        def level(k: int) -> list[Array]:
            if k == 0:
                return [program(x, tf)]
            with tf.GradientTape() as tape:
                tape.watch(x)
                rows = level(k - 1)
            return [*rows, tape.gradient(rows[-1], x, unconnected_gradients=tf.UnconnectedGradients.ZERO)]

        return level(order)

    def _forward(self, program: Program, x: Array, order: int) -> list[Array]:
        if order > _DEEPEST_ACCUMULATOR:
            raise UnsupportedError(
                f"order is {order}; TensorFlow's forward mode fails beyond {_DEEPEST_ACCUMULATOR} nested accumulators: "
                'ask for mode="reverse" or for a lower order.'
            )
        tf = self.namespace

        def level(k: int) -> list[Array]:
            if k == 0:
                return [program(x, tf)]
            with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
                rows = level(k - 1)
            return [*rows, accumulator.jvp(rows[-1], unconnected_gradients=tf.UnconnectedGradients.ZERO)]

        return level(order)
