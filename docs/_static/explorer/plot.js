/* A plot over the offset, on an axis that is logarithmic on both sides of zero. */
(function (explorer) {
  "use strict";

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const written = (p) => (p === 0 || (Math.abs(p) >= 1e-3 && Math.abs(p) < 1e5) ? String(p) : p.toExponential().replace("e+", "e"));
  const LARGEST = Number.MAX_VALUE / 2, MOST = 9, NARROWEST = 1e-6;

  // 0 and powers of ten on both sides of it, at most so many on each.
  const decades = (from, most) => function (plot, axis, low, high) {
    const top = Math.floor(Math.log10(Math.max(high, -low))), step = Math.max(1, Math.ceil((top - from) / most)), found = [0];
    for (let e = top; e > from; e -= step) found.push(Number(`1e${e}`), -Number(`1e${e}`));
    return found.filter((p) => p >= low && p <= high).sort((a, b) => a - b);
  };

  /* The ends of a straight axis. Numbers that differ in their last bits only are drawn as one: the ticks of a narrower axis would
     differ by less than such numbers can, and the library would count them without end. */
  explorer.straightRange = function (low, high) {
    if (!(low <= high)) return [-1, 1];
    const size = Math.max(Math.abs(low), Math.abs(high)), span = Math.max(high - low, size * NARROWEST, size > 1e-290 ? 0 : 1);
    return [low / 2 + high / 2 - 0.55 * span, low / 2 + high / 2 + 0.55 * span];
  };

  /* Ticks at multiples of 1, 2 or 5 times a power of ten, at most nine. */
  explorer.straightTicks = function (low, high) {
    const rough = (high - low) / 5, power = Math.floor(Math.log10(rough)), tenth = Number(`1e${power}`), step = [1, 2, 5, 10].find((p) => p * tenth >= rough) * tenth;
    const first = Math.ceil(low / step), count = Math.min(MOST, Math.floor(high / step) - first + 1);
    return Array.from({ length: Math.max(0, count) }, (_, k) => Number(((first + k) * step).toPrecision(9)));
  };

  const wide = (p) => (p > 0 ? Math.min(2 * p, LARGEST) : p < 0 ? Math.max(2 * p, -LARGEST) : 0);
  const curvedRange = (plot, low, high) => (low <= high ? [Math.min(wide(low), -1), Math.max(wide(high), 1)] : [-1, 1]);

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

  // Where there is no number there is nothing to draw: oblique lines, from halfway to the sample before to halfway to the next.
  function hatch(plot, hatched) {
    const { ctx, bbox } = plot, gamma = plot.data[0], at = (i) => plot.valToPos(gamma[Math.max(0, Math.min(gamma.length - 1, i))], "x", true);
    ctx.save();
    ctx.strokeStyle = colour("--explorer-hatch");
    ctx.lineWidth = devicePixelRatio;
    for (const [first, last] of hatched) {
      const left = (at(first - 1) + at(first)) / 2 - 2, right = (at(last) + at(last + 1)) / 2 + 2, step = 7 * devicePixelRatio;
      ctx.beginPath();
      ctx.rect(left, bbox.top, right - left, bbox.height);
      ctx.save();
      ctx.clip();
      ctx.beginPath();
      for (let x = left - bbox.height; x < right; x += step) {
        ctx.moveTo(x, bbox.top + bbox.height);
        ctx.lineTo(x + bbox.height, bbox.top);
      }
      ctx.stroke();
      ctx.restore();
    }
    ctx.restore();
  }

  // The sample that is read: a line at its offset, and a ring around it.
  function mark(plot, { index, row }) {
    if (index === undefined || !plot.data[0].length) return;
    const { ctx, bbox } = plot, x = plot.valToPos(plot.data[0][index], "x", true), y = Number.isFinite(row[index]) ? plot.valToPos(row[index], "y", true) : NaN;
    ctx.save();
    ctx.setLineDash([]);
    ctx.strokeStyle = colour("--pst-color-text-base");
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (y >= bbox.top && y <= bbox.top + bbox.height) {
      ctx.lineWidth = 2 * devicePixelRatio;
      ctx.beginPath();
      ctx.arc(x, y, 6 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.stroke();
    }
    ctx.restore();
  }

  const sizeOf = (box) => ({ width: box.clientWidth || 600, height: box.clientHeight || 280 });

  function made(box, names, small, chosen, shown) {
    const lines = { stroke: () => colour("--pst-color-text-base"), grid: { stroke: () => colour("--pst-color-border"), width: 1 } };
    const style = { ...lines, values: (plot, all) => all.map(written), filter: (plot, all) => all };
    const dots = (name) => ({ fill: () => colour(`--explorer-${name}`), paths: squares, points: { show: false } });
    const line = { stroke: () => colour("--explorer-meant"), width: 2, dash: [6, 4], points: { show: false } };
    return new uPlot({
      ...sizeOf(box), legend: { show: false }, padding: [8, 8, 0, 0],
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, distr: 4, asinh: 2 ** -54, range: [-1, 1] },
        y: small ? { distr: 4, asinh: small, range: curvedRange } : { range: (plot, low, high) => explorer.straightRange(low, high) },
      },
      axes: [{ ...style, splits: decades(-17, box.clientWidth < 500 ? 2 : 4), label: "offset γ", labelSize: 20, size: 34 },
        { ...style, ...(small ? { incrs: (plot, axis, low, high) => [high - low] } : {}), splits: small ? decades(Math.log10(small) + 1, 4) : (plot, axis, low, high) => explorer.straightTicks(low, high), size: 76 }],
      series: [{}, ...names.map((name) => (name === "meant" ? line : dots(name)))],
      hooks: {
        setCursor: [(plot) => { if (plot.cursor.event && plot.cursor.idx !== null) chosen(plot.cursor.idx); }],
        drawAxes: [(plot) => hatch(plot, shown.hatched)],
        draw: [(plot) => mark(plot, shown)],
      },
    }, [[], ...names.map(() => [])], box);
  }

  const plots = new Map();

  // A plot keeps the size of its box and the colours of the theme.
  function watch(box) {
    new ResizeObserver(() => { if (box.clientWidth) plots.get(box).plot.setSize(sizeOf(box)); }).observe(box);
    new MutationObserver(() => plots.get(box).plot.redraw(false)).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  // The first and last of each run of samples of which something holds.
  function runs(row, holds) {
    const found = [];
    row.forEach((y, i) => {
      if (!holds(y)) return;
      if (found.length && found.at(-1)[1] === i - 1) found.at(-1)[1] = i;
      else found.push([i, i]);
    });
    return found;
  }

  /* Draw series, each named by its colour, in a box: a broken line for what is meant, dots for what is computed. ``row`` has what
     is computed in all samples: where it is NaN the plot is hatched. The ordinate is straight, or, where ``small`` is given and a
     value exceeds 1000 times that, logarithmic beyond ``small``. */
  explorer.draw = function (box, names, gamma, rows, row, small, chosen) {
    const wanted = small && rows.some((each) => each.some((y) => Math.abs(y) > 1000 * small)) ? small : 0, before = plots.get(box);
    if (!before || before.small !== wanted) {
      if (before) before.plot.destroy();
      const shown = { hatched: [], row: [] };
      plots.set(box, { small: wanted, shown: shown, plot: made(box, names, wanted, chosen, shown) });
      if (!before) watch(box);
    }
    const { plot, shown } = plots.get(box);
    Object.assign(shown, { row: row, hatched: runs(Array.from(row), Number.isNaN), index: before && before.shown.index < row.length ? before.shown.index : undefined });
    plot.setData([gamma, ...rows]);
  };

  /* Mark a sample in a plot. */
  explorer.markSample = function (box, index) {
    if (!plots.has(box)) return;
    plots.get(box).shown.index = index;
    plots.get(box).plot.redraw(false);
  };

  /* What a plot shows at the moment: its hatched samples, the marked one, its ticks. */
  explorer.plotted = (box) => ({ ...plots.get(box).shown, ticks: plots.get(box).plot.axes[1]._splits, scale: plots.get(box).plot.scales.y });

  /* One list for each group, with gaps where samples have another: what the plot takes. */
  explorer.grouped = (groups, group, row) => groups.map((name) => Array.from(row, (y, i) => (group[i] === name && Number.isFinite(y) ? y : null)));
})((window.explorer = window.explorer || {}));
