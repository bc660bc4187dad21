r"""
Training: one bad gradient, and Adam remembers it
=================================================

Section 4 of :cite:t:`Johnson2023` asks to "consider what an erroneously large derivative (that blows up) will do when [...]
training neural networks". Here a small one is trained by PyTorch and by TensorFlow, from the same weights on the same data,
with its first layer spelt in six ways. One spelling has a single bad gradient in 300, and five times the test error.
"""

from functools import partial

from removable import gamma_grid, plots, repair
from removable.functions import elementary
from removable.remedy import gauss
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The transform of :cite:t:`BoxCox1964` straightens skewed, positive numbers: :math:`(x^\lambda - 1)/\lambda`, which goes to
# :math:`\log x` where :math:`\lambda` goes to 0. Here three features learn a :math:`\lambda` each. The usual first guess is the
# logarithm, :math:`\lambda = 0`: a removable singularity. All is in single precision, as training mostly is.


def naive(x, lam, xp, shift=0.0, epsilon=0.0):
    """Transform x as the definition has it; ``shift`` and ``epsilon`` are for later."""
    lam = lam + shift
    return (x**lam - 1) / (lam + epsilon)


def residual(weights, layer, x, y, xp):
    """Transform the features, apply one hidden layer, subtract the target."""
    lam, w1, b1, w2, b2 = weights
    return xp.tanh(layer(x, lam, xp) @ w1 + b1) @ w2 + b2 - y


rng = np.random.default_rng(0)
x = np.exp(rng.normal(size=(1024, 3)))
y = np.log(x[:, :1]) / 2 + 0.7 * np.sqrt(x[:, 1:2]) - 0.15 * x[:, 2:] - 0.7
y = np.tanh(y) + 0.02 * rng.normal(size=y.shape)
w1, w2 = 0.3 * rng.normal(size=(3, 16)), 0.3 * rng.normal(size=(16, 1))
start = np.zeros(3), w1, np.zeros(16), w2, np.zeros(1)
x, y, *start = (v.astype(np.float32) for v in (x, y, *start))


def train_torch(layer, method):
    """Train for 300 steps; return loss and length of each gradient by step, weights."""
    weights, log = [torch.tensor(w, requires_grad=True) for w in start], []
    data = torch.tensor(x[:512]), torch.tensor(y[:512])
    optimiser = torch.optim.SGD(weights, lr=0.1)
    if method == "Adam":
        optimiser = torch.optim.Adam(weights, lr=0.01)
    while len(log) < 300 and not (log and np.isnan(log[-1][0])):
        optimiser.zero_grad()
        loss = torch.mean(residual(weights, layer, *data, torch) ** 2)
        loss.backward()
        log.append([loss.item()] + [w.grad.norm().item() for w in weights])
        if method == "clipped":
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
    return np.array(log), [w.detach().numpy() for w in weights]


def train_tensorflow(layer, method):
    """Train for 300 steps; return loss and length of each gradient by step, weights."""
    weights, log = [tf.Variable(w) for w in start], []
    data = tf.constant(x[:512]), tf.constant(y[:512])
    clip = 1.0 if method == "clipped" else None
    optimiser = tf.keras.optimizers.SGD(0.1, global_clipnorm=clip)
    if method == "Adam":
        optimiser = tf.keras.optimizers.Adam(0.01, epsilon=1e-8)
    optimiser.build(weights)

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(residual(weights, layer, *data, tf) ** 2)
        gradient = tape.gradient(loss, weights)
        optimiser.apply_gradients(zip(gradient, weights, strict=True))
        return tf.stack([loss, *map(tf.norm, gradient)])

    graph = step.get_concrete_function()  # a graph, made once; not XLA
    while len(log) < 300 and not (log and np.isnan(log[-1][0])):
        log.append(graph().numpy())
    return np.array(log), [w.numpy() for w in weights]


torch.set_num_threads(1)  # a second one only waits, with matrices as small as these
names = {"torch": train_torch, "tensorflow": train_tensorflow}
broken = {n: train(naive, "descent") for n, train in names.items()}
for n, (log, weights) in broken.items():
    lost = sum(np.isnan(w).sum() for w in weights)
    print(f"{n}: loss {log[-1, 0]}, {lost} of {sum(w.size for w in start)} weights NaN")

