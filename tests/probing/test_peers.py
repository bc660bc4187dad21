"""The tools beside the probe: what is stored is complete, of these cases, and what is shown."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from removable.scoreboard import peers, peers_layout
from removable.scoreboard.peers import ALARM, CANNOT_RUN, NAMES, PROBE, SILENT, TOOLS, Outcome
from removable.scoreboard.stored import PEERS, read
from site_under_test import ROOT

_spec = importlib.util.spec_from_file_location("bench_peers", ROOT / "benchmarks" / "bench_peers.py")
bench = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(bench)

given = importlib.import_module("peers.given").given
measuring = importlib.import_module("peers.measuring")
CORPORA = importlib.import_module("peers.corpora").CORPORA

FORGOTTEN = "run python benchmarks/bench_peers.py, with the name of the corpus"
PAGE = (ROOT / "docs" / "beyond" / "probe-measured.md").read_text("utf-8")
TABLES = ("comparison", "alarms", "effort", "missed")


def cases(corpus: str, framework: str) -> list:
    return [case for case in CORPORA[corpus] if case.framework == framework]


def test_all_tools_are_stored_for_all_corpora_and_nothing_else() -> None:
    wanted = {
        ("said", corpus, tool.name, framework) for corpus in CORPORA for tool in TOOLS for framework in tool.frameworks
    }
    wanted |= {(what, corpus, name) for what in ("cases", "orders") for corpus in CORPORA for name in NAMES}
    assert set(read(file=PEERS)) == wanted, FORGOTTEN
    assert peers.corpora() == tuple(CORPORA)


@pytest.mark.parametrize("framework", NAMES)
def test_the_tools_that_are_measured_are_those_that_are_shown(framework: str) -> None:
    tools = importlib.import_module(f"peers.{framework}_tools").TOOLS
    assert [*tools, PROBE] == [tool.name for tool in TOOLS if framework in tool.frameworks]


@pytest.mark.parametrize("framework", NAMES)
@pytest.mark.parametrize("corpus", CORPORA)
def test_the_stored_cases_are_those_of_the_corpora(corpus: str, framework: str) -> None:
    stored = read("cases", corpus, framework, file=PEERS)["cases", corpus, framework].value
    now = [[c.name, c.kind, c.verdict, sorted(c.wrong), given(c)[0].dtype] for c in cases(corpus, framework)]
    assert stored == now, FORGOTTEN


@pytest.mark.parametrize("framework", NAMES)
@pytest.mark.parametrize("corpus", CORPORA)
def test_the_stored_widths_are_those_of_the_corpora(corpus: str, framework: str) -> None:
    stored = read("orders", corpus, framework, file=PEERS)["orders", corpus, framework].value
    now = [[[k, float(f"{w:.3g}")] for k, w in sorted(case.widths.items())] for case in cases(corpus, framework)]
    assert [[row[:2] for row in widths] for _, widths in stored] == now, FORGOTTEN


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_each_tool_has_an_outcome_for_each_case(tool: peers.Tool) -> None:
    for corpus in CORPORA:
        for framework in tool.frameworks:
            found = peers.outcomes(tool.name, [framework], [corpus])
            assert [each.name for each in found] == [case.name for case in cases(corpus, framework)]
            assert {each.said for each in found} <= {ALARM, SILENT, CANNOT_RUN}
            assert all(each.ratio is None or each.ratio > 0 for each in found)


@pytest.mark.parametrize("corpus", CORPORA)
def test_the_probe_finds_almost_all_failing_cases(corpus: str) -> None:
    found = peers.tally(PROBE, corpora=[corpus])
    assert found.found >= 0.97 * found.failing
    assert found.cannot_run == 0


@pytest.mark.parametrize("corpus", ["tuning", "judging"])
def test_the_probe_accuses_no_harmless_case_that_has_tuned_it(corpus: str) -> None:
    assert peers.tally(PROBE, corpora=[corpus]).false_alarms == 0


def test_what_the_probe_says_wrongly_is_named() -> None:
    wrong = peers.mistakes()
    missed = [each.name for each in peers.outcomes(PROBE) if (each.verdict == "unsound") != (each.said == ALARM)]
    assert set(missed) <= {each.name for each, _ in wrong}
    assert len(peers_layout.wrongly_told().splitlines()) == 2 + len(wrong)
    assert "peers_layout.wrongly_told()" in PAGE


def test_what_the_probe_says_of_each_case_is_counted_by_corpus() -> None:
    for corpus in CORPORA:
        found, widths = peers.exactness(corpus), [w for case in CORPORA[corpus] for w in case.widths]
        assert (found.cases, found.widths) == (len(CORPORA[corpus]), len(widths))


@pytest.mark.parametrize("name", TABLES)
def test_each_table_has_each_tool_and_is_on_the_page(name: str) -> None:
    lines = getattr(peers_layout, name)().splitlines()
    loose = () if name in ("comparison", "missed") else ("to 1e-3",)
    for tool in TOOLS:
        if not tool.name.endswith("to 1e-3") or loose:
            assert sum(line.startswith(f"| {peers_layout._shown(tool)} |") for line in lines) == 1, tool.name
    assert len({line.count(" | ") for line in lines}) == 1
    assert f"peers_layout.{name}()" in PAGE


def test_the_numbers_in_the_table_are_those_stored() -> None:
    rows = [line.split(" | ") for line in peers_layout.comparison().splitlines()]
    (shown,) = (row for row in rows if row[0] == "| `gradcheck`")
    stored = [each for each in peers.outcomes("gradcheck") if each.said == "alarm"]
    found = sum(each.verdict == "unsound" for each in stored)
    false = sum(each.verdict in ("sound", "kink") for each in stored)
    assert [cell.rstrip(" |").rstrip("†") for cell in shown[1:]] == [str(found), str(false)]


def test_what_one_of_several_tools_objects_to_is_counted_once() -> None:
    rows = [line.split(" | ") for line in peers_layout.comparison().splitlines()]
    shown = [int(row[1].rstrip("†")) for row in rows if row[0] == "| any of these"]
    for framework, count in zip(NAMES, shown, strict=True):
        tools = [tool.name for tool in TOOLS if tool.frameworks == (framework,) and not tool.name.endswith("1e-3")]
        found: dict[tuple[str, str], bool] = {}
        for tool in tools:
            for corpus in CORPORA:
                for each in peers.outcomes(tool, corpora=[corpus]):
                    if each.verdict == "unsound":
                        found[corpus, each.name] = found.get((corpus, each.name), False) or each.said == ALARM
        assert count == sum(found.values())


def test_the_probe_alone_tells_all() -> None:
    _, _, *rows = peers_layout.tells().splitlines()
    assert [row.count("`") // 2 for row in rows] == [1, 1, 4]
    assert all(f"`{PROBE}`" in row for row in rows)
    assert "peers_layout.tells()" in PAGE


def test_an_objection_at_a_singular_point_is_no_false_alarm() -> None:
    def outcome(verdict: str, dtype: str = "float64") -> Outcome:
        return Outcome("tuning", "jax", "x", "library", verdict, [], dtype, ALARM, 1.0)

    found = peers.counted([outcome("singular"), outcome("kink"), outcome("sound"), outcome("sound", "float32")])
    assert (found.singular, found.kinks, found.smooth, found.rounded, found.false_alarms) == (1, 1, 1, 1, 3)


def test_old_numbers_are_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stored(change: Callable[[str], str]) -> Path:
        file = tmp_path / "peers.json"
        entries = [asdict(replace(each, digest=change(each.digest))) for each in read(file=PEERS).values()]
        file.write_text(json.dumps(entries), "utf-8")
        return file

    file = stored(lambda digest: "0" * 16)
    for module in (peers, peers_layout):
        monkeypatch.setattr(module, "PEERS", file)
    for name in (*TABLES, "by_corpus", "together", "wrongly_told"):
        assert "†" in getattr(peers_layout, name)(), name
    assert "renew with nox -s bench" in peers_layout.measured()


# ----------------------------------------------------------------------------- the measuring itself


@functools.cache
def said(framework: str, name: str) -> dict[str, str]:
    """What each tool of a framework says now of one case."""
    (case,) = (case for of in CORPORA.values() for case in of if (case.framework, case.name) == (framework, name))
    tools, _ = measuring.said(case, importlib.import_module(f"peers.{framework}_tools"))
    return {tool: words for tool, (words, _) in tools.items()}


@pytest.mark.parametrize(
    ("framework", "name", "expected"),
    [
        ("torch", "torch.sinc", [SILENT, ALARM, ALARM, ALARM]),
        ("torch", "special.bessel_j0 at 2", [ALARM, CANNOT_RUN, CANNOT_RUN, ALARM]),
        ("torch", "exp in float32", [ALARM, ALARM, SILENT, SILENT]),
        ("torch", "lgamma at 2", [SILENT] * 4),
        ("tensorflow", "sum of cumprod([x, x, 3])", [*[ALARM] * 4, SILENT, ALARM]),
        ("tensorflow", "erf", [SILENT] * 6),
        ("jax", "abs(x + 2ix)**2", [SILENT, SILENT, SILENT, ALARM]),
        ("jax", "abs", [ALARM, ALARM, SILENT, SILENT]),
        ("jax", "gelu", [SILENT] * 4),
    ],
)
def test_what_a_tool_says_now_is_what_is_stored(framework: str, name: str, expected: list[str]) -> None:
    found = said(framework, name)
    assert [*found.values()] == expected
    for tool, words in found.items():
        (stored,) = {each.said for each in peers.outcomes(tool, [framework]) if each.name == name}
        assert stored == words, tool
