"""JAX: every transformation of a repaired function, frozen and with a parameter."""

from __future__ import annotations

import copy
import functools
import pickle
import threading
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.experimental import jet
from remedy import transforms
from remedy.transforms import RADIUS, P, Registry
from removable import repair

Array = Any
Function = Callable[[Array], Array]
ROWS = Registry()


def program(x: Array) -> Array:
    """Return sin(1.5 x)/x; at the top of a module, so that it can be pickled."""
    return jnp.sin(1.5 * x) / x


def repaired(p: Array | None = None, kind: str = "frozen") -> Function:
    """Repair the program, frozen where there is no parameter."""
    if p is None:
        return repair(program, at=0.0)
    if kind == "argument":
        h = repair(lambda x, p: jnp.sin(p * x) / x, at=0.0)
        return lambda x: h(x, p)
    return repair(lambda x: jnp.sin(p * x) / x, at=0.0, radius=RADIUS if kind == "radius given" else None)


@jax.tree_util.register_pytree_node_class
class Sinc:
    """A tree with one leaf, as libraries for neural networks make them.

    The method is repaired where it is called.
    """

    def __init__(self, a: Array, radius: float | None) -> None:
        self.a, self.radius = a, radius

    def program(self, x: Array) -> Array:
        """Return what is repaired."""
        return jnp.sin(self.a * x) / x

    def __call__(self, x: Array) -> Array:
        """Return the repaired function."""
        return repair(self.program, at=0.0, radius=self.radius)(x)

    def tree_flatten(self) -> tuple[tuple[Array], float | None]:
        """Return the leaf and what is no leaf."""
        return (self.a,), self.radius

    @classmethod
    def tree_unflatten(cls, radius: float | None, leaves: tuple[Array]) -> Sinc:
        """Return the tree of another leaf."""
        return cls(*leaves, radius)


def reverse(h: Function, x: Array) -> dict[str, Array]:
    """Return value and slope in reverse mode."""
    y, back = jax.vjp(h, x)
    assert y.shape == x.shape
    return {"value": y, "slope": back(jnp.ones_like(y))[0]}


def total(h: Function) -> Function:
    """Return the sum of a function over all points."""
    return lambda x: h(x).sum()


def by_rows(jacobian: Callable[[Function], Function], h: Function, x: Array) -> Array:
    """Return the diagonal of a Jacobian of seven points at a time, after a check of the rest.

    The rest must be zero.
    """
    matrices = jacobian(h)(x)[None] if x.size == 7 else jax.vmap(jacobian(h))(x.reshape(-1, 7))
    diagonal = jnp.diagonal(matrices, axis1=-2, axis2=-1)
    np.testing.assert_array_equal(matrices, diagonal[..., None] * np.eye(7))
    return diagonal.reshape(-1)


# ----------------------------------------------------------------------------------- gradients by x


@ROWS.row("reverse mode")
def _(made, x, p):
    return reverse(made(p), x)


@ROWS.row("reverse mode, twice")
def _(made, x, p):
    return {"curvature": jax.grad(total(jax.grad(total(made(p)))))(x)}


@ROWS.row("forward mode")
def _(made, x, p):
    value, slope = jax.jvp(made(p), (x,), (jnp.ones_like(x),))
    return {"value": value, "slope": slope}


@ROWS.row("forward over reverse")
def _(made, x, p):
    return {"curvature": jax.jvp(jax.grad(total(made(p))), (x,), (jnp.ones_like(x),))[1]}


@ROWS.row("reverse over forward")
def _(made, x, p):
    h = made(p)
    return {"curvature": jax.grad(lambda x: jax.jvp(h, (x,), (jnp.ones_like(x),))[1].sum())(x)}


@ROWS.row("linearized")
def _(made, x, p):
    value, slope = jax.linearize(made(p), x)
    return {"value": value, "slope": slope(jnp.ones_like(x))}


