"""Abstract and section 1: the chain rule as objects, and expressions that nobody simplifies."""

from __future__ import annotations

import numpy as np

from removable import frameworks, functions, truth
from removable.claims import runs
from removable.claims.ledger import Evidence, Finding, in_both
from removable.sweep import agreement
from removable.tape import Var, gradient, tape

_ORDER = {"torch": "newest first", "tensorflow": "ready first"}


def _h(x, xp):
    return (x * x - 4) / (x - 2)


def unbounded_errors() -> Evidence:
    """Largest finite error of the slope of h; of a product, nearer and nearer to its singular point; of h1 as epsilon shrinks."""
    run = runs.of_h()

    def product(x, xp):
        return x * (1 / functions.elementary(xp).expm1(x))

    def off(name: str, distance: float) -> float:
        x = np.geomspace(distance, 10 * distance, 101)
        true = truth.derivatives(lambda x, xp: x / xp.expm1(x), x, base=0.0)[1]
        return float(np.abs(runs.value_and_slope(name, product, x)[1] - true).max())

    def finding(name: str) -> Finding:
        of_h = np.nanmax(np.abs(run.total_error(name, 1)))
        of_product = [off(name, distance) for distance in (1e-14, 1e-17, 1e-20)]
        of_h1 = [
            abs(runs.value_and_slope(name, lambda x, xp, e=e: functions.h1(x, xp, epsilon=e), [2.0])[1, 0] - 1)
            for e in (1e-4, 1e-8, 1e-12)
        ]
        text = (
            f"h': at most {of_h:.3g} where not NaN; slope of x (1/expm1(x)) out to ten times 1e-14, 1e-17, 1e-20: "
            f"{', '.join(f'{e:.0e}' for e in of_product)}; h1' at 2 with epsilon 1e-4, 1e-8, 1e-12: "
            f"{', '.join(f'{e:.0e}' for e in of_h1)}"
        )
        grows = all(np.all(np.diff(errors) > 0) and errors[-1] > 100 for errors in (of_product, of_h1))
        return Finding(text, as_stated=of_h > 1e6 and grows, under_condition=grows)

    return in_both("1, -1/2 and 1", finding)


def no_simplification() -> Evidence:
    """Two quotients whose factor cancels, at the singular point, op by op and in a traced graph."""
    programs = {"(x*x-4)/(x-2)": _h, "x*(x-2)/(x-2)": lambda x, xp: x * (x - 2) / (x - 2)}

    def finding(name: str) -> Finding:
        found = {text: runs.value_and_slope(name, program, [2.0])[:, 0] for text, program in programs.items()}
        traced = [_traced(name, program) for program in programs.values()]
        nan = all(np.isnan(pair).all() for pair in found.values()) and np.isnan(traced).all()
        pairs = "; ".join(f"{text}: {pair[0]:g}, {pair[1]:g}" for text, pair in found.items())
        return Finding(f"value and slope at 2 of {pairs}; the same as a traced graph", as_stated=nan)

    exact = [truth.derivatives(program, [0.0])[:, 0] for program in programs.values()]
    return in_both("; ".join(f"{text}: {a:g}, {b:g}" for text, (a, b) in zip(programs, exact, strict=True)), finding)


def _traced(name: str, program: functions.Program) -> float:
    """Value of a program at 2, once the framework has recorded it as a graph."""
    adapter = frameworks.get(name)
    if name == "torch":
        import torch

        x = adapter.asarray(np.array([2.0]))
        # make_fx records the operations that torch.compile is given; no compiler runs.
        from torch.fx.experimental.proxy_tensor import make_fx

        return float(make_fx(lambda x: program(x, torch))(x)(x).item())
    tf = adapter.namespace
    x = adapter.asarray(np.array([2.0]))
    return float(tf.function(lambda x: program(x, tf))(x).numpy()[0])


def paired_derivatives() -> Evidence:
    """Ask each framework for the code that it pairs with a division."""

    def finding(name: str) -> Finding:
        if name == "torch":
            import torch

            x = torch.tensor(3.0, requires_grad=True)
            paired = (x / 2).grad_fn.name()
            return Finding(f"the result of a division carries {paired}", as_stated=paired.startswith("Div"))
        tf = frameworks.get(name).namespace
        from tensorflow.python.framework import ops

        paired = ops.get_gradient_function(
            tf.function(lambda x: x / 2).get_concrete_function(tf.TensorSpec([])).graph.get_operations()[-2]
        ).__name__
        return Finding(f"a division is registered with {paired}", as_stated="Div" in paired)

    return in_both("no rule is looked up: a power series is divided", finding)


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
    run = runs.of_h()
    exact_at_x = run.x + 0.0

    def finding(name: str) -> Finding:
        value, slope = runs.value_and_slope(name, functions.h_hat, run.x)
        true = truth.derivatives(functions.h_hat, exact_at_x, base=0.0, order=0)[0]
        ulp = np.abs(value - true) / np.spacing(true)
        wrong = int((slope != 1).sum())
        return Finding(
            f"x + 2: {ulp.max():.2g} ulp from the truth, slope not 1 in {wrong} samples",
            not ulp.max() > 0.5 and not wrong,
        )

    return in_both("x + 2, slope 1", finding)


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
            slope, value = torch.func.grad_and_value(lambda x: _h(x, torch))(x)
            return value, slope

        x = torch.tensor(3.0, dtype=torch.float64)
        arithmetic = {"add", "sub", "mul", "div", "neg"}
        graphs = [make_fx(function)(x).graph for function in (lambda x: _h(x, torch), with_slope)]
        return tuple(
            sum(str(n.target).split(".")[1:2][0] in arithmetic for n in g.nodes if n.op == "call_function")
            for g in graphs
        )
    tf = adapter.namespace

    def with_slope_tf(x: functions.Array) -> tuple[functions.Array, functions.Array]:
        with tf.GradientTape() as recorded:
            recorded.watch(x)
            y = _h(x, tf)
        return y, recorded.gradient(y, x)

    spec = tf.TensorSpec([], tf.float64)
    arithmetic = {"AddV2", "AddN", "Sub", "Mul", "RealDiv", "Neg"}
    graphs = [
        tf.function(function).get_concrete_function(spec).graph for function in (lambda x: _h(x, tf), with_slope_tf)
    ]
    return tuple(sum(op.type in arithmetic for op in graph.get_operations()) for graph in graphs)
