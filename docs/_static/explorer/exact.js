/* Arithmetic with many digits, by decimal.js, and the bits of its results. */
(function (explorer) {
  "use strict";

  /* How many digits there are: at the samples, and closer to a point than float64 comes. */
  explorer.digits = { samples: 120, near: 250 };

  // Exponents are limited so that no expression keeps the page busy with one huge number.
  Decimal.set({ precision: explorer.digits.samples, maxE: 9000, minE: -9000 });

  /* A double, with all its digits. */
  explorer.exact = (x) => new Decimal(Number.isFinite(x) ? x.toPrecision(100) : x);
  explorer.decimals = { times: (p, q) => p.times(q), over: (p, q) => p.div(q), plus: (p, q) => p.plus(q), of: explorer.exact };

  /* Write the bits of a number: those that a precision keeps, and, struck out, those that it absorbs. */
  explorer.showBits = function (element, number, precision) {
    const [bits, exponent] = number.toBinary().replace("0b", "").split("p"), first = bits.search("1");
    const end = first + precision + (bits.indexOf(".") > first ? 1 : 0), lost = document.createElement("del");
    lost.textContent = bits.slice(end);
    element.replaceChildren(bits.slice(0, end), lost, exponent ? ` · 2^${exponent}` : "");
  };
})((window.explorer = window.explorer || {}));
