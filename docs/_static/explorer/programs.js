/* The paper's functions, operation by operation as in removable.functions, around any base point instead of 2. */
(function (explorer) {
  "use strict";

  const square = { "x*x": (x, xp) => xp.multiply(x, x), "x**2": (x, xp) => xp.square(x) };
  const f = ({ at, rule }) => (x, xp) => xp.shift(square[rule](x, xp), -at * at);
  const g = ({ at }) => (x, xp) => xp.shift(x, -at);
  const within = (v, limit) => v.value.map((p) => (Math.abs(p) < limit ? 1 : 0));
  const signed = (v, size) => v.value.map((p) => (p >= 0 ? size : -size));

  // Each takes the settings, and returns a program as a framework would run it.
  explorer.programs = {
    h: (to) => (x, xp) => xp.divide(f(to)(x, xp), g(to)(x, xp)),
    h1: (to) => function (x, xp) {
      const top = f(to)(x, xp), bottom = g(to)(x, xp), moved = xp.add(bottom, signed(bottom, to.epsilon));
      return xp.divide(top, xp.select(within(bottom, to.delta), moved, bottom));
    },
    h2: (to) => function (x, xp) {
      const top = f(to)(x, xp), bottom = g(to)(x, xp), clamped = xp.constant(signed(bottom, to.epsilon));
      return xp.divide(top, xp.select(within(bottom, to.epsilon), clamped, bottom));
    },
    power: (to) => function (x, xp) {
      let y = x;
      for (let k = 1; k < to.power; k++) y = xp.multiply(y, x);
      return xp.divide(xp.shift(y, -(to.at ** to.power)), g(to)(x, xp));
    },
    // The series of removable.quotient: 2 at + t, with t = x - at.
    remedy: (to) => (x, xp) => xp.shift(g(to)(x, xp), 2 * to.at),
  };

  /* Offsets from the base point, 128 in each octave from 2^-54 to 1, on both sides and 0: numbers that need no rounding. */
  explorer.offsets = function () {
    const positive = [];
    for (let e = -54; e < 0; e++) for (let m = 128; m < 256; m++) positive.push(m * 2 ** (e - 7));
    return [...positive.map((p) => -p).reverse(), 0, ...positive];
  };

  /* What the paper's captions colour: see removable.regions. */
  explorer.region = function (to, offset, x, squared) {
    const outside = { h1: Math.abs(x - to.at) >= to.delta, h2: Math.abs(x - to.at) >= to.epsilon }[to.f];
    if (outside) return "black";
    if (offset === 0) return "green";
    if (x === to.at) return "red";
    return squared - to.at * to.at === 2 * to.at * (x - to.at) ? "yellow" : "green";
  };
})((window.explorer = window.explorer || {}));
