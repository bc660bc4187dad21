"""Whether a check can fail: each *saboteur* breaks one thing that the checks go through.

Under each saboteur the verdicts are taken again.

A verdict that no saboteur changes says nothing, for it would be the same whatever the frameworks
did. :data:`SABOTEURS` holds them; each is a context manager that leaves everything as it was, also
when what runs inside it fails. :func:`measured` tests the claims with nobody at work and then under
each saboteur in turn; ``python -m removable.claims --saboteurs`` prints the result, and compares it
with the names that ``claims.toml`` gives under ``broken_by``.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import logging
import numbers
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import sympy

from removable import frameworks, functions, tape, truth
from removable.claims import identities, rationals
from removable.claims.evidence import FRAMEWORKS, NOT_TESTABLE, Evidence
from removable.claims.ledger import Claim, load
from removable.errors import InputError
from removable.frameworks import Framework
from removable.functions import Array, Namespace, Program

NOBODY = "nobody"
"""Under this name :class:`Measured` holds the verdict with no saboteur at work."""

RAISES = "raises"
"""What stands for the verdict of a check that ends in an exception."""

Work = Callable[[], AbstractContextManager[None]]
Rows = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Saboteur:
    """Something that breaks one thing, and mends it again.

    Attributes
    ----------
    name : str
        Short name, which ``broken_by`` in ``claims.toml`` uses.
    sentence : str
        What it does, in one sentence.
    work : callable
        Returns the context manager that breaks the thing.
    of_programs : bool
        Whether what it breaks are the paper's functions, so that exact arithmetic has to evaluate
        them again.
    of_exact : bool
        Whether what it breaks is exact arithmetic, so that what a claim says of it has to change
        too.
    """

    name: str
    sentence: str
    work: Work
    of_programs: bool = False
    of_exact: bool = False

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Break the thing within a ``with`` block.

        No result of a check is kept from before or for later.

        Examples
        --------
        >>> from removable import frameworks, functions
        >>> from removable.claims.saboteurs import chosen
        >>> (nan,) = chosen(["NaN"])
        >>> with nan.at_work():
        ...     frameworks.get("torch").derivatives(functions.h, [3.0])
        array([[nan],
               [nan]])
        >>> frameworks.get("torch").derivatives(functions.h, [3.0])
        array([[5.],
               [1.]])
        """
        forget()
        try:
            with self.work():
                yield
        finally:
            forget()


def forget() -> None:
    """Drop what the checks have kept of earlier measurements.

    Examples
    --------
    >>> from removable.claims import runs
    >>> from removable.claims.saboteurs import forget
    >>> before = runs.of_h()
    >>> forget()
    >>> runs.of_h() is before
    False
    """
    for name, module in list(sys.modules.items()):
        # The ledger itself keeps the list of claims, which is no measurement.
        if name.startswith("removable.claims.") and name != "removable.claims.ledger":
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear") and hasattr(value, "__wrapped__"):
                    value.cache_clear()


@contextmanager
def _replaced(owner: Any, **new: Any) -> Iterator[None]:
    """Put other things under names of a module or a class.

    Names that it had inherited are deleted at the end.
    """
    before = {name: vars(owner)[name] for name in new if name in vars(owner)}
    try:
        for name, value in new.items():
            setattr(owner, name, value)
        yield
    finally:
        for name in new:
            if name in before:
                setattr(owner, name, before[name])
            elif name in vars(owner):
                delattr(owner, name)


# What frameworks return


class _Adapter:
    """An adapter that leaves everything to another one; subclasses do one thing differently."""

    def __init__(self, real: Framework) -> None:
        self.real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def _adapted(
    adapt: Callable[[Framework], Any], names: Iterable[str] = frameworks.NAMES
) -> AbstractContextManager[None]:
    """Let ``frameworks.get`` return other adapters for some frameworks."""
    get, names = frameworks.get, frozenset(names)
    return _replaced(frameworks, get=lambda name: adapt(get(name)) if name in names else get(name))


class _Altered(_Adapter):
    """An adapter whose results are altered.

    What was computed outside of ``derivatives`` counts as a value.
    """

    def __init__(self, real: Framework, alter: Rows) -> None:
        super().__init__(real)
        self.alter = alter

    def derivatives(self, program: Program, x: np.ndarray, **how: Any) -> np.ndarray:
        return self.alter(self.real.derivatives(program, x, **how))

    def to_numpy(self, array: Array) -> np.ndarray:
        return self.alter(self.real.to_numpy(array)[None])[0]


