/* What an expression may do: each operation in doubles, in balls, and with its slope as PyTorch's derivatives.yaml has it. */
(function (explorer) {
  "use strict";

  const { balls, elementary, power } = explorer;
  const one = balls.integer(1), sqrtPi = () => balls.sqrt(explorer.pi()), ln = (n) => () => elementary.log(balls.integer(n));

  // JavaScript has no erf: it is rounded from a ball.
  function erf(x) {
    const size = Math.abs(x);
    if (!(size < 6)) return Number.isNaN(x) ? x : Math.sign(x);
    return balls.within(80, () => balls.toNumber(elementary.erf(balls.double(x))));
  }

  // As the kernels of PyTorch do it: these exponents are products, quotients and roots.
  const powers = {
    2: (p) => p * p, 3: (p, round) => round(p * p) * p, 0.5: Math.sqrt, "-0.5": (p, round) => 1 / round(Math.sqrt(p)), "-1": (p) => 1 / p,
    "-2": (p, round) => 1 / round(p * p),
  };
  const raised = (p, q, round) => (Object.hasOwn(powers, q) ? powers[q](p, round) : p ** q);

  const overRoot = (sign) => (of, s, [p]) => [of("*", s, sign < 0 ? of("neg", of("rsqrt", of("-", of(1), of("*", p, p)))) : of("rsqrt", of("-", of(1), of("*", p, p))))];
  const toBase = (n) => (of, s, [p]) => [of("/", s, of("*", p, of(Math.log(n), ln(n))))];

  // Where a power is constant in one operand, nothing goes back to it; 0 to a positive power has the logarithm 0 here.
  const slopeOfPower = (p, q, round) => (q === 0 ? 0 : q * round(raised(p, round(q - 1), round)));
  const slopeOfExponent = (p, q, round) => (p === 0 && q >= 0 ? 0 : round(raised(p, q, round)) * round(Math.log(p)));
  const { isZero } = balls;

  // PyTorch computes the slope of the second operand before that of the first, which the second derivative adds in that order.
  function secondFirst(first, second) {
    const later = second();
    return [first(), later];
  }

  const ball = (name) => elementary[name], quiet = () => [];
  const { sin, cos } = Math;

  /* name: [in doubles, with a rounding for results on the way, in balls, the slopes of its operands]. A slope is built of operations, by ``of``, from the slope s that
     arrives, the operands and the result. */
  explorer.operations = {
    "+": [(p, q) => p + q, balls.plus, (of, s) => [s, s]],
    "-": [(p, q) => p - q, balls.minus, (of, s) => [s, of("neg", s)]],
    "*": [(p, q) => p * q, balls.times, (of, s, [p, q]) => secondFirst(() => of("*", s, q), () => of("*", s, p))],
    "/": [(p, q) => p / q, balls.over, (of, s, [p, q]) =>
      secondFirst(() => of("/", s, q), () => of("*", of("neg", s), of("/", of("/", p, q), q)))],
    // What PyTorch makes of a number over a tensor, before it multiplies by that number.
    reciprocal: [(p) => 1 / p, (p) => balls.over(one, p), (of, s, p, y) => [of("*", of("neg", s), of("*", y, y))]],
    neg: [(p) => -p, balls.negated, (of, s) => [of("neg", s)]],
    "**": [raised, power, (of, s, [p, q], y, fixed) =>
      q.float === 0
        ? []
        : fixed(q)
        ? [of("*", s, of("*", q, of("**", p, of("-", q, of(1))))), null]
        : secondFirst(() => (fixed(p) ? null : of("*", s, of("power", p, q))), () => of("*", s, of("exponent", p, q)))],
    // The two factors of the slope of a power whose exponent depends on x.
    power: [slopeOfPower, (p, q) => balls.times(q, power(p, balls.minus(q, one))), (of, s, [p, q]) =>
      [of("*", s, of("*", of("*", q, of("-", q, of(1))), of("**", p, of("-", q, of(2))))), of("*", s, of("+", of("**", p, of("-", q, of(1))), of("*", of("*", q, of("**", p, of("-", q, of(1)))), of("log", p))))]],
    exponent: [slopeOfExponent, (p, q) => (balls.number(p) && balls.number(q) && isZero(p) && balls.nonzero(q) && balls.sign(q) > 0 ? p : balls.times(power(p, q), elementary.log(p))), (of, s, [p, q]) =>
      [of("*", s, of("+", of("/", of("**", p, q), p), of("*", of("log", p), of("power", p, q)))), of("*", s, of("*", of("log", p), of("exponent", p, q)))]],
    rsqrt: [(p, round) => 1 / round(Math.sqrt(p)), (p) => balls.over(one, elementary.sqrt(p)), (of, s, [p], y) => [of("*", of("*", of(-0.5), s), of("**", y, of(3)))]],
    sign: [Math.sign, (p) => (!balls.number(p) ? p : balls.nonzero(p) ? balls.integer(balls.sign(p)) : balls.isZero(p) ? balls.none : balls.unknown), quiet],
    sin: [sin, ball("sin"), (of, s, [p]) => [of("*", s, of("cos", p))]],
    cos: [cos, ball("cos"), (of, s, [p]) => [of("*", s, of("neg", of("sin", p)))]],
    tan: [Math.tan, ball("tan"), (of, s, p, y) => [of("*", s, of("+", of(1), of("*", y, y)))]],
    asin: [Math.asin, ball("asin"), overRoot(1)],
    acos: [Math.acos, ball("acos"), overRoot(-1)],
    atan: [Math.atan, ball("atan"), (of, s, [p]) => [of("/", s, of("+", of("*", p, p), of(1)))]],
    sinh: [Math.sinh, ball("sinh"), (of, s, [p]) => [of("*", s, of("cosh", p))]],
    cosh: [Math.cosh, ball("cosh"), (of, s, [p]) => [of("*", s, of("sinh", p))]],
    tanh: [Math.tanh, ball("tanh"), (of, s, p, y) => [of("*", s, of("-", of(1), of("*", y, y)))]],
    asinh: [Math.asinh, ball("asinh"), (of, s, [p]) => [of("*", s, of("rsqrt", of("+", of("*", p, p), of(1))))]],
    acosh: [Math.acosh, ball("acosh"), (of, s, [p]) => [of("*", s, of("rsqrt", of("-", of("*", p, p), of(1))))]],
    atanh: [Math.atanh, ball("atanh"), (of, s, [p]) => [of("/", s, of("-", of(1), of("*", p, p)))]],
    exp: [Math.exp, ball("exp"), (of, s, p, y) => [of("*", s, y)]],
    expm1: [Math.expm1, ball("expm1"), (of, s, p, y) => [of("*", s, of("+", y, of(1)))]],
    log: [Math.log, ball("log"), (of, s, [p]) => [of("/", s, p)]],
    log1p: [Math.log1p, ball("log1p"), (of, s, [p]) => [of("/", s, of("+", p, of(1)))]],
    log2: [Math.log2, (p) => balls.over(elementary.log(p), ln(2)()), toBase(2)],
    log10: [Math.log10, (p) => balls.over(elementary.log(p), ln(10)()), toBase(10)],
    sqrt: [Math.sqrt, ball("sqrt"), (of, s, p, y) => [of("/", s, of("*", of(2), y))]],
    abs: [Math.abs, ball("abs"), (of, s, [p]) => [of("*", s, of("sign", p))]],
    sigmoid: [(p) => 1 / (1 + Math.exp(-p)), ball("sigmoid"), (of, s, p, y) => [of("*", of("*", s, of("-", of(1), y)), y)]],
    erf: [erf, ball("erf"), (of, s, [p]) =>
      [of("*", of("*", of(2 / Math.sqrt(Math.PI), () => balls.over(balls.integer(2), sqrtPi())), of("exp", of("neg", of("*", p, p)))), s)]],
  };

  /* Those that a reader may call. */
  explorer.callable = Object.keys(explorer.operations).filter((name) => /^[a-z]/.test(name) && !["neg", "reciprocal", "power", "exponent", "rsqrt", "sign"].includes(name));

  explorer.constants = { pi: [Math.PI, () => explorer.pi()], e: [Math.E, () => elementary.exp(one)] };
})((window.explorer = window.explorer || {}));
