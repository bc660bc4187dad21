r"""
Training: one bad gradient, and Adam remembers it
=================================================

Section 4 of :cite:t:`Johnson2023` asks to "consider what an erroneously large derivative (that
blows up) will do when [...] training neural networks". Here a small one is trained by PyTorch and
by TensorFlow, from the same weights on the same data, with its first layer spelt in six ways. One
spelling has a single bad gradient in 300, and five times the test error.
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
# The transform of :cite:t:`BoxCox1964` straightens skewed, positive numbers:
# :math:`(x^\lambda - 1)/\lambda`. Here three features learn a :math:`\lambda` each. The usual first
# guess is the logarithm, the limit for :math:`\lambda = 0`: a removable singularity. All is in
# single precision, as training mostly is.

x, y, start = box_cox.data()  # 512 samples to train on, 512 to test
weights = [torch.tensor(w, requires_grad=True) for w in start]
lam, w1, b1, w2, b2 = weights
features = (torch.tensor(x[:512]) ** lam - 1) / lam
prediction = torch.tanh(features @ w1 + b1) @ w2 + b2
loss = torch.mean((prediction - torch.tensor(y[:512])) ** 2)
loss.backward()
torch.optim.SGD(weights, lr=0.1).step()
lost = sum(int(torch.isnan(w).sum()) for w in weights)
total = sum(w.numel() for w in weights)
print(f"loss {loss.item()}, {lost} of {total} weights NaN")

# %%
# One step, with all of the data, and not a single weight is left. The other forms: *epsilon* is
# added to the denominator, as most people do. *Shifted*: it is added to :math:`\lambda` itself, so
# that exponent and denominator agree. *Simplified*: with :math:`\ell = \log x`, the transform is
# :math:`\ell \int_0^1 e^{\sigma\lambda\ell}\,d\sigma`, and :term:`Gauss's rule` takes the average.
# *Remedy* is the :term:`naive` form, continued to :math:`\lambda = 0`. Each is trained for 300
# steps of Adam :cite:p:`Kingma2015`.

forms = box_cox.forms()


def train_torch(layer):
    """Return loss and length of each gradient by step, and the weights."""
    weights = [torch.tensor(w, requires_grad=True) for w in start]
    optimiser = torch.optim.Adam(weights, lr=0.01)
    data = torch.tensor(x[:512]), torch.tensor(y[:512])
    log = []
    for _ in range(300):
        optimiser.zero_grad()
        loss = torch.mean(box_cox.residual(weights, layer, *data, torch) ** 2)
        loss.backward()
        lengths = [w.grad.norm().item() for w in weights]
        log.append([loss.item(), *lengths])
        optimiser.step()
        if np.isnan(loss.item()):
            break
    return np.array(log), [w.detach().numpy() for w in weights]


def train_tensorflow(layer):
    """Return loss and length of each gradient by step, and the weights."""
    weights = [tf.Variable(w) for w in start]
    optimiser = tf.keras.optimizers.Adam(0.01, epsilon=1e-8)
    optimiser.build(weights)
    data = tf.constant(x[:512]), tf.constant(y[:512])

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(box_cox.residual(weights, layer, *data, tf) ** 2)
        gradient = tape.gradient(loss, weights)
        optimiser.apply_gradients(zip(gradient, weights, strict=True))
        return tf.stack([loss, *map(tf.norm, gradient)])

    graph = step.get_concrete_function()  # a graph, made once; not XLA
    log = []
    for _ in range(300):
        log.append(graph().numpy())
        if np.isnan(log[-1][0]):
            break
    return np.array(log), [w.numpy() for w in weights]


# %%
# The table has the length of the first gradient by :math:`\lambda` and by ``w1``, and in the column
# *Adam* the test error after 300 steps. *Apart* is the largest relative difference between the
# losses in TensorFlow and in PyTorch.

torch.set_num_threads(1)  # a second one only waits, with matrices as small as these
names = {"torch": train_torch, "tensorflow": train_tensorflow}
log = {}
weights = {}
test = {}
apart = {}
print("form          framework   d/d lambda  d/d w1  Adam      apart")
for form, layer in forms.items():
    for name, train in names.items():
        log[form, name], weights[form, name] = train(layer)
        test[form, name] = box_cox.error(weights[form, name], layer, x[512:], y[512:])
        losses = log[form, name][:, 0]
        apart[form] = np.abs(losses / log[form, "torch"][:, 0] - 1).max()
        _, by_lambda, by_w1, *_ = log[form, name][0]
        row = f"{form:<14}{name:<12}{by_lambda:<12.3g}{by_w1:<8.3g}"
        print(f"{row}{test[form, name]:<10.3g}{apart[form]:.1g}")

versions = frameworks.versions(names)
fig, axes = plots.row(list(versions.values()))
for ax, name in zip(axes, names, strict=True):
    for i, form in enumerate(forms):
        loss = np.nan_to_num(log[form, name][:, 0], nan=1.0)
        style = plots.dots(*plots.FORM_STYLE[i], size=6) | {"linestyle": "-"}
        ax.semilogy(loss, label=form, markevery=(8 * i, 40), **style)
    ink = {"color": plots.LIGHT["ink"]}
    ax.annotate("NaN", (6, 0.9), **ink)
    for form, who in {
        "epsilon 1e-8": "both epsilons",
        "remedy": "the other three",
    }.items():
        ax.annotate(who, (160, 1.3 * log[form, name][160, 0]), **ink)
    ax.set_xlabel("step of Adam")
axes[0].set_ylabel("loss (mean squared error)")
axes[0].yaxis.set_major_formatter(plots.power_of_ten)
plots.legend(fig)
ratio = [test["epsilon 1e-8", name] / test["simplified", name] for name in names]
plots.describe(
    fig,
    "Section 4, training",
    f"""Loss against the step, trained with Adam. Naive: NaN at once. Both epsilon forms
    fall alike, the simplified form and the remedy fall alike and much faster. After 300
    steps the test error of epsilon 1e-8 is {ratio[0]:.1f} times that of the simplified
    form in PyTorch, {ratio[1]:.1f} times in TensorFlow.""",
    versions,
    word=f"{ratio[0]:.0f} times",
)
plt.show()

# %%
# Why one bad gradient lasts
# --------------------------
# At :math:`\lambda = 0` the epsilon form is 0 for every sample, so both weight matrices have
# gradient 0, and :math:`\lambda` has one, :math:`G`, of size :math:`1/\epsilon`. Adam divides means
# of gradient and squared gradient. :math:`G` cancels but for its sign: :math:`\lambda` goes where
# :doc:`Adam's constants say <plot_resting_place>`, whatever the data, and stays there until the
# mean of squares, which forgets a thousandth a step, is that of a usual gradient.

for name in names:
    ends = [weights[form, name][0] for form in ("epsilon 1e-8", "simplified")]
    print(f"lambda, {name:<11}", *ends)
bad = log["epsilon 1e-8", "torch"][0, 1]
usual = log["simplified", "torch"][0, 1]
steps = np.log(1000 * (usual / bad) ** 2) / np.log(0.999)
print(f"for the next {steps:.0f} steps")

# %%
# .. code-block:: pycon
#
#    >>> [f"{times:.0f}" for times in ratio], f"{steps / 1000:.0f} thousand"
#    (['5', '5'], '34 thousand')
#    >>> [f"{abs(weights['epsilon 1e-8', name][0][0]):.4f}" for name in names]
#    ['0.0601', '0.0601']
#    >>> [log["epsilon 1e-8", name][0, [2, 4]].tolist() for name in names]  # first gradient: w1, w2
#    [[0.0, 0.0], [0.0, 0.0]]
#
# .. admonition:: Take away
#    :class: note
#
#    - One bad gradient is enough. It gets into the memory of the optimiser, and stays there.
#    - No NaN, a loss that falls: nothing in the log says that one layer has stopped.
#
#    **Exercise.** Train for 3000 steps. How much does the rest of the network make up for?
#
# Other optimisers: :doc:`plot_training_hacks`. Adam alone: :doc:`plot_clipping_and_adam`.
