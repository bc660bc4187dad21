r"""
One wrong entry, and the whole gradient points elsewhere
========================================================

A gradient with one huge entry "points in the direction of the large derivative", says section 4 of
:cite:t:`Johnson2023`. Here one of 2, 10 or 1000 parameters passes through a removable singularity,
and the angle between the gradient and the true one is measured.
"""

from removable import functions, plots
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# A sum of squared residuals in 10 parameters. Every parameter starts at 2 and should go to 1; the
# first one is seen through the paper's :math:`h`, whose target is 3. Each residual is 1, and so is
# each entry of the true gradient: no direction is preferred. Here :math:`h` is typed as
# :math:`h_1`, with :math:`\epsilon = 10^{-8}`. The cosine of the angle to the true gradient:

theta = torch.full([10], 2.0, dtype=torch.float64, requires_grad=True)
loss = ((functions.h1(theta[0], torch) - 3) ** 2 + ((theta[1:] - 1) ** 2).sum()) / 2
loss.backward()
true = torch.ones(10, dtype=torch.float64)
lead = torch.nn.functional.cosine_similarity(theta.grad, true, dim=0).item()
print(f"first entry {theta.grad[0].item():.3g}, cosine {lead:.4f}")

# %%
# The first entry is :doc:`minus 1.2 billion <plot_vanishing_entries>`, and a step against this
# gradient goes uphill. Both frameworks, in more forms and from more starts:


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


forms = {"naive": functions.h, "epsilon": functions.h1, "simplified": functions.h_hat}
gradient = {"torch": gradient_torch, "tensorflow": gradient_tensorflow}


def start(gamma, parameters):
    """Put all parameters at 2, and the first one gamma beyond it; a row for each gamma."""
    theta = np.full((np.size(gamma), parameters), 2.0)
    theta[:, 0] += gamma
    return theta


# %%
# The cosine of the angle between a gradient and the true one is 1 if they agree, 0 if they are
# perpendicular, and negative if a step against the gradient goes uphill. The truth comes from exact
# arithmetic. In the code :term:`xp` is the module that computes.


def first_term(x, xp):
    """Return the part of the loss that depends on the first parameter."""
    return (functions.h(x, xp) - 3) ** 2 / 2


gamma = np.append(0.0, np.logspace(-17, -1, 161))
run = compare({"naive": first_term}, meant=first_term, gamma=gamma, base=2.0)
sizes = (2, 10, 1000)


def cosines(rows, truth):
    """Return the cosine of the angle between the gradients in each row."""
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(truth, axis=1)
    return (rows * truth).sum(axis=1) / lengths


cosine = {}
print("parameters  form        framework   lowest cosine  below 0.99 to  NaN samples")
for parameters in sizes:
    truth = np.ones((gamma.size, parameters))
    truth[:, 0] = run.meant[1]
    for form, program in forms.items():
        for name in gradient:
            rows = gradient[name](program, start(gamma, parameters))
            each = cosines(rows, truth)
            cosine[form, name, parameters] = each
            row = f"{parameters:<12}{form:<12}{name:<12}{np.nanmin(each):<15.4f}"
            out_to = gamma[each < 0.99].max(initial=0)
            print(f"{row}{out_to:<15.2g}{np.isnan(each).sum()}")

drawn = {
    ("simplified", 1000): ("-", "", "meant", "simplified, any number of parameters"),
    ("naive", 2): ("-", "v", "red", "naive, 2 parameters"),
    ("epsilon", 2): ("-", "o", "yellow", "epsilon, 2 parameters"),
    ("epsilon", 10): ("--", "s", "yellow", "epsilon, 10 parameters"),
    ("epsilon", 1000): (":", "^", "yellow", "epsilon, 1000 parameters"),
}
lost = gamma[np.isnan(cosine["naive", "torch", 2]) & (gamma > 0)]
hatched = {"facecolor": "none", "edgecolor": plots.LIGHT["red"], "hatch": "///"}
fig, axes = plots.side_by_side(run)
for ax, name in zip(axes, gradient, strict=True):
    for (form, parameters), (line, marker, role, label) in drawn.items():
        style = plots.dots(role, marker, size=6) | {"linestyle": line, "markevery": 12}
        ax.semilogx(gamma, cosine[form, name, parameters], label=label, **style)
    ax.axvspan(lost[0], lost[-1], lw=0, alpha=0.6, label="naive: NaN", **hatched)
    ax.set_xticks([1e-16, 1e-12, 1e-8, 1e-4, 1])
    plots.log_ticks(ax)
    ax.set_xlabel(r"$\gamma$")
axes[0].set_ylabel("cosine with the true gradient")
plots.legend(fig, columns=2)
lowest = {n: np.nanmin(cosine["epsilon", "torch", n]) for n in sizes}
of_naive = np.nanmin(cosine["naive", "torch", 2])
plots.describe(
    fig,
    "Section 4, the direction of a gradient",
    f"""Cosine between the computed and the true gradient against the distance from the
    singularity. Simplified: 1 everywhere. With an epsilon the cosine falls inside the
    perturbed zone, changes its sign and ends at {lowest[2]:.3f} in 2,
    {lowest[10]:.3f} in 10 and {lowest[1000]:.3f} in 1000 parameters. Naive: never below
    {plots.at_least(of_naive)}, but undefined in the hatched stretch
    where the gradient holds a NaN. Both frameworks draw the same curves.""",
    run,
    word=f"cos {lowest[2]:.2f}",
)
plt.show()

# %%
# Why
# ---
# With a first entry :math:`G` beside :math:`n - 1` entries of 1, and a true gradient of :math:`n`
# ones,
#
# .. math::
#
#    \cos = \frac{G + n - 1}{\sqrt{n}\,\sqrt{G^2 + n - 1}}
#    \;\longrightarrow\; \frac{\pm 1}{\sqrt{n}} \quad\text{as } G \to \pm\infty .
#
# The more parameters there are, the closer to a right angle. The :term:`naive` form reaches no more
# than :math:`G = 2`. :doc:`That is luck <plot_root_three>`.
#
# .. code-block:: pycon
#
#    >>> [round(cosine["epsilon", "torch", n][0], 4).item() for n in sizes]
#    [-0.7071, -0.3162, -0.0316]
#    >>> [round(-1 / n**0.5, 4) for n in sizes]
#    [-0.7071, -0.3162, -0.0316]
#
# .. admonition:: Take away
#    :class: note
#
#    - The sentence holds. One entry of size :math:`4/\epsilon` takes the direction.
#    - It may point uphill: an :math:`\epsilon` spoils the sign of the residual too.
#
#    **Exercise.** Pass the mean of all parameters through :math:`h`. Where does the gradient point?
#
# Clipping such a gradient: :doc:`plot_clipping`. The second derivatives: :doc:`plot_hessian`.
