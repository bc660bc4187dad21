"""Abstract and section 1: the chain rule as objects, and expressions that nobody simplifies."""

from __future__ import annotations

import functools

import numpy as np

from removable import frameworks, functions, truth
from removable.claims import runs
from removable.claims.ledger import Evidence, Finding, in_both
from removable.sweep import agreement
from removable.tape import Var, gradient, tape

_ORDER = {"torch": "newest first", "tensorflow": "ready first"}


def unbounded_errors() -> Evidence:
    """Largest finite error of the slope of h; of its like at 3; of a product, nearer and nearer to 0; of h1 as epsilon shrinks."""
    run = runs.of_h()

    def product(x: functions.Array, xp: functions.Namespace) -> functions.Array:
        return x * (1 / functions.elementary(xp).expm1(x))

    def meant(x: functions.Array, xp: functions.Namespace) -> functions.Array:
        return x / xp.expm1(x)

    def at_3(x: functions.Array, xp: functions.Namespace) -> functions.Array:
        return (x * x - 9) / (x - 3)

    def off(name: str, distance: float) -> float:
        x = np.geomspace(distance, 10 * distance, 101)
        true = truth.derivatives(meant, x, base=0.0)[1]
        return float(np.abs(runs.value_and_slope(name, product, x)[1] - true).max())

    def finding(name: str) -> Finding:
        of_h = np.nanmax(np.abs(run.total_error(name, 1)))
        of_h_at_3 = np.nanmax(np.abs(runs.value_and_slope(name, at_3, 3 + run.gamma)[1] - 1))
        of_product = [off(name, distance) for distance in (1e-14, 1e-17, 1e-20)]
        of_h1 = [
            abs(runs.value_and_slope(name, lambda x, xp, e=e: functions.h1(x, xp, epsilon=e), [2.0])[1, 0] - 1)
            for e in (1e-4, 1e-8, 1e-12)
        ]
        text = (
            f"slope of h: at most {of_h:.3g} where not NaN; of (x*x-9)/(x-3): {of_h_at_3:.1e}; "
            f"of x (1/expm1(x)) out to ten times 1e-14, 1e-17, 1e-20: {', '.join(f'{e:.0e}' for e in of_product)}; "
            f"of h1 at 2 with epsilon 1e-4, 1e-8, 1e-12: {', '.join(f'{e:.0e}' for e in of_h1)}"
        )
        grows = of_h_at_3 > 1e15 and all(
            np.all(np.diff(errors) > 0) and errors[-1] > 100 for errors in (of_product, of_h1)
        )
        return Finding(text, as_stated=of_h > 1e6 and grows, under_condition=grows)

    points = ((functions.h, 2.0), (at_3, 3.0), (meant, 0.0), (functions.h, 2.0))
    true = (truth.derivatives(program, [0.0], base=base)[1, 0] for program, base in points)
    return in_both("slopes {:g}, {:g}, {:g} and {:g}".format(*true), finding)


def no_simplification() -> Evidence:
    """Two quotients whose factor cancels, at the singular point: op by op, recorded as a graph, and compiled by XLA."""
    programs = {"(x*x-4)/(x-2)": functions.h, "x*(x-2)/(x-2)": lambda x, xp: x * (x - 2) / (x - 2)}

    def finding(name: str) -> Finding:
        found = {text: runs.value_and_slope(name, program, [2.0])[:, 0] for text, program in programs.items()}
        graphs = {title: [graph(program) for program in programs.values()] for title, graph in _GRAPHS[name].items()}
        pairs = "; ".join(f"{text}: {pair[0]:g}, {pair[1]:g}" for text, pair in found.items())
        others = "; ".join(f"{title}: values {values[0]:g}, {values[1]:g}" for title, values in graphs.items())
        nan = all(np.isnan(values).all() for values in (*found.values(), *graphs.values()))
        return Finding(f"value and slope at 2 of {pairs}; {others}", as_stated=nan)

    exact = [truth.derivatives(program, [0.0])[:, 0] for program in programs.values()]
    return in_both("; ".join(f"{text}: {a:g}, {b:g}" for text, (a, b) in zip(programs, exact, strict=True)), finding)


def _traced_by_torch(program: functions.Program) -> float:
    """Value at 2 by the recorded graph, which is what torch.compile is given; no compiler runs."""
    import torch
    from torch.fx.experimental.proxy_tensor import make_fx

    x = torch.tensor(2.0, dtype=torch.float64)
    return make_fx(lambda x: program(x, torch))(x)(x).item()


def _traced_by_tensorflow(program: functions.Program, *, compiled: bool = False) -> float:
    """Value at 2 by the recorded graph, which TensorFlow optimises, or which XLA compiles."""
    tf = frameworks.get("tensorflow").namespace
    graph = tf.function(lambda x: program(x, tf), jit_compile=compiled)
    return graph(tf.constant(2.0, dtype=tf.float64)).numpy().item()


