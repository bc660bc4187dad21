"""The build's own extensions, without a build."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest
from _extensions import folders
from _extensions.content import katex_static, local_inventories, paper_coverage, paper_equations
from _extensions.execute import (
    claims_aside,
    execution_record,
    gallery_scripts,
    interrupted_scripts,
    keys,
    required_frameworks,
    script_doctests,
    site_state,
    stale_scripts,
)
from _extensions.execute.script_doctests import Block, DoctestError
from _extensions.gallery import notebook_prose
from docutils import nodes
from removable.claims import ledger as ledger_items

CHAPTER = """# Title

```{code-cell} ipython3
:tags: [hide-input]

a = 20
```

Text.

:::{dropdown} Solution
```{doctest}
>>> a + 2
22
```
:::
"""


def test_a_wrong_value_names_file_and_line(tmp_path):
    path = str(tmp_path / "plot_x.py")
    with pytest.raises(DoctestError, match=r'plot_x\.py", line 7') as caught:
        script_doctests.check(Block("text", "::\n\n    >>> a\n    21\n", 5), {"a": 20}, path)
    assert "Expected:\n    21\nGot:\n    20" in str(caught.value)


def test_prose_sees_the_namespace_and_leaves_what_it_defines(tmp_path):
    namespace = {}
    blocks = (Block("code", "a = 20\n", 1), Block("text", ">>> b = a + 1\n>>> b\n21\n", 2), Block("code", "c = b", 5))
    assert script_doctests.run(blocks, namespace, "x.py") == 2
    assert namespace["c"] == 21


def test_chapters_are_cut_into_cells_and_doctests(tmp_path):
    path = tmp_path / "chapter.md"
    path.write_text(CHAPTER, encoding="utf-8")
    blocks = list(script_doctests.blocks_of_chapter(str(path)))
    assert [(b.kind, b.source.strip(), b.line) for b in blocks] == [
        ("code", "a = 20", 5),
        ("text", ">>> a + 2\n22", 13),
    ]
    assert script_doctests.run(iter(blocks), {}, str(path)) == 1


TESTS_OF_A_SCRIPT = """\
def test_the_sum(a, b):
    assert a + b == 42
