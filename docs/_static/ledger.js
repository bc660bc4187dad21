/* The filter above the ledger: by words, by verdict and by kind. It stands in the address, so that what is shown can be passed on:
   ledger.html?words=identical&verdict=holds-under-a-condition. Without this script the whole ledger is there. */
(function () {
  "use strict";

  function choice(label, name, options) {
    const field = document.createElement("label");
    const select = document.createElement("select");
    select.name = name;
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
    input.name = "words";
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
        return { text: name.slice(prefix.length).replaceAll("-", " "), value: name.slice(prefix.length) };
      })
    );
  }

  const tables = Array.from(document.querySelectorAll("table.ledger"));
  if (!tables.length) return;
  const rows = tables.flatMap(function (table) { return Array.from(table.tBodies[0].rows); });
  const text = words();
  const verdict = choice("Verdict", "verdict", classesOf(rows, "verdict-"));
  const kind = choice("Kind", "kind", classesOf(rows, "kind-"));
  const fields = [text, verdict, kind];
  const count = document.createElement("p");
  count.setAttribute("role", "status");

  // What the address says; a value that a field does not have leaves it as it is without one.
  function read() {
    const given = new URLSearchParams(location.search);
    fields.forEach(function (field) {
      const control = field.control;
      const value = given.get(control.name) || "";
      const known = !control.options || Array.from(control.options).some(function (option) { return option.value === value; });
      control.value = known ? value : "";
    });
    show();
  }

  function write() {
    const state = new URLSearchParams();
    fields.forEach(function (field) {
      if (field.control.value) state.set(field.control.name, field.control.value);
    });
    const query = state.toString();
    history.replaceState(null, "", location.pathname + (query ? "?" + query : ""));
    show();
  }

  function show() {
    const wanted = text.control.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach(function (row) {
      const content = row.textContent.toLowerCase();
      const fits =
        wanted.every(function (word) { return content.includes(word); }) &&
        [verdict, kind].every(function (c) {
          return !c.control.value || row.classList.contains(c.control.name + "-" + c.control.value);
        });
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    tables.forEach(function (table) {
      table.closest("section").hidden = Array.from(table.tBodies[0].rows).every(function (row) { return row.hidden; });
    });
    count.textContent = shown + " of " + rows.length + " claims shown";
  }

  const form = document.createElement("form");
  form.className = "ledger-filter";
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("input", write);
  form.append(text.field, verdict.field, kind.field, count);
  tables[0].closest("section").before(form);
  // A link to one claim must find it, whatever the filter says.
  window.addEventListener("hashchange", function () { form.reset(); show(); });
  read();
})();
