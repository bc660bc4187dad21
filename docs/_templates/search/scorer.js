/* The order of results. Sphinx embeds this file in language_data.js: html_search_scorer in conf.py. */
var Scorer = (function () {
  "use strict";

  // The first that fits. What a reader begins with comes before what explains, and that before what lists.
  const PAGES = [
    [/^guide\/(nan|use)$/, 1.2],
    [/^(paper|beyond)\/(?!ledger|errata)/, 1],
    [/^reference\/(claims|saboteurs)$/, 0.1],
    [/^reference\//, 0.6],
    [/^(guide|auto_gallery)\//, 0.9],
    [/^/, 0.8],
  ];
  // What a reader imports; the other objects are for those who change the package.
  const OFFERED = /^reference\/(remedy|primitives|probing)$/;
  // Of an object that has the very name; another one gets what its priority gives.
  const NAMED = 11;

  return {
    score: function ([page, , , , score, , kind]) {
      if (kind === "object" && OFFERED.test(page) && score > NAMED) return 3 * score;
      return score * PAGES.find(([pattern]) => pattern.test(page))[1];
    },
    objNameMatch: NAMED,
    objPartialMatch: 0,
    // A module is no better an answer than a function of the same name.
    objPrio: { 0: 4, 1: 5, 2: -5 },
    objPrioDefault: 0,
    title: 15,
    // Less than the whole word in the text.
    partialTitle: 3,
    term: 5,
    partialTerm: 2,
  };
})();
