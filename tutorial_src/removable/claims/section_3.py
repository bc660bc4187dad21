"""Section 3, the derivative of h.

For the derivatives of h1 and h2 see :mod:`removable.claims.section_3_repairs`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial

import numpy as np

from removable import frameworks, functions, truth
from removable.claims import identities, rationals, runs, spellings
from removable.claims.evidence import Evidence, Finding, by_reading, definition, exactly, in_both, together
from removable.claims.spellings import Spelling
from removable.functions import Array, Namespace
from removable.sweeps.regions import Region
from removable.sweeps.sweep import agreement


def constant(value: Array, xp: Namespace) -> Array:
    """Return an array of a framework cut from the graph: nothing is differentiated through it.

    Examples
    --------
    >>> from removable.claims import runs
    >>> from removable.claims.section_3 import constant
    >>> runs.value_and_slope("tensorflow", lambda x, xp: x * constant(x, xp), [3.0])
    array([[9.],
           [3.]])
    """
    return xp.stop_gradient(value) if hasattr(xp, "stop_gradient") else value.detach()


def parts_of_slope(name: str, x: np.ndarray) -> np.ndarray:
    """The slopes of f/g with g, and with f held constant, by backpropagation, shape ``(2, n)``.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.claims.section_3 import parts_of_slope
    >>> parts_of_slope("torch", np.array([3.0]))
    array([[ 6.],
           [-5.]])
    """

    def through_f(x: Array, xp: Namespace) -> Array:
        return functions.f(x, xp) / constant(functions.g(x, xp), xp)

    def through_g(x: Array, xp: Namespace) -> Array:
        return constant(functions.f(x, xp), xp) / functions.g(x, xp)

    return np.stack([runs.value_and_slope(name, part, x)[1] for part in (through_f, through_g)])


def ulps(off: np.ndarray, *terms: np.ndarray) -> np.ndarray:
    """Return a difference in units in the last place of the largest of some terms, shape ``(n,)``.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.claims.section_3 import ulps
    >>> ulps(np.array([2.0**-50]), np.array([1.0]), np.array([-4.0]))
    array([1.])
    """
    return np.abs(off) / np.spacing(np.max(np.abs(terms), axis=0))


def numbers_of_h() -> np.ndarray:
    """Return the distinct numbers at which the figures sample h, without 2.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.claims.section_3 import numbers_of_h
    >>> bool((np.diff(numbers_of_h()) > 0).all())
    True
    """
    x = np.unique(runs.of_h().x)
    return x[x != 2]


def derivatives_of_f_g_h() -> Evidence:
    """The slopes of f, of g and of the simplified h."""
    x = np.unique(runs.of_h().x)
    programs = (functions.f, functions.g, functions.h_hat)

    def finding(name: str) -> Finding:
        slopes = [runs.value_and_slope(name, program, x)[1] for program in programs]
        wrong = [int((slope != true).sum()) for slope, true in zip(slopes, (2 * x, 1, 1), strict=True)]
        text = "differ from 2x, 1 and 1 at {}, {} and {} of {} numbers".format(*wrong, x.size)
        return Finding(text, as_stated=not any(wrong))

    slopes = (truth.derivatives(program, [0.25])[1, 0] for program in programs)
    return in_both(exactly("at 2.25: {:g}, {:g} and {:g}", *slopes), finding)


def eq_5a() -> Evidence:
    """The slope of h as the sum of the slopes through f and through g, each by backpropagation."""
    x = numbers_of_h()

    def finding(name: str) -> Finding:
        parts = parts_of_slope(name, x)
        off = ulps(parts.sum(axis=0) - runs.value_and_slope(name, functions.h, x)[1], *parts).max()
        text = f"with g, then f held constant: the two add up to the slope within {off:.2g} ulp of the larger, {x.size} numbers"
        return Finding(text, as_stated=off <= runs.ULPS_OF_A_SUM)

    at = Fraction(2) + Fraction(1, 10**9)
    through_f, through_g = 2 * at / (at - 2), -(at**2 - 4) / (at - 2) ** 2
    form = "the two sides differ by {}; at 2 + 1e-9 the parts are {} and {}, their sum {}"
    return in_both(exactly(form, identities.chain_rule(), through_f, through_g, through_f + through_g), finding)


def terms_of_slope(name: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The slopes through each factor of the square and the denominator, in a framework.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.claims.section_3 import terms_of_slope
    >>> terms_of_slope("torch", np.array([3.0]))
    (array([3.]), array([-5.]))
    """
    adapter = frameworks.get(name)
    tensor, denominator = adapter.asarray(x), adapter.asarray(x - 2)
    through_factor = 1 / denominator * tensor
    through_g = -((tensor * tensor - 4) / denominator / denominator)
    return adapter.to_numpy(through_factor), adapter.to_numpy(through_g)


