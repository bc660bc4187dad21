"""Section 3, the derivatives of the repaired functions h1 and h2."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial

import numpy as np

from removable import functions, truth
from removable.claims import identities, rationals, runs
from removable.claims.evidence import Evidence, Finding, exactly, in_both
from removable.claims.runs import ULP, ULPS_OF_A_SUM
from removable.claims.section_3 import ulps
from removable.functions import Array, Namespace, Program
from removable.grid import gamma_grid
from removable.sweeps import widths
from removable.sweeps.regions import Region
from removable.sweeps.sweep import Sweep, agreement


def _signs(gamma: np.ndarray) -> np.ndarray:
    """Return S(gamma) with S(0) = 1, shape ``(n,)``."""
    return np.where(gamma >= 0, 1.0, -1.0)


def eq_8() -> Evidence:
    """The slopes of h1 and h2 by equation (8), with the frameworks' slopes of f, g1 and g2."""
    x = np.unique(runs.of_h1().x)
    repaired = {
        "h1": (runs.h1, partial(functions.g1, epsilon=runs.EPSILON_1, delta=runs.DELTA_1)),
        "h2": (runs.h2, partial(functions.g2, epsilon=runs.EPSILON_2)),
    }

    def finding(name: str) -> Finding:
        f, df = runs.value_and_slope(name, functions.f, x)
        worst = {}
        for title, (program, denominator) in repaired.items():
            g, dg = runs.value_and_slope(name, denominator, x)
            first, second = df / g, f / g / g * dg
            worst[title] = ulps(first - second - runs.value_and_slope(name, program, x)[1], first, second).max()
        text = f"slope of h1 within {worst['h1']:.2g} ulp of the larger term, of h2 within {worst['h2']:.2g}"
        return Finding(text, as_stated=max(worst.values()) <= ULPS_OF_A_SUM)

    return in_both(exactly("the two sides differ by {}", identities.perturbed_denominator()), finding)


def eq_9() -> Evidence:
    """The cases of equation (9) in rationals against g1 in the frameworks; its slope, which is 1.

    The edges as printed are evaluated, too.
    """
    program = partial(functions.g1, epsilon=runs.EPSILON_1, delta=runs.DELTA_1)

    def printed(x: Array, xp: Namespace) -> Array:
        inside = (x > 2 - runs.DELTA_1) & (x < 2 + runs.DELTA_1)
        g = functions.g(x, xp)
        return xp.where(inside, g + functions.S(g, xp) * runs.EPSILON_1, g)

    return _denominator(program, rationals.perturbed, lambda g: 1.0, "g1", printed)


def eq_11() -> Evidence:
    """The cases of equation (11) in rationals against g2 in the frameworks.

    Its slope, 0 or 1, is compared, too.
    """
    program = partial(functions.g2, epsilon=runs.EPSILON_2)

    def slope_of(g: Fraction) -> float:
        return 0.0 if abs(g) < Fraction(runs.EPSILON_2) else 1.0

    return _denominator(program, rationals.clamped, slope_of, "g2")


def _denominator(
    program: Program,
    cases: Callable[[Fraction], Fraction],
    slope_of: Callable[[Fraction], float],
    title: str,
    printed: Program | None = None,
) -> Evidence:
    """Compare a denominator and its slope with their cases in rationals, rounded once.

    Where the printed condition has edges that are rounded, the program typed from the page is
    evaluated, too.
    """
    at_edges = [2 - runs.DELTA_1, 2 + runs.DELTA_1] if printed else []
    x = np.unique([*runs.of_h().x, *at_edges])
    gammas = [Fraction(v) - 2 for v in x.tolist()]
    values = np.array([float(cases(g)) for g in gammas])
    slopes = np.array([slope_of(g) for g in gammas])

    def finding(name: str) -> Finding:
        value, slope = runs.value_and_slope(name, program, x)
        wrong = int((value != values).sum()), int((slope != slopes).sum())
        text = "differ from the cases: {} values and {} slopes of {} numbers".format(*wrong, x.size)
        if printed is None:
            return Finding(text, as_stated=not any(wrong))
        others = x[runs.value_and_slope(name, printed, x)[0] != values]
        text += f"; with the edges as printed {others.size} values, at {', '.join(f'{v:.9g}' for v in others)}"
        good = not any(wrong) and set(others.tolist()) <= set(at_edges)
        return Finding(text, as_stated=good and not others.size, under_condition=good)

    at = [Fraction(0), Fraction(-1, 10**9), Fraction(1, 10**3)]
    form = title + " at 2, 2 - 1e-9 and 2 + 1e-3: {:.10g}, {:.10g} and {:.10g}"
    return in_both(exactly(form, *(float(cases(g)) for g in at)), finding)


