"""What must be refused, as data, with the facts that the sentence must state.

There are near misses, too, which must not be refused.

``attempt(refusal, repair, framework)`` does what a user would do, and ``faults(refusal, outcome)``
says what is wrong with the answer: nothing raised, an error of the wrong class, a fact that the
sentence does not state.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb
from remedy.corpus import ALL, JAX_TAKES_COMPLEX, REAL, Case, Operations, as_function, get
from removable import frameworks

__all__ = ["KINDS", "NEAR_MISSES", "REFUSALS", "Refusal", "attempt", "faults", "states"]

Array = Any

KINDS = (
    "pole",
    "essential singularity",
    "jump",
    "kink",
    "finitely smooth",
    "branch point",
    "not finite",
    "mixes elements",
    "depends on chance",
    "not floating",
    "bad input",
)
"""Why something is refused."""

WORDS = {
    "pole": r"pole",
    "essential singularity": r"essential",
    "jump": r"jump|from the (right|left)|one-sided",
    "kink": r"kink|slope|first derivative",
    "finitely smooth": r"derivative|smooth",
    "branch point": r"branch|domain|unbounded|infinite",
    "not finite": r"finite|nan",
    "mixes elements": r"element|shape",
    "depends on chance": r"chance|random|twice|same|differ",
    "not floating": r"float|tensor|array|return|real",
    "bad input": r".",
}
"""What the sentence must say for each kind, whatever else it says; case is ignored."""

NOT_REMOVABLE = ("NotRemovableError",)
AT_FAULT = ("NotRemovableError", "InputError")


@dataclass(frozen=True, eq=False)
class Refusal:
    """Something that must be refused.

    Attributes
    ----------
    name : str
        As a formula.
    kind : str
        One of :data:`KINDS`.
    program : callable, optional
        Called as ``program(x, o)``, with ``o`` from :func:`remedy.corpus.operations`; None if
        ``raw`` is given.
    at : object
        The point, or what somebody gives for one.
    numbers : tuple of float
        Numbers that the sentence must state to three digits: residue, values or slopes from the
        right and from the left.
    words : tuple of str
        Regular expressions that the sentence must match besides that of its kind, case ignored.
    order, leading : optional
        Of a pole: the error's attributes ``order`` and ``leading`` or ``residue``, to three digits.
    errors : tuple of str
        Names of the classes in :mod:`removable.errors` of which the error must be an instance of
        one.
    frameworks : tuple of str
        Where it can be written.
    shape : tuple of int
        Shape of the array that the repaired function is called with.
    radius : object
        What is given as ``radius``.
    raw : object
        Given to ``repair`` instead of a function made of ``program``.
    """

    name: str
    kind: str
    program: Callable[[Array, Operations], Any] | None = None
    at: Any = 0.0
    numbers: tuple[float, ...] = ()
    words: tuple[str, ...] = ()
    order: int | None = None
    leading: float | None = None
    errors: tuple[str, ...] = NOT_REMOVABLE
    frameworks: tuple[str, ...] = ALL
    shape: tuple[int, ...] = (5,)
    radius: Any = None
    raw: Any = None

    def function(self, framework: str) -> Any:
        """Return what is handed to ``repair``."""
        if self.program is None:
            return self.raw
        return as_function(self.program, framework)

    def __repr__(self) -> str:
        return f"<{self.kind}: {self.name} at {self.at!r}>"


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: an exception, or the values that were returned."""

    error: BaseException | None
    values: Any = None


