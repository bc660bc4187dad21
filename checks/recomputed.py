"""Recompute by another program what the ledger of claims prints.

Usage: ``python checks/recomputed.py CLAIMS_JSON [CLAIM ...]``.

Nothing here comes from the package that wrote the ledger. The paper's formulas are typed once more,
the frameworks are asked by their own calls, exact results are fractions and power series with
rational coefficients, and an edge is found by looking at every double next to it. What is taken
over is the wording: the sentences of the ledger, into which the numbers are put.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
import os
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

# Before TensorFlow is imported: no start-up log, and sums in the order in which they are written.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import tensorflow as tf
import torch

Program = Callable[[Any, Any], Any]
"""A formula, called with a tensor and the module that it belongs to, ``torch`` or ``tf``."""

Row = list[Fraction]
"""The coefficients of a power series, the constant term first."""

FRAMEWORKS = ("torch", "tensorflow")
EPS1, DELTA, EPS2 = 1e-8, 1e-4, 1e-4
"""The constants of Figures 3, 4, 7 and of Figures 5, 8."""

# ----------------------------------------------------------------------------- the paper's formulas


def f(x: Any, m: Any) -> Any:
    """Section 2: the numerator."""
    return x * x - 4


def g(x: Any, m: Any) -> Any:
    """Section 2: the denominator."""
    return x - 2


def sign(v: Any, m: Any) -> Any:
    """S, with S(0) = 1."""
    one = m.ones_like(v)
    return m.where(v >= 0, one, -one)


def g1(eps: float = EPS1, delta: float = DELTA) -> Program:
    """Equation (9)."""

    def below(x: Any, m: Any) -> Any:
        d = x - 2
        return m.where(m.abs(d) < delta, d + sign(d, m) * eps, d)

    return below


def g2(eps: float = EPS2) -> Program:
    """Equation (11)."""

    def below(x: Any, m: Any) -> Any:
        d = x - 2
        return m.where(m.abs(d) < eps, sign(d, m) * eps, d)

    return below


def over(below: Program, *, power: bool = False, below_first: bool = False) -> Program:
    """The numerator over some denominator, typed in one of four ways."""

    def quotient(x: Any, m: Any) -> Any:
        if below_first:
            d = below(x, m)
            n = (x**2 if power else x * x) - 4
        else:
            n = (x**2 if power else x * x) - 4
            d = below(x, m)
        return n / d

    return quotient


h, h1, h2 = over(g), over(g1()), over(g2())


def simplified(x: Any, m: Any) -> Any:
    """The function that h is meant to be."""
    return x + 2


# ----------------------------------------------------------------------------------- the frameworks


def run(name: str, program: Program, x: Sequence[float] | np.ndarray, order: int = 1) -> np.ndarray:
    """Value and derivatives by the framework's own calls, shape ``(order + 1, n)``."""
    x = np.asarray(x, dtype=np.float64)
    if name == "tensorflow":
        return np.stack([row.numpy() for row in in_tensorflow(program, tf.constant(x), order)])
    t = torch.tensor(x, requires_grad=True)
    rows = [program(t, torch)]
    if order == 1:
        rows[0].backward(torch.ones_like(rows[0]))
        return np.stack([rows[0].detach().numpy(), t.grad.numpy()])
    for k in range(order):
        rows += torch.autograd.grad(rows[-1], t, torch.ones_like(t), create_graph=k + 1 < order)
    return np.stack([row.detach().numpy() for row in rows])


def in_tensorflow(program: Program, x: tf.Tensor, order: int) -> list[tf.Tensor]:
    """Value and derivatives, each derivative by a tape around what is needed for it."""
    if order == 0:
        return [program(x, tf)]
    with tf.GradientTape() as tape:
        tape.watch(x)
        rows = in_tensorflow(program, x, order - 1)
    return [*rows, tape.gradient(rows[-1], x, unconnected_gradients="zero")]


def in_a_graph(program: Program, x: np.ndarray) -> np.ndarray:
    """Value and slope in TensorFlow, recorded together as one graph."""
    graph = tf.function(lambda x: in_tensorflow(program, x, 1), autograph=False)
    traced = graph.get_concrete_function(tf.TensorSpec([None], tf.float64))
    return np.stack([row.numpy() for row in traced(tf.constant(x))])


@functools.cache
def on_grid(name: str, which: str) -> np.ndarray:
    """Value and slope of h, h1 or h2 at the distinct numbers."""
    return run(name, {"h": h, "h1": h1, "h2": h2}[which], NUMBERS)


# ------------------------------------------------------------------ grid, distinct numbers, colours

SIDE = np.geomspace(1e-20, 1.0, 20000)
OFFSETS = np.concatenate([-SIDE[::-1], [0.0], SIDE])
"""The offsets gamma of the figures: 20 000 on a side, and 0."""

NUMBERS, INVERSE = np.unique(2 + OFFSETS, return_inverse=True)
"""The distinct doubles 2 + gamma; and for each offset, which of them it is rounded to."""

AWAY = NUMBERS[NUMBERS != 2]
LEFT_OUT = (OFFSETS != 0) & (NUMBERS[INVERSE] == 2)
"""Red: offsets that are not 0 and are rounded away."""

# fl(x*x) - 4 against 4 (x - 2), in integers: every number of the grid, and its rounded square, is a
# multiple of 2**-52.
_units = [int(v) for v in np.ldexp(NUMBERS, 52)]
_squares = [int(float(Fraction(u, 2**52) ** 2) * 2**52) for u in _units]
ABSORBED = np.array([s - 4 * 2**52 == 4 * (u - 2 * 2**52) for u, s in zip(_units, _squares, strict=True)])
"""Numbers whose square holds no trace of gamma squared; 2 is among them."""

YELLOW = ABSORBED & (NUMBERS != 2)
IN_H1 = np.array([abs(Fraction(v) - 2) < Fraction(DELTA) for v in NUMBERS.tolist()])
IN_H2 = np.array([abs(Fraction(v) - 2) < Fraction(EPS2) for v in NUMBERS.tolist()])


def inside(zone: np.ndarray, absorbed: bool) -> np.ndarray:
    """Numbers other than 2 in a zone, with the square absorbed or not: yellow or green there."""
    return zone & (NUMBERS != 2) & (absorbed == ABSORBED)


# --------------------------------------------------------------------------------- exact arithmetic


def divided(n: Sequence[Fraction | int], d: Sequence[Fraction | int]) -> Row:
    """Long division of power series, as many terms as are certain.

    Zeros common to both at their beginning are cancelled.
    """
    n, d = [Fraction(c) for c in n], [Fraction(c) for c in d]
    while not d[0]:
        if n[0]:
            raise ZeroDivisionError("a pole")
        n, d = n[1:], d[1:]
    quotient: Row = []
    for k in range(min(len(n), len(d))):
        quotient.append((n[k] - sum(quotient[j] * d[k - j] for j in range(k))) / d[0])
    return quotient


def times(a: Row, b: Row) -> Row:
    """Product of two power series."""
    return [sum((a[j] * b[k - j] for j in range(k + 1)), Fraction(0)) for k in range(min(len(a), len(b)))]


