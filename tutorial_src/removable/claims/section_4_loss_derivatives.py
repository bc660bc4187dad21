"""Section 4, derivatives of a loss that has h in one residual.

What the paper says of gradients, of search directions and of Hessians.
"""

from __future__ import annotations

import numpy as np

from removable import frameworks, functions, truth
from removable.claims import runs
from removable.claims.evidence import Evidence, Finding, exactly, in_both
from removable.functions import Array, Namespace, Program

_TARGET = 5.0


def gradient(name: str, first: Program, theta: np.ndarray, *, target: float = _TARGET) -> np.ndarray:
    r"""Gradient of :math:`(f(\theta_1) - c)^2 + \sum_{i>1} (\theta_i - 1)^2` in one framework.

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
    >>> import numpy as np
    >>> from removable import functions
    >>> from removable.claims.section_4_loss_derivatives import gradient
    >>> gradient("torch", functions.h_hat, np.array([2.0, 0.0]))
    array([-2., -2.])
    """
    # The loss is a sum of terms of one parameter each, so that its gradient is the slope of each
    # term.
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
    """Return a starting point: 2, the singular point, then zeros, a step from the optimum."""
    return np.concatenate([[2.0], np.zeros(parameters - 1)])


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def _exact_gradient(parameters: int, *, target: float = _TARGET) -> np.ndarray:
    """Exact gradient of the loss with the function meant, at the starting point, shape ``(n,)``."""
    through_first = truth.derivatives(_squared(functions.h_hat, target), [0.0])[1]
    through_others = truth.derivatives(_squared(lambda x, xp: x, 1.0), np.zeros(parameters - 1), base=0.0)[1]
    return np.concatenate([through_first, through_others])


def gradient_direction() -> Evidence:
    """Direction of the gradient with epsilon in the denominator, at the singular point."""
    sizes = (2, 10, 1000)
    exact = [_exact_gradient(n) for n in sizes]

    def finding(name: str) -> Finding:
        wrong = [gradient(name, runs.h1, _start(n)) for n in sizes]
        cosines = [_cosine(w, r) for w, r in zip(wrong, exact, strict=True)]
        # 1 - cos is sin**2/(1 + cos), which does not cancel.
        off_axis = [float(w[1:] @ w[1:] / (w @ w)) / (1 + abs(w[0]) / np.linalg.norm(w)) for w in wrong]
        text = (
            f"cosine with the true gradient {', '.join(f'{c:.3f}' for c in cosines)} for 2, 10, 1000 parameters; "
            f"1 less its cosine with the first axis {max(off_axis):.1g}"
        )
        # The others are 2 each, and the first is 2 * 5 * 4/epsilon, so that the sine is epsilon/20
        # for each of them.
        expected = [(n - 1) * (runs.EPSILON_1 / 20) ** 2 / 2 for n in sizes]
        # A sum of n squares is rounded n times, by half of ULP each.
        on_axis = np.allclose(off_axis, expected, rtol=max(sizes) * runs.ULP, atol=0)
        # Two unit vectors, of which one is along the axis, differ by the sine, and their products
        # with a third by no more.
        sine = np.sqrt(max(sizes)) * runs.EPSILON_1 / 20
        shares = [abs(r[0]) / np.linalg.norm(r) for r in exact]
        return Finding(text, as_stated=on_axis and np.allclose(cosines, shares, rtol=0, atol=sine))

    shares = [abs(r[0]) / np.linalg.norm(r) for r in exact]
    return in_both(exactly("a gradient along the first axis has cosine {:.3f}, {:.3f}, {:.3f}", *shares), finding)


def others_vanish() -> Evidence:
    """Size of the other entries of the gradient after clipping it to norm 1."""
    exact = np.abs(_exact_gradient(10))
    share = float(exact[1] / np.linalg.norm(exact))

    def finding(name: str) -> Finding:
        wrong, right = (gradient(name, p, _start(10)) for p in (runs.h1, functions.h_hat))
        clipped = [np.abs(v[1:] / np.linalg.norm(v)).max() for v in (wrong, right)]
        text = f"clipped to norm 1, each of nine other entries is {clipped[0]:.1e} instead of {clipped[1]:.2f}"
        # 2 beside 2 * 5 * 4/epsilon.
        vanished = clipped[0] <= runs.EPSILON_1
        # Ten squares are added up, and a root and a quotient taken: a dozen roundings.
        return Finding(text, as_stated=vanished and abs(clipped[1] - share) <= 12 * np.spacing(share))

    return in_both(exactly("each of ten entries has the same share, {:.2f}", share), finding)


