/* An expression as a list of operations: its value, its backpropagated slope, and the slope of that, as PyTorch takes them. */
(function (explorer) {
  "use strict";

  const { balls, operations, constants } = explorer;

  // A constant in balls, computed once for each precision.
  function kept(computed) {
    const values = new Map();
    return function () {
      const bits = balls.precision();
      if (!values.has(bits)) values.set(bits, computed());
      return values.get(bits);
    };
  }

  /* Take an expression and how many derivatives are wanted. What comes back has the operations, each with where it is in the
     text, and the places of value, slope and second derivative among them. */
  explorer.program = function (tree, order) {
    const list = [], ends = {};
    let place = "", part = "value";

    // An operation on others, a number, or a number with its ball.
    function of(name, ...operands) {
      const made = { place: place, part: part, index: list.length };
      if (typeof name === "number") Object.assign(made, { fixed: true, float: name, ball: operands[0] ? kept(operands[0]) : () => balls.double(name) });
      else Object.assign(made, { name: name, operands: operands, fixed: operands.every((each) => each.fixed) });
      list.push(made);
      return made;
    }

    const x = { x: true, index: 0, fixed: false, part: "value", place: "in x" };
    list.push(x);

    function read(step) {
      if (step.x) return x;
      const operands = (step.operands || []).map(read);
      place = `in ${step.text}`;
      if (step.number) return of(Number(step.number), () => balls.typed(step.number));
      if (step.constant) return of(...constants[step.constant]);
      const [p, q] = operands, inverted = step.name === "/" && p.fixed && !q.fixed;
      return Object.assign(inverted ? of("*", of("reciprocal", q), p) : of(step.name, ...operands), { text: step.text });
    }

    // Back through the newest first; slopes are added as they arrive.
    function derivative(y, kind) {
      part = kind;
      const arrived = new Map([[y, of(1)]]), named = { slope: "the slope", curvature: "the second derivative" }[kind];
      for (let i = y.index; i > 0; i--) {
        const each = list[i], s = arrived.get(each);
        if (!s || each.fixed) continue;
        const text = each.text || each.place.replace(/^(?:in|where) /, "");
        place = `in ${named} of ${text}`;
        const slopes = operations[each.name][2](of, s, each.operands, each, (p) => p.fixed);
        each.operands.forEach(function (operand, k) {
          if (operand.fixed || !slopes[k]) return;
          const before = arrived.get(operand);
          place = `where ${named} through ${text} is added to those before it`;
          arrived.set(operand, before ? of("+", before, slopes[k]) : slopes[k]);
        });
      }
      return arrived.get(x) || of(0);
    }

    ends.value = read(tree);
    for (const kind of ["slope", "curvature"].slice(0, order)) ends[kind] = derivative(Object.values(ends).at(-1), kind);
    return { list: list, ends: ends };
  };

  const rounds = { float64: (p) => p, float32: Math.fround };

  /* All results at one number, as a precision has them. What does not depend on x is computed in double precision first. */
  explorer.inFloats = function ({ list }, x, precision) {
    const round = rounds[precision], found = [];
    for (const each of list) {
      if (each.x) found.push(x);
      else if (!each.operands) found.push(each.float);
      else {
        const operands = each.operands.map((p) => found[p.index]), apply = operations[each.name][0];
        found.push(each.fixed ? apply(...operands, rounds.float64) : round(apply(...operands.map(round), round)));
      }
    }
    return found;
  };

  /* One result in balls, from those before it. */
  explorer.inBalls = (each, found, x) =>
    each.x ? x : each.operands ? operations[each.name][1](...each.operands.map((p) => found[p.index])) : each.ball();
})((window.explorer = window.explorer || {}));
