r"""
A factor in plain sight: what four optimisers leave of it
=========================================================

Here the factor that makes a quotient 0/0 stands above and below the fraction bar. Of the systems
that :cite:t:`Johnson2023` names, three are asked for value and slope, and PyTensor, which continues
a fourth. The programs that their optimisers left are printed.
"""

import textwrap

from removable import plots, systems

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import pytensor
import pytensor.tensor as pt
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# The quotient is :math:`x`, with slope 1. A compiler sees the whole expression before it runs
# anything.


def easy(x):
    """Evaluate x, with a factor that cancels."""
    return x * (x - 2) / (x - 2)


def in_pytorch(at):
    """Differentiate in PyTorch, operation by operation."""
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = easy(x)
    y.backward()
    return y.item(), x.grad.item()


@tf.function(jit_compile=True)
def both(x):
    """Differentiate in TensorFlow; XLA compiles it."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = easy(x)
    return y, tape.gradient(y, x)


def in_tensorflow(at):
    """Call the compiled function."""
    return tuple(result.numpy().item() for result in both(tf.constant(at, tf.float64)))


def in_jax(at):
    """Differentiate in JAX; XLA compiles it."""
    with jax.enable_x64(True):
        results = jax.jit(jax.value_and_grad(easy))(jnp.float64(at))
    return tuple(result.item() for result in results)


def in_pytensor(at):
    """Differentiate in PyTensor, which continues Theano; its graph is rewritten."""
    x = pt.dscalar("x")
    how = pytensor.compile.Mode(linker="py", optimizer="fast_run")
    compiled = pytensor.function([x], [easy(x), pytensor.grad(easy(x), x)], mode=how)
    with np.errstate(all="ignore"):
        return tuple(result.item() for result in compiled(at))


calls = {
    "PyTorch": in_pytorch,
    "TensorFlow, XLA": in_tensorflow,
    "JAX, XLA": in_jax,
    "PyTensor": in_pytensor,
}
easy_at = {name: call(2.0) for name, call in calls.items()}
for name, (value, slope) in easy_at.items():
    print(f"{name:<18}value {value:<6} slope {slope}")

# %%
# The value is 2 and the slope is 1. One system out of four finds the value, and none the slope.
#
# What the optimisers did
# -----------------------
# The programs that remained of the value of :math:`x\,(x - 2)/(x - 2)`, in all modes that have a
# program.

_, easier, *_ = systems.SUBJECTS
made = systems.measure(subjects=[easier])
programs = {
    key: ran[easier.title].code[0]
    for key, ran in made.ran.items()
    if ran[easier.title].code
}
for (system, mode), program in programs.items():
    print(f"{system}, {mode}:")
    print(textwrap.indent(program, "    "))

# %%
# The optimisers are not idle. TensorFlow's graph and :term:`XLA` have noticed that ``x - 2`` occurs
# twice, and compute it once: what is multiplied and divided by is one and the same node, and still
# it is not cancelled. PyTensor and SymPy cancel it.
#
# The figure counts the divisions that are left, in the program of the value and in that of the
# slope.

rows = list(programs)
divisions = {key: made.ran[key][easier.title].divisions for key in rows}
fig, (ax,) = plots.row(["divisions left by the optimiser"])
height = np.arange(len(rows))
handles = []
computed_by = "; ".join(made.versions.values())
for order, what in enumerate(["value", "slope"]):
    count = [divisions[key][order] for key in rows]
    style = {"color": plots.LIGHT[("red", "meant")[order]], "marker": "oD"[order]}
    style |= {"linestyle": "none", "ms": 8, "mfc": "none", "mew": 1.5}
    ax.plot(count, height, label=f"_{what}: {computed_by}", **style)
    handles.append(plt.Line2D([], [], label=what, **style))
ax.set_yticks(height, [", ".join(key) for key in rows])
ax.invert_yaxis()
ax.set_xticks([0, 1, 2, 3])
ax.set_xlabel("divisions")
fig.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
none = [", ".join(key) for key in rows if divisions[key][1] == 0]
plots.describe(
    fig,
    "A factor in plain sight",
    f"""Divisions that are left of x (x - 2)/(x - 2) and of its slope when an optimiser is done.
    The slope has none in {"; ".join(none)}. In all other modes the program of the slope
    still divides.""",
    made,
    word="divisions",
)
plt.show()

# %%
# Why
# ---
# To cancel would change a result: :math:`x\,(x-2)/(x-2)` is NaN at 2, and :math:`x` is not.
# PyTensor takes that liberty. But it differentiates what was typed, and the slope of a quotient is
# a sum of fractions,
#
# .. math::
#
#    1 + \frac{x}{x - 2} - \frac{x}{x - 2},
#
# of which its rewriting cancels within each term and not between them. To rewrite first and to
# differentiate then is right, and has to be asked for.
#
# .. code-block:: pycon
#
#    >>> [easy_at[name] for name in ("PyTorch", "TensorFlow, XLA", "JAX, XLA", "PyTensor")]
#    [(nan, nan), (nan, nan), (nan, nan), (2.0, nan)]
#    >>> in_pytorch(3.0), in_tensorflow(3.0), in_jax(3.0), in_pytensor(3.0)
#    ((3.0, 1.0), (3.0, 1.0), (3.0, 1.0), (3.0, 1.0))
#    >>> programs["SymPy", "as typed"], programs["TensorFlow", "tf.function"].splitlines()[-1]
#    ('x', 'truediv = RealDiv(mul, sub)')
#    >>> divisions["TensorFlow", "jit_compile=True"], divisions["SymPy", "as typed"]
#    ((1, 2), (0, 0))
#
# .. admonition:: Take away
#    :class: note
#
#    - An optimiser that computes ``x - 2`` once does not see that it divides by what it multiplies
#      with.
#    - A value that is simplified says nothing about the slope.
#    - A system for algebra cancels while you type. It is not a system for tensors.
#
#    **Exercise.** Type :math:`((x - 2) + 4)\,(x - 2)/(x - 2)`. Which of the systems are right now?
#
# All systems, all modes, four quotients: :doc:`plot_who_simplifies`.
