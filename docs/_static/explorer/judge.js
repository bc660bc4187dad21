/* A function of a reader's, run on the tape in float64 and beside it with many digits, and judged. */
(function (explorer) {
  "use strict";

  const { digits, doubt } = explorer;
  // The closest ones first: if there is no time for all of them, those are there.
  const offsets = explorer.offsets(4).sort((a, b) => Math.abs(a) - Math.abs(b));

  // A program for the tape. What is done on the way there and back has a name.
  const program = (step, doing) => function (x, xp) {
    function made(step) {
      if (step.x) return x;
      if (step.pair) return xp.constant([step.pair]);
      const operands = step.operands.map(made);
      doing.now = `in ${step.text}`;
      const result = step.divide ? xp.divide(...operands) : xp.call(step.apply, step.slopes, ...operands);
      result.parents = result.parents.map(([parent, rule]) => [parent, function (slope) {
        doing.now = `in the slope of ${step.text}`;
        const part = rule(slope);
        doing.now = `where the slope through ${step.text} is added to those before it`;
        return part;
      }]);
      return result;
    }
    const y = made(step);
    doing.kind = "slope";
    return y;
  };

  /* Value and slope at one point, in pairs, and the operation that multiplies the error most on the way to each. */
  function sample(step, point) {
    const doing = { kind: "value" }, worst = { value: { growth: 0 }, slope: { growth: 0 } };
    explorer.weigh = function (made, operands) {
      const growth = doubt(made) / Math.max(2 ** -53, ...operands.map(doubt));
      if (growth > worst[doing.kind].growth) worst[doing.kind] = { growth: growth, where: doing.now };
    };
    const found = explorer.differentiate("torch", program(step, doing), [point], explorer.pairs);
    explorer.weigh = () => {};
    return { value: found.value[0], slope: found.slope[0], worst: worst };
  }

  function withMoreDigits(action) {
    Decimal.set({ precision: digits.near });
    try {
      return action();
    } finally {
      Decimal.set({ precision: digits.samples });
    }
  }

  /* Read the point: an expression without x. */
  explorer.point = function (text) {
    const step = explorer.read(text), at = withMoreDigits(() => sample(step, { f: NaN, t: new Decimal(NaN) }).value);
    if (!at.t.isFinite()) explorer.refuse("The point must be a finite number, such as 2 or pi/2, without x.", { start: 0, end: text.length });
    return at;
  };

  /* Where a function is asked to find out what it is at a point. */
  const near = (explorer.near = ["1e-33", "1e-30", "-1e-33", "-1e-30", "0"]);
  const settled = (all) => all.every((p) => p.isFinite() && p.minus(all[0]).abs().lte(all[0].abs().plus(1).times(1e-8)));
  const sides = (all) => [all.slice(0, 2), all.slice(2, 4)];
  // Whether numbers on one side of the point grow so much towards it, from something that is not small.
  const grow = (all, factor, small) => sides(all).some(([p, q]) => !p.isFinite() || (p.abs().gt(q.abs().times(factor)) && q.abs().gt(small)));

  /* Value and slope at the point or at one of the places close to it, with more digits than elsewhere. */
  function probe(step, at, place) {
    return withMoreDigits(() => sample(step, { f: at.f, t: place === "0" ? at.t : at.t.plus(place) }));
  }

  /* What the function is at a point, from its values there and close to it on both sides. */
  function nature(probes) {
    const [values, slopes] = ["value", "slope"].map((kind) => probes.slice(0, 4).map((p) => p[kind].t)), here = probes[4].value.t;
    if (values.every((p) => p.isNaN())) return { kind: "undefined", where: probes[0].worst.value.where };
    if (values.some((p) => p.isNaN())) return { kind: "edge" };
    if (!settled(values)) {
      if (grow(values, 1.5, 1e3)) return { kind: "pole" };
      return { kind: sides(values).every(settled) ? "jump" : "unsettled" };
    }
    // What is left of the distance is rounded off.
    const [value, slope] = [values[0], slopes[0]].map((p) => p.toDecimalPlaces(28));
    if (settled(slopes)) return { kind: settled([...values, here]) ? "ordinary" : "removable", value: value, slope: slope };
    if (sides(slopes).every(settled)) return { kind: "corner", value: value };
    return { kind: grow(slopes, 1.01, 10) ? "vertical" : "rough", value: value };
  }

  // What became of value or slope in all samples: how many are NaN or off, how far out, and what loses the digits.
  function damage(samples, kind) {
    const off = samples.filter((p) => explorer.wrong(p[kind])), nan = off.filter((p) => Number.isNaN(p[kind].f));
    // A NaN at the point itself says less than what is wrong around it, unless it is everywhere.
    const finite = samples.filter((p) => Number.isFinite(doubt(p[kind]))), told = 2 * finite.length < samples.length ? samples : finite;
    const most = Math.max(0, ...told.map((p) => doubt(p[kind])));
    const { growth, where } = told.find((p) => doubt(p[kind]) === most)?.worst[kind] || {};
    const furthest = Math.max(0, ...off.map((p) => Math.abs(p.gamma)));
    return { off: off.length, nan: nan.length, furthest: furthest, doubt: most, growth: growth, where: growth > 1000 ? where : undefined };
  }

  /* Take steps and a point. What comes back goes on by one place or sample at a time, and judges those samples there are. */
  explorer.own = function (step, at) {
    const probes = [], samples = [];
    let about;
    function next() {
      if (!about) {
        probes.push(probe(step, at, near[probes.length]));
        if (probes.length === near.length) about = nature(probes);
        return true;
      }
      const gamma = offsets[samples.length], x = at.f + gamma, made = sample(step, { f: x, t: explorer.exact(x) });
      // At the point itself its limit is meant, if it has one and nothing else.
      const meant = ["value", "slope"].filter((kind) => at.t.eq(x) && about[kind] && (about.kind === "removable" || !made[kind].t.isFinite()));
      meant.forEach((kind) => { made[kind] = { f: made[kind].f, t: about[kind] }; });
      samples.push({ gamma: gamma, ...made });
      return samples.length < offsets.length;
    }
    function judged() {
      const [value, slope] = ["value", "slope"].map((kind) => damage(samples, kind));
      const lost = [value, slope].some(({ off, doubt }) => off > 0 || doubt > 1000 * 2 ** -53);
      const kind = about.kind !== "ordinary" ? about.kind : lost ? "cancellation" : "harmless";
      return { kind: kind, where: about.where, limit: about.value, limitSlope: about.slope, value: value, slope: slope };
    }
    return { samples: samples, next: next, judged: judged, all: offsets.length };
  };
})((window.explorer = window.explorer || {}));
