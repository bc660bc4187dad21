r"""
An inverse problem: a ball thrown faster than light
===================================================

Section 4 of :cite:t:`Johnson2023` asks what "an erroneously large derivative (that blows up) will do when solving
inverse/control problems". Here it meets a small one: find the launch velocity and the air drag of a ball from the track that
a camera saw. The natural first guess, no drag, is a removable singularity of the formula in the textbook.
"""

from functools import cache, partial

from removable import gamma_grid, plots, repair
from removable.remedy import gauss
from removable.sweeps.forms import compare

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch

# %%
# The wrong number first
# ----------------------
# A ball leaves at :math:`(u, v)`, in m/s. Drag :math:`k`, in 1/s, slows it in proportion to its velocity. Below is its position
# at time :math:`t`; the :math:`\epsilon` is 0 for now. A camera takes 25 pictures, each with an error of 2 cm in both directions.


def naive(u, v, k, t, xp, epsilon=0.0):
    """Return the position x, y as the textbook has it."""
    decay, d = 1 - xp.exp(-k * t), k + epsilon
    return u / d * decay, (v + g / d) / d * decay - g / d * t


g, t = 9.81, np.linspace(0.1, 2.5, 25)
noise = np.random.default_rng(0).normal(scale=0.02, size=(2, 25))
track = noise + naive(14.0, 14.0, 0.15, t, np)


def model_torch(form):
    """Make a function of (u, v, k) that returns all misfits and their Jacobian."""
    at, seen = torch.tensor(t), torch.tensor(track)

    def misfits(p):
        return (torch.stack(form(*p, at, torch)) - seen).flatten()

    jacobian = partial(torch.autograd.functional.jacobian, misfits, vectorize=True)
    return lambda p: [f(torch.tensor(p)).numpy() for f in (misfits, jacobian)]


def model_tensorflow(form):
    """Make a function of (u, v, k) that returns all misfits and their Jacobian."""
    at, seen = tf.constant(t), tf.constant(track)

    @tf.function(input_signature=[tf.TensorSpec([3], tf.float64)], autograph=False)
    def model(p):
        with tf.GradientTape() as tape:
            tape.watch(p)
            misfits = tf.reshape(tf.stack(form(*tf.unstack(p), at, tf)) - seen, [-1])
        return misfits, tape.jacobian(misfits, p)

    graph = model.get_concrete_function()  # a graph, made once; not XLA
    return lambda p: [v.numpy() for v in graph(tf.constant(p))]


names = {"torch": model_torch, "tensorflow": model_tensorflow}
models = {("naive", n): make(naive) for n, make in names.items()}
print("drag     slope of the last height: PyTorch       TensorFlow")
for k in (0.1, 1e-3, 1e-5, 1e-7, 1e-9, 0.0):
    slopes = (models["naive", n](np.array([13.0, 12.0, k]))[1][-1, 2] for n in names)
    print("{:<35g}{:<14.6g}{:.6g}".format(k, *slopes))

# %%
# With little drag the height in the last picture falls by about 12 m per 1/s. At a drag of 1e-5 that number begins to go, at
# 1e-7 nothing is left of it, at 0 all is NaN. Four ways out: *epsilon*, 1e-8 or 1e-3, in each denominator; *clamped*, to keep
# :math:`k` itself at 1e-4 or more; *simplified*, to multiply :math:`t` by the average velocity. No division by :math:`k` then,
#
# .. math::
#
#    x = u\,t \int_0^1 e^{-\sigma k t}\,d\sigma , \qquad
#    y = v\,t \int_0^1 e^{-\sigma k t}\,d\sigma - g\,t^2 \int_0^1 (1 - \sigma)\,e^{-\sigma k t}\,d\sigma ,
#
# which Gauss's rule takes to the last few bits; the *remedy*, to leave the textbook's formula as it is, and have the package
# continue it to :math:`k = 0`. The truth is that formula over one denominator.

rule = gauss.rule(1)  # eight nodes from 0 to 1, and their weights


def clamped(u, v, k, t, xp):
    """Keep the drag away from zero, in numerator and denominator alike."""
    return naive(u, v, xp.where(xp.abs(k) < 1e-4, 1e-4 * xp.ones_like(k), k), t, xp)


