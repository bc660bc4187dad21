"""One adapter for each framework, all answering the same calls.

Importing this package imports no framework. :func:`get` imports the one that is asked for, and says
how to install it when it is missing.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from removable.errors import InputError, MissingFrameworkError
from removable.frameworks.base import Framework, Mode
from removable.frameworks.jax import Jax
from removable.frameworks.numpy import NumPy
from removable.frameworks.tensorflow import TensorFlow
from removable.frameworks.torch import Torch

__all__ = ["ADAPTERS", "NAMES", "Framework", "Mode", "get", "load", "of", "require", "versions"]

# The one place that keeps TensorFlow's start-up log off pages and terminals. It must be set before
# TensorFlow is imported, which is why the gallery imports this package first. oneDNN's reordered
# sums are off so that a sum has one value.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")


@dataclass(frozen=True)
class _Entry:
    """Where an adapter lives, and what has to be installed for it."""

    module: str
    title: str
    install: str

    @property
    def requirement(self) -> str:
        return f"{self.title} is not installed; run: python -m pip install {self.install}"

    def complaint(self, error: BaseException) -> str:
        reason = " ".join(str(error).split()) or "no reason given"
        return (
            f"{self.title} is installed and cannot be imported ({type(error).__name__}: {reason}); "
            f"run: python -m pip install --force-reinstall {self.install}"
        )


_ENTRIES = {
    "torch": _Entry("torch", "PyTorch", "torch"),
    "tensorflow": _Entry("tensorflow", "TensorFlow", "tensorflow"),
    "jax": _Entry("jax", "JAX", "jax"),
    "numpy": _Entry("numpy", "NumPy", "numpy"),
}

# What has no adapter, and is run in ways of its own.
_OTHERS = {"pytensor": _Entry("pytensor", "PyTensor", "pytensor")}

ADAPTERS: dict[str, Framework] = {adapter.name: adapter for adapter in (Torch(), TensorFlow(), Jax(), NumPy())}
"""The adapters by name; each imports its framework when it is first asked for something."""

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
    >>> from removable.frameworks import get
    >>> get("numpy").title
    'NumPy'
    >>> get("theano")
    Traceback (most recent call last):
        ...
    removable.errors.InputError: framework is 'theano';
        give one of 'torch', 'tensorflow', 'jax', 'numpy'.
    """
    _entry(name)
    load(name)
    return ADAPTERS[name]


def load(name: str) -> ModuleType:
    """Import a framework and return its module.

    Parameters
    ----------
    name : str
        A name from :data:`NAMES`, or ``"pytensor"``.

    Returns
    -------
    types.ModuleType
        The module.

    Raises
    ------
    removable.errors.InputError
        If the name is not known.
    removable.errors.MissingFrameworkError
        If the framework is not installed, or is and cannot be imported.

    Examples
    --------
    >>> from removable.frameworks import load
    >>> load("numpy").__name__
    'numpy'
    """
    require(name)
    entry = _OTHERS.get(name) or _entry(name)
    try:
        return importlib.import_module(entry.module)
    except Exception as error:  # an installation that is broken raises whatever it likes
        raise MissingFrameworkError(entry.complaint(error)) from error


def of(array: Any) -> Framework:
    """Return the adapter of the framework that an array belongs to.

    Parameters
    ----------
    array : array
        A tensor of PyTorch or TensorFlow, an array of JAX or NumPy, or a number, which belongs to
        NumPy.

    Returns
    -------
    Framework
        The adapter.

    Raises
    ------
    removable.errors.InputError
        If the array belongs to none of them.

    Examples
    --------
    >>> import torch
    >>> from removable.frameworks import of
    >>> of(torch.ones(3)).title, of(1.0).title
    ('PyTorch', 'NumPy')
    """
    # By plain loops and lookups: torch.compile and AutoGraph trace this.
    for name in NAMES:
        # An array of a framework that nobody has imported cannot be there.
        if _ENTRIES[name].module in sys.modules and ADAPTERS[name].owns(array):
            return ADAPTERS[name]
    titles = ", ".join(entry.title for entry in _ENTRIES.values())
    raise InputError(f"x is of type {type(array).__name__}; give a tensor or an array of one of {titles}.")


def require(*names: str) -> None:
    """Check that frameworks are installed, without importing them.

    Parameters
    ----------
    *names : str
        Names from :data:`NAMES`, or ``"pytensor"``.

    Raises
    ------
    removable.errors.InputError
        If such a name is not known.
    removable.errors.MissingFrameworkError
        If one is not installed; the message holds the command that installs it.

    Examples
    --------
    >>> from removable.frameworks import require
    >>> require("torch", "tensorflow")
    """
    for name in names:
        entry = _OTHERS.get(name) or _entry(name)
        if importlib.util.find_spec(entry.module) is None:
            raise MissingFrameworkError(entry.requirement)


def versions(names: Iterable[str]) -> dict[str, str]:
    """Return title and version of frameworks, as figures and tables name them.

    Parameters
    ----------
    names : list of str
        Names from :data:`NAMES`.

    Returns
    -------
    dict of str to str
        By name.

    Raises
    ------
    removable.errors.InputError, removable.errors.MissingFrameworkError
        As :func:`get` does.

    Examples
    --------
    >>> from removable.frameworks import versions
    >>> versions(["numpy"])
    {'numpy': 'NumPy ...'}
    """
    return {name: f"{get(name).title} {get(name).version}" for name in names}