def eq_5b() -> Evidence:
    """Backpropagation against the sum of equation (5b), evaluated term by term, bit for bit."""
    x = np.unique(runs.of_h().x)

    def finding(name: str) -> Finding:
        through_factor, through_g = terms_of_slope(name, x)
        with np.errstate(invalid="ignore"):
            same = agreement(
                (through_g + through_factor) + through_factor, runs.value_and_slope(name, functions.h, x)[1]
            )
        return Finding(f"the two terms, added up: {same}", as_stated=same.identical)

    return in_both(exactly("the two sides differ by {}", identities.quotient_rule()), finding)


def eq_5c() -> Evidence:
    """Equation (5c) evaluated as it is printed, against backpropagation.

    They are compared up to rounding, and bit for bit.
    """
    x = numbers_of_h()

    def printed(name: str) -> tuple[np.ndarray, np.ndarray]:
        adapter = frameworks.get(name)
        tensor = adapter.asarray(x)
        first = adapter.to_numpy(2 * tensor / (tensor - 2))
        second = adapter.to_numpy((tensor * tensor - 4) / ((tensor - 2) * (tensor - 2)))
        return first, second

    def to_rounding(name: str) -> Finding:
        first, second = printed(name)
        off = ulps(first - second - runs.value_and_slope(name, functions.h, x)[1], first, second).max()
        return Finding(f"within {off:.2g} ulp of the larger term", as_stated=off <= runs.ULPS_OF_A_SUM)

    def to_the_bit(name: str) -> Finding:
        first, second = printed(name)
        same = agreement(first - second, runs.value_and_slope(name, functions.h, x)[1])
        return Finding(str(same), as_stated=same.identical)

    return by_reading(
        {
            "as an identity": in_both(
                exactly("the printed form simplifies to {}", identities.paper_form()), to_rounding
            ),
            "as the operations that run": in_both(definition("bits are compared"), to_the_bit),
        }
    )


def zero_over_zero() -> Evidence:
    """The two terms of the slope at 2, and the slope there."""
    run = runs.of_h()
    red = run.inside(Region.RED)

    def finding(name: str) -> Finding:
        factor, through_g = (float(term[0]) for term in terms_of_slope(name, np.array([2.0])))
        lost = np.isnan(run.results[name][1])
        text = f"terms at 2: {2 * factor} and {through_g}; NaN at {run.count(Region.RED)} number, "
        text += f"to which {int((lost & red).sum())} offsets that are not 0 are rounded"
        return Finding(text, as_stated=np.isinf(factor) and np.isnan(through_g) and bool(lost[red].all()))

    return in_both(runs.exactly_h(), finding)


def eq_6() -> Evidence:
    """Equation (6), typed in gamma as it is printed, against backpropagation.

    Also measured is how near its terms are to 4/gamma.
    """
    x = numbers_of_h()
    # Further out 4 + 4 gamma + gamma**2 is rounded in other places than x*x, and the terms are
    # small.
    gamma = (x - 2)[np.abs(x - 2) < 1e-2]

    def finding(name: str) -> Finding:
        adapter = frameworks.get(name)
        tensor = adapter.asarray(gamma)
        first = adapter.to_numpy((4 + 2 * tensor) / tensor)
        second = adapter.to_numpy(((4 + 4 * tensor + tensor * tensor) - 4) / (tensor * tensor))
        off = ulps(first - second - runs.value_and_slope(name, functions.h, 2 + gamma)[1], first, second).max()
        share = max(np.abs(term * gamma / 4 - 1).max() for term in (first, second))
        text = f"within {off:.2g} ulp of the larger term at {gamma.size} numbers within 0.01; both are 4/gamma to {share:.1g} of it"
        # gamma/2 of the first term, and gamma/4 of the second, are not part of 4/gamma.
        return Finding(text, as_stated=off <= runs.ULPS_OF_A_SUM and share <= np.abs(gamma).max() / 2)

    exact = {at: (4 + 2 * at) / at - ((4 + 4 * at + at**2) - 4) / at**2 for at in (Fraction(1e-9), Fraction(1e-3))}
    form = "both sides simplify to {}; at gamma = 1e-9 and 1e-3 the terms leave {} and {}"
    return in_both(exactly(form, identities.at_two_plus_gamma(), *exact.values()), finding)


def eq_7() -> Evidence:
    """The slope of h at the yellow numbers, for both orders in which its two lines can be typed."""
    run = runs.of_h()
    yellow = np.unique(run.x[run.inside(Region.YELLOW)])
    neighbour = float(np.nextafter(2.0, 1.0))

    def finding(name: str) -> Finding:
        slopes = runs.value_and_slope(name, functions.h, yellow)[1]
        others = yellow[slopes != 2]
        text = f"2 at {int((slopes == 2).sum())} of {yellow.size} yellow numbers"
        text += f"; {slopes[slopes != 2][0]:g} at 2 - {2 - others[0]:.3g}" if others.size else ""
        typed = Spelling(denominator_first=True).program(functions.g)
        swapped = runs.value_and_slope(name, typed, [neighbour])[1, 0]
        text += f"; with the denominator computed first {swapped:g} there"
        return Finding(text, as_stated=others.size == 0, under_condition=others.tolist() == [neighbour])

    left_out = identities.square_left_out()
    exact = truth.derivatives(functions.h, yellow - 2)[1]
    form = "h' from {:g} to {:g} at these numbers; with the square left out, {}"
    return in_both(exactly(form, exact.min(), exact.max(), left_out), finding)


