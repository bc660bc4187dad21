/* Real numbers with a bound on their error: m 2^e, off by at most 2^r. An integer of any length holds m.

   The arithmetic is that of balls, as in Arb: each operation rounds to the precision that is set and adds what it lost to the
   bound. An operation that has no real result returns ``none``; one whose bound says too little returns ``unknown``. */
(function (explorer) {
  "use strict";

  const none = { none: true }, unknown = { unknown: true }, exact = -Infinity;
  let bits = 160;

  /* How many bits results keep; an action is done with so many, and then it is as before. */
  function within(wanted, action) {
    const before = bits;
    bits = wanted;
    try {
      return action();
    } finally {
      bits = before;
    }
  }

  const magnitude = (m) => (m < 0n ? -m : m);

  // How many bits an integer has.
  function length(m) {
    const hex = magnitude(m).toString(16);
    return m === 0n ? 0 : 4 * hex.length - Math.clz32(parseInt(hex[0], 16)) + 28;
  }

  const shifted = (m, by) => (by >= 0 ? m << BigInt(by) : m >> BigInt(-by));

  // The exponent of a sum of two bounds, rounded up.
  const joined = (p, q) => (p === exact ? q : q === exact ? p : Math.max(p, q) + Math.log2(1 + 2 ** -Math.abs(p - q)) + 1e-9);

  // The logarithm of a size, to base 2, not too small, and not too large.
  const log2 = (p) => {
    const hex = magnitude(p.m).toString(16);
    return Math.log2(parseInt(hex.slice(0, 12), 16)) + 4 * Math.max(0, hex.length - 12) + p.e;
  };
  const most = (p) => (p.m === 0n ? exact : log2(p) + 1e-9);
  const least = (p) => log2(p) - 1e-9;

  /* A ball from its parts, rounded to the precision that is set. */
  function ball(m, e, r) {
    const over = length(m) - bits;
    if (over <= 0) return { m: m, e: e, r: r };
    const kept = m >> BigInt(over);
    return { m: kept, e: e + over, r: kept << BigInt(over) === m ? r : joined(r, e + over) };
  }

  const number = (p) => p.m !== undefined;
  /* Exponents of two: the size is below the first, and, if it is not 0, at least the second. */
  const above = (p) => (p.m === 0n ? exact : length(p.m) + p.e);
  const below = (p) => above(p) - 1;
  const nonzero = (p) => p.m !== 0n && below(p) > p.r;
  const isZero = (p) => p.m === 0n && p.r === exact;
  const sign = (p) => (p.m > 0n ? 1 : p.m < 0n ? -1 : 0);
  const isExact = (p) => p.r === exact;

  // Operands that are no numbers decide the result.
  const among = (action) => (...operands) => operands.find((p) => p.none) || operands.find((p) => p.unknown) || action(...operands);

  const FAR = 20000;

  const plus = among(function (p, q) {
    if (p.m === 0n) return ball(q.m, q.e, joined(p.r, q.r));
    if (q.m === 0n) return ball(p.m, p.e, joined(p.r, q.r));
    const [high, low] = p.e >= q.e ? [p, q] : [q, p];
    // What is too small to be seen beside the other becomes part of the bound.
    if (high.e - low.e > FAR && above(low) < below(high) - 2 * bits) return ball(high.m, high.e, joined(joined(p.r, q.r), above(low)));
    return ball(shifted(high.m, high.e - low.e) + low.m, low.e, joined(p.r, q.r));
  });

  const negated = among((p) => ({ m: -p.m, e: p.e, r: p.r }));
  const minus = (p, q) => plus(p, negated(q));

  const times = among((p, q) =>
    ball(p.m * q.m, p.e + q.e, isExact(p) && isExact(q) ? exact : joined(joined(most(p) + q.r, most(q) + p.r), p.r + q.r)));

  const over = among(function (p, q) {
    if (isZero(q)) return none;
    if (!nonzero(q) || q.r > below(q) - 1) return unknown;
    if (isZero(p)) return p;
    const shift = Math.max(0, bits + 2 + length(q.m) - length(p.m)), top = shifted(p.m, shift), m = top / q.m;
    const e = p.e - shift - q.e, rest = m * q.m === top ? exact : e;
    if (isExact(p) && isExact(q)) return ball(m, e, rest);
    // (p + dp) / (q + dq) - p / q = (dp - (p / q) dq) / (q + dq)
    const smallest = least(q) + Math.log2(1 - 2 ** (q.r - least(q)));
    return ball(m, e, joined(rest, joined(p.r, most(p) - least(q) + q.r) - smallest + 1e-9));
  });

  function root(m) {
    let guess = shifted(BigInt(Math.floor(Math.sqrt(Number(shifted(m, -2 * Math.max(0, Math.ceil((length(m) - 100) / 2))))))) + 1n,
      Math.max(0, Math.ceil((length(m) - 100) / 2)));
    for (;;) {
      const next = (guess + m / guess) >> 1n;
      if (next >= guess) return guess;
      guess = next;
    }
  }

  const sqrt = among(function (p) {
    if (isZero(p)) return p;
    if (!nonzero(p)) return unknown;
    if (sign(p) < 0) return none;
    let shift = Math.max(0, 2 * bits + 4 - length(p.m));
    if ((p.e - shift) % 2) shift += 1;
    const m = root(p.m << BigInt(shift)), e = (p.e - shift) / 2;
    return ball(m, e, joined(m * m === p.m << BigInt(shift) ? exact : e, p.r === exact ? exact : p.r - below(p) / 2));
  });

  const abs = among((p) => (p.m < 0n ? negated(p) : p));

  /* A double, exactly. */
  function double(x) {
    if (!Number.isFinite(x)) return Number.isNaN(x) ? none : unknown;
    if (x === 0) return { m: 0n, e: 0, r: exact };
    let e = 0;
    while (Math.abs(x) < 2 ** 52) [x, e] = Math.abs(x) < 2 ** -500 ? [x * 2 ** 500, e - 500] : [x * 2, e - 1];
    while (Math.abs(x) >= 2 ** 53) [x, e] = Math.abs(x) > 2 ** 600 ? [x * 2 ** -500, e + 500] : [x / 2, e + 1];
    let m = BigInt(x);
    for (; m % 256n === 0n; e += 8) m /= 256n;
    return { m: m, e: e, r: exact };
  }

  const integer = (n) => ({ m: BigInt(n), e: 0, r: exact });

  /* A number as it is typed: 0.1 is a tenth. */
  function typed(text) {
    const [, whole, places = "", power = "0"] = /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text), exponent = Number(power) - places.length;
    if (Math.abs(exponent) > 5000) return unknown;
    const digits = { m: BigInt(whole + places), e: 0, r: exact }, scale = { m: 10n ** BigInt(Math.abs(exponent)), e: 0, r: exact };
    return exponent < 0 ? over(digits, scale) : ball(digits.m * scale.m, 0, exact);
  }

  // The quotient of two integers as a double, rounded to nearest.
  function ratio(top, bottom) {
    const size = length(top) - length(bottom);
    const cut = Math.max(size - 54, -1074), scaled = shifted(magnitude(top), Math.max(0, -cut)) , under = shifted(magnitude(bottom), Math.max(0, cut));
    const q = scaled / under;
    return (top < 0n ? -1 : 1) * Number(q * 2n + (q * under === scaled ? 0n : 1n)) * 2 ** Math.max(cut - 1, -1000) * (cut - 1 < -1000 ? 2 ** (cut + 999) : 1);
  }

  /* The double next to the middle of a ball; NaN if it is no number. */
  const toNumber = (p) => (!number(p) ? NaN : above(p) > 1024 ? sign(p) * Infinity : above(p) < -1074 ? 0 : ratio(shifted(p.m, Math.max(0, p.e)), shifted(1n, Math.max(0, -p.e))));

  /* The middle of a ball with so many significant decimal digits, as Number.toPrecision has them. */
  function toDigits(p, digits) {
    if (p.m === 0n) return (0).toPrecision(digits);
    let place = digits - 1 - Math.floor((below(p)) * Math.LOG10E * Math.LN2);
    const scaled = (by) => {
      const top = shifted(magnitude(p.m) * 10n ** BigInt(Math.max(0, by)), Math.max(0, p.e)), under = 10n ** BigInt(Math.max(0, -by)) << BigInt(Math.max(0, -p.e));
      return (2n * top + under) / (2n * under);
    };
    let m = scaled(place).toString();
    if (m.length > digits) m = scaled((place -= 1)).toString();
    const exponent = m.length - 1 - place, minus = p.m < 0n ? "-" : "";
    if (exponent < -6 || exponent >= digits) return `${minus}${m[0]}${digits > 1 ? `.${m.slice(1)}` : ""}e${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
    if (exponent < 0) return `${minus}0.${"0".repeat(-exponent - 1)}${m}`;
    return minus + m.slice(0, exponent + 1) + (exponent + 1 < digits ? `.${m.slice(exponent + 1)}` : "");
  }

  const precision = () => bits;
  explorer.balls = {
    none, unknown, ball, within, precision, length, shifted, joined, number, above, below, nonzero, isZero, isExact, sign,
    plus, minus, times, over, negated, sqrt, abs, double, integer, typed, toNumber, toDigits,
  };
})((window.explorer = window.explorer || {}));
