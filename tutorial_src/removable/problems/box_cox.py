r"""A small network whose first layer is the transform of Box and Cox, in several forms.

The transform of :cite:t:`BoxCox1964` is :math:`(x^\lambda - 1)/\lambda`, with a removable
singularity at :math:`\lambda = 0`, where it is :math:`\log x`. Every form is called as
``form(x, lam, xp)``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from removable.functions import Array, Namespace, Program, elementary
from removable.remedy import gauss, repair

__all__ = ["data", "error", "forms", "programs", "residual", "simplified", "transform"]


def transform(x: Array, lam: Array, xp: Namespace, shift: float = 0.0, epsilon: float = 0.0) -> Array:
    """Transform x as the definition has it.

    Parameters
    ----------
    x : array
        Positive numbers.
    lam : array
        The parameter.
    xp : object
        The array namespace.
    shift : float
        What is added to the parameter, in exponent and denominator.
    epsilon : float
        What is added to the denominator alone.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.problems.box_cox import transform
    >>> round(transform(3.0, 0.5, np), 4)
    1.4641
    """
    lam = lam + shift
    return (x**lam - 1) / (lam + epsilon)


def simplified(x: Array, lam: Array, xp: Namespace) -> Array:
    """Average x ** (s * lam) over eight nodes s instead of dividing by lam.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.problems.box_cox import simplified
    >>> bool(simplified(3.0, 0.0, np) == np.log(3.0))
    True
    """
    log_x = elementary(xp).log(x)
    return log_x * sum(w * xp.exp(s * (lam * log_x)) for s, w in gauss.rule(1))


def forms() -> dict[str, Callable[..., Array]]:
    """Return the six forms by name: naive, two with an epsilon, simplified, shifted, remedy.

    Examples
    --------
    >>> from removable.problems.box_cox import forms
    >>> list(forms())
    ['naive', 'epsilon 1e-8', 'simplified', 'epsilon 1e-3', 'shifted 1e-3', 'remedy']
    """
    repaired = repair(lambda lam, x: (x**lam - 1) / lam, at=0.0, radius=0.25)
    return {
        "naive": transform,
        "epsilon 1e-8": functools.partial(transform, epsilon=1e-8),
        "simplified": simplified,
        "epsilon 1e-3": functools.partial(transform, epsilon=1e-3),
        "shifted 1e-3": functools.partial(transform, shift=1e-3),
        "remedy": lambda x, lam, xp: repaired(lam, x),
    }


def programs(x: float) -> dict[str, Program]:
    """Return the forms by name, as functions of the parameter alone: the transform of one number.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.problems.box_cox import programs
    >>> programs(3.0)["simplified"](np.zeros(1), np) == np.log([3.0])
    array([ True])
    """

    def of_x(form: Callable[..., Array]) -> Program:
        return lambda lam, xp: form(x * xp.ones_like(lam), lam, xp)

    return {name: of_x(form) for name, form in forms().items()}


def residual(weights: Any, layer: Callable[..., Array], x: Array, y: Array, xp: Namespace) -> Array:
    """Transform the features, apply one hidden layer, subtract the target; shape ``(n, 1)``.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.problems.box_cox import data, residual, simplified
    >>> x, y, start = data()
    >>> residual(start, simplified, x, y, np).shape
    (1024, 1)
    """
    lam, w1, b1, w2, b2 = weights
    return xp.tanh(layer(x, lam, xp) @ w1 + b1) @ w2 + b2 - y


def error(weights: Any, layer: Callable[..., Array], x: np.ndarray, y: np.ndarray) -> float:
    """Return the mean squared error on some samples, without a warning where it is not finite.

    Examples
    --------
    >>> from removable.problems.box_cox import data, error, simplified
    >>> x, y, start = data()
    >>> round(error(start, simplified, x, y), 3)
    0.461
    """
    with np.errstate(all="ignore"):
        left = residual(weights, layer, x, y, np)
    return float(np.mean(left**2))


def data() -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Return features, targets and first weights, in single precision.

    Returns
    -------
    x, y : numpy.ndarray
        Shapes ``(1024, 3)`` and ``(1024, 1)``.
    start : list of numpy.ndarray
        The five weights that :func:`residual` takes.

    Examples
    --------
    >>> from removable.problems.box_cox import data
    >>> x, y, start = data()
    >>> x.shape, y.shape, [weight.shape for weight in start]
    ((1024, 3), (1024, 1), [(3,), (3, 16), (16,), (16, 1), (1,)])
    """
    rng = np.random.default_rng(0)
    x = np.exp(rng.normal(size=(1024, 3)))
    y = np.log(x[:, :1]) / 2 + 0.7 * np.sqrt(x[:, 1:2]) - 0.15 * x[:, 2:] - 0.7
    y = np.tanh(y) + 0.02 * rng.normal(size=y.shape)
    w1, w2 = 0.3 * rng.normal(size=(3, 16)), 0.3 * rng.normal(size=(16, 1))
    start = np.zeros(3), w1, np.zeros(16), w2, np.zeros(1)
    return x.astype(np.float32), y.astype(np.float32), [weight.astype(np.float32) for weight in start]
