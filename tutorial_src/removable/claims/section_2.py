"""Section 2: the values of h, h1 and h2."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from removable import frameworks, functions, truth
from removable.claims import rationals, runs
from removable.claims.evidence import FRAMEWORKS, Evidence, Finding, by_reading, definition, exactly, in_both, together
from removable.claims.section_1 import Evaluation, reach
from removable.functions import Array, Namespace, Program
from removable.grid import gamma_grid
from removable.sweeps.regions import Region
from removable.sweeps.sweep import agreement
from removable.sweeps.widths import Edges

Evaluate = Callable[[Program, np.ndarray], np.ndarray]
"""Evaluates a program at 2 + gamma, called with both."""

_CLOSE = 0.01
"""How well an approximation, such as 4 epsilon/delta for a jump, has to be met.

What such formulas leave out is, at most, the distance of an edge from the next sample of a sweep: a
128th of the offset, 0.8 %. The spacing of the offsets of :func:`abrupt` is 0.2 %, that of
:data:`_STEP` 0.1 %, and epsilon/delta 0.01 %.
"""

_BESIDE_YELLOW = 1e-6
"""Offsets that are smaller are next to the yellow region, which ends at 2.1e-8.

The slope of h is wrong there.

By the law of rounding errors, the slope is off by more than 0.001 out to 6.7e-7.
"""

_ALPHA_SHOWS = 1e-5
"""For smaller offsets alpha can differ from 1 by 2e-6 or more: half a spacing over gamma**2."""


def _listed(numbers: Iterable[float], form: str = ".3g") -> str:
    return ", ".join(f"{number:{form}}" for number in numbers)


def _exactly(program: Program, gamma: ArrayLike) -> np.ndarray:
    """Values of a program at 2 + gamma without rounding."""
    return truth.derivatives(program, gamma, order=0)[0]


def _by(name: str) -> Evaluate:
    """Return a function that evaluates programs at 2 + gamma in one framework."""
    return lambda program, gamma: runs.value_and_slope(name, program, 2 + gamma)[0]


def _share(values: np.ndarray, x: np.ndarray, denominator: Callable[[Fraction], Fraction] = lambda g: g) -> float:
    """Largest error of a quotient f/denominator, as a share of what rounding may do to it.

    It is infinite where a value is not finite.

    At most half a spacing of the square is lost in the product, half a spacing of f in the
    difference, and half a spacing of the result, relative to it, in the denominator and in the
    division.
    """
    if not np.isfinite(values).all():
        return np.inf
    f = x * x - 4
    allowed = (np.spacing(x * x) + np.spacing(np.abs(f))) / 2 + 2.0**-52 * np.abs(f)
    worst = Fraction(0)
    for value, point, most in zip(values.tolist(), x.tolist(), allowed.tolist(), strict=True):
        g = Fraction(point) - 2
        d = denominator(g)
        worst = max(worst, abs(Fraction(value) - rationals.quotient(g, d)) * abs(d) / Fraction(most))
    return float(worst)


def _over_the_edge(delta: float, side: int) -> np.ndarray:
    """Return the offsets of two neighbours at an edge.

    They are the last number with |x - 2| < delta on one side, and the first without.
    """
    x = 2 + side * delta
    near = np.sort(np.abs(x + np.spacing(x) * np.arange(-4, 5) - 2))
    inside = near < delta
    return side * np.array([near[inside].max(), near[~inside].min()])


def _numbers(*deltas: float) -> np.ndarray:
    """Every seventh number of the grid, 2, and the neighbours at the edges of some zones."""
    run = runs.of_h()
    edges = [2 + _over_the_edge(delta, side) for delta in deltas for side in (-1, 1)]
    return np.unique(np.concatenate([run.x[run.distinct][::7], [2.0], *edges]))


def nan_at_2() -> Evidence:
    """The value of h at 2."""

    def finding(name: str) -> Finding:
        value = runs.value_and_slope(name, functions.h, [2.0])[0, 0]
        return Finding(f"h(2) = {value}", as_stated=bool(np.isnan(value)))

    return in_both(exactly("h(2) = {:g}", truth.derivatives(functions.h, [0.0], order=0)[0, 0]), finding)


def fig_1() -> Evidence:
    """The three regions of Figure 1."""
    return together(green_on_the_line(), yellow_is_4(), red_is_nan())


def green_on_the_line() -> Evidence:
    """Distance of the green numbers from the line, against what rounding may do."""
    run = runs.of_h()
    green = run.inside(Region.GREEN) & run.distinct & (run.x != 2)
    x = run.x[green]

    def finding(name: str) -> Finding:
        off = np.abs(run.total_error(name)[green])
        share = _share(run.results[name][0][green], x)
        text = f"green: {x.size} numbers within {off.max():.2g} of the line, half of them within {np.median(off):.1g}; "
        return Finding(f"{text}at most {share:.2f} of what rounding may do to a quotient there", as_stated=share <= 1)

    gamma = run.x[green & (run.x > 2)][[0, -1]] - 2
    on_the_line = _exactly(functions.h, gamma)
    return in_both(
        exactly("h(2 + {0:.3g}) = {2:.9f}, h(2 + {1:.3g}) = {3:g}", *gamma, *on_the_line),
        finding,
    )


def yellow_is_4() -> Evidence:
    """Value of h where gamma**2 is at most half the spacing of doubles next to 4, and elsewhere."""
    run = runs.of_h()
    gamma = run.x - 2
    half_spacing = np.where(gamma > 0, 2.0**-51, 2.0**-52)
    small = (gamma * gamma <= half_spacing) & (gamma != 0) & run.distinct
    others = ~(gamma * gamma <= half_spacing) & run.distinct

    def finding(name: str) -> Finding:
        value = run.results[name][0]
        inside, outside = int((value[small] == 4).sum()), int((value[others] == 4).sum())
        text = f"4 at {inside} of {small.sum()} numbers whose square is at most half a spacing, at {outside} others"
        return Finding(text, as_stated=inside == small.sum() and outside == 0)

    ends = gamma[small].min(), gamma[small].max()
    return in_both(exactly("{:.10f} at the leftmost, {:.10f} at the rightmost", *_exactly(functions.h, ends)), finding)


def _in_turn(values: np.ndarray, gamma: np.ndarray) -> list[float]:
    """Return the first value and the first offset, then the last of both."""
    return [values[0], gamma[0], values[-1], gamma[-1]]


def red_is_nan() -> Evidence:
    """Value of h where the offset is absorbed."""
    run = runs.of_h()
    red = run.inside(Region.RED)
    numbers = np.unique(run.x[red])

    def finding(name: str) -> Finding:
        lost = bool(np.isnan(run.results[name][0][red]).all())
        text = f"red: all offsets give {numbers.size} number, {_listed(numbers, 'g')}, where h is "
        return Finding(text + _listed(np.unique(run.results[name][0][red])), lost and numbers.tolist() == [2.0])

    ends = _exactly(functions.h, run.gamma[red][[0, -1]])
    return in_both(
        exactly(
            "h = {:g} at the leftmost red offset, {:.3g}, and {:g} at the rightmost, {:.3g}",
            *_in_turn(ends, run.gamma[red]),
        ),
        finding,
    )


def fig_2() -> Evidence:
    """Value of h less 4: zero in yellow, and linear in green as far as rounding allows."""
    run = runs.of_h()
    yellow = run.inside(Region.YELLOW) & run.distinct
    green = run.inside(Region.GREEN) & run.distinct & (run.x != 2)
    far = green & (np.abs(run.x - 2) > _BESIDE_YELLOW)

    def finding(name: str) -> Finding:
        left = run.results[name][0] - 4
        off = np.abs(left[far] / (run.x[far] - 2) - 1).max()
        share = _share(run.results[name][0][green], run.x[green])
        flat = bool((left[yellow] == 0).all())
        text = (
            f"yellow: {_listed(np.unique(left[yellow]), 'g')} at {yellow.sum()} numbers; green: gamma, off by at most "
        )
        text += f"{share:.2f} of what rounding may do, which beyond 1e-6 is {off:.1e} of gamma"
        return Finding(text, as_stated=flat and share <= 1)

    ends = np.array([1e-9, 1e-3])
    return in_both(
        exactly("h - 4 = {:.3g} at 2 + 1e-9, {:.3g} at 2 + 1e-3", *(_exactly(functions.h, ends) - 4)), finding
    )


def _alpha_without_rounding() -> float:
    """Share of the square that there is without rounding.

    It is half of the second derivative of x squared.
    """
    return float(truth.derivatives(lambda x, xp: x * x, [0.0], order=2)[2, 0] / 2)


def partly_absorbed() -> Evidence:
    """Near the yellow region, h - 4 is alpha gamma with the alpha that exact rationals give."""
    run = runs.of_h()
    near = run.inside(Region.GREEN) & (np.abs(run.gamma) < _BESIDE_YELLOW) & run.distinct & (run.x != 2)
    x = run.x[near]
    alphas = rationals.alpha(x)

    def finding(name: str) -> Finding:
        values = run.results[name][0][near]
        if not np.isfinite(values).all():
            return Finding("h is not finite everywhere next to the yellow region", as_stated=False)
        off = max(
            abs(Fraction(value) - 4 - a * (Fraction(point) - 2))
            for value, point, a in zip(values.tolist(), x.tolist(), alphas, strict=True)
        )
        damaged = sum(a != 1 for a in alphas)
        text = f"at {x.size} numbers h - 4 is alpha gamma to {float(off):.1e}; alpha is not 1 at {damaged} of them"
        # What is left is the rounding of the quotient: at most half a spacing of the doubles from 4
        # to 8.
        return Finding(text, as_stated=off <= Fraction(2) ** -51 and damaged > 0)

    return in_both(
        exactly(
            "alpha = {:g} without rounding; with the square rounded once {:.4f} to {:.4f}",
            _alpha_without_rounding(),
            float(min(alphas)),
            float(max(alphas)),
        ),
        finding,
    )


def _near_2(side: int | None = None, region: Region | None = None) -> np.ndarray:
    """Numbers of the grid within 1e-5 of 2 and not 2, on one side or both, in one region or all."""
    run = runs.of_h()
    here = run.distinct & (run.x != 2) & (np.abs(run.gamma) < _ALPHA_SHOWS)
    if side is not None:
        here &= side * (run.x - 2) > 0
    if region is not None:
        here &= run.inside(region)
    return run.x[here]


def _alphas_by(name: str, x: np.ndarray) -> list[Fraction]:
    """Alpha of the square that a framework has computed; none where there is no number."""
    square = runs.value_and_slope(name, lambda x, xp: x * x, x)[0]
    finite = np.isfinite(square)
    return rationals.alpha(x[finite], square[finite])


def alpha_rounding_down() -> Evidence:
    """Alpha where a part of the square is rounded down, and in the yellow region."""
    green, yellow = _near_2(region=Region.GREEN), _near_2(region=Region.YELLOW)

    def finding(name: str) -> Finding:
        down = [a for a in _alphas_by(name, green) if a < 1]
        gone = {*_alphas_by(name, yellow)}
        if not down:
            return Finding("no green number is rounded down", as_stated=False)
        text = f"{len(down)} green numbers are rounded down: alpha {float(min(down)):.6f} to 1 - {float(1 - max(down)):.1e}; "
        text += f"{yellow.size} yellow ones have alpha {_listed(map(float, gone), 'g')}"
        return Finding(text, as_stated=all(0 < a < 1 for a in down) and gone == {0})

    least = min(rationals.alpha(green))
    form = "alpha = {:g} without rounding; rounded once, at least {:.6f} in green, which is {} 2/3"
    relation = "no less than" if least >= Fraction(2, 3) else "less than"
    return in_both(exactly(form, _alpha_without_rounding(), float(least), relation), finding)


def alpha_rounding_up() -> Evidence:
    """Alpha where the square is rounded up."""
    x = _near_2()

    def finding(name: str) -> Finding:
        up = [a for a in _alphas_by(name, x) if a > 1]
        if not up:
            return Finding("no number is rounded up", as_stated=False)
        text = f"{len(up)} numbers are rounded up: alpha {float(min(up)):.8f} to {float(max(up)):.4f}"
        return Finding(text, as_stated=all(1 < a < 2 for a in up))

    up = [a for a in rationals.alpha(x) if a > 1]
    form = "alpha = {:g} without rounding; rounded once, {:.8f} to {:.4f}"
    return in_both(exactly(form, _alpha_without_rounding(), float(min(up)), float(max(up))), finding)


def largest_alpha() -> Evidence:
    """Alpha at the first number whose square is above half a spacing of doubles, on both sides.

    That square is rounded up to a whole spacing.
    """
    first = {}
    for side, spacing in ((-1, Fraction(2) ** -51), (1, Fraction(2) ** -50)):
        x = 2 + side * float(spacing / 2) ** 0.5
        near = x + side * np.spacing(x) * np.arange(-4, 5)
        first[side] = next(v for v in near.tolist() if (Fraction(v) - 2) ** 2 > spacing / 2), spacing

    def finding(name: str) -> Finding:
        largest, halves, above = [], [], True
        for side, (x, spacing) in first.items():
            (alpha,) = _alphas_by(name, np.array([x])) or [Fraction(0)]
            square = (Fraction(x) - 2) ** 2
            # One whole spacing for a square that is hardly more than half of one: no other number
            # comes as near to 2.
            above &= alpha * square == spacing and alpha >= max(_alphas_by(name, _near_2(side)), default=Fraction(0))
            largest.append(float(alpha))
            halves.append(float(square / (spacing / 2)))
        text = (
            f"at the first number beyond half a spacing alpha is {_listed(largest, '.8f')} (left, right), the square "
        )
        text += f"{_listed(halves, '.8f')} half spacings; alpha is {'nowhere' if above else 'elsewhere'} larger"
        return Finding(text, as_stated=above)

    exact = (float(rationals.alpha(np.array([x]))[0]) for x, _ in first.values())
    return in_both(exactly("rounded once, alpha = {:.8f} left, {:.8f} right", *exact), finding)


_POWERS = (2, 3, 5, 8)
"""The powers of Remark 2.1 that are measured here; its page has all from 2 to 8."""


def _outermost(holds: Evaluation) -> Edges:
    """How far out something holds on either side of 2."""
    return reach(lambda x: np.where(holds(x), np.nan, 0.0), np.zeros_like)


def slope_of_power(x: np.ndarray, power: int) -> np.ndarray:
    """Return the slope of the simplified quotient of Remark 2.1 in float64.

    It is a sum of positive terms, right to 1e-15.

    Parameters
    ----------
    x : numpy.ndarray
        Positive numbers, shape ``(n,)``, float64.
    power : int
        The power.

    Examples
    --------
    >>> import numpy as np
    >>> from functools import partial
    >>> from removable import functions, truth
    >>> from removable.claims.section_2 import slope_of_power
    >>> x = np.array([1.5, 2.0, 2.5])
    >>> true = truth.derivatives(partial(functions.h_power_hat, power=8), x, base=0.0)[1]
    >>> bool((np.abs(slope_of_power(x, 8) / true - 1) < 1e-15).all())
    True
    """
    coefficients = np.polynomial.polynomial.polyder([2.0 ** (power - 1 - k) for k in range(power)])
    return np.polynomial.polynomial.polyval(x, coefficients)


def _is_the_quotient(name: str) -> bool:
    """Whether the program of Remark 2.1 is right away from 2, where nothing cancels."""
    return all(
        runs.value_and_slope(name, partial(functions.h_power, power=n), [1.0, 3.0])[0].tolist()
        == [2.0**n - 1, 3.0**n - 2.0**n]
        for n in _POWERS
    )


def _widens(edges: list[Edges]) -> bool:
    """Whether an interval is wider for each power than for the one before, on both sides."""
    return all(a.left < b.left and a.right < b.right for a, b in pairwise(edges))


def _both_sides(edges: list[Edges]) -> str:
    return f"{_listed(e.left for e in edges)} left, {_listed(e.right for e in edges)} right"


def _flat_for_higher_powers() -> Evidence:
    """How far out a power of x evaluates to its tangent, so that the quotient is flat.

    Also measured is how far out the slope is wrong.
    """

    def on_the_tangent(x: np.ndarray, n: int) -> np.ndarray:
        return rationals.power(x, n) - 2.0**n == n * 2.0 ** (n - 1) * (x - 2)

    def finding(name: str) -> Finding:
        programs = {n: partial(functions.h_power, power=n) for n in _POWERS}
        flat, wrong, by_amount = [], [], []

        def is_flat(x: np.ndarray, n: int) -> np.ndarray:
            return runs.value_and_slope(name, programs[n], x)[0] == n * 2.0 ** (n - 1)

        for n, program in programs.items():
            flat.append(_outermost(partial(is_flat, n=n)))
            slope = partial(_slope, name, program)
            wrong.append(reach(slope, partial(slope_of_power, power=n)))
            by_amount.append(reach(slope, partial(slope_of_power, power=n), relative=False))
        text = f"with the power multiplied up, h is flat out to {_both_sides(flat)}; "
        text += f"beside it, its slope is off by more than 0.1 % of itself out to {_both_sides(wrong)}, "
        text += f"by more than 0.001 out to {_both_sides(by_amount)}"
        return Finding(text, as_stated=_widens(flat) and _is_the_quotient(name))

    rounded_once = [_outermost(partial(on_the_tangent, n=n)) for n in _POWERS]
    form = "powers {}: the power, rounded once, is its tangent out to {}"
    return in_both(exactly(form, _listed(_POWERS, "d"), _both_sides(rounded_once)), finding)


def _slope(name: str, program: Program, x: np.ndarray) -> np.ndarray:
    return runs.value_and_slope(name, program, x)[1]


def _absorbed_for_higher_powers() -> Evidence:
    """How far out the highest power of gamma leaves no trace.

    This is measured in its expansion, added up term by term, and in the rounded power.
    """

    def finding(name: str) -> Finding:
        lost = [_outermost(partial(_last_term_lost, name, power=n)) for n in _POWERS]
        text = f"added to the other terms of the expansion, gamma to the power is lost out to {_both_sides(lost)}"
        return Finding(text, as_stated=_widens(lost) and _is_the_quotient(name))

    def without_a_trace(x: np.ndarray, n: int) -> np.ndarray:
        return rationals.power(x, n) == rationals.power(x, n, without_last=True)

    rounded_once = [_outermost(partial(without_a_trace, n=n)) for n in _POWERS]
    form = "powers {}: the power, rounded once, is the same without it out to {}"
    return in_both(exactly(form, _listed(_POWERS, "d"), _both_sides(rounded_once)), finding)


def _last_term_lost(name: str, x: np.ndarray, *, power: int) -> np.ndarray:
    """Add up 2**n + n 2**(n-1) gamma + ... + gamma**n in a framework.

    Tell where the last term changes nothing.
    """
    adapter = frameworks.get(name)
    gamma = adapter.asarray(x - 2)
    total, to_the_k = 0 * gamma + 2.0**power, gamma
    for k in range(1, power):
        total, to_the_k = total + comb(power, k) * 2.0 ** (power - k) * to_the_k, to_the_k * gamma
    return adapter.to_numpy(total) == adapter.to_numpy(total + to_the_k)


_FLAT, _ABSORBED = "underflow as in Figure 1, the value is flat", "the highest power leaves no trace"
"""The two things that the remark can mean by underflow."""


def wider_for_higher_powers() -> Evidence:
    """The interval of what the remark calls underflow, by power, in both readings."""
    return by_reading({_FLAT: _flat_for_higher_powers(), _ABSORBED: _absorbed_for_higher_powers()})


def wider_nan() -> Evidence:
    """Interval of NaNs when the denominator is a written-out square, against a simple one."""

    def square(x: Array, xp: Namespace) -> Array:
        return (x * x * x - 6 * (x * x) + 12 * x - 8) / (x * x - 4 * x + 4)

    def finding(name: str) -> Finding:
        def is_nan(x: np.ndarray, program: Program) -> np.ndarray:
            return np.isnan(runs.value_and_slope(name, program, x)[0])

        simple, double = (_outermost(partial(is_nan, program=program)) for program in (functions.h, square))
        at_2 = [runs.value_and_slope(name, program, [2.0])[0, 0] for program in (functions.h, square)]
        text = f"denominator x - 2: NaN at 2, {'and at no other number' if not simple.outer else f'out to {simple}'}; "
        wider = double.left > simple.left and double.right > simple.right
        return Finding(f"{text}x*x - 4*x + 4: NaN out to {double}", as_stated=wider and bool(np.isnan(at_2).all()))

    true = _exactly(square, np.array([-1e-8, 1e-8]))
    form = "(x-2)**3/(x-2)**2 = {:.3g} at 2 - 1e-8, {:.3g} at 2 + 1e-8"
    return in_both(exactly(form, *true), finding)


def remark_2_1() -> Evidence:
    """Both halves of Remark 2.1: absorption, in both readings, and NaNs."""
    nan = wider_nan()
    return by_reading(
        {_FLAT: together(_flat_for_higher_powers(), nan), _ABSORBED: together(_absorbed_for_higher_powers(), nan)}
    )


def no_nan_left() -> Evidence:
    """NaNs of h, h1 and h2, and infinities of the reciprocal of their denominators."""
    x = runs.of_h().x[runs.of_h().distinct]
    denominators = {
        "h": functions.g,
        "h1": partial(functions.g1, epsilon=runs.EPSILON_1, delta=runs.DELTA_1),
        "h2": partial(functions.g2, epsilon=runs.EPSILON_2),
    }

    def finding(name: str) -> Finding:
        sweeps = (runs.of_h(), runs.of_h1(), runs.of_h2())
        nan = [int(np.isnan(run.results[name][0][run.distinct]).sum()) for run in sweeps]
        infinite = [
            int(np.isinf(runs.value_and_slope(name, lambda x, xp, g=g: 1 / g(x, xp), x)[0]).sum())
            for g in denominators.values()
        ]
        text = "NaN at {} number of h, {} of h1, {} of h2; 1/denominator infinite at {}, {}, {}".format(*nan, *infinite)
        return Finding(text, as_stated=nan == infinite == [1, 0, 0])

    at_2 = (Fraction(0), rationals.perturbed(Fraction(0)), rationals.clamped(Fraction(0)))
    return in_both(exactly("denominators at 2: {:g}, {:g} and {:g}", *map(float, at_2)), finding)


_STEP = 2.0**-22
"""A share of delta over which h1 changes by a thousandth of its smallest jump here.

