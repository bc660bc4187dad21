"""The line that installs the package, and where it stands; what the package weighs."""

from __future__ import annotations

import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from _extensions import folders
from _extensions.downloads import install_line, package_facts, plain_markdown

DOCS = folders.ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "auto_gallery" not in path.parts)
FIRST_USE = re.compile(r"^(>>> )?from removable\b.* import|^```\{eval-rst\}", re.MULTILINE)


def test_the_line_is_that_of_the_wheel_of_this_site(monkeypatch):
    monkeypatch.setenv("SITE_URL", "https://example.org/r")
    wheel = "https://example.org/r/dist/removable-9.9-py3-none-any.whl"
    assert install_line.line("9.9") == f"python -m pip install {wheel}"
    assert install_line.line("9.9", "jax") == f'python -m pip install "removable[jax] @ {wheel}"'


def importing() -> list[str]:
    """Return the pages that import the package; of the reference those that users read."""
    uses = (path.relative_to(DOCS).as_posix() for path in PAGES if FIRST_USE.search(path.read_text(encoding="utf-8")))
    outside = [name for name in uses if not name.startswith("reference/")]
    return [*outside, "reference/primitives.md", "reference/remedy.md", "reference/probing.md"]


@pytest.mark.parametrize("page", importing())
def test_it_stands_above_the_first_example(page):
    text = (DOCS / page).read_text(encoding="utf-8")
    assert text.index("```{install-line}") < FIRST_USE.search(text).start()


def test_extras_that_a_page_names_exist():
    project = tomllib.loads((folders.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [
        extra
        for page in PAGES
        for extras in re.findall(r"\{install-line\} (\S+)", page.read_text(encoding="utf-8"))
        for extra in extras.split(",")
    ]
    assert {*named} >= {"torch", "tensorflow", "jax", "tutorial"}
    assert {*named} <= {*project["optional-dependencies"]}


def test_a_notebook_leaves_it_out_for_its_first_cell_installs():
    text = "Text.\n\n```{install-line}\n```\n\nMore."
    assert list(plain_markdown.pieces(text, "beyond/x", "")) == [("text", "Text.\n\nMore.")]


def test_the_size_is_that_of_the_package(tmp_path):
    from hatchling.builders.wheel import WheelBuilder

    size = package_facts.measured()
    path = Path(next(WheelBuilder(str(folders.ROOT)).build(directory=str(tmp_path), versions=["standard"])))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "installed")
    files = [file for file in (tmp_path / "installed").rglob("*") if file.is_file()]
    assert size == package_facts.Size(path.stat().st_size, sum(file.stat().st_size for file in files), len(files))
    assert not [file for file in files if b"\0" in file.read_bytes()], "the page says that all files are text"
    assert {file.suffix for file in files} >= {".py", ".typed", ".json"}


def test_what_the_table_says_comes_from_the_project():
    project = {
        "dependencies": ["numpy>=2.0"],
        "requires-python": ">=3.11",
        "license": "BSD-3-Clause",
    }
    found = package_facts.facts(project, package_facts.Size(411_200, 1_900_001, 177))
    assert [answer.split()[0] for answer in found.values()] == ["numpy,", "412", "2.0", "3.11", "BSD-3-Clause"]
    with pytest.raises(ValueError, match="too many values"):
        package_facts.facts(project | {"dependencies": ["numpy>=2.0", "scipy>=1.0"]}, package_facts.Size(1, 1, 1))
