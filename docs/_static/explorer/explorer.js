/* The explorer's page: what the form says is computed, drawn, described, and kept in the address. */
(function (explorer) {
  "use strict";

  const form = document.getElementById("explorer");
  if (!form) return;
  const kinds = { float64: Float64Array, float32: Float32Array };
  const colours = { green: "--explorer-green", yellow: "--explorer-yellow", red: "--explorer-red", black: "--explorer-black" };
  const offsets = explorer.offsets();
  let plots = [], samples = null;

  function settings() {
    const to = Object.fromEntries(new FormData(form));
    ["at", "power", "index"].forEach((name) => { to[name] = Number(to[name]); });
    ["epsilon", "delta"].forEach((name) => { to[name] = 2 ** Number(to[name]); });
    return to;
  }

  /* All samples of a setting, as arrays of numbers. */
  explorer.compute = function (to) {
    const Kind = kinds[to.precision], x = Kind.from(offsets, (gamma) => to.at + gamma);
    const found = explorer.differentiate(to.framework, explorer.programs[to.f](to), x);
    const squared = x.map((p) => p * p), region = Array.from(x, (p, i) => explorer.region(to, offsets[i], p, squared[i]));
    return { gamma: offsets, x: x, value: found.value, slope: found.slope, region: region };
  };

  // One series for each colour, with gaps where samples have another.
  function series(row) {
    return Object.keys(colours).map((name) => Array.from(row, (y, i) =>
      samples.region[i] === name && Number.isFinite(y) ? y : null));
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function plot(title, box) {
    const dots = (name) => ({ label: name, stroke: () => colour(colours[name]), paths: () => null, points: { show: true, size: 4, space: 0 } });
    const axis = { stroke: () => colour("--pst-color-text-base"), grid: { stroke: () => colour("--pst-color-border"), width: 1 } };
    return new uPlot({
      width: box.clientWidth, height: 260, title: title, legend: { show: false },
      cursor: { sync: { key: "explorer" }, drag: { x: true, y: false } },
      scales: { x: { time: false, distr: 4, asinh: 2 ** -50 }, y: { distr: 4, asinh: 0.1 } },
      axes: [{ ...axis, label: "gamma" }, axis],
      series: [{}, ...Object.keys(colours).map(dots)],
      hooks: { setCursor: [(u) => { if (u.cursor.idx !== null && u.cursor.event) choose(u.cursor.idx); }] },
    }, [offsets, ...Object.keys(colours).map(() => [])], box);
  }

  function choose(index) {
    form.elements.index.value = index;
    inspect();
  }

  // How far a value is from what is meant, in units of the last place of the latter.
  function ulps(found, meant, precision) {
    const place = 2 ** (Math.floor(Math.log2(Math.abs(meant))) - (precision === "float64" ? 52 : 23));
    return Math.abs(found - meant) / place;
  }

  function meant(to, x) {
    if (to.f !== "power") return { value: x + to.at, slope: 1 };
    let value = 1, slope = 0;
    for (let k = 1; k < to.power; k++) { slope = slope * x + value; value = value * x + to.at ** k; }
    return { value: value, slope: slope };
  }

  function inspect() {
    const to = settings(), i = to.index, x = samples.x[i], right = meant(to, x);
    const rows = {
      gamma: samples.gamma[i], x: x, value: samples.value[i], "value meant": right.value,
      "off by, ulp": ulps(samples.value[i], right.value, to.precision), slope: samples.slope[i], "slope meant": right.slope,
      region: samples.region[i],
    };
    Object.entries(rows).forEach(([name, value]) => { document.getElementById(`explorer-${name.replace(/\W+/g, "-")}`).textContent = value; });
    explorer.showBits(document.getElementById("explorer-bits"), x, to.precision === "float64" ? 53 : 24);
  }

  function describe(to) {
    const wrong = samples.slope.filter((s, i) => !(Math.abs(s - meant(to, samples.x[i]).slope) <= 1e-3)).length;
    const nan = samples.value.filter(Number.isNaN).length;
    document.getElementById("explorer-summary").textContent =
      `${wrong} of ${samples.x.length} slopes are off by more than 0.001, and ${nan} values are not a number.`;
  }

  function update() {
    const to = settings();
    samples = explorer.compute(to);
    plots[0].setData([offsets, ...series(samples.value)]);
    plots[1].setData([offsets, ...series(samples.slope)]);
    describe(to);
    inspect();
    history.replaceState(null, "", `#${new URLSearchParams(new FormData(form))}`);
  }

  function restore() {
    new URLSearchParams(location.hash.slice(1)).forEach((value, name) => {
      if (form.elements[name]) form.elements[name].value = value;
    });
  }

  restore();
  plots = ["value", "slope"].map((name) => plot(name, document.getElementById(`explorer-${name}-plot`)));
  form.addEventListener("input", (event) => (event.target.name === "index" ? inspect() : update()));
  window.addEventListener("hashchange", () => { restore(); update(); });
  update();
})(window.explorer);
