"""Section 2: the values of h, h1 and h2."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial

import numpy as np

from removable import functions, gamma_grid, truth
from removable.claims import rationals, runs
from removable.claims.ledger import FRAMEWORKS, Evidence, Finding, in_both, together
from removable.regions import Region
from removable.sweep import Sweep, agreement

Evaluate = Callable[[functions.Program, np.ndarray], np.ndarray]
"""Evaluates a program at 2 + gamma, called with both."""


def nan_at_2() -> Evidence:
    """The value of h at 2."""

    def finding(name: str) -> Finding:
        value = runs.value_and_slope(name, functions.h, [2.0])[0, 0]
        return Finding(f"h(2) = {value}", as_stated=bool(np.isnan(value)))

    return in_both(f"h(2) = {truth.derivatives(functions.h, [0.0], order=0)[0, 0]:g}", finding)


def fig_1() -> Evidence:
    """The three regions of Figure 1."""
    return together(green_on_the_line(), yellow_is_4(), red_is_nan())


def green_on_the_line() -> Evidence:
    """Distance of the green samples from the line."""
    run = runs.of_h()
    green = run.where(Region.GREEN) & (run.gamma != 0)

    def finding(name: str) -> Finding:
        off = np.abs(run.total_error(name)[green])
        text = f"green: largest distance from the line {off.max():.2g}, median {np.median(off):.1g}"
        return Finding(text, as_stated=off.max() < 1e-7)

    return in_both("4 + gamma", finding)


def yellow_is_4() -> Evidence:
    """Value of h where the square of gamma is at most half the spacing of doubles next to 4, and only there."""
    run = runs.of_h()
    gamma = run.x - 2
    half_spacing = np.where(gamma > 0, 2.0**-51, 2.0**-52)
    small = (gamma * gamma <= half_spacing) & (gamma != 0)

    def finding(name: str) -> Finding:
        value = run.results[name][0]
        inside, outside = int((value[small] == 4).sum()), int((value[~small] == 4).sum())
        text = f"4 in {inside} of {small.sum()} samples whose square is at most half a spacing, in {outside} others"
        return Finding(text, as_stated=inside == small.sum() and outside == 0)

    ends = np.abs(gamma[small & (gamma > 0)]).max(), np.abs(gamma[small & (gamma < 0)]).max()
    return in_both("4 + gamma, with gamma up to {:.2e} on the right and {:.2e} on the left".format(*ends), finding)


def red_is_nan() -> Evidence:
    """Value of h where the offset is absorbed."""
    run = runs.of_h()
    red = run.where(Region.RED)

    def finding(name: str) -> Finding:
        lost = int(np.isnan(run.results[name][0][red]).sum())
        return Finding(f"red: NaN in {lost} of {red.sum()} samples", as_stated=lost == red.sum())

    return in_both("4 + gamma", finding)


def fig_2() -> Evidence:
    """Value of h less 4: linear in green, zero in yellow."""
    run = runs.of_h()
    yellow = run.where(Region.YELLOW)
    far = run.where(Region.GREEN) & (np.abs(run.gamma) > 1e-6)

    def finding(name: str) -> Finding:
        left = run.results[name][0] - 4
        off = np.abs(left[far] / run.gamma[far] - 1).max()
        text = f"yellow: {np.abs(left[yellow]).max():g}; beyond 1e-6: gamma to {off:.1e} of itself"
        return Finding(text, as_stated=bool((left[yellow] == 0).all()) and off < 1e-3)

    return in_both("gamma", finding)


def partly_absorbed() -> Evidence:
    """Near the yellow region, h - 4 is alpha gamma with the alpha that exact rationals give."""
    run = runs.of_h()
    near = run.where(Region.GREEN) & (np.abs(run.gamma) < 1e-6) & (run.gamma != 0)
    x, value_off = run.x[near], {name: run.results[name][0][near] - 4 for name in run.results}
    alpha = np.array([float(a) for a in rationals.alpha(x)])

    def finding(name: str) -> Finding:
        off = np.abs(value_off[name] - alpha * (x - 2)).max()
        text = f"{near.sum()} samples: h - 4 is alpha gamma to {off:.1e}; alpha {alpha.min():.3f} to {alpha.max():.3f}"
        return Finding(text, as_stated=off <= np.spacing(4.0) and alpha.min() != 1 != alpha.max())

    return in_both("alpha = 1", finding)


def _alphas(rounded_up: bool, region: Region | None = None) -> list[Fraction]:
    """Alphas of the samples within 1e-5 whose square is rounded in one direction, in one region or in all."""
    run = runs.of_h()
    here = (run.x != 2) & (np.abs(run.gamma) < 1e-5)
    if region is not None:
        here &= run.where(region)
    return [a for a in rationals.alpha(run.x[here]) if (a > 1 if rounded_up else a < 1)]


def alpha_rounding_down() -> Evidence:
    """Alpha where a part of the square is rounded down."""
    alphas = _alphas(False, Region.GREEN)
    bits = _same_square()

    def finding(name: str) -> Finding:
        text = f"{len(alphas)} green samples rounded down: alpha {float(min(alphas)):.4f} to {float(max(alphas)):.8f}"
        return Finding(text, as_stated=bits[name] and all(0 < a < 1 for a in alphas))

    low = "and none below 2/3" if min(alphas) >= Fraction(2, 3) else "and some below 2/3"
    return in_both(f"alpha = 1; rounded to nearest, alpha is 0 in yellow {low} in green", finding)


def alpha_rounding_up() -> Evidence:
    """Alpha where the square is rounded up."""
    alphas = _alphas(True)
    bits = _same_square()

    def finding(name: str) -> Finding:
        text = f"{len(alphas)} samples rounded up: alpha {float(min(alphas)):.8f} to {float(max(alphas)):.4f}"
        return Finding(text, as_stated=bits[name] and all(1 < a < 2 for a in alphas))

    return in_both("alpha = 1", finding)


def largest_alpha() -> Evidence:
    """Alpha where the square is just above half the spacing of doubles, where it is rounded up to a whole one."""
    run = runs.of_h()
    right = (run.x > 2) & (run.gamma < 1e-5)
    alphas = np.array([float(a) for a in rationals.alpha(run.x[right])])
    gamma = run.x[right][alphas.argmax()] - 2
    halves = gamma**2 / 2.0**-51
    bits = _same_square()

    def finding(name: str) -> Finding:
        text = f"the largest alpha right of 2, {alphas.max():.4f}, is where gamma squared is {halves:.4f} half spacings"
        return Finding(text, as_stated=bits[name] and 1 < halves < 1.01 and alphas.max() > 1.98)

    return in_both("alpha = 1", finding)


def _same_square() -> dict[str, bool]:
    """Whether the frameworks' own squares are those that alpha is computed from."""
    x = runs.of_h().x
    squares = {name: runs.value_and_slope(name, lambda x, xp: x * x, x)[0] for name in FRAMEWORKS}
    return {name: agreement(square, x * x).identical for name, square in squares.items()}


