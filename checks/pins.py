"""Fail where a file asks for another version of a package than ``constraints.txt``.

``nox -s lint`` runs this: ``python checks/pins.py [FOLDER]``. It reads the files that configure
tools, and looks for ``name==1.2.3``, for ``repo: .../name-pre-commit`` followed by ``rev: v1.2.3``
as pre-commit writes it, and for the version that ruff requires of itself.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

PINS = "constraints.txt"
READ = (
    *(".pre-commit-config.yaml", ".readthedocs.yaml", "noxfile.py", "pyproject.toml", "README.md", "CONTRIBUTING.md"),
    *(".ci/run", ".github/workflows/site.yml", ".github/workflows/release.yml"),
)

_EQUALS = re.compile(r"(?<![\w.-])([A-Za-z][\w.-]*)(?:\[[\w,-]*\])?\s*==\s*[\"']?v?([0-9][\w.]*)")
_HOOK = re.compile(r"repo:\s*\S*/([\w.-]+?)(?:-pre-commit)?(?:\.git)?\s+rev:\s*[\"']?v?([0-9][\w.]*)")
_REQUIRED = re.compile(r"required-(version)\s*=\s*[\"'](?:==)?([0-9][\w.]*)")


def canonical(name: str) -> str:
    """Return a name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    """Return the version of each package that a file of constraints names."""
    pairs = (line.split("==") for line in text.splitlines() if line and not line.startswith("#"))
    return {canonical(name): version for name, version in pairs}


def named(text: str) -> Iterator[tuple[str, str]]:
    """Yield each package with the version that a configuration asks for."""
    for pattern in (_EQUALS, _HOOK):
        for match in pattern.finditer(text):
            yield canonical(match[1]), match[2]
    for match in _REQUIRED.finditer(text):
        yield "ruff", match[2]


def differences(folder: Path) -> list[str]:
    """Return a sentence for each version that differs from the pin."""
    pinned = pins((folder / PINS).read_text(encoding="utf-8"))
    return [
        f"{file} asks for {name} {version}, and {PINS} pins {pinned[name]}: give both the same version."
        for file in READ
        for name, version in named((folder / file).read_text(encoding="utf-8"))
        if name in pinned and version != pinned[name]
    ]


if __name__ == "__main__":
    sys.exit("\n".join(differences(Path(*sys.argv[1:2]))) or 0)
