r"""
What a fused multiply-add is worth
==================================

A processor that rounds ``x * x - 4`` once instead of twice makes the quotient of
:cite:t:`Johnson2023` better (:doc:`plot_fma`). This page measures by how much: the value is right
everywhere but at 2, the slope is wrong in a much smaller zone, and as wrong as ever inside it.
"""

from dataclasses import replace

from removable import functions, plots
from removable.sweeps import widths
from removable.sweeps.forms import compare
from removable.systems import SUBJECTS, contraction

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The slope of :math:`h(x) = (x^2 - 4)/(x - 2)`, a billionth to the right of 2 and closer. It should
# be 1.


def slope_torch(at):
    """Differentiate h in PyTorch."""
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = (x * x - 4) / (x - 2)
    y.backward()
    return x.grad.item()


def slope_tensorflow(at):
    """Differentiate h in TensorFlow."""
    x = tf.constant(at, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = (x * x - 4) / (x - 2)
    return tape.gradient(y, x).numpy().item()


def slope_fused(at):
    """Differentiate h in JAX's order of operations, product and sum rounded once."""
    _, slope = contraction.replay([at], contraction.fused)
    return slope.item()


print("gamma      PyTorch  TensorFlow  rounded once")
for gamma in (1e-9, 1e-12, 1e-14, 2.0**-51):
    pair = f"{slope_torch(2 + gamma):<9}{slope_tensorflow(2 + gamma):<12}"
    print(f"{gamma:<11.2g}{pair}{slope_fused(2 + gamma)}")

# %%
# Rounded once, the slope is right to six digits at a billionth, and as wrong as ever at the double
# next to 2. What stands for the compiler here are exact rational numbers, rounded where the
# processor rounds. They have every bit of :term:`XLA`, and are the same on every machine.
#
# How far out, and by how much
# ----------------------------

paper, *_ = SUBJECTS
gamma = paper.points(400) - 2
gamma = gamma[gamma != 0]
replays = {}
for name, step in contraction.STEPS.items():
    replays[name] = contraction.replay(2 + gamma, step)
run = compare(
    {"simplified": functions.h_hat, "not compiled": functions.h},
    meant=functions.h_hat,
    gamma=gamma,
    base=2.0,
    names=("torch", "tensorflow", "jax"),
)
more = {f"XLA, {name}": {"jax": rows} for name, rows in replays.items()}
run = replace(run, results=run.results | more)


def sampled(form, order, off):
    """Return the largest sampled |x - 2| at which a form is off by more than that."""
    result = run.results[form]["jax"][order]
    return widths.zone_width(run.x, result, run.meant[order], tolerance=off)


print(f"{'':<26}{'value':<22}slope")
print(f"{'in JAX':<26}{'off to *':<11}{'at most':<11}{'off to *':<11}at most")
for form in run.results:
    value = f"{sampled(form, 0, 1e-12):<11.2e}{run.worst(form, 'jax', 0):<11.1e}"
    slope = f"{sampled(form, 1, 1e-3):<11.2e}{run.worst(form, 'jax', 1):.1e}"
    print(f"{form:<26}{value}{slope}")
print("* the largest sampled distance")

# %%
# The errors of value and slope, for the frameworks as they are and for the two replays.

curves = {
    f"{run.versions['torch']}, not compiled": ("not compiled", "torch"),
    f"{run.versions['tensorflow']}, not compiled": ("not compiled", "tensorflow"),
    f"{run.versions['jax']}, XLA, rounded twice": ("XLA, rounded twice", "jax"),
    f"{run.versions['jax']}, XLA, rounded once": ("XLA, rounded once", "jax"),
    "simplified": ("simplified", "jax"),
}
fig, axes = plots.row(["error of the value", "error of the slope"])
for order, ax in enumerate(axes):
    styled = zip(plots.FORM_STYLE, curves.items(), strict=False)
    for k, ((role, marker), (label, (form, name))) in enumerate(styled):
        level = np.maximum(run.error(form, name, order), 1e-17)
        style = {"color": plots.LIGHT[role], "label": label, "mec": plots.outline(role)}
        ax.loglog(np.abs(gamma), level, marker, ms=4, markevery=(3 * k, 15), **style)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(plots.power_of_ten)
    ax.set_xlabel(r"$|\gamma|$")
axes[0].set_ylabel("absolute error")
fig.legend(handles=axes[0].lines, loc="outside lower center", ncols=2, frameon=False)
once = {order: run.worst("XLA, rounded once", "jax", order) for order in (0, 1)}
reach = [sampled(f"XLA, {name}", 1, 1e-3) for name in replays]
plots.describe(
    fig,
    "Worth of a fused multiply-add",
    f"""Errors against the distance from 2. Rounded once, the value is right to
    {plots.at_most(once[0], 2)} everywhere, as that of the simplified form. The slope is
    off by more than 0.001 out to a largest sampled distance of {reach[1]:.2g} instead
    of {reach[0]:.2g}, but still by up to {plots.at_most(once[1])}, where that of the
    simplified form has no error at all.""",
    run,
    word=f"to {reach[1]:.0e}",
)
plt.show()

# %%
# Why
# ---
# Rounded twice, the error of :math:`x^2` is :math:`2^{-51}` or so, whatever is left after the
# subtraction of 4. Rounded once, what is left has the relative error :math:`u = 2^{-53}`, and
# division adds one more: the zone in which the value is bad is gone. The slope, though, is a sum of
# terms of the size :math:`4/\gamma`, where :math:`\gamma = x - 2`. Each carries an error of
# :math:`4u/|\gamma|`, which is 0.001 at :math:`|\gamma| \approx 4 \cdot 10^{-13}`. No arithmetic
# takes that away, and 1/0 is still there. Only algebra would.
#
# .. code-block:: pycon
#
#    >>> slope_torch(2 + 2.0**-51), slope_tensorflow(2 + 2.0**-51), slope_fused(2 + 2.0**-51)
#    (2.0, 2.0, 2.0)
#    >>> [f"{sampled(f'XLA, {name}', 0, 1e-12):.0e}" for name in replays]
#    ['3e-04', '0e+00']
#    >>> [f"{value:.0e}" for value in reach]
#    ['6e-07', '4e-13']
#    >>> [run.worst("simplified", n, 1) for n in ("torch", "tensorflow", "jax")]
#    [0.0, 0.0, 0.0]
#
# .. admonition:: Take away
#    :class: note
#
#    - One rounding less mends the value, because the numerator keeps its digits.
#    - It does not mend the slope. There large terms cancel, and each of them is still rounded.
#    - The simplified form has no error, with or without the instruction.
#
#    **Exercise.** At which distance is the *second* derivative off by 0.001, if each of its terms
#    carries an error of :math:`8u/|\gamma|^2`?
#
# Which compilers do this, and which simplify: :doc:`plot_who_simplifies`.