def _absorbed_reach(power: int, gamma: np.ndarray) -> float:
    """Largest offset at which the highest power of gamma leaves no trace in the rounded power of x."""
    whole = truth.derivatives(lambda x, xp: x**power, gamma, order=0)
    without = truth.derivatives(lambda x, xp: x**power - (x - 2) ** power, gamma, order=0)
    return float(np.abs(gamma[(whole == without)[0]]).max(initial=0.0))


def wider_for_higher_powers() -> Evidence:
    """Interval in which the highest power is absorbed, by power; and, beside it, that in which the slope is wrong."""
    gamma = gamma_grid(400)
    powers = (2, 3, 5, 8)
    absorbed = [_absorbed_reach(n, (2 + gamma) - 2) for n in powers]
    true = {n: truth.derivatives(partial(functions.h_power_hat, power=n), gamma)[1] for n in powers}

    def finding(name: str) -> Finding:
        wrong, same = [], []
        for n in powers:
            h_n = partial(functions.h_power, power=n)
            value, slope = runs.value_and_slope(name, h_n, 2 + gamma)
            with np.errstate(invalid="ignore"):
                same.append(agreement(value, h_n(2 + gamma, np)).identical)
            wrong.append(np.abs(gamma[~(np.abs(slope - true[n]) <= 1e-3 * true[n])]).max())
        text = (
            f"powers 2, 3, 5, 8, rounded as IEEE 754 says in {sum(same)} of 4 cases; "
            f"beside it, the slope is off by 0.1 % out to {', '.join(f'{w:.1e}' for w in wrong)}"
        )
        return Finding(text, as_stated=all(same) and bool(np.all(np.diff(absorbed) > 0)))

    exact = f"highest power absorbed in rounding out to {', '.join(f'{a:.1e}' for a in absorbed)}"
    return in_both(exact, finding)