def search_direction() -> Evidence:
    """What the best step along the gradient removes from the loss, for two targets.

    The same is measured for the first step of Adam.
    """
    targets = (5.0, 3.0)

    def finding(name: str) -> Finding:
        shares = {}
        for target in targets:
            right = _exact_gradient(10, target=target)
            own, wrong = (gradient(name, p, _start(10), target=target) for p in (functions.h_hat, runs.h1))
            # In its first step Adam divides every entry by its own size.
            shares[target] = [_removed(own, right), _removed(wrong, right), _removed(np.sign(wrong), right)]
        text = "; ".join(
            f"target {target:g}: the best step along it removes {wrong:.0%} of the loss, along the true one {right:.0%}, "
            f"along Adam's first {adam:.0%}"
            for target, (right, wrong, adam) in shares.items()
        )
        # Poor: less than half of what the true gradient removes.
        spoilt = all(wrong < 0.5 * right for right, wrong, _ in shares.values())
        spoilt_adam = all(adam < 0.5 * right for right, _, adam in shares.values())
        return Finding(text, as_stated=spoilt and spoilt_adam, under_condition=spoilt)

    exact = [_removed(right, right) for right in (_exact_gradient(10, target=target) for target in targets)]
    return in_both(exactly("along the true gradient {:.0%} and {:.0%}", *exact), finding)


def _removed(direction: np.ndarray, right: np.ndarray) -> float:
    """Share of the meant loss that the best step against a direction removes.

    An uphill direction removes nothing.
    """
    # The loss is a sum of squares, so its true gradient points straight away from its minimum.
    return max(0.0, _cosine(direction, right)) ** 2


def hessian() -> Evidence:
    """Relative error of first and second derivative of the loss, towards the singular point."""
    gammas = np.array([1e-3, 1e-5, 1e-7])
    true = truth.derivatives(_squared(functions.h_hat), gammas, order=2)

    def finding(name: str) -> Finding:
        computed = frameworks.get(name).derivatives(_squared(functions.h), 2 + gammas, order=2)
        first, second = np.abs(computed[1:] / true[1:] - 1)
        text = (
            f"relative error at 1e-3, 1e-5, 1e-7: gradient {', '.join(f'{e:.0e}' for e in first)}; "
            f"Hessian {', '.join(f'{e:.0e}' for e in second)}"
        )
        # By the law of rounding errors the ratio is some 1/gamma; a tenth of it is left to chance.
        worse = bool((second > first / (10 * gammas)).all())
        # At 1e-7 the Hessian is corrupted: it is off by more than its size.
        return Finding(text, as_stated=worse and second[-1] > 1)

    return in_both(exactly("at 1e-7: gradient {:.3g}, Hessian {:.3g}", true[1, -1], true[2, -1]), finding)


def hessian_with_epsilon() -> Evidence:
    """Second derivative of the loss with epsilon in the denominator, and the Newton step."""
    words = "curvature {:.3g}, Newton step {:.2g}"
    meant, written = (truth.derivatives(_squared(p), [0.0], order=2)[:, 0] for p in (functions.h_hat, runs.h1))

    def step(derivatives: np.ndarray) -> tuple[float, float]:
        return float(derivatives[2]), float(-derivatives[1] / derivatives[2])

    def finding(name: str) -> Finding:
        computed = frameworks.get(name).derivatives(_squared(runs.h1), [2.0], order=2)[:, 0]
        # The program as written has this curvature, and it is corrupted: 2 (4/epsilon)**2 and more
        # where 2 is meant. In float64 less than 64 roundings change it, by 7e-15. The claim holds
        # in any precision, so the limit is what float32 keeps: eight of its ulp, 1e-6.
        as_written = abs(computed[2] / written[2] - 1) < 1e-6
        corrupted = abs(computed[2] / meant[2]) > 1 / runs.EPSILON_1**2
        return Finding("at 2: " + words.format(*step(computed)), as_stated=bool(as_written and corrupted))

    return in_both(exactly(f"{words}; of the program as written {words}", *step(meant), *step(written)), finding)