def attempt(refusal: Refusal, repair: Callable[..., Any], framework: str = "torch", dtype: str = "float64") -> Outcome:
    """Repair a function and call it at and around its point, as a user would.

    Parameters
    ----------
    refusal : Refusal
        What is to be refused.
    repair : callable
        Called as ``repair(fn, at=at)``, with ``radius=`` where the refusal has one.
    framework : {"torch", "tensorflow", "jax"}
        Whose array it is called with.
    dtype : str
        The precision of that array.
    """
    usable = isinstance(refusal.at, float) and math.isfinite(refusal.at)
    count = math.prod(refusal.shape)
    x = (refusal.at if usable else 0.0) + np.linspace(-0.4, 0.4, count)
    x[count // 2] = refusal.at if usable else 0.0
    extra = {} if refusal.radius is None else {"radius": refusal.radius}
    try:
        repaired = repair(refusal.function(framework), at=refusal.at, **extra)
        return Outcome(None, repaired(frameworks.get(framework).asarray(x.reshape(refusal.shape).astype(dtype))))
    except Exception as error:  # whatever it is, the caller judges it
        return Outcome(error)


def faults(refusal: Refusal, outcome: Outcome) -> list[str]:
    """Return what is wrong with the answer, one phrase each; nothing if it is as it should be.

    Parameters
    ----------
    refusal : Refusal
        What was tried.
    outcome : Outcome
        What came of it.
    """
    error = outcome.error
    if error is None:
        return ["not refused"]
    said, sentence = [], str(error)
    classes = {base.__name__ for base in type(error).__mro__}
    if not classes & set(refusal.errors):
        said.append(f"{type(error).__name__} instead of {' or '.join(refusal.errors)}")
    if "PoleError" in classes and refusal.kind != "pole":
        said.append("called a pole")
    said += [
        f"does not say {pattern!r}"
        for pattern in (WORDS[refusal.kind], *refusal.words)
        if not re.search(pattern, sentence, re.IGNORECASE)
    ]
    said += [f"does not state {number:.4g}" for number in refusal.numbers if not states(sentence, number)]
    if refusal.order is not None:
        order = getattr(error, "order", None)
        leading = getattr(error, "leading", None)
        leading = getattr(error, "residue", None) if leading is None else leading
        if order != refusal.order:
            said.append(f"order {order} instead of {refusal.order}")
        if leading is None or not abs(float(leading) - refusal.leading) <= 5e-3 * abs(refusal.leading):
            said.append(f"leading coefficient {leading} instead of {refusal.leading:.4g}")
    return said


NUMBER = re.compile(r"(?<![\w.])[-+−]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)


def states(sentence: str, number: float) -> bool:
    """Tell whether a sentence states a number to three digits, zero to 1e-3.

    Examples
    --------
    >>> states("it tends to 1 from the right and to -0.3 from the left", -0.3)
    True
    >>> states("its residue is 5.", 4.9)
    False
    """
    found = [float(text.replace("−", "-")) for text in NUMBER.findall(sentence)]
    return any(abs(value - number) <= (5e-3 * abs(number) or 1e-3) for value in found)


# ---------------------------------------------------------------------------------- what is refused
REFUSALS: list[Refusal] = []
"""All of them."""


def _poles() -> None:
    def add(order: int, leading: float, name: str, program: Any, at: float = 0.0, **rest: Any) -> None:
        words = (rf"order {order}\b|{('simple', 'double', 'triple', 'fourth')[order - 1]}",)
        REFUSALS.append(Refusal(name, "pole", program, at, (leading,), words, order, leading, ("PoleError",), **rest))

    add(1, 1.0, "1/x", lambda x, o: 1 / x)
    add(1, 1.0, "(x + 1)/x", lambda x, o: (x + 1) / x)
    add(1, 5.0, "(x*x + 1)/(x - 2)", lambda x, o: (x * x + 1) / (x - 2), 2.0)
    add(2, 1.0, "cos(x)/x**2", lambda x, o: o.cos(x) / x**2)
    add(1, 1.0, "sin(x)/x**2", lambda x, o: o.sin(x) / x**2)
    add(2, 2.0, "1/(1 - cos(x))", lambda x, o: 1 / (1 - o.cos(x)))
    add(3, 1.0, "1/sin(x)**3", lambda x, o: 1 / o.sin(x) ** 3)
    add(1, 1e-9, "x + 1e-9/x", lambda x, o: x + 1e-9 / x)
    add(4, 1.0, "exp(x)/x**4", lambda x, o: o.exp(x) / x**4)
    add(3, 6.0, "1/(x - sin(x))", lambda x, o: 1 / (x - o.sin(x)))
    add(1, 1.0, "1/expm1(x)", lambda x, o: 1 / o.expm1(x))
    add(1, -3.0, "x - 3/(x - 2)", lambda x, o: x - 3 / (x - 2), 2.0)
    add(1, -1.0, "tan(x)", lambda x, o: o.tan(x), math.pi / 2)
    add(1, 1.0, "1/log(x)", lambda x, o: 1 / o.log(x), 1.0)
    add(2, 1e-6, "sin(x)/x + 1e-6/x**2", lambda x, o: o.sin(x) / x + 1e-6 / x**2)
    add(1, 2.0, "x/(1 - cos(x))", lambda x, o: x / (1 - o.cos(x)))
    add(1, 1e-4, "1/(1e4 x)", lambda x, o: 1 / (1e4 * x))
    add(1, 1.0, "1/(x - 1e8)", lambda x, o: 1 / (x - 1e8), 1e8)
    add(1, -0.5, "1/x - 1/sin(x) - 1/(2 x)", lambda x, o: 1 / x - 1 / o.sin(x) - 1 / (2 * x))
    add(1, 1.128379, "erf(x)/x**2", lambda x, o: o.erf(x) / x**2)
    add(1, 0.693147, "softplus(x)/x", lambda x, o: o.softplus(x) / x)
    add(1, -1.0, "digamma(x)", lambda x, o: o.digamma(x))
    add(1, 1.0, "where(x == 0, 0, 1/x)", lambda x, o: o.where(x == 0, o.zeros_like(x), 1 / x))
    add(1, 1e-12, "sin(x)/x + 1e-12/x", lambda x, o: o.sin(x) / x + 1e-12 / x)
    add(1, -0.25, "(x/tanh(x) - 1.25)/x", lambda x, o: (x / o.tanh(x) - 1.25) / x)


def _essential() -> None:
    def add(name: str, program: Any, at: float = 0.0, **rest: Any) -> None:
        REFUSALS.append(Refusal(name, "essential singularity", program, at, **rest))

    add("exp(1/x)", lambda x, o: o.exp(1 / x))
    add("exp(-1/x**2)", lambda x, o: o.exp(-1 / x**2))
    add("sin(1/x)", lambda x, o: o.sin(1 / x))
    add("cos(1/(x - 2))", lambda x, o: o.cos(1 / (x - 2)), 2.0)
    add("x sin(1/x)", lambda x, o: x * o.sin(1 / x))


def _jumps() -> None:
    def add(right: float, left: float, name: str, program: Any, at: float = 0.0, **rest: Any) -> None:
        REFUSALS.append(Refusal(name, "jump", program, at, (right, left), **rest))

    add(1.0, -1.0, "|x|/x", lambda x, o: o.abs(x) / x)
    add(1.0, -1.0, "sign(x)", lambda x, o: o.sign(x))
    add(1.0, 0.3, "leaky_relu(x, 0.3)/x", lambda x, o: o.leaky_relu(x, 0.3) / x)
    add(1.0, 0.0, "relu(x)/x", lambda x, o: o.relu(x) / x)
    add(1.0, 0.0, "floor(x)", lambda x, o: o.floor(x), 1.0)
    add(1.0, 0.0, "round(x)", lambda x, o: o.round(x), 0.5)
    add(1.0, 2.0, "where(x > 0, sin(x)/x, 2 cos(x))", lambda x, o: o.where(x > 0, o.sin(x) / x, 2 * o.cos(x)))
    add(math.pi / 2, -math.pi / 2, "atan(1/x)", lambda x, o: o.atan(1 / x))
    add(1.0, -1.0, "sqrt(x*x)/x", lambda x, o: o.sqrt(x * x) / x)
    add(3.0, 2.0, "x + |x - 2|/(2 (x - 2)) + 0.5", lambda x, o: x + o.abs(x - 2) / (2 * (x - 2)) + 0.5, 2.0)
    add(0.7071, -0.7071, "sqrt(1 - cos(x))/x", lambda x, o: o.sqrt(1 - o.cos(x)) / x)
    add(1.02, 1.0, "where(x > 0, 1.02, 1) sin(x)/x", lambda x, o: o.where(x > 0, 1.02 * o.sin(x) / x, o.sin(x) / x))
    # A jump so small that three digits do not tell the sides apart: it must be refused, in whatever
    # numbers.
    small = "sin(x)/x + 1e-7 sign(x)"
    REFUSALS.append(Refusal(small, "jump", lambda x, o: o.sin(x) / x + 1e-7 * o.sign(x)))


def _kinks() -> None:
    def add(right: float, left: float, name: str, program: Any, at: float = 0.0, **rest: Any) -> None:
        REFUSALS.append(Refusal(name, "kink", program, at, (right, left), **rest))

    add(1.0, -1.0, "|x|", lambda x, o: o.abs(x))
    add(1.0, 0.0, "relu(x)", lambda x, o: o.relu(x))
    add(1.0, -1.0, "sqrt(x*x)", lambda x, o: o.sqrt(x * x))
    add(1.0, 0.0, "relu(x)**2/x", lambda x, o: o.relu(x) ** 2 / x)
    add(1.0, -0.5, "max(x, -0.5 x)", lambda x, o: o.maximum(x, -0.5 * x))
    add(2.0, 0.0, "|x - 2| + x", lambda x, o: o.abs(x - 2) + x, 2.0)
    add(-1.0, 1.0, "exp(-|x|)", lambda x, o: o.exp(-o.abs(x)))
    add(1.0, -1.0, "sin(x)/x + |x|", lambda x, o: o.sin(x) / x + o.abs(x))
    add(0.7071, -0.7071, "sqrt(1 - cos(x))", lambda x, o: o.sqrt(1 - o.cos(x)))
    add(1.0, -1.0, "|x - 1e8|", lambda x, o: o.abs(x - 1e8), 1e8)
    add(1e-6, -1e-6, "sin(x)/x + 1e-6 |x|", lambda x, o: o.sin(x) / x + 1e-6 * o.abs(x))
    add(1.0, 0.3, "leaky_relu(x, 0.3)", lambda x, o: o.leaky_relu(x, 0.3))


def _finitely_smooth() -> None:
    def add(numbers: tuple[float, ...], which: str, name: str, program: Any, at: float = 0.0, **rest: Any) -> None:
        REFUSALS.append(Refusal(name, "finitely smooth", program, at, numbers, (which,) if which else (), **rest))

    third, second = r"third|derivative 3|3rd", r"second|derivative 2|2nd"
    add((6.0, 0.0), third, "relu(x)**3", lambda x, o: o.relu(x) ** 3)
    add((6.0, -6.0), third, "|x|**3", lambda x, o: o.abs(x) ** 3)
    add((2.0, -2.0), second, "x |x|", lambda x, o: x * o.abs(x))
    add((2.0, 0.0), second, "relu(x)**2", lambda x, o: o.relu(x) ** 2)
    add((1.0, -1.0), second, "relu(x)**3/x - x*x/2", lambda x, o: o.relu(x) ** 3 / x - x * x / 2)

    def matern_3(x: Array, o: Operations) -> Array:
        a = math.sqrt(3) * o.abs(x)
        return (1 + a) * o.exp(-a)

    def matern_5(x: Array, o: Operations) -> Array:
        a = math.sqrt(5) * o.abs(x)
        return (1 + a + a * a / 3) * o.exp(-a)

    add((10.392, -10.392), third, "Matern 3/2 of |x|", matern_3)
    add((), "", "Matern 5/2 of |x|", matern_5)


def _branch_points() -> None:
    def add(name: str, program: Any, at: float = 0.0, **rest: Any) -> None:
        REFUSALS.append(Refusal(name, "branch point", program, at, **rest))

    def matern_3(s: Array, o: Operations) -> Array:
        a = o.sqrt(3 * s)
        return (1 + a) * o.exp(-a)

    def matern_5(s: Array, o: Operations) -> Array:
        a = o.sqrt(5 * s)
        return (1 + a + a * a / 3) * o.exp(-a)

    add("x log(x)", lambda x, o: x * o.log(x))
    add("x log|x|", lambda x, o: x * o.log(o.abs(x)))
    add("log|x|", lambda x, o: o.log(o.abs(x)))
    add("log(x)", lambda x, o: o.log(x))
    add("sqrt(x)", lambda x, o: o.sqrt(x))
    add("sqrt(x)/x", lambda x, o: o.sqrt(x) / x)
    add("sqrt|x|/x", lambda x, o: o.sqrt(o.abs(x)) / x)
    add("sqrt|x|", lambda x, o: o.sqrt(o.abs(x)))
    add("cube root", lambda x, o: o.sign(x) * o.abs(x) ** (1 / 3))
    add("x**1.5", lambda x, o: x**1.5)
    add("x**x", lambda x, o: x**x)
    add("acos(x)", lambda x, o: o.acos(x), 1.0)
    add("asin(x)", lambda x, o: o.asin(x), 1.0)
    add("sqrt(1 - x*x)", lambda x, o: o.sqrt(1 - x * x), 1.0)
    add("sin(sqrt(s))", lambda x, o: o.sin(o.sqrt(x)))
    add("Matern 3/2 of s = r**2", matern_3)
    add("Matern 5/2 of s = r**2", matern_5)
    add("(1 + x log(x)) sin(x)/x", lambda x, o: (1 + x * o.log(x)) * o.sin(x) / x)
    REFUSALS.append(Refusal("sqrt(-1 - |x|)", "not finite", lambda x, o: o.sqrt(-1 - o.abs(x))))
    REFUSALS.append(Refusal("x/0", "not finite", lambda x, o: x / o.zeros_like(x)))


def _programs() -> None:
    def mixes(name: str, program: Any, **rest: Any) -> None:
        REFUSALS.append(Refusal(name, "mixes elements", program, errors=AT_FAULT, **rest))

    mixes("softmax(x)", lambda x, o: o.softmax(x))
    mixes("x - mean(x)", lambda x, o: x - o.mean(x))
    mixes("x/sum(x)", lambda x, o: x / o.sum(x))
    mixes("cumsum(sin(x)/x)", lambda x, o: o.cumsum(o.sin(x) / x))
    mixes("sort(-x)/x", lambda x, o: o.sort(-x) / x)
    mixes("flip(x)/x", lambda x, o: o.flip(x) / x)
    mixes("sin(x)/x + 1e-3 mean(x*x)", lambda x, o: o.sin(x) / x + 1e-3 * o.mean(x * x))
    mixes("sum(sin(x)/x)", lambda x, o: o.sum(o.sin(x) / x))
    mixes("a column times a row", lambda x, o: x * o.reshape(x, (1, -1)), shape=(4, 1))
    mixes("a matrix times its transpose", lambda x, o: x @ x.T, shape=(3, 3), frameworks=("torch", "jax"))
    mixes("every second element", lambda x, o: o.sin(x[::2]) / x[::2])

    def chance(name: str, program: Any, **rest: Any) -> None:
        REFUSALS.append(Refusal(name, "depends on chance", program, errors=AT_FAULT, **rest))

    some = ("torch", "tensorflow")
    chance("sin(x)/x + random", lambda x, o: o.sin(x) / x + o.random(x), frameworks=some)
    chance("sin(x)/x (1 + 1e-3 random)", lambda x, o: o.sin(x) / x * (1 + 1e-3 * o.random(x)), frameworks=some)

    def dropped(x: Array, o: Operations) -> Array:
        import torch

        return torch.nn.functional.dropout(torch.sin(x) / x, 0.5)

    def dropped_tensorflow(x: Array, o: Operations) -> Array:
        import tensorflow as tf

        return tf.nn.dropout(tf.sin(x) / x, 0.5)

    chance("dropout(sin(x)/x)", dropped, frameworks=("torch",))
    chance("dropout(sin(x)/x) of TensorFlow", dropped_tensorflow, frameworks=("tensorflow",))

    def returns(name: str, program: Any, **rest: Any) -> None:
        REFUSALS.append(Refusal(name, "not floating", program, errors=AT_FAULT, **rest))

    returns("a Python float", lambda x, o: 1.0)
    returns("None", lambda x, o: None)
    returns("a NumPy array", lambda x, o: np.ones(len(x)))
    returns("a pair", lambda x, o: (o.sin(x) / x, x))
    returns("a boolean", lambda x, o: x == 0)
    returns("a string", lambda x, o: "sin(x)/x")


def _bad_input() -> None:
    def sinc(x: Array, o: Operations) -> Array:
        return o.sin(x) / x

    def add(name: str, program: Any = sinc, words: tuple[str, ...] = (), **rest: Any) -> None:
        REFUSALS.append(Refusal(name, "bad input", program, words=words, errors=("InputError",), **rest))

    for at in (None, "0", 1j, [0.0], 10**400, True, math.nan, math.inf, -math.inf, {}, (0.0,)):
        shown = "10**400" if at == 10**400 else repr(at)
        add(f"at={shown}", at=at, words=(r"\bat\b",))
    for radius in ("a", -1, 0, math.nan, True, 1j, [1.0]):
        add(f"radius={radius!r}", radius=radius, words=(r"\bradius\b",))
    for raw in (3.0, "sin", [1.0, 2.0]):
        add(f"fn={raw!r}", None, raw=raw, words=(r"callable|function",))


# -------------------------------------------------------------------------------------- near misses
def _near_misses() -> list[Case]:
    def add(name: str, program: Any, at: float = 0.0, **rest: Any) -> Case:
        return Case(name, "near miss", program, at, **rest)

    from_the_corpus = (
        "sin(x)/(x - pi)",
        "sin(pi x)/(x - 1)",
        "(exp(x) - exp(2))/(x - 2)",
        "Bateman",
        "x/(x - 1)",
        "(1 - cos(x))/x**2/(0.001 - x)",
        "where(x == 0, 5, sin(x)/x)",
        "(x*x - 1e16)/(x - 1e8)",
        "|x| tanh|x|/x**2",
        "convergence of an NFW lens",
        "sqrt(x**4 + x**6)/x**2",
        "acos(x)**2/(1 - x)",
        "1e30 sin(x)/x",
        "(softplus(x) - log 2)/x",
        "sin(10000 x)/x",
    )
    dropped = dict.fromkeys(("torch",), "circle")

    def evaluated(x: Array, o: Operations) -> Array:
        import torch

        return torch.nn.functional.dropout(torch.sin(x) / x, 0.5, training=False)

    return [
        *map(get, from_the_corpus),
        add("0 sin(x)/x", lambda x, o: 0 * o.sin(x) / x),
        add("(1 - cos(x))**2/x**2", lambda x, o: (1 - o.cos(x)) ** 2 / x**2),
        add("sin(x)**6/x", lambda x, o: o.sin(x) ** 6 / x),
        add("1e-200 sin(x)/x", lambda x, o: 1e-200 * o.sin(x) / x),
        add("dropout that is switched off", evaluated, exact=lambda t, o: o.sin(t) / t, families=dropped),
        add("sign(x) |x|", lambda x, o: o.sign(x) * o.abs(x), exact=lambda t, o: t, families=JAX_TAKES_COMPLEX),
        add("sqrt(x*x)**2 + x", lambda x, o: o.sqrt(x * x) ** 2 + x, exact=lambda t, o: t * t + t),
        add(
            "relu(x) - relu(-x) + exp(x)",
            lambda x, o: o.relu(x) - o.relu(-x) + o.exp(x),
            exact=lambda t, o: t + t.exp(),
            families=JAX_TAKES_COMPLEX,
        ),
        add(
            "x - floor(x) at 0.5",
            lambda x, o: x - o.floor(x),
            0.5,
            exact=lambda t, o: t + arb(0.5),
            room=0.5,
            families=REAL,
        ),
        add("tan(x) at 1.5", lambda x, o: o.tan(x), 1.5, scale=0.07, room=0.07),
        add("1/(x + 1e-3)", lambda x, o: 1 / (x + 1e-3), exact=lambda t, o: 1 / (t + arb(1e-3)), scale=1e-3, room=1e-3),
        add(
            "sin(1/(x + 0.05))",
            lambda x, o: o.sin(1 / (x + 0.05)),
            exact=lambda t, o: o.sin(1 / (t + arb(0.05))),
            scale=2.5e-3,
            room=0.05,
        ),
        add("log(x) at 1e-3", lambda x, o: o.log(x), 1e-3, scale=1e-3, room=1e-3),
        add(
            "x**1.5 at 0.01",
            lambda x, o: x**1.5,
            0.01,
            exact=lambda t, o: o.power(t + arb(0.01), arb(1.5)),
            scale=0.01,
            room=0.01,
        ),
        add("ones", lambda x, o: o.ones_like(x), exact=lambda t, o: t * 0 + 1),
        add("|x|**2", lambda x, o: o.abs(x) ** 2, exact=lambda t, o: t * t, families=REAL),
    ]


for _fill in (_poles, _essential, _jumps, _kinks, _finitely_smooth, _branch_points, _programs, _bad_input):
    _fill()

NEAR_MISSES: list[Case] = _near_misses()
"""Near misses, which must not be refused, with their truth: they are measured like other cases."""
