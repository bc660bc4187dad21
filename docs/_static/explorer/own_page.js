/* The second tab: an expression of the reader's, drawn and judged while it is typed, a few samples at a time. */
(function (explorer) {
  "use strict";

  const form = document.getElementById("explorer-own"), LIMIT = 3000, SLICE = 12;
  const part = (name) => document.getElementById(`explorer-own-${name}`);
  let running;

  // The message, and the text with the place of the mistake marked in it.
  function complain(mistake, text) {
    const mark = document.createElement("mark"), typed = document.createElement("code");
    mark.textContent = text.slice(mistake.start, mistake.end) || " ";
    typed.replaceChildren(text.slice(0, mistake.start), mark, text.slice(mistake.end));
    part("error").replaceChildren(mistake.message, typed);
  }

  const few = (x) => new Decimal(x).toSignificantDigits(4);

  function lost(name, { off, nan, furthest, doubt, where, growth }) {
    const digits = Math.max(0, Math.min(16, Math.floor(-Math.log10(doubt)))), dropped = Math.round(Math.log10(Math.min(growth, 1e16)));
    const wrong = off
      ? `${off} ${name}${off === 1 ? " is" : "s are"} NaN (${nan}) or off by more than 0.001, the outermost of these samples at |γ| = ${few(furthest)}.`
      : `No ${name} is NaN or off by more than 0.001.`;
    return `${wrong} At worst ${digits} of 16 digits are right${where ? `: ${dropped} are lost ${where}` : ""}.`;
  }

  function draw(name, samples) {
    const group = samples.map((p) => (explorer.wrong(p[name]) ? "wrong" : "right")), meant = samples.map((p) => p[name].t.toNumber());
    const rows = [...explorer.grouped(["meant"], meant.map(() => "meant"), meant),
      ...explorer.grouped(["right", "wrong"], group, samples.map((p) => p[name].f))];
    explorer.draw(part(`${name}-plot`), name, ["meant", "right", "wrong"], samples.map((p) => p.gamma), rows, 1, () => {});
  }

  function show(own, complete) {
    const found = own.judged();
    document.querySelectorAll("#explorer-own-kinds > [data-kind]").forEach((each) => { each.hidden = each.dataset.kind !== found.kind; });
    const slope = found.limitSlope ? `, slope ${few(found.limitSlope)}` : "";
    part("limit").textContent = found.limit ? `Meant there: value ${few(found.limit)}${slope}.` : found.where ? `It fails ${found.where}.` : "";
    part("value").textContent = lost("value", found.value);
    part("slope").textContent = lost("slope", found.slope);
    part("progress").textContent = complete
      ? `${own.all} samples.`
      : `Stopped after ${LIMIT / 1000} seconds, with ${own.samples.length} of ${own.all} samples, the closest ones.`;
    const sorted = [...own.samples].sort((a, b) => a.gamma - b.gamma);
    ["value", "slope"].forEach((name) => draw(name, sorted));
    part("result").setAttribute("aria-busy", "false");
    explorer.judged = found;
  }

  // A few samples at a time, so that the page stays alive; what is typed meanwhile takes over.
  function go(own, mine, since) {
    if (mine !== running) return;
    const until = performance.now() + SLICE;
    let more = true;
    while (more && performance.now() < until) more = own.next();
    if (more && (!own.samples.length || performance.now() - since < LIMIT)) setTimeout(() => go(own, mine, since));
    else show(own, !more);
  }

  // Let a reader of text have a field; null, and a complaint at its place, if it makes no sense.
  function take(field, reader) {
    field.removeAttribute("aria-invalid");
    try {
      return reader(field.value);
    } catch (error) {
      if (!(error instanceof explorer.Mistake)) throw error;
      field.setAttribute("aria-invalid", "true");
      complain(error, field.value);
      return null;
    }
  }

  function update() {
    const mine = (running = {});
    part("error").replaceChildren();
    part("result").setAttribute("aria-busy", "true");
    const step = take(form.elements.expression, explorer.read), at = step && take(form.elements.point, explorer.point);
    part("result").hidden = !at;
    if (at) go(explorer.own(step, at), mine, performance.now());
  }

  form.addEventListener("input", function () {
    update();
    explorer.remember(form);
  });
  explorer.remembered(form, update);
})(window.explorer);