def fig_6() -> Evidence:
    """The slope of h: 2 in yellow, 2 - alpha near it, NaN in red."""
    return together(eq_7(), two_minus_alpha(), zero_over_zero())


def two_minus_alpha() -> Evidence:
    """The slope of h next to the yellow region against 2 - alpha, with alpha from rationals."""
    run = runs.of_h()
    # Out to 1e-6 a slope of 2 - alpha differs from 1 by more than rounding alone does.
    near = run.inside(Region.GREEN) & (np.abs(run.gamma) < 1e-6) & (run.x != 2) & run.distinct
    alphas = rationals.alpha(run.x[near])
    alpha = np.array([float(a) for a in alphas])

    def finding(name: str) -> Finding:
        off = ulps(run.results[name][1][near] - (2 - alpha), 4 / (run.x[near] - 2)).max()
        text = f"slope is 2 - alpha within {off:.2g} ulp of 4/gamma at {near.sum()} green numbers within 1e-6"
        return Finding(text, as_stated=off <= runs.ULPS_OF_A_SUM)

    return in_both(exactly("alpha from {:.6f} to {:.6f}", float(min(alphas)), float(max(alphas))), finding)


SCATTER_BEGINS = 1e-13
"""Closer to 2, the rounding of 2x g, half an ulp of 4 gamma, is as large as 2x g - f."""


def quotient_rule_no_help() -> Evidence:
    """The slope by the quotient rule in one fraction, from the framework's f, g, f' and g'."""
    run = runs.of_h()
    x = np.unique(run.x[run.inside(Region.YELLOW)])
    distance = np.abs(x - 2)

    def finding(name: str) -> Finding:
        (f, df), (g, dg) = (runs.value_and_slope(name, program, x) for program in (functions.f, functions.g))
        slope = (df * g - f * dg) / (g * g)
        far = distance > SCATTER_BEGINS
        worst = np.abs(slope[far] - 2).max()
        text = f"2 within {worst:.1g} beyond 1e-13; from {slope[~far].min():.3g} to {slope[~far].max():.3g} closer"
        # The rounding of 2x g, at most half an ulp of 4 gamma, over gamma**2: 2**-52/gamma or less.
        return Finding(
            text,
            as_stated=bool(np.abs(slope - 2).max() < runs.TOLERANCE),
            under_condition=worst <= 2.0**-51 / SCATTER_BEGINS and bool((slope[~far] != 2).any()),
        )

    exact = truth.derivatives(functions.h, x - 2)[1]
    return in_both(exactly("h' from {:g} to {:g} at these numbers", exact.min(), exact.max()), finding)


def identical_slopes_of_h() -> Evidence:
    """The slope of h in PyTorch against TensorFlow, typed in several ways."""
    return _identical_slopes(functions.g, lambda s: s.graph if s.power else not s.denominator_first)


def identical_slopes_of_h1() -> Evidence:
    """The slope of h1 in PyTorch against TensorFlow, typed in several ways."""
    g1 = partial(functions.g1, epsilon=runs.EPSILON_1, delta=runs.DELTA_1)
    return _identical_slopes(g1, lambda s: s.graph if s.power else s.denominator_first != s.graph)


def identical_slopes_of_h2() -> Evidence:
    """The slope of h2 in PyTorch against TensorFlow, typed in several ways."""
    return _identical_slopes(partial(functions.g2, epsilon=runs.EPSILON_2), lambda s: s.graph or not s.power)


def _identical_slopes(denominator: spellings.Denominator, allowed: Callable[[Spelling], bool]) -> Evidence:
    """Compare all spellings of a quotient.

    The condition is that the spelling is one of those allowed, and is needed.
    """
    agreements = spellings.between(denominator, np.unique(runs.of_h().x), 1)
    points = next(iter(agreements.values())).points
    text = "; ".join(f"{spelling}: {same.differing}" for spelling, same in agreements.items())
    needed = not any(same.identical for spelling, same in agreements.items() if not allowed(spelling))

    def finding(name: str) -> Finding:
        return Finding(
            f"of {points} numbers the slope differs at: {text}",
            as_stated=all(same.identical for same in agreements.values()),
            under_condition=all(same.identical for spelling, same in agreements.items() if allowed(spelling))
            and needed,
        )

    return in_both(definition("two frameworks are compared, bit for bit"), finding)