def _altered(alter: Rows, names: Iterable[str] = frameworks.NAMES) -> Work:
    return lambda: _adapted(lambda real: _Altered(real, alter), names)


class _Lent(_Adapter):
    """An adapter that keeps its own name, and computes everything with another."""

    def __init__(self, real: Framework, lender: Framework) -> None:
        super().__init__(real)
        self.derivatives, self.asarray, self.to_numpy = lender.derivatives, lender.asarray, lender.to_numpy


def _another() -> AbstractContextManager[None]:
    torch = frameworks.get("torch")
    return _adapted(lambda real: _Lent(real, torch), ["tensorflow"])


def _exchanged() -> AbstractContextManager[None]:
    others = dict(zip(FRAMEWORKS, map(frameworks.get, reversed(FRAMEWORKS)), strict=True))
    return _adapted(lambda real: _Lent(real, others[real.name]), FRAMEWORKS)


class _Single(_Adapter):
    def derivatives(self, program: Program, x: np.ndarray, **how: Any) -> np.ndarray:
        return self.real.derivatives(program, x, **(how | {"dtype": "float32"})).astype(np.float64)

    def asarray(self, values: np.ndarray) -> Array:
        return self.real.asarray(np.asarray(values, dtype=np.float32))

    def to_numpy(self, array: Array) -> np.ndarray:
        return self.real.to_numpy(array).astype(np.float64)


class _OtherMode(_Adapter):
    def derivatives(self, program: Program, x: np.ndarray, **how: Any) -> np.ndarray:
        other = {"reverse": "forward", "forward": "reverse"}
        mode = how.get("mode", "reverse")
        return self.real.derivatives(program, x, **(how | {"mode": other.get(mode, mode)}))


_OTHER_WALK: dict[str, tape.Walk] = {"torch": "ready first", "tensorflow": "newest first"}
"""For each framework the walk of the other."""


class _OtherOrder(_Adapter):
    """An adapter that adds slopes up in the other framework's order, where the tape can do that."""

    def derivatives(self, program: Program, x: np.ndarray, **how: Any) -> np.ndarray:
        results = self.real.derivatives(program, x, **how)
        walk = _OTHER_WALK[self.real.name]
        if len(results) < 2 or results.dtype != np.float64 or how.get("mode", "reverse") != "reverse":
            return results
        variable = tape.Var(np.asarray(x, dtype=np.float64))
        try:
            with np.errstate(all="ignore"):
                slope = tape.gradient(program(variable, tape.tape), variable, walk=walk)
        except Exception:  # an operation that the tape does not have
            return results
        results = results.copy()
        results[1] = slope
        return results


def _sign_of(rows: slice) -> Rows:
    def alter(results: np.ndarray) -> np.ndarray:
        results = results.copy()
        results[rows] = -results[rows]
        return results

    return alter


def _four_and_one(results: np.ndarray) -> np.ndarray:
    rows = np.zeros_like(results)
    rows[:2] = np.array([[4.0], [1.0]])[: len(rows)]
    return rows


def _without_nan(results: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(results), _four_and_one(results), results)


def _next(results: np.ndarray) -> np.ndarray:
    return np.nextafter(results, np.inf, dtype=results.dtype)


# The functions


def _right_h() -> AbstractContextManager[None]:
    def meant(x: Array, xp: Namespace, **constants: float) -> Array:
        return functions.h_hat(x, xp)

    names = ("h", "h1", "h2", "h1_hat", "h2_hat")
    return _replaced(functions, **dict.fromkeys(names, meant), h_power=functions.h_power_hat)


def _fading() -> AbstractContextManager[None]:
    def g1(x: Array, xp: Namespace, *, epsilon: float, delta: float) -> Array:
        g = functions.g(x, xp)
        faded = g + functions.S(g, xp) * epsilon * (1 - xp.abs(g) / delta)
        return xp.where(functions.h1_zone(x, xp, delta=delta), faded, g)

    return _replaced(functions, g1=g1)


def _halved() -> AbstractContextManager[None]:
    def with_half(denominator: Callable[..., Array]) -> Callable[..., Array]:
        def halved(x: Array, xp: Namespace, *, epsilon: float, **others: float) -> Array:
            return denominator(x, xp, epsilon=epsilon / 2, **others)

        return halved

    return _replaced(functions, g1=with_half(functions.g1), g2=with_half(functions.g2))