def wider_nan() -> Evidence:
    """Interval of NaNs when the denominator is a written-out square, against a simple one."""
    gamma = gamma_grid(1000)

    def square(x: functions.Array, xp: functions.Namespace) -> functions.Array:
        return (x * x * x - 6 * (x * x) + 12 * x - 8) / (x * x - 4 * x + 4)

    def finding(name: str) -> Finding:
        reach = [
            np.abs(gamma[np.isnan(runs.value_and_slope(name, p, 2 + gamma)[0])]).max() for p in (functions.h, square)
        ]
        text = f"NaN out to {reach[0]:.1e} for x - 2, {reach[1]:.1e} for x*x - 4*x + 4"
        return Finding(text, as_stated=reach[1] > 1e3 * reach[0])

    true = [truth.derivatives(p, gamma, order=0) for p in (functions.h, square)]
    return in_both(
        "finite in {} and {} of {} samples".format(*(np.isfinite(v).sum() for v in true), gamma.size), finding
    )


def remark_2_1() -> Evidence:
    """Both halves of Remark 2.1: absorption, and NaNs."""
    return together(wider_for_higher_powers(), wider_nan())


def no_nan_left() -> Evidence:
    """NaNs of h, h1 and h2, and infinities of the reciprocal of their denominators."""
    x = runs.of_h().x
    denominators = {
        "h": functions.g,
        "h1": partial(functions.g1, epsilon=runs.EPSILON_1, delta=runs.DELTA_1),
        "h2": partial(functions.g2, epsilon=runs.EPSILON_2),
    }

    def finding(name: str) -> Finding:
        sweeps = (runs.of_h(), runs.of_h1(), runs.of_h2())
        nan = [int(np.isnan(run.results[name][0]).sum()) for run in sweeps]
        infinite = [
            int(np.isinf(runs.value_and_slope(name, lambda x, xp, g=g: 1 / g(x, xp), x)[0]).sum())
            for g in denominators.values()
        ]
        text = "NaN in {} samples of h, {} of h1, {} of h2; 1/denominator infinite in {}, {}, {}".format(
            *nan, *infinite
        )
        return Finding(text, as_stated=min(nan[0], infinite[0]) > 0 and nan[1:] == infinite[1:] == [0, 0])

    finite = [int(np.isfinite(run.written[0]).sum()) for run in (runs.of_h(), runs.of_h1(), runs.of_h2())]
    return in_both("finite in {}, {} and {} samples".format(*finite), finding)


def jump() -> Evidence:
    """The jumps of h1 at both edges of its zone, for three pairs of constants, in steps too small for a slope to explain."""
    constants = ((1e-8, 1e-4), (1e-6, 1e-2), (1e-10, 1e-3))
    programs = [(partial(functions.h1, epsilon=e, delta=d), side * d) for e, d in constants for side in (1, -1)]
    exact = [_across(_exactly, *at_edge) for at_edge in programs]

    def finding(name: str) -> Finding:
        found = [_across(_by(name), *at_edge) for at_edge in programs]
        near = all(abs(j / e - 1) < 0.1 for j, e in zip(found, exact, strict=True))
        return Finding(
            f"jumps of {_listed(found[::2])} right of 2, {_listed(found[1::2])} left", near and min(exact) > 0
        )

    return in_both(f"jumps of {_listed(exact[::2])} right of 2, {_listed(exact[1::2])} left", finding)


def _across(evaluate: Evaluate, program: functions.Program, edge: float, *, step: float = 2.0**-30) -> float:
    """Change of the value across an edge of a zone, from a relative step inside it to one outside."""
    inside, outside = evaluate(program, edge * np.array([1 - step, 1 + step]))
    return abs(float(outside - inside))


def _listed(numbers: Iterable[float], form: str = ".3g") -> str:
    return ", ".join(f"{number:{form}}" for number in numbers)


def _exactly(program: functions.Program, gamma: np.ndarray) -> np.ndarray:
    """Values of a program at 2 + gamma without rounding."""
    return truth.derivatives(program, gamma, order=0)[0]


def _by(name: str) -> Evaluate:
    """Return a function that evaluates programs at 2 + gamma in one framework."""
    return lambda program, gamma: runs.value_and_slope(name, program, 2 + gamma)[0]