# %%
# One step, with all of the data, and not a single weight is left.
#
# The other forms
# ---------------
# *Epsilon* is added to the denominator, as most people do. *Shifted*: it is added to :math:`\lambda` itself, so that
# exponent and denominator agree. *Simplified*: with :math:`\ell = \log x`, the transform is
# :math:`\ell \int_0^1 e^{\sigma\lambda\ell}\,d\sigma`, and Gauss's rule with eight nodes :math:`\sigma` takes the average.
# *Remedy* is the naive form, continued by the package to :math:`\lambda = 0`. It finds a radius by itself; given one, it is faster.


def simplified(x, lam, xp):
    """Average x ** (s * lam) over eight nodes s instead of dividing by lam."""
    log_x = elementary(xp).log(x)
    return log_x * sum(w * xp.exp(s * (lam * log_x)) for s, w in gauss.rule(1))


def at_3(layer):
    """Make the transform of 3 a program of lambda alone."""
    return lambda lam, xp: layer(3 * xp.ones_like(lam), lam, xp)


forms = {"naive": naive, "epsilon 1e-8": partial(naive, epsilon=1e-8)}
forms |= {"simplified": simplified, "epsilon 1e-3": partial(naive, epsilon=1e-3)}
forms["shifted 1e-3"] = partial(naive, shift=1e-3)
repaired = repair(lambda lam, x: (x**lam - 1) / lam, at=0.0, radius=0.25)
forms["remedy"] = lambda x, lam, xp: repaired(lam, x)
curves, gamma = {f: at_3(layer) for f, layer in forms.items()}, gamma_grid(101)
run = compare(curves, meant=at_3(naive), gamma=gamma, dtype="float32")
print("slope of the transform of 3 with respect to lambda\n" + run.table(1))
double = compare({"naive": at_3(naive)}, meant=at_3(naive), gamma=run.gamma)
print("and in double precision\n" + double.table(1))
shift = {"shifted 1e-3": curves["shifted 1e-3"]}
moved = compare(shift, meant=at_3(naive), gamma=gamma, base=-1e-3, dtype="float32")
print("and around -0.001\n" + moved.table(1))

# %%
# Now train them all: by gradient descent; by the same with gradients clipped to length 1, as is often done; by Adam
# :cite:p:`Kingma2015`. The table has two parts of the very first gradient, the errors on 512 samples kept aside, and
# under Adam, how far the losses of a framework are from PyTorch's, relative, at most.

methods, test, apart = ("descent", "clipped", "Adam"), {}, {}
runs = {(f, n, m): names[n](forms[f], m) for f in forms for n in names for m in methods}
row = "{:<13}{:<11}{:<11.3g}{:<8.3g}{:<10.3g}{:<9.3g}{:<10.3g}{:.1g}"
print("form         framework  d/d lambda d/d w1  descent   clipped  Adam      apart")
for (f, n, method), (log, weights) in runs.items():
    with np.errstate(all="ignore"):
        left = residual(weights, forms[f], x[512:], y[512:], np)
    test[f, n, method] = np.mean(left**2).item()
    if method == "Adam":
        apart[f] = np.abs(log[:, 0] / runs[f, "torch", "Adam"][0][:, 0] - 1).max()
        errors = [test[f, n, each] for each in methods]
        print(row.format(f, n, *log[0, 1:3], *errors, apart[f]))

fig, axes = plots.side_by_side(run)
for ax, n in zip(axes, names, strict=True):
    for i, ((role, marker), f) in enumerate(zip(plots.FORM_STYLE, forms, strict=True)):
        loss = np.nan_to_num(runs[f, n, "Adam"][0][:, 0], nan=1.0)
        style = {"color": plots.LIGHT[role], "marker": marker, "label": f}
        ax.semilogy(loss, ms=6, mec=plots.outline(role), markevery=(8 * i, 40), **style)
    ax.annotate("NaN", (6, 0.9), color=plots.LIGHT["ink"])
    ax.set_xlabel("step of Adam")
axes[0].set_ylabel("loss (mean squared error)")
axes[0].yaxis.set_major_formatter(plots.power_of_ten)
fig.legend(handles=axes[0].lines, loc="outside lower center", ncols=3, frameon=False)
ratio = [test["epsilon 1e-8", n, "Adam"] / test["simplified", n, "Adam"] for n in names]
plots.describe(
    fig,
    "Section 4, training",
    f"""Loss against the step, trained with Adam. Naive: NaN at once. Both epsilon forms
    fall alike, the simplified form and the remedy fall alike and much faster. After 300
    steps the test error of epsilon 1e-8 is {ratio[0]:.1f} times that of the simplified
    form in PyTorch, {ratio[1]:.1f} times in TensorFlow.""",
    run,
)
plt.show()

