"""Section 3: the derivatives of h, h1 and h2."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial

import numpy as np

from removable import frameworks, functions, gamma_grid, truth
from removable.claims import identities, rationals, runs
from removable.claims.ledger import Evidence, Finding, in_both, together
from removable.functions import Program
from removable.regions import Region
from removable.sweep import Sweep, agreement


def derivatives_of_f_g_h() -> Evidence:
    """The slopes of f, of g and of the simplified h."""
    x = runs.of_h().x

    def finding(name: str) -> Finding:
        slopes = [runs.value_and_slope(name, program, x)[1] for program in (functions.f, functions.g, functions.h_hat)]
        wrong = [int((slope != true).sum()) for slope, true in zip(slopes, (2 * x, 1, 1), strict=True)]
        text = "differ from 2x, 1 and 1 in {}, {} and {} samples".format(*wrong)
        return Finding(text, as_stated=not any(wrong))

    return in_both("2x, 1 and 1", finding)


def _terms(name: str, x: np.ndarray, g: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """What reaches x through the numerator, by each of its two factors, and through the denominator."""
    adapter = frameworks.get(name)
    tensor, denominator = adapter.asarray(x), adapter.asarray(x - 2 if g is None else g)
    through_factor = 1 / denominator * tensor
    through_g = -((tensor * tensor - 4) / denominator / denominator)
    return adapter.to_numpy(through_factor), adapter.to_numpy(through_g)


def eq_5a() -> Evidence:
    """The slope of h as the sum of what arrives through f and through g."""
    run = runs.of_h()
    where = run.x[np.abs(run.gamma) > 1e-3]

    def finding(name: str) -> Finding:
        through_factor, through_g = _terms(name, where)
        off = np.abs(2 * through_factor + through_g - runs.value_and_slope(name, functions.h, where)[1]).max()
        return Finding(f"the two parts add up to the slope within {off:.1e} for |gamma| > 0.001", as_stated=off < 1e-9)

    return in_both(identities.chain_rule(), finding)


def eq_5b() -> Evidence:
    """Backpropagation against the sum of equation (5b), evaluated term by term, bit for bit."""
    run = runs.of_h()

    def finding(name: str) -> Finding:
        through_factor, through_g = _terms(name, run.x)
        with np.errstate(invalid="ignore"):
            same = agreement((through_g + through_factor) + through_factor, run.results[name][1])
        return Finding(f"the two terms, added up: {same}", as_stated=same.identical)

    return in_both(identities.quotient_rule(), finding)


def eq_5c() -> Evidence:
    """Equation (5c) evaluated as it is printed, against backpropagation."""
    run = runs.of_h()
    far, near = np.abs(run.gamma) > 1e-3, run.where(Region.YELLOW)

    def finding(name: str) -> Finding:
        adapter = frameworks.get(name)
        x = adapter.asarray(run.x)
        printed = adapter.to_numpy(2 * x / (x - 2) - (x * x - 4) / ((x - 2) * (x - 2)))
        off = np.abs(printed - run.results[name][1])
        text = f"within {off[far].max():.1e} for |gamma| > 0.001; equal in {int((off[near] == 0).sum())} of {near.sum()} yellow"
        return Finding(text, as_stated=off[far].max() < 1e-9)

    return in_both(identities.paper_form(), finding)


def zero_over_zero() -> Evidence:
    """The two terms of the slope at 2, and the slope in the red samples."""
    run = runs.of_h()
    red = run.where(Region.RED)

    def finding(name: str) -> Finding:
        factor, through_g = (float(term[0]) for term in _terms(name, np.array([2.0])))
        lost = int(np.isnan(run.results[name][1][red]).sum())
        text = f"terms at 2: {2 * factor} and {through_g}; NaN in {lost} of {red.sum()} red samples"
        return Finding(text, as_stated=np.isinf(factor) and np.isnan(through_g) and lost == red.sum())

    return in_both(runs.exactly_h(), finding)


def eq_6() -> Evidence:
    """The two terms of equation (6), formed by the framework, against 4/gamma; and what they leave."""
    gamma = np.geomspace(1e-6, 1e-3, 301)
    gamma = np.concatenate([-gamma, gamma])

    def finding(name: str) -> Finding:
        through_factor, through_g = _terms(name, 2 + gamma)
        share = [np.abs(term * gamma / 4 - 1).max() for term in (2 * through_factor, -through_g)]
        left = np.abs(2 * through_factor + through_g - 1).max()
        text = f"for |gamma| from 1e-6 to 1e-3 both terms are 4/gamma within {max(share):.1g} of it; they leave 1 within {left:.1e}"
        return Finding(text, as_stated=max(share) < 1e-3 and left < 1e-3)

    return in_both(identities.at_two_plus_gamma(), finding)


def eq_7() -> Evidence:
    """The slope of h in the yellow samples."""
    run = runs.of_h()
    yellow = run.where(Region.YELLOW)

    def finding(name: str) -> Finding:
        slopes = run.results[name][1][yellow]
        others = np.unique(run.x[yellow][slopes != 2])
        text = f"2 in {int((slopes == 2).sum())} of {yellow.sum()} yellow samples"
        text += f"; {slopes[slopes != 2][0]:g} at x = 2 - {2 - others[0]:.3g}" if others.size else ""
        only_neighbour = others.tolist() == [float(np.nextafter(2.0, 1.0))]
        return Finding(text, as_stated=others.size == 0, under_condition=only_neighbour)

    return in_both(f"{runs.exactly_h()}; with the square left out, {identities.square_left_out()}", finding)


def fig_6() -> Evidence:
    """The slope of h: 2 in yellow, 2 - alpha near it, NaN in red."""
    return together(eq_7(), two_minus_alpha(), zero_over_zero())


def two_minus_alpha() -> Evidence:
    """Near the yellow region, the slope of h against 2 - alpha, with alpha from exact rationals."""
    run = runs.of_h()
    near = run.where(Region.GREEN) & (np.abs(run.gamma) < 1e-6) & (run.gamma != 0)
    alpha = np.array([float(a) for a in rationals.alpha(run.x[near])])

    def finding(name: str) -> Finding:
        off = np.abs(run.results[name][1][near] - (2 - alpha)).max()
        return Finding(
            f"slope is 2 - alpha within {off:.1e} in {near.sum()} samples next to yellow", as_stated=off < 1e-5
        )

    return in_both("alpha = 1, slope 1", finding)


def quotient_rule_no_help() -> Evidence:
    """The slope by the quotient rule in one fraction, in the yellow samples."""
    run = runs.of_h()
    yellow = run.where(Region.YELLOW)
    distance = np.abs(run.x[yellow] - 2)

    def finding(name: str) -> Finding:
        adapter = frameworks.get(name)
        x = adapter.asarray(run.x[yellow])
        f, g = x * x - 4, x - 2
        slope = adapter.to_numpy((2 * x * g - f) / (g * g))
        far = distance > 1e-13
        text = (
            f"2 within {np.abs(slope[far] - 2).max():.1g} beyond 1e-13; "
            f"from {slope[~far].min():.3g} to {slope[~far].max():.3g} closer"
        )
        return Finding(
            text, as_stated=bool(np.abs(slope - 2).max() < 1e-3), under_condition=np.abs(slope[far] - 2).max() < 1e-2
        )

    return in_both("h' = 1", finding)


def identical_slopes_of_h() -> Evidence:
    """The slope of h in PyTorch against TensorFlow, with two ways of writing the square."""
    run = runs.of_h()
    product = run.agreement(1)
    power = agreement(*(runs.value_and_slope(n, lambda x, xp: (x**2 - 4) / (x - 2), run.x)[1] for n in run.results))

    def finding(name: str) -> Finding:
        return Finding(f"x*x: {product}; x**2: {power}", product.identical)

    return in_both("not applicable", finding)


def identical_slopes_of_h1() -> Evidence:
    """The slope of h1 in PyTorch against TensorFlow."""
    between = runs.of_h1().agreement(1)
    return in_both(
        "not applicable", lambda name: Finding(str(between), between.identical, under_condition=between.largest <= 1)
    )


def identical_slopes_of_h2() -> Evidence:
    """The slope of h2 in PyTorch against TensorFlow."""
    between = runs.of_h2().agreement(1)
    return in_both("not applicable", lambda name: Finding(str(between), between.identical))


def eq_8() -> Evidence:
    """The slopes of h1 and h2 rebuilt from equation (8), with the frameworks' own slopes of g1 and g2."""
    denominators = {
        "h1": (runs.of_h1(), partial(functions.g1, epsilon=runs.EPSILON_1, delta=runs.DELTA_1)),
        "h2": (runs.of_h2(), partial(functions.g2, epsilon=runs.EPSILON_2)),
    }

    def finding(name: str) -> Finding:
        ulps = {}
        for text, (run, denominator) in denominators.items():
            g, slope_of_g = runs.value_and_slope(name, denominator, run.x)
            through_factor, through_g = _terms(name, run.x, g)
            scale = np.spacing(np.maximum(np.abs(through_factor), np.abs(through_g * slope_of_g)))
            off = np.abs(2 * through_factor + through_g * slope_of_g - run.results[name][1])
            ulps[text] = float((off / scale).max())
        text = f"slope of h1 within {ulps['h1']:.2g} ulp of the larger term, of h2 within {ulps['h2']:.2g}"
        return Finding(text, as_stated=max(ulps.values()) <= 4)

    return in_both(identities.perturbed_denominator(), finding)


