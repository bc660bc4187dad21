r"""The paper's functions, written once for every arithmetic.

Each function takes ``x`` and an *array namespace* ``xp``: the module :mod:`numpy`, ``torch``,
``tensorflow`` or ``jax.numpy`` itself, or :data:`removable.truth.exact`. The same source then runs
in the framework under test and in exact arithmetic, so a difference between the two can only be
rounding.

Beyond the operators, ``xp.where``, ``xp.ones_like`` and ``xp.abs`` are all that the paper needs;
for logarithms and the like see :func:`elementary`. ``x`` times itself is written ``x * x`` and
never ``x**2``: the power function is another program, which the frameworks round differently.
"""

from __future__ import annotations

from typing import Any, Protocol

from removable.errors import InputError

__all__ = [
    "Program",
    "S",
    "elementary",
    "f",
    "g",
    "g1",
    "g2",
    "h",
    "h1",
    "h1_hat",
    "h1_zone",
    "h2",
    "h2_hat",
    "h2_zone",
    "h_hat",
    "h_power",
    "h_power_hat",
    "h_typed",
]

Array = Any
"""An array of the namespace in use: ``numpy.ndarray``, ``torch.Tensor``, ``tensorflow.Tensor``,
``jax.Array``, ..."""

Namespace = Any
"""An array namespace: a module or object with ``where``, ``ones_like`` and ``abs``."""


class Program(Protocol):
    """A function of one variable that can be run in any arithmetic.

    It is called as ``program(x, xp)``.
    """

    def __call__(self, x: Array, xp: Namespace, /) -> Array:
        """Evaluate the program on every element of ``x``."""


def _positive(**constants: float) -> None:
    """Refuse a constant of the paper that is not positive and finite."""
    for name, value in constants.items():
        if not 0.0 < value < float("inf"):
            raise InputError(f"{name} is {value!r}; give a finite number greater than 0.")


def elementary(xp: Namespace) -> Namespace:
    """Return the namespace that holds the elementary functions of an array namespace.

    These are ``exp``, ``expm1``, ``log``, ``log1p``, ``sin``, ``sqrt`` and the like. The result is
    ``xp`` itself everywhere but in TensorFlow, which keeps some of them in ``tensorflow.math``
    only.

    Examples
    --------
    >>> import numpy as np, tensorflow as tf
    >>> from removable.functions import elementary
    >>> elementary(np) is np, elementary(tf) is tf.math
    (True, True)
    """
    return xp if hasattr(xp, "expm1") else xp.math


def f(x: Array, xp: Namespace) -> Array:
    """The numerator, x squared minus 4 (section 2).

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import f
    >>> f(np.array([2.0, 3.0]), np)
    array([0., 5.])
    """
    return x * x - 4


def g(x: Array, xp: Namespace) -> Array:
    """The denominator, x minus 2 (section 2).

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import g
    >>> g(np.array([2.0, 3.0]), np)
    array([0., 1.])
    """
    return x - 2


def h(x: Array, xp: Namespace) -> Array:
    """The quotient f/g with its removable singularity at 2 (section 2).

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import h
    >>> h(np.array([1.0, 3.0]), np)
    array([3., 5.])
    """
    return f(x, xp) / g(x, xp)


def h_hat(x: Array, xp: Namespace) -> Array:
    """The function that h is meant to be, x plus 2: simplified first, then evaluated (section 2).

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import h_hat
    >>> h_hat(np.array([1.0, 2.0, 3.0]), np)
    array([3., 4., 5.])
    """
    return x + 2


def h_power(x: Array, xp: Namespace, *, power: int) -> Array:
    r"""The quotient :math:`(x^n - 2^n)/(x - 2)` of Remark 2.1.

    The power is computed by repeated multiplication.

    Parameters
    ----------
    x, xp
        The argument and its array namespace.
    power : int
        The power :math:`n`, at least 1.

    Raises
    ------
    removable.errors.InputError
        If ``power`` is not a whole number of at least 1.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import h_power
    >>> h_power(np.array([1.0, 3.0]), np, power=3)
    array([ 7., 19.])
    """
    _whole_power(power)
    y = x
    for _ in range(power - 1):
        y = y * x
    return (y - 2**power) / g(x, xp)


