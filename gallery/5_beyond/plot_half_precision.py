r"""
Half precision: no distance is good, and yet the law holds
==========================================================

In double precision the slope of the quotient of :cite:t:`Johnson2023` is right to 0.001 from a
millionth of a unit on. In bfloat16 and float16 it is not right to 0.001 a hundred units away. This
page looks at all numbers out to there, and then asks for less: an error of 1. For that the law of
:doc:`plot_precision_and_order` holds in every precision.
"""

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
# The slope of :math:`h(x) = (x^2 - 4)/(x - 2)` in bfloat16. It should be 1.


def slope_torch(at):
    """Differentiate h in PyTorch."""
    x = torch.tensor(at, dtype=torch.bfloat16, requires_grad=True)
    y = (x * x - 4) / (x - 2)
    y.backward()
    return x.grad.item()


def slope_tensorflow(at):
    """Differentiate h in TensorFlow."""
    x = tf.constant(at, dtype=tf.bfloat16)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = (x * x - 4) / (x - 2)
    return float(tape.gradient(y, x))


print("x        PyTorch    TensorFlow")
for at in (3.5, 12.5, 100.5):
    print(f"{at:<9}{slope_torch(at):<11}{slope_tensorflow(at)}")

# %%
# All numbers to a hundred
# ------------------------
# Far away, too, the slope is the difference of two numbers near 2 and 1, each with a relative error
# of a few :math:`u`, the unit roundoff: 1/256 in bfloat16, 1/2048 in float16. An error of 0.001 is
# less than that of one operation in bfloat16, and about two of them in float16. The half precisions
# have so few numbers that all of them can be looked at.

adapters = {name: frameworks.get(name) for name in ("torch", "tensorflow")}
versions = {name: f"{a.title} {a.version}" for name, a in adapters.items()}
styles = {"bfloat16": ("o", "red"), "float16": (".", "meant")}
far = {}
fig, axes = plots.row(list(versions.values()))
for ax, (name, adapter) in zip(axes, adapters.items(), strict=True):
    for dtype, (marker, role) in styles.items():
        offset = widths.offsets(np.arange(0.1, 100, 2.0**-10), dtype=dtype)
        slope = adapter.derivatives(h, 2 + offset, dtype=dtype)[1].astype(float)
        wrong = np.abs(slope - 1) > 1e-3
        far[name, dtype] = np.mean(wrong[offset >= 10]).item()
        style = {"linestyle": "none", "rasterized": True, "color": plots.LIGHT[role]}
        ax.plot(offset, slope, marker=marker, ms=3, label=dtype, **style)
        share = f"{far[name, dtype]:.0%}"
        print(f"{versions[name]}, {dtype}: {share} off by more than 0.001 beyond 10")
    ax.plot([0.1, 100], [1, 1], "--", color=plots.LIGHT["ink"], label="truth")
    ax.set(xscale="log", ylim=(0.9, 1.1), xlabel="$x - 2$")
    ax.xaxis.set_major_formatter(plots.power_of_ten)
axes[0].set_ylabel("slope of $h$")
legend = axes[0].get_legend_handles_labels()
fig.legend(*legend, loc="outside lower center", ncols=3, frameon=False)
plots.describe(
    fig,
    "Section 3, in half precision",
    f"""The slope of h in bfloat16 and float16 at all numbers from 2.1 to 102; the true slope
    is 1. Beyond a distance of 10, {far["torch", "bfloat16"]:.0%} of the slopes in bfloat16 and
    {far["torch", "float16"]:.0%} of those in float16 are off by more than 0.001 in PyTorch. In TensorFlow it is
    {far["tensorflow", "bfloat16"]:.0%} and {far["tensorflow", "float16"]:.0%}.""",
    SimpleNamespace(versions=versions),
    word=f"{far['torch', 'bfloat16']:.0%} wrong",
)
plt.show()

# %%
# Ask for less
# ------------
# In bfloat16 and float16 there is no zone beyond which the slope is right to 0.001. So ask for an
# error of 1, as large as the slope. The law for the n-th derivative, with the tolerance
# :math:`\tau = 1`, is
#
# .. math::
#
#    |x - 2| = \left(\frac{n!\; 4u}{\tau}\right)^{1/(n+1)} .

names = ("torch", "tensorflow", "jax")
orders = (1, 2, 3, 4)
true = truth.derivatives(h_hat, [0.0], order=4)[1:, 0]  # 1, 0, 0, 0: at every x
titles = [f"{frameworks.get(name).title:<11}" for name in names]
print(f"{'error above 1.0':<19}law      ", *titles)
coarse = {}
for dtype in ("float64", "float32", "bfloat16", "float16"):
    search = {"tolerances": (1.0,), "largest": 1.9, "dtype": dtype}
    wide = {name: derivative_edges(name, h, true, **search) for name in names}
    for n in orders:
        law = widths.predicted_width(n, dtype=dtype, tolerance=1.0)
        cells = []
        for name in names:
            outer = wide[name][n, 1.0].outer
            coarse[name, dtype, n] = outer / law
            cells.append(f"{outer:<11.3g}")
        print(f"{dtype:<11}n = {n}   {law:<9.3g}", *cells)

# %%
# A width of 0 for the slope is no mistake. Next to 2, :math:`\gamma^2` is absorbed as a whole,
# where :math:`\gamma = x - 2`. The rounding error of the numerator, :math:`\delta = -\gamma^2`, is
# as large as it gets, and the error of the n-th derivative is :math:`n!/|x - 2|^{n-1}`: 1 for the
# slope. (JAX has a little rounding on top of that.)
#
# .. code-block:: pycon
#
#    >>> slope_torch(100.5), slope_tensorflow(100.5)
#    (0.9921875, 0.9921875)
#    >>> [f"{far['torch', dtype]:.0%}" for dtype in styles]
#    ['55%', '5%']
#    >>> f"{coarse['torch', 'bfloat16', 2]:.2f}", f"{coarse['torch', 'float16', 2]:.2f}"
#    ('0.74', '0.93')
#
# .. admonition:: Take away
#    :class: note
#
#    - In half precision there is no good distance: the error that one would like to exclude is the
#      rounding itself.
#    - That is no matter of removable singularities. Where an error of 1 is asked about, the law
#      holds again, to within a third.
#    - A second derivative in bfloat16 is off by more than 1 out to about a quarter of a unit.
#
#    **Exercise.** Which tolerance would you ask for, if the slope is to be right to one unit in the
#    last place of bfloat16?
#
# The derivation: :doc:`/beyond/precision-and-order`.
