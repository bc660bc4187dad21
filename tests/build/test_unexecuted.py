"""Pages without execution: what ``nox -s prose`` and ``nox -s preview`` build."""

from __future__ import annotations

import ast
import io
import os
import shutil
import subprocess
import sys

import pytest
from _extensions.content import script_pages, unexecuted
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import create_nb_reader
from nbformat.v4 import new_output
from site_under_test import ROOT
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

SCRIPT = '''"""
Title
=====

A promise.
"""

number = 20
print(number)

# %%
# The first sentence.

print(number + 1)
'''

PAGE = """
.. "auto_gallery/plot_x.py"

.. _sphx_glr_auto_gallery_plot_x.py:


Title
=====

A promise.

.. GENERATED FROM PYTHON SOURCE LINES 7-10

.. code-block:: Python

    number = 20
    print(number)

.. rst-class:: sphx-glr-script-out

    20

.. GENERATED FROM PYTHON SOURCE LINES 11-12

The first sentence.

.. GENERATED FROM PYTHON SOURCE LINES 13-14

.. code-block:: Python

    print(number + 1)

.. rst-class:: sphx-glr-script-out

    21

.. _sphx_glr_download_auto_gallery_plot_x.py:

Links.
"""


@pytest.fixture
def edited(tmp_path):
    """Return a function that gives the page of a script after an edit."""

    def page(old: str, new: str) -> str:
        executed, script = tmp_path / "executed.py", tmp_path / "script.py"
        executed.write_text(SCRIPT, encoding="utf-8")
        assert old in SCRIPT
        script.write_text(SCRIPT.replace(old, new), encoding="utf-8")
        return script_pages.updated(PAGE, executed, script)

    return page


def test_a_script_that_has_not_changed_keeps_its_page(edited):
    assert edited("number", "number") == PAGE


def test_a_changed_sentence_is_on_the_page_and_the_outputs_stay(edited):
    page = edited("The first sentence.", "Another sentence.")
    assert "Another sentence." in page
    assert "The first sentence." not in page
    assert "    20\n" in page
    assert "    21\n" in page
    assert page.rstrip().endswith("Links.")


def test_a_changed_promise_stays_below_the_label_of_the_page(edited):
    page = edited("A promise.", "Two promises.")
    assert "plot_x.py:\n\n" in page
    assert "Title\n=====\n\nTwo promises." in page
    assert "A promise." not in page


def test_outputs_end_where_the_code_has_changed(edited):
    page = edited("print(number + 1)", "print(number + 2)")
    assert "    20\n" in page
    assert "print(number + 2)" in page
    assert "    21\n" not in page
    first = edited("number = 20", "number = 30")
    assert "number = 30" in first
    assert "    20\n" not in first
    assert "    21\n" not in first


def test_a_block_more_or_less_is_shown_without_output(edited):
    more = edited("print(number + 1)\n", "print(number + 1)\n\n# %%\n# A last sentence.\n\nprint(number + 2)\n")
    assert "    21\n" in more
    assert "print(number + 2)" in more
    less = edited("\n# %%\n# The first sentence.\n\nprint(number + 1)\n", "")
    assert "    20\n" in less
    assert "    21\n" not in less


def test_what_is_left_out_is_an_extension_of_the_site():
    tree = ast.parse((ROOT / "docs" / "conf.py").read_text(encoding="utf-8"))
    lists = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == ["extensions"]
    ]
    extensions = next(ast.literal_eval(value) for value in lists if isinstance(value, ast.List))
    assert {name.rpartition(".")[2] for name in extensions} >= unexecuted.SITE_ONLY
    assert "myst_nb" in unexecuted.instead_of(extensions)


def test_the_cache_of_chapters_is_the_one_that_was_used_last(tmp_path):
    assert unexecuted.last_cache(tmp_path) is None
    for seconds, name in ((2000, "a"), (3000, "b"), (1000, "c")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "global.db").touch()
        os.utime(tmp_path / name / "global.db", (seconds, seconds))
    assert unexecuted.last_cache(tmp_path) == tmp_path / "b"


