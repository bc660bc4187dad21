r"""Everyday functions with a removable singularity, correct at it, near it and far from it.

Each takes tensors of PyTorch or TensorFlow, arrays of JAX or NumPy, or numbers, in any floating
precision, and can be differentiated, compiled and batched like any other function of the framework:
it is made of selections, polynomials and elementary functions, and of nothing else. Half precisions
are computed in single precision and rounded once.

In float64, over all arguments up to 10 in size, the value is right to 4 ulp, and the first, second
and third derivative to 1e-14, 1e-13 and 1e-13 of their size or of 1; in float32 to the same
multiples of its own rounding. (:func:`stumpff` says what else the square root in it costs.) Beyond,
up to infinity, nothing is NaN that has a limit, neither the value nor three derivatives: what grows
like an exponential is infinite where that overflows, and so are its derivatives. Forward mode can
give NaN where a slope is infinite, for it multiplies the slope by the zeros of other directions.
"""

from removable.primitives.differences import exp_divided_difference, log_divided_difference
from removable.primitives.exponential import expm1_over_x, phi_2, phi_3, tanh_over_x, x_over_expm1
from removable.primitives.logarithmic import boxcox, log1p_over_x
from removable.primitives.trigonometric import angle, sin_over_x, stumpff, versine_over_x2, x_minus_sin_over_x3

__all__ = [
    "angle",
    "boxcox",
    "exp_divided_difference",
    "expm1_over_x",
    "log1p_over_x",
    "log_divided_difference",
    "phi_2",
    "phi_3",
    "sin_over_x",
    "stumpff",
    "tanh_over_x",
    "versine_over_x2",
    "x_minus_sin_over_x3",
    "x_over_expm1",
]
