"""The keys of a build: digests of all that results and pages depend on, but for their own text.

Both are made of contents, never of times. :func:`executing_key` is part of the key of each script,
chapter, claim and doctest. :func:`writing_key` decides whether pages that are there may stay.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path

from _extensions import folders

_PACKAGES = (
    "torch",
    "tensorflow",
    "tensorflow-cpu",
    "jax",
    "pytensor",
    "numpy",
    "matplotlib",
    "python-flint",
    "sympy",
    "sphinx-gallery",
    "myst-nb",
)
EXECUTING = ("execute", "gallery")
"""Folders of extensions whose code has a part in what scripts, chapters and claims give."""

SHARED = ("files", "folders", "stages")
"""The modules beside these folders from which they import."""


def _extensions() -> Path:
    return folders.ROOT / "docs" / "_extensions"


def executing_files() -> Iterator[Path]:
    """Yield every file that results depend on, apart from what is executed."""
    package = folders.ROOT / "tutorial_src"
    # Stored measurements are data of the package. The list of claims has a key of its own: no
    # script reads it.
    for ending in ("*.py", "*.json"):
        yield from package.rglob(ending)
    for folder in EXECUTING:
        yield from (_extensions() / folder).rglob("*.py")
    yield from (_extensions() / f"{name}.py" for name in SHARED)
    yield folders.ROOT / "constraints.txt"


def writing_files() -> Iterator[Path]:
    """Yield every file that decides how pages are written."""
    docs = folders.ROOT / "docs"
    yield from _extensions().rglob("*.py")
    yield from (path for path in (docs / "_templates").rglob("*") if path.is_file())
    yield docs / "conf.py"


def _digest(paths: Iterable[Path], *words: str) -> str:
    digest = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        content = path.read_bytes()
        digest.update(f"\0{folders.below_root(path)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def executing_key() -> str:
    """Digest of everything but its own text that the result of a script depends on."""
    packages = (f"{name} {_version(name)}" for name in _PACKAGES)
    return _digest(executing_files(), platform.python_version(), *packages)


def writing_key() -> str:
    """Digest of everything but their own text that pages depend on."""
    return _digest(writing_files(), executing_key())


def versions() -> dict[str, str]:
    """Return the packages that results depend on, those that are installed, with their versions."""
    return {name: version for name in _PACKAGES if (version := _version(name)) != "absent"}


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