def eq_9() -> Evidence:
    """The two cases of equation (9), written out in rationals, against g1 in the frameworks; and its slope, which is 1."""
    program = partial(functions.g1, epsilon=runs.EPSILON_1, delta=runs.DELTA_1)
    return _denominator(program, rationals.perturbed, lambda g: 1.0, "g + S epsilon or g; slope 1 wherever it has one")


def _denominator(
    program: Program, cases: Callable[[Fraction], Fraction], slope_of: Callable[[Fraction], float], exact: str
) -> Evidence:
    """Compare a denominator with its cases in rationals, rounded once, and its slope with what it should be."""
    x = runs.of_h().x
    gammas = [Fraction(v) - 2 for v in x.tolist()]
    values = np.array([float(cases(g)) for g in gammas])
    slopes = np.array([slope_of(g) for g in gammas])

    def finding(name: str) -> Finding:
        value, slope = runs.value_and_slope(name, program, x)
        wrong = int((value != values).sum()), int((slope != slopes).sum())
        return Finding("differ from the cases: {} values, {} slopes".format(*wrong), as_stated=not any(wrong))

    return in_both(exact, finding)


def sign_has_no_slope() -> Evidence:
    """The slope of S, as this site writes it and as the frameworks' own sign function, seen in the slope of S(g) x."""
    x = runs.of_h1().x
    own = {"torch": "torch.sign", "tensorflow": "tf.sign"}

    def finding(name: str) -> Finding:
        signs = {"S": functions.S, own[name]: lambda v, xp: xp.sign(v)}
        wrong = {
            text: int((runs.value_and_slope(name, lambda x, xp, s=s: s(x - 2, xp) * x, x)[1] != s(x - 2, np)).sum())
            for text, s in signs.items()
        }
        text = ", ".join(f"in {w} of {x.size} samples with {t}" for t, w in wrong.items())
        return Finding(f"the slope of S(g) x differs from S(g) {text}", as_stated=not any(wrong.values()))

    return in_both("0, except at g = 0 where S has no slope", finding)


