r"""The exponential and related functions with a removable singularity at 0.

They are :math:`(e^x - 1)/x`, :math:`x/(e^x - 1)`, :math:`\tanh(x)/x`, and the phi functions.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

from removable.functions import Array
from removable.primitives._arithmetic import Arithmetic, bernoulli, evaluated, factorials, table

__all__ = ["expm1_over_x", "phi_2", "phi_3", "tanh_over_x", "x_over_expm1"]

_BERNOULLI = list(itertools.islice(bernoulli(), 80))

PHI_RADIUS = {1: 1.0, 2: 2.0, 3: 4.0}
PHI = {k: table(factorials(k), radius=radius) for k, radius in PHI_RADIUS.items()}
_X_OVER_EXPM1_EVEN = table(lambda k: _BERNOULLI[2 * k] / math.factorial(2 * k), radius=1.0, powers=2)
_TANH_RADIUS = 0.4


def _of_tanh(k: int) -> Fraction:
    n = 2 * k + 2
    return 2**n * (2**n - 1) * _BERNOULLI[n] / math.factorial(n)


_TANH = table(_of_tanh, radius=_TANH_RADIUS, powers=2)


def phi(on: Arithmetic, order: int, x: Array) -> Array:
    r"""Evaluate a phi function by one of three formulas.

    These are its series, its definition, and the definition in powers of 1/x, which cannot overflow
    before exp does.

    .. math::

       \varphi_k(x) = \frac{1}{x^k} \left(e^x - \sum_{j<k} \frac{x^j}{j!}\right)
                    = \sum_{n \ge 0} \frac{x^n}{(n + k)!}

    The series is used as far as the definition cancels more than a digit in two
    (:cite:t:`KassamTrefethen2005` say why). Where the exponential overflows, so do the function and
    all derivatives.

    Parameters
    ----------
    on : Arithmetic
        The framework and the precision.
    order : {1, 2, 3}
        Which of the functions, k.
    x : array
        Any shape, of that framework and dtype.

    Returns
    -------
    array
        Shape and dtype of ``x``.

    Raises
    ------
    KeyError
        If the order is another.

    Examples
    --------
    At 0 they are 1, 1/2 and 1/6, at 1 they are e - 1, e - 2 and e - 5/2, and at -10 the definition
    itself is used:

    >>> import numpy as np
    >>> from removable import frameworks
    >>> from removable.primitives._arithmetic import Arithmetic
    >>> from removable.primitives.exponential import phi
    >>> on = Arithmetic(frameworks.get("numpy"), "float64")
    >>> for order in (1, 2, 3):
    ...     print(phi(on, order, np.array([0.0, 1.0, -10.0])).round(9).tolist())
    [1.0, 1.718281828, 0.09999546]
    [0.5, 0.718281828, 0.090000454]
    [0.166666667, 0.218281828, 0.040999955]
    """
    near, beyond = on.within(x, PHI_RADIUS[order]), x > on.exp_overflows
    series = on.polynomial(PHI[order], on.where(near, x, 0.0))
    outer = on.where(near | beyond, 1.0, x)
    expm1 = on.expm1(outer)
    if order == 1:
        defined = expm1 / outer
    else:
        far = on.abs(outer) > 100.0
        middle, w = on.where(far, 1.0, outer), 1 / on.where(far, outer, 1.0)
        numerator, in_powers = on.where(far, 0.0, expm1) - middle, on.where(far, expm1, 0.0) * w - 1
        if order == 2:
            defined = on.where(far, in_powers * w, numerator / (middle * middle))
        else:
            numerator, in_powers = numerator - middle * middle / 2, in_powers * w - 0.5
            defined = on.where(far, in_powers * w, numerator / (middle * middle * middle))
    return on.where(near, series, on.where(beyond, on.exp(x), defined))


def _phi_1(on: Arithmetic, x: Array) -> Array:
    return phi(on, 1, x)


def _phi_2(on: Arithmetic, x: Array) -> Array:
    return phi(on, 2, x)


def _phi_3(on: Arithmetic, x: Array) -> Array:
    return phi(on, 3, x)


def _x_over_expm1(on: Arithmetic, x: Array) -> Array:
    """Evaluate by the series of Bernoulli numbers near 0, and by exp(-abs(x)) beyond.

    With a = abs(x), the function is a/(1 - exp(-a)) for negative x and exp(-a) times that for
    positive x: nothing cancels, and exp(-a) never overflows. Far out it is 0 or -x.
    """
    near, beyond = on.within(x, 1.0), on.abs(x) > 800.0
    t = on.where(near, x, 0.0)
    series = on.polynomial(_X_OVER_EXPM1_EVEN, t * t) - t / 2
    a = on.abs(on.where(near | beyond, 1.0, x))
    ratio = a / -on.expm1(-a)
    middle = on.where(x > 0.0, ratio * on.exp(-a), ratio)
    # At 800 and beyond its exponential is 0 in all precisions.
    tail = on.where(x > 0.0, 0.0, -x)
    return on.where(near, series, on.where(beyond, tail, middle))


def _tanh_over_x(on: Arithmetic, x: Array) -> Array:
    """Evaluate by the series of Bernoulli numbers, and from 0.4 on by exp(-2 abs(x)).

    From there on the exponential differs from 1 by at least 0.55. The hyperbolic tangent of
    TensorFlow and JAX is off by more than 4 ulp.
    """
    near, infinite = on.within(x, _TANH_RADIUS), on.abs(x) == math.inf
    t = on.where(near, x, 0.0)
    a = on.abs(on.where(near | infinite, 1.0, x))
    q = on.exp(-2 * a)
    return on.where(near, on.polynomial(_TANH, t * t), on.where(infinite, 0.0, (1 - q) / (1 + q) / a))


def expm1_over_x(x: Array) -> Array:
    r"""The quotient :math:`(e^x - 1)/x`, 1 at 0; also known as :math:`\varphi_1`.

    A matrix is taken by element, as by every function of this module. The function of a matrix,
    :math:`A^{-1}(e^A - 1)`, is the upper right block of the exponential of :math:`\begin{pmatrix} A
    & 1 \\ 0 & 0 \end{pmatrix}`, which ``torch.linalg.matrix_exp``, ``tf.linalg.expm`` and
    ``jax.scipy.linalg.expm`` compute and differentiate, for a singular A too.

    Parameters
    ----------
    x : array or float
        Any shape.

    Returns
    -------
    array
        Shape and dtype of ``x``; 0 at :math:`-\infty`, and :math:`\infty` where :math:`e^x`
        overflows.

    Raises
    ------
    removable.errors.InputError
        If ``x`` is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> import tensorflow as tf
    >>> from removable.primitives import expm1_over_x
    >>> x = tf.constant(0.0, dtype=tf.float64)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = expm1_over_x(x)
    >>> y.numpy().item(), tape.gradient(y, x).numpy().item()
    (1.0, 0.5)

    The function of a singular matrix, as a block of an exponential:

    >>> import torch
    >>> A = torch.tensor([[0.0, 1.0], [0.0, 0.0]], dtype=torch.float64)
    >>> one = torch.eye(2, dtype=torch.float64)
    >>> block = torch.cat([torch.cat([A, one], 1), torch.zeros(2, 4)])
    >>> torch.linalg.matrix_exp(block)[:2, 2:].round(decimals=12).tolist()
    [[1.0, 0.5], [0.0, 1.0]]
    """
    return evaluated(_phi_1, x=x)


def phi_2(x: Array) -> Array:
    r"""The second phi function of exponential integrators, :math:`(e^x - 1 - x)/x^2`, 1/2 at 0.

    The first one is :func:`expm1_over_x`.

    Parameters
    ----------
    x : array or float
        Any shape.

    Returns
    -------
    array
        Shape and dtype of ``x``; 0 at :math:`-\infty`, and :math:`\infty` where :math:`e^x`
        overflows.

    Raises
    ------
    removable.errors.InputError
        If ``x`` is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> from removable.primitives import phi_2
    >>> phi_2(0.0).item(), phi_2(1e-9).item()
    (0.5, 0.5000000001666...)
    """
    return evaluated(_phi_2, x=x)


def phi_3(x: Array) -> Array:
    r"""The third phi function of exponential integrators, :math:`(e^x - 1 - x - x^2/2)/x^3`.

    It is 1/6 at 0.

    Parameters
    ----------
    x : array or float
        Any shape.

    Returns
    -------
    array
        Shape and dtype of ``x``; 0 at :math:`-\infty`, and :math:`\infty` where :math:`e^x`
        overflows.

    Raises
    ------
    removable.errors.InputError
        If ``x`` is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> from removable.primitives import phi_3
    >>> phi_3(0.0).item(), phi_3(1e-9).item()
    (0.1666666666666..., 0.1666666667083...)
    """
    return evaluated(_phi_3, x=x)


def x_over_expm1(x: Array) -> Array:
    r"""The quotient :math:`x/(e^x - 1)`, 1 at 0: the generating function of the Bernoulli numbers.

    Parameters
    ----------
    x : array or float
        Any shape.

    Returns
    -------
    array
        Shape and dtype of ``x``; 0 at :math:`\infty`, and :math:`\infty`, with the slope -1, at
        :math:`-\infty`.

    Raises
    ------
    removable.errors.InputError
        If ``x`` is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> from removable.primitives import x_over_expm1
    >>> x_over_expm1(0.0).item()
    1.0
    """
    return evaluated(_x_over_expm1, x=x)


def tanh_over_x(x: Array) -> Array:
    r"""The quotient :math:`\tanh(x)/x`, 1 at 0.

    Parameters
    ----------
    x : array or float
        Any shape.

    Returns
    -------
    array
        Shape and dtype of ``x``; 0 at :math:`\pm\infty`.

    Raises
    ------
    removable.errors.InputError
        If ``x`` is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> from removable.primitives import tanh_over_x
    >>> tanh_over_x(0.0).item()
    1.0
    """
    return evaluated(_tanh_over_x, x=x)