CHAPTER = """---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---

# Title

A sentence.

```{code-cell} ipython3
print(6 * 7)
```
"""


def test_a_chapter_has_the_outputs_of_the_cache_or_none(tmp_path, monkeypatch):
    def no_kernel(*arguments, **options):
        raise AssertionError("a chapter is executed")

    monkeypatch.setattr("myst_nb.core.execute.cache.single_nb_execution", no_kernel)
    source, cache_path = tmp_path / "source", tmp_path / "cache"
    source.mkdir()
    (source / "index.md").write_text(CHAPTER, encoding="utf-8")
    (source / "other.md").write_text(CHAPTER.replace("6 * 7", "6 * 8"), encoding="utf-8")
    settings = {"extensions": ["myst_nb"], "nb_execution_mode": "cache", "nb_execution_cache_path": str(cache_path)}
    folders = (str(tmp_path / "html"), str(tmp_path / "doctrees"))
    with docutils_namespace():
        app = Sphinx(str(source), None, *folders, "html", confoverrides=settings, status=None, warning=io.StringIO())
        reader = create_nb_reader(str(source / "index.md"), app.env.myst_config, app.env.mystnb_config, CHAPTER)
        notebook = reader.read(CHAPTER)
        notebook.cells[-1].outputs = [new_output("stream", name="stdout", text="42, from the cache\n")]
        bundle = CacheBundleIn(notebook, str(source / "index.md"))
        get_cache(str(cache_path)).cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        app.connect("env-before-read-docs", unexecuted.skip_uncached)
        app.build()
    assert "42, from the cache" in (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    other = (tmp_path / "html" / "other.html").read_text(encoding="utf-8")
    assert "A sentence." in other
    assert "cell_output" not in other


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build all pages of a copy of the project in a Python that cannot import a framework."""
    top = tmp_path_factory.mktemp("prose")
    project = top / "project"
    ignored = shutil.ignore_patterns("_build", "auto_gallery", ".nox", ".git", "__pycache__", ".hypothesis")
    shutil.copytree(ROOT, project, ignore=ignored)
    blocked = top / "blocked"
    blocked.mkdir()
    for module in ("torch", "tensorflow", "jax", "pytensor"):
        (blocked / f"{module}.py").write_text(f"raise SystemExit('{module} was imported')\n", encoding="utf-8")
    path = os.pathsep.join((str(blocked), str(project / "tutorial_src")))
    strict = ("-q", "-n", "-W", "--keep-going")
    folders = ("-d", str(top / "doctrees"), str(project / "docs"), str(top / "html"))
    command = (sys.executable, "-m", "sphinx", *strict, *folders)
    environment = {**os.environ, "PYTHONPATH": path, "REMOVABLE_EXECUTE": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return project, top / "html"


def test_every_page_says_that_nothing_was_executed(built):
    project, site = built
    sources = [path.relative_to(project / "docs") for path in (project / "docs").rglob("*.md")]
    pages = [path.with_suffix(".html") for path in sources if not path.parts[0].startswith("_")]
    pages += [
        f"auto_gallery/{path.relative_to(ROOT / 'gallery').with_suffix('.html')}" for path in scripts_of_gallery()
    ]
    assert len(pages) > 60
    silent = [
        page for page in pages if "Nothing was executed to make this page" not in (site / page).read_text("utf-8")
    ]
    assert silent == []


def scripts_of_gallery():
    return sorted((ROOT / "gallery").rglob("plot_*.py"))


def test_nothing_was_executed(built):
    project, _ = built
    assert list((project / "docs" / "auto_gallery").rglob("*.py.md5")) == []
    left = {path.name for path in (project / "_build").iterdir()}
    assert left <= {"inventories", "ipython", "jupyter_execute"}