def smoothed_sign() -> Evidence:
    """Of h with a smooth odd S, tanh, at 2; and the zero of a denominator with a smooth S that is not odd."""

    def smooth(shift: float) -> Program:
        def program(x, xp):
            g = x - 2
            return (x * x - 4) / (g + functions.elementary(xp).tanh(g / 1e-3 + shift) * 1e-4)

        return program

    def finding(name: str) -> Finding:
        value, slope = runs.value_and_slope(name, smooth(0.0), [2.0])[:, 0]
        # With S moved so that S(0) is not 0, the denominator vanishes elsewhere, and there the numerator does not.
        x = 2 + np.linspace(-2e-3, 2e-3, 200_001)
        blown = np.abs(runs.value_and_slope(name, smooth(1.0), x)[0]).max()
        text = f"S = tanh: h(2) = {value}, slope {slope}; tanh moved by 1: values up to {blown:.1g}"
        return Finding(text, as_stated=bool(np.isnan(value) and np.isnan(slope) and blown > 1e3))

    return in_both("a continuous S makes g + S epsilon change sign, so it vanishes somewhere", finding)


def same_outside() -> Evidence:
    """Value and slope of h1 against those of h outside the zone, bit for bit."""
    run, of_h = runs.of_h1(), runs.of_h()
    black = run.where(Region.BLACK)

    def finding(name: str) -> Finding:
        one, other = run.results[name], of_h.results[name]
        same = [agreement(one[k][black], other[k][black]) for k in (0, 1)]
        return Finding(f"value: {same[0]}; slope: {same[1]}", as_stated=all(s.identical for s in same))

    return in_both("the same function", finding)


