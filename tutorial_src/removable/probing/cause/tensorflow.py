"""TensorFlow: a program as a graph, interpreted operation by operation.

Each operation runs by its function of ``tf.raw_ops``. Branches, loops and nested functions are
graphs themselves, and are interpreted in turn.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from removable.errors import UnsupportedError
from removable.probing.cause.lines import user_line
from removable.probing.cause.plain import TakenOutError, checked_single, eps_of, from_plain, to_plain
from removable.probing.cause.tape import ARGUMENT, Arrays, Operation, Run, Tape, Value
from removable.probing.cause.tensorflow_graphs import Body, Library

__all__ = ["trace"]

_Traced = tuple[int | None, Any]
"""The operation that made a tensor, and the tensor."""

_PASSED_ON = ("Identity", "IdentityN", "PreventGradient")
_SKIPPED = ("Placeholder", "NoOp", "Assert")


def trace(program: Callable[[Any], Any], order: int, dtype: str) -> Run:
    """Return a program, or a derivative of it, as a run with a tape.

    Parameters
    ----------
    program : callable
        Takes a tensor of no dimension, and returns a tensor of one element.
    order : int
        Order of the derivative, by ``tf.GradientTape``.
    dtype : str
        The precision.

    Returns
    -------
    callable
        Random numbers are drawn in the first run, and are the same in all others.

    Raises
    ------
    removable.errors.UnsupportedError
        If the program asks for numbers in Python, so that it has no graph.

    Examples
    --------
    >>> import tensorflow as tf
    >>> from removable.probing.cause.tape import Tape
    >>> from removable.probing.cause.tensorflow import trace
    >>> tape = Tape()
    >>> trace(lambda x: (1 - tf.cos(x)) / x, 0, "float64")(tape, 0.5).array
    array(0.24483488)
    >>> tape.names
    ['Cos', 'Sub', 'RealDiv']
    """

    def derivative(x: Any, k: int = order) -> Any:
        if k == 0:
            result = program(x)
            checked_single(result.shape)
            return result
        with tf.GradientTape() as tape:
            tape.watch(x)
            result = derivative(x, k - 1)
        return tape.gradient(result, x, unconnected_gradients="zero")

    try:
        function = tf.function(derivative, autograph=False).get_concrete_function(tf.TensorSpec((), dtype))
    except (TypeError, NotImplementedError, AttributeError) as error:
        if isinstance(error, AttributeError) and "SymbolicTensor" not in str(error):
            raise
        said = (
            f"the program has no graph, {type(error).__name__}; if it asks for a number in Python, "
            "write the branch with tf.where or tf.cond."
        )
        if isinstance(error, tf.errors.OperatorNotAllowedInGraphError):  # it asks for true or false
            raise UnsupportedError(said) from error
        frames = traceback.extract_tb(error.__traceback__)
        raise TakenOutError(
            said, user_line((frame.filename, frame.lineno or 0) for frame in reversed(frames))
        ) from error
    library = Library(function.graph)
    drawn: dict[tuple[str, int], list[Any]] = {}

    def run(tape: Tape, at: float) -> Value:
        arguments: list[_Traced] = [(ARGUMENT, tf.constant(at, dtype))]
        arguments += [(None, tensor) for tensor in function.captured_inputs]
        producer, tensor = _Interpreter(tape, library, drawn).evaluate(library.main, arguments, "")[0]
        return Value(producer, to_plain(tensor.numpy()))

    return run


class _Interpreter:
    """Evaluates graphs, and tells a tape of each operation."""

    def __init__(self, tape: Tape, library: Library, drawn: dict[tuple[str, int], list[Any]]) -> None:
        self._tape, self._library, self._drawn = tape, library, drawn
        self._draws = 0

    def evaluate(self, body: Body, arguments: Sequence[_Traced], line: str) -> list[_Traced]:
        """Evaluate a graph that was called from a line of the user."""
        inputs = [tensor.name for tensor in body.graph.inputs]
        known: dict[str, _Traced] = dict(zip(inputs, arguments, strict=True))
        for operation in body.operations:
            if operation.type not in _SKIPPED:
                values = [known[tensor.name] for tensor in operation.inputs]
                outputs = self._operation(operation, values, (body.name(operation), body.line(operation) or line))
                known.update(zip((tensor.name for tensor in operation.outputs), outputs, strict=True))
        return [known[tensor.name] for tensor in body.graph.outputs]

    def _operation(self, operation: Any, inputs: list[_Traced], place: tuple[str, str]) -> list[_Traced]:
        kind, line = operation.type.removeprefix("Stateless"), place[1]
        if kind == "Const":
            return [(None, tf.constant(tf.make_ndarray(operation.get_attr("value"))))]
        if kind == "StopGradient" and not self._tape.whole:
            return inputs
        if kind in _PASSED_ON:
            if self._tape.whole and kind == "IdentityN":  # the form of tf.custom_gradient
                self._tape.own_rule("IdentityN of a custom_gradient", line)
            return inputs
        if kind.endswith("PartitionedCall"):
            return self._function(operation.get_attr("f"), inputs, line)
        if kind == "If":
            chosen = "then_branch" if bool(inputs[0][1]) else "else_branch"
            return self._function(operation.get_attr(chosen), inputs[1:], line)
        if kind == "Case":
            branches = operation.get_attr("branches")
            number = int(inputs[0][1])
            chosen = branches[number if 0 <= number < len(branches) else -1]
            return self._function(chosen, inputs[1:], line)
        if kind == "While":
            while bool(self._function(operation.get_attr("cond"), inputs, line)[0][1]):
                inputs = self._function(operation.get_attr("body"), inputs, line)
            return inputs
        return self._primitive(operation, inputs, place)

    def _function(self, attribute: Any, inputs: Sequence[_Traced], line: str) -> list[_Traced]:
        return self.evaluate(self._library.body(attribute.name), inputs, line)

    def _primitive(self, operation: Any, inputs: list[_Traced], place: tuple[str, str]) -> list[_Traced]:
        call = _Call(operation, [tensor for _, tensor in inputs])
        outputs = self._outputs(operation, call)
        floats = [place for place, output in enumerate(outputs) if _has_digits(output)]
        containers = [place for place, output in enumerate(outputs) if output.dtype == tf.variant]
        if floats or containers:
            self._add(call, place, inputs, outputs, floats)
        elif call.floats and outputs:
            outputs[0] = tf.constant(self._tape.compare(*place, outputs[0].numpy()))
        made = {*floats, *containers}
        return [(self._tape.last if k in made else None, output) for k, output in enumerate(outputs)]

    def _add(
        self, call: _Call, place: tuple[str, str], inputs: list[_Traced], outputs: list[Any], floats: list[int]
    ) -> None:
        """Tell the tape of an operation, and put its answer among the outputs."""
        values = [Value(p, to_plain(t.numpy())) for p, t in inputs if _has_digits(t)]
        values += [Value(producer, None) for producer, tensor in inputs if tensor.dtype == tf.variant]
        dtypes = [outputs[k].numpy().dtype for k in floats]
        computed = [to_plain(outputs[k].numpy()) for k in floats]
        eps = max((eps_of(dtype.name) for dtype in dtypes), default=1.0)
        answer = self._tape.add(Operation(*place, values, computed, eps, call.again, call.pull))
        if call.kind == "StopGradient":
            self._tape.cut(self._tape.last)
        for k, new, dtype in zip(floats, answer, dtypes, strict=True):
            outputs[k] = tf.constant(from_plain(new, dtype))

    def _outputs(self, operation: Any, call: _Call) -> list[Any]:
        """Run an operation; one that draws random numbers, in the first of all runs only."""
        if not any(attribute.name == "seed2" for attribute in operation.op_def.attr):
            return call.run(call.tensors)
        self._draws += 1
        key = (operation.name, self._draws)
        if key not in self._drawn:
            self._drawn[key] = call.run(call.tensors)
        return list(self._drawn[key])


def names_in_raw_ops(definition: Any) -> dict[str, str]:
    """Return what ``tf.raw_ops`` calls the inputs and attributes of an operation.

    It leaves out the attributes that follow from the inputs. It has other names for some of the
    rest, in the same order.

    Parameters
    ----------
    definition : object
        The definition of the operation, ``op_def``.

    Returns
    -------
    dict
        The name in ``tf.raw_ops`` of each input, and then of each attribute.

    Examples
    --------
    >>> import tensorflow as tf
    >>> from removable.probing.cause.tensorflow import names_in_raw_ops
    >>> graph = tf.function(lambda x: tf.squeeze(x, 0)).get_concrete_function(tf.ones((1, 2))).graph
    >>> squeeze = next(one for one in graph.get_operations() if one.type == "Squeeze")
    >>> names_in_raw_ops(squeeze.op_def)
    {'input': 'input', 'squeeze_dims': 'axis'}
    """
    inputs = [declared.name for declared in definition.input_arg]
    followed = {
        name for one in definition.input_arg for name in (one.type_attr, one.number_attr, one.type_list_attr) if name
    }
    declared = inputs + [attribute.name for attribute in definition.attr if attribute.name not in followed]
    parameters = [name for name in inspect.signature(getattr(tf.raw_ops, definition.name)).parameters if name != "name"]
    renamed = iter([name for name in parameters if name not in declared])
    return {name: name if name in parameters else next(renamed) for name in declared}


class _Call:
    """An operation with its arguments, to be run again with other numbers."""

    def __init__(self, operation: Any, tensors: list[Any]) -> None:
        self._operation, self.tensors = operation, tensors
        self.kind = str(operation.type)
        self.floats = [place for place, tensor in enumerate(tensors) if _has_digits(tensor)]

    def run(self, tensors: Sequence[Any]) -> list[Any]:
        """Run it on tensors."""
        function = getattr(tf.raw_ops, self._operation.type)
        given = names_in_raw_ops(self._operation.op_def)
        arguments: dict[str, Any] = {}
        start = 0
        for declared in self._operation.op_def.input_arg:
            count = self._count(declared)
            end = start + (1 if count is None else count)
            arguments[given.pop(declared.name)] = tensors[start] if count is None else list(tensors[start:end])
            start = end
        arguments |= {name: self._operation.get_attr(attribute) for attribute, name in given.items()}
        result = function(**arguments)
        if result is None:
            return []
        return list(result) if isinstance(result, list | tuple) else [result]

    def _count(self, declared: Any) -> int | None:
        """Return how many tensors one declared input takes; None if it is a single one."""
        if declared.number_attr:
            return int(self._operation.get_attr(declared.number_attr))
        return len(self._operation.get_attr(declared.type_list_attr)) if declared.type_list_attr else None

    def _results(self, new: Sequence[Any]) -> list[Any]:
        tensors = list(self.tensors)
        for place, tensor in zip(self.floats, new, strict=True):
            tensors[place] = tensor
        return [output for output in self.run(tensors) if _has_digits(output)]

    def _inputs(self, inputs: Arrays) -> list[Any]:
        dtypes = [self.tensors[place].numpy().dtype for place in self.floats]
        return [tf.constant(from_plain(array, dtype)) for array, dtype in zip(inputs, dtypes, strict=True)]

    def again(self, inputs: Arrays) -> Arrays:
        """Run it on other inputs."""
        return [to_plain(output.numpy()) for output in self._results(self._inputs(inputs))]

    def pull(self, inputs: Arrays, cotangents: Arrays) -> list[np.ndarray | None]:
        """Run its own rule of reverse mode; None for an input by which it has no derivative."""
        points = self._inputs(inputs)
        with tf.GradientTape() as tape:
            tape.watch(points)
            outputs = self._results(points)
        weights = [tf.constant(from_plain(c, o.numpy().dtype)) for c, o in zip(cotangents, outputs, strict=True)]
        try:
            slopes = tape.gradient(outputs, points, weights)
        except LookupError:
            return [None for _ in inputs]
        return [None if slope is None else to_plain(tf.convert_to_tensor(slope).numpy()) for slope in slopes]


def _has_digits(tensor: Any) -> bool:
    return bool(tensor.dtype.is_floating or tensor.dtype.is_complex)
