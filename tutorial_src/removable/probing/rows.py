"""Value, slope and second derivative of a program at arguments, each asked for once."""

from __future__ import annotations

import numpy as np

from removable.arguments import unit_roundoff
from removable.errors import InputError
from removable.probing.evaluation import Evaluator
from removable.probing.line import Line, rounded_to

__all__ = ["Rows"]

_HIGHEST = 2


class Rows:
    """The sum of all outputs of a program, and its derivatives.

    Parameters
    ----------
    evaluator, line
        The framework, and a line whose offset is the argument itself.
    at : float
        An argument at which it is seen how often the program can be differentiated.

    Attributes
    ----------
    rounding : float
        Half the distance from 1 to the next argument.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> from removable.probing.subject import subject
    >>> from removable.probing.rows import Rows
    >>> taken = subject(torch.square, 0.0)
    >>> Rows(taken.evaluator, taken.lines[0], 0.5)(np.array([1.0, 3.0])).tolist()
    [[1.0, 9.0], [2.0, 6.0], [2.0, 2.0]]
    """

    def __init__(self, evaluator: Evaluator, line: Line, at: float) -> None:
        self._evaluator, self._line = evaluator, line
        self._known: dict[float, np.ndarray] = {}
        self._order = next(order for order in (2, 1, 0) if not order or self._differentiates(at, order))
        self.rounding = unit_roundoff(line.dtype)

    def rounded(self, x: np.ndarray) -> np.ndarray:
        """Return arguments, rounded to the dtype of the program."""
        return rounded_to(np.asarray(x, dtype=np.float64), self._line.dtype) + 0.0  # without -0.0

    def apart(self, x: np.ndarray) -> np.ndarray:
        """Return the distance from arguments to the next ones."""
        return np.maximum(2 * self.rounding * np.abs(x), np.finfo(np.float64).tiny)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return the value and derivatives at rounded arguments, shape (3, *x.shape).

        Derivatives that the framework does not have are 0.
        """
        missing = np.array([number for number in np.unique(x) if number not in self._known])
        if missing.size:
            self._known.update(zip(missing.tolist(), self._computed(missing).T, strict=True))
        return np.reshape([self._known[number] for number in np.ravel(x).tolist()], (*np.shape(x), 3)).transpose(
            -1, *range(np.ndim(x))
        )

    def _computed(self, x: np.ndarray) -> np.ndarray:
        rows = np.zeros((_HIGHEST + 1, len(x)))
        with np.errstate(all="ignore"):
            try:
                found = self._evaluator.derivatives(self._line, x, self._order, self._line.dtype).sum(2)
            except InputError:
                raise
            except Exception:  # the program raises at all of them, as outside its domain
                found = np.full((self._order + 1, len(x)), np.nan)
        rows[: self._order + 1] = found
        return rows

    def _differentiates(self, at: float, order: int) -> bool:
        try:
            self._evaluator.derivatives(self._line, np.array([at]), order, self._line.dtype)
        except InputError:
            raise
        except Exception:  # whatever a framework says of a program that it cannot differentiate
            return False
        return True
