"""How fast the explorer answers: a new picture, a slow function, 200 functions in a row."""

from __future__ import annotations

import statistics
from collections import Counter

import explorer_truth
import random_expressions
from in_a_browser import address, browser, page

__all__ = ["address", "browser", "page"]

LIMIT = 50
"""Milliseconds, in the median."""

LONGEST = 200
"""Milliseconds for which a page may give no answer."""

COUNT, SEED = 200, 24
"""How many functions are typed, and where the random numbers begin."""

SLOW = "+".join(["(1-cos(erf(x)**6))/x**12"] * 8)
"""An expression of a reader that takes longer than the three seconds after which the page stops."""

# A page that answers runs a timer of 0 ms at once: each pause between two runs is time in which it
# gave no answer.
PAUSES = """async expression => {
    const form = document.getElementById("explorer-own"), result = document.getElementById("explorer-own-result");
    form.elements.expression.value = expression;
    form.elements.point.value = "0";
    form.elements.order.value = "2";
    form.elements.expression.dispatchEvent(new Event("input", { bubbles: true }));
    const pauses = [];
    for (let last = performance.now(); result.getAttribute("aria-busy") === "true"; ) {
        await new Promise(done => setTimeout(done));
        pauses.push(performance.now() - last);
        last = performance.now();
    }
    return pauses;
}"""

# Every function that the page asks a timer to call is timed: these are all its tasks but the input
# itself, which is timed, too. A task that a machine interrupts looks longer than it is.
TIMED = """() => {
    window.tasks = [];
    const later = window.setTimeout;
    const timed = work => { const start = performance.now(); work(); tasks.push(performance.now() - start); };
    window.setTimeout = (work, ...rest) => later(() => timed(work), ...rest);
    window.typed = async (expression, point, wait) => {
        const form = document.getElementById("explorer-own"), result = document.getElementById("explorer-own-result");
        form.elements.expression.value = expression;
        form.elements.point.value = point;
        timed(() => form.elements.expression.dispatchEvent(new Event("input", { bubbles: true })));
        while (wait && result.getAttribute("aria-busy") === "true") await new Promise(done => later(done, 5));
    };
}"""

TYPED = """async ([expression, point]) => {
    tasks.length = 0;
    // What is typed first is cancelled by what is typed next.
    await typed(`exp(${expression})`, point, false);
    await new Promise(done => setTimeout(done));
    await typed(expression, point, true);
    const { kind, limit, limitSlope, ...results } = explorer.judged, written = x => Number.isFinite(x) ? x : String(x);
    return {
        kind, limits: [limit, limitSlope].map(p => p === undefined ? null : p), tasks,
        stopped: document.getElementById("explorer-own-progress").textContent,
        off: ["value", "slope"].map(k => results[k].off - Number(Boolean(results[k].center) && explorer.wrong(results[k].center))),
        samples: explorer.judgedSamples.filter(p => p.gamma !== 0).map(p => [p.x, [p.value.f, p.slope.f].map(written)]),
    };
}"""

# From the event to the frame that shows what it changed: the timer runs when that frame has been
# drawn.
DRAG = """async () => {
    const form = document.getElementById("explorer-paper"), times = [];
    for (const f of ["h", "h1", "h2", "remedy"]) for (const framework of ["torch", "tensorflow", "jax"]) {
        form.elements.f.value = f;
        form.elements.framework.value = framework;
        for (let step = 0; step < 10; step++) {
            form.elements.epsilon.value = -30 + step;
            form.elements.at.value = 1 + step / 8;
            await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
            const start = performance.now();
            form.elements.at.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
            times.push(performance.now() - start);
        }
    }
    return times;
}"""


def bench_explorer(page, address, capsys):
    """Print the median over 120 inputs with 13,825 samples, and hold it against its limit."""
    page.goto(f"{address}/explorer.html")
    times = page.evaluate(DRAG)
    samples = page.evaluate("explorer.samples.x.length")
    median = statistics.median(times)
    times.sort()
    told = f"median {median:.0f} ms, worst {times[-1]:.0f} ms, limit {LIMIT} ms"
    with capsys.disabled():
        print(f"\nexplorer, {samples} samples, {len(times)} inputs, to the next frame: {told}")
    assert median < LIMIT


def bench_slow_function(page, address, capsys):
    """Print the longest pause while the page judges a slow function, and compare with its limit."""
    page.goto(f"{address}/explorer.html#tab=own")
    pauses = page.evaluate(PAUSES, SLOW)
    stopped = page.locator("#explorer-own-progress").inner_text()
    assert stopped.startswith("Stopped after 3 seconds"), "the function is not slow"
    with capsys.disabled():
        print(
            f"\nexplorer, slow function: {len(pauses)} answers, longest pause {max(pauses):.0f} ms, limit {LONGEST} ms"
        )
    assert max(pauses) < LONGEST


def bench_random_functions(page, address, capsys):
    """Type 200 functions one after another; hold each verdict and each task against its limit."""
    page.goto(f"{address}/explorer.html#tab=own")
    page.locator("#explorer-own-result[aria-busy=false]").wait_for()
    page.evaluate(TIMED)
    tasks, kinds, wrong = [], Counter(), []
    for expression, point in random_expressions.expressions(COUNT, SEED):
        found = page.evaluate(TYPED, [expression, point])
        tasks += found["tasks"]
        kinds[found["kind"]] += 1
        true = explorer_truth.nature(expression, point)
        kind = {"cancellation": "ordinary", "harmless": "ordinary"}.get(found["kind"], found["kind"])
        limits = [
            (said is None) == (meant is None) and (meant is None or abs(said - meant) <= 1e-13 * max(1, abs(meant)))
            for said, meant in zip(found["limits"], (true.value, true.slope), strict=True)
        ]
        samples = [(x, [float(y) for y in results]) for x, results in found["samples"]]
        counted = explorer_truth.counts(expression, samples)
        if kind != true.kind or not all(limits) or counted != found["off"] or found["stopped"]:
            wrong.append(
                (expression, point, found["kind"], found["limits"], found["off"], true, counted, found["stopped"])
            )
    longer = [task for task in tasks if task > LONGEST]
    with capsys.disabled():
        print(
            f"\nexplorer, {COUNT} functions: {len(tasks)} tasks, longest {max(tasks):.0f} ms, {len(longer)} above {LONGEST} ms"
        )
        print(", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
        print(f"{len(wrong)} verdicts differ from exact arithmetic")
    assert wrong == []
    assert page.trouble == []
    assert not longer
