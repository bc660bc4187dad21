r"""Functions made of a logarithm, without their singularity.

They are :math:`\log(1 + x)/x` at 0, and the Box-Cox transform where its power is 0.
"""

from __future__ import annotations

import math
from fractions import Fraction

from removable.functions import Array
from removable.primitives._arithmetic import Arithmetic, evaluated, table
from removable.primitives.exponential import PHI

__all__ = ["boxcox", "log1p_over_x"]

_LOG1P_RADIUS = 0.47


def _of_atanh(k: int) -> Fraction:
    return Fraction(1, 2 * k + 1)


ATANH_RADIUS = 0.5
ATANH = table(_of_atanh, radius=ATANH_RADIUS, powers=2)
_SHORT_ATANH = table(_of_atanh, radius=0.31, powers=2)


def _log1p_over_x(on: Arithmetic, x: Array) -> Array:
    r"""Evaluate near 0 by a series in x/(2 + x), beyond by division.

    The logarithm of 1 + x is twice the inverse hyperbolic tangent of x/(2 + x). The log1p of XLA is
    off by more than 100 ulp around -0.41; what is divided is the logarithm of what 1 + x rounds to,
    corrected. At -1 the function has a pole: 1/(1 + x) is as infinite, with all derivatives.
    """
    near, pole = on.within(x, _LOG1P_RADIUS), x == -1.0
    t, outer = on.where(near, x, 0.0), on.where(near, 1.0, x)
    s = t / (2 + t)
    series = on.polynomial(_SHORT_ATANH, s * s) * (2 / (2 + t))
    finite = on.where(pole | (x == math.inf), 0.0, outer)
    u = 1 + finite
    divided = (on.log(u) - ((u - 1) - finite) / u) / outer
    infinite = on.reciprocal(1 + on.where(pole, x, 0.0))
    return on.where(near, series, on.where(pole, infinite, divided))


def _boxcox(on: Arithmetic, x: Array, lam: Array) -> Array:
    r"""Evaluate by a series near z = lam log(x) = 0, elsewhere by the power itself.

    Near 0 it is log(x) (exp(z) - 1)/z, by the series of the quotient. Far from the point z, being
    rounded, would cost more digits than the power. The slope by lam of a power that overflows would
    be a difference of two infinities: there lam below counts as a constant.
    """
    bounded = on.where(lam == math.inf, on.large, on.where(lam == -math.inf, -on.large, lam))
    z = bounded * on.log(x)  # for comparisons, which are not differentiated
    near = on.within(z, 1.0) & (x > 0.0)
    log_x = on.log(on.where(near, x, 1.0))
    series = log_x * on.polynomial(PHI[1], on.where(near, bounded, 0.0) * log_x)

    overflows, vanishes = z > on.exp_overflows, (x == math.inf) & (lam < 0.0)
    at_zero, at_infinity = (x == 0.0) & (lam <= 0.0), (x == math.inf) & (lam == 0.0)
    apart = near | at_zero | at_infinity
    # A square root makes negative numbers NaN, with all derivatives: their logarithm is not real.
    real = on.where(x >= 0.0, x, on.sqrt(on.where(x >= 0.0, 1.0, x)))
    base = on.where(apart, 2.0, on.where(vanishes, 0.0, real))
    power = base ** on.where(apart | vanishes, 1.0, on.where(overflows, lam, bounded))
    divisor = on.where(apart, 1.0, on.where(overflows, on.fixed(bounded), lam))
    far = (power - 1) / divisor

    # Where x is 0, of either sign, and lam is not positive: as infinite as log(x), with all
    # derivatives.
    pole = (on.where(at_zero, lam, 0.0) - 1) / (on.where(at_zero, x, 1.0) + on.tiny) / on.tiny
    unbounded = (1 + on.where(at_infinity, lam, 0.0)) * on.where(at_infinity, math.inf, 0.0 * on.ones_like(far))
    return on.where(near, series, on.where(at_zero, pole, on.where(at_infinity, unbounded, far)))


def log1p_over_x(x: Array) -> Array:
    r"""The quotient :math:`\log(1 + x)/x`, 1 at 0, for :math:`x > -1`.

    Parameters
    ----------
    x : array or float
        Any shape.

    Returns
    -------
    array
        Shape and dtype of ``x``; :math:`\infty` at -1, 0 at :math:`\infty`, and NaN below -1, where
        the logarithm is not real.

    Raises
    ------
    removable.errors.InputError
        If ``x`` is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> from removable.primitives import log1p_over_x
    >>> log1p_over_x(0.0).item()
    1.0
    """
    return evaluated(_log1p_over_x, x=x)


def boxcox(x: Array, lam: Array) -> Array:
    r"""The transform :math:`(x^\lambda - 1)/\lambda` of :cite:t:`BoxCox1964`.

    It is :math:`\log x` where :math:`\lambda = 0`.

    It is :math:`\ell\,(e^z - 1)/z` with :math:`\ell = \log x` and :math:`z = \lambda\ell`: as a
    function of the exponent, the mean of :math:`x^s\log x` over :math:`s` from 0 to
    :math:`\lambda`.

    Parameters
    ----------
    x : array or float
        Positive numbers, any shape.
    lam : array or float
        The exponent :math:`\lambda`; its shape broadcasts with that of ``x``.

    Returns
    -------
    array
        The common shape, and the dtype of ``x``, or of ``lam`` if ``x`` is a number. At 0 it is
        :math:`-1/\lambda` for :math:`\lambda > 0` and else :math:`-\infty`; at :math:`\infty` it is
        :math:`-1/\lambda` for :math:`\lambda < 0` and else :math:`\infty`; below 0 it is NaN.

    Raises
    ------
    removable.errors.InputError
        If one is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> import torch
    >>> from removable.primitives import boxcox
    >>> lam = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    >>> y = boxcox(torch.tensor([1.0, 4.0], dtype=torch.float64), lam)
    >>> y.sum().backward()
    >>> y.tolist(), round(lam.grad.item(), 12)
    ([0.0, 1.3862943611198906], 0.960906027836)
    """
    return evaluated(_boxcox, x=x, lam=lam)
