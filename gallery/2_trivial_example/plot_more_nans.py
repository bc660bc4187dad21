r"""
Remark 2.1, its last sentence: more NaNs
========================================

"The width of the domain where the denominator leads to NaNs can likewise be increased", says Remark
2.1 of :cite:t:`Johnson2023`. It can. A simple zero gives one NaN, at the zero itself. Where the
denominator has a double or a triple zero and is written out, there is no finite value in a whole
interval.
"""

from removable import frameworks, plots
from removable.sweeps import widths
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The missing number first
# ------------------------
# :math:`(x - 2)^3` over :math:`(x - 2)^2` is :math:`x - 2`, with slope 1. Here both are written out
# in powers of :math:`x`, as they come from a fit or from a table. The point is a hundred-millionth
# away from 2.

at = 2 + 1e-8

x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
y = (((x - 6) * x + 12) * x - 8) / ((x - 4) * x + 4)
y.backward()
in_torch = [y.item(), x.grad.item()]

x = tf.constant(at, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = (((x - 6) * x + 12) * x - 8) / ((x - 4) * x + 4)
in_tensorflow = [y.numpy().item(), tape.gradient(y, x).numpy().item()]
print(f"PyTorch    value {in_torch[0]}, slope {in_torch[1]}")
print(f"TensorFlow value {in_tensorflow[0]}, slope {in_tensorflow[1]}")

# %%
# The true denominator is :math:`10^{-16}`. The computed one is 0, since the terms that cancel are
# near 4.
#
# Zeros of order one, two and three
# ---------------------------------
# The denominator is :math:`(x - 2)^m`, the numerator :math:`(x - 2)^{m+1}`, both written out and
# evaluated by Horner's rule. How far out from 2, on either side, is there a number without a finite
# value? The search is that of :func:`removable.sweeps.widths.edges`. In the code :term:`xp` is the
# module that computes.


def horner(coefficients, x):
    """Evaluate a polynomial, the highest power first."""
    y = x * 0
    for coefficient in coefficients:
        y = y * x + coefficient
    return y


def written_out(order):
    """Return (x - 2) ** (order + 1) over (x - 2) ** order, both in powers of x."""
    above = np.poly(np.full(order + 1, 2.0)).tolist()
    below = np.poly(np.full(order, 2.0)).tolist()
    return lambda x, xp: horner(above, x) / horner(below, x)


def without_value(adapter, program):
    """Find how far out a framework has no finite value, on either side of 2."""
    return widths.edges(
        lambda x: adapter.derivatives(program, x, order=0)[0] * 0, np.zeros_like
    )


programs = {
    "simple zero": written_out(1),
    "double zero": written_out(2),
    "triple zero": written_out(3),
}
names = ("torch", "tensorflow")
nan_zone = {name: [] for name in names}
for order, program in enumerate(programs.values(), start=1):
    for name in names:
        nan_zone[name].append(without_value(frameworks.get(name), program))
    found = " and ".join(str(nan_zone[name][-1]) for name in names)
    print(f"zero of order {order}: no finite value out to {found}")

# %%
# The error of the value, which should be :math:`x - 2`. On the upper edge stand the results that
# are not finite, on the lower edge those without error.


def meant(x, xp):
    """Evaluate the simplified quotient."""
    return x - 2


size = np.geomspace(1e-10, 0.1, 400)
run = compare(
    programs,
    meant=meant,
    base=2.0,
    gamma=np.concatenate([-size[::-1], size]),
    names=names,
    order=0,
)
fig, axes = plots.errors(run, ylabel="error of the value")
double, triple = nan_zone["torch"][1:]
plots.describe(
    fig,
    "Remark 2.1, more NaNs",
    f"""Error of the value of (x - 2) to a power over the power below it, both written out,
    against the distance to 2. With a simple zero of the denominator the error is at most
    {plots.at_most(run.worst("simple zero", "torch"))} in PyTorch. With a double zero there are numbers without a
    finite value out to {double}, with a triple zero out to {triple}.""",
    run,
    word=f"to {triple.left:.0e}",
)
plt.show()

# %%
# Why
# ---
# Written out, the terms of :math:`(x - 2)^m` have sizes up to :math:`2^m` and more, and each is
# rounded to about :math:`u = 2^{-53}` of its size. The sum is a multiple of that rounding, and 0 is
# such a multiple. It can be 0 as long as the true :math:`|x - 2|^m` is not larger than a few
# roundings, and that is out to about
#
# .. math::
#
#    |x - 2| \approx \sqrt[m]{2^m u} = 2\,u^{1/m} .
#
# For :math:`m = 2` this is :math:`2 \cdot 10^{-8}`, for :math:`m = 3` it is :math:`10^{-5}`. A
# simple zero is safe, because :math:`x - 2` is exact near 2.
#
# .. code-block:: pycon
#
#    >>> in_torch[0], in_tensorflow[0]
#    (nan, nan)
#    >>> print(double)
#    2.58e-08 left, 1.49e-08 right
#    >>> print(triple)
#    1.46e-05 left, 1.39e-05 right
#    >>> [f"{2 * 2 ** (-53 / order):.1e}" for order in (2, 3)]  # the estimate
#    ['2.1e-08', '9.6e-06']
#
# .. admonition:: Take away
#    :class: note
#
#    - NaNs can be spread, as the remark says: by a zero of higher order that is written out.
#    - The factored form ``(x - 2)**2`` has no such zone. Keep a factor if you have it.
#    - Beside the NaNs the finite values are wrong, too, and further out.
#
#    **Exercise.** Evaluate the denominator as ``(x - 2) * (x - 2)`` and leave the numerator written
#    out. Where are the NaNs now?
#
# How far other things are lost: :doc:`plot_remark_2_1`.