def zone_is_wide_enough() -> Evidence:
    """The errors of h outside the zone of Figure 3, and inside it."""
    of_h, run = runs.of_h(), runs.of_h1()
    outside = run.where(Region.BLACK)

    def finding(name: str) -> Finding:
        errors = [np.abs(of_h.total_error(name, k)) for k in (0, 1)]
        worst = [e[outside].max() for e in errors]
        inside = np.nanmax(errors[1][~outside])
        text = f"outside delta h is off by {worst[0]:.1e} and its slope by {worst[1]:.1e}; inside its slope by up to {inside:.2g}"
        return Finding(text, as_stated=max(worst) < 1e-6 and inside > 0.5)

    return in_both("4 + gamma, slope 1", finding)


def red_slope_of_h1() -> Evidence:
    """The slope of h1 in the red samples against 4/(S(0) epsilon)."""
    return _red_slope(runs.of_h1(), 4 / runs.EPSILON_1)


def red_slope_of_h2() -> Evidence:
    """The slope of h2 in the red samples against 4/(S(0) epsilon)."""
    return _red_slope(runs.of_h2(), 4 / runs.EPSILON_2)


def _red_slope(run: Sweep, wanted: float) -> Evidence:
    """Compare the slopes of the red samples with the one that all of them should have."""
    red = run.where(Region.RED)

    def finding(name: str) -> Finding:
        found = np.unique(run.results[name][1][red])
        text = f"{', '.join(f'{v:g}' for v in found)} in {red.sum()} samples"
        return Finding(text, as_stated=found.size == 1 and abs(found[0] / wanted - 1) < 1e-15)

    return in_both(f"{wanted:g} with S(0) for S(gamma); 1 is meant", finding)


def eq_10a() -> Evidence:
    """Equation (10a) against the slope of h1 in the yellow samples, and against the truth in green ones."""
    return _equation_10(lambda g, s: (4 + 2 * g) / (g + s) - (4 + 4 * g - 4) / (g + s) ** 2, "")


def eq_10b() -> Evidence:
    """Equation (10b) against the slope of h1, as for (10a)."""
    exact = identities.one_fraction()
    return _equation_10(lambda g, s: (2 * g * g + (4 + 2 * g) * s) / (g + s) ** 2, exact)


