"""What pages say of themselves."""

from __future__ import annotations

import re

import pytest
from _extensions.page import descriptions
from docutils.core import publish_doctree
from site_under_test import meta, pages, texts


@pytest.mark.parametrize("name", pages())
def test_each_page_describes_itself(name):
    html = pages()[name].html
    assert meta(html, "og:title")
    description = meta(html, "og:description")
    assert description == meta(html, "description")
    assert 20 <= len(description) <= 300
    assert not re.search(r"What you will learn|\\[a-z]|\[\d+\]|:doc:|\{\{", description)


def test_descriptions_differ_from_page_to_page():
    described = [meta(pages()[name].html, "description") for name in texts()]
    assert len(set(described)) == len(described)
    assert descriptions.SITE not in described


def test_a_description_skips_boxes_and_lists():
    doctree = publish_doctree(".. note:: Not this.\n\n- Nor this.\n\nThis: :math:`\\gamma`, as in [1]. And more.\n")
    assert descriptions.describe(doctree, {}) == "This: γ, as in. And more."
    assert descriptions.describe(doctree, {"description": "Given."}) == "Given."
    assert descriptions.describe(None, {}) == descriptions.SITE
