/* The bits of x squared, those that a precision keeps and those that rounding drops. */
(function (explorer) {
  "use strict";

  // A finite number is a whole number times a power of two.
  function whole(x) {
    let exponent = 0;
    while (!Number.isInteger(x)) { x *= 2; exponent -= 1; }
    return { digits: BigInt(x), exponent: exponent };
  }

  explorer.squareBits = function (x, precision) {
    const { digits } = whole(x), all = (digits * digits).toString(2);
    return { kept: all.slice(0, precision), dropped: all.slice(precision) };
  };

  explorer.showBits = function (element, x, precision) {
    const { kept, dropped } = explorer.squareBits(x, precision), lost = document.createElement("del");
    lost.textContent = dropped;
    element.replaceChildren(kept, lost);
  };
})((window.explorer = window.explorer || {}));
