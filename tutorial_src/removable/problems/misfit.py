r"""The exact gradient and Hessian of a convex problem of two parameters.

The problem is :math:`L(x, y) = \frac12 (h(x) + y - 2 - s)^2 + e^{s - x} + e^{1 - y}` with the
paper's :math:`h`. Its minimum is at :math:`(s, 1)`.
"""

from __future__ import annotations

import numpy as np

__all__ = ["exact"]


def exact(x: np.ndarray, meant: np.ndarray, *, s: float) -> tuple[np.ndarray, np.ndarray]:
    r"""Return the exact gradient and Hessian at the points :math:`(x, 1)`.

    Parameters
    ----------
    x : numpy.ndarray
        The points, shape ``(n,)``.
    meant : numpy.ndarray
        The exact value, slope and second derivative of :math:`h` there, shape ``(3, n)``.
    s : float
        The parameter of the problem.

    Returns
    -------
    gradient, hessian : numpy.ndarray
        Shapes ``(n, 2)`` and ``(n, 2, 2)``.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.problems.misfit import exact
    >>> gradient, hessian = exact(np.array([2.5]), np.array([[4.5], [1.0], [0.0]]), s=2.5)
    >>> gradient.tolist(), hessian.tolist()
    ([[0.0, 0.0]], [[[2.0, 1.0], [1.0, 2.0]]])
    """
    value, slope, curvature = meant
    misfit = value + 1 - (2 + s)
    pull = np.exp(s - x)
    gradient = np.stack([misfit * slope - pull, misfit - 1], axis=1)
    hessian = np.empty((x.size, 2, 2))
    hessian[:, 0, 0] = slope**2 + misfit * curvature + pull
    hessian[:, 0, 1] = slope
    hessian[:, 1, 0] = slope
    hessian[:, 1, 1] = 2.0
    return gradient, hessian
