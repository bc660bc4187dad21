r"""Functions with a removable singularity that people type every day, right at, near and far from it.

Each takes tensors of PyTorch or TensorFlow, arrays of JAX or NumPy, or numbers, in any floating precision, and can be
differentiated, compiled and batched like any other function of the framework. Near the singular point it is a Taylor
polynomial from exact arithmetic, elsewhere a quotient that loses nothing there (:mod:`removable.remedy`).

In float64, over all arguments up to 10 in size, the value is right to 4 ulp, and the first, second and third derivative to
1e-14, 1e-13 and 1e-13 of their size or of 1; in float32 to the same multiples of its own rounding.
"""

from __future__ import annotations

from removable import frameworks
from removable.frameworks import Framework
from removable.functions import Array, Namespace, elementary
from removable.remedy import Quotient, floating, quotient

__all__ = [
    "angle",
    "boxcox",
    "expm1_over_x",
    "log1p_over_x",
    "sin_over_x",
    "tanh_over_x",
    "versine_over_x2",
    "x_minus_sin_over_x3",
    "x_over_expm1",
]


def _x(x: Array, xp: Namespace) -> Array:
    return x


def _x3(x: Array, xp: Namespace) -> Array:
    return x * x * x


def _sin(x: Array, xp: Namespace) -> Array:
    if getattr(xp, "__name__", "") not in ("tensorflow", "numpy"):
        return xp.sin(x)
    # In single precision theirs is off by up to 1.5 ulp, and its square by twice that.
    adapter = frameworks.of(x)
    if adapter.precision(x) != "float32":
        return xp.sin(x)
    return adapter.cast(xp.sin(adapter.cast(x, "float64")), "float32")


def _x_minus_sin(x: Array, xp: Namespace) -> Array:
    return x - xp.sin(x)


def _tanh(x: Array, xp: Namespace) -> Array:
    if not _has_a_coarse_tanh(xp):
        return xp.tanh(x)
    # Over x, the tanh of TensorFlow and JAX would be off by more than 4 ulp; that of |x| by its definition is not, over |x|.
    q = xp.exp(-2 * xp.abs(x))
    return (1 - q) / (1 + q)


def _below_tanh(x: Array, xp: Namespace) -> Array:
    return xp.abs(x) if _has_a_coarse_tanh(xp) else x


def _has_a_coarse_tanh(xp: Namespace) -> bool:
    return getattr(xp, "__name__", "").partition(".")[0] in ("jax", "tensorflow")


def _expm1(x: Array, xp: Namespace) -> Array:
    return elementary(xp).expm1(x)


def _log1p(x: Array, xp: Namespace) -> Array:
    if getattr(xp, "__name__", "") != "jax.numpy":
        return elementary(xp).log1p(x)
    # XLA's log1p is off by more than 100 ulp around -0.41 (JAX 0.10.2); this is log1p of what 1 + x rounds to, corrected.
    u = 1 + x
    return xp.log(u) - ((u - 1) - x) / u


def _atanh(x: Array, xp: Namespace) -> Array:
    return (xp.log(1 + x) - xp.log(1 - x)) / 2


class _Log1pOverX(Quotient):
    r"""The quotient :math:`\log(1 + x)/x`, near 0 by a shorter series.

    With :math:`s = x/(2 + x)`, it is twice the inverse hyperbolic tangent of s over x: a series in :math:`s^2`, which is
    less than 0.1 where x is 0.47 in size.
    """

    def __init__(self) -> None:
        super().__init__(_log1p, _x, at=0.0, order=1, engine="series", radius=None)
        self._in_s = quotient(_atanh, _x, at=0.0, engine="series", radius=0.31)

    def _radius(self, adapter: Framework, precision: str, t: Array) -> float:
        return 0.47  # where the logarithms of all frameworks are good enough, and further than its own series goes

    def _near(self, adapter: Framework, precision: str, t: Array) -> Array:
        return self._in_s._near(adapter, precision, t / (2 + t)) * (2 / (2 + t))