_GRAPHS = {
    "torch": {"as a graph": _traced_by_torch},
    "tensorflow": {
        "as a graph": _traced_by_tensorflow,
        "compiled by XLA": functools.partial(_traced_by_tensorflow, compiled=True),
    },
}


def paired_derivatives() -> Evidence:
    """Ask each framework for the code that it pairs with a division, and for that of a function that has none."""

    def finding(name: str) -> Finding:
        paired, without = _paired_by_torch() if name == "torch" else _paired_by_tensorflow()
        text = f"a division carries {paired}; without a derivative: {without or 'none found'}"
        return Finding(text, as_stated="Div" in paired and not without, under_condition="Div" in paired)

    return in_both("no rule is looked up: a power series is divided", finding)


def _paired_by_torch() -> tuple[str, str]:
    import torch

    x = torch.tensor(3.0, requires_grad=True)
    paired = (x / 2).grad_fn.name()
    try:
        torch.special.zeta(x, torch.tensor(2.0)).backward()
    except (NotImplementedError, RuntimeError):
        return paired, "the first argument of zeta"
    return paired, ""


def _paired_by_tensorflow() -> tuple[str, str]:
    tf = frameworks.get("tensorflow").namespace
    from tensorflow.python.framework import ops

    spec = tf.TensorSpec([], tf.float64)
    graph = tf.function(lambda x: x / 2).get_concrete_function(spec).graph
    (division,) = (op for op in graph.get_operations() if op.type == "RealDiv")
    x = tf.constant(3.0)
    with tf.GradientTape() as recorded:
        recorded.watch(x)
        y = tf.math.zeta(x, tf.constant(2.0))
    without = "" if recorded.gradient(y, x) is not None else "the first argument of zeta"
    return ops.get_gradient_function(division).__name__, without


def forward_values() -> Evidence:
    """Replay the backward pass from forward values alone, with the tape, and compare bits."""
    run = runs.of_h1()

    def finding(name: str) -> Finding:
        x = Var(run.x)
        with np.errstate(all="ignore"):
            slope = gradient(runs.h1(x, tape), x, order=_ORDER[name])
        same = agreement(slope, run.results[name][1])
        return Finding(f"h1' against a tape that keeps forward values and nothing else: {same}", same.identical)

    return in_both("not applicable: it evaluates a series, not a graph", finding)


def simplify_first() -> Evidence:
    """The simplified form, in value and slope, over the whole grid."""
    x = runs.of_h().x
    true = truth.derivatives(functions.h_hat, x, base=0.0)

    def finding(name: str) -> Finding:
        value, slope = runs.value_and_slope(name, functions.h_hat, x)
        ulp = (np.abs(value - true[0]) / np.spacing(true[0])).max()
        wrong = int((slope != true[1]).sum())
        return Finding(f"x + 2: {ulp:.2g} ulp from the truth, slope wrong in {wrong} samples", ulp <= 0.5 and not wrong)

    return in_both(runs.exactly_h(), finding)


def more_expressions() -> Evidence:
    """Count the operations of h and those of its derivative."""

    def finding(name: str) -> Finding:
        forward, both = _operations(name)
        return Finding(f"h: {forward} operations; h and its derivative: {both}", as_stated=both > forward)

    return in_both("simplified, h is one operation and its derivative is none", finding)


def _operations(name: str) -> tuple[int, int]:
    """Number of arithmetic operations in the graph of h, and in that of h with its derivative."""
    adapter = frameworks.get(name)
    if name == "torch":
        import torch
        from torch.fx.experimental.proxy_tensor import make_fx

        def with_slope(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            slope, value = torch.func.grad_and_value(lambda x: functions.h(x, torch))(x)
            return value, slope

        x = torch.tensor(3.0, dtype=torch.float64)
        arithmetic = {"add", "sub", "mul", "div", "neg"}
        graphs = [make_fx(function)(x).graph for function in (lambda x: functions.h(x, torch), with_slope)]
        return tuple(
            sum(str(n.target).split(".")[1:2][0] in arithmetic for n in g.nodes if n.op == "call_function")
            for g in graphs
        )
    tf = adapter.namespace

    def with_slope_tf(x: functions.Array) -> tuple[functions.Array, functions.Array]:
        with tf.GradientTape() as recorded:
            recorded.watch(x)
            y = functions.h(x, tf)
        return y, recorded.gradient(y, x)

    spec = tf.TensorSpec([], tf.float64)
    arithmetic = {"AddV2", "AddN", "Sub", "Mul", "RealDiv", "Neg"}
    graphs = [
        tf.function(function).get_concrete_function(spec).graph
        for function in (lambda x: functions.h(x, tf), with_slope_tf)
    ]
    return tuple(sum(op.type in arithmetic for op in graph.get_operations()) for graph in graphs)
