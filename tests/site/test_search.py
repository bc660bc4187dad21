"""The search: what readers type, and the page that comes first, in a browser."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from _extensions.whole_site import search_language
from in_a_browser import address, browser, needs_a_browser, page, watched
from searching import results
from site_under_test import SITE, meta, pages, texts

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser", "page"]

NAN = "guide/nan.html"
USE = "guide/use.html"

# What is typed, and the pages that a reader wants to see first: the first of them that the site
# has.
FIRST = {
    "sinc": (NAN, "beyond/remedies.html"),
    "norm": (NAN, "beyond/functions-of-a-length.html"),
    "NaN": (NAN, "beyond/reports.html"),
    "install": (USE, "guide/run-a-script.html"),
    "acos": (NAN, "beyond/reports.html"),
    "arccos": (NAN, "beyond/reports.html"),
    "std": (NAN, "beyond/functions-of-a-length.html"),
    "sqrt(0)": (NAN, "beyond/functions-of-a-length.html"),
    "torch.where": (NAN, "beyond/reports.html"),
    "Box-Cox": (NAN, "beyond/remedies.html"),
    "sin(x)/x": (NAN, "beyond/remedies.html"),
    "quotient": ("reference/remedy.html#removable.remedy.quotient.quotient",),
    "Hessian NaN": (NAN, "beyond/functions-of-a-length.html"),
    "exploding gradient": (NAN, "paper/4-conclusion.html"),
    # The same, as others type it.
    "SINC": (NAN, "beyond/remedies.html"),
    "np.sinc": (NAN, "beyond/remedies.html"),
    "torch.linalg.norm(v)": (NAN, "beyond/functions-of-a-length.html"),
    "torch.acos(x)": (NAN, "beyond/reports.html"),
    "sin( x ) / x": (NAN, "beyond/remedies.html"),
    "exploding gradients": (NAN, "paper/4-conclusion.html"),
    "NaN in the Hessian": (NAN, "beyond/functions-of-a-length.html"),
    "how to install": (USE, "guide/run-a-script.html"),
    # Names of the package, and words of the glossary.
    "repair": ("reference/remedy.html#removable.remedy.repair.repair",),
    "boxcox": ("reference/primitives.html#removable.primitives.boxcox",),
    "sin_over_x": ("reference/primitives.html#removable.primitives.sin_over_x",),
    "backpropagation": ("glossary.html#term-backpropagation",),
    "where": (NAN, "beyond/reports.html"),
}


@pytest.fixture(scope="module")
def searching(browser, address):
    with watched(browser, address) as page:
        yield page


@needs_a_browser
@pytest.mark.parametrize("query", FIRST)
def test_the_first_result_is_the_page_that_a_reader_wants(searching, address, query):
    wanted = next(place for place in FIRST[query] if place.partition("#")[0] in pages())
    first = results(searching, address, query)[0]["address"]
    assert (first if "#" in wanted else first.partition("#")[0]) == wanted
    assert searching.trouble == []


@needs_a_browser
def test_a_word_is_not_found_where_only_another_one_stands(searching, address):
    """The stem of since is sinc; normal begins with norm."""
    for query, other in (("sinc", "since"), ("norm", "normal")):
        found = {result["address"].partition("#")[0] for result in results(searching, address, query)}
        alone = {name for name in texts() if words_of(name) & {query, other} == {other}}
        assert alone, query
        assert not found & alone - {FIRST[query][-1]}, query


@needs_a_browser
def test_what_readers_do_not_import_comes_after_every_chapter(searching, address):
    for query in ("NaN", "sinc", "slope", "alpha", "derivative"):
        found = [result["address"] for result in results(searching, address, query)]
        inner = [at for at, place in enumerate(found) if "removable.claims" in place or "_modules" in place]
        chapters = [at for at, place in enumerate(found) if re.match(r"(paper|beyond)/", place)]
        assert chapters, query
        assert not inner or max(chapters) < min(inner), query


@needs_a_browser
def test_an_excerpt_shows_a_formula_once(searching, address):
    searching.goto(f"{address}/search.html")
    shown = {}
    for name in ("paper/2-trivial-example.html", "paper/3-derivatives.html", "beyond/remedies.html"):
        html = pages()[name].html
        shown[name] = searching.evaluate("html => Search.htmlToText(html, '')", html)
        tex = {unescape(tex) for tex in re.findall(r'<annotation encoding="application/x-tex">([^<]*)<', html)}
        commands = {formula for formula in tex if re.search(r"\\[a-z]+|\^\{", formula)}
        assert len(commands) > 20
        assert not [formula for formula in commands if formula in shown[name]]
        assert not re.search("x2x|x2−4|γ2", shown[name])
    for formula in ("(x^2−4)/(x−2)", "γ^2"):
        assert formula in shown["paper/2-trivial-example.html"]


@needs_a_browser
def test_an_entry_of_the_index_shows_the_text_of_its_section(searching, address):
    found = {result["address"]: result["excerpt"] for result in results(searching, address, "lgamma")}
    (excerpt,) = (text for place, text in found.items() if place.startswith("beyond/reports.html#index"))
    assert "lgamma" in excerpt


@needs_a_browser
def test_an_excerpt_has_the_word_and_not_another_one_or_says_what_the_page_is(searching, address):
    found = {result["address"].partition("#")[0]: result["excerpt"] for result in results(searching, address, "sinc")}
    (remedy,) = (text for place, text in found.items() if place == "beyond/remedies.html")
    assert remedy == meta(pages()["beyond/remedies.html"].html, "description")
    assert re.search(r"\bsinc\b", found["beyond/functions-of-a-length.html"])
    assert not [text for text in found.values() if "To run it" in text]


@needs_a_browser
def test_the_browser_reduces_words_to_the_stems_of_the_index(searching, address):
    searching.goto(f"{address}/search.html")
    words = search_language.Words({})
    names = sorted(search_language.NAMES)
    several = [*names, *(f"{name}s" for name in names), "since", "normal", "gradients", "exploding", "derivatives"]
    assert searching.evaluate("words => words.map(new Stemmer().stemWord)", several) == [*map(words.stem, several)]


def words_of(name: str) -> set[str]:
    text = (SITE / name).with_suffix(".txt").read_text(encoding="utf-8")
    return {*re.findall(r"[^\W_]+", text.lower())}


def test_the_index_has_names_and_no_sources():
    text = (SITE / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    assert not [name for name in index["docnames"] if name.startswith("_modules")]
    assert {"sinc", "norm", "since"} <= index["terms"].keys() | index["titleterms"].keys()
    assert all(main for several in index["indexentries"].values() for _, _, main in several)
