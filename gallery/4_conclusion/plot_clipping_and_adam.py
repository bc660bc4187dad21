r"""
What clipping and Adam make of one wrong entry
==============================================

"This leads to poor search directions in the optimization for first order methods", says section 4 of
:cite:t:`Johnson2023` about a gradient with one huge entry. Few people take such a gradient as it is: they clip it, or
leave it to Adam. This page feeds one spurious gradient, and one NaN, to both.
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
# A loss of ten parameters, all equal to 2: :math:`h(\theta_1) + \theta_2 + \dots + \theta_{10}`. Its true gradient is ten
# ones. The *epsilon* form is :math:`h_1` with :math:`\epsilon = 10^{-8}`.

forms = {
    "naive": functions.h,
    "epsilon": partial(functions.h1, epsilon=1e-8, delta=1e-4),
    "simplified": functions.h_hat,
}


def gradient_torch(form):
    """Differentiate the loss at ten twos."""
    theta = torch.tensor(np.full(10, 2.0), requires_grad=True)
    (form(theta[0], torch) + theta[1:].sum()).backward()
    return theta.grad.numpy()


def gradient_tensorflow(form):
    """Differentiate the loss at ten twos."""
    theta = tf.constant(np.full(10, 2.0))
    with tf.GradientTape() as tape:
        tape.watch(theta)
        loss = form(theta[0], tf) + tf.reduce_sum(theta[1:])
    return tape.gradient(loss, theta).numpy()


run = compare(forms, meant=functions.h, gamma=[0.0], base=2.0)  # slopes, for the truth
rows = {form: (gradient_torch(p), gradient_tensorflow(p)) for form, p in forms.items()}
for form, both in rows.items():
    found = [f"{row[0]:.2g}, {row[1]:.2g}, {row[2]:.2g}, ..." for row in both]
    print(f"{form:<12}PyTorch {found[0]:<20}TensorFlow {found[1]}")

# %%
#
# .. code-block:: pycon
#
#    >>> [[row[:2].tolist() for row in rows[form]] for form in ("epsilon", "naive")]  # torch, tensorflow
#    [[[400000000.0, 1.0], [400000000.0, 1.0]], [[nan, 1.0], [nan, 1.0]]]
#    >>> [bool(row[0] == run.meant[1, 0]) for row in rows["simplified"]]
#    [True, True]
#
# Clipping by norm
# ----------------
# Clipping shortens a gradient and keeps its direction. What is left for the entries that were right?


def clip_torch(gradient):
    """Clip to norm 1."""
    theta = torch.zeros(gradient.size, dtype=torch.float64)
    theta.grad = torch.tensor(gradient)
    torch.nn.utils.clip_grad_norm_([theta], 1.0)
    return theta.grad.numpy()


def clip_tensorflow(gradient):
    """Clip to norm 1."""
    (clipped,), _ = tf.clip_by_global_norm([tf.constant(gradient)], 1.0)
    return clipped.numpy()


gradients = {form: row for form, (row, _) in rows.items()}
gradients["infinite"] = np.append(np.inf, np.ones(9))
clipped = {}
print("            first entry            each other entry")
print(f"{'gradient':<12}" + "PyTorch    TensorFlow  " + "PyTorch    TensorFlow")
for form, row in gradients.items():
    clipped[form] = clip_torch(row), clip_tensorflow(row)
    cells = [f"{c[k]:<11.3g}" for k in (0, 1) for c in clipped[form]]
    print(f"{form:<12}{cells[0]}{cells[1]} {cells[2]}{cells[3].rstrip()}")
left = [clipped["epsilon"][k][1] / clipped["simplified"][k][1] for k in (0, 1)]
print(f"left of the others: {left[0]:.2g} and {left[1]:.2g}")

# %%
# The spurious entry takes the whole step. A NaN in one entry becomes a NaN in all ten. On an infinite entry the frameworks
# disagree: PyTorch multiplies by a factor of zero, TensorFlow gives up the whole gradient.
#
# .. code-block:: pycon
#
#    >>> [bool(1e-9 < part < 1e-8) for part in left]
#    [True, True]
#    >>> {form: [int(np.isnan(c).sum()) for c in clipped[form]] for form in ("naive", "infinite")}
#    {'naive': [10, 10], 'infinite': [1, 10]}
#
# Adam
# ----
# Adam divides each entry by a running root mean square of *that entry*. It gets 300 gradients, all of them true but for
# number 100: spurious, spurious and clipped, or with the NaN. Its steps in units of the learning rate:


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


at = 100
streams = {name: np.ones((300, 10)) for name in ("true", "spurious", "clipped", "NaN")}
streams["spurious"][at] = gradients["epsilon"]
streams["clipped"] = np.array([clip_torch(row) for row in streams["spurious"]])
streams["NaN"][at] = gradients["naive"]
steps = {name: (adam_torch(s), adam_tensorflow(s)) for name, s in streams.items()}
print("                   first entry            each other entry")
print("gradient   later   " + "PyTorch    TensorFlow  " + "PyTorch    TensorFlow")
for name in ("spurious", "clipped", "NaN"):
    for later in (0, 10, 199):
        cells = [f"{s[at + later, k]:<11.3g}" for k in (0, 1) for s in steps[name]]
        print(f"{name:<11}{later:<8}{cells[0]}{cells[1]} {cells[2]}{cells[3].rstrip()}")

# %%
# The nine other entries do not notice, to the last bit. The first one coasts for a while on the strength of one gradient,
# and then stands still. For how long? The rule itself in NumPy, which gives the steps of both frameworks, goes on. (It is
# closer to PyTorch: Keras rounds :math:`\beta_1` and :math:`\beta_2` to float32 in one place.)


def adam_rule(gradient, beta1=0.9, beta2=0.999, small=1e-8):
    """Return Adam's steps for one entry, from the recursion that defines it."""
    m = v = 0.0
    step = np.empty(gradient.size)
    for t, g in enumerate(gradient.tolist(), start=1):
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        step[t - 1] = m / (1 - beta1**t) / ((v / (1 - beta2**t)) ** 0.5 + small)
    return step


