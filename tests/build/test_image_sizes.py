"""Sizes of pictures, without a build."""

from __future__ import annotations

import pytest
from _extensions.content.picture_size import size
from _extensions.page import image_sizes
from PIL import Image


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        ('<svg width="604.8pt" height="309.6pt" viewBox="0 0 1 1">', (806, 413)),
        ('<svg viewBox="0 0 1 1" height="20px" width="30px">', (30, 20)),
        ('<svg width="30" stroke-width="4" height="20">', (30, 20)),
        ('<svg width="100%" height="20">', None),
        ("<svg>", None),
        ("no picture", None),
    ],
)
def test_an_svg_says_its_size(tmp_path, root, expected):
    path = tmp_path / "a.svg"
    path.write_text(f'<?xml version="1.0"?>{root}<rect width="7" height="8"/></svg>', encoding="utf-8")
    assert size(path) == expected


def test_pictures_of_a_page_get_their_size_once(tmp_path):
    Image.new("RGB", (4, 3)).save(tmp_path / "a b.png")
    html = '<img alt="1 > 0" src="../_images/a%20b.png" /><img src="unknown.png"><img src="a%20b.png" width="2" loading="eager">'
    first, second, third = image_sizes.sized(html, {"a b.png": tmp_path / "a b.png"}).split("<img")[1:]
    assert first == ' alt="1 > 0" src="../_images/a%20b.png" width="4" height="3" loading="lazy" />'
    assert second == ' src="unknown.png" loading="lazy" />'
    assert third == ' src="a%20b.png" width="2" loading="eager" />'