float64 has many numbers in between.
"""


def jump() -> Evidence:
    """The jumps of h1 at both edges of its zone, for three pairs of constants.

    They are measured over a step, and between two neighbours.
    """
    constants = ((1e-8, 1e-4), (1e-6, 1e-2), (1e-10, 1e-3))
    edges = [(e, d, side) for side in (1, -1) for e, d in constants]

    def jumps(evaluate: Evaluate, step: float = 0.0) -> list[float]:
        return [_across(evaluate, partial(functions.h1, epsilon=e, delta=d), d, side, step) for e, d, side in edges]

    predicted = [4 * e / d for e, d, _ in edges]

    def finding(name: str) -> Finding:
        wide, narrow = jumps(_by(name), step=_STEP), jumps(_by(name))
        # What a step adds to a jump goes with the step; a continuous function would have nothing
        # left.
        near = all(
            abs(j / p - 1) < _CLOSE
            for rises_of_h1 in (wide, narrow)
            for j, p in zip(rises_of_h1, predicted, strict=True)
        )
        text = f"from one number to the next, out of the zone, h1 rises by {_listed(narrow[:3], '.4g')} right, "
        text += f"{_listed(narrow[3:], '.4g')} left; over {_STEP:.1g} delta to both sides by {_listed(wide[:3], '.4g')} and "
        text += _listed(wide[3:], ".4g")
        return Finding(text, as_stated=near)

    rises = [_exact_rise(partial(rationals.perturbed, epsilon=e, delta=d), d, side) for e, d, side in edges]
    return in_both(exactly("rises by {} right, {} left", _listed(rises[:3], ".4g"), _listed(rises[3:], ".4g")), finding)


def _across(evaluate: Evaluate, program: Program, delta: float, side: int = 1, step: float = 0.0) -> float:
    """Change of the value on the way out of a zone.

    It is taken from one number to its neighbour, or over a relative step to both sides.
    """
    gamma = _over_the_edge(delta, side) if not step else side * delta * np.array([1 - step, 1 + step])
    inside, outside = evaluate(program, (2 + gamma) - 2)
    return float(outside - inside)


def _exact_rise(denominator: Callable[[Fraction], Fraction], delta: float, side: int) -> float:
    """Change of a quotient in rationals, between two neighbours, on the way out of a zone."""
    inside, outside = (
        rationals.quotient(g, denominator(g)) for g in map(Fraction, _over_the_edge(delta, side).tolist())
    )
    return float(outside - inside)


def hidden_jump() -> Evidence:
    """The jump of h1 for three ratios of epsilon and delta."""
    ratios, delta = (1e-1, 1e-3, 1e-5), runs.DELTA_1

    def finding(name: str) -> Finding:
        jumps = [_across(_by(name), partial(functions.h1, epsilon=delta * r, delta=delta), delta) for r in ratios]
        text = f"jumps {_listed(jumps)} for epsilon/|g| = {_listed(ratios, 'g')}"
        # The denominator of the last number inside is (1 + ratio) times that of the first outside.
        near = all(abs(j / (4 * r / (1 + r)) - 1) < _CLOSE for j, r in zip(jumps, ratios, strict=True))
        return Finding(text, as_stated=near)

    rises = (_exact_rise(partial(rationals.perturbed, epsilon=delta * r, delta=delta), delta, 1) for r in ratios)
    return in_both(exactly("jumps {}", _listed(rises)), finding)


def order_one_error() -> Evidence:
    """Largest error of the values of h1 and h2, for three epsilons each.

    It is the same for every epsilon.
    """
    epsilons = (1e-4, 1e-8, 1e-12)
    forms = {"h1": rationals.perturbed, "h2": rationals.clamped}

    def finding(name: str) -> Finding:
        programs = [partial(getattr(functions, form), epsilon=e) for form in forms for e in epsilons]
        errors = [_largest_error(name, program) for program in programs]
        text = f"largest errors {_listed(errors, '.16g')} (h1, then h2; epsilon = 1e-4, 1e-8, 1e-12)"
        return Finding(text, as_stated=all(map(_is_4, errors)))

    # At 2 itself, where the value is that of the perturbation alone.
    zero = Fraction(0)
    at_2 = [4 - rationals.quotient(zero, d(zero, epsilon=e)) for d in forms.values() for e in epsilons]
    return in_both(exactly("errors at 2: {}", _listed(map(float, at_2), "g")), finding)


def _is_4(error: float) -> bool:
    """Tell whether a largest error is 4.

    It is that at 2, where 0 is computed, and less beside it, but for one rounding.
    """
    return bool(abs(error - 4) <= np.spacing(4.0))


def _largest_error(name: str, program: Program) -> float:
    """Largest error of the value of a program that is meant to be x + 2."""
    x = _numbers()
    return float(np.abs(runs.value_and_slope(name, program, x)[0] - (x + 2)).max())


def hard_to_avoid() -> Evidence:
    """Largest error of the values of h1 over seventeen epsilons, and of x + 2.

    No epsilon helps, and refactoring does.
    """
    epsilons = (10.0 ** -np.arange(17)).tolist()

    def finding(name: str) -> Finding:
        errors = [_largest_error(name, partial(functions.h1, epsilon=e)) for e in epsilons]
        simplified = _largest_error(name, functions.h_hat)
        text = f"largest error of h1 {min(errors):.16g} to {max(errors):.16g} for every epsilon from 1 to 1e-16; "
        stays = all(map(_is_4, errors))
        return Finding(f"{text}of x + 2: {simplified:g}", as_stated=stays and simplified == 0)

    at_2 = {rationals.quotient(Fraction(0), rationals.perturbed(Fraction(0), epsilon=e)) for e in epsilons}
    form = "h1(2) = {} for every epsilon; h(2) = {:g}"
    return in_both(exactly(form, _listed(map(float, at_2), "g"), *_exactly(functions.h, [0.0])), finding)


@dataclasses.dataclass(frozen=True)
class _Equation:
    """An equation of section 2: the program, and the equation in rationals.

    Besides, it holds the program that one types from the printed page.
    """

    program: Program
    denominator: Callable[[Fraction], Fraction]
    printed: Program
    slope_of_denominator: int
    delta: float

    def finding(self, name: str) -> Finding:
        """Hold both programs against the rationals.

        The equation holds as stated where both are right in values and in the slope at 2.
        """
        x = _numbers(self.delta)
        value = runs.value_and_slope(name, self.program, x)[0]
        typed = runs.value_and_slope(name, self.printed, x)[0]
        share = _share(value, x, self.denominator)
        differ = (typed != value) & ~(np.isnan(typed) & np.isnan(value))
        # The edges of the printed condition are rounded: a number there may fall on the other side.
        at_edges = np.isin(x[differ], [2 + g for side in (-1, 1) for g in _over_the_edge(self.delta, side)])
        slopes = [runs.value_and_slope(name, p, [2.0])[1, 0] for p in (self.program, self.printed)]
        # one unit in the last place
        right = [bool(abs(s / self.slope_at_2 - 1) <= runs.ULP) for s in slopes]
        text = f"at {x.size} numbers off by at most {share:.2f} of what rounding may do; typed as printed, other values at "
        text += f"{differ.sum()} of them"
        if differ.any():
            pairs = zip(x[differ], typed[differ], value[differ], strict=True)
            text += f" ({'; '.join(f'{a:.9g} for {b:.9g} at {p:.9g}' for p, a, b in pairs)})"
        text += f"; slope at 2 {slopes[0]:g}, as printed {slopes[1]:g}"
        good = share <= 1 and right[0] and bool(at_edges.all())
        return Finding(text, as_stated=good and right[1] and not differ.any(), under_condition=good)

    @property
    def slope_at_2(self) -> float:
        """The slope at 2 in rationals."""
        return float(rationals.slope(Fraction(0), self.denominator(Fraction(0)), self.slope_of_denominator))

    @property
    def points(self) -> str:
        """Values in rationals at four telling points."""
        gammas = (0.0, self.delta / 2, *_over_the_edge(self.delta, 1).tolist())
        values = (float(rationals.quotient(Fraction(g), self.denominator(Fraction(g)))) for g in gammas)
        form = "{0:g} at 2, {1:.7g} half way to the edge, {2:.9g} and {3:.9g} at its two sides"
        return form.format(*values)

    def evidence(self) -> Evidence:
        """Findings and exact values."""
        return in_both(exactly("{}; slope at 2 {:.9g}", self.points, self.slope_at_2), self.finding)


def _quotients(condition: Program, denominator: Program) -> Program:
    """Return the program that chooses between two quotients, f over a denominator and f/g."""

    def program(x: Array, xp: Namespace) -> Array:
        f, g = functions.f(x, xp), functions.g(x, xp)
        return xp.where(condition(x, xp), f / denominator(x, xp), f / g)

    return program


def _between(delta: float) -> Program:
    """Return the condition of equations (1) and (2) as they print it."""
    return lambda x, xp: (2 - delta < x) & (x < 2 + delta)


def _epsilon_with_sign(epsilon: float) -> Program:
    return lambda x, xp: functions.S(functions.g(x, xp), xp) * epsilon


def eq_1() -> Evidence:
    """Equation (1): h1, and what one types from the page, against its two cases in rationals."""
    sign = _epsilon_with_sign(runs.EPSILON_1)
    printed = _quotients(_between(runs.DELTA_1), lambda x, xp: functions.g(x, xp) + sign(x, xp))
    return _Equation(runs.h1, rationals.perturbed, printed, 1, runs.DELTA_1).evidence()


def eq_2() -> Evidence:
    """Equation (2) with delta far below epsilon, against its cases in rationals.

    The second part is what leaving g out changes.
    """
    epsilon, delta = runs.EPSILON_2, runs.EPSILON_2 / 1000
    program = partial(functions.h1_hat, epsilon=epsilon, delta=delta)
    printed = _quotients(_between(delta), _epsilon_with_sign(epsilon))
    in_rationals = partial(rationals.dropped, epsilon=epsilon, delta=delta)
    equation = _Equation(program, in_rationals, printed, 0, delta)
    return together(equation.evidence(), _left_out(epsilon, delta))


def _left_out(epsilon: float, delta: float) -> Evidence:
    """What leaving g out of the perturbed denominator does within the zone.

    The claim holds as stated where that is 1 % of the value at most.
    """
    gamma = np.concatenate([delta * np.linspace(-0.999, 0.999, 500), *(_over_the_edge(delta, s)[:1] for s in (-1, 1))])
    x = 2 + gamma
    g = x - 2

    def finding(name: str) -> Finding:
        with_g = runs.value_and_slope(name, partial(functions.h1, epsilon=epsilon, delta=delta), x)[0]
        without_g = runs.value_and_slope(name, partial(functions.h1_hat, epsilon=epsilon, delta=delta), x)[0]
        share = _share(with_g, x, partial(rationals.perturbed, epsilon=epsilon, delta=delta))
        changed = without_g / with_g - 1
        # Four roundings: two denominators and two divisions.
        law = bool(np.abs(changed - np.abs(g) / epsilon).max() <= 4 * runs.ULP)
        text = f"for delta = {delta / epsilon:g} epsilon leaving g out raises the value by up to {changed.max():.3%}, "
        text += f"{'by' if law else 'not by'} |g|/epsilon at {x.size} numbers; with g, within {share:.2f} of what rounding may do"
        return Finding(text, as_stated=law and share <= 1 and bool(changed.max() <= _CLOSE))

    inner = Fraction(_over_the_edge(delta, 1)[0])
    pair = (
        rationals.perturbed(inner, epsilon=epsilon, delta=delta),
        rationals.dropped(inner, epsilon=epsilon, delta=delta),
    )
    factor = rationals.quotient(inner, pair[1]) / rationals.quotient(inner, pair[0])
    return in_both(exactly("at the edge the value is {:.6g} times as large", float(factor)), finding)


def ignored_when_equal() -> Evidence:
    """What "in this case" refers to, where delta is chosen to remove the discontinuity.

    The two readings are a small g, and equation (2).
    """
    return by_reading(
        {
            "where g can be ignored": _left_out(runs.EPSILON_2, runs.EPSILON_2),
            "of equation (2)": continuous_when_equal(),
        }
    )


def continuous_when_equal() -> Evidence:
    """The jump of the function of equation (2) at the edge, for delta = epsilon and 2 epsilon."""
    epsilon = runs.EPSILON_2
    deltas = (epsilon, 2 * epsilon)

    def finding(name: str) -> Finding:
        programs = [partial(functions.h1_hat, epsilon=epsilon, delta=d) for d in deltas]
        jumps = [_across(_by(name), p, d, side) for p, d in zip(programs, deltas, strict=True) for side in (1, -1)]
        equal, twice = jumps[:2], jumps[2:]
        text = f"jump {_listed(equal, '.1e')} (right, left) for delta = epsilon, {_listed(twice)} for delta = 2 epsilon"
        # Inside, 4 |g|/epsilon is twice as large as outside, where it is 4.
        jumps_for_twice = all(abs(j / -4 - 1) < _CLOSE for j in twice)
        return Finding(text, as_stated=max(map(abs, equal)) <= _no_jump(epsilon) and jumps_for_twice)

    rises = [
        _exact_rise(partial(rationals.dropped, epsilon=epsilon, delta=d), d, side) for d in deltas for side in (1, -1)
    ]
    return in_both(exactly("{:.1e} and {:.1e}; {:.3g} and {:.3g}", *rises), finding)


def _no_jump(epsilon: float) -> float:
    """Most that f/epsilon changes from one number to the next.

    It does so by its slope of 4/epsilon, and by rounding the square twice.
    """
    return (1 + _CLOSE) * (4 * np.spacing(2.0) + np.spacing(4.0)) / epsilon


def eq_3() -> Evidence:
    """Equation (3): h2, and what one types from the page, against its two cases in rationals."""
    epsilon = runs.EPSILON_2
    printed = _quotients(lambda x, xp: xp.abs(functions.g(x, xp)) < epsilon, _epsilon_with_sign(epsilon))
    return _Equation(runs.h2, rationals.clamped, printed, 0, epsilon).evidence()


def eq_4() -> Evidence:
    """Equation (4), without the sign function, against its cases in rationals and equation (3).

    The program typed as it is printed is compared, too.
    """
    epsilon = runs.EPSILON_2

    def printed(x: Array, xp: Namespace) -> Array:
        f, g = functions.f(x, xp), functions.g(x, xp)
        # The arbitrary choice that the paper asks for at g = 0 is made as everywhere else.
        above = xp.where((g >= 0) & (g < epsilon), f / epsilon, f / g)
        return xp.where((-epsilon < g) & (g < 0), f / -epsilon, above)

    equation = _Equation(partial(functions.h2_hat, epsilon=epsilon), rationals.clamped, printed, 0, epsilon)
    same = in_both(
        definition("(3) and (4) are compared, bit for bit"),
        lambda name: _same_function(name, runs.h2, equation.program),
    )
    return together(equation.evidence(), same)


def _same_function(name: str, a: Program, b: Program) -> Finding:
    x = _numbers(runs.EPSILON_2)
    one, other = runs.value_and_slope(name, a, x), runs.value_and_slope(name, b, x)
    same = agreement(one[0], other[0]), agreement(one[1], other[1])
    return Finding(f"values: {same[0]}; slopes: {same[1]}", as_stated=all(s.identical for s in same))


def _clamped_twice() -> Evidence:
    """The functions of equation (2), with delta = epsilon, and of (3), each against rationals."""
    epsilon = runs.EPSILON_2
    x = _numbers(epsilon)
    forms: dict[str, tuple[Program, Callable[..., Fraction]]] = {
        "(2)": (partial(functions.h1_hat, epsilon=epsilon, delta=epsilon), rationals.dropped),
        "(3)": (runs.h2, rationals.clamped),
    }

    def finding(name: str) -> Finding:
        shares = {t: _share(runs.value_and_slope(name, p, x)[0], x, d) for t, (p, d) in forms.items()}
        text = f"at {x.size} numbers, among them both sides of the edges: "
        text += ", ".join(f"{t} within {share:.2f} of what rounding may do" for t, share in shares.items())
        return Finding(text, as_stated=max(shares.values()) <= 1)

    gammas = [Fraction(g) for g in (epsilon / 2, *_over_the_edge(epsilon, 1).tolist())]
    values = [[float(rationals.quotient(g, d(g))) for g in gammas] for _, d in forms.values()]
    form = "half way, inside and outside the edge (2) is {}, (3) is {}"
    return in_both(exactly(form, *(_listed(row, ".7g") for row in values)), finding)


def delta_removed() -> Evidence:
    """Equation (3) against equation (2) with delta equal to epsilon, and both against rationals."""
    both = partial(functions.h1_hat, epsilon=runs.EPSILON_2, delta=runs.EPSILON_2)
    compared = definition("(2) and (3) are compared, bit for bit")
    parts = in_both(compared, lambda name: _same_function(name, runs.h2, both)), _clamped_twice(), _edges_as_printed()
    return together(*parts)


def _edges_as_printed() -> Evidence:
    """The slope of (2) with delta = epsilon, typed as printed, against that of (3) at the edges."""
    epsilon = runs.EPSILON_2
    edges_of_zone = np.array([2 - epsilon, 2 + epsilon])

    def printed(x: Array, xp: Namespace) -> Array:
        below = xp.where(_between(epsilon)(x, xp), _epsilon_with_sign(epsilon)(x, xp), functions.g(x, xp))
        return functions.f(x, xp) / below

    def finding(name: str) -> Finding:
        as_printed, by_size = (runs.value_and_slope(name, p, edges_of_zone)[1] for p in (printed, runs.h2))
        text = f"slope at 2 - epsilon and 2 + epsilon: of (2) as printed {_listed(as_printed, '.6g')}, "
        text += f"of (3) {_listed(by_size, '.6g')}"
        one_edge = int((as_printed != by_size).sum()) == 1
        return Finding(text, as_stated=not (as_printed != by_size).any(), under_condition=one_edge)

    gammas = [Fraction(x) - 2 for x in edges_of_zone.tolist()]
    slopes = [rationals.slope(g, rationals.clamped(g), int(abs(g) >= Fraction(epsilon))) for g in gammas]
    return in_both(exactly("slope of (3) there {:.6g} and {:.6g}", *map(float, slopes)), finding)


def continuity_of_h2() -> Evidence:
    """The change of h2 across the edges of its zone and across 2, for smaller and smaller steps.

    The change of h1 is printed for comparison.
    """
    steps, epsilon = (1e-3, 1e-6, 1e-9), runs.EPSILON_2
    x = _numbers(epsilon)

    def finding(name: str) -> Finding:
        of_h2 = [_across(_by(name), runs.h2, epsilon, step=step) for step in steps]
        of_h1 = [_across(_by(name), runs.h1, runs.DELTA_1, step=step) for step in steps]
        neighbours = [_across(_by(name), runs.h2, epsilon, side) for side in (-1, 1)]
        around_2 = np.diff(_by(name)(runs.h2, np.array([-(2.0**-52), 0.0, 2.0**-51])))
        share = _share(_by(name)(runs.h2, x - 2), x, rationals.clamped)
        text = f"steps of {_listed(steps, 'g')} of epsilon to both sides change h2 by {_listed(of_h2, '.1e')}, and one number "
        text += f"to the next by {_listed(neighbours, '.1e')} at the edges, {_listed(around_2, '.1e')} at 2; beside it, h1 by "
        text += f"{_listed(of_h1, '.1e')}; h2 is the clamped quotient within {share:.2f} of what rounding may do"
        # Inside, the slope is 4/epsilon: a step of a share of epsilon changes the value by 4 times
        # that share.
        small = all(abs(c) <= (1 + _CLOSE) * 4 * step + _no_jump(epsilon) for c, step in zip(of_h2, steps, strict=True))
        small &= max(map(abs, (*neighbours, *around_2))) <= _no_jump(epsilon)
        return Finding(text, as_stated=bool(small) and share <= 1)

    rises = [_exact_rise(rationals.clamped, epsilon, side) for side in (-1, 1)]
    of_h1 = [_exact_rise(rationals.perturbed, runs.DELTA_1, side) for side in (-1, 1)]
    form = "between neighbours at the left and the right edge h2 changes by {:.1e} and {:.1e}, h1 by {:.1e} and {:.1e}"
    return in_both(exactly(form, *rises, *of_h1), finding)


def fig_3() -> Evidence:
    """Values of h1: identical to h in black, zero in red, towards zero elsewhere."""
    run, of_h = runs.of_h1(), runs.of_h()
    black = run.inside(Region.BLACK) & run.distinct

    def finding(name: str) -> Finding:
        same = agreement(run.results[name][0][black], of_h.results[name][0][black])
        return Finding(f"black, h1 against h: {same}", as_stated=same.identical)

    apart = run.written[0][black] - of_h.written[0][black]
    exact = exactly("h1 - h is {:g} to {:g} at the black numbers", apart.min(), apart.max())
    return together(in_both(exact, finding), red_is_zero(), towards_zero())


def red_is_zero() -> Evidence:
    """Value of h1 where the offset is absorbed."""
    run = runs.of_h1()
    red = run.inside(Region.RED)
    numbers = np.unique(run.x[red]).size

    def finding(name: str) -> Finding:
        values = np.unique(run.results[name][0][red])
        text = f"red: all offsets give {numbers} number, where h1 is {_listed(values, 'g')}"
        return Finding(text, values.tolist() == [0.0])

    ends = _exactly(functions.h, run.gamma[red][[0, -1]])
    return in_both(exactly("h = {:g} at the leftmost red offset, {:g} at the rightmost", *ends), finding)


def towards_zero() -> Evidence:
    """Sign of the error of h1 inside the zone."""
    run = runs.of_h1()
    inside = ~run.inside(Region.BLACK) & (run.x != 2) & run.distinct

    def finding(name: str) -> Finding:
        value = run.results[name][0]
        nearer = int(((value >= 0) & (value < run.meant[0]))[inside].sum())
        return Finding(
            f"{nearer} of {inside.sum()} green and yellow numbers lie between 0 and x + 2", nearer == inside.sum()
        )

    gammas = [Fraction(g) for g in (1e-9, 1e-6)]
    values = (float(rationals.quotient(g, rationals.perturbed(g))) for g in gammas)
    form = "h1 = {:.6g} at 2 + 1e-9, {:.6g} at 2 + 1e-6, where {:.9g} and {:.7g} are meant"
    return in_both(exactly(form, *values, *_exactly(functions.h, np.array([1e-9, 1e-6]))), finding)


def gamma_zero() -> Evidence:
    """What becomes of gamma = 0, and of the smallest offset that is not zero."""
    run = runs.of_h1()

    def finding(name: str) -> Finding:
        zero, smallest = run.results[name][0][run.gamma == 0][0], run.results[name][0][run.gamma == 1e-20][0]
        return Finding(f"h1 = {zero:g} at gamma = 0, {smallest:g} at 1e-20", as_stated=zero == smallest == 0)

    values = (float(rationals.quotient(g, rationals.perturbed(g))) for g in map(Fraction, (0.0, 1e-20)))
    return in_both(exactly("h1 = {:g} at gamma = 0, {:.3g} at 1e-20", *values), finding)


def fig_3_gap() -> Evidence:
    """Offsets inside the gap around 0 in Figure 3, which has no points there.

    In the gap h1 is what it is at the rim and at 0.
    """
    run = runs.of_h1()
    rim = np.abs(run.gamma[run.gamma != 0]).min()
    inside = gamma_grid(50, smallest=1e-300, largest=rim)

    def finding(name: str) -> Finding:
        value = _by(name)(runs.h1, inside)
        at_rim = np.unique(run.results[name][0][np.abs(run.gamma) == rim])
        text = f"smallest |gamma| {rim:g}; h1 = {_listed(at_rim, 'g')} there, and {_listed(np.unique(value), 'g')} at "
        text += f"{inside.size} offsets in the gap"
        return Finding(text, as_stated=rim == 1e-20 and at_rim.tolist() == np.unique(value).tolist() == [0.0])

    values = (float(rationals.quotient(Fraction(g), rationals.perturbed(Fraction(g)))) for g in (rim, rim / 1e5))
    return in_both(exactly("h1 = {:.3g} at the rim, {:.3g} at a hundred thousandth of it", *values), finding)


def fig_4() -> Evidence:
    """h1 less 4: linear in black as far as rounding allows, a jump where black meets green."""
    run = runs.of_h1()
    black = run.inside(Region.BLACK) & run.distinct
    inside = np.flatnonzero(~run.inside(Region.BLACK))
    edges = {"right": [inside[-1], inside[-1] + 1], "left": [inside[0], inside[0] - 1]}
    predicted = 4 * runs.EPSILON_1 / runs.DELTA_1

    def finding(name: str) -> Finding:
        value = run.results[name][0]
        share = _share(value[black], run.x[black])
        # From one sample to the next, less what the straight line rises by.
        rises = {side: float(np.diff(value[at] - run.x[at])[0]) for side, at in edges.items()}
        text = (
            f"black: gamma, off by at most {share:.2f} of what rounding may do; from green to black the value rises by "
        )
        text += ", ".join(f"{rise:.4g} {side}" for side, rise in rises.items())
        near = all(abs(rise / predicted - 1) < _CLOSE for rise in rises.values())
        return Finding(text, as_stated=share <= 1 and near)

    rises = (_exact_rise(rationals.perturbed, runs.DELTA_1, side) for side in (1, -1))
    return in_both(exactly("rises by {:.4g} right, {:.4g} left", *rises), finding)


def fig_5() -> Evidence:
    """h2 and the function of equation (2) with delta = epsilon, each against rationals.

    Its value at 2 is compared, too.
    """
    run = runs.of_h2()
    other = partial(functions.h1_hat, epsilon=runs.EPSILON_2, delta=runs.EPSILON_2)

    def finding(name: str) -> Finding:
        x = run.x[run.distinct]
        same = agreement(run.results[name][0][run.distinct], runs.value_and_slope(name, other, x)[0])
        middle = run.results[name][0][run.gamma == 0][0]
        return Finding(f"{same}; at 2 the value is {middle:g}", as_stated=same.identical and middle == 0)

    middle = float(rationals.quotient(Fraction(0), rationals.clamped(Fraction(0))))
    return together(in_both(exactly("at 2 the value is {:g}", middle), finding), _clamped_twice())


def abrupt() -> Evidence:
    """The transition of h2 and of h1.

    Measured are the step of the slope at the edge, and how much nearer to 2 the value is a half.
    """
    edges = {"h2": (runs.h2, runs.EPSILON_2), "h1": (runs.h1, runs.DELTA_1)}
    # Inside, h2 has the slope 4/epsilon, and h1 one of 1 + 4 epsilon/(|g| + epsilon)**2.
    steps = {"h2": -4 / runs.EPSILON_2, "h1": -4 * runs.EPSILON_1 / runs.DELTA_1**2}
    # The value is a half where |g| is epsilon/2, and where it is epsilon.
    factors = {"h2": 2.0, "h1": runs.DELTA_1 / runs.EPSILON_1}

    def step(slope: Callable[[Program, np.ndarray], np.ndarray], title: str) -> float:
        program, delta = edges[title]
        inside, outside = slope(program, delta * np.array([runs.JUST_INSIDE, runs.JUST_OUTSIDE]))
        return float(outside - inside)

    def factor(value: Evaluate, title: str) -> float:
        program, delta = edges[title]
        gamma = np.geomspace(delta / 1e6, delta, 6001)
        half = gamma[value(program, gamma) <= 2].max(initial=0.0)
        return float(delta / half) if half else np.inf

    def finding(name: str) -> Finding:
        changes = {t: step(lambda p, g: runs.value_and_slope(name, p, 2 + g)[1], t) for t in edges}
        halved = {t: factor(_by(name), t) for t in edges}
        text = "; ".join(
            f"{t}: the slope changes by {changes[t]:.5g} at the edge, the value is a half {halved[t]:.4g} times nearer to 2"
            for t in edges
        )
        near = all(abs(a[t] / b[t] - 1) < _CLOSE for a, b in ((changes, steps), (halved, factors)) for t in edges)
        return Finding(text, as_stated=near)

    exact = [step(lambda p, g: truth.derivatives(p, g)[1], t) for t in edges]
    return in_both(exactly("the slope changes by {:.5g} for h2, {:.5g} for h1", *exact), finding)


def edge_in_yellow() -> Evidence:
    """The colour of the numbers at which h2 with epsilon 1e-8 changes case."""
    x = 2 + np.concatenate([_over_the_edge(runs.EPSILON_1, side) for side in (-1, 1)])

    def finding(name: str) -> Finding:
        value = runs.value_and_slope(name, functions.h, x)[0]
        text = f"h = {_listed(np.unique(value), '.17g')} at the {x.size} numbers next to 2 - 1e-8 and 2 + 1e-8"
        return Finding(text, as_stated=bool((value == 4).all()))

    return in_both(exactly("h = {:.9g} to {:.9g}", *_exactly(functions.h, x - 2)[[0, -1]]), finding)


def identical_values() -> Evidence:
    """The values of h, h1 and h2 in PyTorch against those in TensorFlow.

    The square and the order of the statements are typed in two forms each.
    """
    both = [run.agreement(0) for run in (runs.of_h(), runs.of_h1(), runs.of_h2())]
    x = runs.of_h().x[runs.of_h().distinct]

    def denominator_first(x: Array, xp: Namespace) -> Array:
        g = functions.g(x, xp)
        return functions.f(x, xp) / g

    def differing(program: Program) -> int:
        return agreement(*(runs.value_and_slope(name, program, x)[0] for name in FRAMEWORKS)).differing

    square, power, swapped = (
        differing(p) for p in (lambda x, xp: x**2, lambda x, xp: (x**2 - 4) / (x - 2), denominator_first)
    )
    rounded_once = rationals.power(x, 2)

    def finding(name: str) -> Finding:
        wrong = int((runs.value_and_slope(name, lambda x, xp: x**2, x)[0] != rounded_once).sum())
        counts = ", ".join(str(a.differing) for a in both)
        text = f"x*x: h, h1 and h2 differ at {counts} of {x.size} numbers, h with g computed before f at {swapped}; "
        text += (
            f"x**2 differs at {square}, and h with it at {power}; here x**2 is not the square, rounded once, at {wrong}"
        )
        products = all(a.identical for a in both) and swapped == 0
        return Finding(text, as_stated=products and power == 0, under_condition=products)

    return in_both(definition("two frameworks are compared, bit for bit"), finding)
