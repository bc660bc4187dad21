/* Numbers as readers see them: their bits, their errors, powers of ten. */
(function (explorer) {
  "use strict";

  const { balls } = explorer, MANY = 8000;

  /* Exact arithmetic for the tape: sums and products of doubles, with all their bits. */
  const exactly = (operation) => (p, q) => balls.within(MANY, () => operation(p, q));
  explorer.exactly = { times: exactly(balls.times), plus: exactly(balls.plus), of: balls.double };

  // All digits of a number to base 2, with its point; where that is long, as a power of two times a number between 1 and 2.
  function binary(number) {
    let { m, e } = number;
    while (m !== 0n && m % 2n === 0n) [m, e] = [m / 2n, e + 1];
    const size = balls.above({ m: m, e: e }), minus = m < 0n ? "-" : "", digits = (m < 0n ? -m : m).toString(2);
    const [shift, power] = m === 0n || (size > -10 && size < 60) ? [e, ""] : [1 - digits.length, size - 1];
    const whole = digits.padStart(1 - Math.min(0, shift), "0") + "0".repeat(Math.max(0, shift)), places = Math.max(0, -shift);
    return [minus + whole.slice(0, whole.length - places) + (places ? `.${whole.slice(-places)}` : ""), power];
  }

  /* Write the bits of a number: those that a precision keeps, and, struck out, those that it absorbs. */
  explorer.showBits = function (element, number, precision) {
    const [bits, exponent] = binary(number), first = bits.search("1");
    const end = first + precision + (bits.indexOf(".") > first ? 1 : 0), lost = document.createElement("del");
    lost.textContent = bits.slice(end);
    element.replaceChildren(bits.slice(0, end), lost, exponent === "" ? "" : ` · 2^${exponent}`);
  };

  const raised = (n) => String(n).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);

  /* A number in a sentence, with so many digits at most: 0.25, 6.31·10⁻⁷. */
  explorer.few = function (x, digits = 3) {
    if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "infinity" : "minus infinity";
    const rounded = Number(x.toPrecision(digits)), [mantissa, power] = rounded.toExponential().split("e");
    if (rounded === 0 || (Math.abs(rounded) >= 1e-3 && Math.abs(rounded) < 1e5)) return String(rounded).replace("-", "−");
    return `${mantissa === "1" ? "" : mantissa === "-1" ? "−" : `${mantissa.replace("-", "−")}·`}10${raised(Number(power))}`;
  };

  /* How far a result is from what is meant, in units in the last place of the latter. */
  explorer.ulps = function (found, meant, digits) {
    const off = balls.within(MANY, () => balls.abs(balls.minus(balls.double(found), meant)));
    if (!balls.number(off) || balls.isZero(meant)) return "";
    return `${explorer.few(balls.toNumber({ ...off, e: off.e - balls.above(meant) + digits }))} ulp`;
  };
})((window.explorer = window.explorer || {}));
