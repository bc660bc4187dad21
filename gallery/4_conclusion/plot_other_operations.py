r"""
Powers, logarithms, roots: a careful value and a careless slope
===============================================================

The list in section 4 of :cite:t:`Johnson2023` ends with "many other operations". Here are three
that people type every day, each with a removable singularity. For all three there is a careful way
to compute the value, and for none of them does it save the slope.
"""

from removable import gamma_grid, plots
from removable.functions import elementary
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The mean slope of the logarithm between 1 and :math:`1 + x` goes to 1 at :math:`x = 0`, and its
# own slope to -1/2. A billionth to the left of 0:

x = torch.tensor(-1e-9, dtype=torch.float64, requires_grad=True)
y = torch.log(1 + x) / x
y.backward()
print(f"PyTorch:    value {y.item():.6f}, slope {x.grad.item():.4f}")

x = tf.constant(-1e-9, dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.math.log(1 + x) / x
print(f"TensorFlow: value {y.numpy():.6f}, slope {tape.gradient(y, x).numpy():.4f}")

# %%
# Four forms of each
# ------------------
# :term:`Naive <naive>`: as typed. The *power* is compound interest, and goes to e. The *root* is
# the mean slope of the square root, and goes to 1/2. *Epsilon* adds a small number to the
# denominator. *Careful* uses the functions made against cancellation, ``log1p`` and ``expm1``.
# *Simplified* cancels before anything is evaluated. For the root that is school algebra. For the
# logarithm: a mean slope is the mean of the slopes,
#
# .. math::
#
#    \frac{\log(1 + x)}{x} = \int_0^1 \frac{\mathrm{d}t}{1 + t x} ,
#
# and :term:`Gauss's rule` with twelve nodes gives the integral to the last bits. The power is the
# exponential of it. In the code :term:`xp` is the module that computes.

points, weights = np.polynomial.legendre.leggauss(12)
rule = np.column_stack([points / 2 + 0.5, weights / 2]).tolist()


def mean(x, xp):
    """Average the slope of the logarithm between 1 and 1 + x."""
    return sum(weight / (1 + t * x) for t, weight in rule)


functions = {
    "power": {
        "naive": lambda x, xp: (1 + x) ** (1 / x),
        "epsilon": lambda x, xp: (1 + x) ** (1 / (x + 1e-8)),
        "careful": lambda x, xp: xp.exp(elementary(xp).log1p(x) / x),
        "simplified": lambda x, xp: xp.exp(mean(x, xp)),
    },
    "logarithm": {
        "naive": lambda x, xp: elementary(xp).log(1 + x) / x,
        "epsilon": lambda x, xp: elementary(xp).log(1 + x) / (x + 1e-8),
        "careful": lambda x, xp: elementary(xp).log1p(x) / x,
        "simplified": mean,
    },
    "root": {
        "naive": lambda x, xp: (xp.sqrt(1 + x) - 1) / x,
        "epsilon": lambda x, xp: (xp.sqrt(1 + x) - 1) / (x + 1e-8),
        "careful": lambda x, xp: elementary(xp).expm1(elementary(xp).log1p(x) / 2) / x,
        "simplified": lambda x, xp: 1 / (xp.sqrt(1 + x) + 1),
    },
}

print("at x = -1e-9      PyTorch: value, slope  TensorFlow: value, slope  true slope")
for function, forms in functions.items():
    near = compare(forms, meant=forms["careful"], gamma=[-1e-9])
    ours = near.results["naive"]["torch"][:, 0]
    theirs = near.results["naive"]["tensorflow"][:, 0]
    row = "{:<18}{:<10.6g}{:<13.6g}{:<10.6g}{:<16.6g}{:.6g}"
    print(row.format(function, *ours, *theirs, near.meant[1, 0]))

gamma = gamma_grid(73, smallest=1e-18, largest=0.5)
runs = {}
print("largest error          PyTorch: value, slope   TensorFlow: value, slope")
for function, forms in functions.items():
    # Without rounding the careful form is a quotient of two functions: the truth.
    runs[function] = run = compare(forms, meant=forms["careful"], gamma=gamma)
    for form in forms:
        worst = [run.worst(form, name, k) for name in run.versions for k in (0, 1)]
        row = "{:<11}{:<12}{:<12.2g}{:<12.2g}{:<12.2g}{:.2g}"
        print(row.format(function, form, *worst))

size = {"figsize": (8.4, 5.2), "layout": "constrained"}
fig, axes = plt.subplots(2, 3, sharex=True, sharey=True, **size)
for column, (function, run) in zip(axes.T, runs.items(), strict=True):
    column[0].set_title(function, size="medium")
    column[1].set_xlabel(r"$|\gamma|$")
    for ax, name in zip(column, run.versions, strict=True):
        for form, (role, marker) in zip(run.results, plots.FORM_STYLE, strict=False):
            drawn = np.array([abs(gamma), np.fmax(run.error(form, name, 1), 1e-18)])
            style = {"ls": "", "marker": marker, "color": plots.LIGHT[role]}
            ax.loglog(*drawn, ms=1.5, label=f"_{form}", rasterized=True, **style)
            style |= {"mec": plots.outline(role), "mew": 0.6, "label": form}
            ax.loglog(*drawn[:, ::13], ms=4.5, rasterized=True, **style)
        ax.grid(color=plots.LIGHT["grid"])
        ax.set_yticks(10.0 ** np.arange(-16, 17, 8))
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(plots.power_of_ten)
            axis.set_minor_locator(plt.NullLocator())
for ax, title in zip(axes[:, 0], run.versions.values(), strict=True):
    ax.set_ylabel(f"{title}\nerror of the slope")
legend = {"loc": "outside lower center", "ncols": 4, "frameon": False}
fig.legend(*ax.get_legend_handles_labels(), **legend)


def most(form, *functions):
    """Return the largest error of the slope in both frameworks, rounded up."""
    both = [runs[f].worst(form, name, 1) for f in functions for name in run.versions]
    return plots.at_most(max(both), 2)


plots.describe(
    fig,
    "Section 4, other operations",
    f"""Error of the slope against the distance to the singular point, in both
    frameworks. Naive errors grow with the inverse square of the distance, for the
    logarithm up to {most("naive", "logarithm")}. With an epsilon they start earlier.
    Those of the careful forms grow too, for the power up to {most("careful", "power")}.
    Simplified: at most {most("simplified", *functions)}.""",
    run,
    word="logarithm",
    panel=1,
)
plt.show()

# %%
# Why careful is not enough
# -------------------------
# The naive numerator :math:`f` has an error of size :math:`u = 2^{-53}` from the addition to 1.
# Divided by :math:`x` that is :math:`u/|x|` in the value, and the slope divides by :math:`x` twice,
#
# .. math::
#
#    \left(\frac{f}{x}\right)' = \frac{f'}{x} - \frac{f}{x^2} , \qquad
#    \text{error} \approx \frac{u}{x^2} \text{ (naive)}, \quad \frac{u}{|x|} \text{ (careful)}.
#
# With ``log1p`` the numerator is as good as a double can be, and so is the value, except at 0. But
# both terms still have the size :math:`1/|x|` and have to cancel. Where 1 absorbs :math:`x`, the
# naive logarithm is 0 and its slope :math:`1/x`. At 0 itself two values are NaN. The power is 1
# there instead of e: by the standard, infinite powers of 1 are 1 :cite:p:`IEEE754`:
#
# .. code-block:: pycon
#
#    >>> at_0 = [result[:, gamma == 0] for result in runs["power"].results["naive"].values()]
#    >>> [value_and_slope.ravel().tolist() for value_and_slope in at_0]
#    [[1.0, nan], [1.0, nan]]
#    >>> in_torch = [{form: run.results[form]["torch"] for form in forms} for run in runs.values()]
#    >>> [round(run["naive"][0, gamma == 0.5].item(), 4) for run in in_torch]  # as typed, far off
#    [2.25, 0.8109, 0.4495]
#    >>> [round(run["simplified"][1, gamma == 0].item(), 4) for run in in_torch]
#    [-1.3591, -0.5, -0.125]
#
# .. admonition:: Take away
#    :class: note
#
#    - ``log1p`` and ``expm1`` are for values. The slope of their quotient is still wrong near 0.
#    - A mean of slopes, or a conjugate, cancels on paper: value and slope lose a few bits at most.
#
#    **Exercise.** Type :math:`(e^x - 1)/x` in the four forms. Which mean is the simplified one?
#
# An angle, whose cancellation is out of your reach: :doc:`plot_angle`. What a single slope of this
# kind does to an optimiser: :doc:`plot_inverse_problem`.
