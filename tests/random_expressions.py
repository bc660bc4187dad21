"""Expressions and points at random, as readers of the explorer type them: the same in each run."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

_FUNCTIONS = ("sin", "cos", "tan", "exp", "expm1", "log", "log1p", "sqrt", "abs", "atan", "tanh", "sinh", "cosh")
_RARER = ("asin", "acos", "sigmoid", "erf", "log2")
_POINTS = ("0", "0", "0", "1", "2", "-1", "1/2", "pi", "pi/2", "1/3", "0.1", "sqrt(2)", "3", "-2.5", "1e-3", "10")
_NUMBERS = ("1", "2", "3", "0.5", "0.1", "4", "1e-3", "7", "1.5", "pi")


def _tree(random: Random, depth: int) -> str:
    if depth == 0:
        return random.choice(("x", "x", "x", random.choice(_NUMBERS)))
    below = depth - 1
    match random.randrange(7):
        case 0 | 1:
            name = random.choice(_FUNCTIONS if random.random() < 0.8 else _RARER)
            return f"{name}({_tree(random, below)})"
        case 2:
            return f"({_tree(random, below)})**{random.choice((2, 3, -1, 0.5, 1.5))}"
        case 3:
            return f"({_tree(random, below)})/({_tree(random, random.randrange(depth))})"
        case 4:
            return f"({_tree(random, below)})*({_tree(random, random.randrange(depth))})"
        case 5:
            return f"{_tree(random, below)} + {_tree(random, random.randrange(depth))}"
        case _:
            return f"{_tree(random, below)} - ({_tree(random, random.randrange(depth))})"


def _quotient(random: Random) -> tuple[str, str]:
    """A quotient whose denominator is 0 at the point, and often its numerator, too."""
    point = random.choice(_POINTS)
    t = "x" if point == "0" else f"(x - ({point}))"
    k = random.choice(("1", "2", "3", "0.5", "0.1", "10"))
    m = random.randrange(1, 4)
    vanishing = (
        (f"sin({k}*{t})", 1),
        (f"exp({k}*{t}) - 1", 1),
        (f"expm1({k}*{t})", 1),
        (f"log(1 + {k}*{t})", 1),
        (f"1 - cos({k}*{t})", 2),
        (f"{t} - sin({t})", 3),
        (f"exp({t}) - 1 - {t}", 2),
        (f"sqrt(1 + {k}*{t}) - 1", 1),
        (f"tanh({t}) - {t}", 3),
        (f"cos({t}) - 1/cos({t})", 2),
        (f"x**{m} - ({point})**{m}", 1),
        (f"atan({k}*{t})", 1),
        (f"abs({t})**{m}", m),
        (f"sinh({t}) - sin({t})", 3),
        ("1", 0),
        (f"cos({t})", 0),
    )
    top, order = random.choice(vanishing)
    below = max(1, order + random.choice((0, 0, 0, 0, -1, 1)))
    bottom = t if below == 1 else f"{t}**{below}"
    if random.random() < 0.2:
        bottom = f"tan({bottom})" if below == 1 else f"({bottom} + {t}**{below + 1})"
    return f"({top})/{bottom}", point


def expressions(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Yield so many expressions with their points: quotients, and any others."""
    random = Random(seed)
    for _ in range(count):
        if random.random() < 0.5:
            yield _quotient(random)
        else:
            yield _tree(random, random.choice((1, 2, 2, 3))), random.choice(_POINTS)
