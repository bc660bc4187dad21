"""TensorFlow: every transformation of a repaired function, frozen and with a parameter."""

from __future__ import annotations

import copy
import functools
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from remedy import transforms
from remedy.transforms import RADIUS, P, Registry
from removable import repair

Tensor = Any
Function = Callable[[Tensor], Tensor]
ROWS = Registry()


def program(x: Tensor) -> Tensor:
    """Return sin(1.5 x)/x."""
    return tf.sin(1.5 * x) / x


def repaired(p: Tensor | None = None, kind: str = "frozen") -> Function:
    """Repair the program, frozen where there is no parameter.

    A parameter is cast, because TensorFlow does not promote it to complex numbers.
    """
    if p is None:
        return repair(program, at=0.0)
    if kind == "argument":
        h = repair(lambda x, p: tf.sin(p * x) / x, at=0.0)
        return lambda x: h(x, p)
    return repair(
        lambda x: tf.sin(tf.cast(p, x.dtype) * x) / x, at=0.0, radius=RADIUS if kind == "radius given" else None
    )


class Sinc(tf.Module):
    """A module whose repaired function is a method that reads ``self.a``, or is frozen."""

    def __init__(self, kind: str, a: float = P) -> None:
        super().__init__()
        self.a = tf.Variable(a, dtype=tf.float64)
        radius = RADIUS if kind == "radius given" else None
        self.h = repair(program, at=0.0) if kind == "frozen" else repair(self.program, at=0.0, radius=radius)

    def program(self, x: Tensor) -> Tensor:
        """Return what is repaired."""
        return tf.sin(tf.cast(self.a, x.dtype) * x) / x

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float64)])
    def __call__(self, x: Tensor) -> Tensor:
        """Return the repaired function, compiled for any number of points."""
        return self.h(x)