def simplified(u, v, k, t, xp):
    """Average the velocity instead of dividing by the drag."""
    first = sum(w * xp.exp(-node * t * k) for node, w in rule)
    second = sum(w * (1 - node) * xp.exp(-node * t * k) for node, w in rule)
    return u * t * first, v * t * first - g * t * t * second


@cache
def repaired(xp):
    """Continue each coordinate, as a function of the drag, to no drag."""
    parts = (lambda k, u, v, t, i=i: naive(u, v, k, t, xp)[i] for i in (0, 1))
    return [repair(part, at=0.0) for part in parts]


forms = {"naive": naive, "epsilon 1e-8": partial(naive, epsilon=1e-8)}
forms |= {"simplified": simplified, "epsilon 1e-3": partial(naive, epsilon=1e-3)}
forms |= {"clamped 1e-4": clamped}
forms["remedy"] = lambda u, v, k, t, xp: [part(k, u, v, t) for part in repaired(xp)]
run = compare(
    {f: lambda k, xp, p=p: p(13, 12, k, 2.5, xp)[1] for f, p in forms.items()},
    meant=lambda k, xp: ((12 * k + g) * (1 - xp.exp(-2.5 * k)) - 2.5 * k * g) / (k * k),
    gamma=gamma_grid(101),
)
print(f"last height\n{run.table(0)}\n\nits slope\n{run.table(1)}")

# %%
# Which way is downhill?
# ----------------------
# The gradient of the sum of squares at the first guess, 13 and 12 m/s without drag, tells.

models = {(f, n): make(form) for f, form in forms.items() for n, make in names.items()}
print("gradient with respect to     u           v           k")
row, gradient = "{:<14}{:<15}{:<12.5g}{:<12.5g}{:.5g}", {}
for (f, n), model in models.items():
    misfits, jacobian = model(np.array([13.0, 12.0, 0.0]))
    gradient[f, n] = 2 * jacobian.T @ misfits
    print(row.format(f, n, *gradient[f, n]))

# %%
# Measured by the simplified form, whose slopes are exact to the last few bits: the epsilon forms see nothing but drag, and
# the other entries are not small in comparison, they are 0. The clamped form sees everything but drag.
#
# .. code-block:: pycon
#
#    >>> all(run.worst(f, n, k) < 1e-11 for f in ("simplified", "remedy") for n in names for k in (0, 1))
#    True
#    >>> all(abs(gradient["epsilon 1e-8", n][2] / gradient["simplified", n][2]) > 1e24 for n in names)
#    True
#    >>> [(gradient[f, n] == 0).tolist() for f in ("epsilon 1e-8", "clamped 1e-4") for n in ("torch", "tensorflow")]
#    [[True, True, False], [True, True, False], [False, False, True], [False, False, True]]
#
# Where the optimiser ends
# ------------------------
# Levenberg and Marquardt's method: least squares on the Jacobian, damped more when a step does not help; at most 100 steps.


def fit(model, p):
    """Return the fitted parameters, and the misfit (root mean square) at each step."""
    (r, jacobian), damping = model(p), 1e-3
    misfit = [np.sqrt(np.mean(r * r))]
    while len(misfit) <= 100 and np.isfinite(jacobian).all():
        scale = np.linalg.norm(jacobian, axis=0).clip(1e-300)
        matrix = np.vstack([jacobian / scale, np.sqrt(damping) * np.eye(3)])
        step = np.linalg.lstsq(matrix, np.r_[-r, 0, 0, 0], rcond=None)[0] / scale
        tried = model(p + step)
        size, last = np.sqrt(np.mean(tried[0] ** 2)), misfit[-1]
        if size < last:
            p, (r, jacobian) = p + step, tried
        damping = damping / 10 if size < last else damping * 10
        misfit.append(min(size, last))
        if abs(size - last) < 1e-9 * last:
            break
    return p, misfit


fits, row = {}, "{:<7g}{:<14}{:<12}{:<9.5g}{:<12.5g}{:<12.4g}{:<8.4g}{}"
print("start  form          framework   u        v           k           misfit  steps")
for drag in (0.0, 0.1):
    for (f, n), model in models.items():
        p, misfit = fits[f, n, drag] = fit(model, np.array([13.0, 12.0, drag]))
        print(row.format(drag, f, n, *p, misfit[-1], len(misfit) - 1))

