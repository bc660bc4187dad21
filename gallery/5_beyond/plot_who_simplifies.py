r"""
Who simplifies? Seven systems, eighteen modes, four quotients
=============================================================

"There seems to be no good remedy for expression simplification in the popular software packages",
says section 1 of :cite:t:`Johnson2023`, and names PyTorch, TensorFlow, Torch, Caffe, Theano and
JAX. Some of them compile what they run. This page asks every one of them, and SymPy beside them,
whether it cancels the factor.
"""

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
# The paper's quotient :math:`h(x) = (x^2 - 4)/(x - 2)` at 2, where it is 4 with slope 1: operation
# by operation in PyTorch, and compiled by :term:`XLA` in TensorFlow. A compiler sees the whole
# expression before it runs anything.


def h(x):
    """Evaluate the quotient as it is written."""
    return (x * x - 4) / (x - 2)


x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
y = h(x)
y.backward()
in_pytorch = (y.item(), x.grad.item())


@tf.function(jit_compile=True)
def value_and_slope(x):
    """Differentiate in TensorFlow; XLA compiles it."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = h(x)
    return y, tape.gradient(y, x)


y, slope = value_and_slope(tf.constant(2.0, dtype=tf.float64))
in_tensorflow = (y.numpy().item(), slope.numpy().item())
print(f"PyTorch: value {in_pytorch[0]}, slope {in_pytorch[1]}")
print(f"TensorFlow, XLA: value {in_tensorflow[0]}, slope {in_tensorflow[1]}")

# %%
# The same in JAX, whose compiler is XLA, too, and in PyTensor, which continues Theano and rewrites
# its graphs.

with jax.enable_x64(True):
    results = jax.jit(jax.value_and_grad(h))(jnp.float64(2))
in_jax = tuple(result.item() for result in results)

x = pt.dscalar("x")
how = pytensor.compile.Mode(linker="py", optimizer="fast_run")
compiled = pytensor.function([x], [h(x), pytensor.grad(h(x), x)], mode=how)
with np.errstate(all="ignore"):
    in_pytensor = tuple(result.item() for result in compiled(2.0))
print(f"JAX, XLA: value {in_jax[0]}, slope {in_jax[1]}")
print(f"PyTensor: value {in_pytensor[0]}, slope {in_pytensor[1]}")

# %%
# Every system, every mode, four quotients
# ----------------------------------------
# The paper's quotient, two whose factor is in plain sight, and :math:`\sin(x)/x`, in which no
# algebra finds one. *r* is the singular point. A slope is off where it differs from the true one by
# more than 0.001, or is not finite; *left* and *right* say how far out that happens on either side,
# to three digits. r itself has columns of its own, and the largest error is that of some 800
# points, all of whose distances are exact in binary. *Divisions left* are counted in the programs
# that remained after the optimiser: in the graph that :term:`Inductor` makes code of, in
# TensorFlow's optimised graph, in XLA's optimised :term:`HLO`, in PyTensor's ``dprint``, in SymPy's
# expression. A dash stands where operation after operation is run, and there is no program to
# optimise.
#
# Torch7 and Caffe are no longer developed, and not installed here. Their rows are *replayed*: NumPy
# carries out the rules that they published, in the order in which they stand there
# :cite:p:`Torch7nn,CaffeSource`. Neither has a sine, which is supplied.

made = systems.measure()
paper, easier, product, sine = made.subjects
print(made.table(paper))
for (system, mode), reason in made.absent.items():
    print(f"{system}, {mode}: {reason}")

# %%
# Two rows may stand apart here, those of XLA; :doc:`plot_fma` says on which processors and why.
# Nobody but SymPy, asked to simplify, has a value at 2.

print(made.table(easier))

# %%
# With the factor in plain sight the zones are a million times narrower. PyTensor has the value.

print(made.table(product))

# %%
# The same with the paper's factors, typed out. And the sine:

print(made.table(sine))

# %%
# The figure shows the slopes. What the optimisers made of the second quotient,
# :doc:`plot_factor_in_plain_sight` prints.

fig, axes = plots.zones(made)
right = [", ".join(key) for key in made.ran if not made.lost(key, paper)]
near = [k for k in made.ran if made.zone(k, paper) < 1e-9 and made.lost(k, paper)]
close = "".join(f"; {', '.join(key)}: {made.edges[key][paper]}" for key in near)
usual = made.edges["PyTorch", "eager"][paper]
plots.describe(
    fig,
    "Who simplifies",
    f"""How far from the singular point the slope is off by more than 0.001. On the
    paper's quotient all but {right[0]} give no finite slope at the point. Operation by
    operation the slope is off out to {usual}{close}. With the factor in plain sight
    only SymPy, and PyTensor when it rewrites before it differentiates, are right
    everywhere; the others are wrong at the point, and off around it out to
    {plots.at_most(max(made.zone(key, easier) for key in made.ran))} at most.""",
    made,
    word=f"{len(right)} of {len(made.ran)}",
)
plt.show()

# %%
# Why
# ---
# :term:`Eager <eager>` modes, Torch7 and Caffe have nothing to simplify. When a rule of
# differentiation is applied, only numbers are left. *Compilers* have the expression. To cancel
# would change a result: :math:`x\,(x-2)/(x-2)` is NaN at 2, and :math:`x` is not. (They do have
# rules that change results, and :doc:`plot_rewrites` measures those. None is for a common factor.)
# *PyTensor* cancels a factor that stands in plain sight. *The paper's quotient* is beyond it: to
# find :math:`x - 2` in :math:`x^2 - 4`, one has to factorise.
#
# Two observations besides. Where the factor is in plain sight, the numerator is a small product and
# loses no digits: the zone of the slope is narrow without any simplification. And rewriting is not
# always for the better: XLA turns :math:`f/g/g` into :math:`f/g^2`. That is right in algebra, and
# one rounding of another kind; :math:`\sin(x)/x`, whose slope TensorFlow's eager mode has
# everywhere but at 0, is off out to 1e-13 when XLA has compiled it.
#
# .. code-block:: pycon
#
#    >>> in_pytorch, in_tensorflow, in_jax, in_pytensor
#    ((nan, nan), (nan, nan), (nan, nan), (nan, nan))
#    >>> len(systems.NAMES), len(made.ran) + len(made.absent), len(made.subjects)
#    (7, 18, 4)
#    >>> [key for key in made.ran if not made.lost(key, paper)]  # finite at 2
#    [('SymPy', 'simplify')]
#    >>> [key for key in made.ran if not made.lost(key, easier) or not made.lost(key, product)]
#    [('PyTensor', 'rewritten, then grad'), ('SymPy', 'as typed'), ('SymPy', 'simplify')]
#    >>> [f"{made.zone(('TensorFlow', mode), sine):.0e}" for mode in ("eager", "jit_compile=True")]
#    ['0e+00', '1e-13']
#
# .. admonition:: Take away
#    :class: note
#
#    - The sentence holds for PyTorch, TensorFlow, JAX, Torch7 and Caffe, in every mode: the
#      division stays, and so does the NaN.
#    - It holds for Theano's successor in the paper's example. Where the factor is in plain sight
#      the value is simplified; the slope is, if you rewrite before you differentiate.
#    - A system for algebra simplifies all that algebra can. :math:`\sin(x)/x` needs analysis.
#
#    **Exercise.** Type :math:`((x - 2) + 4)\,(x - 2)/(x - 2)`. Which of the rows are right now?
#
# What to do instead of waiting for a compiler: :doc:`/beyond/remedies`. None of this was measured
# on a GPU.
