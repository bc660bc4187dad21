"""What a repaired function does under every transformation that a framework offers.

``TABLE`` states the expectation: a repaired function works, or it refuses in one sentence of
``removable.errors``. There is no third entry. Each test file holds the transformations of one
framework as small functions, registered by their row, and one test that runs all of them:

- *frozen*: ``repair`` of a function that reads nothing but its argument;
- *parameter*: of a function that closes over a parameter, the radius to be found;
- *argument*: of a function of x and of the parameter, where the parameter is what is transformed;
- *radius given*: like *parameter*, with ``radius=``.

The function is sin(p x)/x at 0, with p = 1.5 for ever in the frozen one. Derivatives by x are held
against exact arithmetic; those by p are cos(p x) and what follows from it, where nothing cancels.
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
KINDS = ("frozen", "parameter", "argument", "radius given")
SIZES = ("small", "large")
TOLERANCE = 1e-13

Transformation = Callable[..., Mapping[str, Any]]
"""Takes what makes the repaired function of a parameter, the points and the parameter; returns what
it found, by name."""


@dataclasses.dataclass(frozen=True)
class Refusal:
    """One sentence: what it must contain, as a regular expression, and the class of the error."""

    sentence: str
    error: type[RemovableError] = InputError


WORKS = "works"


@dataclasses.dataclass(frozen=True)
class Entry:
    """A call and what is expected of it.

    It must work, but for the kinds in ``refuses``, which get one sentence. ``kinds`` and ``sizes``
    are given where not all make sense; what is ``heavy`` to compile is compiled for many points
    only where there is no parameter.
    """

    call: str
    refuses: Mapping[str, Refusal] = dataclasses.field(default_factory=dict)
    kinds: tuple[str, ...] = ("frozen", "parameter")
    sizes: tuple[str, ...] = SIZES
    heavy: bool = False

    def expected(self, kind: str) -> str | Refusal:
        """Return ``WORKS`` or the refusal."""
        return self.refuses.get(kind, WORKS)


@functools.cache
def points(size: str) -> np.ndarray:
    """Return 7 points, or 100,002 (a multiple of 7), on all scales.

    The singular point and 1e-300 are among them.
    """
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
"""How Dynamo and AutoGraph quote an error of the program; they raise one of their own instead."""


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
                    if cells[framework].heavy and (kind, size) not in (("frozen", "large"), (kind, "small")):
                        continue
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


def rendered() -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table as text.

    A row has the transformation, then for each framework what is called and what comes of it, or
    nothing.
    """
    for row, cells in TABLE.items():
        yield row, *(described(cells[name]) if name in cells else "" for name in ("torch", "tensorflow", "jax"))


def described(entry: Entry) -> str:
    """Return what is called, and that it works or the sentences it gets."""
    sentences = [f"{kind}: {refusal.sentence}" for kind, refusal in entry.refuses.items()]
    return f"{entry.call}: {'; '.join(sentences) or WORKS}"


SMALL = ("small",)
FROZEN = ("frozen",)
LEARNS = ("argument", "radius given")
"""A parameter that a transformation hides is one and the same thing, closed over or handed over: it
is closed over once."""
MODULE = ("parameter", "radius given")

NO_NUMBERS = Refusal("KerasTensor")
NO_RANK = Refusal("rank of x is not known while this graph is traced")

