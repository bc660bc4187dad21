/* Value and backpropagated slope of a program, operation by operation, in the order of PyTorch, TensorFlow and JAX.

   The same rules and walks as in the Python module removable.replay, where their sources are cited; a test compares every bit
   with the frameworks. Numbers stand in a Float64Array, in a Float32Array, which rounds each result to single precision as an
   operation in single precision does, or in an array of numbers of another kind, with its own arithmetic. */
(function (explorer) {
  "use strict";

  explorer.numbers = { times: (p, q) => p * q, over: (p, q) => p / q, plus: (p, q) => p + q, of: (number) => number };

  let clock = 0;

  // A node remembers what it was computed from, and how a slope goes back to each operand.
  function node(value, parents, same) {
    const made = { value: value, parents: parents || [], time: clock++ };
    made.same = same || made;
    return made;
  }

  function each(a, b, operation) {
    const result = new a.constructor(a.length);
    for (let i = 0; i < a.length; i++) result[i] = operation(a[i], b[i]);
    return result;
  }

  // So many steps from a to a value, through the first of which no slope goes back.
  function recorded(value, a, steps) {
    return node(value, steps === 1 ? [[a, () => undefined]] : [[recorded(value, a, steps - 1), (s) => s]]);
  }

  /* The rules of each framework. One takes the slope s of a result to that of an operand. */
  function rules(framework, kind) {
    const times = (a, b) => each(a, b, kind.times), over = (a, b) => each(a, b, kind.over);
    const by = (a, number) => a.map((p) => kind.times(p, kind.of(number)));
    const minus = (a) => by(a, -1);
    const moved = (a, number) => each(a, new a.constructor(a.length).fill(kind.of(number)), kind.plus);
    const towards = {
      torch: (a, b, s) => times(minus(s), over(over(a, b), b)),
      tensorflow: (a, b, s) => times(s, over(over(minus(a), b), b)),
      jax: (a, b, s) => minus(times(times(s, times(b, b).map((p) => kind.over(kind.of(1), p))), a)),
    };
    // To JAX the tangent of x - 2 is that of x itself: there is no step to go back through.
    const same = (a) => (framework === "jax" ? a.same : undefined);
    const through = (a, value) => node(value, [[same(a) || a, (s) => s]], same(a));
    return {
      multiply: (a, b) => node(times(a.value, b.value), [[a, (s) => times(s, b.value)], [b, (s) => times(a.value, s)]]),
      square: (a) => node(times(a.value, a.value), [[a, (s) => times(s, by(a.value, 2))]]),
      divide: (a, b) =>
        node(over(a.value, b.value), [[a, (s) => over(s, b.value)], [b, (s) => towards[framework](a.value, b.value, s)]]),
      shift: (a, number) => through(a, moved(a.value, number)),
      // A constant that is made from a by comparing it. TensorFlow has recorded the four steps (ones_like, negation, where,
      // product). No slope comes through the first of them, but a is complete only when all have been gone back.
      constant: (value, a) => (framework === "tensorflow" ? recorded(value, a, 4) : node(value)),
      add: function (a, constant) {
        const sum = through(a, each(a.value, constant.value, kind.plus));
        sum.parents.push([constant, (s) => s]);
        return sum;
      },
      select: (where, a, b) =>
        node(a.value.map((p, i) => (where[i] ? p : b.value[i])), [
          [a, (s) => s.map((p, i) => (where[i] ? p : 0))],
          [b, (s) => s.map((p, i) => (where[i] ? 0 : p))],
        ]),
    };
  }

  // The nodes between x and y, oldest first.
  function between(y, x) {
    const behind = new Set([y]);
    behind.forEach((each) => each.parents.forEach(([parent]) => behind.add(parent)));
    const found = new Set([x]);
    const sorted = [...behind].sort((a, b) => a.time - b.time);
    sorted.forEach((each) => { if (each.parents.some(([parent]) => found.has(parent))) found.add(each); });
    return sorted.filter((each) => found.has(each));
  }

  // PyTorch and JAX go back through the newest first, and add slopes as they arrive.
  function newestFirst(y, x, one, plus) {
    const nodes = between(y, x), needed = new Set(nodes), arrived = new Map([[y.same, one]]);
    nodes.reverse().forEach(function (each) {
      if (each === x || !arrived.has(each)) return;
      const slope = arrived.get(each);
      arrived.delete(each);
      each.parents.forEach(function ([parent, rule]) {
        if (!needed.has(parent)) return;
        const part = rule(slope), before = arrived.get(parent.same);
        arrived.set(parent.same, before ? plus(before, part) : part);
      });
    });
    return arrived.get(x);
  }

  // TensorFlow goes back through what has been complete for longest, and adds slopes when all are there.
  function completeFirst(y, x, one, plus) {
    const needed = new Set(between(y, x)), missing = new Map(), arrived = new Map([[y, [one]]]), ready = [y];
    needed.forEach((each) => each.parents.forEach(([parent]) => missing.set(parent, (missing.get(parent) || 0) + 1)));
    while (ready.length) {
      const each = ready.shift(), slope = arrived.get(each).reduce(plus);
      if (each === x) return slope;
      each.parents.forEach(function ([parent, rule]) {
        if (!needed.has(parent)) return;
        const part = rule(slope);
        if (part) arrived.set(parent, [...(arrived.get(parent) || []), part]);
        missing.set(parent, missing.get(parent) - 1);
        if (missing.get(parent) === 0) ready.push(parent);
      });
    }
    return undefined;
  }

  const walks = { torch: newestFirst, tensorflow: completeFirst, jax: newestFirst };

  /* Value and slope of a program at every point, as a framework computes them. */
  explorer.differentiate = function (framework, program, points, kind = explorer.numbers) {
    const x = node(points), y = program(x, rules(framework, kind)), all = (number) => points.map(() => kind.of(number));
    return { value: y.value, slope: walks[framework](y, x, all(1), (a, b) => each(a, b, kind.plus)) || all(0) };
  };
})((window.explorer = window.explorer || {}));
