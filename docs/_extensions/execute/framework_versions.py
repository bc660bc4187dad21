"""The installed versions of the frameworks, each one that the package is made for."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.metadata import packages_distributions, requires, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from removable.errors import MissingFrameworkError

TITLES = {"torch": "PyTorch", "tensorflow": "TensorFlow"}
MORE = {"jax": "JAX", "pytensor": "PyTensor"}  # past the paper


def _requirement(distribution: str) -> Requirement | None:
    """Return what the package's metadata asks of a distribution, as one of its extras."""
    for text in requires("removable") or ():
        requirement = Requirement(text)
        if canonicalize_name(requirement.name) == canonicalize_name(distribution):
            return requirement
    return None


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    """Return for each module the installed distributions that hold it.

    A search through everything takes a second.
    """
    return packages_distributions()


def installed(module: str, title: str) -> str:
    """Return the version of a framework; raise if it is not one that the package is made for."""
    # The distribution may have another name than the module: tensorflow-cpu.
    distribution = _distributions().get(module, [module])[0]
    found, needed = version(distribution), _requirement(distribution)
    if needed is not None and not needed.specifier.contains(found, prereleases=True):
        wanted = f"{needed.name}{needed.specifier}"
        raise MissingFrameworkError(
            f"{title} {found} is installed and {wanted} is needed; run: python -m pip install '{wanted}'"
        )
    return found.partition("+")[0]
