"""The Content-Security-Policy of each page."""

from __future__ import annotations

import re

import pytest
from _extensions.page import content_security
from site_under_test import meta, pages


@pytest.mark.parametrize("name", pages())
def test_each_page_has_a_strict_policy_in_front_of_what_it_governs(name):
    html = pages()[name].html
    rules = dict(rule.split(" ", 1) for rule in meta(html, "Content-Security-Policy").split("; "))
    assert rules["default-src"] == "'none'"
    for kind in ("script-src", "style-src"):
        assert re.fullmatch(r"'self' file:(?: 'sha256-[\w+/]{43}=')*", rules[kind])
    assert not re.search(r"<(?:script|style|link)\b", html[: html.index("Content-Security-Policy")])


def test_the_policy_names_each_inline_script_once_and_no_other():
    html = "<script>a()</script><script src='b.js'></script><script>a()</script><style>p {}</style>"
    rules = content_security.policy(html).split("; ")
    assert rules[1].count("sha256") == rules[2].count("sha256") == 1
    assert content_security.policy("<script>b()</script>").split("; ")[1] != rules[1]


def test_no_page_has_a_script_in_an_attribute():
    for page in pages().values():
        assert not re.search(r"<[a-z][^<>]*\son[a-z]+\s*=", page.html), page.name
