"""One back end for each framework, all answering the same calls.

Each is given its framework's adapter.
"""

from __future__ import annotations

from removable import frameworks
from removable.remedy.backends.base import Backend, Table
from removable.remedy.backends.jax import Jax
from removable.remedy.backends.numpy import NumPy
from removable.remedy.backends.tensorflow import TensorFlow
from removable.remedy.backends.torch import Torch

__all__ = ["Backend", "Table", "backend"]

_KINDS: dict[str, type[Backend]] = {"torch": Torch, "tensorflow": TensorFlow, "jax": Jax, "numpy": NumPy}
_BACKENDS = {name: kind(frameworks.ADAPTERS[name]) for name, kind in _KINDS.items()}


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
    A real matrix times the real and imaginary parts of complex values, here the mean of 1 + 2i and
    3 + 4i:

    >>> import numpy as np
    >>> from removable.remedy.backends import backend
    >>> from removable.remedy.backends.base import Table
    >>> b = backend("numpy")
    >>> parts = b.parts(np.array([1 + 2j, 3 + 4j]))
    >>> b.product(Table(np.array([[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]])), parts).tolist()
    [2.0, 3.0]
    """
    return _BACKENDS[name]
