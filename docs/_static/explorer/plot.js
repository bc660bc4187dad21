/* A plot over the offset, on an axis that is logarithmic on both sides of zero. */
(function (explorer) {
  "use strict";

  const HEIGHT = 280;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const written = (p) => (p === 0 || (Math.abs(p) >= 1e-3 && Math.abs(p) < 1e4) ? String(p) : p.toExponential().replace("e+", "e"));

  // 0 and powers of ten on both sides of it, at most so many on each.
  const decades = (from, most) => function (plot, axis, low, high) {
    const top = Math.floor(Math.log10(Math.max(high, -low))), step = Math.max(1, Math.ceil((top - from) / most)), found = [0];
    for (let e = top; e > from; e -= step) found.push(Number(`1e${e}`), -Number(`1e${e}`));
    return found.filter((p) => p >= low && p <= high).sort((a, b) => a - b);
  };

  // A square for each sample, one only where many fall on the same pixel: thousands of circles would take longer than all the rest.
  function squares(plot, series) {
    const path = new Path2D(), [gamma, row] = [plot.data[0], plot.data[series]], size = 4 * devicePixelRatio;
    let before;
    for (let i = 0; i < row.length; i++) {
      if (row[i] === null) continue;
      const [x, y] = [plot.valToPos(gamma[i], "x", true), plot.valToPos(row[i], "y", true)].map((p) => Math.round(p - size / 2));
      if (before !== x + y * 1e5) path.rect(x, y, size, size);
      before = x + y * 1e5;
    }
    return { fill: path };
  }

  function made(box, title, names, small, chosen) {
    const lines = { stroke: () => colour("--pst-color-text-base"), grid: { stroke: () => colour("--pst-color-border"), width: 1 } };
    const style = { ...lines, values: (plot, all) => all.map(written), filter: (plot, all) => all };
    const dots = (name) => ({ fill: () => colour(`--explorer-${name}`), paths: squares, points: { show: false } });
    return new uPlot({
      width: box.clientWidth || 600, height: HEIGHT, title: title, legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: false, distr: 4, asinh: 2 ** -54, range: [-1, 1] }, y: small ? { distr: 4, asinh: small } : {} },
      axes: [{ ...style, splits: decades(-17, box.clientWidth < 500 ? 2 : 4), label: "offset γ" },
        { ...style, ...(small ? { splits: decades(Math.log10(small) + 1, 4) } : {}), size: 64 }],
      series: [{}, ...names.map(dots)],
      hooks: { setCursor: [(plot) => { if (plot.cursor.event && plot.cursor.idx !== null) chosen(plot.cursor.idx); }] },
    }, [[], ...names.map(() => [])], box);
  }

  const plots = new Map();

  // A plot keeps the width of its box and the colours of the theme.
  function watch(box) {
    new ResizeObserver(() => { if (box.clientWidth) plots.get(box).plot.setSize({ width: box.clientWidth, height: HEIGHT }); }).observe(box);
    new MutationObserver(() => plots.get(box).plot.redraw(false)).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  /* Draw series of dots, each named by its colour, in a box. The ordinate is straight, or, where ``small`` is given and a value
     exceeds 1000 times that, logarithmic beyond ``small``. */
  explorer.draw = function (box, title, names, gamma, rows, small, chosen) {
    const wanted = small && rows.some((row) => row.some((y) => Math.abs(y) > 1000 * small)) ? small : 0, before = plots.get(box);
    if (!before || before.small !== wanted) {
      if (before) before.plot.destroy();
      plots.set(box, { small: wanted, plot: made(box, title, names, wanted, chosen) });
      if (!before) watch(box);
    }
    plots.get(box).plot.setData([gamma, ...rows]);
  };

  /* One list for each group, with gaps where samples have another: what the plot takes. */
  explorer.grouped = (groups, group, row) => groups.map((name) => Array.from(row, (y, i) => (group[i] === name && Number.isFinite(y) ? y : null)));
})((window.explorer = window.explorer || {}));
