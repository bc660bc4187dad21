"""Examples that only have to hold, folded away on the page.

``>>> all(...)`` with the answer ``True`` tells a reader no value. Such examples of a chapter or
script are put under a line that says how many there are. They are run like all others.
"""

from __future__ import annotations

import ast
import doctest
import re

from docutils import nodes
from sphinx.application import Sphinx

from _extensions import stages

_ANSWER = r"(?:True|\(True(?:, True)*,?\)|\[True(?:, True)*\])"
_HOLDS = re.compile(rf"{_ANSWER}(?:\n{_ANSWER})*")
_PREDICATES = {"all", "any", "bool", "isinstance", "equal", "array_equal", "allclose", "isclose"}
_PARSER = doctest.DocTestParser()


def checks(example: doctest.Example) -> bool:
    """Tell whether an example asks whether something holds, and nothing else.

    The answer of a function such as ``gradcheck`` is a value, even if it is True.
    """
    return bool(_HOLDS.fullmatch(example.want.strip())) and _asks(ast.parse(example.source).body[-1])


def _asks(node: ast.AST) -> bool:
    """Tell whether an expression, or the last one in a loop, is a comparison or made of such."""
    match node:
        case ast.For() | ast.With() | ast.If():
            return _asks(node.body[-1])
        case ast.Expr():
            return _asks(node.value)
        case ast.Compare() | ast.BoolOp():
            return True
        case ast.UnaryOp():
            return isinstance(node.op, ast.Not)
        case ast.Tuple() | ast.List():
            return all(map(_asks, node.elts))
        case ast.ListComp() | ast.GeneratorExp():
            return _asks(node.elt)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _PREDICATES
    return False


def split(text: str) -> tuple[str, str, int]:
    r"""Cut examples into those that check and all others, and count the former.

    Parameters
    ----------
    text : str
        Examples as they are typed, with their results.

    Examples
    --------
    >>> split(">>> a = 1\n>>> a > 0, a < 2\n(True, True)\n>>> a\n1")
    ('>>> a = 1\n>>> a\n1', '>>> a > 0, a < 2\n(True, True)', 1)
    """
    lines = text.rstrip("\n").split("\n")
    examples = _PARSER.get_examples(text + "\n")
    starts = [example.lineno for example in examples]
    pieces = ["\n".join(lines[a:b]).strip("\n") for a, b in zip(starts, [*starts[1:], None], strict=True)]
    found = [*map(checks, examples)]
    shown, folded = ("\n".join(p for p, f in zip(pieces, found, strict=True) if f is which) for which in (False, True))
    return shown, folded, sum(found)


def fold(app: Sphinx, doctree: nodes.document) -> None:
    """Fold the checks of a page."""
    if app.env.docname.startswith("reference/"):
        return  # docstrings show how a function is called
    for block in list(doctree.findall(nodes.literal_block)):
        if block.get("language") != "pycon":
            continue
        shown, hidden, count = split(block.astext())
        if not count:
            continue
        summary = f'<details class="checked"><summary>Checked when this page was built ({count})</summary>'
        inside = nodes.literal_block(hidden, hidden, language="pycon", classes=block["classes"])
        parts = [nodes.raw("", summary, format="html"), inside, nodes.raw("", "</details>", format="html")]
        if shown:
            parts.insert(0, nodes.literal_block(shown, shown, language="pycon", classes=block["classes"]))
        block.replace_self(parts)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page has been read."""
    stages.listen(app, stages.Stage.DOCTREE_READ, fold)
    return stages.SAFE
