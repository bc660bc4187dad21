"""PyTorch: every transformation of a repaired function, frozen and with a parameter."""

from __future__ import annotations

import copy
import functools
import io
import pickle
import shutil
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import torch.autograd.forward_ad as dual
from remedy import transforms
from remedy.transforms import RADIUS, P, Registry
from removable import repair
from torch import func
from torch.fx.experimental.proxy_tensor import make_fx
from torch.utils.checkpoint import checkpoint

Tensor = torch.Tensor
Function = Callable[[Tensor], Tensor]
ROWS = Registry()

# The code generator needs a C++ compiler; without one the graph is captured and differentiated, but
# not turned into code.
BACKEND = "inductor" if shutil.which("g++") else "aot_eager"


def program(x: Tensor) -> Tensor:
    """Return sin(1.5 x)/x; at the top of a module, so that it can be pickled."""
    return torch.sin(1.5 * x) / x


def repaired(p: Tensor | None = None, kind: str = "frozen") -> Function:
    """Repair the program, frozen where there is no parameter."""
    if p is None:
        return repair(program, at=0.0)
    if kind == "argument":
        h = repair(lambda x, p: torch.sin(p * x) / x, at=0.0)
        return lambda x: h(x, p)
    return repair(lambda x: torch.sin(p * x) / x, at=0.0, radius=RADIUS if kind == "radius given" else None)


class Sinc(torch.nn.Module):
    """A module whose repaired function is a method, reads ``self.a``, or is frozen."""

    def __init__(self, kind: str, a: float = P) -> None:
        super().__init__()
        self.a = torch.nn.Parameter(torch.tensor(a, dtype=torch.float64))
        radius = RADIUS if kind == "radius given" else None
        self.h = repair(program, at=0.0) if kind == "frozen" else repair(self.program, at=0.0, radius=radius)

    def program(self, x: Tensor) -> Tensor:
        """Return what is repaired."""
        return torch.sin(self.a * x) / x

    def forward(self, x: Tensor) -> Tensor:
        """Return the repaired function."""
        return self.h(x)


class Closing(Sinc):
    """The same, but the repaired function is a lambda that closes over ``self``."""

    def __init__(self, kind: str, a: float = P) -> None:
        super().__init__(kind, a)
        if kind != "frozen":
            self.h = repair(
                lambda x: torch.sin(self.a * x) / x, at=0.0, radius=RADIUS if kind == "radius given" else None
            )


def slopes(y: Tensor, x: Tensor, p: Tensor | None) -> dict[str, Tensor]:
    """Return the value and the gradients of the sum of y by x and by p."""
    assert y.shape == x.shape
    found = torch.autograd.grad(y.sum(), [x] if p is None else [x, p])
    return {"value": y.detach(), **dict(zip(("slope", "sum:each by p"), found, strict=False))}


def reverse(h: Function, x: Tensor, p: Tensor | None) -> dict[str, Tensor]:
    """Return value and gradients in reverse mode."""
    x = x.clone().requires_grad_()
    return slopes(h(x), x, p)


def by_rows(jacobian: Callable[[Function], Function], h: Function, x: Tensor) -> Tensor:
    """Return the diagonal of a Jacobian of seven points at a time, after a check of the rest.

    The rest must be zero.
    """
    matrices = jacobian(h)(x)[None] if x.numel() == 7 else func.vmap(jacobian(h))(x.reshape(-1, 7))
    diagonal = matrices.diagonal(dim1=-2, dim2=-1)
    assert torch.equal(matrices, torch.diag_embed(diagonal))
    return diagonal.reshape(-1)


# ---------------------------------------------------------------------------------------- gradients


@ROWS.row("reverse mode")
def _(made, x, p):
    return reverse(made(p), x, p)


@ROWS.row("reverse mode, twice")
def _(made, x, p):
    x = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(made(p)(x).sum(), x, create_graph=True)
    found = torch.autograd.grad(slope.sum(), [x] if p is None else [x, p])
    return dict(zip(("curvature", "sum:slope by p"), found, strict=False))


@ROWS.row("no gradient: inference")
def _(made, x, p):
    with torch.inference_mode():
        return {"value": made(p)(x.clone())}


