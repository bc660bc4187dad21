"""The saboteurs: each does what it says and leaves everything as it was.

What is made of the verdicts under them is tested, too.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import sys
import types
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from _extensions import folders
from _extensions.content import saboteurs_table
from _extensions.execute import saboteurs_aside
from docutils import nodes
from removable import frameworks, functions, gamma_grid, tape, truth
from removable.claims import __main__ as command
from removable.claims import identities, rationals, runs, saboteurs
from removable.claims.evidence import DEPENDS, FAILS, FRAMEWORKS, HOLDS, Finding, definition, exactly, in_both
from removable.claims.ledger import Claim
from removable.claims.saboteurs import NOBODY, RAISES, SABOTEURS, Measured, chosen
from sphinx import addnodes

X = 2 + gamma_grid(60)
NAMES = [saboteur.name for saboteur in SABOTEURS]
H1 = functools.partial(functions.h1, epsilon=1e-8, delta=1e-4)


def at_work(name: str):
    (saboteur,) = chosen([name])
    return saboteur.at_work()


def asked(name: str, program: functions.Program, x=X, **how) -> np.ndarray:
    return frameworks.get(name).derivatives(program, np.asarray(x), **how)


def outside(name: str, x=X) -> np.ndarray:
    """A quotient computed in a framework without ``derivatives``."""
    adapter = frameworks.get(name)
    tensor = adapter.asarray(np.asarray(x))
    return adapter.to_numpy((tensor * tensor - 4) / (tensor - 2))


def in_torch(program: functions.Program) -> float:
    """Value at 2, by a recorded graph."""
    import torch
    from torch.fx.experimental.proxy_tensor import make_fx

    x = torch.tensor(2.0, dtype=torch.float64)
    return make_fx(lambda x: program(x, torch))(x)(x).item()


def in_tensorflow(program: functions.Program, *, compiled: bool = False) -> float:
    """Value at 2, by a recorded graph, which XLA may compile."""
    import tensorflow as tf

    return tf.function(lambda x: program(x, tf), jit_compile=compiled)(tf.constant(2.0, tf.float64)).numpy().item()


GRAPHS = {"torch": [in_torch], "tensorflow": [in_tensorflow, functools.partial(in_tensorflow, compiled=True)]}


def tell(function) -> bytes:
    """What a function returns, as bytes; or how it fails."""
    try:
        result = function()
    except AssertionError as error:
        return str(error).encode()
    return result.tobytes() if isinstance(result, np.ndarray) else repr(result).encode()


def everything() -> dict[str, object]:
    """What the checks go through, looked at as they do."""
    programs = {"h": functions.h, "h1": runs.h1, "h2": runs.h2, "h_hat": functions.h_hat}
    programs["h_power"] = functools.partial(functions.h_power, power=3)
    found: dict[str, object] = {}
    for name in FRAMEWORKS:
        for (title, program), mode in itertools.product(programs.items(), ("reverse", "forward")):
            found[f"{title} in {name}, {mode}"] = asked(name, program, mode=mode).tobytes()
        found[f"outside in {name}"] = outside(name).tobytes()
    for title, program in programs.items():
        found[f"true {title}"] = tell(lambda p=program: truth.derivatives(p, [0.0, 1e-9]))
    found["expansion"] = tell(lambda: [str(c) for c in truth.expansion(functions.f, at=2.0, terms=2)])
    found["rationals"] = repr(
        (rationals.perturbed(Fraction(0)), rationals.clamped(Fraction(0)), rationals.alpha(X[:1]))
    )
    found["identities"] = tell(identities.square_left_out)
    found["graphs"] = [repr(graph(functions.h)) for graphs in GRAPHS.values() for graph in graphs]
    found["adapters"] = [frameworks.get(name).title for name in frameworks.NAMES]
    return found


def parts() -> list[object]:
    """The things themselves that saboteurs replace."""
    import tensorflow as tf
    import torch
    from tensorflow.python.framework import ops
    from torch.fx.experimental import proxy_tensor

    modules = (functions, truth, rationals, identities, frameworks)
    return [
        *(value for module in modules for _, value in sorted(vars(module).items()) if callable(value)),
        *map(frameworks.get, frameworks.NAMES),
        *(tf.function, torch.compile, proxy_tensor.make_fx, ops.gradient_registry._registry["RealDiv"]["type"]),
        *("__truediv__" in vars(torch.Tensor), torch.Tensor.__truediv__),
    ]


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, object]:
    return everything()


@pytest.mark.parametrize("name", NAMES)
def test_each_breaks_something_and_mends_it_even_when_the_body_raises(name, undisturbed):
    before = parts()
    found = []

    def fail() -> None:
        with at_work(name):
            found.append(everything())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert found != [undisturbed]
    assert all(one is other for one, other in zip(before, parts(), strict=True))
    assert everything() == undisturbed


BREAKS = {
    "borrowed": {"in tensorflow"},
    "exchanged": {"in torch", "in tensorflow"},
    "right h": {"in torch", "in tensorflow", "true", "graphs"},
    "continuous h1": {"h1 in torch", "h1 in tensorflow", "true h1"},
    "no zone": {"h1 in torch", "h1 in tensorflow"},
    "half epsilon": {"h1 in", "h2 in", "true h1", "true h2"},
    "other order": {"h1 in torch, reverse", "h1 in tensorflow, reverse"},
    "other mode": {"in torch", "in tensorflow"},
    "single precision": {"in torch", "in tensorflow"},
    "last bit": {"in torch", "in tensorflow"},
    "last bit of one": {"in tensorflow"},
    "sign of slopes": {"in torch, reverse", "in tensorflow, reverse", "in torch, forward", "in tensorflow, forward"},
    "sign of values": {"in torch", "in tensorflow"},
    "NaN": {"in torch", "in tensorflow"},
    "no NaN": {"h in torch", "h in tensorflow", "h_power in", "outside in"},
    "constant": {"in torch", "in tensorflow"},
    "simplifier": {"graphs"},
    "no rule": {"in torch", "in tensorflow"},
    "exact moved": {"true", "expansion", "rationals", "identities"},
    "exact lost": {"true", "expansion", "rationals", "identities"},
}


@pytest.mark.parametrize("name", NAMES)
def test_each_breaks_what_it_says_and_nothing_else(name, undisturbed):
    with at_work(name):
        found = everything()
    changed = {key for key in found if found[key] != undisturbed[key]}
    for words in BREAKS[name]:
        assert any(words in key for key in changed), f"{words} is as it was"
    assert not {key for key in changed if not any(words in key for words in BREAKS[name])}


# What each says that it does


def test_one_framework_returns_what_the_other_does():
    real = {name: asked(name, H1).tobytes() for name in FRAMEWORKS}
    assert real["torch"] != real["tensorflow"]
    with at_work("borrowed"):
        assert {name: asked(name, H1).tobytes() for name in real} == dict.fromkeys(real, real["torch"])
        assert frameworks.get("tensorflow").title == "TensorFlow"
    with at_work("exchanged"):
        assert asked("torch", H1).tobytes() == real["tensorflow"]
        assert asked("tensorflow", H1).tobytes() == real["torch"]


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_functions_are_the_right_ones(name):
    with at_work("right h"):
        for program in (functions.h, runs.h1, runs.h2, functools.partial(functions.h1_hat, epsilon=1.0, delta=1.0)):
            assert np.array_equal(asked(name, program, [2.0, 3.0]), [[4, 5], [1, 1]])
        assert np.array_equal(asked(name, functools.partial(functions.h_power, power=3), [2.0]), [[12], [6]])


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_perturbation_fades_is_everywhere_or_half_as_large(name):
    def jump() -> float:
        inside, beyond = asked(name, H1, 2 + 1e-4 * np.array([1 - 1e-9, 1 + 1e-9]))[0]
        return abs(beyond - inside)

    def perturbation(x: float) -> float:
        return asked(name, functools.partial(functions.g1, epsilon=0.25, delta=0.1), [x])[0, 0] - (x - 2)

    assert jump() > 1e-4
    assert (perturbation(2.0), perturbation(3.0)) == (0.25, 0.0)
    with at_work("continuous h1"):
        assert jump() < 1e-9
        assert perturbation(2.0) == 0.25
    with at_work("no zone"):
        assert (perturbation(2.0), perturbation(3.0)) == (0.25, 0.25)
    with at_work("half epsilon"):
        assert (perturbation(2.0), perturbation(3.0)) == (0.125, 0.0)
        assert asked(name, functools.partial(functions.g2, epsilon=0.25), [2.0])[0, 0] == 0.125


@pytest.mark.parametrize(("name", "walk"), [("torch", "ready first"), ("tensorflow", "newest first")])
def test_slopes_are_added_up_in_the_order_of_the_other(name, walk):
    def tanh(x, xp):
        return functions.elementary(xp).tanh(x)

    variable = tape.Var(X)
    slope = tape.gradient(runs.h1(variable, tape.tape), variable, walk=walk)
    before = asked(name, runs.h1), asked(name, tanh)
    with at_work("other order"):
        value_and_slope = asked(name, runs.h1)
        assert np.array_equal(asked(name, tanh), before[1])
        assert np.array_equal(asked(name, runs.h1, mode="forward"), asked(name, runs.h1, mode="forward"))
    assert np.array_equal(value_and_slope, [before[0][0], slope])
    assert not np.array_equal(value_and_slope, before[0])


def test_the_mode_is_the_other():
    import torch

    class Twofold(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return x.clone()

        @staticmethod
        def setup_context(ctx, inputs, output):
            pass

        @staticmethod
        def backward(ctx, upstream):
            return 3 * upstream

        @staticmethod
        def jvp(ctx, tangent):
            return 7 * tangent

    def program(x, xp):
        return Twofold.apply(x)

    assert asked("torch", program, [1.0])[1, 0] == 3
    with at_work("other mode"):
        assert asked("torch", program, [1.0])[1, 0] == 7
        assert asked("torch", program, [1.0], mode="forward")[1, 0] == 3


def third(x, xp):
    return x / 3


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_results_are_altered(name):
    real = asked(name, third, [1.0]).ravel()
    assert real.tolist() == [1 / 3, 1 / 3]

    def altered(by: str) -> list[float]:
        with at_work(by):
            return asked(name, third, [1.0]).ravel().tolist()

    single = float(np.float32(1) / np.float32(3))
    assert altered("single precision") == [single, single]
    assert altered("last bit") == np.nextafter(real, 1).tolist()
    assert altered("last bit of one") == (np.nextafter(real, 1) if name == "tensorflow" else real).tolist()
    assert altered("sign of slopes") == [1 / 3, -1 / 3]
    assert altered("sign of values") == [-1 / 3, 1 / 3]
    assert np.isnan(altered("NaN")).all()
    assert altered("no NaN") == real.tolist()
    assert altered("constant") == [4, 1]
    with at_work("no NaN"):
        assert np.array_equal(asked(name, functions.h, [2.0, 3.0]), [[4, 5], [1, 1]])


@pytest.mark.parametrize("name", FRAMEWORKS)
@pytest.mark.parametrize("by", ["single precision", "last bit", "sign of values", "NaN", "no NaN", "constant"])
def test_what_is_computed_without_derivatives_is_altered_as_values_are(name, by):
    with at_work(by):
        assert np.array_equal(outside(name), asked(name, functions.h)[0], equal_nan=True)


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_common_factors_are_cancelled_before_a_graph_is_recorded(name):
    def twice(x, xp):
        return x * (x - 2) / (x - 2)

    def as_it_is(x, xp):
        return 1 / (x - 2)

    for graph in GRAPHS[name]:
        assert np.isnan([graph(functions.h), graph(twice)]).all()
        with at_work("simplifier"):
            assert [graph(functions.h), graph(twice), graph(as_it_is)] == [4, 2, np.inf]
            assert np.isnan(asked(name, functions.h, [2.0])).all()


@pytest.mark.parametrize("name", FRAMEWORKS)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_a_division_hands_no_derivative_on(name, mode):
    def program(x, xp):
        return x * x + 1 / (x / 3)

    real = asked(name, program, [3.0], mode=mode)
    with at_work("no rule"):
        found = asked(name, program, [3.0], mode=mode)
        assert asked(name, third, [3.0], mode=mode).ravel().tolist() == [1, 0]
    assert found[0] == real[0] == 10
    assert (real[1, 0], found[1, 0]) == (pytest.approx(6 - 1 / 3), 6)


def test_exact_arithmetic_is_off():
    with at_work("exact moved"):
        assert truth.derivatives(functions.h, [0.0])[:, 0] == pytest.approx([4.05, 1.02])
        assert rationals.clamped(Fraction(1)) == Fraction(102, 100)
        assert float(truth.expansion(functions.h_hat, at=2.0, terms=1)[0]) == pytest.approx(4.05)
        with pytest.raises(AssertionError, match="the two sides differ"):
            identities.chain_rule()
    with at_work("exact lost"):
        assert np.isnan(truth.derivatives(functions.h, [0.0])).all()
        assert np.isnan(rationals.alpha(X[:1])[0])
    assert identities.chain_rule() == 0


def test_what_checks_have_kept_is_dropped_before_and_after():
    kept = runs.of_h()
    with at_work("NaN"):
        within = runs.of_h()
        assert np.isnan(within.results["torch"]).all()
    assert runs.of_h() is not within
    assert runs.of_h() is not kept
    assert np.array_equal(runs.of_h().results["torch"], kept.results["torch"], equal_nan=True)


# What is made of them


@pytest.fixture
def fakes(monkeypatch):
    """Let claims have checks that are defined here.

    ``fakes(name=check)`` returns a claim for each.
    """
    module = types.ModuleType("removable.claims.fakes")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def claims(**checks) -> tuple[Claim, ...]:
        for name, check in checks.items():
            setattr(module, name, check)
        return tuple(Claim(name, "sentence", "p", "s", HOLDS, "index", f"fakes.{name}") for name in checks)

    return claims


def by_slope(name: str) -> Finding:
    slope = runs.value_and_slope(name, functions.h, [3.0])[1, 0]
    return Finding(f"{slope}", as_stated=slope == 1)


def honest():
    return in_both(runs.exactly_h(), by_slope)


def deaf():
    """Measures, and does not look at it."""
    in_both(runs.exactly_h(), by_slope)
    return in_both(definition("so it is"), lambda name: Finding("1", as_stated=True))


def fragile():
    if np.isnan(runs.value_and_slope("torch", functions.h, [3.0])).any():
        raise ValueError("NaN is no slope\nfor me")
    return honest()


def test_a_check_that_ignores_what_it_measures_survives(fakes):
    claims = fakes(honest=honest, deaf=deaf, fragile=fragile)
    found = saboteurs.measured(claims, chosen(["NaN", "sign of slopes", "sign of values"]))
    assert found.verdicts["honest"] == {NOBODY: HOLDS, "NaN": FAILS, "sign of slopes": FAILS, "sign of values": HOLDS}
    assert found.verdicts["fragile"]["NaN"] == RAISES
    assert found.reasons == {"honest": {}, "deaf": {}, "fragile": {"NaN": "ValueError: NaN is no slope"}}
    assert saboteurs.survivors(found.verdicts) == ("deaf",)
    assert saboteurs.table(claims[:1], chosen(["NaN"])) == {"honest": {NOBODY: HOLDS, "NaN": FAILS}}


def test_a_survivor_of_all_is_objected_to_and_one_of_some_is_not(fakes):
    (claim,) = fakes(deaf=deaf)
    some = saboteurs.measured([claim], chosen(["NaN"]))
    assert saboteurs.objections(some, [claim]) == []
    (objection,) = saboteurs.objections(saboteurs.measured([claim]), [claim])
    assert objection == "deaf: the verdict is 'holds' under every saboteur, so it says nothing"


@pytest.mark.parametrize(
    ("said", "objection"),
    [
        (("NaN",), None),
        (("NaN", "constant"), None),  # which was not at work
        ((), '["NaN"], and claims.toml expects broken_by = []'),
        (("NaN", "sign of values"), '["NaN"], and claims.toml expects broken_by = ["NaN", "sign of values"]'),
        (("NaN", "rust"), '["NaN"], and claims.toml expects broken_by = ["NaN", "rust"]'),
    ],
)
def test_what_the_file_says_has_to_be_what_was_found(fakes, said, objection):
    (claim,) = fakes(honest=honest)
    claim = dataclasses.replace(claim, broken_by=said)
    found = saboteurs.measured([claim], chosen(["NaN", "sign of values"]))
    expected = [] if objection is None else [f"honest: broken by {objection}"]
    assert saboteurs.objections(found, [claim]) == expected


def test_numbers_said_to_be_exact_that_do_not_move_are_objected_to(fakes):
    stuck = lambda: in_both(exactly("slope {:g}", 1.0), by_slope)  # noqa: E731
    said = lambda: in_both(definition("slope 1"), by_slope)  # noqa: E731
    claims = fakes(honest=honest, stuck=stuck, said=said)
    found = saboteurs.measured(claims, chosen(["exact moved", "exact lost"]))
    assert found.unmoved == ("stuck",)
    told = [text for text in saboteurs.objections(found, claims) if "exact" in text]
    assert told == ["stuck: what is said to be exact is the same whatever exact arithmetic returns"]
    assert saboteurs.measured(claims, chosen(["NaN"])).unmoved == ()


def test_a_check_that_several_claims_share_is_run_once_for_each(fakes):
    runs_of_it = []

    def counted():
        runs_of_it.append(1)
        return honest()

    (claim,) = fakes(counted=counted)
    found = saboteurs.measured([claim, dataclasses.replace(claim, id="again")], chosen(["NaN"]))
    assert found.verdicts["counted"] == found.verdicts["again"]
    assert len(runs_of_it) == 2


def test_what_exact_arithmetic_returned_is_kept_but_not_for_other_functions(fakes, monkeypatch):
    asked_for, derivatives = [], truth.derivatives
    monkeypatch.setattr(truth, "derivatives", lambda *a, **k: (asked_for.append(1), derivatives(*a, **k))[1])
    texts = []

    def of_h1():
        values = [
            truth.derivatives(lambda x, xp, e=e: functions.h1(x, xp, epsilon=e), [0.0])[1, 0] for e in (0.5, 0.25)
        ]
        texts.append(values)
        return in_both(exactly("{:g} and {:g}", *values), by_slope)

    claims = fakes(of_h1=of_h1)
    saboteurs.measured(claims, chosen(["NaN", "half epsilon", "constant"]))
    assert texts == [[8, 16], [8, 16], [16, 32], [8, 16]]
    assert len(asked_for) == 4


@pytest.mark.parametrize("by", ["exact moved", "exact lost"])
@pytest.mark.parametrize(
    "ask",
    [
        lambda: rationals.alpha(X[:2])[0],
        lambda: rationals.power(X[:2], 3)[0],
        lambda: rationals.clamped(Fraction(1)),
        lambda: truth.derivatives(functions.h, [0.0])[0, 0],
    ],
    ids=["alpha", "power", "clamped", "truth"],
)
def test_what_is_kept_is_spoilt_like_what_is_not(fakes, by, ask):
    claims = fakes(asking=lambda: in_both(exactly("{}", ask()), by_slope))
    assert saboteurs.measured(claims, chosen([by])).unmoved == ()


def test_functions_made_alike_are_alike_and_others_are_not():
    def made(e, array=None):
        return lambda x, xp: functions.h1(x, xp, epsilon=e) if array is None else array

    recipe = saboteurs._recipe
    assert recipe(made(1.0)) == recipe(made(1.0)) != recipe(made(2.0))
    assert recipe(functools.partial(made(1.0), e=1)) != recipe(functools.partial(made(1.0), e=2))
    assert recipe(functions.h) != recipe(functions.h_hat)
    assert recipe(made(1.0, X)) == recipe(made(1.0, X.copy())) != recipe(made(1.0, X + 1))
    assert recipe((1, [2.0])) != recipe((1.0, [2.0])) != recipe((1.0, (2.0,)))
    with pytest.raises(TypeError, match="cannot be compared"):
        recipe(made(1.0, object()))


def test_the_command_prints_the_matrix_and_names_what_is_wrong(fakes, monkeypatch, capsys, tmp_path):
    claims = fakes(honest=honest, deaf=deaf)
    monkeypatch.setattr(command, "chosen", lambda names: claims)
    file = tmp_path / "saboteurs.json"
    assert command.main(["--json", str(file), "--saboteurs", "NaN", "constant"]) == 1
    said = capsys.readouterr()
    assert "honest   x  .\n" in said.out
    assert said.err.splitlines() == [
        "0 of 2: nobody",
        "1 of 2: NaN",
        "2 of 2: constant",
        'honest: broken by ["NaN"], and claims.toml expects broken_by = []',
    ]
    written = json.loads(file.read_text(encoding="utf-8"))
    assert [*written["saboteurs"]] == ["NaN", "constant"]
    assert written["claims"]["honest"] == {"nobody": HOLDS, "NaN": FAILS, "constant": HOLDS}
    assert command.main(["--quiet", "--saboteurs", "constant"]) == 0
    assert capsys.readouterr().err == ""


def test_the_command_refuses_in_one_sentence(capsys, tmp_path):
    assert command.main(["nan-at-2", "--saboteurs", "rust"]) == 2
    assert "there is no saboteur 'rust'; give one of" in capsys.readouterr().err
    assert command.main(["nan-at-2", "--quiet", "--json", str(tmp_path), "--saboteurs", "NaN"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_the_verdicts_are_compared_and_not_whether_it_holds():
    found = Measured({"a": {NOBODY: DEPENDS, "NaN": DEPENDS, "constant": HOLDS}})
    assert saboteurs.broken_by(found.verdicts["a"]) == ("constant",)


def test_each_has_a_name_of_its_own_and_a_sentence():
    assert len({*NAMES}) == len(NAMES) >= 15
    assert all(saboteur.sentence.endswith(".") and len(saboteur.sentence) < 120 for saboteur in SABOTEURS)
    assert NOBODY not in NAMES
    # Pages turn straight quotation marks into round ones, and claims.toml does not.
    assert not any(mark in f"{saboteur.name}{saboteur.sentence}" for saboteur in SABOTEURS for mark in "'\"")


# The page


@pytest.fixture
def page(monkeypatch, tmp_path):
    """Show a record on a page: ``page("list", record)`` returns the nodes of that part."""
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    monkeypatch.setattr(saboteurs_aside.run, "key", lambda: "k")

    def shown(part: str, content: dict | None = None, gallery_only: str = ""):
        if content is not None:
            saboteurs_aside.run.file.parent.mkdir(parents=True, exist_ok=True)
            saboteurs_aside.run.file.write_text(json.dumps(content), encoding="utf-8")
        app = SimpleNamespace(config=SimpleNamespace(gallery_only=gallery_only))
        directive = saboteurs_table.Saboteurs.__new__(saboteurs_table.Saboteurs)
        directive.arguments = [part]
        directive.state = SimpleNamespace(
            document=SimpleNamespace(
                settings=SimpleNamespace(env=SimpleNamespace(app=app, docname="reference/saboteurs"))
            )
        )
        return directive.run()

    return shown


FOUND = {
    "saboteurs": {"NaN": "Every result is NaN.", "constant": "Everything is 4.", "no NaN": "No NaN."},
    "claims": {"a": {NOBODY: HOLDS, "NaN": FAILS, "constant": "raises: ValueError: 4", "no NaN": HOLDS}},
}


def test_the_page_has_a_word_in_each_cell(page):
    text, table = page("table", FOUND)
    assert text.astext() == "1 testable claims and 3 saboteurs; each claim is broken by at least 2."
    head, row = table.findall(nodes.row)
    assert [cell.astext() for cell in head] == ["Claim", "NaN", "constant", "no NaN"]
    assert [cell.astext() for cell in row] == ["a", "breaks", "raises", "survives"]
    assert [cell["classes"] for cell in row] == [[], ["breaks"], ["raises"], ["survives"]]
    assert next(row.findall(addnodes.pending_xref))["reftarget"] == "paper/ledger#claim-a"


def test_the_page_says_how_many_claims_each_breaks(page):
    (listed,) = page("list", FOUND)
    assert [item.astext().split("\n\n") for item in listed] == [
        ["NaN", "Every result is NaN. It breaks 1 claim."],
        ["constant", "Everything is 4. It breaks 1 claim."],
        ["no NaN", "No NaN. It breaks 0 claims."],
    ]


def test_a_partial_build_shows_a_note(page):
    (note,) = page("table", gallery_only="plot_x")
    assert note.astext() == "This is a partial build, in which no saboteur was at work."


def test_a_survivor_stops_the_build_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    monkeypatch.setattr(saboteurs_aside.run, "key", lambda: "k")
    (tmp_path / "wrong.py").write_text(
        "import sys; open(sys.argv[-1], 'w'); sys.exit('a: it says nothing')", encoding="utf-8"
    )
    monkeypatch.setattr(saboteurs_aside.run, "command", lambda file: ("wrong", str(file)))
    app = SimpleNamespace(config=SimpleNamespace(gallery_only=""))
    saboteurs_aside.run.begin(app)
    with pytest.raises(SystemExit, match=r"^The saboteurs do not break what they should\.\na: it says nothing$"):
        saboteurs_aside.run.finish(app, None, [])
    assert list((tmp_path / "_build" / "saboteurs").iterdir()) == []


@pytest.mark.parametrize("content", ["", '{"claims": {', "[]", '{"claims": {}}'])
def test_a_record_that_is_not_whole_is_made_again(tmp_path, content):
    (tmp_path / "x.json").write_text(content, encoding="utf-8")
    assert not saboteurs_aside.run.is_whole(tmp_path / "x.json")
    (tmp_path / "x.json").write_text(json.dumps(FOUND), encoding="utf-8")
    assert saboteurs_aside.run.is_whole(tmp_path / "x.json")


def test_the_build_runs_the_command_and_its_arguments_are_understood(monkeypatch, tmp_path, fakes):
    module, *arguments = saboteurs_aside.run.command(tmp_path / "x.json")
    assert module == "removable.claims"
    (claim,) = fakes(honest=honest)
    monkeypatch.setattr(command, "chosen", lambda names: (claim,))
    monkeypatch.setattr(saboteurs, "SABOTEURS", chosen(["NaN"]))
    monkeypatch.setattr(saboteurs, "objections", lambda result, claims: [])
    assert command.main(arguments) == 0
    assert saboteurs_aside.run.is_whole(tmp_path / "x.json")