def _everywhere() -> AbstractContextManager[None]:
    def g1(x: Array, xp: Namespace, *, epsilon: float, delta: float) -> Array:
        g = functions.g(x, xp)
        return g + functions.S(g, xp) * epsilon

    return _replaced(functions, g1=g1)


# Exact arithmetic


def _each(result: Any, spoil: Callable[[Any], Any]) -> Any:
    """Spoil each number of a result; words and truth values have none."""
    if isinstance(result, list | tuple):
        return type(result)(_each(part, spoil) for part in result)
    if isinstance(result, dict):
        return {key: _each(part, spoil) for key, part in result.items()}
    is_number = isinstance(result, numbers.Number | np.ndarray | flint.arb | sympy.Expr) and not isinstance(
        result, bool
    )
    return spoil(result) if is_number else result


def _moved(number: Any) -> Any:
    """Multiply by 1.01, and add 0.01."""
    if isinstance(number, int | Fraction):
        return Fraction(number) * 101 / 100 + Fraction(1, 100)
    return number * 1.01 + 0.01


def _lost(number: Any) -> Any:
    """Put NaN in its place."""
    return number * float("nan")


@contextmanager
def _inexact(spoil: Callable[[Any], Any]) -> Iterator[None]:
    """Spoil what exact arithmetic and computer algebra return.

    That is every function of three modules, and what these modules build on.
    """

    def spoilt(function: Callable[..., Any]) -> Callable[..., Any]:
        # What a cache of its own has kept may be spoilt already, or be kept for later: ask the
        # function itself.
        if hasattr(function, "cache_clear") and hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        return functools.wraps(function)(lambda *args, **kwargs: _each(function(*args, **kwargs), spoil))

    def its_own(module: Any) -> Iterator[str]:
        for name, value in vars(module).items():
            is_function = inspect.isroutine(inspect.unwrap(value)) if callable(value) else False
            if is_function and value.__module__ == module.__name__ and not name.startswith("_"):
                yield name

    new = {
        truth: ["derivatives", "expansion"],
        rationals: its_own(rationals),
        identities: [*its_own(identities), *(n for n in ("simplify", "limit", "cancel") if hasattr(identities, n))],
    }
    with ExitStack() as stack:
        for module, names in new.items():
            stack.enter_context(_replaced(module, **{name: spoilt(getattr(module, name)) for name in names}))
        yield


# What is asked of frameworks directly


