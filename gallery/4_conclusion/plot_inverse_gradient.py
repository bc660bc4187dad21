r"""
An inverse problem: which way is downhill?
==========================================

Section 4 of :cite:t:`Johnson2023` asks what "an erroneously large derivative (that blows up) will
do when solving inverse/control problems". Here is a small one: find the launch velocity and the air
drag of a ball from the track that a camera saw. At the natural first guess, no drag, the textbook's
formula has a removable singularity, and four ways around it point in four directions.
"""

from removable import gamma_grid, plots
from removable.problems import ball
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# A ball leaves at :math:`(u, v)`, in m/s. Drag :math:`k`, in 1/s, slows it in proportion to its
# velocity. Below is its position at time :math:`t`. A camera takes 25 pictures, each with an error
# of 2 cm in both directions. The first guess is 13 and 12 m/s without drag. A small
# :math:`\epsilon` keeps the denominators from being 0. In the code :term:`xp` is the module that
# computes.


def naive(u, v, k, t, xp, epsilon=0.0):
    """Return the position x, y as the textbook has it."""
    g = 9.81
    decay = 1 - xp.exp(-k * t)
    d = k + epsilon
    return u / d * decay, (v + g / d) / d * decay - g / d * t


t, track = ball.TIMES, ball.track()
guess = torch.tensor([13.0, 12.0, 0.0], dtype=torch.float64, requires_grad=True)
x, y = naive(*guess, torch.tensor(t), torch, epsilon=1e-8)
misfit = torch.stack([x, y]) - torch.tensor(track)
loss = (misfit**2).sum()
loss.backward()
print("gradient with respect to u, v and k:", guess.grad.tolist())

# %%
# No change of the velocity seems to matter, and drag matters by more than anything in the world.
#
# Four ways out
# -------------
# *Epsilon*, 1e-8 or 1e-3, is added to each denominator; *clamped* keeps :math:`k` itself at 1e-4 or
# more; *simplified* multiplies :math:`t` by the average velocity. No division by :math:`k` then,
#
# .. math::
#
#    x = u\,t \int_0^1 e^{-\sigma k t}\,d\sigma , \qquad
#    y = v\,t \int_0^1 e^{-\sigma k t}\,d\sigma
#    - g\,t^2 \int_0^1 (1 - \sigma)\,e^{-\sigma k t}\,d\sigma ,
#
# which :term:`Gauss's rule` takes to the last few bits; the *remedy* leaves the textbook's formula
# as it is, and has the package continue it to :math:`k = 0`. All are in
# :mod:`removable.problems.ball`.

forms = ball.forms()


def gradient_torch(form):
    """Differentiate the sum of squares at the first guess."""
    guess = torch.tensor([13.0, 12.0, 0.0], dtype=torch.float64, requires_grad=True)
    position = torch.stack([*form(*guess, torch.tensor(t), torch)])
    loss = ((position - torch.tensor(track)) ** 2).sum()
    loss.backward()
    return guess.grad.numpy()


