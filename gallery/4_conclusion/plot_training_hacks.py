r"""
Training: which hack gets away depends on the optimiser
=======================================================

Section 4 of :cite:t:`Johnson2023` asks what an erroneously large derivative will do when "training
neural networks". The answer depends on the optimiser. Gradient descent throws the parameters away.
Clipping saves one hack and not the other. Of all forms, two train with every optimiser.
"""

from removable import frameworks, plots
from removable.problems import box_cox

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The network is that of :doc:`the page on Adam <plot_training>`. Its first layer is
# :math:`(x^\lambda - 1)/\lambda`, and :math:`\lambda` begins at 0. Here an :math:`\epsilon` of 1e-8
# is added to the denominator, and gradient descent takes one step.

x, y, start = box_cox.data()  # 512 samples to train on, 512 to test
weights = [torch.tensor(w, requires_grad=True) for w in start]
lam, w1, b1, w2, b2 = weights
features = (torch.tensor(x[:512]) ** lam - 1) / (lam + 1e-8)
prediction = torch.tanh(features @ w1 + b1) @ w2 + b2
loss = torch.mean((prediction - torch.tensor(y[:512])) ** 2)
loss.backward()
torch.optim.SGD(weights, lr=0.1).step()
print("lambda after one step:", lam.tolist())

# %%
# The true gradient would have moved each by less than a hundredth. With such a :math:`\lambda`,
# :math:`x^\lambda` overflows, and the next step makes every weight NaN.
#
# Two optimisers
# --------------
# Gradient descent, and the same with gradients clipped to length 1: 300 steps, and the error on
# samples kept aside.


def train_torch(layer, clip):
    """Return the loss by step, and the weights."""
    weights = [torch.tensor(w, requires_grad=True) for w in start]
    optimiser = torch.optim.SGD(weights, lr=0.1)
    data = torch.tensor(x[:512]), torch.tensor(y[:512])
    losses = []
    for _ in range(300):
        optimiser.zero_grad()
        loss = torch.mean(box_cox.residual(weights, layer, *data, torch) ** 2)
        loss.backward()
        losses.append(loss.item())
        if clip:
            torch.nn.utils.clip_grad_norm_(weights, clip)
        optimiser.step()
        if np.isnan(losses[-1]):
            break
    return losses, [w.detach().numpy() for w in weights]


def train_tensorflow(layer, clip):
    """Return the loss by step, and the weights."""
    weights = [tf.Variable(w) for w in start]
    optimiser = tf.keras.optimizers.SGD(0.1, global_clipnorm=clip)
    optimiser.build(weights)
    data = tf.constant(x[:512]), tf.constant(y[:512])

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(box_cox.residual(weights, layer, *data, tf) ** 2)
        gradient = tape.gradient(loss, weights)
        optimiser.apply_gradients(zip(gradient, weights, strict=True))
        return loss

    graph = step.get_concrete_function()  # a graph, made once; not XLA
    losses = []
    for _ in range(300):
        losses.append(graph().numpy().item())
        if np.isnan(losses[-1]):
            break
    return losses, [w.numpy() for w in weights]


torch.set_num_threads(1)  # a second one only waits, with matrices as small as these
forms = box_cox.forms()
names = {"torch": train_torch, "tensorflow": train_tensorflow}
methods = {"descent": None, "clipped": 1.0}
losses = {}
weights = {}
test = {}
print("form         framework  descent   clipped")
for form, layer in forms.items():
    for name, train in names.items():
        for method, clip in methods.items():
            key = form, name, method
            losses[key], weights[key] = train(layer, clip)
            test[key] = box_cox.error(weights[key], layer, x[512:], y[512:])
        descent = test[form, name, "descent"]
        clipped = test[form, name, "clipped"]
        print(f"{form:<13}{name:<11}{descent:<10.3g}{clipped:.3g}")

# %%
# Why 1e-3 fails where 1e-8 gets away
# -----------------------------------
# Clipping throws the bad length away, and 1e-8 then trains nearly as well as the simplified form.
# 1e-3 does not: the pole at :math:`-\epsilon` is a wall, and a :math:`\lambda` stays behind it.
# *Shifted*, which adds 1e-3 to :math:`\lambda` in exponent and denominator, only
# :doc:`moves the singular point <plot_shifted_parameter>` to -0.001. It does as well as simplifying
# where training does not meet that point.

versions = frameworks.versions(names)
fig, axes = plots.row(list(versions.values()))
for ax, name in zip(axes, names, strict=True):
    for (role, marker), form in zip(plots.FORM_STYLE, forms, strict=True):
        loss = np.nan_to_num(losses[form, name, "clipped"], nan=1.0)
        style = plots.dots(role, marker) | {"linestyle": "-"}
        ax.semilogy(loss, label=form, markevery=40, **style)
    ax.set_xlabel("step of clipped gradient descent")
axes[0].set_ylabel("loss (mean squared error)")
axes[0].yaxis.set_major_formatter(plots.power_of_ten)
plots.legend(fig)
simplified = test["simplified", "torch", "clipped"]
ratio = {}
for form in ("epsilon 1e-8", "epsilon 1e-3"):
    ratio[form] = test[form, "torch", "clipped"] / simplified
plots.describe(
    fig,
    "Section 4, training with clipping",
    f"""Loss against the step of clipped gradient descent. Naive: NaN at once. After 300
    steps the test error of epsilon 1e-8 is {ratio["epsilon 1e-8"]:.2f} times that of the
    simplified form in PyTorch, that of epsilon 1e-3 {ratio["epsilon 1e-3"]:.1f} times. The
    shifted form and the remedy fall as the simplified form does.""",
    versions,
    word=f"{ratio['epsilon 1e-3']:.1f} times",
)
plt.show()

# %%
# The fourth step of descent ends next to the singular point; how near depends on the last bits. So
# the column *descent* depends on the processor: we have seen the simplified error in one row, and
# thirty times that.
#
# .. code-block:: pycon
#
#    >>> [len(losses["epsilon 1e-8", name, "descent"]) for name in names]  # steps until NaN
#    [2, 2]
#    >>> [int(sum(np.isnan(w).sum() for w in weights["naive", name, "descent"])) for name in names]
#    [84, 84]
#    >>> for form in ("epsilon 1e-8", "simplified", "epsilon 1e-3"):  # sign of the second lambda
#    ...     [np.sign(weights[form, name, "clipped"][0][1]).item() for name in names]
#    [1.0, 1.0]
#    [1.0, 1.0]
#    [-1.0, -1.0]
#
# .. admonition:: Take away
#    :class: note
#
#    - Which hack does harm depends on the optimiser, and nothing in the log tells.
#    - An :math:`\epsilon` is a wall for the parameter. The larger one is the worse.
#
#    **Exercise.** Clip to length 0.01. Which of the forms train now?
#
# Clipping by itself: :doc:`plot_clipping`. The same forms under Adam: :doc:`plot_training`.