def _simplified(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of one argument with common factors cancelled.

    Where there are none, or none can be seen, the function itself is returned.
    """
    x = sympy.Symbol("x")
    try:
        with sympy.evaluate(False):
            written = sympy.sympify(function(x))
        cancelled = sympy.cancel(written.doit())
        if sympy.count_ops(cancelled) >= sympy.count_ops(written):
            return function
    except Exception:  # it looks into its argument, asks a framework, takes several arguments: nothing that can be seen
        return function
    return sympy.lambdify(x, cancelled, modules=[])


@contextmanager
def _simplifying() -> Iterator[None]:
    """Let both frameworks cancel common factors before they record a graph."""
    from torch.fx.experimental import proxy_tensor

    tf = frameworks.get("tensorflow").namespace

    def simplifying(record: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(record)
        def recorded(function: Callable[..., Any] | None = None, *args: Any, **kwargs: Any) -> Any:
            if function is None:  # a decorator with arguments
                return lambda function: recorded(function, *args, **kwargs)
            return record(_simplified(function), *args, **kwargs)

        return recorded

    torch = frameworks.get("torch").namespace
    with ExitStack() as stack:
        stack.enter_context(_replaced(proxy_tensor, make_fx=simplifying(proxy_tensor.make_fx)))
        stack.enter_context(_replaced(tf, function=simplifying(tf.function)))
        stack.enter_context(_replaced(torch, compile=simplifying(torch.compile)))
        yield


@contextmanager
def _without_rule() -> Iterator[None]:
    """Pair the division of both frameworks with a rule that hands nothing on."""
    import torch
    from tensorflow.core.function.polymorphism.function_cache import FunctionCache
    from tensorflow.python.eager import forwardprop
    from tensorflow.python.framework import ops

    frameworks.get("tensorflow").namespace  # noqa: B018  (what it registers is there once it is imported)
    divide, rules = torch.Tensor.__truediv__, ops.gradient_registry._registry

    class NoRule(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(a: Array, b: Any) -> Array:
            return divide(a, b)

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Array, Any], output: Array) -> None:
            ctx.save_for_forward(output)

        @staticmethod
        def backward(ctx: Any, upstream: Array) -> tuple[None, None]:
            return None, None

        @staticmethod
        def jvp(ctx: Any, *tangents: Any) -> Array:
            return torch.zeros_like(ctx.saved_tensors[0])

    def no_rule(operation: Any, upstream: Array) -> list[None]:
        return [None, None]

    rule = rules["RealDiv"]
    rules["RealDiv"] = {**rule, "type": no_rule}
    try:
        with ExitStack() as stack:
            # Forward mode traces the rule of each operation once, and keeps it.
            for config in (forwardprop._jvp_exact_config, forwardprop._jvp_relaxed_config):
                stack.enter_context(_replaced(config, function_cache=FunctionCache()))
            stack.enter_context(_replaced(torch.Tensor, __truediv__=lambda a, b: NoRule.apply(a, b)))
            yield
    finally:
        rules["RealDiv"] = rule


SABOTEURS: tuple[Saboteur, ...] = (
    Saboteur("borrowed", "TensorFlow returns what PyTorch returned.", _another),
    Saboteur("exchanged", "PyTorch returns the results of TensorFlow, and TensorFlow those of PyTorch.", _exchanged),
    Saboteur(
        "right h",
        "The functions h, h1 and h2 are x + 2, and the quotients of Remark 2.1 are simplified.",
        _right_h,
        of_programs=True,
    ),
    Saboteur(
        "continuous h1",
        "The perturbation of h1 fades to nothing towards the edge of its zone.",
        _fading,
        of_programs=True,
    ),
    Saboteur(
        "no zone",
        "The denominator of h1 is perturbed everywhere, and not within a zone alone.",
        _everywhere,
        of_programs=True,
    ),
    Saboteur(
        "half epsilon",
        "The denominators of h1 and h2 take half of the epsilon that they are given.",
        _halved,
        of_programs=True,
    ),
    Saboteur(
        "other order",
        "Each framework adds up the contributions to a slope in the order of the other.",
        lambda: _adapted(_OtherOrder, FRAMEWORKS),
    ),
    Saboteur("other mode", "Forward mode runs in place of reverse mode.", lambda: _adapted(_OtherMode)),
    Saboteur(
        "single precision", "The frameworks compute in float32, and say that it is float64.", lambda: _adapted(_Single)
    ),
    Saboteur("last bit", "Every result is one unit in the last place larger.", _altered(_next)),
    Saboteur(
        "last bit of one",
        "Every result of TensorFlow, and none of PyTorch, is one unit in the last place larger.",
        _altered(_next, ["tensorflow"]),
    ),
    Saboteur("sign of slopes", "Every derivative has the other sign.", _altered(_sign_of(slice(1, None)))),
    Saboteur("sign of values", "Every value has the other sign.", _altered(_sign_of(slice(1)))),
    Saboteur("NaN", "Every result is NaN.", _altered(lambda results: np.full_like(results, np.nan))),
    Saboteur("no NaN", "Where a value is NaN it is 4, and where a slope is NaN it is 1.", _altered(_without_nan)),
    Saboteur("constant", "Every value is 4 and every slope 1, whatever the program.", _altered(_four_and_one)),
    Saboteur("simplifier", "Common factors are cancelled before a graph is recorded.", _simplifying),
    Saboteur("no rule", "A division is paired with a rule that hands no derivative on.", _without_rule),
    Saboteur(
        "exact moved",
        "What exact arithmetic and computer algebra return is 1 % too large, and something is added.",
        lambda: _inexact(_moved),
        of_exact=True,
    ),
    Saboteur("exact lost", "Exact arithmetic and computer algebra return NaN.", lambda: _inexact(_lost), of_exact=True),
)
"""All of them, in the order of the table."""


def chosen(names: Iterable[str]) -> tuple[Saboteur, ...]:
    """Return the saboteurs of these names, or all of them where none is given.

    Raises
    ------
    removable.errors.InputError
        If there is no saboteur of a name.

    Examples
    --------
    >>> from removable.claims.saboteurs import chosen
    >>> [saboteur.sentence for saboteur in chosen(["NaN"])]
    ['Every result is NaN.']
    >>> chosen(["rust"])
    Traceback (most recent call last):
        ...
    removable.errors.InputError: there is no saboteur 'rust';
        give one of 'borrowed', 'exchanged', ...
    """
    known = {saboteur.name: saboteur for saboteur in SABOTEURS}
    names = list(names)
    for name in names:
        if name not in known:
            raise InputError(f"there is no saboteur {name!r}; give one of {', '.join(map(repr, known))}.")
    return tuple(known[name] for name in names) if names else SABOTEURS


# What comes of it


def _recipe(thing: Any) -> Any:
    """Return a key that is equal for equal arguments, and for functions of one code and closure.

    Raises
    ------
    TypeError
        If it cannot be compared so.
    """
    if isinstance(thing, functools.partial):
        return _recipe(thing.func), _recipe(thing.args), _recipe(tuple(sorted(thing.keywords.items())))
    if isinstance(thing, types.FunctionType):
        cells = tuple(cell.cell_contents for cell in thing.__closure__ or ())
        defaults = (thing.__defaults__ or (), tuple(sorted((thing.__kwdefaults__ or {}).items())))
        return thing.__code__, _recipe(cells), _recipe(defaults)
    if isinstance(thing, tuple | list):
        return type(thing), tuple(map(_recipe, thing))
    if isinstance(thing, np.ndarray):
        return thing.dtype.str, thing.shape, thing.tobytes()
    if isinstance(thing, str | int | float | None | types.ModuleType):
        return type(thing), thing
    raise TypeError(f"{thing!r} cannot be compared by what it was made from.")


@contextmanager
def _keeping(cache: dict[Any, Any], *, truths: bool) -> Iterator[None]:
    """Keep what exact arithmetic returns, which takes most of the time.

    Results for numbers are kept, and, if asked for, results for programs.
    """

    def keeping(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def function_or_kept(*args: Any, **kwargs: Any) -> Any:
            try:
                key = (name, _recipe(args), _recipe(tuple(sorted(kwargs.items()))))
            except TypeError:
                return function(*args, **kwargs)
            if key not in cache:
                cache[key] = function(*args, **kwargs)
            return cache[key].copy()  # an array or a list, which may be changed

        return function_or_kept

    with ExitStack() as stack:
        for module, names in {rationals: ["alpha", "power"], truth: ["derivatives"] if truths else []}.items():
            new = {name: keeping(name, getattr(module, name)) for name in names}
            stack.enter_context(_replaced(module, **new))
        yield


@dataclass(frozen=True)
class Measured:
    """What each check found with nobody at work, and under each saboteur.

    Attributes
    ----------
    verdicts : dict
        For each testable claim by its id, the verdict under :data:`NOBODY` and under each saboteur
        by its name; :data:`RAISES` where the check ended in an exception.
    reasons : dict
        For each of those claims and saboteurs, the exception.
    unmoved : tuple of str
        Claims beside which numbers of exact arithmetic stand that are the same whatever exact
        arithmetic returns; always empty where no saboteur of it was at work.
    """

    verdicts: dict[str, dict[str, str]] = field(default_factory=dict)
    reasons: dict[str, dict[str, str]] = field(default_factory=dict)
    unmoved: tuple[str, ...] = ()


def measured(
    claims: Iterable[Claim] | None = None,
    saboteurs: Iterable[Saboteur] | None = None,
    *,
    report: Callable[[str], None] = lambda text: None,
) -> Measured:
    """Test claims with nobody at work, and under each saboteur.

    Parameters
    ----------
    claims : list of removable.claims.ledger.Claim, optional
        By default all of the ledger. Those that are not testable are left out.
    saboteurs : list of Saboteur, optional
        By default :data:`SABOTEURS`.
    report : callable
        Called with a line of text before each of them begins.

    Examples
    --------
    >>> from removable.claims import ledger
    >>> from removable.claims.saboteurs import chosen, measured
    >>> measured(ledger.chosen(["nan-at-2"]), chosen(["NaN", "no NaN"])).verdicts
    {'nan-at-2': {'nobody': 'holds', 'NaN': 'holds', 'no NaN': 'does not hold'}}
    """
    claims = [claim for claim in (load() if claims is None else claims) if claim.verdict != NOT_TESTABLE]
    saboteurs = SABOTEURS if saboteurs is None else tuple(saboteurs)
    parts = (Saboteur(NOBODY, "", contextlib.nullcontext), *saboteurs)
    evidence: dict[str, dict[str, Evidence | Exception]] = {}
    cache: dict[Any, Any] = {}
    for number, saboteur in enumerate(parts):
        report(f"{number} of {len(saboteurs)}: {saboteur.name}")
        with _keeping(cache, truths=not saboteur.of_programs), saboteur.at_work():
            evidence[saboteur.name] = _evidence(claims)
    result = Measured(
        {claim.id: {name: _verdict(evidence[name][claim.check]) for name in evidence} for claim in claims},
        {
            claim.id: {
                name: f"{type(outcome).__name__}: {outcome}".partition("\n")[0]
                for name in evidence
                if isinstance(outcome := evidence[name][claim.check], Exception)
            }
            for claim in claims
        },
    )
    of_exact = [saboteur.name for saboteur in saboteurs if saboteur.of_exact]
    unmoved = (
        c.id for c in claims if of_exact and _is_unmoved(*(evidence[name][c.check] for name in (NOBODY, *of_exact)))
    )
    return Measured(result.verdicts, result.reasons, tuple(unmoved))


def _evidence(claims: Iterable[Claim]) -> dict[str, Evidence | Exception]:
    """Run each check once; an exception is a result like any other."""
    outcomes: dict[str, Evidence | Exception] = {}
    # What is broken on purpose warns of it: of infinities, of empty selections, of graphs that are
    # made again.
    with warnings.catch_warnings(), np.errstate(all="ignore"), _silent(logging.getLogger("tensorflow")):
        warnings.simplefilter("ignore")
        for claim in claims:
            if claim.check not in outcomes:
                try:
                    outcomes[claim.check] = claim.function()
                except Exception as error:
                    outcomes[claim.check] = error
    return outcomes


@contextmanager
def _silent(logger: logging.Logger) -> Iterator[None]:
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _verdict(outcome: Evidence | Exception) -> str:
    return RAISES if isinstance(outcome, Exception) else outcome.verdict


def _is_unmoved(undisturbed: Evidence | Exception, *disturbed: Evidence | Exception) -> bool:
    """Tell whether results called exact stay as they are when exact arithmetic returns others."""
    if isinstance(undisturbed, Exception) or not undisturbed.exact.computed:
        return False
    return all(not isinstance(o, Exception) and o.exact.text == undisturbed.exact.text for o in disturbed)


def table(
    claims: Iterable[Claim] | None = None, saboteurs: Iterable[Saboteur] | None = None
) -> dict[str, dict[str, str]]:
    """Return the verdict of each testable claim under :data:`NOBODY` and under each saboteur.

    Examples
    --------
    >>> from removable.claims import ledger
    >>> from removable.claims.saboteurs import table
    >>> table(ledger.chosen(["not-concerned"]))
    {}
    """
    return measured(claims, saboteurs).verdicts


def broken_by(verdicts: dict[str, str]) -> tuple[str, ...]:
    """Name the saboteurs under which a verdict is another one than with nobody at work.

    Parameters
    ----------
    verdicts : dict
        One entry of :func:`table`.

    Examples
    --------
    >>> from removable.claims.saboteurs import broken_by
    >>> verdicts = {"nobody": "holds", "NaN": "holds", "no NaN": "does not hold"}
    >>> broken_by(verdicts | {"constant": "raises"})
    ('no NaN', 'constant')
    """
    return tuple(name for name, verdict in verdicts.items() if verdict != verdicts[NOBODY])


def survivors(verdicts: dict[str, dict[str, str]]) -> tuple[str, ...]:
    """Name the claims whose verdict no saboteur changes.

    Parameters
    ----------
    verdicts : dict
        What :func:`table` returned.

    Examples
    --------
    >>> from removable.claims.saboteurs import survivors
    >>> unharmed = {"nobody": "holds", "NaN": "holds"}
    >>> survivors({"a": unharmed, "b": {"nobody": "holds", "NaN": "raises"}})
    ('a',)
    """
    return tuple(name for name, under_each in verdicts.items() if not broken_by(under_each))


def objections(result: Measured, claims: Iterable[Claim]) -> list[str]:
    """Say what is wrong, in one sentence for each claim and fault; nothing if all is well.

    A verdict must change under some saboteur, if all of them were at work; it must change under
    those that ``broken_by`` in ``claims.toml`` names, and under no other; and what is said to be
    exact must change with exact arithmetic.

    Examples
    --------
    >>> from removable.claims import ledger
    >>> from removable.claims.saboteurs import Measured, objections
    >>> texts = ("a", "sentence", "here", "so it is", "holds", "index")
    >>> claim = ledger.Claim(*texts, "section_2.nan_at_2", broken_by=("NaN",))
    >>> verdicts = {"nobody": "holds", "NaN": "holds", "constant": "raises"}
    >>> objections(Measured({"a": verdicts}), [claim])
    ['a: broken by ["constant"], and claims.toml expects broken_by = ["NaN"]']
    """
    known, messages = {saboteur.name for saboteur in SABOTEURS}, []
    for claim in claims:
        if claim.id not in result.verdicts:
            continue
        verdicts = result.verdicts[claim.id]
        breakers = broken_by(verdicts)
        # Of those that were not at work nothing is known.
        expected = [name for name in claim.broken_by if name in verdicts or name not in known]
        if not breakers and known <= verdicts.keys():
            messages.append(f"{claim.id}: the verdict is {verdicts[NOBODY]!r} under every saboteur, so it says nothing")
        if {*breakers} != {*expected}:
            messages.append(
                f"{claim.id}: broken by {_listed(breakers)}, and claims.toml expects broken_by = {_listed(expected)}"
            )
        if claim.id in result.unmoved:
            messages.append(f"{claim.id}: what is said to be exact is the same whatever exact arithmetic returns")
    return messages


def _listed(names: Iterable[str]) -> str:
    """Write names as ``claims.toml`` has them."""
    return json.dumps([*names], ensure_ascii=False)


def record(result: Measured, saboteurs: Iterable[Saboteur] | None = None) -> dict[str, Any]:
    """Return everything that was found, as a file holds it.

    Parameters
    ----------
    result : Measured
        What came of them.
    saboteurs : list of Saboteur, optional
        Those that were at work; by default :data:`SABOTEURS`.

    Examples
    --------
    >>> from removable.claims.saboteurs import Measured, chosen, record
    >>> verdicts = {"a": {"nobody": "holds", "NaN": "raises"}}
    >>> record(Measured(verdicts, {"a": {"NaN": "ValueError: NaN"}}), chosen(["NaN"]))
    {'saboteurs': {'NaN': 'Every result is NaN.'},
     'claims': {'a': {'nobody': 'holds', 'NaN': 'raises: ValueError: NaN'}}}
    """
    reasons = result.reasons
    return {
        "saboteurs": {saboteur.name: saboteur.sentence for saboteur in (SABOTEURS if saboteurs is None else saboteurs)},
        "claims": {
            claim: {
                name: f"{verdict}: {reasons[claim][name]}" if verdict == RAISES else verdict
                for name, verdict in verdicts.items()
            }
            for claim, verdicts in result.verdicts.items()
        },
    }


def matrix(result: Measured) -> str:
    """Lay out which saboteur breaks which claim: a few lines of text for a terminal.

    Examples
    --------
    >>> from removable.claims.saboteurs import Measured, matrix
    >>> verdicts = {"nobody": "holds", "NaN": "holds", "no NaN": "depends", "constant": "raises"}
    >>> print(matrix(Measured({"a": verdicts})))
     1  NaN
     2  no NaN
     3  constant
    <BLANKLINE>
    claim   1  2  3
    a       .  x  !
    <BLANKLINE>
    x: another verdict    !: an exception    .: the same verdict
    """
    names = [name for name in next(iter(result.verdicts.values()), {}) if name != NOBODY]
    wide = max(map(len, ["claim", *result.verdicts]))
    lines = [f"{number:>2}  {name}" for number, name in enumerate(names, 1)]
    lines += ["", f"{'claim':<{wide}} " + "".join(f"{number:>3}" for number in range(1, len(names) + 1))]
    for claim, verdicts in result.verdicts.items():
        breakers = broken_by(verdicts)
        marks = ("." if name not in breakers else "!" if verdicts[name] == RAISES else "x" for name in names)
        lines.append(f"{claim:<{wide}} " + "".join(f"{mark:>3}" for mark in marks))
    return "\n".join([*lines, "", "x: another verdict    !: an exception    .: the same verdict"])
