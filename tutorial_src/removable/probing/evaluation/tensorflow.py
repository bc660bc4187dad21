"""A program along a line in TensorFlow: ``tf.GradientTape`` and ``ForwardAccumulator``, eager."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from removable.errors import InputError
from removable.frameworks import Mode
from removable.probing.evaluation.base import Evaluator, nothing_floating
from removable.probing.line import Line


class TensorFlowEvaluator(Evaluator):
    """TensorFlow."""

    def tensor(self, values: np.ndarray, dtype: str) -> Any:
        """Return numbers as a tensor."""
        return tf.constant(values, dtype=dtype)

    def constant(self, values: np.ndarray, like: Any) -> Any:
        """Return numbers as a tensor of the dtype of another."""
        return tf.constant(values, dtype=like.dtype)

    def outputs(self, returned: Any) -> list[Any]:
        """Return the floating-point tensors that a function has returned, each in one dimension."""
        leaves = [leaf for leaf in tf.nest.flatten(returned) if tf.is_tensor(leaf) or isinstance(leaf, tf.Variable)]
        if any(leaf.dtype.is_complex for leaf in leaves):
            raise InputError(
                "the function returns complex numbers; give one that returns real ones, such as tf.abs of it."
            )
        floating = [tf.reshape(leaf, [-1]) for leaf in leaves if leaf.dtype.is_floating]
        if not floating:
            raise nothing_floating(returned, "TensorFlow")
        return floating

    def placed(self, line: Line, x: Any) -> Any:
        """Return the argument at the point, with a number as what moves."""
        if not line.start.shape:
            return x
        start = tf.constant(line.start, dtype=x.dtype)
        return tf.tensor_scatter_nd_update(start, [list(line.moving_index)], tf.reshape(x, [1]))

    def apart(self, part: Any) -> list[Any]:
        """Return the numbers of a tensor of one dimension."""
        if part.shape[0] is None:  # in a graph, behind a function that does not say; it is one number
            return [tf.reshape(part, [])]
        return tf.unstack(part)

    def total(self, parts: list[Any], weights: np.ndarray) -> Any:
        """Return the weighted sum of all numbers of tensors, shape (1,), float64."""
        numbers = tf.concat([tf.cast(part, "float64") for part in parts], 0)
        return tf.reduce_sum(numbers * tf.constant(weights), keepdims=True)

    def depends(self, line: Line) -> bool:
        """Tell whether TensorFlow has recorded that what is returned depends on the argument."""
        point = self.tensor(line.start, line.dtype)
        with tf.GradientTape() as tape:
            tape.watch(point)
            outputs = line.program(point)
        return tape.gradient(outputs, point) is not None

    def value(self, line: Line, point: Any) -> np.ndarray:
        """Return the outputs at one argument."""
        return np.concatenate([tf.cast(part, "float64").numpy() for part in line.program(point)])

    def rows(self, line: Line, point: Any, order: int, mode: Mode) -> list[list[float]]:
        """Return the value and derivatives of each output at one argument."""
        over_reverse = mode == "forward-over-reverse"
        levels = (
            self._reverse(line, point, order) if mode == "reverse" else self._forward(line, point, order, over_reverse)
        )
        return tf.stack([tf.cast(level, "float64") for level in levels], 1).numpy().tolist()

    def rows_of_many(self, line: Line, points: Any, order: int) -> np.ndarray:
        """Return value and derivatives of a program that takes many numbers."""

        def level(k: int) -> list[Any]:
            if k == 0:
                return line.program(points)
            with tf.GradientTape() as tape:
                tape.watch(points)
                lower = level(k - 1)
            slope = tape.gradient(lower[-1], points)
            return [*lower, tf.zeros_like(points) if slope is None else tf.convert_to_tensor(slope)]

        return tf.cast(tf.stack(level(order)), "float64").numpy()

    def _reverse(self, line: Line, point: Any, order: int) -> list[Any]:
        """Return the value and derivatives of all outputs, shape (m,) each."""
        return [tf.stack(level) for level in self._numbers(line, point, order)]

    def _numbers(self, line: Line, point: Any, order: int) -> list[list[Any]]:
        """Return the value and derivatives, a list with a number for each output."""
        if order == 0:
            return [[number for part in line.program(point) for number in tf.unstack(part)]]
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(point)
            lower = self._numbers(line, point, order - 1)
        slopes = [tape.gradient(number, point) for number in lower[-1]]
        return [*lower, [self._along(line, slope, number) for slope, number in zip(slopes, lower[-1], strict=True)]]

    def _forward(self, line: Line, point: Any, order: int, over_reverse: bool) -> list[Any]:
        if order == 0:
            return [tf.concat(line.program(point), 0)]
        if order == 1 and over_reverse:
            return self._reverse(line, point, 1)
        tangent = tf.constant(line.direction, dtype=point.dtype)
        with tf.autodiff.ForwardAccumulator(point, tangent) as accumulator:
            lower = self._forward(line, point, order - 1, over_reverse)
        return [*lower, accumulator.jvp(lower[-1], unconnected_gradients=tf.UnconnectedGradients.ZERO)]

    def _along(self, line: Line, slope: Any, output: Any) -> Any:
        """Return the derivative along the line, of the elements that move alone."""
        if slope is None:  # nothing that TensorFlow has recorded depends on the argument
            return tf.zeros([], output.dtype)
        slope = tf.convert_to_tensor(slope)
        direction = tf.constant(line.direction, dtype=slope.dtype)
        return tf.reduce_sum(tf.where(direction != 0, slope, tf.zeros_like(slope)) * direction)
