r"""
A square by the power function: its last bit depends on the length of the array
===============================================================================

In TensorFlow ``x**2`` is a call of a general power function. Its last bit is not always that of
``x * x``, and the same number has two squares: one in an array, one by itself. The quotient of
:cite:t:`Johnson2023` then has another value and another slope.
"""

from removable import frameworks, gamma_grid, plots

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The square of 3.1, and :math:`h(x) = (x^2 - 4)/(x - 2)` with its slope, which is 1; alone, and as
# one of 16.


def h(x):
    """Evaluate the quotient, typed with the power function."""
    return (x**2 - 4) / (x - 2)


numbers = {"alone": [3.1], "one of 16": [3.1] * 16}
squares = {}
for length, values in numbers.items():
    x = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    h(x).sum().backward()
    squares["torch", length] = (x**2)[0].item()
    print(f"PyTorch,    {length:<10} {squares['torch', length]:<18} {x.grad[0].item()}")

    x = tf.constant(values, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = h(x)
    slope = tape.gradient(y, x)[0].numpy()
    squares["tensorflow", length] = (x**2)[0].numpy().item()
    print(f"TensorFlow, {length:<10} {squares['tensorflow', length]:<18} {slope}")

# %%
# All numbers of the figures
# --------------------------
# Compared with ``x * x``, which is rounded correctly:

x = np.unique(2 + gamma_grid())
wrong = np.flatnonzero((tf.constant(x) ** 2).numpy() != x * x)
alone = [(tf.constant(x[i]) ** 2).numpy() for i in wrong]
alone_wrong = np.count_nonzero(alone != x[wrong] * x[wrong])
print(f"{wrong.size} squares are off by an ulp; one at a time, {alone_wrong} of them")
wrong_torch = int(np.count_nonzero((torch.tensor(x) ** 2).numpy() != x * x))
print(f"in PyTorch {wrong_torch}")

# %%
# The length of the array
# -----------------------
# The first 4000 of these numbers, cut into pieces of 1 to 16:

first = x[:4000]


def wrong_squares(power, length):
    """Count wrong squares among the numbers, taken so many at a time."""
    pieces = [first[start : start + length] for start in range(0, first.size, length)]
    computed = np.concatenate([power(piece) for piece in pieces])
    return int(np.count_nonzero(computed != first * first))


powers = {
    "torch": lambda piece: (torch.tensor(piece) ** 2).numpy(),
    "tensorflow": lambda piece: (tf.constant(piece) ** 2).numpy(),
}
lengths = np.arange(1, 17)
counts = {}
for name, power in powers.items():
    counts[name] = [wrong_squares(power, length) for length in lengths.tolist()]

versions = frameworks.versions(powers)
styles = {"torch": plots.dots("meant", "D"), "tensorflow": plots.dots("red", "o")}
fig, (ax,) = plots.row(["squares that are off in the last bit, of 4000"])
for name, style in styles.items():
    ax.plot(lengths, counts[name], label=versions[name], **style)
ax.set_xlabel("numbers in an array")
ax.set_ylabel("wrong squares by x**2")
plots.legend(fig)
plots.describe(
    fig,
    "The power function",
    f"""How many of 4000 squares are off in the last bit, against how many are computed at a
    time. In TensorFlow {counts["tensorflow"][0]} one at a time, and {counts["tensorflow"][7]} in
    arrays of eight. In PyTorch {max(counts["torch"])} at any length.""",
    versions,
    word=f"{max(counts['tensorflow'])} wrong",
)
plt.show()

# %%
# Why
# ---
# A power with any exponent is an exponential of a logarithm, and a program for it may be off by an
# ulp; the standard of floating-point arithmetic asks no more. TensorFlow has two such programs: one
# takes several numbers at a time, as many as fit into a register of the processor, the other what
# is left of an array after that. PyTorch looks at the exponent first, and multiplies if it is 2.
#
# .. code-block:: pycon
#
#    >>> squares["torch", "alone"], squares["torch", "one of 16"], 3.1 * 3.1
#    (9.610000000000001, 9.610000000000001, 9.610000000000001)
#    >>> wrong_torch, max(counts["torch"])
#    (0, 0)
#
# .. admonition:: Take away
#    :class: note
#
#    - ``x**2`` is a call of a power function. Its last bit is not covered by the standard.
#    - Type ``x * x`` or ``square(x)`` where a last bit matters.
#
#    **Exercise.** Do the same for ``x**3`` and ``x * x * x``. Which of the two is more often right?
#
# What becomes of that bit in derivatives: :doc:`plot_squares`.