"""


def test_what_has_to_hold_of_a_script_is_run_with_its_variables(tmp_path, monkeypatch):
    monkeypatch.setattr(script_doctests, "TESTS", tmp_path)
    (tmp_path / "plot_x.py").write_text(TESTS_OF_A_SCRIPT, encoding="utf-8")
    assert script_doctests.run((Block("code", "a, b = 40, 2", 1),), {}, "gallery/plot_x.py") == 0
    with pytest.raises(DoctestError, match=r"(?s)what has to hold does not: test_the_sum.*a \+ b == 42"):
        script_doctests.run((Block("code", "a, b = 40, 3", 1),), {}, "gallery/plot_x.py")
    with pytest.raises(DoctestError, match=r"test_the_sum asks for 'b', and plot_x.py has no such variable"):
        script_doctests.run((Block("code", "a = 40", 1),), {}, "gallery/plot_x.py")


def test_what_has_to_hold_is_part_of_the_key_of_a_script(tmp_path, monkeypatch):
    monkeypatch.setattr(script_doctests, "TESTS", tmp_path)
    monkeypatch.setattr(execution_record, "_environment", lambda: "k")
    script = tmp_path / "gallery" / "plot_x.py"
    script.parent.mkdir()
    script.write_text("a = 1", encoding="utf-8")
    without = execution_record.key_of(script)
    (tmp_path / "plot_x.py").write_text(TESTS_OF_A_SCRIPT, encoding="utf-8")
    assert execution_record.key_of(script) != without


def test_a_failing_script_is_scraped_once():
    block = SimpleNamespace(lineno=1)
    assert script_doctests.scrape(block, {"formatted_exception": "..."}, {}) == ""


def test_an_interrupted_script_is_executed_again(tmp_path, monkeypatch):
    gallery = tmp_path / "docs" / "auto_gallery"
    (gallery / "s").mkdir(parents=True)
    (tmp_path / "gallery" / "s").mkdir(parents=True)
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    monkeypatch.setattr(keys, "executing_key", lambda: "k")
    monkeypatch.setattr(execution_record, "is_current", lambda path: True)
    (gallery / ".environment-key").write_text("k", encoding="utf-8")
    app = SimpleNamespace(config=SimpleNamespace(gallery_only="", sphinx_gallery_conf={}))
    for script in ("plot_a", "plot_b"):
        (gallery / "s" / f"{script}.py.md5").write_text("", encoding="utf-8")
    interrupted_scripts.note_running({}, "plot_a.py", "before")
    stale_scripts.forget_stale_scripts(app)
    assert [p.name for p in (gallery / "s").iterdir()] == ["plot_b.py.md5"]
    (gallery / ".environment-key").write_text("older", encoding="utf-8")
    stale_scripts.forget_stale_scripts(app)
    assert not list((gallery / "s").iterdir())


def test_a_removed_script_takes_its_own_files_along_and_no_others(tmp_path, monkeypatch):
    gallery = tmp_path / "docs" / "auto_gallery"
    (gallery / "s" / "images" / "thumb").mkdir(parents=True)
    (tmp_path / "gallery" / "s").mkdir(parents=True)
    (tmp_path / "gallery" / "s" / "plot_10.py").touch()
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    for n in (1, 10):
        for name in (f"plot_{n}.rst", f"plot_{n}.py", f"plot_{n}.py.md5", f"plot_{n}.codeobj.json", f"plot_{n}.ipynb"):
            (gallery / "s" / name).touch()
        (gallery / "s" / "images" / f"sphx_glr_plot_{n}_001_dark.svg").touch()
        (gallery / "s" / "images" / "thumb" / f"sphx_glr_plot_{n}_thumb.png").touch()
    gallery_scripts.forget_removed()
    left = [path.name for path in gallery.rglob("*") if path.is_file()]
    assert len(left) == 7
    assert all("plot_10" in name for name in left)


def test_the_ledger_is_evaluated_again_when_a_claim_changes(tmp_path, monkeypatch):
    shared = (f"docs/_extensions/{name}.py" for name in keys.SHARED)
    for name in ("tutorial_src/removable/claims/claims.toml", *shared, "constraints.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1", encoding="utf-8")
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    scripts, claims = keys.executing_key(), claims_aside.key()
    (tmp_path / "tutorial_src/removable/claims/claims.toml").write_text("2", encoding="utf-8")
    assert claims_aside.key() != claims
    assert keys.executing_key() == scripts


def test_a_verdict_other_than_expected_stops_the_build_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    monkeypatch.setattr(claims_aside.run, "key", lambda: "k")
    (tmp_path / "wrong.py").write_text(
        "import sys; open(sys.argv[-1], 'w'); sys.exit('fig-6: the verdict is ...')", encoding="utf-8"
    )
    monkeypatch.setattr(claims_aside.run, "command", lambda file: ("wrong", str(file)))
    app = SimpleNamespace(config=SimpleNamespace(gallery_only=""))
    claims_aside.run.begin(app)
    with pytest.raises(SystemExit, match="fig-6: the verdict is"):
        claims_aside.run.finish(app, None, [])
    assert list((tmp_path / "_build" / "claims").iterdir()) == []


@pytest.mark.parametrize(("found", "missing"), [(ledger_items.ITEMS, None), (ledger_items.ITEMS[:-5], "eq-10b")])
def test_an_item_on_no_page_stops_the_build(found, missing, monkeypatch):
    claims = [SimpleNamespace(id=i, page=f"paper/x#{i}", check="") for i in ledger_items.ITEMS]
    monkeypatch.setattr(paper_coverage, "load", lambda: claims)
    document = nodes.section(ids=list(found))
    document += [nodes.figure("", script=script) for script in paper_coverage._SCRIPTS.values()]
    env = SimpleNamespace(
        found_docs={"paper/x"},
        get_doctree=lambda name: document,
        domains=SimpleNamespace(math_domain=SimpleNamespace(equations=dict.fromkeys(found))),
    )
    app = SimpleNamespace(config=SimpleNamespace(gallery_only=""))
    if missing is None:
        paper_coverage.check_coverage(app, env)
        return
    with pytest.raises(SystemExit) as caught:
        paper_coverage.check_coverage(app, env)
    assert f"claim {missing} leads to paper/x#{missing}, and that page has no such place" in str(caught.value)
    assert "equation (10b) is in no chapter" in str(caught.value)


def test_equations_carry_the_numbers_of_the_paper():
    equation = nodes.math_block("", "x", label="eq-10a", number=3)
    other = nodes.math_block("", "x", label="ours", number=4)
    document = nodes.section("", equation, other)
    domain = SimpleNamespace(equations={"eq-10a": ("page", 3), "ours": ("page", 4)})
    env = SimpleNamespace(docname="page", domains=SimpleNamespace(math_domain=domain))
    paper_equations.number_as_in_the_paper(SimpleNamespace(env=env), document)
    assert (equation["number"], other["number"]) == ("10a", 4)
    assert domain.equations == {"eq-10a": ("page", "10a"), "ours": ("page", 4)}


def test_a_half_written_site_is_written_again(tmp_path):
    app = SimpleNamespace(
        outdir=str(tmp_path / "html"), doctreedir=str(tmp_path), config=SimpleNamespace(gallery_only="")
    )
    (tmp_path / "html").mkdir()
    site_state.start_site(app)
    (tmp_path / "html" / "index.html").write_text("half", encoding="utf-8")
    site_state.start_site(app)
    assert not (tmp_path / "html" / "index.html").exists()
    (tmp_path / "html" / "index.html").write_text("whole", encoding="utf-8")
    site_state.finish_site(app, None)
    site_state.start_site(app)
    assert (tmp_path / "html" / "index.html").read_text(encoding="utf-8") == "whole"


def test_after_partial_builds_a_full_one_writes_everything_again(tmp_path):
    partial = SimpleNamespace(
        outdir=str(tmp_path / "html"), doctreedir=str(tmp_path), config=SimpleNamespace(gallery_only="plot_x")
    )
    full = SimpleNamespace(
        outdir=str(tmp_path / "html"), doctreedir=str(tmp_path), config=SimpleNamespace(gallery_only="")
    )
    (tmp_path / "html").mkdir()
    for _ in range(2):
        site_state.start_site(partial)
        (tmp_path / "html" / "index.html").touch()
        site_state.finish_site(partial, None)
        assert (tmp_path / "html" / "index.html").exists()
    site_state.start_site(partial)
    assert (tmp_path / "html" / "index.html").exists()
    site_state.finish_site(partial, None)
    site_state.start_site(full)
    assert not (tmp_path / "html" / "index.html").exists()
    site_state.finish_site(full, None)
    (tmp_path / "html" / "index.html").touch()
    site_state.start_site(full)
    assert (tmp_path / "html" / "index.html").exists()


def test_a_site_that_other_code_has_written_is_written_again(tmp_path, monkeypatch):
    app = SimpleNamespace(
        outdir=str(tmp_path / "html"), doctreedir=str(tmp_path), config=SimpleNamespace(gallery_only="")
    )
    (tmp_path / "html").mkdir()
    site_state.start_site(app)
    (tmp_path / "html" / "index.html").touch()
    site_state.finish_site(app, None)
    site_state.start_site(app)
    assert (tmp_path / "html" / "index.html").exists()
    site_state.finish_site(app, None)
    monkeypatch.setattr(keys, "writing_key", lambda: "another")
    site_state.start_site(app)
    assert not (tmp_path / "html" / "index.html").exists()


@pytest.mark.parametrize(("module", "title"), [("tensorflow", "TensorFlow"), ("pytensor", "PyTensor")])
def test_a_missing_framework_stops_the_build_with_one_sentence(monkeypatch, module, title):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == module else found(name))
    with pytest.raises(SystemExit) as caught:
        required_frameworks.check(None, SimpleNamespace())
    assert str(caught.value) == f"{title} is not installed; run: python -m pip install {module}"


def test_maths_becomes_markup_with_a_text_for_screen_readers():
    markup = katex_static._rendered(r"\frac{f}{g}", True)
    assert 'class="katex-display"' in markup
    assert "<mfrac>" in markup
    with pytest.raises(katex_static.JSEvalException):
        katex_static._rendered(r"\frac{", False)


def test_roles_become_words():
    text = "see :doc:`Figure 2\n</auto_gallery/plot_figure_2>`, :doc:`plot_figure_7` and :cite:p:`GriewankWalther2008`"
    assert notebook_prose.plain(text) == "see Figure 2, ``plot_figure_7`` and Griewank and Walther (2008)"
    assert notebook_prose.plain("in :cite:t:`TensorFlowTape`") == "in TensorFlow developers (The gradient tape)"


def test_inventories_compile_to_what_intersphinx_reads(tmp_path):
    from sphinx.util.inventory import InventoryFile

    mapping = local_inventories.mapping({"numpy": "https://numpy.org/doc/stable/"}, tmp_path)
    address, path = mapping["numpy"]
    loaded = InventoryFile.loads(Path(path).read_bytes(), uri=address)
    assert "numpy.ndarray" in loaded.data["py:class"]