def _equation_10(formula: Callable[[np.ndarray, np.ndarray], np.ndarray], exact: str) -> Evidence:
    """Compare a formula of gamma and S epsilon with the slope of h1."""
    run = runs.of_h1()
    gamma = run.x - 2
    yellow = run.where(Region.YELLOW)
    inside = yellow | (run.where(Region.GREEN) & (gamma != 0))
    predicted = formula(gamma, np.where(gamma >= 0, runs.EPSILON_1, -runs.EPSILON_1))

    def finding(name: str) -> Finding:
        slope = run.results[name][1]
        off = np.abs(slope - predicted) / np.maximum(1, np.abs(slope))
        text = f"relative error {off[yellow].max():.1e} in yellow, {off[inside & ~yellow].max():.2g} in green"
        return Finding(text, as_stated=off[yellow].max() < 1e-12)

    dropped = np.abs(predicted - truth.derivatives(runs.h1, gamma)[1])[yellow].max()
    text = f"dropping gamma squared adds gamma**2/(gamma + S epsilon)**2, up to {dropped:.2f} in yellow"
    return in_both(f"{exact}; {text}" if exact else text, finding)


def small_epsilon_limit() -> Evidence:
    """The slope of h1 at a yellow offset, for smaller and smaller epsilon."""
    epsilons = (1e-12, 1e-18, 1e-24)

    def finding(name: str) -> Finding:
        slopes = [
            runs.value_and_slope(name, partial(functions.h1, epsilon=e, delta=1e-4), [2 + 1e-9])[1, 0] for e in epsilons
        ]
        text = f"at gamma = 1e-9: {', '.join(f'{s:.6g}' for s in slopes)} for epsilon = 1e-12, 1e-18, 1e-24"
        # To first order the slope is 2 + 4 epsilon/gamma**2, which is 4e-6 above 2 for the last of them.
        return Finding(text, as_stated=abs(slopes[-1] - 2) < 1e-5)

    return in_both(f"{identities.limit_small_epsilon()}; of h1 itself, 1", finding)


def small_gamma_limit() -> Evidence:
    """The slope of h1 nearer and nearer to 2, on both sides."""
    gammas = np.array([1e-8, 1e-10, 1e-12, 1e-14])

    def finding(name: str) -> Finding:
        right, left = (runs.value_and_slope(name, runs.h1, 2 + side * gammas)[1] for side in (1, -1))
        text = f"{', '.join(f'{s:.4g}' for s in right)} on the right, {left[-1]:.4g} on the left"
        limit = 4 / runs.EPSILON_1
        return Finding(text, as_stated=abs(right[-1] / limit - 1) < 1e-5 and abs(left[-1] / limit + 1) < 1e-5)

    return in_both(identities.limit_small_gamma(), finding)


def fig_7() -> Evidence:
    """The slope of h1: its extremes, and its sign in the red samples."""
    run = runs.of_h1()
    red = run.where(Region.RED)

    def finding(name: str) -> Finding:
        slope = run.results[name][1]
        signs = np.unique(np.sign(slope[red]))
        text = f"from {slope.min():.3g} to {slope.max():.3g}; sign in red: {', '.join(f'{s:+g}' for s in signs)}"
        size = np.abs(slope).max() * runs.EPSILON_1 / 4
        return Finding(text, as_stated=0.5 < size < 2 and signs.tolist() == [1.0])

    extremes = run.written[1].min(), run.written[1].max()
    return in_both("h1 as written: from {:.3g} to {:.3g}; 1 is meant".format(*extremes), finding)


def sign_of_red() -> Evidence:
    """The sign of the slope of h1 in the red samples to the left of 2, for both choices of S(0)."""
    run = runs.of_h1()
    left = run.x[run.where(Region.RED) & (run.gamma < 0)]

    def other_choice(x, xp):
        one = xp.ones_like(x)
        return (x * x - 4) / ((x - 2) + xp.where(x - 2 > 0, one, -one) * runs.EPSILON_1)

    def finding(name: str) -> Finding:
        plus, minus = (np.unique(runs.value_and_slope(name, p, left)[1]) for p in (runs.h1, other_choice))
        text = f"left of 2: {plus[0]:g} with S(0) = 1, {minus[0]:g} with S(0) = -1"
        return Finding(text, plus.size == minus.size == 1 and plus[0] > 0 > minus[0])

    return in_both("negative left of 2, whatever S(0) is", finding)


