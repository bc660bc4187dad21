r"""
Figure 1: a straight line, evaluated near a hole
================================================

The quotient :math:`h(x) = (x^2 - 4)/(x - 2)` is the straight line :math:`x + 2` with one point
missing. In double precision it is more than one point that is missing, and the line goes flat long
before that. This page reproduces Figure 1, section 2 of :cite:t:`Johnson2023`.
"""

from removable import frameworks, functions, plots
from removable.sweeps import widths
from removable.sweeps.regions import Region
from removable.sweeps.sweep import agreement, sweep

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# One point at a time
# -------------------
# The function as anybody would type it. PyTorch and TensorFlow run the same line; each needs double
# precision asked for.


def h(x):
    """Evaluate the quotient as it is written."""
    return (x * x - 4) / (x - 2)


print("gamma    PyTorch             TensorFlow          meant")
for gamma in (1e-3, 1e-9, 1e-17, 0.0):
    in_torch = h(torch.tensor(2 + gamma, dtype=torch.float64)).item()
    in_tensorflow = h(tf.constant(2 + gamma, dtype=tf.float64)).numpy().item()
    print(f"{gamma:<8g} {in_torch:<19} {in_tensorflow:<19} {4 + gamma}")

# %%
# At an offset of a thousandth the line is there. A billionth to the right of 2 the answer is 4, and
# the billionth is lost. At :math:`10^{-17}`, and at 2 itself, there is no answer at all: both
# numerator and denominator are zero.
#
# .. code-block:: pycon
#
#    >>> h(torch.tensor(2.0, dtype=torch.float64)).item()
#    nan
#    >>> h(tf.constant(2.0, dtype=tf.float64)).numpy().item()
#    nan
#    >>> h(torch.tensor(2 + 1e-9, dtype=torch.float64)).item()
#    4.0
#    >>> h(tf.constant(2 + 1e-9, dtype=tf.float64)).numpy().item()
#    4.0
#
# The sweep
# ---------
# Now 40 001 offsets :math:`\gamma` between :math:`-1` and 1, evenly spaced on a logarithmic scale
# on either side of zero. ``functions.h`` is the line above, written once for every array library;
# :term:`sweep` hands all points to each framework in one call, and evaluates :math:`x + 2` in exact
# arithmetic for comparison. Many offsets are rounded to one and the same :math:`x`. What is
# counted, here and on the pages that follow, is numbers :math:`x`: each once.

run = sweep(functions.h, meant=functions.h_hat, order=0)
print(run.table())

# %%
# The colours are decided by arithmetic. Let :math:`\mathrm{fl}` stand for rounding to the nearest
# double.
#
# - *Red*: :math:`\mathrm{fl}(2 + \gamma) = 2`. The offset is *absorbed*: it is smaller than half
#   the distance between 2 and its neighbour. (The paper says that it "underflows", a word that
#   numerical analysts keep for numbers too close to zero.)
# - *Yellow*: :math:`\mathrm{fl}(x^2) - 4 = 4\gamma`. Of :math:`x^2 = 4 + 4\gamma + \gamma^2` the
#   last term is absorbed.
# - *Green*: the rest, and :math:`\gamma = 0` itself, as the caption of Figure 3 has it: nothing was
#   absorbed there, although it is NaN like its red neighbours.

fig, axes = plots.panels(
    run, ylabel=r"$h(2 + \gamma)$", meant=r"function meant, $4 + \gamma$"
)
axes[0].set_ylim(2.9, 5.1)
lost = np.isnan(run.results["torch"][0])
numbers = np.unique(run.x[lost])


def absorbed(x):
    """Return NaN where the square of gamma is absorbed, and 0 elsewhere."""
    return np.where(x * x - 4 == 4 * (x - 2), np.nan, 0)


flat = widths.edges(absorbed, np.zeros_like)
plots.describe(
    fig,
    "Figure 1",
    f"""The computed quotient follows the line 4 + gamma in the green region, is flat
    at 4 in the {run.count(Region.YELLOW)} yellow numbers, which end {flat.left:.3g}
    left and {flat.right:.3g} right of 2, and is NaN at {numbers.size} number, {numbers[0]:g} itself, to which
    {lost.sum()} of the {lost.size} offsets are rounded. PyTorch and TensorFlow:
    {run.agreement()}.""",
    run,
    word="NaN",
)
plt.show()

# %%
# Why it is flat, and where
# -------------------------
# Doubles between 4 and 8 are :math:`2^{-50}` apart, so :math:`\gamma^2` is absorbed when it is
# below half of that, that is when :math:`\gamma < 2^{-25.5}`. Left of 2 the square lies below 4,
# where doubles are twice as dense: there it takes :math:`|\gamma| < 2^{-26}`. The numerator is then
# :math:`4\gamma` exactly, the denominator :math:`\gamma` exactly, and their quotient is 4.
#
# .. code-block:: pycon
#
#    >>> print(flat)
#    1.49e-08 left, 2.11e-08 right
#    >>> np.unique(run.results["torch"][0][run.inside(Region.YELLOW)])
#    array([4.])
#
# The same bits in both frameworks?
# ---------------------------------
# The paper reports identical results. That depends on how the square is typed: ``x * x``, ``x**2``
# and ``square(x)`` are three programs. In the code :term:`xp` is the module that computes.

spellings = {
    "x * x": lambda x, xp: (x * x - 4) / (x - 2),
    "x**2": lambda x, xp: (x**2 - 4) / (x - 2),
    "square(x)": lambda x, xp: (xp.square(x) - 4) / (x - 2),
}
between = {}
for spelling, program in spellings.items():
    values = [
        frameworks.get(name).derivatives(program, run.x[run.distinct], order=0)[0]
        for name in ("torch", "tensorflow")
    ]
    between[spelling] = agreement(*values)
    print(f"{spelling:<10} PyTorch and TensorFlow: {between[spelling]}")

# %%
# A product of two doubles is rounded correctly everywhere: IEEE 754 :cite:p:`IEEE754` requires it.
# A *power* is not covered by that rule. PyTorch turns ``x**2`` into a product; TensorFlow calls a
# power function, whose last bit depends on the version and on the processor. Dividing by a small
# :math:`\gamma` then makes a large error out of that bit. All our pages write ``x * x``.
#
# .. code-block:: pycon
#
#    >>> print(run.agreement())
#    identical bits at all 26598 points
#
# .. admonition:: Take away
#    :class: note
#
#    - A removable singularity is not one bad point: in double precision the function is NaN for
#      :math:`|\gamma| \lesssim 10^{-16}` and loses :math:`\gamma` for
#      :math:`|\gamma| \lesssim 10^{-8}`.
#    - The line is not bent by the division. It is lost one step earlier, when :math:`\gamma^2` is
#      absorbed by 4.
#    - Two frameworks agree bit for bit when they run the same sequence of correctly rounded
#      operations, and only then.
#
#    **Exercise.** Run the sweep with ``dtype="float32"``. Where do you expect the yellow region to
#    end? Single precision has 29 bits less.
#
# The values look harmless: the error is never larger than :math:`|\gamma|`. :doc:`plot_figure_2`
# takes the leading 4 away, and :doc:`/auto_gallery/3_derivatives/plot_figure_6` differentiates.
