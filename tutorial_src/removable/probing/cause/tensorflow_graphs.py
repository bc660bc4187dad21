"""Graphs of TensorFlow: their operations by the name and the line that a user knows.

An operation of a gradient is known by its name, which contains that of the operation it belongs to,
or by what it reads. The graph of a branch or of a loop is made from the definition that is run: the
graph that TensorFlow has built first may have been changed since, for a gradient. It still knows
the lines.
"""

from __future__ import annotations

from typing import Any

from tensorflow.python.framework.function_def_to_graph import function_def_to_graph

from removable.probing.cause.lines import user_line

__all__ = ["Body", "Library"]

_GRADIENT = "gradient_tape"


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

    def _forward(self, operation: Any) -> Any:
        """Return the operation that one of a gradient belongs to; itself if it is not known."""
        if _GRADIENT not in operation.name:
            return operation
        parts = [part for part in operation.name.split("/") if part != _GRADIENT]
        for length in range(len(parts), 0, -1):
            if "/".join(parts[:length]) in self._written:
                return self._written["/".join(parts[:length])]
        scope = f"{parts[0]}/"
        inside = (other for name, other in self._written.items() if name.startswith(scope) and other.type != "Const")
        return self._reading(operation) or next(inside, operation)

    def _reading(self, operation: Any) -> Any:
        """Return the operation outside of gradients that reads what a rule of a gradient reads.

        A rule that has no name of its own reads what went into the operation that it belongs to, or
        what came out of it. Of several that read some of it, it is the one that reads most.
        """
        if operation.inputs and operation.type == f"{operation.inputs[0].op.type}Grad":
            return operation.inputs[0].op
        read = {tensor.name: tensor for tensor in _read_by_rule(operation)}
        readers = [reader for tensor in read.values() for reader in tensor.consumers()]
        readers = [reader for reader in readers if _GRADIENT not in reader.name and reader.type != "AddN"]
        known = [reader for reader in readers if "/" not in reader.name]
        return max(known, key=lambda reader: len({t.name for t in reader.inputs} & read.keys()), default=None)


def _read_by_rule(operation: Any) -> list[Any]:
    """Return the tensors outside of gradients that a rule without a name reads."""
    found = []
    ahead = [operation]
    while ahead:
        for tensor in ahead.pop().inputs:
            if _GRADIENT not in tensor.op.name:
                found.append(tensor)
            elif tensor.op.name.count("/") == 1:  # of the same rule, or of the one before
                ahead.append(tensor.op)
    return found


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
