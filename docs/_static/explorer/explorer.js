/* The first tab: what the form says is computed, drawn, described, and kept in the address. */
(function (explorer) {
  "use strict";

  const form = document.getElementById("explorer-paper"), regions = ["green", "yellow", "red", "black"], { balls, few } = explorer;
  const part = (name) => document.getElementById(`explorer-${name}`), SLIDERS = ["epsilon", "delta", "at", "n"];
  const MEANING = {
    green: "the square of the offset is kept, in part or whole", yellow: "the square of the offset is absorbed",
    red: "the offset itself is absorbed", black: "outside of the perturbed zone",
  };
  let samples, right;

  // The sliders of epsilon and delta step through 1, 2, 5, 10, ... in either direction.
  const step = (place) => Number(`${[1, 2, 5][((place % 3) + 3) % 3]}e${Math.floor(place / 3)}`);

  // Read from the fields themselves: what a form would send leaves out those that are disabled at the moment.
  function settings() {
    const to = Object.fromEntries([...form.elements].map((field) => [field.name, field.type === "range" ? Number(field.value) : field.value]));
    return { ...to, epsilon: step(to.epsilon), delta: step(to.delta), digits: to.precision === "float64" ? 53 : 24 };
  }

  function inspect() {
    const to = settings(), i = to.index, x = balls.double(samples.x[i]), gamma = balls.double(samples.gamma[i]);
    const meant = explorer.meant(to, [x], explorer.exactly), meaning = samples.gamma[i] === 0 ? "the point itself" : MEANING[samples.region[i]];
    ["value", "slope"].forEach(function (name) {
      part(name).textContent = samples[name][i];
      part(`${name}-meant`).textContent = balls.toDigits(meant[name][0], to.digits === 53 ? 17 : 9);
      part(`${name}-error`).textContent = explorer.ulps(samples[name][i], meant[name][0], to.digits);
      explorer.markSample(part(`${name}-plot`), i);
    });
    part("gamma").textContent = samples.gamma[i];
    part("x").textContent = samples.x[i];
    part("region").textContent = meaning;
    explorer.showBits(part("sum"), explorer.exactly.plus(gamma, balls.double(to.at)), to.digits);
    explorer.showBits(part("square"), explorer.exactly.times(x, x), to.digits);
    form.elements.index.setAttribute("aria-valuetext",
      `offset ${samples.gamma[i].toPrecision(4)}, value ${samples.value[i]}, slope ${samples.slope[i]}, ${meaning}`);
  }

  function choose(index) {
    form.elements.index.value = index;
    inspect();
  }

  const furthest = (gamma) => gamma.reduce((most, p) => Math.max(most, Math.abs(p)), 0);

  // What there is to learn first: how far out slopes are wrong, and what they are there.
  function finding(error, off) {
    const nan = samples.gamma.filter((_, i) => Number.isNaN(samples.slope[i])), wrong = off.filter((p) => p !== 0);
    const worst = error.reduce((most, e, i) => (Number.isFinite(e) && !(e <= error[most]) ? i : most), -1);
    const none = nan.length ? ` NaN ${nan.length > 1 ? `within ${few(furthest(nan))}` : "at r itself"}.` : "";
    if (!off.length) return "Every slope is right to a thousandth.";
    if (!wrong.length) return `Away from r every slope is right to a thousandth.${none}`;
    if (worst < 0) return `No slope is right.${none}`;
    return `Slopes are wrong within ${few(furthest(wrong))} of r: at worst ${few(samples.slope[worst], 4)} instead of ${few(right.slope[worst], 4)}.${none}`;
  }

  function describe() {
    const error = samples.slope.map((s, i) => Math.abs(s - right.slope[i])), off = samples.gamma.filter((_, i) => !(error[i] <= 1e-3));
    const nan = samples.value.filter(Number.isNaN).length, where = document.createElement("span");
    where.className = "explorer-together";
    if (off.length) where.textContent = `|γ| = ${few(furthest(off))}`;
    part("finding").textContent = finding(error, off);
    part("summary").replaceChildren(`${samples.x.length} samples: ${nan} values are NaN; ${off.length} slopes are NaN or off by more than 0.001` +
      `${off.length ? ", the outermost of these samples at " : ""}`, where, ".");
  }

  // A field that has no effect at the moment is grey, and says why.
  function explain(name, without) {
    form.elements[name].disabled = Boolean(without);
    part(`${name}-why`).textContent = without;
  }

  const called = { h: "h", h1: "h1", h2: "h2", remedy: "the remedy" };

  function explainFields(to) {
    explain("epsilon", ["h1", "h2"].includes(to.f) ? "" : `${called[to.f]} has no epsilon: choose h1 or h2`);
    explain("delta", to.f === "h1" ? "" : `${called[to.f]} has no delta: choose h1`);
    explain("rule", to.f === "remedy" ? "the remedy has no square" : to.n === 2 ? "" : "for the power 2 only");
  }

  // Which of the links above says what the form says.
  function markPreset() {
    const begins = (field) => (field.options ? ([...field.options].find((each) => each.defaultSelected) || field.options[0]).value : field.defaultValue);
    document.querySelectorAll("a[href*='#tab=paper']").forEach(function (link) {
      const wanted = new URLSearchParams(link.hash.slice(1));
      const same = [...form.elements].every((field) => field.name === "index" || field.value === (wanted.get(field.name) ?? begins(field)));
      if (same) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  }

  function update() {
    const to = settings(), leading = to.minus ? explorer.meant(to, [to.at]).value[0] : 0;
    SLIDERS.forEach(function (name) {
      part(`${name}-now`).textContent = to[name];
      form.elements[name].setAttribute("aria-valuetext", to[name]);
    });
    explainFields(to);
    markPreset();
    explorer.samples = samples = explorer.compute(to);
    right = explorer.meant(to, Float64Array.from(samples.x));
    ["slope", "value"].forEach(function (name) {
      const less = name === "value" ? leading : 0, found = Array.from(samples[name], (v) => v - less), meant = Array.from(right[name], (v) => v - less);
      explorer.draw(part(`${name}-plot`), [...regions, "meant"], samples.gamma, [...explorer.grouped(regions, samples.region, found), meant], found,
        name === "slope" ? 1 : to.minus ? 1e-12 : 0, choose);
    });
    describe();
    inspect();
  }

  form.addEventListener("input", function (event) {
    if (event.target.name === "index") inspect();
    else update();
    explorer.remember(form);
  });
  explorer.remembered(form, update);
})(window.explorer);