def h_power_hat(x: Array, xp: Namespace, *, power: int) -> Array:
    r"""The simplified quotient :math:`\sum_{k=0}^{n-1} 2^{n-1-k} x^k` of Remark 2.1.

    It is evaluated by Horner's rule.

    Parameters
    ----------
    x, xp
        The argument and its array namespace.
    power : int
        The power :math:`n`, at least 1.

    Raises
    ------
    removable.errors.InputError
        If ``power`` is not a whole number of at least 1.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import h_power_hat
    >>> h_power_hat(np.array([1.0, 2.0, 3.0]), np, power=3)
    array([ 7., 12., 19.])
    """
    _whole_power(power)
    y = xp.ones_like(x)
    for k in range(1, power):
        y = y * x + 2**k
    return y


def _whole_power(power: int) -> None:
    if isinstance(power, bool) or not isinstance(power, int) or power < 1:
        raise InputError(f"power is {power!r}; give a whole number of at least 1.")


def S(v: Array, xp: Namespace) -> Array:
    """The sign of v, with the paper's arbitrary choice S(0) = 1 (caption of Figure 7).

    The sign is made of constants, so that every framework differentiates it to zero.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import S
    >>> S(np.array([-0.5, 0.0, 0.5]), np)
    array([-1.,  1.,  1.])
    """
    one = xp.ones_like(v)
    return xp.where(v >= 0, one, -one)


def h1_zone(x: Array, xp: Namespace, *, delta: float) -> Array:
    r"""True where h1 perturbs the denominator: :math:`2 - \delta < x < 2 + \delta` (equation 1).

    Raises
    ------
    removable.errors.InputError
        If ``delta`` is not positive and finite.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import h1_zone
    >>> h1_zone(np.array([1.5, 2.0]), np, delta=0.1)
    array([False,  True])
    """
    _positive(delta=delta)
    # With 2 taken off all sides: 2 + delta would be rounded, and x - 2 is exact near 2.
    return xp.abs(g(x, xp)) < delta


def g1(x: Array, xp: Namespace, *, epsilon: float, delta: float) -> Array:
    r"""The denominator of equation (9), which is perturbed near 2.

    It is :math:`g + S(g)\,\epsilon` within :math:`\delta` of 2, and :math:`g` elsewhere.

    Raises
    ------
    removable.errors.InputError
        If ``epsilon`` or ``delta`` is not positive and finite.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import g1
    >>> g1(np.array([1.5, 2.0]), np, epsilon=0.25, delta=0.1)
    array([-0.5 ,  0.25])
    """
    _positive(epsilon=epsilon, delta=delta)
    denominator = g(x, xp)
    return xp.where(h1_zone(x, xp, delta=delta), denominator + S(denominator, xp) * epsilon, denominator)


def h1(x: Array, xp: Namespace, *, epsilon: float = 1e-8, delta: float = 1e-4) -> Array:
    r"""The quotient with a perturbed denominator, :math:`h_1 = f/g_1` (equation 1).

    The selection is made between the two *denominators*, as in equation (9), and one division
    follows. Selecting between two finished quotients is the same function, but its reverse mode
    multiplies the unselected 0/0 by zero and returns NaN.

    Parameters
    ----------
    x, xp
        The argument and its array namespace.
    epsilon, delta : float
        The perturbation and the half-width of the zone in which it is applied, both positive.

    Raises
    ------
    removable.errors.InputError
        If ``epsilon`` or ``delta`` is not positive and finite.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import h1
    >>> h1(np.array([1.0, 2.0, 3.0]), np)
    array([3., 0., 5.])
    """
    return f(x, xp) / g1(x, xp, epsilon=epsilon, delta=delta)


