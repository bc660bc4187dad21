r"""A thrown ball with air drag, whose track a camera saw.

The ball leaves at :math:`(u, v)`, in m/s. Drag :math:`k`, in 1/s, slows it in proportion to its
velocity. The textbook's formula divides by :math:`k`, and has a removable singularity at
:math:`k = 0`. Every form is called as ``form(u, v, k, t, xp)`` and returns the position ``(x, y)``
at the times ``t``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from removable.functions import Array, Namespace
from removable.remedy import gauss, repair

__all__ = ["GRAVITY", "TIMES", "clamped", "forms", "simplified", "textbook", "track"]

GRAVITY = 9.81
"""In m/s²."""

TIMES = np.linspace(0.1, 2.5, 25)
"""When the camera takes its pictures, in s."""


def textbook(u: Array, v: Array, k: Array, t: Array, xp: Namespace, epsilon: float = 0.0) -> tuple[Array, Array]:
    """Return the position as the textbook has it.

    Parameters
    ----------
    u, v : array
        Velocity at the start, horizontal and vertical.
    k : array
        The drag.
    t : array
        The times.
    xp : object
        The array namespace.
    epsilon : float
        What is added to each denominator.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.problems.ball import textbook
    >>> x, y = textbook(14.0, 14.0, 0.15, 1.0, np)
    >>> round(x.item(), 3), round(y.item(), 3)
    (13.001, 8.332)
    """
    decay = 1 - xp.exp(-k * t)
    d = k + epsilon
    return u / d * decay, (v + GRAVITY / d) / d * decay - GRAVITY / d * t


def clamped(u: Array, v: Array, k: Array, t: Array, xp: Namespace) -> tuple[Array, Array]:
    """Return the position with the drag kept away from zero, in numerator and denominator alike.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.problems.ball import clamped
    >>> x, _ = clamped(14.0, 14.0, np.zeros(1), 1.0, np)
    >>> x.round(4)
    array([13.9993])
    """
    return textbook(u, v, xp.where(xp.abs(k) < 1e-4, 1e-4 * xp.ones_like(k), k), t, xp)


def simplified(u: Array, v: Array, k: Array, t: Array, xp: Namespace) -> tuple[Array, Array]:
    """Return the position by Gauss's rule for the average velocity, without a division by the drag.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.problems.ball import simplified
    >>> x, y = simplified(14.0, 14.0, 0.0, 1.0, np)
    >>> round(x.item(), 3), round(y.item(), 3)
    (14.0, 9.095)
    """
    rule = gauss.rule(1)
    first = sum(w * xp.exp(-node * t * k) for node, w in rule)
    second = sum(w * (1 - node) * xp.exp(-node * t * k) for node, w in rule)
    return u * t * first, v * t * first - GRAVITY * t * t * second


@functools.cache
def _repaired(xp: Namespace) -> list[Callable[..., Array]]:
    """Continue each coordinate, as a function of the drag, to no drag."""
    parts = (lambda k, u, v, t, i=i: textbook(u, v, k, t, xp)[i] for i in (0, 1))
    return [repair(part, at=0.0) for part in parts]


def _remedy(u: Array, v: Array, k: Array, t: Array, xp: Namespace) -> list[Array]:
    return [part(k, u, v, t) for part in _repaired(xp)]


def forms() -> dict[str, Callable[..., object]]:
    """Return the six forms by name: naive, two with an epsilon, simplified, clamped, remedy.

    Examples
    --------
    >>> from removable.problems.ball import forms
    >>> list(forms())
    ['naive', 'epsilon 1e-8', 'simplified', 'epsilon 1e-3', 'clamped 1e-4', 'remedy']
    """
    return {
        "naive": textbook,
        "epsilon 1e-8": functools.partial(textbook, epsilon=1e-8),
        "simplified": simplified,
        "epsilon 1e-3": functools.partial(textbook, epsilon=1e-3),
        "clamped 1e-4": clamped,
        "remedy": _remedy,
    }


def track() -> np.ndarray:
    """Return what the camera saw, shape ``(2, 25)``.

    The ball left at 14 and 14 m/s with a drag of 0.15 1/s. Each picture has an error of 2 cm in
    both directions.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.problems.ball import TIMES, textbook, track
    >>> noise = track() - np.stack(textbook(14.0, 14.0, 0.15, TIMES, np))
    >>> track().shape, float(np.std(noise).round(3))
    ((2, 25), 0.018)
    """
    noise = np.random.default_rng(0).normal(scale=0.02, size=(2, 25))
    return noise + np.stack(textbook(14.0, 14.0, 0.15, TIMES, np))