@ROWS.row("no gradient")
def _(made, x, p):
    with torch.no_grad():
        y = made(p)(x.clone().requires_grad_())
    assert not y.requires_grad
    return {"value": y}


@ROWS.row("forward mode")
def _(made, x, p):
    with dual.dual_level():
        y = made(p)(dual.make_dual(x, torch.ones_like(x)))
        found = {"value": y, "slope": dual.unpack_dual(y).tangent}
        if p is not None:
            y = made(dual.make_dual(p.detach(), torch.ones_like(p)))(x)
            found["each by p"] = dual.unpack_dual(y).tangent
        return {name: tensor.detach() for name, tensor in found.items()}


@ROWS.row("forward over reverse")
def _(made, x, p):
    with dual.dual_level():
        x = dual.make_dual(x.clone().requires_grad_(), torch.ones_like(x))
        grads = torch.autograd.grad(made(p)(x).sum(), [x] if p is None else [x, p], create_graph=True)
        tangents = [dual.unpack_dual(grad).tangent.detach() for grad in grads]
    return dict(zip(("curvature", "sum:slope by p"), tangents, strict=False))


def numerically(check: Callable[..., bool], made: Callable, x: Tensor, p: Tensor | None, **options: Any) -> dict:
    inputs = [x.clone().requires_grad_()] + ([] if p is None else [p])
    assert check(lambda x, p=None: made(p)(x), inputs, fast_mode=x.numel() > 7, **options)
    return {}


@ROWS.row("gradients against differences")
def _(made, x, p):
    return numerically(torch.autograd.gradcheck, made, x, p, check_forward_ad=True)


@ROWS.row("second derivatives against differences")
def _(made, x, p):
    return numerically(torch.autograd.gradgradcheck, made, x, p, check_fwd_over_rev=True)


@ROWS.row("recomputed on the way back")
def _(made, x, p):
    x = x.clone().requires_grad_()
    found = slopes(checkpoint(made(p), x, use_reentrant=False), x, p)
    y = checkpoint(made(p), x, use_reentrant=True)  # gives gradients by backward() only
    if p is not None:
        p.grad = None
    y.sum().backward()
    assert torch.equal(x.grad, found["slope"])
    assert p is None or torch.allclose(p.grad, found["sum:each by p"], rtol=1e-12, atol=1e-15)
    return found


@ROWS.row("hooks that pack what is saved")
def _(made, x, p):
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.numpy(force=True), torch.tensor):
        return reverse(made(p), x, p)


# -------------------------------------------------------------------------------- functorch, over x


@ROWS.row("mapped over points")
def _(made, x, p):
    h = made(p)
    return {"value": func.vmap(func.vmap(h))(x.reshape(-1, 7)).reshape(-1).detach()}


@ROWS.row("gradient of each point")
def _(made, x, p):
    slope = func.grad(made(p))
    found = {"slope": func.vmap(slope)(x), "curvature": func.vmap(func.grad(slope))(x)}
    return {name: tensor.detach() for name, tensor in found.items()}


@ROWS.row("Jacobian, reverse")
def _(made, x, p):
    return {"slope": by_rows(func.jacrev, made(p), x).detach()}


@ROWS.row("Jacobian, forward")
def _(made, x, p):
    return {"slope": by_rows(func.jacfwd, made(p), x).detach()}


@ROWS.row("Hessian")
def _(made, x, p):
    h = made(p)
    return {"curvature": by_rows(func.hessian, lambda x: h(x).sum(), x).detach()}


@ROWS.row("Hessian, reverse over forward")
def _(made, x, p):
    h = made(p)
    return {"curvature": by_rows(lambda f: func.jacrev(func.jacfwd(f)), lambda x: h(x).sum(), x).detach()}


@ROWS.row("tangents and cotangents")
def _(made, x, p):
    h, ones = made(p), torch.ones_like(x)
    value, tangent = func.jvp(h, (x,), (ones,))
    _, back = func.vjp(h, x)
    assert torch.allclose(back(ones)[0], tangent, rtol=1e-12, atol=1e-12)
    linear = func.linearize(h, x)[1]
    assert torch.allclose(linear(ones), tangent, rtol=1e-12, atol=1e-12)
    return {"value": value.detach(), "slope": tangent.detach()}