@ROWS.row("mapped over points")
def _(made, x, p):
    return {"value": jax.vmap(jax.vmap(made(p)))(x.reshape(-1, 7))}


@ROWS.row("gradient of each point")
def _(made, x, p):
    slope = jax.grad(made(p))
    return {"slope": jax.vmap(slope)(x), "curvature": jax.vmap(jax.grad(slope))(x)}


@ROWS.row("Jacobian, reverse")
def _(made, x, p):
    return {"slope": by_rows(jax.jacrev, made(p), x)}


@ROWS.row("Jacobian, forward")
def _(made, x, p):
    return {"slope": by_rows(jax.jacfwd, made(p), x)}


@ROWS.row("Hessian")
def _(made, x, p):
    return {"curvature": by_rows(jax.hessian, total(made(p)), x)}


@ROWS.row("Taylor mode")
def _(made, x, p):
    value, (slope, second) = jet.jet(made(p), (x,), ((jnp.ones_like(x), jnp.zeros_like(x)),))
    return {"value": value, "slope": slope, "curvature": second}


@ROWS.row("recomputed on the way back")
def _(made, x, p):
    return reverse(jax.checkpoint(made(p)), x) | reverse(jax.jit(jax.checkpoint(made(p))), x)


# ----------------------------------------------------------------------------------------- compiled


@ROWS.row("compiled, fixed shapes")
def _(made, x, p):
    """Before any other call."""
    return reverse(jax.jit(made(p)), x)


@ROWS.row("compiled after prepare")
def _(made, x, p):
    h = made(p)
    h.prepare(x)
    return reverse(jax.jit(h), x)


@ROWS.row("compiled after a first call")
def _(made, x, p):
    h = made(p)
    h(x)
    return reverse(jax.jit(h), x)


@ROWS.row("called after it was compiled")
def _(made, x, p):
    h = made(p)
    jax.jit(h)(x)
    return reverse(h, x)


@ROWS.row("compiled gradient")
def _(made, x, p):
    slope = jax.grad(made(p))
    return {"slope": jax.jit(jax.vmap(slope))(x), "curvature": jax.jit(jax.vmap(jax.grad(slope)))(x)}


@ROWS.row("compiled ahead of time")
def _(made, x, p):
    h = made(p)
    f = jax.jit(lambda x: reverse(h, x)).lower(jax.ShapeDtypeStruct(x.shape, x.dtype)).compile()
    assert jax.eval_shape(h, x).shape == x.shape
    return f(x)


@ROWS.row("not compiled")
def _(made, x, p):
    with jax.disable_jit():
        return reverse(jax.jit(made(p)), x)


@ROWS.row("searched for NaN")
def _(made, x, p):
    with jax.debug_nans(True):
        return reverse(made(p), x) | reverse(jax.jit(made(p)), x)


@ROWS.row("exported, any shape")
def _(made, x, p):
    (n,) = jax.export.symbolic_shape("n")
    made_of = jax.export.export(jax.jit(made(p)))(jax.ShapeDtypeStruct((n,), x.dtype))
    loaded = jax.export.deserialize(made_of.serialize(vjp_order=2))
    loaded.call(x[:3])
    return reverse(loaded.call, x) | {"curvature": jax.grad(total(jax.grad(total(loaded.call))))(x)}


# ------------------------------------------------------------------------------------- control flow


@ROWS.row("loop")
def _(made, x, p):
    h, rows = made(p), x.reshape(7, -1)
    return reverse(lambda rows: jax.lax.scan(lambda carry, row: (carry, h(row)), 0.0, rows)[1], rows)


@ROWS.row("loop that counts")
def _(made, x, p):
    h, rows = made(p), x.reshape(7, -1)
    return reverse(lambda rows: jax.lax.fori_loop(0, 7, lambda i, y: y.at[i].set(h(rows[i])), 0 * rows), rows)


