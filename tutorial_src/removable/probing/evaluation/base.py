"""What a framework has to tell about a program along a line."""

from __future__ import annotations

import contextlib
import functools
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from removable.errors import InputError
from removable.frameworks import Mode
from removable.probing.line import Line

__all__ = ["Evaluator", "nothing_floating"]

_COMPARED = np.array([0.0, 0.2718, -0.1414, 0.0577, -0.0031])
"""Offsets, in units of the scale, at which a program of many numbers is compared with itself."""

_SAME = 1e-9
"""How closely: kernels for arrays may round otherwise."""


def nothing_floating(returned: Any, title: str) -> InputError:
    """Say what a function has returned in place of a floating-point tensor.

    Examples
    --------
    >>> from removable.probing.evaluation.base import nothing_floating
    >>> print(nothing_floating(1, "PyTorch"))
    the function returns int, in which PyTorch has no floating-point numbers; give one that ...
    """
    return InputError(
        f"the function returns {type(returned).__name__}, in which {title} has no floating-point numbers; "
        "give one that returns a tensor of them."
    )


class _NoValueError(Exception):
    """A program raises for an argument."""


def _with_gaps(results: Callable[[float], np.ndarray], offsets: np.ndarray) -> np.ndarray:
    """Return the results at offsets, NaN where there is no value."""
    rows: list[np.ndarray | None] = []
    failure: BaseException | None = None
    for offset in offsets:
        try:
            rows.append(results(float(offset)))
        except _NoValueError as error:
            failure = failure or error.__cause__
            rows.append(None)
    some = next((row for row in rows if row is not None), None)
    if some is None:
        raise failure or ValueError("there are no offsets")
    return np.array([np.full(some.shape, np.nan) if row is None else row for row in rows], dtype=float)


class Evaluator(ABC):
    """Values and derivatives of a program along a line.

    Reverse mode differentiates by the argument, as a user does, and then takes the elements that
    move. Forward mode has the direction as its tangent.
    """

    @abstractmethod
    def tensor(self, values: np.ndarray, dtype: str) -> Any:
        """Return numbers as a tensor of the framework."""

    @abstractmethod
    def constant(self, values: np.ndarray, like: Any) -> Any:
        """Return numbers as a tensor of the dtype of another."""

    @abstractmethod
    def outputs(self, returned: Any) -> list[Any]:
        """Return the floating-point tensors that a function has returned, each in one dimension.

        They are not joined: a derivative of one would then pass through the others, and be NaN
        where one of them is.

        Raises
        ------
        removable.errors.InputError
            If there are none, or some are complex, or of no tensor of this framework.
        """

    @abstractmethod
    def rows(self, line: Line, point: Any, order: int, mode: Mode) -> list[list[float]]:
        """Return the value and derivatives at one argument, a list for each output."""

    @abstractmethod
    def placed(self, line: Line, x: Any) -> Any:
        """Return the argument at the point, with a number of no dimension as what moves."""

    @abstractmethod
    def apart(self, part: Any) -> list[Any]:
        """Return the numbers of a tensor of one dimension."""

    @abstractmethod
    def total(self, parts: list[Any], weights: np.ndarray) -> Any:
        """Return the sum of all numbers of tensors, each times its weight, shape (1,), float64."""

    @abstractmethod
    def depends(self, line: Line) -> bool:
        """Tell whether what a program returns depends on its argument."""

    @abstractmethod
    def value(self, line: Line, point: Any) -> np.ndarray:
        """Return the outputs at one argument, shape (m,), without a record of derivatives."""

    @abstractmethod
    def rows_of_many(self, line: Line, points: Any, order: int) -> np.ndarray:
        """Return value and derivatives of a program of many numbers, shape (order + 1, n)."""

    def values(self, line: Line, offsets: np.ndarray, dtype: str = "float64") -> np.ndarray:
        """Return the outputs along a line.

        Parameters
        ----------
        line : Line
            The line.
        offsets : numpy.ndarray
            Shape (n,).
        dtype : str
            The dtype in which the argument is given.

        Returns
        -------
        numpy.ndarray
            Shape (n, m), float64; NaN where the program raises.

        Raises
        ------
        Exception
            That of the program, if it raises everywhere.
        """
        if self.takes_many(line, dtype):
            with contextlib.suppress(Exception):  # one number may be outside the domain
                return np.reshape(self.value(line, self.tensor(line.start + offsets, dtype)), (-1, 1))
        return _with_gaps(functools.partial(self._value, line, dtype), offsets)

    def derivatives(
        self, line: Line, offsets: np.ndarray, order: int, dtype: str, mode: Mode = "reverse"
    ) -> np.ndarray:
        """Return value and derivatives by the offset along a line.

        Parameters
        ----------
        line : Line
            The line.
        offsets : numpy.ndarray
            Shape (n,).
        order : int
            The highest derivative.
        dtype : str
            The dtype in which the argument is given.
        mode : {"reverse", "forward", "forward-over-reverse"}
            How derivatives are propagated.

        Returns
        -------
        numpy.ndarray
            Shape (order + 1, n, m), float64; NaN where the program raises.

        Raises
        ------
        Exception
            That of the framework, if it cannot differentiate a value that there is.
        """
        if mode == "reverse" and self.takes_many(line, dtype):
            with contextlib.suppress(Exception):  # as in values: it then takes one number at a time
                return self.rows_of_many(line, self.tensor(line.start + offsets, dtype), order)[..., None]

        def rows(offset: float) -> np.ndarray:
            try:
                return np.array(self.rows(line, self.tensor(line.point(offset), dtype), order, mode), dtype=float)
            except InputError:
                raise
            except Exception:
                self._value(line, dtype, offset)  # raises where there is nothing to differentiate
                raise

        return np.moveaxis(_with_gaps(rows, offsets), 2, 0)

    def _value(self, line: Line, dtype: str, offset: float) -> np.ndarray:
        """Return the outputs at an offset.

        Raises
        ------
        _NoValueError
            If the program raises there, as outside its domain.
        """
        try:
            return self.value(line, self.tensor(line.point(offset), dtype))
        except InputError:
            raise
        except Exception as error:  # whatever a user's program says of its argument
            raise _NoValueError from error

    def takes_many(self, line: Line, dtype: str) -> bool:
        """Tell whether a program takes an array of many numbers, and treats each by itself."""
        if line.start.shape or line.direction != 1.0:
            return False
        points = line.start + line.scale * _COMPARED
        try:
            alone = [self.value(line, self.tensor(point, dtype)) for point in points]
            together = self.value(line, self.tensor(points, dtype))
        except Exception:  # whatever a user's program says of an array
            return False
        if any(len(value) != 1 for value in alone) or len(together) != len(points):
            return False
        return bool(np.allclose(np.concatenate(alone), together, rtol=_SAME, atol=0.0, equal_nan=True))
