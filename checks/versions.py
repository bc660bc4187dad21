"""Record the versions of this environment, once all checks of the site have passed with them.

``nox -s oldest`` and ``nox -s newest`` run it, each in an environment of its own: ``python
checks/versions.py oldest [KEPT ...]``, where KEPT are the requirements that were held fixed. The
site is built from nothing on a copy of the tree, where all checks are run, too; only the record
``docs/guide/versions.toml`` is written into the tree itself.
"""

from __future__ import annotations

import datetime
import doctest
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from reproducible import ROOT, copy_tree

sys.path.insert(0, str(ROOT / "docs"))

from _extensions.content import tested_versions
from _extensions.execute import script_doctests

SETS = ("oldest", "newest")


def values(tree: Path) -> int:
    """Count the examples of scripts, chapters and docstrings that have an output to compare."""
    scripts = [script_doctests.blocks_of_script(str(path)) for path in sorted((tree / "gallery").rglob("plot_*.py"))]
    pages = [path for path in sorted((tree / "docs").rglob("*.md")) if "auto_gallery" not in path.parts]
    texts = [b.source for blocks in scripts for b in blocks if b.kind == "text"]
    texts += [b.source for page in pages for b in script_doctests.blocks_of_chapter(str(page)) if b.kind == "text"]
    texts += [path.read_text(encoding="utf-8") for path in sorted((tree / "tutorial_src").rglob("*.py"))]
    parser = doctest.DocTestParser()
    return sum(bool(example.want) for text in texts for example in parser.get_examples(text))


def passed(output: str) -> int:
    """Read the number of tests from the last line of pytest."""
    found = re.search(r"^(\d+) passed", output.strip().rpartition("\n")[2])
    if not found:
        raise SystemExit(
            f"pytest ended with {output.strip().rpartition(chr(10))[2]!r}; expected a number of passed tests."
        )
    return int(found[1])


def written(record: dict[str, dict[str, object]]) -> str:
    """Lay the record out as TOML: what :mod:`tomllib` reads back is the same."""
    lines = ["# Written by `nox -s oldest` and `nox -s newest` when everything passes; do not edit."]
    for name in sorted(record, key=SETS.index):
        lines.append(f"\n[{name}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in record[name].items() if key != "packages"]
        lines.append(f"\n[{name}.packages]")
        lines += [f"{json.dumps(key)} = {json.dumps(value)}" for key, value in record[name]["packages"].items()]
    return "\n".join(lines) + "\n"


def run(*command: str, tree: Path) -> str:
    """Run a command in the copy of the tree, showing what it says; stop when it fails."""
    environment = {**os.environ, "PYTHONPATH": str(tree / "tutorial_src"), "PYTHONNOUSERSITE": "1"}
    lines = []
    with subprocess.Popen(
        [sys.executable, "-m", *command], cwd=tree, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        status = process.returncode
        raise SystemExit(
            f"with these versions, {command[0]} ends with status {status}; see above. Nothing was recorded."
        )
    return "".join(lines)


def main(name: str, kept: list[str]) -> None:
    """Check the set of versions and record it."""
    project = tomllib.loads(tested_versions.PROJECT.read_text(encoding="utf-8"))
    packages = {p: tested_versions.installed(p) for p in tested_versions.lower_bounds(project)}
    if missing := [p for p, version in packages.items() if not version]:
        raise SystemExit(f"{missing[0]} is not installed here; run: nox -s {name}")
    print(", ".join(f"{p} {version}" for p, version in packages.items()))
    with tempfile.TemporaryDirectory(prefix="removable-") as folder:
        tree = Path(folder, "tree")
        tree.mkdir()
        copy_tree(tree)
        strict = ("-q", "-n", "-W", "--keep-going")
        run("sphinx", *strict, "-b", "html", "-d", "_build/doctrees", "docs", "_build/html", tree=tree)
        run("pytest", "-q", "--doctest-modules", "docs", "tutorial_src", tree=tree)
        # What Chromium makes of the pages does not depend on these versions; the tests proper say
        # so.
        output = run(
            "pytest", "-q", "--disable-warnings", "-m", "", "tests", "--ignore=tests/site/test_browser.py", tree=tree
        )
        entry = {
            "date": datetime.date.today().isoformat(),
            "python": platform.python_version(),
            "kept": kept,
            "values": values(tree),
            "tests": passed(output),
            "packages": packages,
        }
    text = written({**tested_versions.sets(), name: entry})
    if not tested_versions.RECORD.exists() or tested_versions.RECORD.read_text(encoding="utf-8") != text:
        tested_versions.RECORD.write_text(text, encoding="utf-8")
    print(f"everything passed: recorded in {tested_versions.RECORD.relative_to(ROOT)}")


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in SETS:
        raise SystemExit(f"give the name of the set, {' or '.join(SETS)}, then the requirements that were kept fixed.")
    main(sys.argv[1], sys.argv[2:])
