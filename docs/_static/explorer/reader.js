/* What a reader types, parsed by acorn and taken step by step: only what is listed here is ever done, nothing is executed. */
(function (explorer) {
  "use strict";

  const LONGEST = 200, { constants, functions, operations } = explorer;
  const OPERATIONS = "the operations are + - * / **", FUNCTIONS = `the functions are ${Object.keys(functions).join(", ")}`;

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

  function unexpected(text, place) {
    if (place >= text.trimEnd().length) refuse("The expression ends too early: something is missing at its end.", from(place, place));
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

  function operation(node, text, operands) {
    if (node.operator === "^") refuse("“^” is not a power here: write x**2.", node);
    if (node.operator === "/") return { divide: true, operands: operands };
    if (!Object.hasOwn(operations, node.operator)) refuse(`“${node.operator}” is not an operation here: ${OPERATIONS}.`, node);
    const [apply, slopes] = operations[node.operator];
    return { apply: apply, slopes: slopes, operands: operands };
  }

  const readers = {
    Literal: (node) => (typeof node.value === "number" ? { pair: explorer.pairs.of(node.raw) } : refuse(`${node.raw} is not a number.`, node)),
    Identifier: function (node) {
      if (node.name === "x") return { x: true };
      if (Object.hasOwn(constants, node.name)) return { pair: constants[node.name] };
      return refuse(`“${node.name}” is not known: the names are x, pi and e, and ${FUNCTIONS}.`, node);
    },
    UnaryExpression: function (node, text) {
      if (!"+-".includes(node.operator)) refuse(`“${node.operator}” is not an operation here: ${OPERATIONS}.`, node);
      const sign = { pair: explorer.pairs.of(`${node.operator}1`) };
      return operation({ operator: "*" }, text, [sign, read(node.argument, text)]);
    },
    BinaryExpression: (node, text) => operation(node, text, [read(node.left, text), read(node.right, text)]),
    CallExpression: function (node, text) {
      const called = text.slice(node.callee.start, node.callee.end), count = node.arguments.length;
      if (!Object.hasOwn(functions, called)) refuse(`“${called}” is not a function here: ${FUNCTIONS}.`, node.callee);
      if (count !== 1) refuse(`${called} takes one argument, and here it has ${count}.`, node);
      const [apply, slopes] = functions[called];
      return { apply: apply, slopes: slopes, operands: [read(node.arguments[0], text)] };
    },
  };

  function read(node, text) {
    if (node.type === "ParenthesizedExpression") return read(node.expression, text);
    const typed = text.slice(node.start, node.end);
    if (!Object.hasOwn(readers, node.type)) refuse(`“${typed}” cannot be read: only numbers, x, + - * / **, parentheses and functions can.`, node);
    return { ...readers[node.type](node, text), text: typed };
  }

  /* Turn a text into steps: x, a pair, or an operation on the results of other steps, each with the text it comes from. */
  explorer.read = (text) => read(parsed(text), text);
})((window.explorer = window.explorer || {}));
