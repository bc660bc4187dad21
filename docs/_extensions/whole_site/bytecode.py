"""Keep the bytecode of the package and of the extensions for the next build.

A build does not let Python write bytecode: Python 3.11 does not notice when a full disk cuts such a
file short, and takes it for whole from then on. Here each file is loaded before it takes its place,
and it holds a digest of its source, which Python compares.
"""

from __future__ import annotations

import contextlib
import importlib.util
import marshal
import os
import py_compile
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

from _extensions import folders, stages

_HEAD = 16  # bytes: magic number, flags, digest of the source
_CHECKED = (3).to_bytes(4, "little")  # flags of bytecode whose digest Python compares


def sources() -> Iterator[Path]:
    """Yield the modules of the package and of the extensions."""
    for folder in ("tutorial_src", "docs/_extensions"):
        yield from (folders.ROOT / folder).rglob("*.py")


def is_current(source: Path, compiled: Path) -> bool:
    """Tell whether bytecode is that of a source."""
    head = importlib.util.MAGIC_NUMBER + _CHECKED + importlib.util.source_hash(source.read_bytes())
    try:
        with compiled.open("rb") as file:
            return file.read(_HEAD) == head
    except OSError:
        return False


def compile_whole(source: Path, compiled: Path) -> bool:
    """Compile a module; put the bytecode in its place only if it can be loaded."""
    new = compiled.with_name(f"{compiled.name}.{os.getpid()}.new")
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    try:
        py_compile.compile(str(source), cfile=str(new), doraise=True, invalidation_mode=mode)
        marshal.loads(new.read_bytes()[_HEAD:])
        os.replace(new, compiled)
    except (OSError, EOFError, ValueError, TypeError, py_compile.PyCompileError):
        # Without bytecode the next build takes a few seconds more, and nothing else.
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        return False
    return True


def compile_all(app: Sphinx, exception: Exception | None) -> None:
    """Compile what has changed."""
    if exception is None:
        for source in sources():
            compiled = Path(importlib.util.cache_from_source(str(source)))
            if not is_current(source, compiled):
                compile_whole(source, compiled)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run last of all."""
    stages.listen(app, stages.Stage.MODULES_COMPILED, compile_all)
    return stages.SAFE
