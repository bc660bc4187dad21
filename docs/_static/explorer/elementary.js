/* The elementary functions on balls: fixed-point series of integers, and what the error of the argument does to the result. */
(function (explorer) {
  "use strict";

  const { none, unknown, ball, within, precision, length, shifted, joined, number, above, below, nonzero, isZero, isExact, sign, plus, minus, times, over,
    negated, sqrt, abs, double, integer, toNumber } = explorer.balls;
  const GUARD = 24, LARGEST = 20, one = integer(1), two = integer(2), half = { m: 1n, e: -1, r: -Infinity };

  // A number that is kept with as many bits as were asked of it at most.
  function constant(computed) {
    let kept = 0, value;
    return function (places) {
      if (places > kept) value = computed((kept = Math.ceil(places / 256) * 256) + GUARD) >> BigInt(GUARD);
      return value >> BigInt(kept - places);
    };
  }

  // 1/n + or - 1/(3 n^3) + ..., times 2^places.
  function arc(n, places, alternate) {
    const square = BigInt(n * n);
    let power = (1n << BigInt(places)) / BigInt(n), sum = power;
    for (let k = 3n, s = alternate; power; k += 2n, s *= alternate) {
      power /= square;
      sum += BigInt(s) * (power / k);
    }
    return sum;
  }

  const pi = constant((places) => 16n * arc(5, places, -1) - 4n * arc(239, places, -1));
  const log2 = constant((places) => 18n * arc(26, places, 1) - 2n * arc(4801, places, 1) + 8n * arc(8749, places, 1));

  // e^x, for a fixed-point x between -1 and 1: a Taylor sum of x / 2^halvings, squared so often.
  function exponential(x, places) {
    const halvings = Math.ceil(Math.sqrt(places) / 2), inner = places + halvings + GUARD, small = shifted(x, inner - places - halvings);
    let term = 1n << BigInt(inner), sum = term;
    for (let k = 1n; term !== 0n && term !== -1n; k += 1n) {
      term = ((term * small) >> BigInt(inner)) / k;
      sum += term;
    }
    for (let k = 0; k < halvings; k++) sum = (sum * sum) >> BigInt(inner);
    return sum >> BigInt(inner - places);
  }

  const fixed = (p, places) => shifted(p.m, p.e + places);
  const defined = (action) => (p) => (number(p) ? action(p) : p);
  // Where a function is x itself but for higher powers of x, so small is x that these are beyond all digits.
  const nearly = (p, power) => ({ m: p.m, e: p.e, r: joined(p.r, power * above(p)) });
  const tiny = (p) => p.m === 0n || above(p) < -2 * precision();
  // More bits for what is about to lose as many as a number is small.
  const finer = (p, action) => { const found = within(precision() + Math.max(0, -below(p)) + 8, action); return number(found) ? ball(found.m, found.e, found.r) : found; };

  const exp = defined(function (p) {
    if (p.m === 0n && isExact(p)) return one;
    if (above(p) > LARGEST) return sign(p) < 0 && p.r < below(p) ? { m: 0n, e: 0, r: -(2 ** LARGEST) / 2 } : { ...unknown, huge: true };
    if (p.r > -1) return unknown;
    const places = precision() + GUARD + Math.max(0, above(p)), x = fixed(p, places), whole = (x + (log2(places) >> 1n)) / log2(places);
    const down = x - whole * log2(places) , k = Number(whole), m = exponential(down, places);
    return ball(m, k - places, joined(k - places + 12 + Math.max(0, above(p)), k + 2 + p.r));
  });

  const log = defined(function (p) {
    if (isZero(p)) return none;
    if (!nonzero(p) || p.r > below(p) - 2) return unknown;
    if (sign(p) < 0) return none;
    let k = length(p.m) + p.e;
    // Between 3/4 and 3/2: the first two bits decide.
    if (shifted(p.m, 2 - length(p.m)) === 2n) k -= 1;
    const y = { m: p.m, e: p.e - k, r: -Infinity }, away = within(1e6, () => minus(y, one)), moved = p.r - below(p) + 1;
    if (away.m === 0n) return k === 0 ? { m: 0n, e: 0, r: moved } : scaled(k, moved);
    const places = precision() + GUARD + (k === 0 ? Math.max(0, -below(away)) : length(BigInt(k))), target = fixed(y, places + 8);
    let z = fixed(double(Math.log1p(toNumber(away))), places + 8);
    // Newton's iteration, of third order: what it begins with is right to 48 digits of itself.
    for (let right = 48; right < places + 8; right *= 3) {
      const e = exponential(z, places + 8);
      z += shifted(2n * (target - e), places + 8) / (target + e);
    }
    return ball((z >> 8n) + BigInt(k) * log2(places), -places, joined(4 - places + length(BigInt(k)), moved));
  });

  const scaled = function (k, r) {
    const places = precision() + GUARD;
    return ball(BigInt(k) * log2(places), -places, joined(1 - places + length(BigInt(k)), r));
  };

  // Sine and cosine of a fixed-point number between -1 and 1.
  function series(x, places, first, k) {
    const square = (x * x) >> BigInt(places);
    let term = first, sum = term;
    for (; term !== 0n && term !== -1n; k += 2) {
      term = -((term * square) >> BigInt(places)) / BigInt(k * (k + 1));
      sum += term;
    }
    return sum;
  }

  // The sine of p, or of p and so many quarters of a turn.
  function circular(p, quarters) {
    if (above(p) > 3000) return unknown;
    if (quarters === 0 && tiny(p)) return nearly(p, 3);
    const places = precision() + GUARD + Math.max(0, above(p)) + (quarters ? 0 : Math.max(0, -below(p)));
    const quarter = pi(places) >> 1n, x = fixed(p, places), turns = (2n * x + quarter) / (2n * quarter) - (2n * x + quarter < 0n ? 1n : 0n);
    const down = x - turns * quarter, at = Number(BigInt.asUintN(2, turns + BigInt(quarters)));
    const m = at % 2 ? series(down, places, 1n << BigInt(places), 1) : series(down, places, down, 2);
    return ball(at > 1 ? -m : m, -places, joined(Math.max(0, above(p)) + 8 - places, p.r));
  }

  const sin = defined((p) => circular(p, 0));
  const cos = defined((p) => (isZero(p) ? one : circular(p, 1)));
  const tan = defined((p) => over(sin(p), cos(p)));
  const halfPi = () => ball(pi(precision() + GUARD), -precision() - GUARD - 1, -precision() - GUARD);

  const atan = defined(function (p) {
    if (tiny(p)) return nearly(p, 3);
    if (above(p) > 900) return nonzero(p) ? minus(sign(p) < 0 ? negated(halfPi()) : halfPi(), over(one, p)) : unknown;
    // From the double next to it, whose tangent is close: the rest is a short series.
    return finer(p, function () {
      const middle = { ...p, r: -Infinity }, y = double(Math.atan(toNumber(middle))), s = sin(y), c = cos(y);
      const rest = over(minus(times(middle, c), s), plus(c, times(middle, s))), square = times(rest, rest);
      let term = rest, sum = plus(y, rest);
      for (let k = 3; term.m !== 0n && above(term) > above(y) - precision() - 8; k += 2) {
        term = negated(times(term, square));
        sum = plus(sum, over(term, integer(k)));
      }
      return { ...sum, r: joined(joined(sum.r, above(y) - precision() - 6), p.r) };
    });
  });

  const inside = (p) => minus(one, times(p, p));
  const asin = defined(function (p) {
    const rest = inside(p);
    if (isZero(rest)) return sign(p) < 0 ? negated(halfPi()) : halfPi();
    return tiny(p) ? nearly(p, 3) : atan(over(p, sqrt(rest)));
  });
  const acos = defined(function (p) {
    const [left, right] = [minus(one, p), plus(one, p)];
    if (isZero(left)) return left;
    if (isZero(right)) return times(two, halfPi());
    const found = sqrt(times(left, right));
    return number(found) ? times(two, atan(over(sqrt(left), sqrt(right)))) : found;
  });

  const expm1 = defined((p) => (tiny(p) ? nearly(p, 2) : finer(p, () => minus(exp(p), one))));
  const log1p = defined((p) => (tiny(p) ? nearly(p, 2) : finer(p, () => log(plus(p, one)))));
  const sinh = defined((p) => (tiny(p) ? nearly(p, 3) : finer(p, () => times(half, minus(exp(p), exp(negated(p)))))));
  const cosh = defined((p) => times(half, plus(exp(p), exp(negated(p)))));
  // So far out the result is 1 or -1, to all digits.
  const far = (p) => above(p) > 12 && nonzero(p) && p.r < 0;
  const limit = (p) => ({ m: BigInt(sign(p)), e: 0, r: -Math.min(2 ** 20, 2 ** below(p)) });
  const tanh = defined((p) => {
    if (tiny(p)) return nearly(p, 3);
    if (far(p)) return limit(p);
    const e = expm1(times(two, p));
    return over(e, plus(e, two));
  });
  const sigmoid = defined((p) => over(one, plus(one, exp(negated(p)))));
  const asinh = defined((p) => (tiny(p) ? nearly(p, 3) : sign(p) < 0 ? negated(asinh(negated(p))) : finer(p, () => log(plus(p, sqrt(plus(times(p, p), one)))))));
  const acosh = defined((p) => finer(isZero(minus(p, one)) ? one : minus(p, one), () => (sign(minus(p, one)) < 0 && nonzero(minus(p, one)) ? none : log(plus(p, sqrt(minus(times(p, p), one)))))));
  const atanh = defined((p) => (tiny(p) ? nearly(p, 3) : finer(p, () => times(half, log(over(plus(one, p), minus(one, p)))))));

  // erf: the series of x e^(-x^2) with positive terms, which loses nothing.
  const erf = defined(function (p) {
    if (isZero(p)) return p;
    if (above(p) > 7) return far(p) || (nonzero(p) && p.r < 0) ? { ...limit(p), r: -(2 ** (2 * below(p))) } : unknown;
    const middle = { ...p, r: -Infinity }, square = times(two, times(middle, middle));
    let term = middle, sum = term;
    for (let k = 3; above(term) > above(sum) - precision() - 4 || k * k < 8 * 2 ** (2 * above(p)); k += 2) {
      term = over(times(term, square), integer(k));
      sum = plus(sum, term);
    }
    const found = times(sum, over(exp(negated(times(middle, middle))), sqrt(times(half, halfPi()))));
    return { ...found, r: joined(joined(found.r, above(found) - precision()), p.r + 1) };
  });

  // Integers as exponents are products; others need a logarithm.
  const whole = (q) => (isExact(q) && q.e >= 0 ? shifted(q.m, q.e) : isExact(q) && q.m % (1n << BigInt(-q.e)) === 0n ? shifted(q.m, q.e) : null);

  function product(p, n) {
    let result = one;
    for (let square = p; n > 0n; n >>= 1n, square = n > 0n ? times(square, square) : square) if (n & 1n) result = times(result, square);
    return result;
  }

  function power(p, q) {
    if (!number(p) || !number(q)) return [p, q].find((each) => each.none) || unknown;
    const n = whole(q);
    if (n !== null && n >= -4096n && n <= 4096n) return n < 0n ? over(one, product(p, -n)) : product(p, n);
    if (isZero(p)) return nonzero(q) ? (sign(q) < 0 ? none : p) : unknown;
    if (!nonzero(p)) return unknown;
    if (sign(p) > 0) return exp(times(q, log(p)));
    const near = integer(BigInt(Math.round(toNumber(q)) || 0));
    return Math.abs(toNumber(q)) < 2 ** 50 && nonzero(minus(q, near)) ? none : unknown;
  }

  explorer.elementary = { sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, exp, expm1, log, log1p, sqrt, abs, sigmoid, erf };
  explorer.power = power;
  explorer.pi = () => times(two, halfPi());
})((window.explorer = window.explorer || {}));
