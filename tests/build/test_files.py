"""Writing of files: what is whole, what is left alone."""

from __future__ import annotations

import os

import pytest
from _extensions import files


def test_a_file_is_written_only_if_its_content_changes(tmp_path):
    path = tmp_path / "deeper" / "x.txt"
    assert files.write_if_changed(path, "é\n")
    os.utime(path, ns=(0, 0))
    assert not files.write_if_changed(path, "é\n")
    assert path.stat().st_mtime_ns == 0
    assert files.write_if_changed(path, "e\n")
    assert path.read_bytes() == b"e\n"


@pytest.mark.parametrize("content", ["new", b"new"])
def test_a_file_is_whole_or_what_it_was(tmp_path, monkeypatch, content):
    path = tmp_path / "x.json"
    path.write_text("old", encoding="utf-8")

    def fail(*arguments):
        raise OSError("no room")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail)
        with pytest.raises(OSError, match="no room"):
            files.write_whole(path, content)
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]
    assert path.read_text() == "old"
    files.write_whole(path, content)
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def test_a_stamp_that_cannot_be_read_is_empty(tmp_path):
    (tmp_path / "x").write_bytes(b"\xff\xfe")
    assert files.read(tmp_path / "x") == files.read(tmp_path / "none") == ""
