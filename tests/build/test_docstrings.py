"""The examples in the docstrings of the build's own extensions."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest
from _extensions import folders

EXTENSIONS = folders.ROOT / "docs" / "_extensions"


def has_examples(path: Path) -> bool:
    return re.search(r"^ *>>> ", path.read_text(encoding="utf-8"), re.MULTILINE) is not None


MODULES = [path.relative_to(EXTENSIONS.parent) for path in sorted(EXTENSIONS.rglob("*.py")) if has_examples(path)]


@pytest.mark.parametrize("module", [".".join(path.with_suffix("").parts) for path in MODULES])
def test_examples_are_right(module):
    tried = doctest.testmod(importlib.import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried.attempted > 0
    assert tried.failed == 0