def hidden_jump() -> Evidence:
    """The jump of h1 for three ratios of epsilon and delta."""
    ratios, delta = (1e-1, 1e-3, 1e-5), runs.DELTA_1

    def jumps(evaluate: Evaluate) -> list[float]:
        return [_across(evaluate, partial(functions.h1, epsilon=delta * r, delta=delta), delta) for r in ratios]

    def finding(name: str) -> Finding:
        found = jumps(_by(name))
        text = f"jumps {_listed(found)} for epsilon/|g| = {_listed(ratios, 'g')}"
        return Finding(text, as_stated=bool(np.all(np.diff(found) < 0) and found[-1] < 1e-4))

    return in_both(f"jumps {_listed(jumps(_exactly))}", finding)


def order_one_error() -> Evidence:
    """Largest error of the values of h1 and h2, for three epsilons each."""
    epsilons, gamma = (1e-4, 1e-8, 1e-12), gamma_grid(500)

    def errors(evaluate: Evaluate) -> list[float]:
        programs = [partial(form, epsilon=e) for form in (functions.h1, functions.h2) for e in epsilons]
        return [float(np.abs(evaluate(program, gamma) - (4 + gamma)).max()) for program in programs]

    def finding(name: str) -> Finding:
        found = errors(_by(name))
        text = f"largest errors {', '.join(f'{e:.4g}' for e in found)} (h1, then h2; epsilon = 1e-4, 1e-8, 1e-12)"
        return Finding(text, as_stated=all(1 < e < 10 for e in found))

    exact = errors(_exactly)
    return in_both(f"{min(exact):.4g} to {max(exact):.4g}, by the perturbation alone", finding)


def hard_to_avoid() -> Evidence:
    """Largest error of the values of h1 over seventeen epsilons: the best that a choice of epsilon can do."""
    epsilons, gamma = 10.0 ** -np.arange(17), gamma_grid(500)

    def finding(name: str) -> Finding:
        values = (_by(name)(partial(functions.h1, epsilon=e), gamma) for e in epsilons.tolist())
        best = min(np.abs(value - (4 + gamma)).max() for value in values)
        return Finding(f"at least {best:.3g} for every epsilon from 1 to 1e-16", as_stated=best > 1)

    at_2 = {float(_exactly(partial(functions.h1, epsilon=e), [0.0])[0]) for e in epsilons.tolist()}
    return in_both(f"h1(2) = {_listed(at_2, 'g')} for every epsilon; {runs.exactly_h()}", finding)


def eq_1() -> Evidence:
    """The two cases of equation (1), written out in rationals, against h1 in the frameworks."""
    return _as_written(runs.of_h1(), rationals.perturbed, "f/(g + S epsilon) within delta, f/g elsewhere")


def eq_3() -> Evidence:
    """The two cases of equation (3), written out in rationals, against h2 in the frameworks."""
    return _as_written(runs.of_h2(), rationals.clamped, "f/(S epsilon) where |g| < epsilon, f/g elsewhere")


def _as_written(run: Sweep, denominator: Callable[[Fraction], Fraction], exact: str) -> Evidence:
    """Compare a sweep with a quotient in rationals; what rounding does to f, over the denominator, is allowed."""
    some = slice(None, None, 7)
    gammas = [Fraction(x) - 2 for x in run.x[some].tolist()]
    denominators = [denominator(g) for g in gammas]
    here = np.array([d != 0 for d in denominators])
    values = np.array([float((4 * g + g * g) / d) if d else np.nan for g, d in zip(gammas, denominators, strict=True)])
    size = np.abs(np.array([float(d) for d in denominators]))

    def finding(name: str) -> Finding:
        # The error of f is at most half a spacing of the square, 2**-51 from 4 to 8 and 2**-50 beyond; the rest is the quotient's.
        off = (np.abs(run.results[name][0][some] - values) * size)[here].max()
        text = f"in {here.sum()} samples quotient times denominator is off by at most {off / 2.0**-51:.2g} half spacings of 4"
        return Finding(text, as_stated=off < 2.0**-49)

    return in_both(exact, finding)


def eq_2() -> Evidence:
    """Dropping g from the denominator where delta is far below epsilon."""
    delta = runs.EPSILON_2 / 1000

    def finding(name: str) -> Finding:
        changed = _change(name, delta)
        return Finding(f"the value changes by {changed:.1%} at most for delta = epsilon/1000", as_stated=changed < 0.01)

    return in_both("by |g|/epsilon, at most delta/epsilon", finding)


def ignored_when_equal() -> Evidence:
    """Dropping g from the denominator where delta equals epsilon."""

    def finding(name: str) -> Finding:
        changed = _change(name, runs.EPSILON_2)
        return Finding(f"the value changes by up to {changed:.0%}", as_stated=changed < 0.01)

    return in_both("by |g|/epsilon, at most delta/epsilon, which is 100%", finding)


