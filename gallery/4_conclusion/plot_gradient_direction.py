r"""
One wrong entry, and the whole gradient points elsewhere
========================================================

"A large value of the derivative in one entry of a gradient causes all of the other entries to vanish (comparatively)",
says section 4 of :cite:t:`Johnson2023`. Here a loss has 2, 10 or 1000 parameters, and one of them passes through a
removable singularity. We measure the angle between the gradient and the true one.
"""

from functools import partial

from removable import functions, plots
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# A sum of squared residuals. Every parameter starts at 2 and should go to 1; the first one is seen through the paper's
# :math:`h`, whose target is :math:`h(1) = 3`. Each residual is 1, and so is each entry of the true gradient: no direction is
# preferred. The *epsilon* form is :math:`h_1` with :math:`\epsilon = 10^{-8}` and :math:`\delta = 10^{-4}`.

forms = {
    "naive": functions.h,
    "epsilon": partial(functions.h1, epsilon=1e-8, delta=1e-4),
    "simplified": functions.h_hat,
}


def gradient_torch(form, theta):
    """Differentiate one loss for each row of theta, all in one call."""
    theta = torch.tensor(theta, requires_grad=True)
    first, others = theta[:, 0], theta[:, 1:]
    loss = ((form(first, torch) - 3) ** 2).sum() + ((others - 1) ** 2).sum()
    (loss / 2).backward()
    return theta.grad.numpy()


def gradient_tensorflow(form, theta):
    """Differentiate one loss for each row of theta, all in one call."""
    theta = tf.constant(theta)
    with tf.GradientTape() as tape:
        tape.watch(theta)
        first, others = theta[:, 0], theta[:, 1:]
        loss = tf.reduce_sum((form(first, tf) - 3) ** 2)
        loss = (loss + tf.reduce_sum((others - 1) ** 2)) / 2
    return tape.gradient(loss, theta).numpy()


gradient = {"torch": gradient_torch, "tensorflow": gradient_tensorflow}


def start(gamma, n):
    """Put n parameters at 2, and then the first one gamma beyond it; a row for each gamma."""
    theta = np.full((np.size(gamma), n), 2.0)
    theta[:, 0] += gamma
    return theta


offsets = np.array([1e-3, 1e-5, 1e-7, 1e-9, 0.0, -1e-9])
print("gradient in 3 parameters; the true one is 1 + gamma, 1, 1")
print(f"{'form':<12}{'gamma':<10}{'PyTorch':<24}TensorFlow")
for form, program in forms.items():
    both = [gradient[name](program, start(offsets, 3)) for name in gradient]
    for gamma, *rows in zip(offsets, *both, strict=True):
        cells = ["{:.4g} {:.4g} {:.4g}".format(*row) for row in rows]
        print(f"{form:<12}{gamma:<10g}{cells[0]:<24}{cells[1]}")

# %%
# With an :math:`\epsilon` the first entry is minus 1.2 billion at the singularity. The sign is wrong as well:
# :math:`h_1` is 0 there, so the residual is :math:`-3` where it should be 1. A small step to the left turns the sign round.
#
# .. code-block:: pycon
#
#    >>> [f(forms["epsilon"], start(0.0, 3)).tolist() for f in (gradient_torch, gradient_tensorflow)]
#    [[[-1200000000.0, 1.0, 1.0]], [[-1200000000.0, 1.0, 1.0]]]
#    >>> [f"{f(forms['epsilon'], start(offsets[-1], 3))[0, 0]:.3e}" for f in (gradient_torch, gradient_tensorflow)]
#    ['8.715e+08', '8.715e+08']
#    >>> [f(forms["naive"], start(1e-9, 3)).tolist() for f in (gradient_torch, gradient_tensorflow)]
#    [[[2.0, 1.0, 1.0]], [[2.0, 1.0, 1.0]]]
#
# The direction
# -------------
# The cosine of the angle between a gradient and the true one is 1 if they agree, 0 if they are perpendicular, and negative
# if a step against the gradient goes uphill. The true first entry comes from exact arithmetic, which differentiates the
# quotient itself; it is that of the simplified form to the last bit.