def gradient_tensorflow(form):
    """Differentiate the sum of squares at the first guess."""
    guess = tf.constant([13.0, 12.0, 0.0], dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(guess)
        position = tf.stack(form(*tf.unstack(guess), tf.constant(t), tf))
        loss = tf.reduce_sum((position - track) ** 2)
    return tape.gradient(loss, guess).numpy()


gradient = {}
print("gradient with respect to     u           v           k")
for form, program in forms.items():
    gradient[form, "torch"] = gradient_torch(program)
    gradient[form, "tensorflow"] = gradient_tensorflow(program)
    for name in ("torch", "tensorflow"):
        row = "{:<14}{:<15}{:<12.5g}{:<12.5g}{:.5g}"
        print(row.format(form, name, *gradient[form, name]))

# %%
# Measured by the simplified form, the epsilon forms see nothing but drag, and the other entries are
# not small in comparison, they are 0. The clamped form sees everything but drag.
#
# Where the wrong entry comes from
# --------------------------------
# The height in the last picture, as a function of the drag, and its slope. The truth is the
# textbook's formula over one denominator. For the columns see :term:`lost`.

heights = {}
for form, program in forms.items():
    heights[form] = lambda k, xp, program=program: program(13, 12, k, 2.5, xp)[1]


def true_height(k, xp):
    """Write the last height over one denominator."""
    return (
        (12 * k + ball.GRAVITY) * (1 - xp.exp(-2.5 * k)) - 2.5 * k * ball.GRAVITY
    ) / (k * k)


print("drag     slope of the last height: PyTorch       TensorFlow")
for k in (0.1, 1e-3, 1e-5, 1e-7, 1e-9, 0.0):
    near = compare({"naive": heights["naive"]}, meant=true_height, gamma=[k])
    slopes = [near.results["naive"][name][1, 0] for name in near.versions]
    print("{:<35g}{:<14.6g}{:.6g}".format(k, *slopes))

run = compare(heights, meant=true_height, gamma=gamma_grid(101))
print(f"last height\n{run.table(0)}\n\nits slope\n{run.table(1)}")

fig, axes = plots.errors(run, order=1, ylabel="error of the slope of the last height")
for line in (line for ax in axes for line in ax.lines):
    if (
        line.get_label() in forms
    ):  # the large markers: half of them tell six forms apart
        line.set_markevery(2)
naive_worst = max(run.worst("naive", name, 1) for name in run.versions)
remedy_worst = max(run.worst("remedy", name, 1) for name in run.versions)
plots.describe(
    fig,
    "Section 4, the gradient of an inverse problem",
    f"""Error of the slope of the last height with respect to the drag, against the drag.
    Naive: it grows as the drag falls, up to {plots.at_most(naive_worst, 2)}. Both epsilon
    forms and the clamped one are wrong in a zone. Simplified and remedy: small throughout,
    that of the remedy at most {plots.at_most(remedy_worst, 2)}.""",
    run,
    word=f"up to {plots.at_most(naive_worst, 1)}",
)
plt.show()

# %%
# With little drag the height falls by about 12 m per 1/s. At a drag of 1e-5 that number begins to
# go, at 1e-7 nothing is left of it, at 0 all is NaN. With :math:`\epsilon` in the denominators
# only, the formula returns, without drag,
#
# .. math::
#
#    x = 0 , \quad y = -\frac{g\,t}{\epsilon} , \quad \frac{\partial y}{\partial v} = 0 , \quad
#    \frac{\partial y}{\partial k} = \frac{2 g\,t}{\epsilon^2} + \frac{v\,t}{\epsilon} .
#
# The paper calls errors of the *value* "O(1)". Not here: the textbook subtracts two poles, and the
# value is off by :math:`g t/\epsilon`.
#
# .. code-block:: pycon
#
#    >>> [gradient["epsilon 1e-8", name][:2].tolist() for name in ("torch", "tensorflow")]
#    [[0.0, 0.0], [0.0, 0.0]]
#    >>> [gradient["clamped 1e-4", name][2].item() for name in ("torch", "tensorflow")]
#    [0.0, 0.0]
#    >>> ratio = [
#    ...     gradient["epsilon 1e-8", name][2] / gradient["simplified", name][2]
#    ...     for name in ("torch", "tensorflow")
#    ... ]
#    >>> [f"{size:.0e}" for size in ratio]
#    ['3e+25', '3e+25']
#
# .. admonition:: Take away
#    :class: note
#
#    - A wrong derivative of one parameter ruins the others: they vanish from the gradient.
#    - The quiet hack is as bad. A clamped parameter has slope 0, so the optimiser never learns that
#      it is there.
#
#    **Exercise.** At which drag does the slope of the last height lose its last correct digit, for
#    each form?
#
# Where an optimiser ends that follows such gradients: :doc:`plot_inverse_problem`.
