"""JAX: a program as a jaxpr, interpreted equation by equation.

Differentiated programs are jaxprs like others. Loops, branches and nested functions are interpreted
in turn. A function with a derivative rule of its own (``jax.custom_jvp``) is looked into for lost
digits, and is one operation where rules are judged.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Literal

from removable.errors import UnsupportedError
from removable.probing.cause.lines import user_line
from removable.probing.cause.plain import checked_single, eps_of, from_plain, to_plain
from removable.probing.cause.tape import ARGUMENT, Arrays, Operation, Run, Tape, Value

__all__ = ["trace"]

_Traced = tuple[int | None, Any]
"""The operation that made an array, and the array of JAX."""


def trace(program: Callable[[Any], Any], order: int, dtype: str) -> Run:
    """Return a program, or a derivative of it, as a run with a tape.

    Parameters
    ----------
    program : callable
        Takes an array of no dimension, and returns an array of one element.
    order : int
        Order of the derivative, by reverse mode.
    dtype : str
        The precision. Double precision is switched on for the program alone.

    Raises
    ------
    removable.errors.UnsupportedError
        If the program asks for numbers in Python, so that it cannot be traced.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from removable.probing.cause.jax import trace
    >>> from removable.probing.cause.tape import Tape
    >>> tape = Tape()
    >>> trace(lambda x: (1 - jnp.cos(x)) / x, 0, "float64")(tape, 0.5).array
    array(0.24483488)
    >>> tape.names
    ['cos', 'sub', 'div']
    """

    def derivative(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return jax.grad(lambda x: jnp.reshape(function(x), ()))

    def single(x: Any) -> Any:
        result = program(x)
        checked_single(jnp.shape(result))
        return result

    function: Callable[[Any], Any] = single
    for _ in range(order):
        function = derivative(function)
    with _precision(dtype):
        try:
            closed = jax.make_jaxpr(function)(jnp.zeros((), dtype))
        except jax.errors.ConcretizationTypeError as error:
            raise UnsupportedError(
                f"the program asks for a number in Python, {type(error).__name__}; write the branch with jnp.where or jax.lax.cond."
            ) from error

    def run(tape: Tape, at: float) -> Value:
        with _precision(dtype):
            arguments: list[_Traced] = [(ARGUMENT, jnp.asarray(at, dtype))]
            producer, array = _Interpreter(tape, dtype).evaluate(closed, arguments, "")[0]
            return Value(producer, to_plain(np.asarray(array)))

    return run


def _precision(dtype: str) -> contextlib.AbstractContextManager[Any]:
    """In single precision a program is left to the user's own setting."""
    return jax.enable_x64(True) if dtype == "float64" else contextlib.nullcontext()