# Made when the module is imported, within a tenth of a second or two: a compiler that reads a program cannot run exact arithmetic.
# A radius is given where the quotient is good further in than the series goes, for fewer terms cost less.
_SIN_OVER_X = quotient(_sin, _x, at=0.0, engine="series", radius=0.5)
_X_MINUS_SIN_OVER_X3 = quotient(_x_minus_sin, _x3, at=0.0, order=3, engine="series")
_TANH_OVER_X = quotient(_tanh, _below_tanh, at=0.0, engine="series", radius=0.4)
_EXPM1_OVER_X = quotient(_expm1, _x, at=0.0, engine="series", radius=0.5)
_EXPM1_OVER_X_FURTHER_OUT = quotient(_expm1, _x, at=0.0, engine="series")
_X_OVER_EXPM1 = quotient(_x, _expm1, at=0.0, engine="series", radius=0.5)
_LOG1P_OVER_X = _Log1pOverX()


def sin_over_x(x: Array) -> Array:
    r"""The cardinal sine :math:`\sin(x)/x`, 1 at 0; not to be confused with ``sinc``, which is that of :math:`\pi x`.

    Parameters
    ----------
    x : array or float
        Angles in radians, any shape.

    Returns
    -------
    array
        Shape and dtype of ``x``.

    Raises
    ------
    removable.errors.InputError
        If ``x`` is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> import torch
    >>> x = torch.tensor([0.0, 1e-5], dtype=torch.float64, requires_grad=True)
    >>> y = sin_over_x(x)
    >>> y.sum().backward()
    >>> y.tolist(), x.grad.tolist()
    ([1.0, 0.9999999999833333], [0.0, -3.3333333333e-06])
    """
    return _SIN_OVER_X(x)


def versine_over_x2(x: Array) -> Array:
    r"""The quotient :math:`(1 - \cos x)/x^2`, 1/2 at 0.

    Parameters
    ----------
    x : array or float
        Angles in radians, any shape.

    Returns
    -------
    array
        Shape and dtype of ``x``.

    Raises
    ------
    removable.errors.InputError
        If ``x`` is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> versine_over_x2(0.0).item(), versine_over_x2(1e-9).item()
    (0.5, 0.5)
    """
    # 1 - cos(x) loses everything at multiples of a full turn; twice the square of sin(x/2) does not.
    floating(x)  # half of an integer would be
    root = _SIN_OVER_X(x / 2)
    return root * root / 2


def x_minus_sin_over_x3(x: Array) -> Array:
    r"""The quotient :math:`(x - \sin x)/x^3`, 1/6 at 0.

    Parameters
    ----------
    x : array or float
        Angles in radians, any shape.

    Returns
    -------
    array
        Shape and dtype of ``x``.

    Raises
    ------
    removable.errors.InputError
        If ``x`` is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> x_minus_sin_over_x3(1e-6).item()
    0.1666666666666...
    """
    return _X_MINUS_SIN_OVER_X3(x)


def tanh_over_x(x: Array) -> Array:
    r"""The quotient :math:`\tanh(x)/x`, 1 at 0.

    Parameters
    ----------
    x : array or float
        Any shape.

    Returns
    -------
    array
        Shape and dtype of ``x``.

    Raises
    ------
    removable.errors.InputError
        If ``x`` is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> tanh_over_x(0.0).item()
    1.0
    """
    return _TANH_OVER_X(x)


def expm1_over_x(x: Array) -> Array:
    r"""The quotient :math:`(e^x - 1)/x`, 1 at 0.

    Parameters
    ----------
    x : array or float
        Any shape.

    Returns
    -------
    array
        Shape and dtype of ``x``.

    Raises
    ------
    removable.errors.InputError
        If ``x`` is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> import tensorflow as tf
    >>> x = tf.constant(0.0, dtype=tf.float64)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = expm1_over_x(x)
    >>> y.numpy().item(), tape.gradient(y, x).numpy().item()
    (1.0, 0.5)
    """
    return _EXPM1_OVER_X(x)