# -------------------------------------------------------------------- functorch, over the parameter


@ROWS.row("gradient by the parameter")
def _(made, x, p):
    by_p = func.grad(lambda p: made(p)(x).sum())
    return {"sum:each by p": by_p(p.detach()), "sum:twice by p": func.grad(by_p)(p.detach())}


@ROWS.row("Jacobian by the parameter")
def _(made, x, p):
    p = p.detach()
    found = {
        "each by p": func.jacfwd(lambda p: made(p)(x))(p),
        "twice by p": func.jacfwd(func.jacfwd(lambda p: made(p)(x)))(p),
    }
    if x.numel() == 7:  # reverse mode would go back once for each point
        found = {"each by p": func.jacrev(lambda p: made(p)(x))(p), "twice by p": func.hessian(lambda p: made(p)(x))(p)}
    return found


@ROWS.row("mixed derivative")
def _(made, x, p):
    return {
        "slope by p": func.jacfwd(lambda p: func.vmap(func.grad(made(p)))(x))(p.detach()),
        "sum:slope by p": func.grad(lambda p: func.jvp(made(p), (x,), (torch.ones_like(x),))[1].sum())(p.detach()),
    }


@ROWS.row("mapped over parameters")
def _(made, x, p):
    ps = p.detach().expand(2)
    return {
        "value": func.vmap(lambda p: made(p)(x))(ps),
        "sum:each by p": func.vmap(func.grad(lambda p: made(p)(x).sum()))(ps),
    }


@ROWS.row("module with other parameters")
def _(made, x, p, kind):
    module = Sinc(kind, a=0.5)

    def values(a: Tensor, x: Tensor) -> Tensor:
        return func.functional_call(module, {"a": a}, (x,))

    found = {"value": values(P * torch.ones_like(module.a), x).detach()}
    found["sum:each by p"] = func.grad(lambda a: values(a, x).sum())(p.detach())
    ensemble = func.vmap(func.grad(lambda a: values(a, x).sum()))(p.detach().expand(2))
    return {**found, "sum:each by p": ensemble}


# ----------------------------------------------------------------------- compiled, exported, traced


def compiled(h: Function, x: Tensor, p: Tensor | None, **options: Any) -> dict[str, Tensor]:
    torch.compiler.reset()
    return reverse(torch.compile(h, fullgraph=True, **options), x, p)


@ROWS.row("compiled to code")
def _(made, x, p):
    return compiled(made(p), x, p, backend=BACKEND)


@ROWS.row("compiled, fixed shapes")
def _(made, x, p):
    return compiled(made(p), x, p, backend="aot_eager", dynamic=False)


@ROWS.row("compiled, any shape")
def _(made, x, p):
    torch.compiler.reset()
    f = torch.compile(made(p), fullgraph=True, dynamic=True, backend="aot_eager")
    reverse(f, x[:5], p)
    return reverse(f, x, p)


@ROWS.row("compiled after prepare")
def _(made, x, p):
    h = made(p)
    h.prepare(x)
    return compiled(h, x, p, backend="aot_eager")


@ROWS.row("compiled after a first call")
def _(made, x, p):
    h = made(p)
    h(x)
    return compiled(h, x, p, backend="aot_eager")


@ROWS.row("compiled gradient")
def _(made, x, p):
    torch.compiler.reset()
    h = made(p)
    return {
        "curvature": torch.compile(func.vmap(func.grad(func.grad(h))), fullgraph=True, backend="aot_eager")(x).detach()
    }


@ROWS.row("compiled gradient by the parameter")
def _(made, x, p):
    torch.compiler.reset()

    def by_p(p: Tensor) -> Tensor:
        return func.grad(lambda p: made(p)(x).sum())(p)

    return {"sum:each by p": torch.compile(by_p, fullgraph=True, backend="aot_eager")(p.detach())}


def exported(kind: str, x: Tensor, strict: bool) -> dict[str, Tensor]:
    module = Sinc(kind)
    shapes = {"x": {0: torch.export.Dim.DYNAMIC}}
    graph = torch.export.export(module, (x,), strict=strict, dynamic_shapes=shapes).module()
    graph(x[:3])
    return reverse(graph, x, None if kind == "frozen" else graph.a)


