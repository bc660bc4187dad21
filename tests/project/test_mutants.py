"""What the mutation check alters, leaves alone and reports."""

from __future__ import annotations

import ast

import mutants
import pytest
from mutants import Mutant, Outcome

SCRIPT = """
import matplotlib.pyplot as plt
size = 3
gamma = grid(401, order=2)
for at in (1e-3, 0.0):
    print(f(at + 2))
ax.plot(gamma, lw=1.5)
low = gamma.min() + 7
print(f"{low + 8}")
"""


@pytest.fixture
def script(tmp_path, monkeypatch):
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    path = tmp_path / "plot_x.py"
    path.write_text(SCRIPT + "# >>> size, gamma.size\n# (3, 803)\n", encoding="utf-8")
    return path


def test_numbers_that_are_only_shown_are_left_alone(script):
    assert [m.change for m in mutants.candidates(script)] == [
        ("size = 3", "size = 4"),
        ("gamma = grid(401, order=2)", "gamma = grid(402, order=2)"),
        ("gamma = grid(401, order=2)", "gamma = grid(401, order=1)"),
    ]
    assert mutants.only_shown(ast.parse(SCRIPT), "") >= {"size", "low"}


def test_what_a_test_of_the_script_asks_for_is_altered(script, tmp_path):
    tests = tmp_path / "tests" / "gallery" / script.name
    tests.parent.mkdir(parents=True)
    tests.write_text("def test_low(low):\n    assert low == 10\n", encoding="utf-8")
    assert ("low = gamma.min() + 7", "low = gamma.min() + 8") in [m.change for m in mutants.candidates(script)]


def test_in_modules_operators_are_altered_too(tmp_path, monkeypatch):
    path = tmp_path / "functions.py"
    path.write_text("def f(x):\n    return 0 <= x * x - 4 < 9\n", encoding="utf-8")
    monkeypatch.setattr(mutants, "MODULES", (path,))
    found = [m.change[1].removeprefix("return ") for m in mutants.candidates(path)]
    assert found == [
        "1 <= x * x - 4 < 9",
        "0 < x * x - 4 < 9",
        "0 <= x / x - 4 < 9",
        "0 <= x * x + 4 < 9",
        "0 <= x * x - 5 < 9",
        "0 <= x * x - 4 <= 9",
        "0 <= x * x - 4 < 10",
    ]


def test_the_choice_does_not_move_with_the_lines(script):
    before = [m.change for m in mutants.chosen(script, 2)]
    script.write_text("# another line\n" + script.read_text(encoding="utf-8"), encoding="utf-8")
    mutants._text.cache_clear()
    assert [m.change for m in mutants.chosen(script, 2)] == before


def test_each_kind_of_trouble_is_reported(script):
    everything = mutants.candidates(script)
    first: Mutant = everything[0]
    survived, caught = Outcome(first, "", 0.1), Outcome(first, "doctest size", 0.1)
    entry = {"file": "plot_x.py", "was": "size = 3", "becomes": "size = 4", "reason": "because"}
    assert mutants.judge([caught], [], everything) == []
    assert mutants.judge([survived], [entry], everything) == []
    assert mutants.judge([survived], [], everything)[0].startswith("survived: plot_x.py:3")
    assert "but caught by doctest size" in mutants.judge([caught], [entry], everything)[0]
    assert "no such line" in mutants.judge([], [{**entry, "was": "size = 5"}], everything)[0]
    assert "without a reason" in mutants.judge([], [{**entry, "reason": " "}], everything)[0]


def test_at_least_sixty_are_tried_and_three_in_each_script():
    counts = [len(mutants.chosen(path, mutants.PER_SCRIPT)) for path in mutants.scripts()]
    assert min(counts) >= 3
    counts += [len(mutants.chosen(path, mutants.PER_MODULE)) for path in mutants.MODULES]
    assert sum(counts) >= 60


def test_an_unknown_name_is_one_sentence(capsys):
    with pytest.raises(SystemExit):
        mutants.main(["plot_figure_99"])
    assert "there is no 'plot_figure_99' to alter; give one of functions," in capsys.readouterr().err


def test_a_script_without_an_end_is_stopped_and_counts_as_caught(script):
    short = '"""Title."""\n\nn = 0\n'
    assert mutants._run_script(script, f"{short}while True:\n    n += 1\n", 0.5).startswith("no end within")
    assert mutants._run_script(script, short, 60) == ""


def test_a_changed_module_takes_the_place_of_its_own_in_the_copy(tmp_path):
    names = [mutants._in(tmp_path, path).relative_to(tmp_path).as_posix() for path in mutants.MODULES]
    assert names == ["functions.py", "sweeps/regions.py", "truth.py"]
    assert all(path.is_file() for path in mutants.MODULES)
