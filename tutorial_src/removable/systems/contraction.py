r"""Fused multiply-add: what a compiler gains near 2 by rounding ``x*x - 4`` once.

Processors with a fused multiply-add compute :math:`ab + c` with one rounding instead of two. A
compiler that uses it *contracts* the two operations. XLA does, where the processor can. This is
another arithmetic, not another expression: every operation is still there, the division by 0 among
them. :func:`replay` computes the quotient of the paper and its slope in the order of operations of
JAX, with exact rational numbers, either way; :func:`compiled` lets JAX compile it.

Run as a program, ``python -m removable.systems.contraction``, this module reads points from its
standard input and writes what XLA makes of them, so that :func:`compiled` can ask for another
instruction set: XLA reads its flags once in a process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from removable.arguments import checked_row
from removable.errors import InputError, RemovableError
from removable.functions import h
from removable.systems import jax
from removable.systems.modes import run_or_raise

__all__ = ["STEPS", "WITHOUT", "compiled", "fused", "replay", "rounded"]

WITHOUT = "AVX"
"""An instruction set of Intel's and AMD's processors that has no fused multiply-add.

With the next one, AVX2, the instruction is used.
"""

Step = Callable[[float, float, float], float]


def fused(a: float, b: float, c: float) -> float:
    """Return ``a * b + c``, exact and then rounded once to float64.

    Examples
    --------
    >>> from removable.systems.contraction import fused
    >>> x = 2.0 + 2.0**-30
    >>> fused(x, x, -4.0) == 2.0**-28 + 2.0**-60
    True
    """
    return float(Fraction(a) * Fraction(b) + Fraction(c))


def rounded(a: float, b: float, c: float) -> float:
    """Return ``a * b + c``, each operation exact and then rounded to float64.

    Examples
    --------
    >>> from removable.systems.contraction import rounded
    >>> x = 2.0 + 2.0**-30
    >>> rounded(x, x, -4.0) == 2.0**-28
    True
    """
    return float(Fraction(float(Fraction(a) * Fraction(b))) + Fraction(c))


STEPS: dict[str, Step] = {"rounded twice": rounded, "rounded once": fused}
"""What code can do where a product meets a sum, by name."""


def replay(x: np.ndarray, step: Step) -> np.ndarray:
    r"""Compute :math:`h` and its slope in rationals, rounding where the compiled code rounds.

    The slope is that of JAX, which puts the rules together as :math:`-q f + x k + x k` with
    :math:`q = 1/g^2`, :math:`k = 1/g`.

    Parameters
    ----------
    x : array_like
        Points other than 2, shape ``(n,)``, float64.
    step : callable
        :func:`fused` or :func:`rounded`: what the code does where a product meets a sum.

    Returns
    -------
    numpy.ndarray
        Value and slope, shape ``(2, n)``.

    Raises
    ------
    removable.errors.InputError
        If 2 is among the points: rational numbers have no NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.systems.contraction import fused, replay, rounded
    >>> np.column_stack([replay([2 + 1e-9], step) for step in (rounded, fused)])
    array([[4.        , 4.        ],
           [1.99999952, 0.99999976]])
    """
    x = checked_row("x", x).astype(np.float64)
    if (x == 2).any():
        raise InputError("2.0 is among the points; leave it out, rational numbers have no 0/0.")
    return np.array([_at(point, step) for point in x.tolist()]).T


def _at(x: float, step: Step) -> tuple[float, float]:
    f, g = step(x, x, -4.0), float(Fraction(x) - 2)
    q, k = float(1 / Fraction(float(Fraction(g) ** 2))), float(1 / Fraction(g))
    through_f = float(Fraction(x) * Fraction(k))
    return float(Fraction(f) / Fraction(g)), float(Fraction(step(-q, f, through_f)) + Fraction(through_f))


def compiled(x: ArrayLike, *, isa: str | None = None) -> np.ndarray:
    """Let JAX compile :math:`h(x) = (x^2 - 4)/(x - 2)` and its slope, and run them.

    Parameters
    ----------
    x : array_like
        Points, shape ``(n,)``, float64.
    isa : str, optional
        The largest instruction set that XLA may use, as its flag ``--xla_cpu_max_isa`` names it, in
        a process of its own; :data:`WITHOUT` has no fused multiply-add. By default whatever the
        processor has, in this process.

    Returns
    -------
    numpy.ndarray
        Value and slope, shape ``(2, n)``.

    Raises
    ------
    removable.errors.RemovableError
        If the process does not come to its end; the message holds the last line that it wrote.

    Examples
    --------
    >>> from removable.systems.contraction import compiled
    >>> compiled([2.0, 2.5])
    array([[nan, 4.5],
           [nan, 1. ]])
    """
    x = checked_row("x", x).astype(np.float64)
    if isa is None:
        return _compiled(x)
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_max_isa={isa}".strip()
    path = str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")
    done = subprocess.run(
        [sys.executable, "-m", "removable.systems.contraction"],
        input=x.tobytes(),
        env={**os.environ, "XLA_FLAGS": flags, "PYTHONPATH": os.pathsep.join(filter(None, path))},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise RemovableError(f"JAX did not run with XLA_FLAGS={flags!r}; it said: {last}")
    return np.frombuffer(done.stdout).reshape(2, -1)


def _compiled(x: np.ndarray) -> np.ndarray:
    (ran,) = run_or_raise(jax.MODES["jit"], [h], [x])
    return np.stack([ran.value, ran.slope])


if __name__ == "__main__":
    sys.stdout.buffer.write(_compiled(np.frombuffer(sys.stdin.buffer.read())).tobytes())