def quotient_at(gamma: Fraction, below: Fraction, slope: int) -> Row:
    """Power series of the numerator over a straight line, at 2 + gamma."""
    return divided([4 * gamma + gamma**2, 4 + 2 * gamma, 1, 0], [below, slope, 0, 0])


def exact_h(gamma: Fraction) -> Row:
    """Power series of h."""
    return quotient_at(gamma, gamma, 1)


def exact_h1(gamma: Fraction, eps: float = EPS1, delta: float = DELTA) -> Row:
    """Power series of h1."""
    shift = (1 if gamma >= 0 else -1) * Fraction(eps) if abs(gamma) < Fraction(delta) else 0
    return quotient_at(gamma, gamma + shift, 1)


def exact_h2(gamma: Fraction, eps: float = EPS2) -> Row:
    """Power series of h2."""
    if abs(gamma) < Fraction(eps):
        return quotient_at(gamma, (1 if gamma >= 0 else -1) * Fraction(eps), 0)
    return quotient_at(gamma, gamma, 1)


@functools.cache
def largest_slope_meant() -> Fraction:
    """The largest slope of h without its singularity, over all offsets."""
    return max(exact_h(Fraction(c))[1] for c in OFFSETS.tolist())


def h_at_2() -> str:
    """What h and its slope are at 2."""
    value, slope = exact_h(Fraction(0))[:2]
    return f"h(2) = {float(value):g}, h'(2) = {float(slope):g}"


def exponential(at: Fraction, terms: int = 4) -> Row:
    """Power series of exp at a rational number of at most 1.

    The sum for exp(at) has 40 terms, which are as good as all.
    """
    power = sum((at**k / math.factorial(k) for k in range(40)), Fraction(0))
    return [power / math.factorial(k) for k in range(terms)]


def samples(count: int, seed: int = 1) -> list[Fraction]:
    """Rational numbers at which two sides are compared.

    Two rational functions are one if they agree at more numbers than their difference can have
    zeros. Here that is ten at most.
    """
    chance = random.Random(seed)
    return [Fraction(chance.randint(1, 10**6), chance.randint(1, 10**6)) * chance.choice((1, -1)) for _ in range(count)]


def only(values: Iterable[Fraction]) -> Fraction:
    """The value that all are."""
    (value,) = set(values)
    return value


def listed(form: str, values: Iterable[float]) -> str:
    """Values one after the other."""
    return ", ".join(format(float(v), form) for v in values)


# ----------------------------------------------------------------------------------------- measures


def in_ulps(off: np.ndarray, *terms: np.ndarray) -> float:
    """Largest difference in units in the last place of the largest of some terms."""
    exponent = np.frexp(np.max(np.abs(np.stack(terms)), axis=0))[1]
    return float(np.max(np.abs(off) / np.ldexp(1.0, exponent - 53)))


