"""Twenty questions in the words of readers: what they type, and the sentence that answers.

A question is answered if the page is the first or the second that the search gives, and has the
sentence; or if a row of the table of symptoms says it, which is one click from the first page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from in_a_browser import address, browser, needs_a_browser, page, watched
from searching import results
from site_under_test import SITE, pages

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser", "page"]

NAN = "guide/nan.html"
USE = "guide/use.html"
PROBE = "beyond/is-my-function-affected.html"


@dataclass(frozen=True)
class Question:
    """What a reader asks.

    Attributes
    ----------
    asked : str
        The question.
    typed : str
        What is typed into the search.
    page : str
        The page that answers.
    sentence : str
        A pattern in the text of that page.
    """

    asked: str
    typed: str
    page: str
    sentence: str

    def __str__(self) -> str:
        return self.asked


QUESTIONS = [
    Question(
        "The Hessian of my squared norm is NaN at 0. What do I write?",
        "norm nan",
        NAN,
        r"the square of a length is a polynomial, and its root is not needed",
    ),
    Question("sin(x)/x is NaN at 0. Which line fixes it?", "sin(x)/x", NAN, r"sin_over_x\(x\)"),
    Question(
        "My slope is half of what it should be. Why?", "slope half", NAN, r"have a kink each, and their sum has none"
    ),
    Question(
        "The gradient of acos of a dot product is NaN. Can I get rid of it?",
        "acos",
        NAN,
        r"is a power series at .{1,20}, with slope -2",
    ),
    Question("The gradient of std is NaN for a constant batch. Why?", "std", NAN, r"a cone like a length"),
    Question(
        "I masked x/y with torch.where and still get NaN. Why?",
        "torch.where",
        NAN,
        r"Mask the denominator as well, so that nothing is infinite in the branch that is not selected",
    ),
    Question(
        "The gradient is right and the Hessian is NaN. Why?",
        "Hessian NaN",
        NAN,
        r"comes out right by luck, and the second derivative, 2, is NaN",
    ),
    Question(
        "Two eigenvalues are equal, and the gradient is NaN. Is that my fault?",
        "equal eigenvalues",
        NAN,
        r"the exponential of a matrix is smooth, and its eigenvectors are not",
    ),
    Question(
        "What does detect_anomaly miss?",
        "detect_anomaly",
        NAN,
        r"What looks for NaN misses every wrong number",
    ),
    Question(
        "One step was NaN. Is the state of Adam lost?",
        "optimiser NaN",
        NAN,
        r"an average with a NaN in it is NaN for ever",
    ),
    Question(
        "The scale of my GradScaler falls and falls. Why?",
        "mixed precision",
        NAN,
        r"If it falls step by step, look for the operation",
    ),
    Question("How do I install it?", "install", USE, r"pip install"),
    Question(
        "Do I need TensorFlow if I have JAX alone?",
        "package JAX alone",
        USE,
        r"It needs NumPy, and the framework in which",
    ),
    Question("May I use it at work?", "licence", USE, r"BSD"),
    Question(
        "Is my own function affected?",
        "my function",
        PROBE,
        r"How to find out, without mathematics, whether your own function is differentiated wrongly",
    ),
    Question(
        "What does adding an epsilon to the denominator do?",
        "epsilon denominator",
        NAN,
        r"but not by an epsilon: the value is 0 where it should be 1",
    ),
    Question(
        "How far from the point must I stay in single precision?",
        "how far to stay away",
        "beyond/precision-and-order.html",
        r"has to stay 0\.08 away from the point, in single precision",
    ),
    Question(
        "Does torch.compile or XLA simplify it away?",
        "simplify XLA",
        "beyond/who-simplifies.html",
        r"XLA: much algebra, and not this one",
    ),
    Question(
        "Are the results of PyTorch and TensorFlow identical, as the paper says?",
        "identical results",
        "paper/3-derivatives.html",
        r"Whether it is so depends on how the formula is typed",
    ),
    Question(
        "Where does the paper differ from what is measured?",
        "differ from the paper",
        "paper/errata.html",
        r"Here are the places where a measurement, or a derivation, says something else",
    ),
]


def text_of(name: str) -> str:
    """Return the text of a page, on one line."""
    return " ".join((SITE / name).with_suffix(".txt").read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def searching(browser, address):
    with watched(browser, address) as page:
        yield page


def test_there_are_twenty():
    assert len({question.asked for question in QUESTIONS}) == len(QUESTIONS) >= 20
    assert {question.page for question in QUESTIONS} <= pages().keys()


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_a_sentence_of_the_page_answers(question):
    assert re.search(question.sentence, text_of(question.page)), question.sentence


@needs_a_browser
@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_the_page_is_the_first_or_the_second_that_the_search_gives(searching, address, question):
    found = [result["address"].partition("#")[0] for result in results(searching, address, question.typed)]
    assert question.page in list(dict.fromkeys(found))[:2], found[:6]
