"""Section 4: other operations, and what a wrong derivative does to gradients, search directions and Hessians."""

from __future__ import annotations

import numpy as np

from removable import frameworks, functions, truth
from removable.claims import runs
from removable.claims.ledger import Evidence, Finding, in_both
from removable.functions import Array, Namespace, Program


def _near_and_at(program: Program, meant: Program, near: float) -> Evidence:
    """Value and slope of a program at 0 and near it; as stated where NaN comes out at 0 and a finite truth exists."""
    exact = truth.derivatives(meant, [0.0, near], base=0.0)

    def finding(name: str) -> Finding:
        found = runs.value_and_slope(name, program, [0.0, near])
        text = f"at 0: {found[0, 0]:g}, slope {found[1, 0]:g}; at {near:g}: {found[0, 1]:.6g}, slope {found[1, 1]:.3g}"
        return Finding(text, as_stated=bool(np.isnan(found[:, 0]).all() and np.isfinite(exact).all()))

    text = f"at 0: {exact[0, 0]:.6g}, slope {exact[1, 0]:.4g}; at {near:g}: {exact[0, 1]:.6g}, slope {exact[1, 1]:.3g}"
    return in_both(text, finding)


def _expm1(x: Array, xp: Namespace) -> Array:
    return functions.elementary(xp).expm1(x)


def zero_times_infinity() -> Evidence:
    """The product of x and 1/expm1(x)."""
    return _near_and_at(lambda x, xp: x * (1 / _expm1(x, xp)), lambda x, xp: x / _expm1(x, xp), 1e-9)


def infinity_minus_infinity() -> Evidence:
    """The difference of 1/expm1(x) and 1/x."""
    return _near_and_at(
        lambda x, xp: 1 / _expm1(x, xp) - 1 / x,
        lambda x, xp: (x - _expm1(x, xp)) / (x * _expm1(x, xp)),
        1e-9,
    )


def _angle_squared(x: Array, xp: Namespace) -> Array:
    """Square of the angle x, found by way of its cosine, over the square of x."""
    m = functions.elementary(xp)
    angle = m.acos(m.cos(x))
    return (angle * angle) / (x * x)


def other_operations() -> Evidence:
    """A power, a logarithm, a square root and an angle, at the point where each has a limit."""
    programs: dict[str, tuple[Program, Program]] = {
        "(1+x)**(1/x)": (
            lambda x, xp: (1 + x) ** (1 / x),
            lambda x, xp: xp.exp(xp.log1p(x) / x),
        ),
        "log(1+x)/x": (lambda x, xp: functions.elementary(xp).log(1 + x) / x, lambda x, xp: xp.log1p(x) / x),
        "(sqrt(1+x)-1)/x": (
            lambda x, xp: (functions.elementary(xp).sqrt(1 + x) - 1) / x,
            lambda x, xp: 1 / (xp.sqrt(1 + x) + 1),
        ),
        "acos(cos x)**2/x**2": (_angle_squared, lambda x, xp: xp.ones_like(x)),
    }

    def finding(name: str) -> Finding:
        slopes = {text: runs.value_and_slope(name, program, [0.0])[1, 0] for text, (program, _) in programs.items()}
        text = "slope at 0: " + ", ".join(f"{s:g} of {p}" for p, s in slopes.items())
        return Finding(text, as_stated=all(np.isnan(s) for s in slopes.values()))

    exact = (f"{truth.derivatives(meant, [0.0], base=0.0)[1, 0]:.4g}" for _, meant in programs.values())
    return in_both(", ".join(exact), finding)


_TARGET = 5.0


def gradient(name: str, first: Program, theta: np.ndarray, *, target: float = _TARGET) -> np.ndarray:
    r"""Gradient of the test loss :math:`(f(\theta_1) - c)^2 + \sum_{i>1} (\theta_i - 1)^2` in one framework.

    Parameters
    ----------
    name : {"torch", "tensorflow"}
        The framework.
    first : callable
        The function of the first parameter, called as ``first(x, xp)``.
    theta : numpy.ndarray
        Parameters, shape ``(n,)``, float64.
    target : float
        The target :math:`c` of the first residual.

    Returns
    -------
    numpy.ndarray
        Shape ``(n,)``.

    Examples
    --------
    >>> gradient("torch", functions.h_hat, np.array([2.0, 0.0]))
    array([-2., -2.])
    """
    # The loss is a sum of terms of one parameter each, so that its gradient is the slope of each term.
    through_first = runs.value_and_slope(name, _squared(first, target), theta[:1])[1]
    through_others = runs.value_and_slope(name, _squared(lambda x, xp: x, 1.0), theta[1:])[1]
    return np.concatenate([through_first, through_others])


def _squared(first: Program, target: float = _TARGET) -> Program:
    """Return one term of the loss: the square of what a function misses its target by."""

    def term(x: Array, xp: Namespace) -> Array:
        residual = first(x, xp) - target
        return residual * residual

    return term


