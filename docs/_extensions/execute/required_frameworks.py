"""Stop before anything is executed if a framework of the pages is missing; name their versions."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.metadata import packages_distributions, requires, version
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from removable import frameworks
from removable.errors import MissingFrameworkError
from sphinx.application import Sphinx
from sphinx.config import Config

from _extensions import stages

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


def check(app: Sphinx, config: Config) -> None:
    """Require every framework, and make ``{{ versions }}`` stand for what is installed."""
    try:
        frameworks.require(*TITLES, *MORE)
        named = [f"{title} {installed(module, title)}" for module, title in (TITLES | MORE).items()][: len(TITLES)]
    except MissingFrameworkError as error:
        # Sphinx surrounds its own exceptions with a report for its developers; this is a sentence
        # for the reader.
        raise SystemExit(str(error)) from None
    config.myst_substitutions = {"versions": " and ".join(named)}


def note_script(gallery_conf: dict[str, Any], fname: str | None, when: str) -> None:
    """Import the frameworks before the first script does.

    sphinx-gallery would take an import that fails in the script for a failure of the script. A
    build that executes nothing imports nothing; an installation that is broken is found here, and
    only here.
    """
    if when == "before":
        try:
            for module in TITLES:
                frameworks.get(module)
        except MissingFrameworkError as error:
            raise SystemExit(str(error)) from None


def setup(app: Sphinx) -> dict[str, bool]:
    """Run as early as an extension can."""
    stages.listen(app, stages.Stage.FRAMEWORKS_CHECKED, check)
    return stages.SAFE
