/* The paper's functions, as removable.functions has them, operation by operation. */
(function (explorer) {
  "use strict";

  const f = (x, xp) => xp.shift(xp.multiply(x, x), -4);
  const g = (x, xp) => xp.shift(x, -2);
  const sign = (v) => v.value.map((p) => (p >= 0 ? 1 : -1));
  const within = (v, limit) => v.value.map((p) => (Math.abs(p) < limit ? 1 : 0));
  // Single precision rounds the constants, too.
  const scaled = (signs, epsilon) => signs.map((p) => p).map((p) => p * epsilon);

  explorer.programs = {
    h: () => (x, xp) => xp.divide(f(x, xp), g(x, xp)),
    h1: ({ epsilon, delta }) => (x, xp) => {
      const top = f(x, xp), denominator = g(x, xp);
      const moved = xp.add(denominator, scaled(sign(denominator), epsilon));
      return xp.divide(top, xp.select(within(denominator, delta), moved, denominator));
    },
    h2: ({ epsilon }) => (x, xp) => {
      const top = f(x, xp), denominator = g(x, xp);
      const clamped = xp.constant(scaled(sign(denominator), epsilon));
      return xp.divide(top, xp.select(within(denominator, epsilon), clamped, denominator));
    },
    power: ({ power }) => (x, xp) => {
      let y = x;
      for (let k = 1; k < power; k++) y = xp.multiply(y, x);
      return xp.divide(xp.shift(y, -(2 ** power)), g(x, xp));
    },
    square: () => (x, xp) => xp.divide(xp.shift(xp.square(x), -4), g(x, xp)),
    meant: () => (x, xp) => xp.shift(x, 2),
  };
})((window.explorer = window.explorer || {}));
