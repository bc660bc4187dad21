"""JAX three times: eager, compiled by XLA, and in forward mode.

Examples
--------
>>> import numpy as np
>>> from removable.systems.jax import MODES
>>> (ran,) = MODES["jit"]([lambda x, xp: x * (x - 2) / (x - 2)], [np.array([2.0, 3.0])])
>>> ran.value, ran.divisions
(array([nan,  3.]), (1, 2))
"""

from __future__ import annotations

import numpy as np

from removable.functions import Array, Program
from removable.systems import xla
from removable.systems.modes import Mode, Ran, differentiated

__all__ = ["MODES"]


def _jit(programs: list[Program], points: list[np.ndarray]) -> list[Ran]:
    return [_compiled(p, x) for p, x in zip(programs, points, strict=True)]


def _compiled(program: Program, x: np.ndarray) -> Ran:
    """Compile the value and the slope, each as a function of its own, and read both programs."""
    import jax
    import jax.numpy as jnp

    def value(x: Array) -> Array:
        return program(x, jnp)

    def slope(x: Array) -> Array:
        y, back = jax.vjp(value, x)
        return back(jnp.ones_like(y))[0]

    with jax.enable_x64(True):
        compiled = [jax.jit(function).lower(jnp.asarray(x)).compile() for function in (value, slope)]
        values, slopes = [np.asarray(function(jnp.asarray(x))) for function in compiled]
    codes = tuple(xla.operations(function.as_text()) for function in compiled)
    return Ran(values, slopes, code=codes, divisions=tuple(map(xla.divisions, codes)))


MODES: dict[str, Mode] = {"eager": differentiated("jax"), "jit": _jit, "jvp": differentiated("jax", mode="forward")}
"""The modes, by name."""