taken = {}
for name in ("spurious", "clipped"):
    first = streams[name][:, 0]
    taken[name] = adam_rule(np.append(first, np.full(59_700, first[-1])))
after, after_clipping = (taken[name][at:] for name in ("spurious", "clipped"))
apart = [np.abs(s[:, 0] - taken["spurious"][:300]).max() for s in steps["spurious"]]
back = {part: np.flatnonzero(after < part).max() + 1 for part in (0.01, 0.1, 0.5)}
print(f"rule against PyTorch {apart[0]:.1g}, against TensorFlow {apart[1]:.1g}")
print("steps until 1%, 10% and 50% of the true step:", *back.values())

later = np.arange(1, after.size + 1)
few = [0, 1, 2, 4, 7, 12, 20, 30, 45, 65, 90, 130, 199]
fig, axes = plots.side_by_side(run)
for ax, k in zip(axes, (0, 1), strict=True):
    for name, role, marker in (("spurious", "red", "o"), ("clipped", "meant", "s")):
        ink = plots.LIGHT[role]
        ax.plot(later, taken[name][at:], color=ink, label=f"{name}, rule")
        framework = steps[name][k][at:, 0][few]
        ax.plot(later[few], framework, marker, color=ink, label=f"{name}, framework")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.xaxis.set_major_formatter(plots.power_of_ten)
    ax.yaxis.set_major_formatter(plots.power_of_ten)
    ax.set_xlabel("steps since the spurious gradient")
axes[0].set_ylabel("size of Adam's step / learning rate")
fig.legend(handles=axes[0].lines, loc="outside lower center", ncols=2, frameon=False)
plots.describe(
    fig,
    "Section 4, clipping and Adam",
    f"""Adam's step in the one entry that was wrong once, against the steps since. Without
    clipping it falls to {after.min():.2g} of the learning rate, and is back at
    half of it after {back[0.5]} steps. With clipping it is never below
    {plots.at_least(after_clipping.min())}. Both frameworks follow the same rule.""",
    run,
)
plt.show()

# %%
# Why
# ---
# One gradient entry :math:`G` puts :math:`(1 - \beta_2)\,G^2` into the second moment, which forgets by a factor
# :math:`\beta_2` a step. With gradients of 1 otherwise, the step after :math:`k` more of them is about
#
# .. math::
#
#    \frac{1}{\sqrt{1 + (1 - \beta_2)\,\beta_2^k\,G^2}},
#    \qquad\text{which is one half when}\quad
#    k = \frac{\ln\big((1 - \beta_2)\,G^2 / 3\big)}{-\ln \beta_2} .
#
# .. code-block:: pycon
#
#    >>> half = np.log(0.001 * 4e8**2 / 3) / -np.log(0.999)
#    >>> [np.array_equal(steps["spurious"][k][:, 1:], steps["true"][k][:, 1:]) for k in (0, 1)]  # torch, tensorflow
#    [True, True]
#    >>> bool(apart[0] < 1e-9), bool(apart[1] < 1e-4), bool(abs(back[0.5] - half) < 10), bool(back[0.01] > 10_000)
#    (True, True, True, True)
#    >>> [bool(s[at:, 0].min() > 0.5) for s in steps["clipped"]]
#    [True, True]
#    >>> [(bool(np.isnan(s[at:, 0]).all()), bool(np.isnan(s[:, 1:]).any())) for s in steps["NaN"]]
#    [(True, False), (True, False)]
#
# .. note::
#
#    **Take away**
#
#    - Clipping by norm keeps the wrong direction: the sentence holds for it as it does for plain gradient descent.
#    - Adam turns the sentence round. The other entries keep their steps; the one with the large derivative loses its own for
#      tens of thousands of steps, while its gradient looks as it should. Clipping first saves it.
#    - A NaN is for good: clipping spreads it to every entry, Adam keeps it in one.
#
#    **Exercise.** In float32, with :math:`\epsilon = 10^{-20}`, the gradient is finite and its square is not. What has each
#    Adam made of it one step later?
#
# Where such a gradient points: :doc:`plot_gradient_direction`.