def sign_has_no_slope() -> Evidence:
    """The slope of S, and of the frameworks' own sign function, seen in the slope of S(g) x."""
    x = np.unique(runs.of_h1().x)
    own = {"torch": "torch.sign", "tensorflow": "tf.sign"}

    def times_x(sign: Program) -> Program:
        return lambda x, xp: sign(x - 2, xp) * x

    def finding(name: str) -> Finding:
        signs: dict[str, Program] = {"S": functions.S, own[name]: lambda v, xp: xp.sign(v)}
        wrong = {
            title: int((runs.value_and_slope(name, times_x(sign), x)[1] != sign(x - 2, np)).sum())
            for title, sign in signs.items()
        }
        text = ", ".join(f"at {count} of {x.size} numbers with {title}" for title, count in wrong.items())
        return Finding(f"the slope of S(g) x differs from S(g) {text}", as_stated=not any(wrong.values()))

    left, right = truth.derivatives(times_x(functions.S), [-1e-9, 1e-9])[1]
    return in_both(exactly("the slope of S(g) x is {:g} left of 2 and {:g} right of it", left, right), finding)


def smoothed_sign() -> Evidence:
    """The quotient with a smooth S in its denominator.

    An odd S, tanh, is evaluated at 2; one that is not odd near the zero of the denominator.
    """

    def smooth(shift: float) -> Program:
        def program(x: Array, xp: Namespace) -> Array:
            g = x - 2
            sign = functions.elementary(xp).tanh(g / 1e-3 + shift)
            return functions.f(x, xp) / (g + sign * 1e-4)

        return program

    pole, residue = (float(number) for number in identities.moved_pole())
    distances = np.array([1e-7, 1e-9, 1e-11])

    def finding(name: str) -> Finding:
        value, slope = runs.value_and_slope(name, smooth(0.0), [2.0])[:, 0]
        near = runs.value_and_slope(name, smooth(1.0), 2 + (pole + distances))[0]
        text = (
            f"S = tanh: h(2) = {value}, slope {slope}; tanh moved by 1: {', '.join(f'{v:.3g}' for v in near)} "
            f"at 1e-7, 1e-9, 1e-11 from {pole:.4g}"
        )
        # At a distance d the value is residue/d. To first order f, about 4 gamma, is larger there
        # by d/pole of itself; the rounding of 2 + gamma adds ULP/d. Both are smaller than this.
        share = 2 * distances.max() / abs(pole)
        grows = np.abs(near * distances / residue - 1).max() <= share
        zero = bool(np.isnan(value) and np.isnan(slope))
        return Finding(text, as_stated=zero and not grows, under_condition=zero and bool(grows))

    form = "with tanh moved by 1 the denominator is 0 at gamma = {:.6g}, where f is not: a pole with residue {:.4g}"
    return in_both(exactly(form, pole, residue), finding)


def same_outside() -> Evidence:
    """Value and slope of h1 against those of h, bit for bit: outside the zone, and inside it."""
    x = np.unique(runs.of_h1().x)
    inside = functions.h1_zone(x, np, delta=runs.DELTA_1)

    def finding(name: str) -> Finding:
        one, other = (runs.value_and_slope(name, program, x) for program in (runs.h1, functions.h))
        outside = [agreement(one[k][~inside], other[k][~inside]) for k in (0, 1)]
        within = agreement(one[1][inside], other[1][inside])
        text = f"outside, values: {outside[0]}; slopes: {outside[1]}; inside, slopes: {within}"
        stated = all(same.identical for same in outside) and within.differing == within.points
        return Finding(text, as_stated=stated)

    at = truth.derivatives(runs.h1, [2 * runs.DELTA_1, runs.DELTA_1 / 2])[1] - 1
    form = "h1' differs from h' by {:g} at 2 + 2 delta, by {:.3g} at 2 + delta/2"
    return in_both(exactly(form, *at), finding)


