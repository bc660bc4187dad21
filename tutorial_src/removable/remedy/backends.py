"""What the remedy asks of a framework: arrays made of numbers, parts of complex numbers, a product with a matrix.

Everything is made of the framework's own plain operations, so that whatever it does to a program passes through.
"""

from __future__ import annotations

import contextlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from removable import frameworks
from removable.errors import InputError
from removable.functions import Array

__all__ = ["Backend", "Table", "backend", "elsewhere"]

Result = TypeVar("Result")


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


def elsewhere(work: Callable[[], Result]) -> Result:
    """Do something in a thread of its own, in which no compiler traces and no transformation is at work.

    What the frameworks know of tracing, of modes and of transformations belongs to the thread.

    Parameters
    ----------
    work : callable
        What to do; it takes no arguments.

    Returns
    -------
    object
        What ``work`` returns.

    Raises
    ------
    BaseException
        What ``work`` raises.

    Examples
    --------
    What is computed while JAX compiles has no value yet, even from constants; there it has:

    >>> import jax
    >>> seen = []
    >>> def square(x):
    ...     seen.append(elsewhere(lambda: float(jax.numpy.exp(0.0))))
    ...     return x * x
    >>> float(jax.jit(jax.grad(square))(3.0)), seen
    (6.0, [1.0])
    """
    done: dict[str, Any] = {}

    def run() -> None:
        try:
            done["result"] = work()
        except BaseException as error:  # it is raised again below
            done["error"] = error

    thread = threading.Thread(target=run, name="removable", daemon=True)
    thread.start()
    thread.join()
    if "error" in done:
        raise done["error"]
    return done["result"]


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
        """Return the real parts of complex values and then their imaginary parts, along the first axis."""

    @abstractmethod
    def cast(self, values: Array, dtype: str) -> Array:
        """Round to another dtype."""

    @abstractmethod
    def constant(self, values: Array) -> Array:
        """Return the same values, of which no derivative is taken."""

    @abstractmethod
    def numbers(self, values: Array) -> np.ndarray | None:
        """Return values as NumPy's; None while they are traced, mapped or differentiated by a transformation."""

    @abstractmethod
    def largest(self, values: Array) -> Array:
        """Return the largest value along the first axis."""

    @abstractmethod
    def put(self, values: Array, where: np.ndarray, count: int) -> Array:
        """Return an array of shape (count,), with values, shape (k,), at the indices ``where`` and 0 elsewhere."""

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
        """Return values in a dtype in which they can meet nodes: what is rounded more than these is no longer the same function."""
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

    @property
    def compiling(self) -> bool:
        """Whether a compiler reads this very line."""
        return self.adapter.compiling

    def padding(self, count: int) -> int:
        """Return how many points to add, where each number of points is compiled anew."""
        return 0

    def wide(self) -> str:
        """Return the bits of the widest real numbers that the framework computes with now, "64" or "32"."""
        return "64"

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        """Evaluate a program only to look at it: no graph is kept."""
        yield

    @contextlib.contextmanager
    def in_double(self) -> Iterator[None]:
        """Evaluate in double precision, which JAX has to be asked for."""
        with self.looking():
            yield


def _made_ready(values: Table, dtype: str, device: str) -> bool:
    """Keep a table as a tensor, for a compiler that reads the program: it would read an array number by number."""
    import torch

    if (dtype, device) not in values.ready:
        values.ready[dtype, device] = torch.tensor(values.array, dtype=getattr(torch, dtype), device=device)
    return True


# What torch.compiler.assume_constant_result sets, which would import the compiler: it is to run this, and not to read it.
_made_ready._dynamo_marked_constant = True  # type: ignore[attr-defined]