def first_term(x, xp, form):
    """Return the part of the loss that depends on the first parameter."""
    return (form(x, xp) - 3) ** 2 / 2


gamma = np.append(0.0, np.logspace(-17, -1, 161))
run = compare(
    {name: partial(first_term, form=form) for name, form in forms.items()},
    meant=partial(first_term, form=functions.h),
    gamma=gamma,
    base=2.0,
)

sizes = (2, 10, 1000)
cosine = {}
for n in sizes:
    truth = np.ones((gamma.size, n))
    truth[:, 0] = run.meant[1]
    for form, program in forms.items():
        for name in gradient:
            found = gradient[name](program, start(gamma, n))
            lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(truth, axis=1)
            cosine[form, name, n] = (found * truth).sum(axis=1) / lengths

print("                        lowest cosine         below 0.99 up to      NaN samples")
print("parameters  form        " + "PyTorch   TensorFlow  " * 2 + "PyTorch TensorFlow")
for n in sizes:
    for form in forms:
        both = [cosine[form, name, n] for name in gradient]
        cells = [f"{np.nanmin(c):<{w}.4f}" for c, w in zip(both, (10, 12), strict=True)]
        for c, w in zip(both, (10, 12), strict=True):
            cells.append(f"{gamma[c < 0.99].max(initial=0):<{w}.2g}")
        lost = [np.isnan(c).sum() for c in both]
        print(f"{n:<12}{form:<12}{''.join(cells)}{lost[0]:<8}{lost[1]}")

far, near = (gradient_torch(forms["epsilon"], start(g, 1000))[0] for g in (0.1, 0.0))
share = [np.linalg.norm(g[1:]) / np.linalg.norm(g) for g in (far, near)]
print(f"share of the 999 other entries: {share[0]:.3g} far off, {share[1]:.2g} at 2")

colour = plots.LIGHT
drawn = {
    ("simplified", 1000): ("-", "", "meant", "simplified, any number of parameters"),
    ("naive", 2): ("-", "v", "red", "naive, 2 parameters"),
    ("epsilon", 2): ("-", "o", "yellow", "epsilon, 2 parameters"),
    ("epsilon", 10): ("--", "s", "yellow", "epsilon, 10 parameters"),
    ("epsilon", 1000): (":", "^", "yellow", "epsilon, 1000 parameters"),
}
lost = np.isnan(cosine["naive", "torch", 2]) & (gamma > 0)
hatched = {"facecolor": "none", "edgecolor": colour["red"], "hatch": "///"}
fig, axes = plots.side_by_side(run)
for ax, name in zip(axes, gradient, strict=True):
    for (form, n), (line, marker, role, label) in drawn.items():
        level = cosine[form, name, n]
        style = {"linestyle": line, "color": colour[role], "markevery": 12}
        edge = plots.outline(role)
        ax.plot(gamma, level, marker=marker, label=label, mec=edge, mew=0.6, **style)
    ends = gamma[lost].min(), gamma[lost].max()
    ax.axvspan(*ends, linewidth=0, alpha=0.6, label="naive: NaN", **hatched)
    ax.set_xscale("log")
    ax.set_xticks([1e-16, 1e-12, 1e-8, 1e-4, 1])
    ax.xaxis.set_major_formatter(plots.power_of_ten)
    ax.set_xlabel(r"$\gamma$")