@ROWS.row("exported")
def _(made, x, p, kind):
    return exported(kind, x, strict=False)


@ROWS.row("exported, strict")
def _(made, x, p, kind):
    return exported(kind, x, strict=True)


@ROWS.row("recorded")
def _(made, x, p):
    with warnings.catch_warnings():
        # of constants that the recording keeps; the tracer itself is deprecated
        warnings.simplefilter("ignore")
        graph = torch.jit.trace(made(p), x[:5], check_trace=False)
        return reverse(graph, x, p)


@ROWS.row("module recorded")
def _(made, x, p, kind):
    module = Sinc(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = torch.jit.trace(module, x, check_trace=False)
        return reverse(graph, x, None if kind == "frozen" else graph.a)


@ROWS.row("traced, real values")
def _(made, x, p):
    return reverse(make_fx(made(p), tracing_mode="real")(x), x, None)


@ROWS.row("traced, no values")
def _(made, x, p):
    return reverse(make_fx(made(p), tracing_mode="fake", _allow_non_fake_inputs=True)(x), x, None)


@ROWS.row("traced, no shapes")
def _(made, x, p):
    return reverse(make_fx(made(p), tracing_mode="symbolic", _allow_non_fake_inputs=True)(x), x, None)


@ROWS.row("traced, parameter as argument")
def _(made, x, p):
    graph = make_fx(lambda x, p: made(p)(x), tracing_mode="symbolic")(x, p.detach())
    return reverse(lambda x: graph(x, p), x, p)


# --------------------------------------------------------------------------------------- precisions


@ROWS.row("automatic precision")
def _(made, x, p):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = reverse(made(p), x, p)
        single = reverse(made(p), x.float(), p)
    truth = transforms.truth_at(x.float().double().numpy())
    transforms.check({name: t for name, t in single.items() if name != "sum:each by p"}, truth, 2e-6)
    return found


def in_precision(made: Callable, x: Tensor, p: Tensor | None, dtype: torch.dtype) -> dict[str, Tensor]:
    """Check values and slopes to 16 units of rounding.

    The sum of 100,002 half numbers would overflow.
    """
    x = x.to(dtype)
    found = reverse(made(p), x, p)
    assert found["value"].dtype == found["slope"].dtype == dtype
    if x.numel() > 7:
        found.pop("sum:each by p", None)
    found = {name: tensor.double() for name, tensor in found.items()}
    transforms.check(found, transforms.truth_at(x.double().numpy()), 16 * torch.finfo(dtype).eps)
    return {}


@ROWS.row("float32")
def _(made, x, p):
    return in_precision(made, x, p, torch.float32)


@ROWS.row("float16")
def _(made, x, p):
    return in_precision(made, x, p, torch.float16)


@ROWS.row("bfloat16")
def _(made, x, p):
    return in_precision(made, x, p, torch.bfloat16)


@ROWS.row("parameter and points in float32")
def _(made, x, p):
    return in_precision(made, x, p.detach().float().requires_grad_(), torch.float32)


# -------------------------------------------------------------------------------- shapes and places


@ROWS.row("one number")
def _(made, x, p):
    each = [reverse(made(p), x[i], p) for i in range(7)]
    assert all(found["value"].shape == () for found in each)
    summed = {} if p is None else {"sum:each by p": sum(found["sum:each by p"] for found in each)}
    return {name: torch.stack([found[name] for found in each]) for name in ("value", "slope")} | summed


@ROWS.row("no points")
def _(made, x, p):
    for shape in ((0,), (3, 0)):
        found = reverse(made(p), torch.empty(shape, dtype=x.dtype), p)
        assert found["value"].shape == found["slope"].shape == shape
        assert p is None or found["sum:each by p"] == 0
    return {}


@ROWS.row("strided and turned")
def _(made, x, p):
    spread = torch.stack([x, x + 1], dim=1)[:, 0]
    assert not spread.is_contiguous()
    turned = reverse(made(p), x.reshape(-1, 7).T, p)
    expanded = made(p)(x[:1].expand(3, 1))
    assert torch.equal(expanded, made(p)(x[:1].repeat(3, 1)))
    found = reverse(made(p), spread, p)
    assert torch.allclose(turned["slope"].T.reshape(-1), found["slope"], rtol=1e-13, atol=1e-13)
    return found


@ROWS.row("view of a leaf")
def _(made, x, p):
    leaf = torch.stack([x, x]).requires_grad_()
    y = made(p)(leaf[1])
    y.sum().backward()
    assert not leaf.grad[0].any()
    return {"value": y.detach(), "slope": leaf.grad[1]}


@ROWS.row("changed in place afterwards")
def _(made, x, p):
    leaf = x.clone().requires_grad_()
    y = made(p)(leaf)
    kept = y.detach().clone()
    y.mul_(1.0)
    (slope,) = torch.autograd.grad(y.sum(), leaf)
    return {"value": kept, "slope": slope}


@ROWS.row("no storage")
def _(made, x, p):
    y = made(p)(x.to("meta"))
    assert y.device.type == "meta"
    assert y.shape == x.shape
    assert y.dtype == x.dtype
    return {}


# ------------------------------------------------------------------------------- copies and threads


@ROWS.row("pickled")
def _(made, x, p, kind):
    h = made(p) if p is None else Sinc(kind)
    fresh = pickle.loads(pickle.dumps(h))
    h(x)
    used = pickle.loads(pickle.dumps(h))
    assert torch.equal(used(x), fresh(x))
    return reverse(fresh, x, None if p is None else fresh.a)


@ROWS.row("saved and loaded")
def _(made, x, p, kind):
    module = Sinc(kind)
    module(x)
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=False)
    state = Sinc(kind, a=0.5)
    state.load_state_dict(module.state_dict())
    assert torch.equal(state(x), loaded(x))
    return reverse(loaded, x, None if kind == "frozen" else loaded.a)