class _Torch(Backend):
    def one_for_all(self, coefficients: Any, count: int, u: Array) -> Array | None:
        """Return the coefficients of a polynomial in one row, if they are the same for all points."""
        if isinstance(coefficients, self.xp.Tensor):
            if self.numbers(coefficients) is None or coefficients.numel() != len(coefficients):
                return None
            return coefficients.reshape(-1)[:count]
        return self.xp.tensor(coefficients[:count], dtype=u.dtype)

    def known(self, values: Table, dtype: str, like: Array) -> Array:
        if self.xp.compiler.is_dynamo_compiling():
            key = dtype, str(like.device)
            if _made_ready(values, *key):
                return values.ready[key]
        return self.array(values.array, dtype, like)

    def array(self, values: Any, dtype: str, like: Array | None = None) -> Array:
        device = None if like is None else like.device
        return self.xp.tensor(values, dtype=getattr(self.xp, dtype), device=device)

    def complex(self, real: Array, imaginary: Array) -> Array:
        return self.xp.complex(real, imaginary)

    def parts(self, values: Array) -> Array:
        return self.xp.cat([values.real, values.imag], 0)

    def product(self, matrix: Table, values: Array) -> Array:
        return self.xp.tensordot(self.known(matrix, self.dtype(values), values), values, dims=1)

    def cast(self, values: Array, dtype: str) -> Array:
        return values.to(getattr(self.xp, dtype))

    def constant(self, values: Array) -> Array:
        return values.detach()

    def numbers(self, values: Array) -> np.ndarray | None:
        torch = self.xp
        if (
            torch.compiler.is_dynamo_compiling()
            or torch.jit.is_tracing()
            or torch._C._get_dispatch_mode(torch._C._TorchDispatchModeKey.PROXY) is not None  # make_fx records
            or torch._C._functorch.is_functorch_wrapped_tensor(values)
        ):
            return None
        try:
            return values.detach().resolve_conj().resolve_neg().numpy(force=True)
        except (RuntimeError, NotImplementedError, TypeError):  # a tensor of a tracer or without memory
            return None

    def largest(self, values: Array) -> Array:
        return values.amax(0)

    def put(self, values: Array, where: np.ndarray, count: int) -> Array:
        indices = self.xp.as_tensor(where, device=values.device)
        return values.new_zeros(count).index_put((indices,), values)

    def taken(self, values: Array, where: np.ndarray) -> Array:
        return values[self.xp.as_tensor(where, device=values.device)]

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        with self.xp.no_grad():
            yield


class _TensorFlow(Backend):
    def split(self, values: Array, count: int) -> Array:
        return self.xp.reshape(values, self.xp.concat([[-1, count], self.xp.shape(values)[1:]], 0))

    def arrived(self, x: Array) -> Array:
        return self.xp.convert_to_tensor(x)

    def dims(self, values: Array) -> int:
        if values.shape.rank is None:
            raise InputError(
                "the rank of x is not known while this graph is traced; give tf.function an input signature with a rank, such as "
                "tf.TensorSpec([None], tf.float64)."
            )
        return int(values.shape.rank)

    def beside(self, values: Array, nodes: Array) -> Array:
        real = self.xp.cast(values, "float64" if nodes.dtype in (self.xp.complex128, self.xp.float64) else "float32")
        return self.xp.complex(real, self.xp.zeros_like(real)) if nodes.dtype.is_complex else real

    def number_like(self, value: float, like: Array) -> Array:
        return self.xp.fill(self.xp.shape(like), self.xp.constant(value, dtype=like.dtype))

    def array(self, values: Any, dtype: str, like: Array | None = None) -> Array:
        return self.xp.constant(values, dtype=dtype)

    def complex(self, real: Array, imaginary: Array) -> Array:
        return self.xp.complex(real, imaginary)

    def parts(self, values: Array) -> Array:
        return self.xp.concat([self.xp.math.real(values), self.xp.math.imag(values)], 0)

    def cast(self, values: Array, dtype: str) -> Array:
        return self.xp.cast(values, dtype)

    def constant(self, values: Array) -> Array:
        return self.xp.stop_gradient(values)

    def numbers(self, values: Array) -> np.ndarray | None:
        return values.numpy() if hasattr(values, "numpy") else None

    def largest(self, values: Array) -> Array:
        return self.xp.reduce_max(values, 0)

    def put(self, values: Array, where: np.ndarray, count: int) -> Array:
        return self.xp.scatter_nd(where[:, None], values, [count])

    def taken(self, values: Array, where: np.ndarray) -> Array:
        return self.xp.gather(values, where)


