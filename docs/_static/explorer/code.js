/* The remedy for an expression of a reader's, as Python for the framework that is chosen. */
(function (explorer) {
  "use strict";

  const SAME = ["sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "sqrt", "abs"];
  const LONG = ["asin", "acos", "atan", "asinh", "acosh", "atanh", "expm1", "log", "log1p", "log2", "log10", "sigmoid", "erf"];
  const prefixed = (names, prefix) => Object.fromEntries(names.map((name) => [name, `${prefix}${name}`]));
  const base = (n) => (x) => [`tf.math.log(${x}) / math.log(${n})`, 2];
  // What a framework calls each function; where it has none, what stands for it and how closely its last operation binds.
  const NAMES = {
    torch: prefixed([...SAME, ...LONG], "torch."),
    tensorflow: {
      ...prefixed(SAME, "tf."), ...prefixed(LONG, "tf.math."), ...prefixed(["sigmoid", "asin", "acos", "atan", "asinh", "acosh", "atanh"], "tf."),
      log2: base(2), log10: base(10), sigmoid: "tf.sigmoid",
    },
    jax: {
      ...prefixed([...SAME, ...LONG], "jnp."), ...Object.fromEntries(["sin", "cos", "tan", "sinh", "cosh", "tanh"].map((name) => [`a${name}`, `jnp.arc${name}`])),
      sigmoid: "jax.nn.sigmoid", erf: "jax.scipy.special.erf",
    },
    // Of numbers, without x.
    number: { ...prefixed([...SAME, ...LONG], "math."), abs: "abs", sigmoid: (x) => [`1 / (1 + math.exp(-(${x})))`, 2] },
  };
  const BINDS = { "+": 1, "-": 1, "*": 2, "/": 2, neg: 3, "**": 4 }, ATOM = 5;

  const hasX = (tree) => tree.x || (tree.operands || []).some(hasX);
  const inside = ([text, binds], least) => (binds < least ? `(${text})` : text);

  // The text of an expression, and how closely its last operation binds.
  function python(tree, framework) {
    if (tree.x) return ["x", ATOM];
    if (tree.constant) return [`math.${tree.constant}`, ATOM];
    // Python reads no number that begins with 0 and goes on with a digit.
    if (tree.number) return [tree.number.replace(/^0+(?=\d)/, ""), ATOM];
    const operands = tree.operands.map((each) => python(each, framework)), binds = BINDS[tree.name];
    if (tree.name === "neg") return [`-${inside(operands[0], 3)}`, 3];
    if (tree.name === "**") return [`${inside(operands[0], ATOM)}**${inside(operands[1], 3)}`, binds];
    if (binds) return [`${inside(operands[0], binds)} ${tree.name} ${inside(operands[1], binds + 1)}`, binds];
    const name = NAMES[hasX(tree) ? framework : "number"][tree.name], [argument] = operands[0];
    return typeof name === "string" ? [`${name}(${argument})`, ATOM] : name(argument);
  }

  // A whole number as a floating-point one.
  const floating = (text) => (/^-?\d+$/.test(text) ? `${text}.0` : text);

  const SESSIONS = {
    torch: (h, at, dtype, order) => [
      "import torch", "from removable import repair", "", h,
      `x = torch.tensor(${at}, dtype=torch.${dtype}, requires_grad=True)`, "value = h(x)",
      `(slope,) = torch.autograd.grad(value, x${order > 1 ? ", create_graph=True" : ""})`,
      ...(order > 1 ? ["(second,) = torch.autograd.grad(slope, x)"] : []),
      `print(value.item(), slope.item()${order > 1 ? ", second.item()" : ""})`,
    ],
    tensorflow: (h, at, dtype, order) => [
      "import tensorflow as tf", "from removable import repair", "", h, `x = tf.constant(${at}, tf.${dtype})`,
      ...(order > 1
        ? ["with tf.GradientTape() as outer:", "    outer.watch(x)", "    with tf.GradientTape() as tape:", "        tape.watch(x)", "        value = h(x)", "    slope = tape.gradient(value, x)",
          "second = outer.gradient(slope, x)", "print(value.numpy(), slope.numpy(), second.numpy())"]
        : ["with tf.GradientTape() as tape:", "    tape.watch(x)", "    value = h(x)", "print(value.numpy(), tape.gradient(value, x).numpy())"]),
    ],
    jax: (h, at, dtype, order) => [
      "import jax", "import jax.numpy as jnp", "from removable import repair", "", ...(dtype === "float64" ? ['jax.config.update("jax_enable_x64", True)'] : []), h,
      `x = jnp.array(${at}, jnp.${dtype})`, `print(h(x), jax.grad(h)(x)${order > 1 ? ", jax.grad(jax.grad(h))(x)" : ""})`,
    ],
  };

  /* A program that repairs an expression at a point, and prints its value and its derivatives there. */
  explorer.code = function (tree, at, { framework, precision, order }) {
    const [expression] = python(tree, framework), point = floating(python(at.tree, "number")[0]);
    const lines = SESSIONS[framework](`h = repair(lambda x: ${expression}, at=${point})`, point, precision, order);
    return [...(lines.some((line) => /(?<!tf\.)\bmath\./.test(line)) ? ["import math", ""] : []), ...lines].join("\n");
  };
})((window.explorer = window.explorer || {}));