def _start(parameters: int) -> np.ndarray:
    """Return a starting point: the first parameter at the singular point, the others a step from their optimum."""
    return np.concatenate([[2.0], np.zeros(parameters - 1)])


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def gradient_direction() -> Evidence:
    """Direction of the gradient with epsilon in the denominator, at the singular point."""
    sizes = (2, 10, 1000)

    def finding(name: str) -> Finding:
        wrong = [gradient(name, runs.h1, _start(n)) for n in sizes]
        right = [gradient(name, functions.h_hat, _start(n)) for n in sizes]
        cosines = [_cosine(w, r) for w, r in zip(wrong, right, strict=True)]
        axis = min(abs(w[0]) / np.linalg.norm(w) for w in wrong)
        text = (
            f"cosine with the true gradient {', '.join(f'{c:.3f}' for c in cosines)} for 2, 10, 1000 parameters; "
            f"with the first axis {axis:.6f}"
        )
        return Finding(text, as_stated=axis > 0.999999 and cosines[-1] < 0.1)

    true = [1 / np.sqrt(n) for n in sizes]
    return in_both(f"a gradient along the first axis has cosine {', '.join(f'{c:.3f}' for c in true)}", finding)


def others_vanish() -> Evidence:
    """Size of the other entries of the gradient after clipping it to norm 1."""

    def finding(name: str) -> Finding:
        wrong, right = (gradient(name, p, _start(10)) for p in (runs.h1, functions.h_hat))
        clipped = [np.abs(v[1:] / np.linalg.norm(v)).max() for v in (wrong, right)]
        text = f"clipped to norm 1, each of nine other entries is {clipped[0]:.1e} instead of {clipped[1]:.2f}"
        return Finding(text, as_stated=clipped[0] < 1e-6 * clipped[1])

    return in_both(f"each of ten entries has the same share, {1 / np.sqrt(10):.2f}", finding)


def search_direction() -> Evidence:
    """What the best step along the gradient removes from the loss, for two targets; and the first step of Adam."""

    def finding(name: str) -> Finding:
        shares = {}
        for target in (5.0, 3.0):
            right, wrong = (gradient(name, p, _start(10), target=target) for p in (functions.h_hat, runs.h1))
            # In its first step Adam divides every entry by its own size.
            shares[target] = [_removed(right, right), _removed(wrong, right), _removed(np.sign(wrong), right)]
        text = "; ".join(
            f"target {target:g}: the best step along it removes {wrong:.0%} of the loss, along the true one {right:.0%}, "
            f"along Adam's first {adam:.0%}"
            for target, (right, wrong, adam) in shares.items()
        )
        spoilt = all(wrong < 0.5 * right for right, wrong, _ in shares.values())
        spoilt_adam = all(adam < 0.5 * right for right, _, adam in shares.values())
        return Finding(text, as_stated=spoilt and spoilt_adam, under_condition=spoilt)

    return in_both("100% along the true gradient", finding)


def _removed(direction: np.ndarray, right: np.ndarray) -> float:
    """Share of the meant loss that the best step against a direction removes; an uphill direction removes nothing."""
    # The loss is a sum of squares, so its true gradient points straight away from its minimum.
    return max(0.0, _cosine(direction, right)) ** 2


def hessian() -> Evidence:
    """Relative error of first and second derivative of the loss, towards the singular point."""
    gammas = np.array([1e-3, 1e-5, 1e-7])
    true = truth.derivatives(_squared(functions.h_hat), gammas, order=2)

    def finding(name: str) -> Finding:
        found = frameworks.get(name).derivatives(_squared(functions.h), 2 + gammas, order=2)
        first, second = np.abs(found[1:] / true[1:] - 1)
        text = (
            f"relative error at 1e-3, 1e-5, 1e-7: gradient {', '.join(f'{e:.0e}' for e in first)}; "
            f"Hessian {', '.join(f'{e:.0e}' for e in second)}"
        )
        return Finding(text, as_stated=bool((second > first).all() and second[-1] > 1))

    return in_both(f"at 1e-7: gradient {true[1, -1]:.3g}, Hessian {true[2, -1]:.3g}", finding)


def hessian_with_epsilon() -> Evidence:
    """Second derivative of the loss with epsilon in the denominator, and the Newton step."""

    def described(derivatives: np.ndarray) -> str:
        _, slope, curvature = derivatives[:, 0]
        return f"curvature {curvature:.3g}, Newton step {-slope / curvature:.2g}"

    def finding(name: str) -> Finding:
        found = frameworks.get(name).derivatives(_squared(runs.h1), [2.0], order=2)
        return Finding(f"at 2: {described(found)}", as_stated=abs(found[2, 0]) > 1e6)

    meant, written = (truth.derivatives(_squared(p), [0.0], order=2) for p in (functions.h_hat, runs.h1))
    return in_both(f"{described(meant)}; of the program as written {described(written)}", finding)
