"""The operations of a framework that the remedy uses.

They make arrays of numbers, take the parts of complex numbers, and multiply by a matrix. Everything
is made of the framework's own plain operations, so that whatever the framework does to a program
passes through.
"""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from removable import frameworks
from removable.functions import Array

__all__ = ["Backend", "Table"]


@dataclass(frozen=True)
class Table:
    """Numbers that are known beforehand.

    Attributes
    ----------
    array : numpy.ndarray
        The numbers.
    ready : dict
        The same as tensors of PyTorch, by dtype and device.
    """

    array: np.ndarray
    ready: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False, repr=False)


class Backend(ABC):
    """Operations on arrays that the frameworks spell differently."""

    def __init__(self, adapter: frameworks.Framework) -> None:
        self.adapter = adapter

    @property
    def xp(self) -> Any:
        """The framework's namespace."""
        return self.adapter.namespace

    @abstractmethod
    def array(self, values: Any, dtype: str, like: Array | None = None) -> Array:
        """Return numbers as an array of a dtype, on the device of another array."""

    @abstractmethod
    def complex(self, real: Array, imaginary: Array) -> Array:
        """Return a complex array made of two real ones."""

    @abstractmethod
    def parts(self, values: Array) -> Array:
        """Return the real parts of complex values and then the imaginary parts.

        They stand one after the other along the first axis.
        """

    @abstractmethod
    def cast(self, values: Array, dtype: str) -> Array:
        """Round to another dtype."""

    @abstractmethod
    def constant(self, values: Array) -> Array:
        """Return the same values, of which no derivative is taken."""

    @abstractmethod
    def numbers(self, values: Array) -> np.ndarray | None:
        """Return values as an array of NumPy.

        Return None while they are traced, mapped or differentiated by a transformation.
        """

    @abstractmethod
    def largest(self, values: Array) -> Array:
        """Return the largest value along the first axis."""

    @abstractmethod
    def put(self, values: Array, where: np.ndarray, count: int) -> Array:
        """Return an array of shape (count,) with values at some indices.

        The values have shape (k,), and stand at the indices ``where``. Elsewhere the array is 0.
        """

    def taken(self, values: Array, where: np.ndarray) -> Array:
        """Return the elements of an array, shape (n,), at indices."""
        return values[where]

    def spread(self, values: Array, shape: tuple[int, ...]) -> Array:
        """Return an array broadcast to a shape, as shape (n,)."""
        return self.xp.reshape(self.xp.broadcast_to(values, shape), (-1,))

    def dtype(self, values: Array) -> str:
        """Return the name of the dtype."""
        return self.adapter.precision(values)

    def is_complex(self, values: Array) -> bool:
        """Tell whether values are complex."""
        return "complex" in self.dtype(values)

    def known(self, values: Table, dtype: str, like: Array) -> Array:
        """Return a table as an array of a dtype, on the device of another array."""
        return self.array(values.array, dtype, like)

    def column(self, values: Table, dims: int, dtype: str, like: Array) -> Array:
        """Return a table of shape (m,) in the shape (m, 1, ..., 1)."""
        return self.xp.reshape(self.known(values, dtype, like), (-1, *[1] * dims))

    def product(self, matrix: Table, values: Array) -> Array:
        """Return a real matrix (K, M) times values (M, ...)."""
        return self.xp.tensordot(self.known(matrix, self.dtype(values), values), values, 1)

    def beside(self, values: Array, nodes: Array) -> Array:
        """Return values in a dtype in which they can be combined with nodes.

        With values rounded more than the nodes, the function would no longer be the same.
        """
        dtype = self.dtype(values)
        if not dtype.startswith(("float", "bfloat")):
            return values
        wide = "float64" if self.dtype(nodes) in ("complex128", "float64") else "float32"
        return values if dtype in (wide, "float64") else self.cast(values, wide)

    def number_like(self, value: float, like: Array) -> Array:
        """Return an array full of a number, of the shape and dtype of another."""
        return self.xp.full_like(like, value)

    def split(self, values: Array, count: int) -> Array:
        """Return values, shape (m J, ...), in the shape (m, J, ...)."""
        return self.xp.reshape(values, (-1, count, *values.shape[1:]))

    def arrived(self, x: Array) -> Array:
        """Return points in the form in which they are computed with."""
        return x

    def dims(self, values: Array) -> int:
        """Return the number of dimensions."""
        return len(values.shape)

    def where(self, condition: Array, a: Array, b: Array) -> Array:
        """Select by element."""
        return self.xp.where(condition, a, b)

    def abs(self, values: Array) -> Array:
        """Return sizes."""
        return self.xp.abs(values)

    def one_for_all(self, coefficients: Any, count: int, u: Array) -> Array | None:
        """Return the coefficients of a polynomial in one row, or None.

        There is a row if they are the same for all points and an operation of the framework takes
        it.
        """
        return None

    @property
    def compiling(self) -> bool:
        """Whether a compiler reads this very line."""
        return self.adapter.compiling

    def padding(self, count: int) -> int:
        """Return how many points to add, where each number of points is compiled anew."""
        return 0

    def wide(self) -> str:
        """Return the bits of the widest real numbers that the framework computes with.

        They are those in use now, "64" or "32".
        """
        return "64"

    def followed(self, values: Array) -> bool:
        """Tell whether derivatives of values by what a function reads can be taken later.

        The values are what the function returned where x is a constant. Derivatives of them are
        recorded, or could be, as always in TensorFlow.
        """
        return False

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        """Evaluate a program only to look at it: no graph is kept."""
        yield

    @contextlib.contextmanager
    def in_double(self) -> Iterator[None]:
        """Evaluate in double precision, which JAX has to be asked for."""
        with self.looking():
            yield