# %%
# Why one bad gradient lasts
# --------------------------
# At :math:`\lambda = 0` the epsilon form is 0 for every sample, so both weight matrices have gradient 0, and :math:`\lambda`
# has one, :math:`G`, of size :math:`1/\epsilon`. Gradient descent throws :math:`\lambda` to where :math:`x^\lambda` overflows.
# Adam goes along :math:`m/\sqrt{v}`, means of gradient and squared gradient: at step :math:`n`, if nothing follows :math:`G`,
#
# .. math::
#
#    \frac{m_n}{\sqrt{v_n}} = \frac{0.1 \cdot 0.9^{n-1}\,G}{1 - 0.9^n}
#    \sqrt{\frac{1 - 0.999^n}{0.001 \cdot 0.999^{n-1}\,G^2}} .
#
# :math:`G` cancels but for its sign: :math:`\lambda` goes where Adam's constants say, whatever the data, and stays there.

n = np.arange(1, 301)
m, v = 0.1 * 0.9 ** (n - 1) / (1 - 0.9**n), 0.001 * 0.999 ** (n - 1) / (1 - 0.999**n)
resting_place = 0.01 * np.sum(m / np.sqrt(v))
lam = {key: weights[0] for key, (_, weights) in runs.items()}
for n in names:
    print(f"lambda, {n:<11}", *(lam[f, n, "Adam"] for f in list(forms)[1:3]))
bad, usual = (runs[f, "torch", "Adam"][0][0, 1] for f in ("epsilon 1e-8", "simplified"))
steps = np.log(1000 * (usual / bad) ** 2) / np.log(0.999)
print(f"predicted {resting_place:.8f}, for the next {steps:.0f} steps")

# %%
#
# .. code-block:: pycon
#
#    >>> [(sum(np.isnan(w).sum().item() for w in broken[n][1]), len(runs["epsilon 1e-8", n, "descent"][0])) for n in names]
#    [(84, 2), (84, 2)]
#    >>> all(not runs[f, n, "Adam"][0][0, [2, 4]].any() for f in ("epsilon 1e-8", "epsilon 1e-3") for n in names)
#    True
#    >>> all(runs["epsilon 1e-8", n, "Adam"][0][1:, 1].max() < 1 for n in names)  # only the first is bad
#    True
#    >>> all(np.allclose(np.abs(lam["epsilon 1e-8", n, "Adam"]), resting_place, rtol=1e-4) for n in names)
#    True
#    >>> [f"{times:.0f}" for times in ratio], f"{steps / 1000:.0f} thousand", bool(apart["simplified"] < 1e-3)
#    (['5', '5'], '34 thousand', True)
#    >>> all(test["epsilon 1e-8", n, "clipped"] < 1.2 * test["simplified", n, "clipped"] for n in names)
#    True
#    >>> [[bool(lam[f, n, "clipped"][1] > 0) for f in list(forms)[1:4]] for n in names]  # epsilon 1e-3 is the last
#    [[True, True, False], [True, True, False]]
#    >>> [moved.lost("shifted 1e-3", n, 1) > 10 * run.lost("shifted 1e-3", n, 1) for n in names]  # moved
#    [True, True]
#    >>> all(np.allclose(test["remedy", n, m], test["simplified", n, m], rtol=0.02) for n in names for m in methods)
#    True
#
# Not every hack does harm. Clipping throws the bad length away, and 1e-8 then trains nearly as well. 1e-3 does not: the
# pole at :math:`-\epsilon` is a wall, and a :math:`\lambda` stays behind it. Shifting only moves the singular point to -0.001, and
# does as well as simplifying where training does not meet it. The fourth step of descent ends next to it; how near, the last
# bits decide. So the column *descent* depends on the processor: we have seen the simplified error, and thirty times that.
#
# .. note::
#
#    **Take away**
#
#    - One bad gradient is enough. It gets into the parameters, or into the memory of the optimiser, and stays there.
#    - No NaN, a loss that falls, a network that learns: nothing in the log says that one layer has stopped.
#    - The simplified layer and the remedy train with every optimiser, and have no constant to choose.
#
#    **Exercise.** Train for 3000 steps. How much does the rest of the network make up for?
#
# More about a bad gradient in the hands of an optimiser: :doc:`plot_clipping_and_adam`.
