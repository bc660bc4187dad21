/* What a query means. search_language.py puts NAMES in front, embeds this file in Sphinx's language_data.js, and says the same
   of the words of pages. */
(function () {
  "use strict";

  const English = window.Stemmer;

  // As `stem` in search_language.py.
  window.Stemmer = function () {
    const english = new English();
    this.stemWord = function (word) {
      const stemmed = NAMES.has(word) ? word : english.stemWord(word);
      return NAMES.has(stemmed) && word !== stemmed + "s" ? word : stemmed;
    };
  };

  const FORMULA = /[()/*^+=]/;
  const NAME_OR_CALL = /^[\w.]+(\(.*\))?$/;

  // Two texts of one key ask for the same: the order and the endings of words do not count, nor do blanks in a formula.
  function key(text) {
    const lower = text.toLowerCase();
    if (FORMULA.test(lower)) return lower.replace(/\s+/g, "").replaceAll("**", "^");
    const words = lower.split(/[^\p{Letter}\p{Number}_.]+/u).filter((word) => word);
    const telling = words.length > 1 ? words.filter((word) => !stopwords.has(word)) : words;
    return telling.map(new Stemmer().stemWord).sort().join(" ");
  }

  // A name may come with its module and with arguments: torch.acos(x), acos(x), torch.acos, acos.
  function readings(query) {
    if (!NAME_OR_CALL.test(query)) return [query];
    const bare = query.replace(/\(.*$/, "");
    return [query, query.replace(/^(\w+\.)+(?=\w)/, ""), bare, bare.split(".").pop()];
  }

  // The entry of the index that a query asks for, or the query itself.
  function meant(query) {
    const entries = new Map(Object.keys(Search._index.indexentries).map((entry) => [key(entry), entry]));
    return readings(query.trim()).map((reading) => entries.get(key(reading))).find((entry) => entry) ?? query;
  }

  // Only the page of the search has it.
  if (typeof Search === "undefined") return;
  const parse = Search._parseQuery;
  Search._parseQuery = (query) => parse(meant(query));
})();
