"""What a changed file makes the next build do again.

What the modules that execute may import is tested, too.
"""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest
from _extensions import folders
from _extensions.execute import keys

EXTENSIONS = folders.ROOT / "docs" / "_extensions"
MODULES = sorted(EXTENSIONS.rglob("*.py"))
SHARED = [EXTENSIONS / f"{name}.py" for name in keys.SHARED]
EXECUTE = [path for path in MODULES if path.parent.name in keys.EXECUTING or path in SHARED]
WRITE = [path for path in MODULES if path not in EXECUTE]


def names(paths: list[Path]) -> list[str]:
    return [folders.below_root(path) for path in paths]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of every file that has a part in the keys."""
    root = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("__pycache__", "auto_gallery", "*.svg", "*.png")
    for folder in ("docs/_extensions", "tutorial_src"):
        shutil.copytree(folders.ROOT / folder, root / folder, ignore=ignored)
    for name in ("docs/conf.py", "constraints.txt"):
        shutil.copyfile(folders.ROOT / name, root / name)
    return root


@pytest.fixture
def project(copied: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(folders, "ROOT", copied)
    return copied


def changed(path: Path) -> tuple[bool, bool]:
    """Tell which of the two keys follow a comment in a file: that of executing, that of writing."""
    before = keys.executing_key(), keys.writing_key()
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(f"{text}\n# touched\n", encoding="utf-8")
        after = keys.executing_key(), keys.writing_key()
    finally:
        path.write_text(text, encoding="utf-8")
    assert (keys.executing_key(), keys.writing_key()) == before
    return before[0] != after[0], before[1] != after[1]


def test_modules_of_every_folder_are_looked_at():
    looked_at = {path.parent.name for path in MODULES}
    assert looked_at == {"_extensions", *FOLDERS}
    assert {"execute", "gallery"} == {*keys.EXECUTING}


@pytest.mark.parametrize("name", names(EXECUTE))
def test_a_module_that_executes_changes_both_keys(project, name):
    assert changed(project / name) == (True, True)


@pytest.mark.parametrize("name", [*names(WRITE), "docs/conf.py"])
def test_a_module_that_writes_pages_changes_the_key_of_writing_alone(project, name):
    assert changed(project / name) == (False, True)


def test_a_template_changes_the_key_of_writing_alone(project):
    before = keys.executing_key(), keys.writing_key()
    template = project / "docs" / "_templates" / "deeper" / "page.html"
    template.parent.mkdir(parents=True)
    template.write_text("one", encoding="utf-8")
    assert keys.executing_key() == before[0]
    assert keys.writing_key() != before[1]
    assert changed(template) == (False, True)
    shutil.rmtree(project / "docs" / "_templates")


@pytest.mark.parametrize("name", ["functions.py", "scoreboard/measured.json", "remedy/quotient.py"])
def test_the_package_and_its_stored_measurements_change_both_keys(project, name):
    assert changed(project / "tutorial_src" / "removable" / name) == (True, True)


def test_pins_change_both_keys_and_the_list_of_claims_has_a_key_of_its_own(project):
    assert changed(project / "constraints.txt") == (True, True)
    assert changed(project / "tutorial_src" / "removable" / "claims" / "claims.toml") == (False, False)


def test_a_file_in_a_new_folder_below_is_looked_at(project):
    new = project / "docs" / "_extensions" / "execute" / "deeper" / "module.py"
    before = keys.executing_key()
    new.parent.mkdir()
    new.write_text("", encoding="utf-8")
    assert keys.executing_key() != before
    shutil.rmtree(new.parent)
    assert keys.executing_key() == before


def test_a_file_that_is_renamed_changes_the_key(project):
    old = project / "docs" / "_extensions" / "gallery" / "provenance.py"
    before = keys.executing_key()
    new = old.rename(old.with_name("origin.py"))
    assert keys.executing_key() != before
    new.rename(old)


def test_versions_change_both_keys(project, monkeypatch):
    before = keys.executing_key(), keys.writing_key()
    with monkeypatch.context() as patched:
        patched.setattr(keys, "_version", lambda name: "another")
        assert all(a != b for a, b in zip(before, (keys.executing_key(), keys.writing_key()), strict=True))
    monkeypatch.setattr(keys.platform, "python_version", lambda: "3.99")
    assert all(a != b for a, b in zip(before, (keys.executing_key(), keys.writing_key()), strict=True))


def imported(path: Path) -> set[str]:
    """Name the modules of the extensions that a module imports, wherever in it.

    Settings name some in strings.
    """
    modules = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: a relative import"
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("_extensions."):
            modules.add(node.value)
    return {module for module in modules if module.split(".")[0] == "_extensions"}


@pytest.mark.parametrize("name", names(EXECUTE))
def test_what_executes_imports_nothing_that_writes_pages(name):
    for module in imported(folders.ROOT / name):
        assert module.split(".")[1] in (*keys.SHARED, *keys.EXECUTING), f"{name} imports {module}"


def test_the_shared_modules_of_the_key_are_those_that_executing_ones_import():
    found, waiting = set(), [path for path in EXECUTE if path not in SHARED]
    while waiting:
        names = {module.split(".")[1] for module in imported(waiting.pop())} - {*keys.EXECUTING}
        waiting += [EXTENSIONS / f"{name}.py" for name in names - found]
        found |= names
    assert found == {*keys.SHARED}


FOLDERS = ("execute", "gallery", "whole_site", "content", "downloads", "page")
"""In the order of README.md."""


@pytest.mark.parametrize("name", names([path for path in WRITE if path.parent != EXTENSIONS]))
def test_a_module_imports_from_its_folder_and_those_before_it(name):
    allowed = FOLDERS[: FOLDERS.index(Path(name).parent.name) + 1]
    for module in imported(folders.ROOT / name):
        assert module.split(".")[1] in (*keys.SHARED, *allowed), f"{name} imports {module}"


def test_no_import_closes_a_circle():
    """Imports inside functions count: they would hide one."""
    known = {".".join(path.relative_to(EXTENSIONS.parent).with_suffix("").parts): path for path in MODULES}
    graph = {}
    for module, path in known.items():
        graph[module] = {n for i in imported(path) for n in (i, i.rpartition(".")[0]) if n in known and n != module}
    done: set[str] = set()

    def walk(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " -> ".join((*above, module))
        if module not in done:
            for below in sorted(graph[module]):
                walk(below, (*above, module))
            done.add(module)

    for module in graph:
        walk(module, ())


def test_the_program_that_measures_imports_the_standard_library_alone():
    import sys

    tree = ast.parse((EXTENSIONS / "execute" / "measured_module.py").read_text(encoding="utf-8"))
    modules = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    modules |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module.split(".")[0] for module in modules} <= sys.stdlib_module_names
