"""What the README says and shows."""

from __future__ import annotations

import doctest
import re

import pytest
import readme_picture
from removable.selfcheck import FLAGS
from site_under_test import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_of_the_readme_prints_what_it_shows():
    (example,) = re.findall(r"```pycon\n(.*?)```", README, re.DOTALL)
    test = doctest.DocTestParser().get_doctest(example, {}, "README", "README.md", 0)
    report: list[str] = []
    result = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=report.append)
    assert result.attempted == 6
    assert result.failed == 0, "".join(report)


def test_the_words_for_the_picture_are_those_that_were_computed_with_it():
    ((alt, path),) = re.findall(r"!\[(.*?)\]\((.*?)\)", README, re.DOTALL)
    assert ROOT / path == readme_picture.KEPT
    (finding,) = re.findall(r"<dc:description>(.*?)</dc:description>", readme_picture.KEPT.read_text(encoding="utf-8"))
    assert finding.startswith(" ".join(alt.split()))


def test_a_picture_is_kept_without_its_commit():
    drawn = "<a>\n    <dc:identifier>commit 0123</dc:identifier>\n</a>\n"
    assert readme_picture.picture(drawn) == "<a>\n</a>\n"
    with pytest.raises(ValueError, match="names 0 commits"):
        readme_picture.picture("<a>\n</a>\n")
