r"""
How wide is the damage? Four precisions, four derivatives, one law
==================================================================

The figures of :cite:t:`Johnson2023` are in double precision and end with the first derivative. There the damage reaches less
than a millionth of a unit. In single precision, or in a Hessian, it reaches further, up to a third of a unit. This page
measures how far, in four precisions and four derivatives, and holds that against a law of one line.
"""

import math
from itertools import product
from types import SimpleNamespace

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
# The second derivative of :math:`h(x) = (x^2 - 4)/(x - 2)` in single precision, a hundredth away from 2, by reverse mode over
# reverse mode. It is 0.


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
# The numerator is rounded: what is divided is :math:`x^2 - 4 + \delta`. Here :math:`|\delta| \le d = 4u`, half of the last
# place of a number just above 4, and :math:`u = 2^{-p}` for a precision of :math:`p` bits. The n-th derivative of
# :math:`\delta/(x - 2)` is
#
# .. math::
#
#    E_n = (-1)^n \, \frac{n!\,\delta}{(x - 2)^{n+1}} ,
#    \qquad\text{so the error is above } \tau \text{ up to}\quad
#    |x - 2| = \left(\frac{n!\; 4u}{\tau}\right)^{1/(n+1)} .
#
# The frameworks do not differentiate a constant :math:`\delta`. But each of their terms that contains the numerator contains
# the same rounded number, and these terms put together are this derivative. What the law leaves out is the rounding of the
# terms themselves; that comes below.
#
# Measured
# --------
# The *width of the zone* is the largest :math:`|x - 2|` at which the error exceeds :math:`10^{-3}`, among the numbers :math:`x` of
# the precision. From one number to the next, wrong and right alternate; on either side of 2 a search
# (:class:`removable.sweeps.widths.EdgeSearch`) closes in on the last wrong one. All searches of a framework share its runs.

names, orders = ("torch", "tensorflow", "jax"), (1, 2, 3, 4)
dtypes = ("float64", "float32", "bfloat16", "float16")
adapters = {name: frameworks.get(name) for name in names}
true = truth.derivatives(h_hat, [0.0], order=4)[1:, 0]  # 1, 0, 0, 0: at every x
tolerances = {t: (1.0,) if "16" in t else (1e-3, 1.0) for t in dtypes}
wide = {
    (m, t): derivative_edges(m, h, true, tolerances=tolerances[t], largest=1.9, dtype=t)
    for m, t in product(names, dtypes)
}


def ratios(dtypes, tolerance):
    """Print the widths, and return measured over predicted."""
    head = f"error above {tolerance}"
    print(f"{head:<19}law      ", *(f"{a.title:<11}" for a in adapters.values()))
    result = {}
    for dtype, n in product(dtypes, orders):
        law = widths.predicted_width(n, dtype=dtype, tolerance=tolerance)
        outer = {m: wide[m, dtype][n, tolerance].outer for m in names}
        result |= {(name, dtype, n): w / law for name, w in outer.items()}
        cells = (f"{w:<11.3g}" for w in outer.values())
        print(f"{dtype:<11}n = {n}   {law:<9.3g}", *cells)
    return result


fine = ratios(("float64", "float32"), 1e-3)
print(f"measured/law: from {min(fine.values()):.3f} to {max(fine.values()):.3f}")
print(f"float64, n = 1, PyTorch: {wide['torch', 'float64'][1, 1e-3]}")

# %%
# Sample by sample the law is sharper still. In single precision :math:`\delta` is known, since doubles hold the square exactly.
# What :math:`E_n` does not explain is the rounding of the terms. Each has the size :math:`4\,n!/|x - 2|^n` and a relative error
# of a few :math:`u`: it should be a small multiple of :math:`4u\,n!/|x - 2|^n`, or of the law's :math:`E_n` times :math:`|x - 2|`.

size = np.geomspace(2.0**-24, 1.9, 9000)
offset = widths.offsets(np.concatenate([-size, size]), dtype="float32")
x = (2 + offset).astype(np.float32)
delta = (x * x).astype(np.float64) - (2 + offset) ** 2
multiple = {}
found = {m: adapters[m].derivatives(h, x, order=4, dtype="float32") for m in names}
for name, n in product(names, orders):
    law = (-1) ** n * math.factorial(n) * delta / offset ** (n + 1)
    rest = found[name][n].astype(np.float64) - true[n - 1] - law
    unit = widths.predicted_error(1.0, n, dtype="float32") / np.abs(offset) ** n
    multiple[name, n] = (np.abs(rest) / unit)[np.abs(offset) > 1e-4].max()
for name in names:
    print(f"{name:<12}", *(f"{multiple[name, n]:.1f}" for n in orders))

# %%
# So the whole error is at most :math:`n!\,4u\,(1 + c\,|x - 2|)/|x - 2|^{n+1}` with a :math:`c` of single digits, whatever the
# order. Where the zone is narrow, the law is all there is. Where it is a third of a unit, it is exceeded by up to a fifth.
#
# Other modes
# -----------
# Reverse over reverse is above. Forward mode, and forward over reverse, which is how Hessian-vector products are computed, add
# other terms in another order. The law knows nothing of that, and need not. TensorFlow compiles each nested accumulator anew,
# which takes seconds for a third, so that two are enough here.

