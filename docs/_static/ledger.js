/* The filter above the ledger's table: by words, by verdict and by kind. Without this script the whole table is there. */
(function () {
  "use strict";

  function choice(label, options) {
    const field = document.createElement("label");
    const select = document.createElement("select");
    select.className = "form-select";
    options.forEach(function (option) {
      select.add(new Option(option.text, option.value));
    });
    field.append(label + " ", select);
    return { field: field, control: select };
  }

  function words() {
    const field = document.createElement("label");
    const input = document.createElement("input");
    input.type = "search";
    input.className = "form-control";
    field.append("Words ", input);
    return { field: field, control: input };
  }

  function classesOf(rows, prefix) {
    const found = [];
    rows.forEach(function (row) {
      row.classList.forEach(function (name) {
        if (name.startsWith(prefix) && !found.includes(name)) found.push(name);
      });
    });
    return [{ text: "all", value: "" }].concat(
      found.map(function (name) {
        return { text: name.slice(prefix.length).replaceAll("-", " "), value: name };
      })
    );
  }

  const table = document.querySelector("table.ledger");
  if (!table) return;
  const rows = Array.from(table.tBodies[0].rows);
  const text = words();
  const verdict = choice("Verdict", classesOf(rows, "verdict-"));
  const kind = choice("Kind", classesOf(rows, "kind-"));
  const count = document.createElement("p");
  count.setAttribute("role", "status");

  function update() {
    const wanted = text.control.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach(function (row) {
      const content = row.textContent.toLowerCase();
      const fits =
        wanted.every(function (word) { return content.includes(word); }) &&
        [verdict, kind].every(function (c) { return !c.control.value || row.classList.contains(c.control.value); });
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    count.textContent = shown + " of " + rows.length + " claims shown";
  }

  const form = document.createElement("form");
  form.className = "ledger-filter";
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("input", update);
  form.append(text.field, verdict.field, kind.field, count);
  (table.closest(".pst-scrollable-table-container") || table).before(form);
  // A link to one claim must find it, whatever the filter says.
  window.addEventListener("hashchange", function () { form.reset(); update(); });
  update();
})();
