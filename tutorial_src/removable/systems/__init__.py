"""Who simplifies: the systems that the paper names, each in its own modes.

They are given quotients whose common factor could be cancelled.

Importing this package imports no framework. :func:`measure` imports those that it is asked for, and
says how to install what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from removable import frameworks
from removable.arguments import checked_names
from removable.errors import InputError
from removable.systems import jax, pytensor, retired, sympy, tensorflow, torch
from removable.systems.board import Board, filled
from removable.systems.modes import Mode, Ran
from removable.systems.subject import Subject

__all__ = ["NAMES", "SUBJECTS", "Board", "Mode", "Ran", "Subject", "measure"]

_MODES: dict[str, dict[str, Mode]] = {
    "PyTorch": torch.MODES,
    "TensorFlow": tensorflow.MODES,
    "JAX": jax.MODES,
    "PyTensor": pytensor.MODES,
    "Torch7": retired.TORCH7,
    "Caffe": retired.CAFFE,
    "SymPy": sympy.MODES,
}
_VERSIONS: dict[str, Callable[[], str]] = {
    "PyTorch": lambda: frameworks.get("torch").version,
    "TensorFlow": lambda: frameworks.get("tensorflow").version,
    "JAX": lambda: frameworks.get("jax").version,
    "PyTensor": pytensor.version,
    "Torch7": lambda: "(replayed)",
    "Caffe": lambda: "(replayed)",
    "SymPy": sympy.version,
}

NAMES: tuple[str, ...] = tuple(_MODES)
"""The systems that :func:`measure` knows."""

SUBJECTS: tuple[Subject, ...] = (
    Subject("(x*x - 4)/(x - 2)", lambda x, xp: (x * x - 4) / (x - 2), at=2.0),
    Subject("x*(x - 2)/(x - 2)", lambda x, xp: x * (x - 2) / (x - 2), at=2.0),
    Subject("(x - 2)*(x + 2)/(x - 2)", lambda x, xp: (x - 2) * (x + 2) / (x - 2), at=2.0),
    Subject("sin(x)/x", lambda x, xp: xp.sin(x) / x, at=0.0),
)
"""The paper's quotient, two with the factor written out, and one that no algebra cancels."""


def measure(
    names: Sequence[str] = NAMES, subjects: Sequence[Subject] = SUBJECTS, *, samples_per_side: int = 400
) -> Board:
    """Run quotients and their slopes in every mode of some systems, and compare with the truth.

    Parameters
    ----------
    names : list of str
        Systems from :data:`NAMES`.
    subjects : list of Subject
        The quotients.
    samples_per_side : int
        Points on each side of the singular one, at least 2.

    Returns
    -------
    Board
        The results, the truth, and the programs that the optimisers results.

    Raises
    ------
    removable.errors.InputError
        If a name is not one of :data:`NAMES`, or there is nothing to do.
    removable.errors.MissingFrameworkError
        If a system is not installed; the message holds the command that installs it.

    Examples
    --------
    >>> from removable.systems import measure
    >>> results = measure(["SymPy"], samples_per_side=50)
    >>> [results.lost(("SymPy", "simplify"), title) for title in results.subjects]
    [False, False, False, True]
    >>> measure(["Theano"])
    Traceback (most recent call last):
        ...
    removable.errors.InputError: there is no system 'Theano';
        give some of 'PyTorch', 'TensorFlow', ... 'SymPy'.
    """
    if unknown := [name for name in checked_names(names) if name not in _MODES]:
        raise InputError(f"there is no system {unknown[0]!r}; give some of {', '.join(map(repr, NAMES))}.")
    if not subjects:
        raise InputError("subjects is empty; give at least one quotient.")
    systems = {name: (f"{name} {_VERSIONS[name]()}", _MODES[name]) for name in names}
    return filled(systems, subjects, samples_per_side=samples_per_side)
