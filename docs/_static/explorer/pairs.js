/* Numbers in pairs: what float64 has, f, and what is meant, t, with many digits. Each operation is done on both, and weighed. */
(function (explorer) {
  "use strict";

  /* What is done after each operation: it is called with the result and the operands. */
  explorer.weigh = () => {};

  // What decimal.js refuses, as the sine of a number with more digits than it knows of pi, is not known.
  function exactly(inDecimal, operands) {
    try {
      return inDecimal(...operands.map((p) => p.t));
    } catch (error) {
      if (!/DecimalError/.test(error.message)) throw error;
      return new Decimal(NaN);
    }
  }

  function both(inFloat, inDecimal) {
    return function (...operands) {
      const made = { f: inFloat(...operands.map((p) => p.f)), t: exactly(inDecimal, operands) };
      explorer.weigh(made, operands);
      return made;
    };
  }

  const of = (t) => ({ f: Number(t), t: new Decimal(t) }), one = of(1);
  const times = both((p, q) => p * q, (p, q) => p.times(q)), over = both((p, q) => p / q, (p, q) => p.div(q));
  const plus = both((p, q) => p + q, (p, q) => p.plus(q)), minus = both((p, q) => p - q, (p, q) => p.minus(q));
  const raised = both((p, q) => p ** q, (p, q) => p.pow(q));
  explorer.pairs = { times: times, over: over, plus: plus, of: of };

  const own = (name) => both(Math[name], (p) => p[name]());
  // Hyperbolic functions of decimal.js are good and quick near 0 only; there they keep the digits that 1 would absorb.
  const near = (p) => p.abs().lt(0.1), half = (p) => p.div(2);
  const library = {
    sin: own("sin"), cos: own("cos"), tan: own("tan"), atan: own("atan"), exp: own("exp"), sqrt: own("sqrt"), abs: own("abs"),
    tanh: both(Math.tanh, (p) => (near(p) ? p.tanh() : new Decimal(1).minus(new Decimal(2).div(p.times(2).exp().plus(1))))),
    expm1: both(Math.expm1, (p) => (near(p) ? half(p).sinh().times(half(p).exp()).times(2) : p.exp().minus(1))),
    log: both(Math.log, (p) => p.ln()),
    log1p: both(Math.log1p, (p) => (near(p) ? p.div(p.plus(2)).atanh().times(2) : p.plus(1).ln())),
  };
  const { sin, cos, tan, tanh, exp, log, sqrt } = library, square = (p) => times(p, p);
  const slopes = {
    sin: cos, cos: (p) => times(of(-1), sin(p)), tan: (p) => plus(one, square(tan(p))), atan: (p) => over(one, plus(one, square(p))),
    tanh: (p) => minus(one, square(tanh(p))), exp: exp, expm1: exp, log: (p) => over(one, p), log1p: (p) => over(one, plus(one, p)),
    sqrt: (p) => over(one, times(of(2), sqrt(p))), abs: both(Math.sign, (p) => new Decimal(Decimal.sign(p))),
  };

  /* Operations with their slopes in each operand. Division is not among them: the tape has its own. */
  explorer.operations = {
    "+": [plus, [() => one, () => one]],
    "-": [minus, [() => one, () => of(-1)]],
    "*": [times, [(p, q) => q, (p) => p]],
    "**": [raised, [(p, q) => (q.f === 0 ? q : times(q, raised(p, minus(q, one)))), (p, q) => times(raised(p, q), log(p))]],
  };
  explorer.functions = Object.fromEntries(Object.keys(library).map((name) => [name, [library[name], [slopes[name]]]]));
  const Longer = Decimal.clone({ precision: 300 });
  explorer.constants = { pi: of(Longer.acos(-1)), e: of(Longer.exp(1)) };

  /* The relative error of a pair; nothing is wrong where nothing is meant. */
  explorer.doubt = function (p) {
    if (p.doubt === undefined) {
      const off = p.t.isFinite() ? new Decimal(p.f).minus(p.t).abs() : new Decimal(0);
      p.doubt = Number.isNaN(p.f) ? Infinity : off.isZero() ? 0 : off.div(p.t.abs()).toNumber();
    }
    return p.doubt;
  };

  /* Whether a result is off by more than a thousandth, of what is meant or of 1. */
  explorer.wrong = (p) => p.t.isFinite() && !new Decimal(p.f).minus(p.t).abs().lte(Decimal.max(p.t.abs(), 1).times(1e-3));
})((window.explorer = window.explorer || {}));