def _change(name: str, delta: float) -> float:
    """Largest relative change of the value within the zone when g is left out of the perturbed denominator."""
    x = 2 + delta * np.linspace(-0.999, 0.999, 501)
    kept = runs.value_and_slope(name, partial(functions.h1, epsilon=runs.EPSILON_2, delta=delta), x)[0]
    dropped = runs.value_and_slope(name, partial(functions.h1_hat, epsilon=runs.EPSILON_2, delta=delta), x)[0]
    seen = kept != 0
    return float(np.abs(dropped[seen] / kept[seen] - 1).max())


def continuous_when_equal() -> Evidence:
    """The jump of the function of equation (2) at the edge, for delta equal to epsilon and twice it."""
    epsilon = runs.EPSILON_2

    def jumps(evaluate: Evaluate) -> list[float]:
        deltas = (epsilon, 2 * epsilon)
        return [_across(evaluate, partial(functions.h1_hat, epsilon=epsilon, delta=d), d) for d in deltas]

    def finding(name: str) -> Finding:
        equal, twice = jumps(_by(name))
        return Finding(f"jump {equal:.1e} for delta = epsilon, {twice:.2g} for delta = 2 epsilon", equal < 1e-7 < twice)

    return in_both("jump {:.1e} and {:.2g}".format(*jumps(_exactly)), finding)


def _same_function(name: str, a: functions.Program, b: functions.Program) -> Finding:
    x = runs.of_h2().x
    one, other = runs.value_and_slope(name, a, x), runs.value_and_slope(name, b, x)
    same = agreement(one[0], other[0]), agreement(one[1], other[1])
    return Finding(f"value: {same[0]}; slope: {same[1]}", as_stated=all(s.identical for s in same))


def delta_removed() -> Evidence:
    """Equation (3) against equation (2) with delta equal to epsilon."""
    both = partial(functions.h1_hat, epsilon=runs.EPSILON_2, delta=runs.EPSILON_2)
    return in_both("the same function", lambda name: _same_function(name, runs.h2, both))


def eq_4() -> Evidence:
    """Equation (4), without the sign function, against equation (3)."""
    cases = partial(functions.h2_hat, epsilon=runs.EPSILON_2)
    return in_both("the same function, with S(0) = 1", lambda name: _same_function(name, runs.h2, cases))


def continuity_of_h2() -> Evidence:
    """The change of h2 across the edge of its zone, for smaller and smaller steps; beside it, that of h1."""
    steps = (1e-3, 1e-6, 1e-9)

    def changes(evaluate: Evaluate) -> tuple[list[float], list[float]]:
        edges = ((runs.h2, runs.EPSILON_2), (runs.h1, runs.DELTA_1))
        return tuple([_across(evaluate, *at_edge, step=step) for step in steps] for at_edge in edges)

    def finding(name: str) -> Finding:
        of_h2, of_h1 = changes(_by(name))
        text = f"steps of {_listed(steps, 'g')} across the edge change h2 by {_listed(of_h2, '.0e')}, h1 by {_listed(of_h1, '.0e')}"
        return Finding(text, as_stated=of_h2[-1] < 1e-7 < 1e-4 < of_h1[-1])

    of_h2, of_h1 = changes(_exactly)
    return in_both(f"h2 by {_listed(of_h2, '.0e')}, h1 by {_listed(of_h1, '.0e')}", finding)


def fig_3() -> Evidence:
    """Values of h1: identical to h in black, zero in red, towards zero elsewhere."""
    run, of_h = runs.of_h1(), runs.of_h()
    black = run.where(Region.BLACK)

    def finding(name: str) -> Finding:
        same = agreement(run.results[name][0][black], of_h.results[name][0][black])
        return Finding(f"black, h1 against h: {same}", as_stated=same.identical)

    return together(in_both("the same function", finding), red_is_zero(), towards_zero())


def red_is_zero() -> Evidence:
    """Value of h1 where the offset is absorbed."""
    run = runs.of_h1()
    red = run.where(Region.RED)

    def finding(name: str) -> Finding:
        found = np.unique(run.results[name][0][red])
        return Finding(f"red: {_listed(found, 'g')} in {red.sum()} samples", found.tolist() == [0.0])

    return in_both("4 + gamma", finding)


