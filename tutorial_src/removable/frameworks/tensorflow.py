"""TensorFlow: ``tf.GradientTape`` for reverse mode, ``tf.autodiff.ForwardAccumulator`` for forward mode."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import numpy as np

from removable.errors import UnsupportedError
from removable.frameworks.base import MANY, Framework, Parts, derived
from removable.functions import Array, Program

_BLOCK = 2**14
"""Elements that stay in the processor's cache from one step to the next."""

_BLOCKS_AT_ONCE = 4

_DEEPEST_ACCUMULATOR = 3
"""In TensorFlow 2.21 a fourth ``ForwardAccumulator`` inside three others ends in a SystemError, for ``3 * x`` already, and a
``GradientTape`` inside three of them in an IndexError."""


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
        return str(getattr(array.dtype, "name", array.dtype))  # a variable of Keras has the name alone

    def constant(self, values: np.ndarray, like: Array) -> Array:
        """Return values as a tensor of the dtype of another, outside of the graph that may be under construction."""
        with self.namespace.init_scope():
            return self.namespace.constant(values, dtype=like.dtype)

    def number(self, value: float, like: Array) -> Array:
        """Return a tensor of no dimension: next to another tensor, a number becomes one of single precision."""
        return self.namespace.constant(value, dtype=like.dtype)

    def concrete(self, array: Array) -> np.ndarray | None:
        """Return the values in float64; None for a node of a graph."""
        return array.numpy().astype(np.float64) if hasattr(array, "numpy") else None

    def as_written(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that AutoGraph leaves alone: it warns of every lambda whose source it cannot find."""
        return self.namespace.autograph.experimental.do_not_convert(function)

    def joins(self, x: Array) -> bool:
        """Tell whether a graph is worth while, which takes a second to make: for many points.

        It is not within another graph, where results need shapes.
        """
        tf = self.namespace
        return bool(tf.executing_eagerly()) and x.shape.num_elements() >= MANY

    def joined(self, parts: Parts, precision: str) -> Callable[[Array], Array]:
        """Return a graph that evaluates each part where it is needed, with each derivative as another graph.

        Its steps reuse each other's memory, and no new shape is a reason to trace again.
        """
        tf = self.namespace
        signature = [tf.TensorSpec(None, tf.as_dtype(precision))]

        @functools.cache
        def derivative(order: int) -> Callable[[Array], Array]:
            graph = tf.function(lambda x: self._joined(parts, x, order), input_signature=signature, autograph=False)
            # In a thread of its own: forward mode asks for the slope while in this one nothing is recorded.
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(graph.get_concrete_function).result()

            @tf.custom_gradient
            def evaluated(x: Array) -> tuple[Array, Callable[[Array], Array]]:
                # Stopped, so that no tape looks into the graph and has it keep its steps.
                return graph(tf.stop_gradient(x)), lambda upstream: upstream * derivative(order + 1)(x)

            return evaluated

        return derivative(0)

    def _joined(self, parts: Parts, x: Array, order: int) -> Array:
        tf = self.namespace
        t = x - parts.at if parts.at else x
        close = self.within(parts.radius, t)

        def far() -> Array:
            return self.rows(parts.far, x, order)[order]

        def near(t: Array) -> Array:
            return self._in_blocks(lambda block: parts.near(block, order)[order], t)

        def both() -> Array:
            found = tf.where(close)
            return tf.tensor_scatter_nd_update(far(), found, near(tf.gather_nd(t, found)))

        return tf.cond(
            tf.reduce_all(close),
            lambda: near(t),
            lambda: tf.cond(tf.reduce_any(close), both, far),
        )

    def _in_blocks(self, function: Callable[[Array], Array], t: Array) -> Array:
        """Evaluate a function by element block by block: step by step over everything, each step would wait for the memory."""
        tf = self.namespace
        count = tf.size(t)
        blocks = -(-count // _BLOCK)
        padded = tf.pad(tf.reshape(t, [-1]), [[0, blocks * _BLOCK - count]])
        found = tf.map_fn(function, tf.reshape(padded, [blocks, _BLOCK]), parallel_iterations=_BLOCKS_AT_ONCE)
        return tf.reshape(tf.reshape(found, [-1])[:count], tf.shape(t))

    def tangents(self, function: Callable[[Array], Array], x: Array, order: int) -> list[Array]:
        """Differentiate by ``tf.GradientTape``, as often as asked for."""
        return self._reverse(lambda x, xp: function(x), x, order)

    def polynomial(self, coefficients: Sequence[float], x: Array) -> Array:
        """Evaluate a polynomial; its derivative is another one, so that a tape remembers one array instead of many."""
        tf = self.namespace

        @tf.custom_gradient
        def evaluated(x: Array) -> tuple[Array, Callable[[Array], Array]]:
            result = tf.ones_like(x) * coefficients[-1]
            for coefficient in coefficients[-2::-1]:
                result = result * x + coefficient
            return result, lambda upstream: upstream * self.polynomial(derived(coefficients), x)

        return evaluated(x)

    def rows(self, function: Callable[[Array], Array], x: Array, order: int) -> list[Array]:
        """Differentiate by ``tf.GradientTape``, as often as asked for.

        The tape itself would begin with ones of the shape of the value, and so keep the value in a graph that returns a slope.
        """
        return self._reverse(lambda x, xp: function(x), x, order, ones=self.namespace.ones_like(x))

    def _reverse(self, program: Program, x: Array, order: int, ones: Array | None = None) -> list[Array]:
        tf = self.namespace

        def level(k: int) -> list[Array]:
            if k == 0:
                return [program(x, tf)]
            with tf.GradientTape() as tape:
                tape.watch(x)
                rows = level(k - 1)
            zero = tf.UnconnectedGradients.ZERO
            return [*rows, tape.gradient(rows[-1], x, output_gradients=ones, unconnected_gradients=zero)]

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
