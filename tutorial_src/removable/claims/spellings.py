r"""The paper's quotients in the ways in which they can be typed.

Three contributions to the slope meet at x: two from the factors of the square, one from the
denominator. Their floating-point sum depends on the order in which they arrive. PyTorch goes back
through its operations from the newest to the oldest, so that the order of two lines of a program
decides. TensorFlow's eager tape goes back through what is ready, and depends on the length of the
paths; in a graph it begins at the denominator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from removable import frameworks
from removable.claims import runs
from removable.claims.evidence import FRAMEWORKS
from removable.functions import Array, Namespace, Program
from removable.sweeps.sweep import Agreement, agreement

Denominator = Callable[[Array, Namespace], Array]
"""``functions.g``, or g1 or g2 with their constants; called with x and the array namespace."""


@dataclass(frozen=True)
class Spelling:
    """One way to type a quotient, and to run it.

    Attributes
    ----------
    power : bool
        Whether the square is ``x**2`` and not ``x * x``.
    denominator_first : bool
        Whether the line of the denominator stands above that of the numerator.
    graph : bool
        Whether TensorFlow records the program and its derivative as a graph, by ``tf.function``;
        PyTorch runs it as always.
    """

    power: bool = False
    denominator_first: bool = False
    graph: bool = False

    def __str__(self) -> str:
        words = ["x**2" if self.power else "x*x", f"{'denominator' if self.denominator_first else 'numerator'} first"]
        return ", ".join([*words, "TensorFlow as a graph"] if self.graph else words)

    def program(self, denominator: Denominator) -> Program:
        """Return the quotient, typed in this way.

        Examples
        --------
        >>> import numpy as np
        >>> from removable import functions
        >>> from removable.claims.spellings import Spelling
        >>> Spelling(denominator_first=True).program(functions.g)(3.0, np)
        5.0
        """

        def typed(x: Array, xp: Namespace) -> Array:
            if self.denominator_first:
                below = denominator(x, xp)
                above = (x**2 if self.power else x * x) - 4
            else:
                above = (x**2 if self.power else x * x) - 4
                below = denominator(x, xp)
            return above / below

        return typed


SPELLINGS = tuple(
    Spelling(power, denominator_first, graph)
    for power in (False, True)
    for graph in (False, True)
    for denominator_first in (False, True)
)
"""All of them."""


def between(denominator: Denominator, x: np.ndarray, order: int) -> dict[Spelling, Agreement]:
    """Compare PyTorch and TensorFlow in one derivative of a quotient, in each spelling.

    Parameters
    ----------
    denominator : callable
        What is divided by.
    x : numpy.ndarray
        Points, shape ``(n,)``, float64.
    order : {0, 1}
        The value, or the slope.

    Examples
    --------
    >>> import numpy as np
    >>> from removable import functions
    >>> from removable.claims.spellings import Spelling, between
    >>> agreements = between(functions.g, np.array([np.nextafter(2.0, 1.0), 2.5]), 1)
    >>> print(agreements[Spelling()])
    identical bits at all 2 points
    >>> print(agreements[Spelling(denominator_first=True)])
    1 of 2 points differ, by up to 2.25e+15 ulp
    """
    return {s: agreement(*(_result(name, s, denominator, x)[order] for name in FRAMEWORKS)) for s in SPELLINGS}


def _result(name: str, spelling: Spelling, denominator: Denominator, x: np.ndarray) -> np.ndarray:
    program = spelling.program(denominator)
    if spelling.graph and name == "tensorflow":
        return in_a_graph(program, x)
    return runs.value_and_slope(name, program, x)


def in_a_graph(program: Program, x: np.ndarray) -> np.ndarray:
    """Value and slope in TensorFlow, both recorded as one graph, shape ``(2, n)``.

    Examples
    --------
    >>> import numpy as np
    >>> from removable import functions
    >>> from removable.claims.spellings import in_a_graph
    >>> in_a_graph(functions.h, np.array([2 + 1e-9]))
    array([[4.],
           [2.]])
    """
    tf = frameworks.get("tensorflow").namespace

    def both(x: Array) -> tuple[Array, Array]:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = program(x, tf)
        return y, tape.gradient(y, x)

    # Traced explicitly: calling one new tf.function after another makes TensorFlow warn of
    # retracing.
    traced = tf.function(both, autograph=False).get_concrete_function(tf.TensorSpec([None], tf.float64))
    return np.stack([row.numpy() for row in traced(tf.constant(x))])