def zone_is_wide_enough() -> Evidence:
    """How far out the slope of h is off, for two tolerances, against the zone of Figure 3.

    Also measured is the error that is left outside of the zone.
    """
    tolerances = (runs.TOLERANCE, 1e-6)
    x = np.unique(runs.of_h().x)
    outside = x[~functions.h1_zone(x, np, delta=runs.DELTA_1)]

    def finding(name: str) -> Finding:
        def slope(x: np.ndarray) -> np.ndarray:
            return runs.value_and_slope(name, functions.h, x)[1]

        edges = [widths.edges(slope, np.ones_like, tolerance=tolerance) for tolerance in tolerances]
        left = np.abs(slope(outside) - 1).max()
        text = f"slope of h off by 1e-3 out to {edges[0]}, by 1e-6 out to {edges[1]}; delta is {runs.DELTA_1:g}; "
        text += f"beyond it off by up to {left:.2g}"
        held = all(0 < edge.left <= edge.right < runs.DELTA_1 for edge in edges)
        # The rounding of the square leaves this much at delta.
        small = left <= widths.predicted_error(runs.DELTA_1, 1)
        return Finding(text, as_stated=held and left == 0, under_condition=bool(held and small))

    exact = truth.derivatives(functions.h, [1e-5, runs.DELTA_1])[1]
    return in_both(exactly("h' = {:g} at 2 + 1e-5, {:g} at 2 + delta", *exact), finding)


def red_slope_of_h1() -> Evidence:
    """The slope of h1 where 2 + gamma is rounded to 2, against 4/(S(0) epsilon)."""
    return _red_slope(runs.of_h1(), runs.h1, runs.EPSILON_1)


def red_slope_of_h2() -> Evidence:
    """The slope of h2 where 2 + gamma is rounded to 2, against 4/(S(0) epsilon)."""
    return _red_slope(runs.of_h2(), runs.h2, runs.EPSILON_2)


def _red_slope(run: Sweep, program: Program, epsilon: float) -> Evidence:
    """Compare the slope at 2 with the one that S(0) = 1 gives."""
    red = run.inside(Region.RED)

    def finding(name: str) -> Finding:
        slopes = np.unique(run.results[name][1][red])
        text = f"{', '.join(f'{v:g}' for v in slopes)} at {red.sum()} offsets that are rounded to 0"
        return Finding(text, as_stated=slopes.size == 1 and abs(slopes[0] * epsilon / 4 - 1) <= ULP)

    return in_both(
        exactly("{:g} at 2; 4/(S(0) epsilon) is {:g}", truth.derivatives(program, [0.0])[1, 0], 4 / epsilon), finding
    )


def eq_10a() -> Evidence:
    """Equation (10a) against the slope of h1 at the yellow numbers.

    The error at the green numbers is printed, too.
    """
    return _equation_10(lambda g, s: (4 + 2 * g) / (g + s) - (4 + 4 * g - 4) / (g + s) ** 2)


def eq_10b() -> Evidence:
    """Equation (10b) against the slope of h1, as for (10a)."""
    return _equation_10(lambda g, s: (2 * g * g + (4 + 2 * g) * s) / (g + s) ** 2)


TO_ROUNDING = 8 * ULP
"""The formula and the backward pass of h1 take a dozen rounded operations between them.

The number is relative to the result.
"""


