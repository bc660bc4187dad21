"""How fast the explorer answers: with a new picture, beside a slow function."""

from __future__ import annotations

import statistics

from in_a_browser import address, browser, page

__all__ = ["address", "browser", "page"]

LIMIT = 50
"""Milliseconds, in the median."""

LONGEST = 2000
"""Milliseconds for which a page may give no answer."""

SLOW = "+".join(["sin(exp(x))*tan(x)**0.3"] * 7)
"""An expression of a reader that takes longer than the three seconds after which the page stops."""

# A page that answers runs a timer of 0 ms at once: each pause between two runs is time in which it
# gave no answer.
PAUSES = """async expression => {
    const form = document.getElementById("explorer-own"), result = document.getElementById("explorer-own-result");
    form.elements.expression.value = expression;
    form.elements.point.value = "1";
    form.elements.expression.dispatchEvent(new Event("input", { bubbles: true }));
    const pauses = [];
    for (let last = performance.now(); result.getAttribute("aria-busy") === "true"; ) {
        await new Promise(done => setTimeout(done));
        pauses.push(performance.now() - last);
        last = performance.now();
    }
    return pauses;
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
