r"""
One wrong entry, and all others vanish beside it
================================================

"A large value of the derivative in one entry of a gradient causes all of the other entries to
vanish (comparatively)", says section 4 of :cite:t:`Johnson2023`. Here one of 3 or 1000 parameters
passes through a removable singularity, as typed, with an epsilon and simplified.
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
# A sum of squared residuals. Every parameter starts at 2 and should go to 1; the first one is seen
# through the paper's :math:`h`, whose target is 3. Each residual is 1, and so is each entry of the
# true gradient. Here :math:`h` is typed as :math:`h_1`, with :math:`\epsilon = 10^{-8}`.

theta = torch.tensor([2.0, 2.0, 2.0], dtype=torch.float64, requires_grad=True)
loss = ((functions.h1(theta[0], torch) - 3) ** 2 + ((theta[1:] - 1) ** 2).sum()) / 2
loss.backward()
print(theta.grad.tolist())

# %%
# The first entry is minus 1.2 billion. Both frameworks, in more forms and from more starts:


def gradient_torch(form, start):
    """Differentiate the loss in PyTorch."""
    theta = torch.tensor(start, requires_grad=True)
    loss = (form(theta[0], torch) - 3) ** 2 + ((theta[1:] - 1) ** 2).sum()
    (loss / 2).backward()
    return theta.grad.numpy()


def gradient_tensorflow(form, start):
    """Differentiate the loss in TensorFlow."""
    theta = tf.constant(start)
    with tf.GradientTape() as tape:
        tape.watch(theta)
        loss = (form(theta[0], tf) - 3) ** 2 + tf.reduce_sum((theta[1:] - 1) ** 2)
        loss = loss / 2
    return tape.gradient(loss, theta).numpy()


def start(gamma, parameters):
    """Put all parameters at 2, and the first one gamma beyond it."""
    theta = np.full(parameters, 2.0)
    theta[0] += gamma
    return theta


forms = {"naive": functions.h, "epsilon": functions.h1, "simplified": functions.h_hat}
gradient = {"torch": gradient_torch, "tensorflow": gradient_tensorflow}
offsets = np.array([1e-3, 1e-5, 1e-7, 1e-9, 0.0, -1e-9])
print("gradient in 3 parameters; the true one is 1 + gamma, 1, 1")
print(f"{'form':<12}{'gamma':<10}{'PyTorch':<24}TensorFlow")
for form, program in forms.items():
    for gamma in offsets:
        in_torch = gradient_torch(program, start(gamma, 3))
        in_tensorflow = gradient_tensorflow(program, start(gamma, 3))
        first = "{:.4g} {:.4g} {:.4g}".format(*in_torch)
        second = "{:.4g} {:.4g} {:.4g}".format(*in_tensorflow)
        print(f"{form:<12}{gamma:<10g}{first:<24}{second}")

# %%
# The sign is wrong as well: at 2 :math:`h_1` is 0, and the residual is :math:`-3` instead of 1.
#
# What is left of the others
# --------------------------
# The share that the 999 right entries of 1000 have in the length of the gradient:


def share_of_others(rows):
    """Return the length of all entries but the first, over that of all."""
    return np.linalg.norm(rows[1:]) / np.linalg.norm(rows)


gammas = np.logspace(-17, -1, 81)
shares = {}
for form, program in forms.items():
    for name in gradient:
        rows = [gradient[name](program, start(gamma, 1000)) for gamma in gammas]
        shares[form, name] = np.array([share_of_others(row) for row in rows])
far_off = share_of_others(gradient_torch(functions.h1, start(0.1, 1000)))
at_2 = share_of_others(gradient_torch(functions.h1, start(0.0, 1000)))
print(f"share of the 999 other entries: {far_off:.3g} far off, {at_2:.2g} at 2")

run = compare({"naive": functions.h}, meant=functions.h_hat, gamma=gammas, base=2.0)
fig, axes = plots.side_by_side(run)
for ax, name in zip(axes, gradient, strict=True):
    for (role, marker), form in zip(plots.FORM_STYLE, forms, strict=False):
        style = plots.dots(role, marker, size=4)
        ax.loglog(gammas, shares[form, name], label=form, **style)
    ax.set_xticks([1e-16, 1e-12, 1e-8, 1e-4, 1])
    plots.log_ticks(ax)
    ax.set_xlabel(r"$\gamma$")
axes[0].set_ylabel("share of 999 other entries")
plots.legend(fig)
least = np.nanmin(shares["epsilon", "torch"])
of_naive = np.nanmin(shares["naive", "torch"])
of_simplified = shares["simplified", "torch"].min()
plots.describe(
    fig,
    "Section 4, the other entries of a gradient",
    f"""The share of 999 right entries in the length of a gradient of 1000, against the
    distance of the first parameter from the singularity. With an epsilon it falls to
    {least:.1e}. Naive, where it is a number, it is never below {plots.at_least(of_naive)}.
    Simplified: never below {plots.at_least(of_simplified)}. Both frameworks draw the same
    curves.""",
    run,
    word=f"share {least:.0e}",
)
plt.show()

# %%
# Why
# ---
# At 2 the slope of :math:`h_1` is :math:`4/\epsilon`, and the residual is :math:`-3`: the first
# entry is :math:`G = -12/\epsilon`. Beside :math:`n - 1` entries of 1 their share is
#
# .. math::
#
#    \frac{\sqrt{n - 1}}{\sqrt{G^2 + n - 1}} \approx \frac{\epsilon \sqrt{n}}{12} .
#
# .. code-block:: pycon
#
#    >>> [f(forms["epsilon"], start(0.0, 3)).tolist() for f in gradient.values()]
#    [[-1200000000.0, 1.0, 1.0], [-1200000000.0, 1.0, 1.0]]
#    >>> f"{far_off:.2g}", f"{at_2:.2g}"
#    ('1', '2.6e-08')
#    >>> f"{1e-8 * 1000**0.5 / 12:.2g}"
#    '2.6e-08'
#
# .. admonition:: Take away
#    :class: note
#
#    - The sentence holds. The other entries are right, and eight orders of magnitude down.
#    - The simplified form has no such entry, at any distance.
#
#    **Exercise.** Pass the mean of all parameters through :math:`h`. Which entries vanish now?
#
# Where such a gradient points: :doc:`plot_gradient_direction`.
