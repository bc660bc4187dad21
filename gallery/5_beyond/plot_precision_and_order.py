r"""
How wide is the damage? Four precisions, four derivatives, one law
==================================================================

The figures of :cite:t:`Johnson2023` are in double precision and end with the first derivative.
There the damage reaches less than a millionth of a unit. In single precision, or in a Hessian, it
reaches further, up to a third of a unit. This page measures how far, in four precisions and four
derivatives, and holds that against a law of one line.
"""

from removable import frameworks, plots, truth
from removable.functions import h, h_hat
from removable.sweeps import widths
from removable.sweeps.forms import derivative_edges

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The second derivative of :math:`h(x) = (x^2 - 4)/(x - 2)` in single precision, a hundredth away
# from 2, by reverse mode over reverse mode. It is 0.


def curvature_torch(at):
    """Differentiate h twice in PyTorch."""
    x = torch.tensor(at, dtype=torch.float32, requires_grad=True)
    y = (x * x - 4) / (x - 2)
    (slope,) = torch.autograd.grad(y, x, create_graph=True)
    (curvature,) = torch.autograd.grad(slope, x)
    return curvature.item()


def curvature_tensorflow(at):
    """Differentiate h twice in TensorFlow."""
    x = tf.constant(at, dtype=tf.float32)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = (x * x - 4) / (x - 2)
        slope = inner.gradient(y, x)
    return outer.gradient(slope, x).numpy().item()


for at in (2.1, 2.01, 2.001):
    print(f"{at:<7}{curvature_torch(at):<23}{curvature_tensorflow(at)}")

# %%
# The law
# -------
# The numerator is rounded: what is divided is :math:`x^2 - 4 + \delta`. Here
# :math:`|\delta| \le d = 4u`, half of the last place of a number just above 4, and
# :math:`u = 2^{-p}` for a precision of :math:`p` bits. The n-th derivative of
# :math:`\delta/(x - 2)` is
#
# .. math::
#
#    E_n = (-1)^n \, \frac{n!\,\delta}{(x - 2)^{n+1}} ,
#    \qquad\text{so the error is above } \tau \text{ up to}\quad
#    |x - 2| = \left(\frac{n!\; 4u}{\tau}\right)^{1/(n+1)} .
#
# The frameworks do not differentiate a constant :math:`\delta`. But each of their terms that
# contains the numerator contains the same rounded number, and these terms put together are this
# derivative. What the law leaves out, :doc:`another page <plot_what_the_law_leaves_out>` measures.
#
# Measured
# --------
# In single precision a second derivative has to stay 0.08 away from 2;
# :doc:`/beyond/precision-and-order` has the distances for other quotients, too. The *width of the
# zone* is the largest :math:`|x - 2|` at which the error exceeds :math:`10^{-3}`, among the numbers
# :math:`x` of the precision. From one number to the next, wrong and right alternate; on either side
# of 2 a search (:class:`removable.sweeps.widths.EdgeSearch`) closes in on the last wrong one. All
# searches of a framework share its runs.

names = ("torch", "tensorflow", "jax")
orders = (1, 2, 3, 4)
tolerances = {"float64": (1e-3, 1.0), "float32": (1e-3, 1.0)}
tolerances |= {"bfloat16": (1.0,), "float16": (1.0,)}
true = truth.derivatives(h_hat, [0.0], order=4)[1:, 0]  # 1, 0, 0, 0: at every x
wide = {}
for name in names:
    for dtype, asked in tolerances.items():
        search = {"tolerances": asked, "largest": 1.9, "dtype": dtype}
        wide[name, dtype] = derivative_edges(name, h, true, **search)

print("error above 0.001  law       PyTorch     TensorFlow  JAX        ")
for dtype in ("float64", "float32"):
    for n in orders:
        law = widths.predicted_width(n, dtype=dtype)
        cells = [f"{wide[name, dtype][n, 1e-3].outer:<11.3g}" for name in names]
        print(f"{dtype:<11}n = {n}   {law:<9.3g}", *cells)

