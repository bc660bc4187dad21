// Opened from a folder, a page may not read its neighbours; the results of a search then come without excerpts.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// The theme lets the keyboard reach what scrolls, but looks before the style is complete. Have it look again.
addEventListener("load", () => dispatchEvent(new Event("resize")));
