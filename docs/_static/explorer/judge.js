/* A function of a reader's: what it is at a point, and what floating point makes of it around there. */
(function (explorer) {
  "use strict";

  const { balls } = explorer;
  const { plus, minus, number, nonzero, isExact, within } = balls;
  // How well a result must be known: to 2^-64 of itself, or so small that nobody asks.
  const KNOWN = 64, SMALL = -400, FIRST = 160, MOST = 2560, CLOSE = [-110, -100], AWAY = -9, FAR = 1500, OCTAVE = 4;
  /* What the page says of how it judges. */
  explorer.judging = { ...explorer.closeness, close: CLOSE, octave: OCTAVE };
  const roundoff = { float64: 2 ** -53, float32: 2 ** -24 };

  // Four distances to an octave, from 2^-54 to 1, each with as many bits as a double has: with few bits x would be a number
  // whose square, for one, is exact. Both ends, the middle and every eighth come first: what there is after a while tells of all.
  const distances = Array.from({ length: OCTAVE * 54 }, (_, k) => 2 ** (-54 + (k + 0.618) / OCTAVE));
  const offsets = [...distances.map((p) => -p).reverse(), 0, ...distances], rank = (i) => (offsets[i] === 0 ? 0 : i % 64 === 0 ? 1 : i % 8 === 0 ? 2 : 3);
  const ordered = offsets.map((_, i) => i).sort((i, j) => rank(i) - rank(j) || i - j).map((i) => offsets[i]);
  // Beyond the outermost sample that is wrong, as far as the next one: so many more.
  const BEYOND = 24;

  const same = (p, q) => !nonzero(minus(p, q));
  const log2 = (p) => (p.m === 0n ? -Infinity : Math.log2(Math.abs(balls.toNumber({ ...p, e: -balls.length(p.m) }))) + balls.length(p.m) + p.e);

  // What is larger than any double, so that infinity is its rounding. (Single precision ends sooner, and that counts as an error.)
  const beyond = (t) => balls.below(t) >= 1023;

  const SMALLEST = { float64: -1022, float32: -126 };

  // How far a double is from what is meant, as a part of that. What is smaller than normal numbers may lose its digits.
  function doubt(f, t, precision) {
    if (Number.isNaN(f)) return Infinity;
    if (!number(t) || t.r > Math.max(balls.below(t) - KNOWN / 2, SMALL)) return 0;
    if (!Number.isFinite(f)) return beyond(t) ? 0 : Infinity;
    const off = minus(balls.double(f), t);
    if (balls.above(t) < SMALLEST[precision] && Math.abs(f) <= 2 ** SMALLEST[precision]) return 0;
    return nonzero(off) ? 2 ** (log2(off) - (nonzero(t) ? log2(t) : SMALL)) : 0;
  }

  const known = (t) => t.none || (number(t) && (t.r <= balls.below(t) - KNOWN || t.r <= SMALL));
  /* How far a result is from what is meant, where that is larger than 1 as a part of it. */
  function error({ f, t }) {
    if (!Number.isFinite(f)) return beyond(t) && Math.sign(f) === balls.sign(t) ? 0 : Infinity;
    const off = minus(balls.double(f), t), share = 2 ** (log2(off) - Math.max(0, log2(t)));
    return nonzero(off) ? share : 0;
  }
  const meant = (p) => number(p.t) && p.t.r <= Math.max(balls.below(p.t), 0) - 20;
  /* Where a number is meant: a result that is none, or off by more than a thousandth of what is meant or of 1. */
  explorer.wrong = (p) => meant(p) && !(error(p) <= 1e-3);

  // How many bits to begin with, and to end with. Where the end has been in vain, it comes sooner from then on.
  const patience = () => ({ first: FIRST, most: MOST, vain: 0 });

  /* All results at one number; an operation in balls at a time. */
  function* sampled(program, x, precision, effort) {
    const f = explorer.inFloats(program, x, precision), exact = balls.double(x), ends = Object.entries(program.ends), found = {};
    let t, bits = effort.first;
    for (; ; bits *= 2) {
      t = [];
      for (const each of program.list) {
        t.push(within(bits, () => explorer.inBalls(each, t, exact)));
        yield;
      }
      if (ends.every(([, each]) => known(t[each.index]))) break;
      if (bits >= effort.most) {
        effort.vain += 1;
        if (effort.vain > 4) effort.most = 2 * FIRST;
        break;
      }
    }
    effort.first = Math.min(effort.most, Math.max(FIRST, bits / 2));
    const least = roundoff[precision], doubts = f.map((each, i) => doubt(each, t[i], precision));
    for (const [kind, end] of ends) found[kind] = { f: f[end.index], t: t[end.index], doubt: doubts[end.index], growth: 0 };
    // Where there is no value there is no slope, whatever a rule makes of it.
    if (found.value.t.none) Object.values(found).forEach((each) => { each.t = balls.none; });
    program.list.forEach(function (each, i) {
      const growth = doubts[i] / Math.max(least, ...(each.operands || []).map((p) => doubts[p.index]));
      if (found[each.part] && growth > found[each.part].growth) Object.assign(found[each.part], { growth: growth, where: each.place });
    });
    return found;
  }

  /* Read the point: an expression without x. */
  explorer.point = function (text) {
    const tree = explorer.read(text), program = explorer.program(tree, 0), refuse = () =>
      explorer.refuse("The point must be a finite number, such as 2 or pi/2, without x.", { start: 0, end: text.length });
    const end = program.ends.value, ball = (bits) => within(bits, () => {
      const found = [];
      for (const each of program.list) found.push(explorer.inBalls(each, found, balls.none));
      return found[end.index];
    });
    const f = explorer.inFloats(program, NaN, "float64")[end.index];
    if (!number(ball(1100))) refuse();
    // So far out the numbers next to the point are further apart than all that is looked at.
    if (!Number.isFinite(f) || Math.abs(f) > 1e15) explorer.refuse("The point must lie between -1e15 and 1e15: beyond, floating-point numbers are further apart than 0.1.", { start: 0, end: text.length });
    const found = ball(1100);
    // Whether floating point can stand at the point itself.
    return { f: f, ball: () => ball(balls.precision()), exact: isExact(found) && same(found, balls.double(f)), tree: tree };
  };

  const settled = (all) => all.every(number) && all.every((p) => Math.abs(balls.toNumber(minus(p, all[0]))) <= 1e-8 * (1 + Math.abs(balls.toNumber(all[0]))));

  // Where there is no series: what values and slopes do on both sides, close to the point.
  function* tried(program, at) {
    const values = [], slopes = [], where = [];
    // What is too large to be computed there tells that it grows only if it is smaller further away.
    const tame = [];
    for (const side of [1, -1]) for (const power of [...CLOSE, AWAY]) {
      const x = within(FAR, () => plus(at.ball(), { m: BigInt(side), e: power, r: -Infinity })), t = [];
      for (const each of program.list) {
        t.push(within(FAR, () => explorer.inBalls(each, t, x)));
        if (t.at(-1).none && where.length === values.length && power !== AWAY) where.push(each.place);
        yield;
      }
      if (power === AWAY) {
        tame.push(number(t[program.ends.value.index]));
        continue;
      }
      values.push(t[program.ends.value.index]);
      slopes.push(t[program.ends.slope.index]);
      if (where.length < values.length) where.push(undefined);
    }
    const sides = (all) => [all.slice(0, 2), all.slice(2, 4)], size = (p) => (p.huge ? Infinity : Math.abs(balls.toNumber(p)));
    const grow = (all, factor, small) => sides(all).some(([p, q], k) => (p.huge ? tame[k] : size(p) > factor * size(q) && size(q) > small));
    if (values.every((p) => p.none)) return { kind: "undefined", where: where[0] };
    if (values.some((p) => p.none)) return { kind: "edge", where: where.find(Boolean) };
    if (grow(values, 1.05, 10)) return { kind: "pole" };
    if (!values.every(number)) return { kind: "unsettled" };
    if (!settled(values)) return { kind: sides(values).every(settled) ? "jump" : "unsettled" };
    // What shrinks as the distance does tends to 0.
    const limit = (all) => (size(all[0]) < 1e-2 * size(all[1]) || size(all[0]) < 2 ** -90 ? 0 : balls.toNumber(all[0]));
    const value = limit(values);
    if (settled(slopes)) return { kind: "limited", value: value, slope: limit(slopes) };
    if (slopes.every(number) && sides(slopes).every(settled)) return { kind: "corner", value: value };
    return { kind: grow(slopes, 1.01, 10) ? "vertical" : "rough", value: value };
  }

  // What the series on both sides say.
  function told(right, left) {
    const term = explorer.term, sides = [right, left], signed = (k) => (k % 2 ? balls.negated(term(left, k)) : term(left, k));
    if (sides.some((each) => each.v < 0 && each.c.length)) return { kind: "pole" };
    if (!same(term(right, 0), term(left, 0))) return { kind: "jump" };
    const value = balls.toNumber(term(right, 0)), roots = (low, high) => sides.some((each) =>
      each.c.some((p, k) => each.v + k > low * each.roots && each.v + k < high * each.roots && nonzero(p)));
    if (roots(0, 1)) return { kind: "vertical", value: value };
    if (!same(term(right, 1), signed(1))) return { kind: "corner", value: value };
    const slope = balls.toNumber(term(right, 1)), smooth = !roots(1, 2) && same(term(right, 2), signed(2));
    const known = Math.min(...sides.map((each) => Math.floor((each.v + each.c.length - 1) / each.roots)));
    const whole = sides.every((each) => each.c.every((p, k) => (each.v + k) % each.roots === 0 || !nonzero(p)));
    let series = whole;
    for (let k = 2; k <= known && series; k++) series = same(term(right, k), signed(k));
    const constant = sides.every((each) => each.c.every((p, k) => each.v + k === 0 || !nonzero(p)));
    const found = { value: value, slope: slope, constant: constant, ...(smooth ? { curvature: 2 * balls.toNumber(term(right, 2)) } : {}) };
    return { ...found, kind: !sides.some((each) => each.hole) ? "ordinary" : series ? "removable" : "limited" };
  }

  const leading = (found) => (found.why || found.roots !== 1 || !found.c.length ? undefined : { v: found.v, size: Math.abs(balls.toNumber(found.c[0])) });

  // Terms that cancel in a numerator: of what power of the distance they are, and of what size. Undefined if none do.
  function* cancelling(step, at) {
    const whole = leading(yield* explorer.series(step, at.ball, 1)), parts = [];
    const terms = (each) => (["+", "-"].includes(each.name) ? each.operands.flatMap(terms) : each.name === "neg" ? terms(each.operands[0]) : [each]);
    if (!whole) return undefined;
    for (const each of step.name === "*" ? step.operands : terms(step)) parts.push(leading(yield* explorer.series(each, at.ball, 1)));
    if (parts.some((each) => !each)) return undefined;
    if (step.name !== "*") {
      const v = Math.min(...parts.map((each) => each.v));
      return v < whole.v ? { v: v, size: Math.max(...parts.filter((each) => each.v === v).map((each) => each.size)) } : undefined;
    }
    for (const k of [0, 1]) {
      const found = yield* cancelling(step.operands[k], at);
      if (found) return { v: found.v + parts[1 - k].v, size: found.size * parts[1 - k].size };
    }
    return undefined;
  }

  /* The law of the chapter on precision: terms of size s that cancel, over a zero c t^m, put the n-th derivative off by
     u s (m + n - 1)! / (m - 1)! / |c t^(m + n)|. How far out that is above a thousandth. Terms of size s t^k count as of size s
     over a zero of order m - k. */
  function* law(tree, at, about, precision) {
    if (tree.name !== "/" || about.kind !== "removable") return undefined;
    const below = leading(yield* explorer.series(tree.operands[1], at.ball, 1)), above = yield* cancelling(tree.operands[0], at);
    if (!below || !above || above.v >= below.v) return undefined;
    const m = below.v - above.v, scale = (roundoff[precision] * above.size) / below.size;
    return Object.fromEntries(["value", "slope", "curvature"].map(function (kind, n) {
      let factor = 1;
      for (let k = m; k < m + n; k++) factor *= k;
      return [kind, ((factor * scale) / (1e-3 * Math.max(1, Math.abs(about[kind] || 0)))) ** (1 / (m + n))];
    }));
  }

  // What became of a result in all samples: how many are NaN or off, how far out, what loses the digits, and what is at the point.
  function damage(samples, kind) {
    const all = samples.map((p) => ({ gamma: p.gamma, ...p[kind] })), judged = all.filter(meant), off = judged.filter(explorer.wrong);
    const most = (list, size) => list.reduce((found, p) => (size(p) > size(found) ? p : found), list[0]);
    const finite = judged.filter((p) => Number.isFinite(p.doubt)), worst = most(2 * finite.length < judged.length ? judged : finite, (p) => p.doubt) || { doubt: 0 };
    const largest = most(judged.filter((p) => Number.isFinite(p.f)), error), away = all.filter((p) => p.gamma !== 0);
    return {
      off: off.length, nan: off.filter((p) => Number.isNaN(p.f)).length, furthest: off.reduce((far, p) => Math.max(far, Math.abs(p.gamma)), 0),
      doubt: worst.doubt, where: worst.growth > 1000 ? worst.where : undefined, growth: worst.growth,
      largest: largest ? { error: error(largest), gamma: largest.gamma, f: largest.f, t: balls.toNumber(largest.t) } : undefined,
      infinite: off.filter((p) => Math.abs(p.f) === Infinity).length,
      center: all.find((p) => p.gamma === 0),
      // A number where the function has none, which is as wrong, and NaN where that is right.
      madeUp: away.filter((p) => p.t.none && !Number.isNaN(p.f)).length, rightlyNan: away.filter((p) => p.t.none && Number.isNaN(p.f)).length,
      unknown: all.filter((p) => !p.t.none && !meant(p)).length,
    };
  }

  /* Take an expression, a point, a precision and how many derivatives are wanted. What comes back goes on by one operation at a
     time, and judges those samples there are. */
  explorer.own = function (tree, at, { precision = "float64", order = 1 } = {}) {
    const samples = [], taken = new Set(), round = precision === "float32" ? Math.fround : (p) => p, middle = round(at.f), effort = patience();
    const kinds = ["value", "slope", "curvature"].slice(0, order + 1), program = explorer.program(tree, order);
    const made = { samples: samples, all: new Set(ordered.map((gamma) => round(middle + gamma))).size };
    let about;

    function* take(gamma) {
      const x = round(middle + gamma);
      if (taken.has(x)) return;
      taken.add(x);
      const found = yield* sampled(program, x, precision, effort);
      // A root of 0 has no slope, and the constant that it is has the slope 0.
      if (about.constant && number(found.value.t)) kinds.filter((kind) => found[kind].t.none).forEach((kind) => { found[kind].t = balls.integer(0); });
      // At the point itself its limit is meant, if it has one and nothing else.
      if (x === middle && at.exact) for (const kind of kinds) {
        if (about[kind] === undefined || (about.kind !== "removable" && number(found[kind].t))) continue;
        const t = balls.double(about[kind]);
        Object.assign(found[kind], { t: { ...t, r: t.m === 0n ? -Infinity : balls.above(t) - 53 } });
        found[kind].doubt = doubt(found[kind].f, found[kind].t, precision);
      }
      samples.push({ gamma: x - middle, x: x, ...found });
    }

    function* work() {
      const right = yield* explorer.series(tree, at.ball, 1), left = yield* explorer.series(tree, at.ball, -1), why = [right.why, left.why];
      if (why.includes("none")) about = yield* tried(explorer.program(tree, 1), at);
      else if (why.every(Boolean)) about = { kind: "undefined", where: `in ${(right.step || tree).text}` };
      else about = why.some(Boolean) ? { kind: "edge", where: `in ${((right.why ? right : left).step || tree).text}` } : told(right, left);
      about.law = yield* law(tree, at, about, precision);
      for (const gamma of ordered) yield* take(gamma);
      for (const kind of kinds) for (const side of [1, -1]) {
        const wrong = samples.filter((p) => p.gamma * side > 0 && explorer.wrong(p[kind])), furthest = Math.max(0, ...wrong.map((p) => p.gamma * side));
        if (furthest > 0 && furthest < 0.5) for (let k = 1; k < BEYOND; k++) yield* take(side * furthest * 2 ** (k / BEYOND / OCTAVE));
      }
      made.all = samples.length;
    }

    const working = work();
    made.next = () => !working.next().done;
    made.about = () => about;
    made.judged = function () {
      const found = Object.fromEntries(kinds.map((kind) => [kind, damage(samples, kind)]));
      const lost = Object.values(found).some(({ off, doubt, madeUp }) => off > 0 || madeUp > 0 || doubt > 1000 * roundoff[precision]);
      const kind = about.kind !== "ordinary" ? about.kind : lost ? "cancellation" : "harmless";
      return { kind: kind, where: about.where, limit: about.value, limitSlope: about.slope, limitCurvature: about.curvature, law: about.law, ...found };
    };
    return made;
  };
})((window.explorer = window.explorer || {}));
