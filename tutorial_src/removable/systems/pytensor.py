"""PyTensor, which continues Theano.

The graph rewritten a little, thoroughly, and before it is differentiated.

Two of the modes have the names that they had in Theano. They differ in the rewriting, which is what
counts here. The result is computed operation by operation, by PyTensor's linker ``py``, so that no
compiler is needed.

Examples
--------
The value is simplified, and its slope is not:

>>> import numpy as np
>>> from removable.systems.pytensor import MODES
>>> (ran,) = MODES["FAST_RUN"]([lambda x, xp: x * (x - 2) / (x - 2)], [np.array([2.0, 3.0])])
>>> ran.value, ran.slope, ran.divisions
(array([2., 3.]), array([nan,  1.]), (0, 2))
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from removable import frameworks
from removable.functions import Program
from removable.systems.modes import Mode, Ran

__all__ = ["FIRST", "MODES", "version"]

FIRST = "rewritten, then grad"
"""The mode in which the graph is rewritten before it is differentiated."""

_REWRITING = {"FAST_COMPILE": "fast_compile", "FAST_RUN": "fast_run", FIRST: "fast_run"}
_DIVISION = re.compile(r"\b(?:true_div|reciprocal)\b[^\n\[]* \[id (\w+)\]", re.IGNORECASE)


def version() -> str:
    """Return the installed version.

    Raises
    ------
    removable.errors.MissingFrameworkError
        If PyTensor is not installed.

    Examples
    --------
    >>> from removable.systems.pytensor import version
    >>> version()
    '...'
    """
    return str(frameworks.load("pytensor").__version__)


def _run(program: Program, x: np.ndarray, mode: str) -> Ran:
    pytensor = frameworks.load("pytensor")
    import pytensor.tensor as pt
    from pytensor.compile import mode as modes
    from pytensor.graph.rewriting.utils import rewrite_graph

    variable = pt.dvector("x")
    value = program(variable, pt)
    if mode == FIRST:
        value = rewrite_graph(value, include=("canonicalize", "specialize"))
    slope = pytensor.grad(value.sum(), variable)
    how = modes.Mode(linker="py", optimizer=_REWRITING[mode])
    # One function for each: as one, they would share what they have in common.
    compiled = [pytensor.function([variable], result, mode=how) for result in (value, slope)]
    codes = tuple(_written(function) for function in compiled)
    with np.errstate(all="ignore"):
        values, slopes = [np.asarray(function(x)) for function in compiled]
    return Ran(values, slopes, code=codes, divisions=tuple(len({*_DIVISION.findall(code)}) for code in codes))


def _written(function: Any) -> str:
    """Return the graph of a compiled function as ``pytensor.dprint`` shows it."""
    return frameworks.load("pytensor").dprint(function, file="str").rstrip()


def _mode(mode: str) -> Mode:
    return lambda programs, points: [_run(p, x, mode) for p, x in zip(programs, points, strict=True)]


MODES: dict[str, Mode] = {mode: _mode(mode) for mode in _REWRITING}
"""The modes, by name."""
