"""Graphs of TensorFlow: their operations by the name and the line that a user knows.

An operation of a gradient is known by its name, which contains that of the operation it belongs to,
or by the rule that made it and by what it reads. The graph of a branch or of a loop is made from
the definition that is run: the graph that TensorFlow has built first may have been changed since,
for a gradient. It still knows the lines.
"""

from __future__ import annotations

import functools
import itertools
from typing import Any

from tensorflow.python.framework import ops
from tensorflow.python.framework.function_def_to_graph import function_def_to_graph

from removable.probing.cause.lines import user_line

__all__ = ["Body", "Library"]

_GRADIENT = "gradient_tape"

_CALLS_RULES = "_gradient_function"
"""The function of TensorFlow that calls the rule of an operation."""


class Body:
    """A graph, and the operations as they were written.

    Parameters
    ----------
    graph : object
        The graph that is evaluated.
    written : object
        The graph as it was when the user's program ran.

    Attributes
    ----------
    operations : list
        Those of the graph, each behind those whose results it reads.

    Examples
    --------
    >>> import tensorflow as tf
    >>> from removable.probing.cause.tensorflow_graphs import Body
    >>> program = tf.function(lambda x: tf.sin(x) - 1, autograph=False)
    >>> graph = program.get_concrete_function(tf.TensorSpec((), "float64")).graph
    >>> body = Body(graph, graph)
    >>> [body.name(operation) for operation in body.operations]
    ['Placeholder', 'Sin', 'Const', 'Sub', 'Identity']
    """

    def __init__(self, graph: Any, written: Any) -> None:
        self.graph = graph
        self.operations = _in_order(graph)
        self._written = {operation.name: operation for operation in written.get_operations()}
        self._forward = functools.cache(self._found_forward)

    def name(self, operation: Any) -> str:
        """Return the name of an operation, in a gradient with that of the operation it is of."""
        kind = str(operation.type)
        return f"{kind} in the gradient of {self._forward(operation).type}" if _GRADIENT in operation.name else kind

    def line(self, operation: Any) -> str:
        """Return the line of the user; empty if it is not known."""
        if operation.type == "AddN" and operation.inputs:  # a sum of gradients has no name of its own
            lines = [self.line(tensor.op) for tensor in operation.inputs]
            return next((line for line in lines if line), "")
        forward = self._forward(operation)
        frames = self._written.get(forward.name, forward).traceback or ()
        return user_line([(frame.filename, frame.lineno) for frame in reversed(frames)])

    def _found_forward(self, operation: Any) -> Any:
        """Return the operation that one of a gradient belongs to; itself if it is not known."""
        if _GRADIENT not in operation.name:
            return operation
        parts = [part for part in operation.name.split("/") if part != _GRADIENT]
        for length in range(len(parts), 0, -1):
            if "/".join(parts[:length]) in self._written:
                return self._written["/".join(parts[:length])]
        differentiated = self._differentiated(operation)
        if differentiated is not None:
            return self._forward(differentiated)
        scope = f"{parts[0]}/"
        inside = (other for name, other in self._written.items() if name.startswith(scope) and other.type != "Const")
        return next(inside, operation)

    def _differentiated(self, operation: Any) -> Any:
        """Return the operation, possibly of a gradient itself, whose rule an operation is of.

        The rule is known by its function, and with it the type of what it differentiates. Of
        several operations of that type, in the same scope, it is the one whose inputs or outputs
        the rule reads.
        """
        if operation.inputs and operation.type == f"{operation.inputs[0].op.type}Grad":
            return operation.inputs[0].op
        rule = self._rule(operation)
        scope = operation.name.removeprefix(f"{_GRADIENT}/")
        while scope and rule:
            scope = scope.rpartition("/")[0]
            others = (other for name, other in self._written.items() if name.rpartition("/")[0] == scope)
            known = [other for other in others if other.type in _types_by_rule().get(rule, ())]
            if known:
                return self._read(operation, rule, known)
        return None

    def _read(self, operation: Any, rule: str, known: list[Any]) -> Any:
        """Return the operation whose inputs or outputs a rule reads; the nearest count first."""
        ahead = list(operation.inputs)
        while ahead:
            names = {tensor.name for tensor in ahead}
            scores = [_overlap(other, names) for other in known]
            if max(scores) > (0, 0):
                return known[scores.index(max(scores))]
            ahead = [tensor for one in ahead if self._rule(one.op) == rule for tensor in one.op.inputs]
        return known[0]

    def _rule(self, operation: Any) -> str:
        """Return the name of the function that differentiates; empty outside of one."""
        frames = self._written.get(operation.name, operation).traceback or ()
        calls = [frame.name for frame in frames]
        followed = (inner for outer, inner in itertools.pairwise(calls) if outer == _CALLS_RULES)
        return next(followed, "")


def _overlap(operation: Any, names: set[str]) -> tuple[int, int]:
    """Count the tensors of an operation that are among some, and those of them that go into it."""
    inputs = len({tensor.name for tensor in operation.inputs} & names)
    return inputs + len({tensor.name for tensor in operation.outputs} & names), inputs


@functools.cache
def _types_by_rule() -> dict[str, set[str]]:
    """Return the types of operations that each function differentiates."""
    types: dict[str, set[str]] = {}
    for kind in ops.gradient_registry.list():
        rule = ops.gradient_registry.lookup(kind)
        if rule is not None:
            types.setdefault(rule.__name__, set()).add(kind)
    return types


def _in_order(graph: Any) -> list[Any]:
    """Return the operations in an order in which they can run.

    A loop is given lists to write to when its gradient is made, which are made after the loop.
    """
    done: set[str] = set()
    order = []
    for operation in graph.get_operations():
        waiting = [operation]
        while waiting:
            last = waiting[-1]
            missing = [tensor.op for tensor in last.inputs if tensor.op.name not in done]
            if missing:
                waiting.append(missing[0])
                continue
            waiting.pop()
            if last.name not in done:
                done.add(last.name)
                order.append(last)
    return order


class Library:
    """The graph of a program, and those of the functions that it calls.

    Parameters
    ----------
    graph : object
        The graph of the program.

    Attributes
    ----------
    main : Body
        The graph of the program.
    """

    def __init__(self, graph: Any) -> None:
        self.main = Body(graph, graph)
        self._bodies: dict[str, Body] = {}

    def body(self, name: str) -> Body:
        """Return the graph of a function."""
        if name not in self._bodies:
            function = self.main.graph._get_function(name)
            self._bodies[name] = Body(function_def_to_graph(function.definition), function.graph)
        return self._bodies[name]
