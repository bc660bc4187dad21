/* The paper's functions, operation by operation as in removable.functions, with any power n and any base point instead of 2. */
(function (explorer) {
  "use strict";

  const kinds = { float64: Float64Array, float32: Float32Array };
  const power = (at, n) => Array(n).fill(at).reduce((p, q) => p * q, 1);
  const choose = (n, k) => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);

  function f(to, x, xp) {
    if (to.rule === "x**2" && to.n === 2) return xp.shift(xp.square(x), -power(to.at, 2));
    let y = x;
    for (let k = 1; k < to.n; k++) y = xp.multiply(y, x);
    return xp.shift(y, -power(to.at, to.n));
  }

  const g = (to, x, xp) => xp.shift(x, -to.at);
  // A framework rounds the limit to the precision of what it is compared with.
  const within = (v, limit) => v.value.map((p) => Math.abs(p) < v.value.constructor.of(limit)[0]);
  const signed = (v, size, xp) => xp.constant(v.value.map((p) => (p >= 0 ? size : -size)), v);

  // Each takes the settings, x and the operations of a framework.
  const programs = {
    h: (to, x, xp) => xp.divide(f(to, x, xp), g(to, x, xp)),
    h1: function (to, x, xp) {
      const top = f(to, x, xp), bottom = g(to, x, xp), moved = xp.add(bottom, signed(bottom, to.epsilon, xp));
      return xp.divide(top, xp.select(within(bottom, to.delta), moved, bottom));
    },
    h2: function (to, x, xp) {
      const top = f(to, x, xp), bottom = g(to, x, xp), clamped = signed(bottom, to.epsilon, xp);
      return xp.divide(top, xp.select(within(bottom, to.epsilon), clamped, bottom));
    },
    // What the series of removable.quotient is for a power: the sum of C(n, k + 1) at^(n-1-k) t^k in t = x - at, by Horner's rule.
    remedy: function (to, x, xp) {
      const t = g(to, x, xp), coefficient = (k) => choose(to.n, k + 1) * power(to.at, to.n - 1 - k);
      let y = xp.shift(t, coefficient(to.n - 2));
      for (let k = to.n - 3; k >= 0; k--) y = xp.shift(xp.multiply(y, t), coefficient(k));
      return y;
    },
  };

  /* Offsets from the base point, so many in each octave from 2^-54 to 1, on both sides and 0: numbers that need no rounding. */
  function symmetric(count) {
    const positive = [];
    for (let e = -54; e < 0; e++) for (let m = count; m < 2 * count; m++) positive.push((m / count) * 2 ** e);
    return [...positive.map((p) => -p).reverse(), 0, ...positive];
  }
  const offsets = symmetric(128);

  /* All samples of a setting, in the precision it names. */
  explorer.compute = function (to) {
    const x = kinds[to.precision].from(offsets, (gamma) => to.at + gamma);
    return { gamma: offsets, x: x, region: regions(to, x), ...explorer.differentiate(to.framework, (v, xp) => programs[to.f](to, v, xp), x) };
  };

  // What the captions colour, see removable.sweeps.regions: in the yellow region the numerator holds no power of the offset but the first.
  function regions(to, x) {
    const limit = { h1: to.delta, h2: to.epsilon }[to.f] || Infinity, first = to.n * power(to.at, to.n - 1);
    const top = explorer.differentiate("torch", (v, xp) => f(to, v, xp), x).value, offset = x.map((p) => p - to.at);
    const straight = offset.map((p) => first * p);
    return Array.from(x, function (p, i) {
      if (Math.abs(offset[i]) >= limit) return "black";
      if (offsets[i] === 0) return "green";
      return p === to.at ? "red" : top[i] === straight[i] ? "yellow" : "green";
    });
  }

  /* Value and slope of the function that is meant, the sum of at^(n-1-k) x^k by Horner's rule, in any arithmetic. */
  explorer.meant = (to, points, kind) =>
    explorer.differentiate("torch", function (x, xp) {
      let y = xp.shift(x, to.at);
      for (let k = 2; k < to.n; k++) y = xp.shift(xp.multiply(y, x), power(to.at, k));
      return y;
    }, points, kind);
})((window.explorer = window.explorer || {}));
