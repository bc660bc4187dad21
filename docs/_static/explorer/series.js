/* What an expression is on one side of a point: its series in powers of the distance t, or of a root of t.

   The terms are balls. One that holds 0 and nothing else of any size is taken for 0, which is evidence and not a proof. What has
   no such series, as a logarithm at 0 or the exponential of a pole, is told apart from what is not real. */
(function (explorer) {
  "use strict";

  const { balls, elementary, operations, constants } = explorer;
  const { plus, minus, times, over, negated, integer, nonzero } = balls;
  const BITS = 1100, NOTHING = -300, zero = integer(0), one = integer(1);
  const FIRST = 10, LAST = 80, LONGEST = 160, ROOTS = 24;

  /* With how many bits, and how small a term is taken for 0. */
  explorer.closeness = { series: BITS, nothing: NOTHING };

  // Why a series was given up: more terms or a root of t are needed, it is not real, not defined, or there is none.
  class Stop extends Error {
    constructor(why, step) {
      super(why);
      Object.assign(this, { why: why, step: step });
    }
  }

  function isNothing(p) {
    if (!balls.number(p)) throw new Stop(p.none ? "real" : "none");
    if (nonzero(p)) return false;
    if (p.r > NOTHING) throw new Stop("none");
    return true;
  }

  // A series: the exponent of its first term, and the terms that are known. All leading terms are there.
  function shortened(v, c) {
    let first = 0;
    while (first < c.length && isNothing(c[first])) first++;
    return { v: v + first, c: c.slice(first) };
  }

  const at = (a, k) => (k < a.v ? zero : a.c[k - a.v]);
  const end = (a) => a.v + a.c.length;
  const constantOf = (p, count) => shortened(0, [p, ...Array(count - 1).fill(zero)]);

  function added(a, b, sign) {
    const from = Math.min(a.v, b.v), to = Math.min(end(a), end(b)), c = [];
    for (let k = from; k < to; k++) c.push(sign > 0 ? plus(at(a, k), at(b, k)) : minus(at(a, k), at(b, k)));
    return shortened(from, c);
  }

  const convolved = (p, q, count) => Array.from({ length: count }, function (_, k) {
    let sum = zero;
    for (let j = 0; j <= k; j++) if (p[j].m !== 0n && q[k - j].m !== 0n) sum = plus(sum, times(p[j], q[k - j]));
    return sum;
  });
  const multiplied = (a, b) => ({ v: a.v + b.v, c: convolved(a.c, b.c, Math.min(a.c.length, b.c.length)) });
  const scaledBy = (a, p) => shortened(a.v, a.c.map((each) => times(each, p)));

  function divided(a, b, step) {
    if (!b.c.length) throw new Stop("more", step);
    const c = [];
    for (let k = 0; k < Math.min(a.c.length, b.c.length); k++) {
      let rest = a.c[k];
      for (let j = 0; j < k; j++) rest = minus(rest, times(c[j], b.c[k - j]));
      c.push(over(rest, b.c[0]));
    }
    return { v: a.v - b.v, c: c };
  }

  // y with y(0) given and t y' = d (t a'): what a function is whose derivative d at a is known.
  function integrated(first, d, a) {
    const slope = multiplied(d, shortened(a.v, a.c.map((p, k) => times(p, integer(a.v + k)))));
    const c = Array.from({ length: Math.max(1, end(slope)) }, (_, k) => (k === 0 ? first : over(at(slope, k), integer(k))));
    return shortened(0, c);
  }

  const head = (a) => (end(a) < 1 ? zero : at(a, 0));
  const changes = (a) => a.c.some((p, k) => a.v + k > 0 && !isNothing(p));
  // What cannot be told from 1 or -1, where some functions end, is taken for it.
  const ended = (p) => [one, integer(-1)].find((each) => isNothing(minus(p, each))) || p;

  // e^a, from k y_k = the sum of j a_j y_(k - j).
  function exponential(a) {
    if (a.v < 0) throw new Stop("none");
    const c = [elementary.exp(head(a))];
    for (let k = 1; k < end(a); k++) {
      let sum = zero;
      for (let j = 1; j <= k; j++) if (at(a, j).m !== 0n) sum = plus(sum, times(times(integer(j), at(a, j)), c[k - j]));
      c.push(over(sum, integer(k)));
    }
    return shortened(0, c);
  }

  function sineAndCosine(a) {
    if (a.v < 0) throw new Stop("none");
    const s = [elementary.sin(head(a))], c = [elementary.cos(head(a))];
    for (let k = 1; k < end(a); k++) {
      let [up, down] = [zero, zero];
      for (let j = 1; j <= k; j++) {
        const part = times(integer(j), at(a, j));
        if (part.m === 0n) continue;
        up = plus(up, times(part, c[k - j]));
        down = plus(down, times(part, s[k - j]));
      }
      s.push(over(up, integer(k)));
      c.push(negated(over(down, integer(k))));
    }
    return [shortened(0, s), shortened(0, c)];
  }

  // An exponent as a fraction with a small denominator, if it is one.
  function fraction(p) {
    for (let n = 1; n <= 12; n++) {
      const many = times(p, integer(n)), near = integer(BigInt(Math.round(balls.toNumber(many))));
      if (!nonzero(minus(many, near))) return [Number(near.m), n];
    }
    return null;
  }

  // a^p for a constant p: the first term, and k y_k = the sum of (p j - (k - j)) b_j y_(k - j) for 1 + b.
  function raised(a, p, context) {
    const exact = fraction(p);
    if (exact && exact[0] === 0) return constantOf(one, Math.max(1, end(a)));
    if (!a.c.length && context.last && balls.sign(p) > 0) return a;
    if (!a.c.length) throw new Stop("more");
    if (a.v !== 0 && !exact) throw new Stop("none");
    const [top, bottom] = exact || [], v = a.v === 0 ? 0 : (a.v * top) / bottom;
    if (bottom !== 1 && balls.sign(a.c[0]) < 0) throw new Stop("real");
    if (!Number.isInteger(v)) throw Object.assign(new Stop("root"), { root: bottom });
    const b = a.c.map((each) => over(each, a.c[0])), c = [explorer.power(a.c[0], exact && bottom === 1 ? integer(top) : p)];
    for (let k = 1; k < b.length; k++) {
      let sum = zero;
      for (let j = 1; j <= k; j++) if (b[j].m !== 0n) sum = plus(sum, times(times(minus(times(p, integer(j)), integer(k - j)), b[j]), c[k - j]));
      c.push(over(sum, integer(k)));
    }
    return { v: v, c: c };
  }

  const half = over(one, integer(2)), flat = (p, a) => constantOf(p, Math.max(1, end(a)));
  const root = (a, context) => raised(a, half, context);
  const inverse = (a) => divided(flat(one, { v: 0, c: a.c }), a);

  // A function whose derivative is algebraic in its argument.
  const byDerivative = (name, derivative) => function (a, context) {
    if (a.v < 0) throw new Stop("none");
    const first = elementary[name](ended(head(a)));
    if (!changes(a)) return flat(first, a);
    return integrated(first, derivative(a, context), added(a, flat(head(a), a), -1));
  };
  const square = (a) => multiplied(a, a), oneMinus = (a) => added(flat(one, a), a, -1), onePlus = (a) => added(flat(one, a), a, 1);

  function logarithm(a) {
    if (!a.c.length) throw new Stop("more");
    if (balls.sign(a.c[0]) < 0) throw new Stop("real");
    if (a.v !== 0) throw new Stop("none");
    return integrated(elementary.log(a.c[0]), inverse(a), a);
  }

  function absolute(a, context) {
    // What is 0 to so many terms is 0.
    if (!a.c.length && context.last) return a;
    if (!a.c.length) throw new Stop("more");
    return balls.sign(a.c[0]) < 0 ? scaledBy(a, integer(-1)) : a;
  }

  function arcTangent(a) {
    if (a.v >= 0) return byDerivative("atan", (b) => inverse(onePlus(square(b))))(a);
    const quarter = over(explorer.pi(), integer(balls.sign(a.c[0]) < 0 ? -2 : 2)), turned = arcTangent(inverse(a));
    return added(flat(quarter, turned), turned, -1);
  }

  const hyperbolic = (sign) => function (a) {
    const [up, down] = [exponential(a), exponential(scaledBy(a, integer(-1)))];
    return scaledBy(added(up, down, sign), half);
  };
  const sigmoid = (a) => inverse(onePlus(exponential(scaledBy(a, integer(-1)))));
  const toBase = (n) => (a) => scaledBy(logarithm(a), over(one, elementary.log(integer(n))));
  const arcSine = byDerivative("asin", (b, context) => divided(flat(one, b), root(oneMinus(square(b)), context)));

  const functions = {
    neg: (a) => scaledBy(a, integer(-1)),
    sin: (a) => sineAndCosine(a)[0], cos: (a) => sineAndCosine(a)[1],
    tan: (a) => divided(...sineAndCosine(a)),
    asin: arcSine,
    acos: byDerivative("acos", (b, context) => divided(flat(integer(-1), b), root(oneMinus(square(b)), context))),
    atan: arcTangent,
    sinh: hyperbolic(-1), cosh: hyperbolic(1),
    tanh: (a) => added(scaledBy(sigmoid(scaledBy(a, integer(2))), integer(2)), flat(one, a), -1),
    asinh: byDerivative("asinh", (b, context) => divided(flat(one, b), root(onePlus(square(b)), context))),
    acosh: byDerivative("acosh", (b, context) => divided(flat(one, b), root(added(square(b), flat(one, b), -1), context))),
    atanh: byDerivative("atanh", (b) => inverse(oneMinus(square(b)))),
    exp: exponential,
    expm1: (a) => added(exponential(a), flat(one, a), -1),
    log: logarithm, log1p: (a) => logarithm(onePlus(a)), log2: toBase(2), log10: toBase(10),
    sqrt: root, abs: absolute, sigmoid: sigmoid,
    erf: byDerivative("erf", (b) => scaledBy(exponential(scaledBy(square(b), integer(-1))), over(integer(2), balls.sqrt(explorer.pi())))),
  };

  const rules = {
    "+": (a, b) => added(a, b, 1), "-": (a, b) => added(a, b, -1), "*": multiplied,
    "/": function (a, b, context) {
      if (!b.c.length) throw new Stop("more");
      if (b.v > 0) context.hole = true;
      return divided(a, b);
    },
    "**": (a, b, context) => (changes(b) || b.v < 0 ? exponential(multiplied(logarithm(a), b)) : raised(a, head(b), context)),
  };

  // The number that an expression without x is.
  const value = (step) =>
    step.number ? balls.typed(step.number) : step.constant ? constants[step.constant][1]() : operations[step.name][1](...step.operands.map(value));
  const hasX = (step) => step.x || (step.operands || []).some(hasX);

  function* expanded(step, context) {
    const { point, side, roots, count } = context;
    if (step.x) return shortened(0, [point, ...Array.from({ length: count - 1 }, (_, k) => (k + 1 === roots ? integer(side) : zero))]);
    try {
      if (!hasX(step)) {
        const number = value(step);
        if (number.none) throw new Stop("real");
        if (!balls.number(number)) throw new Stop("none");
        return constantOf(number, count);
      }
      const operands = [];
      for (const each of step.operands) operands.push(yield* expanded(each, context));
      yield;
      const found = Object.hasOwn(functions, step.name) ? functions[step.name](operands[0], context) : rules[step.name](...operands, context);
      // A pole on the way: there the expression has no value, whatever becomes of it later.
      if (found.v < 0 && found.c.length) context.hole = true;
      found.c.forEach((p) => { if (!balls.number(p)) throw new Stop(p.none ? "real" : "none"); });
      return found;
    } catch (error) {
      if (error instanceof Stop && !error.step) error.step = step;
      throw error;
    }
  }

  // The work of a generator, in the precision of the series between its pauses only.
  function* precisely(work) {
    for (;;) {
      const { value, done } = balls.within(BITS, () => work.next());
      if (done) return value;
      yield;
    }
  }

  function* attempted(step, point, side) {
    for (let roots = 1, count = FIRST; ;) {
      const most = Math.min(LAST * roots, LONGEST), context = { point: point(), side: side, roots: roots, count: count, last: count >= most, hole: false };
      try {
        const found = yield* expanded(step, context);
        // Value, slope and second derivative are to be known, and a little more.
        if (end(found) < 3 * roots + 2 && !context.last) throw new Stop("more", step);
        return { ...found, roots: roots, hole: context.hole };
      } catch (error) {
        if (!(error instanceof Stop)) throw error;
        if (error.why === "more" && !context.last) count = Math.min(2 * count, most);
        else if (error.why === "root" && roots * error.root <= ROOTS) [roots, count] = [roots * error.root, Math.min(FIRST * roots * error.root, LONGEST)];
        else return { why: { more: "undefined", root: "none" }[error.why] || error.why, step: error.step };
      }
    }
  }

  /* The series of an expression on one side of a point, or why there is none: ``real``, ``undefined`` or ``none``, and where.
     It is found operation by operation, with a pause after each. */
  explorer.series = (step, point, side) => precisely(attempted(step, point, side));

  /* The term of a series in t^k: 0 where there is none. */
  explorer.term = (found, k) => (k * found.roots < found.v ? zero : found.c[k * found.roots - found.v] || zero);
})((window.explorer = window.explorer || {}));