fig, axes = plots.side_by_side(run)
for ax, n in zip(axes, names, strict=True):
    for (role, marker), f in zip(plots.FORM_STYLE, forms, strict=True):
        misfit = np.nan_to_num(fits[f, n, 0.0][1], nan=1e10)
        style = {"color": plots.LIGHT[role], "marker": marker, "label": f, "lw": 1}
        style["ms"] = 9 if f == "simplified" else 4  # seen behind the remedy
        ax.loglog(np.arange(misfit.size) + 1, misfit, mec=plots.outline(role), **style)
    ax.annotate("NaN", (1.15, 6e9), color=plots.LIGHT["ink"])
    ax.axhline(0.02, ls="--", color=plots.LIGHT["ink"], label="error of the camera")
    ax.set_xlabel("evaluation of the model")
    ax.xaxis.set_major_formatter(plots.power_of_ten)
axes[0].set_ylabel("misfit (root mean square, m)")
axes[0].yaxis.set_major_formatter(plots.power_of_ten)
legend = {"loc": "outside lower center", "ncols": 3, "frameon": False}
fig.legend(*axes[0].get_legend_handles_labels(), **legend)
last = [f"{fits[f, 'torch', 0.0][1][-1]:.2g} m" for f in forms]
(_, speed, _), path = fits["epsilon 1e-8", "torch", 0.0]
plots.describe(
    fig,
    "Section 4, inverse problems",
    f"""Fits without drag at first. Naive: NaN at once. Epsilon 1e-8: from a misfit of
    {path[0]:.2g} m to {last[1]}, upwards at {speed:.2g} m/s. Simplified: to {last[2]};
    remedy: to {last[5]}. Epsilon 1e-3: at {last[3]} after 100 steps. Clamped: {last[4]}.""",
    run,
)
plt.show()

# %%
# Why the ball outruns light
# --------------------------
# Without drag, and with :math:`\epsilon` in the denominators only, the textbook's formula returns
#
# .. math::
#
#    x = 0 , \quad y = -\frac{g\,t}{\epsilon} , \quad \frac{\partial y}{\partial v} = 0 , \quad
#    \frac{\partial y}{\partial k} = \frac{2 g\,t}{\epsilon^2} + \frac{v\,t}{\epsilon} , \qquad
#    y \approx \Bigl( v - \frac{g\,\epsilon}{k\,(k + \epsilon)} \Bigr) \frac{k\,t}{k + \epsilon} \text{ for small } k .
#
# The optimiser moves :math:`k` to the size of :math:`\epsilon`; :math:`v`, which alone can do it, cancels the false pole.
#
# .. code-block:: pycon
#
#    >>> for (_, v, k), misfit in (fits["epsilon 1e-8", n, 0.0] for n in ("torch", "tensorflow")):
#    ...     bool(misfit[0] > 1e9), bool(v > 299792458), f"{v * k * (k + 1e-8) / (g * 1e-8):.2f}"
#    (True, True, '1.00')
#    (True, True, '1.00')
#    >>> [all(abs(fits[f, n, 0.0][0][:2] - 14).max() < 0.05 for n in names) for f in forms]
#    [False, False, True, False, False, True]
#    >>> all(abs(fits["epsilon 1e-8", n, 0.1][0] - fits["simplified", n, 0.1][0]).max() < 1e-4 for n in names)
#    True
#
# The last line is the good news: from a drag of 0.1 an :math:`\epsilon` of 1e-8 does no harm, nor does clamping. The paper
# calls errors of the *value* "O(1)". Not here: the textbook subtracts two poles, and the value is off by :math:`g t/\epsilon`.
#
# .. note::
#
#    **Take away**
#
#    - A wrong derivative of one parameter ruins the others: they vanish from the gradient, or bend to make up for it.
#    - The quiet hack is as bad. A clamped parameter has slope 0, so the optimiser never learns that it is there.
#    - Whether a hack does harm depends on the first guess. The simplified form has nothing to depend on.
#
#    **Exercise.** Let *epsilon 1e-3* take 2000 steps. Does it arrive, and where?
#
# Networks are trained from first guesses, too: :doc:`plot_training`.
