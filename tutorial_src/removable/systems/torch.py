"""PyTorch four times: eager, compiled by Inductor, in forward mode, and one sample mapped over all.

Examples
--------
>>> import numpy as np
>>> from removable.systems.torch import MODES
>>> (ran,) = MODES["vmap"]([lambda x, xp: x * (x - 2) / (x - 2)], [np.array([2.0, 3.0])])
>>> ran.value, ran.slope
(array([nan,  3.]), array([nan,  1.]))
"""

from __future__ import annotations

from typing import Any

import numpy as np

from removable.functions import Program
from removable.systems.modes import Mode, Ran, differentiated

__all__ = ["MODES"]


def _mapped(programs: list[Program], points: list[np.ndarray]) -> list[Ran]:
    import torch

    results = []
    for program, x in zip(programs, points, strict=True):
        both = torch.func.grad_and_value(lambda x, program=program: program(x, torch))
        slope, value = torch.func.vmap(both)(torch.tensor(x))
        results.append(Ran(value.numpy(), slope.numpy()))
    return results


def _compiled(programs: list[Program], points: list[np.ndarray]) -> list[Ran] | str:
    """Compile values and slopes of all programs as one function, and keep its last graph.

    As one, so that the C++ compiler is started once.
    """
    import torch

    def all_of_them(*points: Any) -> list[Any]:
        outputs = []
        for program, x in zip(programs, points, strict=True):
            value, back = torch.func.vjp(lambda x, program=program: program(x, torch), x)
            outputs += [value, *back(torch.ones_like(value))]
        return outputs

    graphs: list[Any] = []
    torch.compiler.reset()
    # The last thing that Inductor does to a graph before it makes code of it is to call this hook.
    # One thread: for a single file a pool of compiling processes takes longer to start than it
    # saves.
    options = {"post_grad_custom_post_pass": graphs.append, "compile_threads": 1}
    try:
        outputs = torch.compile(all_of_them, options=options)(*map(torch.tensor, points))
    # Wrapped in other errors as Dynamo sees fit, from version to version; whatever else it is goes
    # on.
    except Exception as error:
        if not _for_want_of_a_compiler(error):
            raise
        return "torch.compile writes C++ and finds no C++ compiler; install one, g++ for instance, and run this again."
    finally:
        torch.compiler.reset()  # what was compiled would keep the arrays of the last run alive
    (graph,) = graphs
    results = next(iter(reversed(graph.nodes))).args[0]
    codes = [_ancestors(result) for result in results]
    texts = ["\n".join(_written(node) for node in nodes) for nodes in codes]
    counts = [sum("div" in str(n.target) or "reciprocal" in str(n.target) for n in nodes) for nodes in codes]
    return [
        Ran(
            outputs[2 * k].numpy(),
            outputs[2 * k + 1].numpy(),
            code=tuple(texts[2 * k : 2 * k + 2]),
            divisions=tuple(counts[2 * k : 2 * k + 2]),
        )
        for k in range(len(programs))
    ]


def _for_want_of_a_compiler(error: BaseException | None) -> bool:
    """Tell whether an error, or what it came from, is Inductor's about a missing compiler."""
    while error is not None:
        if "InvalidCxxCompiler" in (type(error).__name__, str(error).partition(":")[0]):
            return True
        error = error.__cause__ or error.__context__
    return False


def _ancestors(node: Any) -> list[Any]:
    """Return the nodes that a result is computed from, and itself, in the order of the graph."""
    needed, waiting = {node}, [node]
    while waiting:
        waiting += (new := set(waiting.pop().all_input_nodes) - needed)
        needed |= new
    return [n for n in node.graph.nodes if n in needed]


def _written(node: Any) -> str:
    """Return a node as a line: ``div = aten.div(sub, sub_1)``."""
    if node.op == "placeholder":
        return f"{node.name} = input"
    name = str(node.target).removesuffix(".Tensor").removesuffix(".default")
    return f"{node.name} = {name}({', '.join(map(str, node.args))})"


MODES: dict[str, Mode] = {
    "eager": differentiated("torch"),
    "torch.compile": _compiled,
    "forward mode": differentiated("torch", mode="forward"),
    "vmap": _mapped,
}
"""The modes, by name."""
