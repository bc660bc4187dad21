"""TensorFlow, in reverse mode and in forward mode.

Reverse mode is ``tf.GradientTape``, forward mode is ``tf.autodiff.ForwardAccumulator``.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from removable.errors import UnsupportedError
from removable.frameworks.base import Framework, no_graph
from removable.functions import Array, Program

_DEEPEST_ACCUMULATOR = 3
"""The greatest number of ``ForwardAccumulator`` inside each other.

In TensorFlow 2.21 a fourth one inside three others ends in a SystemError, for ``3 * x`` already,
and a ``GradientTape`` inside three of them in an IndexError."""


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

    def cast(self, array: Array, dtype: str) -> Array:
        """Round a tensor to another precision."""
        return self.namespace.cast(array, dtype)

    def owns(self, array: Any) -> bool:
        """Tell whether this is a tensor or a variable of TensorFlow."""
        return bool(self.namespace.is_tensor(array)) or isinstance(array, self.namespace.Variable)

    def precision(self, array: Array) -> str:
        """Return the name of the tensor's dtype."""
        # a variable of Keras has the name alone
        return str(getattr(array.dtype, "name", array.dtype))

    def number(self, value: float, like: Array) -> Array:
        """Return a number as a tensor of no dimension, of the dtype of another tensor.

        Next to another tensor, a plain number becomes a tensor of single precision.
        """
        return self.namespace.constant(value, dtype=like.dtype)

    def unconverted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that AutoGraph leaves alone.

        AutoGraph warns of every lambda whose source it cannot find.
        """
        return self.namespace.autograph.experimental.do_not_convert(function)

    def differentiable_derivatives(self, function: Callable[[Array], Array], x: Array, order: int) -> list[Array]:
        """Differentiate by ``tf.GradientTape``, as often as asked for."""
        return self._reverse(lambda x, xp: function(x), x, order, graph=True)

    def _reverse(self, program: Program, x: Array, order: int, *, graph: bool = False) -> list[Array]:
        tf = self.namespace

        def level(k: int) -> list[Array]:
            if k == 0:
                return [program(x, tf)]
            with tf.GradientTape() as tape:
                tape.watch(x)
                rows = level(k - 1)
            slope = tape.gradient(rows[-1], x)
            if slope is None:  # of a value that does not depend on x; or nobody has recorded how
                if graph and k == 1:
                    raise no_graph(self.title, "tf.stop_gradient, tf.round or tf.recompute_grad")
                slope = tf.zeros_like(x)
            return [*rows, slope]

        return level(order)

    def _forward(self, program: Program, x: Array, order: int, *, over_reverse: bool = False) -> list[Array]:
        if order > _DEEPEST_ACCUMULATOR:
            raise UnsupportedError(
                f"order is {order}; TensorFlow's forward mode fails beyond order {_DEEPEST_ACCUMULATOR}: "
                'ask for mode="reverse" or for a lower order.'
            )
        tf = self.namespace

        def level(k: int) -> list[Array]:
            if k == 0:
                return [program(x, tf)]
            if k == 1 and over_reverse:
                return self._reverse(program, x, 1)
            with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
                rows = level(k - 1)
            return [*rows, accumulator.jvp(rows[-1], unconnected_gradients=tf.UnconnectedGradients.ZERO)]

        return level(order)
