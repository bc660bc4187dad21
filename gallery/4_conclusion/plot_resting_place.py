r"""
Where Adam leaves a parameter after one wrong gradient
======================================================

Section 4 of :cite:t:`Johnson2023` asks what "an erroneously large derivative (that blows up) will
do when [...] training neural networks". Adam :cite:p:`Kingma2015` remembers it. A parameter with
one gradient of any size, and none after that, moves by 0.06 in 300 steps.
"""

from removable import frameworks, plots

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The parameter :math:`\lambda` of a transform is at its singular point, 0. The first gradient is
# wrong, of size :math:`1/\epsilon`. All others are 0: nothing asks for a change.

lam = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
optimiser = torch.optim.Adam([lam], lr=0.01)
lam.grad = torch.tensor(-1e8, dtype=torch.float64)
optimiser.step()
for _ in range(299):
    lam.grad = torch.zeros_like(lam)
    optimiser.step()
print("lambda after 300 steps:", lam.item())

# %%
# Gradients of any size
# ---------------------
# The same from a millionth to a hundred million, in both frameworks:


def path_torch(first):
    """Return the parameter after each step of PyTorch's Adam."""
    lam = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([lam], lr=0.01)
    gradient = torch.tensor(first, dtype=torch.float64)
    path = []
    for _ in range(300):
        lam.grad = gradient
        optimiser.step()
        path.append(lam.item())
        gradient = torch.zeros_like(lam)
    return np.array(path)


def path_tensorflow(first):
    """Return the parameter after each step of Keras's Adam."""
    lam = tf.Variable(0.0, dtype=tf.float64)
    optimiser = tf.keras.optimizers.Adam(0.01, epsilon=1e-8)
    gradient = tf.constant(first, dtype=tf.float64)
    path = []
    for _ in range(300):
        optimiser.apply_gradients([(gradient, lam)])
        path.append(lam.numpy().item())
        gradient = tf.zeros_like(gradient)
    return np.array(path)


names = {"torch": path_torch, "tensorflow": path_tensorflow}
sizes = (1e-2, 1.0, 1e4, 1e8)
paths = {}
print("first gradient  PyTorch     TensorFlow")
for size in sizes:
    for name, path in names.items():
        paths[name, size] = path(-size)
    in_torch = paths["torch", size][-1]
    in_tensorflow = paths["tensorflow", size][-1]
    print(f"{-size:<16g}{in_torch:<12.8f}{in_tensorflow:.8f}")

# %%
# Why the size does not matter
# ----------------------------
# Adam divides means of gradient and squared gradient. At step :math:`n`, if nothing follows the
# first gradient :math:`G`,
#
# .. math::
#
#    \frac{m_n}{\sqrt{v_n}} = \frac{0.1 \cdot 0.9^{n-1}\,G}{1 - 0.9^n}
#    \sqrt{\frac{1 - 0.999^n}{0.001 \cdot 0.999^{n-1}\,G^2}} .
#
# :math:`G` cancels but for its sign: :math:`\lambda` goes where Adam's constants say, whatever the
# data, and stays there.

n = np.arange(1, 301)
mean = 0.1 * 0.9 ** (n - 1) / (1 - 0.9**n)
square = 0.001 * 0.999 ** (n - 1) / (1 - 0.999**n)
predicted = 0.01 * np.cumsum(mean / np.sqrt(square))
resting_place = predicted[-1]
print(f"predicted {resting_place:.8f}")

versions = frameworks.versions(names)
drawn = {1e8: ("red", "o"), 1.0: ("yellow", "s")}
fig, axes = plots.row(list(versions.values()))
for ax, name in zip(axes, names, strict=True):
    for size, (role, marker) in drawn.items():
        label = f"first gradient {-size:g}"
        style = plots.dots(role, marker, hollow=True, size=4 if size == 1 else 8)
        ax.plot(n, paths[name, size], label=label, markevery=10, **style)
    ax.plot(n, predicted, "--", color=plots.LIGHT["ink"], label="formula")
    ax.set_xlabel("step of Adam")
axes[0].set_ylabel(r"$\lambda$")
plots.legend(fig)
plots.describe(
    fig,
    "Section 4, one gradient and Adam",
    f"""The parameter against the step of Adam, with one gradient other than zero, the first.
    For a gradient of -1 and for one of -100000000 it takes the same path, that of the
    formula, from 0.01 to {resting_place:.4f}, in both frameworks.""",
    versions,
    word=f"λ = {resting_place:.2f}",
)
plt.show()

# %%
# .. code-block:: pycon
#
#    >>> f"{resting_place:.4f}", [f"{paths[name, 1e8][-1]:.4f}" for name in names]
#    ('0.0601', ['0.0601', '0.0601'])
#
# .. admonition:: Take away
#    :class: note
#
#    - Adam takes the sign of one large gradient, and nothing else of it.
#    - One wrong gradient moves a parameter by six times the learning rate, and it stays there.
#
#    **Exercise.** Let a second gradient of the same size and the other sign follow. Where does the
#    parameter end?
#
# A network in which that happens: :doc:`plot_training`. How long Adam then stands still:
# :doc:`plot_clipping_and_adam`.
