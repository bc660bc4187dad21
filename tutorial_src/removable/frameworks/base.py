"""The interface of every framework adapter.

An adapter takes arrays, and returns the values and derivatives of a program as arrays.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from removable.arguments import PRECISIONS, checked_dtype, checked_order, checked_row
from removable.errors import InputError
from removable.functions import Array, Namespace, Program

Mode = Literal["reverse", "forward", "forward-over-reverse"]
"""How derivatives are propagated, by vector-Jacobian products, by Jacobian-vector products, or by
the latter of the former."""

MODES: tuple[str, ...] = get_args(Mode)


def no_graph(title: str, reasons: str) -> InputError:
    """Return the error for a value that a framework knows no derivative of.

    Examples
    --------
    >>> from removable.frameworks.base import no_graph
    >>> print(no_graph("PyTorch", "detach"))
    PyTorch has no record of how the value is computed from x, so that it has no derivative
    (detach); use removable.repair, ...
    """
    return InputError(
        f"{title} has no record of how the value is computed from x, so that it has no derivative ({reasons}); "
        "use removable.repair, which takes values only."
    )


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
    def cast(self, array: Array, dtype: str) -> Array:
        """Round an array of the framework to another precision."""

    @abstractmethod
    def owns(self, array: Any) -> bool:
        """Tell whether this is an array of the framework, a traced one included."""

    @abstractmethod
    def precision(self, array: Array) -> str:
        """Return the name of the array's dtype, ``"float64"`` for instance."""

    def number(self, value: float, like: Array) -> Array | float:
        """Return a number in a form that takes on the dtype of another array.

        Few frameworks need anything but the number itself.
        """
        return value

    @property
    def compiling(self) -> bool:
        """Whether a compiler is reading the program, so that nothing can be looked at."""
        return False

    def unconverted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that no tool of the framework rewrites before it is traced."""
        return function

    @abstractmethod
    def differentiable_derivatives(self, function: Callable[[Array], Array], x: Array, order: int) -> list[Array]:
        """Return the values and derivatives of a function that works by element.

        They are differentiable also with respect to what the function closes over.

        Parameters
        ----------
        function : callable
            Called as ``function(x)``; it must treat the elements independently, and return an array
            of the shape of x.
        x : array
            Points, of any shape and floating dtype.
        order : int
            The order of the highest derivative; 0 is the value.

        Returns
        -------
        list of array
            As many as ``order`` and one, each with the shape and dtype of ``function(x)``.

        Raises
        ------
        removable.errors.InputError
            If the framework has not recorded how the value is computed from x: what it calls a
            derivative then is zero.
        removable.errors.UnsupportedError
            If the framework cannot differentiate any function that is handed to it.
        """

    @abstractmethod
    def _reverse(self, program: Program, x: Array, order: int) -> list[Array]:
        """Return value and derivatives by reverse mode, applied ``order`` times over."""

    @abstractmethod
    def _forward(self, program: Program, x: Array, order: int, *, over_reverse: bool = False) -> list[Array]:
        """Return value and derivatives by forward mode, applied ``order`` times over.

        With ``over_reverse``, forward mode is applied once less, to reverse mode.
        """

    def derivatives(
        self, program: Program, x: ArrayLike, *, order: int = 1, mode: Mode = "reverse", dtype: str = "float64"
    ) -> np.ndarray:
        """Value and derivatives of a program at every sample, in one call of the framework.

        Parameters
        ----------
        program : callable
            Called as ``program(x, namespace)``; it must treat the samples independently.
        x : array_like
            Points, shape ``(n,)``. They are rounded to ``dtype``; to bfloat16 by way of float32.
        order : int
            The highest derivative, at least 0.
        mode : {"reverse", "forward", "forward-over-reverse"}
            How derivatives are propagated; higher derivatives apply the same mode again. The last
            is the way of Hessian-vector products: reverse mode for the first derivative, forward
            mode for all higher ones.
        dtype : {"float64", "float32", "float16", "bfloat16"}
            The precision in which the framework computes.

        Returns
        -------
        numpy.ndarray
            Shape ``(order + 1, n)``, of ``dtype``: row k holds the k-th derivative. NumPy has no
            bfloat16; such results come as float32, which holds each of them exactly. NaN and
            infinity are results like any other here: they are what the framework returns.

        Raises
        ------
        removable.errors.InputError
            If an argument has a value that cannot be used.
        removable.errors.UnsupportedError
            If the framework has no such mode or no such precision.

        Examples
        --------
        >>> from removable import frameworks, functions
        >>> frameworks.get("torch").derivatives(functions.h, [2.0, 2.0 + 1e-9, 3.0])
        array([[nan,  4.,  5.],
               [nan,  2.,  1.]])
        """
        dtype = checked_dtype(dtype, known=PRECISIONS)
        points = checked_row("x", x).astype("float32" if dtype == "bfloat16" else dtype)
        order = checked_order(order)
        if mode not in MODES:
            raise InputError(f"mode is {mode!r}; give one of {', '.join(map(repr, MODES))}.")
        rows = self._differentiate(program, points, order, mode, dtype)
        if any(row.shape != points.shape for row in rows):
            raise InputError(
                f"the program turns shape {points.shape} into {rows[0].shape}; give one that works by element."
            )
        return np.stack(rows)

    def _differentiate(self, program: Program, x: np.ndarray, order: int, mode: Mode, dtype: str) -> list[np.ndarray]:
        ways: dict[Mode, Callable[[Program, Array, int], list[Array]]] = {
            "reverse": self._reverse,
            "forward": self._forward,
            "forward-over-reverse": functools.partial(self._forward, over_reverse=True),
        }
        propagate = ways[mode]
        if dtype != "bfloat16":
            return [self.to_numpy(row) for row in propagate(program, self.asarray(x), order)]
        rows = propagate(program, self.cast(self.asarray(x), dtype), order)
        return [self.to_numpy(self.cast(row, "float32")) for row in rows]

    def __repr__(self) -> str:
        return f"<{self.title} {self.version}>"
