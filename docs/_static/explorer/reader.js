/* What a reader types, parsed by acorn and taken step by step: only what is listed here is ever done, nothing is executed. */
(function (explorer) {
  "use strict";

  const LONGEST = 200, DEEPEST = 40, { constants, callable } = explorer;
  const OPERATIONS = "the operations are + - * / **", FUNCTIONS = `the functions are ${callable.join(", ")}`;
  // Names of the same functions in mathematics and in NumPy, and the modules that people write before them.
  const ALSO = { ln: "log", arcsin: "asin", arccos: "acos", arctan: "atan", arcsinh: "asinh", arccosh: "acosh", arctanh: "atanh", fabs: "abs" };
  const MODULES = ["torch", "tf", "tf.math", "jnp", "np", "math", "numpy", "jax.numpy", "torch.special", "jax.nn", "jax.scipy.special", "scipy.special"];
  // What people type that is no function of one number, or no smooth one, with what to type instead.
  const INSTEAD = {
    norm: "norm is of a vector. Of one number it is abs(x), and its square is x**2; a function of a length is on the page “A function of a length”.",
    pow: "Write pow(x, n) as x**n.", square: "Write square(x) as x**2.", relu: "Write relu(x) as (x + abs(x))/2.", sinc: "sinc is sin(x)/x, or sin(pi*x)/(pi*x) in NumPy and PyTorch: write out which you mean.",
    softplus: "Write softplus(x) as log1p(exp(x)).", logit: "Write logit(x) as log(x/(1 - x)).", reciprocal: "Write reciprocal(x) as 1/x.",
    max: "max takes two numbers: write max(a, b) as (a + b + abs(a - b))/2.", min: "min takes two numbers: write min(a, b) as (a + b - abs(a - b))/2.",
    sign: "sign has no slope anywhere. Write sign(x) as abs(x)/x.", where: "where is a case distinction, and here is one expression: leave it out, and see what it is for.",
    sec: "Write sec(x) as 1/cos(x).", cot: "Write cot(x) as cos(x)/sin(x).", csc: "Write csc(x) as 1/sin(x).", cbrt: "Write cbrt(x) as x**(1/3).", rsqrt: "Write rsqrt(x) as 1/sqrt(x).", exp2: "Write exp2(x) as 2**x.",
  };

  /* A mistake in what was typed, with the place where it is. */
  explorer.Mistake = class extends Error {
    constructor(message, start, end) {
      super(message);
      Object.assign(this, { start: start, end: end });
    }
  };

  explorer.refuse = (message, { start, end }) => { throw new explorer.Mistake(message, start, end); };
  const refuse = explorer.refuse, from = (start, end) => ({ start: start, end: end });

  // Acorn refuses -x**2, for JavaScript does; here it is -(x**2), as in Python.
  const Parser = acorn.Parser.extend((Base) => class extends Base {
    parseMaybeUnary(errors, sawUnary, ...rest) { return super.parseMaybeUnary(errors, false, ...rest); }
  });

  const unsigned = (place, before, after) => `At character ${place + 1}, a sign is missing: for a product write ${before.replace(")", "(…)")}*${after.replace("(", "(…)")}.`;

  function unexpected(text, place) {
    if (place >= text.trimEnd().length) refuse("The expression ends too early: something is missing at its end.", from(place, place));
    // 2x, 2(x + 1), (x + 1)(x - 1), x sin(x): a product without its sign.
    const before = /(\d[\d.]*|\)|\bx|\bpi|\be)\s*$/.exec(text.slice(0, place)), after = /^(?:[a-zA-Z]\w*|\d[\d.]*|\()/.exec(text.slice(place));
    if (before && after) refuse(unsigned(place, before[1], after[0]), from(place, place + after[0].length));
    refuse(`At character ${place + 1}, “${text[place]}” is not expected.`, from(place, place + 1));
  }

  function parsed(text) {
    if (!text.trim()) refuse("Nothing is typed here: give an expression in x, such as sin(x)/x.", from(0, 0));
    if (text.length > LONGEST) refuse(`This has ${text.length} characters: give at most ${LONGEST}.`, from(LONGEST, text.length));
    let tree;
    try {
      tree = Parser.parseExpressionAt(text, 0, { ecmaVersion: 2020, preserveParens: true });
    } catch (error) {
      // A second slash begins a regular expression to acorn, which it then misses the end of.
      unexpected(text, error.pos - (/regular expression/.test(error.message) ? 1 : 0));
    }
    const rest = text.slice(tree.end).search(/\S/);
    if (rest >= 0) unexpected(text, tree.end + rest);
    return tree;
  }

  function operation(node, operands) {
    if (node.operator === "^") refuse("“^” is not a power here: write x**2.", node);
    if (!["+", "-", "*", "/", "**"].includes(node.operator)) refuse(`“${node.operator}” is not an operation here: ${OPERATIONS}.`, node);
    return { name: node.operator, operands: operands };
  }

  // The function that is meant by a name, with its module or without.
  function called(name, callee) {
    const [, module, own] = /^(?:([\w.]+)\.)?(\w+)$/.exec(name) || [], known = ALSO[own] || own;
    if (own && (!module || MODULES.includes(module)) && callable.includes(known)) return known;
    if (own && Object.hasOwn(INSTEAD, own)) refuse(INSTEAD[own], callee);
    const product = callee.type === "Literal" || (callee.type === "ParenthesizedExpression" && Object.hasOwn(readers, callee.expression.type));
    if (product || /^(?:x|pi|e)$/.test(name)) refuse(unsigned(callee.end, name.replace(/^\(.*\)$/, ")"), "("), callee);
    return refuse(`“${name}” is not a function here: ${FUNCTIONS}.`, callee);
  }

  const readers = {
    Literal: function (node) {
      if (typeof node.value !== "number" || !/^[\d.]+(?:[eE][+-]?\d+)?$/.test(node.raw)) return refuse(`${node.raw} is not a number.`, node);
      if (!Number.isFinite(node.value) || (node.value === 0 && /[1-9]/.test(node.raw.split(/e/i)[0]))) refuse(`${node.raw} is beyond the range of double precision.`, node);
      return { number: node.raw };
    },
    Identifier: function (node) {
      if (node.name === "x") return { x: true };
      if (Object.hasOwn(constants, node.name)) return { constant: node.name };
      if (callable.includes(ALSO[node.name] || node.name)) return refuse(`“${node.name}” is a function: write ${node.name}(x).`, node);
      return refuse(`“${node.name}” is not known: the names are x, pi and e, and ${FUNCTIONS}.`, node);
    },
    UnaryExpression: function (node, text) {
      if (!"+-".includes(node.operator)) refuse(`“${node.operator}” is not an operation here: ${OPERATIONS}.`, node);
      const argument = read(node.argument, text);
      return node.operator === "+" ? argument : { name: "neg", operands: [argument] };
    },
    BinaryExpression: (node, text) => operation(node, [read(node.left, text), read(node.right, text)]),
    CallExpression: function (node, text) {
      const typed = text.slice(node.callee.start, node.callee.end), name = called(typed, node.callee), count = node.arguments.length;
      if (count !== 1) refuse(`${typed} takes one argument, and here it has ${count}.`, node);
      return { name: name, operands: [read(node.arguments[0], text)] };
    },
  };

  function read(node, text) {
    if (node.type === "ParenthesizedExpression") return read(node.expression, text);
    const typed = text.slice(node.start, node.end);
    if (!Object.hasOwn(readers, node.type)) refuse(`“${typed}” cannot be read: only numbers, x, + - * / **, parentheses and functions can.`, node);
    return { ...readers[node.type](node, text), text: typed };
  }

  /* Turn a text into steps: x, a number, a constant, or an operation on the results of other steps, each with its text. */
  explorer.read = (text) => read(parsed(text), text);
})((window.explorer = window.explorer || {}));
