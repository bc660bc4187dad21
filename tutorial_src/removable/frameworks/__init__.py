"""One adapter for each framework, all answering the same calls.

Importing this package imports no framework. :func:`get` imports the one that is asked for, and says how to install it when
it is missing.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
from dataclasses import dataclass

from removable.errors import InputError, MissingFrameworkError
from removable.frameworks.base import Framework, Mode

__all__ = ["NAMES", "Framework", "Mode", "get", "require"]

# The one place that keeps TensorFlow's start-up log off pages and terminals. It must be set before TensorFlow is imported,
# which is why the gallery imports this package first. oneDNN's reordered sums are off so that a sum has one value.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")


@dataclass(frozen=True)
class _Entry:
    """Where an adapter lives, and what has to be installed for it."""

    module: str
    adapter: str
    title: str
    install: str

    @property
    def requirement(self) -> str:
        return f"{self.title} is not installed; run: python -m pip install {self.install}"

    def complaint(self, error: BaseException) -> str:
        told = " ".join(str(error).split()) or "no reason given"
        return (
            f"{self.title} is installed and cannot be imported ({type(error).__name__}: {told}); "
            f"run: python -m pip install --force-reinstall {self.install}"
        )


_ENTRIES = {
    "torch": _Entry("torch", "Torch", "PyTorch", "torch"),
    "tensorflow": _Entry("tensorflow", "TensorFlow", "TensorFlow", "tensorflow"),
    "jax": _Entry("jax", "Jax", "JAX", "jax"),
    "numpy": _Entry("numpy", "NumPy", "NumPy", "numpy"),
}

NAMES: tuple[str, ...] = tuple(_ENTRIES)
"""The names that :func:`get` knows."""


def _entry(name: str) -> _Entry:
    try:
        return _ENTRIES[name]
    except (KeyError, TypeError):
        raise InputError(f"framework is {name!r}; give one of {', '.join(map(repr, NAMES))}.") from None


@functools.cache
def get(name: str) -> Framework:
    """Return the adapter of a framework, importing the framework now.

    Parameters
    ----------
    name : {"torch", "tensorflow", "jax", "numpy"}
        Which one.

    Returns
    -------
    Framework
        The adapter; the same object at every call.

    Raises
    ------
    removable.errors.InputError
        If there is no adapter of that name.
    removable.errors.MissingFrameworkError
        If the framework is not installed, or is and cannot be imported.

    Examples
    --------
    >>> get("numpy").title
    'NumPy'
    >>> get("theano")
    Traceback (most recent call last):
        ...
    removable.errors.InputError: framework is 'theano'; give one of 'torch', 'tensorflow', 'jax', 'numpy'.
    """
    require(name)
    entry = _entry(name)
    try:
        importlib.import_module(entry.module)
    except Exception as error:  # an installation that is broken raises whatever it likes
        raise MissingFrameworkError(entry.complaint(error)) from error
    adapters = importlib.import_module(f"removable.frameworks.{name}")
    return getattr(adapters, entry.adapter)()


def require(*names: str) -> None:
    """Check that frameworks are installed, without importing them.

    Parameters
    ----------
    *names : str
        Names from :data:`NAMES`.

    Raises
    ------
    removable.errors.InputError
        If there is no adapter of such a name.
    removable.errors.MissingFrameworkError
        If one is not installed; the message holds the command that installs it.

    Examples
    --------
    >>> require("torch", "tensorflow")
    """
    for name in names:
        entry = _entry(name)
        if importlib.util.find_spec(entry.module) is None:
            raise MissingFrameworkError(entry.requirement)
