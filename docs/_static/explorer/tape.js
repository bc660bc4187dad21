/* Value and backpropagated slope of a program, operation by operation, in the order of PyTorch, TensorFlow and JAX.

   The same rules and walks as in the Python module removable.replay, where their sources are cited; a test compares every bit
   of both. An array is a Float64Array or a Float32Array: the latter rounds each result to single precision, which is what
   an operation in single precision gives, for +, -, * and / (twice rounded is once rounded there). */
(function (explorer) {
  "use strict";

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

  function every(a, operation) {
    return each(a, a, operation);
  }

  const arithmetic = {
    times: (a, b) => each(a, b, (p, q) => p * q),
    over: (a, b) => each(a, b, (p, q) => p / q),
    plus: (a, b) => each(a, b, (p, q) => p + q),
    minus: (a) => every(a, (p) => -p),
    by: (a, number) => every(a, (p) => p * number),
  };
  const { times, over, plus, minus, by } = arithmetic;

  // What all three share. A rule takes the slope s of the result to that of an operand.
  const shared = {
    multiply: (a, b) => node(times(a.value, b.value), [[a, (s) => times(s, b.value)], [b, (s) => times(a.value, s)]]),
    square: (a) => node(times(a.value, a.value), [[a, (s) => times(s, by(a.value, 2))]]),
    shift: (a, number) => node(every(a.value, (p) => p + number), [[a, (s) => s]]),
    constant: (value) => node(value),
    // Add a constant array: its slope is nobody's.
    add: (a, constant) => node(plus(a.value, constant), [[a, (s) => s]]),
    select: (where, a, b) =>
      node(every(a.value, () => 0).map((_, i) => (where[i] ? a.value[i] : b.value[i])), [
        [a, (s) => s.map((p, i) => (where[i] ? p : 0))],
        [b, (s) => s.map((p, i) => (where[i] ? 0 : p))],
      ]),
  };

  const rules = {
    torch: {
      ...shared,
      divide: (a, b) =>
        node(over(a.value, b.value), [
          [a, (s) => over(s, b.value)],
          [b, (s) => times(minus(s), over(over(a.value, b.value), b.value))],
        ]),
      walk: newestFirst((parents) => parents),
    },
    tensorflow: {
      ...shared,
      divide: (a, b) =>
        node(over(a.value, b.value), [
          [a, (s) => over(s, b.value)],
          [b, (s) => times(s, over(over(minus(a.value), b.value), b.value))],
        ]),
      walk: completeFirst,
    },
    jax: {
      ...shared,
      // The tangent of x - 2 is that of x itself: there is no step to go back through.
      shift: (a, number) => node(every(a.value, (p) => p + number), [[a.same, (s) => s]], a.same),
      add: (a, constant) => node(plus(a.value, constant), [[a.same, (s) => s]], a.same),
      divide: (a, b) => {
        const inverse = every(times(b.value, b.value), (p) => 1 / p);
        return node(over(a.value, b.value), [
          [a, (s) => over(s, b.value)],
          [b, (s) => minus(times(times(s, inverse), a.value))],
        ]);
      },
      walk: newestFirst((parents) => parents.slice().reverse()),
    },
  };

  // The nodes between x and y, oldest first.
  function between(y, x) {
    const behind = new Set([y]);
    behind.forEach((each) => each.parents.forEach(([parent]) => behind.add(parent)));
    const found = new Set([x]);
    [...behind].sort((a, b) => a.time - b.time).forEach((each) => {
      if (each.parents.some(([parent]) => found.has(parent))) found.add(each);
    });
    return [...found].sort((a, b) => a.time - b.time);
  }

  // Go back through the newest first, and add slopes as they arrive.
  function newestFirst(order) {
    return function (y, x) {
      const nodes = between(y, x), needed = new Set(nodes), arrived = new Map([[y.same, every(y.value, () => 1)]]);
      nodes.reverse().forEach(function (each) {
        if (each === x || !arrived.has(each)) return;
        const slope = arrived.get(each);
        arrived.delete(each);
        order(each.parents).forEach(function ([parent, rule]) {
          if (!needed.has(parent)) return;
          const part = rule(slope), before = arrived.get(parent.same);
          arrived.set(parent.same, before ? plus(before, part) : part);
        });
      });
      return arrived.get(x) || every(x.value, () => 0);
    };
  }

  // Go back through what has been complete for longest, and add slopes when all are there.
  function completeFirst(y, x) {
    const needed = new Set(between(y, x)), missing = new Map(), arrived = new Map([[y, [every(y.value, () => 1)]]]);
    needed.forEach((each) => each.parents.forEach(([parent]) => missing.set(parent, (missing.get(parent) || 0) + 1)));
    const ready = [y];
    while (ready.length) {
      const each = ready.shift(), slope = arrived.get(each).reduce(plus);
      if (each === x) return slope;
      each.parents.forEach(function ([parent, rule]) {
        if (!needed.has(parent)) return;
        arrived.set(parent, [...(arrived.get(parent) || []), rule(slope)]);
        missing.set(parent, missing.get(parent) - 1);
        if (missing.get(parent) === 0) ready.push(parent);
      });
    }
    return every(x.value, () => 0);
  }

  /* Value and slope of a program at every x, as a framework computes them. */
  explorer.differentiate = function (framework, program, points) {
    const own = rules[framework], x = node(points), y = program(x, own);
    return { value: y.value, slope: own.walk(y, x) };
  };
})((window.explorer = window.explorer || {}));