deepest, modes = {"torch": 4, "tensorflow": 2, "jax": 4}, {}
ways = ("forward", "forward-over-reverse")
for name, dtype, mode in product(names, ("float64", "float32"), ways):
    how = {"largest": 1.9, "dtype": dtype, "mode": mode}
    measured = derivative_edges(name, h, true[: deepest[name]], **how)
    for (n, _), edges in measured.items():
        modes[name, dtype, mode, n] = edges.outer / widths.predicted_width(
            n, dtype=dtype
        )
low, high = min(modes.values()), max(modes.values())
print(f"{len(modes)} widths, measured/law: {low:.2f} to {high:.2f}")

# %%
# Half precision
# --------------
# In bfloat16 and float16 there is no such zone: :math:`10^{-3}` is about the rounding of the slope itself, and
# :doc:`the chapter </beyond/precision-and-order>` finds wrong slopes a hundred away from 2. So ask for less: an error of 1,
# as large as the slope.

coarse = ratios(dtypes, 1.0)

# %%
# A width of 0 for the slope is no mistake. Next to 2, :math:`\gamma^2` is absorbed as a whole, :math:`\delta = -\gamma^2` is as
# large as it gets, and :math:`E_n` is :math:`n!/|x - 2|^{n-1}`: 1 for the slope. (JAX has a little rounding on top of that.)
#
# One picture
# -----------
# The law knows only the ratio of the unit roundoff to the tolerance. Drawn against that ratio, all precisions and tolerances
# fall onto one line for each order.

picture = SimpleNamespace(
    versions={name: f"{a.title} {a.version}" for name, a in adapters.items()}
)
fig, axes = plots.side_by_side(picture)
ends = (1e-16, 8e-3)
for ax, name in zip(axes, names, strict=True):
    for n, role in zip(orders, ("meant", "green", "yellow", "red"), strict=True):
        colour = plots.LIGHT[role]
        line = [widths.predicted_width(n, tolerance=2.0**-53 / end) for end in ends]
        ax.loglog(ends, line, color=colour, linewidth=1, label=f"law, n = {n}")
        for dtype, marker in zip(dtypes, "osD^", strict=True):
            outer = [wide[name, dtype][n, t].outer for t in tolerances[dtype]]
            shown = np.where(np.equal(outer, 0), np.nan, outer)  # 0 has no place here
            across = widths.unit_roundoff(dtype) / np.array(tolerances[dtype])
            label = dtype if n == 4 else f"_{dtype}, n = {n}"
            style = {"color": colour, "markersize": 5, "mec": plots.outline(role)}
            ax.loglog(across, shown, marker, label=label, **style)
    ax.set_xticks([1e-15, 1e-11, 1e-7, 1e-3])
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(plots.power_of_ten)
    ax.minorticks_off()
    ax.set_xlabel(r"unit roundoff / tolerance, $u/\tau$")
axes[0].set_ylabel("width of the zone")
handles = axes[0].get_legend_handles_labels()
fig.legend(*handles, loc="outside lower center", ncols=4, frameon=False)
plots.describe(
    fig,
    "Section 3, in other precisions",
    f"""Width of the zone against unit roundoff over tolerance. The samples of all four
    precisions lie on one line for each order, with the slopes 1/2, 1/3, 1/4 and 1/5.
    For the slope in double precision it is {wide["torch", "float64"][1, 1e-3]}, in
    PyTorch. Measured over predicted: {plots.at_least(min(fine.values()))} to
    {plots.at_most(max(fine.values()))} in double and single precision,
    {plots.at_least(min(r for r in coarse.values() if r))} to
    {plots.at_most(max(coarse.values()))} over all precisions at a tolerance of 1.""",
    picture,
)
plt.show()

# %%
# The numbers
# -----------
#
# .. code-block:: pycon
#
#    >>> curvature_torch(2.001) == curvature_tensorflow(2.001), curvature_torch(2.001) < -50
#    (True, True)
#    >>> [float(f"{widths.predicted_width(n, dtype=t):.1g}") for t in ("float64", "float32") for n in orders]
#    [7e-07, 0.0001, 0.001, 0.006, 0.02, 0.08, 0.2, 0.4]
#    >>> all(0.99 < r < 1.25 for r in [*fine.values(), *modes.values()])
#    True
#    >>> [round(r["torch", "float64", 2], 3) for r in (fine, coarse)]
#    [1.0, 1.0]
#    >>> print(wide["torch", "float64"][1, 1e-3], "|", wide["tensorflow", "float64"][1, 1e-3])
#    4.71e-07 left, 6.66e-07 right | 4.71e-07 left, 6.66e-07 right
#    >>> len(modes), all(1 < c < 8 for c in multiple.values())
#    (40, True)
#    >>> all(coarse[n, t, 1] == 0 for n in ("torch", "tensorflow") for t in dtypes)
#    True
#    >>> all(2 / 3 < r < 4 / 3 for (name, dtype, n), r in coarse.items() if n > 1)
#    True
#
# .. note::
#
#    **Take away**
#
#    - Each order of derivative and each bit less widen the zone: :math:`(n!\,4u/\tau)^{1/(n+1)}`. In double precision it is
#      found with a microscope. In single precision a second derivative is wrong at distances that data have.
#    - The law needs the size of what cancels, the precision, the order and the tolerance. Framework and mode do not
#      matter to it, nor to what is measured.
#    - In half precision there is no good distance: the error that one would like to exclude is the rounding itself.
#
#    **Exercise.** For :math:`(e^x - 1)/x` the numbers that cancel are 1. Predict the four widths in single precision, then
#    measure them. ``widths.predicted_width`` has an argument ``size``.
#
# The derivation, and how far to stay away: :doc:`/beyond/precision-and-order`.