class _Interpreter:
    """Evaluates jaxprs, and tells a tape of each equation."""

    def __init__(self, tape: Tape, dtype: str) -> None:
        self._tape, self._dtype = tape, dtype

    def evaluate(self, jaxpr: Any, arguments: Sequence[_Traced], line: str) -> list[_Traced]:
        """Evaluate a jaxpr, open or closed, that was called from a line of the user."""
        constants = getattr(jaxpr, "consts", ())
        jaxpr = getattr(jaxpr, "jaxpr", jaxpr)
        known: dict[Any, _Traced] = {}

        def read(variable: Any) -> _Traced:
            if isinstance(variable, Literal):
                return None, jnp.asarray(variable.val, variable.aval.dtype)
            return known[variable]

        known.update(zip(jaxpr.constvars, ((None, constant) for constant in constants), strict=True))
        known.update(zip(jaxpr.invars, arguments, strict=True))
        for equation in jaxpr.eqns:
            inputs = [read(variable) for variable in equation.invars]
            outputs = self._equation(equation, inputs, _line(equation) or line)
            known.update(zip(equation.outvars, outputs, strict=True))
        return [read(variable) for variable in jaxpr.outvars]

    def _equation(self, equation: Any, inputs: list[_Traced], line: str) -> list[_Traced]:
        name, parameters = equation.primitive.name, equation.params
        if name == "cond":
            branches = parameters["branches"]
            chosen = min(max(int(inputs[0][1]), 0), len(branches) - 1)
            return self.evaluate(branches[chosen], inputs[1:], line)
        if name == "while":
            return self._while(parameters, inputs, line)
        if name == "scan":
            return self._scan(parameters, inputs, line)
        inner = parameters.get("jaxpr", parameters.get("call_jaxpr"))
        if inner is not None and not (self._tape.whole and name.startswith("custom_")):
            return self.evaluate(inner, inputs, line)
        return self._primitive(equation, inputs, line)

    def _while(self, parameters: Any, inputs: list[_Traced], line: str) -> list[_Traced]:
        first, second = parameters["cond_nconsts"], parameters["body_nconsts"]
        of_condition, of_body = inputs[:first], inputs[first : first + second]
        carried = inputs[first + second :]
        while bool(self.evaluate(parameters["cond_jaxpr"], [*of_condition, *carried], line)[0][1]):
            carried = self.evaluate(parameters["body_jaxpr"], [*of_body, *carried], line)
        return carried

    def _scan(self, parameters: Any, inputs: list[_Traced], line: str) -> list[_Traced]:
        first, second = parameters["num_consts"], parameters["num_carry"]
        constants, carried = inputs[:first], inputs[first : first + second]
        rows: list[list[_Traced]] = []
        turns = range(parameters["length"])
        for turn in reversed(turns) if parameters["reverse"] else turns:
            slices = [(producer, array[turn]) for producer, array in inputs[first + second :]]
            results = self.evaluate(parameters["jaxpr"], [*constants, *carried, *slices], line)
            carried = results[:second]
            rows.append(results[second:])
        if parameters["reverse"]:
            rows.reverse()
        return [*carried, *(self._stacked(column, line) for column in zip(*rows, strict=True))]

    def _stacked(self, column: Sequence[_Traced], line: str) -> _Traced:
        """Stack the results of all turns, an operation of its own: it has several producers."""
        stacked = jnp.stack([array for _, array in column])
        if not _has_digits(stacked):
            return None, stacked
        inputs = [Value(producer, to_plain(np.asarray(array))) for producer, array in column]
        dtype = np.asarray(stacked).dtype
        eps = eps_of(dtype.name)
        operation = Operation("scan", line, inputs, [to_plain(np.asarray(stacked))], eps, lambda new: [np.stack(new)])
        (answer,) = self._tape.add(operation)
        return self._tape.last, jnp.asarray(from_plain(answer, dtype))

    def _primitive(self, equation: Any, inputs: list[_Traced], line: str) -> list[_Traced]:
        call = _Call(equation, [array for _, array in inputs], self._dtype)
        outputs = call.run(call.arrays)
        name = equation.primitive.name + (", transposed" if _transposed(equation) else "")
        floats = [place for place, output in enumerate(outputs) if _has_digits(output)]
        if floats:
            values = [Value(inputs[place][0], to_plain(np.asarray(inputs[place][1]))) for place in call.floats]
            dtypes = [np.asarray(outputs[place]).dtype for place in floats]
            computed = [to_plain(np.asarray(outputs[place])) for place in floats]
            eps = max(eps_of(dtype.name) for dtype in dtypes)
            answer = self._tape.add(Operation(name, line, values, computed, eps, call.again, call.pull))
            if name == "stop_gradient":
                self._tape.cut(self._tape.last)
            for place, new, dtype in zip(floats, answer, dtypes, strict=True):
                outputs[place] = jnp.asarray(from_plain(new, dtype))
        elif call.floats and not jnp.issubdtype(outputs[0].dtype, jax.dtypes.extended):
            outputs[0] = jnp.asarray(self._tape.compare(name, line, np.asarray(outputs[0])))
        return [(self._tape.last if place in floats else None, output) for place, output in enumerate(outputs)]


class _Call:
    """An equation with its arguments, to be evaluated again with other numbers."""

    def __init__(self, equation: Any, arrays: list[Any], dtype: str) -> None:
        self._equation, self.arrays, self._dtype = equation, arrays, dtype
        self.floats = [place for place, array in enumerate(arrays) if _has_digits(array)]

    def run(self, arrays: Sequence[Any]) -> list[Any]:
        """Evaluate it on arrays of JAX."""
        primitive = self._equation.primitive
        found = primitive.get_bind_params(self._equation.params)
        functions, parameters = found if isinstance(found, tuple) else ((), found)  # a pair up to JAX 0.9
        result = primitive.bind(*functions, *arrays, **parameters)
        return list(result) if primitive.multiple_results else [result]

    def _outputs(self, new: Sequence[Any]) -> list[Any]:
        arrays = list(self.arrays)
        for place, array in zip(self.floats, new, strict=True):
            arrays[place] = array
        return [output for output in self.run(arrays) if _has_digits(output)]

    def _inputs(self, inputs: Arrays) -> list[Any]:
        dtypes = [np.asarray(self.arrays[place]).dtype for place in self.floats]
        return [jnp.asarray(from_plain(array, dtype)) for array, dtype in zip(inputs, dtypes, strict=True)]

    def again(self, inputs: Arrays) -> Arrays:
        """Evaluate it on other inputs."""
        return [to_plain(np.asarray(output)) for output in self._outputs(self._inputs(inputs))]

    def pull(self, inputs: Arrays, cotangents: Arrays) -> list[np.ndarray | None]:
        """Evaluate its own rule of reverse mode; None for each input if there is none."""
        with _precision(self._dtype):
            try:
                outputs, pullback = jax.vjp(lambda *new: self._outputs(new), *self._inputs(inputs))
            except NotImplementedError:
                return [None for _ in inputs]
            pairs = zip(cotangents, outputs, strict=True)
            weights = [jnp.asarray(from_plain(array, np.asarray(output).dtype)) for array, output in pairs]
            return [to_plain(np.asarray(slope)) for slope in pullback(weights)]


def _has_digits(array: Any) -> bool:
    return bool(jnp.issubdtype(array.dtype, jnp.inexact))


def _transposed(equation: Any) -> bool:
    return "transpose" in str(equation.source_info.name_stack)


def _line(equation: Any) -> str:
    traceback = equation.source_info.traceback
    return user_line((frame.file_name, frame.line_num) for frame in traceback.frames) if traceback else ""
