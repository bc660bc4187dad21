/* The excerpts below the results of a search, in place of those of Sphinx. */
(function () {
  "use strict";

  // In what KaTeX writes a formula stands three times: as MathML, as TeX and as what is seen. Here it is written in one line.
  const IN_A_LINE = {
    msup: ([base, power]) => base + (power === "′" ? power : "^" + grouped(power)),
    msub: ([base, index]) => base + "_" + grouped(index),
    msubsup: ([base, index, power]) => base + "_" + grouped(index) + "^" + grouped(power),
    mfrac: ([above, below]) => grouped(above) + "/" + grouped(below),
    msqrt: (parts) => "√" + grouped(parts.join("")),
    annotation: () => "",
  };

  function grouped(text) {
    return Array.from(text).length > 1 && !/^[\d.]+$/.test(text) ? "(" + text + ")" : text;
  }

  function inALine(element) {
    if (element.localName in IN_A_LINE) return IN_A_LINE[element.localName](Array.from(element.children, inALine));
    return element.children.length ? Array.from(element.children, inALine).join("") : element.textContent;
  }

  // MathML says with a character that cannot be seen that a function is applied: between sin and x in "sin x".
  function written(formula) {
    return inALine(formula.querySelector("math")).replace(/\u2061(?=\()/g, "").replaceAll("\u2061", " ");
  }

  // An entry of the index has no text of its own: it stands for the section in which it is.
  function shown(page, anchor) {
    const place = anchor && page.getElementById(decodeURIComponent(anchor.slice(1)));
    if (!place) return page.querySelector("article.bd-article");
    return place.textContent.trim() ? place : place.closest("section");
  }

  // The text of a page, or of a place on it. What has the class "no-search" is not in the index either.
  Search.htmlToText = function (html, anchor) {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll("style, script, .headerlink, .no-search").forEach((element) => element.remove());
    page.querySelectorAll(".katex").forEach((formula) => formula.replaceWith(written(formula)));
    return shown(page, anchor).textContent.replace(/\s+/g, " ").trim();
  };

  // Where a word with that stem stands first: "sinc" is not in "since".
  function placeOf(stem, text) {
    const stemmer = new Stemmer();
    const beginning = new RegExp("(?<![\\p{Letter}\\p{Number}])" + _escapeRegExp(stem) + "[\\p{Letter}\\p{Number}]*", "giu");
    for (const word of text.matchAll(beginning)) {
      if (stemmer.stemWord(word[0].toLowerCase()) === stem) return word.index;
    }
    return Infinity;
  }

  const LENGTH = 240;
  const BEFORE = 80;

  function around(place, text) {
    const from = place > BEFORE ? text.indexOf(" ", place - BEFORE) + 1 : 0;
    const to = from + LENGTH < text.length ? text.lastIndexOf(" ", from + LENGTH) : text.length;
    return (from ? "… " : "") + text.slice(from, to) + (to < text.length ? " …" : "");
  }

  // The text around the first of the words; where none stands, what the page says of itself.
  Search.makeSearchSummary = function (html, stems, anchor) {
    const text = Search.htmlToText(html, anchor);
    const place = Math.min(...Array.from(stems, (stem) => placeOf(stem, text)));
    const description = new DOMParser().parseFromString(html, "text/html").querySelector("meta[name=description]");
    const summary = document.createElement("p");
    summary.className = "context";
    summary.textContent = place === Infinity && description ? description.content : around(Math.min(place, text.length), text);
    return summary;
  };
})();
