/* What a form holds, in the address: it can be linked, and is there after a reload. */
(function (explorer) {
  "use strict";

  explorer.remember = (form) => history.replaceState(null, "", `#${new URLSearchParams(new FormData(form))}`);

  /* Fill a form from the address, now and whenever that changes, if the address is about its tab; then let it update. */
  explorer.remembered = function (form, update) {
    function restore() {
      const wanted = new URLSearchParams(location.hash.slice(1));
      if (wanted.get("tab") === form.elements.tab.value) {
        form.reset();
        wanted.forEach(function (value, name) {
          const field = form.elements.namedItem(name);
          if (field && "value" in field) field.value = value;
        });
        // A link may ask for what there is not.
        form.querySelectorAll("select").forEach((field) => { field.selectedIndex = Math.max(0, field.selectedIndex); });
        form.closest(".sd-tab-content").previousElementSibling.control.checked = true;
      }
      update();
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    window.addEventListener("hashchange", restore);
    restore();
  };
})((window.explorer = window.explorer || {}));