def _equation_10(formula: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Evidence:
    """Compare a formula of gamma and S epsilon with the slope of h1."""
    run = runs.of_h1()
    gamma = run.x - 2
    yellow = run.inside(Region.YELLOW)
    green = run.inside(Region.GREEN) & (gamma != 0)
    predicted = formula(gamma, _signs(gamma) * runs.EPSILON_1)

    def finding(name: str) -> Finding:
        slope = run.results[name][1]
        off = np.abs(slope - predicted) / np.maximum(1, np.abs(slope))
        text = f"relative error {off[yellow].max():.1e} in yellow, {off[green].max():.2g} in green"
        return Finding(text, as_stated=off[yellow].max() < TO_ROUNDING)

    dropped = np.abs(predicted - truth.derivatives(runs.h1, gamma)[1])[yellow].max()
    form = "(10a) and (10b) differ by {}; the term that both drop, gamma**2/(gamma + S epsilon)**2, is up to {:.2f} in yellow"
    return in_both(exactly(form, identities.one_fraction(), dropped), finding)


def small_epsilon_limit() -> Evidence:
    """The slope of h1 at a yellow offset, for smaller and smaller epsilon."""
    epsilons = (1e-12, 1e-18, 1e-24)
    gamma = (2 + 1e-9) - 2

    def forms() -> list[Program]:
        return [partial(functions.h1, epsilon=e, delta=1e-4) for e in epsilons]

    def finding(name: str) -> Finding:
        slopes = np.array([runs.value_and_slope(name, form, [2 + gamma])[1, 0] for form in forms()])
        text = f"at gamma = 1e-9: {', '.join(f'{s:.6g}' for s in slopes)} for epsilon = 1e-12, 1e-18, 1e-24"
        # To first order (10b) is 2 + 4 epsilon/gamma**2. What rounding adds is some ulp of the
        # terms 4/gamma.
        near = 4 * epsilons[-1] / gamma**2 + ULPS_OF_A_SUM * np.spacing(4 / gamma)
        return Finding(text, as_stated=bool((np.diff(slopes) < 0).all() and abs(slopes[-1] - 2) < near))

    exact = [truth.derivatives(form, [gamma])[1, 0] for form in forms()]
    form = "the limit of (10) is {}; of h1 itself, without rounding, {:.6g}, {:.6g}, {:.6g}"
    return in_both(exactly(form, identities.limit_small_epsilon(), *exact), finding)


def small_gamma_limit() -> Evidence:
    """The slope of h1 nearer and nearer to 2, on both sides."""
    gammas = np.array([1e-8, 1e-10, 1e-12, 1e-14])
    limit = 4 / runs.EPSILON_1

    def finding(name: str) -> Finding:
        right, left = (runs.value_and_slope(name, runs.h1, 2 + side * gammas)[1] for side in (1, -1))
        text = f"{', '.join(f'{s:.4g}' for s in right)} on the right, {left[-1]:.4g} on the left"
        # To first order the slope is the limit less a share of 2 gamma/epsilon; gamma itself is
        # rounded to a multiple of 2**-51.
        near = 3 * gammas[-1] / runs.EPSILON_1
        return Finding(text, as_stated=abs(right[-1] / limit - 1) < near and abs(left[-1] / limit + 1) < near)

    right, left = (truth.derivatives(runs.h1, [side * gammas[-1]])[1, 0] for side in (1, -1))
    form = "the limit is {}; at 1e-14, {:.6g} on the right and {:.6g} on the left"
    return in_both(exactly(form, identities.limit_small_gamma(), right, left), finding)


def fig_7() -> Evidence:
    """The slope of h1: its extremes, and its sign where 2 + gamma is rounded to 2."""
    run = runs.of_h1()
    red = run.inside(Region.RED)

    def finding(name: str) -> Finding:
        slope = run.results[name][1]
        signs = np.unique(np.sign(slope[red]))
        text = f"from {slope.min():.3g} to {slope.max():.3g}; sign in red: {', '.join(f'{s:+g}' for s in signs)}"
        # 4/epsilon is reached at 2 itself; on the left at the neighbour of 2, up to 2 *
        # 2**-52/epsilon of it.
        near = 2 * ULP / runs.EPSILON_1
        sizes = np.array([slope.max(), -slope.min()]) * runs.EPSILON_1 / 4
        return Finding(text, as_stated=bool(np.abs(sizes - 1).max() <= near and signs.tolist() == [1.0]))

    extremes = run.written[1].min(), run.written[1].max()
    meant = run.meant[1].max()
    return in_both(exactly("h1 as written: from {:.3g} to {:.3g}; meant is {:g}", *extremes, meant), finding)


def sign_of_red() -> Evidence:
    """The slope where an offset left of 2 is rounded to 0, for both choices of S(0)."""
    run = runs.of_h1()
    offsets = run.gamma[run.inside(Region.RED) & (run.gamma < 0)]
    size = 4 / runs.EPSILON_1

    def other_choice(x: Array, xp: Namespace) -> Array:
        one = xp.ones_like(x)
        return functions.f(x, xp) / ((x - 2) + xp.where(x - 2 > 0, one, -one) * runs.EPSILON_1)

    def finding(name: str) -> Finding:
        plus, minus = (np.unique(runs.value_and_slope(name, p, 2 + offsets)[1]) for p in (runs.h1, other_choice))
        text = f"left of 2: {plus[0]:g} with S(0) = 1, {minus[0]:g} with S(0) = -1"
        alone = plus.size == minus.size == 1
        return Finding(text, as_stated=alone and abs(plus[0] / size - 1) <= ULP and abs(minus[0] / size + 1) <= ULP)

    exact = truth.derivatives(runs.h1, offsets)[1]
    return in_both(exactly("from {:.4g} to {:.4g} left of 2, where S is -1", exact.min(), exact.max()), finding)


def remark_3_1() -> Evidence:
    """Value and slope of h1 at 2, for three epsilons."""
    epsilons = (1e-4, 1e-8, 1e-16)

    def finding(name: str) -> Finding:
        both = [runs.value_and_slope(name, partial(functions.h1, epsilon=e), [2.0])[:, 0] for e in epsilons]
        slopes = ", ".join(f"{slope:.3g}" for _, slope in both)
        text = f"h1(2) = {both[0][0]:g}; h1'(2) = {slopes} for epsilon = 1e-4, 1e-8, 1e-16"
        stated = all(
            value == 0 and abs(slope * e / 4 - 1) <= ULP for (value, slope), e in zip(both, epsilons, strict=True)
        )
        return Finding(text, as_stated=stated)

    return in_both(runs.exactly_h(), finding)


def constant_denominator() -> Evidence:
    """The slope of the denominator of h2 inside its zone, and outside."""
    x = np.unique(runs.of_h2().x)
    inside = functions.h2_zone(x, np, epsilon=runs.EPSILON_2)
    g2 = partial(functions.g2, epsilon=runs.EPSILON_2)

    def finding(name: str) -> Finding:
        slope = runs.value_and_slope(name, g2, x)[1]
        zeros = int((slope[inside] == 0).sum()), int((slope[~inside] == 0).sum())
        text = f"0 at {zeros[0]} of {inside.sum()} numbers inside, at {zeros[1]} of {(~inside).sum()} outside"
        return Finding(text, as_stated=zeros == (inside.sum(), 0))

    exact = truth.derivatives(g2, [runs.EPSILON_2 / 2, 2 * runs.EPSILON_2])[1]
    return in_both(exactly("{:g} at 2 + epsilon/2, {:g} at 2 + 2 epsilon", *exact), finding)


def eq_12() -> Evidence:
    """Equation (12) against the slope of h2 inside the zone."""
    x = np.unique(runs.of_h2().x)
    x = x[functions.h2_zone(x, np, epsilon=runs.EPSILON_2)]
    gamma = x - 2
    # Equation (12) at the rounded point, exact: x = 2 + gamma, so 4 + 2 gamma is 2x.
    exact = _signs(gamma) * truth.derivatives(lambda x, xp: 2 * x / runs.EPSILON_2, gamma, order=0)[0]

    def finding(name: str) -> Finding:
        slope = runs.value_and_slope(name, runs.h2, x)[1]
        worst = (np.abs(slope - exact) / np.spacing(np.abs(exact))).max()
        # 1/epsilon and its product with x are rounded, by half of ULP each: that is 2 ulp of any
        # result at most.
        return Finding(f"within {worst:.2g} ulp at {x.size} numbers", as_stated=worst <= 2)

    form = "the two sides differ by {}; (12) reaches {:.8g} at the outermost number inside"
    return in_both(exactly(form, identities.clamped(), exact.max()), finding)


def harmless_absorption() -> Evidence:
    """Slope of h2 against equation (12) where the square in f is absorbed and where it is not."""
    run = runs.of_h2()
    gamma = run.x - 2
    formula = _signs(gamma) * (4 + 2 * gamma) / runs.EPSILON_2

    def finding(name: str) -> Finding:
        off = np.abs(run.results[name][1] / formula - 1)
        yellow, green = off[run.inside(Region.YELLOW)].max(), off[run.inside(Region.GREEN)].max()
        text = f"relative error {yellow:.1e} in yellow, {green:.1e} in green"
        # Two roundings of the slope, one of the formula and one of their ratio, half of ULP each.
        return Finding(text, as_stated=max(yellow, green) <= 2 * ULP)

    at = [1e-9, 5e-5]
    written, equation = (
        truth.derivatives(runs.h2, at)[1],
        truth.derivatives(lambda x, xp: 2 * x / runs.EPSILON_2, at)[0],
    )
    exact = written - equation
    return in_both(exactly("h2' is off (12) by {:g} at 2 + 1e-9 and by {:g} at 2 + 5e-5", *exact), finding)


def sooner_in_h2() -> Evidence:
    """How near the slopes of h1 and of h2 are to 4/epsilon at the same offsets and epsilon."""
    epsilon = 1e-6
    gamma = (2 + epsilon * np.array([0.5, 0.1, 0.01])) - 2
    limit = 4 / epsilon

    def forms() -> tuple[Program, Program]:
        return partial(functions.h1, epsilon=epsilon, delta=1e-2), partial(functions.h2, epsilon=epsilon)

    def listed(slopes: np.ndarray) -> str:
        return ", ".join(f"{v:.3f}" for v in slopes)

    exact = [truth.derivatives(form, gamma)[1] / limit for form in forms()]

    def finding(name: str) -> Finding:
        shares = [runs.value_and_slope(name, form, 2 + gamma)[1] / limit for form in forms()]
        text = f"share of 4/epsilon at gamma/epsilon = 0.5, 0.1, 0.01: h1' {listed(shares[0])}; h2' {listed(shares[1])}"
        sooner = (np.abs(shares[1] - 1) < np.abs(shares[0] - 1)).all()
        # Absorbed squares change a slope by less than 1, which is epsilon/4 of 4/epsilon. For h1
        # two terms of up to 4/gamma are rounded besides, by some ulp, which is less.
        near = max(np.abs(share - true).max() for share, true in zip(shares, exact, strict=True)) < epsilon
        return Finding(text, as_stated=bool(sooner and near))

    return in_both(exactly("h1' {}; h2' {}", *map(listed, exact)), finding)


def partial_cancellation() -> Evidence:
    """What is left of the first term of (8) in the slopes of h1 and h2.

    The rest is cancelled by the second term.
    """
    epsilon = runs.EPSILON_1
    gamma = (2 + epsilon * np.array([10.0, 1.0, 0.1])) - 2

    def listed(shares: np.ndarray) -> str:
        return ", ".join(f"{s:.0%}" for s in shares)

    exact = 1 - truth.derivatives(runs.h1, gamma)[1] * (gamma + epsilon) / (4 + 2 * gamma)

    def finding(name: str) -> Finding:
        of_f = runs.value_and_slope(name, functions.f, 2 + gamma)[1]
        shares = []
        for program, denominator in ((runs.h1, gamma + epsilon), (runs.h2, np.full(gamma.shape, runs.EPSILON_2))):
            shares.append(1 - runs.value_and_slope(name, program, 2 + gamma)[1] * denominator / of_f)
        of_h1, of_h2 = listed(shares[0]), listed(np.abs(shares[1]))
        text = f"the second term cancels {of_h1} of the first at gamma/epsilon = 10, 1, 0.1 in h1'; {of_h2} in h2'"
        # Absorption of gamma**2 changes the share by (gamma + epsilon)/4 at most.
        near = np.abs(shares[0] - exact).max() <= (gamma.max() + epsilon) / 4
        # For h2: two roundings of the slope, one each of a product and a quotient, half of ULP
        # each.
        return Finding(text, as_stated=bool(near and np.abs(shares[1]).max() <= 2 * ULP))

    return in_both(exactly("{} of the first", listed(exact)), finding)


def fig_8() -> Evidence:
    """The slope of h2 with its sign.

    It is measured inside the zone on both sides, where 2 + gamma is rounded to 2, and outside.
    """
    run = runs.of_h2()
    x = np.unique(run.x)
    inside = functions.h2_zone(x, np, epsilon=runs.EPSILON_2)
    red = run.inside(Region.RED) & (run.gamma < 0)

    def finding(name: str) -> Finding:
        slope = runs.value_and_slope(name, runs.h2, x)[1]
        scaled = slope[inside] * _signs(x[inside] - 2) * runs.EPSILON_2 / 4
        wrong = np.unique(run.results[name][1][red])
        text = (
            f"S(gamma) 4/epsilon within {np.abs(scaled - 1).max():.1e} of it at all {inside.sum()} numbers of the zone; "
            f"{', '.join(f'{v:g}' for v in wrong)} at offsets left of 2 that are rounded to 0; "
            f"{slope[~inside].min():.9g} to {slope[~inside].max():.9g} outside"
        )
        # By (12) the slope is S (4 + 2 gamma)/epsilon: a share of epsilon/2 at most is not
        # 4/epsilon.
        spurious = np.abs(scaled - 1).max() <= runs.EPSILON_2 / 2
        calm = np.abs(slope[~inside] - 1).max() <= widths.predicted_error(runs.EPSILON_2, 1)
        return Finding(text, as_stated=bool(spurious and calm))

    left, right = (
        run.written[1][side & (np.abs(run.gamma) < runs.EPSILON_2)] for side in (run.gamma < 0, run.gamma > 0)
    )
    form = "h2 as written: {:.6g} to {:.6g} left of 2, {:.6g} to {:.6g} right; meant is {:g}"
    exact = exactly(form, left.min(), left.max(), right.min(), right.max(), run.meant[1].max())
    return in_both(exact, finding)


def at_once() -> Evidence:
    """The slopes of h2 and h1 just inside their zones, as a share of 4/epsilon."""
    epsilon, delta = runs.EPSILON_1, runs.DELTA_1
    edges = {"h2": (runs.h2, runs.EPSILON_2, runs.EPSILON_2), "h1": (runs.h1, delta, epsilon)}
    inside = runs.JUST_INSIDE
    exact = {t: truth.derivatives(p, [edge * inside])[1, 0] * e / 4 for t, (p, edge, e) in edges.items()}

    def finding(name: str) -> Finding:
        shares = {
            title: runs.value_and_slope(name, program, [2 + edge * inside])[1, 0] * e / 4
            for title, (program, edge, e) in edges.items()
        }
        text = f"just inside the zone: {shares['h2']:.6g} of 4/epsilon for h2', {shares['h1']:.3g} for h1'"
        # By (12) all of it, but for a share of epsilon/2.
        at_once = abs(shares["h2"] - 1) <= runs.EPSILON_2 / 2
        # To first order epsilon/4 + (epsilon/delta)**2: the denominator is delta + epsilon,
        # squared, and not delta**2.
        gradually = abs(shares["h1"] / (epsilon / 4 + (epsilon / delta) ** 2) - 1) <= 2 * epsilon / delta
        return Finding(text, as_stated=at_once and gradually)

    return in_both(exactly("{:.6g} of 4/epsilon for h2', {:.3g} for h1'", exact["h2"], exact["h1"]), finding)


def larger_errors_in_slopes() -> Evidence:
    """Largest error of the slope over that of the value, of h1 and h2, for three epsilons."""
    epsilons, gamma = (1e-4, 1e-8, 1e-12), gamma_grid(500)

    def ratios(evaluate: Callable[[Program], np.ndarray]) -> list[float]:
        quotients = []
        for form in (functions.h1, functions.h2):
            for e in epsilons:
                value, slope = evaluate(partial(form, epsilon=e))
                quotients.append(float(np.abs(slope - 1).max() / np.abs(value - 4 - gamma).max() * e))
        return quotients

    def finding(name: str) -> Finding:
        quotients = ratios(lambda program: runs.value_and_slope(name, program, 2 + gamma))
        text = f"error of the slope over that of the value, times epsilon: {', '.join(f'{r:.5f}' for r in quotients)}"
        text += " (h1, then h2; epsilon = 1e-4, 1e-8, 1e-12)"
        # 4/epsilon - 1 over 4; where 2 + gamma is the edge of h2's zone, (4 + 2 epsilon)/epsilon is
        # the largest slope.
        return Finding(text, as_stated=all(abs(r - 1) <= max(epsilons) for r in quotients))

    exact = ratios(lambda program: truth.derivatives(program, gamma))
    return in_both(exactly("from {:.5f} to {:.5f}", min(exact), max(exact)), finding)