@ROWS.row("loop until")
def _(made, x, p):
    h = made(p)
    once = jax.lax.while_loop(lambda state: state[0] < 1, lambda state: (state[0] + 1, h(state[1])), (0, x))[1]
    slope = jax.jvp(
        lambda x: jax.lax.while_loop(lambda s: s[0] < 1, lambda s: (s[0] + 1, h(s[1])), (0, x))[1], (x,), (1 + 0 * x,)
    )
    return {"value": once, "slope": slope[1]}


@ROWS.row("branch")
def _(made, x, p):
    h = made(p)
    return reverse(lambda x: jax.lax.cond(x.sum() > -1e300, h, lambda x: x, x), x)


@ROWS.row("mapped one after another")
def _(made, x, p):
    h, rows = made(p), x.reshape(7, -1)
    return reverse(lambda rows: jax.lax.map(h, rows), rows)


# --------------------------------------------------------------------------------- by the parameter


@ROWS.row("gradient by the parameter")
def _(made, x, p):
    by_p = jax.grad(lambda p: made(p)(x).sum())
    return {"sum:each by p": by_p(p), "sum:twice by p": jax.grad(by_p)(p)}


@ROWS.row("compiled gradient by the parameter")
def _(made, x, p):
    by_p = jax.grad(lambda p: made(p)(x).sum())
    return {"sum:each by p": jax.jit(by_p)(p)}


@ROWS.row("Jacobian by the parameter")
def _(made, x, p):
    found = {
        "each by p": jax.jacfwd(lambda p: made(p)(x))(p),
        "twice by p": jax.jacfwd(jax.jacfwd(lambda p: made(p)(x)))(p),
    }
    if x.size == 7:  # reverse mode would go back once for each point
        found |= {"each by p": jax.jacrev(lambda p: made(p)(x))(p), "twice by p": jax.hessian(lambda p: made(p)(x))(p)}
    return found


@ROWS.row("mixed derivative")
def _(made, x, p):
    return {
        "slope by p": jax.jacfwd(lambda p: jax.vmap(jax.grad(made(p)))(x))(p),
        "sum:slope by p": jax.jit(jax.grad(lambda p: jax.jvp(made(p), (x,), (jnp.ones_like(x),))[1].sum()))(p),
    }


@ROWS.row("mapped over parameters")
def _(made, x, p):
    ps = jnp.stack([p, p])
    by_p = jax.grad(lambda p: made(p)(x).sum())
    return {"value": jax.vmap(lambda p: made(p)(x))(ps), "sum:each by p": jax.jit(jax.vmap(by_p))(ps)}


@ROWS.row("module with other parameters")
def _(made, x, p, kind):
    module = Sinc(p, RADIUS if kind == "radius given" else None)
    value, by_p = jax.jit(jax.value_and_grad(lambda module: module(x).sum()))(module)
    transforms.check({"sum:value": value}, transforms.truth_at(np.asarray(x)))
    return {"sum:each by p": by_p.a}


@ROWS.row("parameters in a loop")
def _(made, x, p):
    def step(p: Array, _: None) -> tuple[Array, Array]:
        return p, jax.grad(lambda p: made(p)(x).sum())(p)

    return {"sum:each by p": jax.jit(lambda p: jax.lax.scan(step, p, None, length=3)[1])(p)}


@ROWS.row("parameter recomputed on the way back")
def _(made, x, p):
    return {"sum:each by p": jax.jit(jax.grad(jax.checkpoint(lambda p: made(p)(x).sum())))(p)}


@ROWS.row("parameter changed between calls")
def _(made, x, p):
    held = {"p": jnp.asarray(0.03)}
    h = made(LazyParameter(held))
    h(x)
    held["p"] = p
    return reverse(h, x)


class LazyParameter:
    """A parameter that is read when it is multiplied.

    What a function closes over may be changed.
    """

    def __init__(self, held: dict[str, Array]) -> None:
        self.held = held

    def __mul__(self, x: Array) -> Array:
        return self.held["p"] * x


