r"""
A quotient: off by one only, by accident
========================================

Section 4 of :cite:t:`Johnson2023` warns of products in which zero meets infinity. The usual advice
is to divide directly, ``x / expm1(x)``. This page does that. The slope is wrong again, but only by
about 1, and a factor of 3 behind the quotient shows that this was luck.
"""

from removable import gamma_grid, plots
from removable.functions import elementary
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The quotient :math:`x/(e^x - 1)` goes to 1 at :math:`x = 0`, and its slope to -1/2.

x = torch.tensor(1e-20, dtype=torch.float64, requires_grad=True)
y = x / torch.expm1(x)
y.backward()
print(f"value {y.item()}, slope {x.grad.item()}")

# %%
# A slope of 0 in place of -1/2 is wrong, and harmless next to what
# :doc:`the product <plot_product>` of the same two factors returns. Now put a factor of 3 behind
# the quotient, and look closer to 0. In the code :term:`xp` is the module that computes, and
# ``elementary(xp)`` is the one that has the :term:`elementary functions <elementary function>`.


def quotient(x, xp):
    """Divide directly."""
    return x / elementary(xp).expm1(x)


def three_times(x, xp):
    """Multiply the quotient by 3; the true slope is -3/2 then."""
    return 3 * quotient(x, xp)


def slope_torch(program, at):
    """Return the slope by backpropagation in PyTorch."""
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = program(x, torch)
    y.backward()
    return x.grad.item()


def slope_tensorflow(program, at):
    """Return the slope by backpropagation in TensorFlow."""
    x = tf.constant(at, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = program(x, tf)
    return tape.gradient(y, x).numpy().item()


print("         slope of the quotient   slope of 3 times the quotient")
print("x        PyTorch    TensorFlow   PyTorch    TensorFlow")
for at in (1e-3, 1e-12, 1e-15, 3e-17, 1e-18, 1e-20):
    row = f"{at:<9g}"
    for program in (quotient, three_times):
        row += f"{slope_torch(program, at):<11.6g}"
        row += f"{slope_tensorflow(program, at):<13.6g}"
    print(row.rstrip())

# %%
# How far off it gets
# -------------------
# At 401 distances on either side of 0, and at 0 itself, against exact arithmetic:

gamma = gamma_grid(401)
runs = {
    1: compare({"1 * quotient": quotient}, meant=quotient, gamma=gamma),
    3: compare({"3 * quotient": three_times}, meant=three_times, gamma=gamma),
}
for factor, run in runs.items():
    for name in run.versions:
        off = run.worst(f"{factor} * quotient", name, order=1)
        print(f"{factor} * quotient, {name:<11} slope off by {off:.2g}")

fig, axes = plots.side_by_side(runs[1])
for ax, name in zip(axes, runs[1].versions, strict=True):
    for (factor, run), role, marker in zip(
        runs.items(), ("meant", "red"), ("s", "o"), strict=True
    ):
        form = f"{factor} * quotient"
        error = run.error(form, name, order=1)
        drawn = (gamma > 0) & (error > 0)
        style = {"color": plots.LIGHT[role], "marker": marker, "ls": "", "ms": 3.5}
        style["rasterized"] = True  # smaller than the outlines of the markers
        ax.loglog(gamma[drawn], error[drawn], label=form, **style)
    ax.set_xlabel(r"$\gamma$")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(plots.power_of_ten)
    ax.minorticks_off()
axes[0].set_ylabel("error of the slope")
fig.legend(handles=axes[0].lines, loc="outside lower center", ncols=2, frameon=False)


def worst(factor):
    """Return the largest error of the slope in both frameworks, rounded up."""
    run = runs[factor]
    form = f"{factor} * quotient"
    return plots.at_most(max(run.worst(form, name, 1) for name in run.versions), 2)


nearest = runs[1].error("1 * quotient", "torch", 1)[gamma > 0][0]
plots.describe(
    fig,
    "Section 4, a quotient",
    f"""Error of the slope against the distance to the singular point, in both frameworks.
    That of the quotient grows like the inverse of the distance, to at most {worst(1)},
    and is {nearest:.2g} at the distances nearest to 0. That of 3 times the quotient goes
    on growing, up to {worst(3)}.""",
    runs[1],
    word=f"off by {nearest:.2g}",
)
plt.show()

# %%
# Why the factor matters
# ----------------------
# Write :math:`g = e^x - 1` and let :math:`c` be the factor. Reverse mode adds up
#
# .. math::
#
#    \left(\frac{c\,x}{g}\right)' = \frac{c}{g} - c\,\frac{x}{g^2}\,e^x .
#
# Both terms have the size :math:`c/|x|`, and they are meant to leave :math:`-c/2` behind. Let
# :math:`|x|` be below :math:`u = 2^{-53}`, half the distance from 1 to the next double. Then
# :math:`g` and :math:`x` are the same double, and :math:`e^x` is 1.
#
# - With :math:`c = 1` the first term is :math:`1/g` and the second is :math:`(x/g)/g = 1/g`: the
#   same double. Their difference is 0.
# - With :math:`c = 3` the first term is :math:`3/g`, rounded once. For the second, :math:`1/g` is
#   rounded, then its product with 3. The two may differ by one unit in the last place of
#   :math:`3/|x|`, and that has no bound.
#
# .. code-block:: pycon
#
#    >>> slope_torch(quotient, 1e-20), slope_tensorflow(quotient, 1e-20)
#    (0.0, 0.0)
#    >>> slope_torch(three_times, 1e-18), slope_tensorflow(three_times, 1e-18)
#    (512.0, 512.0)
#    >>> 3 / 1e-18 - 3 * (1 / 1e-18)  # the two terms, without any framework
#    512.0
#
# .. admonition:: Take away
#    :class: note
#
#    - An error that stays small in a test may do so by accident. Change something that should not
#      matter, such as a factor, and test again.
#    - A direct quotient has the same two large terms in its slope as a product.
#    - The cure is the same too: cancel :math:`x` on paper, or let ``repair`` do it, as on
#      :doc:`the page on an epsilon <plot_product_epsilon>`.
#
#    **Exercise.** Try the factors 2, 4, 5 and 6. For which of them does the error stay bounded, and
#    why?
#
# Two infinities that are subtracted: :doc:`plot_difference`.
