"""Programs whose results are wrong, or right, as data: which operation is the cause, and its line.

The line that is to blame ends in the comment ``# here``.
"""

from __future__ import annotations

import importlib
import linecache
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from removable.probing.cause import Cause, find
from removable.probing.cause.tape import Tape

ALL = ("torch", "jax", "tensorflow")
"""The frameworks."""

EVERY_ORDER = (0, 1, 2)


@dataclass(frozen=True, eq=False)
class Case:
    """A program at a point, and what is to be found.

    Attributes
    ----------
    name : str
        As a formula.
    program : callable
        Called as ``program(x, o)``, with ``o`` from :func:`operations`.
    at : float
        The point.
    order : int
        The order of the derivative.
    kind : str
        What is to be found; ``"none"`` where the result is right.
    operation : str
        A regular expression for the operations that are to blame, in the spelling of any framework.
    dtype : str
        The precision.
    frameworks : tuple of str
        Those in which the result is wrong, or right if it is.
    beside : tuple of float
        Two offsets, relative to a large point, at which the program is right.
    line : bool
        Whether a line of the user is to be named.
    """

    name: str
    program: Callable[[Any, Any], Any]
    at: float
    order: int = 0
    kind: str = "none"
    operation: str = ""
    dtype: str = "float64"
    frameworks: tuple[str, ...] = ALL
    beside: tuple[float, float] = (-0.05, 0.05)
    line: bool = True

    def __str__(self) -> str:
        return f"{self.name} d{self.order} at {self.at:g}".replace("[", "(").replace("]", ")")


def each_order(name: str, program: Callable[[Any, Any], Any], at: float, **more: Any) -> list[Case]:
    """Return the cases of a right program, one for each order."""
    return [Case(name, program, at, order, **more) for order in EVERY_ORDER]


def operations(framework: str) -> SimpleNamespace:
    """Return functions under common names, and the module of the framework under its own."""
    return {"torch": _torch, "jax": _jax, "tensorflow": _tensorflow}[framework]()


_COMMON = (
    "sin",
    "cos",
    "tan",
    "exp",
    "sqrt",
    "acos",
    "where",
    "tanh",
    "sinh",
    "cosh",
    "abs",
    "stack",
    "zeros_like",
    "ones_like",
)


def _torch() -> SimpleNamespace:
    import torch

    return SimpleNamespace(
        torch=torch,
        **{name: getattr(torch, name) for name in _COMMON},
        log=torch.log,
        log1p=torch.log1p,
        expm1=torch.expm1,
        lgamma=torch.lgamma,
        erfc=torch.erfc,
        sum=torch.sum,
        max=torch.amax,
        logsumexp=lambda v: torch.logsumexp(v, 0),
        softplus=torch.nn.functional.softplus,
        norm=torch.linalg.vector_norm,
        solve=lambda a, b: torch.linalg.solve(a, b[:, None])[:, 0],
        constant=lambda values: torch.tensor(values, dtype=torch.float64),
        matvec=torch.mv,
    )


def _jax() -> SimpleNamespace:
    import jax
    import jax.numpy as jnp

    return SimpleNamespace(
        jax=jax,
        **{name: getattr(jnp, name) for name in _COMMON},
        log=jnp.log,
        log1p=jnp.log1p,
        expm1=jnp.expm1,
        lgamma=jax.scipy.special.gammaln,
        erfc=jax.scipy.special.erfc,
        sum=jnp.sum,
        max=jnp.max,
        logsumexp=lambda v: jax.scipy.special.logsumexp(v, 0),
        softplus=jax.nn.softplus,
        norm=jnp.linalg.norm,
        solve=jnp.linalg.solve,
        constant=lambda values: jnp.asarray(values, "float64"),
        matvec=lambda a, v: a @ v,
    )


def _tensorflow() -> SimpleNamespace:
    import tensorflow as tf

    return SimpleNamespace(
        tf=tf,
        **{name: getattr(tf, name) for name in _COMMON},
        log=tf.math.log,
        log1p=tf.math.log1p,
        expm1=tf.math.expm1,
        lgamma=tf.math.lgamma,
        erfc=tf.math.erfc,
        sum=tf.reduce_sum,
        max=tf.reduce_max,
        logsumexp=tf.reduce_logsumexp,
        softplus=tf.math.softplus,
        norm=tf.norm,
        solve=lambda a, b: tf.linalg.solve(a, b[:, None])[:, 0],
        constant=lambda values: tf.constant(values, tf.float64),
        matvec=tf.linalg.matvec,
    )


def scale(framework: str, case: Case) -> float:
    """Return the largest finite derivative of a lower order."""
    trace = importlib.import_module(f"removable.probing.cause.{framework}").trace
    o = operations(framework)
    sizes = [0.0]
    for order in range(case.order):
        with np.errstate(all="ignore"):
            value = trace(lambda x: case.program(x, o), order, case.dtype)(Tape(), case.at)
        sizes.append(abs(float(value.array.ravel()[0])))
    return max(size for size in sizes if np.isfinite(size))


def search(framework: str, case: Case, **more: Any) -> Cause:
    """Look for the cause."""
    o = operations(framework)
    wanted = {
        "order": case.order,
        "dtype": case.dtype,
        "scale": scale(framework, case),
        "beside": tuple(case.at + offset * max(1.0, abs(case.at)) for offset in case.beside),
        **more,
    }
    return find(framework, lambda x: case.program(x, o), case.at, **wanted)


def complaint(case: Case, cause: Cause) -> str:
    """Say what is wrong with a finding; nothing if it is as it is to be."""
    if cause.kind != case.kind:
        return f"kind is {cause.kind!r} and not {case.kind!r}: {cause}"
    if case.kind == "none":
        return ""
    if not re.search(case.operation, cause.operation):
        return f"{cause.operation!r} is not one of {case.operation!r}: {cause}"
    if case.line and not _line(case, cause.where).rstrip().endswith("# here"):
        return f"the line is another one: {cause}"
    return ""


def _line(case: Case, where: str) -> str:
    """Return the text of a line of the file in which the program is written."""
    file = case.program.__code__.co_filename
    name, _, number = where.rpartition(":")
    return linecache.getline(file, int(number)) if name and file.endswith(name) else ""
