/* The second tab: an expression of the reader's, drawn and judged while it is typed, a few operations at a time. */
(function (explorer) {
  "use strict";

  const form = document.getElementById("explorer-own"), LIMIT = 3000, SLICE = 12, BETWEEN = 400, { balls, few } = explorer;
  const part = (name) => document.getElementById(`explorer-own-${name}`);
  const NAMES = { curvature: "second derivative", slope: "slope", value: "value" };
  const SENTENCE = { curvature: "Second derivative", slope: "Slope", value: "Value" }, MANY = { curvature: "second derivatives", slope: "slopes", value: "values" };
  let running, sorted = [];

  // The message, and the text with the place of the mistake marked in it.
  function complain(mistake, text) {
    const mark = document.createElement("mark"), typed = document.createElement("code");
    mark.textContent = text.slice(mistake.start, mistake.end) || " ";
    typed.replaceChildren(text.slice(0, mistake.start), mark, text.slice(mistake.end));
    part("error").replaceChildren(mistake.message, typed);
  }

  const settings = () => ({ precision: form.elements.precision.value, order: Number(form.elements.order.value), framework: form.elements.framework.value });

  // What is at the point itself, if that is worth a word.
  function center(kind, { center: p }) {
    if (!p) return "";
    if (Number.isNaN(p.f)) return ` PyTorch’s ${NAMES[kind]} at the point itself is NaN.`;
    if (p.t.none && Number.isFinite(p.f)) return ` At the point itself PyTorch returns ${few(p.f, 4)}, where there is no ${NAMES[kind]}.`;
    return "";
  }

  // How many are wrong, how far out, beside what the law says; and what the worst of them is.
  function told(kind, found, law, { kind: nature }) {
    const { off, furthest, largest, infinite, madeUp, unknown, where, doubt, growth, center: p } = found, away = off - (p && explorer.wrong(p) ? 1 : 0);
    const lawful = law === undefined ? "" : ` (the law: within ${few(law)})`;
    const wrong = away ? `wrong by more than 0.001 within ${few(furthest)} of the point, in ${away} samples${lawful}` : `nowhere wrong by more than 0.001${p && explorer.wrong(p) ? " but at the point" : ""}${lawful}`;
    const worst = infinite ? `; at worst infinite` : largest && largest.error > 1e-3 ? `; at worst ${few(largest.f, 4)} instead of ${few(largest.t, 4)}` : largest && largest.error ? `; the largest error is ${few(largest.error)}` : "";
    // Digits are counted where their loss is the verdict; of a number next to 0 all of them may be lost, and no harm done.
    const digits = Math.max(0, Math.min(16, Math.floor(-Math.log10(doubt)))), all = settings().precision === "float64" ? 16 : 7;
    const relative = nature === "cancellation" && doubt > 1e3 * 10 ** -all ? `; at worst ${Math.min(digits, all)} of ${all} digits are right` : "";
    const lost = where && (away || nature === "cancellation") ? ` Digits are lost ${where}${growth < 1e16 ? `, ${Math.round(Math.log10(growth))} of them` : ""}.` : "";
    const made = madeUp ? ` In ${madeUp} samples PyTorch returns a number or infinity where the function has no ${NAMES[kind]}.` : "";
    const open = unknown ? ` ${unknown} samples are left out: what is meant there is not known to enough digits.` : "";
    return `${SENTENCE[kind]}: ${wrong}${worst}${relative}.${center(kind, found)}${lost}${made}${open}`;
  }

  const kinds = () => ["value", "slope", "curvature"].slice(0, settings().order + 1);

  function draw(kind) {
    const row = sorted.map((p) => p[kind].f), group = sorted.map((p) => (explorer.wrong(p[kind]) || (p[kind].t.none && p.gamma !== 0) ? "wrong" : "right"));
    const meant = sorted.map((p) => { const t = balls.toNumber(p[kind].t); return Number.isFinite(t) ? t : null; });
    const dots = explorer.grouped(["right", "wrong"], group, row);
    explorer.draw(part(`${kind}-plot`), ["right", "wrong", "meant"], sorted.map((p) => p.gamma), [...dots, meant], row, 1, choose);
  }

  // One sample in words, and marked in all plots.
  function choose(index) {
    const p = sorted[index];
    if (!p) return;
    kinds().forEach((kind) => explorer.markSample(part(`${kind}-plot`), index));
    part("reading").textContent = `γ = ${few(p.gamma, 4)}: ${kinds().map((kind) =>
      `${NAMES[kind]} ${p[kind].f}${balls.number(p[kind].t) ? `, meant ${balls.toDigits(p[kind].t, 8)}` : ""}`).join("; ")}.`;
  }

  // What the function is at the point: known before there is a sample.
  function showNature(own) {
    const { kind, where, limit, limitSlope, limitCurvature } = own.judged(), removable = kind === "removable";
    document.querySelectorAll("#explorer-own-kinds > [data-kind]").forEach((each) => { each.hidden = each.dataset.kind !== kind; });
    const also = [[limitSlope, "slope"], [settings().order > 1 ? limitCurvature : undefined, "second derivative"]];
    part("limit").textContent = limit !== undefined
      ? `Meant there: value ${few(limit, 6)}${also.filter(([p]) => p !== undefined).map(([p, name]) => `, ${name} ${few(p, 6)}`).join("")}.`
      : where ? `It fails ${where}.` : "";
    part("remedy").hidden = !removable;
    if (removable) {
      const wheel = new URL(`dist/removable-${DOCUMENTATION_OPTIONS.VERSION}-py3-none-any.whl`, location.href).href.replace(/#.*/, "");
      part("code").textContent = `# python -m pip install ${wheel}\n${explorer.code(own.tree, own.at, settings())}`;
    }
  }

  function show(own, complete, stopped) {
    const found = own.judged();
    showNature(own);
    part("progress").textContent = complete
      ? ""
      : stopped
      ? `Stopped after ${LIMIT / 1000} seconds, with ${own.samples.length} of ${own.all} samples: what follows is incomplete, each zone at least so wide.`
      : `Computing: ${own.samples.length} of ${own.all} samples so far, each zone at least so wide.`;
    part("more").hidden = !stopped;
    ["value", "slope", "curvature"].forEach(function (kind) {
      const there = kinds().includes(kind);
      part(kind).textContent = there ? told(kind, found[kind], found.law && found.law[kind], found) : "";
      part(`${kind}-figure`).hidden = !there;
    });
    part("layout").dataset.plots = kinds().length;
    part("count").textContent = `${own.samples.length} samples, in ${settings().precision}.`;
    sorted = [...own.samples].sort((a, b) => a.gamma - b.gamma);
    kinds().forEach(draw);
    part("result").setAttribute("aria-busy", String(!complete && !stopped));
    Object.assign(explorer, { judged: found, judgedSamples: own.samples });
  }

  // A few operations at a time, so that the page stays alive; what is typed meanwhile takes over.
  function go(own, mine, since, until, shown) {
    if (mine !== running) return;
    const begun = performance.now();
    let more = true, now = begun, last = shown;
    while (more && now < begun + SLICE) [more, now] = [own.next(), performance.now()];
    if (!more) return show(own, true, false);
    if (now >= until && own.samples.length) {
      part("more").onclick = () => { running = mine = {}; part("result").setAttribute("aria-busy", "true"); go(own, mine, performance.now(), Infinity, 0); };
      return show(own, false, true);
    }
    if (own.about() && own.samples.length && now > last + BETWEEN) {
      show(own, false, false);
      last = performance.now();
    }
    setTimeout(() => go(own, mine, since, until, last));
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
    const mine = (running = {}), since = performance.now();
    part("error").replaceChildren();
    part("reading").textContent = "";
    part("result").setAttribute("aria-busy", "true");
    const tree = take(form.elements.expression, explorer.read), at = tree && take(form.elements.point, explorer.point);
    part("result").hidden = !at;
    part("pictures").hidden = !at;
    if (at) go(Object.assign(explorer.own(tree, at, settings()), { tree: tree, at: at }), mine, since, since + LIMIT, since);
  }

  // The text of the code to the clipboard, or, where a browser keeps that from a page, selected.
  async function copy() {
    const button = part("copy"), before = button.textContent;
    try {
      await navigator.clipboard.writeText(part("code").textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(part("code"));
      button.textContent = "Selected: press Ctrl+C";
    }
    setTimeout(() => { button.textContent = before; }, 2000);
  }

  part("copy").addEventListener("click", copy);
  part("examples").addEventListener("click", function (event) {
    const { expression, point } = event.target.dataset;
    if (!expression) return;
    Object.assign(form.elements.expression, { value: expression });
    Object.assign(form.elements.point, { value: point });
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
  form.addEventListener("input", function () {
    update();
    explorer.remember(form);
  });
  explorer.remembered(form, update);
})(window.explorer);
