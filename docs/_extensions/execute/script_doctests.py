"""Run doctests in the prose of gallery scripts and chapters, in the namespace of their code.

A value printed in the text is then one of the values that the page has just computed. The same few
functions serve the site build, where :func:`scrape` checks each script while sphinx-gallery
executes it, and pytest, which runs scripts and chapters without Sphinx.

What has to hold and tells a reader nothing, ``>>> all(...)``, is no doctest. It is a test in
``tests/gallery``, in a file of the name of the script, whose arguments are variables of the script;
:func:`hold` runs it when the script has come to its end.
"""

from __future__ import annotations

import doctest
import functools
import inspect
import re
import runpy
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from removable.selfcheck import FLAGS
from sphinx_gallery.py_source_parser import split_code_and_text_blocks

from _extensions import folders

TESTS = folders.ROOT / "tests" / "gallery"
"""Where the tests of the scripts are."""

passed: Counter[str] = Counter()
"""How many examples of each script :func:`scrape` has run, and found as published."""

_FENCE = re.compile(r"^(?P<fence>```+|:::+)\{(?P<kind>code-cell|doctest|testsetup)\}[^\n]*\n", re.MULTILINE)
_OPTIONS = re.compile(r"\A(?:---\n.*?\n---\n|(?::[\w-]+:[^\n]*\n)*)", re.DOTALL)


class DoctestError(AssertionError):
    """A value in the prose is not the value that was computed."""


class Block(NamedTuple):
    """A piece of a script or chapter.

    ``kind`` is ``"code"`` or ``"text"``, ``line`` the first line of ``source``.
    """

    kind: str
    source: str
    line: int


@functools.lru_cache(maxsize=4)
def blocks_of_script(path: str) -> tuple[Block, ...]:
    """Code and text blocks of a gallery script, as sphinx-gallery cuts it."""
    return tuple(Block(b.type, b.content, b.lineno) for b in split_code_and_text_blocks(path)[1])


def blocks_of_chapter(path: str) -> Iterator[Block]:
    """Code cells and doctest directives of a MyST chapter, in order."""
    text = Path(path).read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        body_start = match.end()
        body_end = text.index(f"\n{match['fence']}", body_start - 1) + 1
        body_start += _OPTIONS.match(text[body_start:body_end]).end()
        kind = "code" if match["kind"] == "code-cell" else "text"
        yield Block(kind, text[body_start:body_end], text.count("\n", 0, body_start) + 1)


def blocks_of(path: Path) -> tuple[Block, ...]:
    """Cut a script or a page into code and text."""
    return blocks_of_script(str(path)) if path.suffix == ".py" else tuple(blocks_of_chapter(str(path)))


def examples(blocks: Iterable[Block]) -> int:
    """Count the examples in the text of a script or chapter."""
    return sum(block.source.count(">>> ") for block in blocks if block.kind == "text")


def check(block: Block, namespace: dict[str, Any], path: str) -> int:
    """Run the examples of a text block in a namespace; return how many there were.

    Raises
    ------
    DoctestError
        If one of them differs: the message names file and line and holds what was expected and what
        came.
    """
    test = doctest.DocTestParser().get_doctest(block.source, namespace, Path(path).name, path, block.line - 1)
    test.globs = namespace  # not a copy: the prose sees the variables of the script
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    runner.run(test, out=report.append, clear_globs=False)
    if runner.failures:
        raise DoctestError("a published value is not what was computed\n" + "".join(report))
    return runner.tries


def tests_of(path: str | Path) -> Path:
    """Return the file of tests that belongs to a script; it need not exist."""
    return TESTS / Path(path).name


def hold(namespace: dict[str, Any], path: str) -> int:
    """Run the tests of a script with its variables; return how many there are.

    Raises
    ------
    DoctestError
        If one of them fails, or asks for a variable that the script does not have.
    """
    file = tests_of(path)
    if not file.exists():
        return 0
    tests = {name: test for name, test in runpy.run_path(str(file)).items() if name.startswith("test_")}
    for name, test in tests.items():
        wanted = list(inspect.signature(test).parameters)
        if missing := [variable for variable in wanted if variable not in namespace]:
            raise DoctestError(f"{file}: {name} asks for {missing[0]!r}, and {Path(path).name} has no such variable")
        try:
            test(*(namespace[variable] for variable in wanted))
        except Exception as error:
            told = "".join(traceback.format_exception(error)[-2:])
            raise DoctestError(f"what has to hold does not: {name}\n{told}") from error
    return len(tests)


def run(blocks: Iterator[Block] | tuple[Block, ...], namespace: dict[str, Any], path: str) -> int:
    """Run code and doctests in order; return the number of doctest examples."""
    count = 0
    for block in blocks:
        if block.kind == "code":
            exec(compile("\n" * (block.line - 1) + block.source, path, "exec"), namespace)
        else:
            count += check(block, namespace, path)
    if Path(path).suffix == ".py":
        hold(namespace, path)
    return count


def scrape(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Check the prose that follows a code block; sphinx-gallery calls this as an image scraper.

    A scraper is the one hook that runs inside the execution of a script, with its variables at
    hand, and whose exceptions count as a failure of that script.
    """
    if "formatted_exception" in block_vars:  # the script has failed already
        return ""
    path = block_vars["src_file"]
    blocks = blocks_of_script(path)
    here = next(i for i, b in enumerate(blocks) if b.kind == "code" and b.line == block.lineno)
    for following in blocks[here + 1 :]:
        if following.kind == "code":
            break
        passed[Path(path).stem] += check(following, block_vars["example_globals"], path)
    else:
        hold(block_vars["example_globals"], path)
    return ""
