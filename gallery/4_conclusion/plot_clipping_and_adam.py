r"""
Adam stands still after one wrong gradient, unless it was clipped
=================================================================

"This leads to poor search directions in the optimization for first order methods", says section 4
of :cite:t:`Johnson2023` about a gradient with one huge entry. Adam :cite:p:`Kingma2015` scales each
entry by itself. This page feeds it one spurious gradient, one that was clipped, and one NaN.
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
# Ten parameters get a gradient of ones for 100 steps. Then the first one, at 2, passes once through
# :math:`h_1`, the paper's :math:`h` with :math:`\epsilon = 10^{-8}`. Then all is well again for 200
# steps.

theta = torch.full([10], 2.0, dtype=torch.float64, requires_grad=True)
loss = functions.h1(theta[0], torch) + theta[1:].sum()
loss.backward()
spurious = theta.grad.numpy()
print("spurious:", spurious[:3], "...")

wrong_step = 100
streams = {name: np.ones((300, 10)) for name in ("true", "spurious", "clipped", "NaN")}
streams["spurious"][wrong_step] = spurious
streams["clipped"][:] = streams["spurious"]
for row in streams["clipped"]:
    theta.grad = torch.tensor(row)
    torch.nn.utils.clip_grad_norm_([theta], 1.0)
    row[:] = theta.grad
streams["NaN"][wrong_step, 0] = np.nan

# %%
# Adam divides each entry by a running root mean square of *that entry*. Its steps in units of the
# learning rate:


def adam_torch(gradients):
    """Return the step that Adam takes for each row."""
    theta = torch.zeros(gradients.shape[1], dtype=torch.float64)
    optimiser = torch.optim.Adam([theta], lr=1.0)
    path = [theta.numpy().copy()]
    for row in torch.tensor(gradients):
        theta.grad = row
        optimiser.step()
        path.append(theta.numpy().copy())
    return -np.diff(path, axis=0)


def adam_tensorflow(gradients):
    """Return the step that Adam takes for each row."""
    theta = tf.Variable(np.zeros(gradients.shape[1]))
    optimiser = tf.keras.optimizers.Adam(learning_rate=1.0)
    optimiser.build([theta])
    step = tf.function(lambda row: optimiser.apply_gradients([(row, theta)]))
    path = [theta.numpy()]
    for row in tf.constant(gradients):
        step(row)
        path.append(theta.numpy())
    return -np.diff(path, axis=0)


adam = {"torch": adam_torch, "tensorflow": adam_tensorflow}
steps = {}
print("gradient   later   framework   first entry  each other entry")
for stream, gradients in streams.items():
    for name in adam:
        steps[stream, name] = adam[name](gradients)
        for later in (0, 10, 199):
            first, other = steps[stream, name][wrong_step + later, :2]
            print(f"{stream:<11}{later:<8}{name:<12}{first:<13.3g}{other:.3g}")

# %%
# The nine other entries do not notice, to the last bit. The first one coasts for a while on the
# strength of one gradient, and then stands still. For how long? The rule itself in NumPy, which
# gives the steps of both frameworks, goes on. (It is closer to PyTorch: Keras rounds
# :math:`\beta_1` and :math:`\beta_2` to float32 in one place.)


def adam_rule(gradient, beta1=0.9, beta2=0.999, small=1e-8):
    """Return Adam's steps for one entry, from the recursion that defines it."""
    mean = square = 0.0
    step = np.empty(gradient.size)
    for t, g in enumerate(gradient.tolist(), start=1):
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g * g
        root = (square / (1 - beta2**t)) ** 0.5
        step[t - 1] = mean / (1 - beta1**t) / (root + small)
    return step


rule = {}
for stream in ("spurious", "clipped"):
    first = streams[stream][:, 0]
    rule[stream] = adam_rule(np.append(first, np.full(59_700, first[-1])))
apart = {}
for name in adam:
    apart[name] = np.abs(steps["spurious", name][:, 0] - rule["spurious"][:300]).max()
after = rule["spurious"][wrong_step:]
back = {share: np.flatnonzero(after < share).max() + 1 for share in (0.01, 0.1, 0.5)}
print(
    f"rule against PyTorch {apart['torch']:.1g}, TensorFlow {apart['tensorflow']:.1g}"
)
print("steps until 1%, 10% and 50% of the true step:", *back.values())

run = compare({"h1": functions.h1}, meant=functions.h, gamma=[0.0], base=2.0)
few = np.array([0, 1, 2, 4, 7, 12, 20, 30, 45, 65, 90, 130, 199])
later = np.arange(1, after.size + 1)
fig, axes = plots.side_by_side(run)
for ax, name in zip(axes, adam, strict=True):
    for stream, role, marker in (("spurious", "red", "o"), ("clipped", "meant", "s")):
        ink = plots.LIGHT[role]
        ax.loglog(later, rule[stream][wrong_step:], color=ink, label=f"{stream}, rule")
        drawn = steps[stream, name][wrong_step + few, 0]
        ax.plot(later[few], drawn, marker, color=ink, label=f"{stream}, framework")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(plots.power_of_ten)
    ax.set_xlabel("steps since the spurious gradient")
axes[0].set_ylabel("size of Adam's step / learning rate")
fig.legend(handles=axes[0].lines, loc="outside lower center", ncols=2, frameon=False)
plots.describe(
    fig,
    "Section 4, clipping and Adam",
    f"""Adam's step in the one entry that was wrong once, against the steps since. Without
    clipping it falls to {after.min():.2g} of the learning rate, and is back at
    half of it after {back[0.5]} steps. With clipping it is never below
    {plots.at_least(rule["clipped"][wrong_step:].min())}. Both frameworks follow the same rule.""",
    run,
    word=f"{back[0.5]} steps",
)
plt.show()

# %%
# Why
# ---
# One gradient entry :math:`G` puts :math:`(1 - \beta_2)\,G^2` into the second moment, which forgets
# by a factor :math:`\beta_2` a step. With gradients of 1 otherwise, the step after :math:`k` more
# of them is about
#
# .. math::
#
#    \frac{1}{\sqrt{1 + (1 - \beta_2)\,\beta_2^k\,G^2}},
#    \qquad\text{which is one half when}\quad
#    k = \frac{\ln\big((1 - \beta_2)\,G^2 / 3\big)}{-\ln \beta_2} .
#
# .. code-block:: pycon
#
#    >>> half = np.log(0.001 * spurious[0] ** 2 / 3) / -np.log(0.999)
#    >>> round(half.item(), -2), round(back[0.5].item(), -2)  # steps, by formula and by rule
#    (31600.0, 31600)
#    >>> for name in ("torch", "tensorflow"):  # after the NaN
#    ...     steps["NaN", name][-1, :3].round(3).tolist()
#    [nan, 1.0, 1.0]
#    [nan, 1.0, 1.0]
#
# .. admonition:: Take away
#    :class: note
#
#    - Adam turns the sentence round. The other entries keep their steps; the one with the large
#      derivative loses its own for tens of thousands of steps, while its gradient looks as it
#      should.
#    - Clipping first saves it, although :doc:`clipping alone <plot_clipping>` keeps the wrong
#      direction.
#    - A NaN is for good: clipping spreads it to every entry, Adam keeps it in one.
#
#    **Exercise.** In float32, with :math:`\epsilon = 10^{-20}`, the gradient is finite and its
#    square is not. What has each Adam made of it one step later?
#
# The same in the training of a network: :doc:`plot_training`.