# --------------------------------------------------------------------------------------- precisions


def rounded(found: dict[str, Array], x: Array, dtype: Any) -> dict[str, Array]:
    """Check values and slopes to 16 units of rounding."""
    assert found["value"].dtype == found["slope"].dtype == dtype
    found = {name: np.asarray(array, np.float64) for name, array in found.items()}
    transforms.check(found, transforms.truth_at(np.asarray(x, np.float64)), 16 * float(jnp.finfo(dtype).eps))
    return {}


def in_precision(made: Callable, x: Array, p: Array | None, dtype: Any) -> dict[str, Array]:
    """Return value and slope at points of another precision, eager and compiled."""
    x, p = x.astype(dtype), p if p is None else p.astype(dtype)
    rounded(reverse(made(p), x), x, dtype)
    return rounded(reverse(jax.jit(made(p)), x), x, dtype)


@ROWS.row("float32")
def _(made, x, p):
    return in_precision(made, x, p, jnp.float32)


@ROWS.row("float16")
def _(made, x, p):
    return in_precision(made, x, p, jnp.float16)


@ROWS.row("bfloat16")
def _(made, x, p):
    return in_precision(made, x, p, jnp.bfloat16)


@ROWS.row("64 bits off")
def _(made, x, p):
    with jax.enable_x64(False):
        return in_precision(made, jnp.asarray(np.asarray(x, np.float32)), p, jnp.float32)


@ROWS.row("64 bits off, then on")
def _(made, x, p):
    h = made(p)
    with jax.enable_x64(False):
        single = jnp.asarray(np.asarray(x, np.float32))
        h(single)
        jax.jit(h)(single)
    return reverse(h, x) | reverse(jax.jit(h), x)


# -------------------------------------------------------------------------- shapes, copies, threads


@ROWS.row("one number")
def _(made, x, p):
    each = [reverse(made(p), x[i]) for i in range(7)]
    assert all(found["value"].shape == () for found in each)
    return {name: jnp.stack([found[name] for found in each]) for name in ("value", "slope")}


@ROWS.row("no points")
def _(made, x, p):
    for shape in ((0,), (3, 0)):
        assert reverse(made(p), jnp.zeros(shape))["slope"].shape == shape
        assert reverse(jax.jit(made(p)), jnp.zeros(shape))["slope"].shape == shape
    return {}


@ROWS.row("pickled")
def _(made, x, p):
    h = made(p)
    h(x)
    return reverse(pickle.loads(pickle.dumps(h)), x)


@ROWS.row("copied")
def _(made, x, p):
    h = made(p)
    h(x)
    return reverse(copy.deepcopy(h), x)


@ROWS.row("eight threads")
def _(made, x, p):
    h = made(p)  # not called before: all eight meet at the first call
    start, found, raised = threading.Barrier(8), [], []

    def work() -> None:
        start.wait()
        try:
            with jax.enable_x64(True):  # each thread has its own setting
                for _ in range(3):
                    found.append(reverse(h, x) | reverse(jax.jit(h), x))
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
    return {name: jnp.stack([each[name] for each in found]) for name in found[0]}


def arguments(case: transforms.Case) -> tuple[Callable[..., Function], Array, Array | None]:
    """Return what makes the function, the points and the parameter."""
    p = None if case.kind == "frozen" else jnp.asarray(P)
    return functools.partial(repaired, kind=case.kind), jnp.asarray(transforms.points(case.size)), p


@pytest.mark.parametrize("case", list(transforms.cases("jax")))
def test_a_repaired_function_under(case):
    transformation = ROWS[case.row]
    options = {"kind": case.kind} if "kind" in transformation.__code__.co_varnames else {}
    with jax.enable_x64(True):
        transforms.run(case, lambda: transformation(*arguments(case), **options))


def test_every_row_is_tested():
    assert set(ROWS) == {row for row, cells in transforms.TABLE.items() if "jax" in cells}
