"""The folders of the project: sources, what a build leaves, results that the next one may use."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
"""The project."""

BESIDE = ("claims", "doctests", "saboteurs")
"""What is executed in a process beside the build: each leaves its result in a folder of its name in
``_build``."""


def scripts() -> Path:
    """Return the folder of the gallery's scripts."""
    return ROOT / "gallery"


def gallery_pages() -> Path:
    """Return the folder of the pages, figures and downloads that sphinx-gallery writes."""
    return ROOT / "docs" / "auto_gallery"


def build(*names: str) -> Path:
    """Return a folder or file below ``_build``."""
    return ROOT.joinpath("_build", *names)


def results() -> tuple[Path, ...]:
    """Return every folder that holds what was executed.

    A build that finds them whole executes nothing.
    """
    return gallery_pages(), *(build(name) for name in (*BESIDE, "jupyter-cache", "measured"))


def below_root(path: Path) -> str:
    """Name a file by its path in the project."""
    return path.relative_to(ROOT).as_posix()
