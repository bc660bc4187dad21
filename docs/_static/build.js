/* The measurements of the run that made this site, beside each page in the table. Without this script the table is there without them. */
(function () {
  "use strict";

  const COLUMNS = [
    { title: "In this build", value: function (entry) { return entry.run; } },
    { title: "Seconds", value: function (entry) { return entry.seconds; } },
    { title: "Peak MiB", value: function (entry) { return entry.peak_memory_mib; } },
    { title: "Passed", value: function (entry) { return entry.doctests_passed || null; } }
  ];

  function cell(kind, text) {
    const element = document.createElement(kind);
    const paragraph = document.createElement("p");
    paragraph.textContent = text === null || text === undefined ? "" : String(text);
    element.append(paragraph);
    return element;
  }

  function fill(table, record) {
    COLUMNS.forEach(function (column) {
      const head = cell("th", column.title);
      head.className = "head";
      table.tHead.rows[0].append(head);
      Array.from(table.tBodies[0].rows).forEach(function (row) {
        row.append(cell("td", column.value(record.pages[row.id] || {})));
      });
    });
    say(table, "The whole build took " + record.seconds + " seconds.");
  }

  function say(table, text) {
    const note = document.createElement("p");
    note.setAttribute("role", "status");
    note.textContent = text;
    (table.closest(".pst-scrollable-table-container") || table).before(note);
  }

  const table = document.querySelector("table.build-record.pages");
  if (!table) return;
  if (location.protocol === "file:") {
    say(table, "A page that is opened from a disk may not read other files. The measurements are in build.json beside it, which a copy from the archive does not hold.");
    return;
  }
  fetch("build.json")
    .then(function (answer) { return answer.json(); })
    .then(function (record) { fill(table, record); })
    .catch(function () { say(table, "The measurements could not be loaded; they are in build.json beside this page."); });
})();