def copied(module: Sinc, x: Tensor, kind: str) -> dict[str, Tensor]:
    """Copy a module that has been called, and change the copy's parameter: it follows its own."""
    module(x)
    copy_of_it = copy.deepcopy(module)
    with torch.no_grad():
        copy_of_it.a.fill_(P)
    before = module(x).detach().clone()
    found = reverse(copy_of_it, x, None if kind == "frozen" else copy_of_it.a)
    assert torch.equal(module(x), before)
    assert module.a.grad is None
    return found


@ROWS.row("copied")
def _(made, x, p, kind):
    return copied(Sinc(kind, a=0.5), x, kind)


@ROWS.row("copied, closing over self")
def _(made, x, p, kind):
    return copied(Closing(kind, a=0.5), x, kind)


@ROWS.row("parameter changed between calls")
def _(made, x, p):
    h = made(p)
    with torch.no_grad():
        p.fill_(0.03)
        h(x)
        p.fill_(P)
    return reverse(h, x, p)


@ROWS.row("parameter changed between compiled calls")
def _(made, x, p):
    with torch.no_grad():
        p.fill_(0.03)
        f = torch.compile(made(p), fullgraph=True, backend="aot_eager")
        f(x)
        p.fill_(P)
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
    return {name: torch.stack([each[name] for each in found]) for name in found[0]}


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    """Leave nothing compiled behind."""
    yield
    torch.compiler.reset()


def arguments(case: transforms.Case) -> tuple[Callable[..., Function], Tensor, Tensor | None]:
    """Return what makes the function, the points and the parameter."""
    p = None if case.kind == "frozen" else torch.nn.Parameter(torch.tensor(P, dtype=torch.float64))
    return functools.partial(repaired, kind=case.kind), torch.tensor(transforms.points(case.size)), p


@pytest.mark.parametrize("case", list(transforms.cases("torch")))
def test_a_repaired_function_under(case):
    transformation = ROWS[case.row]
    options = {"kind": case.kind} if "kind" in transformation.__code__.co_varnames else {}
    transforms.run(case, lambda: transformation(*arguments(case), **options))


def test_every_row_is_tested():
    assert set(ROWS) == {row for row, cells in transforms.TABLE.items() if "torch" in cells}
