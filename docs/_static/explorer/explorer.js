/* The first tab: what the form says is computed, drawn, described, and kept in the address. */
(function (explorer) {
  "use strict";

  const form = document.getElementById("explorer-paper"), regions = ["green", "yellow", "red", "black"];
  const part = (name) => document.getElementById(`explorer-${name}`);
  let samples, right;

  // The sliders of epsilon and delta step through 1, 2, 5, 10, ... in either direction.
  const step = (place) => Number(`${[1, 2, 5][((place % 3) + 3) % 3]}e${Math.floor(place / 3)}`);

  // Read from the fields themselves: what a form would send leaves out those that are disabled at the moment.
  function settings() {
    const to = Object.fromEntries([...form.elements].map((field) => [field.name, field.type === "range" ? Number(field.value) : field.value]));
    return { ...to, epsilon: step(to.epsilon), delta: step(to.delta), digits: to.precision === "float64" ? 53 : 24 };
  }

  // How far a result is from what is meant, in units in the last place of the latter.
  function ulps(found, meant, digits) {
    const place = Decimal.pow(2, Math.floor(Math.log2(Math.abs(meant.toNumber()))) + 1 - digits);
    return Number.isFinite(found) && !meant.isZero() ? `${explorer.exact(found).minus(meant).abs().div(place).toPrecision(3)} ulp` : "";
  }

  function inspect() {
    const to = settings(), i = to.index, x = explorer.exact(samples.x[i]), gamma = explorer.exact(samples.gamma[i]);
    const meant = explorer.meant(to, [x], explorer.decimals);
    ["value", "slope"].forEach(function (name) {
      part(name).textContent = samples[name][i];
      part(`${name}-meant`).textContent = meant[name][0].toPrecision(to.digits === 53 ? 17 : 9);
      part(`${name}-error`).textContent = ulps(samples[name][i], meant[name][0], to.digits);
    });
    part("gamma").textContent = samples.gamma[i];
    part("x").textContent = samples.x[i];
    part("region").textContent = samples.region[i];
    explorer.showBits(part("sum"), gamma.plus(to.at), to.digits);
    explorer.showBits(part("square"), x.times(x), to.digits);
    form.elements.index.setAttribute("aria-valuetext",
      `offset ${samples.gamma[i].toPrecision(4)}, value ${samples.value[i]}, slope ${samples.slope[i]}, ${samples.region[i]}`);
  }

  function choose(index) {
    form.elements.index.value = index;
    inspect();
  }

  function describe() {
    const error = samples.slope.map((s, i) => Math.abs(s - right.slope[i])), off = samples.gamma.filter((_, i) => !(error[i] <= 1e-3));
    const nan = samples.value.filter(Number.isNaN).length, worst = error.reduce((most, e) => (Number.isFinite(e) ? Math.max(most, e) : most), 0);
    const where = off.length ? `, the outermost of these samples at |γ| = ${Number(off.reduce((most, gamma) => Math.max(most, Math.abs(gamma)), 0).toPrecision(3))}` : "";
    part("summary").textContent = `${samples.x.length} samples: ${nan} values are NaN; ${off.length} slopes are NaN or off by more than 0.001${where}. ` +
      `The largest finite error of a slope is ${Number(worst.toPrecision(3))}.`;
  }

  function update() {
    const to = settings(), leading = to.minus ? explorer.meant(to, [to.at]).value[0] : 0;
    ["epsilon", "delta", "at", "n"].forEach(function (name) {
      part(`${name}-now`).textContent = to[name];
      form.elements[name].setAttribute("aria-valuetext", to[name]);
    });
    form.elements.epsilon.disabled = !["h1", "h2"].includes(to.f);
    form.elements.delta.disabled = to.f !== "h1";
    form.elements.rule.disabled = to.n !== 2 || to.f === "remedy";
    explorer.samples = samples = explorer.compute(to);
    right = explorer.meant(to, Float64Array.from(samples.x));
    const row = (values) => explorer.grouped(regions, samples.region, values);
    explorer.draw(part("value-plot"), "value", regions, samples.gamma, row(samples.value.map((v) => v - leading)), to.minus ? 1e-12 : 0, choose);
    explorer.draw(part("slope-plot"), "slope", regions, samples.gamma, row(samples.slope), 1, choose);
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
