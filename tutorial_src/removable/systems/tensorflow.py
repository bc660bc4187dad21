"""TensorFlow three times: eager, as a graph that Grappler optimises, and compiled by XLA.

Examples
--------
>>> import numpy as np
>>> from removable.systems.tensorflow import MODES
>>> (ran,) = MODES["jit_compile=True"](
...     [lambda x, xp: x * (x - 2) / (x - 2)], [np.array([2.0, 3.0])]
... )
>>> ran.value, ran.divisions
(array([nan,  3.]), (1, 2))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from removable.functions import Array, Program
from removable.systems import xla
from removable.systems.modes import Mode, Ran, differentiated

__all__ = ["MODES"]

_DIVIDING = {"RealDiv", "Reciprocal", "Div", "DivNoNan", "Inv"}
_CARRYING = {"_Arg", "_Retval", "Identity", "Const"}


def _graph(programs: list[Program], points: list[np.ndarray]) -> list[Ran]:
    return [_compiled(p, x, _in_graph) for p, x in zip(programs, points, strict=True)]


def _jit(programs: list[Program], points: list[np.ndarray]) -> list[Ran]:
    return [_compiled(p, x, _by_xla) for p, x in zip(programs, points, strict=True)]


def _compiled(program: Program, x: np.ndarray, way: Callable[..., tuple[np.ndarray, str, int]]) -> Ran:
    """Compile the value and the slope, each as a function of its own, and read both programs."""
    import tensorflow as tf

    def value(x: Array) -> Array:
        return program(x, tf)

    def slope(x: Array) -> Array:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = value(x)
        return tape.gradient(y, x)

    (values, slopes), codes, counts = zip(*(way(function, tf.constant(x)) for function in (value, slope)), strict=True)
    return Ran(values, slopes, code=codes, divisions=counts)


def _in_graph(function: Callable[[Array], Array], x: Array) -> tuple[np.ndarray, str, int]:
    """Run a function as a graph; return what ran once Grappler was through with it."""
    import tensorflow as tf
    from tensorflow.python.eager import context

    traced = tf.function(function, autograph=False).get_concrete_function(x)
    with context.collect_graphs(optimized=True) as graphs:
        result = traced(x)
    nodes = [node for graph in graphs for node in graph.node]
    return result.numpy(), _written(nodes), sum(node.op in _DIVIDING for node in nodes)


def _written(nodes: list[Any]) -> str:
    """Return a graph as lines such as ``truediv = RealDiv(sub, sub_1)``, with its constants."""
    import tensorflow as tf

    constants = {n.name: _number(tf.make_ndarray(n.attr["value"].tensor)) for n in nodes if n.op == "Const"}
    return "\n".join(
        f"{_last(n.name)} = {n.op}({', '.join(constants.get(i, _last(i)) for i in n.input if not i.startswith('^'))})"
        for n in nodes
        if n.op not in _CARRYING
    )


def _number(constant: np.ndarray) -> str:
    """Return a constant as the number that all of its elements are.

    Grappler folds some numbers into whole arrays.
    """
    one = constant.size > 0 and (constant == constant.flat[0]).all()
    return f"{constant.flat[0]:g}" if one else f"an array of {constant.size} numbers"


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _by_xla(function: Callable[[Array], Array], x: Array) -> tuple[np.ndarray, str, int]:
    """Run a function that XLA has compiled; return the program that XLA was left with."""
    import tensorflow as tf

    compiled = tf.function(function, autograph=False, jit_compile=True)
    result = compiled.get_concrete_function(x)(x).numpy()
    code = xla.operations(compiled.experimental_get_compiler_ir(x)(stage="optimized_hlo"))
    return result, code, xla.divisions(code)


MODES: dict[str, Mode] = {"eager": differentiated("tensorflow"), "tf.function": _graph, "jit_compile=True": _jit}
"""The modes, by name."""