def remark_3_1() -> Evidence:
    """Value and slope of h1 at 2, for three epsilons."""
    epsilons = (1e-4, 1e-8, 1e-16)

    def finding(name: str) -> Finding:
        both = [runs.value_and_slope(name, partial(functions.h1, epsilon=e), [2.0])[:, 0] for e in epsilons]
        text = (
            f"h1(2) = {both[0][0]:g}; h1'(2) = {', '.join(f'{b[1]:.3g}' for b in both)} for epsilon = 1e-4, 1e-8, 1e-16"
        )
        stated = all(
            value == 0 and abs(slope * e / 4 - 1) < 1e-12 for (value, slope), e in zip(both, epsilons, strict=True)
        )
        return Finding(text, as_stated=stated)

    return in_both(runs.exactly_h(), finding)


def eq_11() -> Evidence:
    """The two cases of equation (11), written out in rationals, against g2 in the frameworks; and its slope, 0 or 1."""
    program = partial(functions.g2, epsilon=runs.EPSILON_2)

    def slope_of(g: Fraction) -> float:
        return 0.0 if abs(g) < Fraction(runs.EPSILON_2) else 1.0

    return _denominator(program, rationals.clamped, slope_of, "S epsilon or g; slope 0 or 1")


def constant_denominator() -> Evidence:
    """The slope of the denominator of h2 inside the zone."""
    run = runs.of_h2()
    inside = ~run.where(Region.BLACK)

    def finding(name: str) -> Finding:
        slope = runs.value_and_slope(name, partial(functions.g2, epsilon=runs.EPSILON_2), run.x[inside])[1]
        return Finding(f"0 in {int((slope == 0).sum())} of {slope.size} samples", as_stated=bool((slope == 0).all()))

    return in_both("0", finding)


def eq_12() -> Evidence:
    """Equation (12) against the slope of h2 inside the zone."""
    run = runs.of_h2()
    inside = ~run.where(Region.BLACK)
    gamma = run.x[inside] - 2
    # Equation (12) at the rounded point, exact: x = 2 + gamma, so 4 + 2 gamma is 2x.
    sign = np.where(gamma >= 0, 1.0, -1.0)
    exact = sign * truth.derivatives(lambda x, xp: 2 * x / runs.EPSILON_2, gamma, order=0)[0]

    def finding(name: str) -> Finding:
        slope = run.results[name][1][inside]
        ulp = (np.abs(slope - exact) / np.spacing(np.abs(exact))).max()
        return Finding(f"within {ulp:.2g} ulp in {slope.size} samples", as_stated=ulp <= 2)

    return in_both(identities.clamped(), finding)


def harmless_absorption() -> Evidence:
    """Slope of h2 against equation (12) where the square in f is absorbed and where it is not."""
    run = runs.of_h2()
    gamma = run.x - 2
    exact = np.where(gamma >= 0, 1, -1) * (4 + 2 * gamma) / runs.EPSILON_2

    def finding(name: str) -> Finding:
        off = np.abs(run.results[name][1] / exact - 1)
        yellow, green = off[run.where(Region.YELLOW)].max(), off[run.where(Region.GREEN)].max()
        return Finding(
            f"relative error {yellow:.1e} in yellow, {green:.1e} in green", as_stated=max(yellow, green) < 1e-15
        )

    return in_both("the numerator f is multiplied by 0", finding)


def sooner_in_h2() -> Evidence:
    """How near the slopes of h1 and of h2 are to 4/epsilon at the same offsets and epsilon."""
    epsilon = 1e-6
    gamma = epsilon * np.array([0.5, 0.1, 0.01])
    limit = 4 / epsilon

    def finding(name: str) -> Finding:
        of_h1 = runs.value_and_slope(name, partial(functions.h1, epsilon=epsilon, delta=1e-2), 2 + gamma)[1] / limit
        of_h2 = runs.value_and_slope(name, partial(functions.h2, epsilon=epsilon), 2 + gamma)[1] / limit
        share = [", ".join(f"{v:.3f}" for v in slopes) for slopes in (of_h1, of_h2)]
        text = f"share of 4/epsilon at gamma/epsilon = 0.5, 0.1, 0.01: h1' {share[0]}; h2' {share[1]}"
        return Finding(text, as_stated=bool((np.abs(of_h2 - 1) < np.abs(of_h1 - 1)).all()))

    return in_both("h1': epsilon**2/(gamma + epsilon)**2 of it; h2': all of it", finding)


