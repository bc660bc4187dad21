"""Let pytest run the gallery scripts and chapters, each with the doctests in its prose.

They are named on the command line (``pytest gallery docs``), as ``nox -s doctest`` does. The tests
proper are in ``tests/``.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "docs"))

from _extensions.execute import script_doctests

collect_ignore = ["_build", "docs/_extensions", "docs/conf.py"]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what Sphinx generates inside docs/."""
    return True if "auto_gallery" in collection_path.parts else None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> object:
    """Collect gallery scripts and pages here, and keep every other collector away from them."""
    collectors = yield
    script = file_path.is_relative_to(ROOT / "gallery") and file_path.match("plot_*.py")
    page = file_path.is_relative_to(ROOT / "docs") and file_path.suffix == ".md"
    return [Published.from_parent(parent, path=file_path)] if script or page else collectors


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Note for the record of the build where each doctest stands.

    For a docstring the number of its examples is noted, too. The examples of a public one begin in
    an empty namespace: what a reader copies from the reference has to import what it uses.
    """
    for item in items:
        item.user_properties.append(("source", item.path.relative_to(ROOT).as_posix()))
        if isinstance(item, pytest.DoctestItem):
            item.user_properties.append(("examples", len(item.dtest.examples)))
            if is_public(item.name):
                item.dtest.globs.clear()
                item.dtest.globs["__name__"] = "__main__"


def is_public(name: str) -> bool:
    """Tell whether no part of a dotted name begins with an underscore."""
    return not any(part.startswith("_") for part in name.split("."))


class Published(pytest.File):
    """A script or a chapter."""

    def collect(self) -> Iterable[pytest.Item]:
        """Yield one item for the whole file: its blocks share a namespace."""
        blocks = script_doctests.blocks_of(self.path)
        if any(block.kind == "code" or ">>>" in block.source for block in blocks):
            yield PublishedItem.from_parent(self, name=self.path.stem, blocks=blocks)


class PublishedItem(pytest.Item):
    """Run a script or chapter from top to bottom, checking every value in its prose on the way."""

    def __init__(self, *, blocks: tuple[script_doctests.Block, ...], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.blocks = blocks

    def runtest(self) -> None:
        """Run every block in one namespace, without a screen."""
        import matplotlib.pyplot as plt

        plt.switch_backend("agg")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*is non-interactive, and thus cannot be shown")
            try:
                examples = script_doctests.run(self.blocks, {"__name__": "__main__"}, str(self.path))
                self.user_properties.append(("examples", examples))
            finally:
                plt.close("all")

    def repr_failure(self, excinfo: pytest.ExceptionInfo) -> object:
        """Report a wrong value by itself, without the machinery that found it."""
        if isinstance(excinfo.value, script_doctests.DoctestError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say which page this is."""
        return self.path, 0, str(self.path.relative_to(ROOT))
