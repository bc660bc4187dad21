"""Section 4, results that are lost when operations are evaluated one after the other.

For the derivatives of a loss see :mod:`removable.claims.section_4_loss_derivatives`.
"""

from __future__ import annotations

import numpy as np

from removable import functions, truth
from removable.claims import runs
from removable.claims.evidence import Evidence, Finding, exactly, in_both
from removable.functions import Array, Namespace, Program


def cancel_first() -> Evidence:
    """Two quotients whose factor cancels.

    They are evaluated operation by operation, and with the factor cancelled first.
    """
    typed: dict[str, tuple[Program, Program]] = {
        "(x*x-4)/(x-2)": (functions.h, functions.h_hat),
        "x*(x-2)/(x-2)": (lambda x, xp: x * functions.g(x, xp) / functions.g(x, xp), lambda x, xp: x),
    }
    exact = {title: truth.derivatives(program, [0.0])[:, 0] for title, (program, _) in typed.items()}

    def finding(name: str) -> Finding:
        results = {t: [runs.value_and_slope(name, p, [2.0])[:, 0] for p in pair] for t, pair in typed.items()}
        text = "; ".join(
            f"{title}: {nested[0]:g}, slope {nested[1]:g}; cancelled first: {first[0]:g}, slope {first[1]:g}"
            for title, (nested, first) in results.items()
        )
        nested_wrong = all(np.isnan(nested).all() for nested, _ in results.values())
        first_right = all((first == exact[title]).all() for title, (_, first) in results.items())
        return Finding(f"at 2, {text}", as_stated=nested_wrong and first_right)

    form = "; ".join(title + ": {:g}, slope {:g}" for title in typed)
    return in_both(exactly(form, *np.concatenate(list(exact.values()))), finding)


def _at_and_far(program: Program, meant: Program) -> Evidence:
    """Value and slope of a program at 0, next to it, and at 1.

    At 0 the result is stated to be NaN, and the truth is finite; at 1 the program is right.
    """
    points = [0.0, 1e-9, 1.0]
    exact = truth.derivatives(meant, points, base=0.0)

    def finding(name: str) -> Finding:
        results = runs.value_and_slope(name, program, points)
        cells = (f"at {x:g}: {value:.6g}, slope {slope:.3g}" for x, value, slope in zip(points, *results, strict=True))
        # At 1 nothing cancels, and a dozen operations are rounded.
        right = np.abs(results[:, -1] - exact[:, -1]).max() <= 12 * np.spacing(1.0)
        return Finding("; ".join(cells), as_stated=bool(np.isnan(results[:, 0]).all() and right))

    form = "at 0: {:.6g}, slope {:.4g}; at 1e-9: {:.6g}, slope {:.3g}; at 1: {:.6g}, slope {:.3g}"
    return in_both(exactly(form, *exact.T.ravel()), finding)


def _expm1(x: Array, xp: Namespace) -> Array:
    return functions.elementary(xp).expm1(x)


def zero_times_infinity() -> Evidence:
    """The product of x and 1/expm1(x)."""
    return _at_and_far(lambda x, xp: x * (1 / _expm1(x, xp)), lambda x, xp: x / _expm1(x, xp))


def infinity_minus_infinity() -> Evidence:
    """The difference of 1/expm1(x) and 1/x."""
    return _at_and_far(
        lambda x, xp: 1 / _expm1(x, xp) - 1 / x,
        lambda x, xp: (x - _expm1(x, xp)) / (x * _expm1(x, xp)),
    )


def other_operations() -> Evidence:
    """A power that is 1 to the infinity.

    Besides, x squared by a root, a logarithm and an angle, none of them divided by anything.
    """

    def power(x: Array, xp: Namespace) -> Array:
        return (1 + x) ** (1 / x)

    def root(x: Array, xp: Namespace) -> Array:
        return functions.elementary(xp).sqrt(x * x * x * x)

    def logarithm(x: Array, xp: Namespace) -> Array:
        return xp.exp(functions.elementary(xp).log(x * x))

    def angle(x: Array, xp: Namespace) -> Array:
        m = functions.elementary(xp)
        return m.acos(m.cos(x)) * m.acos(m.cos(x))

    def square(x: Array, xp: Namespace) -> Array:
        return x * x

    programs: dict[str, tuple[Program, Program]] = {
        "(1+x)**(1/x)": (power, lambda x, xp: xp.exp(xp.log1p(x) / x)),
        "sqrt(x*x*x*x)": (root, square),
        "exp(log(x*x))": (logarithm, square),
        "acos(cos x)**2": (angle, square),
    }

    def finding(name: str) -> Finding:
        slopes = {text: runs.value_and_slope(name, program, [0.0])[1, 0] for text, (program, _) in programs.items()}
        text = "slope at 0: " + ", ".join(f"{s:g} of {p}" for p, s in slopes.items())
        return Finding(text, as_stated=all(np.isnan(s) for s in slopes.values()))

    exact = [truth.derivatives(meant, [0.0], base=0.0)[1, 0] for _, meant in programs.values()]
    return in_both(exactly("slope at 0: {:.4g}, {:.4g}, {:.4g}, {:.4g}", *exact), finding)
