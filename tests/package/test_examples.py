"""The examples in docstrings run as the reference shows them: in an empty namespace."""

from __future__ import annotations

import ast
import builtins
import doctest
import re
import symtable
from collections.abc import Iterator
from pathlib import Path

import pytest
import removable
from removable.selfcheck import FLAGS

PACKAGE = Path(removable.__file__).parent
PARSER = doctest.DocTestParser()


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def docstrings(node: ast.Module | ast.ClassDef | ast.FunctionDef, name: str) -> Iterator[tuple[str, str]]:
    """Name each docstring of a module that holds examples; what begins with `_` is not public."""
    if (text := ast.get_docstring(node)) and PARSER.get_examples(text):
        yield name, text
    if not isinstance(node, ast.FunctionDef):
        for part in node.body:
            if isinstance(part, ast.ClassDef | ast.FunctionDef) and not part.name.startswith("_"):
                yield from docstrings(part, f"{name}.{part.name}")


EXAMPLES = {
    name: text
    for path in sorted(PACKAGE.rglob("*.py"))
    if not any(part.startswith("_") for part in module_of(path).split("."))
    for name, text in docstrings(ast.parse(path.read_text(encoding="utf-8")), module_of(path))
}

# What a reader imports, and what the pages of the remedy, the probe and the primitives begin with.
# The doctests of a build run all the others, in an empty namespace too.
USED = [
    name
    for name in EXAMPLES
    if re.match(
        r"removable\.(primitives|testing|errors|grid|frameworks|remedy\.(repair|even|quotient|report)"
        r"|probing\.(probe|report|command))\b",
        name,
    )
]


def unbound(text: str) -> set[str]:
    """Return the names that examples use and neither bind nor import."""
    table = symtable.symtable("".join(example.source for example in PARSER.get_examples(text)), "examples", "exec")
    bound = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}

    def read(scope: symtable.SymbolTable) -> Iterator[str]:
        for symbol in scope.get_symbols():
            if symbol.is_referenced() and (scope is table or symbol.is_global()):
                yield symbol.get_name()
        for inner in scope.get_children():
            yield from read(inner)

    return {name for name in read(table) if name not in bound and not hasattr(builtins, name)}


def failures(name: str, text: str) -> list[str]:
    """Run examples in an empty namespace, and return what was not as shown."""
    said: list[str] = []
    test = PARSER.get_doctest(text, {"__name__": "__main__"}, name, None, 0)
    doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(test, out=said.append)
    return said


def test_every_module_is_looked_at():
    assert len(EXAMPLES) > 300
    assert {*removable.__all__} - {"frameworks"} <= {name.rpartition(".")[2] for name in USED}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_import_what_they_use(name):
    assert sorted(unbound(EXAMPLES[name])) == []


@pytest.mark.parametrize("name", USED)
def test_examples_run_in_an_empty_namespace(name):
    assert failures(name, EXAMPLES[name]) == []


@pytest.mark.parametrize(
    "name", [name for name in USED if name.startswith(("removable.primitives.", "removable.remedy."))]
)
def test_without_an_import_the_examples_fail(name):
    text = re.sub(r"^ *>>> from removable.*import .*\n", "", EXAMPLES[name], flags=re.MULTILINE)
    assert text != EXAMPLES[name]
    assert unbound(text)
    assert "NameError" in "".join(failures(name, text))