def towards_zero() -> Evidence:
    """Sign of the error of h1 inside the zone."""
    run = runs.of_h1()
    inside = ~run.where(Region.BLACK) & ~run.where(Region.RED)

    def finding(name: str) -> Finding:
        value = run.results[name][0]
        nearer = int(((value >= 0) & (value < run.meant[0]))[inside].sum())
        return Finding(
            f"{nearer} of {inside.sum()} green and yellow samples lie between 0 and x + 2", nearer == inside.sum()
        )

    return in_both("x + 2", finding)


def gamma_zero() -> Evidence:
    """What becomes of gamma = 0, and of the smallest offset that is not zero."""
    run = runs.of_h1()

    def finding(name: str) -> Finding:
        zero, smallest = run.results[name][0][run.gamma == 0][0], run.results[name][0][run.gamma == 1e-20][0]
        return Finding(f"h1 = {zero:g} at gamma = 0, {smallest:g} at 1e-20", as_stated=zero == smallest == 0)

    return in_both("2 + 0 = 2 is exact; 2 + 1e-20 = 2 is rounded", finding)


def fig_4() -> Evidence:
    """h1 less 4: linear in black, a jump where black meets green."""
    run = runs.of_h1()
    black = run.where(Region.BLACK)
    edge = int(np.flatnonzero(~black)[-1])

    def finding(name: str) -> Finding:
        left = run.results[name][0] - 4
        off = np.abs(left[black] / run.gamma[black] - 1).max()
        step = left[edge + 1] - left[edge]
        text = f"black: gamma to {off:.1e} of itself; from green to black the value rises by {step:.2e}"
        return Finding(text, as_stated=off < 1e-3 and step > 1e-4)

    exact = run.written[0][edge + 1] - run.written[0][edge]
    return in_both(f"rises by {exact:.2e}", finding)


def fig_5() -> Evidence:
    """h2 and the function of equation (2) with delta = epsilon: one plot; and its value at 2."""
    run = runs.of_h2()
    other = partial(functions.h1_hat, epsilon=runs.EPSILON_2, delta=runs.EPSILON_2)

    def finding(name: str) -> Finding:
        same = agreement(run.results[name][0], runs.value_and_slope(name, other, run.x)[0])
        middle = run.results[name][0][run.gamma == 0][0]
        return Finding(f"{same}; at 2 the value is {middle:g}", as_stated=same.identical and middle == 0)

    return in_both("the same function; 4 + gamma is meant", finding)


def abrupt() -> Evidence:
    """The step of the slope at the edge of the zone, of h2 and of h1."""

    def steps(values: dict[str, np.ndarray]) -> tuple[float, float]:
        return tuple(abs(float(v[0] - v[1])) for v in values.values())

    edges = {
        p: e * np.array([1 - 2.0**-20, 1 + 2.0**-20]) for p, e in ((runs.h2, runs.EPSILON_2), (runs.h1, runs.DELTA_1))
    }

    def finding(name: str) -> Finding:
        of_h2, of_h1 = steps({p: runs.value_and_slope(name, p, 2 + edge)[1] for p, edge in edges.items()})
        text = f"the slope changes by {of_h2:.3g} at the edge of h2, by {of_h1:.3g} at that of h1"
        return Finding(text, as_stated=of_h2 > 100 * of_h1)

    exact = steps({p: truth.derivatives(p, edge)[1] for p, edge in edges.items()})
    return in_both("changes by {:.3g} and {:.3g}".format(*exact), finding)


def edge_in_yellow() -> Evidence:
    """The colour of the sample at which h2 with epsilon 1e-8 changes case."""
    x = 2 + np.array([-1e-8, 1e-8])

    def finding(name: str) -> Finding:
        value = runs.value_and_slope(name, functions.h, x)[0]
        return Finding(f"h(2 - 1e-8) = {value[0]}, h(2 + 1e-8) = {value[1]}", as_stated=value.tolist() == [4.0, 4.0])

    true = truth.derivatives(functions.h, x, base=0.0, order=0)[0]
    return in_both("{:.9g} and {:.9g}".format(*true), finding)


def identical_values() -> Evidence:
    """The values of h, h1 and h2 in PyTorch against those in TensorFlow."""
    both = [run.agreement(0) for run in (runs.of_h(), runs.of_h1(), runs.of_h2())]
    power = agreement(*(runs.value_and_slope(name, lambda x, xp: x**2, runs.of_h().x)[0] for name in FRAMEWORKS))

    def finding(name: str) -> Finding:
        text = f"h, h1 and h2: {', '.join(str(a.differing) for a in both)} samples differ; x**2: {power.differing}"
        return Finding(text, as_stated=all(a.identical for a in both))

    return in_both("not applicable", finding)