TABLE: dict[str, dict[str, Entry]] = {
    # Derivatives by x.
    "reverse mode": {
        "torch": Entry("torch.autograd.grad", kinds=KINDS),
        "tensorflow": Entry("tf.GradientTape", kinds=KINDS),
        "jax": Entry("jax.vjp", kinds=KINDS),
    },
    "reverse mode, twice": {
        "torch": Entry("torch.autograd.grad(create_graph=True)"),
        "tensorflow": Entry("tf.GradientTape in tf.GradientTape"),
        "jax": Entry("jax.grad(grad)"),
    },
    "several gradients of one call": {
        "tensorflow": Entry("tf.GradientTape(persistent=True)"),
    },
    "no gradient": {
        "torch": Entry("torch.no_grad"),
    },
    "no gradient: inference": {
        "torch": Entry("torch.inference_mode"),
    },
    "forward mode": {
        "torch": Entry("torch.autograd.forward_ad"),
        "tensorflow": Entry("tf.autodiff.ForwardAccumulator"),
        "jax": Entry("jax.jvp"),
    },
    "forward over reverse": {
        "torch": Entry("torch.autograd.grad in torch.autograd.forward_ad"),
        "tensorflow": Entry("tf.GradientTape in ForwardAccumulator"),
        "jax": Entry("jax.jvp(grad)"),
    },
    "reverse over forward": {
        "tensorflow": Entry("ForwardAccumulator in tf.GradientTape"),
        "jax": Entry("jax.grad(jvp)"),
    },
    "tangents and cotangents": {
        "torch": Entry("torch.func.jvp, vjp, linearize"),
    },
    "linearized": {
        "jax": Entry("jax.linearize"),
    },
    "Taylor mode": {
        "jax": Entry("jax.experimental.jet", heavy=True),
    },
    "gradients against differences": {
        "torch": Entry("torch.autograd.gradcheck(check_forward_ad=True)"),
    },
    "second derivatives against differences": {
        "torch": Entry("torch.autograd.gradgradcheck(check_fwd_over_rev=True)"),
    },
    "hooks that pack what is saved": {
        "torch": Entry("torch.autograd.graph.saved_tensors_hooks"),
    },
    "recomputed on the way back": {
        "torch": Entry("torch.utils.checkpoint.checkpoint", kinds=KINDS),
        "tensorflow": Entry("tf.recompute_grad", kinds=KINDS),
        "jax": Entry("jax.checkpoint, jit(checkpoint)", kinds=KINDS),
    },
    "recomputed on the way back, compiled": {
        "tensorflow": Entry("tf.function(tf.recompute_grad)", heavy=True),
    },
    # Many points at a time.
    "mapped over points": {
        "torch": Entry("torch.func.vmap"),
        "tensorflow": Entry("tf.vectorized_map", heavy=True),
        "jax": Entry("jax.vmap", heavy=True),
    },
    "gradient of each point": {
        "torch": Entry("torch.func.vmap(grad), vmap(grad(grad))"),
        "tensorflow": Entry("tf.vectorized_map of tape.gradient", heavy=True),
        "jax": Entry("jax.vmap(grad), vmap(grad(grad))", heavy=True),
    },
    "Jacobian, reverse": {
        "torch": Entry("torch.func.jacrev, vmap(jacrev)"),
        "tensorflow": Entry("tape.jacobian, batch_jacobian"),
        "jax": Entry("jax.jacrev, vmap(jacrev)"),
    },
    "Jacobian, forward": {
        "torch": Entry("torch.func.jacfwd, vmap(jacfwd)"),
        "jax": Entry("jax.jacfwd, vmap(jacfwd)"),
    },
    "Hessian": {
        "torch": Entry("torch.func.hessian, vmap(hessian)"),
        "tensorflow": Entry("tape.jacobian, batch_jacobian of tape.gradient"),
        "jax": Entry("jax.hessian, vmap(hessian)"),
    },
    "Hessian, reverse over forward": {
        "torch": Entry("torch.func.jacrev(jacfwd)"),
    },
    # By the parameter, which has no number then.
    "gradient by the parameter": {
        "torch": Entry("torch.func.grad, grad(grad)", kinds=("parameter", *LEARNS)),
        "jax": Entry("jax.grad, grad(grad)", kinds=("parameter", *LEARNS), heavy=True),
    },
    "Jacobian by the parameter": {
        "torch": Entry("torch.func.jacfwd, jacrev, hessian", kinds=LEARNS),
        "jax": Entry("jax.jacfwd, jacrev, hessian", kinds=LEARNS, heavy=True),
    },
    "mixed derivative": {
        "torch": Entry("torch.func.jacfwd(vmap(grad)), grad(jvp)", kinds=LEARNS),
        "jax": Entry("jax.jacfwd(vmap(grad)), grad(jvp)", kinds=LEARNS, heavy=True),
    },
    "mapped over parameters": {
        "torch": Entry("torch.func.vmap, vmap(grad)", kinds=LEARNS),
        "jax": Entry("jax.vmap, vmap(grad)", kinds=LEARNS, heavy=True),
    },
    "module with other parameters": {
        "torch": Entry("torch.func.functional_call, vmap(grad)", kinds=MODULE),
        "jax": Entry("jax.value_and_grad of a pytree", kinds=MODULE, heavy=True),
    },
    "parameters in a loop": {
        "jax": Entry("jax.lax.scan of jax.grad", kinds=LEARNS, heavy=True),
    },
    "parameter recomputed on the way back": {
        "jax": Entry("jax.jit(grad(checkpoint))", kinds=LEARNS, heavy=True),
    },
    # Compiled, exported, traced.
    "compiled, fixed shapes": {
        "torch": Entry("torch.compile(fullgraph=True, dynamic=False)", kinds=KINDS, heavy=True),
        "tensorflow": Entry("tf.function", kinds=KINDS, heavy=True),
        "jax": Entry("jax.jit", kinds=KINDS, heavy=True),
    },
    "compiled, any shape": {
        "torch": Entry("torch.compile(fullgraph=True, dynamic=True)"),
        "tensorflow": Entry("tf.function, TensorSpec([None])"),
    },
    "compiled, any number of axes": {
        "tensorflow": Entry("tf.function, TensorSpec(None)", {"parameter": NO_RANK}),
    },
    "compiled to code": {
        "torch": Entry("torch.compile(fullgraph=True)", sizes=SMALL),
        "tensorflow": Entry("tf.function(jit_compile=True)", heavy=True),
    },
    "compiled to code, gradient outside": {
        "tensorflow": Entry("tf.function(jit_compile=True)", heavy=True),
    },
    "compiled after a first call": {
        "torch": Entry("torch.compile(fullgraph=True)", heavy=True),
        "tensorflow": Entry("tf.function", heavy=True),
        "jax": Entry("jax.jit", heavy=True),
    },
    "compiled after prepare": {
        "torch": Entry("torch.compile(fullgraph=True)", kinds=("parameter",), sizes=SMALL),
        "tensorflow": Entry("tf.function", kinds=("parameter",), sizes=SMALL),
        "jax": Entry("jax.jit", kinds=("parameter",), sizes=SMALL),
    },
    "called after it was compiled": {
        "jax": Entry("jax.jit", heavy=True),
    },
    "compiled gradient": {
        "torch": Entry("torch.compile(vmap(grad(grad)), fullgraph=True)", heavy=True),
        "jax": Entry("jax.jit(vmap(grad(grad)))", heavy=True),
    },
    "compiled forward mode": {
        "tensorflow": Entry("ForwardAccumulator in tf.function", heavy=True),
    },
    "compiled gradient by the parameter": {
        "torch": Entry("torch.compile(grad, fullgraph=True)", kinds=LEARNS, heavy=True),
        "jax": Entry("jax.jit(grad)", kinds=LEARNS, heavy=True),
    },
    "compiled ahead of time": {
        "jax": Entry("jax.jit.lower.compile, eval_shape", heavy=True),
    },
    "not compiled": {
        "jax": Entry("jax.disable_jit", heavy=True),
    },
    "searched for NaN": {
        "jax": Entry("jax.debug_nans", heavy=True),
    },
    "exported": {
        "torch": Entry("torch.export.export", kinds=("frozen", *MODULE), heavy=True),
    },
    "exported, strict": {
        "torch": Entry("torch.export.export(strict=True)", heavy=True),
    },
    "exported, any shape": {
        "jax": Entry("jax.export, symbolic_shape", heavy=True),
    },
    "recorded": {
        "torch": Entry("torch.jit.trace", kinds=FROZEN),
    },
    "module recorded": {
        "torch": Entry("torch.jit.trace of a module", kinds=("frozen", *MODULE), sizes=SMALL),
    },
    "traced, real values": {
        "torch": Entry("make_fx(tracing_mode='real')"),
    },
    "traced, no values": {
        "torch": Entry("make_fx(tracing_mode='fake')"),
    },
    "traced, no shapes": {
        "torch": Entry("make_fx(tracing_mode='symbolic')"),
    },
    "traced, parameter as argument": {
        "torch": Entry("make_fx(tracing_mode='symbolic')", kinds=LEARNS),
    },
    # Control flow.
    "loop": {
        "tensorflow": Entry("tf.while_loop", heavy=True),
        "jax": Entry("jax.lax.scan", heavy=True),
    },
    "loop that counts": {
        "jax": Entry("jax.lax.fori_loop", heavy=True),
    },
    "loop until": {
        "jax": Entry("jax.lax.while_loop", heavy=True),
    },
    "branch": {
        "tensorflow": Entry("tf.cond", heavy=True),
        "jax": Entry("jax.lax.cond", heavy=True),
    },
    "mapped one after another": {
        "tensorflow": Entry("tf.map_fn"),
        "jax": Entry("jax.lax.map"),
    },
    "data set": {
        "tensorflow": Entry("tf.data.Dataset.map", heavy=True),
    },
    # Precisions.
    "automatic precision": {
        "torch": Entry("torch.autocast('cpu', torch.bfloat16)"),
        "tensorflow": Entry("keras.DTypePolicy('mixed_bfloat16')"),
    },
    "float32": {
        "torch": Entry("torch.float32"),
        "tensorflow": Entry("tf.float32"),
        "jax": Entry("jnp.float32"),
    },
    "float16": {
        "torch": Entry("torch.float16"),
        "tensorflow": Entry("tf.float16"),
        "jax": Entry("jnp.float16"),
    },
    "bfloat16": {
        "torch": Entry("torch.bfloat16"),
        "tensorflow": Entry("tf.bfloat16"),
        "jax": Entry("jnp.bfloat16"),
    },
    "parameter and points in float32": {
        "torch": Entry("torch.float32", kinds=("parameter",)),
        "tensorflow": Entry("tf.float32", kinds=("parameter",)),
    },
    "64 bits off": {
        "jax": Entry("jax.enable_x64(False)", heavy=True),
    },
    "64 bits off, then on": {
        "jax": Entry("jax.enable_x64", heavy=True),
    },
    # Shapes and places.
    "one number": {
        "torch": Entry("x of shape ()", sizes=SMALL),
        "tensorflow": Entry("x of shape ()", sizes=SMALL),
        "jax": Entry("x of shape ()", sizes=SMALL),
    },
    "no points": {
        "torch": Entry("x of shape (0,) and (3, 0)", sizes=SMALL),
        "tensorflow": Entry("x of shape (0,) and (3, 0)", sizes=SMALL),
        "jax": Entry("x of shape (0,) and (3, 0)", sizes=SMALL),
    },
    "strided and turned": {
        "torch": Entry("x[:, 0], x.T, x.expand"),
    },
    "view of a leaf": {
        "torch": Entry("requires_grad of the base of x"),
    },
    "changed in place afterwards": {
        "torch": Entry("h(x).mul_(1.0)"),
    },
    "points in a variable": {
        "tensorflow": Entry("tf.Variable as x"),
    },
    "no storage": {
        "torch": Entry("torch.device('meta')"),
    },
    # Copies, changes and threads.
    "pickled": {
        "torch": Entry("pickle.dumps"),
        "tensorflow": Entry("pickle.dumps", kinds=FROZEN),
        "jax": Entry("pickle.dumps", kinds=FROZEN),
    },
    "saved and loaded": {
        "torch": Entry("torch.save of a module, load_state_dict", kinds=("frozen", *MODULE)),
        "tensorflow": Entry("tf.saved_model", kinds=("frozen", *MODULE), heavy=True),
    },
    "copied": {
        "torch": Entry("copy.deepcopy of a module, a method repaired"),
        "tensorflow": Entry("copy.deepcopy of a tf.Module, a method repaired"),
        "jax": Entry("copy.deepcopy"),
    },
    "copied, closing over self": {
        "torch": Entry("copy.deepcopy of a module, a lambda that reads self.a"),
    },
    "parameter changed between calls": {
        "torch": Entry("p.fill_", kinds=("parameter",)),
        "tensorflow": Entry("p.assign", kinds=("parameter",)),
        "jax": Entry("an attribute set anew", kinds=("parameter",)),
    },
    "parameter changed between compiled calls": {
        "torch": Entry("p.fill_, torch.compile(fullgraph=True)", kinds=("parameter",)),
        "tensorflow": Entry("p.assign, tf.function", kinds=("parameter",), heavy=True),
    },
    "eight threads": {
        "torch": Entry("threading.Thread", kinds=KINDS),
        "tensorflow": Entry("threading.Thread", kinds=KINDS),
        "jax": Entry("threading.Thread", kinds=KINDS),
    },
    # Keras.
    "Keras layer": {
        "tensorflow": Entry("keras.layers.Layer"),
    },
    "Keras model, saved and loaded": {
        "tensorflow": Entry("keras.Model.save", heavy=True),
    },
    "Keras training": {
        "tensorflow": Entry("keras.Model.fit", kinds=MODULE, sizes=SMALL),
    },
    "Keras tensor": {
        "tensorflow": Entry("keras.Input", refuses=dict.fromkeys(("frozen", "parameter"), NO_NUMBERS), sizes=SMALL),
    },
    "Keras variables": {
        "tensorflow": Entry("keras.Variable as x and as parameter"),
    },
}