@keras.saving.register_keras_serializable("removable")
class SincLayer(keras.layers.Layer):
    """A layer of the same kinds."""

    def __init__(self, kind: str, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind
        self.a = self.add_weight(shape=(), initializer=keras.initializers.Constant(P), name="a")
        radius = RADIUS if kind == "radius given" else None
        self.h = repair(program, at=0.0) if kind == "frozen" else repair(self.program, at=0.0, radius=radius)

    def program(self, x: Tensor) -> Tensor:
        """Return what is repaired."""
        return tf.sin(tf.cast(self.a, x.dtype) * x) / x

    def call(self, x: Tensor) -> Tensor:
        """Return the repaired function."""
        return self.h(x)

    def get_config(self) -> dict[str, Any]:
        """Return what a new one is made of."""
        return {**super().get_config(), "kind": self.kind}


def reverse(h: Function, x: Tensor, p: Tensor | None) -> dict[str, Tensor]:
    """Return value and gradients in reverse mode."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = h(x)
    assert y.shape == x.shape
    found = tape.gradient(y, [x] if p is None else [x, p])
    return {"value": y, **dict(zip(("slope", "sum:each by p"), found, strict=False))}


def curvature(h: Function, x: Tensor, p: Tensor | None) -> dict[str, Tensor]:
    """Return second derivatives by two tapes."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = h(x)
        slope = tape.gradient(y, x)
    found = outer.gradient(slope, [x] if p is None else [x, p])
    return dict(zip(("curvature", "sum:slope by p"), found, strict=False))


def diagonal(matrices: Tensor) -> Tensor:
    """Return the diagonals in one row, after a look at the rest."""
    found = tf.linalg.diag_part(matrices)
    np.testing.assert_array_equal(matrices, tf.linalg.diag(found))
    return tf.reshape(found, [-1])


# ---------------------------------------------------------------------------------------- gradients


@ROWS.row("reverse mode")
def _(made, x, p):
    return reverse(made(p), x, p)


@ROWS.row("reverse mode, twice")
def _(made, x, p):
    return curvature(made(p), x, p)


@ROWS.row("several gradients of one call")
def _(made, x, p):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = made(p)(x)
        z = 2.0 * y
    found = {"value": y, "slope": tape.gradient(z, x) / 2.0}
    return found if p is None else {**found, "sum:each by p": tape.gradient(y, p)}


@ROWS.row("forward mode")
def _(made, x, p):
    h = made(p)
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
        y = h(x)
    found = {"value": y, "slope": accumulator.jvp(y)}
    if p is not None:
        with tf.autodiff.ForwardAccumulator(p, tf.ones_like(p)) as accumulator:
            y = h(x)
        found["each by p"] = accumulator.jvp(y)
    return found


@ROWS.row("forward over reverse")
def _(made, x, p):
    h = made(p)
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = h(x)
        found = tape.gradient(y, [x] if p is None else [x, p])
    return {name: accumulator.jvp(grad) for name, grad in zip(("curvature", "sum:slope by p"), found, strict=False)}


@ROWS.row("reverse over forward")
def _(made, x, p):
    h = made(p)
    with tf.GradientTape() as tape:
        tape.watch(x)
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
            y = h(x)
        slope = accumulator.jvp(y)
    found = tape.gradient(slope, [x] if p is None else [x, p])
    return dict(zip(("curvature", "sum:slope by p"), found, strict=False))


@ROWS.row("recomputed on the way back")
def _(made, x, p):
    return reverse(tf.recompute_grad(made(p)), x, p)


@ROWS.row("recomputed on the way back, compiled")
def _(made, x, p):
    return reverse(tf.function(tf.recompute_grad(made(p))), x, p)


@ROWS.row("Jacobian, reverse")
def _(made, x, p):
    rows = tf.reshape(x, [-1, 7])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(rows)
        y = made(p)(rows)
    found = {"slope": diagonal(tape.batch_jacobian(y, rows))}
    if x.shape[0] == 7:
        found["slope"] = diagonal(tape.jacobian(y, rows)[0, :, 0])
        if p is not None:
            found["each by p"] = tape.jacobian(y, p)[0]
    return found


@ROWS.row("Hessian")
def _(made, x, p):
    rows = tf.reshape(x, [-1, 7])
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(rows)
        with tf.GradientTape() as tape:
            tape.watch(rows)
            y = made(p)(rows)
        slope = tape.gradient(y, rows)
    found = {"curvature": diagonal(outer.batch_jacobian(slope, rows))}
    if x.shape[0] == 7:
        found["curvature"] = diagonal(outer.jacobian(slope, rows)[0, :, 0])
        if p is not None:
            found["slope by p"] = outer.jacobian(slope, p)[0]
    return found


# ----------------------------------------------------------------------------------------- compiled


@ROWS.row("compiled, fixed shapes")
def _(made, x, p):
    h = made(p)
    inside = tf.function(lambda x: (reverse(h, x, p), curvature(h, x, p)))(x)
    transforms.check(inside[0] | inside[1], transforms.truth_at(x.numpy()))
    return reverse(tf.function(made(p)), x, p)


@ROWS.row("compiled, any shape")
def _(made, x, p):
    f = tf.function(made(p), input_signature=[tf.TensorSpec([None], tf.float64)])
    f(x[:3])
    return reverse(f, x, p)


@ROWS.row("compiled, any number of axes")
def _(made, x, p):
    f = tf.function(made(p), input_signature=[tf.TensorSpec(None, tf.float64)])
    f(tf.reshape(x, [-1, 7, 1]))
    return reverse(f, x, p)


@ROWS.row("compiled to code")
def _(made, x, p):
    h = made(p)
    f = tf.function(lambda x: reverse(h, x, p) | curvature(h, x, p), jit_compile=True)
    return f(x)


@ROWS.row("compiled to code, gradient outside")
def _(made, x, p):
    return reverse(tf.function(made(p), jit_compile=True), x, p)


@ROWS.row("compiled after prepare")
def _(made, x, p):
    h = made(p)
    h.prepare(x)
    return reverse(tf.function(h), x, p)


@ROWS.row("compiled after a first call")
def _(made, x, p):
    h = made(p)
    h(x)
    return reverse(tf.function(h), x, p)


@ROWS.row("compiled forward mode")
def _(made, x, p):
    h = made(p)

    @tf.function
    def slope(x: Tensor) -> tuple[Tensor, Tensor]:
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
            y = h(x)
        return y, accumulator.jvp(y)

    return dict(zip(("value", "slope"), slope(x), strict=True))


# ------------------------------------------------------------------------------------- control flow


@ROWS.row("mapped over points")
def _(made, x, p):
    h = made(p)
    return reverse(lambda x: tf.reshape(tf.vectorized_map(h, tf.reshape(x, [-1, 7])), [-1]), x, p)


@ROWS.row("gradient of each point")
def _(made, x, p):
    h = made(p)

    def slope(x: Tensor) -> Tensor:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = h(x)
        return tape.gradient(y, x)

    return {"slope": tf.vectorized_map(slope, x)}


@ROWS.row("mapped one after another")
def _(made, x, p):
    h, rows = made(p), tf.reshape(x, [7, -1])
    return reverse(lambda rows: tf.map_fn(h, rows), rows, p)


@ROWS.row("loop")
def _(made, x, p):
    h, rows = made(p), tf.reshape(x, [7, -1])

    @tf.function
    def values(rows: Tensor) -> Tensor:
        def step(i: Tensor, found: Any) -> tuple[Tensor, Any]:
            return i + 1, found.write(i, h(rows[i]))

        found = tf.TensorArray(tf.float64, size=7)
        return tf.while_loop(lambda i, _: i < 7, step, (tf.constant(0), found))[1].stack()

    return reverse(values, rows, p)


@ROWS.row("branch")
def _(made, x, p):
    h = made(p)
    f = tf.function(lambda x: tf.cond(tf.reduce_sum(x) > -1e300, lambda: h(x), lambda: x))
    return reverse(f, x, p)


@ROWS.row("data set")
def _(made, x, p):
    batches = tf.data.Dataset.from_tensor_slices(tf.reshape(x, [7, -1])).map(made(p))
    return {"value": tf.reshape(tf.stack(list(batches)), [-1])}


# --------------------------------------------------------------------------- saved, copied, threads


@ROWS.row("saved and loaded")
def _(made, x, p, kind, folder):
    tf.saved_model.save(Sinc(kind), str(folder / "saved"))
    loaded = tf.saved_model.load(str(folder / "saved"))
    return reverse(loaded, x, None if kind == "frozen" else loaded.a)


@ROWS.row("pickled")
def _(made, x, p):
    h = made(p)
    h(x)
    return reverse(pickle.loads(pickle.dumps(h)), x, p)


@ROWS.row("copied")
def _(made, x, p, kind):
    module = Sinc(kind, a=0.5)
    before = module.h(x)
    copy_of_it = copy.deepcopy(module)
    copy_of_it.a.assign(P)
    found = reverse(copy_of_it.h, x, None if kind == "frozen" else copy_of_it.a)
    np.testing.assert_array_equal(module.h(x), before)
    return found


@ROWS.row("parameter changed between calls")
def _(made, x, p):
    p.assign(0.03)
    h = made(p)
    h(x)
    p.assign(P)
    return reverse(h, x, p)


@ROWS.row("parameter changed between compiled calls")
def _(made, x, p):
    p.assign(0.03)
    f = tf.function(made(p))
    f(x)
    p.assign(P)
    return reverse(f, x, p)


@ROWS.row("eight threads")
def _(made, x, p):
    h = made(p)  # not called before: all eight meet at the first call
    start, found, raised = threading.Barrier(8), [], []

    def work() -> None:
        start.wait()
        try:
            for _ in range(3):
                found.append(reverse(h, x, p))
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
    return {name: tf.stack([each[name] for each in found]) for name in found[0]}


# -------------------------------------------------------------------------------------------- Keras


@ROWS.row("Keras layer")
def _(made, x, p, kind):
    layer = SincLayer(kind, dtype="float64")
    return reverse(layer, x, None if kind == "frozen" else layer.a.value)


@ROWS.row("Keras model, saved and loaded")
def _(made, x, p, kind, folder):
    points = keras.Input((7,), dtype="float64")
    model = keras.Model(points, SincLayer(kind, dtype="float64")(points))
    model.save(folder / "model.keras")
    loaded = keras.models.load_model(folder / "model.keras")
    rows = tf.reshape(x, [-1, 7])
    return reverse(loaded, rows, None if kind == "frozen" else loaded.layers[-1].a.value)


@ROWS.row("Keras training")
def _(made, x, p, kind):
    points = keras.Input((7,), dtype="float64")
    model = keras.Model(points, SincLayer(kind, dtype="float64")(points))
    model.layers[-1].a.assign(1.0)
    model.compile(optimizer=keras.optimizers.SGD(0.5), loss="mse", jit_compile=False)
    wanted = transforms.truth_at(x.numpy())["value"][None]
    model.fit(x[None], wanted, epochs=100, verbose=0)  # casts to float32 on the way
    assert abs(float(model.layers[-1].a) - P) < 1e-3
    return {}


@ROWS.row("Keras tensor")
def _(made, x, p):
    """A Keras tensor stands for numbers to come, so a layer has to take it.

    TensorFlow's own functions refuse it.
    """
    return {"value": made(p)(keras.Input((7,), dtype="float64"))}


@ROWS.row("Keras variables")
def _(made, x, p):
    x = keras.Variable(x, dtype="float64")
    if p is not None:
        p = keras.Variable(P, dtype="float64")
    with tf.GradientTape() as tape:
        y = made(p)(x)
    found = tape.gradient(y, [x.value] if p is None else [x.value, p.value])
    return {"value": y, **dict(zip(("slope", "sum:each by p"), found, strict=False))}


@ROWS.row("automatic precision")
def _(made, x, p, kind):
    layer = SincLayer(kind, dtype=keras.DTypePolicy("mixed_bfloat16"))
    x = tf.cast(x, tf.bfloat16)
    found = reverse(layer, x, None if kind == "frozen" else layer.a.value)
    return rounded(found, x, tf.bfloat16)


# ---------------------------------------------------------------------------- precisions and shapes


def rounded(found: dict[str, Tensor], x: Tensor, dtype: tf.DType) -> dict[str, Tensor]:
    """Check values and slopes to 16 units of rounding.

    The sum of 100,002 half numbers would overflow.
    """
    assert found["value"].dtype == found["slope"].dtype == dtype
    if x.shape[0] > 7:
        found.pop("sum:each by p", None)
    eps = {"float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}[dtype.name]
    found = {name: tf.cast(tensor, tf.float64) for name, tensor in found.items()}
    transforms.check(found, transforms.truth_at(tf.cast(x, tf.float64).numpy()), 16 * eps)
    return {}


@ROWS.row("float32")
def _(made, x, p):
    x = tf.cast(x, tf.float32)
    return rounded(reverse(made(p), x, p), x, tf.float32)


@ROWS.row("float16")
def _(made, x, p):
    x = tf.cast(x, tf.float16)
    return rounded(reverse(made(p), x, p), x, tf.float16)


@ROWS.row("bfloat16")
def _(made, x, p):
    x = tf.cast(x, tf.bfloat16)
    return rounded(reverse(made(p), x, p), x, tf.bfloat16)


@ROWS.row("parameter and points in float32")
def _(made, x, p):
    x, p = tf.cast(x, tf.float32), tf.Variable(P, dtype=tf.float32)
    return rounded(reverse(made(p), x, p), x, tf.float32)


@ROWS.row("points in a variable")
def _(made, x, p):
    return reverse(made(p), tf.Variable(x), p)


@ROWS.row("one number")
def _(made, x, p):
    each = [reverse(made(p), x[i], p) for i in range(7)]
    assert all(found["value"].shape == () for found in each)
    summed = {} if p is None else {"sum:each by p": sum(found["sum:each by p"] for found in each)}
    return {name: tf.stack([found[name] for found in each]) for name in ("value", "slope")} | summed


@ROWS.row("no points")
def _(made, x, p):
    for shape in ((0,), (3, 0)):
        found = reverse(made(p), tf.zeros(shape, x.dtype), p)
        assert found["value"].shape == found["slope"].shape == shape
        assert p is None or found["sum:each by p"] == 0
    return {}


def arguments(case: transforms.Case) -> tuple[Callable[..., Function], Tensor, Tensor | None]:
    """Return what makes the function, the points and the parameter."""
    p = None if case.kind == "frozen" else tf.Variable(P, dtype=tf.float64)
    return functools.partial(repaired, kind=case.kind), tf.constant(transforms.points(case.size)), p


@pytest.mark.parametrize("case", list(transforms.cases("tensorflow")))
def test_a_repaired_function_under(case, tmp_path: Path):
    transformation = ROWS[case.row]
    names = transformation.__code__.co_varnames[: transformation.__code__.co_argcount]
    options = {name: value for name, value in (("kind", case.kind), ("folder", tmp_path)) if name in names}
    transforms.run(case, lambda: transformation(*arguments(case), **options))


def test_every_row_is_tested():
    assert set(ROWS) == {row for row, cells in transforms.TABLE.items() if "tensorflow" in cells}
