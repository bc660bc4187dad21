r"""
Remark 2.1: what a higher power changes
=======================================

Remark 2.1 of :cite:t:`Johnson2023` says that :math:`x^3 - 8`, and higher powers still, lose their highest term in a wider
interval, and that the interval of NaNs can be widened too. Both are true. What matters to a user, the interval in which the
*derivative* is wrong, follows another law.
"""

from functools import partial

from removable import frameworks, functions, gamma_grid, plots, truth
from removable.sweep import sweep

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The quotient :math:`(x^n - 2^n)/(x - 2)` for the powers :math:`n = 2, 3, 8`, a millionth to the right of 2. Its slope there
# should be :math:`n(n-1)\,2^{n-3}`, to six digits: 1, 6 and 1792.

print("power  PyTorch       TensorFlow    truth")
for n in (2, 3, 8):
    h_n = partial(functions.h_power, power=n)

    x = torch.tensor(2 + 1e-6, dtype=torch.float64, requires_grad=True)
    h_n(x, torch).backward()
    slope_torch = x.grad.item()

    x = tf.constant(2 + 1e-6, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = h_n(x, tf)
    slope_tensorflow = tape.gradient(y, x).numpy().item()

    true = n * (n - 1) * 2.0 ** (n - 3)
    print(f"{n}      {slope_torch:<13.6f} {slope_tensorflow:<13.6f} {true:.0f}")

# %%
#
# .. code-block:: pycon
#
#    >>> slope_torch == slope_tensorflow
#    True
#    >>> bool(abs(slope_torch - 1792) > 1e-3)
#    True
#
# Three intervals
# ---------------
# For each power, measured on a grid:
#
# - where the highest power of :math:`\gamma` is absorbed: rounding :math:`(2 + \gamma)^n` and rounding
#   :math:`(2 + \gamma)^n - \gamma^n` give the same double, both taken from exact arithmetic;
# - where the backpropagated slope is off by more than :math:`10^{-3}`;
# - where it is off by more than :math:`10^{-3}` *of its true size*, which grows with the power.

powers = range(2, 9)
gamma = gamma_grid(2000)
exact_offset = (2 + gamma) - 2  # the offset that survives in x, exactly
absorbed, wrong, wrong_relative = [], {}, {}
names = ("torch", "tensorflow")


def reach(mask):
    """Return the largest offset of the samples in a mask."""
    return float(np.abs(gamma[mask]).max(initial=0.0))


for n in powers:
    whole = truth.derivatives(lambda x, xp, n=n: x**n, exact_offset, order=0)
    without = truth.derivatives(
        lambda x, xp, n=n: x**n - (x - 2) ** n, exact_offset, order=0
    )
    absorbed.append(reach((whole == without)[0]))
    run = sweep(
        partial(functions.h_power, power=n),
        meant=partial(functions.h_power_hat, power=n),
        gamma=gamma,
        names=names,
    )
    for name in names:
        error = np.abs(run.total_error(name, 1))
        wrong.setdefault(name, []).append(reach(error > 1e-3))
        wrong_relative.setdefault(name, []).append(
            reach(error > 1e-3 * np.abs(run.meant[1]))
        )

print("         highest power  slope off by 0.001    slope off by 0.1 %")
print("power    absorbed       PyTorch  TensorFlow   PyTorch  TensorFlow")
for i, n in enumerate(powers):
    row = [
        absorbed[i],
        *(column[name][i] for column in (wrong, wrong_relative) for name in names),
    ]
    print(f"{n:<9}" + "{:<15.2g}{:<9.2g}{:<13.2g}{:<9.2g}{:.2g}".format(*row))

# %%
# The first column grows by six orders of magnitude: the remark holds. The others grow slowly, or not at all.

colour = plots.LIGHT
law = [2 ** (1 - 53 / n) for n in powers]
fig, axes = plots.side_by_side(run)
for ax, name in zip(axes, names, strict=True):
    ax.semilogy(powers, law, "--", color=colour["meant"], label=r"$2^{1 - 53/n}$")
    ax.semilogy(
        powers, absorbed, "s", color=colour["yellow"], label="highest power absorbed"
    )
    ax.semilogy(
        powers, wrong[name], "o", color=colour["red"], label="slope off by 0.001"
    )
    ax.semilogy(
        powers,
        wrong_relative[name],
        "^",
        color=colour["green"],
        label="slope off by 0.1 %",
    )
    ax.set_xlabel("power $n$")
axes[0].set_ylabel(r"largest $|\gamma|$")
axes[0].yaxis.set_major_formatter(plots.power_of_ten)
fig.legend(
    *axes[0].get_legend_handles_labels(),
    loc="outside lower center",
    ncols=4,
    frameon=False,
    fontsize="small",
)
plots.describe(
    fig,
    "Remark 2.1",
    f"""From power 2 to power 8 the interval in which the highest power is absorbed
    grows from {absorbed[0]:.2g} to {absorbed[-1]:.2g}. The interval in which the slope
    is off by more than 0.001 grows only from {wrong["torch"][0]:.2g} to
    {wrong["torch"][-1]:.2g}, and relative to the size of the slope it goes from
    {wrong_relative["torch"][0]:.2g} to {wrong_relative["torch"][-1]:.2g}.""",
    run,
)
plt.show()

# %%
# Why the laws differ
# -------------------
# The highest power :math:`\gamma^n` is absorbed by :math:`2^n` when it is below half a spacing of the doubles there, about
# :math:`|\gamma| < 2^{1 - 53/n}`. But the slope does not live on :math:`\gamma^n`. It is carried by the *second* power, and
# that is damaged by a rounding error :math:`d` of a few :math:`2^{n-53}`, whatever the power:
#
# .. math::
#
#    \text{error of the slope} \approx \frac{d}{\gamma^2}, \qquad
#    \text{so it exceeds } \tau \text{ for } |\gamma| < \sqrt{d/\tau} .
#
# .. code-block:: pycon
#
#    >>> bool(np.all(np.diff(absorbed) > 0)), bool(absorbed[-1] / absorbed[0] > 1e5)
#    (True, True)
#    >>> bool(np.all(np.abs(np.log2(absorbed) - np.log2(law)) < 1))
#    True
#    >>> bool(2 < wrong["torch"][-1] / wrong["torch"][0] < 50), wrong["torch"] == wrong["tensorflow"]
#    (True, True)
#    >>> wrong_relative["torch"][-1] <= wrong_relative["torch"][0]
#    True
#
# More NaNs
# ---------
# "The width of the domain where the denominator leads to NaNs can likewise be increased." A zero of higher order does it,
# when it is written out: :math:`(x-2)^m` in powers of :math:`x`, over which the numerator :math:`(x-2)^{m+1}`, written out
# too, should leave :math:`x - 2`.


def written_out(x, m):
    """Evaluate (x - 2)**m from its binomial coefficients, by Horner's rule."""
    coefficients = np.poly(np.full(m, 2.0)).tolist()
    y = x * 0 + coefficients[0]
    for c in coefficients[1:]:
        y = y * x + c
    return y


nan_zone = {}
for m in (1, 2, 3):
    for name in names:
        quotient = frameworks.get(name).derivatives(
            lambda x, xp, m=m: written_out(x, m + 1) / written_out(x, m),
            2 + gamma,
            order=0,
        )
        nan_zone.setdefault(name, []).append(reach(~np.isfinite(quotient[0])))
    ends = [f"{nan_zone[name][-1]:.2g}" for name in names]
    print(f"zero of order {m}: no finite value out to |gamma| = {' and '.join(ends)}")

# %%
#
# .. code-block:: pycon
#
#    >>> bool(np.all(np.diff(nan_zone["torch"]) > 0)), bool(np.all(np.diff(nan_zone["tensorflow"]) > 0))
#    (True, True)
#    >>> bool(nan_zone["torch"][0] < 1e-15 and nan_zone["torch"][1] > 1e-9)
#    True
#
# .. note::
#
#    **Take away**
#
#    - The remark is right about absorption, and about NaNs where a multiple zero is written out.
#    - It does not follow that the derivative is wrong in a wider interval: that interval is set by the *second* power.
#    - Relative to the slope, the eighth power is no worse than the second.
#
#    **Exercise.** Measure the interval for the *second* derivative. Which power carries it?