def partial_cancellation() -> Evidence:
    """The second term of the slope of h1 as a share of the first; and of h2."""
    epsilon = runs.EPSILON_1
    gamma = epsilon * np.array([10.0, 1.0, 0.1])

    def finding(name: str) -> Finding:
        through_factor, through_g = _terms(name, 2 + gamma, gamma + epsilon)
        shares = -through_g / (2 * through_factor)
        inside = runs.value_and_slope(name, partial(functions.g2, epsilon=runs.EPSILON_2), 2 + gamma)[1]
        text = f"h1: cancels {', '.join(f'{s:.0%}' for s in shares)} at gamma/epsilon = 10, 1, 0.1; h2: {np.abs(inside).max():.0%}"
        return Finding(text, as_stated=bool((shares > 0.05).all() and (shares < 1).all() and not inside.any()))

    return in_both("gamma/(gamma + epsilon) of the first term, to first order; none", finding)


def fig_8() -> Evidence:
    """The slope of h2: its extremes, and how it enters the zone."""
    run = runs.of_h2()
    inside = ~run.where(Region.BLACK)

    def finding(name: str) -> Finding:
        slope = np.abs(run.results[name][1])
        text = (
            f"4/epsilon within {np.abs(slope[inside] * runs.EPSILON_2 / 4 - 1).max():.1e} in the whole zone; 1 outside"
        )
        calm = np.abs(run.results[name][1][~inside] - 1).max() < 1e-6
        return Finding(text, as_stated=bool(np.abs(slope[inside] * runs.EPSILON_2 / 4 - 1).max() < 1e-3) and calm)

    return in_both("h2 as written: the same; 1 is meant", finding)


def at_once() -> Evidence:
    """The slopes of h2 and h1 just inside their zones, as a share of their largest."""

    def finding(name: str) -> Finding:
        edges = {runs.h2: runs.EPSILON_2, runs.h1: runs.DELTA_1}
        sizes = {runs.h2: runs.EPSILON_2, runs.h1: runs.EPSILON_1}
        inside = {
            p: runs.value_and_slope(name, p, [2 + e * (1 - 2.0**-20)])[1, 0] * sizes[p] / 4 for p, e in edges.items()
        }
        text = f"just inside the zone: {inside[runs.h2]:.3g} of 4/epsilon for h2', {inside[runs.h1]:.2g} for h1'"
        return Finding(text, as_stated=inside[runs.h2] > 0.99 and inside[runs.h1] < 1e-3)

    return in_both("all of 4/epsilon, and epsilon/4 + epsilon**2/delta**2 of it", finding)


def larger_errors_in_slopes() -> Evidence:
    """Largest error of the slope over largest error of the value, of h1 and h2, for three epsilons."""
    epsilons, gamma = (1e-4, 1e-8, 1e-12), gamma_grid(500)

    def finding(name: str) -> Finding:
        ratios = []
        for form in (functions.h1, functions.h2):
            for e in epsilons:
                value, slope = runs.value_and_slope(name, partial(form, epsilon=e), 2 + gamma)
                ratios.append(np.abs(slope - 1).max() / np.abs(value - 4 - gamma).max() * e)
        text = f"error of the slope over that of the value, times epsilon: {', '.join(f'{r:.2f}' for r in ratios)}"
        return Finding(f"{text} (h1, then h2; epsilon = 1e-4, 1e-8, 1e-12)", as_stated=all(0.5 < r < 2 for r in ratios))

    value, slope = truth.derivatives(runs.h1, gamma)
    ratio = np.abs(slope - 1).max() / np.abs(value - 4 - gamma).max() * runs.EPSILON_1
    return in_both(f"{ratio:.2f} for h1 with epsilon = {runs.EPSILON_1:g}", finding)
