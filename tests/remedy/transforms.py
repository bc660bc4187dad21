"""Every transformation that a framework offers, and what a repaired function does under it.

``TABLE`` states the expectation: a repaired function works, or it refuses in one sentence of ``removable.errors``. There is
no third entry. Each test file holds the transformations of one framework as small functions, registered by their row, and
one test that runs all of them:

- *frozen*: ``repair`` of a function that reads nothing but its argument;
- *parameter*: of a function that closes over a parameter, the radius to be found;
- *radius given*: the same with ``radius=``, for parameters whose values a compiler does not show.

The function is sin(p x)/x at 0, with p = 1.5 for ever in the frozen one. Derivatives by x are held against exact arithmetic;
those by p are cos(p x) and what follows from it, where nothing cancels.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from removable import truth
from removable.errors import InputError, RemovableError

P = 1.5
RADIUS = 1.0
KINDS = ("frozen", "parameter", "radius given")
SIZES = ("small", "large")
TOLERANCE = 1e-13

Transformation = Callable[..., Mapping[str, Any]]
"""Takes what makes the repaired function of a parameter, the points and the parameter; returns what it found, by name."""


@dataclasses.dataclass(frozen=True)
class Refusal:
    """One sentence: what it must contain, as a regular expression, and the class of the error."""

    sentence: str
    error: type[RemovableError] = InputError


WORKS = "works"
TRACED = Refusal(r"radius=|prepare")
"""A parameter without a value: only what depends on no value can be done, with a radius from outside."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """What is called, and what is expected of each kind; ``sizes`` and ``kinds`` where not all of them make sense."""

    call: str
    frozen: str | Refusal = WORKS
    parameter: str | Refusal = WORKS
    given: str | Refusal = WORKS
    sizes: tuple[str, ...] = SIZES
    kinds: tuple[str, ...] = KINDS

    def expected(self, kind: str) -> str | Refusal:
        """Return ``WORKS`` or the refusal."""
        return {"frozen": self.frozen, "parameter": self.parameter, "radius given": self.given}[kind]


@functools.cache
def points(size: str) -> np.ndarray:
    """Return 7 points, or 100,002 (a multiple of 7) on all scales: the singular one among them, and 1e-300."""
    if size == "small":
        return np.array([0.0, 1e-300, -1e-9, 1e-3, 0.3, -1.25, 4.0])
    rng = np.random.default_rng(20230506)
    scales = np.concatenate([10.0 ** rng.uniform(-300, 0, 200), rng.uniform(0, 0.6, 200), rng.uniform(0, 4, 200)])
    return np.resize(np.concatenate([[0.0, 1e-300, -1e-300], scales, -scales]), 100_002)


@functools.cache
def true(size: str) -> Mapping[str, np.ndarray]:
    """Return the true values, by the names that transformations use."""
    return truth_at(points(size))


def truth_at(x: np.ndarray) -> Mapping[str, np.ndarray]:
    """Return the true values at some points: exact arithmetic for what cancels."""
    few, back = np.unique(x, return_inverse=True)
    value, slope, curvature = truth.derivatives(lambda x, xp: xp.sin(P * x) / x, few, base=0.0, order=2)[:, back]
    return {
        "value": value,
        "slope": slope,
        "curvature": curvature,
        "each by p": np.cos(P * x),
        "slope by p": -P * np.sin(P * x),
        "twice by p": -x * np.sin(P * x),
    }


def check(found: Mapping[str, Any], expected: Mapping[str, np.ndarray], tolerance: float = TOLERANCE) -> None:
    """Hold what was found against the truth, relative to its size or to 1.

    A name that starts with "sum:" is a sum over all points, whose size is the sum of the sizes.
    """
    for name, got in found.items():
        total = name.startswith("sum:")
        wanted = expected[name.removeprefix("sum:")]
        size = np.abs(wanted)
        if total:
            wanted, size = wanted.sum(), size.sum()
        got = np.asarray(got, dtype=np.float64)
        # One row for each thread or each member of an ensemble is as good as one.
        got = got.reshape(wanted.shape) if got.size == wanted.size else got
        assert got.shape[got.ndim - wanted.ndim :] == wanted.shape, f"{name} has shape {got.shape}"
        error = np.abs(got - wanted) / np.maximum(1.0, size)
        worst = np.unravel_index(np.argmax(np.where(np.isnan(error), np.inf, error)), error.shape) if error.size else ()
        assert np.all(error <= tolerance), (
            f"{name}: {got[worst]} at point {worst[-1:]}, relative error {error[worst]:.2e}"
        )


WRAPPED = (
    re.compile(r"""raised exception (?P<kind>\w+)\((?P<quote>['"])(?P<message>.+)(?P=quote)\)"""),
    re.compile(r"^ +(?P<kind>\w+Error): (?P<message>.+)$", re.MULTILINE),
)
"""How Dynamo and AutoGraph, which raise an error of their own whatever a program raises, quote it."""


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it was raised from, or while handling."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def refused(call: Callable[[], Any]) -> tuple[str, str]:
    """Return the class and the message of a refusal after checking that it is one sentence."""
    try:
        call()
    except Exception as error:
        said = str(error)
        ours = next((e for e in causes(error) if isinstance(e, RemovableError)), None)
        quoted = next(filter(None, (pattern.search(said) for pattern in WRAPPED)), None)
        if ours is not None:
            kind, message = type(ours).__name__, str(ours)
        elif quoted:
            kind, message = quoted["kind"], quoted["message"].strip()
        else:
            raise
        assert message in said, said
    else:
        pytest.fail("it did not refuse")
    assert "\n" not in message, message
    assert not re.search(r"[a-z)]\. [A-Z]", message), message
    return kind, message


def run(case: Case, call: Callable[[], Mapping[str, Any]]) -> None:
    """Run a transformation: it is right, or it refuses as the table says."""
    expected = case.entry.expected(case.kind)
    if isinstance(expected, Refusal):
        kind, message = refused(call)
        assert kind == expected.error.__name__, message
        assert re.search(expected.sentence, message), message
        return
    check(call(), true(case.size))


@dataclasses.dataclass(frozen=True)
class Case:
    """One cell of the table at one size."""

    row: str
    framework: str
    kind: str
    size: str

    @property
    def entry(self) -> Entry:
        """Return the cell."""
        return TABLE[self.row][self.framework]


def cases(framework: str) -> Iterator[Any]:
    """Yield all parameters of the test of one framework."""
    for row, cells in TABLE.items():
        if framework in cells:
            for kind in cells[framework].kinds:
                for size in cells[framework].sizes:
                    yield pytest.param(Case(row, framework, kind, size), id=f"{row}, {kind}, {size}")


class Registry(dict[str, Transformation]):
    """The transformations of one framework by their rows."""

    def row(self, name: str) -> Callable[[Transformation], Transformation]:
        """Register a function as the one that does what a row of the table says."""

        def register(function: Transformation) -> Transformation:
            assert name not in self, name
            self[name] = function
            return function

        return register


def rendered() -> Iterator[tuple[str, str, str, str, str, str]]:
    """Yield the table as text: transformation, framework, call, and what is expected of each kind."""
    for row, cells in TABLE.items():
        for framework, entry in cells.items():
            each = (entry.expected(kind) if kind in entry.kinds else "-" for kind in KINDS)
            yield (row, framework, entry.call, *(e.sentence if isinstance(e, Refusal) else e for e in each))


SMALL = ("small",)
LEARNS = ("parameter", "radius given")

TABLE: dict[str, dict[str, Entry]] = {
    # Gradients.
    "reverse mode": {"torch": Entry("torch.autograd.grad")},
    "reverse mode, twice": {"torch": Entry("torch.autograd.grad(create_graph=True)")},
    "no gradient": {"torch": Entry("torch.no_grad")},
    "no gradient: inference": {"torch": Entry("torch.inference_mode")},
    "forward mode": {"torch": Entry("torch.autograd.forward_ad")},
    "forward over reverse": {"torch": Entry("torch.autograd.grad in torch.autograd.forward_ad")},
    "gradients against differences": {"torch": Entry("torch.autograd.gradcheck(check_forward_ad=True)")},
    "second derivatives against differences": {"torch": Entry("torch.autograd.gradgradcheck(check_fwd_over_rev=True)")},
    "recomputed on the way back": {"torch": Entry("torch.utils.checkpoint.checkpoint")},
    "hooks that pack what is saved": {"torch": Entry("torch.autograd.graph.saved_tensors_hooks")},
    "mapped over points": {"torch": Entry("torch.func.vmap")},
    "gradient of each point": {"torch": Entry("torch.func.vmap(grad), vmap(grad(grad))")},
    "Jacobian, reverse": {"torch": Entry("torch.func.jacrev, vmap(jacrev)")},
    "Jacobian, forward": {"torch": Entry("torch.func.jacfwd, vmap(jacfwd)")},
    "Hessian": {"torch": Entry("torch.func.hessian, vmap(hessian)")},
    "Hessian, reverse over forward": {"torch": Entry("torch.func.jacrev(jacfwd)")},
    "tangents and cotangents": {"torch": Entry("torch.func.jvp, vjp, linearize")},
    # By the parameter, which has no number then.
    "gradient by the parameter": {"torch": Entry("torch.func.grad, grad(grad)", kinds=LEARNS)},
    "Jacobian by the parameter": {"torch": Entry("torch.func.jacfwd, jacrev, hessian", kinds=LEARNS)},
    "mixed derivative": {"torch": Entry("torch.func.jacfwd(vmap(grad)), grad(jvp)", kinds=LEARNS)},
    "mapped over parameters": {"torch": Entry("torch.func.vmap, vmap(grad)", parameter=TRACED, kinds=LEARNS)},
    "module with other parameters": {
        "torch": Entry("torch.func.functional_call, vmap(grad)", parameter=TRACED, kinds=LEARNS)
    },
    # Compiled, exported, traced.
    "compiled to code": {"torch": Entry("torch.compile(fullgraph=True)", parameter=TRACED, sizes=SMALL)},
    "compiled, fixed shapes": {"torch": Entry("torch.compile(fullgraph=True, dynamic=False)", parameter=TRACED)},
    "compiled, any shape": {"torch": Entry("torch.compile(fullgraph=True, dynamic=True)", parameter=TRACED)},
    "compiled after a first call": {"torch": Entry("torch.compile(fullgraph=True)")},
    "compiled gradient": {"torch": Entry("torch.compile(vmap(grad(grad)), fullgraph=True)", parameter=TRACED)},
    "compiled gradient by the parameter": {
        "torch": Entry("torch.compile(grad, fullgraph=True)", parameter=TRACED, kinds=LEARNS)
    },
    "exported": {"torch": Entry("torch.export.export", parameter=TRACED)},
    "exported, strict": {"torch": Entry("torch.export.export(strict=True)", parameter=TRACED)},
    # It refuses any function that closes over what requires a gradient, and asks for a module.
    "recorded": {"torch": Entry("torch.jit.trace", kinds=("frozen",))},
    "module recorded": {"torch": Entry("torch.jit.trace of a module", sizes=SMALL)},
    "traced, real values": {"torch": Entry("make_fx(tracing_mode='real')")},
    "traced, no values": {"torch": Entry("make_fx(tracing_mode='fake')", parameter=TRACED)},
    "traced, no shapes": {"torch": Entry("make_fx(tracing_mode='symbolic')", parameter=TRACED)},
    "traced, parameter as argument": {
        "torch": Entry("make_fx(tracing_mode='symbolic')", parameter=TRACED, kinds=LEARNS)
    },
    # Precisions.
    "automatic precision": {"torch": Entry("torch.autocast('cpu', torch.bfloat16)")},
    "float32": {"torch": Entry("torch.float32")},
    "float16": {"torch": Entry("torch.float16")},
    "bfloat16": {"torch": Entry("torch.bfloat16")},
    "parameter and points in float32": {"torch": Entry("torch.float32", kinds=LEARNS)},
    # Shapes and places.
    "one number": {"torch": Entry("x of shape ()", sizes=SMALL)},
    "no points": {"torch": Entry("x of shape (0,) and (3, 0)", sizes=SMALL)},
    "strided and turned": {"torch": Entry("x[:, 0], x.T, x.expand")},
    "view of a leaf": {"torch": Entry("requires_grad of the base of x")},
    "changed in place afterwards": {"torch": Entry("h(x).mul_(1.0)")},
    "no storage": {"torch": Entry("torch.device('meta')")},
    # Copies and threads.
    "pickled": {"torch": Entry("pickle.dumps")},
    "saved and loaded": {"torch": Entry("torch.save of a module, load_state_dict")},
    "copied": {"torch": Entry("copy.deepcopy of a module, a method repaired")},
    "copied, closing over self": {"torch": Entry("copy.deepcopy of a module, a lambda that reads self.a")},
    "parameter changed between calls": {"torch": Entry("p.fill_", kinds=LEARNS)},
    "eight threads": {"torch": Entry("threading.Thread")},
}

TABLE.setdefault("reverse mode", {})["tensorflow"] = Entry("tf.GradientTape")
TABLE.setdefault("reverse mode, twice", {})["tensorflow"] = Entry("tf.GradientTape in tf.GradientTape")
TABLE.setdefault("several gradients of one call", {})["tensorflow"] = Entry("tf.GradientTape(persistent=True)")
TABLE.setdefault("forward mode", {})["tensorflow"] = Entry("tf.autodiff.ForwardAccumulator")
TABLE.setdefault("forward over reverse", {})["tensorflow"] = Entry("tf.GradientTape in ForwardAccumulator")
TABLE.setdefault("reverse over forward", {})["tensorflow"] = Entry("ForwardAccumulator in tf.GradientTape")
TABLE.setdefault("recomputed on the way back", {})["tensorflow"] = Entry("tf.recompute_grad")
TABLE.setdefault("Jacobian, reverse", {})["tensorflow"] = Entry("tape.jacobian, batch_jacobian")
TABLE.setdefault("Hessian", {})["tensorflow"] = Entry("tape.jacobian, batch_jacobian of tape.gradient")
TABLE.setdefault("compiled, fixed shapes", {})["tensorflow"] = Entry("tf.function", parameter=TRACED)
TABLE.setdefault("compiled, any shape", {})["tensorflow"] = Entry("tf.function, TensorSpec([None])", parameter=TRACED)
TABLE.setdefault("compiled, any number of axes", {})["tensorflow"] = Entry(
    "tf.function, TensorSpec(None)", parameter=TRACED
)
TABLE.setdefault("compiled to code", {})["tensorflow"] = Entry("tf.function(jit_compile=True)", parameter=TRACED)
TABLE.setdefault("compiled to code, gradient outside", {})["tensorflow"] = Entry(
    "tf.function(jit_compile=True)", parameter=TRACED
)
TABLE.setdefault("compiled after a first call", {})["tensorflow"] = Entry("tf.function")
TABLE.setdefault("compiled after prepare", {})["tensorflow"] = Entry("tf.function")
TABLE.setdefault("compiled forward mode", {})["tensorflow"] = Entry(
    "ForwardAccumulator in tf.function", parameter=TRACED
)
TABLE.setdefault("mapped over points", {})["tensorflow"] = Entry("tf.vectorized_map", parameter=TRACED)
TABLE.setdefault("gradient of each point", {})["tensorflow"] = Entry(
    "tf.vectorized_map of tape.gradient", parameter=TRACED
)
TABLE.setdefault("mapped one after another", {})["tensorflow"] = Entry("tf.map_fn")
TABLE.setdefault("loop", {})["tensorflow"] = Entry("tf.while_loop", parameter=TRACED)
TABLE.setdefault("branch", {})["tensorflow"] = Entry("tf.cond", parameter=TRACED)
TABLE.setdefault("data set", {})["tensorflow"] = Entry("tf.data.Dataset.map", parameter=TRACED)
TABLE.setdefault("saved and loaded", {})["tensorflow"] = Entry("tf.saved_model", parameter=TRACED)
TABLE.setdefault("pickled", {})["tensorflow"] = Entry("pickle.dumps", kinds=("frozen",))
TABLE.setdefault("copied", {})["tensorflow"] = Entry("copy.deepcopy of a tf.Module, a method repaired")
TABLE.setdefault("parameter changed between calls", {})["tensorflow"] = Entry("p.assign", kinds=LEARNS)
TABLE.setdefault("parameter changed between compiled calls", {})["tensorflow"] = Entry(
    "p.assign, tf.function", parameter=TRACED, kinds=LEARNS
)
TABLE.setdefault("eight threads", {})["tensorflow"] = Entry("threading.Thread")
TABLE.setdefault("Keras layer", {})["tensorflow"] = Entry("keras.layers.Layer")
TABLE.setdefault("Keras model, saved and loaded", {})["tensorflow"] = Entry("keras.Model.save", parameter=TRACED)
TABLE.setdefault("Keras training", {})["tensorflow"] = Entry(
    "keras.Model.fit", parameter=TRACED, sizes=SMALL, kinds=LEARNS
)
TABLE.setdefault("Keras variables", {})["tensorflow"] = Entry("keras.Variable as x and as parameter")
TABLE.setdefault("automatic precision", {})["tensorflow"] = Entry("keras.DTypePolicy('mixed_bfloat16')")
TABLE.setdefault("float32", {})["tensorflow"] = Entry("tf.float32")
TABLE.setdefault("float16", {})["tensorflow"] = Entry("tf.float16")
TABLE.setdefault("bfloat16", {})["tensorflow"] = Entry("tf.bfloat16")
TABLE.setdefault("parameter and points in float32", {})["tensorflow"] = Entry("tf.float32", kinds=LEARNS)
TABLE.setdefault("points in a variable", {})["tensorflow"] = Entry("tf.Variable as x")
TABLE.setdefault("one number", {})["tensorflow"] = Entry("x of shape ()", sizes=SMALL)
TABLE.setdefault("no points", {})["tensorflow"] = Entry("x of shape (0,) and (3, 0)", sizes=SMALL)
TABLE["recomputed on the way back, compiled"] = {
    "tensorflow": Entry("tf.function(tf.recompute_grad)", parameter=TRACED)
}
TABLE["compiled after prepare"]["torch"] = Entry("torch.compile(fullgraph=True)")
TABLE["parameter changed between compiled calls"]["torch"] = Entry(
    "p.fill_, torch.compile(fullgraph=True)", parameter=TRACED, kinds=LEARNS
)

TABLE.setdefault("reverse mode", {})["jax"] = Entry("jax.vjp")
TABLE.setdefault("reverse mode, twice", {})["jax"] = Entry("jax.grad(grad)")
TABLE.setdefault("forward mode", {})["jax"] = Entry("jax.jvp")
TABLE.setdefault("forward over reverse", {})["jax"] = Entry("jax.jvp(grad)")
TABLE.setdefault("reverse over forward", {})["jax"] = Entry("jax.grad(jvp)")
TABLE.setdefault("linearized", {})["jax"] = Entry("jax.linearize")
TABLE.setdefault("mapped over points", {})["jax"] = Entry("jax.vmap")
TABLE.setdefault("gradient of each point", {})["jax"] = Entry("jax.vmap(grad), vmap(grad(grad))")
TABLE.setdefault("Jacobian, reverse", {})["jax"] = Entry("jax.jacrev, vmap(jacrev)")
TABLE.setdefault("Jacobian, forward", {})["jax"] = Entry("jax.jacfwd, vmap(jacfwd)")
TABLE.setdefault("Hessian", {})["jax"] = Entry("jax.hessian, vmap(hessian)")
TABLE.setdefault("Taylor mode", {})["jax"] = Entry("jax.experimental.jet")
TABLE.setdefault("recomputed on the way back", {})["jax"] = Entry("jax.checkpoint, jit(checkpoint)")
TABLE.setdefault("compiled, fixed shapes", {})["jax"] = Entry("jax.jit")
TABLE.setdefault("compiled after a first call", {})["jax"] = Entry("jax.jit")
TABLE.setdefault("called after it was compiled", {})["jax"] = Entry("jax.jit")
TABLE.setdefault("compiled gradient", {})["jax"] = Entry("jax.jit(vmap(grad(grad)))")
TABLE.setdefault("compiled ahead of time", {})["jax"] = Entry("jax.jit.lower.compile, eval_shape")
TABLE.setdefault("not compiled", {})["jax"] = Entry("jax.disable_jit")
TABLE.setdefault("searched for NaN", {})["jax"] = Entry("jax.debug_nans")
TABLE.setdefault("exported, any shape", {})["jax"] = Entry("jax.export, symbolic_shape")
TABLE.setdefault("loop", {})["jax"] = Entry("jax.lax.scan")
TABLE.setdefault("loop that counts", {})["jax"] = Entry("jax.lax.fori_loop")
TABLE.setdefault("loop until", {})["jax"] = Entry("jax.lax.while_loop")
TABLE.setdefault("branch", {})["jax"] = Entry("jax.lax.cond")
TABLE.setdefault("mapped one after another", {})["jax"] = Entry("jax.lax.map")
TABLE.setdefault("gradient by the parameter", {})["jax"] = Entry("jax.grad, grad(grad)", parameter=TRACED, kinds=LEARNS)
TABLE.setdefault("compiled gradient by the parameter", {})["jax"] = Entry(
    "jax.jit(grad)", parameter=TRACED, kinds=LEARNS
)
TABLE.setdefault("Jacobian by the parameter", {})["jax"] = Entry(
    "jax.jacfwd, jacrev, hessian", parameter=TRACED, kinds=LEARNS
)
TABLE.setdefault("mixed derivative", {})["jax"] = Entry(
    "jax.jacfwd(vmap(grad)), grad(jvp)", parameter=TRACED, kinds=LEARNS
)
TABLE.setdefault("mapped over parameters", {})["jax"] = Entry("jax.vmap, vmap(grad)", parameter=TRACED, kinds=LEARNS)
TABLE.setdefault("module with other parameters", {})["jax"] = Entry(
    "jax.value_and_grad of a pytree", parameter=TRACED, kinds=LEARNS
)
TABLE.setdefault("parameters in a loop", {})["jax"] = Entry("jax.lax.scan of jax.grad", parameter=TRACED, kinds=LEARNS)
TABLE.setdefault("parameter recomputed on the way back", {})["jax"] = Entry(
    "jax.jit(grad(checkpoint))", parameter=TRACED, kinds=LEARNS
)
TABLE.setdefault("parameter changed between calls", {})["jax"] = Entry("an attribute set anew", kinds=LEARNS)
TABLE.setdefault("float32", {})["jax"] = Entry("jnp.float32")
TABLE.setdefault("float16", {})["jax"] = Entry("jnp.float16")
TABLE.setdefault("bfloat16", {})["jax"] = Entry("jnp.bfloat16")
TABLE.setdefault("64 bits off", {})["jax"] = Entry("jax.enable_x64(False)")
TABLE.setdefault("64 bits off, then on", {})["jax"] = Entry("jax.enable_x64")
TABLE.setdefault("one number", {})["jax"] = Entry("x of shape ()", sizes=SMALL)
TABLE.setdefault("no points", {})["jax"] = Entry("x of shape (0,) and (3, 0)", sizes=SMALL)
TABLE.setdefault("pickled", {})["jax"] = Entry("pickle.dumps", kinds=("frozen",))
TABLE.setdefault("copied", {})["jax"] = Entry("copy.deepcopy")
TABLE.setdefault("eight threads", {})["jax"] = Entry("threading.Thread")
