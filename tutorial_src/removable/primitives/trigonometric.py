r"""Functions of an angle without their singularity at 0.

They are the cardinal sine, what else a rotation needs, and the Stumpff functions, which take the
square of the angle.
"""

from __future__ import annotations

import functools
import math

from removable.arguments import checked_whole
from removable.functions import Array
from removable.primitives._arithmetic import Arithmetic, evaluated, factorials, table

__all__ = ["angle", "sin_over_x", "stumpff", "versine_over_x2", "x_minus_sin_over_x3"]

# The radii are those of s = x^2.
_STUMPFF_RADIUS = {0: 1.0, 1: 1.0, 2: 4.0, 3: 9.0}
_STUMPFF = {
    k: table(factorials(k, alternating=True, step=2), radius=math.sqrt(radius), powers=2)
    for k, radius in _STUMPFF_RADIUS.items()
}


def _sin_over_x(on: Arithmetic, x: Array) -> Array:
    """Evaluate by the series up to 1, and by division beyond, which loses nothing.

    Where x is infinite, the sine is that of 0.
    """
    near = on.within(x, 1.0)
    t, outer = on.where(near, x, 0.0), on.where(near, 1.0, x)
    finite = on.where(on.abs(outer) < math.inf, outer, 0.0)
    return on.where(near, on.polynomial(_STUMPFF[1], t * t), on.sin(finite) / outer)


def _versine_over_x2(on: Arithmetic, x: Array) -> Array:
    """Evaluate as half the square of sin(x/2)/(x/2).

    The difference 1 - cos(x) would lose all digits at multiples of a full turn.
    """
    infinite = on.abs(x) == math.inf
    root = _sin_over_x(on, on.where(infinite, 0.0, x) / 2)
    return on.where(infinite, 0.0, root * root / 2)


def _x_minus_sin_over_x3(on: Arithmetic, x: Array) -> Array:
    """Evaluate by the series up to 3, and beyond by a formula that cannot overflow.

    The formula is (1 - sin(x)/x)/x/x. At 3, sin(x)/x is 0.05.
    """
    near = on.within(x, 3.0)
    t, outer = on.where(near, x, 0.0), on.where(near, 3.0, x)
    finite = on.where(on.abs(outer) < math.inf, outer, 0.0)
    return on.where(near, on.polynomial(_STUMPFF[3], t * t), (1 - on.sin(finite) / outer) / outer / outer)


def _stumpff(k: int, on: Arithmetic, s: Array) -> Array:
    r"""Evaluate by the series near 0, and by closed forms elsewhere.

    These are sine and cosine for positive s, and exponentials for negative s. The series is used as
    far as the closed forms cancel more than a digit in two. The second function is half the square
    of the first, of s/4, which cancels nothing. Where the exponential overflows, so do the
    functions and all derivatives.
    """
    near, infinite = on.within(s, _STUMPFF_RADIUS[k]), s == math.inf
    beyond = s < -(on.exp_overflows**2)
    other = near | infinite | beyond
    plus, minus = on.where(other | (s < 0.0), 9.0, s), on.where(other | (s > 0.0), 9.0, -s)
    if k == 2:
        plus, minus = plus / 4, minus / 4
    r, q = on.sqrt(plus), on.sqrt(minus)
    e = on.exp(q)
    if k == 0:
        positive, negative = on.cos(r), (e + 1 / e) / 2
    else:
        positive, negative = on.sin(r) / r, (e - 1 / e) / (2 * q)
    if k == 2:
        positive, negative = positive * positive / 2, negative * negative / 2
    if k == 3:
        positive, negative = (1 - positive) / plus, (negative - 1) / minus
    closed = on.where(s < 0.0, negative, positive)
    at_infinity = on.where(infinite, math.nan if k == 0 else 0.0, closed)
    overflown = on.exp(-on.where(beyond, s, 0.0))
    series = on.polynomial(_STUMPFF[k], on.where(near, s, 0.0))
    return on.where(near, series, on.where(beyond, overflown, at_infinity))


_STUMPFF_RULES = [functools.partial(_stumpff, k) for k in range(4)]


def _angle(on: Arithmetic, sine: Array, cosine: Array) -> Array:
    """Evaluate the arc tangent of both, scaled by a power of two.

    Next to an infinite argument the other one does not count.
    """
    size = on.where(on.abs(sine) > on.abs(cosine), on.abs(sine), on.abs(cosine))
    scaling = on.scaling(size)

    def scaled(v: Array) -> Array:
        one = on.ones_like(v)
        direction = on.where(on.abs(v) == math.inf, on.where(v > 0.0, one, -one), 0.0 * v)
        return on.where(size == math.inf, direction, v * scaling)

    return on.arctan2(scaled(sine), scaled(cosine))


