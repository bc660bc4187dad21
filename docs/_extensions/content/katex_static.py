"""Typeset maths while the page is built, with KaTeX inside V8: pages carry no script for it.

Sphinx's own renderers either load MathJax from a CDN or need LaTeX; both ask for what a reader or a
builder may not have.
"""

from __future__ import annotations

import functools
import json

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from _extensions import folders, stages

logger = logging.getLogger(__name__)

KATEX = folders.ROOT / "docs" / "_vendor" / "katex" / "katex.min.js"


@functools.cache
def _engine() -> MiniRacer:
    engine = MiniRacer()
    engine.eval(KATEX.read_text(encoding="utf-8"))
    return engine


@functools.cache
def _rendered(tex: str, block: bool) -> str:
    options = json.dumps({"displayMode": block, "throwOnError": True, "strict": "error"})
    return _engine().eval(f"katex.renderToString({json.dumps(tex)}, {options})")


def _html(translator: HTML5Translator, node: nodes.Element, block: bool) -> str:
    try:
        return _rendered(node.astext(), block)
    except JSEvalException as error:
        reason = str(error).strip().splitlines()[0]
        logger.warning("KaTeX cannot typeset %r: %s", node.astext(), reason, location=node, type="katex")
        return translator.encode(node.astext())


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write an inline formula."""
    translator.body.append(f'<span class="math notranslate nohighlight">{_html(translator, node, False)}</span>')
    raise nodes.SkipNode


def visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula, with its number and a link to it where it has one."""
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight"))
    translator.body.append(_html(translator, node, True))
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer and its style sheet."""
    app.add_html_math_renderer("katex_static", (visit_inline, None), (visit_block, None))
    app.add_css_file("katex/katex.min.css")
    return stages.SAFE
