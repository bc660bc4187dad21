r"""
A better slope, and nothing simplified: fused multiply-add
==========================================================

On many processors, when XLA has compiled it, the quotient of :cite:t:`Johnson2023` has a slope that
is almost right. Nothing has been simplified: where two roundings were, there is one. This page
tells the two effects apart, and replays the compiler bit for bit in exact rational numbers.
"""

from removable import frameworks, plots
from removable.systems import SUBJECTS, contraction, xla

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# :math:`h(x) = (x^2 - 4)/(x - 2)` at :math:`2 + 10^{-9}`, in TensorFlow:
# :term:`operation by operation`, and compiled by :term:`XLA`. The slope is 1.


def h(x):
    """Evaluate the quotient as it is written."""
    return (x * x - 4) / (x - 2)


def slope(x):
    """Differentiate in TensorFlow."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = h(x)
    return tape.gradient(y, x)


at = 2 + 1e-9
x = tf.constant(at, dtype=tf.float64)
slopes = {"TensorFlow": slope(x).numpy().item()}
slopes["TensorFlow, XLA"] = tf.function(slope, jit_compile=True)(x).numpy().item()
for name, number in slopes.items():
    print(f"{name:<18}{number}")

# %%
# The same in PyTorch, and in JAX, whose compiler is XLA, too.

x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
h(x).backward()
slopes["PyTorch"] = x.grad.item()

with jax.enable_x64(True):
    compiled = jax.jit(jax.grad(h)).lower(jnp.float64(at)).compile()
    slopes["JAX"] = jax.grad(h)(jnp.float64(at)).item()
    slopes["JAX, XLA"] = compiled(jnp.float64(at)).item()
    slopes["JAX, XLA, at 2"] = compiled(jnp.float64(2)).item()
for name in ("PyTorch", "JAX", "JAX, XLA", "JAX, XLA, at 2"):
    print(f"{name:<18}{slopes[name]}")

# %%
# If the two slopes by XLA are close to 1 for you, your processor has a fused multiply-add.
#
# Not simplification
# ------------------
# At 2 itself the compiled slope is still NaN. This is the program that XLA made, and it divides
# twice.

code = xla.operations(compiled.as_text())
print(code)

# %%
# Nor does this program show any sign of the better result: a product, then a sum. What follows
# happens below it. A processor with a *fused multiply-add* has one instruction for :math:`ab + c`,
# which rounds the result once, and the code generator takes it wherever a product is used in one
# sum only. Compilers call that *contraction*.
#
# The proof
# ---------
# Rational numbers know no rounding. Let every operation of this program be carried out by them, and
# be rounded to a double where the processor rounds; where a product meets a sum, either twice or
# once. Two of the places matter:
#
# .. math::
#
#    f = x \cdot x - 4, \qquad
#    h'(x) = \bigl(-q \cdot f + x k\bigr) + x k,
#    \quad q = \frac{1}{(x - 2)^2}, \quad k = \frac{1}{x - 2} .

paper, *_ = SUBJECTS
gamma = paper.points(400) - 2
gamma = gamma[gamma != 0]
replays = {}
for name, step in contraction.STEPS.items():
    replays[name] = contraction.replay(2 + gamma, step)
runs = {
    "this processor": contraction.compiled(2 + gamma),
    "without the instruction": contraction.compiled(2 + gamma, isa=contraction.WITHOUT),
}
replay_of = dict.fromkeys(runs, "neither")
for where, run in runs.items():
    for name, replay in replays.items():
        if np.array_equal(replay, run):  # every bit of value and slope
            replay_of[where] = name
with jax.enable_x64(True):  # a * a - a * a, half of it rounded before
    probe = jax.jit(lambda a, b, c: a * b - c)(0.1, 0.1, 0.1 * 0.1).item()
contracts = bool(probe)
answer = "yes" if contracts else "no"
print(f"XLA contracts on this processor: {answer}")
print(f"{'JAX, compiled for':<26}in all {2 * gamma.size} results the bits of")
for name, replay in replay_of.items():
    print(f"{name:<26}{replay}")

# %%
# The second run tells XLA to use no instruction set beyond AVX, the last of Intel's and AMD's
# without a fused multiply-add: ``XLA_FLAGS=--xla_cpu_max_isa=AVX``. XLA reads it once, so that run
# has a process of its own. TensorFlow's XLA obeys the same flag. Arm processors always have the
# instruction; they were not measured here.
#
# So what XLA did is known to the last bit: on this processor the one replay, without the
# instruction the other. The figure shows the two replays, which are the same on every machine.

versions = frameworks.versions(["jax"])
right = gamma > 0
computed = f"slope, in the order of {versions['jax']}"
fig, axes = plots.row(list(replays))
for ax, (_, slopes_there) in zip(axes, replays.values(), strict=True):
    style = plots.dots("red", size=3)
    ax.semilogx(gamma[right], slopes_there[right], label=computed, **style)
    ax.axhline(1, ls="--", color=plots.LIGHT["meant"], label="truth")
    ax.xaxis.set_major_formatter(plots.power_of_ten)
    ax.set_xlabel(r"$\gamma$")
axes[0].set_ylabel("slope of $h$")
axes[0].legend(frameon=False)
wrong = {}
for name, (_, slopes_there) in replays.items():
    wrong[name] = gamma[np.abs(slopes_there - 1) > 0.1].max()
plots.describe(
    fig,
    "Fused multiply-add",
    f"""The slope of h right of 2, in JAX's order of operations, by rational numbers. The
    true slope is 1. With every operation rounded it is off by more than 0.1 out to a
    sampled distance of {wrong["rounded twice"]:.1e}, with product and sum rounded
    once out to {wrong["rounded once"]:.1e}.""",
    versions,
    word=f"to {wrong['rounded once']:.0e}",
)
plt.show()

# %%
# .. code-block:: pycon
#
#    >>> code.count("divide"), slopes["PyTorch"], slopes["TensorFlow"], slopes["JAX, XLA, at 2"]
#    (2, 2.0, 2.0, nan)
#    >>> gamma.size
#    745
#    >>> for step in contraction.STEPS.values():
#    ...     print(round(contraction.replay([at], step)[1].item(), 9))
#    1.999999523
#    0.999999762
#    >>> [f"{distance:.1e}" for distance in wrong.values()]
#    ['6.3e-08', '2.7e-15']
#
# .. admonition:: Take away
#    :class: note
#
#    - A better number is no sign of simplification. Read the program, and try the singular point.
#    - Contraction depends on processor and flags. A slope right on one machine is 2 on another.
#    - It can also make things worse: ``a*b - a*b`` contracted is not 0 :cite:p:`XLA41579,JAX18507`.
#
#    **Exercise.** Type :math:`h` as ``(x - 2) * (x + 2) / (x - 2)``. Is there anything left to
#    contract in the value, and in the slope?
#
# How much it is worth: :doc:`plot_fma_worth`. The same compilers beside others:
# :doc:`plot_who_simplifies`. This was not measured on a GPU.
