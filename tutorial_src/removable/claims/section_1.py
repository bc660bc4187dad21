"""Section 1, with the abstract: what the frameworks make of an expression as it is typed."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from removable import frameworks, functions, truth
from removable.claims import identities, runs
from removable.claims.evidence import Evidence, Finding, exactly, in_both
from removable.errors import InputError
from removable.functions import Array, Namespace, Program
from removable.sweeps import widths
from removable.sweeps.sweep import agreement
from removable.sweeps.widths import Edges
from removable.systems import jax, pytensor, retired
from removable.systems.modes import run_or_raise
from removable.tape import Var, Walk, gradient, tape

Evaluation = Callable[[np.ndarray], np.ndarray]
"""Returns one result for each number, called with the numbers."""

_WALK: dict[str, Walk] = {"torch": "newest first", "tensorflow": "ready first"}
"""In which order a framework adds what reaches x over several ways."""

_GROWTH = 250
"""An error that goes with 1/distance is 1000 times as large three decades nearer.

Rounding errors are powers of two: a factor of 2 is allowed at either end. A bounded error stops
growing, and has a factor of 1.
"""

_REWRITTEN = 1e-6
"""A relative change that is due to another program, and not to another rounding of the same one.

Two roundings differ by some ulp, 1e-15. A rewritten program changes a result to or from NaN or
infinity, or by what ``exp(1e-12) - 1`` loses: up to half an ulp of 1, over 1e-12, which is 1e-4.
The number is between the two. An ``exp`` that is off by one ulp is as large a change, and is told
from a rewriting by the value: it does not come right.
"""


def _expm1(x: Array, xp: Namespace) -> Array:
    return functions.elementary(xp).expm1(x)


def _h(x: Array, xp: Namespace) -> Array:
    """The function h of the moment: looked up when it is called."""
    return functions.h(x, xp)


@dataclass(frozen=True)
class _Approach:
    """A program whose errors are looked at nearer and nearer to a singular point."""

    program: Program
    meant: Program
    at: float
    nearest: tuple[float, float, float] = (1e-8, 1e-11, 1e-14)
    order: int = 1

    def errors(self, name: str) -> list[float]:
        """Largest finite errors from each distance out to ten times it."""
        computed = frameworks.get(name).derivatives(self.program, self._points(), order=self.order)[self.order]
        error = np.abs(computed - self.true[1:]).reshape(len(self.nearest), -1)
        return np.where(np.isfinite(error), error, 0.0).max(axis=1).tolist()

    def _points(self) -> np.ndarray:
        return self.at + np.concatenate([np.geomspace(d, 10 * d, 51) for d in self.nearest])

    @functools.cached_property
    def true(self) -> np.ndarray:
        """What is meant at the singular point, and at the others."""
        x = np.append(self.at, self._points())
        return truth.derivatives(self.meant, x, base=0.0, order=self.order)[self.order]


def _approaches() -> dict[str, _Approach]:
    """Derivatives of the paper's function and of others, each with what is meant.

    They are made anew at each call, so that no exact result of an earlier one is reused.
    """
    return {
        "h'": _Approach(_h, functions.h_hat, 2.0),
        "h''": _Approach(_h, functions.h_hat, 2.0, order=2),
        "((x*x-9)/(x-3))'": _Approach(lambda x, xp: (x * x - 9) / (x - 3), lambda x, xp: x + 3, 3.0),
        "(x (1/expm1(x)))'": _Approach(
            lambda x, xp: x * (1 / _expm1(x, xp)), lambda x, xp: x / _expm1(x, xp), 0.0, nearest=(1e-14, 1e-17, 1e-20)
        ),
        "(1/expm1(x) - 1/x)'": _Approach(
            lambda x, xp: 1 / _expm1(x, xp) - 1 / x, lambda x, xp: (x - _expm1(x, xp)) / (x * _expm1(x, xp)), 0.0
        ),
        "((1+x)**(1/x))'": _Approach(lambda x, xp: (1 + x) ** (1 / x), lambda x, xp: xp.exp(xp.log1p(x) / x), 0.0),
    }


def unbounded_errors() -> Evidence:
    """Largest errors nearer and nearer to a singular point, and of h1 as epsilon shrinks.

    The finding is which of them grow without bound.
    """
    epsilons, approaches = (1e-4, 1e-8, 1e-12), _approaches()

    def finding(name: str) -> Finding:
        errors = {title: approach.errors(name) for title, approach in approaches.items()}
        of_h1 = [
            runs.value_and_slope(name, lambda x, xp, e=e: functions.h1(x, xp, epsilon=e), [2.0])[1, 0] - 1
            for e in epsilons
        ]
        grows = {title: all(b > _GROWTH * a > 0 for a, b in itertools.pairwise(e)) for title, e in errors.items()}
        # The slope of h1 at 2 is 4/epsilon, 1e4 times as large for an epsilon 1e4 times as small.
        # The errors a and b are less than it by 1, so that b/1e4 is a + 1 - 1e-4, but for rounding.
        grows["h1'"] = all(
            abs(b / 1e4 - (a + 1 - 1e-4)) <= runs.ULPS_OF_A_SUM * np.spacing(a) for a, b in itertools.pairwise(of_h1)
        )
        lines = [
            f"{title} at {approaches[title].nearest[0]:g} and three and six decades nearer {_listed(e)}"
            for title, e in errors.items()
        ]
        text = f"largest errors: {'; '.join(lines)}; h1' at 2 for epsilon {_listed(epsilons, 'g')} {_listed(of_h1)}"
        of_h, others = grows.pop("h'"), all(grows.values())
        bounded = max(errors["h'"]) <= 1  # the slope is 2 - alpha, and alpha from 0 to 2
        return Finding(text, as_stated=of_h and others, under_condition=bounded and others)

    limits = [f"{title} {approach.true[0]:.4g}" for title, approach in approaches.items()]
    return in_both(exactly("in the limit {}", ", ".join(limits)), finding)


def _listed(numbers: Iterable[float], form: str = ".3g") -> str:
    return ", ".join(f"{number:{form}}" for number in numbers)


_FACTORED: dict[str, tuple[Program, float]] = {
    "(x*x-4)/(x-2)": (_h, 2.0),
    "x*(x-2)/(x-2)": (lambda x, xp: x * (x - 2) / (x - 2), 2.0),
}
"""Quotients with a common factor, each with its zero."""

_PATTERNS: dict[str, tuple[Program, float]] = {
    "(exp(x)-1)/x": (lambda x, xp: (functions.elementary(xp).exp(x) - 1) / x, 1e-12),
    "log(1+x)/x": (lambda x, xp: functions.elementary(xp).log(1 + x) / x, 1e-12),
    "log(exp(x))": (lambda x, xp: functions.elementary(xp).log(functions.elementary(xp).exp(x)), 1000.0),
    "exp(x)/exp(x-1)": (lambda x, xp: functions.elementary(xp).exp(x) / functions.elementary(xp).exp(x - 1), 1000.0),
}
"""Expressions that a compiler may know, each with a point at which they go wrong as they stand."""


def no_simplification() -> Evidence:
    """Two quotients whose factor cancels and four patterns that compilers know.

    They are run operation by operation, as a graph, and compiled by XLA.
    """
    programs = _FACTORED | _PATTERNS
    exact = {title: truth.derivatives(p, [at], base=0.0)[:, 0] for title, (p, at) in programs.items()}

    def finding(name: str) -> Finding:
        plain = {title: runs.value_and_slope(name, p, [at])[:, 0] for title, (p, at) in programs.items()}
        unsimplified, changes = True, []
        closer, missed = [], []
        for way, run in _WAYS[name].items():
            for title, (program, at) in programs.items():
                result = run(program, at)
                unsimplified &= title not in _FACTORED or bool(np.isnan(result).all())
                changed = [not _near(a, b) for a, b in zip(plain[title], result, strict=True)]
                if any(changed):
                    pair = "{:.9g} with slope {:.3g} becomes {:.9g} with slope {:.3g}".format(*plain[title], *result)
                    changes.append(f"{title} at {at:g} {way}: {pair}")
                    closer.append(_near(result[0], exact[title][0]) and not _near(plain[title][0], exact[title][0]))
                    missed.append(not _near(result[1], exact[title][1]))
        unsimplified &= all(np.isnan(plain[title]).all() for title in _FACTORED)
        at_zero = ", ".join(f"{title}: {plain[title][0]:g} with slope {plain[title][1]:g}" for title in _FACTORED)
        text = f"at the zero of the common factor {at_zero}, op by op, {' and '.join(_WAYS[name])}"
        rewritten = f"; rewritten: {'; '.join(changes)}" if changes else "; no pattern is rewritten"
        text = (text if unsimplified else f"{text}, and not everywhere") + rewritten
        # Each rewriting brings the value right; some, and not all, bring the slope right too.
        helps = all(closer) and any(missed) and not all(missed)
        return Finding(text, as_stated=unsimplified and not changes, under_condition=unsimplified and helps)

    pairs = (f"{title} = {exact[title][0]:.9g} with slope {exact[title][1]:.3g}" for title in programs)
    return in_both(exactly("{}", ", ".join(pairs)), finding)


def _near(a: float, b: float) -> bool:
    """Whether two results are the same but for rounding; NaN is NaN, and infinite is infinite."""
    return bool(np.isclose(a, b, rtol=_REWRITTEN, atol=0.0, equal_nan=True))


def _traced_by_torch(program: Program, at: float) -> np.ndarray:
    """Value and slope by recorded graphs, which are what torch.compile is given.

    No compiler runs.
    """
    import torch
    from torch.fx.experimental.proxy_tensor import make_fx

    def value(x: Array) -> Array:
        return program(x, torch)

    def slope(x: Array) -> Array:
        y, back = torch.func.vjp(value, x)
        return back(torch.ones_like(y))[0]

    x = torch.tensor([at, at], dtype=torch.float64)
    return np.array([make_fx(function)(x)(x)[0].item() for function in (value, slope)])


def _traced_by_tensorflow(program: Program, at: float, *, compiled: bool = False) -> np.ndarray:
    """Value and slope by recorded graphs, which TensorFlow optimises, or which XLA compiles."""
    tf = frameworks.get("tensorflow").namespace

    def value(x: Array) -> Array:
        return program(x, tf)

    def slope(x: Array) -> Array:
        with tf.GradientTape() as recorded:
            recorded.watch(x)
            y = value(x)
        return recorded.gradient(y, x)

    x = tf.constant([at, at], dtype=tf.float64)
    graphs = [tf.function(function, autograph=False, jit_compile=compiled) for function in (value, slope)]
    return np.array([graph(x).numpy()[0] for graph in graphs])


_WAYS: dict[str, dict[str, Callable[[Program, float], np.ndarray]]] = {
    "torch": {"as a graph": _traced_by_torch},
    "tensorflow": {
        "as a graph": _traced_by_tensorflow,
        "compiled by XLA": functools.partial(_traced_by_tensorflow, compiled=True),
    },
}


def named_frameworks() -> Evidence:
    """The slope of h in each package that the introduction names: at 3, next to 2, and at 2."""
    others = {
        "JAX": jax.MODES["eager"],
        "PyTensor, which continues Theano": pytensor.MODES["FAST_RUN"],
        "Torch7, replayed": retired.TORCH7["replayed"],
        "Caffe, replayed": retired.CAFFE["replayed"],
    }
    x = np.array([3.0, 2 + 1e-9, 2.0])
    # The rules of differentiation, applied to numbers that have been rounded; the function without
    # its singularity has 1, 1, 1.
    by_the_rules = np.array([1.0, 2.0, np.nan])
    slopes_elsewhere = {title: run_or_raise(mode, [_h], [x])[0].slope for title, mode in others.items()}

    def finding(name: str) -> Finding:
        slope = runs.value_and_slope(name, functions.h, x)[1]
        slopes = {"here": slope, **slopes_elsewhere}
        text = "slope at 3, 2 + 1e-9 and 2: " + "; ".join(f"{title} {_listed(s, '.7g')}" for title, s in slopes.items())
        # A sum of two terms, of 4e9 each at 2 + 1e-9. The systems evaluate these terms in different
        # ways: JAX divides by the square of the denominator.
        near = runs.ULPS_OF_A_SUM * np.spacing(4e9)
        same = (np.allclose(s, by_the_rules, rtol=0, atol=near, equal_nan=True) for s in slopes.values())
        run_here = all("replayed" not in title for title in slopes)
        right = all(same)
        return Finding(text, as_stated=right and run_here, under_condition=right)

    true = truth.derivatives(functions.h, x, base=0.0)[1]
    return in_both(exactly("slope {:g} at 3, {:g} at 2 + 1e-9, {:g} at 2", *true), finding)


def _elementary(title: str) -> Callable[[Array, Any, Namespace], Array]:
    return lambda x, m, xp: getattr(m, title)(x)


_OPERATIONS: dict[str, Callable[[Array, Any, Namespace], Array]] = {
    "x + x": lambda x, m, xp: x + x,
    "3 - x": lambda x, m, xp: 3 - x,
    "x*x": lambda x, m, xp: x * x,
    "1/x": lambda x, m, xp: 1 / x,
    "-x": lambda x, m, xp: -x,
    "x**x": lambda x, m, xp: x**x,
    "abs": lambda x, m, xp: xp.abs(x),
    "where": lambda x, m, xp: xp.where(x >= 0, x * x, -x),
    **{
        title: _elementary(title)
        for title in ("exp", "expm1", "log", "log1p", "sin", "cos", "tan", "sqrt", "asin", "acos", "atan", "tanh")
    },
}
"""The operations of this site, called with x, the elementary functions, and the whole namespace."""


def paired_derivatives() -> Evidence:
    """Ask each framework for the code that it pairs with a division, and for slopes.

    Asked for are all slopes that this site needs, and one that a framework lacks.
    """
    at = 0.625  # an inner point of the domain of each
    programs = {t: lambda x, xp, op=op: op(x, functions.elementary(xp), xp) for t, op in _OPERATIONS.items()}
    exact = {title: truth.derivatives(p, [at], base=0.0)[1, 0] for title, p in programs.items()}

    def finding(name: str) -> Finding:
        paired, without = _paired_by_torch() if name == "torch" else _paired_by_tensorflow()
        slopes = {title: runs.value_and_slope(name, p, [at])[1, 0] for title, p in programs.items()}
        # A slope takes at most one elementary function, right to 2 ulp, and four rounded operations
        # of half an ulp.
        right = sum(bool(abs(s - exact[title]) <= 4 * np.spacing(abs(exact[title]))) for title, s in slopes.items())
        text = f"a division carries {paired}; slopes of {right} of {len(programs)} operations right to 4 ulp; "
        has = "Div" in paired and right == len(programs)
        return Finding(f"{text}without a derivative: {without or 'none found'}", has and not without, has)

    listed = ", ".join(f"{title}: {slope:.3g}" for title, slope in exact.items())
    return in_both(exactly("slopes at {}: {}", at, listed), finding)


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
    """Replay the backward pass from rounded forward values alone, with the tape.

    Applied to exact values, the same rules give another slope.
    """
    sweeps = {"h": (_h, runs.of_h()), "h1": (runs.h1, runs.of_h1())}

    def finding(name: str) -> Finding:
        same = {}
        for title, (program, run) in sweeps.items():
            x = Var(run.x[run.distinct])
            with np.errstate(all="ignore"):
                slope = gradient(program(x, tape), x, walk=_WALK[name])
            same[title] = agreement(slope, run.results[name][1][run.distinct])
        run = runs.of_h()
        with np.errstate(invalid="ignore"):
            # Half of the slope that is meant, which is 1: no rounding of that slope alone comes
            # near it.
            off = int((np.abs(run.rounding_error(name, 1)) > 0.5)[run.distinct].sum())
        text = "against a tape that keeps forward values and nothing else: "
        text += "; ".join(f"slope of {title}: {a}" for title, a in same.items())
        text += f"; of h, the slopes at {off} numbers are off by more than 0.5"
        return Finding(text, as_stated=all(a.identical for a in same.values()) and off > 0)

    true = truth.derivatives(functions.h, [1e-9])[1, 0]
    return in_both(exactly("the same rules on values that are not rounded: slope {:g} of h at 2 + 1e-9", true), finding)


def reach(computed: Evaluation, true: Evaluation, *, relative: bool = True) -> Edges:
    """Return how far out from 2 something is off by more than 0.1 % of itself.

    The distance is infinite where it still is at a distance of 1.

    Parameters
    ----------
    computed, true : callable
        Called with numbers, shape ``(n,)``, float64; return what was computed there and what is
        true.
    relative : bool
        Whether by a share of itself; else by more than 0.001.

    Examples
    --------
    >>> import numpy as np
    >>> from removable import functions
    >>> from removable.claims import runs
    >>> from removable.claims.section_1 import reach
    >>> slope = lambda x: runs.value_and_slope("torch", functions.h, x)[1]
    >>> print(reach(slope, np.ones_like))
    4.71e-07 left, 6.66e-07 right
    >>> print(reach(np.zeros_like, np.ones_like))
    inf left, inf right
    """
    try:
        return widths.edges(computed, true, relative=relative)
    except InputError:  # what a search says that did not come to an end
        return Edges(np.inf, np.inf)


def refactored() -> Evidence:
    """The simplified form x + 2, in value and slope, at all numbers of the grid."""
    run = runs.of_h()
    x = run.x[run.distinct]
    true = truth.derivatives(functions.h, x, base=0.0)

    def finding(name: str) -> Finding:
        computed = runs.value_and_slope(name, functions.h_hat, x)
        wrong = [int((row != exact).sum()) for row, exact in zip(computed, true, strict=True)]
        text = f"x + 2 at {x.size} numbers: {wrong[0]} values and {wrong[1]} slopes are not the true ones, rounded once"
        return Finding(text, as_stated=not any(wrong))

    return in_both(runs.exactly_h(), finding)


def simplify_first() -> Evidence:
    """Simplified forms of the paper's quotient and of another.

    They are x + 2; and for (x-2)**3/(x-2) the square of x - 2, as a product and written out.
    """
    symbol = sympy.Symbol("x")
    written_out = sympy.cancel(((symbol - 2) ** 3).expand() / (symbol - 2))
    typed: Program = lambda x, xp: (x - 2) * (x - 2) * (x - 2) / (x - 2)  # noqa: E731
    forms: dict[str, Program] = {
        "(x - 2)*(x - 2)": lambda x, xp: (x - 2) * (x - 2),
        f"{written_out}": lambda x, xp: x * x - 4 * x + 4,
    }
    same = sympy.simplify(written_out - (symbol * symbol - 4 * symbol + 4))

    def edge(name: str, form: Program) -> Edges:
        return reach(lambda x: runs.value_and_slope(name, form, x)[0], lambda x: (x - 2) * (x - 2))

    def finding(name: str) -> Finding:
        first = refactored().findings[name]
        off = {title: edge(name, form) for title, form in {"as typed": typed, **forms}.items()}
        at_2 = {title: runs.value_and_slope(name, form, [2.0])[:, 0] for title, form in forms.items()}
        product, expanded = (off[title] for title in forms)
        text = f"{first.measured}; value of (x-2)**3/(x-2) off by 0.1 % out to: " + ", ".join(
            f"{title} {e if e.outer else 'nowhere'}" for title, e in off.items()
        )
        good = first.as_stated and product.outer == off["as typed"].outer == 0
        good = good and all(pair.tolist() == [0.0, 0.0] for pair in at_2.values())
        return Finding(text, as_stated=good and expanded.outer == 0, under_condition=good and expanded.outer > 0)

    near = truth.derivatives(typed, [1e-9], order=0)[0, 0]
    exact = exactly("cancelled by computer algebra {}; it differs from the second form by {}", written_out, same)
    value = exactly("(x-2)**3/(x-2) = {:.4g} at 2 + 1e-9", near)
    return in_both(exactly("{}; {}", exact.text, value.text), finding)


_IN_H = 4
"""Operations in h, counted by hand: a product, two differences, a division."""


def more_expressions() -> Evidence:
    """Count the operations of h and those that its derivative adds."""

    def finding(name: str) -> Finding:
        forward, both = _operations(name)
        added = both - forward
        text = f"h: {forward} operations; its derivative adds {added}"
        return Finding(text, as_stated=forward == _IN_H and added > forward)

    form = "in computer algebra h has {} operations and its derivative {}; simplified, {} and {}"
    return in_both(exactly(form, *identities.operations()), finding)


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
        forward, both = (
            sum(str(n.target).split(".")[1:2][0] in arithmetic for n in g.nodes if n.op == "call_function")
            for g in graphs
        )
        return forward, both
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
    forward, both = (sum(op.type in arithmetic for op in graph.get_operations()) for graph in graphs)
    return forward, both