class _Jax(Backend):
    def padding(self, count: int) -> int:
        return (256 if count <= 256 else 8192 * -(-count // 8192)) - count

    def array(self, values: Any, dtype: str, like: Array | None = None) -> Array:
        return self.xp.asarray(values, dtype=dtype)

    def complex(self, real: Array, imaginary: Array) -> Array:
        import jax

        return jax.lax.complex(real, imaginary)

    def parts(self, values: Array) -> Array:
        return self.xp.concatenate([values.real, values.imag], 0)

    def cast(self, values: Array, dtype: str) -> Array:
        return values.astype(dtype)

    def constant(self, values: Array) -> Array:
        import jax

        return jax.lax.stop_gradient(values)

    def numbers(self, values: Array) -> np.ndarray | None:
        import jax

        return None if isinstance(values, jax.core.Tracer) else np.asarray(values)

    def largest(self, values: Array) -> Array:
        return self.xp.max(values, 0)

    def put(self, values: Array, where: np.ndarray, count: int) -> Array:
        return self.xp.zeros(count, values.dtype).at[where].set(values)

    def wide(self) -> str:
        import jax

        return "64" if jax.config.jax_enable_x64 else "32"

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        import jax

        with jax.debug_nans(False):
            yield

    @contextlib.contextmanager
    def in_double(self) -> Iterator[None]:
        import jax

        with self.looking(), jax.enable_x64(True):
            yield


class _NumPy(Backend):
    def arrived(self, x: Array) -> Array:
        return np.asarray(x)

    def array(self, values: Any, dtype: str, like: Array | None = None) -> Array:
        return np.asarray(values, dtype=dtype)

    def complex(self, real: Array, imaginary: Array) -> Array:
        return real + 1j * imaginary

    def parts(self, values: Array) -> Array:
        return np.concatenate([values.real, values.imag], 0)

    def cast(self, values: Array, dtype: str) -> Array:
        return np.asarray(values).astype(dtype)

    def constant(self, values: Array) -> Array:
        return values

    def numbers(self, values: Array) -> np.ndarray | None:
        return np.asarray(values)

    def largest(self, values: Array) -> Array:
        return np.max(values, 0)

    def put(self, values: Array, where: np.ndarray, count: int) -> Array:
        found = np.zeros(count, values.dtype)
        found[where] = values
        return found

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        with np.errstate(all="ignore"):
            yield


_KINDS: dict[str, type[Backend]] = {"torch": _Torch, "tensorflow": _TensorFlow, "jax": _Jax, "numpy": _NumPy}
_MADE = {name: kind(frameworks.ADAPTERS[name]) for name, kind in _KINDS.items()}


def backend(name: str) -> Backend:
    """Return the operations of a framework.

    Parameters
    ----------
    name : {"torch", "tensorflow", "jax", "numpy"}
        The framework; it is imported when an operation first needs it.

    Returns
    -------
    Backend
        The same object for each call.

    Raises
    ------
    KeyError
        If there is no framework of this name.

    Examples
    --------
    A real matrix times the real and imaginary parts of complex values, here the mean of 1 + 2i and 3 + 4i:

    >>> b = backend("numpy")
    >>> parts = b.parts(np.array([1 + 2j, 3 + 4j]))
    >>> b.product(Table(np.array([[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]])), parts).tolist()
    [2.0, 3.0]
    """
    return _MADE[name]