fine = []  # measured over predicted, for an error of 0.001
coarse = []  # and for one of 1
for (_, dtype), measured in wide.items():
    for (n, tolerance), edges in measured.items():
        law = widths.predicted_width(n, dtype=dtype, tolerance=tolerance)
        ratios = fine if tolerance == 1e-3 else coarse
        ratios.append(edges.outer / law)
print(f"measured/law: from {min(fine):.3f} to {max(fine):.3f}")
print(f"float64, n = 1, PyTorch: {wide['torch', 'float64'][1, 1e-3]}")

# %%
# For half precision one has to ask for less, an error of 1: :doc:`plot_half_precision` says why.
#
# One picture
# -----------
# The law knows only the ratio of the unit roundoff to the tolerance. Drawn against that ratio, all
# precisions and tolerances fall onto one line for each order.

versions = frameworks.versions(names)
fig, axes = plots.row(list(versions.values()))
ends = (1e-16, 8e-3)
for ax, name in zip(axes, names, strict=True):
    for n, role in zip(orders, ("meant", "green", "yellow", "red"), strict=True):
        line = [widths.predicted_width(n, tolerance=2.0**-53 / end) for end in ends]
        ax.loglog(ends, line, color=plots.LIGHT[role], lw=1, label=f"law, n = {n}")
        for dtype, marker in zip(tolerances, "osD^", strict=True):
            outer = [wide[name, dtype][n, t].outer for t in tolerances[dtype]]
            shown = np.where(np.equal(outer, 0), np.nan, outer)  # 0 has no place here
            across = widths.unit_roundoff(dtype) / np.array(tolerances[dtype])
            label = dtype if n == 4 else f"_{dtype}, n = {n}"
            ax.loglog(across, shown, label=label, **plots.dots(role, marker))
    ax.set_xticks([1e-15, 1e-11, 1e-7, 1e-3])
    plots.log_ticks(ax)
    ax.set_xlabel(r"unit roundoff / tolerance, $u/\tau$")
axes[0].set_ylabel("width of the zone")
plots.legend(fig, columns=4)
above_0 = [ratio for ratio in coarse if ratio > 0]
plots.describe(
    fig,
    "Section 3, in other precisions",
    f"""Width of the zone against unit roundoff over tolerance. The samples of all four
    precisions lie on one line for each order, with the slopes 1/2, 1/3, 1/4 and 1/5.
    For the slope in double precision it is {wide["torch", "float64"][1, 1e-3]}, in
    PyTorch. Measured over predicted: {plots.at_least(min(fine))} to
    {plots.at_most(max(fine))} in double and single precision,
    {plots.at_least(min(above_0))} to {plots.at_most(max(coarse))} over all
    precisions at a tolerance of 1.""",
    versions,
    word="one law",
)
plt.show()

# %%
# .. code-block:: pycon
#
#    >>> curvature_torch(2.001), curvature_tensorflow(2.001)
#    (-92.75, -92.75)
#    >>> [float(f"{widths.predicted_width(n, dtype='float64'):.1g}") for n in orders]
#    [7e-07, 0.0001, 0.001, 0.006]
#    >>> [float(f"{widths.predicted_width(n, dtype='float32'):.1g}") for n in orders]
#    [0.02, 0.08, 0.2, 0.4]
#    >>> f"{wide['torch', 'float32'][2, 1e-3].outer:.2f}"  # second derivative, single precision
#    '0.08'
#    >>> print(wide["torch", "float64"][1, 1e-3], "|", wide["tensorflow", "float64"][1, 1e-3])
#    4.71e-07 left, 6.66e-07 right | 4.71e-07 left, 6.66e-07 right
#
# .. admonition:: Take away
#    :class: note
#
#    - Each order of derivative and each bit less widen the zone: :math:`(n!\,4u/\tau)^{1/(n+1)}`.
#      In double precision it is found with a microscope. In single precision a second derivative is
#      wrong at distances that data have.
#    - The law needs the size of what cancels, the precision, the order and the tolerance. Framework
#      and mode do not matter to it, nor to what is measured.
#
#    **Exercise.** For :math:`(e^x - 1)/x` the numbers that cancel are 1. Predict the four widths in
#    single precision, then measure them. ``widths.predicted_width`` has an argument ``size``.
#
# The derivation, and how far to stay away: :doc:`/beyond/precision-and-order`.