def x_over_expm1(x: Array) -> Array:
    r"""The quotient :math:`x/(e^x - 1)`, 1 at 0: the generating function of the Bernoulli numbers.

    Parameters
    ----------
    x : array or float
        Any shape.

    Returns
    -------
    array
        Shape and dtype of ``x``.

    Raises
    ------
    removable.errors.InputError
        If ``x`` is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> x_over_expm1(0.0).item()
    1.0
    """
    return _X_OVER_EXPM1(x)


def log1p_over_x(x: Array) -> Array:
    r"""The quotient :math:`\log(1 + x)/x`, 1 at 0, for :math:`x > -1`.

    Parameters
    ----------
    x : array or float
        Any shape.

    Returns
    -------
    array
        Shape and dtype of ``x``; NaN below -1, where the logarithm is not real.

    Raises
    ------
    removable.errors.InputError
        If ``x`` is not a floating array of a known framework, or a number.

    Examples
    --------
    >>> log1p_over_x(0.0).item()
    1.0
    """
    return _LOG1P_OVER_X(x)


def boxcox(x: Array, lam: Array) -> Array:
    r"""The transform :math:`(x^\lambda - 1)/\lambda` of :cite:t:`BoxCox1964`, :math:`\log x` where :math:`\lambda = 0`.

    It is :math:`\ell\,(e^z - 1)/z` with :math:`\ell = \log x` and :math:`z = \lambda\ell`: as a function of the exponent, the
    mean of :math:`x^s\log x` over :math:`s` from 0 to :math:`\lambda`.

    Parameters
    ----------
    x : array
        Positive numbers, any shape.
    lam : array or float
        The exponent :math:`\lambda`; its shape broadcasts with that of ``x``.

    Returns
    -------
    array
        The common shape, and the dtype of ``x``.

    Raises
    ------
    removable.errors.InputError
        If neither is a floating array of a known framework, or a number.

    Examples
    --------
    >>> import torch
    >>> lam = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    >>> y = boxcox(torch.tensor([1.0, 4.0], dtype=torch.float64), lam)
    >>> y.sum().backward()
    >>> y.tolist(), round(lam.grad.item(), 12)
    ([0.0, 1.3862943611198906], 0.960906027836)
    """
    adapter = frameworks.of(lam if isinstance(x, int | float) else x)
    xp = adapter.namespace
    x, lam = x + 0 * lam, lam + 0 * x  # of one shape
    log_x = elementary(xp).log(x)
    z = lam * log_x
    close = xp.abs(z) < 1
    one = xp.ones_like(z)
    # Far from the point z, being rounded, costs more digits than the power itself.
    far = (xp.where(close, one + one, x) ** xp.where(close, one, lam) - 1) / xp.where(close, one, lam)
    result = xp.where(close, log_x * _EXPM1_OVER_X_FURTHER_OUT(xp.where(close, z, 0 * one)), far)
    return result[()] if adapter.name == "numpy" else result  # numbers in, numbers out


def angle(sine: Array, cosine: Array) -> Array:
    r"""The angle :math:`\theta` with this sine and cosine, in radians, from :math:`-\pi` to :math:`\pi`.

    The arc cosine of the cosine has no derivative at :math:`\theta = 0`, though :math:`\theta` has one:
    :math:`d\theta = \cos\theta\,d(\sin\theta) - \sin\theta\,d(\cos\theta)`. Both numbers may be scaled by one positive factor.

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
        If neither is an array of a known framework, or a number.

    Examples
    --------
    >>> import torch
    >>> theta = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    >>> y = angle(torch.sin(theta), torch.cos(theta))
    >>> y.backward()
    >>> y.item(), theta.grad.item()
    (0.0, 1.0)
    """
    xp = frameworks.of(cosine if isinstance(sine, int | float) else sine).namespace
    return (xp.atan2 if hasattr(xp, "atan2") else xp.arctan2)(sine, cosine)