axes[0].set_ylabel("cosine with the true gradient")
legend = axes[0].get_legend_handles_labels()
fig.legend(*legend, loc="outside lower center", ncols=2, frameon=False)
lowest = [np.nanmin(cosine["epsilon", "torch", n]) for n in sizes]
plots.describe(
    fig,
    "Section 4, the direction of a gradient",
    f"""Cosine between the computed and the true gradient against the distance from the
    singularity. Simplified: 1 everywhere. With an epsilon the cosine falls inside the
    perturbed zone, changes its sign and ends at {lowest[0]:.3f} in 2,
    {lowest[1]:.3f} in 10 and {lowest[2]:.3f} in 1000 parameters. Naive: never below
    {plots.at_least(np.nanmin(cosine["naive", "torch", 2]))}, but undefined in the hatched stretch
    where the gradient holds a NaN. Both frameworks draw the same curves.""",
    run,
)
plt.show()

# %%
#
# .. code-block:: pycon
#
#    >>> np.array_equal(run.meant[1], run.x - 1)  # the derivative of the simplified term
#    True
#    >>> limits = [-1 / np.sqrt(n) for n in sizes]
#    >>> [np.allclose([cosine["epsilon", f, n][0] for n in sizes], limits, rtol=1e-5) for f in ("torch", "tensorflow")]
#    [True, True]
#    >>> all(np.allclose(c, cosine[form, "tensorflow", n], equal_nan=True) for (form, _, n), c in cosine.items())
#    True
#    >>> bool(share[0] > 0.99), bool(share[1] < 1e-7)
#    (True, True)
#    >>> bool(min(cosine["simplified", f, n].min() for f in ("torch", "tensorflow") for n in sizes) > 1 - 1e-12)
#    True
#
# Why
# ---
# With a first entry :math:`G` beside :math:`n - 1` entries of 1, and a true gradient of :math:`n` ones,
#
# .. math::
#
#    \cos = \frac{G + n - 1}{\sqrt{n}\,\sqrt{G^2 + n - 1}} \;\longrightarrow\; \frac{\pm 1}{\sqrt{n}}
#    \quad\text{as } G \to \pm\infty .
#
# The more parameters there are, the closer to a right angle. All it takes is a :math:`|G|` well above :math:`\sqrt n`.
# The naive form reaches no more than :math:`G = 2`: near 2, rounding changes ``x * x`` by :math:`\gamma^2` at most. That is
# luck. Near 3, where :math:`x^2 = 9 + 6\gamma + \gamma^2`, it changes :math:`6\gamma` too, and the naive slope needs no
# :math:`\epsilon` to be huge. (The true slope is 1 again.)

largest = {}
for root in (2, 3):
    x = root + np.arange(1, 1001) * 2.0**-51  # a thousand neighbours that doubles hold
    v = torch.tensor(x, requires_grad=True)
    ((v * v - root * root) / (v - root)).sum().backward()
    t = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(t)
        y = (t * t - root * root) / (t - root)
    slopes = {"PyTorch": v.grad.numpy(), "TensorFlow": tape.gradient(y, t).numpy()}
    largest[root] = {name: np.abs(slope).max() for name, slope in slopes.items()}
    print(
        f"at {root}:", {name: f"{slope:.2g}" for name, slope in largest[root].items()}
    )

# %%
#
# .. code-block:: pycon
#
#    >>> [slope.item() == 2 for slope in largest[2].values()], [slope.item() > 4e15 for slope in largest[3].values()]
#    ([True, True], [True, True])
#
# .. note::
#
#    **Take away**
#
#    - The sentence holds. One entry of size :math:`4/\epsilon` takes the direction, and in many dimensions what remains is
#      nearly perpendicular to the truth.
#    - It may point uphill: an :math:`\epsilon` spoils the value too, and with it the sign of the residual.
#    - The naive form spares the direction at 2 until it is NaN. At 3 it does not.
#
#    **Exercise.** Pass the mean of all the parameters through :math:`h`, not the first one. Which entries vanish now, and
#    what is the cosine?
#
# What clipping and Adam do with such a gradient: :doc:`plot_clipping_and_adam`. What becomes of the second derivatives:
# :doc:`plot_hessian`.
