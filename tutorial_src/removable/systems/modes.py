"""A mode of a system, which runs programs at given points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from removable import frameworks
from removable.errors import UnsupportedError
from removable.functions import Program

__all__ = ["Mode", "Ran", "differentiated", "run_or_raise"]


@dataclass(frozen=True)
class Ran:
    """What one way of running a subject has made of it.

    Attributes
    ----------
    value : numpy.ndarray
        Shape ``(n,)``, float64.
    slope : numpy.ndarray
        Shape ``(n,)``, float64.
    code : tuple of str
        The programs that computed the value and the slope, after all that the optimiser did; empty
        where operation after operation is run, and nothing could be optimised.
    divisions : tuple of int
        How many divisions there are in these two programs; empty like ``code``.
    """

    value: np.ndarray = field(repr=False)
    slope: np.ndarray = field(repr=False)
    code: tuple[str, ...] = field(default=(), repr=False)
    divisions: tuple[int, ...] = ()


Mode = Callable[[list[Program], list[np.ndarray]], list[Ran] | str]
"""Runs programs, each at points of its own, in one mode of a system.

Returns what came of each, or a sentence why it cannot.
"""


def differentiated(name: str, *, mode: frameworks.Mode = "reverse") -> Mode:
    """Return the mode in which a framework runs and differentiates operation by operation.

    Parameters
    ----------
    name : str
        The framework, as :func:`removable.frameworks.get` names it.
    mode : {"reverse", "forward"}
        How derivatives are propagated.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.systems.modes import differentiated
    >>> (ran,) = differentiated("torch")([lambda x, xp: x * x], [np.array([3.0])])
    >>> ran.value, ran.slope, ran.code
    (array([9.]), array([6.]), ())
    """
    return lambda programs, points: [
        Ran(*frameworks.get(name).derivatives(p, x, mode=mode)) for p, x in zip(programs, points, strict=True)
    ]


def run_or_raise(mode: Mode, programs: list[Program], points: list[np.ndarray]) -> list[Ran]:
    """Run programs in a mode that is known to be there.

    Parameters
    ----------
    mode : callable
        The mode.
    programs : list of callable
        Called as ``program(x, xp)``.
    points : list of numpy.ndarray
        Where each is run, shape ``(n,)``, float64.

    Returns
    -------
    list of Ran
        What came of each.

    Raises
    ------
    removable.errors.UnsupportedError
        If the mode cannot run, with the sentence that it gives as the reason.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.systems.modes import differentiated, run_or_raise
    >>> (ran,) = run_or_raise(differentiated("numpy"), [lambda x, xp: x * x], [np.array([3.0])])
    >>> ran.slope
    array([6.])
    >>> run_or_raise(lambda programs, points: "no compiler is installed.", [], [])
    Traceback (most recent call last):
        ...
    removable.errors.UnsupportedError: no compiler is installed.
    """
    results = mode(programs, points)
    if isinstance(results, str):
        raise UnsupportedError(results)
    return results
