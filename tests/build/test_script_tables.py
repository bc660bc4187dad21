"""Tables of what scripts print, and examples that are folded away, without a build."""

from __future__ import annotations

import doctest
import re
from types import SimpleNamespace

import pytest
from _extensions.content import folded_checks, script_tables
from _extensions.execute import script_doctests
from docutils import nodes
from removable.scoreboard import CASES, PATCHES, measure, prices, table
from site_under_test import ROOT

WORDS = script_tables.TABLES["plot_remedies"]


def test_a_scoreboard_has_groups_of_columns():
    few = {"gamma": [0.0, 1.0], "order": 1, "names": ["torch"]}
    score = measure(PATCHES["clamp"], cases={"h": CASES["(x*x - 4)/(x - 2)"]}, **few)
    found = script_tables.parsed(table({"clamp": score, "two words": score}), "pairs", WORDS["pairs"])
    assert found.titles == ["patch", "pairs", "at", "near", *("worst", "NaN") * 4]
    assert found.groups == [("right", 2, 2), ("value", 4, 2), ("1st", 6, 2), ("2nd", 8, 2), ("3rd", 10, 2)]
    assert [row[:4] for row in found.rows] == [["clamp", "1", "0", "1"], ["two words", "1", "0", "1"]]
    assert {len(row) for row in found.rows} == {12}
    assert found.note == ""


def test_what_stands_below_a_table_is_not_a_row_of_it():
    found = script_tables.parsed(prices(PATCHES), "algebra", WORDS["algebra"])
    assert [row[0] for row in found.rows] == [*PATCHES]
    assert found.titles[-3:] == ["lines", "root", "algebra"]
    assert {row[-1] for row in found.rows} == {"yes", "no"}
    assert found.note.startswith("Measured ")


def page(name: str, text: str) -> nodes.document:
    block = nodes.literal_block(text, text, classes=["sphx-glr-script-out"], language="none")
    document = nodes.section("", block)
    app = SimpleNamespace(env=SimpleNamespace(docname=f"auto_gallery/5_beyond/{name}"))
    script_tables.replace(app, document)
    return document


def test_a_head_has_no_empty_cell_and_the_first_column_names_its_rows():
    text = "                right\n         pairs  at  near\nby hand  2      1   0\nA note."
    document = page("plot_remedies", text)
    (box,) = document.children
    assert box["plain"] == text
    upper, lower = next(iter(box.findall(nodes.thead))).children
    assert [entry.astext() for entry in upper] == ["patch", "pairs", "right"]
    assert [entry.get("morerows", 0) for entry in upper] == [1, 1, 0]
    assert [entry["classes"] for entry in upper] == [["not-printed"], [], []]
    assert [entry.get("morecols", 0) for entry in upper] == [0, 0, 1]
    assert [entry.astext() for entry in lower] == ["at", "near"]
    assert [spec.get("stub", 0) for spec in box.findall(nodes.colspec)] == [1, 0, 0, 0]
    assert box.children[-1].astext() == "A note."


def test_other_outputs_and_other_pages_stay_as_they_are():
    text = "patch  pairs  lines\na      1      2"
    for name, output in (("plot_figure_6", text), ("plot_remedies", "a line"), ("plot_remedies", "pairs  of  words")):
        (block,) = page(name, output).children
        assert block.astext() == output


@pytest.mark.parametrize("name", script_tables.TABLES)
def test_the_words_that_mark_a_table_are_printed_by_its_script(name):
    (script,) = (ROOT / "gallery").rglob(f"{name}.py")
    source = script.read_text(encoding="utf-8")
    layout = (ROOT / "tutorial_src" / "removable" / "scoreboard" / "layout.py").read_text(encoding="utf-8")
    for word in script_tables.TABLES[name]:
        assert word in source or ("removable.scoreboard" in source and word in layout)


def test_the_columns_of_the_training_table_are_told_apart():
    source = (ROOT / "gallery" / "4_conclusion" / "plot_training.py").read_text(encoding="utf-8")
    head = re.search(r'print\("(form .*)"\)', source)[1]
    row = "epsilon 1e-8  tensorflow  2.13e+07    0       0.00299   1e-05"
    found = script_tables.parsed(f"{head}\n{row}", "framework", "form")
    assert found.titles == ["form", "framework", "d/d lambda", "d/d w1", "Adam", "apart"]
    assert found.rows == [["epsilon 1e-8", "tensorflow", "2.13e+07", "0", "0.00299", "1e-05"]]


def folded(docname: str, text: str) -> list[nodes.Node]:
    document = nodes.section("", nodes.literal_block(text, text, language="pycon"))
    folded_checks.fold(SimpleNamespace(env=SimpleNamespace(docname=docname)), document)
    return document.children


def test_checks_are_folded_and_values_stay():
    text = ">>> a = 20\n>>> a\n20\n>>> [\n...     b\n...     for b in (a,)\n... ]\n[20]\n>>> all([a])\nTrue"
    shown, opening, checks, closing = folded("paper/x", text)
    assert shown.astext() == text.removesuffix("\n>>> all([a])\nTrue")
    assert "Checked when this page was built (1)" in opening.astext()
    assert checks.astext() == ">>> all([a])\nTrue"
    assert closing.astext() == "</details>"
    assert [child.astext() for child in folded("reference/x", text)] == [text]


def test_a_block_without_checks_and_other_code_are_left_alone():
    for text in (">>> a = 1\n>>> a\n1", ">>> a = 1", ">>> 'True story'\n'True story'", ">>> True, 1\n(True, 1)"):
        assert [child.astext() for child in folded("paper/x", text)] == [text]


@pytest.mark.parametrize(
    ("source", "want", "check"),
    [
        ("a > 0", "True", True),
        ("not a", "True", True),
        ("[a > 0, all(b)]", "[True, True]", True),
        ("[a == b for a in b]", "[True, True]", True),
        ("torch.equal(a, b)", "True", True),
        ("for a in b:\n    a > 0, bool(a)\n", "(True, True)\n(True, True)", True),
        ("a > 0", "False", False),
        ("a > 0, b", "(True, 3)", False),
        ("gradcheck(a, b)", "True", False),
        ("a", "True", False),
    ],
)
def test_a_check_asks_whether_something_holds(source, want, check):
    assert folded_checks.checks(doctest.Example(source, want)) is check


def checks_of(blocks) -> int:
    texts = (block.source for block in blocks if block.kind == "text")
    runs = (run for text in texts for run in re.findall(r"(?:^ *(?:>>>|\.\.\.|\S).*\n?)+", text, re.MULTILINE))
    examples = (doctest.DocTestParser().get_examples(run) for run in runs if ">>> " in run)
    return sum(folded_checks.checks(example) for found in examples for example in found)


def test_the_checks_of_a_script_are_counted(tmp_path):
    script = tmp_path / "plot_x.py"
    lines = ('"""\nTitle\n=====\n"""', "a = 1", "# %%\n# .. code-block:: pycon", "#", "#    >>> a > 0", "#    True")
    script.write_text("\n".join((*lines, "#    >>> a", "#    1", "#", "# Text.")) + "\n", encoding="utf-8")
    assert checks_of(script_doctests.blocks_of_script(str(script))) == 1


def test_scripts_have_no_check_among_their_values():
    """A script has its checks in ``tests/gallery``."""
    counts = {
        path.stem: checks_of(script_doctests.blocks_of_script(str(path)))
        for path in (ROOT / "gallery").rglob("plot_*.py")
    }
    assert len(counts) > 50
    assert {name: count for name, count in counts.items() if count} == {}
