"""The folders that hold results."""

from __future__ import annotations

from _extensions import folders


def test_results_are_in_one_list():
    names = [folders.below_root(path) for path in folders.results()]
    caches = ["docs/auto_gallery", *(f"_build/{name}" for name in folders.BESIDE), "_build/jupyter-cache"]
    assert names == [*caches, "_build/measured"]