def bits_differ(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Where two results are not the same double; NaN is NaN."""
    return (np.ascontiguousarray(a).view(np.int64) != np.ascontiguousarray(b).view(np.int64)) & ~(
        np.isnan(a) & np.isnan(b)
    )


def compared(a: np.ndarray, b: np.ndarray) -> str:
    """How far apart two results are."""
    differ = bits_differ(a, b)
    if not differ.any():
        return f"identical bits at all {a.size} points"
    with np.errstate(invalid="ignore"):
        far = np.abs(a[differ] - b[differ]) / np.spacing(np.maximum(np.abs(a[differ]), np.abs(b[differ])))
    return f"{differ.sum()} of {a.size} points differ, by up to {np.where(np.isfinite(far), far, np.inf).max():.3g} ulp"


def outermost_wrong(name: str, side: int, tolerance: float) -> float:
    """Distance of the outermost double at which the slope of h is off by more than a tolerance.

    Every double that can be the outermost is looked at. The rounded square is off by a = 2**-51 at
    most right of 2, half of that left of it, and the slope by a/gamma**2. What else is rounded,
    terms of 4/gamma and 2/gamma at most, takes less than twenty half units of 1/gamma. From where
    these two together are the tolerance, doubles are looked at one after the other, towards 2.
    """
    spacing = 2.0**-51 if side > 0 else 2.0**-52
    other = 20 * 2.0**-53
    bound = (other + math.sqrt(other**2 + 4 * spacing * tolerance)) / (2 * tolerance)
    first = math.ceil(bound / spacing)
    while first > 0:
        distance = (
            np.arange(first, max(0, first - 2**18), -1) * spacing
        )  # exact: whole numbers of the spacing of doubles
        wrong = ~(np.abs(run(name, h, 2 + side * distance)[1] - 1) <= tolerance)
        if wrong.any():
            return float(distance[wrong.argmax()])
        first -= distance.size
    return 0.0


# --------------------------------------------------------------------------------------- the claims

Found = Callable[[str], str]
"""What a framework, called by its name, does with a claim: the sentence of the ledger."""

CLAIMS: dict[str, Callable[[], tuple[Found, str | None]]] = {}
"""For each claim what returns both sentences, that of a framework and that of exact arithmetic;
None if that is a definition."""


def of(claim: str) -> Callable[[Callable[[], tuple[Found, str | None]]], Callable[[], tuple[Found, str | None]]]:
    """Enter a function under the name of its claim."""

    def entered(check: Callable[[], tuple[Found, str | None]]) -> Callable[[], tuple[Found, str | None]]:
        CLAIMS[claim] = functools.cache(check)
        return CLAIMS[claim]

    return entered


@of("slopes-of-f-g-h")
def _slopes_of_f_g_h() -> tuple[Found, str]:
    def found(name: str) -> str:
        true = [np.ldexp(NUMBERS, 1), np.ones_like(NUMBERS), np.ones_like(NUMBERS)]
        wrong = [(run(name, p, NUMBERS)[1] != t).sum() for p, t in zip((f, g, simplified), true, strict=True)]
        return "differ from 2x, 1 and 1 at {}, {} and {} of {} numbers".format(*wrong, NUMBERS.size)

    at = Fraction(9, 4)
    # Of x*x - 4, x - 2 and x + 2, by the coefficient of t at x + t.
    slopes = (times([at, 1], [at, 1])[1], [at - 2, 1][1], [at + 2, 1][1])
    return found, "at 2.25: {:g}, {:g} and {:g}".format(*map(float, slopes))


@of("eq-5a")
def _eq_5a() -> tuple[Found, str]:
    def found(name: str) -> str:
        held: Program = (lambda t, m: t.detach()) if name == "torch" else (lambda t, m: m.stop_gradient(t))
        through_f = run(name, lambda x, m: f(x, m) / held(g(x, m), m), AWAY)[1]
        through_g = run(name, lambda x, m: held(f(x, m), m) / g(x, m), AWAY)[1]
        off = in_ulps(through_f + through_g - run(name, h, AWAY)[1], through_f, through_g)
        return f"with g, then f held constant: the two add up to the slope within {off:.2g} ulp of the larger, {AWAY.size} numbers"

    sides = []
    for a, b, da, db in zip(*(samples(50, seed) for seed in range(4)), strict=True):
        through_f, through_g = divided([a, da], [b, 0])[1], divided([a, 0], [b, db])[1]
        sides.append(through_f + through_g - divided([a, da], [b, db])[1])
    gamma = Fraction(1, 10**9)
    above = [4 * gamma + gamma**2, 4 + 2 * gamma]
    parts = divided(above, [gamma, 0])[1], divided([above[0], 0], [gamma, 1])[1]
    text = f"the two sides differ by {only(sides)}; at 2 + 1e-9 the parts are {parts[0]} and {parts[1]}, their sum {sum(parts)}"
    return found, text


def terms(name: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Contributions to the slope by one factor of the square and through the denominator.

    They are computed operation by operation.
    """
    m = torch if name == "torch" else tf
    t = m.as_tensor(x) if name == "torch" else m.constant(x)
    by_factor, by_g = (1 / (t - 2)) * t, -(((t * t - 4) / (t - 2)) / (t - 2))
    return by_factor.numpy(), by_g.numpy()


@of("eq-5b")
def _eq_5b() -> tuple[Found, str]:
    def found(name: str) -> str:
        by_factor, by_g = terms(name, NUMBERS)
        with np.errstate(invalid="ignore"):
            total = by_g + by_factor + by_factor
        return f"the two terms, added up: {compared(total, on_grid(name, 'h')[1])}"

    sides = []
    for a, b, da, db in zip(*(samples(50, seed) for seed in range(4, 8)), strict=True):
        sides.append(da / b - a / b**2 * db - divided([a, da], [b, db])[1])
    return found, f"the two sides differ by {only(sides)}"


@of("eq-5c")
def _eq_5c() -> tuple[Found, str]:
    def found(name: str) -> str:
        t = torch.tensor(AWAY) if name == "torch" else tf.constant(AWAY)
        first = (2 * t / (t - 2)).numpy()
        second = ((t * t - 4) / ((t - 2) * (t - 2))).numpy()
        slope = run(name, h, AWAY)[1]
        off, same = in_ulps(first - second - slope, first, second), compared(first - second, slope)
        # A dozen operations are rounded, of which each costs half a unit at most of a term.
        to_rounding = "holds" if off <= 4 else "does not hold"
        to_the_bit = "holds" if same.startswith("identical") else "does not hold"
        text = f"as an identity ({to_rounding}): within {off:.2g} ulp of the larger term; "
        return text + f"as the operations that run ({to_the_bit}): {same}"

    form = only(2 * x / (x - 2) - (x**2 - 4) / (x - 2) ** 2 for x in samples(50, 8))
    return found, f"the printed form simplifies to {form}; by definition: bits are compared"


@of("zero-over-zero")
def _zero_over_zero() -> tuple[Found, str]:
    def found(name: str) -> str:
        by_factor, by_g = (float(term[0]) for term in terms(name, np.array([2.0])))
        nan = np.isnan(on_grid(name, "h")[1])
        rounded = (nan[INVERSE] & LEFT_OUT).sum()
        text = f"terms at 2: {2 * by_factor} and {by_g}; NaN at {nan.sum()} number, "
        return text + f"to which {rounded} offsets that are not 0 are rounded"

    return found, h_at_2()


@of("eq-6")
def _eq_6() -> tuple[Found, str]:
    gamma = AWAY - 2
    gamma = gamma[np.abs(gamma) < 0.01]

    def found(name: str) -> str:
        t = torch.tensor(gamma) if name == "torch" else tf.constant(gamma)
        first = ((4 + 2 * t) / t).numpy()
        second = ((4 + 4 * t + t * t - 4) / (t * t)).numpy()
        off = in_ulps(first - second - run(name, h, 2 + gamma)[1], first, second)
        share = max(np.abs(term / (4 / gamma) - 1).max() for term in (first, second))
        return f"within {off:.2g} ulp of the larger term at {gamma.size} numbers within 0.01; both are 4/gamma to {share:.1g} of it"

    def right(c: Fraction) -> Fraction:
        return (4 + 2 * c) / c - ((4 + 4 * c + c**2) - 4) / c**2

    left = (2 * (2 + c) / c - ((2 + c) ** 2 - 4) / c**2 for c in samples(50, 9))
    simple = only([*left, *(right(c) for c in samples(50, 9))])
    left_over = (right(Fraction(1e-9)), right(Fraction(1e-3)))
    return found, "both sides simplify to {}; at gamma = 1e-9 and 1e-3 the terms leave {} and {}".format(
        simple, *left_over
    )


@of("eq-7")
def _eq_7() -> tuple[Found, str]:
    yellow = NUMBERS[YELLOW]
    next_to_2 = math.nextafter(2.0, 0.0)

    def found(name: str) -> str:
        slope = on_grid(name, "h")[1][YELLOW]
        text = f"2 at {(slope == 2).sum()} of {yellow.size} yellow numbers"
        if (slope != 2).any():
            k = int((slope != 2).argmax())
            text += f"; {slope[k]:g} at 2 - {float(2 - yellow[k]):.3g}"
        (swapped,) = run(name, over(g, below_first=True), [next_to_2])[1]
        return f"{text}; with the denominator computed first {swapped:g} there"

    slopes = [float(exact_h(Fraction(v) - 2)[1]) for v in yellow.tolist()]
    left_out = only((4 + 2 * c) / c - (4 + 4 * c - 4) / c**2 for c in samples(50, 10))
    return found, f"h' from {min(slopes):g} to {max(slopes):g} at these numbers; with the square left out, {left_out}"


@of("two-minus-alpha")
def _two_minus_alpha() -> tuple[Found, str]:
    near = ~ABSORBED & (np.abs(NUMBERS - 2) < 1e-6)
    gammas = [Fraction(v) - 2 for v in NUMBERS[near].tolist()]
    alpha = [(Fraction(float((2 + c) ** 2)) - 4 - 4 * c) / c**2 for c in gammas]

    def found(name: str) -> str:
        slope = on_grid(name, "h")[1][near]
        off = in_ulps(slope - (2 - np.array([float(a) for a in alpha])), np.array([float(4 / c) for c in gammas]))
        return f"slope is 2 - alpha within {off:.2g} ulp of 4/gamma at {near.sum()} green numbers within 1e-6"

    return found, f"alpha from {float(min(alpha)):.6f} to {float(max(alpha)):.6f}"


@of("fig-6")
def _fig_6() -> tuple[Found, str]:
    parts = [CLAIMS[claim]() for claim in ("eq-7", "two-minus-alpha", "zero-over-zero")]
    return lambda name: "; ".join(found(name) for found, _ in parts), "; ".join(exact for _, exact in parts)


@of("quotient-rule")
def _quotient_rule() -> tuple[Found, str]:
    yellow = NUMBERS[YELLOW]
    far = np.abs(yellow - 2) > 1e-13

    def found(name: str) -> str:
        (u, du), (v, dv) = run(name, f, yellow), run(name, g, yellow)
        slope = (du * v - u * dv) / (v * v)
        worst, near = np.abs(slope[far] - 2).max(), slope[~far]
        return f"2 within {worst:.1g} beyond 1e-13; from {near.min():.3g} to {near.max():.3g} closer"

    slopes = [float(exact_h(Fraction(v) - 2)[1]) for v in yellow.tolist()]
    return found, f"h' from {min(slopes):g} to {max(slopes):g} at these numbers"


def _identical_slopes(below: Program) -> tuple[Found, None]:
    """The slope of a quotient in PyTorch against TensorFlow, in eight ways."""

    @functools.cache
    def text() -> str:
        counts = []
        for power in (False, True):
            for graph in (False, True):
                for below_first in (False, True):
                    program = over(below, power=power, below_first=below_first)
                    there = (in_a_graph(program, NUMBERS) if graph else run("tensorflow", program, NUMBERS))[1]
                    words = f"{'x**2' if power else 'x*x'}, {'denominator' if below_first else 'numerator'} first"
                    words += ", TensorFlow as a graph" * graph
                    counts.append(f"{words}: {bits_differ(run('torch', program, NUMBERS)[1], there).sum()}")
        return f"of {NUMBERS.size} numbers the slope differs at: {'; '.join(counts)}"

    return lambda name: text(), None


@of("identical-slopes-of-h")
def _identical_slopes_of_h() -> tuple[Found, None]:
    return _identical_slopes(g)


@of("identical-slopes-of-h1")
def _identical_slopes_of_h1() -> tuple[Found, None]:
    return _identical_slopes(g1())


@of("identical-slopes-of-h2")
def _identical_slopes_of_h2() -> tuple[Found, None]:
    return _identical_slopes(g2())


@of("eq-8")
def _eq_8() -> tuple[Found, str]:
    def found(name: str) -> str:
        u, du = run(name, f, NUMBERS)
        off = []
        for below, which in ((g1(), "h1"), (g2(), "h2")):
            v, dv = run(name, below, NUMBERS)
            first, second = du / v, u / v / v * dv
            off.append(in_ulps(first - second - on_grid(name, which)[1], first, second))
        return f"slope of h1 within {off[0]:.2g} ulp of the larger term, of h2 within {off[1]:.2g}"

    sides = []
    for x, b, db in zip(*(samples(50, seed) for seed in (11, 12, 13)), strict=True):
        sides.append(divided([x**2 - 4, 2 * x], [b, db])[1] - (2 * x / b - (x**2 - 4) / b**2 * db))
    return found, f"the two sides differ by {only(sides)}"


def _denominator(
    title: str, below: Program, cases: Callable[[Fraction], Row], printed: Program | None = None
) -> tuple[Found, str]:
    """A denominator against its cases in fractions, value and slope.

    Where its edges are rounded in print, it is also compared as printed.
    """
    x = np.unique(np.concatenate([NUMBERS, [2 - DELTA, 2 + DELTA] if printed else []]))
    true = np.array([[float(c) for c in cases(Fraction(v) - 2)] for v in x.tolist()]).T

    def found(name: str) -> str:
        wrong = (run(name, below, x) != true).sum(axis=1)
        text = "differ from the cases: {} values and {} slopes of {} numbers".format(*wrong, x.size)
        if printed is None:
            return text
        others = x[run(name, printed, x)[0] != true[0]]
        return f"{text}; with the edges as printed {others.size} values, at {listed('.9g', others)}"

    at = (Fraction(0), -Fraction(1, 10**9), Fraction(1, 10**3))
    values = (float(cases(c)[0]) for c in at)
    return found, title + " at 2, 2 - 1e-9 and 2 + 1e-3: {:.10g}, {:.10g} and {:.10g}".format(*values)


@of("eq-9")
def _eq_9() -> tuple[Found, str]:
    def cases(c: Fraction) -> Row:
        if abs(c) >= Fraction(DELTA):
            return [c, Fraction(1)]
        return [c + Fraction(EPS1) if c >= 0 else c - Fraction(EPS1), Fraction(1)]

    def printed(x: Any, m: Any) -> Any:
        d = x - 2
        return m.where((x > 2 - DELTA) & (x < 2 + DELTA), d + sign(d, m) * EPS1, d)

    return _denominator("g1", g1(), cases, printed)


@of("eq-11")
def _eq_11() -> tuple[Found, str]:
    def cases(c: Fraction) -> Row:
        if abs(c) >= Fraction(EPS2):
            return [c, Fraction(1)]
        return [Fraction(EPS2) if c >= 0 else -Fraction(EPS2), Fraction(0)]

    return _denominator("g2", g2(), cases)


@of("sign-has-no-slope")
def _sign_has_no_slope() -> tuple[Found, str]:
    def found(name: str) -> str:
        own = "torch.sign" if name == "torch" else "tf.sign"
        forms = {"S": (sign, np.where(NUMBERS >= 2, 1.0, -1.0)), own: (lambda v, m: m.sign(v), np.sign(NUMBERS - 2))}
        cells = []
        for title, (form, true) in forms.items():
            slope = run(name, lambda x, m, form=form: form(x - 2, m) * x, NUMBERS)[1]
            cells.append(f"at {(slope != true).sum()} of {NUMBERS.size} numbers with {title}")
        return f"the slope of S(g) x differs from S(g) {', '.join(cells)}"

    # S(g) is a constant on either side, and the slope is the coefficient of t in S(g) (x + t).
    slopes = [times([Fraction(s), Fraction(0)], [2 + s * Fraction(1, 10**9), Fraction(1)])[1] for s in (-1, 1)]
    return found, "the slope of S(g) x is {:g} left of 2 and {:g} right of it".format(*map(float, slopes))


def _moved_pole() -> tuple[float, float]:
    """The zero of g + tanh(g/1e-3 + 1)/10000, and the residue of the quotient there.

    The zero is found by bisection with 50 digits.
    """
    with localcontext() as context:
        context.prec = 50
        eps, width = Decimal("1e-4"), Decimal("1e-3")

        def tanh(v: Decimal) -> Decimal:
            return ((2 * v).exp() - 1) / ((2 * v).exp() + 1)

        low, high = Decimal("-1e-4"), Decimal(0)
        for _ in range(150):
            middle = (low + high) / 2
            if middle + tanh(middle / width + 1) * eps < 0:
                low = middle
            else:
                high = middle
        slope = 1 + (1 - tanh(low / width + 1) ** 2) / width * eps
        return float(low), float((4 * low + low * low) / slope)


@of("smoothed-sign")
def _smoothed_sign() -> tuple[Found, str]:
    pole, residue = _moved_pole()

    def smooth(shift: float) -> Program:
        def quotient(x: Any, m: Any) -> Any:
            tanh = m.tanh if m is torch else m.math.tanh
            d = x - 2
            return (x * x - 4) / (d + tanh(d / 1e-3 + shift) * 1e-4)

        return quotient

    def found(name: str) -> str:
        value, slope = run(name, smooth(0.0), [2.0])[:, 0]
        near = run(name, smooth(1.0), [2 + (pole + d) for d in (1e-7, 1e-9, 1e-11)])[0]
        text = f"S = tanh: h(2) = {value}, slope {slope}; tanh moved by 1: {listed('.3g', near)} "
        return text + f"at 1e-7, 1e-9, 1e-11 from {pole:.4g}"

    text = f"with tanh moved by 1 the denominator is 0 at gamma = {pole:.6g}, where f is not: a pole with residue {residue:.4g}"
    return found, text


@of("same-outside")
def _same_outside() -> tuple[Found, str]:
    def found(name: str) -> str:
        one, other = on_grid(name, "h1"), on_grid(name, "h")
        values, slopes = (compared(one[k][~IN_H1], other[k][~IN_H1]) for k in (0, 1))
        within = compared(one[1][IN_H1], other[1][IN_H1])
        return f"outside, values: {values}; slopes: {slopes}; inside, slopes: {within}"

    off = [float(exact_h1(c)[1] - exact_h(c)[1]) for c in (2 * Fraction(DELTA), Fraction(DELTA) / 2)]
    return found, "h1' differs from h' by {:g} at 2 + 2 delta, by {:.3g} at 2 + delta/2".format(*off)


@of("zone-wide-enough")
def _zone_wide_enough() -> tuple[Found, str]:
    def found(name: str) -> str:
        cells = []
        for tolerance in (1e-3, 1e-6):
            left, right = (outermost_wrong(name, side, tolerance) for side in (-1, 1))
            cells.append(f"{left:.3g} left, {right:.3g} right")
        left = np.abs(run(name, h, NUMBERS[np.abs(NUMBERS - 2) >= DELTA])[1] - 1).max()
        text = f"slope of h off by 1e-3 out to {cells[0]}, by 1e-6 out to {cells[1]}; delta is {DELTA:g}; "
        return f"{text}beyond it off by up to {left:.2g}"

    slopes = [float(exact_h(Fraction(c))[1]) for c in (1e-5, DELTA)]
    return found, "h' = {:g} at 2 + 1e-5, {:g} at 2 + delta".format(*slopes)


def _red_slope(which: str, exact: Callable[[Fraction], Row], eps: float) -> tuple[Found, str]:
    """The slope at the number that red offsets are rounded to."""

    def found(name: str) -> str:
        slopes = np.unique(on_grid(name, which)[1][INVERSE[LEFT_OUT]])
        return f"{listed('g', slopes)} at {LEFT_OUT.sum()} offsets that are rounded to 0"

    return found, f"{float(exact(Fraction(0))[1]):g} at 2; 4/(S(0) epsilon) is {float(4 / Fraction(eps)):g}"


@of("red-slope-of-h1")
def _red_slope_of_h1() -> tuple[Found, str]:
    return _red_slope("h1", exact_h1, EPS1)


@of("red-slope-of-h2")
def _red_slope_of_h2() -> tuple[Found, str]:
    return _red_slope("h2", exact_h2, EPS2)


def _10a(c: Any, s: Any) -> Any:
    return (4 + 2 * c) / (c + s) - (4 + 4 * c - 4) / (c + s) ** 2


def _10b(c: Any, s: Any) -> Any:
    return (2 * c * c + (4 + 2 * c) * s) / (c + s) ** 2


def _equation_10(formula: Callable[[Any, Any], Any]) -> tuple[Found, str]:
    """Compare a formula of gamma and S epsilon with the slope of h1.

    It is compared where the square is absorbed and where it is not.
    """
    gamma = NUMBERS - 2
    predicted = formula(gamma, np.where(gamma >= 0, EPS1, -EPS1))

    def found(name: str) -> str:
        slope = on_grid(name, "h1")[1]
        off = np.abs(slope - predicted) / np.maximum(1.0, np.abs(slope))
        yellow, green = (off[inside(IN_H1, absorbed)].max() for absorbed in (True, False))
        return f"relative error {yellow:.1e} in yellow, {green:.2g} in green"

    sides = [_10a(c, s) - _10b(c, s) for c, s in zip(samples(50, 14), samples(50, 15), strict=True)]
    dropped = []
    for value in NUMBERS[inside(IN_H1, True)].tolist():
        c = Fraction(value) - 2
        dropped.append(abs(formula(c, Fraction(EPS1) if c >= 0 else -Fraction(EPS1)) - exact_h1(c)[1]))
    text = f"(10a) and (10b) differ by {only(sides)}; the term that both drop, gamma**2/(gamma + S epsilon)**2, "
    return found, text + f"is up to {float(max(dropped)):.2f} in yellow"


@of("eq-10a")
def _eq_10a() -> tuple[Found, str]:
    return _equation_10(_10a)


@of("eq-10b")
def _eq_10b() -> tuple[Found, str]:
    return _equation_10(_10b)


@of("small-epsilon-limit")
def _small_epsilon_limit() -> tuple[Found, str]:
    x, epsilons = 2 + 1e-9, (1e-12, 1e-18, 1e-24)

    def found(name: str) -> str:
        slopes = (run(name, over(g1(eps)), [x])[1, 0] for eps in epsilons)
        return f"at gamma = 1e-9: {listed('.6g', slopes)} for epsilon = 1e-12, 1e-18, 1e-24"

    # Both fractions of (10a) are continuous in epsilon where gamma is not 0: the limit is what they
    # are at epsilon = 0.
    limit = only(_10a(c, Fraction(0)) for c in samples(50, 16))
    slopes = (exact_h1(Fraction(x) - 2, eps)[1] for eps in epsilons)
    return found, f"the limit of (10) is {limit}; of h1 itself, without rounding, {listed('.6g', slopes)}"


@of("small-gamma-limit")
def _small_gamma_limit() -> tuple[Found, str]:
    gammas = np.array([1e-8, 1e-10, 1e-12, 1e-14])

    def found(name: str) -> str:
        right, left = run(name, h1, 2 + gammas)[1], run(name, h1, 2 - gammas)[1]
        return f"{listed('.4g', right)} on the right, {left[-1]:.4g} on the left"

    # (10a) is continuous in gamma where S epsilon is not 0; at gamma = 0 it is a number over S
    # epsilon, whatever that is.
    number = only(_10a(Fraction(0), s) * s for s in samples(50, 17))
    right, left = (float(exact_h1(side * Fraction(1e-14))[1]) for side in (1, -1))
    return found, f"the limit is {number}/(S*epsilon); at 1e-14, {right:.6g} on the right and {left:.6g} on the left"


@of("fig-7")
def _fig_7() -> tuple[Found, str]:
    def found(name: str) -> str:
        slope = on_grid(name, "h1")[1]
        signs = np.unique(np.sign(slope[INVERSE[LEFT_OUT]]))
        return f"from {slope.min():.3g} to {slope.max():.3g}; sign in red: {listed('+g', signs)}"

    written = [exact_h1(Fraction(c))[1] for c in OFFSETS.tolist()]
    form = "h1 as written: from {:.3g} to {:.3g}; meant is {:g}"
    return found, form.format(float(min(written)), float(max(written)), float(largest_slope_meant()))


@of("sign-of-red")
def _sign_of_red() -> tuple[Found, str]:
    offsets = OFFSETS[LEFT_OUT & (OFFSETS < 0)]

    def other_choice(x: Any, m: Any) -> Any:
        d = x - 2
        return (x * x - 4) / (d + m.where(d > 0, m.ones_like(d), -m.ones_like(d)) * EPS1)

    def found(name: str) -> str:
        (plus,), (minus,) = (np.unique(run(name, p, 2 + offsets)[1]) for p in (h1, other_choice))
        return f"left of 2: {plus:g} with S(0) = 1, {minus:g} with S(0) = -1"

    slopes = [float(exact_h1(Fraction(c))[1]) for c in offsets.tolist()]
    return found, f"from {min(slopes):.4g} to {max(slopes):.4g} left of 2, where S is -1"


@of("remark-3-1")
def _remark_3_1() -> tuple[Found, str]:
    def found(name: str) -> str:
        both = [run(name, over(g1(eps)), [2.0])[:, 0] for eps in (1e-4, 1e-8, 1e-16)]
        slopes = listed(".3g", (slope for _, slope in both))
        return f"h1(2) = {both[0][0]:g}; h1'(2) = {slopes} for epsilon = 1e-4, 1e-8, 1e-16"

    return found, h_at_2()


@of("larger-in-slopes")
def _larger_in_slopes() -> tuple[Found, str]:
    side = np.geomspace(1e-20, 1.0, 500)
    gamma = np.concatenate([-side[::-1], [0.0], side])
    epsilons = (1e-4, 1e-8, 1e-12)

    def found(name: str) -> str:
        ratios = []
        for below in (g1, g2):
            for eps in epsilons:
                value, slope = run(name, over(below(eps)), 2 + gamma)
                ratios.append(np.abs(slope - 1).max() / np.abs(value - (4 + gamma)).max() * eps)
        text = f"error of the slope over that of the value, times epsilon: {listed('.5f', ratios)}"
        return f"{text} (h1, then h2; epsilon = 1e-4, 1e-8, 1e-12)"

    ratios = []
    for exact in (exact_h1, exact_h2):
        for eps in epsilons:
            rows = [(c, *exact(c, eps)[:2]) for c in map(Fraction, gamma.tolist())]
            slope, value = max(abs(s - 1) for _, _, s in rows), max(abs(v - 4 - c) for c, v, _ in rows)
            ratios.append(float(slope / value * Fraction(eps)))
    return found, f"from {min(ratios):.5f} to {max(ratios):.5f}"


@of("constant-denominator")
def _constant_denominator() -> tuple[Found, str]:
    def found(name: str) -> str:
        slope = run(name, g2(), NUMBERS)[1]
        zeros = (slope[IN_H2] == 0).sum(), (slope[~IN_H2] == 0).sum()
        return f"0 at {zeros[0]} of {IN_H2.sum()} numbers inside, at {zeros[1]} of {(~IN_H2).sum()} outside"

    eps = Fraction(EPS2)
    # The slope of g2, as the difference of two of its values: it is made of straight lines.
    step = eps / 10**6

    def value(c: Fraction) -> Fraction:
        return c if abs(c) >= eps else (eps if c >= 0 else -eps)

    slopes = [float((value(c + step) - value(c)) / step) for c in (eps / 2, 2 * eps)]
    return found, "{:g} at 2 + epsilon/2, {:g} at 2 + 2 epsilon".format(*slopes)


@of("eq-12")
def _eq_12() -> tuple[Found, str]:
    x = NUMBERS[IN_H2]
    true = np.array([float((1 if v >= 2 else -1) * 2 * Fraction(v) / Fraction(EPS2)) for v in x.tolist()])

    def found(name: str) -> str:
        return f"within {in_ulps(on_grid(name, 'h2')[1][IN_H2] - true, true):.2g} ulp at {x.size} numbers"

    sides = []
    for c, s in zip(samples(50, 18), samples(50, 19), strict=True):
        sides.append(quotient_at(c, s, 0)[1] - (4 + 2 * c) / s)
    return found, f"the two sides differ by {only(sides)}; (12) reaches {true.max():.8g} at the outermost number inside"


@of("harmless-absorption")
def _harmless_absorption() -> tuple[Found, str]:
    gamma = NUMBERS - 2
    formula = np.where(gamma >= 0, 1.0, -1.0) * (4 + 2 * gamma) / EPS2

    def found(name: str) -> str:
        off = np.abs(on_grid(name, "h2")[1] / formula - 1)
        yellow = off[inside(IN_H2, True)].max()
        green = off[inside(IN_H2, False) | (NUMBERS == 2)].max()  # gamma = 0 is green
        return f"relative error {yellow:.1e} in yellow, {green:.1e} in green"

    off = [float(exact_h2(c)[1] - (4 + 2 * c) / Fraction(EPS2)) for c in (Fraction(1e-9), Fraction(5e-5))]
    return found, "h2' is off (12) by {:g} at 2 + 1e-9 and by {:g} at 2 + 5e-5".format(*off)


@of("sooner-in-h2")
def _sooner_in_h2() -> tuple[Found, str]:
    eps = 1e-6
    x = [2 + eps * share for share in (0.5, 0.1, 0.01)]

    def found(name: str) -> str:
        one, two = (run(name, over(below), x)[1] * eps / 4 for below in (g1(eps, 1e-2), g2(eps)))
        text = "share of 4/epsilon at gamma/epsilon = 0.5, 0.1, 0.01: "
        return f"{text}h1' {listed('.3f', one)}; h2' {listed('.3f', two)}"

    gammas = [Fraction(v) - 2 for v in x]
    one = [exact_h1(c, eps, 1e-2)[1] * Fraction(eps) / 4 for c in gammas]
    two = [exact_h2(c, eps)[1] * Fraction(eps) / 4 for c in gammas]
    return found, f"h1' {listed('.3f', one)}; h2' {listed('.3f', two)}"


@of("partial-cancellation")
def _partial_cancellation() -> tuple[Found, str]:
    eps = 1e-8
    x = np.array([2 + eps * share for share in (10.0, 1.0, 0.1)])

    def found(name: str) -> str:
        above = run(name, f, x)[1]
        shares = []
        for program, below in ((h1, g1()), (h2, g2())):
            first = above / run(name, below, x)[0]
            shares.append((first - run(name, program, x)[1]) / first)
        one, two = listed(".0%", shares[0]), listed(".0%", np.abs(shares[1]))
        return f"the second term cancels {one} of the first at gamma/epsilon = 10, 1, 0.1 in h1'; {two} in h2'"

    shares = []
    for c in (Fraction(v) - 2 for v in x.tolist()):
        first = (4 + 2 * c) / (c + Fraction(EPS1))
        shares.append((first - exact_h1(c)[1]) / first)
    return found, f"{listed('.0%', shares)} of the first"


@of("fig-8")
def _fig_8() -> tuple[Found, str]:
    def found(name: str) -> str:
        slope = on_grid(name, "h2")[1]
        spurious = np.where(NUMBERS >= 2, 4 / EPS2, -4 / EPS2)
        worst = np.abs(slope[IN_H2] / spurious[IN_H2] - 1).max()
        wrong = np.unique(slope[INVERSE[LEFT_OUT & (OFFSETS < 0)]])
        calm = f"{slope[~IN_H2].min():.9g} to {slope[~IN_H2].max():.9g}"
        text = f"S(gamma) 4/epsilon within {worst:.1e} of it at all {IN_H2.sum()} numbers of the zone; "
        return text + f"{listed('g', wrong)} at offsets left of 2 that are rounded to 0; {calm} outside"

    within = [c for c in map(Fraction, OFFSETS.tolist()) if c and abs(c) < Fraction(EPS2)]
    left, right = ([float(exact_h2(c)[1]) for c in within if (c > 0) == right] for right in (False, True))
    form = "h2 as written: {:.6g} to {:.6g} left of 2, {:.6g} to {:.6g} right; meant is {:g}"
    return found, form.format(min(left), max(left), min(right), max(right), float(largest_slope_meant()))


@of("at-once")
def _at_once() -> tuple[Found, str]:
    inner = 1 - 2.0**-20

    def found(name: str) -> str:
        two = run(name, h2, [2 + EPS2 * inner])[1, 0] / (4 / EPS2)
        one = run(name, h1, [2 + DELTA * inner])[1, 0] / (4 / EPS1)
        return f"just inside the zone: {two:.6g} of 4/epsilon for h2', {one:.3g} for h1'"

    two = float(exact_h2(Fraction(EPS2) * Fraction(inner))[1] * Fraction(EPS2) / 4)
    one = float(exact_h1(Fraction(DELTA) * Fraction(inner))[1] * Fraction(EPS1) / 4)
    return found, f"{two:.6g} of 4/epsilon for h2', {one:.3g} for h1'"


# ---------------------------------------------------------------------------------------- section 4


@of("cancel-before-evaluating")
def _cancel_before_evaluating() -> tuple[Found, str]:
    typed = {
        "(x*x-4)/(x-2)": (h, simplified),
        "x*(x-2)/(x-2)": (lambda x, m: x * (x - 2) / (x - 2), lambda x, m: x),
    }

    def found(name: str) -> str:
        cells = []
        for title, pair in typed.items():
            nested, first = (run(name, program, [2.0])[:, 0] for program in pair)
            cells.append(
                f"{title}: {nested[0]:g}, slope {nested[1]:g}; cancelled first: {first[0]:g}, slope {first[1]:g}"
            )
        return f"at 2, {'; '.join(cells)}"

    # Both as polynomials of t at 2 + t: (4t + t*t)/t, and (2t + t*t)/t.
    rows = divided([0, 4, 1], [0, 1, 0]), divided([0, 2, 1], [0, 1, 0])
    cells = (f"{title}: {float(row[0]):g}, slope {float(row[1]):g}" for title, row in zip(typed, rows, strict=True))
    return found, "; ".join(cells)


def _at_three_points(program: Program, exact: Callable[[Row, Row], Row]) -> tuple[Found, str]:
    """Value and slope at 0, 1e-9 and 1; exact ones from the series of x and of expm1."""

    def found(name: str) -> str:
        value, slope = run(name, program, [0.0, 1e-9, 1.0])
        cells = (f"at {at:g}: {v:.6g}, slope {s:.3g}" for at, v, s in zip((0.0, 1e-9, 1.0), value, slope, strict=True))
        return "; ".join(cells)

    rows = []
    for at in (0.0, 1e-9, 1.0):
        e = exponential(Fraction(at))
        rows += [float(c) for c in exact([Fraction(at), Fraction(1), Fraction(0), Fraction(0)], [e[0] - 1, *e[1:]])[:2]]
    form = "at 0: {:.6g}, slope {:.4g}; at 1e-9: {:.6g}, slope {:.3g}; at 1: {:.6g}, slope {:.3g}"
    return found, form.format(*rows)


def _expm1(x: Any, m: Any) -> Any:
    return m.expm1(x) if m is torch else m.math.expm1(x)


@of("zero-times-infinity")
def _zero_times_infinity() -> tuple[Found, str]:
    return _at_three_points(lambda x, m: x * (1 / _expm1(x, m)), divided)


@of("infinity-minus-infinity")
def _infinity_minus_infinity() -> tuple[Found, str]:
    def exact(x: Row, e: Row) -> Row:
        return divided([a - b for a, b in zip(x, e, strict=True)], times(x, e))

    return _at_three_points(lambda x, m: 1 / _expm1(x, m) - 1 / x, exact)


@of("other-operations")
def _other_operations() -> tuple[Found, str]:
    def special(m: Any) -> Any:
        return m if m is torch else m.math

    def angle(x: Any, m: Any) -> Any:
        return special(m).acos(special(m).cos(x))

    programs: dict[str, Program] = {
        "(1+x)**(1/x)": lambda x, m: (1 + x) ** (1 / x),
        "sqrt(x*x*x*x)": lambda x, m: special(m).sqrt(x * x * x * x),
        "exp(log(x*x))": lambda x, m: m.exp(special(m).log(x * x)),
        "acos(cos x)**2": lambda x, m: angle(x, m) * angle(x, m),
    }

    def found(name: str) -> str:
        return "slope at 0: " + ", ".join(f"{run(name, p, [0.0])[1, 0]:g} of {title}" for title, p in programs.items())

    log = [Fraction(0), *(Fraction((-1) ** (k + 1), k) for k in range(1, 4))]
    log_over_x = divided(log, [0, 1, 0, 0])
    # exp(a + b t + ...) = exp(a) (1 + b t + ...)
    power = exponential(log_over_x[0])[0] * log_over_x[1]
    # the other three are the square of x
    square = times([Fraction(0), Fraction(1)], [Fraction(0), Fraction(1)])[1]
    return found, f"slope at 0: {listed('.4g', (power, square, square, square))}"


def _gradient(name: str, program: Program, parameters: int, target: float = 5.0) -> np.ndarray:
    """Gradient of (h(t_1) - c)**2 + (t_2 - 1)**2 + ... at 2, 0, 0, ...

    The loss is differentiated as one function of all parameters.
    """
    start = np.array([2.0] + [0.0] * (parameters - 1))
    if name == "torch":
        theta = torch.tensor(start, requires_grad=True)
        first, others = program(theta[0], torch) - target, theta[1:] - 1
        (first * first + (others * others).sum()).backward()
        return theta.grad.numpy()
    theta = tf.Variable(start)
    with tf.GradientTape() as tape:
        first, others = program(theta[0], tf) - target, theta[1:] - 1
        loss = first * first + tf.reduce_sum(others * others)
    return tf.convert_to_tensor(tape.gradient(loss, theta)).numpy()


def _true_gradient(parameters: int, target: int = 5) -> list[Fraction]:
    """The same of x + 2 in place of h, by the coefficient of t in each square."""
    first = [Fraction(4 - target), Fraction(1)]
    other = [Fraction(-1), Fraction(1)]
    return [times(first, first)[1], *[times(other, other)[1]] * (parameters - 1)]


def _length(v: Iterable[Fraction]) -> float:
    return math.sqrt(sum(c * c for c in v))


@of("gradient-direction")
def _gradient_direction() -> tuple[Found, str]:
    sizes = (2, 10, 1000)
    true = [_true_gradient(n) for n in sizes]

    def found(name: str) -> str:
        cosines, off_axis = [], []
        for n, right in zip(sizes, true, strict=True):
            wrong = [Fraction(c) for c in _gradient(name, h1, n).tolist()]
            cosines.append(sum(a * b for a, b in zip(wrong, right, strict=True)) / (_length(wrong) * _length(right)))
            # 1 - cos is the square of the sine over 1 + cos; the difference itself would be a
            # rounding error.
            sine_squared = sum(c * c for c in wrong[1:]) / sum(c * c for c in wrong)
            off_axis.append(sine_squared / (1 + abs(wrong[0]) / _length(wrong)))
        text = f"cosine with the true gradient {listed('.3f', cosines)} for 2, 10, 1000 parameters; "
        return f"{text}1 less its cosine with the first axis {max(off_axis):.1g}"

    shares = [abs(right[0]) / _length(right) for right in true]
    return found, f"a gradient along the first axis has cosine {listed('.3f', shares)}"


@of("others-vanish")
def _others_vanish() -> tuple[Found, str]:
    def found(name: str) -> str:
        clipped = []
        for program in (h1, simplified):
            gradient = _gradient(name, program, 10)
            clipped.append(max(abs(gradient[1:])) / _length(gradient.tolist()))
        return f"clipped to norm 1, each of nine other entries is {clipped[0]:.1e} instead of {clipped[1]:.2f}"

    true = _true_gradient(10)
    share = only(abs(c) for c in true) / _length(true)
    return found, f"each of ten entries has the same share, {share:.2f}"


def _removed(direction: Sequence[Fraction], target: int) -> float:
    """What the best step against a direction removes of the loss with x + 2 in place of h.

    The loss itself is evaluated.
    """
    misses = [Fraction(4 - target)] + [Fraction(-1)] * (len(direction) - 1)

    def loss(step: Fraction) -> Fraction:
        return sum((m - step * d) ** 2 for m, d in zip(misses, direction, strict=True))

    # A parabola in the step, through three of its values: its lowest point, or 0 if that is the
    # other way.
    unit = 1 / max(map(abs, direction))
    before, here, after = loss(-unit), loss(Fraction(0)), loss(unit)
    lowest = max(Fraction(0), unit * (before - after) / (2 * (before - 2 * here + after)))
    return float(1 - loss(lowest) / here)


@of("search-direction")
def _search_direction() -> tuple[Found, str]:
    def found(name: str) -> str:
        cells = []
        for target in (5, 3):
            wrong, right = ([Fraction(c) for c in _gradient(name, p, 10, target).tolist()] for p in (h1, simplified))
            adam = [c / abs(c) for c in wrong]
            shares = [_removed(direction, target) for direction in (wrong, right, adam)]
            words = "the best step along it removes {:.0%} of the loss, along the true one {:.0%}, along Adam's first {:.0%}"
            cells.append(f"target {target}: {words.format(*shares)}")
        return "; ".join(cells)

    shares = [_removed(_true_gradient(10, target), target) for target in (5, 3)]
    return found, "along the true gradient {:.0%} and {:.0%}".format(*shares)


def _loss(program: Program) -> Program:
    """The first term of the loss, with the target 5."""

    def loss(x: Any, m: Any) -> Any:
        miss = program(x, m) - 5.0
        return miss * miss

    return loss


def _loss_series(row: Row) -> Row:
    """Value, first and second derivative of the same, from the series of the function."""
    square = times([row[0] - 5, *row[1:]], [row[0] - 5, *row[1:]])
    return [square[0], square[1], 2 * square[2]]


@of("hessian")
def _hessian() -> tuple[Found, str]:
    gammas = np.array([1e-3, 1e-5, 1e-7])
    true = [_loss_series(exact_h(Fraction(c))) for c in gammas.tolist()]

    def found(name: str) -> str:
        rows = run(name, _loss(h), 2 + gammas, order=2)
        first, second = ([abs(float(Fraction(rows[k, j]) / true[j][k] - 1)) for j in range(3)] for k in (1, 2))
        return f"relative error at 1e-3, 1e-5, 1e-7: gradient {listed('.0e', first)}; Hessian {listed('.0e', second)}"

    return found, f"at 1e-7: gradient {float(true[-1][1]):.3g}, Hessian {float(true[-1][2]):.3g}"


@of("hessian-with-epsilon")
def _hessian_with_epsilon() -> tuple[Found, str]:
    words = "curvature {:.3g}, Newton step {:.2g}"

    def found(name: str) -> str:
        _, slope, curvature = run(name, _loss(h1), [2.0], order=2)[:, 0]
        return "at 2: " + words.format(curvature, -slope / curvature)

    meant, written = (_loss_series(exact(Fraction(0))) for exact in (exact_h, exact_h1))
    numbers = [float(c) for row in (meant, written) for c in (row[2], -row[1] / row[2])]
    return found, f"{words}; of the program as written {words}".format(*numbers)


# ---------------------------------------------------------------------------------------- comparing


def recomputed(names: Iterable[str] = ()) -> dict[str, dict[str, str]]:
    """Compute the sentences of some claims, or of all that this program knows.

    Returns
    -------
    dict of str to dict of str to str
        For each claim what PyTorch and TensorFlow did, and under ``"exact"`` what exact arithmetic
        says, where that is computed.

    Raises
    ------
    KeyError
        If a claim is not one that this program knows.
    """
    texts = {}
    for claim in names or CLAIMS:
        found, exact = CLAIMS[claim]()
        texts[claim] = {name: found(name) for name in FRAMEWORKS} | ({} if exact is None else {"exact": exact})
    return texts


def differences(written: dict[str, dict[str, str]], again: dict[str, dict[str, str]]) -> list[str]:
    """Return a line for each sentence of a ledger that differs from the recomputed one."""
    lines = []
    for claim, texts in again.items():
        for where, text in texts.items():
            there = written.get(claim, {}).get(where, "nothing")
            if there != text:
                lines.append(f"{claim}, {where}:\n  written     {there}\n  recomputed  {text}")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare a ledger with what is computed again.

    Return 0 if all is the same, 1 if not, 2 if there is nothing to compare.
    """
    parser = argparse.ArgumentParser(description="Recompute what the ledger of claims prints, and compare.")
    parser.add_argument(
        "ledger", type=Path, metavar="CLAIMS_JSON", help="as python -m removable.claims --json writes it"
    )
    parser.add_argument("claim", nargs="*", help="names of claims; all that this program knows if none is given")
    options = parser.parse_args(arguments)
    if unknown := [claim for claim in options.claim if claim not in CLAIMS]:
        print(f"{unknown[0]!r} is not recomputed here; give one of {', '.join(CLAIMS)}.", file=sys.stderr)
        return 2
    try:
        written = {c["id"]: c["measured"] for c in json.loads(options.ledger.read_text(encoding="utf-8"))["claims"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{options.ledger} is no ledger ({error}); give a file that the ledger wrote.", file=sys.stderr)
        return 2
    wrong = 0
    for claim in options.claim or CLAIMS:
        for where, text in recomputed([claim])[claim].items():
            lines = differences(written, {claim: {where: text}})
            wrong += len(lines)
            print(*(lines or [f"{claim}, {where}: same"]), flush=True)
    print(f"{wrong} sentences differ" if wrong else "every sentence is the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