def h1_hat(x: Array, xp: Namespace, *, epsilon: float, delta: float) -> Array:
    r"""The quotient of equation (2), whose denominator is replaced near 2.

    The denominator is :math:`S(g)\,\epsilon` within :math:`\delta` of 2.

    Raises
    ------
    removable.errors.InputError
        If ``epsilon`` or ``delta`` is not positive and finite.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import h1_hat
    >>> h1_hat(np.array([1.0, 2.0, 3.0]), np, epsilon=1e-4, delta=1e-4)
    array([3., 0., 5.])
    """
    _positive(epsilon=epsilon, delta=delta)
    denominator = g(x, xp)
    return f(x, xp) / xp.where(h1_zone(x, xp, delta=delta), S(denominator, xp) * epsilon, denominator)


def h2_zone(x: Array, xp: Namespace, *, epsilon: float) -> Array:
    r"""True where h2 replaces the denominator: :math:`|g(x)| < \epsilon` (equation 3).

    Raises
    ------
    removable.errors.InputError
        If ``epsilon`` is not positive and finite.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import h2_zone
    >>> h2_zone(np.array([1.5, 2.0]), np, epsilon=0.1)
    array([False,  True])
    """
    _positive(epsilon=epsilon)
    return xp.abs(g(x, xp)) < epsilon


def g2(x: Array, xp: Namespace, *, epsilon: float) -> Array:
    r"""The denominator of equation (11), which is replaced where it is small.

    It is :math:`S(g)\,\epsilon` where :math:`|g| < \epsilon`, and :math:`g` elsewhere.

    Raises
    ------
    removable.errors.InputError
        If ``epsilon`` is not positive and finite.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import g2
    >>> g2(np.array([1.5, 1.875, 2.0]), np, epsilon=0.25)
    array([-0.5 , -0.25,  0.25])
    """
    _positive(epsilon=epsilon)
    denominator = g(x, xp)
    return xp.where(h2_zone(x, xp, epsilon=epsilon), S(denominator, xp) * epsilon, denominator)


def h2(x: Array, xp: Namespace, *, epsilon: float = 1e-4) -> Array:
    r"""The continuous quotient with a clamped denominator, :math:`h_2 = f/g_2` (equation 3).

    Parameters
    ----------
    x, xp
        The argument and its array namespace.
    epsilon : float
        The clamp, positive.

    Raises
    ------
    removable.errors.InputError
        If ``epsilon`` is not positive and finite.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import h2
    >>> h2(np.array([1.0, 2.0, 3.0]), np)
    array([3., 0., 5.])
    """
    return f(x, xp) / g2(x, xp, epsilon=epsilon)


def h2_hat(x: Array, xp: Namespace, *, epsilon: float = 1e-4) -> Array:
    r"""The clamped quotient without the sign function, case by case (equation 4).

    Equation (4) leaves :math:`g = 0` to an arbitrary choice; the middle case takes it, which is
    :math:`S(0) = 1`.

    Raises
    ------
    removable.errors.InputError
        If ``epsilon`` is not positive and finite.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import h2_hat
    >>> h2_hat(np.array([1.0, 2.0, 3.0]), np)
    array([3., 0., 5.])
    """
    _positive(epsilon=epsilon)
    denominator = g(x, xp)
    clamp = xp.ones_like(denominator) * epsilon
    below = (-epsilon < denominator) & (denominator < 0)
    above = (denominator >= 0) & (denominator < epsilon)
    return f(x, xp) / xp.where(below, -clamp, xp.where(above, clamp, denominator))


def h_typed() -> dict[str, Program]:
    """Return :func:`h` with its square typed in three ways, then the three squares alone, by name.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.functions import h_typed
    >>> {title: float(program(3.0, np)) for title, program in h_typed().items()}
    {'x*x': 5.0, 'x**2': 5.0, 'square': 5.0,
        'x*x alone': 9.0, 'x**2 alone': 9.0, 'square alone': 9.0}
    """
    squares: dict[str, Program] = {
        "x*x": lambda x, xp: x * x,
        "x**2": lambda x, xp: x**2,
        "square": lambda x, xp: xp.square(x),
    }

    def quotient(square: Program) -> Program:
        return lambda x, xp: (square(x, xp) - 4) / (x - 2)

    typed = {title: quotient(square) for title, square in squares.items()}
    return typed | {f"{title} alone": square for title, square in squares.items()}