def sin_over_x(x: Array) -> Array:
    r"""The cardinal sine :math:`\sin(x)/x`, 1 at 0.

    It is not ``sinc``, which is the cardinal sine of :math:`\pi x`. Of the length of a vector, use
    :func:`stumpff`: ``stumpff(1, v @ v)`` is differentiable at ``v = 0`` as often as you like.

    Parameters
    ----------
    x : array or float
        Angles in radians, any shape.

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
    >>> import torch
    >>> from removable.primitives import sin_over_x
    >>> x = torch.tensor([0.0, 1e-5], dtype=torch.float64, requires_grad=True)
    >>> y = sin_over_x(x)
    >>> y.sum().backward()
    >>> y.tolist(), x.grad.tolist()
    ([1.0, 0.9999999999833333], [0.0, -3.3333333333e-06])
    """
    return evaluated(_sin_over_x, x=x)


def versine_over_x2(x: Array) -> Array:
    r"""The quotient :math:`(1 - \cos x)/x^2`, 1/2 at 0.

    Parameters
    ----------
    x : array or float
        Angles in radians, any shape.

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
    >>> from removable.primitives import versine_over_x2
    >>> versine_over_x2(0.0).item(), versine_over_x2(1e-9).item()
    (0.5, 0.5)
    """
    return evaluated(_versine_over_x2, x=x)


def x_minus_sin_over_x3(x: Array) -> Array:
    r"""The quotient :math:`(x - \sin x)/x^3`, 1/6 at 0.

    Parameters
    ----------
    x : array or float
        Angles in radians, any shape.

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
    >>> from removable.primitives import x_minus_sin_over_x3
    >>> x_minus_sin_over_x3(1e-6).item()
    0.1666666666666...
    """
    return evaluated(_x_minus_sin_over_x3, x=x)


def stumpff(k: int, s: Array) -> Array:
    r"""The Stumpff functions :math:`c_k(s) = \sum_j (-s)^j/(2j + k)!`.

    They are the even functions of a rotation angle, as functions of its square. With
    :math:`s = r^2` they are

    .. math::

       c_0 = \cos r, \quad c_1 = \frac{\sin r}{r}, \quad
       c_2 = \frac{1 - \cos r}{r^2}, \quad c_3 = \frac{r - \sin r}{r^3},

    analytic at :math:`s = 0`, and with hyperbolic functions of :math:`\sqrt{-s}` for :math:`s < 0`.
    Of the squared length of a vector they have all derivatives at 0, where the length itself has
    none. Celestial mechanics calls them by this name; the exponential of a rotation or of a rigid
    motion is made of :math:`c_1`, :math:`c_2` and :math:`c_3`, which robotics often calls A, B and
    C.

    The square root of s is rounded. Beyond the series that changes the value as much as a rounding
    error of s would, and so bounds it near a zero of the function and for large :math:`-s`: the
    error is at most 4 ulp and :math:`2^{-52}\,|s\,c_k'(s)|`.

    Parameters
    ----------
    k : {0, 1, 2, 3}
        Which one.
    s : array or float
        Squared angles, of any sign and any shape.

    Returns
    -------
    array
        Shape and dtype of ``s``. At :math:`\infty` it is 0, and NaN for :math:`c_0`, which has no
        limit; it is :math:`\infty` where :math:`e^{\sqrt{-s}}` overflows.

    Raises
    ------
    removable.errors.InputError
        If ``k`` is not one of 0, 1, 2, 3, or ``s`` is not a floating array of a known framework, or
        a number.

    Examples
    --------
    >>> from removable.primitives import stumpff
    >>> [stumpff(k, 0.0).item() for k in range(4)]
    [1.0, 1.0, 0.5, 0.16666666666666666]

    The Hessian, at 0, of sin(r)/r as a function of a vector of length r:

    >>> import torch
    >>> v = torch.zeros(2, dtype=torch.float64)
    >>> torch.func.hessian(lambda v: stumpff(1, v @ v))(v).tolist()
    [[-0.3333333333333333, 0.0], [0.0, -0.3333333333333333]]
    """
    return evaluated(_STUMPFF_RULES[checked_whole("k", k, least=0, most=3)], s=s)


def angle(sine: Array, cosine: Array) -> Array:
    r"""The angle :math:`\theta` with this sine and cosine.

    It is in radians, from :math:`-\pi` to :math:`\pi`.

    The arc cosine of the cosine has no derivative at :math:`\theta = 0`, though :math:`\theta` has
    one: :math:`d\theta = \cos\theta\,d(\sin\theta) - \sin\theta\,d(\cos\theta)`. Both numbers may
    be scaled by one positive factor.

    Parameters
    ----------
    sine, cosine : array or float
        Of shapes that broadcast.

    Returns
    -------
    array
        The common shape and dtype.

    Raises
    ------
    removable.errors.InputError
        If one is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> import torch
    >>> from removable.primitives import angle
    >>> theta = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    >>> y = angle(torch.sin(theta), torch.cos(theta))
    >>> y.backward()
    >>> y.item(), theta.grad.item()
    (0.0, 1.0)
    """
    return evaluated(_angle, sine=sine, cosine=cosine)
