"""The comparison of two sites finds each kind of difference that there can be."""

from __future__ import annotations

import io
import zipfile
from importlib import import_module
from pathlib import Path

import pytest
import reproducible
from _extensions import folders
from _extensions.execute.aside import Aside

EXECUTE = folders.ROOT / "docs" / "_extensions" / "execute"


def zipped(members: dict[str, bytes], date: tuple[int, ...] = (1980, 1, 1, 0, 0, 0)) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, date), data)
    return buffer.getvalue()


SITE = {
    "index.html": b"<p>one</p>\n<p>two</p>\n",
    "image.png": b"\x89PNG\xff\xfe" + bytes(20),
    "all.zip": zipped({"a.py": b"x = 1\n", "b.ipynb": b"{}"}),
}


@pytest.fixture
def sites(tmp_path: Path) -> tuple[Path, Path]:
    for side in ("a", "b"):
        (tmp_path / side / "guide").mkdir(parents=True)
        for name, data in SITE.items():
            (tmp_path / side / name).write_bytes(data)
    return tmp_path / "a", tmp_path / "b"


def test_the_same_files_are_the_same(sites):
    assert reproducible.first_difference(*sites) == ""
    assert reproducible.files(sites[0]) == ["all.zip", "image.png", "index.html"]


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("index.html", b"<p>one</p>\n<p>2</p>\n", "index.html: line 2\n  '<p>two</p>\\n'\n  '<p>2</p>\\n'"),
        ("index.html", b"<p>one</p>\n", "index.html: line 2\n  '<p>two</p>\\n'\n  (the file ends here)"),
        ("image.png", b"\x89PNG\xff\xfe" + bytes(9) + b"\1" + bytes(10), "image.png: byte 15 of 26 and 26"),
        ("image.png", b"\x89PNG\xff\xfe", "image.png: byte 6 of 26 and 6"),
        ("all.zip", zipped({"a.py": b"x = 2\n", "b.ipynb": b"{}"}), "all.zip/a.py: line 1\n  'x = 1\\n'\n  'x = 2\\n'"),
        ("all.zip", zipped({"a.py": b"x = 1\n"}), "all.zip: b.ipynb is in one of them only"),
        ("all.zip", zipped({"b.ipynb": b"{}", "a.py": b"x = 1\n"}), "all.zip: the members come in another order"),
        ("all.zip", zipped({"a.py": b"x = 1\n", "b.ipynb": b"{}"}, (2026, 1, 2, 3, 4, 6)), "all.zip/a.py: dated (1980"),
        ("all.zip", b"\xff", "all.zip: one of them is not an archive"),
        ("more.html", b"", "more.html: only in "),
    ],
)
def test_a_difference_is_found_and_placed(sites, name, data, expected):
    (sites[1] / name).write_bytes(data)
    assert reproducible.first_difference(*sites).startswith(expected)
    assert reproducible.first_difference(*reversed(sites))


def test_whatever_runs_beside_the_build_has_its_folder_among_the_caches():
    modules = [import_module(f"_extensions.execute.{path.stem}") for path in EXECUTE.glob("*.py")]
    runs = {value.name for module in modules for value in vars(module).values() if isinstance(value, Aside)}
    assert runs == {"claims", "doctests", "saboteurs"} == {*folders.BESIDE}
    assert {f"_build/{name}" for name in runs} <= set(reproducible.CACHES)


def test_caches_are_those_of_a_site_that_is_there(capsys):
    assert reproducible.main(["--cached"]) == 2
    assert capsys.readouterr().out.startswith("--cached takes the caches of the site that is compared")


def test_an_empty_folder_of_files_is_not_the_same(sites):
    for name in SITE:
        (sites[1] / name).unlink()
    assert reproducible.first_difference(*sites).startswith("all.zip: only in ")


def test_measurements_alone_are_left_out(sites):
    for side, seconds in zip(sites, (b"1", b"2"), strict=True):
        (side / "guide" / "build.json").write_bytes(seconds)
    assert reproducible.first_difference(*sites) == ""
    (sites[1] / "build.json").write_bytes(b"")
    assert reproducible.first_difference(*sites).startswith("build.json: only in ")


def test_a_path_of_the_machine_is_found_also_inside_an_archive(sites):
    assert reproducible.naming(sites[0], "/home/someone") == []
    (sites[0] / "index.html").write_bytes(b'<a href="/home/someone/x">')
    (sites[0] / "all.zip").write_bytes(zipped({"a.py": b"# " * 99 + b"/home/someone/x.py"}))
    assert reproducible.naming(sites[0], "/home/someone") == ["all.zip/a.py", "index.html"]


def test_a_copy_holds_the_tree_and_its_history(tmp_path):
    reproducible.copy_tree(tmp_path)
    assert (tmp_path / "docs" / "conf.py").read_bytes() == (reproducible.ROOT / "docs" / "conf.py").read_bytes()
    assert not (tmp_path / "docs" / "auto_gallery").exists()
    assert not (tmp_path / "_build").exists()
    assert (tmp_path / ".git" / "HEAD").exists()


def test_without_a_built_site_there_is_nothing_to_compare_with(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(reproducible, "ROOT", tmp_path)
    assert reproducible.main(["--built"]) == 2
    assert "run that first" in capsys.readouterr().out


def test_the_built_site_is_compared_as_a_whole(tmp_path, monkeypatch, capsys):
    site = tmp_path / "_build" / "html"
    site.mkdir(parents=True)
    (site / "index.html").write_text("a page", encoding="utf-8")
    monkeypatch.setattr(reproducible, "ROOT", tmp_path)
    assert reproducible.main(["--built", "plot_tape"]) == 2

    class Ended:
        def wait(self):
            return 0

    made = {}

    def other(tree, seed, workers, scripts):
        (tree / "_build" / "html").mkdir(parents=True)
        (tree / "_build" / "html" / "index.html").write_text(made["page"], encoding="utf-8")
        return Ended()

    monkeypatch.setattr(reproducible, "copy_tree", lambda tree: None)
    monkeypatch.setattr(reproducible, "build", other)
    for made["page"], status in (("a page", 0), ("another", 1)):
        assert reproducible.main(["--built"]) == status
    assert "the first difference" in capsys.readouterr().out
