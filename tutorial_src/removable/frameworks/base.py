"""What every framework adapter answers: arrays in, arrays out, values and derivatives of a program."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal

import numpy as np

from removable.checks import checked_dtype, checked_order, checked_row
from removable.errors import InputError
from removable.functions import Array, Namespace, Program

Mode = Literal["reverse", "forward"]
"""How derivatives are propagated, by vector-Jacobian products or by Jacobian-vector products."""

MODES: tuple[str, ...] = ("reverse", "forward")


class Framework(ABC):
    """One arithmetic system that can run a program and differentiate it.

    A subclass imports its framework when it is first used, never when its module is imported; ask
    :func:`removable.frameworks.get` for one.

    Attributes
    ----------
    name : str
        Name by which :func:`removable.frameworks.get` knows it: ``"torch"``.
    title : str
        Name as its makers write it: ``"PyTorch"``.
    """

    name: str
    title: str

    @property
    @abstractmethod
    def namespace(self) -> Namespace:
        """The array namespace to call a program with, which is the module that users import."""

    @property
    @abstractmethod
    def version(self) -> str:
        """The installed version."""

    @abstractmethod
    def asarray(self, values: np.ndarray) -> Array:
        """Turn a NumPy array into an array of the framework, same shape and dtype."""

    @abstractmethod
    def to_numpy(self, array: Array) -> np.ndarray:
        """Turn an array of the framework into a NumPy array, same shape and dtype."""

    @abstractmethod
    def _reverse(self, program: Program, x: Array, order: int) -> list[Array]:
        """Return value and derivatives by reverse mode, applied ``order`` times over."""

    @abstractmethod
    def _forward(self, program: Program, x: Array, order: int) -> list[Array]:
        """Return value and derivatives by forward mode, applied ``order`` times over."""

    def derivatives(
        self, program: Program, x: np.ndarray, *, order: int = 1, mode: Mode = "reverse", dtype: str = "float64"
    ) -> np.ndarray:
        """Value and derivatives of a program at every sample, in one call of the framework.

        Parameters
        ----------
        program : callable
            Called as ``program(x, namespace)``; it must treat the samples independently.
        x : array_like
            Points, shape ``(n,)``. They are rounded to ``dtype``.
        order : int
            The highest derivative, at least 0.
        mode : {"reverse", "forward"}
            How derivatives are propagated; higher derivatives apply the same mode again.
        dtype : {"float64", "float32"}
            The precision in which the framework computes.

        Returns
        -------
        numpy.ndarray
            Shape ``(order + 1, n)``, of ``dtype``: row k holds the k-th derivative. NaN and infinity are results like
            any other here: they are what the framework returns.

        Raises
        ------
        removable.errors.InputError
            If an argument has a value that cannot be used.
        removable.errors.UnsupportedError
            If the framework has no such mode.

        Examples
        --------
        >>> from removable import frameworks, functions
        >>> frameworks.get("torch").derivatives(functions.h, [2.0, 2.0 + 1e-9, 3.0])
        array([[nan,  4.,  5.],
               [nan,  2.,  1.]])
        """
        x = checked_row("x", x).astype(checked_dtype(dtype))
        order = checked_order(order)
        if mode not in MODES:
            raise InputError(f"mode is {mode!r}; give one of {', '.join(map(repr, MODES))}.")
        rows = self._differentiate(program, x, order, mode)
        if any(row.shape != x.shape for row in rows):
            raise InputError(f"the program turns shape {x.shape} into {rows[0].shape}; give one that works by element.")
        return np.stack(rows)

    def _differentiate(self, program: Program, x: np.ndarray, order: int, mode: Mode) -> list[np.ndarray]:
        propagate = self._reverse if mode == "reverse" else self._forward
        return [self.to_numpy(row) for row in propagate(program, self.asarray(x), order)]

    def __repr__(self) -> str:
        return f"<{self.title} {self.version}>"
